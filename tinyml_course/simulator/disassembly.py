"""Machine code becomes a listing: where each instruction is, and its text."""

from __future__ import annotations

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

    def text_at(self, offset: int) -> str:
        """Return the text of the instruction that many bytes into the code; empty if none."""
        index = int(np.searchsorted(self.start, offset // 2, side="right")) - 1
        inside = 0 <= index < len(self.text) and offset // 2 < self.end[index]
        return self.text[index] if inside else ""


def disassemble(program: Program) -> Listing:
    """List the instructions of a program; constants among the code are left out."""
    from capstone import Cs

    decoder = Cs(*program.core.architecture.decoder)
    decoder.skipdata = True
    code, end = program.code
    contents = next(data for start, data in program.segments if start == code)
    found = [
        (address, size, f"{mnemonic.removeprefix('c.').replace('.w', '')} {operands}")
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


def calls_in(listing: Listing, program: Program, function: str) -> list[tuple[str, int]]:
    """List the calls in a function's code: the name that is called, and the address behind."""
    symbol, code = program.symbols[function], program.code[0]
    inside = (symbol.address <= code + 2 * listing.start) & (
        code + 2 * listing.end <= symbol.address + symbol.size
    )
    found = []
    for index in np.flatnonzero(inside):
        address, behind = code + 2 * int(listing.start[index]), code + 2 * int(listing.end[index])
        called = program.core.architecture.called(address, listing.text[index])
        if called is not None:
            found.append((program.name_at(called) or "", behind))
    return [(name, behind) for name, behind in found if name != function]
