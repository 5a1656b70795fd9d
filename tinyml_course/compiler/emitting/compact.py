"""Convolutions and dense layers as C where flash matters most: one kernel, weights as they are."""

from __future__ import annotations

import numpy as np

from tinyml_course.compiler import graph as g
from tinyml_course.compiler.emitting.geometry import Geometry, image_arguments
from tinyml_course.compiler.emitting.output_stage import output_stage
from tinyml_course.compiler.emitting.printing import array, struct
from tinyml_course.compiler.emitting.weights import Filters
from tinyml_course.compiler.graph import Graph
from tinyml_course.compiler.steps import Step

_WORD = 4
_FEW_WEIGHTS = 4096
"""A dense layer of more has a kernel of its own: this one multiplies four pixels at a time."""


def suits_dense(graph: Graph, weights: int) -> bool:
    """Whether a dense layer is best left to the kernel that the convolutions need anyway."""
    return weights <= _FEW_WEIGHTS and any(isinstance(op, g.Conv2D) for op in graph.ops)


def convolution(graph: Graph, op: g.WeightedOp, geometry: Geometry, filters: Filters) -> Step:
    """Multiply four gathered pixels by one filter (C_OUT, KH * KW * C_IN) after the other."""
    name, source, target = f"op{op.index}", geometry.source, geometry.target
    stage = output_stage(name, filters)
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
            **geometry.window_fields(),
            "in_zero_point": graph.tensors[op.input].zero_point,
            "weights": f"{name}_weights",
            "stage": stage.fields,
        },
    )
    arguments, rows = image_arguments(op, geometry)
    return Step(
        op,
        (f"tinyml_convolve_compact(&{name}_layer, {arguments}, {{scratch}});",),
        (array(f"{name}_weights", stored, "(C_OUT, KH, KW, C_IN)"), *stage.constants, layer),
        stored.nbytes + stage.constants_bytes,
        ("tinyml_compact.c", "tinyml_tile.h"),
        macs=geometry.pixels * filters.weights.size,
        scratch_bytes=9 * depth,
        in_place=(0,) if geometry.may_work_in_place else (),
        rows=rows,
        headers=("tinyml_compact.h",),
    )
