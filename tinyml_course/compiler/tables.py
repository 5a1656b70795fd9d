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

import numpy as np
from numpy.typing import NDArray

from tinyml_course.compiler import fixed_point
from tinyml_course.compiler import graph as g
from tinyml_course.compiler.graph import Activation, Graph, Tensor
from tinyml_course.compiler.quantization import (
    Multiplier,
    activation_range,
    quantize_multiplier,
    requantize,
    rescale_multiplier,
    rounding_shift_right,
)

Int32s = NDArray[np.int32]
SOFTMAX_INTEGER_BITS = 5
_CURVE_INTEGER_BITS = 4


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


def _relu(graph: Graph, op: g.Op, q: Int32s) -> Int32s:
    low, high = activation_range(Activation.RELU, graph.tensors[op.output])
    return _clamp(_rescaled(graph, op, q), low, high)


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


def softmax_multiplier(graph: Graph, op: g.Softmax) -> Multiplier:
    """Return the factor from a difference of two inputs to Q5.26."""
    scale = float(graph.tensors[op.input].scale)
    factor = op.beta * scale * 2.0 ** (31 - SOFTMAX_INTEGER_BITS)
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
    factor = softmax_multiplier(graph, op)
    count = min(256, input_radius(SOFTMAX_INTEGER_BITS, factor) + 1)
    differences = -np.arange(count, dtype=np.int32)
    exp = np.zeros(256, np.int32)
    exp[:count] = fixed_point.exp_of_negative(requantize(differences, factor), SOFTMAX_INTEGER_BITS)
    return exp, count


_UNARY: dict[type[g.Op], Callable[[Graph, g.Op, Int32s], NDArray[np.int32 | np.float32]]] = {
    g.Quantize: _quantize,
    g.Dequantize: _dequantize,
    g.Relu: _relu,
    g.Relu6: _relu6,
    g.Logistic: _logistic,
    g.Tanh: _tanh,
}
