"""A grey picture to model input: its middle cut out, shrunk, its light evened out, as int8.

`ImagePatch` is the one specification; its NumPy side is here, its C side in `c/tinyml_image.c`,
and the two are equal to the bit:

1. crop     the square of `crop` pixels in the middle of the picture of `height` x `width`
2. sum      a[i, j] = sum of p[r, c] * v[i, r] * v[j, c]            32 bits
3. grey     g = floor(256 * a / crop^2)                             Q8 of a grey value
4. light    mean = floor(sum of g / n), deviation = floor(sqrt(sum of (g - mean)^2 / n))
5. int8     q = floor(((g - mean) * m + 2^15) / 2^16), m = floor(32 * 2^16 / deviation)

v[i, r] is how much of pixel r lies in model pixel i, in 1/size of a pixel, so that any two sizes go
together: an area average. n is the number of model pixels. The deviation is 1 grey value at least;
q is held to -128..127. A picture twice as bright, or of twice the contrast, gives nearly the same
model input (scale 1, zero point 0).
"""

from __future__ import annotations

import dataclasses
import json
import math
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from typing import Any, ClassVar, Self, overload

import numpy as np
from numpy.typing import NDArray

from tinyml_course.datasets.dataset import Dataset
from tinyml_course.errors import InputError
from tinyml_course.features.record import read_record, require_numbers

STEPS_PER_DEVIATION = 32
LEAST_DEVIATION = 256  # one grey value, Q8
LARGEST = 512  # pixels: 255 * LARGEST^2 stays below 2^32
BLOCK = 256  # pictures computed together

_HEADER = """\
/* The numbers of one ImagePatch, printed by tinyml_course (specification {version}). */
#ifndef TINYML_IMAGE_TABLES_H
#define TINYML_IMAGE_TABLES_H

#define TINYML_IMAGE_HEIGHT {height} /* of the picture */
#define TINYML_IMAGE_WIDTH {width}
#define TINYML_IMAGE_CROP {crop} /* of the square in its middle */
#define TINYML_IMAGE_TOP {top} /* where that begins */
#define TINYML_IMAGE_LEFT {left}
#define TINYML_IMAGE_SIDE {size} /* of the model's input */
#define TINYML_IMAGE_STEPS_PER_DEVIATION {steps}
#define TINYML_IMAGE_LEAST_DEVIATION {least} /* 1/256 of a grey value */

#endif
"""


@dataclass(frozen=True)
class ImagePatch:
    """The specification of the inspection front end, callable on pictures.

    Parameters
    ----------
    height, width
        Of a picture, in pixels.
    crop
        Side of the square that is looked at, in pixels; None is the largest there is.
    size
        Side of the model's input, in pixels; at most `crop`.

    Examples
    --------
    >>> import numpy as np
    >>> ImagePatch(120, 160, size=48)(np.zeros((2, 120, 160), np.uint8)).shape
    (2, 48, 48, 1)
    """

    height: int = 64
    width: int = 64
    crop: int | None = None
    size: int = 64

    VERSION: ClassVar[int] = 1
    KIND: ClassVar[str] = "image"
    c_name: ClassVar[str] = "tinyml_image"
    sample_dtype: ClassVar[np.dtype[np.uint8]] = np.dtype(np.uint8)

    def __post_init__(self) -> None:
        require_numbers(self)
        if self.crop is None:
            object.__setattr__(self, "crop", min(self.height, self.width))
        for name, most in (("height", LARGEST), ("width", LARGEST), ("crop", self._shorter)):
            if not 8 <= getattr(self, name) <= most:
                raise InputError(
                    f"ImagePatch has {name}={getattr(self, name)}; give 8 to {most} pixels."
                )
        if not 8 <= self.size <= self.side:
            raise InputError(
                f"ImagePatch has size={self.size}; give 8 to {self.side} pixels, the crop's side."
            )

    @property
    def kind(self) -> str:
        """The name its JSON carries."""
        return self.KIND

    @property
    def hop_s(self) -> float:
        """Seconds from one row to the next: pictures have no rate."""
        return 0.0

    @property
    def side(self) -> int:
        """Side of the square that is looked at."""
        return self.crop or self._shorter

    @property
    def corner(self) -> tuple[int, int]:
        """Row and column where that square begins."""
        return (self.height - self.side) // 2, (self.width - self.side) // 2

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """Shape of one model input: (row, column, 1)."""
        return (self.size, self.size, 1)

    @cached_property
    def shares(self) -> NDArray[np.int64]:
        """How much of each pixel lies in each model pixel, (size, crop), in 1/size of a pixel."""
        begins = np.arange(self.side) * self.size
        first = np.arange(self.size)[:, None] * self.side
        overlap = np.minimum(begins + self.size, first + self.side) - np.maximum(begins, first)
        return np.asarray(np.maximum(overlap, 0))

    @overload
    def __call__(self, recordings: NDArray[Any]) -> NDArray[np.int8]: ...
    @overload
    def __call__(self, recordings: Dataset) -> Dataset: ...
    def __call__(self, recordings: NDArray[Any] | Dataset) -> NDArray[np.int8] | Dataset:
        """Return the model inputs of pictures.

        Parameters
        ----------
        recordings : (n, height, width) or (height, width) uint8 array, or a Dataset of such

        Returns
        -------
        (n, size, size, 1) int8 array, or the Dataset with it as `x`

        Raises
        ------
        InputError
            If the pictures are not grey pictures of this size.
        """
        if isinstance(recordings, Dataset):
            x = self(recordings.x)
            return dataclasses.replace(recordings, x=x, rate_hz=None, units="int8 features")
        pictures = self.hops(recordings)
        blocks = [
            self._evened(self._shrunk(pictures[i : i + BLOCK]))
            for i in range(0, len(pictures), BLOCK)
        ]
        return np.concatenate([np.empty((0, *self.input_shape), np.int8), *blocks])

    def hops(self, recordings: NDArray[Any]) -> NDArray[np.uint8]:
        """Check pictures; their rows are what C takes one by one: (n, height, width)."""
        pictures = np.asarray(recordings)
        pictures = pictures[None] if pictures.ndim == 2 else pictures
        if pictures.shape[1:] != (self.height, self.width) or pictures.dtype != np.uint8:
            raise InputError(
                f"ImagePatch got {pictures.dtype} pictures of shape {pictures.shape}; give uint8 "
                f"grey values of shape (n, {self.height}, {self.width})."
            )
        return np.ascontiguousarray(pictures)

    def blank(self) -> NDArray[np.uint8]:
        """Return one black picture, (1, height, width)."""
        return np.zeros((1, self.height, self.width), np.uint8)

    def to_json(self) -> str:
        """Return the specification as JSON, as a run keeps it in `features.json`."""
        record = {"kind": self.KIND, "version": self.VERSION, **dataclasses.asdict(self)}
        return json.dumps(record | {"rate_hz": 0, "input_shape": self.input_shape}, indent=1) + "\n"

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
        names = ("tinyml_image.h", "tinyml_image.c")
        sources = {name: (folder / name).read_text(encoding="utf-8") for name in names}
        top, left = self.corner
        numbers = _HEADER.format(
            version=self.VERSION,
            height=self.height,
            width=self.width,
            crop=self.side,
            top=top,
            left=left,
            size=self.size,
            steps=STEPS_PER_DEVIATION,
            least=LEAST_DEVIATION,
        )
        return sources | {"tinyml_image_tables.h": numbers}

    @property
    def _shorter(self) -> int:
        return min(self.height, self.width)

    def _shrunk(self, pictures: NDArray[np.uint8]) -> NDArray[np.int64]:
        """Return steps 1 to 3: grey values, Q8, (n, size, size)."""
        top, left = self.corner
        square = pictures[:, top : top + self.side, left : left + self.side]
        shares = self.shares.T.astype(np.float64)  # sums stay below 2^32: doubles hold them exactly
        lines = square.reshape(-1, self.side).astype(np.float64)
        across = (lines @ shares).reshape(-1, self.side, self.size)  # one product is far faster
        lines = across.swapaxes(1, 2).reshape(-1, self.side)  #        than one a picture
        down = (lines @ shares).reshape(-1, self.size, self.size)
        return np.asarray(256 * down.swapaxes(1, 2).astype(np.int64) // self.side**2)

    def _evened(self, grey: NDArray[np.int64]) -> NDArray[np.int8]:
        """Return steps 4 and 5, (n, size, size, 1)."""
        mean = grey.sum(axis=(1, 2)) // self.size**2
        above = grey - mean[:, None, None]
        variance = np.square(above).sum(axis=(1, 2)) // self.size**2
        deviation = np.array([math.isqrt(int(v)) for v in variance], np.int64)
        multiplier = (STEPS_PER_DEVIATION << 16) // np.maximum(deviation, LEAST_DEVIATION)
        steps = (above * multiplier[:, None, None] + 2**15) >> 16
        return np.asarray(np.clip(steps, -128, 127)[..., None], dtype=np.int8)
