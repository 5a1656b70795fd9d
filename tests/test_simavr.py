"""Programs on the Uno's AVR, run in simavr: the oracle's bits, exact cycles, near limits in words.

Needs avr-gcc, avr-libc and libsimavr-dev (`.ci/extras`); what needs them is skipped without.
"""

import contextlib
import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from avr_there import needs_avr
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from model_zoo import small_models
from random_networks import networks
from stream_networks import STREAMS, wake_word
from tflite_models import Network

from tinyml_course.boards import get_board
from tinyml_course.compiler.codegen import OPTIMIZATIONS, compile_model
from tinyml_course.compiler.emitting import avr
from tinyml_course.compiler.numerics import quantization
from tinyml_course.compiler.numerics.quantization import Multiplier
from tinyml_course.compiler.reference import reference
from tinyml_course.errors import FitError, InputError, ToolchainError
from tinyml_course.features.motion import MotionWindow
from tinyml_course.simulator import simavr
from tinyml_course.simulator.compare import compare_boards
from tinyml_course.simulator.emulated import board_model
from tinyml_course.simulator.program import build_program
from tinyml_course.simulator.report import simulate
from tinyml_course.simulator.simavr import AvrMachine

UNO = get_board("uno")
KERNELS = Path(simavr.__file__).parents[1] / "c"
NO_LAYERS = {
    *("tinyml_detect.c", "tinyml_feed.c", "tinyml_frame.c", "tinyml_image.c", "tinyml_mfcc.c"),
    *("tinyml_motion.c", "tinyml_ring.c", "tinyml_turns.c"),
}
"""What stands before, behind or between the kernels of layers."""


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


def long_network():
    """More inputs than products fit a sum of 24 bits."""
    net = Network(seed=3)
    return net.build(net.dense(net.input((1, 1130)), 6))


NETWORKS = {
    "gestures": gesture_network,
    "image": image_network,
    "wide": wide_network,
    "long": long_network,
}


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


def random_inputs(compiled, count=4):
    """Random values for every input."""
    rng = np.random.default_rng(0)
    tensors = [compiled.graph.tensors[index] for index in compiled.graph.inputs]
    return [
        rng.normal(0, 2, (count, *tensor.shape)).astype(tensor.dtype)
        if tensor.dtype == np.float32
        else rng.integers(-128, 128, (count, *tensor.shape)).astype(tensor.dtype)
        for tensor in tensors
    ]


def assert_oracles_bits(model, compiled, inputs):
    """Run the model on the Uno, and hold every output against the oracle's."""
    answers = (run(*inputs) for run in (board_model(compiled, "uno"), reference(model)))
    several = (each if isinstance(each, tuple) else (each,) for each in answers)
    for ours, theirs in zip(*several, strict=True):
        np.testing.assert_array_equal(ours.ravel(), np.asarray(theirs).ravel())


@needs_avr
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(drawn=networks(), optimize=st.sampled_from(OPTIMIZATIONS))
def test_random_networks_give_the_oracles_bits(drawn, optimize):
    _, model = drawn
    compiled = compile_model(model, "random", optimize=optimize)
    assume("tinyml_winograd.c" not in compiled.files)
    with contextlib.suppress(FitError):
        assert_oracles_bits(model, compiled, random_inputs(compiled))


SMALL_MODELS = small_models()
STREAMS_THAT_FIT = [build for build in STREAMS if build is not wake_word]
TOO_LARGE = "moves"  # its parameters alone fill the RAM; random networks have moves, too


@needs_avr
@pytest.mark.parametrize("name", sorted(SMALL_MODELS.keys() - {TOO_LARGE}))
def test_every_operator_gives_the_oracles_bits(name):
    compiled = compile_model(SMALL_MODELS[name], "small")
    assert_oracles_bits(SMALL_MODELS[name], compiled, random_inputs(compiled))


@needs_avr
@pytest.mark.parametrize("build", STREAMS_THAT_FIT, ids=lambda build: build.__name__)
def test_states_stay_from_call_to_call(build):
    network, outputs = build()
    model = network.build(*outputs)
    compiled = compile_model(model, "stream")
    assert_oracles_bits(model, compiled, random_inputs(compiled))


@needs_avr
def test_sum_of_more_products_than_24_bits_hold_is_whole():
    model = long_network()
    compiled = compile_model(model, "long")
    weights = compiled.graph.tensors[compiled.graph.ops[0].weights].data
    x = np.where(weights < 0, -128, 127).astype(np.int8)[:, None]  # each channel at its largest
    assert (x.astype(np.int64)[:, 0] * weights).sum(axis=1).max() > 1 << 23
    assert_oracles_bits(model, compiled, [x])


@needs_avr
def test_every_kernel_but_winograds_has_an_avr_build():
    kernels = {path.name for path in KERNELS.glob("*.c")}
    assert kernels - avr.KERNELS == NO_LAYERS | {"tinyml_winograd.c"}


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


ARITHMETIC = """
#include "tinyml_arithmetic.h"

int32_t x, factor, result;
int16_t shift;

void multiply(void) { result = tinyml_multiply(x, factor); }
void requantize(void) { result = tinyml_requantize(x, factor, shift); }
"""
EDGES = (0, 1, -1, 255, -256, 1 << 24, -(1 << 24) - 1, 2**31 - 1, -(2**31 - 1))
WORDS = st.one_of(st.sampled_from(EDGES), st.integers(-(2**31) + 1, 2**31 - 1))


@pytest.fixture(scope="module")
def arithmetic():
    header = (KERNELS / "tinyml_arithmetic.h").read_text(encoding="utf-8")
    sources = {"arithmetic.c": ARITHMETIC, "tinyml_arithmetic.h": header}
    program = build_program(sources, UNO, ["multiply", "requantize"], optimize="-Os")
    machine = AvrMachine(program, UNO)

    def call(function, **values):
        for name, value in values.items():
            size = 2 if name == "shift" else 4
            machine.write(program.address(name), value.to_bytes(size, "little", signed=True))
        machine.call(function)
        return int.from_bytes(machine.read(program.address("result"), 4), "little", signed=True)

    return call


@needs_avr
@settings(max_examples=300, deadline=None)
@given(WORDS, WORDS)
def test_product_byte_by_byte_is_the_whole_ones(arithmetic, x, factor):
    assert arithmetic("multiply", x=x, factor=factor) == (x * factor + (1 << 30)) >> 31


@needs_avr
@settings(max_examples=300, deadline=None)
@given(WORDS, st.integers(1 << 30, 2**31 - 1), st.integers(-8, 31))
def test_requantize_rounds_as_the_oracle_does(arithmetic, x, factor, shift):
    by = Multiplier(np.array([factor], np.int32), np.array([-shift], np.int32))
    wanted = quantization.requantize(np.array([x], np.int32), by)[0]
    assert arithmetic("requantize", x=x, factor=factor, shift=shift) == wanted


def narrowed(ram=None, flash=None):
    """The Uno with so much of its memory left for a program."""
    changes = {} if ram is None else {"core_ram_bytes": UNO.ram_bytes - ram}
    changes |= {} if flash is None else {"core_flash_bytes": UNO.flash_bytes - flash}
    return replace(UNO, id="narrow", **changes)


@needs_avr
@pytest.mark.parametrize(
    ("memory", "message"),
    [
        ("ram", r"stack grew into static data in .+, at least [12] bytes? too far: narrow has"),
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


def winograd_network():
    net = Network()
    y = net.conv2d(net.input((1, 16, 16, 32)), 32, kernel=(3, 3))
    net.tensors[net.ops[0].inputs[1]].data[:] //= 4  # so that their transform fits its type
    return compile_model(net.build(y), "points", optimize="speed")


def test_kernel_not_made_for_an_avr_is_named():
    with pytest.raises(InputError, match=r"points: op 0 \(CONV_2D\) runs in tinyml_winograd"):
        simavr.require_run(winograd_network())
    assert not simulate(winograd_network(), "uno").fits  # the only one, and far too large


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
