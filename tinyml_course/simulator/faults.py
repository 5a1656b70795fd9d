"""What a program did wrong on a board becomes one or two sentences: what, where, what to try."""

from __future__ import annotations

from dataclasses import dataclass

from unicorn import (
    UC_MEM_FETCH_PROT,
    UC_MEM_FETCH_UNMAPPED,
    UC_MEM_READ_UNMAPPED,
    UC_MEM_WRITE_PROT,
)

from tinyml_course.boards import Board
from tinyml_course.simulator.program import Program

NEAR_BYTES = 65_536  # beyond, a distance from the edge of a memory tells nobody anything


@dataclass(frozen=True)
class Faults:
    """The wording of the faults of one program on one board."""

    program: Program
    board: Board

    def access(self, kind: int, address: int, size: int, pc: int) -> str:
        """Word an access that the memory map does not allow; `kind` is the emulator's."""
        if kind in (UC_MEM_FETCH_UNMAPPED, UC_MEM_FETCH_PROT):
            return self.lost(address)
        if kind == UC_MEM_WRITE_PROT:
            return (
                f"{self._code(pc)} wrote to flash at {address:#010x}{self._variable(address)}: "
                "constants cannot change while a program runs. Keep what changes in RAM."
            )
        return self.outside("read" if kind == UC_MEM_READ_UNMAPPED else "wrote", address, size, pc)

    def outside(self, verb: str, address: int, size: int, pc: int) -> str:
        """Word an access to where there is no memory; `verb` is "read" or "wrote"."""
        return (
            f"{self._code(pc)} {verb} {_bytes(size)} at {address:#010x}, "
            f"{self._distance(address)}. Check the index or the length it uses."
        )

    def unaligned(self, pc: int, instruction: str) -> str:
        """Word an access whose address is no multiple of what the instruction needs."""
        return (
            f"{self._code(pc)} used `{instruction}` with an address that is no multiple of its "
            f"size, which traps on the {self.program.core.title}. Read such data byte by byte, "
            "or align the array."
        )

    def stack_overflow(self, pc: int, lowest: int) -> str:
        """Word a stack that ran into the program's variables; `lowest` is where it got to."""
        floor = self.program.address("start_bss_end")
        room = self.board.ram_start + self.board.ram_bytes - floor
        return (
            f"the stack grew into static data in {self._code(pc)}, at least "
            f"{_bytes(floor - lowest)} too far: {self.board.id} has "
            f"{self.board.ram_limit_bytes:,} bytes of RAM for a program, variables take "
            f"{self.program.static_ram_bytes:,}, and {_bytes(room)} are left for the stack. "
            "Make local arrays or the arena smaller."
        )

    def endless(self, pc: int, budget: int) -> str:
        """Word a call that did not come to an end."""
        return (
            f"{self._code(pc)} was still running after {budget:,} instructions: "
            "look for a loop that never ends."
        )

    def lost(self, address: int) -> str:
        """Word a program that left its own code."""
        return (
            f"the program jumped to {address:#010x}, where it has no code: "
            "a function pointer or a return address was overwritten."
        )

    def core_share(self, address: int) -> str:
        """Word a program that wrote to RAM which belongs to the board's own core."""
        below = self.program.address("start_data") - address
        return (
            f"the program wrote at {address:#010x}, {_bytes(below)} below its first variable, "
            "where the board's Arduino core keeps its own. Check for a negative index."
        )

    def exception(self, pc: int, number: int | None) -> str:
        """Word an exception of the processor."""
        return (
            f"{self._code(pc)} raised processor exception {number}, which nothing handles. "
            "Look for a trap, or an instruction this core does not have."
        )

    def _code(self, pc: int) -> str:
        """Name the function an address is in."""
        name = self.program.name_at(pc)
        return f"{name}()" if name else f"code at {pc:#010x}"

    def _variable(self, address: int) -> str:
        name = self.program.name_at(address)
        return f" ({name})" if name else ""

    def _distance(self, address: int) -> str:
        """Say where an address is, seen from the nearest edge of the memory map."""
        board = self.board
        edges = {
            "past the end of RAM": address - board.ram_start - board.ram_bytes + 1,
            "before the start of RAM": board.ram_start - address,
            "past the end of flash": address - board.flash_start - board.flash_bytes + 1,
        }
        near = {words: off for words, off in edges.items() if 0 < off <= NEAR_BYTES}
        if not near:
            return "far from both flash and RAM"
        words = min(near, key=lambda edge: near[edge])
        return f"{_bytes(near[words])} {words}"


def _bytes(count: int) -> str:
    return f"{count:,} byte{'s' * (count != 1)}"
