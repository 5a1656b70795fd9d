"""Operators that all depend on one 8-bit value become one table of its 256 results.

Swish is a LOGISTIC and a MUL of x and its logistic; softplus is EXP, ADD and LOG; SELU compares,
computes both branches and selects; ELU stays float32 between a DEQUANTIZE and a QUANTIZE. However
many operators lie between, and of whatever type: if each takes single values, and all of them come
from one int8 (or uint8) tensor and from constants that are one number, then 256 results say it all.
They are computed here with the operators' own arithmetic, so that the table has the same bits.

Two passes use it. The reader folds what lies between int8 tensors in float32 or bool
(`fold_islands`): most of it has no kernel. Simplifying folds the int8 operators as well
(`fold_curves`), except where a value between them is needed elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinyml_course.compiler import arithmetic as a
from tinyml_course.compiler.graph import ABSENT, Graph, Op, Tensor
from tinyml_course.compiler.numerics.reals import REALS
from tinyml_course.compiler.numerics.tables import every_value
from tinyml_course.compiler.oracle import pointwise
from tinyml_course.compiler.oracle.choices import CHOICES
from tinyml_course.compiler.reading.rules import check_op
from tinyml_course.errors import TinyMLError

Array = NDArray[Any]
_BYTES = (np.int8, np.uint8)


@dataclass(frozen=True, eq=False)
class Curve:
    """A tensor as a function of one other tensor's values.

    Attributes
    ----------
    source : int
        The other tensor, of 8 bits.
    results : ndarray, (256,)
        In the tensor's own type, from the source's least value up.
    ops : frozenset of int
        The `Op.index` of all operators in between.
    """

    source: int
    results: Array
    ops: frozenset[int]


def fold_islands(graph: Graph) -> Graph:
    """Return an equal graph in which float32 and bool between two int8 tensors are tables.

    What the graph holds need not have been checked.
    """
    return _folded(graph, {tensor.index for tensor in graph.tensors if tensor.dtype in _BYTES})


def fold_curves(graph: Graph) -> tuple[Graph, str | None]:
    """Return an equal graph in which operators on one tensor are tables, and a sentence on it."""
    folded = _folded(graph, _needed_elsewhere(graph))
    if folded is graph:
        return graph, None
    left = {op.index: op for op in folded.ops}
    gone = [op for op in graph.ops if left.get(op.index) is not op]
    kinds = ", ".join(dict.fromkeys(op.kind for op in gone))
    tables = sum(op.index in left for op in gone)
    return folded, f"{len(gone)} operators on single values are {tables} tables now ({kinds})"


def _needed_elsewhere(graph: Graph) -> set[int]:
    """Return the 8-bit tensors that something reads which no table can hold."""
    needed: set[int] = set()
    while True:
        curves = _curves(graph, needed)
        read = {i for op in graph.ops if op.output not in curves for i in op.inputs}
        found = {
            index
            for index in curves
            if graph.tensors[index].dtype in _BYTES and (index in read or index in graph.outputs)
        }
        if found <= needed:
            return needed
        needed |= found


def _folded(graph: Graph, ends: Collection[int]) -> Graph:
    """Return a graph whose curves from one of the tensors `ends` to the next are tables."""
    curves = {i: curve for i, curve in _curves(graph, ends).items() if len(curve.ops) > 1}
    ops: list[Op] = []
    inside = set().union(*(curve.ops for curve in curves.values()))
    needed = {*graph.outputs}
    for op in reversed(graph.ops):
        table = op.output in ends and curves.get(op.output) if op.outputs else None
        if op.index in inside and not needed & {*op.outputs}:
            continue
        ops.append(_table(op, table) if table else op)
        needed |= {*ops[-1].inputs}
    same = len(ops) == len(graph.ops) and not any(isinstance(op, a.Table) for op in ops)
    return graph if same else replace(graph, ops=tuple(reversed(ops)))


def _table(op: Op, curve: Curve) -> Op:
    entries = tuple(int(entry) for entry in curve.results)
    return a.Table(op.index, (curve.source,), op.outputs, entries)


def _curves(graph: Graph, ends: Collection[int]) -> dict[int, Curve]:
    """Return every tensor that depends on one other alone, which is among `ends` or no curve."""
    curves: dict[int, Curve] = {}
    for op in graph.ops:
        if curve := _curve(graph, op, curves, ends):
            curves[op.output] = curve
    return curves


def _curve(
    graph: Graph, op: Op, curves: Mapping[int, Curve], ends: Collection[int]
) -> Curve | None:
    """Return what an operator writes as a curve, or None."""
    compute = _computes(graph, op)
    if compute is None:
        return None
    operands: list[Array] = []
    sources, inside = set(), {op.index}
    for tensor in graph.values_of(op):
        number = _one_number(tensor)
        if number is not None:
            operands.append(number)
            continue
        curve = None if tensor.index in ends else curves.get(tensor.index)
        if curve is None and (tensor.dtype not in _BYTES or tensor.is_constant):
            return None
        if tensor.is_variable or tensor.shape != graph.tensors[op.output].shape:
            return None
        curve = curve or Curve(tensor.index, _everything(tensor), frozenset())
        sources.add(curve.source)
        inside |= curve.ops
        operands.append(curve.results)
    if len(sources) != 1:
        return None
    with np.errstate(all="ignore"):
        results = compute(operands).ravel().astype(graph.tensors[op.output].dtype)
    return Curve(sources.pop(), results, frozenset(inside))


def _computes(graph: Graph, op: Op) -> Callable[[list[Array]], Array] | None:
    """Return what makes an operator's results of its operands' values, or None."""
    if len(op.outputs) != 1 or type(op) not in REALS.keys() | _INTEGERS.keys():
        return None
    if ABSENT in op.inputs[op.values] or graph.tensors[op.output].is_constant:
        return None
    touched = [tensor.dtype for tensor in (*graph.values_of(op), graph.tensors[op.output])]
    if type(op) in REALS and all(dtype in (np.float32, np.bool_) for dtype in touched):
        return lambda operands: REALS[type(op)](op, *operands)
    if type(op) not in _INTEGERS:
        return None
    try:
        check_op(graph, op)  # its arithmetic trusts the rules
    except TinyMLError:
        return None  # the reader will say why
    return lambda operands: _INTEGERS[type(op)](graph, op, *operands)


def _one_number(tensor: Tensor) -> Array | None:
    """Return the number all elements of a constant are, (1,), or None."""
    if tensor.data is None or not tensor.size:
        return None
    first = tensor.data.ravel()[:1]
    return first if (tensor.data == first).all() else None


def _everything(tensor: Tensor) -> Array:
    return every_value(tensor).astype(tensor.dtype)


_INTEGERS: dict[type[Op], Callable[..., Array]] = {**pointwise.ON_SINGLE_VALUES, **CHOICES}
"""The operators on single values that have integer arithmetic."""
