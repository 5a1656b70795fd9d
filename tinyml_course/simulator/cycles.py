"""Instruction counts become clock cycles, by the cost table of a core (`timing.py`).

The result is an estimate: what the emulator counts exactly is instructions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tinyml_course.simulator.architectures import register_words
from tinyml_course.simulator.disassembly import Listing
from tinyml_course.simulator.timing import Timing
from tinyml_course.simulator.trace import Counts

_LOAD = re.compile(r"ldr(?!d)\w* (\w+), \[(.*)\]?")


@dataclass(frozen=True, eq=False)
class CostTable:
    """What each instruction of a listing costs.

    Attributes
    ----------
    timing : Timing
    base : int64 array, (instructions,)
        Cycles, a branch counted as not taken.
    branch : bool array, (instructions,)
        Whether the instruction can leave straight code.
    overlaps : bool array, (instructions,)
        Whether it is a load that takes one cycle less straight after the load before it.
    """

    timing: Timing
    base: NDArray[np.int64]
    branch: NDArray[np.bool_]
    overlaps: NDArray[np.bool_]


def cost_table(listing: Listing, timing: Timing) -> CostTable:
    """Look up the cost of every instruction of a listing."""
    texts = listing.text
    adjacent = [False, *(listing.start[1:] == listing.end[:-1])]
    before = ["", *texts[:-1]]
    pairs = zip(adjacent, before, texts, strict=True)
    branch = re.compile(timing.branch)
    return CostTable(
        timing=timing,
        base=np.array([_base(text, timing) for text in texts], np.int64),
        branch=np.array([bool(branch.match(text)) for text in texts], bool),
        overlaps=np.array(
            [timing.pipelined and near and _overlaps(a, b) for near, a, b in pairs], bool
        ),
    )


@dataclass(frozen=True, order=True)
class Cost:
    """What a run took: cycles, instructions, and of the cycles those it waited for flash.

    Instructions are counted exactly, cycles estimated.
    """

    cycles: int = 0
    instructions: int = 0
    waits: int = 0

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            self.cycles + other.cycles,
            self.instructions + other.instructions,
            self.waits + other.waits,
        )


def cost_of(listing: Listing, table: CostTable, counts: Counts) -> Cost:
    """Sum what a run took: count times cost, over all instructions.

    A taken branch costs the refill more; a load straight after another one, on whose result it
    does not depend, costs one less.

    Parameters
    ----------
    listing : Listing
    table : CostTable
        Of the same listing.
    counts : Counts
        Of one run, or one phase of it.
    """
    executed = counts.executed[listing.start]
    straight = executed - counts.started[listing.start]
    taken = executed - counts.passed[listing.end]
    cycles = (
        (executed * table.base).sum()
        + table.timing.refill * taken[table.branch].sum()
        - straight[table.overlaps].sum()
    )
    return Cost(round(float(cycles) * table.timing.scale), int(executed.sum()))


def _base(text: str, timing: Timing) -> int:
    """Return the cycles of one instruction that does not branch."""
    for pattern, cycles in timing.costs:
        if re.match(pattern, text):
            if isinstance(cycles, int):
                return cycles
            return int(cycles.split()[0]) + register_words(text)
    return 1


def _overlaps(before: str, text: str) -> bool:
    """Tell whether a load can start while the load before it still waits for memory."""
    first, second = _LOAD.match(before), _LOAD.match(text)
    if not first or not second:
        return False
    return first[1] not in re.split(r"\W+", second[2]) and first[1] != "pc"
