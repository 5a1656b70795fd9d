"""The emulated board: start-up, calls, and every limit of its memory named in words."""

from dataclasses import replace

import pytest
from small_programs import COMPILERS, NANO, TINY, bench

from tinyml_course.errors import FitError

SOURCE = """
#include <stdint.h>
#include <string.h>

int32_t initialised = 5;
int32_t cleared;
int8_t arena[1000];
const int32_t table[4] = {1, 2, 3, 4};

int32_t add(int32_t a, int32_t b) { return a + b + initialised++ + cleared; }
uint32_t divide(uint64_t *a, uint64_t *b) { return (uint32_t)(*a / *b); }
void copy(int8_t *to, const int8_t *from, uint32_t n) { memmove(to, from, n); memset(to, 0, 1); }
void store(uint32_t *place) { *(volatile uint32_t *)place = 3; }
uint32_t load(uint32_t *place) { return *(volatile uint32_t *)place; }
void change_table(void) { *(volatile int32_t *)(uintptr_t)&table[1] = 3; }
void underflow(int32_t index) { ((volatile int8_t *)arena)[index] = 1; }
void jump(void (*to)(void)) { to(); }
void spin(void) { for (;;) __asm__ volatile("nop"); }
void trap(void) { __asm__ volatile("udf #1"); }
void supervisor(void) { __asm__ volatile("svc #1"); }

/* Takes exactly `size` bytes of stack and writes the lowest word. */
__attribute__((naked)) void stack(uint32_t size)
{
    __asm__ volatile("sub sp, sp, r0\\n cbz r0, 1f\\n str r0, [sp]\\n 1: add sp, sp, r0\\n bx lr");
}
/* Sets 1,000 bytes aside and writes none of them. */
__attribute__((naked)) void set_aside(void)
{
    __asm__ volatile("sub sp, sp, #1000\\n add sp, sp, #1000\\n bx lr");
}
/* Jumps over all free RAM and would write to static data, in one block of code. */
__attribute__((naked)) void leap(void)
{
    __asm__ volatile("sub sp, sp, #8160\\n str r0, [sp]\\n add sp, sp, #8160\\n bx lr");
}
"""
FUNCTIONS = [
    *("add", "divide", "copy", "store", "load", "change_table", "underflow", "jump", "spin"),
    *("trap", "supervisor", "stack", "set_aside", "leap"),
]


@pytest.fixture(scope="module", params=COMPILERS)
def board_with(request):
    return lambda board=NANO: bench(SOURCE, FUNCTIONS, request.param, board)


def test_start_up_copies_data_and_clears_bss(board_with):
    machine = board_with().machine()
    assert [machine.call("add", 1, 2), machine.call("add", 1, 2)] == [8, 9]


def test_each_machine_starts_afresh(board_with):
    small = board_with()
    first, second = small.machine(), small.machine()
    first.call("add", 0, 0)
    assert second.call("add", 0, 0) == 5


def test_what_c_needs_of_a_library_is_there(board_with):
    small = board_with()
    machine, arena = small.machine(), small.program.address("arena")
    machine.write(arena, bytes(range(16)))
    machine.call("copy", arena + 2, arena, 8)
    assert machine.read(arena, 11) == bytes([0, 1, 0, 1, 2, 3, 4, 5, 6, 7, 10])
    machine.write(arena, (10**12).to_bytes(8, "little") + (10**9 + 1).to_bytes(8, "little"))
    assert machine.call("divide", arena, arena + 8) == 999


def test_program_lies_behind_the_cores_share(board_with):
    program = board_with().program
    assert 0 <= NANO.flash_start + NANO.core_flash_bytes - program.segments[0][0] < 16
    assert 0 <= NANO.ram_start + NANO.core_ram_bytes - program.address("start_data") < 16
    assert program.address("start_stack_top") == NANO.ram_start + NANO.ram_bytes
    assert program.static_ram_bytes == 1008
    assert program.flash_bytes == program.code_bytes + 16 + 4  # table, and the start of a variable


def test_stack_is_what_was_written_or_set_aside(board_with):
    machine = board_with().machine()
    start = machine.stack_bytes
    machine.call("stack", 400)
    assert machine.stack_bytes == start + 400
    machine.call("set_aside")
    assert machine.stack_bytes == start + 1000
    machine.call("stack", 12)
    assert machine.stack_bytes == start + 1000


def test_stack_may_take_all_ram_but_not_one_word_more(board_with):
    small = board_with(TINY)
    machine = small.machine()
    room = TINY.ram_bytes - small.program.static_ram_bytes - machine.stack_bytes
    machine.call("stack", room)
    assert machine.stack_bytes == TINY.ram_bytes - small.program.static_ram_bytes
    with pytest.raises(
        FitError, match=r"data in stack\(\), at least 4 bytes too far: tiny has 8,192"
    ):
        small.machine().call("stack", room + 4)


def test_frame_that_leaps_over_free_ram_is_caught(board_with):
    small = board_with(TINY)
    with pytest.raises(FitError, match=r"stack grew into static data in leap\(\)"):
        small.machine().call("leap")


RAM_END = NANO.ram_start + NANO.ram_bytes
FLASH_END = NANO.flash_start + NANO.flash_bytes


@pytest.mark.parametrize(
    ("function", "argument", "message"),
    [
        ("store", RAM_END, r"store\(\) wrote 4 bytes at 0x20040000, 1 byte past the end of RAM"),
        (
            "load",
            RAM_END + 99,
            r"load\(\) read 4 bytes at 0x20040063, 100 bytes past the end of RAM",
        ),
        ("store", NANO.ram_start - 4, "4 bytes before the start of RAM"),
        ("load", FLASH_END, r"load\(\) read 4 bytes at 0x00100000, 1 byte past the end of flash"),
        ("store", 0x40000000, "far from both flash and RAM"),
        ("store", FLASH_END - 4, "wrote to flash at 0x000ffffc: constants cannot change"),
        ("change_table", 0, r"change_table\(\) wrote to flash at 0x0002\w{4} \(table\)"),
        ("underflow", -1 & 0xFFFFFFFF, None),
        (
            "underflow",
            -1996 & 0xFFFFFFFF,
            "below its first variable, where the board's Arduino core",
        ),
        ("jump", NANO.ram_start | 1, "jumped to 0x20000000, where it has no code"),
        ("jump", FLASH_END - 0x1001, "jumped to 0x000feffe, where it has no code"),
        ("jump", 0x50000001, "jumped to 0x50000000, where it has no code"),
        ("trap", 0, r"jumped to 0x\w+, where it has no code|trap\(\) raised"),
        ("supervisor", 0, r"supervisor\(\) raised processor exception"),
    ],
    ids=lambda value: value if isinstance(value, str) and " " not in value else "",
)
def test_limit_is_named(board_with, function, argument, message):
    machine = board_with().machine()
    if message is None:  # another variable, or alignment, lies there: a real board cannot tell
        machine.call(function, argument)
        return
    with pytest.raises(FitError, match=message):
        machine.call(function, argument)


def test_last_bytes_of_memory_can_be_used(board_with):
    machine = board_with().machine()
    machine.call("store", RAM_END - 4)
    assert machine.call("load", RAM_END - 4) == 3
    assert machine.call("load", FLASH_END - 4) == 0xFFFFFFFF  # erased


def test_endless_loop_is_stopped_by_the_budget(board_with):
    machine = board_with().machine()
    with pytest.raises(FitError, match=r"spin\(\) was still running after 1,000,000 instructions"):
        machine.call("spin", budget=1_000_000)
    assert 1_000_000 <= machine.counts[0].executed.sum() <= 2_000_000


def test_machine_works_on_after_a_fault(board_with):
    machine = board_with().machine()
    with pytest.raises(FitError):
        machine.call("store", RAM_END)
    assert machine.call("add", 1, 2) == 8


def test_fault_deep_in_the_stack_leaves_none_of_it_taken(board_with):
    small = board_with(TINY)
    machine = small.machine()
    with pytest.raises(FitError):
        machine.call("leap")
    machine.call("stack", 2000)


def test_program_too_big_links_and_tells_its_size():
    big = "char data[1000000]; const char text[2000000] = {1}; char *f(int i) {\n"
    big += "data[i] = text[i]; return data; }"
    program = bench(big, ["f"], board=replace(NANO, id="own")).program
    assert program.static_ram_bytes == 1_000_000
    assert program.constants_bytes == 2_000_000
