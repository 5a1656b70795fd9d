"""Small C programs on an emulated board, for tests of the simulator's parts."""

from dataclasses import dataclass, replace

import pytest

from tinyml_course.boards import Board, get_board
from tinyml_course.simulator.disassembly import disassemble
from tinyml_course.simulator.machine import Machine
from tinyml_course.simulator.program import Program, build_program
from tinyml_course.simulator.toolchain import arm_gcc

NANO = get_board("nano33ble")
# The same silicon with 8 KB of RAM and no core on it: limits are near, and addresses round.
TINY = replace(
    NANO, id="tiny", ram_bytes=8192, core_ram_bytes=0, core_flash_bytes=0, stack_limit_bytes=0
)
COMPILERS = [
    "zig",
    pytest.param(
        "arm-none-eabi-gcc",
        marks=pytest.mark.skipif(arm_gcc() is None, reason="arm-none-eabi-gcc is not installed"),
    ),
]


@dataclass(frozen=True)
class Bench:
    """A linked program, and fresh machines to run it on."""

    program: Program
    board: Board

    def machine(self) -> Machine:
        return Machine(self.program, self.board, disassemble(self.program))


def bench(source: str, keep: list[str], compiler: str = "zig", board: Board = NANO) -> Bench:
    return Bench(build_program({"small.c": source}, board, keep, compiler), board)
