"""A program runs in an emulated board: its processor core, its flash, its RAM, and nothing else.

Flash can be read and run but not written; RAM ends where it ends; the share of RAM that the board's
own Arduino core takes is watched; a stack that grows into static data is stopped. Each limit that a
program runs into ends in a message in words. Peripherals are not emulated.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from unicorn import (
    UC_ERR_INSN_INVALID,
    UC_HOOK_INTR,
    UC_HOOK_MEM_INVALID,
    UC_PROT_EXEC,
    UC_PROT_READ,
    UC_PROT_WRITE,
    Uc,
    UcError,
)

from tinyml_course.boards import Board
from tinyml_course.errors import FitError
from tinyml_course.simulator.cores import mapped
from tinyml_course.simulator.disassembly import Listing
from tinyml_course.simulator.faults import Faults
from tinyml_course.simulator.program import Program, stack_top
from tinyml_course.simulator.trace import (
    BUDGET,
    OUTSIDE,
    STACK,
    UNALIGNED,
    Counts,
    Reading,
    Trace,
)

PAGE = 4096
PAINT = 0xA5C3965A  # fills RAM before the start: what still holds it was never written
INSTRUCTION_BUDGET = 1_000_000_000


class Machine:
    """One board, switched on: start-up code has run and the program waits in main.

    Parameters
    ----------
    program : Program
        Small enough for the board.
    board : Board
    listing : Listing
        The program's instructions.

    Raises
    ------
    FitError
        If the start-up code runs into a limit.
    """

    def __init__(self, program: Program, board: Board, listing: Listing) -> None:
        self._program = program
        self._board = board = mapped(board)
        self._stack_top = stack_top(board)
        self._stack_floor = program.address("start_bss_end")
        self._faults = Faults(program, board)
        self._fault: tuple[int, int, int, int] | None = None
        self._interrupt: int | None = None
        self._architecture = program.core.architecture
        self._listing = listing
        assert self._architecture.emulator is not None
        self._emulator = Uc(*self._architecture.emulator)
        self._emulator.ctl_set_cpu_model(program.core.model)
        self._emulator.hook_add(UC_HOOK_MEM_INVALID, self._on_fault)
        self._emulator.hook_add(UC_HOOK_INTR, self._on_interrupt)
        self._map_memory()
        flash = (board.flash_start, board.flash_start + board.flash_bytes)
        self._trace = Trace(self._emulator, program, listing, self._stack_floor, flash)
        self._emulator.reg_write(self._architecture.stack, self._stack_top)
        self._run(program.address("Reset_Handler"), INSTRUCTION_BUDGET)
        self._main_stack = int(self._emulator.reg_read(self._architecture.stack))

    def call(
        self,
        function: str,
        *arguments: int,
        budget: int = INSTRUCTION_BUDGET,
        marks: Mapping[int, int] = MappingProxyType({}),
    ) -> int:
        """Call a function of the program as main would, and return what it returns.

        Parameters
        ----------
        function : str
        *arguments : int
            At most four words.
        budget : int
            Instructions after which the program counts as hung: at least this many are run.
        marks : mapping of address to phase
            Where the phases of the call begin, for `counts`.

        Raises
        ------
        FitError
            If the program leaves its memory, its stack or its budget, or stops.
        """
        registers = self._architecture
        assert len(arguments) <= len(registers.arguments)
        for register, argument in zip(registers.arguments, arguments, strict=False):
            self._emulator.reg_write(register, argument)
        main = self._program.address("main") | registers.code_bit
        self._emulator.reg_write(registers.link, main)
        self._emulator.reg_write(registers.stack, self._main_stack)
        self._run(self._program.address(function), budget, marks)
        return int(self._emulator.reg_read(registers.arguments[0]))

    def read(self, address: int, size: int) -> bytes:
        """Read memory."""
        return bytes(self._emulator.mem_read(address, size))

    def write(self, address: int, content: bytes) -> None:
        """Write memory."""
        self._emulator.mem_write(address, content)

    @property
    def counts(self) -> tuple[Counts, ...]:
        """What the last call executed, phase by phase."""
        return self._trace.counts()

    @property
    def readings(self) -> tuple[Reading, ...] | None:
        """What the last call read from flash, phase by phase; None once relaxed."""
        return self._trace.readings()

    def relax(self) -> None:
        """From now on watch no addresses: faster; unaligned words and flash reads go unseen."""
        self._trace.relax()

    @property
    def phase(self) -> int:
        """The phase the last call ended in, or came to a stop in."""
        return self._trace.phase

    @property
    def stack_bytes(self) -> int:
        """The most stack any call took so far: memory it wrote to, or set aside."""
        words = (self._stack_top - self._stack_floor) // 4
        free = np.frombuffer(self.read(self._stack_floor, 4 * words), np.uint32)
        written = np.flatnonzero(free != PAINT)
        lowest = self._stack_floor + 4 * int(written[0]) if len(written) else self._stack_top
        return self._stack_top - min(lowest, self._trace.lowest_stack)

    def _map_memory(self) -> None:
        """Lay out exactly the board's memory and write the program to flash."""
        board, emulator = self._board, self._emulator
        flash = _pages(board.flash_start, board.flash_bytes)
        emulator.mem_map(*flash, UC_PROT_READ | UC_PROT_EXEC)
        emulator.mem_write(flash[0], b"\xff" * flash[1])  # erased
        for address, content in self._program.segments:
            emulator.mem_write(address, content)
        ram = _pages(board.ram_start, board.ram_bytes)
        emulator.mem_map(*ram, UC_PROT_READ | UC_PROT_WRITE)
        emulator.mem_write(ram[0], PAINT.to_bytes(4, "little") * (ram[1] // 4))

    def _run(
        self, start: int, budget: int, marks: Mapping[int, int] = MappingProxyType({})
    ) -> None:
        """Run until the program is in main, or say why it cannot go on."""
        self._fault = self._interrupt = None
        self._trace.start(budget, marks)
        stop = self._program.address("main")
        try:
            self._emulator.emu_start(start | self._architecture.code_bit, stop)
        except UcError as error:
            raise FitError(self._explain(error.errno, budget)) from None
        if self._trace.stopped[0] or self._interrupt is not None:
            raise FitError(self._explain(0, budget))
        self._check_core_share()

    def _on_fault(self, _: Uc, kind: int, address: int, size: int, value: int, __: object) -> bool:
        """Keep the first access outside the memory map; it ends the run."""
        pc = int(self._emulator.reg_read(self._architecture.counter))
        self._fault = self._fault or (kind, address, size, pc)
        return False

    def _on_interrupt(self, _: Uc, number: int, __: object) -> None:
        """Stop at an exception: there are no handlers."""
        self._interrupt = number
        self._emulator.emu_stop()

    def _explain(self, error: int, budget: int) -> str:
        """Say in words what ended a run."""
        reason, address = self._trace.stopped
        pc = int(self._emulator.reg_read(self._architecture.counter))
        if reason == STACK:
            return self._faults.stack_overflow(address, self._trace.lowest_stack)
        if reason == BUDGET:
            return self._faults.endless(address, budget)
        if reason == OUTSIDE:
            return self._faults.lost(address)
        if reason == UNALIGNED:
            return self._faults.unaligned(address, self._text_at(address))
        if self._fault is not None:
            return self._faults.access(*self._fault)
        if error == UC_ERR_INSN_INVALID or self._interrupt in self._architecture.lost:
            return self._faults.lost(pc)
        if self._interrupt in self._architecture.unaligned:
            return self._faults.unaligned(pc, self._text_at(pc))
        return self._faults.exception(pc, self._interrupt)

    def _text_at(self, address: int) -> str:
        """Return the text of the instruction at an address."""
        return self._listing.text_at(address - self._program.code[0])

    def _check_core_share(self) -> None:
        """Refuse a program that wrote to the RAM of the board's own core."""
        start = self._board.ram_start
        share = np.frombuffer(
            self.read(start, self._program.address("start_data") // 4 * 4 - start), np.uint32
        )
        changed = np.flatnonzero(share != PAINT)
        if len(changed):
            self.write(start, PAINT.to_bytes(4, "little") * len(share))
            raise FitError(self._faults.core_share(start + 4 * int(changed[-1])))


def _pages(start: int, size: int) -> tuple[int, int]:
    """Widen a memory to whole pages, as the emulator wants it."""
    first = start // PAGE * PAGE
    return first, -(-(start + size - first) // PAGE) * PAGE
