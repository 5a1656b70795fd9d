"""How arrays of one shape are walked through together: counts and steps along few axes.

The kernels that move and combine elements run over nested loops with a step for each array. Views
of NumPy arrays say what these steps are: an operator is described by slicing, reordering and
broadcasting arrays whose values nobody looks at.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinyml_course.compiler.graph import Op, Tensor
from tinyml_course.errors import UnsupportedModelError

View = NDArray[Any]


@dataclass(frozen=True)
class Walk:
    """Nested loops over arrays of one shape, the last axis fastest.

    Attributes
    ----------
    shape : tuple of int
        Elements along each axis; no axis is 1 long, and none could be joined to the one before.
    steps : tuple of tuple of int
        For each array, the bytes from one element to the next along each axis.
    """

    shape: tuple[int, ...]
    steps: tuple[tuple[int, ...], ...]

    def on_axes(self, op: Op, count: int) -> Walk:
        """Put axes 1 long in front, so that there are `count`.

        Raises
        ------
        UnsupportedModelError
            There are more.
        """
        missing = count - len(self.shape)
        if missing < 0:
            raise UnsupportedModelError(
                f"{op} walks through {len(self.shape)} axes; its kernel has {count}. Merge axes "
                "with a reshape before it."
            )
        front = (0,) * missing
        return Walk((1,) * missing + self.shape, tuple(front + steps for steps in self.steps))


def blank(tensor: Tensor) -> View:
    """Return an array of a tensor's shape and type to take views of; its values mean nothing."""
    return np.empty(tensor.shape, tensor.dtype)


def walk(*views: View) -> Walk:
    """Return the loops over arrays of one shape, with as few axes as possible."""
    shape: list[int] = []
    steps: list[tuple[int, ...]] = []
    for axis, length in enumerate(views[0].shape):
        if length == 1:
            continue
        step = tuple(view.strides[axis] for view in views)
        if shape and steps[-1] == tuple(length * n for n in step):
            shape[-1] *= length
            steps[-1] = step
        else:
            shape.append(length)
            steps.append(step)
    return Walk(tuple(shape), tuple(zip(*steps, strict=True)) or ((),) * len(views))


def first_byte(view: View, whole: View) -> int:
    """Return how many bytes from the start of `whole` its view's first element lies."""
    return address(view) - address(whole)


def address(array: View) -> int:
    """Return where an array's first element lies in this computer's memory."""
    place: int = array.__array_interface__["data"][0]
    return place


def braces(values: tuple[int, ...]) -> str:
    """Return numbers as the initialiser of a C array."""
    return f"{{{', '.join(map(str, values))}}}"
