"""Choose which operators take turns, row by row, so that the arena is small at little cost.

The fullest turn of a schedule says what its arena will take, so a schedule is judged without being
placed. Chains are grown around the fullest turn, or split near it, for as long as that makes it
less full: the image between two chains is there whole, but it grows where rows of the input have
been read. Few rows at a time need the least memory and the most work: tiles that are not full, rows
gathered again; a part of a chain may compute more. The best choices are placed. For memory the
smallest wins; for balance the one that is nearest to both the smallest and the quickest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from tinyml_course.compiler import graph as g
from tinyml_course.compiler.graph import Graph, Op
from tinyml_course.compiler.planning.allocate import REORDERINGS
from tinyml_course.compiler.planning.memory import MemoryPlan, least_bytes, plan_memory
from tinyml_course.compiler.planning.turns import (
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
from tinyml_course.compiler.steps import Step

_ALIGNMENT = 4
"""Bytes every tensor and scratch buffer starts at a multiple of: kernels use words."""
_PIXELS = {
    "memory": (1, 4, 8, 16),
    "balanced": (4, 8, 16, 48, 96, 192),
    "speed": (48, 192),
    "size": (48, 192),
}
"""The pixels an operator computes a turn, at least, that are tried; the fewest first."""
_ENDS = 14
"""Starts, and stops, that are tried for a chain."""
_ROUNDS = 12
"""How often the fullest turn is looked for, and a chain grown around it, at most."""
_PEAKS = 4
"""The operators whose fullest turns are compared: where the first is equal, the next one tells."""
_PLACED, _NEARLY = 8, 1.4
"""How many of the best are placed, and how many times the least bytes they may take."""
_THOROUGH = 4
"""How many of these are placed as well as can be."""
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
    peaks : tuple of int
        Bytes of the fullest turns of the operators that need most, in descending order.
    work : float
        What it takes to run, in something like instructions.
    """

    schedule: Schedule
    nbytes: int
    peak: int
    peaks: tuple[int, ...]
    work: float

    @property
    def order(self) -> tuple[float, float]:
        """What makes one choice better than another of the same size."""
        return (self.work, self.nbytes)


def choose_chains(
    graph: Graph, whole: Steps, by_rows: Steps, optimize: str, fed: bool = False
) -> Schedule:
    """Return the best schedule found.

    Parameters
    ----------
    graph : Graph
    whole, by_rows : mapping of position to Step
        What each operator becomes if it runs as a whole, and if it takes turns.
    optimize : {"balanced", "speed", "size", "memory"}
        For speed and size the least work wins; without `fed` that is no chain at all.
    fed : bool
        Whether the first operator must be in a chain; it and the second one must be able to.
    """
    rows = {place: step.rows for place, step in by_rows.items() if step.rows}
    known: dict[Chain, list[Turn]] = {}

    @cache
    def judge(chains: tuple[Chain, ...]) -> _Choice:
        schedule = in_turns(graph, rows, chains, known) if chains else one_by_one(graph)
        chosen = {p: (by_rows if p in schedule.chained else whole)[p] for p in whole}
        scratch, in_place = step_needs(graph, chosen)
        fullest = least_bytes(graph, scratch, in_place, _ALIGNMENT, schedule)
        peak = max(fullest, key=lambda place: fullest[place])
        peaks = tuple(sorted(fullest.values(), reverse=True)[:_PEAKS])
        return _Choice(schedule, peaks[0], peak, peaks, _work(graph, chosen, schedule))

    if not graph.ops:
        return one_by_one(graph)
    pixels = _PIXELS[optimize]
    tried = [judge((Chain(0, 2, pixels[0]),) if fed else ())]
    smallest = tried[0]
    runs = list(_runs(graph, rows))
    for _ in range(_ROUNDS):
        candidates = (
            *_grown(smallest, runs, pixels[0]),
            *_split(smallest),
            *_nudged(smallest, runs),
        )
        found = [judge(chains) for chains in candidates if not fed or _is_fed(chains)]
        tried += found
        better = min(found, key=lambda choice: (choice.peaks, choice.work), default=smallest)
        if better.peaks >= smallest.peaks:
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
    quickly = [_placed(graph, whole, by_rows, choice, 0) for choice in finalists.values()]
    best = _ranked(quickly, optimize)[:_THOROUGH]
    placed = [_placed(graph, whole, by_rows, choice) for choice in best]
    return _ranked(placed, optimize)[0].schedule


def _ranked(choices: Sequence[_Choice], optimize: str) -> list[_Choice]:
    """Return choices with the best for the purpose first."""
    least = min(choice.nbytes for choice in choices)
    easiest = max(1.0, min(choice.work for choice in choices))
    keys: dict[str, Callable[[_Choice], tuple[float, float]]] = {
        "memory": lambda choice: (choice.nbytes, choice.work),
        "balanced": lambda choice: (max(choice.work / easiest, choice.nbytes / least), choice.work),
    }
    return sorted(choices, key=keys.get(optimize, lambda choice: choice.order))


def _is_fed(chains: tuple[Chain, ...]) -> bool:
    """Whether the first operator, which takes in the input's rows, is in a chain."""
    return any(chain.start == 0 for chain in chains)


def _finalists(tried: Sequence[_Choice]) -> list[_Choice]:
    """Return the choices worth placing: the smallest, and the least work among the small ones."""
    by_size = sorted(tried, key=lambda choice: (choice.nbytes, choice.work))
    limit = by_size[0].nbytes * _NEARLY
    by_work = sorted((c for c in tried if c.nbytes <= limit), key=lambda choice: choice.order)
    return [*by_size[:_PLACED], *by_work[:_PLACED]]


def _placed(
    graph: Graph, whole: Steps, by_rows: Steps, choice: _Choice, reorderings: int = REORDERINGS
) -> _Choice:
    """Return a choice with the bytes its arena really takes."""
    chained = choice.schedule.chained
    steps = [(by_rows if place in chained else whole)[place] for place in whole]
    plan = plan_steps(graph, steps, choice.schedule, reorderings)
    return replace(choice, nbytes=plan.arena_bytes)


def plan_steps(
    graph: Graph, steps: Sequence[Step], schedule: Schedule, reorderings: int = REORDERINGS
) -> MemoryPlan:
    """Plan the arena with what the kernels need and where they can run in place."""
    places = {op.index: place for place, op in enumerate(graph.ops)}
    scratch, in_place = step_needs(graph, {places[step.op.index]: step for step in steps})
    return plan_memory(graph, scratch, in_place, _ALIGNMENT, schedule, reorderings=reorderings)


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


def _split(choice: _Choice) -> Iterator[tuple[Chain, ...]]:
    """Yield the chain with the fullest turn in two parts: the image between them is there whole."""
    for chain in choice.schedule.chains:
        if choice.peak not in chain.places:
            continue
        apart = [other for other in choice.schedule.chains if other != chain]
        for middle in _spread(range(chain.start + 1, chain.stop)):
            parts = (replace(chain, stop=middle), replace(chain, start=middle))
            longer = [part for part in parts if len(part.places) > 1]
            yield tuple(sorted([*apart, *longer], key=lambda c: c.start))


def _nudged(choice: _Choice, runs: Sequence[range]) -> Iterator[tuple[Chain, ...]]:
    """Yield the chains with one end of one of them moved by one operator.

    Where two chains meet, the other one takes it or gives it up.
    """
    chains = choice.schedule.chains
    for i, chain in enumerate(chains):
        for stop in (chain.stop - 1, chain.stop + 1):
            after = chains[i + 1] if i + 1 < len(chains) else None
            inside = any(chain.start in run and stop - 1 in run for run in runs)
            moved = [replace(chain, stop=stop)]
            if after and (after.start == chain.stop or after.start < stop):
                moved.append(replace(after, start=stop))
            if inside and all(len(part.places) > 1 for part in moved):
                yield (*chains[:i], *moved, *chains[i + len(moved) :])
        for start in (chain.start - 1, chain.start + 1):
            before = chains[i - 1] if i else None
            inside = any(start in run and chain.stop - 1 in run for run in runs)
            if before and before.stop in (chain.start, start + 1):
                continue  # done from the other side
            if inside and chain.stop - start > 1:
                yield (*chains[:i], replace(chain, start=start), *chains[i + 1 :])


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
