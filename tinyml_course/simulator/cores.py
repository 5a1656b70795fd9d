"""The processor cores that boards have: how programs for each are built, run and timed.

A core nobody can emulate here (Xtensa) is given the programs of another one: what comes of it is an
estimate, and every report says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from unicorn import arm_const
from unicorn import riscv_const as riscv

from tinyml_course.boards import Board
from tinyml_course.simulator import timing
from tinyml_course.simulator.architectures import AVR, RISCV, THUMB, Architecture
from tinyml_course.simulator.timing import Timing

GCC, ZIG, AVR_GCC = "arm-none-eabi-gcc", "zig", "avr-gcc"


@dataclass(frozen=True)
class Core:
    """A processor core.

    Attributes
    ----------
    name : str
        As boards.toml has it.
    title : str
        What its maker calls it.
    architecture : Architecture
    model : int
        Unicorn's number for it.
    flags : mapping of compiler name to its flags
        For every compiler that makes programs for the core.
    timing : Timing
    stands_in_for : str
        The title of the core whose programs nobody runs: this one's are run in their place.
    start, script : str
        Our own C file that every program starts with, and its linker script.
    alignment : int
        Of the first byte in flash and RAM, and of the stack: rounded down.
    data_flag : str
        Tells a linker where RAM begins which otherwise knows better than the script.
    """

    name: str
    title: str
    architecture: Architecture
    model: int
    flags: Mapping[str, tuple[str, ...]] = field(repr=False)
    timing: Timing = field(repr=False)
    stands_in_for: str = ""
    start: str = "start.c"
    script: str = "program.ld"
    alignment: int = 16
    data_flag: str = ""

    @property
    def estimated(self) -> str:
        """What of a simulation is estimated, and by which rule; empty if only time is, by table."""
        if self.stands_in_for:
            return (
                f"the {self.stands_in_for} cannot be emulated here: code size, stack, "
                f"instructions and cycles are those of the same C built for the {self.title}. "
                "Tried on the Cortex-M0+ and RISC-V, this rule says 14 to 53 % fewer instructions "
                "than they take (benchmarks/cores.py)"
            )
        return self.timing.estimated


def _thumb(cpu: str, gcc: tuple[str, ...] = (), extensions: str = "") -> dict[str, tuple[str, ...]]:
    """Return the flags of both compilers for an Arm core; one with an FPU uses it."""
    fpu = bool(gcc)
    return {
        ZIG: (
            "-target",
            f"thumb-freestanding-eabi{'hf' if fpu else ''}",
            f"-mcpu={cpu.replace('-', '_').replace('+', '')}{extensions}",
            "-g",  # at -Os zig drops the symbols without it
        ),
        GCC: (
            f"-mcpu={cpu}",
            "-mthumb",
            *(gcc or ("-mfloat-abi=soft",)),
            "-nostartfiles",
            "--specs=nano.specs",  # as Arduino's cores link
        ),
    }


_FPV4 = ("-mfpu=fpv4-sp-d16", "-mfloat-abi=hard")
_FPV5 = ("-mfpu=fpv5-sp-d16", "-mfloat-abi=hard")

M0PLUS = Core(
    "cortex-m0plus", "Arm Cortex-M0+", THUMB, arm_const.UC_CPU_ARM_CORTEX_M0,
    flags=_thumb("cortex-m0plus"),
    timing=timing.CORTEX_M0PLUS,
)  # fmt: skip
M3 = Core(
    "cortex-m3", "Arm Cortex-M3", THUMB, arm_const.UC_CPU_ARM_CORTEX_M3,
    flags=_thumb("cortex-m3"),
    timing=timing.CORTEX_M3,
)  # fmt: skip
M4F = Core(
    "cortex-m4f", "Arm Cortex-M4 with FPU", THUMB, arm_const.UC_CPU_ARM_CORTEX_M4,
    flags=_thumb("cortex-m4", _FPV4, "+vfp4d16sp"),
    timing=timing.CORTEX_M4,
)  # fmt: skip
M7 = Core(
    "cortex-m7", "Arm Cortex-M7 with FPU", THUMB, arm_const.UC_CPU_ARM_CORTEX_M7,
    flags=_thumb("cortex-m7", _FPV5, "+fp_armv8d16sp"),
    timing=timing.CORTEX_M7,
)  # fmt: skip
M33 = Core(
    "cortex-m33", "Arm Cortex-M33 with FPU and DSP", THUMB, arm_const.UC_CPU_ARM_CORTEX_M33,
    flags=_thumb("cortex-m33", _FPV5, "+dsp+fp_armv8d16sp"),
    timing=timing.CORTEX_M33,
)  # fmt: skip
RV32IMC = Core(
    "rv32imc", "RISC-V RV32IMC", RISCV, riscv.UC_CPU_RISCV32_ANY,
    flags={
        ZIG: (
            "-target",
            "riscv32-freestanding",
            "-mcpu=generic_rv32+m+c+relax",
            "-g",
        )
    },
    timing=timing.ESP32_C3,
)  # fmt: skip

ATMEGA328P = Core(
    "avr", "AVR of the ATmega328P", AVR, 0,
    flags={AVR_GCC: ("-mmcu=atmega328p", "-std=gnu99")},  # gnu: __flash is not of C99
    timing=timing.AVR,
    start="start_avr.c",
    script="avr.ld",
    alignment=2,
    data_flag="-Wl,-Tdata={}",
)  # fmt: skip


def _stand_in(name: str, title: str) -> Core:
    """Return a core without DSP instructions under the name of one that cannot be emulated."""
    return replace(M3, name=name, stands_in_for=title)


CORES = {
    core.name: core
    for core in (
        M0PLUS,
        M3,
        M4F,
        M7,
        M33,
        RV32IMC,
        ATMEGA328P,
        _stand_in("xtensa-lx106", "Tensilica Xtensa LX106"),
        _stand_in("xtensa-lx6", "Tensilica Xtensa LX6"),
        _stand_in("xtensa-lx7", "Tensilica Xtensa LX7"),
    )
}


def core_of(board: Board) -> Core:
    """Return the core whose programs are run for a board."""
    return CORES[board.core]


def mapped(board: Board) -> Board:
    """Return the board as its core's programs see it.

    Where another core stands in, the memories of the board move to where that one can run code:
    an Arm core never does above 0x40000000, which is where an ESP32 has its flash. An AVR's RAM
    has addresses of its own, which avr-gcc writes from 0x800000 on.
    """
    core = core_of(board)
    if core is ATMEGA328P:
        return replace(board, ram_start=0x800000 + board.ram_start)
    if not core.stands_in_for:
        return board
    return replace(board, flash_start=0x00010000, ram_start=0x20000000)
