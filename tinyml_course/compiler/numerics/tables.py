"""Operators of one int8 value, as tables: 256 results, exact because every input is tried.

`unary_table` gives the table of any `UnaryOp`, computed with TFLM's own arithmetic; `softmax_exp`
gives the exponentials a softmax needs. The oracle looks values up in them, the generated C holds
them as constants.

References
----------
TFLM, `tensorflow/lite/kernels/internal/reference/integer_ops/{logistic,tanh}.h`,
`reference/{softmax,requantize,dequantize}.h`, `micro/kernels/activations_common.cc`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tinyml_course.compiler import arithmetic as a
from tinyml_course.compiler import graph as g
from tinyml_course.compiler.graph import Activation, Graph, Tensor
from tinyml_course.compiler.numerics import fixed_point, reals
from tinyml_course.compiler.numerics.quantization import (
    Multiplier,
    activation_range,
    quantize_multiplier,
    requantize,
    rescale_multiplier,
    rounding_shift_right,
)
from tinyml_course.compiler.numerics.reals import Reals

Int32s = NDArray[np.int32]
SOFTMAX_INTEGER_BITS = 5
_CURVE_INTEGER_BITS = 4
_ROOT_BITS = 20


def every_value(tensor: Tensor) -> Int32s:
    """Return all integers of a tensor's 8-bit type, from the least up."""
    limits = np.iinfo(tensor.dtype)
    return np.arange(limits.min, limits.max + 1, dtype=np.int32)


def unary_table(graph: Graph, op: g.UnaryOp) -> NDArray[np.int8 | np.uint8 | np.float32]:
    """Return what `op` makes of each value of its 8-bit input, from the least value up.

    Returns
    -------
    ndarray, (256,)
        In the type of the output tensor.
    """
    values = every_value(graph.tensors[op.input])
    return _UNARY[type(op)](graph, op, values).astype(graph.tensors[op.output].dtype)


def _clamp(x: NDArray[np.int64], low: int, high: int) -> Int32s:
    return np.clip(x, low, high).astype(np.int32)


def _rescaled(graph: Graph, op: g.Op, q: Int32s) -> NDArray[np.int64]:
    """Bring values from the input's grid to the output's, not yet clamped."""
    source, target = graph.tensors[op.input], graph.tensors[op.output]
    return requantize(q - source.zero_point, rescale_multiplier(graph, op)) + target.zero_point


def _quantize(graph: Graph, op: g.Op, q: Int32s) -> Int32s:
    limits = np.iinfo(graph.tensors[op.output].dtype)
    return _clamp(_rescaled(graph, op, q), limits.min, limits.max)


def _dequantize(graph: Graph, op: g.Op, q: Int32s) -> NDArray[np.float32]:
    source = graph.tensors[op.input]
    return (np.float64(source.scale) * (q - source.zero_point)).astype(np.float32)


def _relu6(graph: Graph, op: g.Op, q: Int32s) -> Int32s:
    # TFLM clamps on the input's grid and does not rescale.
    low, high = activation_range(Activation.RELU6, graph.tensors[op.input])
    return np.clip(q, low, high)


def _to_curve(source: Tensor, q: Int32s) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return values in Q4.27, and which of them lie beyond its range."""
    centred = q - source.zero_point
    factor = quantize_multiplier(float(source.scale) * 2.0 ** (31 - _CURVE_INTEGER_BITS))
    radius = input_radius(_CURVE_INTEGER_BITS, factor)
    beyond = np.abs(centred) >= radius
    return requantize(np.where(beyond, 0, centred).astype(np.int32), factor), beyond


def input_radius(integer_bits: int, factor: Multiplier) -> int:
    """Return the greatest input that a shift to the left keeps within `integer_bits` bits."""
    limit = ((1 << integer_bits) - 1) << (31 - integer_bits)
    return math.floor(limit / 2.0 ** int(factor.shift[0]))


def _logistic(graph: Graph, op: g.Op, q: Int32s) -> Int32s:
    source = graph.tensors[op.input]
    x, beyond = _to_curve(source, q)
    y = rounding_shift_right(fixed_point.logistic(x, _CURVE_INTEGER_BITS), 23)
    y = np.where(beyond, np.where(q > source.zero_point, 255, 0), np.minimum(y, 255))
    return (y - 128).astype(np.int32)


def _tanh(graph: Graph, op: g.Op, q: Int32s) -> Int32s:
    source = graph.tensors[op.input]
    x, beyond = _to_curve(source, q)
    y = rounding_shift_right(fixed_point.tanh(x, _CURVE_INTEGER_BITS), 24)
    y = np.where(beyond, np.where(q > source.zero_point, 127, -128), y)
    return _clamp(y, -128, 127)


def _clamped_to(activation: Activation) -> Callable[[Graph, g.Op, Int32s], Int32s]:
    """Return the table of a clamp of its own, on the output's grid."""

    def table(graph: Graph, op: g.Op, q: Int32s) -> Int32s:
        low, high = activation_range(activation, graph.tensors[op.output])
        return _clamp(_rescaled(graph, op, q), low, high)

    return table


def _leaky_relu(graph: Graph, op: g.Op, q: Int32s) -> Int32s:
    assert isinstance(op, a.LeakyRelu)
    source, target = graph.tensors[op.input], graph.tensors[op.output]
    centred = q - source.zero_point
    above = rescale_multiplier(graph, op)
    slope = np.float64(source.scale) * np.float64(np.float32(op.alpha))
    below = quantize_multiplier(slope / np.float64(target.scale))
    y = np.where(centred >= 0, requantize(centred, above), requantize(centred, below))
    return _clamp(y + target.zero_point, -128, 127)


def _abs(graph: Graph, op: g.Op, q: Int32s) -> Int32s:
    source, target = graph.tensors[op.input], graph.tensors[op.output]
    y = np.abs(q - source.zero_point)
    if source.scale != target.scale:
        y = requantize(y, rescale_multiplier(graph, op)).astype(np.int32)
    return _clamp(y.astype(np.int64) + target.zero_point, -128, 127)


def _rsqrt(graph: Graph, op: g.Op, q: Int32s) -> Int32s:
    """Take the inverse root in fixed point; what is not above 0 gives the greatest value."""
    source, target = graph.tensors[op.input], graph.tensors[op.output]
    centred = (q - source.zero_point).astype(np.int64)
    mantissa, shift = fixed_point.inverse_root(np.maximum(centred, 1))
    root = Multiplier(mantissa.astype(np.int32), (_ROOT_BITS - shift).astype(np.int32))
    scale = 1.0 / (math.sqrt(float(source.scale)) * float(target.scale))
    factor = quantize_multiplier(scale)
    back = Multiplier(factor.value, factor.shift - _ROOT_BITS)
    y = requantize(requantize(np.ones_like(q), root).astype(np.int32), back) + target.zero_point
    return np.where(centred <= 0, 127, _clamp(y, -128, 127)).astype(np.int32)


def _through_reals(
    function: Callable[[g.Op, Reals], Reals],
) -> Callable[[Graph, g.Op, Int32s], Int32s]:
    """Return the table of a float32 function, as TensorFlow Lite fills it."""

    def table(graph: Graph, op: g.Op, q: Int32s) -> Int32s:
        source, target = graph.tensors[op.input], graph.tensors[op.output]
        x = source.scale * (q - source.zero_point).astype(np.float32)
        with np.errstate(all="ignore"):
            steps = (function(op, x) * (np.float32(1) / target.scale)).astype(np.float64)
        steps = np.nan_to_num(steps, nan=-np.inf)
        return _clamp(np.trunc(steps + np.copysign(0.5, steps)) + target.zero_point, -128, 127)

    return table


def _elu(op: g.Op, x: Reals) -> Reals:
    # The int8 kernel takes exp(x) - 1; the float32 one expm1(x).
    return np.where(x < 0, reals.exp(np.minimum(x, np.float32(0))) - np.float32(1), x)


def _sqrt(graph: Graph, op: g.Op, q: Int32s) -> Int32s:
    """Take the root in float32 and drop its fraction; TensorFlow Lite stops at an x below 0."""
    source, target = graph.tensors[op.input], graph.tensors[op.output]
    x = source.scale * np.maximum(q - source.zero_point, 0).astype(np.float32)
    return _clamp(np.trunc(np.sqrt(x) / target.scale) + target.zero_point, -128, 127)


def _logarithm(op: g.Op, x: Reals) -> Reals:
    return np.where(x > 0, reals.log(np.maximum(x, np.finfo(np.float32).tiny)), np.float32(-np.inf))


def _hard_swish(graph: Graph, op: g.Op, q: Int32s) -> Int32s:
    """Multiply x by clamp(x + 3, 0, 6) / 6 in 16 bits.

    The ramp is x brought to a scale on which -3 and 3 are the limits of int16.
    """
    source, target = graph.tensors[op.input], graph.tensors[op.output]
    fine_scale = np.float32(1 / 128) * source.scale
    fine = (q - source.zero_point).astype(np.int64) << 7
    to_output = quantize_multiplier(np.float64(fine_scale / target.scale))
    to_ramp = quantize_multiplier(np.float64(fine_scale / np.float32(3 / 32768)))
    value = _multiply_16(fine, _high_half(to_output))
    shift = int(to_ramp.shift[0])
    # One bit of a shift to the left is kept back, so that the product has its best precision.
    ramp = _saturate_16(fine << max(shift - 1, 0))
    ramp = _multiply_16(ramp, _high_half(to_ramp))
    ramp = _saturate_16(ramp << 1) if shift > 0 else rounding_shift_right(ramp, -shift)
    ramp = (ramp + (1 << 15)) >> 1
    # This product is not rounded; C divides towards zero.
    product = ramp * value
    product = np.sign(product) * (np.abs(product) >> 15)
    y = rounding_shift_right(product, -int(to_output.shift[0]))
    return _clamp(y + target.zero_point, -128, 127)


def _as_given(graph: Graph, op: g.Op, q: Int32s) -> Int32s:
    assert isinstance(op, a.Table)
    return np.array(op.entries, np.int32)


def _high_half(factor: Multiplier) -> int:
    """Round a mantissa of 31 bits to 15."""
    return min((int(factor.value[0]) + (1 << 15)) >> 16, (1 << 15) - 1)


def _saturate_16(x: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.clip(x, -(1 << 15), (1 << 15) - 1)


def _multiply_16(x: NDArray[np.int64], y: int) -> NDArray[np.int64]:
    """Multiply in Q0.15, rounded to nearest."""
    return (x * y + (1 << 14)) >> 15


def softmax_multiplier(graph: Graph, op: g.Op, beta: float = 1.0) -> Multiplier:
    """Return the factor from a difference of two inputs to Q5.26."""
    scale = float(graph.tensors[op.input].scale)
    factor = beta * scale * 2.0 ** (31 - SOFTMAX_INTEGER_BITS)
    return quantize_multiplier(min(factor, 2.0**31 - 1))


def softmax_exp(graph: Graph, op: g.Softmax) -> tuple[Int32s, int]:
    """Return exp of every difference from the largest input, and how many of them count.

    Returns
    -------
    exp : int32 array, (256,)
        exp(beta * scale * -d) in Q0.31 for d = 0..255.
    count : int
        Differences from `count` on give probability 0; their entries are 0.
    """
    factor = softmax_multiplier(graph, op, op.beta)
    count = min(256, input_radius(SOFTMAX_INTEGER_BITS, factor) + 1)
    differences = -np.arange(count, dtype=np.int32)
    exp = np.zeros(256, np.int32)
    exp[:count] = fixed_point.exp_of_negative(requantize(differences, factor), SOFTMAX_INTEGER_BITS)
    return exp, count


@dataclass(frozen=True, eq=False)
class LogSoftmaxTables:
    """What a LOG_SOFTMAX knows of each distance from the largest input that counts.

    Attributes
    ----------
    exponentials : int32 array, (count,)
        exp(scale * -d) in Q12.19 for d = 0 up.
    logarithms : int32 array, (count,)
        scale * -d in Q5.26.
    to_distance : Multiplier
        From Q5.26 back to distances.
    """

    exponentials: Int32s
    logarithms: Int32s
    to_distance: Multiplier


def log_softmax_tables(graph: Graph, op: g.Op) -> LogSoftmaxTables:
    """Return the tables and the factor of a LOG_SOFTMAX."""
    factor = softmax_multiplier(graph, op)
    count = min(256, input_radius(SOFTMAX_INTEGER_BITS, factor) + 1)
    logarithms = requantize(-np.arange(count, dtype=np.int32), factor)
    exponentials = fixed_point.exp_of_negative(logarithms, SOFTMAX_INTEGER_BITS)
    back = 2.0 ** (31 - int(factor.shift[0])) / float(factor.value[0])
    return LogSoftmaxTables(
        fixed_point.shift_right(exponentials, 12).astype(np.int32),
        logarithms.astype(np.int32),
        quantize_multiplier(back),
    )


_UNARY: dict[type[g.Op], Callable[[Graph, g.Op, Int32s], NDArray[np.int32 | np.float32]]] = {
    g.Quantize: _quantize,
    g.Dequantize: _dequantize,
    g.Relu: _clamped_to(Activation.RELU),
    g.Relu6: _relu6,
    g.Logistic: _logistic,
    g.Tanh: _tanh,
    a.LeakyRelu: _leaky_relu,
    a.HardSwish: _hard_swish,
    a.Elu: _through_reals(_elu),
    a.Exp: _through_reals(reals.REALS[a.Exp]),
    a.Log: _through_reals(_logarithm),
    a.Sqrt: _sqrt,
    a.Gelu: _through_reals(reals.REALS[a.Gelu]),
    a.Table: _as_given,
    a.Abs: _abs,
    a.Rsqrt: _rsqrt,
    a.Relu0To1: _clamped_to(Activation.RELU_0_TO_1),
    a.ReluN1To1: _clamped_to(Activation.RELU_N1_TO_1),
}
TABLED = tuple(_UNARY)
"""The operators on one 8-bit value, each of which is a table."""
