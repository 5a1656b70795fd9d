"""What an instruction costs on each core, in clock cycles with memory that never makes it wait.

Where the maker of a core publishes a table, it is that table; a range in it is taken at a middle
value, stated below. Where none is published, the cycles of a core that has one are scaled by how
the two compare in a published benchmark: such a timing says so in `estimated`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

Costs = tuple[tuple[str, int | str], ...]


@dataclass(frozen=True)
class Timing:
    """The cost table of a core.

    Attributes
    ----------
    source : str
        Where the costs are from.
    costs : tuple of (pattern, cycles)
        The first pattern that matches an instruction's text tells its cycles: a number, or
        "A + N" with N its register count; others take 1.
    branch : str
        Pattern of the instructions that can leave straight code.
    refill : int
        Further cycles of a taken branch.
    pipelined : bool
        Whether a load straight after an independent load takes one cycle less.
    scale : float
        Cycles of this core for one of the table.
    estimated : str
        The rule, where no table is published for the core; empty otherwise.
    """

    source: str
    costs: Costs
    branch: str
    refill: int
    pipelined: bool
    scale: float = 1.0
    estimated: str = ""


_THUMB_BRANCH = (
    r"(b|bl|bx|blx)(eq|ne|cs|cc|hs|lo|mi|pl|vs|vc|hi|ls|ge|lt|gt|le)? |cbn?z|tb[bh]"
    r"|(pop|ldm).*pc|(ldr|mov|add)\w* pc,"
)
_ARMV7M: Costs = (
    (r"[su]div", 7),  # 2 to 12 in the manual
    (r"v(div|sqrt)", 14),
    (r"vf?n?ml[as]", 3),
    (r"(push|pop|ldm|stm|vpush|vpop|vldm|vstm)", "1 + N"),
    (r"(ldrd|strd)", 3),
    (r"(vldr|vstr)", 2),
    (r"tb[bh]", 2),
    (r"ldr", 2),
)

CORTEX_M4 = Timing(
    source="Arm Cortex-M4 Technical Reference Manual 100166_0001, tables 3-1 and 7-1, "
    "section 3.3.3; zero wait states",
    costs=_ARMV7M,
    branch=_THUMB_BRANCH,
    refill=2,  # 1 to 3 in the manual
    pipelined=True,
)
CORTEX_M3 = replace(
    CORTEX_M4,
    source="Arm Cortex-M3 Technical Reference Manual DDI 0337, table 'Cortex-M3 instruction set "
    "summary'; zero wait states",
    costs=(
        (r"[us]mull", 4),  # 3 to 5 in the manual
        (r"[us]mlal", 5),  # 4 to 7
        (r"ml[as]", 2),
        *_ARMV7M,
    ),
)
CORTEX_M0PLUS = Timing(
    source="Arm Cortex-M0+ Technical Reference Manual DDI 0484C, table 3-1, with the single-cycle "
    "multiplier; zero wait states",
    costs=(
        (r"pop .*pc", "2 + N"),  # 3 + N in all, as the manual says: the refill is counted apart
        (r"(push|pop|ldm|stm)", "1 + N"),
        (r"(ldr|str)", 2),
        (r"bl ", 2),  # 3 in all
        (r"(mrs|msr|dmb|dsb|isb)", 3),
    ),
    branch=_THUMB_BRANCH,
    refill=1,
    pipelined=False,
)
COREMARKS_PER_MHZ = {
    "cortex-m4f": 3.42,
    "cortex-m7": 5.01,
    "cortex-m33": 4.02,
}
"""CoreMark results by MHz, as Arm's product pages of the cores give them."""


def _scaled(core: str, title: str) -> Timing:
    own, table = COREMARKS_PER_MHZ[core], COREMARKS_PER_MHZ["cortex-m4f"]
    return replace(
        CORTEX_M4,
        scale=table / own,
        estimated=f"no table of {title} is published: cycles are those of the Cortex-M4's table "
        f"times {table} / {own}, the two cores' CoreMarks per MHz on Arm's pages",
    )


CORTEX_M7 = _scaled("cortex-m7", "the Cortex-M7, which can start two instructions at once,")
CORTEX_M33 = _scaled("cortex-m33", "the Cortex-M33")
AVR = Timing(
    source="counted by simavr, by the cycles of Microchip's AVR Instruction Set Manual DS40002198",
    costs=(),
    branch="",
    refill=0,
    pipelined=False,
)
ESP32_C3 = Timing(
    source="our own rule for a four-stage in-order pipeline, which is what Espressif's ESP32-C3 "
    "datasheet calls its core",
    costs=((r"(div|rem)u?", 33), (r"l[bhw]u?(sp)? ", 2)),
    branch=r"(j|jal|jr|jalr|ret|b(eq|ne|lt|ge|ltu|geu)z?)\b",
    refill=2,
    pipelined=False,
    estimated="no table of the ESP32-C3 is published: 1 cycle an instruction, 2 a load, 3 a taken "
    "branch, 33 a division",
)
