"""Samples of a folder, piled up on disk as they are read, so that a set larger than RAM will do."""

from __future__ import annotations

import tempfile
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinyml_course.cache import cache_dir


class Pile:
    """Arrays of one shape and type, kept in a file of the cache folder that nobody else sees."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(dir=cache_dir("check"))  # noqa: SIM115 - lives on
        self._shape: tuple[int, ...] = ()
        self._dtype: np.dtype[Any] = np.dtype(np.uint8)
        self._count = 0

    def add(self, values: NDArray[Any]) -> None:
        """Put an array on the pile; all have the first one's shape and type."""
        if self._count == 0:
            self._shape, self._dtype = values.shape, values.dtype
        assert (values.shape, values.dtype) == (self._shape, self._dtype)
        self._file.write(np.ascontiguousarray(values).data)
        self._count += 1

    def array(self) -> NDArray[Any]:
        """Return all of them as one array, (n, ...), mapped into memory; it must not be empty."""
        self._file.flush()
        shape = (self._count, *self._shape)
        return np.asarray(np.memmap(self._file, self._dtype, mode="r", shape=shape))
