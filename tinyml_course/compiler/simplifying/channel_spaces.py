"""Group the channels of a network that can only be taken out together.

A pooling layer has one output channel for each input channel, an addition ties those of both
operands: such tensors share a *space* of channels. Convolutions and dense layers end a space and
begin a new one, since each of their filters reads all channels. A space is pinned if something
outside the reach of these rules sees it: the network's inputs, outputs and states, and operators
that are not listed here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinyml_course.compiler import arithmetic as a
from tinyml_course.compiler import graph as g
from tinyml_course.compiler import moves as m
from tinyml_course.compiler.graph import Graph, Op

Indices = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Spaces:
    """Which channel of which space each element of a tensor's last axis belongs to.

    Attributes
    ----------
    sizes : dict of space to its number of channels
    pinned : set of spaces whose channels must all stay
    space_of : dict of tensor index to space
    channel_of : dict of tensor index to int array, (last axis,)
    """

    sizes: dict[int, int] = field(default_factory=dict)
    pinned: set[int] = field(default_factory=set)
    space_of: dict[int, int] = field(default_factory=dict)
    channel_of: dict[int, Indices] = field(default_factory=dict)

    def open(self, index: int, channels: int) -> None:
        """Give a tensor a space of its own."""
        self.space_of[index] = index
        self.sizes[index] = channels
        self.channel_of[index] = np.arange(channels)

    def join(self, index: int, other: int, channel_of: Indices) -> None:
        """Put a tensor into the space of another, merging the spaces if it has one already."""
        space = self.space_of[other]
        if index not in self.space_of:
            self.space_of[index], self.channel_of[index] = space, channel_of
            return
        old = self.space_of[index]
        if old == space and np.array_equal(self.channel_of[index], channel_of):
            return
        if old == space or not np.array_equal(self.channel_of[index], channel_of):
            self.pinned.update((old, space))
            return
        self.space_of.update({i: space for i, s in self.space_of.items() if s == old})
        self.pinned.update({space} if old in self.pinned else ())

    def pin(self, *indices: int) -> None:
        """Keep all channels of these tensors."""
        self.pinned.update(self.space_of[i] for i in indices if i in self.space_of)


def channel_spaces(graph: Graph) -> Spaces:
    """Group the channels of all tensors whose values flow through operators."""
    spaces = Spaces()
    for index in (*graph.inputs, *graph.variables):
        _open(graph, spaces, index)
    for op in graph.ops:
        for index in (op.input,) if isinstance(op, g.WeightedOp) else op.inputs[op.values]:
            if index not in spaces.space_of:
                _open(graph, spaces, index)
        otherwise = _channelwise if isinstance(op, g.UnaryOp) else _pinned
        _TIES.get(type(op), otherwise)(graph, op, spaces)
    spaces.pin(*graph.inputs, *graph.outputs, *graph.variables)
    return spaces


def columns(graph: Graph, op: g.WeightedOp) -> Indices | None:
    """Return which channel of its input each weight of a filter reads, (K,); None if unclear."""
    shape, depth = graph.tensors[op.input].shape, graph.tensors[op.weights].shape[-1]
    return None if not shape or depth % shape[-1] else np.arange(depth) % shape[-1]


def _open(graph: Graph, spaces: Spaces, index: int) -> None:
    shape = graph.tensors[index].shape
    spaces.open(index, shape[-1] if shape else 1)


def _pinned(graph: Graph, op: Op, spaces: Spaces) -> None:
    for index in op.outputs:
        _open(graph, spaces, index)
    spaces.pin(*op.inputs, *op.outputs)


def _filters(graph: Graph, op: g.WeightedOp, spaces: Spaces) -> None:
    _open(graph, spaces, op.output)
    if columns(graph, op) is None or not graph.tensors[op.weights].is_constant:
        spaces.pin(op.input, op.output)


def _depthwise(graph: Graph, op: g.DepthwiseConv2D, spaces: Spaces) -> None:
    spaces.join(op.output, op.input, np.repeat(spaces.channel_of[op.input], op.multiplier))


def _channelwise(graph: Graph, op: Op, spaces: Spaces) -> None:
    spaces.join(op.output, op.input, spaces.channel_of[op.input])


def _mean(graph: Graph, op: g.Mean | a.Reduction, spaces: Spaces) -> None:
    along_channels = len(graph.tensors[op.input].shape) - 1 in op.axes
    (_pinned if along_channels else _channelwise)(graph, op, spaces)


def _pad(graph: Graph, op: g.Pad | m.PadV2, spaces: Spaces) -> None:
    (_channelwise if op.amounts[-1] == (0, 0) else _pinned)(graph, op, spaces)


def _alias(graph: Graph, op: Op, spaces: Spaces) -> None:
    """Follow the channels into a shape whose last axis is a multiple of them."""
    channels, last = graph.tensors[op.input].shape[-1:], graph.tensors[op.output].shape[-1:]
    if not channels or not last or last[0] % channels[0] or graph.tensors[op.input].is_constant:
        _pinned(graph, op, spaces)
        return
    copies = last[0] // channels[0]
    spaces.join(op.output, op.input, np.tile(spaces.channel_of[op.input], copies))


def _binary(graph: Graph, op: g.BinaryOp, spaces: Spaces) -> None:
    """Tie operands of as many channels as the output; others must be constants of one channel."""
    last = graph.tensors[op.output].shape[-1:]
    tied = [index for index in op.inputs if graph.tensors[index].shape[-1:] == last]
    others = [graph.tensors[index] for index in op.inputs if index not in tied]
    if not last or any(not tensor.is_constant for tensor in others):
        _pinned(graph, op, spaces)
        return
    first, *rest = sorted(tied, key=lambda index: graph.tensors[index].is_constant)
    for index in rest:
        spaces.join(index, first, spaces.channel_of[first])
    spaces.join(op.output, first, spaces.channel_of[first])


_TIES: dict[type[Op], Callable[[Graph, Any, Spaces], None]] = {
    g.Conv2D: _filters,
    g.FullyConnected: _filters,
    a.TransposeConv: _filters,
    g.DepthwiseConv2D: _depthwise,
    g.AveragePool2D: _channelwise,
    g.MaxPool2D: _channelwise,
    g.Mean: _mean,
    a.Sum: _mean,
    a.ReduceMax: _mean,
    a.ReduceMin: _mean,
    g.Add: _binary,
    a.Sub: _binary,
    a.Mul: _binary,
    a.Maximum: _binary,
    a.Minimum: _binary,
    g.Pad: _pad,
    m.PadV2: _pad,
    m.ResizeNearest: _channelwise,
    a.ResizeBilinear: _channelwise,
    g.Reshape: _alias,
    g.Squeeze: _alias,
    g.ExpandDims: _alias,
}
"""How the channels of operands and output hang together.

Every `UnaryOp` keeps channels as they are; other operators pin theirs.
"""
