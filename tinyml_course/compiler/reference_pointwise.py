"""Operators that keep the shape: tables, addition, softmax, quantization of floats."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinyml_course.compiler import fixed_point
from tinyml_course.compiler import graph as g
from tinyml_course.compiler.graph import Graph
from tinyml_course.compiler.quantization import (
    ADD_LEFT_SHIFT,
    Multiplier,
    activation_range,
    add_multipliers,
    requantize,
    saturate,
)
from tinyml_course.compiler.tables import softmax_exp, unary_table

Array = NDArray[Any]
_SUM_INTEGER_BITS = 12


def look_up(graph: Graph, op: g.UnaryOp, x: Array) -> Array:
    """Replace every 8-bit value by its entry in the operator's table."""
    return unary_table(graph, op)[x.astype(np.int16) - np.iinfo(x.dtype).min]


def quantize(graph: Graph, op: g.Quantize, x: Array) -> Array:
    """Bring float32 to the grid by a float32 division; integers go by the table."""
    if x.dtype != np.float32:
        return look_up(graph, op, x)
    target = graph.tensors[op.output]
    steps = (x / target.scale).astype(np.float64)
    nearest = np.trunc(steps + np.copysign(0.5, steps)) + target.zero_point
    return saturate(nearest, target.dtype)


def add(graph: Graph, op: g.Add, x: Array, y: Array) -> Array:
    """Add on the common scale, then go to the output's."""
    factors = add_multipliers(graph, op)
    target = graph.tensors[op.output]
    first = _raised(graph, op.inputs[0], x, factors.first, len(target.shape))
    second = _raised(graph, op.inputs[1], y, factors.second, len(target.shape))
    result = requantize((first + second).astype(np.int32), factors.output) + target.zero_point
    low, high = activation_range(op.activation, target)
    return np.clip(result, low, high).astype(target.dtype)


def _raised(graph: Graph, index: int, x: Array, factor: Multiplier, rank: int) -> Array:
    """Bring an operand to the common scale, with `rank` axes behind the frames."""
    centred = x.astype(np.int32) - graph.tensors[index].zero_point
    missing = (1,) * (rank + 1 - x.ndim)
    return requantize(centred << ADD_LEFT_SHIFT, factor).reshape(len(x), *missing, *x.shape[1:])


def softmax(graph: Graph, op: g.Softmax, x: Array) -> Array:
    """Normalize exp(x) over the last axis in fixed point; probability 1 saturates at 127."""
    exp, count = softmax_exp(graph, op)
    difference = x.max(axis=-1, keepdims=True).astype(np.int16) - x
    terms = exp[difference].astype(np.int64)
    # Terms go from Q0.31 to Q12.19, so that 4,096 of them can be summed.
    total = fixed_point.shift_right(terms, _SUM_INTEGER_BITS)
    total = np.where(difference < count, total, 0).sum(axis=-1, keepdims=True)
    mantissa, bits_above_one = fixed_point.reciprocal(total, _SUM_INTEGER_BITS)
    product = fixed_point.multiply(terms, mantissa)
    probability = fixed_point.shift_right(product, bits_above_one + 31 - 8) - 128
    return saturate(probability, np.dtype(np.int8))
