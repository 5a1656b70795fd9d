"""BATCH_MATMUL as C: both matrices come as activations, transposed by their steps alone."""

from __future__ import annotations

from typing import Any

import numpy as np

from tinyml_course.compiler import arithmetic as a
from tinyml_course.compiler.emitting.printing import struct
from tinyml_course.compiler.emitting.strides import blank, braces, walk
from tinyml_course.compiler.graph import Graph
from tinyml_course.compiler.numerics.quantization import matrix_multiplier
from tinyml_course.compiler.steps import Emission, Step

_BATCH_AXES = 3


def batch_matmul(graph: Graph, op: a.BatchMatmul, emission: Emission) -> Step:
    """Multiply (..., rows, depth) by (..., depth, columns)."""
    first, second = (graph.tensors[index] for index in op.inputs)
    target = graph.tensors[op.output]
    left, right = blank(first), blank(second)
    if op.transposed[0]:
        left = left.swapaxes(-1, -2)
    if op.transposed[1]:
        right = right.swapaxes(-1, -2)
    batch = target.shape[:-2]
    loops = walk(*(np.broadcast_to(view[..., 0, 0], batch) for view in (left, right)))
    loops = loops.on_axes(op, _BATCH_AXES)
    factor = matrix_multiplier(graph, op)
    name = f"op{op.index}_layer"
    fields: dict[str, Any] = {
        "batch": braces(loops.shape),
        "a_step": braces(loops.steps[0]),
        "b_step": braces(loops.steps[1]),
        "rows": left.shape[-2],
        "depth": left.shape[-1],
        "columns": right.shape[-1],
        "a_row": left.strides[-2],
        "a_depth": left.strides[-1],
        "b_depth": right.strides[-2],
        "b_column": right.strides[-1],
        "multiplier": int(factor.value[0]),
        "shift": -int(factor.shift[0]),
        "a_zero_point": first.zero_point,
        "b_zero_point": second.zero_point,
        "zero_point": target.zero_point,
    }
    return Step(
        op,
        (f"tinyml_multiply_matrices(&{name}, {{in0}}, {{in1}}, {{out0}});",),
        (struct("tinyml_product", name, fields),),
        files=("tinyml_product.c", "tinyml_arithmetic.h"),
        headers=("tinyml_product.h",),
        macs=target.size * left.shape[-1],
    )
