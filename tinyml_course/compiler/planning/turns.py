"""The order in which operators run: each as a whole, or a chain of them in turns, row by row.

In a chain that takes turns, an operator computes a few rows as soon as the next one needs them, so
that the images between them need not be in memory whole: a ring of the rows still needed is
enough. Nothing is computed twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass

from tinyml_course.compiler import graph as g
from tinyml_course.compiler.graph import Graph, Op, Tensor
from tinyml_course.compiler.steps import RowAccess, Step

MAX_CHAIN = 255


@dataclass(frozen=True)
class Turn:
    """One call of an operator.

    Attributes
    ----------
    place : int
        Position of the operator in `Graph.ops`.
    first, count : int
        The rows it computes, as `RowAccess` counts them; all of them if it is `whole`.
    """

    place: int
    first: int = 0
    count: int = 0
    whole: bool = True


@dataclass(frozen=True)
class Chain:
    """Operators `start` to `stop` - 1 of a graph, which take turns."""

    start: int
    stop: int
    pixels: int
    """An operator computes at least so many pixels a turn, if it can: whole rows of them."""
    doubled_from: int | None = None
    """The first of the operators that compute at least twice as many, if there are any."""

    @property
    def places(self) -> range:
        """The positions of its operators in `Graph.ops`."""
        return range(self.start, self.stop)

    def pixels_of(self, place: int) -> int:
        """Return the pixels that an operator computes a turn, at least."""
        doubled = self.doubled_from is not None and place >= self.doubled_from
        return 2 * self.pixels if doubled else self.pixels


Rows = Mapping[int, RowAccess]
"""How the operators that can run by rows do it, by their position in `Graph.ops`."""


@dataclass(frozen=True)
class Schedule:
    """What runs when.

    Attributes
    ----------
    turns : tuple of Turn
        In order; every operator is in one of them, or in several of a chain.
    chains : tuple of Chain
    rows : mapping of position to RowAccess
        Of the operators in chains, at least.
    """

    turns: tuple[Turn, ...]
    chains: tuple[Chain, ...]
    rows: Rows

    @property
    def chained(self) -> frozenset[int]:
        """The positions of the operators that take turns."""
        return frozenset(place for chain in self.chains for place in chain.places)


def one_by_one(graph: Graph) -> Schedule:
    """Run every operator as a whole."""
    return Schedule(tuple(Turn(place) for place in range(len(graph.ops))), (), {})


def in_turns(
    graph: Graph,
    rows: Rows,
    chains: tuple[Chain, ...],
    known: MutableMapping[Chain, list[Turn]] | None = None,
) -> Schedule:
    """Run the operators of each chain in turns, and those in no chain as a whole.

    The turns of each chain are kept in `known`, and taken from there.
    """
    known = {} if known is None else known
    starts = {chain.start: chain for chain in chains}
    inside = {place for chain in chains for place in chain.places}
    turns: list[Turn] = []
    for place in range(len(graph.ops)):
        if place in starts:
            chain = starts[place]
            if chain not in known:
                known[chain] = _interleave(graph, rows, chain)
            turns += known[chain]
        elif place not in inside:
            turns.append(Turn(place))
    return Schedule(tuple(turns), chains, rows)


def images(graph: Graph, op: Op) -> Iterator[Tensor]:
    """Yield the activations an operator that runs by rows takes its rows from."""
    return (tensor for tensor in graph.values_of(op) if not tensor.is_constant)


def scratch_of(step: Step, turn: Turn) -> int:
    """Return the scratch bytes a step takes in one turn."""
    return step.whole_scratch_bytes if turn.whole else step.scratch_for(turn.count)


def rows_needed(access: RowAccess, height: int, stop: int) -> int:
    """Return how many rows of an input image must be there for rows 0 to `stop` - 1."""
    if access.accumulates:
        return stop
    return max(0, min(height, (stop - 1) * access.stride - access.pad + access.extent))


def rows_read(access: RowAccess, height: int, turn: Turn) -> range:
    """Return the rows of an input image that one turn reads."""
    if access.accumulates:
        return range(turn.first, turn.first + turn.count)
    stop = rows_needed(access, height, turn.first + turn.count)
    return range(min(stop, max(0, turn.first * access.stride - access.pad)), stop)


def _interleave(graph: Graph, rows: Rows, chain: Chain) -> list[Turn]:
    """Compute rows in the order in which they are asked for, from the chain's ends backwards."""
    makers = {index: place for place in chain.places for index in graph.ops[place].outputs}
    read = {t.index for place in chain.places for t in images(graph, graph.ops[place])}
    done = dict.fromkeys(chain.places, 0)
    turns: list[Turn] = []
    blocks = {place: _rows_a_turn(graph, rows, chain, place) for place in chain.places}
    sources = {
        place: [(makers[image.index], image.shape[1]) for image in images(graph, op)
                if image.index in makers]
        for place, op in zip(chain.places, graph.ops[chain.start : chain.stop], strict=True)
    }  # fmt: skip

    def ensure(place: int, stop: int) -> None:
        access = rows[place]
        while done[place] < stop:
            count = min(blocks[place], stop - done[place])
            for maker, height in sources[place]:
                needed = rows_needed(access, height, done[place] + count)
                ensure(maker, rows[maker].count if rows[maker].accumulates else needed)
            turns.append(Turn(place, done[place], count, whole=False))
            done[place] += count

    for place in chain.places:
        if graph.ops[place].output not in read or graph.ops[place].output in graph.outputs:
            ensure(place, rows[place].count)
    for place in chain.places:  # rows that nobody asked for, but the file says are written
        ensure(place, rows[place].count)
    return turns


def _rows_a_turn(graph: Graph, rows: Rows, chain: Chain, place: int) -> int:
    """Return how many rows an operator of a chain computes a turn, if so many are left."""
    op, access = graph.ops[place], rows[place]
    width = graph.tensors[op.input if access.accumulates else op.output].shape[2]
    return min(-(-chain.pixels_of(place) // width), access.most)


def can_chain(graph: Graph, rows: Rows, place: int) -> bool:
    """Whether an operator can take turns with its neighbours."""
    op = graph.ops[place]
    if place not in rows or len(op.outputs) > 1 or isinstance(op, g.AliasOp):
        return False
    touched = (*images(graph, op), graph.tensors[op.output])
    shapes_are_images = all(len(tensor.shape) == 4 and tensor.shape[0] == 1 for tensor in touched)
    return shapes_are_images or (
        rows[place].accumulates and all(len(t.shape) == 4 for t in images(graph, op))
    )
