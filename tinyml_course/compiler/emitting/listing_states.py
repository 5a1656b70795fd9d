"""What the C files of a model say of its states: how they are reset."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinyml_course.compiler.emitting.printing import array
from tinyml_course.compiler.graph import Graph, Tensor
from tinyml_course.compiler.planning.memory import MemoryPlan
from tinyml_course.compiler.stateful import reset_values


def reset_declaration(name: str, graph: Graph) -> str:
    """Return the declaration of what resets the states, if there are any."""
    nbytes = sum(graph.tensors[index].nbytes for index in graph.variables)
    if not nbytes:
        return ""
    return f"""
/* The model remembers: {nbytes:,} bytes of the arena stay from one invoke to the next. reset brings
 * them back to what they were at power-on; call it when a new sequence begins.
 */
void {name}_reset(void);
"""


def reset_definition(name: str, graph: Graph, plan: MemoryPlan) -> str:
    """Return the function that resets the states; a flag tells whether it has run."""
    if not graph.variables:
        return ""
    states = [graph.tensors[index] for index in graph.variables]
    lines = [_reset(state, f"arena + {plan.offsets[state.index]}") for state in states]
    flag = ""
    if _starts_unlike_zero(graph):
        flag, lines = "static uint8_t is_ready;\n\n", [*lines, "is_ready = 1;"]
    body = "\n".join(f"    {line}" for line in lines)
    return f"{flag}void {name}_reset(void)\n{{\n{body}\n}}\n\n"


def _reset(state: Tensor, address: str) -> str:
    values = _uneven(state)
    if values is not None:
        return f"tinyml_restore_state({address}, {state.nbytes}, start{state.index});"
    byte = int(reset_values(state).ravel().view(np.int8)[0])
    return f"tinyml_reset_state({address}, {state.nbytes}, {byte});"


def starts(graph: Graph) -> str:
    """Return the constants of what states hold at first, where these are not all one byte."""
    states = [graph.tensors[index] for index in graph.variables]
    return "".join(
        "\n" + array(f"start{state.index}", values, "what a state holds at first")
        for state in states
        if (values := _uneven(state)) is not None
    )


def start_bytes(graph: Graph) -> int:
    """Return the flash that these constants take."""
    uneven = (_uneven(graph.tensors[index]) for index in graph.variables)
    return sum(values.nbytes for values in uneven if values is not None)


def _uneven(state: Tensor) -> NDArray[Any] | None:
    """Return what a state holds at first, floats as their bits; None if all bytes are the same."""
    values = np.ascontiguousarray(reset_values(state))
    if values.dtype == np.float32:
        values = values.view(np.uint32)  # C has no constant for NaN
    octets = values.ravel().view(np.uint8)
    return None if (octets == octets[0]).all() else values


def first_reset(name: str, graph: Graph) -> str:
    """Return the statement that resets the states before the first call, where they are not 0."""
    return f"    if (!is_ready)\n        {name}_reset();\n" if _starts_unlike_zero(graph) else ""


def _starts_unlike_zero(graph: Graph) -> bool:
    """Whether a state must be set at power-on, when the arena is all zeros."""
    return any(
        reset_values(graph.tensors[index]).tobytes().strip(b"\0") for index in graph.variables
    )
