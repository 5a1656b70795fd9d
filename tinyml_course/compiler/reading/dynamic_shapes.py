"""The shapes of a network whose batch was left open, for a batch of 1.

A model converted with an open batch says -1 in its tensors' signatures, and puts 1 for it into
their shapes. That is right until an operator deals other axes into the batch, as SPACE_TO_BATCH_ND
before a dilated convolution does, or folds them into it, as the RESHAPE before a dense layer on
sequences: then the file's shape is no longer that of the batch of 1. TensorFlow Lite works the
shapes out anew when it prepares a model; so does the reader, operator by operator.
"""

from __future__ import annotations

import math

from tinyml_course.compiler import graph as g
from tinyml_course.compiler.graph import Graph, Op
from tinyml_course.compiler.reading.shapes import output_shapes

Shape = tuple[int, ...]
OPEN = -1


def settled_shapes(
    graph: Graph, op: Op, signatures: tuple[Shape, ...]
) -> tuple[Shape | None, ...] | None:
    """Return the shapes an operator writes, or None where they are what the file says.

    Parameters
    ----------
    signatures : tuple of shapes, one an output
        With -1 for what was open; empty where nothing was.
    """
    if not any(OPEN in signature for signature in signatures):
        return None
    if isinstance(op, g.AliasOp):
        return (_alias(graph, op, signatures[0]),)
    return output_shapes(graph, op)


def _alias(graph: Graph, op: g.AliasOp, signature: Shape) -> Shape | None:
    """Return a new shape of the same elements: as the operator says, or as only it can be."""
    wanted = graph.tensors[op.inputs[1]].data if len(op.inputs) > 1 else None
    shape = signature
    if isinstance(op, g.Reshape) and wanted is not None:
        shape = tuple(int(n) for n in wanted.ravel())
    known = math.prod(n for n in shape if n != OPEN)
    size = graph.tensors[op.input].size
    if shape.count(OPEN) > 1 or not known or size % known:
        return None
    return tuple(size // known if n == OPEN else n for n in shape)
