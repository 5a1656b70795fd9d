"""Every emulated core: models give the host's bits, and the limits of its memory are named."""

import re
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pytest
from small_programs import TINY, bench
from test_simulate import small_network

from tinyml_course.boards import get_board
from tinyml_course.compiler.codegen import compile_model
from tinyml_course.compiler.reference import reference
from tinyml_course.errors import FitError, InputError
from tinyml_course.simulator.cores import CORES, GCC, ZIG
from tinyml_course.simulator.report import simulate
from tinyml_course.simulator.toolchain import arm_gcc

# The AVR, in simavr, has tests of its own (test_simavr.py).
EMULATED = [core.name for core in CORES.values() if not core.stands_in_for and core.name != "avr"]
STAND_INS = [core.name for core in CORES.values() if core.stands_in_for]
BUILDS = [
    pytest.param(
        core,
        compiler,
        marks=pytest.mark.skipif(
            compiler == GCC and arm_gcc() is None, reason="arm-none-eabi-gcc is not installed"
        ),
    )
    for core in EMULATED
    for compiler in CORES[core].flags
]


def board_of(core, **changes):
    """The nRF52840's memory around another core."""
    return replace(get_board("nano33ble"), **{"id": "own", "core": core, **changes})


@pytest.fixture(scope="module")
def model():
    return small_network()


@pytest.mark.parametrize(("core", "compiler"), BUILDS)
@pytest.mark.parametrize("optimize", ["speed", "memory", "size"])
def test_core_gives_the_oracles_bits(model, core, compiler, optimize):
    compiled = compile_model(model, "small", optimize=optimize)
    x = np.random.default_rng(3).integers(-128, 128, (2, 49, 10, 1)).astype(np.int8)
    found = simulate(compiled, board_of(core), x=x, compiler=compiler)
    np.testing.assert_array_equal(found.outputs, reference(model)(x))
    assert found.fits
    assert found.compiler.startswith(compiler)
    assert found.stack_bytes > 0
    assert sum(layer.instructions for layer in found.layers) == found.instructions
    assert sum(layer.cycles for layer in found.layers) == pytest.approx(found.cycles, abs=9)


def test_cores_differ_as_their_instructions_do(model):
    compiled = compile_model(model, "small")
    counts = {core: simulate(compiled, board_of(core), compiler=ZIG) for core in EMULATED}
    assert counts["cortex-m0plus"].instructions > counts["cortex-m3"].instructions
    assert counts["cortex-m3"].instructions > counts["cortex-m4f"].instructions
    assert counts["cortex-m7"].cycles < counts["cortex-m33"].cycles < counts["cortex-m4f"].cycles


@pytest.mark.parametrize("core", ["cortex-m7", "cortex-m33", "rv32imc"])
def test_core_without_a_published_table_says_so(model, core):
    report = simulate(compile_model(model, "small"), board_of(core), compiler=ZIG)
    assert "is published" in report.estimated
    assert report.estimated in report.to_text()
    assert report.to_json()["estimated"] == report.estimated


def test_core_with_a_published_table_names_it(model):
    report = simulate(compile_model(model, "small"), board_of("cortex-m0plus"), compiler=ZIG)
    assert not report.estimated
    assert "Cortex-M0+ Technical Reference Manual" in report.cycles_source


@pytest.mark.parametrize("core", STAND_INS)
def test_core_that_cannot_be_emulated_is_estimated_by_another(model, core):
    report = simulate(compile_model(model, "small"), board_of(core), compiler=ZIG)
    assert "cannot be emulated here" in report.estimated
    assert report.instructions == simulate(
        compile_model(model, "small"), board_of("cortex-m3"), compiler=ZIG
    ).instructions  # fmt: skip


def test_compiler_that_does_not_know_the_core_is_refused(model):
    with pytest.raises(InputError, match="arm-none-eabi-gcc makes no programs for this board"):
        simulate(compile_model(model, "small"), board_of("rv32imc"), compiler=GCC)


# Limits: one C program, run into each of them on each core.

SOURCE = """
#include <stdint.h>

int8_t arena[1000];
const int32_t table[4] = {1, 2, 3, 4};

void store(uint32_t *place) { *(volatile uint32_t *)place = 3; }
uint32_t load(uint32_t *place) { return *(volatile uint32_t *)place; }
void store_byte(uint8_t *place) { *(volatile uint8_t *)place = 3; }
uint32_t load_byte(uint8_t *place) { return *(volatile uint8_t *)place; }
void change_table(void) { *(volatile int32_t *)(uintptr_t)&table[1] = 3; }
void jump(void (*to)(void)) { to(); }
void spin(void) { for (;;) __asm__ volatile("nop"); }
void trap(void) { __builtin_trap(); }
uint32_t deep(uint32_t depth)
{
    volatile uint32_t x[4] = {depth};
    return depth ? x[0] + deep(depth - 1) : 0;
}

/* Sets `size` bytes of stack aside and writes the lowest one. */
uint32_t stack(uint32_t size)
{
    volatile uint8_t room[size];
    room[0] = 1;
    return room[0];
}
"""
FUNCTIONS = [
    *("store", "load", "store_byte", "load_byte", "change_table", "jump", "spin", "trap"),
    *("stack", "deep", "arena", "table"),
]
RAM, RAM_END = TINY.ram_start, TINY.ram_start + TINY.ram_bytes
FLASH, FLASH_END = TINY.flash_start, TINY.flash_start + TINY.flash_bytes


@cache
def small(core, core_ram_bytes=0):
    return bench(SOURCE, FUNCTIONS, ZIG, replace(TINY, core=core, core_ram_bytes=core_ram_bytes))


@dataclass(frozen=True)
class Case:
    """A call that runs into a limit, and what is said."""

    function: str
    argument: int
    message: str
    cores: tuple[str, ...] = tuple(EMULATED)
    core_ram_bytes: int = 0


LOST = "where it has no code: a function pointer or a return address was overwritten"
CASES = {
    "word past RAM written": Case(
        "store",
        RAM_END,
        r"store\(\) wrote 4 bytes at 0x20002000, 1 byte past the end of RAM\. Check",
    ),
    "word past RAM read": Case(
        "load", RAM_END, r"load\(\) read 4 bytes at 0x20002000, 1 byte past the end of RAM"
    ),
    "byte past RAM written": Case(
        "store_byte", RAM_END, "wrote 1 byte at 0x20002000, 1 byte past the end of RAM"
    ),
    "byte past RAM read": Case(
        "load_byte", RAM_END, "read 1 byte at 0x20002000, 1 byte past the end of RAM"
    ),
    "100 bytes past RAM": Case("load_byte", RAM_END + 99, "100 bytes past the end of RAM"),
    "before RAM written": Case(
        "store", RAM - 4, "wrote 4 bytes at 0x1ffffffc, 4 bytes before the start of RAM"
    ),
    "before RAM read": Case(
        "load_byte", RAM - 1, "read 1 byte at 0x1fffffff, 1 byte before the start of RAM"
    ),
    "past flash read": Case(
        "load", FLASH_END, "read 4 bytes at 0x00100000, 1 byte past the end of flash"
    ),
    "byte past flash read": Case("load_byte", FLASH_END + 3, "4 bytes past the end of flash"),
    "peripheral written": Case("store", 0x40000000, "far from both flash and RAM"),
    "peripheral read": Case("load", 0x40000000, "far from both flash and RAM"),
    "null pointer read": Case("load", 0, "read 4 bytes at 0x00000000, far from both"),
    "null pointer written": Case("store", 0, "wrote 4 bytes at 0x00000000, far from both"),
    "null pointer called": Case("jump", 1, rf"jumped to 0x0000000\d, {LOST}"),
    "flash written": Case(
        "store", FLASH_END - 4, "wrote to flash at 0x000ffffc: constants cannot change"
    ),
    "constant written": Case(
        "change_table", 0, r"change_table\(\) wrote to flash at 0x0001\w{4} \(table\): constants"
    ),
    "code written": Case("store", FLASH, "wrote to flash at 0x00010000"),
    "RAM called": Case("jump", RAM | 1, rf"jumped to 0x2000000\d, {LOST}"),
    "erased flash called": Case("jump", FLASH_END - 0x1001, rf"jumped to 0x000fef\w\w, {LOST}"),
    "nowhere called": Case("jump", 0x50000001, rf"jumped to 0x5000000\d, {LOST}"),
    "RAM's end called": Case("jump", RAM_END + 1, rf"jumped to 0x2000200\d, {LOST}"),
    "trap": Case("trap", 0, r"has no code|trap\(\) raised"),
    "endless loop": Case(
        "spin", 0, r"spin\(\) was still running after 100,000 instructions: look for a loop"
    ),
    "recursion": Case(
        "deep",
        10_000,
        r"stack grew into static data in deep\(\), at least \d+ bytes? too far: tiny",
    ),
    "core's RAM written": Case(
        "store",
        RAM + 64,
        "below its first variable, where the board's Arduino core",
        core_ram_bytes=128,
    ),
    "core's first byte written": Case(
        "store_byte", RAM, "128 bytes below its first variable|125 bytes below", core_ram_bytes=128
    ),
    "unaligned word read": Case(
        "load",
        RAM + 2,
        r"load\(\) used `ldr .*` with an address that is no .*traps on the Arm Cortex-M0\+",
        cores=("cortex-m0plus",),
    ),
    "unaligned word written": Case(
        "store",
        RAM + 2,
        r"store\(\) used `str .*which traps on the Arm Cortex-M0\+",
        cores=("cortex-m0plus",),
    ),
}


@pytest.mark.parametrize(
    ("core", "name"), [(core, name) for name, case in CASES.items() for core in case.cores]
)
def test_limit_is_named(core, name):
    case = CASES[name]
    machine = small(core, case.core_ram_bytes).machine()
    with pytest.raises(FitError, match=case.message):
        machine.call(case.function, case.argument, budget=100_000)
    # It can go on with the next call.
    assert machine.call("load", small(core, case.core_ram_bytes).program.address("table")) == 1


@pytest.mark.parametrize("core", EMULATED)
@pytest.mark.parametrize(
    ("write", "read", "address"),
    [
        ("store", "load", RAM_END - 4),
        ("store_byte", "load_byte", RAM_END - 1),
        (None, "load", FLASH_END - 4),
        (None, "load_byte", FLASH_END - 1),
    ],
)
def test_last_bytes_of_a_memory_can_be_used(core, write, read, address):
    machine = small(core).machine()
    if write:
        machine.call(write, address)
    assert machine.call(read, address) == (
        3 if write else 0xFFFFFFFF >> 8 * (4 - 1) * (read == "load_byte")
    )


@pytest.mark.parametrize("core", EMULATED)
def test_stack_may_take_all_free_ram_but_not_one_step_more(core):
    """The step is what the core's calling convention keeps the stack a multiple of."""
    step = 16
    machine = small(core).machine()
    machine.call("stack", 400)
    overhead = machine.stack_bytes - 400
    room = TINY.ram_bytes - small(core).program.static_ram_bytes - overhead
    fitting = small(core).machine()
    fitting.call("stack", room // step * step)
    assert fitting.stack_bytes > TINY.ram_bytes - small(core).program.static_ram_bytes - step
    with pytest.raises(FitError, match=r"stack grew into static data in stack\(\), at least"):
        small(core).machine().call("stack", room // step * step + step)


@pytest.fixture(scope="module")
def needed(model):
    """What the small model takes of a large board, by core."""
    compiled = compile_model(model, "small")
    return compiled, {core: simulate(compiled, board_of(core), compiler=ZIG) for core in EMULATED}


def narrowed(needed, core, **amounts):
    """Simulate on a board whose core leaves exactly so much of each memory."""
    compiled, measured = needed
    board = measured[core].board
    changes = {
        "ram": lambda amount: {"ram_bytes": board.core_ram_bytes + amount},
        "flash": lambda amount: {"flash_bytes": board.core_flash_bytes + amount},
        "stack": lambda amount: {"stack_limit_bytes": amount},
    }
    fields = {k: v for name, amount in amounts.items() for k, v in changes[name](amount).items()}
    return simulate(compiled, replace(board, **fields), compiler=ZIG)


@pytest.mark.parametrize("core", EMULATED)
@pytest.mark.parametrize(
    ("memory", "part", "over", "message"),
    [
        ("flash", "flash_bytes", 0, ""),
        (
            "flash",
            "flash_bytes",
            1,
            r"small needs [\d,]+ bytes of flash \([\d,]+ of constants, [\d,]+ of code\)",
        ),
        ("flash", "constants_bytes", 0, r"small needs [\d,]+ bytes of flash"),
        ("ram", "ram_bytes", 0, ""),
        (
            "ram",
            "static_ram_bytes",
            1,
            r"small needs [\d,]+ bytes of RAM.* at op \d+ \([A-Z0-9_]+\); own",
        ),
        ("ram", "arena_bytes", 1, r"small needs [\d,]+ bytes of RAM"),
        ("stack", "stack_bytes", 0, ""),
        (
            "stack",
            "stack_bytes",
            1,
            r"small needs \d+ bytes of stack; the Arduino core of own gives a sketch",
        ),
    ],
)
def test_exact_fit_is_a_fit_and_one_byte_less_is_not(needed, core, memory, part, over, message):
    amount = getattr(needed[1][core], part)
    if part == "ram_bytes":
        amount += -amount % 16  # no board's RAM ends at an odd address
    found = narrowed(needed, core, **{memory: amount - over})
    assert found.fits == (not message)
    assert re.search(message, found.reason)


@pytest.mark.parametrize("core", EMULATED)
def test_stack_that_runs_into_the_arena_names_the_op(needed, core):
    static = needed[1][core].static_ram_bytes
    found = narrowed(needed, core, ram=static + 64 + -static % 16)
    assert re.match(
        r"small stopped( at op \d+ \([A-Z0-9_]+\))?: the stack grew into static data", found.reason
    )
