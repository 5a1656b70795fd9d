"""Values are quantized before they are moved, not after: the same bits, and the moves are int8.

Where the converter leaves an operator in float32, it may leave what joins or reshapes its results
in float32 too, up to the next QUANTIZE. A QUANTIZE takes each value by itself, so it may as well
come first; then what is left in front of it is a curve (see `fold_curves`).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tinyml_course.compiler import graph as g
from tinyml_course.compiler import moves as m
from tinyml_course.compiler.graph import Graph, Op, Tensor
from tinyml_course.compiler.neighbours import only_readers
from tinyml_course.compiler.reading.constants import fold

_MOVES = (
    g.AliasOp,
    g.Concatenation,
    g.Pad,
    m.BatchToSpace,
    m.BroadcastTo,
    m.DepthToSpace,
    m.Gather,
    m.MirrorPad,
    m.Pack,
    m.ResizeNearest,
    m.Reverse,
    m.SpaceToBatch,
    m.SpaceToDepth,
    m.StridedSlice,
    m.Tile,
    m.Transpose,
)


def quantize_early(graph: Graph) -> Graph:
    """Return an equal graph in which no QUANTIZE follows a move of float32 that it alone reads.

    What the graph holds need not have been checked.
    """
    while pair := _next_pair(graph):
        graph = _swapped(graph, *pair)
    return graph


def _next_pair(graph: Graph) -> tuple[Op, g.Quantize] | None:
    """Return a move and the QUANTIZE that follows it."""
    readers = only_readers(graph)
    for op in graph.ops:
        reader = readers.get(op.index) if isinstance(op, _MOVES) else None
        if not isinstance(reader, g.Quantize) or reader.inputs[:1] != op.outputs:
            continue
        target = graph.tensors[reader.output]
        real = all(tensor.dtype == np.float32 for tensor in graph.values_of(op))
        if real and target.dtype in (np.int8, np.uint8) and target.quant is not None:
            return op, reader
    return None


def _swapped(graph: Graph, move: Op, quantize: g.Quantize) -> Graph:
    """Return the graph with each value of `move` quantized first, by new operators."""
    tensors = list(graph.tensors)
    ops: list[Op] = []
    number = 1 + max(op.index for op in graph.ops)
    inputs = list(move.inputs)
    for place in range(len(inputs))[move.values]:
        source = graph.tensors[inputs[place]]
        early = _like(graph.tensors[quantize.output], source, len(tensors))
        tensors.append(early)
        op = g.Quantize(number + len(ops), (source.index,), (early.index,))
        values = fold(replace(graph, tensors=tensors), op)
        if values is None:
            ops.append(op)
        else:
            tensors[early.index] = replace(early, data=values[0])
        inputs[place] = early.index
    ops.append(replace(move, inputs=tuple(inputs), outputs=quantize.outputs))
    found = graph.ops.index(move)
    rest = [op for op in graph.ops[found + 1 :] if op is not quantize]
    return replace(graph, tensors=tuple(tensors), ops=(*graph.ops[:found], *ops, *rest))


def _like(target: Tensor, source: Tensor, index: int) -> Tensor:
    """Return a tensor of `source`'s values on the grid of `target`."""
    return replace(source, index=index, dtype=target.dtype, quant=target.quant, data=None)
