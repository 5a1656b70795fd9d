"""Plan where every tensor of a network lies in one arena of bytes.

A tensor lives from the turn that writes it to the last turn that reads it; inputs live from before
the first turn, outputs to after the last, states all the time. Tensors that only change shape
share their bytes, a kernel may write its result over an operand that dies, and scratch lives for
one turn. Between operators that take turns, an image is a ring of the rows still needed. Whatever
lives at the same time lies apart. `verify.verify_plan` checks a plan without any of this code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tinyml_course.compiler import graph as g
from tinyml_course.compiler.graph import ABSENT, Graph, Op
from tinyml_course.compiler.planning.allocate import REORDERINGS, Block, allocate, live_bytes
from tinyml_course.compiler.planning.memory_picture import Bar, Spans, picture
from tinyml_course.compiler.planning.memory_text import plan_text
from tinyml_course.compiler.planning.storage import Storage, storages
from tinyml_course.compiler.planning.turns import Schedule, Turn, one_by_one

InPlace = Callable[[Graph, Op], Sequence[int]]
"""Tells which operands, by position, a kernel can write its output over as it reads them."""


@dataclass(frozen=True)
class MemoryPlan:
    """Where every activation and every scratch buffer of a network lies.

    Turns are numbered from 0 in the order of the schedule, in which an operator has one turn or,
    in a chain, several; a lifetime is (first, last), both included, -1 being before the first.

    Attributes
    ----------
    arena_bytes : int
    offsets : dict of tensor index to byte offset
    capacities : dict of tensor index to rows
        The images of which fewer rows are in memory than they have.
    lifetimes : dict of tensor index to (first, last)
        Tensors that share their bytes by a change of shape have one lifetime.
    scratch_offsets : dict of op index to byte offset
    in_place : dict of op index to operand position
        Operators whose output starts where that operand did.
    live : tuple of int
        Bytes alive before the first turn, at each turn, and after the last.
    peak_op : str
        The operator at which most bytes are alive.
    schedule : Schedule
    """

    arena_bytes: int
    offsets: dict[int, int]
    capacities: dict[int, int]
    lifetimes: dict[int, tuple[int, int]]
    scratch_offsets: dict[int, int]
    in_place: dict[int, int]
    live: tuple[int, ...]
    peak_op: str
    bars: tuple[Bar, ...]
    steps: tuple[str, ...]
    schedule: Schedule

    def __repr__(self) -> str:
        """Sum the plan up in a line: its blocks and turns are for `print`."""
        return f"<MemoryPlan: {self.arena_bytes:,} bytes, {len(self.bars)} blocks>"

    def __str__(self) -> str:
        """Draw the plan in characters."""
        return plan_text(self.bars, len(self.steps))

    def _repr_html_(self) -> str:
        return picture(self.bars, self.steps, self.arena_bytes, self.peak_op)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Show the plan as text where a notebook can't show its picture."""
        printer.text(repr(self) if cycle else str(self))


def elementwise_in_place(graph: Graph, op: Op) -> Sequence[int]:
    """Let operators on single elements write over an operand of the output's size."""
    if not isinstance(op, g.UnaryOp | g.BinaryOp | g.Softmax):
        return ()
    size = graph.tensors[op.output].nbytes
    return [i for i, index in enumerate(op.inputs) if graph.tensors[index].nbytes == size]


def never_in_place(graph: Graph, op: Op) -> Sequence[int]:
    """Keep every output apart from its operands."""
    return ()


Scratch = Callable[[Op, Turn], int]
"""Tells the bytes a kernel needs beside its tensors in one turn."""


def plan_memory(
    graph: Graph,
    scratch: Mapping[int, int] | Scratch | None = None,
    in_place: InPlace = elementwise_in_place,
    alignment: int = 4,
    schedule: Schedule | None = None,
    *,
    reorderings: int = REORDERINGS,
) -> MemoryPlan:
    """Plan the arena of a network.

    Parameters
    ----------
    graph : Graph
    scratch : mapping of op index to bytes, or callable, optional
        What kernels need beside their tensors, during their own turn.
    in_place : callable
        Which operands each kernel can overwrite; position in `Op.inputs`.
    alignment : int
        Every offset is a multiple of it, in bytes.
    schedule : Schedule, optional
        By default every operator runs as a whole.
    reorderings : int
        How hard to look for a smaller arena; see `allocate`.
    """
    schedule = schedule or one_by_one(graph)
    needs = scratch if callable(scratch) else _constant_scratch(scratch or {})
    layout, starts = _placed(graph, schedule, needs, in_place, alignment, reorderings=reorderings)
    stored, blocks, shared = layout.stored, layout.blocks, layout.shared
    live = live_bytes(blocks, shared, alignment) if blocks else [0]
    turns = schedule.turns
    peak = max(range(len(live)), key=lambda time: live[time]) - 1
    place_of = {index: i for i, storage in enumerate(stored) for index in storage.members}
    labels = [graph.tensors[storage.members[0]].name for storage in stored]
    labels += [f"scratch of {op}" for op in layout.scratch_ops]
    return MemoryPlan(
        arena_bytes=_height(layout, starts),
        offsets={index: starts[i] for index, i in place_of.items()},
        capacities={
            index: storage.capacity
            for storage in stored
            if storage.capacity is not None
            for index in storage.members
        },
        lifetimes={
            index: (blocks[i].first - 1, blocks[i].last - 1) for index, i in place_of.items()
        },
        scratch_offsets={
            op.index: starts[len(stored) + i] for i, op in enumerate(layout.scratch_ops)
        },
        in_place={
            op.index: position
            for taker, giver, op, position in layout.givers
            if starts[taker] == starts[giver]
        },
        live=tuple(live),
        peak_op=(str(graph.ops[turns[min(max(peak, 0), len(turns) - 1)].place]) if turns else ""),
        bars=tuple(
            Bar(label, start, block.nbytes, block.first, block.last, _used(block))
            for label, start, block in zip(labels, starts, blocks, strict=True)
        ),
        steps=tuple(str(graph.ops[turn.place]) for turn in turns),
        schedule=schedule,
    )


def _used(block: Block) -> tuple[Spans, ...] | None:
    """Return the bytes in use at each step of a block that is not full all the time."""
    if block.low is None or block.high is None:
        return None
    steps = zip(block.low.tolist(), block.high.tolist(), strict=True)
    return tuple(
        tuple((low, high) for low, high in zip(lows, highs, strict=True) if low < high)
        for lows, highs in steps
    )


def least_bytes(
    graph: Graph, scratch: Scratch, in_place: InPlace, alignment: int, schedule: Schedule
) -> dict[int, int]:
    """Return the bytes of the fullest turn of each operator, by its position.

    No plan of this schedule can take less than the fullest of all, and most take no more.
    """
    layout = _layout(graph, schedule, storages(graph, schedule), scratch, in_place)
    live = live_bytes(layout.blocks, layout.shared, alignment)
    fullest = dict.fromkeys(range(len(graph.ops)), 0)
    for time, turn in enumerate(schedule.turns, start=1):
        fullest[turn.place] = max(fullest[turn.place], live[time])
    return fullest


@dataclass(frozen=True, eq=False)
class _Layout:
    """What has to be placed: storages first, then scratch."""

    stored: list[Storage]
    blocks: list[Block]
    scratch_ops: list[Op]
    givers: list[tuple[int, int, Op, int]]

    @property
    def shared(self) -> dict[int, int]:
        return {taker: giver for taker, giver, *_ in self.givers}


def _placed(
    graph: Graph,
    schedule: Schedule,
    needs: Scratch,
    in_place: InPlace,
    alignment: int,
    *,
    reorderings: int,
) -> tuple[_Layout, tuple[int, ...]]:
    """Return what has to be placed, and where; longer rings only if short ones leave gaps."""

    def place(longer: bool) -> tuple[_Layout, tuple[int, ...]]:
        layout = _layout(graph, schedule, storages(graph, schedule, longer), needs, in_place)
        return layout, allocate(layout.blocks, layout.shared, alignment, reorderings)

    layout, starts = place(longer=False)
    if not schedule.chains:
        return layout, starts
    if _height(layout, starts) <= max(live_bytes(layout.blocks, layout.shared, alignment)):
        return layout, starts
    return min((layout, starts), place(longer=True), key=lambda placed: _height(*placed))


def _height(layout: _Layout, starts: Sequence[int]) -> int:
    """Return the bytes up to the end of the highest block."""
    ends = (start + block.nbytes for start, block in zip(starts, layout.blocks, strict=True))
    return max(ends, default=0)


def _layout(
    graph: Graph, schedule: Schedule, stored: list[Storage], scratch: Scratch, in_place: InPlace
) -> _Layout:
    blocks = [storage.block for storage in stored]
    givers = _shared(graph, schedule, stored, in_place)
    needs: dict[int, list[tuple[int, int]]] = {}
    for time, turn in enumerate(schedule.turns, start=1):
        if nbytes := scratch(graph.ops[turn.place], turn):
            needs.setdefault(turn.place, []).append((time, nbytes))
    for place, busy in needs.items():
        keeps = place in schedule.chained and schedule.rows[place].accumulates
        blocks.append(_scratch_block(busy, keeps))
    return _Layout(stored, blocks, [graph.ops[place] for place in needs], givers)


def _scratch_block(busy: list[tuple[int, int]], keeps: bool) -> Block:
    """Return the block of one operator's scratch: (turn, bytes) of each use."""
    first, last = busy[0][0], busy[-1][0]
    size = max(nbytes for _, nbytes in busy)
    if first == last or keeps:
        return Block(size, first, last)
    high = np.zeros((last - first + 1, 1), np.int64)
    for time, nbytes in busy:
        high[time - first, 0] = nbytes
    return Block(size, first, last, np.zeros_like(high), high)


def _constant_scratch(scratch: Mapping[int, int]) -> Scratch:
    def need(op: Op, turn: Turn) -> int:
        return scratch.get(op.index, 0)

    return need


def best_by_lifetimes(graph: Graph) -> int:
    """Return the bytes of the fullest step: the least any plan without tricks could take."""
    blocks = [storage.block for storage in storages(graph, one_by_one(graph))]
    return max(live_bytes(blocks, {}, alignment=1))


def _shared(
    graph: Graph, schedule: Schedule, stored: list[Storage], in_place: InPlace
) -> list[tuple[int, int, Op, int]]:
    """Return (taker, giver, op, operand position) wherever an output may take dying bytes."""
    place_of = {index: i for i, storage in enumerate(stored) for index in storage.members}
    found = []
    for time, turn in enumerate(schedule.turns, start=1):
        op = graph.ops[turn.place]
        if not turn.whole or isinstance(op, g.AliasOp) or len(op.outputs) > 1:
            continue
        taker = place_of[op.output]
        if stored[taker].block.first != time:
            continue  # the output is a state, which has its bytes all the time
        for position in in_place(graph, op):
            operand = op.inputs[position]
            giver = place_of.get(operand)
            # Another operand in the same bytes, seen under another shape, would be destroyed.
            others = {index for index in op.inputs if index not in (ABSENT, operand)}
            safe = all(place_of.get(index) != giver for index in others)
            if giver is not None and stored[giver].block.last == time and safe:
                found.append((taker, giver, op, position))
                break
    return found
