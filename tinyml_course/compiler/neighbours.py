"""Find which operator alone reads what another writes: the two may then become one."""

from __future__ import annotations

from tinyml_course.compiler.graph import Graph, Op


def only_readers(graph: Graph) -> dict[int, Op]:
    """Return, by the writer's `Op.index`, the operator that alone reads its only output.

    Writers of several outputs, and of outputs of the network, are not in it.
    """
    readers: dict[int, list[Op]] = {}
    for op in graph.ops:
        for index in {*op.inputs}:
            readers.setdefault(index, []).append(op)
    alone = ((op, readers.get(op.output, ())) for op in graph.ops if len(op.outputs) == 1)
    return {
        op.index: read_by[0]
        for op, read_by in alone
        if len(read_by) == 1 and op.output not in graph.outputs
    }
