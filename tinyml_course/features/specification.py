"""What every front end offers: the one specification of a task's model inputs, in NumPy and in C.

The simulator and the sketches call a front end's C by its names alone: `<c_name>_reset(state)`,
`<c_name>_push(state, hop)`, which tells whether a window is full, and `<c_name>_read(state,
window)`; the state is a `<c_name>`, declared in `<c_name>.h` with `<C_NAME>_HOP`, the samples of a
hop, and `<C_NAME>_SIZE`, the int8 values of a window.
"""

from __future__ import annotations

from typing import Any, Protocol, overload

import numpy as np
from numpy.typing import NDArray

from tinyml_course.datasets.dataset import Dataset


class Features(Protocol):
    """A frozen specification: recordings in, int8 model inputs of scale 1 and zero point 0 out."""

    @property
    def kind(self) -> str:
        """The name its JSON carries, by which `load_features` finds its class."""

    @property
    def c_name(self) -> str:
        """Prefix of its C functions, name of its C state and of its header."""

    @property
    def sample_dtype(self) -> np.dtype[Any]:
        """Type of the samples that its C takes."""

    @property
    def hop_s(self) -> float:
        """Seconds from one hop to the next."""

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of one model input."""

    @overload
    def __call__(self, recordings: NDArray[Any]) -> NDArray[np.int8]: ...
    @overload
    def __call__(self, recordings: Dataset) -> Dataset: ...

    def hops(self, recordings: NDArray[Any]) -> NDArray[Any]:
        """Check recordings and cut them into what C is fed: (n, hops, samples of a hop)."""

    def blank(self) -> NDArray[Any]:
        """Return one recording of zeros, (1, ...), that fills a window."""

    def to_json(self) -> str:
        """Return the specification as JSON, `kind` and `input_shape` in it."""

    def c_files(self) -> dict[str, str]:
        """Return the C sources and headers by file name."""
