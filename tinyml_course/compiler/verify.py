"""Check a memory plan by playing it: the last writer of every byte is known.

Shares no code with the planner. Every tensor leaves its mark on its bytes when it is written; an
operator that reads a tensor must find that mark on all of them. A plan that overlaps two living
tensors, forgets an output or runs out of its arena cannot pass.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tinyml_course.compiler.graph import ABSENT, AliasOp, Graph, Op
from tinyml_course.compiler.memory import MemoryPlan


def verify_plan(
    graph: Graph,
    plan: MemoryPlan,
    scratch: Mapping[int, int] | None = None,
    alignment: int = 4,
) -> None:
    """Raise AssertionError, naming operator and tensor, if `plan` would spoil a value.

    Parameters
    ----------
    graph : Graph
    plan : MemoryPlan
    scratch : mapping of op index to bytes, optional
        What the plan was asked to set aside.
    alignment : int
        What every offset must be a multiple of, in bytes.
    """
    marks = np.full(plan.arena_bytes, -1)
    value = {tensor.index: tensor.index for tensor in graph.tensors}

    def span(start: int, nbytes: int, what: str) -> slice:
        assert start % alignment == 0, f"{what} at {start} is not aligned to {alignment}"
        assert 0 <= start <= start + nbytes <= plan.arena_bytes, f"{what} leaves the arena"
        return slice(start, start + nbytes)

    def bytes_of(index: int) -> slice:
        return span(plan.offsets[index], graph.tensors[index].nbytes, f"tensor {index}")

    def expect(index: int, when: str) -> None:
        intact = (marks[bytes_of(index)] == value[index]).all()
        assert intact, f"tensor {index} is overwritten before {when}"

    for index in (*graph.inputs, *graph.variables):
        marks[bytes_of(index)] = value[index]
    for op in graph.ops:
        read = [i for i in op.inputs if i != ABSENT and not graph.tensors[i].is_constant]
        for index in read:
            expect(index, f"{op} reads it")
        if isinstance(op, AliasOp) and read:
            value[op.output] = value[op.input]
            expect(op.output, f"{op} passes it on under another shape")
            continue
        busy = [bytes_of(index) for index in read] + [bytes_of(index) for index in op.outputs]
        _check_overlaps(op, [bytes_of(index) for index in op.outputs], read, busy, plan)
        if nbytes := (scratch or {}).get(op.index):
            own = span(plan.scratch_offsets[op.index], nbytes, f"scratch of {op}")
            assert not any(_meet(own, other) for other in busy), f"scratch of {op} meets a tensor"
            marks[own] = -1
        for index in op.outputs:
            marks[bytes_of(index)] = value[index]
    for index in (*graph.outputs, *graph.variables):
        if not graph.tensors[index].is_constant:
            expect(index, "the end")


def _meet(a: slice, b: slice) -> bool:
    return bool(a.start < b.stop and b.start < a.stop)


def _check_overlaps(
    op: Op, written: list[slice], read: list[int], busy: list[slice], plan: MemoryPlan
) -> None:
    """Check that outputs lie apart from operands, but for the one they are declared to replace."""
    allowed = op.inputs[plan.in_place[op.index]] if op.index in plan.in_place else None
    for output in written:
        for index, other in zip(read, busy, strict=False):
            declared = index == allowed and output.start == other.start
            assert declared or not _meet(output, other), f"{op} writes over its operand {index}"
    for i, output in enumerate(written):
        for other in written[i + 1 :]:
            assert not _meet(output, other), f"{op} writes two outputs to the same bytes"
