"""Sound to model input: the MFCC front end of MLPerf Tiny's keyword task, in integers.

`Mfcc` is the one specification; its NumPy side is here and in `mfcc_arithmetic`, its C side in
`c/tinyml_mfcc.c`, and the two are equal to the bit. 16 kHz int16 samples become, every 20 ms, 10
cepstral coefficients of a 30 ms Hann window; 49 such frames, each coefficient's mean over them
subtracted, are the int8 input of the model itself (scale 1, zero point 0).

References
----------
Davis and Mermelstein (1980), Comparison of parametric representations for monosyllabic word
recognition, for the coefficients; Atal (1974) for subtracting their mean.
"""

import dataclasses
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Self, overload

import numpy as np
from numpy.typing import NDArray

from tinyml_course.datasets.dataset import Dataset
from tinyml_course.errors import InputError
from tinyml_course.features import mfcc_arithmetic as arithmetic
from tinyml_course.features import mfcc_tables as tables
from tinyml_course.features.mfcc_source import mfcc_c_files
from tinyml_course.features.mfcc_tables import COEFFICIENTS, HOP, RATE_HZ, WINDOW
from tinyml_course.features.record import require_numbers

FRAMES_AT_ONCE = 2 * 49  # buffers this small stay in the cache, and are not returned to the system
DB_PER_OCTAVE = 20 * np.log10(2)


@dataclass(frozen=True)
class MfccStages:
    """What each stage of `Mfcc` makes of a recording, for a plot."""

    frames: NDArray[np.int16]
    """Samples by frame, (frames, 480)."""
    magnitude: NDArray[np.int64]
    """Spectrum of the windowed frames, (frames, 128 bins of 31.25 Hz), eighths of a sample step."""
    log_mel: NDArray[np.int64]
    """log2 of the mel bands over one sample step, (frames, 40), Q15."""
    coefficients: NDArray[np.int16]
    """Cepstral coefficients before the mean is taken off, (frames, 10), 1/16 int8 step."""
    features: NDArray[np.int8]
    """The model's input, (windows, 49, 10, 1): one window for each frame that ends one."""

    @property
    def log_mel_db(self) -> NDArray[np.float64]:
        """Mel bands in decibels over one sample step, (frames, 40)."""
        return np.asarray(self.log_mel * (DB_PER_OCTAVE / 2**15))


@dataclass(frozen=True)
class Mfcc:
    """The specification of the keyword front end, callable on recordings.

    Parameters
    ----------
    frames
        Frames of 20 ms the model sees at once; 49 cover one second.
    floor
        Added to every mel band before the logarithm, in sample steps. 16 is what a noise of about
        one step leaves in a narrow band: digital silence and the quietest converter look alike.

    Examples
    --------
    >>> import numpy as np
    >>> Mfcc()(np.zeros((2, 16000), np.int16)).shape
    (2, 49, 10, 1)
    """

    frames: int = 49
    floor: int = 16

    VERSION: ClassVar[int] = 1
    KIND: ClassVar[str] = "mfcc"
    c_name: ClassVar[str] = "tinyml_mfcc"
    sample_dtype: ClassVar[np.dtype[np.int16]] = np.dtype(np.int16)
    hop_s: ClassVar[float] = HOP / RATE_HZ

    def __post_init__(self) -> None:
        require_numbers(self)
        if not 1 <= self.frames <= 1000:
            raise InputError(f"Mfcc has frames={self.frames}; give 1 to 1000.")
        if not 1 <= self.floor <= 2**16:
            raise InputError(f"Mfcc has floor={self.floor}; give 1 to 65536 sample steps.")

    @property
    def kind(self) -> str:
        """The name its JSON carries."""
        return self.KIND

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """Shape of one model input: (frames, coefficients, 1)."""
        return (self.frames, COEFFICIENTS, 1)

    @property
    def clip_samples(self) -> int:
        """Samples of a clip: one hop more than frames, 16,000 for 49 frames."""
        return (self.frames + 1) * HOP

    @overload
    def __call__(self, recordings: NDArray[np.int16]) -> NDArray[np.int8]: ...
    @overload
    def __call__(self, recordings: Dataset) -> Dataset: ...
    def __call__(self, recordings: NDArray[np.int16] | Dataset) -> NDArray[np.int8] | Dataset:
        """Return the model input of clips.

        Parameters
        ----------
        recordings : (n, 16000) or (16000,) int16 array, or a Dataset of such clips
            16 kHz mono.

        Returns
        -------
        (n, 49, 10, 1) int8 array, or the Dataset with it as `x`
            A single clip gives n = 1.

        Raises
        ------
        InputError
            If the clips are not int16, not of this length or not at 16 kHz.
        """
        if isinstance(recordings, Dataset):
            if recordings.rate_hz != RATE_HZ:
                raise InputError(f"Mfcc needs {RATE_HZ} Hz, the dataset has {recordings.rate_hz}.")
            x = self(recordings.x)
            return dataclasses.replace(recordings, x=x, rate_hz=None, units="int8 features")
        clips = np.atleast_2d(_int16(recordings))
        if clips.ndim != 2 or clips.shape[1] != self.clip_samples:
            raise InputError(
                f"Mfcc got clips of shape {np.shape(recordings)}; give (n, {self.clip_samples}), "
                "or use coefficients() and windows() for a recording of another length."
            )
        frames = _frames(clips)
        out = np.empty((len(clips), *self.input_shape), np.int8)
        step = max(1, FRAMES_AT_ONCE // self.frames)
        for start in range(0, len(clips), step):
            raw = self._coefficients(frames[start : start + step])
            raw = raw.reshape(-1, self.frames, COEFFICIENTS)
            out[start : start + step, ..., 0] = self._centred(raw)
        return out

    def hops(self, recordings: NDArray[np.int16]) -> NDArray[np.int16]:
        """Check clips and cut them into the hops that C takes.

        Parameters
        ----------
        recordings : int16 array, (n, samples)
            What is left over at the end of a clip is dropped.

        Returns
        -------
        int16 array, (n, hops, 320), C-contiguous

        Raises
        ------
        InputError
            If the clips are not a two-dimensional int16 array, or shorter than one hop.
        """
        clips = np.asarray(recordings)
        if clips.dtype != np.int16 or clips.ndim != 2:
            raise InputError(
                f"clips must be int16 of shape (n, samples), got {clips.dtype} of {clips.shape}."
            )
        count = clips.shape[1] // HOP
        if count == 0:
            raise InputError(
                f"a clip of {clips.shape[1]} samples is shorter than one hop of {HOP}."
            )
        return np.ascontiguousarray(clips[:, : count * HOP]).reshape(len(clips), count, HOP)

    def blank(self) -> NDArray[np.int16]:
        """Return one clip of digital silence, int16 (1, 16000)."""
        return np.zeros((1, self.clip_samples), np.int16)

    def coefficients(self, samples: NDArray[np.int16]) -> NDArray[np.int16]:
        """Return the coefficients of every frame of a recording of any length.

        Parameters
        ----------
        samples : (n,) int16
            16 kHz mono, n at least 480.

        Returns
        -------
        (1 + (n - 480) // 320, 10) int16
            In sixteenths of an int8 step, the mean not yet subtracted.
        """
        frames = _frames(_recording(samples))
        chunks = range(0, len(frames), FRAMES_AT_ONCE)
        return np.concatenate([self._coefficients(frames[i : i + FRAMES_AT_ONCE]) for i in chunks])

    def windows(self, coefficients: NDArray[np.int16], every: int = 1) -> NDArray[np.int8]:
        """Return the model input at each frame that ends a window, as a board makes it.

        Parameters
        ----------
        coefficients : (frames, 10) int16
            From `coefficients`.
        every
            Frames from one window to the next.

        Returns
        -------
        (1 + (frames - 49) // every, 49, 10, 1) int8
            Empty when the recording is shorter than one window.
        """
        out = [self._centred(some)[..., None] for some in self._windows(coefficients, every)]
        return np.concatenate([np.empty((0, *self.input_shape), np.int8), *out])

    def stages(self, samples: NDArray[np.int16]) -> MfccStages:
        """Return every intermediate result of a recording of any length, for plots."""
        frames = _frames(_recording(samples))
        by_residue = arithmetic.magnitudes(frames)
        used = arithmetic.used_bins()
        magnitude = np.zeros((len(frames), tables.BINS), np.int64)
        magnitude[:, abs(arithmetic.bin_order()[used])] = by_residue[:, used]
        log_mel = arithmetic.log_mel(by_residue, self.floor)
        raw = arithmetic.coefficients(log_mel)
        return MfccStages(frames, magnitude, log_mel, raw, self.windows(raw))

    def to_json(self) -> str:
        """Return the specification as JSON, as a run keeps it in `features.json`."""
        record = {"kind": self.KIND, "version": self.VERSION, **self._fixed()}
        record |= dataclasses.asdict(self) | {"input_shape": self.input_shape}
        return json.dumps(record, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the specification `to_json` wrote.

        Raises
        ------
        InputError
            If the text is not such a record, or of a version this course does not compute.
        """
        try:
            record = json.loads(text)
            known = {"kind": cls.KIND, "version": cls.VERSION, **cls._fixed()}
            other = {key: record.get(key) for key in known if record.get(key) != known[key]}
            spec = cls(int(record["frames"]), int(record["floor"]))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise InputError(f"the feature record is damaged ({error!r}); train again.") from error
        if other:
            raise InputError(f"the feature record has {other}, not {known}; train again.")
        return spec

    def c_files(self) -> dict[str, str]:
        """Return the C side by file name: two sources as they are, and their generated tables."""
        return mfcc_c_files(self.frames, self.floor, self.VERSION)

    @staticmethod
    def _fixed() -> dict[str, Any]:
        """Return the numbers of the specification that no field changes."""
        return {
            "rate_hz": RATE_HZ,
            "window_samples": WINDOW,
            "hop_samples": HOP,
            "fft_samples": tables.FFT,
            "bands": tables.BANDS,
            "low_hz": tables.LOW_HZ,
            "high_hz": tables.HIGH_HZ,
            "gains": list(tables.GAINS),
        }

    def _coefficients(self, frames: NDArray[np.int16]) -> NDArray[np.int16]:
        magnitude = arithmetic.magnitudes(frames)
        return arithmetic.coefficients(arithmetic.log_mel(magnitude, self.floor))

    def _windows(self, raw: NDArray[np.int16], every: int) -> Iterator[NDArray[np.int16]]:
        """Yield windows (some, 49, 10), few enough at a time to stay small in memory."""
        if len(raw) >= self.frames:
            view = np.lib.stride_tricks.sliding_window_view(raw, self.frames, axis=0)[::every]
            for start in range(0, len(view), 256):
                yield view[start : start + 256].transpose(0, 2, 1)

    def _centred(self, raw: NDArray[np.int16]) -> NDArray[np.int8]:
        """Subtract each coefficient's mean over the frames of (n, 49, 10) and round to int8."""
        total = raw.sum(axis=1, keepdims=True, dtype=np.int64)
        mean = (total * tables.reciprocal(self.frames) + 2**20) >> 21
        steps = (raw.astype(np.int64) - mean + 8) >> 4
        features: NDArray[np.int8] = np.clip(steps, -128, 127).astype(np.int8)
        return features


def _recording(samples: NDArray[np.int16]) -> NDArray[np.int16]:
    samples = _int16(samples)
    if samples.ndim != 1 or len(samples) < WINDOW:
        raise InputError(f"a recording has shape {samples.shape}; give (n,) with n >= {WINDOW}.")
    return samples


def _int16(samples: Any) -> NDArray[np.int16]:
    array = np.asarray(samples)
    if array.dtype != np.int16:
        raise InputError(
            f"Mfcc got {array.dtype} samples; give int16 "
            "(from floats in -1..1: numpy.rint(32767 * x).astype(numpy.int16))."
        )
    return array


def _frames(samples: NDArray[np.int16]) -> NDArray[np.int16]:
    """Return overlapping frames of the last axis as a view, (..., frames, 480)."""
    return np.lib.stride_tricks.sliding_window_view(samples, WINDOW, axis=-1)[..., ::HOP, :]
