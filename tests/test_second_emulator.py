"""The same image under QEMU: the outputs and the instruction count of our emulated boards.

QEMU's boards have the cores, not the memory map, of the course's: each program is linked for one of
them and run in both. Its `main`, which our emulator never enters, times one inference with SysTick,
while QEMU lets one instruction take one nanosecond.
"""

import re
import shutil
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from tflite_models import Network

from tinyml_course.boards import get_board
from tinyml_course.compiler.codegen import compile_model
from tinyml_course.compiler.reference import reference
from tinyml_course.simulator.emulated import BoardModel
from tinyml_course.simulator.program import build_program

QEMU = shutil.which("qemu-system-arm")
pytestmark = pytest.mark.skipif(QEMU is None, reason="qemu-system-arm is not installed")
ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Second:
    """One of QEMU's boards."""

    machine: str
    flash_start: int
    ram_start: int
    nanoseconds: int  # a tick of SysTick


SECONDS = {
    "cortex-m4f": Second("mps2-an386", 0, 0x20000000, 40),
    "cortex-m7": Second("mps2-an500", 0, 0x20000000, 40),
    "cortex-m33": Second("mps2-an505", 0x10000000, 0x38000000, 50),
}

MAIN = """
#include <stdint.h>
#include "model.h"

static const int8_t input[] = {%(input)s};

static uint32_t host(uint32_t operation, const void *argument)
{
    register uint32_t r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

static void say(uint32_t value)
{
    static char text[10];
    for (int digit = 0; digit < 8; digit++)
        text[digit] = "0123456789abcdef"[(value >> (28 - 4 * digit)) & 15];
    text[8] = ' ';
    host(4, text);
}

int main(void)
{
    volatile uint32_t *cpacr = (uint32_t *)0xE000ED88, *systick = (uint32_t *)0xE000E010;
    int8_t *to = (int8_t *)model_input();

    *cpacr |= 0xFu << 20; /* the floating-point unit is off at reset */
    for (unsigned i = 0; i < sizeof input; i++)
        to[i] = input[i];
    systick[1] = 0xFFFFFF;
    systick[2] = 0;
    systick[0] = 5;
    uint32_t before = systick[2];
    model_invoke();
    uint32_t after = systick[2];
    say((before - after) & 0xFFFFFF); /* 24 bits that count down */
    for (unsigned i = 0; i < %(outputs)d; i++)
        say((uint8_t)((const int8_t *)model_output())[i]);
    host(0x18, (void *)0x20026); /* exit, as the application's own wish */
    for (;;)
        ;
}
"""


def network():
    net = Network()
    x = net.conv2d(net.input((1, 16, 12, 3)), filters=8, kernel=(3, 3))
    x = net.conv2d(net.depthwise(x, kernel=(3, 3)), filters=12, kernel=(1, 1))
    return net.build(net.softmax(net.dense(net.mean(x), 5)))


def run_in_both(tflite, core):
    second = SECONDS[core]
    board = replace(
        get_board("nano33ble"), id=second.machine, core=core, core_flash_bytes=0, core_ram_bytes=0,
        flash_start=second.flash_start, flash_bytes=2**21,
        ram_start=second.ram_start, ram_bytes=2**20,
    )  # fmt: skip
    compiled = compile_model(tflite, "model")
    shape = compiled.graph.tensors[compiled.graph.inputs[0]].shape
    x = np.random.default_rng(0).integers(-128, 128, shape).astype(np.int8)
    wanted = np.asarray(reference(tflite)(x)).ravel()
    values = {"input": ", ".join(map(str, x.ravel())), "outputs": wanted.size}
    sources = {**compiled.files, "second.c": MAIN % values}
    keep = ["model_invoke", "model_input", "model_output"]
    program = build_program(sources, board, keep)
    model = BoardModel(compiled, program, board)
    np.testing.assert_array_equal(np.asarray(model(x)).ravel(), wanted)
    answer = subprocess.run(
        [QEMU, "-machine", second.machine, "-nographic", "-semihosting", "-icount", "shift=0",
         "-kernel", program.path],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    said = re.findall(r"[0-9a-f]{8}", answer.stdout + answer.stderr)
    ticks, *outputs = (int(word, 16) for word in said)
    np.testing.assert_array_equal(np.array(outputs, np.uint8).view(np.int8), wanted)
    return model.slowest.instructions, ticks * second.nanoseconds


@pytest.mark.parametrize("core", SECONDS)
@pytest.mark.parametrize("model", ["small", "keywords"])
def test_qemu_counts_the_same_and_gives_the_same_bits(model, core):
    shipped = ROOT / "data/models/keywords/model.tflite"
    ours, theirs = run_in_both(network() if model == "small" else shipped.read_bytes(), core)
    assert abs(ours - theirs) <= max(0.001 * ours, 2 * SECONDS[core].nanoseconds)
