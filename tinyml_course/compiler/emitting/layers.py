"""Layers with weights as C: convolutions and dense layers.

Each function parses one operator, works out the kernel's constants, and returns them with one
call. A layer may come out as another kind where that is the same arithmetic at less cost.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinyml_course.compiler import graph as g
from tinyml_course.compiler.emitting import compact as emit_compact
from tinyml_course.compiler.emitting import winograd as emit_winograd
from tinyml_course.compiler.emitting.printing import Fields, array, struct
from tinyml_course.compiler.emitting.weights import GROUP, Filters, fold, pack, stream
from tinyml_course.compiler.graph import Graph, Padding, Tensor
from tinyml_course.compiler.steps import Emission, RowAccess, Step
from tinyml_course.errors import UnsupportedModelError

_TILE_PIXELS = 4
_TILE_CHANNELS = 2
_DENSE_CHANNELS = 4
_WIDE_WEIGHTS = 512  # from so many on, widening the inputs beforehand pays
_WIDE_GROUP = 8  # inputs of a round of the kernel for those
_CHEAP_ZEROS = 64  # so many weights of zero take no longer than gathering bytes
_DENSE_FILES = ("tinyml_avr.h", "tinyml_dense_block.h", "tinyml_dense_sums.h", "tinyml_dense.c")
_NO_PADDING = Padding()
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


@dataclass(frozen=True)
class _Image:
    """A tensor of shape (1, height, width, channels)."""

    height: int
    width: int
    channels: int


@dataclass(frozen=True)
class _Geometry:
    """How a kernel slides over one image and makes another; pairs are (height, width)."""

    source: _Image
    target: _Image
    kernel: tuple[int, int] = (1, 1)
    stride: tuple[int, int] = (1, 1)
    dilation: tuple[int, int] = (1, 1)
    padding: Padding = _NO_PADDING

    def reads_aligned(self) -> bool:
        """Whether each run of neighbouring inputs is a multiple of 4 bytes."""
        whole_rows = self.dilation[1] == 1 and not any(self.padding)
        return self.source.channels * (self.kernel[1] if whole_rows else 1) % 4 == 0


def _image(op: g.Op, tensor: Tensor) -> _Image:
    batch, height, width, channels = tensor.shape
    if batch != 1:
        raise UnsupportedModelError(
            f"{op} has a batch of {batch}; a board sees one input at a time. "
            "Convert the model with a batch of 1."
        )
    return _Image(height, width, channels)


def _stage(name: str, filters: Filters) -> tuple[list[str], Fields, int]:
    """Return the constants of an output stage, the struct that points at them, and their size."""
    per_channel = filters.multiplier.size > 1
    channels = "C_OUT" if per_channel else "one for all channels"
    arrays: dict[str, tuple[NDArray[Any], str]] = {
        "bias": (filters.bias, "(C_OUT), int32 on the scale of the sums"),
        "multiplier": (filters.multiplier, f"({channels}), Q0.31"),
        "shift": (filters.shift, f"({channels}), bits to the right"),
    }
    fields: dict[str, int | str | Fields] = {key: f"{name}_{key}" for key in arrays}
    fields |= {"per_channel": int(per_channel), **_limits(filters)}
    texts = [array(f"{name}_{key}", values, note) for key, (values, note) in arrays.items()]
    return texts, fields, sum(values.nbytes for values, _ in arrays.values())


def _limits(filters: Filters) -> Fields:
    """Return what an output stage holds beside its arrays."""
    return {
        "rounding": filters.rounding,
        "zero_point": filters.zero_point,
        "minimum": filters.minimum,
        "maximum": filters.maximum,
    }


def _packed(name: str, filters: Filters, group: int) -> tuple[str, Fields, int, int]:
    """Return packed weights, the struct that points at them, their depth and size."""
    packed = pack(filters.weights, _DENSE_CHANNELS, group)
    layout = "(C_OUT / 4, K / 4, 2, 2) words of two channels and two inputs"
    text = array(f"{name}_weights", packed.words, layout)
    fields: Fields = {
        "weights": f"{name}_weights",
        "depth": packed.depth,
        "channels": len(filters.weights),
        "borrowed": int(packed.borrowed),
    }
    return text, fields, packed.depth, packed.words.nbytes


def conv_2d(graph: Graph, op: g.Conv2D, emission: Emission) -> Step:
    """Multiply gathered tiles of pixels by all filters; one pixel alone is a dense layer."""
    source, target = (_image(op, graph.tensors[i]) for i in (op.input, op.output))
    weights = _constant(graph, op.weights)
    _, height, width, _ = weights.shape
    filters = fold(graph, op, weights.reshape(len(weights), -1))
    kernel = (height, width)
    geometry = _Geometry(source, target, kernel, op.stride, op.dilation, op.padding)
    covers = (height, width) == (source.height, source.width) and not any(op.padding)
    if target.height == target.width == 1 and covers and emission.optimize != "size":
        return _dense(op, filters, emission)
    if emit_winograd.pays(graph, op, emission):
        own = filters.with_own_multipliers()
        return emit_winograd.convolution(graph, op, own, _stage(f"op{op.index}", own))
    return _convolution(graph, op, geometry, filters, emission)


def fully_connected(graph: Graph, op: g.FullyConnected, emission: Emission) -> Step:
    """Multiply one row by all filters; several rows are the pixels of a 1 x 1 convolution."""
    weights = _constant(graph, op.weights)
    channels, inputs = weights.shape
    rows = graph.tensors[op.input].size // inputs
    filters = fold(graph, op, weights)
    compact = emission.optimize == "size" and emit_compact.suits_dense(graph, weights.size)
    if rows == 1 and not compact:
        return _dense(op, filters, emission)
    geometry = _Geometry(_Image(1, rows, inputs), _Image(1, rows, channels))
    return _convolution(graph, op, geometry, filters, emission)


def _convolution(
    graph: Graph, op: g.WeightedOp, geometry: _Geometry, filters: Filters, emission: Emission
) -> Step:
    if emission.optimize == "size":
        stage = _stage(f"op{op.index}", filters)
        return emit_compact.convolution(graph, op, geometry, filters, stage)
    filters = filters.with_own_multipliers()
    name, source, target = f"op{op.index}", geometry.source, geometry.target
    kernel, weights = _in_words(geometry, filters.weights)
    packed = pack(weights, _TILE_CHANNELS)
    words, depth = stream(filters, packed), packed.depth
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
            "kernel_height": kernel[0],
            "kernel_width": kernel[1],
            "stride_height": geometry.stride[0],
            "stride_width": geometry.stride[1],
            "dilation_height": geometry.dilation[0],
            "dilation_width": geometry.dilation[1],
            "pad_top": geometry.padding.top,
            "pad_left": geometry.padding.left,
            "in_zero_point": graph.tensors[op.input].zero_point,
            "filters": {
                "weights": f"{name}_stream",
                "depth": depth,
                "channels": len(filters.weights),
                "borrowed": int(packed.borrowed),
            },
            "stage": _limits(filters),
        },
    )
    tile_bytes = 2 * _TILE_PIXELS * depth
    shrinks = geometry.kernel == (1, 1) and target.channels <= source.channels
    access: RowAccess | None = RowAccess(
        target.height,
        (geometry.kernel[0] - 1) * geometry.dilation[0] + 1,
        geometry.stride[0],
        geometry.padding.top,
    )
    arguments = "{in0_rows}, {out0_rows}, {first}, {count}"
    if isinstance(op, g.FullyConnected):  # its rows are the pixels of an image of one row
        images = (f"TINYML_ROWS({{{key}}}, 1)" for key in ("in0", "out0"))
        access, arguments = None, f"{', '.join(images)}, 0, 1"
    return Step(
        op,
        (f"tinyml_convolve(&{name}_layer, {arguments}, {{scratch}});",),
        (array(f"{name}_stream", words, layout), layer),
        words.nbytes,
        _CONVOLUTION_FILES,
        "",
        target.height * target.width * filters.weights.size,
        tile_bytes + (0 if geometry.reads_aligned() else depth + GROUP),
        in_place=(0,) if shrinks else (),
        rows=access,
    )


def _in_words(
    geometry: _Geometry, weights: NDArray[np.int8]
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
    name = f"op{op.index}"
    channels, inputs = filters.weights.shape
    big = emission.optimize == "speed" and filters.weights.size >= _WIDE_WEIGHTS
    group = _WIDE_GROUP if big else GROUP
    weights_text, weights_fields, depth, weights_bytes = _packed(name, filters, group)
    padded = np.pad(filters.bias, (0, -channels % _DENSE_CHANNELS))
    stage_texts, stage_fields, stage_bytes = _stage(name, replace(filters, bias=padded))
    layer = struct(
        "tinyml_dense",
        f"{name}_layer",
        {"inputs": inputs, "filters": weights_fields, "stage": stage_fields},
    )
    fast = bool(weights_fields["borrowed"]) and filters.rounding != "TINYML_GENERAL"
    wide = fast and big
    kernel = "tinyml_connect" + ("" if fast else "_general") + ("_wide" if wide else "")
    return Step(
        op,
        (f"{kernel}(&{name}_layer, {{in0}}, {{out0}}{', {scratch}' if wide else ''});",),
        (weights_text, *stage_texts, layer),
        weights_bytes + stage_bytes,
        (*_DENSE_FILES, *(("tinyml_dense_wide.c",) if wide else ())),
        "",
        filters.weights.size,
        2 * depth if wide else 0,
    )


def _constant(graph: Graph, index: int) -> NDArray[Any]:
    data = graph.tensors[index].data
    assert data is not None
    return data
