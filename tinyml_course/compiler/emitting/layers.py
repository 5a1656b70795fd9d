"""Layers with weights as C: convolutions and dense layers.

Each function parses one operator, works out the kernel's constants, and returns them with one
call. A layer may come out as another kind where that is the same arithmetic at less cost.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tinyml_course.compiler import graph as g
from tinyml_course.compiler.emitting import compact as emit_compact
from tinyml_course.compiler.emitting import winograd as emit_winograd
from tinyml_course.compiler.emitting.geometry import Geometry, Image, image_arguments, images_of
from tinyml_course.compiler.emitting.output_stage import output_stage, stage_limits
from tinyml_course.compiler.emitting.printing import Fields, array, struct
from tinyml_course.compiler.emitting.weights import (
    GROUP,
    Filters,
    PackedWeights,
    fold,
    pack,
    stream,
)
from tinyml_course.compiler.graph import Graph
from tinyml_course.compiler.steps import Emission, Step

_TILE_PIXELS = 4
_TILE_CHANNELS = 2
_DENSE_CHANNELS = 4
_WIDE_WEIGHTS = 512  # from so many on, widening the inputs beforehand pays
_WIDE_GROUP = 8  # inputs of a round of the kernel for those
_CHEAP_ZEROS = 64  # so many weights of zero take no longer than gathering bytes
_DENSE_FILES = ("tinyml_avr.h", "tinyml_dense_block.h", "tinyml_dense_sums.h", "tinyml_dense.c")
_CONVOLUTION_FILES = (
    "tinyml_avr.h",
    "tinyml_convolution.c",
    "tinyml_tile.h",
    "tinyml_matrix.h",
    "tinyml_matrix_dsp.h",
    "tinyml_matrix_few.h",
    "tinyml_matrix_four.h",
    "tinyml_matrix_plain.c",
)


def conv_2d(graph: Graph, op: g.Conv2D, emission: Emission) -> Step:
    """Multiply gathered tiles of pixels by all filters; one pixel alone is a dense layer."""
    source, target = images_of(graph, op)
    weights = graph.tensors[op.weights].values
    filters = fold(graph, op, weights.reshape(len(weights), -1))
    kernel = weights.shape[1:3]
    geometry = Geometry(source, target, kernel, op.stride, op.dilation, op.padding)
    covers = kernel == (source.height, source.width) and not any(op.padding)
    if geometry.pixels == 1 and covers and emission.optimize != "size":
        return _dense(op, filters, emission)
    if emit_winograd.pays(graph, op, emission):
        return emit_winograd.convolution(graph, op, geometry, filters)
    return convolution(graph, op, geometry, filters, emission)


def fully_connected(graph: Graph, op: g.FullyConnected, emission: Emission) -> Step:
    """Multiply one row by all filters; several rows are the pixels of a 1 x 1 convolution."""
    weights = graph.tensors[op.weights].values
    channels, inputs = weights.shape
    rows = graph.tensors[op.input].size // inputs
    filters = fold(graph, op, weights)
    compact = emission.optimize == "size" and emit_compact.suits_dense(graph, weights.size)
    if rows == 1 and not compact:
        return _dense(op, filters, emission)
    geometry = Geometry(Image(1, rows, inputs), Image(1, rows, channels))
    return convolution(graph, op, geometry, filters, emission)


def convolution(
    graph: Graph, op: g.WeightedOp, geometry: Geometry, filters: Filters, emission: Emission
) -> Step:
    """Multiply gathered tiles of pixels by `filters` (C_OUT, KH * KW * C_IN)."""
    if emission.optimize == "size":
        return emit_compact.convolution(graph, op, geometry, filters)
    filters = filters.with_own_multipliers()
    name, source, target = f"op{op.index}", geometry.source, geometry.target
    kernel, weights = _in_words(geometry, filters.weights)
    packed = pack(weights, _TILE_CHANNELS)
    words = stream(filters, packed)
    layout = "(C_OUT / 2, K / 2 + 6) words: bias, weights, 2 * multiplier, shift, bias, ..."
    layer = struct(
        "tinyml_convolution",
        f"{name}_layer",
        {
            "in_height": source.height,
            "in_width": source.width,
            "in_channels": source.channels,
            "out_height": target.height,
            "out_width": target.width,
            **replace(geometry, kernel=kernel).window_fields(),
            "in_zero_point": graph.tensors[op.input].zero_point,
            "filters": _filter_fields(f"{name}_stream", filters, packed),
            "stage": stage_limits(filters),
        },
    )
    arguments, rows = image_arguments(op, geometry)
    tile_bytes = 2 * _TILE_PIXELS * packed.depth
    return Step(
        op,
        (f"tinyml_convolve(&{name}_layer, {arguments}, {{scratch}});",),
        (array(f"{name}_stream", words, layout), layer),
        words.nbytes,
        _CONVOLUTION_FILES,
        macs=geometry.pixels * filters.weights.size,
        scratch_bytes=tile_bytes + (0 if geometry.reads_aligned else packed.depth + GROUP),
        in_place=(0,) if geometry.may_work_in_place else (),
        rows=rows,
    )


def _in_words(
    geometry: Geometry, weights: NDArray[np.int8]
) -> tuple[tuple[int, int], NDArray[np.int8]]:
    """Return the kernel's size and its weights, with taps of zero behind each row if that pays.

    Rows of taps that are whole words are gathered without a detour over bytes.
    """
    height, width = geometry.kernel
    channels = geometry.source.channels
    wider = next(taps for taps in range(width, width + 4) if taps * channels % 4 == 0)
    more = -(-height * wider * channels // GROUP) - -(-weights.shape[1] // GROUP)
    if (
        geometry.dilation[1] > 1
        or wider > geometry.source.width
        or more * GROUP * len(weights) > _CHEAP_ZEROS
    ):
        return geometry.kernel, weights
    rows = weights.reshape(len(weights), height, width, channels)
    padded = np.pad(rows, ((0, 0), (0, 0), (0, wider - width), (0, 0)))
    return (height, wider), padded.reshape(len(weights), -1)


def _dense(op: g.WeightedOp, filters: Filters, emission: Emission) -> Step:
    """Multiply the whole input, one vector, by all filters."""
    name = f"op{op.index}"
    channels, inputs = filters.weights.shape
    big = emission.optimize == "speed" and filters.weights.size >= _WIDE_WEIGHTS
    packed = pack(filters.weights, _DENSE_CHANNELS, _WIDE_GROUP if big else GROUP)
    layout = "(C_OUT / 4, K / 4, 2, 2) words of two channels and two inputs"
    padded = np.pad(filters.bias, (0, -channels % _DENSE_CHANNELS))
    stage = output_stage(name, replace(filters, bias=padded))
    layer = struct(
        "tinyml_dense",
        f"{name}_layer",
        {
            "inputs": inputs,
            "filters": _filter_fields(f"{name}_weights", filters, packed),
            "stage": stage.fields,
        },
    )
    fast = packed.borrowed and filters.rounding != "TINYML_GENERAL"
    wide = fast and big
    kernel = "tinyml_connect" + ("" if fast else "_general") + ("_wide" if wide else "")
    return Step(
        op,
        (f"{kernel}(&{name}_layer, {{in0}}, {{out0}}{', {scratch}' if wide else ''});",),
        (array(f"{name}_weights", packed.words, layout), *stage.constants, layer),
        packed.words.nbytes + stage.constants_bytes,
        (*_DENSE_FILES, *(("tinyml_dense_wide.c",) if wide else ())),
        macs=filters.weights.size,
        scratch_bytes=2 * packed.depth if wide else 0,
    )


def _filter_fields(array_name: str, filters: Filters, packed: PackedWeights) -> Fields:
    """Return the struct that points at packed weights."""
    return {
        "weights": array_name,
        "depth": packed.depth,
        "channels": len(filters.weights),
        "borrowed": int(packed.borrowed),
    }
