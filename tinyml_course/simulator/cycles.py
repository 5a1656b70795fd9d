"""Instruction counts become clock cycles, by a published table of costs.

For the Cortex-M4 the costs are those of its Technical Reference Manual for memory without wait
states; where the manual gives a range, a middle value is taken and stated below. The result is an
estimate: flash wait states, which the nRF52840 hides behind a cache, are not in it.

References
----------
Arm, "Cortex-M4 Processor Technical Reference Manual", 100166_0001, table 3-1 (instructions),
section 3.3.3 (load and store timings) and table 7-1 (floating point).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tinyml_course.simulator.disassembly import Listing, register_words
from tinyml_course.simulator.trace import Counts

REFILL = 2  # further cycles of a taken branch: 1 to 3 in the manual
DIVISION = 7  # 2 to 12 in the manual
SOURCE = "Arm Cortex-M4 Technical Reference Manual 100166_0001, table 3-1; zero wait states"

# The first pattern that matches an instruction's text tells its cycles; N is its register count.
_COSTS: tuple[tuple[str, int | str], ...] = (
    (r"[su]div", DIVISION),
    (r"v(div|sqrt)", 14),
    (r"vf?n?ml[as]", 3),
    (r"(push|pop|ldm|stm|vpush|vpop|vldm|vstm)", "1 + N"),
    (r"(ldrd|strd)", 3),
    (r"(vldr|vstr)", 2),
    (r"tb[bh]", 2),
    (r"ldr", 2),
)
_LOAD = re.compile(r"ldr(?!d)\w* (\w+), \[(.*)\]?")
_BRANCH = re.compile(
    r"(b|bl|bx|blx)(eq|ne|cs|cc|hs|lo|mi|pl|vs|vc|hi|ls|ge|lt|gt|le)? |cbn?z|tb[bh]"
    r"|(pop|ldm).*pc|(ldr|mov|add)\w* pc,"
)


@dataclass(frozen=True, eq=False)
class CostTable:
    """What each instruction of a listing costs.

    Attributes
    ----------
    base : int64 array, (instructions,)
        Cycles, a branch counted as not taken.
    branch : bool array, (instructions,)
        Whether the instruction can leave straight code.
    overlaps : bool array, (instructions,)
        Whether it is a load that takes one cycle less straight after the load before it.
    """

    base: NDArray[np.int64]
    branch: NDArray[np.bool_]
    overlaps: NDArray[np.bool_]


def cost_table(listing: Listing) -> CostTable:
    """Look up the cost of every instruction of a listing on a Cortex-M4."""
    texts = listing.text
    adjacent = [False, *(listing.start[1:] == listing.end[:-1])]
    before = ["", *texts[:-1]]
    return CostTable(
        base=np.array([_base(text) for text in texts], np.int64),
        branch=np.array([bool(_BRANCH.match(text)) for text in texts], bool),
        overlaps=np.array(
            [near and _overlaps(a, b) for near, a, b in zip(adjacent, before, texts, strict=True)],
            bool,
        ),
    )


@dataclass(frozen=True, order=True)
class Cost:
    """What a run took: estimated clock cycles, and instructions counted exactly."""

    cycles: int = 0
    instructions: int = 0

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.cycles + other.cycles, self.instructions + other.instructions)


def cost_of(listing: Listing, table: CostTable, counts: Counts) -> Cost:
    """Sum what a run took: count times cost, over all instructions.

    A taken branch costs `REFILL` cycles more; a load straight after another one, on whose result it
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
        + REFILL * taken[table.branch].sum()
        - straight[table.overlaps].sum()
    )
    return Cost(int(cycles), int(executed.sum()))


def _base(text: str) -> int:
    """Return the cycles of one instruction that does not branch."""
    for pattern, cycles in _COSTS:
        if re.match(pattern, text):
            return cycles if isinstance(cycles, int) else 1 + register_words(text)
    return 1


def _overlaps(before: str, text: str) -> bool:
    """Tell whether a load can start while the load before it still waits for memory."""
    first, second = _LOAD.match(before), _LOAD.match(text)
    if not first or not second:
        return False
    return first[1] not in re.split(r"\W+", second[2]) and first[1] != "pc"
