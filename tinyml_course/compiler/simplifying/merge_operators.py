"""Drop operators that compute nothing new, and merge neighbours that one operator can replace.

Everything is decided by values, not by names: an operator on single values is its table, an
operator that moves values is where it puts them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from tinyml_course.compiler import arithmetic as a
from tinyml_course.compiler import graph as g
from tinyml_course.compiler import moves as m
from tinyml_course.compiler import stateful as s
from tinyml_course.compiler.graph import Activation, Graph, Op, Tensor
from tinyml_course.compiler.neighbours import only_readers
from tinyml_course.compiler.numerics.quantization import activation_range
from tinyml_course.compiler.numerics.tables import unary_table
from tinyml_course.compiler.oracle import moves as moving

_CLAMPING = (
    g.Conv2D,
    g.DepthwiseConv2D,
    g.FullyConnected,
    g.AveragePool2D,
    g.MaxPool2D,
    g.Add,
    a.Sub,
    a.Mul,
)
_MAX_TRIED = 1 << 20


def merge_operators(graph: Graph) -> tuple[Graph, str | None]:
    """Return an equal graph of fewer or simpler operators, and a sentence on what was dropped."""
    before = graph
    graph = _without_dead(graph)
    for merge in (_one_clamp, _one_transpose):
        graph = _merged(graph, merge)
    graph = _without_names(_with_aliases(graph))
    dropped = [op for op in before.ops if op.index not in {left.index for left in graph.ops}]
    if not dropped:
        return graph, None
    kinds = ", ".join(dict.fromkeys(op.kind for op in dropped))
    count = "1 operator is" if len(dropped) == 1 else f"{len(dropped)} operators are"
    return graph, f"{count} dropped or merged with a neighbour ({kinds})"


def _merged(graph: Graph, merge: Callable[[Graph, Op, Op], Op | None]) -> Graph:
    """Replace an operator and its only reader by what `merge` makes of both, wherever it can."""
    writers = {reader.index: writer for writer, reader in only_readers(graph).items()}
    ops: dict[int, Op] = {}
    for op in graph.ops:
        first = ops.get(writers.get(op.index, -1))
        both = first and merge(graph, first, op)
        if first and both:
            del ops[writers[op.index]]
        ops[op.index] = both or op
    return graph if len(ops) == len(graph.ops) else replace(graph, ops=tuple(ops.values()))


def _without_dead(graph: Graph) -> Graph:
    """Drop operators whose outputs nothing reads; states count as read."""
    needed, kept = {*graph.outputs, *graph.variables}, []
    for op in reversed(graph.ops):
        if isinstance(op, s.StatefulOp) or needed & {*op.outputs}:
            kept.append(op)
            needed |= {*op.inputs}
    return graph if len(kept) == len(graph.ops) else replace(graph, ops=tuple(reversed(kept)))


def _same_grid(first: Tensor, second: Tensor) -> bool:
    grids = (first.quant, second.quant)
    if first.dtype != second.dtype or any(grid is None or grid.per_channel for grid in grids):
        return False
    return (first.scale, first.zero_point) == (second.scale, second.zero_point)


def _one_clamp(graph: Graph, op: Op, table: Op) -> Op | None:
    """Give an operator the clamp of the table behind it, where it is one on the same grid."""
    if not isinstance(op, _CLAMPING) or not isinstance(table, g.UnaryOp):
        return None
    source, target = graph.tensors[table.input], graph.tensors[table.output]
    if source.dtype != np.int8 or not _same_grid(source, target):
        return None
    results = np.arange(-256, 256)
    in_turn = unary_table(graph, table)[
        np.clip(results, *activation_range(op.activation, source)) + 128
    ]
    for activation in Activation:
        if np.array_equal(np.clip(results, *activation_range(activation, target)), in_turn):
            return replace(op, outputs=table.outputs, activation=activation)
    return None


def _one_transpose(graph: Graph, op: Op, then: Op) -> Op | None:
    """Reorder twice at once."""
    if not isinstance(op, m.Transpose) or not isinstance(then, m.Transpose):
        return None
    order = tuple(op.order[axis] for axis in then.order)
    return m.Transpose(then.index, op.inputs, then.outputs, order)


def _with_aliases(graph: Graph) -> Graph:
    """Turn operators that leave every byte in its place into changes of shape."""
    ops = tuple(
        g.Reshape(op.index, (op.input,), op.outputs) if _keeps_bytes(graph, op) else op
        for op in graph.ops
    )
    return graph if ops == graph.ops else replace(graph, ops=ops)


def _keeps_bytes(graph: Graph, op: Op) -> bool:
    if len(op.outputs) > 1 or len(graph.values_of(op)) > 1 or isinstance(op, g.AliasOp):
        return False
    source, target = graph.tensors[op.input], graph.tensors[op.output]
    if source.is_constant or source.size != target.size or source.size > _MAX_TRIED:
        return False
    if isinstance(op, g.UnaryOp):
        least = np.iinfo(np.int8).min
        known = source.dtype == np.int8 and _same_grid(source, target)
        return known and bool((unary_table(graph, op) == np.arange(least, -least)).all())
    if type(op) not in moving.PLACES:
        return False
    places = np.arange(source.size).reshape(1, *source.shape)
    moved = moving.PLACES[type(op)](graph, op, places)
    return bool((np.ravel(moved[0] if isinstance(moved, tuple) else moved) == places.ravel()).all())


def _without_names(graph: Graph) -> Graph:
    """Drop changes of shape that change nothing; who read their output reads their input."""
    ops = list(graph.ops)
    for op in graph.ops:
        if not isinstance(op, g.AliasOp) or op.output in graph.outputs:
            continue
        now = next(left for left in ops if left.index == op.index)
        source, target = graph.tensors[now.input], graph.tensors[now.output]
        if source.shape == target.shape and _same_grid(source, target) and not source.is_constant:
            ops = [_reading(left, now.output, now.input) for left in ops if left is not now]
    return graph if len(ops) == len(graph.ops) else replace(graph, ops=tuple(ops))


def _reading(op: Op, old: int, new: int) -> Op:
    inputs = tuple(new if index == old else index for index in op.inputs)
    return op if inputs == op.inputs else replace(op, inputs=inputs)
