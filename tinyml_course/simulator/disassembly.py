"""Machine code becomes a listing: where each instruction is, and its text."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tinyml_course.simulator.program import Program


@dataclass(frozen=True, eq=False)
class Listing:
    """The instructions of a program, in the order of their addresses.

    Attributes
    ----------
    start, end : int64 array, (instructions,)
        First halfword of each, and the first one behind it, counted from the start of the code.
    text : list of str
        "ldr r0, [r1, #4]", and so on; the width suffix is left out.
    """

    start: NDArray[np.int64]
    end: NDArray[np.int64]
    text: list[str]


def disassemble(program: Program) -> Listing:
    """List the instructions of a program; constants among the code are left out."""
    from capstone import CS_ARCH_ARM, CS_MODE_MCLASS, CS_MODE_THUMB, Cs

    decoder = Cs(CS_ARCH_ARM, CS_MODE_THUMB | CS_MODE_MCLASS)
    decoder.skipdata = True
    code, end = program.code
    contents = next(data for start, data in program.segments if start == code)
    found = [
        (address, size, f"{mnemonic.replace('.w', '')} {operands}")
        for start, stop in program.instructions
        for address, size, mnemonic, operands in decoder.disasm_lite(
            contents[max(start - code, 0) : stop - code], max(start, code)
        )
        if code <= address < end
    ]
    addresses = np.array([address for address, _, _ in found], np.int64)
    sizes = np.array([size for _, size, _ in found], np.int64)
    first = (addresses - code) // 2
    return Listing(first, first + sizes // 2, [text for _, _, text in found])


def register_words(text: str) -> int:
    """Count the words in a register list such as "{r4, r5, lr}" or "{d8, d9}"."""
    names = text[text.index("{") + 1 : text.index("}")].split(", ")
    return sum(2 if name.startswith("d") else 1 for name in names)


def calls_in(listing: Listing, program: Program, function: str) -> list[tuple[str, int]]:
    """List the calls in a function's code: the name that is called, and the address behind."""
    symbol, code = program.symbols[function], program.code[0]
    found = []
    for end, text in zip(listing.end, listing.text, strict=True):
        behind = code + 2 * int(end)
        inside = symbol.address < behind <= symbol.address + symbol.size
        if inside and (called := re.match(r"bl? #(0x\w+)", text)):
            found.append((program.name_at(int(called[1], 16)) or "", behind))
    return [(name, behind) for name, behind in found if name != function]
