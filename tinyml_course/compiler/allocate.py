"""Place blocks of memory that live for a while so that they share one small arena.

Finding the least arena is NP-hard, but a network's plan seldom needs more than a good order: take
the blocks one by one and put each at the lowest address that is free for as long as it lives. We
try several orders, then move blocks that ended up on top to the front, until the arena is as small
as the fullest step or the tries run out.

References
----------
Pisarchyk and Lee 2020, "Efficient Memory Management for Deep Neural Net Inference", section 4.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

_REORDERINGS = 200


@dataclass(frozen=True)
class Block:
    """A run of bytes that must stay untouched from step `first` to step `last`, both included."""

    nbytes: int
    first: int
    last: int


Shared = Mapping[int, int]
"""A block and the block before it whose bytes it may take over at the step where both live."""


def allocate(blocks: Sequence[Block], shared: Shared, alignment: int) -> tuple[int, ...]:
    """Return an offset for each block, so that blocks alive at the same step lie apart.

    Parameters
    ----------
    blocks : sequence of Block
    shared : mapping of block to block
        A pair that may overlap all the same, if both start at the same offset.
    alignment : int
        Every offset is a multiple of it.
    """
    if not blocks:
        return ()
    neighbours = _neighbours(blocks)
    bound = max(live_bytes(blocks, shared, alignment))

    def place(order: list[int]) -> tuple[int, ...]:
        return _place(order, blocks, neighbours, shared, alignment)

    def height(offsets: tuple[int, ...]) -> int:
        return max(start + block.nbytes for start, block in zip(offsets, blocks, strict=True))

    orders = [sorted(range(len(blocks)), key=lambda i: key(blocks[i])) for key in _ORDERS]
    best_order = min(orders, key=lambda order: height(place(order)))
    best = place(best_order)
    for _ in range(_REORDERINGS):
        if height(best) <= bound:
            break
        top = max(range(len(blocks)), key=lambda i: best[i] + blocks[i].nbytes)
        best_order = [top, *(i for i in best_order if i != top)]
        candidate = place(best_order)
        # Going sideways is allowed: equal heights with another block on top are still a change.
        if height(candidate) > height(best):
            break
        best = candidate
    return best


def live_bytes(blocks: Sequence[Block], shared: Shared, alignment: int) -> list[int]:
    """Return the bytes that live at each step: no plan can take less than the fullest one."""
    steps = [0] * (max(block.last for block in blocks) + 1)
    for block in blocks:
        for step in range(block.first, block.last + 1):
            steps[step] += align(block.nbytes, alignment)
    for taker, giver in shared.items():
        smaller = min(blocks[taker].nbytes, blocks[giver].nbytes)
        steps[blocks[taker].first] -= align(smaller, alignment)
    return steps


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


def _neighbours(blocks: Sequence[Block]) -> list[list[int]]:
    """Return for each block those that are alive at one of its steps."""
    return [
        [
            j
            for j, other in enumerate(blocks)
            if j != i and other.first <= block.last and block.first <= other.last
        ]
        for i, block in enumerate(blocks)
    ]


def _place(
    order: list[int],
    blocks: Sequence[Block],
    neighbours: list[list[int]],
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
        placed = [j for j in neighbours[i] if j in offsets]
        mine = partners.get(i, [])
        ends = {align(offsets[j] + blocks[j].nbytes, alignment) for j in placed}
        starts = [offsets[j] for j in mine if j in offsets]
        for start in (*starts, *sorted({0, *ends})):
            end = start + blocks[i].nbytes
            if all(
                end <= offsets[j]
                or offsets[j] + blocks[j].nbytes <= start
                or (j in mine and offsets[j] == start)
                for j in placed
            ):
                offsets[i] = start
                break
    return tuple(offsets[i] for i in range(len(blocks)))
