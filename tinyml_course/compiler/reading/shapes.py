"""Work out the shape of what each operator writes, from what it reads.

The file states every shape as well; `rules` holds the two against each other, so that kernels and
planner may trust the shapes in a graph.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tinyml_course.compiler import arithmetic as a
from tinyml_course.compiler import graph as g
from tinyml_course.compiler import moves as m
from tinyml_course.compiler import stateful as s
from tinyml_course.compiler import variables as v
from tinyml_course.compiler.graph import Graph, Op, Padding
from tinyml_course.compiler.numerics import reals as r
from tinyml_course.compiler.numerics.tables import TABLED
from tinyml_course.compiler.oracle import moves as moving
from tinyml_course.compiler.oracle.choices import CHOICES

Shape = tuple[int, ...]


def output_shapes(graph: Graph, op: Op) -> tuple[Shape, ...] | None:
    """Return the shapes `op` must write; None where its inputs do not fit, or nothing is known."""
    if isinstance(op, m.Split | m.Unpack):
        return _pieces(graph, op)
    shape = _SHAPES[type(op)](graph, op) if type(op) in _SHAPES else None
    return None if shape is None else (shape,)


def _positions(size: int, before: int, after: int, extent: int, stride: int) -> int:
    """Count the places of a window of `extent` taps, padding included."""
    return (size + before + after - extent) // stride + 1


def _slide(
    shape: Shape,
    window: tuple[int, int],
    stride: tuple[int, int],
    padding: Padding,
    channels: int,
) -> Shape | None:
    batch, height, width, _ = shape
    rows = _positions(height, padding.top, padding.bottom, window[0], stride[0])
    columns = _positions(width, padding.left, padding.right, window[1], stride[1])
    return (batch, rows, columns, channels) if rows > 0 and columns > 0 else None


def _extent(kernel: Shape, dilation: tuple[int, int]) -> tuple[int, int]:
    """Return rows and columns a dilated kernel (., KH, KW, .) covers."""
    return (kernel[1] - 1) * dilation[0] + 1, (kernel[2] - 1) * dilation[1] + 1


def _conv_2d(graph: Graph, op: Op) -> Shape | None:
    assert isinstance(op, g.Conv2D)
    shape, kernel = graph.tensors[op.input].shape, graph.tensors[op.weights].shape
    if kernel[3] != shape[3]:
        return None
    return _slide(shape, _extent(kernel, op.dilation), op.stride, op.padding, kernel[0])


def _depthwise_conv_2d(graph: Graph, op: Op) -> Shape | None:
    assert isinstance(op, g.DepthwiseConv2D)
    shape, kernel = graph.tensors[op.input].shape, graph.tensors[op.weights].shape
    if kernel[0] != 1:
        return None
    return _slide(shape, _extent(kernel, op.dilation), op.stride, op.padding, kernel[3])


def _fully_connected(graph: Graph, op: Op) -> Shape | None:
    assert isinstance(op, g.FullyConnected)
    size = graph.tensors[op.input].size
    outputs, depth = graph.tensors[op.weights].shape
    if size % depth:
        return None
    # Any split of the rows into axes is the same bytes; the file says which one it is.
    written = graph.tensors[op.output].shape
    fits = math.prod(written) == size // depth * outputs and written[-1:] == (outputs,)
    return written if fits else (size // depth, outputs)


def _pool_2d(graph: Graph, op: Op) -> Shape | None:
    assert isinstance(op, g.Pool2D)
    shape = graph.tensors[op.input].shape
    return _slide(shape, op.window, op.stride, op.padding, shape[3])


def _reduction(graph: Graph, op: Op) -> Shape | None:
    assert isinstance(op, g.Mean | a.Reduction)
    lengths = graph.tensors[op.input].shape
    if op.keep_dims:
        return tuple(1 if axis in op.axes else n for axis, n in enumerate(lengths))
    return tuple(n for axis, n in enumerate(lengths) if axis not in op.axes)


def _broadcast(graph: Graph, op: Op) -> Shape | None:
    try:
        return np.broadcast_shapes(*(tensor.shape for tensor in graph.values_of(op)))
    except ValueError:
        return None


def _same(graph: Graph, op: Op) -> Shape | None:
    return graph.tensors[op.input].shape


def _pad(graph: Graph, op: Op) -> Shape | None:
    assert isinstance(op, g.Pad | m.PadV2 | m.MirrorPad)
    shape = graph.tensors[op.input].shape
    return tuple(before + n + after for n, (before, after) in zip(shape, op.amounts, strict=True))


def _concatenation(graph: Graph, op: Op) -> Shape | None:
    assert isinstance(op, g.Concatenation)
    shapes = [tensor.shape for tensor in graph.values_of(op)]
    others = {shape[: op.axis] + shape[op.axis + 1 :] for shape in shapes}
    if len(others) > 1 or len({len(shape) for shape in shapes}) > 1:
        return None
    total = sum(shape[op.axis] for shape in shapes)
    return (*shapes[0][: op.axis], total, *shapes[0][op.axis + 1 :])


def _alias(graph: Graph, op: Op) -> Shape | None:
    written = graph.tensors[op.output]
    return written.shape if written.size == graph.tensors[op.input].size else None


def _pieces(graph: Graph, op: m.Split | m.Unpack) -> tuple[Shape, ...]:
    shape = graph.tensors[op.input].shape
    before, after = shape[: op.axis], shape[op.axis + 1 :]
    if isinstance(op, m.Unpack):
        return ((*before, *after),) * shape[op.axis]
    return tuple((*before, size, *after) for size in op.sizes)


def _view(move: Callable[..., NDArray[np.int8]]) -> Callable[[Graph, Op], Shape | None]:
    """Return a function that tries a move without copies on an array that has only a shape."""

    def shape(graph: Graph, op: Op) -> Shape | None:
        dummy = np.broadcast_to(np.int8(0), (1, *graph.tensors[op.input].shape))
        return move(graph, op, dummy).shape[1:]

    return shape


def _pack(graph: Graph, op: Op) -> Shape | None:
    assert isinstance(op, m.Pack)
    shapes = {tensor.shape for tensor in graph.values_of(op)}
    if len(shapes) > 1:
        return None
    (shape,) = shapes
    return (*shape[: op.axis], len(op.inputs), *shape[op.axis :])


def _gather(graph: Graph, op: Op) -> Shape | None:
    assert isinstance(op, m.Gather)
    shape = graph.tensors[op.input].shape
    return (*shape[: op.axis], *op.indices_shape, *shape[op.axis + 1 :])


def _tile(graph: Graph, op: Op) -> Shape | None:
    assert isinstance(op, m.Tile)
    lengths = graph.tensors[op.input].shape
    return tuple(n * repeats for n, repeats in zip(lengths, op.repeats, strict=True))


def _broadcast_to(graph: Graph, op: Op) -> Shape | None:
    assert isinstance(op, m.BroadcastTo)
    try:
        fits = np.broadcast_shapes(graph.tensors[op.input].shape, op.shape) == op.shape
    except ValueError:
        return None
    return op.shape if fits else None


def _space_to_batch(graph: Graph, op: Op) -> Shape | None:
    assert isinstance(op, m.SpaceToBatch)
    batch, *lengths = graph.tensors[op.input].shape
    for axis, (size, (before, after)) in enumerate(zip(op.block, op.padding, strict=True)):
        padded = before + lengths[axis] + after
        if padded % size:
            return None
        batch, lengths[axis] = batch * size, padded // size
    return (batch, *lengths)


def _batch_to_space(graph: Graph, op: Op) -> Shape | None:
    assert isinstance(op, m.BatchToSpace)
    batch, *lengths = graph.tensors[op.input].shape
    for axis, (size, (before, after)) in enumerate(zip(op.block, op.crops, strict=True)):
        batch, lengths[axis] = batch // size, lengths[axis] * size - before - after
    return (batch, *lengths) if min(lengths) > 0 else None


def _depth(graph: Graph, op: Op) -> Shape | None:
    assert isinstance(op, m.SpaceToDepth | m.DepthToSpace)
    batch, height, width, channels = graph.tensors[op.input].shape
    b = op.block
    if isinstance(op, m.SpaceToDepth):
        return (batch, height // b, width // b, channels * b * b)
    return (batch, height * b, width * b, channels // (b * b))


def _resize_nearest(graph: Graph, op: Op) -> Shape | None:
    assert isinstance(op, m.ResizeNearest)
    batch, _, _, channels = graph.tensors[op.input].shape
    return (batch, len(op.rows), len(op.columns), channels)


def _resize_bilinear(graph: Graph, op: Op) -> Shape | None:
    batch, _, _, channels = graph.tensors[op.input].shape
    written = graph.tensors[op.output].shape
    return (batch, *written[1:3], channels) if len(written) == 4 else None


def _transpose_conv(graph: Graph, op: Op) -> Shape | None:
    """Return the written shape if convolving it the other way gives the shape that is read."""
    assert isinstance(op, a.TransposeConv)
    batch, height, width, channels = graph.tensors[op.input].shape
    kernel, written = graph.tensors[op.weights].shape, graph.tensors[op.output].shape
    back = _slide(written, (kernel[1], kernel[2]), op.stride, op.padding, channels)
    if kernel[3] != channels or back != (batch, height, width, channels):
        return None
    return (batch, *written[1:3], kernel[0])


def _svdf(graph: Graph, op: Op) -> Shape | None:
    assert isinstance(op, s.Svdf)
    filters, depth = graph.tensors[op.inputs[1]].shape
    (batch, memory), state = graph.tensors[op.inputs[2]].shape, graph.tensors[op.states[0]]
    fits = batch == filters and state.size == filters * memory
    fits = fits and (op.bias is None or graph.tensors[op.bias].size == filters // op.rank)
    return (1, filters // op.rank) if fits and graph.tensors[op.input].size == depth else None


def _lstm(graph: Graph, op: Op) -> Shape | None:
    assert isinstance(op, s.Lstm)
    batch, steps, depth = graph.tensors[op.input].shape
    units = graph.tensors[op.input_gate.bias].size
    fits = batch == 1 and all(graph.tensors[index].size == units for index in op.states)
    for gate in (op.input_gate, op.forget_gate, op.cell_gate, op.output_gate):
        fits = fits and graph.tensors[gate.weights].shape == (units, depth)
        fits = fits and graph.tensors[gate.recurrent].shape == (units, units)
        fits = fits and graph.tensors[gate.bias].shape == (units,)
    return (1, steps, units) if fits else None


def _batch_matmul(graph: Graph, op: Op) -> Shape | None:
    assert isinstance(op, a.BatchMatmul)
    (*first, rows, depth), (*second, again, columns) = (
        (*t.shape[:-2], *(t.shape[:-3:-1] if transposed else t.shape[-2:]))
        for t, transposed in zip(graph.values_of(op), op.transposed, strict=True)
    )
    try:
        batch = np.broadcast_shapes(tuple(first), tuple(second))
    except ValueError:
        return None
    return (*batch, rows, columns) if depth == again else None


def _arg(graph: Graph, op: Op) -> Shape | None:
    assert isinstance(op, a.ArgMax | a.ArgMin)
    shape = graph.tensors[op.input].shape
    return shape[: op.axis] + shape[op.axis + 1 :]


_SHAPES: dict[type[Op], Callable[[Graph, Op], Shape | None]] = {
    g.Conv2D: _conv_2d,
    g.DepthwiseConv2D: _depthwise_conv_2d,
    g.FullyConnected: _fully_connected,
    g.AveragePool2D: _pool_2d,
    g.MaxPool2D: _pool_2d,
    g.Mean: _reduction,
    g.Add: _broadcast,
    **dict.fromkeys(TABLED, _same),
    g.Softmax: _same,
    g.Pad: _pad,
    g.Concatenation: _concatenation,
    v.ReadVariable: _alias,
    v.AssignVariable: _alias,
    s.Svdf: _svdf,
    s.Lstm: _lstm,
    a.Sub: _broadcast,
    a.Mul: _broadcast,
    a.Div: _broadcast,
    a.SquaredDifference: _broadcast,
    a.Maximum: _broadcast,
    a.Minimum: _broadcast,
    a.Prelu: _broadcast,
    **dict.fromkeys((*CHOICES, *r.REAL_OPS), _broadcast),
    a.BatchMatmul: _batch_matmul,
    a.LogSoftmax: _same,
    a.L2Normalization: _same,
    a.Sum: _reduction,
    a.ReduceMax: _reduction,
    a.ReduceMin: _reduction,
    a.ArgMax: _arg,
    a.ArgMin: _arg,
    a.ResizeBilinear: _resize_bilinear,
    a.TransposeConv: _transpose_conv,
    m.Transpose: _view(moving.transpose),
    m.StridedSlice: _view(moving.strided_slice),
    m.Slice: _view(moving.strided_slice),
    m.Reverse: _same,
    m.Pack: _pack,
    m.Gather: _gather,
    m.Tile: _tile,
    m.BroadcastTo: _broadcast_to,
    m.PadV2: _pad,
    m.MirrorPad: _pad,
    m.SpaceToBatch: _space_to_batch,
    m.BatchToSpace: _batch_to_space,
    m.SpaceToDepth: _depth,
    m.DepthToSpace: _depth,
    m.ResizeNearest: _resize_nearest,
    m.Cast: _same,
    g.Reshape: _alias,
    g.Squeeze: _alias,
    g.ExpandDims: _alias,
}
