"""Place blocks of memory that live for a while so that they share one small arena.

Finding the least arena is NP-hard, but a network's plan seldom needs more than a good order: take
the blocks one by one and put each at the lowest address that is free for as long as it lives. We
try several orders, then move blocks that ended up on top to the front, until the arena is as small
as the fullest step or the tries run out.

A block need not be full all its life: an image that is written row by row leaves room behind its
last row, and one that is read row by row leaves room before its first. Blocks then lie over each
other like stairs.

References
----------
Pisarchyk and Lee 2020, "Efficient Memory Management for Deep Neural Net Inference", section 4.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

REORDERINGS = 400
"""Orders tried, at most, beside the usual ones."""
Ints = NDArray[np.int64]
Intervals = tuple[tuple[int, int], ...]


@dataclass(frozen=True, eq=False)
class Block:
    """A run of bytes that must stay untouched from step `first` to step `last`, both included.

    Attributes
    ----------
    low, high : int64 array, (last - first + 1, spans), or None
        The bytes in use at each of these steps: from each `low` up to, and without, the `high`
        beside it, counted from the start of the block; a span may be empty. None where all bytes
        are in use all the time.
    """

    nbytes: int
    first: int
    last: int
    low: Ints | None = None
    high: Ints | None = None

    def used(self, first: int, last: int) -> tuple[Ints, Ints]:
        """Return `low` and `high` of some of the steps."""
        if self.low is None or self.high is None:
            shape = (last - first + 1, 1)
            return np.zeros(shape, np.int64), np.full(shape, self.nbytes, np.int64)
        span = slice(first - self.first, last - self.first + 1)
        return self.low[span], self.high[span]


Shared = Mapping[int, int]
"""A block and the block before it whose bytes it may take over at the step where both live."""


def allocate(
    blocks: Sequence[Block], shared: Shared, alignment: int, reorderings: int = REORDERINGS
) -> tuple[int, ...]:
    """Return an offset for each block, so that blocks alive at the same step lie apart.

    Parameters
    ----------
    blocks : sequence of Block
    shared : mapping of block to block
        A pair that may overlap all the same, if both start at the same offset.
    alignment : int
        Every offset is a multiple of it.
    reorderings : int
        How many orders to try, at most, beside the usual ones.
    """
    if not blocks:
        return ()
    clashes = _clashes(blocks)
    bound = max(live_bytes(blocks, shared, alignment))

    def place(order: list[int]) -> tuple[int, ...]:
        return _place(order, blocks, clashes, shared, alignment)

    def height(offsets: tuple[int, ...]) -> int:
        return max(start + block.nbytes for start, block in zip(offsets, blocks, strict=True))

    orders = [sorted(range(len(blocks)), key=lambda i: key(blocks[i])) for key in _ORDERS]
    best_order = min(orders, key=lambda order: height(place(order)))
    best = place(best_order)
    draw = random.Random(0)
    for attempt in range(reorderings):
        if height(best) <= bound:
            break
        # What lies on top goes to the front, and later to anywhere before its place. Going
        # sideways is allowed: equal heights with another block on top are still a change.
        top = max(range(len(blocks)), key=lambda i: best[i] + blocks[i].nbytes)
        moved = top if attempt % 3 else draw.randrange(len(blocks))
        order = [i for i in best_order if i != moved]
        order.insert(draw.randrange(best_order.index(moved) + 1) if attempt else 0, moved)
        candidate = place(order)
        if height(candidate) <= height(best):
            best, best_order = candidate, order
    return best


def live_bytes(blocks: Sequence[Block], shared: Shared, alignment: int) -> list[int]:
    """Return the bytes that live at each step: no plan can take less than the fullest one."""
    steps = np.zeros(max(block.last for block in blocks) + 1, np.int64)
    for block in blocks:
        low, high = block.used(block.first, block.last)
        in_use = (high - low).sum(axis=1)
        steps[block.first : block.last + 1] += -(-in_use // alignment) * alignment
    for taker, giver in shared.items():
        smaller = min(blocks[taker].nbytes, blocks[giver].nbytes)
        steps[blocks[taker].first] -= align(smaller, alignment)
    return [int(step) for step in steps]


def align(nbytes: int, alignment: int) -> int:
    """Round up to a multiple of `alignment`."""
    return -(-nbytes // alignment) * alignment


_ORDERS: tuple[Callable[[Block], tuple[int, ...]], ...] = (
    lambda block: (-block.nbytes, block.first),
    lambda block: (-block.nbytes * (block.last - block.first + 1), block.first),
    lambda block: (block.first, -block.nbytes),
    lambda block: (-block.last, -block.nbytes),
    lambda block: (block.first - block.last, -block.nbytes),
)


def _clashes(blocks: Sequence[Block]) -> list[dict[int, Intervals]]:
    """Return for each block i and each block j where i must not start.

    The places are open intervals of i's offset less j's.
    """
    clashes: list[dict[int, Intervals]] = [{} for _ in blocks]
    for i, block in enumerate(blocks):
        for j in range(i):
            if found := _clash(block, blocks[j]):
                clashes[i][j] = found
                clashes[j][i] = tuple((-end, -start) for start, end in reversed(found))
    return clashes


def _clash(block: Block, other: Block) -> Intervals:
    """Return the intervals of one pair of blocks, in order and apart."""
    first, last = max(block.first, other.first), min(block.last, other.last)
    if first > last:
        return ()
    if block.low is None and other.low is None:
        return ((-block.nbytes, other.nbytes),)
    low, high = (ends[:, :, None] for ends in block.used(first, last))  # (T, spans, 1)
    other_low, other_high = (ends[:, None, :] for ends in other.used(first, last))
    both = (high > low) & (other_high > other_low)
    starts, ends = (other_low - high)[both], (other_high - low)[both]
    merged: list[tuple[int, int]] = []
    for start, end in sorted({*zip(starts.tolist(), ends.tolist(), strict=True)}):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return tuple(merged)


def _place(
    order: list[int],
    blocks: Sequence[Block],
    clashes: list[dict[int, Intervals]],
    shared: Shared,
    alignment: int,
) -> tuple[int, ...]:
    """Put each block in turn at the lowest free offset; onto its partner where that is free."""
    offsets: dict[int, int] = {}
    partners: dict[int, list[int]] = {}
    for taker, giver in shared.items():
        partners.setdefault(taker, []).append(giver)
        partners.setdefault(giver, []).append(taker)
    for i in order:
        mine = partners.get(i, [])
        taken = sorted(
            (offsets[j] + start, offsets[j] + end, j)
            for j, intervals in clashes[i].items()
            if j in offsets
            for start, end in intervals
        )
        onto = [offsets[j] for j in mine if j in offsets]
        offsets[i] = next(
            (
                place
                for place in onto
                if all(
                    not start < place < end or (j in mine and offsets[j] == place)
                    for start, end, j in taken
                )
            ),
            _lowest_free(taken, alignment),
        )
    return tuple(offsets[i] for i in range(len(blocks)))


def _lowest_free(taken: list[tuple[int, int, int]], alignment: int) -> int:
    """Return the least multiple of `alignment` in none of some open intervals, sorted."""
    place = 0
    for start, end, _ in taken:
        if start < place < end:
            place = align(end, alignment)
        elif start >= place:
            break
    return place
