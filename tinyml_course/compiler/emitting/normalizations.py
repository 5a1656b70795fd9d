"""Normalizations of rows as C, other than softmax: LOG_SOFTMAX and L2_NORMALIZATION."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tinyml_course.compiler import arithmetic as a
from tinyml_course.compiler.emitting.printing import array, struct
from tinyml_course.compiler.graph import Graph, Op
from tinyml_course.compiler.numerics.tables import log_softmax_tables
from tinyml_course.compiler.steps import Emission, Step


def log_softmax(graph: Graph, op: a.LogSoftmax, emission: Emission) -> Step:
    """Subtract the logarithm of a row's sum of exponentials, which is taken at run time."""
    source = graph.tensors[op.input]
    tables = log_softmax_tables(graph, op)
    name = f"op{op.index}"
    by_distance = "(entries), by the distance below the largest"
    layer = struct(
        "tinyml_log_normalization",
        f"{name}_layer",
        {
            "exponentials": f"{name}_exponentials",
            "logarithms": f"{name}_logarithms",
            "rows": source.size // source.shape[-1],
            "columns": source.shape[-1],
            "entries": tables.exponentials.size,
            "multiplier": int(tables.to_distance.value[0]),
            "shift": -int(tables.to_distance.shift[0]),
        },
    )
    return Step(
        op,
        (f"tinyml_log_softmax(&{name}_layer, {{in0}}, {{out0}});",),
        (
            array(f"{name}_exponentials", tables.exponentials, f"{by_distance}, Q12.19"),
            array(f"{name}_logarithms", tables.logarithms, f"{by_distance}, Q5.26"),
            layer,
        ),
        tables.exponentials.nbytes + tables.logarithms.nbytes,
        ("tinyml_log_softmax.c", "tinyml_fixed_point.h", "tinyml_arithmetic.h"),
        in_place=(0,),
        headers=("tinyml_log_softmax.h",),
    )


def l2_normalization(graph: Graph, op: a.L2Normalization, emission: Emission) -> Step:
    """Divide by the root of a row's sum of squares, which is taken at run time."""
    source = graph.tensors[op.input]
    name = f"op{op.index}_layer"
    fields = {
        "rows": source.size // source.shape[-1],
        "columns": source.shape[-1],
        "in_zero_point": source.zero_point,
    }
    return Step(
        op,
        (f"tinyml_make_unit(&{name}, {{in0}}, {{out0}});",),
        (struct("tinyml_unit_length", name, fields),),
        files=("tinyml_unit.c", "tinyml_fixed_point.h", "tinyml_arithmetic.h"),
        in_place=(0,),
        headers=("tinyml_unit.h",),
    )


EMITTERS: dict[type[Op], Callable[[Graph, Any, Emission], Step]] = {
    a.LogSoftmax: log_softmax,
    a.L2Normalization: l2_normalization,
}
"""The C of each operator of this module."""
