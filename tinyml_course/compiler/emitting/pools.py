"""Pooling and MEAN as C.

What takes all rows of an image to give one value can be fed with the rows as they come; then it
keeps its sums in scratch memory.
"""

from __future__ import annotations

import math

from tinyml_course.compiler import graph as g
from tinyml_course.compiler.emitting import reductions as emit_reductions
from tinyml_course.compiler.emitting.geometry import images_of
from tinyml_course.compiler.emitting.printing import struct
from tinyml_course.compiler.graph import Graph
from tinyml_course.compiler.numerics.quantization import activation_range, mean_multiplier
from tinyml_course.compiler.steps import Emission, RowAccess, Step

_SUM_BYTES = 4
_FILES = ("tinyml_pool.c",)


def average_pool_2d(graph: Graph, op: g.AveragePool2D, emission: Emission) -> Step:
    """Average windows; one window that is the whole image takes its rows one by one."""
    source, target = images_of(graph, op)
    covers = target.height == target.width == 1 and not any(op.padding)
    if emission.whole or not covers or op.window != (source.height, source.width):
        return _pool("tinyml_pool_average", graph, op)
    name = f"op{op.index}"
    arguments = "{in0_rows}, {out0}, {first}, {count}, {scratch}"
    return Step(
        op,
        (f"tinyml_pool_average_rows(&{name}_layer, {arguments});",),
        (_layer(graph, op),),
        files=_FILES,
        scratch_bytes=_SUM_BYTES * source.channels,
        rows=RowAccess(source.height, accumulates=True),
    )


def max_pool_2d(graph: Graph, op: g.MaxPool2D, emission: Emission) -> Step:
    """Take the largest value of windows."""
    return _pool("tinyml_pool_max", graph, op)


def _pool(function: str, graph: Graph, op: g.Pool2D) -> Step:
    height = graph.tensors[op.output].shape[1]
    return Step(
        op,
        (f"{function}(&op{op.index}_layer, {{in0_rows}}, {{out0_rows}}, {{first}}, {{count}});",),
        (_layer(graph, op),),
        files=_FILES,
        in_place=() if any(op.padding) else (0,),
        rows=RowAccess(height, op.window[0], op.stride[0], op.padding.top),
    )


def _layer(graph: Graph, op: g.Pool2D) -> str:
    source, target = images_of(graph, op)
    minimum, maximum = activation_range(op.activation, graph.tensors[op.output])
    return struct(
        "tinyml_pool",
        f"op{op.index}_layer",
        {
            "in_height": source.height,
            "in_width": source.width,
            "channels": source.channels,
            "out_height": target.height,
            "out_width": target.width,
            "window_height": op.window[0],
            "window_width": op.window[1],
            "stride_height": op.stride[0],
            "stride_width": op.stride[1],
            "pad_top": op.padding.top,
            "pad_left": op.padding.left,
            "minimum": minimum,
            "maximum": maximum,
        },
    )


def mean(graph: Graph, op: g.Mean, emission: Emission) -> Step:
    """Average over neighbouring axes: the middle one of (outer, count, inner)."""
    source, target = graph.tensors[op.input], graph.tensors[op.output]
    axes = [axis for axis in op.axes if source.shape[axis] > 1] or [0]
    first, last = axes[0], axes[-1]
    if any(source.shape[axis] > 1 and axis not in axes for axis in range(first, last)):
        return emit_reductions.total(graph, op, emission)
    count = math.prod(source.shape[first : last + 1]) if axes != [0] or 0 in op.axes else 1
    outer = math.prod(source.shape[:first])
    inner = source.size // outer // count
    factor = mean_multiplier(graph, op)
    layer = struct(
        "tinyml_mean",
        f"op{op.index}_layer",
        {
            "outer": outer,
            "count": count,
            "inner": inner,
            "multiplier": int(factor.value[0]),
            "shift": -int(factor.shift[0]),
            "offset": -source.zero_point * count,
            "zero_point": target.zero_point,
        },
    )
    by_rows = len(source.shape) == 4 and (outer, inner) == (1, source.shape[3])
    if by_rows and not emission.whole:
        return _mean_of_rows(op, layer, source.shape[1], inner)
    return Step(
        op,
        (f"tinyml_average(&op{op.index}_layer, {{in0}}, {{out0}});",),
        (layer,),
        files=_FILES,
        in_place=(0,),
    )


def _mean_of_rows(op: g.Mean, layer: str, height: int, channels: int) -> Step:
    arguments = f"{height}, {{in0_rows}}, {{out0}}, {{first}}, {{count}}, {{scratch}}"
    return Step(
        op,
        (f"tinyml_average_rows(&op{op.index}_layer, {arguments});",),
        (layer,),
        files=_FILES,
        scratch_bytes=_SUM_BYTES * channels,
        rows=RowAccess(height, accumulates=True),
    )
