"""Operators that make larger images, as C: bilinear resizing and transposed convolution."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from tinyml_course.compiler import arithmetic as a
from tinyml_course.compiler.emitting.batches import each_image
from tinyml_course.compiler.emitting.output_stage import output_stage
from tinyml_course.compiler.emitting.printing import Fields, array, struct
from tinyml_course.compiler.emitting.weights import fold
from tinyml_course.compiler.graph import Graph, Op
from tinyml_course.compiler.numerics.quantization import bilinear_blend, wrap_int32
from tinyml_course.compiler.steps import Emission, Step

_FILES = ("tinyml_enlarge.c", "tinyml_arithmetic.h", "tinyml_output_stage.h")
_HEADERS = ("tinyml_enlarge.h",)


def resize_bilinear(graph: Graph, op: a.ResizeBilinear, emission: Emission) -> Step:
    """Blend four pixels; tables say which, and how much of each."""
    images, height, width, channels = graph.tensors[op.input].shape
    _, out_height, out_width, _ = graph.tensors[op.output].shape
    name = f"op{op.index}"
    tables = {
        "rows": _table(height, out_height, width * channels, op),
        "columns": _table(width, out_width, channels, op),
    }
    texts = tuple(
        array(f"{name}_{key}", table, "(places, 3): first, second, weight of the second in 1/1024")
        for key, table in tables.items()
    )
    fields: Fields = {
        **{key: f"{name}_{key}" for key in tables},
        "images": images,
        "out_height": out_height,
        "out_width": out_width,
        "channels": channels,
        "image": height * width * channels,
    }
    return Step(
        op,
        (f"tinyml_blend(&{name}_layer, {{in0}}, {{out0}});",),
        (*texts, struct("tinyml_blending", f"{name}_layer", fields)),
        sum(table.nbytes for table in tables.values()),
        _FILES,
        headers=_HEADERS,
    )


def _table(old: int, new: int, step: int, op: a.ResizeBilinear) -> Any:
    """Return (first, second, weight) for each of `new` places, the first two in elements."""
    first, second, weight = bilinear_blend(old, new, op)
    return np.stack([first * step, second * step, weight], axis=1).astype(np.int32)


def transpose_conv(graph: Graph, op: a.TransposeConv, emission: Emission) -> Step:
    """Gather, for each output pixel, the taps that reach it."""
    weights = graph.tensors[op.weights].values
    filters = fold(graph, op, weights.reshape(len(weights), -1)).with_own_multipliers()
    source, target = graph.tensors[op.input], graph.tensors[op.output]
    # Not every pixel sees every tap, so the input's zero point cannot stay in the bias.
    unfolded = filters.bias + source.zero_point * filters.weights.sum(axis=1, dtype=np.int64)
    name = f"op{op.index}"
    stage = output_stage(name, replace(filters, bias=wrap_int32(unfolded)))
    kernel = filters.weights.reshape(weights.shape)
    layer = struct(
        "tinyml_spreading",
        f"{name}_layer",
        {
            "weights": f"{name}_weights",
            "in_height": source.shape[1],
            "in_width": source.shape[2],
            "in_channels": source.shape[3],
            "out_height": target.shape[1],
            "out_width": target.shape[2],
            "out_channels": target.shape[3],
            "kernel_height": weights.shape[1],
            "kernel_width": weights.shape[2],
            "stride_height": op.stride[0],
            "stride_width": op.stride[1],
            "pad_top": op.padding.top,
            "pad_left": op.padding.left,
            "in_zero_point": source.zero_point,
            "stage": {**stage.fields, "rounding": "TINYML_GENERAL"},
        },
    )
    return Step(
        op,
        (f"tinyml_convolve_transposed(&{name}_layer, {{in2}}, {{out0}});",),
        (array(f"{name}_weights", kernel, "(C_OUT, KH, KW, C_IN)"), *stage.constants, layer),
        kernel.nbytes + stage.constants_bytes,
        _FILES,
        macs=source.shape[1] * source.shape[2] * kernel.size,
        headers=_HEADERS,
    )


EMITTERS: dict[type[Op], Callable[[Graph, Any, Emission], Step]] = {
    a.ResizeBilinear: resize_bilinear,
    a.TransposeConv: each_image(transpose_conv),
}
"""The C of each operator that enlarges images."""
