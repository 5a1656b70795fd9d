"""Check a memory plan by playing it: the last writer of every byte is known.

Shares no code with the planner. Every row of every tensor leaves its mark on its bytes when it is
written; an operator that reads a row must find that mark on all of them. A plan that overlaps two
living values, makes a ring too small, computes rows out of order, forgets an output or runs out of
its arena cannot pass.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from tinyml_course.compiler import graph as g
from tinyml_course.compiler.graph import ABSENT, AliasOp, Graph, Op
from tinyml_course.compiler.planning.memory import MemoryPlan
from tinyml_course.compiler.planning.turns import Turn
from tinyml_course.compiler.variables import AssignVariable

_BYTES = 1 << 40
"""A mark is the tensor's index times this, plus the byte's place in it."""
Scratch = Mapping[int, int] | Callable[[Op, Turn], int]


def verify_plan(
    graph: Graph, plan: MemoryPlan, scratch: Scratch | None = None, alignment: int = 4
) -> None:
    """Raise AssertionError, naming operator and tensor, if `plan` would spoil a value.

    Parameters
    ----------
    graph : Graph
    plan : MemoryPlan
    scratch : mapping of op index to bytes, or callable, optional
        What the plan was asked to set aside.
    alignment : int
        What every offset must be a multiple of, in bytes.
    """
    player = _Player(graph, plan, alignment)
    for index in (*graph.given, *graph.variables):
        player.write(index, range(player.height(index)))
    done = [0] * len(graph.ops)
    for turn in plan.schedule.turns:
        op = graph.ops[turn.place]
        nbytes = scratch(op, turn) if callable(scratch) else (scratch or {}).get(op.index, 0)
        player.play(op, turn, nbytes)
        if not turn.whole:
            assert turn.first == done[turn.place], f"{op} computes its rows out of order"
            done[turn.place] += turn.count
    for place, op in enumerate(graph.ops):
        taken = [turn for turn in plan.schedule.turns if turn.place == place]
        assert taken, f"{op} never runs"
        complete = taken[0].whole or done[place] == _rows_to_compute(graph, op)
        assert complete, f"{op} does not compute all its rows"
    for index in (*graph.outputs, *graph.variables):
        if not graph.tensors[index].is_constant:
            player.expect(index, range(player.height(index)), "the end")


class _Player:
    """The arena, byte by byte, while the schedule runs."""

    def __init__(self, graph: Graph, plan: MemoryPlan, alignment: int) -> None:
        self._graph, self._plan, self._alignment = graph, plan, alignment
        self._marks = np.full(plan.arena_bytes, -1, np.int64)
        self._value = {tensor.index: tensor.index for tensor in graph.tensors}

    def height(self, index: int) -> int:
        """Return the rows of an image; anything else is one row."""
        shape = self._graph.tensors[index].shape
        return shape[1] if len(shape) == 4 and shape[0] == 1 else 1

    def write(self, index: int, rows: range) -> None:
        """Mark some rows as written."""
        for row in rows:
            self._marks[self._row(index, row)] = self._mark(index, row)

    def expect(self, index: int, rows: range, when: str) -> None:
        """Check that some rows are as they were written."""
        for row in rows:
            intact = (self._marks[self._row(index, row)] == self._mark(index, row)).all()
            assert intact, f"tensor {index} is overwritten before {when}"

    def play(self, op: Op, turn: Turn, scratch_bytes: int) -> None:
        """Run one turn: what is read must be there; what is written takes its place."""
        read = {
            index: self._rows_read(op, turn, index)
            for index in op.inputs
            if index != ABSENT and not self._graph.tensors[index].is_constant
        }
        for index, rows in read.items():
            self.expect(index, rows, f"{op} reads it")
        if isinstance(op, AssignVariable):
            self._assign(op, turn, read)
            return
        if isinstance(op, AliasOp) and read:
            self._value[op.output] = self._value[op.input]
            whole = self._bytes(op.output)
            same = self._plan.offsets[op.output] == self._plan.offsets[op.input]
            assert same, f"{op} passes on other bytes: {whole}"
            return
        written = {index: self._rows_written(op, turn, index) for index in op.outputs}
        spans = {index: [self._row(index, row) for row in rows] for index, rows in written.items()}
        self._check_overlaps(op, turn, read, spans)
        if scratch_bytes:
            start = self._plan.scratch_offsets[op.index]
            own = self._span(start, scratch_bytes, f"scratch of {op}")
            busy = [self._row(index, row) for index, rows in read.items() for row in rows]
            busy += [span for several in spans.values() for span in several]
            assert not any(_meet(own, other) for other in busy), f"scratch of {op} meets a tensor"
            if not _gathers(self._graph, op, turn):
                self._marks[own] = -1
            else:  # sums are kept from the first turn to the last
                mark = -2 - op.index
                kept = turn.first == 0 or (self._marks[own] == mark).all()
                assert kept, f"scratch of {op} is overwritten between its turns"
                self._marks[own] = mark
        for index, rows in written.items():
            self.write(index, rows)

    def _assign(self, op: Op, turn: Turn, read: dict[int, range]) -> None:
        """Let a state hold what its new value is; where that was computed in it, it is there."""
        self._value[op.output] = self._value[op.input]
        if self._plan.offsets.get(op.input) == self._plan.offsets[op.output]:
            return
        rows = self._rows_written(op, turn, op.output)
        self._check_overlaps(op, turn, read, {op.output: [self._row(op.output, r) for r in rows]})
        self.write(op.output, rows)

    def _check_overlaps(
        self, op: Op, turn: Turn, read: dict[int, range], spans: dict[int, list[slice]]
    ) -> None:
        """Check that outputs lie apart from operands, but for the one declared to be replaced."""
        in_place = turn.whole and op.index in self._plan.in_place
        allowed = op.inputs[self._plan.in_place[op.index]] if in_place else None
        for output, written in spans.items():
            for index, rows in read.items():
                start = self._plan.offsets[index] == self._plan.offsets[output]
                declared = index == allowed and start
                apart = not any(
                    _meet(mine, self._row(index, row)) for mine in written for row in rows
                )
                assert declared or apart, f"{op} writes over its operand {index}"
            for other, theirs in spans.items():
                apart = not any(_meet(mine, span) for mine in written for span in theirs)
                assert other == output or apart, f"{op} writes two outputs to the same bytes"

    def _rows_read(self, op: Op, turn: Turn, index: int) -> range:
        height = self.height(index)
        if turn.whole or _gathers(self._graph, op, turn):
            return range(height) if turn.whole else range(turn.first, turn.first + turn.count)
        window, stride, dilation, pad = _vertical(self._graph, op)
        first = turn.first * stride - pad
        stop = (turn.first + turn.count - 1) * stride - pad + (window - 1) * dilation + 1
        return range(max(first, 0), max(0, min(stop, height)))

    def _rows_written(self, op: Op, turn: Turn, index: int) -> range:
        if turn.whole:
            return range(self.height(index))
        if _gathers(self._graph, op, turn):
            finished = turn.first + turn.count == _rows_to_compute(self._graph, op)
            return range(self.height(index) if finished else 0)
        return range(turn.first, turn.first + turn.count)

    def _bytes(self, index: int) -> slice:
        start = self._plan.offsets[index]
        return self._span(start, self._graph.tensors[index].nbytes, f"tensor {index}")

    def _row(self, index: int, row: int) -> slice:
        """Return the bytes of one row."""
        nbytes = self._graph.tensors[index].nbytes // self.height(index)
        capacity = self._plan.capacities.get(index, self.height(index))
        start = self._plan.offsets[index]
        self._span(start, capacity * nbytes, f"tensor {index}")
        return slice(start + row % capacity * nbytes, start + (row % capacity + 1) * nbytes)

    def _mark(self, index: int, row: int) -> NDArray[np.int64]:
        """Return the marks of a row's bytes: whose they are, and which."""
        nbytes = self._graph.tensors[index].nbytes // self.height(index)
        first = self._value[index] * _BYTES + row * nbytes
        return np.arange(first, first + nbytes)

    def _span(self, start: int, nbytes: int, what: str) -> slice:
        assert start % self._alignment == 0, (
            f"{what} at {start} is not aligned to {self._alignment}"
        )
        assert 0 <= start <= start + nbytes <= self._plan.arena_bytes, f"{what} leaves the arena"
        return slice(start, start + nbytes)


def _vertical(graph: Graph, op: Op) -> tuple[int, int, int, int]:
    """Return window, stride, dilation and padding of an operator from row to row."""
    if isinstance(op, g.Conv2D | g.DepthwiseConv2D):
        return graph.tensors[op.weights].shape[1], op.stride[0], op.dilation[0], op.padding.top
    if isinstance(op, g.Pool2D):
        return op.window[0], op.stride[0], 1, op.padding.top
    return 1, 1, 1, 0


def _gathers(graph: Graph, op: Op, turn: Turn) -> bool:
    """Whether an operator that takes turns makes one row of all it reads."""
    if not op.inputs:
        return False
    source, target = graph.tensors[op.input], graph.tensors[op.output]
    to_one_row = len(source.shape) == 4 and target.size == source.shape[3]
    pools = isinstance(op, g.Mean) or (
        isinstance(op, g.AveragePool2D) and op.window == source.shape[1:3] and not any(op.padding)
    )
    return not turn.whole and pools and to_one_row


def _rows_to_compute(graph: Graph, op: Op) -> int:
    gathers = _gathers(graph, op, Turn(0, whole=False))
    return graph.tensors[op.input if gathers else op.output].shape[1]


def _meet(a: slice, b: slice) -> bool:
    return bool(a.start < b.stop and b.start < a.stop)
