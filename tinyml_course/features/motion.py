"""Motion to model input: rows of an inertial sensor's axes, averaged and scaled to int8.

`MotionWindow` is the one specification; its NumPy side is here, its C side in `c/tinyml_motion.c`,
and the two are equal to the bit:

1. counts   an int16 sample: 1/4096 g, 1/16 degree/s       (on a board by the sensor's adapter)
2. row      s[a] = sum of `hop` samples of axis a           32 bits
3. int8     r[a] = floor((s[a] * m[a] + 2^15) / 2^16)       held to -128..127

m[a] = round(2^23 / (hop * full scale of axis a in counts)), so that the axis's range becomes the
whole of int8 (scale 1, zero point 0). A window is the latest rows, oldest first.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from typing import Any, ClassVar, Self, overload

import numpy as np
from numpy.typing import NDArray

from tinyml_course.datasets.dataset import Dataset
from tinyml_course.errors import InputError
from tinyml_course.features.record import read_record, require_numbers

COUNTS_PER_G = 4096
COUNTS_PER_DEGREE_S = 16
ACCELERATION_AXES, ALL_AXES = 3, 6
LONGEST_HOP = 32

_HEADER = """\
/* The numbers of one MotionWindow, printed by tinyml_course (specification {version}). */
#ifndef TINYML_MOTION_TABLES_H
#define TINYML_MOTION_TABLES_H

#define TINYML_MOTION_RATE_HZ {rate_hz}
#define TINYML_MOTION_AXES {axes} /* aX, aY, aZ{turning} */
#define TINYML_MOTION_AVERAGE {hop} /* samples averaged to a row */
#define TINYML_MOTION_ROWS {rows} /* in one window */
/* Of each axis: 2^23 / (samples of a row * full scale in counts). */
#define TINYML_MOTION_MULTIPLIERS {{{multipliers}}}

#endif
"""


@dataclass(frozen=True)
class MotionWindow:
    """The specification of the gesture front end, callable on recordings.

    Parameters
    ----------
    rate_hz
        Samples a second.
    window_s
        Seconds the model sees at once.
    axes : {3, 6}
        3 for acceleration alone, 6 with the rate of turn.
    hop
        Samples averaged to one row of the window: a low-pass filter, and fewer rows to compute on.
    acceleration_g, turn_degrees_s
        What becomes the end of int8's range; what is beyond is held there.

    Examples
    --------
    >>> import numpy as np
    >>> MotionWindow(window_s=1.0, axes=3)(np.ones((2, 150, 3))).shape
    (2, 50, 1, 3)
    """

    rate_hz: int = 100
    window_s: float = 1.0
    axes: int = 6
    hop: int = 2
    acceleration_g: float = 4.0
    turn_degrees_s: float = 500.0

    VERSION: ClassVar[int] = 1
    KIND: ClassVar[str] = "motion"
    c_name: ClassVar[str] = "tinyml_motion"
    sample_dtype: ClassVar[np.dtype[np.int16]] = np.dtype(np.int16)

    def __post_init__(self) -> None:
        require_numbers(self)
        if self.axes not in (ACCELERATION_AXES, ALL_AXES):
            raise InputError(
                f"MotionWindow has axes={self.axes}; give 3 (acceleration) or 6 (and turning)."
            )
        if not 1 <= self.rate_hz <= 2000:
            raise InputError(f"MotionWindow has rate_hz={self.rate_hz}; give 1 to 2000.")
        if not 1 <= self.hop <= LONGEST_HOP:
            raise InputError(f"MotionWindow has hop={self.hop}; give 1 to {LONGEST_HOP} samples.")
        if not 1 <= self.rows <= 1000:
            raise InputError(
                f"MotionWindow of {self.window_s} s has {self.rows} rows of {self.hop} samples; "
                "give a window of 1 to 1000 rows."
            )
        for name, least, most in (("acceleration_g", 0.25, 16), ("turn_degrees_s", 62.5, 4000)):
            if not least <= getattr(self, name) <= most:
                raise InputError(
                    f"MotionWindow has {name}={getattr(self, name)}; give {least} to {most}."
                )

    @property
    def kind(self) -> str:
        """The name its JSON carries."""
        return self.KIND

    @property
    def hop_s(self) -> float:
        """Seconds from one row to the next."""
        return self.hop / self.rate_hz

    @property
    def rows(self) -> int:
        """Rows of a window."""
        return round(self.window_s * self.rate_hz) // self.hop

    @property
    def window_samples(self) -> int:
        """Samples of a window."""
        return self.rows * self.hop

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """Shape of one model input, rows of axes as pixels of channels: (rows, 1, axes)."""
        return (self.rows, 1, self.axes)

    @cached_property
    def multipliers(self) -> NDArray[np.int64]:
        """What the sum of a row is multiplied by, (axes,), Q16 of an int8 step a count."""
        scale = [self.acceleration_g * COUNTS_PER_G] * 3
        scale += [self.turn_degrees_s * COUNTS_PER_DEGREE_S] * 3
        return np.rint(2**23 / (self.hop * np.array(scale[: self.axes]))).astype(np.int64)

    @overload
    def __call__(self, recordings: NDArray[Any]) -> NDArray[np.int8]: ...
    @overload
    def __call__(self, recordings: Dataset) -> Dataset: ...
    def __call__(self, recordings: NDArray[Any] | Dataset) -> NDArray[np.int8] | Dataset:
        """Return the model input of recordings: of the window in the middle of each.

        Parameters
        ----------
        recordings : (n, samples, axes) or (samples, axes) array, or a Dataset of such
            Floats in g and degrees/s, or int16 counts as `counts` gives. What there is beside
            the first `axes` axes is left out.

        Returns
        -------
        (n, rows, 1, axes) int8 array, or the Dataset with it as `x`

        Raises
        ------
        InputError
            If there are too few samples or axes, a value is not finite, or the rate differs.
        """
        if isinstance(recordings, Dataset):
            if recordings.rate_hz != self.rate_hz:
                raise InputError(
                    f"MotionWindow is for {self.rate_hz} Hz, the dataset has "
                    f"{recordings.rate_hz}. Load it again, or give rate_hz={recordings.rate_hz}."
                )
            x = self(recordings.x)
            return dataclasses.replace(recordings, x=x, rate_hz=None, units="int8 features")
        return self._rows(self.hops(np.asarray(recordings)))[:, :, None]

    def hops(self, recordings: NDArray[Any]) -> NDArray[np.int16]:
        """Cut the window in the middle of each recording into the hops that C takes.

        Returns
        -------
        (n, rows, hop * axes) int16 array, C-contiguous
            Counts, sample after sample.
        """
        counts = self.counts(recordings)
        counts = counts[None] if counts.ndim == 2 else counts
        spare = counts.shape[1] - self.window_samples
        if spare < 0:
            raise InputError(
                f"a recording of {counts.shape[1]} samples is shorter than the window of "
                f"{self.window_samples} ({self.window_s} s). Record longer, or shorten the window."
            )
        middle = counts[:, spare // 2 : spare // 2 + self.window_samples]
        return np.ascontiguousarray(middle).reshape(len(counts), self.rows, self.hop * self.axes)

    def blank(self) -> NDArray[np.int16]:
        """Return one window of zeros, (1, samples, axes)."""
        return np.zeros((1, self.window_samples, self.axes), np.int16)

    def counts(self, recordings: NDArray[Any]) -> NDArray[np.int16]:
        """Return recordings (..., samples, axes) as the integers a board's adapter gives."""
        array = np.asarray(recordings)
        if array.ndim not in (2, 3) or array.shape[-1] < self.axes:
            raise InputError(
                f"MotionWindow got recordings of shape {array.shape}; give "
                f"(n, samples, {self.axes}), or choose axes=3 for acceleration alone."
            )
        array = array[..., : self.axes]
        if array.dtype == np.int16:
            return array
        if not np.isfinite(array).all():
            raise InputError("MotionWindow got a sample that is not finite. Clean the recording.")
        scale = np.repeat([COUNTS_PER_G, COUNTS_PER_DEGREE_S], 3)[: self.axes]
        counts = np.clip(np.rint(array * scale), -(2**15), 2**15 - 1)
        return np.asarray(counts, dtype=np.int16)

    def windows(self, recording: NDArray[Any], every: int = 1) -> NDArray[np.int8]:
        """Return the model input at each row that ends a window, as a board makes it.

        Parameters
        ----------
        recording : (samples, axes) array
        every
            Rows from one window to the next.

        Returns
        -------
        (1 + (rows of the recording - rows) // every, rows, 1, axes) int8
            Empty when the recording is shorter than one window.
        """
        counts = self.counts(recording)
        count = len(counts) // self.hop
        rows = self._rows(counts[: count * self.hop].reshape(count, self.hop * self.axes))
        if count < self.rows:
            return np.empty((0, *self.input_shape), np.int8)
        view = np.lib.stride_tricks.sliding_window_view(rows, self.rows, axis=0)[::every]
        return np.ascontiguousarray(view.transpose(0, 2, 1)[:, :, None])

    def to_json(self) -> str:
        """Return the specification as JSON, as a run keeps it in `features.json`."""
        record = {"kind": self.KIND, "version": self.VERSION, **dataclasses.asdict(self)}
        return json.dumps(record | {"input_shape": self.input_shape}, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the specification `to_json` wrote.

        Raises
        ------
        InputError
            If the text is not such a record, or of a version this course does not compute.
        """
        return read_record(cls, text)

    def c_files(self) -> dict[str, str]:
        """Return the C side by file name: two files as they are, and the printed numbers."""
        folder = files("tinyml_course") / "c"
        names = ("tinyml_motion.h", "tinyml_motion.c")
        sources = {name: (folder / name).read_text(encoding="utf-8") for name in names}
        numbers = _HEADER.format(
            version=self.VERSION,
            rate_hz=self.rate_hz,
            axes=self.axes,
            turning=", gX, gY, gZ" if self.axes == ALL_AXES else "",
            hop=self.hop,
            rows=self.rows,
            multipliers=", ".join(map(str, self.multipliers.tolist())),
        )
        return sources | {"tinyml_motion_tables.h": numbers}

    def _rows(self, hops: NDArray[np.int16]) -> NDArray[np.int8]:
        """Return steps 2 and 3 of (..., hop * axes): (..., axes)."""
        total = hops.reshape(*hops.shape[:-1], self.hop, self.axes).sum(axis=-2, dtype=np.int64)
        steps = (total * self.multipliers + 2**15) >> 16
        return np.asarray(np.clip(steps, -128, 127), dtype=np.int8)
