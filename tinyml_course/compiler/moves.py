"""Operators that move values and change none of them.

Each is resolved to plain numbers: axes counted from the front, every slice as (start, stop, step).
"""

from __future__ import annotations

from dataclasses import dataclass

from tinyml_course.compiler.graph import Op

Pairs = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Move(Op):
    """An operator whose output holds values of its inputs, or one constant, and nothing else."""


@dataclass(frozen=True)
class Transpose(Move):
    """Reorder the axes: output axis i is input axis `order[i]`."""

    kind = "TRANSPOSE"
    order: tuple[int, ...]


@dataclass(frozen=True)
class StridedSlice(Move):
    """Take (start, stop, step) of each axis, then drop some axes; stop -1 is before the first."""

    kind = "STRIDED_SLICE"
    ranges: tuple[tuple[int, int, int], ...]
    dropped: tuple[int, ...] = ()


@dataclass(frozen=True)
class Slice(StridedSlice):
    """Take a box of values."""

    kind = "SLICE"


@dataclass(frozen=True)
class Split(Move):
    """Cut along `axis` into pieces of the given sizes."""

    kind = "SPLIT"
    values = slice(1, 2)
    axis: int
    sizes: tuple[int, ...]


@dataclass(frozen=True)
class SplitV(Split):
    """Cut along `axis` into pieces of different sizes."""

    kind = "SPLIT_V"
    values = slice(0, 1)


@dataclass(frozen=True)
class Unpack(Move):
    """Cut along `axis` into pieces of length 1 and drop the axis."""

    kind = "UNPACK"
    axis: int


@dataclass(frozen=True)
class Reverse(Move):
    """Turn `axes` around."""

    kind = "REVERSE_V2"
    axes: tuple[int, ...]


@dataclass(frozen=True)
class Pack(Move):
    """Join tensors along a new axis."""

    kind = "PACK"
    values = slice(None)
    axis: int


@dataclass(frozen=True)
class Gather(Move):
    """Take the `indices` of an axis; their shape stands in its place."""

    kind = "GATHER"
    axis: int
    indices: tuple[int, ...]
    indices_shape: tuple[int, ...]


@dataclass(frozen=True)
class Tile(Move):
    """Repeat the whole tensor along each axis."""

    kind = "TILE"
    repeats: tuple[int, ...]


@dataclass(frozen=True)
class BroadcastTo(Move):
    """Repeat axes of length 1 until the shape is `shape`."""

    kind = "BROADCAST_TO"
    shape: tuple[int, ...]


@dataclass(frozen=True)
class PadV2(Move):
    """Surround a tensor with a constant, given on the tensor's own grid."""

    kind = "PADV2"
    amounts: Pairs
    value: int


@dataclass(frozen=True)
class MirrorPad(Move):
    """Surround a tensor with its own reflection, the edge repeated (`symmetric`) or not."""

    kind = "MIRROR_PAD"
    amounts: Pairs
    symmetric: bool


@dataclass(frozen=True)
class SpaceToBatch(Move):
    """Pad with the zero point, then deal blocks of (rows, columns) out to the batch."""

    kind = "SPACE_TO_BATCH_ND"
    block: tuple[int, ...]
    padding: Pairs


@dataclass(frozen=True)
class BatchToSpace(Move):
    """Interleave the batch into blocks of (rows, columns), then crop."""

    kind = "BATCH_TO_SPACE_ND"
    block: tuple[int, ...]
    crops: Pairs


@dataclass(frozen=True)
class SpaceToDepth(Move):
    """Stack each block of `block` x `block` pixels in the channels."""

    kind = "SPACE_TO_DEPTH"
    block: int


@dataclass(frozen=True)
class DepthToSpace(Move):
    """Spread the channels over blocks of `block` x `block` pixels."""

    kind = "DEPTH_TO_SPACE"
    block: int


@dataclass(frozen=True)
class ResizeNearest(Move):
    """Scale images: output row i shows input row `rows[i]`, and so with columns."""

    kind = "RESIZE_NEAREST_NEIGHBOR"
    rows: tuple[int, ...]
    columns: tuple[int, ...]


@dataclass(frozen=True)
class Shape(Op):
    """Return a tensor's shape: always folded away."""

    kind = "SHAPE"


@dataclass(frozen=True)
class Fill(Op):
    """Return a tensor full of one constant: always folded away."""

    kind = "FILL"
    values = slice(None)


@dataclass(frozen=True)
class Cast(Op):
    """Change the element type, not the number."""

    kind = "CAST"
