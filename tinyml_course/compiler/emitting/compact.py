"""Convolutions and dense layers as C where flash matters most: one kernel, weights as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tinyml_course.compiler import graph as g
from tinyml_course.compiler.emitting.printing import Fields, array, struct
from tinyml_course.compiler.emitting.weights import Filters
from tinyml_course.compiler.graph import Graph
from tinyml_course.compiler.steps import RowAccess, Step

if TYPE_CHECKING:
    from tinyml_course.compiler.emitting.layers import _Geometry

_WORD = 4
_FEW_WEIGHTS = 4096
"""A dense layer of more has a kernel of its own: this one multiplies four pixels at a time."""


def suits_dense(graph: Graph, weights: int) -> bool:
    """Whether a dense layer is best left to the kernel that the convolutions need anyway."""
    return weights <= _FEW_WEIGHTS and any(isinstance(op, g.Conv2D) for op in graph.ops)


def convolution(
    graph: Graph,
    op: g.WeightedOp,
    geometry: _Geometry,
    filters: Filters,
    stage: tuple[list[str], Fields, int],
) -> Step:
    """Multiply four gathered pixels by one filter after the other."""
    name, source, target = f"op{op.index}", geometry.source, geometry.target
    stage_texts, stage_fields, stage_bytes = stage
    channels, taps = filters.weights.shape
    depth = -(-taps // _WORD) * _WORD
    stored = np.append(filters.weights.ravel(), np.zeros(depth - taps, np.int8))
    layer = struct(
        "tinyml_compact",
        f"{name}_layer",
        {
            "in_height": source.height,
            "in_width": source.width,
            "in_channels": source.channels,
            "out_width": target.width,
            "out_channels": channels,
            "kernel_height": geometry.kernel[0],
            "kernel_width": geometry.kernel[1],
            "stride_height": geometry.stride[0],
            "stride_width": geometry.stride[1],
            "dilation_height": geometry.dilation[0],
            "dilation_width": geometry.dilation[1],
            "pad_top": geometry.padding.top,
            "pad_left": geometry.padding.left,
            "in_zero_point": graph.tensors[op.input].zero_point,
            "weights": f"{name}_weights",
            "stage": stage_fields,
        },
    )
    is_image = not isinstance(op, g.FullyConnected)
    extent = (geometry.kernel[0] - 1) * geometry.dilation[0] + 1
    arguments = "{in0_rows}, {out0_rows}, {first}, {count}"
    if not is_image:  # its rows are the pixels of an image of one row
        arguments = "TINYML_ROWS({in0}, 1), TINYML_ROWS({out0}, 1), 0, 1"
    shrinks = geometry.kernel == (1, 1) and channels <= source.channels
    return Step(
        op,
        (f"tinyml_convolve_compact(&{name}_layer, {arguments}, {{scratch}});",),
        (array(f"{name}_weights", stored, "(C_OUT, KH, KW, C_IN)"), *stage_texts, layer),
        stored.nbytes + stage_bytes,
        ("tinyml_compact.c", "tinyml_tile.h"),
        macs=target.height * target.width * filters.weights.size,
        scratch_bytes=9 * depth,
        in_place=(0,) if shrinks else (),
        rows=RowAccess(target.height, extent, geometry.stride[0], geometry.padding.top)
        if is_image
        else None,
        headers=("tinyml_compact.h",),
    )
