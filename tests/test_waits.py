"""Cycles waited for flash, against lines counted by hand."""

from dataclasses import replace

import numpy as np
import pytest
from small_programs import COMPILERS, NANO, bench
from tflite_models import Network

from tinyml_course.compiler.codegen import compile_model
from tinyml_course.simulator.report import simulate
from tinyml_course.simulator.trace import Counts, Reading
from tinyml_course.simulator.waits import code_misses, data_misses, wait_cycles

LINES_OF_8 = replace(
    NANO, flash_wait_states=3, flash_line_bytes=8, code_cache_bytes=0, data_cache_bytes=0
)


def counts(executed, started, passed):
    """Counts of a program of some halfwords."""
    return Counts(np.array(executed), np.array(started), np.array([*passed, 0]))


# Twelve halfwords, three lines: six run through once; a loop over the fourth to the sixth, ten
# rounds; the rest once more.
LOOP = counts(
    [1, 1, 1, 10, 10, 10, 1, 1, 1, 1, 1, 1],
    [1, 0, 0, 10, 0, 0, 1, 0, 0, 0, 0, 0],
    [0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0],
)


def test_lines_of_code_are_counted_where_they_are_entered():
    # the first line by the call and nine branches, the second ten times from it, the third once
    assert code_misses(LOOP, LINES_OF_8, 0x1000) == (1 + 9) + 10 + 1


def test_line_counts_from_the_address_not_the_code():
    # lines begin at the third, seventh and eleventh halfword: two within the loop's reach
    assert code_misses(LOOP, LINES_OF_8, 0x1004) == 1 + (1 + 9) + 1 + 1


@pytest.mark.parametrize(("cache", "misses"), [(8, 1 + 10 + 1), (16, 1 + 1 + 1), (4096, 3)])
def test_cache_keeps_the_lines_used_most(cache, misses):
    assert code_misses(LOOP, replace(LINES_OF_8, code_cache_bytes=cache), 0x1000) == misses


@pytest.mark.parametrize(
    ("cache", "reading", "misses"),
    [
        (0, Reading(100, 400, 396), 100),  # each access waits
        (256, Reading(100, 400, 396), 50),  # a stream, by lines
        (512, Reading(300, 1200, 396), 50),  # gone through three times, brought once
        (256, Reading(300, 1200, 396), 150),
        (256, Reading(), 0),
    ],
)
def test_lines_of_constants(cache, reading, misses):
    assert data_misses(reading, replace(LINES_OF_8, data_cache_bytes=cache)) == misses


def test_no_wait_states_no_waiting():
    assert wait_cycles(LOOP, Reading(9, 9, 9), replace(LINES_OF_8, flash_wait_states=0), 0) == 0
    assert wait_cycles(LOOP, Reading(9, 9, 9), LINES_OF_8, 0x1000) == 3 * (21 + 9)


SOURCE = """
#include <stdint.h>
const int32_t table[64] = {1, 2, 3};
int32_t place[64] = {1};
__attribute__((noinline)) int32_t sum(const int32_t *at, uint32_t count)
{
    int32_t total = 0;
    for (; count > 0; count--) {
        total += *at++;
        __asm__ volatile("" : "+r"(total));
    }
    return total;
}
"""


@pytest.mark.parametrize("compiler", COMPILERS)
@pytest.mark.parametrize("core", ["cortex-m4f", "cortex-m0plus"])
def test_reads_of_flash_are_counted_and_those_of_ram_are_not(compiler, core):
    check_reads(compiler, core)


def test_reads_of_flash_are_counted_on_riscv_too():
    check_reads("zig", "rv32imc")


def check_reads(compiler, core):
    """Hold what is counted of 64 reads, of a table in flash and of a place in RAM."""
    small = bench(SOURCE, ["sum", "table", "place"], compiler, replace(NANO, core=core))
    machine, program = small.machine(), small.program
    assert machine.call("sum", program.address("table"), 64) == 6
    assert machine.readings == (Reading(64, 256, 252),)
    assert machine.call("sum", program.address("place"), 64) == 1
    assert machine.readings == (Reading(),)
    machine.relax()
    assert machine.call("sum", program.address("table"), 64) == 6
    assert machine.readings is None


def test_report_says_how_much_of_the_time_is_waiting():
    net = Network(seed=3)
    compiled = compile_model(net.build(net.dense(net.input((1, 256)), 16)), "slow")
    waiting = simulate(compiled, LINES_OF_8)
    never = simulate(compiled, replace(LINES_OF_8, flash_wait_states=0))
    assert never.wait_cycles == 0
    assert waiting.cycles == never.cycles + waiting.wait_cycles
    assert waiting.instructions == never.instructions
    assert waiting.wait_cycles > 3 * compiled.constants_bytes / 16  # weights by words or more
    assert f"{waiting.wait_cycles:,} of them waiting for flash" in waiting.to_text()
    assert sum(layer.cycles for layer in waiting.layers) == waiting.cycles
