"""Rules of the operators that compare, choose and divide, and of those that stay float32.

Each is as in `rules`: what breaks it, or None; its docstring is the sentence the user reads.
"""

from __future__ import annotations

import numpy as np

from tinyml_course.compiler.graph import Graph, Op


def real_curve(graph: Graph, op: Op) -> str | None:
    """Compute it of one int8 tensor and single numbers, and quantize it: so it becomes a table."""
    return f"computes {graph.tensors[op.output]}, which is no table"


def compared_int8(graph: Graph, op: Op) -> str | None:
    """Compare int8 with int8, each of a scale below 2^14; the result is bool."""
    for tensor in graph.values_of(op):
        if tensor.dtype != np.int8 or tensor.quant is None or tensor.quant.per_channel:
            return f"compares {tensor}"
        if tensor.scale >= 1 << 14:
            return f"compares {tensor} of scale {tensor.scale:g}"
    written = graph.tensors[op.output]
    return None if written.dtype == np.bool_ else f"writes {written}"


def only_bool(graph: Graph, op: Op) -> str | None:
    """Combine bool with bool."""
    for tensor in (*graph.values_of(op), *graph.written_by(op)):
        if tensor.dtype != np.bool_:
            return f"uses {tensor}"
    return None


def chosen_types(graph: Graph, op: Op) -> str | None:
    """Choose by bool between two int8 tensors, whose scale and zero point are the output's."""
    condition, *choices = graph.values_of(op)
    written = graph.tensors[op.output]
    if condition.dtype != np.bool_:
        return f"chooses by {condition}"
    for tensor in (written, *choices):
        if tensor.dtype != np.int8 or tensor.quant is None or tensor.quant.per_channel:
            return f"uses {tensor}"
        if (tensor.scale, tensor.zero_point) != (written.scale, written.zero_point):
            return f"reads {tensor} of scale {tensor.scale:g} and writes {written.scale:g}"
    return None


def one_shape(graph: Graph, op: Op) -> str | None:
    """Give all tensors of a SELECT one shape; SELECT_V2 repeats smaller ones."""
    shapes = {tensor.shape for tensor in graph.values_of(op)}
    return f"reads shapes {', '.join(map(str, sorted(shapes)))}" if len(shapes) > 1 else None


def tame_quotient(graph: Graph, op: Op) -> str | None:
    """Give a quotient a scale above 2^-20 of what its operands' scales make, as any model does."""
    first, second = graph.values_of(op)
    ratio = float(first.scale) / float(second.scale) / float(graph.tensors[op.output].scale)
    return f"multiplies by {ratio:g}" if ratio >= 1 << 20 else None
