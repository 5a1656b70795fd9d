"""Move values as TFLM does, in NumPy: slices, joins, reorderings, padding.

Every function takes arrays with the frames in front, (n, *shape), and any element type: the oracle
runs them on activations, `reading.constants` on constants.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinyml_course.compiler import graph as g
from tinyml_course.compiler import moves as m
from tinyml_course.compiler.graph import Graph

Array = NDArray[Any]


def pad(graph: Graph, op: g.Pad, x: Array) -> Array:
    """Surround with the output's zero point."""
    value = _zero(graph, op)
    return np.pad(x, ((0, 0), *op.amounts), constant_values=value)


def _zero(graph: Graph, op: g.Op) -> int:
    """Return what stands for 0 in the output."""
    target = graph.tensors[op.output]
    return 0 if target.quant is None else target.zero_point


def pad_v2(graph: Graph, op: m.PadV2, x: Array) -> Array:
    """Surround with a constant."""
    return np.pad(x, ((0, 0), *op.amounts), constant_values=op.value)


def mirror_pad(graph: Graph, op: m.MirrorPad, x: Array) -> Array:
    """Surround with the reflection."""
    amounts = ((0, 0), *op.amounts)
    return np.pad(x, amounts, mode="symmetric" if op.symmetric else "reflect")


def concatenation(graph: Graph, op: g.Concatenation, *operands: Array) -> Array:
    """Join along an axis."""
    return np.concatenate(_same_frames(operands), axis=op.axis + 1)


def pack(graph: Graph, op: m.Pack, *operands: Array) -> Array:
    """Join along a new axis."""
    return np.stack(_same_frames(operands), axis=op.axis + 1)


def _same_frames(operands: tuple[Array, ...]) -> list[Array]:
    """Repeat constants, which have one frame, for every frame."""
    frames = max(len(x) for x in operands)
    return [np.broadcast_to(x, (frames, *x.shape[1:])) for x in operands]


def transpose(graph: Graph, op: m.Transpose, x: Array) -> Array:
    """Reorder the axes."""
    return x.transpose(0, *(axis + 1 for axis in op.order))


def strided_slice(graph: Graph, op: m.StridedSlice, x: Array) -> Array:
    """Take ranges, then drop axes."""
    ranges = [slice(start, None if stop < 0 else stop, step) for start, stop, step in op.ranges]
    return x[:, *ranges].squeeze(axis=tuple(axis + 1 for axis in op.dropped))


def split(graph: Graph, op: m.Split, x: Array) -> tuple[Array, ...]:
    """Cut into pieces."""
    return tuple(np.split(x, np.cumsum(op.sizes)[:-1], axis=op.axis + 1))


def unpack(graph: Graph, op: m.Unpack, x: Array) -> tuple[Array, ...]:
    """Cut into pieces of length 1 and drop the axis."""
    return tuple(np.moveaxis(x, op.axis + 1, 0))


def reverse(graph: Graph, op: m.Reverse, x: Array) -> Array:
    """Turn axes around."""
    return np.flip(x, tuple(axis + 1 for axis in op.axes))


def gather(graph: Graph, op: m.Gather, x: Array) -> Array:
    """Take indices of an axis."""
    indices = np.array(op.indices, np.int64).reshape(op.indices_shape)
    return x.take(indices, axis=op.axis + 1)


def tile(graph: Graph, op: m.Tile, x: Array) -> Array:
    """Repeat the tensor."""
    return np.tile(x, (1, *op.repeats))


def broadcast_to(graph: Graph, op: m.BroadcastTo, x: Array) -> Array:
    """Repeat axes of length 1."""
    missing = (1,) * (len(op.shape) - x.ndim + 1)
    return np.broadcast_to(x.reshape(len(x), *missing, *x.shape[1:]), (len(x), *op.shape))


def space_to_batch(graph: Graph, op: m.SpaceToBatch, x: Array) -> Array:
    """Pad, then deal every place within a block out to a batch entry of its own."""
    value = _zero(graph, op)
    kept = ((0, 0),) * (x.ndim - 2 - len(op.block))
    x = np.pad(x, ((0, 0), (0, 0), *op.padding, *kept), constant_values=value)
    frames, batch, *lengths = x.shape
    count = len(op.block)
    cut = [n for pair in zip(_over(lengths, op.block), op.block, strict=True) for n in pair]
    x = x.reshape(frames, batch, *cut, *lengths[count:])
    within, blocks = range(3, 3 + 2 * count, 2), range(2, 2 + 2 * count, 2)
    x = x.transpose(0, *within, 1, *blocks, *range(2 + 2 * count, x.ndim))
    return x.reshape(frames, -1, *_over(lengths, op.block), *lengths[count:])


def _over(lengths: list[int], block: tuple[int, ...]) -> list[int]:
    """Return how many blocks lie along each axis."""
    return [length // size for length, size in zip(lengths, block, strict=False)]


def batch_to_space(graph: Graph, op: m.BatchToSpace, x: Array) -> Array:
    """Interleave the batch into blocks, then crop."""
    frames, batch, *lengths = x.shape
    count = len(op.block)
    x = x.reshape(frames, *op.block, batch // math.prod(op.block), *lengths)
    interleaved = [axis for i in range(count) for axis in (count + 2 + i, 1 + i)]
    x = x.transpose(0, count + 1, *interleaved, *range(2 * count + 2, x.ndim))
    grown = [n * size for n, size in zip(lengths, op.block, strict=False)]
    x = x.reshape(frames, -1, *grown, *lengths[count:])
    box = [slice(before, n - after) for n, (before, after) in zip(grown, op.crops, strict=True)]
    return x[:, :, *box]


def space_to_depth(graph: Graph, op: m.SpaceToDepth, x: Array) -> Array:
    """Stack blocks of pixels in the channels."""
    n, batch, height, width, channels = x.shape
    b = op.block
    x = x.reshape(n, batch, height // b, b, width // b, b, channels)
    x = x.transpose(0, 1, 2, 4, 3, 5, 6)
    return x.reshape(n, batch, height // b, width // b, b * b * channels)


def depth_to_space(graph: Graph, op: m.DepthToSpace, x: Array) -> Array:
    """Spread channels over blocks of pixels."""
    n, batch, height, width, channels = x.shape
    b = op.block
    x = x.reshape(n, batch, height, width, b, b, channels // (b * b))
    x = x.transpose(0, 1, 2, 4, 3, 5, 6)
    return x.reshape(n, batch, height * b, width * b, channels // (b * b))


def resize_nearest(graph: Graph, op: m.ResizeNearest, x: Array) -> Array:
    """Show the nearest pixel."""
    return x[:, :, list(op.rows)][:, :, :, list(op.columns)]


MOVES: dict[type[g.Op], Callable[..., Any]] = {
    m.Transpose: transpose,
    m.StridedSlice: strided_slice,
    m.Slice: strided_slice,
    m.Split: split,
    m.SplitV: split,
    m.Unpack: unpack,
    m.Reverse: reverse,
    m.Pack: pack,
    m.Gather: gather,
    m.Tile: tile,
    m.BroadcastTo: broadcast_to,
}
"""The operators that only put values elsewhere, of any type: constants of them fold away."""
PLACES: dict[type[g.Op], Callable[..., Any]] = {
    **MOVES,
    g.Pad: pad,
    g.Concatenation: concatenation,
    m.PadV2: pad_v2,
    m.MirrorPad: mirror_pad,
    m.SpaceToBatch: space_to_batch,
    m.BatchToSpace: batch_to_space,
    m.SpaceToDepth: space_to_depth,
    m.DepthToSpace: depth_to_space,
    m.ResizeNearest: resize_nearest,
}
"""All operators that move values and change none of them."""
