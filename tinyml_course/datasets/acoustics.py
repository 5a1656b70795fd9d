"""Batches of clips through other throats, rooms, microphones and noises.

Every function takes clips as float32 rows around ±1 and draws, for each row, its own effect from
`rng`. They are what stands between a studio voice and a person talking to a board: how fast the
word is said and when, the length of the vocal tract, how the voice swells, the room, the microphone
and the noise. Nothing here needs a recording: rooms and noises are synthesized.

References
----------
Lee and Rose (1996), "Speaker Normalization Using Efficient Frequency Warping Procedures" (the
vocal tract's length as a warp of the frequency axis); Ko et al. (2015), "Audio Augmentation for
Speech Recognition" (speed); Ko et al. (2017), "A Study on Data Augmentation of Reverberant Speech
for Robust Speech Recognition" (synthetic rooms); Allen (1977), "Short Term Spectral Analysis,
Synthesis, and Modification by Discrete Fourier Transform" (overlap-add).
"""

import math
from functools import lru_cache
from typing import Any

import numpy as np
import scipy.fft
from numpy.typing import NDArray

Clips = NDArray[np.float32]

RATE_HZ = 16_000
FRAME = 512  # samples of a short-time spectrum: 32 ms
HOP = FRAME // 2
LIFTER = 32  # cepstral coefficients kept for an envelope: 2 ms, shorter than a pitch period
NEPER_DB = 20 / math.log(10)  # decibels of a factor e


def warp_time(
    clips: Clips, rng: np.random.Generator, *, speed: float, shift_s: float
) -> tuple[Clips, NDArray[np.float64]]:
    """Say each word faster or slower, unevenly, earlier or later.

    The rate wanders around a drawn mean, so that vowels and consonants stretch by different
    amounts. Pitch and formants move with it, as on a tape; `change_voice` puts the formants back.

    Parameters
    ----------
    clips : ndarray, shape=(n, t), dtype=float32
    speed : float
        Largest relative change of the mean rate: 0.2 draws from 1/1.2 to 1.2.
    shift_s : float
        Standard deviation of the shift, in seconds. The middle of the sound stays between 15 % and
        85 % of the clip.

    Returns
    -------
    warped : ndarray, shape=(n, t), dtype=float32
        Zero where there was nothing to read.
    rate : ndarray, shape=(n,)
        Mean rate of each clip; above 1 it is faster and brighter.
    """
    n, t = clips.shape
    spread = np.log1p(speed)
    mean = rng.uniform(-spread, spread, (n, 1))
    travelled = np.cumsum(np.exp(mean + 0.4 * spread * _curves(rng, n, t, knots=6)), axis=1)
    power = np.square(clips)
    middle = (power @ np.arange(t)) / np.maximum(power.sum(axis=1), 1e-9)
    arrival = np.clip(middle + rng.normal(0, shift_s * RATE_HZ, n), 0.15 * t, 0.85 * t)
    start = np.take_along_axis(travelled, arrival.astype(np.int64)[:, None], axis=1)
    source = middle[:, None] + travelled - start  # (n, t): where each output sample is read
    low = np.floor(source).astype(np.int64)
    part = (source - low).astype(np.float32)
    padded = np.pad(clips, ((0, 0), (1, 1)))  # reading outside gives zero
    left = np.take_along_axis(padded, np.clip(low + 1, 0, t + 1), axis=1)
    right = np.take_along_axis(padded, np.clip(low + 2, 0, t + 1), axis=1)
    warped: Clips = left + (right - left) * part
    return warped, np.exp(mean[:, 0])


def change_voice(
    clips: Clips,
    rate: NDArray[np.float64],
    rng: np.random.Generator,
    *,
    tract: float,
    swell_db: float,
) -> Clips:
    """Give each clip another throat: vocal-tract length, articulation, breath, loudness in time.

    Each short-time spectrum is multiplied by a real gain, so its phase stays and overlap-add is
    consistent: the envelope (cepstrum below 2 ms) is read at warped frequencies, and sharpened or
    flattened. In a fifth of the clips noise of the same envelope takes over part of the harmonics.

    Parameters
    ----------
    clips : ndarray, shape=(n, t), dtype=float32
    rate : ndarray, shape=(n,)
        How far the formants were moved upwards by `warp_time`; they are moved back.
    tract : float
        Largest relative change of the vocal tract's length, upwards and downwards.
    swell_db : float
        Standard deviation of the slow change of loudness along the clip.

    Returns
    -------
    voices : ndarray, shape=(n, t), dtype=float32
    """
    n, t = clips.shape
    spectra = _analyse(clips)
    cepstra = _low_cepstra(spectra)  # (n, frames, LIFTER)
    warp = rate * np.exp(rng.uniform(-1, 1, n) * np.log1p(tract))
    sharpness = rng.uniform(0.7, 1.3, (n, 1, 1))
    sharpness = np.where(np.arange(LIFTER)[:, None], sharpness, 1)  # the mean over frequency stays
    log_gain = cepstra @ (sharpness * _cosines(warp) - _cosines(np.ones(1))).astype(np.float32)
    swell = _curves(rng, n, spectra.shape[1], knots=5)[:, :, None] * (swell_db / NEPER_DB)
    gain = np.exp(np.clip(log_gain, -2.5, 2.5) + swell)
    breath = rng.random((n,)) * (rng.random((n,)) < 0.2)
    breathy = np.flatnonzero(breath)
    share = breath[breathy, None, None].astype(np.float32)
    noise = _complex_noise(rng, (len(breathy), *spectra.shape[1:]))
    envelope = np.exp(cepstra[breathy] @ _cosines(np.ones(1)))
    spectra[breathy] *= np.sqrt(1 - share)
    spectra[breathy] += np.sqrt(share) * envelope * noise
    return _synthesise(spectra * gain, t)


def place_in_room(
    clips: Clips, rng: np.random.Generator, *, share: float, colour_db: float
) -> Clips:
    """Let each clip be heard in a room and through a microphone.

    A room is a direct sound and a tail of decaying noise (60 dB in 0.1 to 0.7 s, 0 to 15 dB below
    the direct sound in all); a microphone is a smooth random frequency response.

    Parameters
    ----------
    clips : ndarray, shape=(n, t), dtype=float32
    share : float
        Share of the clips that get a room; every clip gets a microphone.
    colour_db : float
        Standard deviation of the microphone's response, at eight places along the band.

    Returns
    -------
    heard : ndarray, shape=(n, t), dtype=float32
    """
    n, t = clips.shape
    tail = RATE_HZ * 4 // 10
    size = scipy.fft.next_fast_len(t + tail, real=True)
    spectra = scipy.fft.rfft(clips, size)
    spectra *= np.exp(_curves(rng, n, size // 2 + 1, knots=8, octaves=7) * (colour_db / NEPER_DB))
    roomy = np.flatnonzero(rng.random(n) < share)
    decay_s = rng.uniform(0.1, 0.7, (len(roomy), 1)).astype(np.float32)
    time_s = np.arange(1, tail + 1, dtype=np.float32) / RATE_HZ
    room = rng.standard_normal((len(roomy), tail), dtype=np.float32)
    room *= np.exp(-6.91 * time_s / decay_s)  # e^-6.91 is -60 dB
    room[:, : RATE_HZ // 500] = 0  # the first wall is 2 ms behind the direct sound
    level = 10 ** (-rng.uniform(0, 15, (len(roomy), 1)) / 20)
    room *= (level / np.sqrt(np.square(room).sum(axis=1, keepdims=True))).astype(np.float32)
    room[:, 0] = 1
    spectra[roomy] *= scipy.fft.rfft(room, size)
    heard: Clips = scipy.fft.irfft(spectra, size)[:, :t]
    return heard


def make_noise(rng: np.random.Generator, n: int, t: int) -> Clips:
    """Synthesize background noises: coloured and unsteady, some with hum, some with clicks.

    Returns
    -------
    noise : ndarray, shape=(n, t), dtype=float32
        Each row has a mean square of 1.
    """
    bins = t // 2 + 1
    octave = np.log2(np.maximum(np.arange(bins), 1) * (64 / bins)).clip(0)  # above 125 Hz
    slope_db = rng.uniform(-3, 9, (n, 1))  # fall per octave
    log_gain = 0.8 * _curves(rng, n, bins, knots=10, octaves=8) - octave * slope_db / NEPER_DB
    spectra = _complex_noise(rng, (n, bins)) * np.exp(log_gain.astype(np.float32))
    for row in np.flatnonzero(rng.random(n) < 0.15):
        spectra[row] += np.linalg.norm(spectra[row]) * rng.uniform(0.3, 2) * _hum(rng, bins, t)
    noise = normalize(scipy.fft.irfft(spectra, t))
    noise *= np.exp(rng.uniform(0, 0.7, (n, 1)).astype(np.float32) * _curves(rng, n, t, knots=12))
    for row in np.flatnonzero(rng.random(n) < 0.15):
        noise[row] += rng.uniform(0.3, 2) * _clicks(rng, t)
    return normalize(noise)


def add_noise(clips: Clips, noise: Clips, ratio_db: NDArray[np.float64]) -> Clips:
    """Mix noise of mean square 1 into clips.

    Parameters
    ----------
    clips, noise : ndarray, shape=(n, t), dtype=float32
    ratio_db : ndarray, shape=(n,)
        Mean power of a clip's loudest 100 ms over the mean power of its noise.

    Returns
    -------
    mixed : ndarray, shape=(n, t), dtype=float32
    """
    n, t = clips.shape
    tenth = RATE_HZ // 10
    loudness = (
        np.square(clips[:, : t // tenth * tenth]).reshape(n, -1, tenth).mean(axis=2).max(axis=1)
    )
    level = np.sqrt(loudness) * 10 ** (-ratio_db / 20)
    mixed: Clips = clips + noise * level[:, None].astype(np.float32)
    return mixed


def babble(talkers: Clips, rng: np.random.Generator) -> Clips:
    """Let several clips talk at once.

    Parameters
    ----------
    talkers : ndarray, shape=(n, talkers, t), dtype=float32
        Each is moved around its second by a random step and brought to a random loudness.

    Returns
    -------
    noise : ndarray, shape=(n, t), dtype=float32
        Each row has a mean square of 1, unless its talkers are silent.
    """
    n, count, t = talkers.shape
    turned = (np.arange(t) + rng.integers(0, t, (n, count, 1))) % t
    weight = rng.exponential(1, (n, count, 1)) / np.maximum(
        np.abs(talkers).max(axis=2, keepdims=True), 1e-9
    )
    return normalize((np.take_along_axis(talkers, turned, axis=2) * weight).sum(axis=1))


def normalize(clips: NDArray[Any]) -> Clips:
    """Scale each row to a mean square of 1."""
    rms = np.sqrt(np.square(clips).mean(axis=1, keepdims=True))
    return np.asarray(clips / np.maximum(rms, 1e-9), dtype=np.float32)


def _hum(rng: np.random.Generator, bins: int, t: int) -> NDArray[np.complex64]:
    """Make the spectrum of mains hum or a motor: ten harmonics of 50 to 400 Hz, of norm 1."""
    spectrum = np.zeros(bins, np.complex64)
    pitch_hz = np.exp(rng.uniform(math.log(50), math.log(400)))
    place = np.rint(pitch_hz * np.arange(1, 11) * t / RATE_HZ).astype(np.int64)
    spectrum[place] = _complex_noise(rng, (10,)) / np.arange(1, 11)
    hum: NDArray[np.complex64] = spectrum / np.linalg.norm(spectrum)
    return hum


def _clicks(rng: np.random.Generator, t: int) -> NDArray[np.float32]:
    """Make one to eight knocks in a clip: decaying bursts, shape (t,), mean square 1."""
    clicks = np.zeros((1, t))
    for start in rng.integers(0, t - 800, rng.integers(1, 9)):
        burst = rng.standard_normal(800) * np.exp(-np.arange(800) / rng.uniform(10, 200))
        clicks[0, start : start + 800] += burst * rng.exponential()
    return normalize(clicks).reshape(t)


def _complex_noise(rng: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.complex64]:
    parts = rng.standard_normal((*shape, 2), dtype=np.float32)
    return parts.view(np.complex64)[..., 0]


def _curves(
    rng: np.random.Generator, n: int, t: int, *, knots: int, octaves: int = 0
) -> NDArray[np.float32]:
    """Draw smooth curves: standard normal values at `knots` places, cosines between them.

    Returns
    -------
    curves : ndarray, shape=(n, t), dtype=float32
        With `octaves` the places are evenly spaced over the last so many octaves of the axis.
    """
    heights = rng.standard_normal((n, knots), dtype=np.float32)
    curves: NDArray[np.float32] = heights @ _cosine_basis(t, knots, octaves)
    return curves


@lru_cache(maxsize=16)
def _cosine_basis(t: int, knots: int, octaves: int) -> NDArray[np.float32]:
    """Return the curve of each knot, shape (knots, t): raised cosines that add up to 1."""
    axis = np.arange(t) / t
    if octaves:
        axis = 1 + np.log2(np.maximum(axis, 2.0**-octaves)) / octaves
    distance = np.abs(axis[None, :] * (knots - 1) - np.arange(knots)[:, None])
    basis = 0.5 + 0.5 * np.cos(np.pi * np.minimum(distance, 1))
    return basis.astype(np.float32)


@lru_cache(maxsize=1)
def _window() -> NDArray[np.float32]:
    """Return the window whose square, half overlapped, adds up to 1 (Hann, square root)."""
    return np.sin(np.pi * np.arange(FRAME) / FRAME).astype(np.float32)


def _analyse(clips: Clips) -> NDArray[np.complex64]:
    """Turn clips (n, t) into short-time spectra (n, frames, bins)."""
    t = clips.shape[1]
    padded = np.pad(clips, ((0, 0), (HOP, FRAME + -t % HOP)))
    frames = np.lib.stride_tricks.sliding_window_view(padded, FRAME, axis=1)[:, ::HOP]
    spectra: NDArray[np.complex64] = scipy.fft.rfft(frames * _window())
    return spectra


def _synthesise(spectra: NDArray[np.complex64], t: int) -> Clips:
    """Overlap-add short-time spectra back into clips of t samples."""
    frames = scipy.fft.irfft(spectra, FRAME) * _window()
    n, count, _ = frames.shape
    clips = np.zeros((n, count + 1, HOP), dtype=np.float32)
    clips[:, :-1] += frames[:, :, :HOP]
    clips[:, 1:] += frames[:, :, HOP:]
    return clips.reshape(n, -1)[:, HOP : HOP + t]


def _low_cepstra(spectra: NDArray[np.complex64]) -> NDArray[np.float32]:
    """Return the first cepstral coefficients of the logarithm of magnitudes, in nepers."""
    power = np.square(spectra.real) + np.square(spectra.imag)
    floor = 1e-6 * power.max(axis=(1, 2), keepdims=True) + 1e-12
    cepstra: NDArray[np.float32] = scipy.fft.irfft(0.5 * np.log(power + floor))[..., :LIFTER]
    return cepstra


def _cosines(warp: NDArray[Any]) -> NDArray[np.float32]:
    """Return what turns low cepstra into log envelopes read at `warp` (n,) times each frequency.

    Returns
    -------
    cosines : ndarray, shape=(n, LIFTER, bins), dtype=float32
    """
    angle = np.pi * np.minimum(np.linspace(0, 1, FRAME // 2 + 1) * warp[:, None], 1)
    cosines = 2 * np.cos(np.arange(LIFTER)[:, None] * angle[:, None, :])
    cosines[:, 0] = 1
    return np.asarray(cosines, dtype=np.float32)
