"""Machine code becomes a listing: where each instruction is, and its text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tinyml_course.simulator.program import Program

Decoder = Callable[[bytes, int], Iterator[tuple[int, int, str]]]
"""Takes code and its address, gives each instruction's address, bytes and text."""


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
    code, end = program.code
    contents = next(data for start, data in program.segments if start == code)
    decode = _capstone(*decoder) if (decoder := program.core.architecture.decoder) else _avr
    found = [
        (address, size, text)
        for start, stop in program.instructions
        for address, size, text in decode(
            contents[max(start - code, 0) : stop - code], max(start, code)
        )
        if code <= address < end
    ]
    addresses = np.array([address for address, _, _ in found], np.int64)
    sizes = np.array([size for _, size, _ in found], np.int64)
    first = (addresses - code) // 2
    return Listing(first, first + sizes // 2, [text for _, _, text in found])


def _capstone(architecture: int, mode: int) -> Decoder:
    """Return capstone's decoder of an instruction set, which skips what is no instruction."""
    from capstone import Cs

    decoder = Cs(architecture, mode)
    decoder.skipdata = True

    def decode(content: bytes, address: int) -> Iterator[tuple[int, int, str]]:
        for at, size, mnemonic, operands in decoder.disasm_lite(content, address):
            yield at, size, f"{mnemonic.removeprefix('c.').replace('.w', '')} {operands}"

    return decode


def _avr(content: bytes, address: int) -> Iterator[tuple[int, int, str]]:
    """Decode an AVR's instructions as far as needed: how long each is, and what it calls."""
    words = np.frombuffer(content, "<u2").astype(int).tolist()
    place = 0
    while place < len(words):
        word, at, text = words[place], address + 2 * place, ""
        is_long = (word & 0xFE0C) == 0x940C or (word & 0xFC0F) == 0x9000  # jmp, call; lds, sts
        if (word & 0xFE0C) == 0x940C:  # call, or jmp in place of a last call
            text = f"call {2 * words[place + 1]:#x}"  # of the first 128 KiB
        elif (word & 0xE000) == 0xC000:  # rcall and rjmp
            offset = (word & 0xFFF) - 2 * (word & 0x800)
            text = f"call {at + 2 + 2 * offset:#x}"
        size = 2 if is_long else 1
        yield at, 2 * size, text
        place += size


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
