"""Operators with a memory, to the bit as TFLM computes them: SVDF and LSTM.

Every function takes one frame and the states, and returns the output and the new states.

References
----------
TFLM, `tensorflow/lite/micro/kernels/svdf_common.cc` and `lstm_eval.h`, `lstm_eval_common.cc`;
TensorFlow Lite, `kernels/internal/reference/integer_ops/{logistic,tanh}.h` for 16 bits.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinyml_course.compiler import stateful as s
from tinyml_course.compiler.graph import Graph, Tensor
from tinyml_course.compiler.numerics.quantization import Multiplier, requantize, saturate
from tinyml_course.compiler.numerics.stateful_factors import (
    GATE_POWER,
    gate_factor,
    lstm_factors,
    svdf_factors,
)

Array = NDArray[Any]
_INT8, _INT16 = np.dtype(np.int8), np.dtype(np.int16)


def _sigmoid_table() -> Array:
    """Return 1 / (1 + exp(-k / 24)) for k = 0..255 in Q0.16, as TFLM's table has it.

    Straight lines between the places lie below the curve, at most by an eighth of its second
    difference: the table is raised by half of that, and ends at the largest 16-bit value.
    """
    y = 1 / (1 + np.exp(-np.arange(256) / 24))
    bend = y * (1 - y) * (1 - 2 * y) / 24**2
    table = np.round(65536 * (y - bend / 16)).astype(np.int64)
    table[-1] = 65535
    return table


_SIGMOID = _sigmoid_table()


def svdf(graph: Graph, op: s.Svdf, x: Array, state: Array) -> tuple[Array, Array]:
    """Filter one frame (1, 1, C_IN); the state holds the last results of each filter."""
    source, target, window = (graph.tensors[i] for i in (op.input, op.output, op.states[0]))
    features, times = graph.tensors[op.inputs[1]], graph.tensors[op.inputs[2]]
    to_window, to_output = svdf_factors(graph, op)
    acc = _centred(source, x).reshape(-1) @ _values(features).T
    newest = saturate(requantize(acc.astype(np.int32), to_window) + window.zero_point, window.dtype)
    memory = np.roll(state.reshape(times.shape), -1, axis=1)
    memory[:, -1] = newest
    filtered = (_centred(window, memory) * _values(times)).sum(axis=1)
    total = filtered.reshape(-1, op.rank).sum(axis=1)
    if op.bias is not None:
        total = total + _values(graph.tensors[op.bias])
    y = requantize(total.astype(np.int32), to_output) + target.zero_point
    return saturate(y, target.dtype), memory.reshape(state.shape)


def lstm(
    graph: Graph, op: s.Lstm, x: Array, hidden: Array, cell: Array
) -> tuple[Array, Array, Array]:
    """Run one sequence (1, 1, T, C_IN), from the states the last call left."""
    shown, factors = graph.tensors[op.states[0]], lstm_factors(graph, op)
    h, c, outputs = hidden.reshape(-1), cell.reshape(-1).astype(np.int64), []
    for step in x.reshape(x.shape[-2:]):
        gates = [_gate(graph, op, gate, step, h) for gate in _gates(op)]
        opened, kept_share, shown_share = (_sigmoid(gates[i]) for i in (0, 1, 3))
        proposed = _tanh(gates[2], GATE_POWER)
        old = _product(kept_share, c, factors.forget, 0, _INT16)
        new = _product(opened, proposed, factors.take, 0, _INT16)
        c = saturate(old + new, _INT16).astype(np.int64)
        limit = factors.cell_limit
        c = np.clip(c, -limit, limit) if limit > 0 else c
        seen = _tanh(c, factors.cell_power)
        h = _product(seen, shown_share, factors.show, shown.zero_point, _INT8).astype(np.int8)
        outputs.append(h)
    return np.stack(outputs), h.reshape(hidden.shape), c.astype(np.int16).reshape(cell.shape)


def _gates(op: s.Lstm) -> tuple[s.Gate, ...]:
    return (op.input_gate, op.forget_gate, op.cell_gate, op.output_gate)


def _gate(graph: Graph, op: s.Lstm, gate: s.Gate, x: Array, h: Array) -> Array:
    """Return what a gate's curve is applied to, in Q3.12: two dense layers, each rounded."""
    part = _dense(graph.tensors[op.input], graph.tensors[gate.weights], x)
    bias = _values(graph.tensors[gate.bias])
    fresh = _to_gate(part + bias, graph.tensors[op.input], graph.tensors[gate.weights])
    hidden, recurrent = graph.tensors[op.states[0]], graph.tensors[gate.recurrent]
    remembered = _to_gate(_dense(hidden, recurrent, h), hidden, recurrent)
    return saturate(fresh + remembered, _INT16).astype(np.int64)


def _dense(source: Tensor, weights: Tensor, x: Array) -> Array:
    return _centred(source, x) @ _values(weights).T


def _to_gate(acc: Array, source: Tensor, weights: Tensor) -> Array:
    return saturate(requantize(acc.astype(np.int32), gate_factor(source, weights)), _INT16).astype(
        np.int64
    )


def _product(
    x: Array, y: Array, factor: Multiplier, zero_point: int, dtype: np.dtype[Any]
) -> Array:
    product = requantize((x * y).astype(np.int32), factor) + zero_point
    return saturate(product, dtype).astype(np.int64)


def _sigmoid(x: Array) -> Array:
    """Map Q3.12 to Q0.15 by a table with interpolation."""
    magnitude = np.abs(x * 3)
    place = magnitude >> 9
    near, far = _SIGMOID[np.minimum(place, 255)], _SIGMOID[np.minimum(place + 1, 255)]
    result = (near << 9) + (magnitude & 511) * (far - near)
    result = np.where(place >= 255, 0x7FFF << 10, result)
    return np.where(x >= 0, result + (1 << 9), (1 << 25) - result + (1 << 9) - 1) >> 10


def _tanh(x: Array, scale_power: int) -> Array:
    """Map integers of scale 2^scale_power to Q0.15: tanh(x) is 2 * sigmoid(2 x) - 1."""
    shift = 12 + scale_power
    x = x * (3 << shift) if shift >= 0 else (x * 3 + (1 << (-shift - 1))) >> -shift
    magnitude = np.abs(x)
    place = magnitude >> 8
    near, far = _SIGMOID[np.minimum(place, 255)], _SIGMOID[np.minimum(place + 1, 255)]
    result = (near << 8) + (magnitude & 255) * (far - near)
    result = np.where(place >= 255, 0xFFFF << 8, result)
    half, rounding = 1 << 23, 1 << 7
    return np.where(x >= 0, result - half + rounding, half - result + rounding - 1) >> 8


def _values(tensor: Tensor) -> Array:
    return tensor.values.astype(np.int64)


def _centred(tensor: Tensor, x: Array) -> Array:
    return x.astype(np.int64) - tensor.zero_point
