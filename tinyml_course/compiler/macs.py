"""Count the multiplications of an input by a weight (MACs) an operator needs."""

from __future__ import annotations

import math

from tinyml_course.compiler import arithmetic as a
from tinyml_course.compiler import graph as g
from tinyml_course.compiler import stateful as s
from tinyml_course.compiler.graph import Graph, Op


def layer_macs(graph: Graph, op: Op) -> int:
    """Return the MACs of one inference, padding counted as if it were there."""
    if isinstance(op, a.TransposeConv):
        return _places(graph, op.input) * graph.tensors[op.weights].size
    if isinstance(op, g.WeightedOp):
        return _places(graph, op.output) * graph.tensors[op.weights].size
    if isinstance(op, s.Svdf):
        return sum(graph.tensors[index].size for index in op.inputs[1:3])
    if isinstance(op, s.Lstm):
        gates = (op.input_gate, op.forget_gate, op.cell_gate, op.output_gate)
        weights = (index for gate in gates for index in (gate.weights, gate.recurrent))
        return graph.tensors[op.input].shape[1] * sum(graph.tensors[i].size for i in weights)
    return 0


def network_macs(graph: Graph) -> int:
    """Return the MACs of all operators."""
    return sum(layer_macs(graph, op) for op in graph.ops)


def _places(graph: Graph, index: int) -> int:
    """Count the positions of a tensor, its channels left out."""
    return math.prod(graph.tensors[index].shape[:-1])
