"""A switched-on board, emulated: functions of its program are called, and their cost is counted."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from tinyml_course.boards import Board
from tinyml_course.simulator.cores import ATMEGA328P
from tinyml_course.simulator.cycles import Cost, cost_of, cost_table
from tinyml_course.simulator.disassembly import disassemble
from tinyml_course.simulator.machine import Machine
from tinyml_course.simulator.program import Program
from tinyml_course.simulator.simavr import AvrMachine
from tinyml_course.simulator.trace import Counts, Reading
from tinyml_course.simulator.waits import wait_cycles


class Meter:
    """A switched-on board whose calls are counted."""

    def __init__(self, program: Program, board: Board) -> None:
        self.listing = disassemble(program)
        self._table = cost_table(self.listing, program.core.timing)
        self._board, self._code_start = board, program.code[0]
        self._readings: dict[str, tuple[Reading, ...]] = {}
        self.machine: Machine | AvrMachine = (
            AvrMachine(program, board)
            if program.core is ATMEGA328P
            else Machine(program, board, self.listing)
        )

    def call(
        self, function: str, *arguments: int, marks: Mapping[int, int] = MappingProxyType({})
    ) -> Measured:
        """Call a function; `marks` say at which address which phase begins."""
        machine = self.machine
        value = machine.call(function, *arguments, marks=marks)
        if isinstance(machine, AvrMachine):
            return Measured(value, machine.costs)
        readings = machine.readings
        if readings is None:  # reads hardly depend on the data: those of the strict calls stand
            readings = self._readings.get(function, (Reading(),) * len(machine.counts))
        self._readings[function] = readings
        pairs = zip(machine.counts, readings, strict=True)
        return Measured(value, [self._cost(counts, reading) for counts, reading in pairs])

    def relax(self) -> None:
        """Be done with watching addresses, once every part of a program has run."""
        if isinstance(self.machine, Machine):
            self.machine.relax()

    def _cost(self, counts: Counts, reading: Reading) -> Cost:
        """Add up what instructions take, and the waiting for flash."""
        waits = wait_cycles(counts, reading, self._board, self._code_start)
        return cost_of(self.listing, self._table, counts) + Cost(cycles=waits, waits=waits)


class Measured(NamedTuple):
    """What a call returned, and what each of its phases took."""

    value: int
    phases: list[Cost]

    @property
    def cost(self) -> Cost:
        """What the whole call took."""
        return sum(self.phases, Cost())
