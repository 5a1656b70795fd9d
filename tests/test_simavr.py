"""Programs on the Uno's AVR, run in simavr: the oracle's bits, exact cycles, near limits in words.

Needs avr-gcc, avr-libc and libsimavr-dev (`.ci/extras`); what needs them is skipped without.
"""

import re
import shutil
from dataclasses import replace

import numpy as np
import pytest
from avr_there import needs_avr
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from random_networks import conv, curve, depthwise, networks, pool
from tflite_models import Network

from tinyml_course.boards import get_board
from tinyml_course.compiler.codegen import OPTIMIZATIONS, compile_model
from tinyml_course.compiler.reference import reference
from tinyml_course.errors import FitError, InputError, ToolchainError
from tinyml_course.features.motion import MotionWindow
from tinyml_course.simulator import simavr
from tinyml_course.simulator.compare import compare_boards
from tinyml_course.simulator.program import build_program
from tinyml_course.simulator.report import board_model, simulate
from tinyml_course.simulator.simavr import AvrMachine

UNO = get_board("uno")


def gesture_network():
    """A gesture network in small: two convolutions over time, then a dense layer."""
    net = Network(seed=1)
    x = net.conv2d(net.input((1, 20, 1, 3)), 6, kernel=(5, 1), stride=(2, 1), activation="RELU")
    x = net.mean(net.conv2d(x, 8, kernel=(3, 1), activation="RELU"))
    return net.build(net.softmax(net.dense(x, 5)))


def image_network():
    net = Network(seed=2)
    x = net.conv2d(net.input((1, 8, 8, 2)), 5, kernel=(3, 3), activation="RELU6")
    x = net.pool(net.depthwise(x, kernel=(3, 3)), "MAX")
    x = net.binary("ADD", x, x)
    return net.build(net.dense(net.mean(net.pad(x, ((0, 0), (1, 1), (0, 0), (0, 0)))), 4))


def wide_network():
    net = Network(seed=3)
    return net.build(net.dense(net.dense(net.input((1, 300)), 20), 10))


NETWORKS = {"gestures": gesture_network, "image": image_network, "wide": wide_network}


def inputs(compiled, count=8):
    """Random inputs, and the two extremes, which overflow a sum of 16 bits first."""
    shape = compiled.graph.tensors[compiled.graph.inputs[0]].shape
    x = np.random.default_rng(0).integers(-128, 128, (count, *shape)).astype(np.int8)
    x[:2] = np.array([-128, 127]).reshape(-1, *[1] * len(shape))
    return x


@needs_avr
@pytest.mark.parametrize("optimize", OPTIMIZATIONS)
@pytest.mark.parametrize("network", NETWORKS)
def test_uno_gives_the_oracles_bits(network, optimize):
    model = NETWORKS[network]()
    compiled = compile_model(model, "small", optimize=optimize)
    x = inputs(compiled)
    found = simulate(compiled, "uno", x=x)
    np.testing.assert_array_equal(found.outputs.ravel(), np.asarray(reference(model)(x)).ravel())
    assert found.fits
    assert found.compiler.startswith("avr-gcc 5")
    assert not found.estimated
    assert "simavr" in found.cycles_source
    assert found.instructions < found.cycles < 4 * found.instructions
    assert found.latency_ms == pytest.approx(found.cycles / 16_000)
    assert sum(layer.cycles for layer in found.layers) == found.cycles
    assert [layer.op for layer in found.layers] == [str(step.op) for step in compiled.steps]
    assert found.constants_bytes >= compiled.constants_bytes
    assert found.static_ram_bytes < compiled.arena_bytes + compiled.constants_bytes


@needs_avr
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(
    drawn=networks(layers=st.sampled_from((conv, depthwise, pool, curve))),
    optimize=st.sampled_from(OPTIMIZATIONS),
)
def test_random_networks_give_the_oracles_bits(drawn, optimize):
    _, model = drawn
    compiled = compile_model(model, "random", optimize=optimize)
    try:
        found = simulate(compiled, "uno", x=inputs(compiled, 3))
    except InputError:
        assume(False)  # another kernel
    assume(found.fits)
    wanted = reference(model)(inputs(compiled, 3))
    several = [each if isinstance(each, tuple) else (each,) for each in (found.outputs, wanted)]
    for ours, theirs in zip(*several, strict=True):
        np.testing.assert_array_equal(ours.ravel(), np.asarray(theirs).ravel())


@needs_avr
def test_features_and_model_give_the_notebooks_bits():
    motion = MotionWindow(rate_hz=25, window_s=0.8, axes=3)
    net = Network(seed=4)
    x = net.input((1, *motion.input_shape))
    model = net.build(net.dense(net.reshape(x, (1, int(np.prod(motion.input_shape)))), 5))
    compiled = compile_model(model, "tiny")
    recordings = np.random.default_rng(0).normal(0, 1, (3, 20, 3)).astype(np.float32)
    board = board_model(compiled, "uno", motion)
    features, outputs = board.run_clips(recordings)
    np.testing.assert_array_equal(features, motion(recordings))
    np.testing.assert_array_equal(outputs.ravel(), reference(model)(features).ravel())
    assert board.slowest_hop.cycles > 0


def narrowed(ram=None, flash=None):
    """The Uno with so much of its memory left for a program."""
    changes = {} if ram is None else {"core_ram_bytes": UNO.ram_bytes - ram}
    changes |= {} if flash is None else {"core_flash_bytes": UNO.flash_bytes - flash}
    return replace(UNO, id="narrow", **changes)


@needs_avr
@pytest.mark.parametrize(
    ("memory", "message"),
    [
        ("ram", r"stack grew into static data in \w+\(\), at least [12] bytes? too far: narrow has"),
        ("flash", r"small needs [\d,]+ bytes of flash \([\d,]+ of constants, [\d,]+ of code\)"),
    ],
    ids=["ram", "flash"],
)
def test_exact_fit_is_a_fit_and_two_bytes_less_are_not(memory, message):
    compiled = compile_model(gesture_network(), "small")
    needed = simulate(compiled, "uno")
    amount = getattr(needed, f"{memory}_bytes")
    amount += (UNO.ram_bytes - amount) % 2 if memory == "ram" else amount % 2
    assert simulate(compiled, narrowed(**{memory: amount})).fits
    refused = simulate(compiled, narrowed(**{memory: amount - 2}))
    assert re.search(message, refused.reason)


@needs_avr
def test_stack_that_runs_into_the_arena_names_the_op_and_the_bytes():
    compiled = compile_model(gesture_network(), "small")
    needed = simulate(compiled, "uno")
    refused = simulate(compiled, narrowed(ram=needed.static_ram_bytes + 40))
    assert re.match(
        r"small stopped at op \d \(\w+\): the stack grew into static data in \w+\(\), "
        r"at least \d+ bytes? too far: narrow has",
        refused.reason,
    )


SOURCE = """
#include <stdint.h>

volatile uint8_t arena[1000];
uint8_t initialised = 5;

uint16_t add(uint16_t a, uint16_t b) { return a + b + initialised++; }
void store(uint8_t *place) { *(volatile uint8_t *)place = 3; }
uint8_t load(uint8_t *place) { return *(volatile uint8_t *)place; }
void underflow(int16_t index) { arena[index] = 1; }
void jump(void (*to)(void)) { to(); }
void spin(void) { for (;;) __asm__ volatile("nop"); }
/* 1 + 100 * 3 - 1 cycles and the return's 4. */
__attribute__((naked)) void wait(void)
{
    __asm__ volatile("ldi r24, 100\\n1: dec r24\\n brne 1b\\n ret");
}
/* Lowers the stack pointer twice, its upper half first, and gives it back. */
__attribute__((naked)) void twice(uint16_t first, uint16_t second)
{
    __asm__ volatile("in r30, 0x3d\\n in r31, 0x3e\\n movw r20, r30\\n"
                     "sub r30, r24\\n sbc r31, r25\\n out 0x3e, r31\\n out 0x3d, r30\\n"
                     "sub r30, r22\\n sbc r31, r23\\n out 0x3e, r31\\n out 0x3d, r30\\n"
                     "out 0x3e, r21\\n out 0x3d, r20\\n ret");
}
/* Takes exactly `size` bytes of stack more than what is left, by way of a frame pointer. */
__attribute__((naked)) void frame(uint16_t size)
{
    __asm__ volatile("in r30, 0x3d\\n in r31, 0x3e\\n movw r22, r30\\n sub r30, r24\\n"
                     "sbc r31, r25\\n out 0x3e, r31\\n out 0x3d, r30\\n"
                     "out 0x3e, r23\\n out 0x3d, r22\\n ret");
}
"""
FUNCTIONS = ["add", "store", "load", "underflow", "jump", "spin", "wait", "frame", "twice"]


@pytest.fixture(scope="module")
def program():
    return build_program({"small.c": SOURCE}, UNO, FUNCTIONS, optimize="-Os")


@pytest.fixture
def machine(program):
    return AvrMachine(program, UNO)


@needs_avr
def test_start_up_copies_data_and_each_machine_starts_afresh(program, machine):
    assert [machine.call("add", 1, 300), machine.call("add", 1, 2)] == [306, 9]
    assert AvrMachine(program, UNO).call("add", 1, 2) == 8


@needs_avr
def test_cycles_are_those_of_the_instruction_set_manual(machine):
    machine.call("wait")
    (cost,) = machine.costs
    assert (cost.cycles, cost.instructions) == (1 + 100 * 3 - 1 + 4, 1 + 200 + 1)


@needs_avr
@pytest.mark.parametrize(
    ("function", "argument", "message"),
    [
        ("store", 0x900, r"store\(\) wrote 1 byte at 0x00800900, 1 byte past the end of RAM"),
        ("load", 0x963, r"load\(\) read 1 byte at 0x00800963, 100 bytes past the end of RAM"),
        ("underflow", -5 & 0xFFFF, "below its first variable, where the board's Arduino core"),
        ("jump", 0x3800, "jumped to 0x00007000, where it has no code"),
        ("spin", 0, r"spin\(\) was still running after 1,000 instructions"),
        ("frame", 2000, r"grew into static data in frame\(\), at least 9\d\d bytes too far: uno"),
    ],
    ids=["write", "read", "core's share", "jump", "endless", "stack"],
)
def test_limit_is_named(machine, function, argument, message):
    with pytest.raises(FitError, match=message):
        machine.call(function, argument, budget=1000)
    assert machine.call("add", 1, 2) == 8  # and works on


@needs_avr
def test_stack_pointer_half_moved_is_no_stack(machine):
    machine.call("twice", 0, 0)
    taken = machine.stack_bytes
    pointer = UNO.ram_start + UNO.ram_bytes - 1 - taken
    down = pointer % 256 - 2  # to where the next 16 bytes change the upper half, which goes first
    machine.call("twice", down, 16)
    assert machine.stack_bytes == taken + down + 16


@needs_avr
def test_last_byte_of_ram_can_be_used(machine):
    machine.call("store", 0x8FF)
    assert machine.call("load", 0x8FF) & 0xFF == 3


def log_network():
    net = Network()
    x = net.input((1, 4))
    return compile_model(
        net.build(net.unary("LOG_SOFTMAX", x, 1 / 16, 127, options="LogSoftmaxOptions")), "log"
    )


def test_kernel_not_made_for_an_avr_is_named():
    with pytest.raises(InputError, match=r"log: op 0 \(LOG_SOFTMAX\) runs in tinyml_log_softmax"):
        simulate(log_network(), "uno")
    (row,) = compare_boards(log_network(), ["uno"])
    assert row.fits is None
    assert "tinyml_log_softmax" in row.verdict


@pytest.mark.parametrize("missing", ["avr-gcc", "simavr"])
def test_what_is_missing_is_named_and_how_to_get_it(monkeypatch, tmp_path, missing):
    if missing == "avr-gcc":
        monkeypatch.setattr(shutil, "which", lambda name: None)
    else:
        monkeypatch.setattr(shutil, "which", lambda name: name)
        monkeypatch.setattr(simavr, "HEADER", tmp_path / "sim_avr.h")
        simavr._library.cache_clear()
    compiled = compile_model(wide_network(), "wide")
    with pytest.raises(ToolchainError, match=rf"{missing}, which .* Run `bash .ci/extras`"):
        simulate(compiled, "uno")
    (row,) = compare_boards(compiled, ["uno"])
    assert (row.fits, row.latency_ms) == (None, None)
    assert missing in row.verdict


@needs_avr
def test_larger_avr_is_refused(program):
    with pytest.raises(InputError, match="own has 8,192 bytes of RAM; the AVR simulated here is"):
        AvrMachine(program, replace(UNO, id="own", ram_bytes=8192))


@needs_avr
def test_comparison_has_a_row_of_the_uno():
    compiled = compile_model(wide_network(), "wide")
    (row,) = compare_boards(compiled, ["uno"])
    assert (row.basis, row.verdict) == ("emulated", "fits")
    assert row.latency_ms == simulate(compiled, "uno").latency_ms
