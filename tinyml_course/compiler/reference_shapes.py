"""Operators that move values and compute nothing: padding and concatenation."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinyml_course.compiler import graph as g
from tinyml_course.compiler.graph import Graph

Array = NDArray[Any]


def pad(graph: Graph, op: g.Pad, x: Array, *_: Array) -> Array:
    """Surround with the output's zero point."""
    value = graph.tensors[op.output].zero_point
    return np.pad(x, ((0, 0), *op.amounts), constant_values=value)


def concatenation(graph: Graph, op: g.Concatenation, *operands: Array) -> Array:
    """Join along an axis; a constant operand is the same in every frame."""
    frames = max(len(x) for x in operands)
    parts = [np.broadcast_to(x, (frames, *x.shape[1:])) for x in operands]
    return np.concatenate(parts, axis=op.axis + 1)
