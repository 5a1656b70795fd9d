"""When the bytes of each tensor are in use, and how many of its rows have to be in memory.

Tensors that only change shape share their bytes. So do a variable and the value assigned to it, if
nothing looks at the old value any more when the new one is computed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from tinyml_course.compiler import graph as g
from tinyml_course.compiler.graph import ABSENT, Graph, Op
from tinyml_course.compiler.planning.allocate import Block, Ints
from tinyml_course.compiler.planning.turns import Schedule, images, rows_read
from tinyml_course.compiler.variables import AssignVariable


@dataclass(frozen=True)
class Storage:
    """Tensors that share their bytes, and when these are in use.

    Attributes
    ----------
    members : tuple of int
    block : Block
        Its steps are turns counted from 1; 0 is before the first turn.
    capacity : int or None
        Rows in memory, where they are fewer than the image has: row y takes the place of row
        y - capacity.
    """

    members: tuple[int, ...]
    block: Block
    capacity: int | None = None


@dataclass
class _Use:
    """When a storage is written and read: as a whole, and by rows."""

    height: int = 0
    wholes: list[int] = field(default_factory=list)
    written: list[tuple[int, range]] = field(default_factory=list)
    read: list[tuple[int, range]] = field(default_factory=list)

    @property
    def times(self) -> list[int]:
        """Whenever anything is written or read."""
        return [*self.wholes, *(time for time, _ in (*self.written, *self.read))]


def storages(graph: Graph, schedule: Schedule, longer: bool = False) -> list[Storage]:
    """Return the storages of all activations, in the order in which they come to life.

    Parameters
    ----------
    graph : Graph
    schedule : Schedule
    longer : bool
        Whether rings are at least as long as those they are computed from. Their rows go round
        at the same pace then, and one ring's rows may lie where another's are dead.
    """
    members = _members(graph)
    root = {index: first for first, group in members.items() for index in group}
    uses = {first: _Use() for first in members}
    end = len(schedule.turns) + 1
    for index in (*graph.given, *graph.variables):
        uses[root[index]].wholes.append(0)
    for index in (*graph.outputs, *graph.variables):
        if index in root:
            uses[root[index]].wholes.append(end)
    sources = {place: _images(graph, place, root, uses) for place in schedule.chained}
    for time, turn in enumerate(schedule.turns, start=1):
        op = graph.ops[turn.place]
        if turn.whole:
            for index in (*op.inputs, *op.outputs):
                if index != ABSENT and index in root:
                    uses[root[index]].wholes.append(time)
            continue
        access = schedule.rows[turn.place]
        for use in sources[turn.place]:
            use.read.append((time, rows_read(access, use.height, turn)))
        target = uses[root[op.output]]
        if not access.accumulates:
            target.height = graph.tensors[op.output].shape[1]
            target.written.append((time, range(turn.first, turn.first + turn.count)))
        elif turn.first + turn.count == access.count:
            target.wholes.append(time)
    for value, state in _updates(graph, schedule, root, uses):
        uses[state].wholes += uses.pop(value).times
        members[state] += members.pop(value)
    makers = _sources(graph, schedule, root) if longer else {}
    rings: dict[int, int] = {}
    stored: list[Storage] = []
    for first, group in members.items():
        rows = max((rings.get(i, 0) // stride for i, stride in makers.get(first, ())), default=0)
        stored.append(_storage(graph, tuple(group), uses[first], rows))
        rings[first] = stored[-1].capacity or 0
    return stored


def _images(graph: Graph, place: int, root: Mapping[int, int], uses: dict[int, _Use]) -> list[_Use]:
    """Return the uses of the images that an operator takes rows from, with their heights."""
    found = []
    for image in images(graph, graph.ops[place]):
        use = uses[root[image.index]]
        use.height = image.shape[1]
        found.append(use)
    return found


def _sources(
    graph: Graph, schedule: Schedule, root: Mapping[int, int]
) -> dict[int, list[tuple[int, int]]]:
    """Return for each image computed by rows those it is computed from, and the steps in them."""
    return {
        root[op.output]: [(root[i.index], schedule.rows[place].stride) for i in images(graph, op)]
        for place, op in enumerate(graph.ops)
        if place in schedule.chained
    }


def _members(graph: Graph) -> dict[int, list[int]]:
    """Return the activations that share bytes by a change of shape, by the first of each."""
    root: dict[int, int] = {}
    for index in (*graph.given, *graph.variables):
        root[index] = index
    for op in graph.ops:
        for index in op.outputs:
            alias = isinstance(op, g.AliasOp) and op.input in root
            root[index] = root[op.input] if alias else index
    groups: dict[int, list[int]] = {}
    for index, first in root.items():
        groups.setdefault(first, []).append(index)
    return groups


def _updates(
    graph: Graph, schedule: Schedule, root: dict[int, int], uses: dict[int, _Use]
) -> Iterator[tuple[int, int]]:
    """Yield (value, state), the first of their members, where one can be computed in the other.

    That is the last thing assigned to the state, nobody else's memory, and nothing touches the
    state from when its first byte is written.
    """
    times = {turn.place: time for time, turn in enumerate(schedule.turns, start=1) if turn.whole}
    last = {op.output: place for place, op in enumerate(graph.ops) if _assigns(op)}
    ports = {root[index] for index in (*graph.inputs, *graph.outputs, *graph.variables)}
    taken: set[int] = set()
    for state, place in last.items():
        value, time = root.get(graph.ops[place].input), times[place]
        if value is None or value in ports or value in taken:
            continue
        first = min(uses[value].times)
        if not any(first <= touched < time for touched in uses[state].times):
            taken.add(value)
            yield value, state


def _assigns(op: Op) -> bool:
    return isinstance(op, AssignVariable)


def _storage(graph: Graph, members: tuple[int, ...], use: _Use, rows: int) -> Storage:
    """Return the storage of some tensors, a ring of at least so many rows if it is one."""
    nbytes = graph.tensors[members[0]].nbytes
    if not use.height:
        return Storage(members, Block(nbytes, min(use.wholes), max(use.wholes)))
    row_bytes = nbytes // use.height
    written, read = _row_lives(use)
    first, last = int(written.min()), int(read.max())
    times = np.arange(first, last + 1)
    alive = (written[:, None] <= times) & (times <= read[:, None])  # (H, T)
    lowest, highest = alive.argmax(axis=0), use.height - alive[::-1].argmax(axis=0)
    extent = np.where(alive.any(axis=0), highest - lowest, 0)
    capacity = max(rows, int(extent.max()))
    if use.wholes or len(members) > 1 or capacity >= use.height:
        low, high = lowest * row_bytes, (lowest + extent) * row_bytes
        return Storage(members, Block(nbytes, first, last, low[:, None], high[:, None]))
    start = lowest % capacity
    stop = start + extent
    low = np.stack([start, np.zeros_like(start)], axis=1) * row_bytes
    high = np.stack([np.minimum(stop, capacity), np.maximum(stop - capacity, 0)], axis=1)
    high *= row_bytes
    return Storage(members, Block(capacity * row_bytes, first, last, low, high), capacity)


def _row_lives(use: _Use) -> tuple[Ints, Ints]:
    """Return for each row the turn that writes it, and the last that reads it."""
    never = 1 << 40
    written, read = np.full(use.height, never), np.full(use.height, -1)
    for time, rows in use.written:
        written[rows.start : rows.stop] = time
    for time, rows in use.read:
        read[rows.start : rows.stop] = time
    for time in use.wholes:
        written, read = np.minimum(written, time), np.maximum(read, time)
    return written, np.maximum(read, written)
