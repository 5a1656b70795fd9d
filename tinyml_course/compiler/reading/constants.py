"""Compute once, while the model is read, what does not depend on its input.

Converters leave shape arithmetic in the graph (SHAPE, STRIDED_SLICE, PACK before a RESHAPE). Its
shapes are static here, so each such operator becomes a constant and disappears. So does a QUANTIZE
of constants, as the first values of variables may have.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinyml_course.compiler import arithmetic as a
from tinyml_course.compiler import graph as g
from tinyml_course.compiler import moves as m
from tinyml_course.compiler.graph import Graph, Op
from tinyml_course.compiler.oracle import moves as moving
from tinyml_course.compiler.oracle.pointwise import quantize
from tinyml_course.compiler.reading.rules import check_op

Array = NDArray[Any]
_MAX_BYTES = 1 << 20


def fold(graph: Graph, op: Op) -> tuple[Array, ...] | None:
    """Return the values of an operator's outputs if they are known before the network runs.

    Returns
    -------
    tuple of ndarray, one an output in its type and shape, or None
    """
    values = _computed(graph, op)
    written = list(graph.written_by(op))
    if values is None or [v.size for v in values] != [tensor.size for tensor in written]:
        return None
    return tuple(
        value.astype(tensor.dtype).reshape(tensor.shape)
        for value, tensor in zip(values, written, strict=True)
    )


def _computed(graph: Graph, op: Op) -> tuple[Array, ...] | None:
    """Return the values before they are given type and shape, or None."""
    if isinstance(op, m.Shape):
        return (np.array(graph.tensors[op.input].shape, np.int64),)
    read, written = graph.values_of(op), list(graph.written_by(op))
    known = [tensor.data[np.newaxis] for tensor in read if tensor.data is not None]
    if len(known) < len(read) or sum(tensor.nbytes for tensor in written) > _MAX_BYTES:
        return None
    if isinstance(op, g.Quantize):
        check_op(graph, op)  # its arithmetic trusts the rules
        return (quantize(graph, op, *known),)
    if isinstance(op, m.Fill):
        return (np.full(written[0].shape, known[1].ravel()[0]),)
    if isinstance(op, a.ReduceProd):
        axes = tuple(axis + 1 for axis in op.axes)
        return (np.prod(known[0], axis=axes, keepdims=op.keep_dims),)
    if type(op) in _INTEGER and written[0].dtype in (np.int32, np.int64):
        return (_INTEGER[type(op)](*known),)
    if type(op) in _MOVES and all(tensor.dtype == written[0].dtype for tensor in read):
        result = _MOVES[type(op)](graph, op, *known)
        return result if isinstance(result, tuple) else (result,)
    return None


def _itself(graph: Graph, op: Op, x: Array) -> Array:
    return x


_INTEGER: dict[type[Op], Callable[..., Array]] = {
    g.Add: np.add,
    a.Sub: np.subtract,
    a.Mul: np.multiply,
    a.Maximum: np.maximum,
    a.Minimum: np.minimum,
    m.Cast: np.asarray,
}
_MOVES: dict[type[Op], Callable[..., Any]] = {
    **moving.MOVES,
    g.Concatenation: moving.concatenation,
    g.Reshape: _itself,
    g.Squeeze: _itself,
    g.ExpandDims: _itself,
}
