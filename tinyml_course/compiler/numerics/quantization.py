"""Real factors as integers: the multipliers, shifts and limits each operator computes with.

Everything here is worked out once per model on the computer. The oracle (`reference`) and the
generated C use the same numbers; TensorFlow Lite Micro (TFLM) is the judge of both.

References
----------
Jacob et al. 2018, "Quantization and Training of Neural Networks for Efficient
Integer-Arithmetic-Only Inference", section 2.2.
TFLM, `tensorflow/lite/kernels/internal/quantization_util.cc` and `internal/common.cc`
(double rounding).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tinyml_course.compiler import arithmetic as a
from tinyml_course.compiler import graph as g
from tinyml_course.compiler.graph import Activation, Graph, Tensor

Int32s = NDArray[np.int32]
Int64s = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Multiplier:
    """A positive factor, one a channel: value / 2^31 * 2^shift.

    Attributes
    ----------
    value : int32 array, (channels,)
        The mantissa in Q0.31: from 2^30 to 2^31 - 1, or 0.
    shift : int32 array, (channels,)
        Above 0: bits to the left, before the multiplication; below 0: bits to the right, after.
    """

    value: Int32s
    shift: Int32s


def quantize_multiplier(factor: ArrayLike) -> Multiplier:
    """Write real factors as mantissa and exponent, the mantissa rounded to 31 bits.

    Parameters
    ----------
    factor : float64, scalar or (channels,)
    """
    mantissa, shift = np.frexp(np.atleast_1d(np.asarray(factor, np.float64)))
    value = np.floor(mantissa * 2.0**31 + 0.5).astype(np.int64)
    carried = value == 1 << 31
    value, shift = np.where(carried, 1 << 30, value), shift + carried
    vanishing = shift < -31
    return Multiplier(
        np.where(vanishing, 0, value).astype(np.int32),
        np.where(vanishing, 0, shift).astype(np.int32),
    )


def rounding_shift_right(x: NDArray[Any], bits: ArrayLike) -> NDArray[Any]:
    """Divide by 2^bits, rounded to the nearest integer, ties away from zero."""
    bits = np.asarray(bits, x.dtype)
    half = (np.left_shift(np.ones_like(bits), bits)) >> 1
    result: NDArray[Any] = (x + (half - ((x < 0) & (bits > 0)))) >> bits
    return result


def requantize(x: NDArray[Any], by: Multiplier) -> NDArray[np.int64]:
    """Multiply integers by a factor, rounding twice as TFLM does.

    Once after the multiplication (ties up), once after the shift to the right (ties away from 0).

    Parameters
    ----------
    x : int32 array, (..., channels)
    by : Multiplier
        One factor, or one a channel.
    """
    if (by.shift > 0).any():
        x = np.left_shift(x.astype(np.int32), np.maximum(by.shift, 0))  # wraps, as on the board
    product: NDArray[np.int64] = x * by.value.astype(np.int64)
    product += 1 << 30
    product >>= 31
    right = np.maximum(-by.shift, 0).astype(np.int64)
    return rounding_shift_right(product, right) if right.any() else product


def saturate(x: NDArray[Any], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Clamp to what an integer type holds, and convert."""
    limits = np.iinfo(dtype)
    saturated: NDArray[Any] = np.clip(x, limits.min, limits.max).astype(dtype)
    return saturated


def activation_range(activation: Activation, tensor: Tensor) -> tuple[int, int]:
    """Return the least and greatest integer a fused activation lets through."""
    limits = np.iinfo(tensor.dtype)
    low, high = (_to_grid(limit, tensor) for limit in activation.value)
    return max(int(limits.min), low), min(int(limits.max), high)


def _to_grid(real: float, tensor: Tensor) -> int:
    """Return the integer nearest to a real number, in float32 like TFLM; infinity saturates."""
    if math.isinf(real):
        return int(math.copysign(1 << 31, real))
    steps = float(np.float32(real) / tensor.scale)
    return tensor.zero_point + math.trunc(steps + math.copysign(0.5, steps))


def wrap_int32(sums: NDArray[np.int64]) -> NDArray[np.int32]:
    """Return the lower 32 bits, as sums wrap around on a board."""
    return (sums & 0xFFFFFFFF).astype(np.uint32).view(np.int32)


def weighted_multiplier(graph: Graph, op: g.WeightedOp) -> Multiplier:
    """Return the factor from accumulator to output of a convolution or dense layer.

    Per channel the product of scales is taken in double; a dense layer with one scale takes it
    in float32.
    """
    weights = graph.tensors[op.weights]
    assert weights.quant is not None
    source, target = graph.tensors[op.input].scale, graph.tensors[op.output].scale
    if isinstance(op, g.FullyConnected) and not weights.quant.per_channel:
        return quantize_multiplier(np.float64(source * weights.scale) / np.float64(target))
    products = np.float64(source) * weights.quant.scale.astype(np.float64)
    return quantize_multiplier(products / np.float64(target))


def rescale_multiplier(graph: Graph, op: g.Op) -> Multiplier:
    """Return the factor from the scale of the first input to that of the output."""
    source, target = graph.tensors[op.input].scale, graph.tensors[op.output].scale
    return quantize_multiplier(np.float64(source) / np.float64(target))


def product_multiplier(graph: Graph, op: g.BinaryOp) -> Multiplier:
    """Return the factor from the product of two centred inputs to the output's scale."""
    first, second = (np.float64(graph.tensors[index].scale) for index in op.inputs)
    return quantize_multiplier(first * second / np.float64(graph.tensors[op.output].scale))


def matrix_multiplier(graph: Graph, op: a.BatchMatmul) -> Multiplier:
    """Return the factor of a product of matrices; TFLM multiplies the scales in float32."""
    first, second = (graph.tensors[index].scale for index in op.inputs)
    return quantize_multiplier(
        np.float64(first * second) / np.float64(graph.tensors[op.output].scale)
    )


def mean_multiplier(graph: Graph, op: g.Mean) -> Multiplier:
    """Return the factor from the sum of n centred values to their mean on the output's scale.

    TFLM folds 1 / n into the mantissa, shifted up first by as many bits as fit.
    """
    count = graph.tensors[op.input].size // graph.tensors[op.output].size
    factor = rescale_multiplier(graph, op)
    value, shift = int(factor.value[0]), int(factor.shift[0])
    bits = min(count.bit_length() - 1, 32, 31 + shift)
    return Multiplier(
        np.array([(value << bits) // count], np.int32), np.array([shift - bits], np.int32)
    )


ADD_LEFT_SHIFT = 20
"""Bits both operands of an addition are raised by before they are brought to one scale."""


@dataclass(frozen=True, eq=False)
class AddMultipliers:
    """The factors of an addition: each operand to the common scale, then to the output's."""

    first: Multiplier
    second: Multiplier
    output: Multiplier


def add_multipliers(graph: Graph, op: g.BinaryOp) -> AddMultipliers:
    """Return the factors of an addition; the common scale is twice the larger operand's."""
    first, second = (np.float64(graph.tensors[index].scale) for index in op.inputs)
    common = 2 * max(first, second)
    target = np.float64(graph.tensors[op.output].scale)
    return AddMultipliers(
        quantize_multiplier(first / common),
        quantize_multiplier(second / common),
        quantize_multiplier(common / ((1 << ADD_LEFT_SHIFT) * target)),
    )


SQUARE_LEFT_SHIFT = 7
"""Bits both operands of a squared difference are raised by before they are brought to one scale."""


def squared_difference_multipliers(graph: Graph, op: g.BinaryOp) -> AddMultipliers:
    """Return the factors of a squared difference; the common scale is as in an addition.

    TFLM takes the square of the raised scale times the output's scale in float32.
    """
    first, second = (np.float64(graph.tensors[index].scale) for index in op.inputs)
    common = 2 * max(first, second)
    raised = np.float32(1 << 2 * SQUARE_LEFT_SHIFT) * graph.tensors[op.output].scale
    return AddMultipliers(
        quantize_multiplier(first / common),
        quantize_multiplier(second / common),
        quantize_multiplier(common * common / np.float64(raised)),
    )


COMPARED_LEFT_SHIFT = 8
"""Bits values are raised by before they are multiplied by their scale and compared."""


def quotient_multiplier(graph: Graph, op: g.BinaryOp) -> Multiplier:
    """Return the factor from the quotient of two centred inputs; TFLM works it out in float32."""
    first, second = (graph.tensors[index].scale for index in op.inputs)
    return quantize_multiplier(float(first / (second * graph.tensors[op.output].scale)))


BILINEAR_BITS = 10
"""Bits of the weights of a bilinear resize, along each axis."""


def bilinear_blend(old: int, new: int, op: a.ResizeBilinear) -> tuple[Int64s, Int64s, Int64s]:
    """Return for each of `new` places the two of `old` it lies between, and how far along."""
    one = 1 << BILINEAR_BITS
    corners = op.align_corners and new > 1
    last, places = (old - 1, new - 1) if corners else (old, new)
    scale = (one * last + places // 2) // places
    position: Int64s = np.arange(new) * scale
    if op.half_pixel:
        position = position + scale // 2 - one // 2
    first = np.maximum(np.trunc(position / one).astype(np.int64), 0)
    second = np.minimum(np.trunc((position + one - 1) / one).astype(np.int64), old - 1)
    return first, second, position - one * first
