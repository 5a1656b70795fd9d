"""Audio files in, clips of one second out: 16 kHz, mono, int16, or one clear error per file.

A recording that is almost right (stereo, 24-bit, 48 kHz) is refused unless `convert=True` asks for
it to be changed: a learner should know what was done to the data. Content above 4 kHz tells "stop"
from "top", and a file of 8 kHz does not have it, so that one is refused in every case.

Clips shorter than a second are put in the middle of silence; of longer ones the loudest second
is kept, because the word is there.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from tinyml_course.errors import InputError

RATE_HZ = 16_000
CLIP_SAMPLES = 16_000
LONGEST_CLIP_S = 5.0
SUFFIXES = (".wav", ".flac", ".ogg", ".opus")
SIXTEEN_BIT = ("PCM_16", "OPUS", "VORBIS")  # the lossy ones decode to 16 bits
STREAMED = (0, 0xFFFFFFFF)  # sizes a recorder writes into a WAV header when it cannot go back

Samples = NDArray[np.int16]


def read_clip(path: Path, *, convert: bool = False) -> Samples:
    """Read a recording of one word.

    Parameters
    ----------
    path : Path
        WAV, FLAC, Ogg Vorbis or Opus; up to `LONGEST_CLIP_S` seconds.
    convert : bool
        Mix to mono, resample and reduce to 16 bits instead of refusing.

    Returns
    -------
    clip : ndarray, shape=(16000,), dtype=int16
        One second at 16 kHz.

    Raises
    ------
    InputError
        If the file is missing, empty, truncated, not audio, too long, not finite, below 16 kHz,
        or (without `convert`) not 16-bit mono at 16 kHz.
    """
    samples = read_samples(path, convert=convert)
    if len(samples) > LONGEST_CLIP_S * RATE_HZ:
        raise InputError(
            f"{path} lasts {len(samples) / RATE_HZ:.1f} s; a clip holds one word, in at most "
            f"{LONGEST_CLIP_S:.0f} s. Cut it into one file a word."
        )
    return fit_to_one_second(samples)


def read_seconds(path: Path, *, convert: bool = False) -> NDArray[np.int16]:
    """Cut a recording of background noise into whole seconds; see `read_clip` for the rest.

    Returns
    -------
    clips : ndarray, shape=(max(1, whole seconds), 16000), dtype=int16
        One after the other from the start; what is left at the end is dropped.
    """
    samples = read_samples(path, convert=convert)
    seconds = len(samples) // CLIP_SAMPLES
    if seconds == 0:
        return fit_to_one_second(samples)[None]
    return samples[: seconds * CLIP_SAMPLES].reshape(seconds, CLIP_SAMPLES)


def count_seconds(path: Path) -> int:
    """Return the number of clips `read_seconds` will give, from the file's header alone."""
    with _opened(path) as sound:
        return max(1, int(sound.frames * RATE_HZ / sound.samplerate) // CLIP_SAMPLES)


def fit_to_one_second(samples: Samples) -> Samples:
    """Centre a short recording in silence, or keep the loudest second of a long one."""
    spare = len(samples) - CLIP_SAMPLES
    if spare <= 0:
        return np.pad(samples, (-spare // 2, -spare - -spare // 2))
    power = np.cumsum(np.square(samples, dtype=np.float64))
    second = power[CLIP_SAMPLES - 1 :] - np.pad(power[:spare], (1, 0))
    loudest = np.flatnonzero(second >= 0.999 * second.max())  # a short word fits in many ways
    start = int(loudest[len(loudest) // 2])
    return samples[start : start + CLIP_SAMPLES]


def read_samples(path: Path, *, convert: bool = False) -> Samples:
    """Read a whole file as int16 at 16 kHz; see `read_clip` for what is refused."""
    with _opened(path) as sound:
        rate_hz, subtype = sound.samplerate, sound.subtype
        exact = subtype in SIXTEEN_BIT
        if rate_hz < RATE_HZ:
            raise InputError(
                f"{path} was recorded at {rate_hz:,} Hz, so it has nothing above "
                f"{rate_hz / 2000:g} kHz, where s, f and t are told apart. "
                "Record again at 16,000 Hz: resampling cannot bring the sound back."
            )
        try:
            samples = sound.read(dtype="int16" if exact else "float32", always_2d=True)
        except soundfile.LibsndfileError as error:
            raise _cut_off(path) from error
        if len(samples) < sound.frames or _ends_early(path):
            raise _cut_off(path)
        if len(samples) == 0:
            raise InputError(f"{path} holds no sound at all. Record it again or delete it.")
        _check_range(path, samples, rate_hz)
        differs = [f"{rate_hz:,} Hz"] if rate_hz != RATE_HZ else []
        if sound.channels != 1:
            differs.append("stereo" if sound.channels == 2 else f"{sound.channels} channels")
        if not exact:
            differs.append(sound.subtype_info)
    if not differs:
        return np.asarray(samples[:, 0], dtype=np.int16)
    if not convert:
        raise InputError(
            f"{path} is {', '.join(differs)}; clips are 16,000 Hz, mono, 16 bit. Export it so, "
            "or let load_dataset(..., convert=True) do it."
        )
    return _converted(samples, rate_hz)


def _opened(path: Path) -> Any:
    """Open a sound file, or say why that cannot be done."""
    if not path.is_file():
        raise InputError(f"{path} is not there. Check the name; nothing was read.")
    if path.stat().st_size == 0:
        raise InputError(f"{path} is empty (0 bytes). Record it again or delete it.")
    try:
        return soundfile.SoundFile(path)
    except (soundfile.LibsndfileError, OSError) as error:
        raise InputError(
            f"{path} cannot be read as sound: it is damaged, or not a WAV, FLAC, Ogg or Opus file. "
            "Export it again as 16-bit WAV, or delete it."
        ) from error


def _check_range(path: Path, samples: NDArray[Any], rate_hz: int) -> None:
    """Refuse float samples (frames, channels) that are not numbers, or not scaled to 1."""
    if samples.dtype == np.int16:
        return
    bad = np.flatnonzero(~np.isfinite(samples).all(axis=1))
    if len(bad):
        raise InputError(
            f"{path} holds a sample that is not a number (NaN or infinite) at "
            f"{bad[0] / rate_hz:.3f} s. Export it again as 16-bit WAV, or delete it."
        )
    if (peak := float(np.abs(samples).max())) > 2:
        raise InputError(
            f"{path} holds float samples up to {peak:.3g}; full scale is 1. "
            "Divide them by their full scale, or export it again as 16-bit WAV."
        )


def _converted(samples: NDArray[Any], rate_hz: int) -> Samples:
    """Mix, resample and round samples (frames, channels) to int16 mono at 16 kHz."""
    scale = 32_768 if samples.dtype == np.int16 else 1
    mono = samples.astype(np.float32).mean(axis=1) / scale
    if rate_hz != RATE_HZ:
        import librosa

        mono = librosa.resample(mono, orig_sr=rate_hz, target_sr=RATE_HZ, res_type="soxr_hq")
    return np.asarray(np.clip(np.rint(mono * 32_768), -32_768, 32_767), dtype=np.int16)


def _ends_early(path: Path) -> bool:
    """Tell whether a WAV or Ogg file is shorter than its own headers say.

    libsndfile reads such files up to where they stop and reports nothing. In a RIFF file bytes 4
    to 7 give the size of what follows; the last page of an Ogg stream has flag 4 set (RFC 3533).
    """
    with path.open("rb") as file:
        head = file.read(8)
        size = file.seek(0, 2)
        if head[:4] == b"RIFF":
            (claimed,) = struct.unpack("<I", head[4:])
            return claimed not in STREAMED and claimed + 8 > size
        if head[:4] == b"OggS":
            file.seek(max(0, size - 65_536))
            tail = file.read()
            page = tail.rfind(b"OggS")
            return page < 0 or not _is_whole_last_page(tail[page:])
    return False


def _is_whole_last_page(page: bytes) -> bool:
    """Tell whether an Ogg page ends its stream and has all its segments."""
    if len(page) < 27 or not page[5] & 4:
        return False
    segments = page[27 : 27 + page[26]]
    return len(page) >= 27 + page[26] + sum(segments)


def _cut_off(path: Path) -> InputError:
    return InputError(
        f"{path} stops before its end: it was cut off while it was recorded or copied. "
        "Copy or record it again, or delete it."
    )
