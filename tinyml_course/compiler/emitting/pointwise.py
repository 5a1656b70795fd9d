"""Operators that keep or move elements, as C: addition, tables, softmax, padding, joining."""

from __future__ import annotations

import math

import numpy as np

from tinyml_course.compiler import graph as g
from tinyml_course.compiler import moves as m
from tinyml_course.compiler.emitting import moves as emit_moves
from tinyml_course.compiler.emitting.printing import Fields, array, c_float, struct
from tinyml_course.compiler.emitting.requantize import requantize
from tinyml_course.compiler.emitting.weights import rounding
from tinyml_course.compiler.graph import Graph, Tensor
from tinyml_course.compiler.numerics.quantization import activation_range, add_multipliers
from tinyml_course.compiler.numerics.tables import softmax_exp, unary_table
from tinyml_course.compiler.steps import Emission, RowAccess, Step
from tinyml_course.errors import UnsupportedModelError

_MAX_RANK = 4
_FILES = ("tinyml_elementwise.c", "tinyml_row_runs.h")


def _four_axes(op: g.Op, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return a shape with leading axes of 1."""
    significant = shape[max(len(shape) - _MAX_RANK, 0) :]
    if math.prod(significant) != math.prod(shape):
        raise UnsupportedModelError(
            f"{op} works on shape {shape}; its kernel takes {_MAX_RANK} axes. Reshape before it."
        )
    return (1,) * (_MAX_RANK - len(significant)) + significant


def _steps(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the elements between neighbours along each axis; 0 where the axis is 1 long."""
    steps = (math.prod(shape[axis + 1 :]) for axis in range(len(shape)))
    return tuple(0 if size == 1 else step for size, step in zip(shape, steps, strict=True))


def _list(values: tuple[int, ...]) -> str:
    return f"{{{', '.join(map(str, values))}}}"


def by_rows(graph: Graph, op: g.Op) -> RowAccess | None:
    """Return the rows of an operator on images that takes each element by itself.

    None where an input is broadcast, constant, or no image.
    """
    shape = graph.tensors[op.output].shape
    sources = [graph.tensors[index] for index in op.inputs]
    if len(shape) != _MAX_RANK or shape[0] != 1:
        return None
    if any(source.is_constant or source.shape != shape for source in sources):
        return None
    return RowAccess(count=shape[1])


def add(graph: Graph, op: g.Add, emission: Emission) -> Step:
    """Add with broadcasting; the operand of the larger scale comes first."""
    factors = add_multipliers(graph, op)
    operands = sorted(
        zip((0, 1), op.inputs, (factors.first, factors.second), strict=True),
        key=lambda operand: -graph.tensors[operand[1]].scale,
    )
    target = graph.tensors[op.output]
    shapes = [graph.tensors[index].shape for _, index, _ in operands]
    whole = all(shape == target.shape for shape in shapes)
    rows = by_rows(graph, op)
    neighbours = (1, 1, 1, target.size // rows.count if rows else target.size)
    limits = activation_range(op.activation, target)
    shift = -int(factors.output.shift[0])
    vanishing = any(factor.value[0] == 0 for _, _, factor in operands)
    fields: dict[str, int | str | Fields] = {
        "shape": _list(neighbours if whole else _four_axes(op, target.shape))
    }
    for letter, (_, index, factor) in zip("ab", operands, strict=True):
        shape = neighbours if whole else _four_axes(op, graph.tensors[index].shape)
        fields |= {
            f"{letter}_step": _list(_steps(shape)),
            f"{letter}_multiplier": int(factor.value[0]),
            f"{letter}_shift": -int(factor.shift[0]),
            f"{letter}_zero_point": graph.tensors[index].zero_point,
        }
    fields |= {
        "multiplier": int(factors.output.value[0]),
        "shift": shift,
        "zero_point": target.zero_point,
        "minimum": limits[0],
        "maximum": limits[1],
        "rounding": rounding(0 if vanishing else shift, shift, limits, target.zero_point),
    }
    name = f"op{op.index}_layer"
    first, second = (position for position, _, _ in operands)
    call = f"tinyml_add(&{name}, {{in{first}}}, {{in{second}}}, {{out0}});"
    if rows:
        images = f"{{in{first}_rows}}, {{in{second}_rows}}, {{out0_rows}}"
        call = f"tinyml_add_rows(&{name}, {images}, {{first}}, {{count}});"
    return Step(
        op,
        (call,),
        (struct("tinyml_sum", name, fields),),
        files=_FILES,
        in_place=tuple(i for i in (0, 1) if graph.tensors[op.inputs[i]].size == target.size),
        rows=rows,
    )


def look_up(graph: Graph, op: g.UnaryOp, emission: Emission) -> Step:
    """Replace each byte by an entry of a table, which is in the order of the bytes."""
    source, target = graph.tensors[op.input], graph.tensors[op.output]
    table = unary_table(graph, op)
    if source.dtype == np.int8:
        table = np.roll(table, -128)
    name = f"op{op.index}_table"
    note = f"(256) {target.dtype} results, by the input's byte"
    rows = by_rows(graph, op)
    call = f"tinyml_look_up({name}, {source.size}, {{in0}}, {{out0}});"
    if rows:
        row = f"{name}, {source.size // rows.count}"
        call = f"tinyml_look_up_rows({row}, {{in0_rows}}, {{out0_rows}}, {{first}}, {{count}});"
    return Step(
        op,
        (call,),
        (array(name, table.view(np.uint8), note),),
        table.nbytes,
        _FILES,
        in_place=(0,),
        rows=rows,
    )


def _border(name: str, tensor: Tensor) -> str:
    """Return the struct that says how a tensor's bytes stand for real numbers."""
    flip = 0x80 if tensor.dtype == np.int8 else 0
    return struct(
        "tinyml_border",
        name,
        {
            "scale": c_float(tensor.scale),
            "zero_point": tensor.zero_point + flip,
            "flip": flip,
        },
    )


def quantize(graph: Graph, op: g.Quantize, emission: Emission) -> Step:
    """Bring float32 to bytes; from bytes to bytes it is a table."""
    source, target = graph.tensors[op.input], graph.tensors[op.output]
    if source.dtype != np.float32:
        narrow = source.dtype.itemsize == target.dtype.itemsize == 1
        return look_up(graph, op, emission) if narrow else requantize(graph, op)
    if target.dtype.itemsize > 1:
        raise UnsupportedModelError(
            f"{op} brings float32 to {target}; only int8 and uint8 have a C kernel. "
            "Give the model an integer input."
        )
    name = f"op{op.index}_border"
    rows = by_rows(graph, op)
    call = f"tinyml_quantize(&{name}, {source.size}, {{in0}}, {{out0}});"
    if rows:
        row = f"&{name}, {source.size // rows.count}"
        call = f"tinyml_quantize_rows({row}, {{in0_rows}}, {{out0_rows}}, {{first}}, {{count}});"
    return Step(op, (call,), (_border(name, target),), files=_FILES, in_place=(0,), rows=rows)


def dequantize(graph: Graph, op: g.Dequantize, emission: Emission) -> Step:
    """Bring bytes to float32."""
    source = graph.tensors[op.input]
    name = f"op{op.index}_border"
    return Step(
        op,
        (f"tinyml_dequantize(&{name}, {source.size}, {{in0}}, {{out0}});",),
        (_border(name, source),),
        files=_FILES,
    )


def softmax(graph: Graph, op: g.Softmax, emission: Emission) -> Step:
    """Normalize rows of exponentials, which are a table of the distance from the largest."""
    source = graph.tensors[op.input]
    exponentials, count = softmax_exp(graph, op)
    wide = graph.tensors[op.output].dtype == np.int16
    name = f"op{op.index}"
    table = array(
        f"{name}_exponentials", exponentials[:count], "(entries), Q0.31, by the distance below 0"
    )
    layer = struct(
        "tinyml_normalization",
        f"{name}_layer",
        {
            "exponentials": f"{name}_exponentials",
            "rows": source.size // source.shape[-1],
            "columns": source.shape[-1],
            "entries": count,
            "wide": int(wide),
        },
    )
    return Step(
        op,
        (f"tinyml_softmax(&{name}_layer, {{in0}}, {{out0}});",),
        (table, layer),
        4 * count,
        ("tinyml_softmax.c", "tinyml_fixed_point.h"),
        in_place=() if wide else (0,),
    )


def pad(graph: Graph, op: g.Pad, emission: Emission) -> Step:
    """Put a tensor into a larger one filled with the zero point."""
    source, target = graph.tensors[op.input], graph.tensors[op.output]
    if target.dtype != np.int8 or len(target.shape) > _MAX_RANK:
        return emit_moves.pad(graph, op, emission)
    out_shape = _four_axes(op, target.shape)
    before = (0,) * (_MAX_RANK - len(op.amounts)) + tuple(pair[0] for pair in op.amounts)
    steps = tuple(math.prod(out_shape[axis + 1 :]) for axis in range(_MAX_RANK))
    name = f"op{op.index}"
    layer = struct(
        "tinyml_padding",
        f"{name}_layer",
        {
            "shape": _list(_four_axes(op, source.shape)),
            "out_step": _list(steps),
            "before": sum(n * step for n, step in zip(before[-_MAX_RANK:], steps, strict=True)),
            "out_count": target.size,
            "value": target.zero_point,
        },
    )
    return Step(
        op,
        (f"tinyml_pad(&{name}_layer, {{in0}}, {{out0}});",),
        (layer,),
        files=("tinyml_layout.c",),
    )


_CAST_TYPES = {
    np.dtype(np.bool_): "TINYML_INT8",
    np.dtype(np.int8): "TINYML_INT8",
    np.dtype(np.int16): "TINYML_INT16",
    np.dtype(np.int32): "TINYML_INT32",
    np.dtype(np.float32): "TINYML_FLOAT32",
}


def cast(graph: Graph, op: m.Cast, emission: Emission) -> Step:
    """Write every number in another type."""
    source, target = graph.tensors[op.input], graph.tensors[op.output]
    types = f"{_CAST_TYPES[source.dtype]}, {_CAST_TYPES[target.dtype]}"
    return Step(
        op,
        (f"tinyml_cast({source.size}, {types}, {{in0}}, {{out0}});",),
        files=("tinyml_cast.c",),
        headers=("tinyml_cast.h",),
    )


def copy_constant(graph: Graph, op: g.AliasOp, emission: Emission) -> Step:
    """Bring a constant into the arena; only activations change their shape for nothing."""
    count = graph.tensors[op.input].nbytes
    call = f"tinyml_place(1, {count}, {count}, {{in0}}, {{out0}});"
    return Step(op, (call,), files=("tinyml_layout.c",))
