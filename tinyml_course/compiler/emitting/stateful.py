"""Operators that remember, as C: SVDF and LSTM."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinyml_course.compiler import stateful as s
from tinyml_course.compiler.emitting.printing import Fields, array, struct
from tinyml_course.compiler.graph import Graph, Op, Tensor
from tinyml_course.compiler.numerics.quantization import Multiplier, wrap_int32
from tinyml_course.compiler.numerics.stateful_factors import (
    GATE_POWER,
    gate_factor,
    lstm_factors,
    svdf_factors,
)
from tinyml_course.compiler.steps import Emission, Step
from tinyml_course.compiler.variables import AssignVariable, ReadVariable
from tinyml_course.errors import UnsupportedModelError

_SIDE_BY_SIDE = 4
_MAX_LEFT_SHIFT = 30
_CELL_POWERS = range(-42, 2)
_WORDS = "(sums / 4, K / 4, 4 sums, 4 inputs)"
_HEADERS = ("tinyml_stateful.h",)


def svdf(graph: Graph, op: s.Svdf, emission: Emission) -> Step:
    """Weigh a window of past products for each filter."""
    source, target, state = (graph.tensors[i] for i in (op.input, op.output, op.states[0]))
    features, times = graph.tensors[op.inputs[1]], graph.tensors[op.inputs[2]]
    _require(op, features, np.int8)
    _require(op, times, state.dtype)
    to_state, to_output = svdf_factors(graph, op)
    padding = ((0, -len(features.values) % _SIDE_BY_SIDE), (0, 0))
    rows = np.pad(features.values, padding)
    offsets = wrap_int32(-source.zero_point * rows.sum(axis=1, dtype=np.int64))
    weighed = times.values.sum(axis=1, dtype=np.int64).reshape(-1, op.rank).sum(axis=1)
    bias = np.zeros(target.size, np.int32) if op.bias is None else graph.tensors[op.bias].values
    folded = wrap_int32(bias.astype(np.int64) - state.zero_point * weighed)
    name = f"op{op.index}"
    arrays = (
        (f"{name}_features", _in_words(rows.reshape(-1, _SIDE_BY_SIDE, source.size)), _WORDS),
        (f"{name}_features_bias", offsets, "(FILTERS), in the scale of the products"),
        (f"{name}_times", times.values, "(FILTERS, MEMORY)"),
        (f"{name}_bias", folded, "(C_OUT), in the scale of the sums"),
    )
    layer = struct(
        "tinyml_svdf",
        f"{name}_layer",
        {
            "inputs": source.size,
            "filters": times.shape[0],
            "rank": op.rank,
            "memory": times.shape[1],
            "features": f"{name}_features",
            "features_bias": f"{name}_features_bias",
            "times": f"{name}_times",
            "bias": f"{name}_bias",
            "to_state": _factor(op, to_state),
            "to_output": _factor(op, to_output),
            "state_zero_point": state.zero_point,
            "zero_point": target.zero_point,
            "wide": int(state.dtype == np.int16),
        },
    )
    return Step(
        op,
        (f"tinyml_filter_over_time(&{name}_layer, {{in0}}, {{in4}}, {{out0}});",),
        (*(array(*each) for each in arrays), layer),
        sum(values.nbytes for _, values, _ in arrays),
        ("tinyml_svdf.c", "tinyml_dot.h"),
        macs=features.size + times.size,
        headers=_HEADERS,
    )


def lstm(graph: Graph, op: s.Lstm, emission: Emission) -> Step:
    """Run gates and cell over the steps of a sequence."""
    source, target = graph.tensors[op.input], graph.tensors[op.output]
    hidden, cell = (graph.tensors[index] for index in op.states)
    _require(op, hidden, np.int8)
    factors = lstm_factors(graph, op)
    if factors.cell_power not in _CELL_POWERS:
        raise UnsupportedModelError(
            f"{op} has a cell of scale {cell.scale:g}; accepted are 2^{_CELL_POWERS[0]} to "
            f"2^{_CELL_POWERS[-1]}. Calibrate the quantization on data like that of the task."
        )
    limit = factors.cell_limit if factors.cell_limit > 0 else 32767
    gates = (op.input_gate, op.forget_gate, op.cell_gate, op.output_gate)
    biases = [graph.tensors[gate.bias].values for gate in gates]
    name = f"op{op.index}"
    fresh = [graph.tensors[gate.weights] for gate in gates]
    recurrent = [graph.tensors[gate.recurrent] for gate in gates]
    from_input = _gate_inputs(op, f"{name}_input", source, fresh, biases)
    from_hidden = _gate_inputs(op, f"{name}_hidden", hidden, recurrent)
    layer = struct(
        "tinyml_lstm",
        f"{name}_layer",
        {
            "steps": source.shape[1],
            "units": hidden.size,
            "from_input": from_input[0],
            "from_hidden": from_hidden[0],
            "to_cell": _factor(op, factors.take),
            "to_hidden": _factor(op, factors.show),
            "cell_minimum": -limit if factors.cell_limit > 0 else -32768,
            "cell_maximum": limit,
            "cell_shift": factors.cell_power - GATE_POWER,
            "zero_point": hidden.zero_point,
        },
    )
    arrays = (*from_input[1], *from_hidden[1])
    weights = sum(tensor.size for tensor in (*fresh, *recurrent))
    return Step(
        op,
        (f"tinyml_run_lstm(&{name}_layer, {{in0}}, {{in18}}, {{in19}}, {{out0}});",),
        (*(array(*each) for each in arrays), layer),
        sum(values.nbytes for _, values, _ in arrays),
        ("tinyml_lstm.c", "tinyml_dot.h"),
        macs=target.shape[1] * weights,
        headers=_HEADERS,
    )


_Array = tuple[str, NDArray[Any], str]


def _gate_inputs(
    op: s.Lstm,
    name: str,
    source: Tensor,
    weights: Sequence[Tensor],
    biases: Sequence[NDArray[Any]] = (),
) -> tuple[Fields, list[_Array]]:
    """Return the struct of a dense layer before the gates, and its constants."""
    for tensor in weights:
        _require(op, tensor, np.int8)
    rows = np.stack([tensor.values for tensor in weights], axis=1)
    bias = -source.zero_point * rows.sum(axis=2, dtype=np.int64)
    if biases:
        bias = bias + np.stack(biases, axis=1)
    factors = ", ".join(_factor(op, gate_factor(source, tensor)) for tensor in weights)
    fields: Fields = {
        "weights": f"{name}_weights",
        "bias": f"{name}_bias",
        "inputs": rows.shape[2],
        "to_gate": f"{{{factors}}}",
    }
    return fields, [
        (f"{name}_weights", _in_words(rows), _WORDS),
        (f"{name}_bias", wrap_int32(bias), "(UNITS, 4), in the scale of the sums"),
    ]


def _in_words(rows: NDArray[np.int8]) -> NDArray[np.int8]:
    """Put weights (n, 4, K) into the order of `tinyml_dot.h`: (n, K / 4, 4, 4), K rounded up."""
    padded = np.pad(rows, ((0, 0), (0, 0), (0, -rows.shape[2] % 4)))
    return padded.reshape(*rows.shape[:2], -1, 4).swapaxes(1, 2)


def _factor(op: Op, factor: Multiplier) -> str:
    """Return the initialiser of a `tinyml_factor`."""
    value, shift = int(factor.value[0]), int(factor.shift[0])
    if shift > _MAX_LEFT_SHIFT:
        raise UnsupportedModelError(
            f"{op} multiplies its sums by 2^{_MAX_LEFT_SHIFT} or more. "
            "Calibrate the quantization on data like that of the task."
        )
    return f"{{{value}, {-shift}}}"


def _require(op: Op, tensor: Tensor, dtype: Any) -> None:
    """Raise if an operand is of a type its kernel does not read."""
    if tensor.dtype != dtype:
        raise UnsupportedModelError(
            f"{op} reads {tensor}, not {np.dtype(dtype)}. Quantize with tc.quantize_int8."
        )


def copy(graph: Graph, op: ReadVariable | AssignVariable, emission: Emission) -> Step:
    """Copy from or to a variable."""
    count = graph.tensors[op.output].nbytes
    call = f"tinyml_place(1, {count}, {count}, {{in0}}, {{out0}});"
    return Step(op, (call,), files=("tinyml_layout.c",))


EMITTERS: dict[type[Op], Callable[[Graph, Any, Emission], Step]] = {
    ReadVariable: copy,
    AssignVariable: copy,
    s.Svdf: svdf,
    s.Lstm: lstm,
}
