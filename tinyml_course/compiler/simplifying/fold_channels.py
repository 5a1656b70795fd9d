"""Take channels out of a network that are constant, or that nothing reads.

A filter whose weights are all zero writes the same value whatever it sees. Such a channel is taken
out of the layer that writes it, and what it adds to the sums of the layers that read it goes into
their biases: weight * (value - zero point), exactly. A channel that meets only zero weights is
taken out as well. Each finding may lead to others, so this is done until nothing more is found.

A constant channel that is not zero meets padding that is: near the border its sums differ from
those inside, so it stays where a layer with padding reads it. (A transposed convolution does not
give every output the same number of products: it counts as one with padding.)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinyml_course.compiler import arithmetic as a
from tinyml_course.compiler import graph as g
from tinyml_course.compiler.graph import Graph, Op, Tensor
from tinyml_course.compiler.macs import network_macs
from tinyml_course.compiler.numerics.quantization import wrap_int32
from tinyml_course.compiler.simplifying.channel_ranges import Ranges, channel_ranges
from tinyml_course.compiler.simplifying.channel_spaces import Spaces, channel_spaces, columns

CHANNEL_MULTIPLE = 4
"""Kernels read whole words: so many channels stay together."""
_LAYERS = (g.Conv2D, g.DepthwiseConv2D, g.FullyConnected, a.TransposeConv)
_Layer = g.Conv2D | g.FullyConnected | a.TransposeConv
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class _Findings:
    """What is known of the channels of a graph.

    Attributes
    ----------
    idle : dict of space to bool array, (channels,)
        Channels whose values the network's outputs do not depend on, once biases are adapted.
    kept : dict of space to bool array, (channels,)
        Channels that stay in memory: all that are not idle, and some that fill up words.
    """

    graph: Graph
    spaces: Spaces
    ranges: dict[int, Ranges]
    idle: dict[int, Bools]
    kept: dict[int, Bools]

    def idle_in(self, index: int) -> Bools:
        """Return which elements of a tensor's last axis are idle."""
        return self.idle[self.spaces.space_of[index]][self.spaces.channel_of[index]]

    def kept_in(self, index: int) -> Bools:
        """Return which elements of a tensor's last axis stay."""
        return self.kept[self.spaces.space_of[index]][self.spaces.channel_of[index]]


def fold_channels(graph: Graph, multiple: int = CHANNEL_MULTIPLE) -> tuple[Graph, str | None]:
    """Return an equal graph without idle channels, and a sentence on what that saved.

    Parameters
    ----------
    multiple : int
        Numbers of channels are rounded up to a multiple of it, as far as there are channels.
    """
    found = _find(graph, multiple)
    if all(kept.all() for kept in found.kept.values()):
        return graph, None
    smaller = _without(found)
    return smaller, _note(graph, smaller, found)


def _find(graph: Graph, multiple: int) -> _Findings:
    spaces, ranges = channel_spaces(graph), channel_ranges(graph)
    idle = {space: np.zeros(size, np.bool_) for space, size in spaces.sizes.items()}
    found = _Findings(graph, spaces, ranges, idle, {})
    _find_idle(found)
    # A dense layer of a single scale has another arithmetic than one with a scale for each filter.
    dense = {spaces.space_of[op.output] for op in graph.ops if isinstance(op, g.FullyConnected)}
    for space, channels in idle.items():
        needed = int((~channels).sum())
        target = max(-(-needed // multiple) * multiple, 2 if space in dense else 1)
        spare = np.flatnonzero(channels)[: max(min(target, channels.size) - needed, 0)]
        found.kept[space] = ~channels
        found.kept[space][spare] = True
    return found


def _find_idle(found: _Findings) -> None:
    """Search the spaces from the last to the first, and again those a finding may change."""
    spaces, graph = found.spaces, found.graph
    reading: dict[int, list[_Layer]] = {space: [] for space in spaces.sizes}
    writing: dict[int, list[_Layer]] = {space: [] for space in spaces.sizes}
    for op in graph.ops:
        if isinstance(op, _Layer):
            reading[spaces.space_of[op.input]].append(op)
            writing[spaces.space_of[op.output]].append(op)
    waiting = list(dict.fromkeys(spaces.space_of[op.output] for op in graph.ops))
    while waiting:
        space = waiting.pop()
        if space in spaces.pinned:
            continue
        now = np.ones(spaces.sizes[space], np.bool_)
        for op in reading[space]:
            now[spaces.channel_of[op.input][_needed(found, op)]] = False
        if (now != found.idle[space]).any():
            found.idle[space] = now
            waiting += [spaces.space_of[op.input] for op in writing[space]]


def _needed(found: _Findings, op: _Layer) -> Bools:
    """Return which elements of the input's last axis a layer really reads."""
    places = columns(found.graph, op)
    assert places is not None
    weights = found.graph.tensors[op.weights].values[~found.idle_in(op.output)]
    met = weights.reshape(-1, weights.shape[-1]).any(axis=0)
    needed = np.zeros(found.graph.tensors[op.input].shape[-1], np.bool_)
    np.logical_or.at(needed, places, met)
    return needed & ~_foldable(found, op)


def _foldable(found: _Findings, op: _Layer) -> Bools:
    """Return which elements of the input's last axis can go into the bias."""
    source, read = found.graph.tensors[op.input], found.ranges.get(op.input)
    if read is None:
        return np.zeros(source.shape[-1], np.bool_)
    padded = isinstance(op, a.TransposeConv) or (isinstance(op, g.Conv2D) and any(op.padding))
    return read.constant & (read.low == source.zero_point) if padded else read.constant


def _without(found: _Findings) -> Graph:
    """Build the graph of the channels that stay."""
    graph = found.graph
    tensors = [_narrowed(found, tensor) for tensor in graph.tensors]
    ops = []
    for op in graph.ops:
        inputs = list(op.inputs)
        for position, tensor in _constants(found, op):
            inputs[position : position + 1] = [len(tensors)]  # a bias may be new
            tensors.append(replace(tensor, index=len(tensors)))
        ops.append(replace(op, inputs=tuple(inputs)))
    return replace(graph, tensors=tuple(tensors), ops=tuple(ops))


def _narrowed(found: _Findings, tensor: Tensor) -> Tensor:
    """Return an activation with the channels that stay."""
    if tensor.index not in found.spaces.space_of or tensor.is_constant or not tensor.shape:
        return tensor
    return replace(tensor, shape=(*tensor.shape[:-1], int(found.kept_in(tensor.index).sum())))


def _constants(found: _Findings, op: Op) -> Iterator[tuple[int, Tensor]]:
    """Yield the constants an operator reads from now on, with their positions."""
    if isinstance(op, _Layer):
        yield from _parameters(found, op)
    elif isinstance(op, g.DepthwiseConv2D):
        idle, kept = found.idle_in(op.output), found.kept_in(op.output)
        weights = np.where(idle, 0, found.graph.tensors[op.weights].values).astype(np.int8)
        yield 1, _constant(found.graph.tensors[op.weights], weights[..., kept], kept)
        if op.bias is not None:
            bias = found.graph.tensors[op.bias]
            yield 2, _constant(bias, bias.values.ravel()[kept], kept)
    elif isinstance(op, g.BinaryOp):
        for position, index in enumerate(op.inputs):
            tensor = found.graph.tensors[index]
            if tensor.data is not None and tensor.shape:
                kept = found.kept_in(index)
                yield position, _constant(tensor, tensor.data[..., kept], kept)


def _parameters(found: _Findings, op: _Layer) -> Iterator[tuple[int, Tensor]]:
    """Yield weights and bias of a layer, the constant channels of its input in the bias."""
    graph = found.graph
    source, places = graph.tensors[op.input], columns(graph, op)
    weights, idle_out = graph.tensors[op.weights].values, found.idle_in(op.output)
    kept_out = found.kept_in(op.output)
    if places is None:
        return
    idle, kept = found.idle_in(op.input)[places], found.kept_in(op.input)[places]
    wide = np.where(idle_out.reshape(-1, *(1,) * (weights.ndim - 1)), 0, weights)
    bias = np.zeros(len(weights), np.int64)
    if op.bias is not None:
        bias = np.where(idle_out, 0, graph.tensors[op.bias].values.astype(np.int64).ravel())
    if idle.any() and op.input in found.ranges:
        values = np.where(idle, found.ranges[op.input].low[places] - source.zero_point, 0)
        bias = bias + (wide.astype(np.int64).reshape(len(wide), -1, idle.size) @ values).sum(axis=1)
    yield (
        1,
        _constant(
            graph.tensors[op.weights],
            np.where(idle, 0, wide).astype(np.int8)[kept_out][..., kept],
            kept_out,
        ),
    )
    if op.bias is not None or bias.any():
        like = graph.tensors[op.weights if op.bias is None else op.bias]
        wrapped = wrap_int32(bias)[kept_out]
        position = 3 if isinstance(op, a.TransposeConv) else 2
        yield position, replace(_constant(like, wrapped, kept_out), quant=None)


def _constant(like: Tensor, data: NDArray[Any], kept: Bools) -> Tensor:
    """Return a constant of other values, and of the scales of the channels that stay."""
    quant = like.quant
    if quant is not None and quant.per_channel:
        quant = replace(quant, scale=quant.scale[kept], zero_point=quant.zero_point[kept])
    data = np.ascontiguousarray(data)
    return replace(like, shape=data.shape, dtype=data.dtype, quant=quant, data=data)


def _note(before: Graph, after: Graph, found: _Findings) -> str:
    """Say how many filters were taken out, and what that saved."""
    layers = [op for op in before.ops if isinstance(op, _LAYERS)]
    filters = sum(found.kept_in(op.output).size for op in layers)
    idle = sum(int(found.idle_in(op.output).sum()) for op in layers)
    zero = sum(_zero_filters(before, op) for op in layers)
    empty = f" ({zero:,} have only zero weights)" if zero else ""
    macs, parameters = ((count(before), count(after)) for count in (network_macs, _weight_count))
    return (
        f"{idle:,} of {filters:,} filters are not needed{empty}: what they write is a constant, or "
        "no other filter reads it. Without them the network takes "
        f"{macs[1]:,} MACs instead of {macs[0]:,}, and {parameters[1]:,} weights instead of "
        f"{parameters[0]:,}"
    )


def _zero_filters(graph: Graph, op: g.WeightedOp) -> int:
    weights = graph.tensors[op.weights].values
    weights = weights[0] if isinstance(op, g.DepthwiseConv2D) else np.moveaxis(weights, 0, -1)
    return int((~weights.any(axis=tuple(range(weights.ndim - 1)))).sum())


def _weight_count(graph: Graph) -> int:
    return sum(graph.tensors[op.weights].size for op in graph.ops if isinstance(op, _LAYERS))
