"""An input that is handed over row by row: an operator that takes rows in, at the head of a chain.

A camera reads an image out line by line, and a network's first layers look at few lines at a time.
Fed like this, the input is a ring of the rows still needed, like every image between operators that
take turns. To the planner a row of the input is a turn as any other, only that the program leaves
off there until its caller has the row.

Rows are pushed, not asked for by a callback: `<name>_row()` is where the next one goes and
`<name>_feed()` takes it in. Between two of them the program belongs to the sketch, which reads its
camera in the camera's own time and in its own loop, and copies nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from tinyml_course.compiler.graph import Graph, Op, Tensor
from tinyml_course.compiler.steps import Emission, RowAccess, Step
from tinyml_course.errors import InputError

INPUTS = ("whole", "rows")


@dataclass(frozen=True)
class RowInput(Op):
    """Take in the input, a row a turn; it is no operator of the file."""

    kind = "ROW_INPUT"

    def __str__(self) -> str:
        return "rows of the input"


def fed_by_rows(graph: Graph) -> Graph:
    """Return the graph with an operator in front that takes in its input row by row.

    Raises
    ------
    InputError
        The network has several inputs, or one that is no image of several rows.
    """
    shapes = [graph.tensors[index].shape for index in graph.inputs]
    if len(shapes) > 1:
        raise InputError(
            f"{graph.name} has {len(shapes)} inputs; rows can be fed to a network with one. "
            "Compile it with its inputs whole."
        )
    if len(shapes[0]) != 4 or shapes[0][0] != 1 or shapes[0][1] < 2:
        raise InputError(
            f"the input of {graph.name} has shape {shapes[0]}; rows can be fed to an image "
            "(1, height, width, channels). Compile it with its input whole."
        )
    return replace(graph, ops=(RowInput(-1, (), graph.inputs), *graph.ops))


def fed_image(graph: Graph) -> Tensor | None:
    """Return the input that is fed row by row, or None."""
    return next((graph.tensors[op.output] for op in graph.ops if isinstance(op, RowInput)), None)


def row_input(graph: Graph, op: RowInput, emission: Emission) -> Step:
    """Call nothing: the rows come from outside."""
    rows = RowAccess(graph.tensors[op.output].shape[1], most=1)
    return Step(op, (), files=("tinyml_feed.c",), rows=rows, headers=("tinyml_feed.h",))


def no_chain(graph: Graph) -> InputError:
    """Return the error for a network whose first operator cannot run by rows."""
    image = fed_image(graph)
    assert image is not None
    reader = next((op for op in graph.ops if image.index in op.inputs), None)
    return InputError(
        f"{reader or graph.name} needs the whole input; rows can be fed to convolutions, pools and "
        "operators on single elements. Compile it with its input whole."
    )
