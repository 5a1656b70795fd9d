"""Operators that combine two tensors element by element, as C: one line function for each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tinyml_course.compiler import arithmetic as a
from tinyml_course.compiler import graph as g
from tinyml_course.compiler.emitting.printing import struct
from tinyml_course.compiler.emitting.strides import Walk, blank, braces, walk
from tinyml_course.compiler.emitting.weights import rounding
from tinyml_course.compiler.graph import Graph, Op
from tinyml_course.compiler.numerics.quantization import (
    Multiplier,
    activation_range,
    add_multipliers,
    product_multiplier,
    quotient_multiplier,
    rescale_multiplier,
    squared_difference_multipliers,
)
from tinyml_course.compiler.steps import Emission, RowAccess, Step

_AXES = 6
_FILES = ("tinyml_combine.c", "tinyml_arithmetic.h", "tinyml_output_stage.h")
_HEADERS = ("tinyml_combine.h",)
_Factors = dict[str, Multiplier]


def _sum_factors(graph: Graph, op: g.BinaryOp) -> _Factors:
    factors = add_multipliers(graph, op)
    return {"a_": factors.first, "b_": factors.second, "": factors.output}


def _square_factors(graph: Graph, op: g.BinaryOp) -> _Factors:
    factors = squared_difference_multipliers(graph, op)
    return {"a_": factors.first, "b_": factors.second, "": factors.output}


def _product_factors(graph: Graph, op: g.BinaryOp) -> _Factors:
    return {"": product_multiplier(graph, op)}


def _slope_factors(graph: Graph, op: g.BinaryOp) -> _Factors:
    return {"a_": rescale_multiplier(graph, op), "": product_multiplier(graph, op)}


def _no_factors(graph: Graph, op: g.BinaryOp) -> _Factors:
    return {}


def _quotient_factors(graph: Graph, op: g.BinaryOp) -> _Factors:
    return {"": quotient_multiplier(graph, op)}


def _combine(
    line: str,
    find_factors: Callable[[Graph, g.BinaryOp], _Factors],
    files: tuple[str, ...] = (),
) -> Callable[[Graph, Any, Emission], Step]:
    """Return the emitter of an operator that `line` computes with these factors."""

    def emit(graph: Graph, op: g.BinaryOp, emission: Emission) -> Step:
        target = graph.tensors[op.output]
        operands = [graph.tensors[index] for index in op.inputs]
        height = _image_height(graph, op)
        loops = _row(target.size // height) if height else element_loops(graph, op)
        minimum, maximum = activation_range(op.activation, target)
        fields: dict[str, Any] = {
            "shape": braces(loops.shape),
            "a_step": braces(loops.steps[0]),
            "b_step": braces(loops.steps[1]),
        }
        factors = find_factors(graph, op)
        for prefix, factor in factors.items():
            fields[f"{prefix}multiplier"] = int(factor.value[0])
            fields[f"{prefix}shift"] = -int(factor.shift[0])
        fields |= {
            "a_zero_point": operands[0].zero_point,
            "b_zero_point": operands[1].zero_point,
            "zero_point": target.zero_point,
            "minimum": minimum,
            "maximum": maximum,
            "rounding": _rounding(factors, (minimum, maximum), target.zero_point),
        }
        name = f"op{op.index}_layer"
        call = f"tinyml_combine(&{name}, {line}, {{in0}}, {{in1}}, {{out0}});"
        if height:
            images = "{in0_rows}, {in1_rows}, {out0_rows}"
            call = f"tinyml_combine_rows(&{name}, {line}, {images}, {{first}}, {{count}});"
        return Step(
            op,
            (call,),
            (struct("tinyml_combination", name, fields),),
            files=(*_FILES, *files),
            headers=_HEADERS,
            in_place=tuple(i for i in (0, 1) if operands[i].size == target.size),
            rows=RowAccess(height) if height else None,
        )

    return emit


def _rounding(factors: _Factors, limits: tuple[int, int], zero_point: int) -> str:
    """Return what fast kernels may rely on when they bring results to the output's grid."""
    if not all(factor.value[0] for factor in factors.values()) or "" not in factors:
        return "TINYML_GENERAL"
    shift = -int(factors[""].shift[0])
    return rounding(shift, shift, limits, zero_point)


def _image_height(graph: Graph, op: g.BinaryOp) -> int:
    """Return the rows of the images that are combined, or 0 if they are not of one shape."""
    target = graph.tensors[op.output]
    operands = [graph.tensors[index] for index in op.inputs]
    image = len(target.shape) == 4 and target.shape[0] == 1
    alike = all(t.shape == target.shape and not t.is_constant for t in operands)
    return target.shape[1] if image and alike else 0


def _row(length: int) -> Walk:
    """Return the loop over the elements of one row."""
    front = (1,) * (_AXES - 1)
    steps = (0,) * (_AXES - 1) + (1,)
    return Walk((*front, length), (steps, steps))


def element_loops(graph: Graph, op: Op) -> Walk:
    """Return the loops over all operands, repeated to the shape of the output."""
    target = graph.tensors[op.output]
    views = [np.broadcast_to(blank(graph.tensors[index]), target.shape) for index in op.inputs]
    return walk(*views).on_axes(op, _AXES)


EMITTERS: dict[type[Op], Callable[[Graph, Any, Emission], Step]] = {
    a.Sub: _combine("tinyml_subtract", _sum_factors),
    a.Mul: _combine("tinyml_multiply_values", _product_factors),
    a.Div: _combine(
        "tinyml_divide", _quotient_factors, ("tinyml_divide.c", "tinyml_fixed_point.h")
    ),
    a.SquaredDifference: _combine("tinyml_square_difference", _square_factors),
    a.Maximum: _combine("tinyml_maximum", _no_factors),
    a.Minimum: _combine("tinyml_minimum", _no_factors),
    a.Prelu: _combine("tinyml_slope", _slope_factors),
}
"""The C of each operator that combines two tensors."""
