"""Operators that put elements elsewhere, as C: parameters of one copy with a step for each axis.

Every operator is a list of pieces: a view of an input and the view of an output it is copied to.
Where the source cannot be reached in even steps (GATHER, MIRROR_PAD, RESIZE_NEAREST_NEIGHBOR), the
places along each axis are a table.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tinyml_course.compiler import graph as g
from tinyml_course.compiler import moves as m
from tinyml_course.compiler.emitting.printing import array, struct
from tinyml_course.compiler.emitting.strides import View, blank, braces, first_byte, walk
from tinyml_course.compiler.graph import Graph, Op
from tinyml_course.compiler.oracle import moves as moving
from tinyml_course.compiler.steps import Emission, RowAccess, Step
from tinyml_course.errors import UnsupportedModelError

_MOVE_AXES = 6
_PICK_AXES = 4
_HEADERS = ("tinyml_move.h",)
_FILES = ("tinyml_move.c", "tinyml_arithmetic.h")


@dataclass(frozen=True, eq=False)
class _Piece:
    """Elements to copy: views, of one shape, of a whole input and a whole output.

    `source` and `target` are C expressions of where those two lie.
    """

    part: View
    whole: View
    to_part: View
    to_whole: View
    source: str = "{in0}"
    target: str = "{out0}"


def _moves(op: Op, pieces: Sequence[_Piece]) -> tuple[list[str], list[str]]:
    """Return the calls that copy all pieces, and their parameter structs."""
    calls, structs = [], []
    for number, piece in enumerate(pieces):
        item = piece.part.itemsize
        loops = walk(piece.part, piece.to_part)
        shape, (in_steps, out_steps) = loops.shape, loops.steps
        run = item
        if shape and in_steps[-1] == out_steps[-1] == item:
            run *= shape[-1]
            shape, in_steps, out_steps = shape[:-1], in_steps[:-1], out_steps[:-1]
        loops = type(loops)(shape, (in_steps, out_steps)).on_axes(op, _MOVE_AXES)
        name = f"op{op.index}_move{number}"
        fields: dict[str, Any] = {
            "shape": braces(loops.shape),
            "in_step": braces(loops.steps[0]),
            "out_step": braces(loops.steps[1]),
            "in_first": first_byte(piece.part, piece.whole),
            "out_first": first_byte(piece.to_part, piece.to_whole),
            "run": run,
        }
        structs.append(struct("tinyml_moving", name, fields))
        calls.append(f"tinyml_move(&{name}, {piece.source}, {piece.target});")
    return calls, structs


def _step(op: Op, pieces: Sequence[_Piece], in_place: tuple[int, ...] = ()) -> Step:
    calls, structs = _moves(op, pieces)
    return Step(op, tuple(calls), tuple(structs), files=_FILES, headers=_HEADERS, in_place=in_place)


def _viewed(find: Callable[..., Any]) -> Callable[[Graph, Any, Emission], Step]:
    """Return the emitter of an operator whose outputs are views of its input."""

    def emit(graph: Graph, op: Op, emission: Emission) -> Step:
        whole = blank(graph.tensors[op.input])
        position = op.inputs.index(op.input)
        found = find(graph, op, whole[np.newaxis])
        parts = found if isinstance(found, tuple) else (found,)
        pieces = []
        for number, (part, tensor) in enumerate(zip(parts, graph.written_by(op), strict=True)):
            target = blank(tensor)
            to_part = target.reshape(part.shape)
            names = (f"{{in{position}}}", f"{{out{number}}}")
            pieces.append(_Piece(part, whole, to_part, target, *names))
        forward = isinstance(op, m.StridedSlice) and all(step > 0 for *_, step in op.ranges)
        return _step(op, pieces, (0,) if forward else ())

    return emit


def tile(graph: Graph, op: m.Tile, emission: Emission) -> Step:
    """Repeat: an axis of steps of 0 in front of each axis."""
    source, target = blank(graph.tensors[op.input]), blank(graph.tensors[op.output])
    apart = source.reshape([n for length in source.shape for n in (1, length)])
    shape = [n for pair in zip(op.repeats, source.shape, strict=True) for n in pair]
    return _step(op, [_Piece(np.broadcast_to(apart, shape), source, target.reshape(shape), target)])


def pack(graph: Graph, op: m.Pack, emission: Emission) -> Step:
    """Put each tensor at its place along a new axis."""
    whole = blank(graph.tensors[op.output])
    pieces = []
    for number, tensor in enumerate(graph.values_of(op)):
        source = blank(tensor)
        to_part = np.moveaxis(whole, op.axis, 0)[number]
        pieces.append(_Piece(source, source, to_part, whole, f"{{in{number}}}"))
    return _step(op, pieces)


def pad(graph: Graph, op: g.Pad | m.PadV2, emission: Emission) -> Step:
    """Fill the output with one value, then put the input into it."""
    target = graph.tensors[op.output]
    whole, source = blank(target), blank(graph.tensors[op.input])
    box = [
        slice(before, before + length)
        for (before, _), length in zip(op.amounts, source.shape, strict=True)
    ]
    zero = 0 if target.quant is None else target.zero_point
    value = op.value if isinstance(op, m.PadV2) else zero
    return _filled(op, whole, value, [_Piece(source, source, whole[tuple(box)], whole)])


def _filled(op: Op, whole: View, value: int, pieces: list[_Piece]) -> Step:
    """Return a step that fills the output with `value` before it copies `pieces`."""
    name = f"op{op.index}_value"
    constant = np.full(1, value, whole.dtype)
    fill = _Piece(np.broadcast_to(constant, whole.shape), constant, whole, whole, name)
    calls, structs = _moves(op, [fill, *pieces])
    texts = (array(name, constant, "what the padding holds", memory=""), *structs)
    return Step(op, tuple(calls), texts, constant.nbytes, _FILES, headers=_HEADERS)


def _dealt(image: View, batch: View, op: m.SpaceToBatch | m.BatchToSpace) -> Iterator[Any]:
    """Yield matching views of an image (N, H, W, ...) and of the batch its blocks are dealt to.

    Pixel (y, x) is at ((y + top) % rows, (x + left) % columns) of its block of (rows, columns),
    which says to which part of the batch it goes.
    """
    before = op.padding if isinstance(op, m.SpaceToBatch) else op.crops
    images = len(image)
    for number, place in enumerate(itertools.product(*map(range, op.block))):
        seen: list[slice] = [slice(None)]
        dealt: list[slice] = [slice(number * images, (number + 1) * images)]
        for axis, (at, size, (margin, _)) in enumerate(zip(place, op.block, before, strict=True)):
            length = image.shape[axis + 1]
            first = (at - margin) % size
            block = (first + margin) // size
            count = len(range(first, length, size))
            seen.append(slice(first, length, size))
            dealt.append(slice(block, block + count))
        part = image[tuple(seen)]
        if part.size:
            yield part, batch[tuple(dealt)]


def space_to_batch(graph: Graph, op: m.SpaceToBatch, emission: Emission) -> Step:
    """Copy the pixels at each place within a block to a part of the batch."""
    source, target = graph.tensors[op.input], graph.tensors[op.output]
    image, batch = blank(source), blank(target)
    pieces = [_Piece(part, image, to, batch) for part, to in _dealt(image, batch, op)]
    if not any(map(any, op.padding)):
        return _step(op, pieces)
    return _filled(op, batch, 0 if target.quant is None else target.zero_point, pieces)


def batch_to_space(graph: Graph, op: m.BatchToSpace, emission: Emission) -> Step:
    """Copy each part of the batch to its places within blocks."""
    batch, image = blank(graph.tensors[op.input]), blank(graph.tensors[op.output])
    return _step(op, [_Piece(part, batch, to, image) for to, part in _dealt(image, batch, op)])


def _blocks(image: View, deep: View, block: int) -> tuple[View, View]:
    """Return views (N, H, W, rows, columns, C) of an image and of its blocks in the channels."""
    count, height, width, channels = image.shape
    apart = image.reshape(count, height // block, block, width // block, block, channels)
    together = deep.reshape(count, height // block, width // block, block, block, channels)
    return apart.transpose(0, 1, 3, 2, 4, 5), together


def space_to_depth(graph: Graph, op: m.SpaceToDepth, emission: Emission) -> Step:
    """Copy the rows of each block behind each other."""
    image, deep = blank(graph.tensors[op.input]), blank(graph.tensors[op.output])
    part, to_part = _blocks(image, deep, op.block)
    return _step(op, [_Piece(part, image, to_part, deep)])


def depth_to_space(graph: Graph, op: m.DepthToSpace, emission: Emission) -> Step:
    """Copy channels to the rows of each block."""
    deep, image = blank(graph.tensors[op.input]), blank(graph.tensors[op.output])
    to_part, part = _blocks(image, deep, op.block)
    return _step(op, [_Piece(part, deep, to_part, image)])


def concatenation(graph: Graph, op: g.Concatenation, emission: Emission) -> Step:
    """Put each tensor at its place along an axis; images joined by channels run by rows."""
    target = graph.tensors[op.output]
    tensors = graph.values_of(op)
    starts = list(itertools.accumulate((t.shape[op.axis] for t in tensors), initial=0))
    images = len(target.shape) == 4 and op.axis == 3 and target.shape[0] == 1
    if images and not any(tensor.is_constant for tensor in tensors) and target.dtype == np.int8:
        return _joined(op, target.shape, starts)
    whole = blank(target)
    pieces = []
    for number, (tensor, start) in enumerate(zip(tensors, starts, strict=False)):
        source = blank(tensor)
        box = [slice(None)] * op.axis + [slice(start, start + tensor.shape[op.axis])]
        pieces.append(_Piece(source, source, whole[tuple(box)], whole, f"{{in{number}}}"))
    return _step(op, pieces)


def _joined(op: g.Concatenation, shape: tuple[int, ...], starts: list[int]) -> Step:
    """Return the step that joins images pixel by pixel; `starts` has the end behind the last."""
    _, height, width, channels = shape
    calls, structs = [], []
    for number, (start, stop) in enumerate(itertools.pairwise(starts)):
        name = f"op{op.index}_part{number}"
        fields = {"width": width, "length": stop - start, "pitch": channels, "before": start}
        structs.append(struct("tinyml_joining", name, fields))
        rows = f"{{in{number}_rows}}, {{out0_rows}}"
        calls.append(f"tinyml_join_rows(&{name}, {rows}, {{first}}, {{count}});")
    return Step(
        op, tuple(calls), tuple(structs), files=_FILES, headers=_HEADERS, rows=RowAccess(height)
    )


def _pick(graph: Graph, op: Op, places: Sequence[Sequence[int]]) -> Step:
    """Return the step that copies from tables; `places` has the source's index along each axis."""
    source = blank(graph.tensors[op.input])
    axes = list(zip(places, source.shape, source.strides, strict=True))
    run = source.itemsize
    while axes and list(axes[-1][0]) == list(range(axes[-1][1])):
        run *= axes.pop()[1]
    tables = [np.array(places) * step for places, _, step in axes if list(places) != [0]]
    if len(tables) > _PICK_AXES:
        raise UnsupportedModelError(
            f"{op} picks along {len(tables)} axes; its kernel has {_PICK_AXES}. Reshape before it."
        )
    tables = [np.zeros(1, np.int64)] * (_PICK_AXES - len(tables)) + tables
    name = f"op{op.index}"
    constants = tuple(
        array(f"{name}_offset{axis}", table.astype(np.int32), "bytes from the input's start")
        for axis, table in enumerate(tables)
    )
    names = ", ".join(f"{name}_offset{axis}" for axis in range(_PICK_AXES))
    fields: dict[str, Any] = {
        "offset": f"{{{names}}}",
        "shape": braces(tuple(map(len, tables))),
        "run": run,
    }
    return Step(
        op,
        (f"tinyml_pick(&{name}_layer, {{in0}}, {{out0}});",),
        (*constants, struct("tinyml_picking", f"{name}_layer", fields)),
        4 * sum(map(len, tables)),
        _FILES,
        headers=_HEADERS,
    )


def _ranges(graph: Graph, op: Op) -> list[Sequence[int]]:
    return [range(length) for length in graph.tensors[op.input].shape]


def gather(graph: Graph, op: m.Gather, emission: Emission) -> Step:
    """Copy the entries of one axis that a table names."""
    places = _ranges(graph, op)
    places[op.axis] = op.indices
    return _pick(graph, op, places)


def mirror_pad(graph: Graph, op: m.MirrorPad, emission: Emission) -> Step:
    """Copy from the places whose reflections the output shows."""
    mode: Any = "symmetric" if op.symmetric else "reflect"
    places = [
        np.pad(np.arange(len(axis)), amounts, mode=mode).tolist()
        for axis, amounts in zip(_ranges(graph, op), op.amounts, strict=True)
    ]
    return _pick(graph, op, places)


def resize_nearest(graph: Graph, op: m.ResizeNearest, emission: Emission) -> Step:
    """Copy the pixel that a table of rows and one of columns name."""
    batch, _, _, channels = _ranges(graph, op)
    return _pick(graph, op, (batch, op.rows, op.columns, channels))


EMITTERS: dict[type[Op], Callable[[Graph, Any, Emission], Step]] = {
    g.Concatenation: concatenation,
    m.Transpose: _viewed(moving.transpose),
    m.StridedSlice: _viewed(moving.strided_slice),
    m.Slice: _viewed(moving.strided_slice),
    m.Split: _viewed(moving.split),
    m.SplitV: _viewed(moving.split),
    m.Unpack: _viewed(moving.unpack),
    m.BroadcastTo: _viewed(moving.broadcast_to),
    m.Reverse: _viewed(moving.reverse),
    m.Pack: pack,
    m.Tile: tile,
    m.PadV2: pad,
    m.SpaceToBatch: space_to_batch,
    m.BatchToSpace: batch_to_space,
    m.SpaceToDepth: space_to_depth,
    m.DepthToSpace: depth_to_space,
    m.Gather: gather,
    m.MirrorPad: mirror_pad,
    m.ResizeNearest: resize_nearest,
}
"""The C of each operator that moves elements."""
