"""Recordings that are copies of each other, made louder, noisier, or cut at another place.

Two stages. A *fingerprint* that does not change when a recording is shifted names, for each, the
few others most like it. Then the pair is laid over each other at the best shift, and correlated:

- sound: the waveforms. Two takes of a word, even by one synthesizer, differ in phase.
- motion: acceleration and rate of turn, less their means, smoothed over a quarter of a second.
  Noise that was added is averaged away by that; the hand's own way is not, and two people's differ.
- pictures: grey values averaged to 12 x 12 cells, less what all pictures of the set have in common
  (parts lie in the same pose, and would all be alike without that); as they are, and with a rim
  cut off one or the other.

`LEAST` holds the correlations from which a pair counts as one recording. They were set by
`benchmarks/near_duplicates.py`, which prints how far from 1 the most alike pairs of different
recordings are on the shipped sets, how far copies are, and where between them the limits lie.

References
----------
Haitsma and Kalker (2002), "A Highly Robust Audio Fingerprinting System", section 4: band energies
over time identify a recording; Kuglin and Hines (1975), "The phase correlation image alignment
method": the shift is where the correlation, computed by Fourier transforms, is largest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinyml_course.datasets.quality.watched import Advance, unwatched

Values = NDArray[np.float32]
LEAST = {"keywords": 0.95, "gestures": 0.996, "parts": 0.998}
LEAST_WITHOUT_TURN = 0.9975  # of motion without a gyroscope, which has less to tell it by
SMOOTH = 25  # samples over which motion is averaged, by a Hann window
DEGREES_S_A_G = 100.0  # what counts as much as a g
CUT_RIMS = ((0, 0), (1, 0), (0, 1), (2, 0), (0, 2))  # pixels of 64, of a pair of pictures
AXES = 3  # of acceleration; what follows turns
REACH = 20  # samples by which one motion may begin before the other
CANDIDATES = 5  # of each recording: those most alike by fingerprint
BLOCK = 512  # recordings worked on together
MOST_COMPARED = 1 << 24  # pairs of fingerprints at a time
SIDE, MARGIN, CELL = 64, 8, 4  # of a picture: pixels, rim left out, pixels averaged
BAND_EDGES = (2, 4, 6, 8, 11, 15, 20, 28, 40, 64)  # bins of 31 Hz


@dataclass(frozen=True)
class Pair:
    """Two recordings, by their places, and how alike they are, 0 to 1."""

    first: int
    second: int
    alike: float


def find_near_duplicates(
    x: NDArray[Any],
    task: str,
    apart: NDArray[Any],
    compare: NDArray[np.bool_] | None = None,
    advance: Advance = unwatched,
) -> list[Pair]:
    """Find pairs that are one recording.

    Parameters
    ----------
    x : ndarray, shape=(n, ...)
        Clips or pictures of `task`.
    task : {"keywords", "gestures", "parts"}
    apart : ndarray, shape=(n,)
        Recordings with the same value are not compared: those of one person, say.
    compare : ndarray, shape=(n,), dtype=bool, or None
        Compare those where it is true with those where it is false; None compares all with all.
    advance : Advance
        Is told how far it is.

    Returns
    -------
    list of Pair
        The most alike first, each pair once.
    """
    if len(x) < 2 or (compare is not None and (compare.all() or not compare.any())):
        return []
    everything = np.arange(len(x))
    left, right = (everything, everything) if compare is None else (
        np.flatnonzero(compare), np.flatnonzero(~compare)
    )  # fmt: skip
    rims = CUT_RIMS if task == "parts" else CUT_RIMS[:1]
    prints = {
        rim: _fingerprints(x, task, rim, advance) for rim in {r for pair in rims for r in pair}
    }
    likely = [_candidates(prints[a], prints[b], left, right, apart) for a, b in rims]
    first, second = np.unique(np.concatenate(likely), axis=0).T
    mean = _mean_picture(x) if task == "parts" else None
    found: list[Pair] = []
    limit = least(task, x)
    for start in range(0, len(first), BLOCK):
        block = slice(start, start + BLOCK)
        advance("comparing", start / len(first))
        alike = correlation(x[first[block]], x[second[block]], task, mean)
        for at in np.flatnonzero(alike >= limit):
            found.append(Pair(int(first[start + at]), int(second[start + at]), float(alike[at])))
    return sorted(found, key=lambda pair: -pair.alike)


def least(task: str, x: NDArray[Any]) -> float:
    """Return the correlation from which a pair of samples like `x` counts as one recording."""
    return LEAST_WITHOUT_TURN if task == "gestures" and x.shape[2] == AXES else LEAST[task]


def correlation(a: NDArray[Any], b: NDArray[Any], task: str, mean: Values | None = None) -> Values:
    """Correlate pairs at the shift where they fit best.

    Parameters
    ----------
    a, b : ndarray, shape=(pairs, ...)
        Clips or pictures of `task`.
    mean : ndarray, shape=(64, 64), or None
        What all pictures have in common; pictures only.

    Returns
    -------
    ndarray, shape=(pairs,)
        1 for equal ones, whatever their level.
    """
    if task == "keywords":
        return _lagged(_slowed(a), _slowed(b))
    if task == "gestures":
        return _slid(_smoothed(a), _smoothed(b))
    mean = np.zeros((SIDE, SIDE), "f4") if mean is None else mean
    best = [_overlaid(_small(a, of_a), _small(b, of_b), mean) for of_a, of_b in CUT_RIMS]
    return np.asarray(np.max(best, axis=0), "f4")


def _fingerprints(x: NDArray[Any], task: str, rim: int, advance: Advance) -> Values:
    """Return a unit vector for each recording, the same wherever it begins, (n, d)."""
    of_block = PRINTS.get(task, lambda block: _picture_print(block, rim))
    blocks = []
    for start in range(0, len(x), BLOCK):
        advance("taking fingerprints", start / len(x))
        blocks.append(of_block(x[start : start + BLOCK]))
    prints = np.concatenate(blocks)
    if task == "parts":
        prints = prints - prints.mean(axis=0)
    prints = prints - prints.mean(axis=1, keepdims=True)
    return _unit(prints)


def _candidates(
    one: Values,
    other: Values,
    left: NDArray[np.intp],
    right: NDArray[np.intp],
    apart: NDArray[Any],
) -> NDArray[np.intp]:
    """Pair each of `left` with the few of `right` whose fingerprints are nearest, (pairs, 2)."""
    count = min(CANDIDATES, len(right))
    _, code = np.unique(apart, return_inverse=True)
    found = []
    step = max(1, min(BLOCK, MOST_COMPARED // len(right)))
    for start in range(0, len(left), step):
        rows = left[start : start + step]
        alike = one[rows] @ other[right].T  # (block, right)
        alike[code[rows][:, None] == code[right][None]] = -2
        nearest = np.argpartition(-alike, count - 1, axis=1)[:, :count]
        kept = np.take_along_axis(alike, nearest, axis=1) > -2
        firsts = np.repeat(rows, count).reshape(-1, count)[kept]
        found.append(np.sort(np.stack([firsts, right[nearest][kept]], axis=1), axis=1))
    return np.concatenate(found)


def _sound_print(clips: NDArray[Any]) -> Values:
    """Return the changes over time of nine bands up to 2 kHz, as magnitudes, (n, 126)."""
    slow = _slowed(clips)
    frames = np.lib.stride_tricks.sliding_window_view(slow, 128, axis=1)[:, ::64]
    power = np.abs(np.fft.rfft(frames * np.hanning(128).astype("f4"), axis=2)) ** 2
    bands = np.sqrt(np.add.reduceat(power, BAND_EDGES[:-1], axis=2))  # (n, frames, bands)
    return _changes(bands, 14)


def _motion_print(clips: NDArray[Any]) -> Values:
    """Return the changes over time of the three accelerations, as magnitudes, (n, 48)."""
    return _changes(clips[:, :, :3].astype("f4"), 16)


def _changes(values: Values, count: int) -> Values:
    """Return the magnitudes of the slowest changes of (n, time, channels), their root taken."""
    spectrum = np.fft.rfft(_centred(values), axis=1)[:, :count]
    return np.asarray(np.sqrt(np.abs(spectrum)).reshape(len(values), -1), "f4")


def _picture_print(pictures: NDArray[Any], rim: int) -> Values:
    spectrum = np.fft.rfft2(_small(pictures, rim))[:, :9, :9]
    return np.asarray(np.sqrt(np.abs(spectrum)).reshape(len(pictures), -1), "f4")


PRINTS = {"keywords": _sound_print, "gestures": _motion_print}


def _slowed(clips: NDArray[Any]) -> Values:
    """Average every four samples, (n, time) at 4 kHz."""
    whole = clips.shape[1] // 4 * 4
    slow = clips[:, :whole].reshape(len(clips), -1, 4).mean(axis=2, dtype="f4")
    return np.asarray(slow, "f4")


def _small(pictures: NDArray[Any], rim: int = 0) -> Values:
    """Bring pictures, less a rim, to 64 x 64 pixels of mean 0 and deviation 1."""
    from PIL import Image

    height, width = pictures.shape[1:]
    down, across = rim * height / SIDE, rim * width / SIDE
    box = (across, down, width - across, height - down)
    how = Image.Resampling.BILINEAR if rim else Image.Resampling.BOX
    small = np.stack(
        [np.asarray(Image.fromarray(one).resize((SIDE, SIDE), how, box), "f4") for one in pictures]
    )
    small -= small.mean(axis=(1, 2), keepdims=True)
    return np.asarray(small / np.maximum(small.std(axis=(1, 2), keepdims=True), 1e-6), "f4")


def _mean_picture(pictures: NDArray[Any]) -> Values:
    total = np.zeros((SIDE, SIDE), "f4")
    for start in range(0, len(pictures), BLOCK):
        total += _small(pictures[start : start + BLOCK]).sum(axis=0)
    return np.asarray(total / len(pictures), "f4")


def _smoothed(motion: NDArray[Any]) -> Values:
    """Average motion (n, time, axes) over a quarter of a second, in g, with turns as if in g."""
    window = np.hanning(SMOOTH + 2)[1:-1].astype("f4")
    window /= window.sum()
    scaled = motion.astype("f4")
    scaled[:, :, AXES:] /= DEGREES_S_A_G
    wide = np.pad(scaled, ((0, 0), (SMOOTH // 2, SMOOTH // 2), (0, 0)), mode="edge")
    return np.asarray(np.lib.stride_tricks.sliding_window_view(wide, SMOOTH, axis=1) @ window, "f4")


def _centred(values: NDArray[Any]) -> Values:
    return np.asarray(values - values.mean(axis=1, keepdims=True), "f4")


def _lagged(a: Values, b: Values) -> Values:
    """Correlate waveforms (pairs, time) at the best lag."""
    size = 1 << (2 * a.shape[1] - 1).bit_length()
    product = np.fft.rfft(a, size) * np.conj(np.fft.rfft(b, size))
    best = np.fft.irfft(product, size).max(axis=1)
    return np.asarray(best / np.maximum(_norm(a) * _norm(b), 1e-6), "f4")


def _slid(a: NDArray[Any], b: NDArray[Any]) -> Values:
    """Correlate the middle of motions (pairs, time, axes) with any stretch of the other's."""
    reach = min(REACH, a.shape[1] // 4)
    length = a.shape[1] - 2 * reach
    middle = _unit(_centred(a[:, reach : reach + length]).reshape(len(a), -1))
    alike = [
        (middle * _unit(_centred(b[:, lag : lag + length]).reshape(len(b), -1))).sum(axis=1)
        for lag in range(2 * reach + 1)
    ]
    return np.asarray(np.max(alike, axis=0), "f4")


def _overlaid(a: Values, b: Values, mean: Values) -> Values:
    """Shift `b` to where it fits `a`, average both to cells, and correlate what is their own."""
    product = np.fft.rfft2(a) * np.conj(np.fft.rfft2(b))
    best = np.fft.irfft2(product, s=(SIDE, SIDE)).reshape(len(a), -1).argmax(axis=1)
    places = np.arange(SIDE)
    rows = (places - (best // SIDE)[:, None]) % SIDE
    columns = (places - (best % SIDE)[:, None]) % SIDE
    shifted = b[np.arange(len(b))[:, None, None], rows[:, :, None], columns[:, None, :]]
    own_a, own_b = _unit(_cells(a - mean)), _unit(_cells(shifted - mean))
    return np.asarray((own_a * own_b).sum(axis=1), "f4")


def _cells(pictures: Values) -> Values:
    """Average the inside of (n, 64, 64) over cells, less the mean, (n, 144)."""
    inside = pictures[:, MARGIN:-MARGIN, MARGIN:-MARGIN]
    across = (SIDE - 2 * MARGIN) // CELL
    cells = inside.reshape(len(pictures), across, CELL, across, CELL).mean(axis=(2, 4))
    return _centred(cells.reshape(len(pictures), -1))


def _unit(vectors: Values) -> Values:
    return np.asarray(vectors / np.maximum(_norm(vectors)[:, None], 1e-9), "f4")


def _norm(values: Values) -> Values:
    return np.asarray(np.linalg.norm(values.reshape(len(values), -1), axis=1), "f4")


def equal_recordings(x: NDArray[Any]) -> Iterator[list[int]]:
    """Yield the places of recordings that are the same to the bit, two or more at a time."""
    seen: dict[bytes, list[int]] = {}
    for place, one in enumerate(x):
        if one.max() > one.min():  # a constant is another fault, and no copy
            seen.setdefault(_digest(one), []).append(place)
    yield from (places for places in seen.values() if len(places) > 1)


def _digest(one: NDArray[Any]) -> bytes:
    import hashlib

    return hashlib.blake2b(np.ascontiguousarray(one).data, digest_size=16).digest()
