"""Operators that compare and choose, as C."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tinyml_course.compiler import choices as c
from tinyml_course.compiler.emitting.combinations import element_loops
from tinyml_course.compiler.emitting.printing import array, struct
from tinyml_course.compiler.emitting.strides import braces
from tinyml_course.compiler.graph import Graph, Op
from tinyml_course.compiler.numerics.quantization import quantize_multiplier
from tinyml_course.compiler.steps import Emission, Step

_CHOOSE = ("tinyml_choose.c", "tinyml_arithmetic.h")
_COMBINE = ("tinyml_combine.c", "tinyml_arithmetic.h", "tinyml_output_stage.h")


def _compare(line: str, swapped: bool = False) -> Callable[[Graph, Any, Emission], Step]:
    """Return the emitter of a comparison by `line`, perhaps with its operands swapped."""
    letters = "ba" if swapped else "ab"

    def emit(graph: Graph, op: c.Comparison, emission: Emission) -> Step:
        fields: dict[str, Any] = {}
        for letter, index in zip(letters, op.inputs, strict=True):
            factor = quantize_multiplier(float(graph.tensors[index].scale))
            fields |= {
                f"{letter}_multiplier": int(factor.value[0]),
                f"{letter}_shift": -int(factor.shift[0]),
                f"{letter}_zero_point": graph.tensors[index].zero_point,
            }
        return _line(graph, op, line, letters, fields)

    return emit


def _logical(line: str) -> Callable[[Graph, Any, Emission], Step]:
    """Return the emitter of an operator on truths, of which the greater is true."""

    def emit(graph: Graph, op: c.LogicalAnd | c.LogicalOr, emission: Emission) -> Step:
        return _line(graph, op, line, "ab", {})

    return emit


def _line(graph: Graph, op: Op, line: str, letters: str, fields: dict[str, Any]) -> Step:
    """Run a line function over both operands, which are a and b in the order of `letters`."""
    loops = element_loops(graph, op)
    steps = {
        f"{letter}_step": braces(steps) for letter, steps in zip(letters, loops.steps, strict=True)
    }
    name = f"op{op.index}_layer"
    first, second = (letters.index(letter) for letter in "ab")
    size = graph.tensors[op.output].size
    return Step(
        op,
        (f"tinyml_combine(&{name}, {line}, {{in{first}}}, {{in{second}}}, {{out0}});",),
        (struct("tinyml_combination", name, {"shape": braces(loops.shape)} | steps | fields),),
        files=(*_CHOOSE, *_COMBINE),
        headers=("tinyml_choose.h", "tinyml_combine.h"),
        in_place=tuple(i for i in (0, 1) if graph.tensors[op.inputs[i]].size == size),
    )


def _logical_not(graph: Graph, op: c.LogicalNot, emission: Emission) -> Step:
    """Look up what is not."""
    name, size = f"op{op.index}_table", graph.tensors[op.output].size
    table = np.arange(256) == 0
    return Step(
        op,
        (f"tinyml_look_up({name}, {size}, {{in0}}, {{out0}});",),
        (array(name, table.view(np.uint8), "(256) whether the byte is 0"),),
        table.nbytes,
        ("tinyml_elementwise.c", "tinyml_row_runs.h"),
        in_place=(0,),
    )


def _select(graph: Graph, op: c.SelectV2, emission: Emission) -> Step:
    """Take each element of one tensor or of the other."""
    loops = element_loops(graph, op)
    names = ("condition_step", "yes_step", "no_step")
    fields = {"shape": braces(loops.shape)}
    fields |= {name: braces(steps) for name, steps in zip(names, loops.steps, strict=True)}
    name, size = f"op{op.index}_layer", graph.tensors[op.output].size
    return Step(
        op,
        (f"tinyml_choose(&{name}, {{in0}}, {{in1}}, {{in2}}, {{out0}});",),
        (struct("tinyml_choice", name, fields),),
        files=(*_CHOOSE, "tinyml_combine.h"),
        headers=("tinyml_choose.h",),
        in_place=tuple(i for i in range(3) if graph.tensors[op.inputs[i]].size == size),
    )


EMITTERS: dict[type[Op], Callable[[Graph, Any, Emission], Step]] = {
    c.Equal: _compare("tinyml_is_equal"),
    c.NotEqual: _compare("tinyml_is_different"),
    c.Greater: _compare("tinyml_is_above"),
    c.GreaterEqual: _compare("tinyml_is_at_least"),
    c.Less: _compare("tinyml_is_above", swapped=True),
    c.LessEqual: _compare("tinyml_is_at_least", swapped=True),
    c.LogicalAnd: _logical("tinyml_minimum"),
    c.LogicalOr: _logical("tinyml_maximum"),
    c.LogicalNot: _logical_not,
    c.SelectV2: _select,
    c.Select: _select,
}
"""The C of each operator that compares or chooses."""
