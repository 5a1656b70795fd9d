"""CONV_2D of 3 x 3 by Winograd's minimal filtering: fewer products, the same sums.

Filters are transformed here, once; `tinyml_winograd.c` explains the method. They and every sum are
four times what they stand for, so that all are integers.

References
----------
Lavin and Gray 2016, "Fast Algorithms for Convolutional Neural Networks", section 4.1.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tinyml_course.compiler import graph as g
from tinyml_course.compiler.emitting.geometry import Geometry, image_arguments
from tinyml_course.compiler.emitting.output_stage import output_stage
from tinyml_course.compiler.emitting.printing import array, struct
from tinyml_course.compiler.emitting.weights import Filters
from tinyml_course.compiler.graph import Graph
from tinyml_course.compiler.steps import Emission, Step

_FILTER = np.array([[2, 0, 0], [1, 1, 1], [1, -1, 1], [0, 0, 2]])
"""From a filter to four points, doubled."""
_GATHER = np.array([[1, 1, 1, 0], [0, 1, -1, -1]])
"""From the sums at four points to two outputs."""
_LARGEST_INPUT = 4 * 128
"""Four int8 values make an input at its point."""
_CHUNK, _CHANNELS, _TILES, _POINTS = 16, 2, 4, 16
"""Channels and filters are rounded up to the first two; so many tiles are multiplied at once."""
_SUMS_BYTES = 4 * _CHANNELS * _TILES * _POINTS
_DIRECT = 0.85
"""Instructions of a direct convolution for each product, at best."""


def transform(weights: NDArray[np.int8]) -> NDArray[np.int64]:
    """Return filters (C_OUT, 3, 3, C_IN) at their points (C_OUT, 4, 4, C_IN), times four."""
    points: NDArray[np.int64] = np.einsum(
        "iy,jx,oyxc->oijc", _FILTER, _FILTER, weights.astype(np.int64)
    )
    return points


def sums_fit(transformed: NDArray[np.int64]) -> bool:
    """Whether no sum on the way can leave 32 bits, whatever the inputs are."""
    points = np.abs(transformed).sum(axis=-1) * _LARGEST_INPUT
    gather = np.abs(_GATHER)
    outputs = np.einsum("pi,qj,oij->opq", gather, gather, points)
    return int(outputs.max(initial=0)) < 1 << 31


def pack(transformed: NDArray[np.int64]) -> NDArray[np.uint32]:
    """Put transformed filters into words of the kernel's layout, rounded up with zeros.

    Returns
    -------
    uint32 array, (C_OUT / 2, 16 points, C_IN / 4, 2, 2)
        Inputs (k, k + 2), then (k + 1, k + 3), of two channels each.
    """
    channels, _, _, inputs = transformed.shape
    points = transformed.reshape(channels, _POINTS, inputs)
    padded = np.pad(points, ((0, -channels % _CHANNELS), (0, 0), (0, -inputs % _CHUNK)))
    assert np.abs(padded).max(initial=0) < 1 << 15
    # (C_OUT / 2, 2 channels, 16, C_IN / 4, 2 of +2, 2 of +1)
    parts = padded.reshape(-1, _CHANNELS, _POINTS, padded.shape[-1] // 4, 2, 2)
    pairs = np.ascontiguousarray(parts.transpose(0, 2, 3, 5, 1, 4), "<i2")
    return pairs.view("<u4")[..., 0].astype(np.uint32)


def pays(graph: Graph, op: g.Conv2D, emission: Emission) -> bool:
    """Whether `op` is a layer the kernel is for, and takes fewer instructions with it."""
    weights = graph.tensors[op.weights].values
    _, height, width, channels = graph.tensors[op.output].shape
    inputs = weights.shape[-1]
    if (
        emission.optimize != "speed"
        or weights.shape[1:3] != (3, 3)
        or op.stride != (1, 1)
        or op.dilation != (1, 1)
        or inputs % 4
    ):
        return False
    tiles = -(-height // 2) * -(-width // 2)
    if _instructions(tiles, inputs, channels) >= _DIRECT * height * width * weights.size:
        return False
    return sums_fit(transform(weights))


def _instructions(tiles: int, inputs: int, channels: int) -> int:
    """Estimate what the kernel takes on a Cortex-M4."""
    chunks, pairs, groups = -(-inputs // _CHUNK), -(-channels // _CHANNELS), -(-tiles // _TILES)
    product = _POINTS * (93 * chunks + 7)
    return groups * pairs * product + tiles * (70 * channels + 50 * inputs + 350)


def convolution(graph: Graph, op: g.Conv2D, geometry: Geometry, filters: Filters) -> Step:
    """Multiply transformed tiles of pixels by transformed `filters` (C_OUT, 3 * 3 * C_IN)."""
    name, source, target = f"op{op.index}", geometry.source, geometry.target
    inputs, channels = source.channels, target.channels
    words = pack(transform(filters.weights.reshape(channels, 3, 3, inputs)))
    stage = output_stage(name, filters.with_own_multipliers())
    layer = struct(
        "tinyml_winograd",
        f"{name}_layer",
        {
            "in_height": source.height,
            "in_width": source.width,
            "in_channels": inputs,
            "out_height": target.height,
            "out_width": target.width,
            "out_channels": channels,
            "pad_top": op.padding.top,
            "pad_left": op.padding.left,
            "in_zero_point": graph.tensors[op.input].zero_point,
            "weights": f"{name}_weights",
            "stage": stage.fields,
        },
    )
    layout = "(C_OUT / 2, 16, C_IN / 4, 2, 2) words of two inputs, transformed, times four"
    rounded = inputs + -inputs % _CHUNK
    arguments, rows = image_arguments(op, geometry)
    return Step(
        op,
        (f"tinyml_convolve_winograd(&{name}_layer, {arguments}, {{scratch}});",),
        (array(f"{name}_weights", words, layout), *stage.constants, layer),
        words.nbytes + stage.constants_bytes,
        ("tinyml_winograd.h", "tinyml_winograd.c"),
        macs=geometry.pixels * filters.weights.size,
        scratch_bytes=2 * _POINTS * _TILES * rounded + max(_SUMS_BYTES, _POINTS * inputs),
        rows=rows,
    )
