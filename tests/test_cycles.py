"""Instruction and cycle counts against programs counted by hand with the manual's table."""

import pytest
from small_programs import COMPILERS, bench

from tinyml_course.simulator.cycles import cost_of, cost_table
from tinyml_course.simulator.disassembly import disassemble

# name: assembly, instructions, cycles. `bx lr` is 1 instruction and 3 cycles; r0 is a buffer.
PROGRAMS = {
    "straight": ("movs r1, #1; adds r1, #2; bx lr", 3, 1 + 1 + 3),
    "loop": ("movs r1, #10; 1: subs r1, #1; bne 1b; bx lr", 22, 1 + 10 + 9 * 3 + 1 + 3),
    "multiply": ("mul r1, r2, r3; smlad r1, r2, r3, r1; smull r1, r2, r3, r3; bx lr", 4, 3 + 3),
    "divide": ("movs r1, #3; sdiv r2, r1, r1; udiv r2, r1, r1; bx lr", 4, 1 + 7 + 7 + 3),
    "load_alone": ("ldr r1, [r0]; adds r1, #1; ldrb r2, [r0]; bx lr", 4, 2 + 1 + 2 + 3),
    "loads_in_a_row": (
        "ldr r1, [r0]; ldrh r2, [r0, #4]; ldr r3, [r0, #8]; bx lr", 4, 2 + 1 + 1 + 3,
    ),
    "load_by_a_loaded_address": (
        "str r0, [r0]; ldr r1, [r0]; ldr r2, [r1]; bx lr", 4, 1 + 2 + 2 + 3,
    ),
    "load_at_a_jump_target": (
        "ldr r1, [r0]; b 1f; nop; 1: ldr r2, [r0]; bx lr", 4, 2 + 3 + 2 + 3,
    ),
    "load_entered_twice": (
        # the second time round the load follows a branch, not another load
        "movs r3, #2; ldr r1, [r0]; 1: ldr r2, [r0]; subs r3, #1; bne 1b; bx lr",
        9, 1 + 2 + (1 + 1 + 3) + (2 + 1 + 1) + 3,
    ),
    "store": ("str r0, [r0]; strb r0, [r0, #5]; bx lr", 3, 1 + 1 + 3),
    "several_words": (
        "ldm r0, {r1, r2, r3}; stm r0, {r1, r2}; ldrd r1, r2, [r0]; strd r1, r2, [r0]; bx lr",
        5, 4 + 3 + 3 + 3 + 3,
    ),
    "stack": ("push {r4, r5, lr}; pop {r4, r5, pc}", 2, 4 + (4 + 2)),
    "call": ("push {lr}; bl run_straight; pop {pc}", 6, 2 + 3 + 5 + (2 + 2)),
    "skipped": ("cmp r0, #0; it eq; moveq r1, #1; bx lr", 4, 1 + 1 + 1 + 3),
    "zero_branch_taken": ("movs r1, #0; cbz r1, 1f; nop; 1: bx lr", 3, 1 + 3 + 3),
    "zero_branch_not_taken": ("movs r1, #1; cbz r1, 1f; nop; 1: bx lr", 4, 1 + 1 + 1 + 3),
    "table_branch": (
        "movs r1, #1; tbb [pc, r1]; .byte 1, 2; 1: nop; 2: nop; bx lr", 4, 1 + (2 + 2) + 1 + 3,
    ),
    "float": (
        "vldr s0, [r0]; vadd.f32 s1, s0, s0; vmla.f32 s1, s0, s0; vdiv.f32 s1, s0, s0;"
        "vstr s1, [r0]; bx lr", 6, 2 + 1 + 3 + 14 + 2 + 3,
    ),
}  # fmt: skip


@pytest.fixture(scope="module", params=COMPILERS)
def counted(request):
    """What a call of one of the programs took: (instructions, cycles)."""
    functions = "\n".join(
        f'__attribute__((naked)) void run_{name}(int *buffer) {{ __asm__ volatile("'
        + "\\n".join(line.strip() for line in text.split(";"))
        + '"); }'
        for name, (text, _, _) in PROGRAMS.items()
    )
    small = bench(
        f"int buffer[8];\n{functions}\n",
        [*(f"run_{name}" for name in PROGRAMS), "buffer"],
        request.param,
    )
    listing = disassemble(small.program)
    costs = cost_table(listing, small.program.core.timing)
    machine = small.machine()

    def count(name):
        machine.call(f"run_{name}", small.program.address("buffer"))
        cost = cost_of(listing, costs, machine.counts[0])
        return cost.instructions, cost.cycles

    return count


@pytest.mark.parametrize("name", PROGRAMS)
def test_program_counted_by_hand(counted, name):
    assert counted(name) == PROGRAMS[name][1:]


def test_counts_are_of_the_last_call_only(counted):
    assert counted("loop") == counted("loop")
