"""Bound what each channel of a network can hold, whatever the input.

Interval arithmetic on the integers of the model, one interval a channel (the last axis): from the
weights follow the least and greatest sum, and rounding and clamping keep order. A channel whose
interval is a single integer is a constant: its filter is all zero, or its multiplier vanishes, or
the activation clamps every sum it can have to the same value.

References
----------
Moore, Kearfott and Cloud 2009, "Introduction to Interval Analysis", chapter 5.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinyml_course.compiler import arithmetic as a
from tinyml_course.compiler import graph as g
from tinyml_course.compiler import moves as m
from tinyml_course.compiler.graph import Graph, Op, Tensor
from tinyml_course.compiler.numerics.quantization import (
    ADD_LEFT_SHIFT,
    Multiplier,
    activation_range,
    add_multipliers,
    mean_multiplier,
    requantize,
    weighted_multiplier,
)
from tinyml_course.compiler.numerics.tables import unary_table
from tinyml_course.compiler.oracle.pointwise import add

Ints = NDArray[np.int64]
_LARGEST_SUM = 256 << ADD_LEFT_SHIFT  # of two operands, each halved at least


@dataclass(frozen=True, eq=False)
class Ranges:
    """The least and greatest integer of each channel.

    Attributes
    ----------
    low, high : int64 array, (channels,)
    """

    low: Ints
    high: Ints

    @property
    def constant(self) -> NDArray[np.bool_]:
        """Which channels always hold the same value, `low`."""
        return np.equal(self.low, self.high)


_Bounds = Callable[[Graph, Any, dict[int, Ranges]], Ranges | None]


def channel_ranges(graph: Graph) -> dict[int, Ranges]:
    """Return the ranges of what int8 tensors hold, by tensor index; a scalar is one channel."""
    ranges: dict[int, Ranges] = {}
    for op in graph.ops:
        for tensor in (*graph.read_by(op), *graph.written_by(op)):
            if tensor.dtype == np.int8 and tensor.index not in ranges:
                ranges[tensor.index] = _at_rest(tensor)
        bounds: _Bounds | None = _unary if isinstance(op, g.UnaryOp) else _BOUNDS.get(type(op))
        if bounds and graph.tensors[op.output].dtype == np.int8:
            ranges[op.output] = bounds(graph, op, ranges) or ranges[op.output]
    return ranges


def _at_rest(tensor: Tensor) -> Ranges:
    """Return the values of a constant, or all an activation's type can hold."""
    if tensor.data is not None:
        rows = tensor.data.astype(np.int64).reshape(-1, _channels(tensor))
        return Ranges(rows.min(axis=0), rows.max(axis=0))
    everything = np.ones(_channels(tensor), np.int64)
    return Ranges(-128 * everything, 127 * everything)


def _channels(tensor: Tensor) -> int:
    return tensor.shape[-1] if tensor.shape else 1


def _sum_of_products(graph: Graph, op: g.WeightedOp, ranges: dict[int, Ranges]) -> Ranges | None:
    """Bound the output of a layer with weights; a padded tap may be absent, and adds 0."""
    source, weights = graph.tensors[op.input], graph.tensors[op.weights].data
    if source.dtype != np.int8 or weights is None:
        return None
    low, high = (
        (end - source.zero_point).astype(np.float64)
        for end in (ranges[op.input].low, ranges[op.input].high)
    )
    padded = isinstance(op, g.Conv2D | g.DepthwiseConv2D) and any(op.padding)
    if padded or isinstance(op, a.TransposeConv):
        low, high = np.minimum(low, 0), np.maximum(high, 0)
    positive, negative = (part.astype(np.float64) for part in _signed_parts(op, weights))
    if isinstance(op, g.DepthwiseConv2D):
        low, high = np.repeat(low, op.multiplier), np.repeat(high, op.multiplier)
        least, greatest = positive * low + negative * high, positive * high + negative * low
    else:
        depth = positive.shape[1]
        if depth % low.size:
            return None
        if low.size != depth:  # a dense layer that flattens its input
            low, high = np.tile(low, depth // low.size), np.tile(high, depth // high.size)
        least, greatest = positive @ low + negative @ high, positive @ high + negative @ low
    bias = 0 if op.bias is None else graph.tensors[op.bias].values
    sums = [np.asarray(end + np.ravel(bias)).astype(np.int64) for end in (least, greatest)]
    return _finish(graph, op, *sums)


def _signed_parts(op: g.WeightedOp, weights: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the sums over taps of positive and of negative weights, (C_OUT, C_IN) or (C_OUT,)."""
    wide = weights.astype(np.int32)
    taps = (0, 1, 2) if isinstance(op, g.DepthwiseConv2D) else tuple(range(1, wide.ndim - 1))
    return np.maximum(wide, 0).sum(axis=taps), np.minimum(wide, 0).sum(axis=taps)


def _finish(graph: Graph, op: g.WeightedOp, least: Ints, greatest: Ints) -> Ranges:
    """Requantize and clamp both ends; sums that may overflow can become anything."""
    target, factor = graph.tensors[op.output], weighted_multiplier(graph, op)
    limits = activation_range(op.activation, target)
    overflow = _may_overflow(factor, least, greatest)
    ends = [
        np.clip(requantize(np.where(overflow, 0, end), factor) + target.zero_point, *limits)
        for end in (least, greatest)
    ]
    return Ranges(np.where(overflow, limits[0], ends[0]), np.where(overflow, limits[1], ends[1]))


def _may_overflow(factor: Multiplier, least: Any, greatest: Any) -> NDArray[np.bool_]:
    """Whether sums leave 32 bits when they are shifted to the left: then order is lost."""
    room = np.int64(1 << 31) >> np.clip(factor.shift, 0, 31)
    overflow: NDArray[np.bool_] = np.logical_or(least < -room, greatest >= room)
    return overflow


def _pool_2d(graph: Graph, op: g.Pool2D, ranges: dict[int, Ranges]) -> Ranges:
    limits = activation_range(op.activation, graph.tensors[op.output])
    read = ranges[op.input]
    return Ranges(np.clip(read.low, *limits), np.clip(read.high, *limits))


def _mean(graph: Graph, op: g.Mean, ranges: dict[int, Ranges]) -> Ranges | None:
    source, target = graph.tensors[op.input], graph.tensors[op.output]
    if len(source.shape) - 1 in op.axes or not target.shape:
        return None
    count, factor = source.size // target.size, mean_multiplier(graph, op)
    sums = [count * (x - source.zero_point) for x in (ranges[op.input].low, ranges[op.input].high)]
    if _may_overflow(factor, *sums).any():
        return None
    ends = [np.clip(requantize(x, factor) + target.zero_point, -128, 127) for x in sums]
    return Ranges(*ends)


def _unary(graph: Graph, op: g.UnaryOp, ranges: dict[int, Ranges]) -> Ranges | None:
    if graph.tensors[op.input].dtype != np.int8:
        return None
    table, read = unary_table(graph, op).astype(np.int64), ranges[op.input]
    spans = {
        (low, high): table[low + 128 : high + 129]
        for low, high in zip(read.low.tolist(), read.high.tolist(), strict=True)
    }
    ends = [spans[span] for span in zip(read.low.tolist(), read.high.tolist(), strict=True)]
    return Ranges(np.array([s.min() for s in ends]), np.array([s.max() for s in ends]))


def _add(graph: Graph, op: g.Add, ranges: dict[int, Ranges]) -> Ranges | None:
    """Bound a sum, which grows with both operands, by the sums of their ends."""
    first, second = (ranges.get(index) for index in op.inputs)
    if first is None or second is None:
        return None
    if _may_overflow(add_multipliers(graph, op).output, -_LARGEST_SUM, _LARGEST_SUM).any():
        return None
    rank = len(graph.tensors[op.output].shape)
    ends = [
        add(graph, op, *(x.astype(np.int8).reshape(1, *(1,) * (rank - 1), -1) for x in pair))
        for pair in ((first.low, second.low), (first.high, second.high))
    ]
    low, high = (end.reshape(-1).astype(np.int64) for end in ends)
    return Ranges(low, high)


def _same_values(graph: Graph, op: Op, ranges: dict[int, Ranges]) -> Ranges | None:
    """Give the elements of another shape the ranges of the channels they come from."""
    read, channels = ranges[op.input], _channels(graph.tensors[op.output])
    if channels % read.low.size:
        return None
    copies = channels // read.low.size
    return Ranges(np.tile(read.low, copies), np.tile(read.high, copies))


def _pad(graph: Graph, op: g.Pad, ranges: dict[int, Ranges]) -> Ranges | None:
    if op.amounts[-1] != (0, 0):
        return None
    read, value = ranges[op.input], graph.tensors[op.output].zero_point
    return Ranges(np.minimum(read.low, value), np.maximum(read.high, value))


_BOUNDS: dict[type[Op], _Bounds] = {
    g.Conv2D: _sum_of_products,
    g.DepthwiseConv2D: _sum_of_products,
    g.FullyConnected: _sum_of_products,
    a.TransposeConv: _sum_of_products,
    g.AveragePool2D: _pool_2d,
    g.MaxPool2D: _pool_2d,
    g.Mean: _mean,
    g.Add: _add,
    g.Reshape: _same_values,
    g.Squeeze: _same_values,
    g.ExpandDims: _same_values,
    g.Pad: _pad,
    m.ResizeNearest: _same_values,
}
"""How each operator bounds its output.

Every `UnaryOp` does by its table; one that is not here may write anything.
"""
