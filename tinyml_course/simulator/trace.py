"""An emulated program is followed: how often each instruction ran, how deep its stack went.

The hook that the emulator calls before each block is C (`c/trace.c`), which keeps counting at
hundreds of millions of instructions a second.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from unicorn import UC_HOOK_BLOCK, UC_HOOK_CODE, Uc
from unicorn.unicorn_py3.unicorn import uclib

from tinyml_course.simulator.architectures import Access
from tinyml_course.simulator.disassembly import Listing
from tinyml_course.simulator.program import Program
from tinyml_course.simulator.sources import own_source
from tinyml_course.simulator.toolchain import build_shared_library

BUDGET, STACK, OUTSIDE, UNALIGNED = 1, 2, 3, 4
_ACCESS = np.dtype([("base", "u2"), ("index", "u2"), ("alignment", "u1"), ("reads", "u1")])
_READING = np.dtype([("reads", "u8"), ("bytes", "u8"), ("lowest", "u4"), ("highest", "u4")])


class _Trace(ctypes.Structure):
    """`struct trace` of trace.c."""

    _fields_ = (
        ("code", ctypes.c_uint32),
        ("halfwords", ctypes.c_uint32),
        ("started", ctypes.c_void_p),
        ("ended", ctypes.c_void_p),
        ("passed", ctypes.c_void_p),
        ("marks", ctypes.c_void_p),
        ("phase", ctypes.c_uint32),
        ("lowering", ctypes.c_void_p),
        ("budget", ctypes.c_uint64),
        ("stack_floor", ctypes.c_uint32),
        ("lowest_stack", ctypes.c_uint32),
        ("last_end", ctypes.c_uint32),
        ("last_lowers", ctypes.c_uint32),
        ("stopped", ctypes.c_uint32),
        ("stopped_at", ctypes.c_uint32),
        ("stack_register", ctypes.c_int),
        ("read_register", ctypes.c_void_p),
        ("stop", ctypes.c_void_p),
        ("accesses", ctypes.c_void_p),
        ("readings", ctypes.c_void_p),
        ("flash", ctypes.c_uint32),
        ("flash_end", ctypes.c_uint32),
    )


@dataclass(frozen=True, eq=False)
class Counts:
    """How often the instructions of a program ran, each array by halfword of its code.

    Attributes
    ----------
    executed : int64 array, (halfwords,)
        Times the halfword was run through.
    started : int64 array, (halfwords,)
        Blocks of straight code that started at the halfword.
    passed : int64 array, (halfwords + 1,)
        Blocks that started here because the one before ran on: its branch was not taken.
    """

    executed: NDArray[np.int64]
    started: NDArray[np.int64]
    passed: NDArray[np.int64]


class Reading(NamedTuple):
    """What a program read from flash: accesses, bytes, and how far apart they lie at most."""

    reads: int = 0
    bytes: int = 0
    span: int = 0


class Trace:
    """Follows one emulator.

    Parameters
    ----------
    emulator : Uc
    program : Program
    listing : Listing
        The program's instructions.
    stack_floor : int
        The lowest address the stack may reach.
    flash : tuple of int
        Where flash begins, and the first address behind it.
    """

    def __init__(
        self,
        emulator: Uc,
        program: Program,
        listing: Listing,
        stack_floor: int,
        flash: tuple[int, int],
    ) -> None:
        code, end = program.code
        halfwords = (end - code) // 2
        architecture = program.core.architecture
        self._lowering = _stack_lowering(listing, halfwords, architecture.bytes_lowered)
        self._accesses = _accesses(listing, halfwords, architecture.access)
        self._state = _Trace(
            accesses=self._accesses.ctypes.data,
            flash=flash[0],
            flash_end=flash[1],
            code=code,
            halfwords=halfwords,
            lowering=self._lowering.ctypes.data,
            stack_floor=stack_floor,
            lowest_stack=2**32 - 1,
            stack_register=architecture.stack,
            read_register=_pointer(uclib.uc_reg_read),
            stop=_pointer(uclib.uc_emu_stop),
        )
        self._emulator = emulator
        self._library = ctypes.CDLL(str(build_shared_library({"trace.c": own_source("trace.c")})))
        self._hook(UC_HOOK_BLOCK, self._library.trace_block)
        self._strict: ctypes.c_size_t | None = self._hook(
            UC_HOOK_CODE, self._library.trace_access, code, end
        )
        for behind, text in zip(listing.end, listing.text, strict=True):
            if architecture.bytes_lowered(text) == 1:
                place = code + 2 * int(behind)
                self._hook(UC_HOOK_CODE, self._library.trace_stack, place, place)

    def relax(self) -> None:
        """Look no longer at addresses: runs are faster, and say nothing of what they read."""
        if self._strict is not None:
            assert uclib.uc_hook_del(self._emulator._uch, self._strict) == 0
            self._strict = None

    def readings(self) -> tuple[Reading, ...] | None:
        """Return what the last run read from flash, phase by phase; None if it was not strict."""
        if self._strict is None:
            return None
        return tuple(
            Reading(int(reads), int(size), int(high) - int(low) if reads else 0)
            for reads, size, low, high in self._readings
        )

    def _hook(self, events: int, function: Any, begin: int = 1, end: int = 0) -> ctypes.c_size_t:
        """Let the emulator call one of trace.c's functions, without Python in between.

        Never at accesses (UC_HOOK_MEM_READ or WRITE): with such a hook the emulator computes wrong.
        """
        handle = ctypes.c_size_t()
        status = uclib.uc_hook_add(
            self._emulator._uch,
            ctypes.byref(handle),
            events,
            ctypes.cast(function, ctypes.c_void_p),
            ctypes.cast(ctypes.byref(self._state), ctypes.c_void_p),
            ctypes.c_uint64(begin),
            ctypes.c_uint64(end),
        )
        assert status == 0
        return handle

    def start(self, budget: int, marks: Mapping[int, int] = MappingProxyType({})) -> None:
        """Begin a run, with all counts at zero.

        Parameters
        ----------
        budget : int
            At least this many instructions are run, and at most twice as many.
        marks : mapping of address to phase
            Where phases begin; each may be entered many times. A run begins in phase 0.
        """
        state, halfwords = self._state, self._state.halfwords
        self._counts = np.zeros((3, max(marks.values(), default=0) + 1, halfwords + 1), np.uint64)
        self._readings = np.zeros(self._counts.shape[1], _READING)
        self._readings["lowest"] = 2**32 - 1
        state.readings = self._readings.ctypes.data
        state.started, state.ended, state.passed = (kind.ctypes.data for kind in self._counts)
        self._marks = np.zeros(halfwords + 1, np.uint16)
        for address, phase in marks.items():
            self._marks[(address - state.code) // 2] = phase + 1
        state.marks = self._marks.ctypes.data
        state.phase = 0
        state.budget = 2 * budget  # no instruction is longer than two halfwords
        state.last_end = 2**32 - 1
        state.last_lowers = 0
        state.stopped = 0

    @property
    def stopped(self) -> tuple[int, int]:
        """Why the trace stopped the last run (0: it did not), and at which address."""
        return self._state.stopped, self._state.stopped_at

    @property
    def lowest_stack(self) -> int:
        """The lowest stack pointer of all runs, as far as it is known at the start of a block."""
        return int(self._state.lowest_stack)

    @property
    def phase(self) -> int:
        """The phase the last run was in when it ended."""
        return int(self._state.phase)

    def counts(self) -> tuple[Counts, ...]:
        """Return the counts since `start`, phase by phase."""
        return tuple(
            Counts(np.cumsum(started - ended)[:-1], started[:-1], passed)
            for started, ended, passed in self._counts.astype(np.int64).swapaxes(0, 1)
        )


def _pointer(function: Any) -> int | None:
    return ctypes.cast(function, ctypes.c_void_p).value


def _accesses(
    listing: Listing, halfwords: int, access: Callable[[str], Access | None]
) -> NDArray[Any]:
    """Tell, by halfword of the code, how the instruction there gets at memory."""
    found = np.zeros(halfwords + 1, _ACCESS)
    for start, text in zip(listing.start, listing.text, strict=True):
        if one := access(text):
            found[start] = (one.base, one.index, one.alignment, one.reads)
    return found


def _stack_lowering(
    listing: Listing, halfwords: int, bytes_lowered: Callable[[str], int]
) -> NDArray[np.uint32]:
    """Sum, before each halfword of the code, the bytes its instructions lower the stack by."""
    lowers = np.zeros(halfwords + 1, np.uint32)
    for index, text in zip(listing.start, listing.text, strict=True):
        lowers[index + 1] = bytes_lowered(text)
    return np.cumsum(lowers, dtype=np.uint32)
