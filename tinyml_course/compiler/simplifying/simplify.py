"""A network becomes a smaller one that gives the same bits.

Each pass takes a graph and returns an equal one, with a sentence for the learner where there is
something to learn. The passes are repeated until none finds anything, since what one takes away
may be what stood in another's way.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from tinyml_course.compiler.graph import Graph
from tinyml_course.compiler.reading.curves import fold_curves
from tinyml_course.compiler.simplifying.fold_channels import CHANNEL_MULTIPLE, fold_channels
from tinyml_course.compiler.simplifying.fold_dilation import fold_dilation
from tinyml_course.compiler.simplifying.fold_padding import fold_padding
from tinyml_course.compiler.simplifying.merge_operators import merge_operators

_MAX_ROUNDS = 8


@dataclass(frozen=True)
class Simplified:
    """A graph equal to the one in the file, and what was found on the way.

    Attributes
    ----------
    graph : Graph
        With the same inputs and outputs, and the same `Op.index` for each operator that is left.
    notes : tuple of str
        What was taken away, and what that saves.
    """

    graph: Graph
    notes: tuple[str, ...] = ()


def simplify(graph: Graph, multiple: int = CHANNEL_MULTIPLE) -> Simplified:
    """Return the smallest graph the exact passes lead to.

    Parameters
    ----------
    multiple : int
        Numbers of channels are rounded up to a multiple of it; see `fold_channels`.
    """
    notes: list[str] = []
    for _ in range(_MAX_ROUNDS):
        before = graph
        narrow = partial(fold_channels, multiple=multiple)
        for found in (merge_operators, fold_curves, fold_dilation, fold_padding, narrow):
            graph, note = found(graph)
            notes += [note] if note else []
        if graph is before:
            break
    return Simplified(graph, tuple(notes))
