"""What operators that compare and choose compute: TFLM's bits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinyml_course.compiler import choices as c
from tinyml_course.compiler.graph import Graph, Op
from tinyml_course.compiler.numerics.quantization import (
    COMPARED_LEFT_SHIFT,
    quantize_multiplier,
    requantize,
)
from tinyml_course.compiler.oracle.pointwise import aligned

Array = NDArray[Any]

COMPARED: dict[type[c.Comparison], Callable[[Array, Array], Array]] = {
    c.Equal: np.equal,
    c.NotEqual: np.not_equal,
    c.Greater: np.greater,
    c.GreaterEqual: np.greater_equal,
    c.Less: np.less,
    c.LessEqual: np.less_equal,
}


def compare(graph: Graph, op: c.Comparison, *operands: Array) -> Array:
    """Bring both to one scale, as integers, and compare; TFLM defines it for scales below 1."""
    rank = len(graph.tensors[op.output].shape)
    first, second = (
        aligned(_compared(graph, index, x), rank)
        for index, x in zip(op.inputs, operands, strict=True)
    )
    return COMPARED[type(op)](first, second)


def _compared(graph: Graph, index: int, q: Array) -> Array:
    """Return integers in steps of 2^-8, whatever the tensor's scale."""
    tensor = graph.tensors[index]
    centred = (q.astype(np.int32) - tensor.zero_point) << COMPARED_LEFT_SHIFT
    return requantize(centred, quantize_multiplier(float(tensor.scale)))


def logical(graph: Graph, op: c.LogicalAnd | c.LogicalOr, x: Array, y: Array) -> Array:
    """Combine what is true."""
    rank = len(graph.tensors[op.output].shape)
    combine = np.logical_and if isinstance(op, c.LogicalAnd) else np.logical_or
    combined: Array = combine(aligned(x, rank), aligned(y, rank))
    return combined


def logical_not(graph: Graph, op: c.LogicalNot, x: Array) -> Array:
    """Turn what is true to false."""
    return np.logical_not(x)


def select(graph: Graph, op: c.SelectV2, *operands: Array) -> Array:
    """Take one value or the other."""
    rank = len(graph.tensors[op.output].shape)
    return np.where(*(aligned(x, rank) for x in operands))


CHOICES: dict[type[Op], Callable[..., Array]] = {
    **dict.fromkeys(COMPARED, compare),
    c.LogicalAnd: logical,
    c.LogicalOr: logical,
    c.LogicalNot: logical_not,
    c.SelectV2: select,
    c.Select: select,
}
"""What each of them computes: (graph, op, *operands) to its output."""
