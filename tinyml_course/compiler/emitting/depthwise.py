"""DEPTHWISE_CONV_2D as C: the shape of one channel's plane, and a kernel made for it.

Layers whose planes have the same shape share a kernel, however many channels they have. Where
there are many shapes, layers share one that is told the shape: all if flash matters most, and in
balance those with few of the network's MACs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tinyml_course.compiler import graph as g
from tinyml_course.compiler.emitting.geometry import Geometry, images_of
from tinyml_course.compiler.emitting.layers import convolution
from tinyml_course.compiler.emitting.output_stage import output_stage
from tinyml_course.compiler.emitting.printing import array, struct
from tinyml_course.compiler.emitting.weights import Filters, fold
from tinyml_course.compiler.graph import Graph
from tinyml_course.compiler.macs import layer_macs, network_macs
from tinyml_course.compiler.steps import Emission, Step

_FEW_KERNELS = {"size": 3, "balanced": 6}
"""So many kernels, each for one shape, are better than one for all shapes, which is slower."""
_SMALL_PART = 100
"""A kernel for less than one in so many of the MACs may be slower for a smaller program's sake."""
_FILES: tuple[str, ...] = ("tinyml_avr.h", "tinyml_depthwise.h", "tinyml_depthwise_dsp.h")
_VARIANT = """
static TINYML_APART void @(const tinyml_depthwise *layer, tinyml_rows input, tinyml_rows output,
                           unsigned first, unsigned count, void *scratch)
{
    tinyml_convolve_depthwise(&@_shape, layer, input, output, first, count, scratch);
}
"""
_BY_TWO = (
    _VARIANT.replace("_depthwise(", "_depthwise_by_two("),
    (*_FILES, "tinyml_depthwise_pairs.h"),
)
_WHOLE = (
    _VARIANT.replace("_depthwise(", "_depthwise_whole("),
    (*_FILES, "tinyml_depthwise_whole.h"),
)
_SPANS = (4, 6)
"""Outputs of a row that the kernel for whole images computes in one piece."""
_SPAN_REACH = 512
"""Bytes from one of them to the next that its store instructions reach."""
_FEW_COLUMNS = 8
"""Two rows of no more columns are computed together, where code for it is worth its flash."""
_REACH = 4096
"""Bytes from one row to the next that its store instruction does not reach any more."""
_SHARED_VARIANT = """
static TINYML_APART void @(const tinyml_depthwise_shape *shape, const tinyml_depthwise *layer,
              tinyml_rows input, tinyml_rows output, unsigned first, unsigned count, void *scratch)
{
    tinyml_depthwise_shape known = *shape;

COMMON    tinyml_convolve_depthwise(&known, layer, input, output, first, count, scratch);
}
"""


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
    def reach(self) -> int:
        """Inputs that one output looks at, those between its taps included."""
        return (self.kernel - 1) * self.dilation + 1

    @property
    def extent(self) -> int:
        """Inputs that some output looks at, those of the padding included."""
        return (self.outputs - 1) * self.stride + self.reach

    def fields(self, axis: str) -> dict[str, int]:
        """Return the axis as fields of the kernel's shape."""
        return {
            f"in_{axis}": self.inputs,
            f"kernel_{axis}": self.kernel,
            f"stride_{axis}": self.stride,
            f"dilation_{axis}": self.dilation,
            f"pad_{axis}": self.pad,
            f"in_step_{axis}": self.in_step,
            f"out_step_{axis}": self.out_step,
        }


def depthwise_conv_2d(graph: Graph, op: g.DepthwiseConv2D, emission: Emission) -> Step:
    """Convolve plane by plane; large filters that all see one channel are a convolution."""
    source, target = images_of(graph, op)
    weights = graph.tensors[op.weights].values[0].transpose(2, 0, 1)  # (C_OUT, KH, KW)
    kernel = weights.shape[1:]
    geometry = Geometry(source, target, kernel, op.stride, op.dilation, op.padding)
    filters = fold(graph, op, weights.reshape(target.channels, -1))
    is_quick = emission.optimize == "speed" and kernel == (3, 3)  # but it needs a plane of scratch
    if source.channels == 1 and target.channels > 1 and not is_quick:
        return convolution(graph, op, geometry, filters, emission)
    return _depthwise(graph, op, geometry, filters, emission)


def _shapes(graph: Graph, op: g.WeightedOp) -> tuple[tuple[int, ...], ...]:
    return tuple(graph.tensors[i].shape for i in (op.input, op.weights, op.output))


def _by_shape(graph: Graph) -> dict[tuple[tuple[int, ...], ...], list[g.DepthwiseConv2D]]:
    """Gather the layers whose tensors have the same shapes."""
    kernels: dict[tuple[tuple[int, ...], ...], list[g.DepthwiseConv2D]] = {}
    for op in graph.ops:
        if isinstance(op, g.DepthwiseConv2D):
            kernels.setdefault(_shapes(graph, op), []).append(op)
    return kernels


def _sharing(graph: Graph, optimize: str) -> list[g.DepthwiseConv2D]:
    """Return the layers that share a kernel told the shape: those of many shapes, or none."""
    shared = list(_by_shape(graph).values())
    if optimize == "balanced":
        most = network_macs(graph) / _SMALL_PART
        shared = [ops for ops in shared if sum(layer_macs(graph, op) for op in ops) < most]
    if optimize not in _FEW_KERNELS or len(shared) <= _FEW_KERNELS[optimize]:
        return []
    return [op for ops in shared for op in ops]


def _shared_variant(graph: Graph, layers: Sequence[g.DepthwiseConv2D]) -> str:
    """Return a kernel for all shapes in which what they have in common is a constant."""
    kernels = {(*graph.tensors[op.weights].shape[1:3], *op.dilation) for op in layers}
    multipliers = {
        graph.tensors[op.output].shape[3] // graph.tensors[op.input].shape[3] for op in layers
    }
    common: dict[str, int] = {}
    if len(multipliers) == 1:
        common["multiplier"] = multipliers.pop()
    if len(kernels) == 1:
        rows, columns, *dilation = kernels.pop()
        if rows == columns and dilation[0] == dilation[1]:  # planes may lie on their side
            common |= {"kernel_rows": rows, "kernel_columns": columns}
            common |= {"dilation_rows": dilation[0], "dilation_columns": dilation[1]}
    lines = "".join(f"    known.{field} = {value};\n" for field, value in common.items())
    return _SHARED_VARIANT.replace("COMMON", lines)


def _axes(geometry: Geometry) -> tuple[_Axis, _Axis]:
    """Return the axis of rows and that of columns."""
    source, target = geometry.source, geometry.target
    kernel, stride, dilation = geometry.kernel, geometry.stride, geometry.dilation
    return (
        _Axis(
            source.height,
            target.height,
            source.width * source.channels,
            target.width * target.channels,
            kernel[0],
            stride[0],
            dilation[0],
            geometry.padding.top,
        ),
        _Axis(
            source.width,
            target.width,
            source.channels,
            target.channels,
            kernel[1],
            stride[1],
            dilation[1],
            geometry.padding.left,
        ),
    )


def _takes_two_rows(geometry: Geometry, filters: Filters, emission: Emission) -> bool:
    """Whether there is a kernel for two rows of the layer that beats the one for any number."""
    return (
        emission.optimize == "balanced"
        and not emission.whole
        and (geometry.kernel, geometry.stride, geometry.dilation) == ((3, 3), (1, 1), (1, 1))
        and _keeps_channels(geometry)
        and geometry.target.width <= _FEW_COLUMNS
        and geometry.target.width * geometry.target.channels < _REACH
        and filters.rounding_of_most != "TINYML_GENERAL"
        and filters.mixed == "TINYML_ALL_SHIFT"
    )


def _takes_whole_image(
    graph: Graph, op: g.WeightedOp, geometry: Geometry, filters: Filters, emission: Emission
) -> bool:
    """Whether there is a kernel for whole images that is worth its flash."""
    alike = _by_shape(graph).get(_shapes(graph, op), [])
    macs = sum(layer_macs(graph, other) for other in alike)
    target = geometry.target
    return (
        emission.optimize == "speed"
        and emission.whole
        and (geometry.kernel, geometry.dilation) == ((3, 3), (1, 1))
        and geometry.stride[1] <= 2
        and target.height <= target.width  # else rows and columns are swapped
        and any(target.width % span == 0 for span in _SPANS)
        and target.channels <= _SPAN_REACH
        and filters.rounding_of_most != "TINYML_GENERAL"
        and filters.mixed != "TINYML_SOME_LEFT"
        and macs * _SMALL_PART >= network_macs(graph)
    )


def _depthwise(
    graph: Graph, op: g.DepthwiseConv2D, geometry: Geometry, filters: Filters, emission: Emission
) -> Step:
    """Convolve each plane by a kernel for its shape, or by one that is told the shape."""
    filters = filters.with_own_multipliers()
    name, target = f"op{op.index}", geometry.target
    stage = output_stage(name, filters)
    rows, columns = _axes(geometry)
    weights = filters.weights.reshape(target.channels, *geometry.kernel)
    layout = "(C_OUT, KH, KW)"
    arguments = "{in0_rows}, {out0_rows}, {first}, {count}"
    swapped = emission.whole and rows.outputs > columns.outputs
    if swapped:  # long rows are what the kernel is fast at
        rows, columns = columns, rows
        weights, layout = weights.swapaxes(1, 2), "(C_OUT, KW, KH)"
        images = f"TINYML_ROWS({{in0}}, {rows.inputs}), TINYML_ROWS({{out0}}, {rows.outputs})"
        arguments = f"{images}, 0, {rows.outputs}"
    layer = struct(
        "tinyml_depthwise",
        f"{name}_layer",
        {
            "weights": f"{name}_weights",
            "channels": geometry.source.channels,
            "in_zero_point": graph.tensors[op.input].zero_point,
            "stage": stage.fields,
        },
    )
    constants = [array(f"{name}_weights", weights, layout), *stage.constants, layer]
    whole = False
    sharing = _sharing(graph, emission.optimize)
    if op in sharing:
        files, variant = _FILES, _shared_variant(graph, sharing)
        constants.append(_shape(f"{name}_shape", geometry, filters, rows, columns))
        call = f"{{variant}}(&{name}_shape, &{name}_layer, {arguments}, {{scratch}});"
    else:
        whole = _takes_whole_image(graph, op, geometry, filters, emission)
        by_two = _takes_two_rows(geometry, filters, emission)
        function, files = _WHOLE if whole else _BY_TWO if by_two else (_VARIANT, _FILES)
        variant = _shape("@_shape", geometry, filters, rows, columns) + function
        call = f"{{variant}}(&{name}_layer, {arguments}, {{scratch}});"
    scratch_bytes, scratch_row_bytes = _scratch(geometry, rows, columns, swapped, whole)
    return Step(
        op,
        (call,),
        tuple(constants),
        weights.nbytes + stage.constants_bytes,
        files,
        variant,
        geometry.pixels * weights.size,
        scratch_bytes,
        scratch_row_bytes,
        in_place=(0,) if _keeps_channels(geometry) else (),
        rows=geometry.rows,
    )


def _shape(name: str, geometry: Geometry, filters: Filters, rows: _Axis, columns: _Axis) -> str:
    """Return the shape of a plane as the kernel is told it."""
    return struct(
        "tinyml_depthwise_shape",
        name,
        {
            "multiplier": geometry.target.channels // geometry.source.channels,
            "plane_pitch": _pitch(columns),
            **rows.fields("rows"),
            **columns.fields("columns"),
            "out_columns": columns.outputs,
            "rounding": filters.rounding_of_most,
            "mixed": filters.mixed,
        },
    )


def _scratch(
    geometry: Geometry, rows: _Axis, columns: _Axis, swapped: bool, whole: bool
) -> tuple[int, int]:
    """Return the scratch bytes of a call, and those besides for each row it computes.

    A plane is widened to 16 bits: all of it where one call computes the image (its axes `swapped`,
    or by the kernel for `whole` images, which takes two planes at once), else what its rows read.
    """
    plane_bytes = 2 * _pitch(columns) * rows.extent
    if whole and _keeps_channels(geometry):
        plane_bytes *= 2
    if swapped or whole:
        return plane_bytes, 0
    row_bytes = 2 * _pitch(columns) * rows.stride
    return plane_bytes - rows.outputs * row_bytes, row_bytes


def _pitch(columns: _Axis) -> int:
    """Return the elements from one row of a widened plane to the next: whole words."""
    return columns.extent + columns.extent % 2


def _keeps_channels(geometry: Geometry) -> bool:
    return geometry.source.channels == geometry.target.channels
