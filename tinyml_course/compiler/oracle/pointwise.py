"""Operators that keep the shape: tables, addition, softmax, quantization of floats."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinyml_course.compiler import arithmetic as a
from tinyml_course.compiler import graph as g
from tinyml_course.compiler import moves as m
from tinyml_course.compiler.graph import Graph, Op
from tinyml_course.compiler.numerics import fixed_point
from tinyml_course.compiler.numerics.quantization import (
    ADD_LEFT_SHIFT,
    SQUARE_LEFT_SHIFT,
    Multiplier,
    activation_range,
    add_multipliers,
    matrix_multiplier,
    product_multiplier,
    quotient_multiplier,
    requantize,
    rescale_multiplier,
    rounding_shift_right,
    saturate,
    squared_difference_multipliers,
)
from tinyml_course.compiler.numerics.tables import (
    TABLED,
    log_softmax_tables,
    softmax_exp,
    unary_table,
)

Array = NDArray[Any]
_SUM_INTEGER_BITS = 12


def cast(graph: Graph, op: m.Cast, x: Array) -> Array:
    """Convert as C does: floats towards 0 and saturated, integers wrapped around."""
    target = graph.tensors[op.output].dtype
    if x.dtype == np.float32 and target != np.float32:
        limits = np.iinfo(target)
        known = np.nan_to_num(x.astype(np.float64), nan=limits.min)
        return np.clip(np.trunc(known), limits.min, limits.max).astype(target)
    return x.astype(target)


def look_up(graph: Graph, op: g.UnaryOp, x: Array) -> Array:
    """Replace every 8-bit value by its entry in the operator's table."""
    return unary_table(graph, op)[x.astype(np.int16) - np.iinfo(x.dtype).min]


def quantize(graph: Graph, op: g.Quantize, x: Array) -> Array:
    """Bring float32 to the grid by a float32 division, integers by a multiplier.

    No number (NaN) becomes the least one, as in the C.
    """
    source, target = graph.tensors[op.input], graph.tensors[op.output]
    if x.dtype != np.float32:
        centred = x.astype(np.int32) - source.zero_point
        return saturate(
            requantize(centred, rescale_multiplier(graph, op)) + target.zero_point, target.dtype
        )
    steps = (x / target.scale).astype(np.float64)
    nearest = np.trunc(steps + np.copysign(0.5, steps)) + target.zero_point
    return saturate(np.where(np.isnan(nearest), -np.inf, nearest), target.dtype)


def add(graph: Graph, op: g.Add | a.Sub, x: Array, y: Array) -> Array:
    """Add or subtract on the common scale, then go to the output's."""
    factors = add_multipliers(graph, op)
    first, second = _centred(graph, op, x, y)
    first = requantize(first << ADD_LEFT_SHIFT, factors.first)
    second = requantize(second << ADD_LEFT_SHIFT, factors.second)
    raw = first - second if isinstance(op, a.Sub) else first + second
    return _finish(graph, op, requantize(raw.astype(np.int32), factors.output))


def mul(graph: Graph, op: a.Mul, x: Array, y: Array) -> Array:
    """Multiply, then go to the output's scale."""
    first, second = _centred(graph, op, x, y)
    return _finish(graph, op, requantize(first * second, product_multiplier(graph, op)))


def divide(graph: Graph, op: a.Div, x: Array, y: Array) -> Array:
    """Multiply by the divisor's reciprocal, the dividend raised as far as it goes.

    TFLM defines no quotient by 0: here 0 divides like 1, one step of its grid.
    """
    first, second = _centred(graph, op, x, y)
    first = np.where(second < 0, -first, first).astype(np.int64)
    inverse, bits = fixed_point.reciprocal(np.maximum(np.abs(second), 1).astype(np.int64), 31)
    headroom = fixed_point.sign_bits(first)
    quotient = fixed_point.multiply(first << headroom, inverse)
    factor = quotient_multiplier(graph, op)
    scaled = fixed_point.multiply(quotient, factor.value.astype(np.int64))
    shift = np.minimum(bits + headroom - factor.shift, 62)
    return _finish(graph, op, rounding_shift_right(scaled, shift))


def squared_difference(graph: Graph, op: a.SquaredDifference, x: Array, y: Array) -> Array:
    """Subtract on the common scale, square, then go to the output's."""
    factors = squared_difference_multipliers(graph, op)
    first, second = _centred(graph, op, x, y)
    first = requantize(first << SQUARE_LEFT_SHIFT, factors.first)
    second = requantize(second << SQUARE_LEFT_SHIFT, factors.second)
    square = ((first - second) ** 2).astype(np.int32)
    return _finish(graph, op, requantize(square, factors.output))


def prelu(graph: Graph, op: a.Prelu, x: Array, y: Array) -> Array:
    """Rescale what is above 0; multiply what is below by its slope as well."""
    first, second = _centred(graph, op, x, y)
    above = requantize(first, rescale_multiplier(graph, op))
    below = requantize(first * second, product_multiplier(graph, op))
    return _finish(graph, op, np.where(first >= 0, above, below))


def extreme(graph: Graph, op: a.Maximum | a.Minimum, x: Array, y: Array) -> Array:
    """Take the larger or the smaller integer."""
    choose = np.maximum if isinstance(op, a.Maximum) else np.minimum
    rank = len(graph.tensors[op.output].shape)
    chosen: Array = choose(aligned(x, rank), aligned(y, rank))
    return chosen


def aligned(x: Array, rank: int) -> Array:
    """Give an operand `rank` axes behind the frames."""
    return x.reshape(len(x), *(1,) * (rank + 1 - x.ndim), *x.shape[1:])


def _centred(graph: Graph, op: g.BinaryOp, *operands: Array) -> list[Array]:
    """Subtract the zero points; int32, aligned for broadcasting."""
    rank = len(graph.tensors[op.output].shape)
    return [
        aligned(x.astype(np.int32) - graph.tensors[index].zero_point, rank)
        for index, x in zip(op.inputs, operands, strict=True)
    ]


def _finish(graph: Graph, op: g.BinaryOp, x: Array) -> Array:
    """Add the output's zero point and clamp to the fused activation's range."""
    target = graph.tensors[op.output]
    low, high = activation_range(op.activation, target)
    finished: Array = np.clip(x + target.zero_point, low, high).astype(target.dtype)
    return finished


def batch_matmul(graph: Graph, op: a.BatchMatmul, x: Array, y: Array) -> Array:
    """Multiply matrices less their zero points; products of floats, exact below 2^53."""
    rank, target = len(graph.tensors[op.output].shape), graph.tensors[op.output]
    matrices = [
        aligned(operand.astype(np.float64) - graph.tensors[index].zero_point, rank)
        for index, operand in zip(op.inputs, (x, y), strict=True)
    ]
    left, right = (
        matrix.swapaxes(-1, -2) if transposed else matrix
        for matrix, transposed in zip(matrices, op.transposed, strict=True)
    )
    acc = (left @ right).astype(np.int64).astype(np.int32)
    return saturate(requantize(acc, matrix_multiplier(graph, op)) + target.zero_point, x.dtype)


def l2_normalization(graph: Graph, op: a.L2Normalization, x: Array) -> Array:
    """Divide by the root of the sum of squares, in steps of 1/128."""
    centred = x.astype(np.int32) - graph.tensors[op.input].zero_point
    mantissa, shift = fixed_point.inverse_root((centred**2).sum(axis=-1, keepdims=True))
    y = requantize(centred, Multiplier(mantissa.astype(np.int32), (7 - shift).astype(np.int32)))
    return saturate(y, x.dtype)


def log_softmax(graph: Graph, op: a.LogSoftmax, x: Array) -> Array:
    """Subtract the logarithm of the sum of exponentials, rounded to 1/16."""
    tables = log_softmax_tables(graph, op)
    count = tables.exponentials.size
    distance = x.max(axis=-1, keepdims=True).astype(np.int64) - x
    there = distance < count
    at = np.minimum(distance, count - 1)
    terms = np.where(there, tables.exponentials[at], 0).astype(np.int64)
    log_sum = fixed_point.logarithm(terms.sum(axis=-1, keepdims=True), _SUM_INTEGER_BITS)
    least = requantize((log_sum + np.iinfo(np.int32).min).astype(np.int32), tables.to_distance)
    y = fixed_point.shift_right(tables.logarithms[at] - log_sum, 22) + 127
    return saturate(np.where(there & (-distance > least), y, -128), x.dtype)


def softmax(graph: Graph, op: g.Softmax, x: Array) -> Array:
    """Normalize exp(x) over the last axis in fixed point; probability 1 saturates."""
    target = graph.tensors[op.output]
    bits = 8 * target.dtype.itemsize
    exp, count = softmax_exp(graph, op)
    difference = x.max(axis=-1, keepdims=True).astype(np.int16) - x
    terms = exp[difference].astype(np.int64)
    # Terms go from Q0.31 to Q12.19, so that 4,096 of them can be summed.
    total = fixed_point.shift_right(terms, _SUM_INTEGER_BITS)
    total = np.where(difference < count, total, 0).sum(axis=-1, keepdims=True)
    mantissa, bits_above_one = fixed_point.reciprocal(total, _SUM_INTEGER_BITS)
    product = fixed_point.multiply(terms, mantissa)
    probability = fixed_point.shift_right(product, bits_above_one + 31 - bits)
    return saturate(probability + target.zero_point, target.dtype)


ON_SINGLE_VALUES: dict[type[Op], Callable[..., Array]] = {
    **dict.fromkeys(TABLED, look_up),
    g.Quantize: quantize,
    g.Add: add,
    a.Sub: add,
    a.Mul: mul,
    a.Div: divide,
    a.SquaredDifference: squared_difference,
    a.Maximum: extreme,
    a.Minimum: extreme,
    a.Prelu: prelu,
    m.Cast: cast,
}
"""The operators that take each value by itself: (graph, op, *operands) to the output."""
