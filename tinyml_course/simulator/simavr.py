"""A program runs on an AVR in simavr: its cycles are counted there, not estimated.

simavr is a library of its own (Debian: libsimavr-dev); the loop that drives its core is C
(`c/simavr.c`). A machine is called and read as the other cores' is (`machine.py`), and words its
faults alike.
"""

from __future__ import annotations

import ctypes
import hashlib
import shutil
import weakref
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

import numpy as np

from tinyml_course.boards import Board
from tinyml_course.compiler.codegen import CompiledModel
from tinyml_course.compiler.emitting.avr import check_kernels
from tinyml_course.errors import FitError, InputError, ToolchainError
from tinyml_course.simulator.cores import AVR_GCC, mapped
from tinyml_course.simulator.cycles import Cost
from tinyml_course.simulator.faults import Faults
from tinyml_course.simulator.program import Program, stack_top
from tinyml_course.simulator.sources import own_source
from tinyml_course.simulator.toolchain import build_shared_library

CHIP = "atmega328p"
CHIP_RAM_BYTES = 2048
INSTRUCTION_BUDGET = 1_000_000_000
HEADER = Path("/usr/include/simavr/sim_avr.h")
INSTALL = "Run `bash .ci/extras`, or install Debian's gcc-avr, avr-libc and libsimavr-dev."
_PAINT = 0xA5
_DATA_SPACE = 0x800000  # where avr-gcc puts RAM, so that its addresses differ from flash's
_BUDGET, _STACK, _OUTSIDE, _READ, _WRITE = range(1, 6)
_SPL, _SPH = 0x5D, 0x5E


class _Run(ctypes.Structure):
    """`struct run` of simavr.c."""

    _fields_ = (
        ("avr", ctypes.c_void_p),
        ("code_end", ctypes.c_uint32),
        ("main", ctypes.c_uint32),
        ("stack_floor", ctypes.c_uint32),
        ("lowest_stack", ctypes.c_uint32),
        ("marks", ctypes.c_void_p),
        ("instructions", ctypes.c_void_p),
        ("cycles", ctypes.c_void_p),
        ("budget", ctypes.c_uint64),
        ("phase", ctypes.c_uint32),
        ("stopped", ctypes.c_uint32),
        ("stopped_at", ctypes.c_uint32),
        ("address", ctypes.c_uint32),
    )


class AvrMachine:
    """An AVR board, switched on: start-up code has run and the program waits in main.

    Parameters
    ----------
    program : Program
        Small enough for the board.
    board : Board
        With no more RAM than an ATmega328P.

    Raises
    ------
    FitError
        If the start-up code runs into a limit.
    InputError
        If the board has more RAM than the chip that is simulated.
    ToolchainError
        If simavr is not installed.
    """

    def __init__(self, program: Program, board: Board) -> None:
        if board.ram_bytes > CHIP_RAM_BYTES:
            raise InputError(
                f"{board.id} has {board.ram_bytes:,} bytes of RAM; the AVR simulated here is the "
                f"{CHIP}, which has {CHIP_RAM_BYTES:,}."
            )
        self._library = _library()
        self._program = program
        self._board = board = mapped(board)
        self._faults = Faults(program, board)
        self._stack_top = stack_top(board)
        avr = self._library.run_open(CHIP.encode())
        assert avr, "simavr knows the chip"
        weakref.finalize(self, self._library.run_close, avr)
        self._flash, self._data = self._library.run_flash(avr), self._library.run_data(avr)
        end = program.code[1]
        self._marks = np.zeros(end // 2 + 1, np.uint16)
        self._state = _Run(
            avr=avr,
            code_end=end,
            main=program.address("main"),
            stack_floor=program.address("start_bss_end") - _DATA_SPACE,
            lowest_stack=self._stack_top - _DATA_SPACE,
            marks=self._marks.ctypes.data,
        )
        for address, content in program.segments:
            ctypes.memmove(self._flash + address, content, len(content))
        self.write(board.ram_start, bytes([_PAINT]) * board.ram_bytes)
        self._run(0, INSTRUCTION_BUDGET)
        self._main_stack = self.read(_SPL, 2)

    def call(
        self,
        function: str,
        *arguments: int,
        budget: int = INSTRUCTION_BUDGET,
        marks: Mapping[int, int] = MappingProxyType({}),
    ) -> int:
        """Call a function of the program as main would, and return what it returns, 16 bits.

        Parameters
        ----------
        function : str
        *arguments : int
            At most four words of 16 bits; an address in RAM may have avr-gcc's offset.
        budget : int
            Instructions after which the program counts as hung.
        marks : mapping of address to phase
            Where the phases of the call begin.

        Raises
        ------
        FitError
            If the program leaves its memory, its stack or its budget, or stops.
        """
        registers = self._program.core.architecture.arguments
        assert len(arguments) <= len(registers)
        for register, argument in zip(registers, arguments, strict=False):
            self.write(register, (argument & 0xFFFF).to_bytes(2, "little"))
        self.write(1, b"\0")  # what compiled code takes r1 to be
        stack = int.from_bytes(self._main_stack, "little")
        self.write(stack - 1, (self._program.address("main") // 2).to_bytes(2, "big"))
        self.write(_SPL, (stack - 2).to_bytes(2, "little"))
        self._run(self._program.address(function), budget, marks)
        return int.from_bytes(self.read(registers[0], 2), "little")

    def read(self, address: int, size: int) -> bytes:
        """Read RAM, by an address with or without avr-gcc's offset."""
        return ctypes.string_at(self._data + (address & 0xFFFF), size)

    def write(self, address: int, content: bytes) -> None:
        """Write RAM."""
        ctypes.memmove(self._data + (address & 0xFFFF), content, len(content))

    @property
    def costs(self) -> list[Cost]:
        """What the last call took, phase by phase."""
        pairs = zip(self._cycles.tolist(), self._instructions.tolist(), strict=True)
        return [Cost(cycles, instructions) for cycles, instructions in pairs]

    @property
    def phase(self) -> int:
        """The phase the last call ended in, or came to a stop in."""
        return int(self._state.phase)

    @property
    def stack_bytes(self) -> int:
        """The most stack any call took so far."""
        return self._stack_top - _DATA_SPACE - int(self._state.lowest_stack)

    def _run(
        self, start: int, budget: int, marks: Mapping[int, int] = MappingProxyType({})
    ) -> None:
        """Run until the program is in main, or say why it cannot go on."""
        state = self._state
        self._instructions, self._cycles = np.zeros(
            (2, max(marks.values(), default=0) + 1), np.uint64
        )
        state.instructions, state.cycles = self._instructions.ctypes.data, self._cycles.ctypes.data
        self._marks[:] = 0
        for address, phase in marks.items():
            self._marks[address // 2] = phase + 1
        state.budget, state.phase, state.stopped = budget, 0, 0
        self._library.run_go(ctypes.byref(state), start)
        if state.stopped:
            raise FitError(self._explain(budget))
        self._check_core_share()

    def _explain(self, budget: int) -> str:
        """Say in words what ended a run."""
        state, pc = self._state, int(self._state.stopped_at)
        address = _DATA_SPACE + int(state.address)
        if state.stopped == _STACK:
            return self._faults.stack_overflow(pc, _DATA_SPACE + int(state.lowest_stack))
        if state.stopped == _BUDGET:
            return self._faults.endless(pc, budget)
        if state.stopped == _OUTSIDE:
            return self._faults.lost(pc)
        if state.stopped in (_READ, _WRITE):
            return self._faults.outside(
                "read" if state.stopped == _READ else "wrote", address, 1, pc
            )
        return self._faults.exception(pc, None)

    def _check_core_share(self) -> None:
        """Refuse a program that wrote to the RAM of the board's own core."""
        start = self._board.ram_start
        share = self.read(start, self._program.address("start_data") - start)
        changed = [place for place, byte in enumerate(share) if byte != _PAINT]
        if changed:
            self.write(start, bytes([_PAINT]) * len(share))
            raise FitError(self._faults.core_share(start + changed[-1]))


def require_run(compiled: CompiledModel) -> None:
    """Refuse a model whose program cannot be built for an AVR, or not be run here.

    Raises
    ------
    InputError
        If a kernel was not made for an AVR; the message names it.
    ToolchainError
        If avr-gcc or simavr is not installed.
    """
    check_kernels(compiled.name, compiled.steps)
    if shutil.which(AVR_GCC) is None:
        raise ToolchainError(
            f"{AVR_GCC}, which makes the programs of AVR boards, is not on the PATH. {INSTALL}"
        )
    _library()


@lru_cache
def _library() -> ctypes.CDLL:
    """Build the loop that drives simavr, for the version of it that is installed."""
    if not HEADER.exists():
        raise ToolchainError(
            f"simavr, which runs the programs of AVR boards, is not installed. {INSTALL}"
        )
    installed = hashlib.sha256(HEADER.read_bytes()).hexdigest()[:16]
    flags = ("-O2", f"-DSIMAVR_HEADER_{installed}", "-I/usr/include", "-lsimavr")
    library = ctypes.CDLL(
        str(build_shared_library({"simavr.c": own_source("simavr.c")}, flags=flags))
    )
    for name in ("run_open", "run_flash", "run_data"):
        getattr(library, name).restype = ctypes.c_void_p
    for name in ("run_flash", "run_data", "run_close"):
        getattr(library, name).argtypes = [ctypes.c_void_p]
    library.run_open.argtypes = [ctypes.c_char_p]
    library.run_go.argtypes = [ctypes.c_void_p, ctypes.c_uint32]
    return library
