"""Resource variables become states: tensors that keep their values from call to call.

References
----------
TensorFlow Lite Micro, `micro_resource_variable.cc`: a variable that CALL_ONCE does not assign to
holds, byte for byte, the zero point of what is assigned to it first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import tflite
from numpy.typing import NDArray

from tinyml_course.compiler.graph import Graph, Op, Tensor
from tinyml_course.compiler.reading.raw_op import Parser, RawOp
from tinyml_course.compiler.reading.rules import check_rules
from tinyml_course.compiler.variables import AssignVariable, CallOnce, ReadVariable, VarHandle
from tinyml_course.errors import ModelError, UnsupportedModelError

_ON_VARIABLES = (VarHandle, ReadVariable, AssignVariable, CallOnce)


def with_states(graph: Graph, starts: Sequence[Graph]) -> Graph:
    """Return a network with a state in place of each variable.

    Parameters
    ----------
    graph : Graph
        As the file has it: variables are handles, the outputs of VAR_HANDLE.
    starts : sequence of Graph
        The networks that its CALL_ONCE operators run, in the same order.

    Raises
    ------
    ModelError
        A handle is none, or a variable is read that nothing assigns to.
    UnsupportedModelError
        First values are not constant, or are given too late.
    """
    if not any(isinstance(op, _ON_VARIABLES) for op in graph.ops):
        return graph
    _check_starts(graph, starts)
    known: list[VarHandle] = []
    variables = _variables(graph, known)
    states = _states(graph, variables, _first_values(starts, known))
    indices = {
        handle: states[variable].index
        for handle, variable in variables.items()
        if variable in states
    }
    ops = (
        _renamed(op, indices)
        for op in graph.ops
        if not isinstance(op, VarHandle | CallOnce)
        and not (isinstance(op, AssignVariable) and op.output not in indices)
    )
    return replace(graph, tensors=(*graph.tensors, *states.values()), ops=tuple(ops))


def _check_starts(graph: Graph, starts: Sequence[Graph]) -> None:
    """Check that the networks before the first call only assign constants, and come first."""
    calls = [op for op in graph.ops if isinstance(op, CallOnce)]
    for call, start in zip(calls, starts, strict=True):
        check_rules(start, call)
    touched = [i for i, op in enumerate(graph.ops) if isinstance(op, ReadVariable | AssignVariable)]
    late = [op for op in graph.ops[min(touched, default=0) :] if isinstance(op, CallOnce)]
    if touched and late:
        raise UnsupportedModelError(
            f"{late[0]} comes after {graph.ops[touched[0]]}; variables must have their first "
            "values before they are used. Create them before the function that is converted."
        )


def _assignments(graph: Graph) -> list[AssignVariable]:
    return [op for op in graph.ops if isinstance(op, AssignVariable)]


def _variables(graph: Graph, known: list[VarHandle]) -> dict[int, VarHandle]:
    """Return which variable each handle stands for; add new ones to those already known."""
    found = {}
    for op in graph.ops:
        if not isinstance(op, VarHandle):
            continue
        alike = (v for v in known if v.name == op.name and op.container in (None, v.container))
        variable = next(alike, op)
        if variable is op:
            known.append(op)
        found[op.output] = variable
    return found


def _first_values(starts: Sequence[Graph], known: list[VarHandle]) -> dict[VarHandle, Tensor]:
    """Return the constants that variables start with."""
    first: dict[VarHandle, Tensor] = {}
    for start in starts:
        variables = _variables(start, known)
        for op in _assignments(start):
            first[_named(variables, op, op.output)] = start.tensors[op.input]
    return first


def _states(
    graph: Graph, variables: dict[int, VarHandle], first: dict[VarHandle, Tensor]
) -> dict[VarHandle, Tensor]:
    """Return a new tensor for each variable that is read."""
    values = first | {
        _named(variables, op, op.output): graph.tensors[op.input]
        for op in reversed(_assignments(graph))
    }
    read = [_named(variables, op, op.input) for op in graph.ops if isinstance(op, ReadVariable)]
    states: dict[VarHandle, Tensor] = {}
    for variable in dict.fromkeys(read):
        if variable not in values:
            raise ModelError(
                f"{graph.name} reads the variable of {variable}, to which nothing is assigned. "
                "Convert the model again."
            )
        start = first[variable].data if variable in first else None
        index = len(graph.tensors) + len(states)
        states[variable] = _state(index, variable, values[variable], start)
    return states


def _named(variables: dict[int, VarHandle], op: Op, handle: int) -> VarHandle:
    """Return the variable that an operator takes."""
    if handle not in variables:
        raise ModelError(
            f"{op} takes tensor {handle} for a variable, but it is no output of VAR_HANDLE. "
            "Convert the model again."
        )
    return variables[handle]


def _state(index: int, variable: VarHandle, like: Tensor, data: NDArray[Any] | None) -> Tensor:
    """Return the state of a variable; `data` is what it starts with."""
    if data is None or data.nbytes != like.nbytes:
        byte = 0 if like.quant is None else int(like.quant.zero_point[0]) & 0xFF
        data = np.full(like.nbytes, byte, np.uint8).view(like.dtype)
    return replace(
        like,
        index=index,
        name=variable.name,
        data=None,
        is_variable=True,
        initial=data.astype(like.dtype).reshape(like.shape),
    )


def _renamed(op: Op, indices: dict[int, int]) -> Op:
    """Return an operator that takes other tensors in place of some."""
    inputs, outputs = (
        tuple(indices.get(index, index) for index in each) for each in (op.inputs, op.outputs)
    )
    return replace(op, inputs=inputs, outputs=outputs)


def _var_handle(raw: RawOp) -> Op:
    options = raw.options(tflite.VarHandleOptions)
    container, name = options.Container(), options.SharedName()
    return raw.build(
        VarHandle,
        container=None if container is None else _text(container),
        name=_text(name or b""),
    )


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "backslashreplace")


def _read_variable(raw: RawOp) -> Op:
    return raw.build(ReadVariable)


def _assign_variable(raw: RawOp) -> Op:
    variable, value = raw.inputs
    return AssignVariable(raw.index, (value,), (variable,))


def _call_once(raw: RawOp) -> Op:
    return raw.build(CallOnce, network=raw.options(tflite.CallOnceOptions).InitSubgraphIndex())


_B = tflite.BuiltinOperator
VARIABLES: dict[int, Parser] = {
    _B.VAR_HANDLE: Parser(_var_handle, 0, 0),
    _B.READ_VARIABLE: Parser(_read_variable),
    _B.ASSIGN_VARIABLE: Parser(_assign_variable, 2, 2, min_outputs=0),
    _B.CALL_ONCE: Parser(_call_once, 0, 0, min_outputs=0),
}
