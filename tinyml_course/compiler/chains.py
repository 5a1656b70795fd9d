"""Choose which operators take turns, row by row, so that the arena is small at little cost.

The fullest turn of a schedule says what its arena will take, so a schedule is judged without being
placed. Chains are grown around the fullest turn for as long as that makes it less full. Few rows
at a time need the least memory and the most work: tiles that are not full, rows gathered again; a
part of a chain may compute more. The best choices are placed. For memory the smallest wins; for
balance the one that is nearest to both the smallest and the quickest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from tinyml_course.compiler import graph as g
from tinyml_course.compiler.graph import Graph, Op
from tinyml_course.compiler.memory import MemoryPlan, least_bytes, plan_memory
from tinyml_course.compiler.steps import Step
from tinyml_course.compiler.turns import (
    MAX_CHAIN,
    Chain,
    Rows,
    Schedule,
    Turn,
    can_chain,
    in_turns,
    one_by_one,
    rows_read,
    scratch_of,
)

_ALIGNMENT = 4
"""Bytes every tensor and scratch buffer starts at a multiple of: kernels use words."""
_PIXELS = {"memory": (1, 4, 8), "balanced": (4, 8, 16, 48, 96, 192)}
"""The pixels an operator computes a turn, at least, that are tried; the fewest first."""
_ENDS = 14
"""Starts, and stops, that are tried for a chain."""
_ROUNDS = 4
"""How often the fullest turn is looked for, and a chain grown around it."""
_PLACED, _NEARLY = 8, 1.4
"""How many of the best are placed, and how many times the least bytes they may take."""
Steps = Mapping[int, Step]


@dataclass(frozen=True)
class _Choice:
    """A schedule, judged.

    Attributes
    ----------
    nbytes : int
        Of its fullest turn.
    peak : int
        The position of the operator at that turn.
    work : float
        What it takes to run, in something like instructions.
    """

    schedule: Schedule
    nbytes: int
    peak: int
    work: float

    @property
    def order(self) -> tuple[float, float]:
        """What makes one choice better than another of the same size."""
        return (self.work, self.nbytes)


def choose_chains(graph: Graph, whole: Steps, by_rows: Steps, optimize: str) -> Schedule:
    """Return the best schedule found.

    Parameters
    ----------
    graph : Graph
    whole, by_rows : mapping of position to Step
        What each operator becomes if it runs as a whole, and if it takes turns.
    optimize : {"balanced", "memory"}
    """
    rows = {place: step.rows for place, step in by_rows.items() if step.rows}

    def judge(chains: tuple[Chain, ...]) -> _Choice:
        schedule = in_turns(graph, rows, chains) if chains else one_by_one(graph)
        chosen = {p: (by_rows if p in schedule.chained else whole)[p] for p in whole}
        scratch, in_place = step_needs(graph, chosen)
        nbytes, peak = least_bytes(graph, scratch, in_place, _ALIGNMENT, schedule)
        return _Choice(schedule, nbytes, peak, _work(graph, chosen, schedule))

    if not graph.ops:
        return one_by_one(graph)
    pixels = _PIXELS[optimize]
    tried = [judge(())]
    smallest = tried[0]
    runs = list(_runs(graph, rows))
    for _ in range(_ROUNDS):
        found = [judge(chains) for chains in _grown(smallest, runs, pixels[0])]
        tried += found
        better = min(found, key=lambda choice: (choice.nbytes, choice.work), default=smallest)
        if better.nbytes >= smallest.nbytes:
            break
        smallest = better
    tried += [
        judge(tuple(Chain(c.start, c.stop, count) for c in choice.schedule.chains))
        for choice in (smallest, *_best(tried, smallest.nbytes * _NEARLY))
        for count in pixels[1:]
    ]
    if optimize == "balanced":
        tried += [judge(chains) for chains in _doubled(smallest)]
    finalists = {choice.schedule.chains: choice for choice in (tried[0], *_finalists(tried))}
    placed = [_placed(graph, whole, by_rows, choice) for choice in finalists.values()]
    least = min(choice.nbytes for choice in placed)
    if optimize == "memory":
        smallest_only = [choice for choice in placed if choice.nbytes == least]
        return min(smallest_only, key=lambda choice: choice.work).schedule
    easiest = max(1.0, min(choice.work for choice in placed))
    return min(placed, key=lambda c: max(c.work / easiest, c.nbytes / least)).schedule


def _finalists(tried: Sequence[_Choice]) -> list[_Choice]:
    """Return the choices worth placing: the smallest, and the least work among the small ones."""
    by_size = sorted(tried, key=lambda choice: (choice.nbytes, choice.work))
    limit = by_size[0].nbytes * _NEARLY
    by_work = sorted((c for c in tried if c.nbytes <= limit), key=lambda choice: choice.order)
    return [*by_size[:_PLACED], *by_work[:_PLACED]]


def _placed(graph: Graph, whole: Steps, by_rows: Steps, choice: _Choice) -> _Choice:
    """Return a choice with the bytes its arena really takes."""
    chained = choice.schedule.chained
    steps = [(by_rows if place in chained else whole)[place] for place in whole]
    return replace(choice, nbytes=plan_steps(graph, steps, choice.schedule).arena_bytes)


def plan_steps(graph: Graph, steps: Sequence[Step], schedule: Schedule) -> MemoryPlan:
    """Plan the arena with what the kernels need and where they can run in place."""
    places = {op.index: place for place, op in enumerate(graph.ops)}
    scratch, in_place = step_needs(graph, {places[step.op.index]: step for step in steps})
    return plan_memory(graph, scratch, in_place, _ALIGNMENT, schedule)


def step_needs(
    graph: Graph, steps: Steps
) -> tuple[Callable[[Op, Turn], int], Callable[[Graph, Op], Sequence[int]]]:
    """Return what tells the planner of scratch memory and of running in place."""
    by_index = {step.op.index: step for step in steps.values()}

    def scratch(op: Op, turn: Turn) -> int:
        step = by_index.get(op.index)
        return scratch_of(step, turn) if step else 0

    def in_place(_: Graph, op: Op) -> Sequence[int]:
        step = by_index.get(op.index)
        return step.in_place if step else ()

    return scratch, in_place


def _runs(graph: Graph, rows: Rows) -> Iterator[range]:
    """Yield the longest stretches of operators that can take turns."""
    start = 0
    for place in range(len(graph.ops) + 1):
        inside = place < len(graph.ops) and can_chain(graph, rows, place)
        if inside and place - start < MAX_CHAIN:
            continue
        if place - start > 1:
            yield range(start, place)
        start = place if inside else place + 1


def _grown(choice: _Choice, runs: Sequence[range], pixels: int) -> Iterator[tuple[Chain, ...]]:
    """Yield chains around the fullest turn, in place of those they touch."""
    for run in runs:
        if choice.peak not in run:
            continue
        for start in _spread(range(run.start, choice.peak + 1)):
            for stop in _spread(range(choice.peak + 1, run.stop + 1)):
                if stop - start < 2:
                    continue
                apart = [c for c in choice.schedule.chains if c.stop <= start or stop <= c.start]
                chains = sorted([*apart, Chain(start, stop, pixels)], key=lambda c: c.start)
                yield tuple(chains)


def _doubled(choice: _Choice) -> Iterator[tuple[Chain, ...]]:
    """Yield the chains with more rows a turn in one of them, from one of its operators on."""
    for chain in choice.schedule.chains:
        apart = [other for other in choice.schedule.chains if other != chain]
        for place in _spread(range(chain.start + 1, chain.stop)):
            doubled = replace(chain, doubled_from=place)
            yield tuple(sorted([*apart, doubled], key=lambda c: c.start))


def _spread(places: range) -> list[int]:
    """Return some of the places, both ends among them."""
    if len(places) <= _ENDS:
        return list(places)
    return sorted({places[i * (len(places) - 1) // (_ENDS - 1)] for i in range(_ENDS)})


def _best(tried: Sequence[_Choice], limit: float) -> list[_Choice]:
    """Return a few choices that are small enough, those with the least work first."""
    fitting = [choice for choice in tried if choice.schedule.chains and choice.nbytes <= limit]
    return sorted(fitting, key=lambda choice: choice.order)[:6]


_TILE = 4  # pixels that a convolution computes together
_REST_WORK = (0.0, 1.8, 2.5, 4.0)  # so many full pixels, for 0 to 3 that do not fill a tile
_TURN_WORK, _CHANNEL_WORK, _GATHER_WORK, _DEPTHWISE_WORK = 60, 60, 2.5, 2.0


def _work(graph: Graph, steps: Steps, schedule: Schedule) -> float:
    """Estimate the instructions a schedule takes, those every schedule takes left out.

    Convolutions compute full tiles, and depthwise layers gather again the rows that the turn
    before has gathered. The weights are counts of the kernels' inner loops on a Cortex-M4.
    """
    work = 0.0
    for turn in schedule.turns:
        op = graph.ops[turn.place]
        step = steps.get(turn.place)
        if step is None or not isinstance(op, g.Conv2D | g.DepthwiseConv2D) or not step.rows:
            continue
        _, height, width, channels = graph.tensors[op.output].shape
        count = height if turn.whole else turn.count
        if isinstance(op, g.Conv2D):
            tiles, rest = divmod(count * width, _TILE)
            pixels = tiles * _TILE + _REST_WORK[rest]
            work += step.macs / (height * width) * pixels + _TURN_WORK
        else:
            source = graph.tensors[op.input]
            whole = Turn(turn.place, 0, height)
            read = len(rows_read(step.rows, source.shape[1], whole if turn.whole else turn))
            gathered = read * source.shape[2] * source.shape[3] * _GATHER_WORK
            work += step.macs * count / height * _DEPTHWISE_WORK + gathered
            work += channels * _CHANNEL_WORK + _TURN_WORK
    return work
