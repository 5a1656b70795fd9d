"""QUANTIZE between integers, where a table of bytes will not do."""

from __future__ import annotations

import numpy as np

from tinyml_course.compiler import graph as g
from tinyml_course.compiler.emitting.printing import struct
from tinyml_course.compiler.graph import Graph
from tinyml_course.compiler.numerics.quantization import rescale_multiplier
from tinyml_course.compiler.steps import Step
from tinyml_course.errors import UnsupportedModelError

_MAX_LEFT_SHIFT = 30


def requantize(graph: Graph, op: g.Quantize) -> Step:
    """Bring integers to another type and scale, element by element."""
    source, target = graph.tensors[op.input], graph.tensors[op.output]
    factor, limits = rescale_multiplier(graph, op), np.iinfo(target.dtype)
    if factor.shift[0] > _MAX_LEFT_SHIFT:
        raise UnsupportedModelError(
            f"{op} multiplies by 2^{_MAX_LEFT_SHIFT} or more. "
            "Calibrate the quantization on data like that of the task."
        )
    name = f"op{op.index}_layer"
    layer = struct(
        "tinyml_requantization",
        name,
        {
            "multiplier": int(factor.value[0]),
            "shift": -int(factor.shift[0]),
            "in_bytes": source.dtype.itemsize,
            "out_bytes": target.dtype.itemsize,
            "in_signed": int(source.dtype != np.uint8),
            "in_zero_point": source.zero_point,
            "out_zero_point": target.zero_point,
            "minimum": "INT32_MIN" if limits.bits == 32 else int(limits.min),
            "maximum": int(limits.max),
        },
    )
    return Step(
        op,
        (f"tinyml_requantize_integers(&{name}, {source.size}, {{in0}}, {{out0}});",),
        (layer,),
        files=("tinyml_requantize.c",),
        in_place=(0,) if target.nbytes <= source.nbytes else (),
        headers=("tinyml_requantize.h",),
    )
