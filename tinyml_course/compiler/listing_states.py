"""What the C files of a model say of its states: how they are reset."""

from __future__ import annotations

from tinyml_course.compiler.graph import Graph
from tinyml_course.compiler.memory import MemoryPlan
from tinyml_course.compiler.stateful import reset_value


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
    lines = [
        f"tinyml_reset_state(arena + {plan.offsets[state.index]}, {state.nbytes}, "
        f"{reset_value(state)});"
        for state in states
    ]
    flag = ""
    if _starts_unlike_zero(graph):
        flag, lines = "static uint8_t is_ready;\n\n", [*lines, "is_ready = 1;"]
    body = "\n".join(f"    {line}" for line in lines)
    return f"{flag}void {name}_reset(void)\n{{\n{body}\n}}\n\n"


def first_reset(name: str, graph: Graph) -> str:
    """Return the statement that resets the states before the first call, where they are not 0."""
    return f"    if (!is_ready)\n        {name}_reset();\n" if _starts_unlike_zero(graph) else ""


def _starts_unlike_zero(graph: Graph) -> bool:
    """Whether a state must be set at power-on, when the arena is all zeros."""
    return any(reset_value(graph.tensors[index]) for index in graph.variables)
