"""Work out the shape of what each operator writes, from what it reads.

The file states every shape as well; `rules` holds the two against each other, so that kernels and
planner may trust the shapes in a graph.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from tinyml_course.compiler import graph as g
from tinyml_course.compiler.graph import Graph, Op, Padding

Shape = tuple[int, ...]


def output_shape(graph: Graph, op: Op) -> Shape | None:
    """Return the shape `op` must write, or None where its inputs do not fit together."""
    return _SHAPES[type(op)](graph, op)


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


def _mean(graph: Graph, op: Op) -> Shape | None:
    assert isinstance(op, g.Mean)
    lengths = graph.tensors[op.input].shape
    if op.keep_dims:
        return tuple(1 if axis in op.axes else n for axis, n in enumerate(lengths))
    return tuple(n for axis, n in enumerate(lengths) if axis not in op.axes)


def _broadcast(graph: Graph, op: Op) -> Shape | None:
    try:
        return np.broadcast_shapes(*(tensor.shape for tensor in graph.read_by(op)))
    except ValueError:
        return None


def _same(graph: Graph, op: Op) -> Shape | None:
    return graph.tensors[op.input].shape


def _pad(graph: Graph, op: Op) -> Shape | None:
    assert isinstance(op, g.Pad)
    shape = graph.tensors[op.input].shape
    return tuple(before + n + after for n, (before, after) in zip(shape, op.amounts, strict=True))


def _concatenation(graph: Graph, op: Op) -> Shape | None:
    assert isinstance(op, g.Concatenation)
    shapes = [tensor.shape for tensor in graph.read_by(op)]
    others = {shape[: op.axis] + shape[op.axis + 1 :] for shape in shapes}
    if len(others) > 1 or len({len(shape) for shape in shapes}) > 1:
        return None
    total = sum(shape[op.axis] for shape in shapes)
    return (*shapes[0][: op.axis], total, *shapes[0][op.axis + 1 :])


def _alias(graph: Graph, op: Op) -> Shape | None:
    written = graph.tensors[op.output]
    return written.shape if written.size == graph.tensors[op.input].size else None


_SHAPES: dict[type[Op], Callable[[Graph, Op], Shape | None]] = {
    g.Conv2D: _conv_2d,
    g.DepthwiseConv2D: _depthwise_conv_2d,
    g.FullyConnected: _fully_connected,
    g.AveragePool2D: _pool_2d,
    g.MaxPool2D: _pool_2d,
    g.Mean: _mean,
    g.Add: _broadcast,
    g.Relu: _same,
    g.Relu6: _same,
    g.Logistic: _same,
    g.Tanh: _same,
    g.Quantize: _same,
    g.Dequantize: _same,
    g.Softmax: _same,
    g.Pad: _pad,
    g.Concatenation: _concatenation,
    g.Reshape: _alias,
    g.Squeeze: _alias,
    g.ExpandDims: _alias,
}
