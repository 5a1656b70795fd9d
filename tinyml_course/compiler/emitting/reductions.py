"""Operators that make one value of many, as C: sums, means, extremes and where they are."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from tinyml_course.compiler import arithmetic as a
from tinyml_course.compiler import graph as g
from tinyml_course.compiler.emitting.printing import struct
from tinyml_course.compiler.emitting.strides import blank, braces, walk
from tinyml_course.compiler.graph import Graph, Op
from tinyml_course.compiler.numerics.quantization import mean_multiplier, rescale_multiplier
from tinyml_course.compiler.steps import Emission, Step

_AXES = 3
_FILES = ("tinyml_reduce.c", "tinyml_arithmetic.h")
_HEADERS = ("tinyml_reduce.h",)


def _reduction(
    function: str, graph: Graph, op: g.Mean | a.Reduction, extra: dict[str, int] | None = None
) -> Step:
    """Return the step that reduces along the operator's axes."""
    whole = blank(graph.tensors[op.input])
    here = [slice(None) if axis in op.axes else 0 for axis in range(whole.ndim)]
    there = [0 if axis in op.axes else slice(None) for axis in range(whole.ndim)]
    reduced = walk(whole[tuple(here)]).on_axes(op, _AXES)
    kept = walk(whole[tuple(there)]).on_axes(op, _AXES)
    name = f"op{op.index}_layer"
    fields: dict[str, Any] = {
        "kept": braces(kept.shape),
        "reduced": braces(reduced.shape),
        "kept_step": braces(kept.steps[0]),
        "reduced_step": braces(reduced.steps[0]),
        **(extra or {}),
    }
    return Step(
        op,
        (f"{function}(&{name}, {{in0}}, {{out0}});",),
        (struct("tinyml_reduction", name, fields),),
        files=_FILES,
        headers=_HEADERS,
    )


def total(graph: Graph, op: g.Mean | a.Sum, emission: Emission) -> Step:
    """Sum what is above the zero point, then go to the output's scale; a mean's has 1 / n in it."""
    source, target = graph.tensors[op.input], graph.tensors[op.output]
    factor = rescale_multiplier(graph, op)
    if isinstance(op, g.Mean):
        factor = mean_multiplier(graph, op)
    extra = {
        "offset": -source.zero_point * (source.size // target.size),
        "multiplier": int(factor.value[0]),
        "shift": -int(factor.shift[0]),
        "zero_point": target.zero_point,
    }
    return _reduction("tinyml_reduce_sum", graph, op, extra)


def _extreme(function: str) -> Callable[[Graph, Any, Emission], Step]:
    def emit(graph: Graph, op: a.Reduction, emission: Emission) -> Step:
        return _reduction(function, graph, op)

    return emit


def _index(function: str) -> Callable[[Graph, Any, Emission], Step]:
    """Return the emitter of an operator that finds an index along one axis."""

    def emit(graph: Graph, op: a.ArgMax | a.ArgMin, emission: Emission) -> Step:
        shape = graph.tensors[op.input].shape
        name = f"op{op.index}_layer"
        fields = {
            "outer": math.prod(shape[: op.axis]),
            "count": shape[op.axis],
            "inner": math.prod(shape[op.axis + 1 :]),
        }
        return Step(
            op,
            (f"{function}(&{name}, {{in0}}, {{out0}});",),
            (struct("tinyml_search", name, fields),),
            files=_FILES,
            headers=_HEADERS,
        )

    return emit


EMITTERS: dict[type[Op], Callable[[Graph, Any, Emission], Step]] = {
    a.Sum: total,
    a.ReduceMax: _extreme("tinyml_reduce_maximum"),
    a.ReduceMin: _extreme("tinyml_reduce_minimum"),
    a.ArgMax: _index("tinyml_find_maximum"),
    a.ArgMin: _index("tinyml_find_minimum"),
}
"""The C of each operator that reduces."""
