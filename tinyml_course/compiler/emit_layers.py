"""Layers that gather many values into one, as C: convolutions, dense layers, pooling, mean.

Each function parses one operator, works out the kernel's constants, and returns them with one
call. A layer may come out as another kind where that is the same arithmetic at less cost.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinyml_course.compiler import graph as g
from tinyml_course.compiler.graph import Graph, Padding, Tensor
from tinyml_course.compiler.printing import Fields, array, struct
from tinyml_course.compiler.quantization import activation_range, mean_multiplier
from tinyml_course.compiler.steps import Emission, Step
from tinyml_course.compiler.weights import Filters, fold, pack
from tinyml_course.errors import UnsupportedModelError

_TILE_PIXELS = 4
_TILE_CHANNELS = 2
_DENSE_CHANNELS = 4
_WIDE_WEIGHTS = 512  # from so many on, widening the inputs beforehand pays
_NO_PADDING = Padding()
_DEPTHWISE_VARIANT = """
static void @(const tinyml_depthwise *layer, const int8_t *input, int8_t *output, void *scratch)
{
    tinyml_convolve_depthwise(&@_shape, layer, input, output, scratch);
}
"""


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
        whole_rows = self.dilation[1] == 1 and not (self.padding.left or self.padding.right)
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
    per_channel = filters.multiplier.size == len(filters.weights)
    channels = "C_OUT" if per_channel else "one for all channels"
    arrays: dict[str, tuple[NDArray[Any], str]] = {
        "bias": (filters.bias, "(C_OUT), int32 on the scale of the sums"),
        "multiplier": (filters.multiplier, f"({channels}), Q0.31"),
        "shift": (filters.shift, f"({channels}), bits to the right"),
    }
    fields: dict[str, int | str | Fields] = {key: f"{name}_{key}" for key in arrays}
    fields |= {
        "per_channel": int(per_channel),
        "rounding": filters.rounding,
        "zero_point": filters.zero_point,
        "minimum": filters.minimum,
        "maximum": filters.maximum,
    }
    texts = [array(f"{name}_{key}", values, note) for key, (values, note) in arrays.items()]
    return texts, fields, sum(values.nbytes for values, _ in arrays.values())


def _packed(name: str, filters: Filters, block: int) -> tuple[str, Fields, int, int]:
    """Return packed weights, the struct that points at them, their depth and size."""
    packed = pack(filters.weights, block)
    layout = f"(C_OUT / {block}, K / 4, 2, {block // 2}) words of two channels and two inputs"
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
    if target.height == target.width == 1 and (height, width) == (source.height, source.width):
        return _dense(op, filters, emission)
    kernel = (height, width)
    geometry = _Geometry(source, target, kernel, op.stride, op.dilation, op.padding)
    return _convolution(graph, op, geometry, filters)


def depthwise_conv_2d(graph: Graph, op: g.DepthwiseConv2D, emission: Emission) -> Step:
    """Convolve plane by plane; filters that all see one channel are an ordinary convolution."""
    source, target = (_image(op, graph.tensors[i]) for i in (op.input, op.output))
    weights = _constant(graph, op.weights)[0].transpose(2, 0, 1)  # (C_OUT, KH, KW)
    kernel = weights.shape[1:]
    geometry = _Geometry(source, target, kernel, op.stride, op.dilation, op.padding)
    filters = fold(graph, op, weights.reshape(target.channels, -1))
    if source.channels == 1 and target.channels > 1:
        return _convolution(graph, op, geometry, filters)
    return _depthwise(graph, op, geometry, filters)


def fully_connected(graph: Graph, op: g.FullyConnected, emission: Emission) -> Step:
    """Multiply one row by all filters; several rows are the pixels of a 1 x 1 convolution."""
    weights = _constant(graph, op.weights)
    channels, inputs = weights.shape
    rows = graph.tensors[op.input].size // inputs
    filters = fold(graph, op, weights)
    if rows == 1:
        return _dense(op, filters, emission)
    geometry = _Geometry(_Image(1, rows, inputs), _Image(1, rows, channels))
    return _convolution(graph, op, geometry, filters)


def _convolution(graph: Graph, op: g.WeightedOp, geometry: _Geometry, filters: Filters) -> Step:
    filters = filters.with_own_multipliers()
    name, source, target = f"op{op.index}", geometry.source, geometry.target
    weights_text, weights_fields, depth, weights_bytes = _packed(name, filters, _TILE_CHANNELS)
    stage_texts, stage_fields, stage_bytes = _stage(name, filters)
    layer = struct(
        "tinyml_convolution",
        f"{name}_layer",
        {
            "in_height": source.height,
            "in_width": source.width,
            "in_channels": source.channels,
            "out_height": target.height,
            "out_width": target.width,
            "kernel_height": geometry.kernel[0],
            "kernel_width": geometry.kernel[1],
            "stride_height": geometry.stride[0],
            "stride_width": geometry.stride[1],
            "dilation_height": geometry.dilation[0],
            "dilation_width": geometry.dilation[1],
            "pad_top": geometry.padding.top,
            "pad_left": geometry.padding.left,
            "in_zero_point": graph.tensors[op.input].zero_point,
            "filters": weights_fields,
            "stage": stage_fields,
        },
    )
    tile_bytes = 2 * _TILE_PIXELS * depth
    shrinks = geometry.kernel == (1, 1) and target.channels <= source.channels
    return Step(
        op,
        (f"tinyml_convolve(&{name}_layer, {{in0}}, {{out0}}, {{scratch}});",),
        (weights_text, *stage_texts, layer),
        weights_bytes + stage_bytes,
        ("tinyml_convolution.c", "tinyml_matrix.h", "tinyml_matrix.c"),
        "",
        target.height * target.width * filters.weights.size,
        tile_bytes + (0 if geometry.reads_aligned() else depth),
        in_place=(0,) if shrinks else (),
    )


@dataclass(frozen=True)
class _Axis:
    """One axis of a depthwise convolution: sizes in elements, and steps between neighbours."""

    inputs: int
    outputs: int
    in_step: int
    out_step: int
    kernel: int
    stride: int
    dilation: int
    pad: int

    @property
    def extent(self) -> int:
        """Inputs that some output looks at, those of the padding included."""
        return (self.outputs - 1) * self.stride + (self.kernel - 1) * self.dilation + 1

    def fields(self, axis: str) -> dict[str, int]:
        """Return the axis as fields of the kernel's struct."""
        return {
            f"in_{axis}": self.inputs,
            f"out_{axis}": self.outputs,
            f"in_step_{axis}": self.in_step,
            f"out_step_{axis}": self.out_step,
            f"kernel_{axis}": self.kernel,
            f"stride_{axis}": self.stride,
            f"dilation_{axis}": self.dilation,
            f"pad_{axis}": self.pad,
        }


def _depthwise(graph: Graph, op: g.WeightedOp, geometry: _Geometry, filters: Filters) -> Step:
    filters = filters.with_own_multipliers()
    name, source, target = f"op{op.index}", geometry.source, geometry.target
    stage_texts, stage_fields, stage_bytes = _stage(name, filters)
    steps = (source.width * source.channels, target.width * target.channels)
    pads = (geometry.padding.top, geometry.padding.left)
    rows, columns = (
        _Axis(*sizes, *around)
        for sizes, around in zip(
            (
                (source.height, target.height, *steps),
                (source.width, target.width, source.channels, target.channels),
            ),
            zip(geometry.kernel, geometry.stride, geometry.dilation, pads, strict=True),
            strict=True,
        )
    )
    weights = filters.weights.reshape(target.channels, *geometry.kernel)
    layout = "(C_OUT, KH, KW)"
    if rows.outputs > columns.outputs:  # long rows are what the kernel is fast at
        rows, columns = columns, rows
        weights, layout = weights.swapaxes(1, 2), "(C_OUT, KW, KH)"
    pitch = columns.extent + columns.extent % 2
    shape = struct(
        "tinyml_depthwise_shape",
        "@_shape",
        {
            "channels": source.channels,
            "multiplier": target.channels // source.channels,
            "plane_rows": rows.extent,
            "plane_pitch": pitch,
            **rows.fields("rows"),
            **columns.fields("columns"),
            "rounding": filters.rounding,
        },
    )
    layer = struct(
        "tinyml_depthwise",
        f"{name}_layer",
        {
            "weights": f"{name}_weights",
            "in_zero_point": graph.tensors[op.input].zero_point,
            "stage": stage_fields,
        },
    )
    return Step(
        op,
        (f"{{variant}}(&{name}_layer, {{in0}}, {{out0}}, {{scratch}});",),
        (array(f"{name}_weights", weights, layout), *stage_texts, layer),
        weights.nbytes + stage_bytes,
        ("tinyml_depthwise.h",),
        shape + _DEPTHWISE_VARIANT,
        target.height * target.width * weights.size,
        2 * rows.extent * pitch,
        in_place=(0,) if source.channels == target.channels else (),
    )


def _dense(op: g.WeightedOp, filters: Filters, emission: Emission) -> Step:
    name = f"op{op.index}"
    channels, inputs = filters.weights.shape
    weights_text, weights_fields, depth, weights_bytes = _packed(name, filters, _DENSE_CHANNELS)
    padded = np.pad(filters.bias, (0, -channels % _DENSE_CHANNELS))
    stage_texts, stage_fields, stage_bytes = _stage(name, replace(filters, bias=padded))
    layer = struct(
        "tinyml_dense",
        f"{name}_layer",
        {"inputs": inputs, "filters": weights_fields, "stage": stage_fields},
    )
    fast = bool(weights_fields["borrowed"]) and filters.rounding != "TINYML_GENERAL"
    wide = fast and emission.optimize == "speed" and filters.weights.size >= _WIDE_WEIGHTS
    kernel = "tinyml_connect" + ("" if fast else "_general") + ("_wide" if wide else "")
    return Step(
        op,
        (f"{kernel}(&{name}_layer, {{in0}}, {{out0}}{', {scratch}' if wide else ''});",),
        (weights_text, *stage_texts, layer),
        weights_bytes + stage_bytes,
        ("tinyml_dense_block.h", "tinyml_dense_wide.c" if wide else "tinyml_dense.c"),
        "",
        filters.weights.size,
        2 * depth if wide else 0,
    )


def _pool(function: str, graph: Graph, op: g.Pool2D) -> Step:
    source, target = (_image(op, graph.tensors[i]) for i in (op.input, op.output))
    minimum, maximum = activation_range(op.activation, graph.tensors[op.output])
    name = f"op{op.index}"
    layer = struct(
        "tinyml_pool",
        f"{name}_layer",
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
    return Step(
        op,
        (f"{function}(&{name}_layer, {{in0}}, {{out0}});",),
        (layer,),
        files=("tinyml_pool.c",),
        in_place=() if any(op.padding) else (0,),
    )


def average_pool_2d(graph: Graph, op: g.AveragePool2D, emission: Emission) -> Step:
    """Average windows."""
    return _pool("tinyml_pool_average", graph, op)


def max_pool_2d(graph: Graph, op: g.MaxPool2D, emission: Emission) -> Step:
    """Take the largest value of windows."""
    return _pool("tinyml_pool_max", graph, op)


def mean(graph: Graph, op: g.Mean, emission: Emission) -> Step:
    """Average over neighbouring axes: the middle one of (outer, count, inner)."""
    source, target = graph.tensors[op.input], graph.tensors[op.output]
    axes = [axis for axis in op.axes if source.shape[axis] > 1] or [0]
    first, last = axes[0], axes[-1]
    if any(source.shape[axis] > 1 and axis not in axes for axis in range(first, last)):
        raise UnsupportedModelError(
            f"{op} averages axes {op.axes} of {source.shape}; only neighbouring axes have a "
            "kernel. Average them one after the other."
        )
    count = math.prod(source.shape[first : last + 1]) if axes != [0] or 0 in op.axes else 1
    factor = mean_multiplier(graph, op)
    name = f"op{op.index}"
    layer = struct(
        "tinyml_mean",
        f"{name}_layer",
        {
            "outer": math.prod(source.shape[:first]),
            "count": count,
            "inner": source.size // math.prod(source.shape[:first]) // count,
            "multiplier": int(factor.value[0]),
            "shift": -int(factor.shift[0]),
            "offset": -source.zero_point * count,
            "zero_point": target.zero_point,
        },
    )
    return Step(
        op,
        (f"tinyml_average(&{name}_layer, {{in0}}, {{out0}});",),
        (layer,),
        files=("tinyml_pool.c",),
        in_place=(0,),
    )


def _constant(graph: Graph, index: int) -> NDArray[Any]:
    data = graph.tensors[index].data
    assert data is not None
    return data
