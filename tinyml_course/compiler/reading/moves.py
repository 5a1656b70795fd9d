"""Turn the option tables of operators that move values into their dataclasses."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import tflite

from tinyml_course.compiler import moves as m
from tinyml_course.compiler.graph import Op
from tinyml_course.compiler.reading.raw_op import MAX_EXTENT, Parser, RawOp
from tinyml_course.errors import ModelError, UnsupportedModelError


def pairs(raw: RawOp, position: int, rank: int) -> m.Pairs:
    """Return (before, after) for each of `rank` axes."""
    flat = raw.integers(position)
    if len(flat) != 2 * rank or any(not 0 <= n <= MAX_EXTENT for n in flat):
        raise ModelError(f"{raw} has {flat} for {rank} axes; two counts from 0 each are needed.")
    return tuple(zip(flat[::2], flat[1::2], strict=True))


def _rank(raw: RawOp, position: int = 0) -> int:
    return len(raw.tensor(position).shape)


def _axis(raw: RawOp, axis: int, rank: int) -> int:
    (found,) = raw.axes((axis,), rank)
    return found


def _transpose(raw: RawOp) -> Op:
    order = raw.integers(1)
    rank = _rank(raw)
    if sorted(axis % max(rank, 1) for axis in order) != list(range(rank)):
        raise ModelError(f"{raw} reorders {rank} axes by {order}.")
    return raw.build(m.Transpose, order=tuple(axis % rank for axis in order))


def _strided_slice(raw: RawOp) -> Op:
    options = raw.options(tflite.StridedSliceOptions)
    if options.EllipsisMask() or options.NewAxisMask():
        raise UnsupportedModelError(
            f"{raw} has an ellipsis or a new axis. Write the slice with one entry an axis."
        )
    shape = raw.tensor(0).shape
    starts, stops, steps = (raw.integers(position) for position in (1, 2, 3))
    if not len(starts) == len(stops) == len(steps) <= len(shape) or 0 in steps:
        raise ModelError(f"{raw} slices {len(shape)} axes by {starts}, {stops}, {steps}.")
    drop = options.ShrinkAxisMask()
    ranges, dropped = [], []
    for axis, length in enumerate(shape):
        if axis >= len(starts):
            ranges.append((0, length, 1))
            continue
        start = None if options.BeginMask() >> axis & 1 else starts[axis]
        stop = None if options.EndMask() >> axis & 1 else stops[axis]
        step = steps[axis]
        if drop >> axis & 1:
            dropped.append(axis)
            begin = _index(raw, start or 0, length)
            start, stop, step = begin, begin + 1, 1
        ranges.append(slice(start, stop, step).indices(length))
    return raw.build(m.StridedSlice, ranges=tuple(ranges), dropped=tuple(dropped))


def _index(raw: RawOp, index: int, length: int) -> int:
    if not -length <= index < length:
        raise ModelError(f"{raw} takes index {index} of an axis of length {length}.")
    return index % length


def _slice(raw: RawOp) -> Op:
    starts, sizes, shape = raw.integers(1), raw.integers(2), raw.tensor(0).shape
    if not len(starts) == len(sizes) == len(shape):
        raise ModelError(f"{raw} slices {len(shape)} axes by {starts} and {sizes}.")
    ranges = []
    for start, size, length in zip(starts, sizes, shape, strict=True):
        stop = length if size == -1 else start + size
        if not 0 <= start < stop <= length:
            raise ModelError(f"{raw} takes {start} to {stop} of an axis of length {length}.")
        ranges.append((start, stop, 1))
    return raw.build(m.Slice, ranges=tuple(ranges))


def _split(raw: RawOp) -> Op:
    shape = raw.tensor(1).shape
    axis = _axis(raw, raw.integer(0), len(shape))
    count = len(raw.outputs)
    if shape[axis] % count:
        raise ModelError(f"{raw} cuts an axis of length {shape[axis]} into {count}.")
    return raw.build(m.Split, axis=axis, sizes=(shape[axis] // count,) * count)


def _split_v(raw: RawOp) -> Op:
    shape = raw.tensor(0).shape
    axis = _axis(raw, raw.integer(2), len(shape))
    sizes = list(raw.integers(1, most=len(raw.outputs)))
    if sizes.count(-1) == 1:
        sizes[sizes.index(-1)] = shape[axis] - sum(size for size in sizes if size != -1)
    if min(sizes) < 1 or sum(sizes) != shape[axis] or len(sizes) != len(raw.outputs):
        raise ModelError(f"{raw} cuts an axis of length {shape[axis]} into {sizes}.")
    return raw.build(m.SplitV, axis=axis, sizes=tuple(sizes))


def _reverse(raw: RawOp) -> Op:
    return raw.build(m.Reverse, axes=raw.axes(raw.integers(1), _rank(raw)))


def _unpack(raw: RawOp) -> Op:
    shape = raw.tensor(0).shape
    axis = _axis(raw, raw.options(tflite.UnpackOptions).Axis(), len(shape))
    if shape[axis] != len(raw.outputs):
        raise ModelError(f"{raw} cuts length {shape[axis]} into {len(raw.outputs)} outputs.")
    return raw.build(m.Unpack, axis=axis)


def _pack(raw: RawOp) -> Op:
    axis = raw.options(tflite.PackOptions).Axis()
    return raw.build(m.Pack, axis=_axis(raw, axis, _rank(raw) + 1))


def _gather(raw: RawOp) -> Op:
    options = raw.options(tflite.GatherOptions)
    if options.BatchDims():
        raise UnsupportedModelError(f"{raw} has batch_dims. Use tf.gather with batch_dims=0.")
    axis = _axis(raw, options.Axis(), _rank(raw))
    length = raw.tensor(0).shape[axis]
    indices = tuple(_index(raw, index, length) for index in raw.integers(1, most=MAX_EXTENT))
    shape = raw.tensor(1).shape
    return raw.build(m.Gather, axis=axis, indices=indices, indices_shape=shape)


def _tile(raw: RawOp) -> Op:
    repeats = raw.integers(1)
    if len(repeats) != _rank(raw) or not all(1 <= n <= MAX_EXTENT for n in repeats):
        raise ModelError(f"{raw} repeats {_rank(raw)} axes by {repeats}.")
    return raw.build(m.Tile, repeats=repeats)


def _broadcast_to(raw: RawOp) -> Op:
    return raw.build(m.BroadcastTo, shape=raw.integers(1))


def _pad_v2(raw: RawOp) -> Op:
    data = raw.tensor(2).data
    if data is None or data.size != 1:
        raise UnsupportedModelError(f"{raw} pads with a value known only at run time.")
    return raw.build(m.PadV2, amounts=pairs(raw, 1, _rank(raw)), value=int(data.ravel()[0]))


def _mirror_pad(raw: RawOp) -> Op:
    mode = raw.options(tflite.MirrorPadOptions).Mode()
    symmetric = mode == tflite.MirrorPadMode.SYMMETRIC
    amounts = pairs(raw, 1, _rank(raw))
    for (before, after), length in zip(amounts, raw.tensor(0).shape, strict=True):
        if max(before, after) > length - (not symmetric):
            raise ModelError(f"{raw} mirrors {max(before, after)} of {length} values.")
    return raw.build(m.MirrorPad, amounts=amounts, symmetric=symmetric)


def _block(raw: RawOp) -> tuple[int, ...]:
    block = raw.integers(1)
    if len(block) not in (1, 2) or _rank(raw) < len(block) + 2:
        raise ModelError(f"{raw} has block {block} on {_rank(raw)} axes.")
    if not all(1 <= n <= MAX_EXTENT for n in block):
        raise ModelError(f"{raw} has block {block}; each must be at least 1.")
    return block


def _space_to_batch(raw: RawOp) -> Op:
    block = _block(raw)
    return raw.build(m.SpaceToBatch, block=block, padding=pairs(raw, 2, len(block)))


def _batch_to_space(raw: RawOp) -> Op:
    block = _block(raw)
    crops = pairs(raw, 2, len(block))
    if raw.tensor(0).shape[0] % math.prod(block):
        raise ModelError(f"{raw} has a batch of {raw.tensor(0).shape[0]} for blocks of {block}.")
    return raw.build(m.BatchToSpace, block=block, crops=crops)


def _depth(kind: type[m.SpaceToDepth | m.DepthToSpace], schema: Any) -> Callable[[RawOp], Op]:
    def read(raw: RawOp) -> Op:
        block = int(raw.options(schema).BlockSize())
        _, height, width, channels = raw.tensor(0, rank=4).shape
        spread = kind is m.DepthToSpace
        if block < 1 or (channels % block**2 if spread else height % block + width % block):
            raise ModelError(f"{raw} has blocks of {block} on shape {raw.tensor(0).shape}.")
        return raw.build(kind, block=block)

    return read


def _resize_nearest(raw: RawOp) -> Op:
    options = raw.options(tflite.ResizeNearestNeighborOptions)
    size, shape = raw.integers(1), raw.tensor(0, rank=4).shape
    if len(size) != 2 or not all(1 <= n <= MAX_EXTENT for n in size):
        raise ModelError(f"{raw} resizes to {size}; a height and a width are needed.")
    rows, columns = (
        _nearest(old, new, bool(options.AlignCorners()), bool(options.HalfPixelCenters()))
        for old, new in zip(shape[1:3], size, strict=True)
    )
    return raw.build(m.ResizeNearest, rows=rows, columns=columns)


def _nearest(old: int, new: int, align: bool, half: bool) -> tuple[int, ...]:
    """Return which of `old` positions each of `new` shows, computed in float32 like TFLM."""
    corners = align and new > 1
    scale = np.float32(old - 1) / np.float32(new - 1) if corners else np.float32(old / new)
    places = (np.arange(new, dtype=np.float32) + np.float32(0.5 if half else 0)) * scale
    found = np.floor(places + np.float32(0.5)) if align else np.floor(places)
    return tuple(int(n) for n in np.clip(found, 0, old - 1))


def _plain(kind: type[Op]) -> Callable[[RawOp], Op]:
    def read(raw: RawOp) -> Op:
        return raw.build(kind)

    return read


_B = tflite.BuiltinOperator
MOVES: dict[int, Parser] = {
    _B.TRANSPOSE: Parser(_transpose, 2, 2),
    _B.STRIDED_SLICE: Parser(_strided_slice, 4, 4),
    _B.SLICE: Parser(_slice, 3, 3),
    _B.SPLIT: Parser(_split, 2, 2),
    _B.SPLIT_V: Parser(_split_v, 3, 3),
    _B.REVERSE_V2: Parser(_reverse, 2, 2),
    _B.UNPACK: Parser(_unpack),
    _B.PACK: Parser(_pack, 1, 1 << 10),
    _B.GATHER: Parser(_gather, 2, 2),
    _B.TILE: Parser(_tile, 2, 2),
    _B.BROADCAST_TO: Parser(_broadcast_to, 2, 2),
    _B.PADV2: Parser(_pad_v2, 3, 3),
    _B.MIRROR_PAD: Parser(_mirror_pad, 2, 2),
    _B.SPACE_TO_BATCH_ND: Parser(_space_to_batch, 3, 3),
    _B.BATCH_TO_SPACE_ND: Parser(_batch_to_space, 3, 3),
    _B.SPACE_TO_DEPTH: Parser(_depth(m.SpaceToDepth, tflite.SpaceToDepthOptions)),
    _B.DEPTH_TO_SPACE: Parser(_depth(m.DepthToSpace, tflite.DepthToSpaceOptions)),
    _B.RESIZE_NEAREST_NEIGHBOR: Parser(_resize_nearest, 2, 2),
    _B.SHAPE: Parser(_plain(m.Shape)),
    _B.FILL: Parser(_plain(m.Fill), 2, 2),
    _B.CAST: Parser(_plain(m.Cast)),
}
