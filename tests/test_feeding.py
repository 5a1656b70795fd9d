"""Inputs fed row by row: what is in memory, the bits, and networks that need the whole input."""

import ctypes
import dataclasses

import numpy as np
import pytest
from compiled_batches import run_on_board, run_on_host
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from random_networks import (
    CHANNELS,
    ZERO_POINTS,
    RandomNetwork,
    classifier,
    conv,
    curve,
    depthwise,
    double,
    judge,
    pool,
)
from tflite_models import Micro, Network, random_input

import tinyml_course as tc
from tinyml_course.compiler.codegen import OPTIMIZATIONS, compile_model
from tinyml_course.compiler.inspect import inspect_model
from tinyml_course.compiler.planning.chains import step_needs
from tinyml_course.compiler.planning.verify import verify_plan
from tinyml_course.errors import InputError
from tinyml_course.simulator.emulated import board_model
from tinyml_course.simulator.toolchain import build_shared_library

SLIDING = (conv, conv, depthwise, pool, double, curve)


def scratch_of(compiled):
    return step_needs(compiled.graph, {compiled.places[s.op.index]: s for s in compiled.steps})[0]


def camera(height=32):
    """A network that looks at a tall image, and a last row that no window reaches."""
    net = Network(3)
    x = net.conv2d(net.input((1, height, 12, 3), 0.05, -3), 8, stride=(2, 2), padding="VALID")
    x = net.conv2d(net.depthwise(x), 8, kernel=(1, 1))
    return net, net.build(net.softmax(net.dense(net.mean(x), 4)))


@pytest.fixture(scope="module")
def fed():
    return compile_model(camera()[1], "net", "memory", input="rows")


def test_only_the_rows_of_one_window_are_in_memory(fed):
    (image,) = fed.graph.inputs
    assert fed.plan.capacities[image] == 3
    assert fed.arena_bytes < compile_model(camera()[1], "net", "memory").arena_bytes / 2
    verify_plan(fed.graph, fed.plan, scratch_of(fed))


@st.composite
def images_in_rows(draw):
    """Draw a network whose first layers, at least, can take turns; its input may be float32."""
    net = RandomNetwork(draw(st.integers(0, 999)))
    shape = (1, draw(st.integers(4, 20)), draw(st.integers(2, 9)), draw(CHANNELS))
    if draw(st.booleans()):
        x = net.input(shape, 0.05, draw(ZERO_POINTS))
    else:
        real = net.input(shape, None, dtype=np.float32)
        x = net.unary("QUANTIZE", real, 0.05, draw(ZERO_POINTS))
    for layer in draw(st.lists(st.sampled_from(SLIDING), min_size=1, max_size=5)):
        x = layer(draw, net, x)
    net.outputs = [classifier(draw, net, x) if draw(st.booleans()) else x]
    return net, net.build(*net.outputs)


@settings(
    max_examples=6,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(st.lists(images_in_rows(), min_size=24, max_size=24), st.sampled_from(OPTIMIZATIONS))
def test_random_networks_fed_by_rows_equal_micro(drawn, optimize):
    models, batches, expected = [], [], []
    for i, (net, model) in enumerate(drawn):
        if not (micro := judge(net, model)):
            continue
        try:
            compiled = compile_model(model, f"net{i}", optimize, input="rows")
        except InputError:
            continue
        verify_plan(compiled.graph, compiled.plan, scratch_of(compiled))
        models.append(compiled)
        batches.append(random_input(net, 3))
        expected.append(micro(*batches[-1]))
    assert len(models) > len(drawn) / 2  # some make one pixel of the image at once
    for run in (run_on_host, run_on_board):
        for model, wanted, found in zip(models, expected, run(models, batches), strict=True):
            for want, got in zip(wanted, found, strict=True):
                np.testing.assert_array_equal(got, want, f"{run.__name__}: {model.graph.ops}")


def test_host_and_board_models_feed_rows_themselves(fed):
    net, model = camera()
    (x,) = random_input(net, 4)
    (wanted,) = Micro(model)(x)
    board = board_model(fed, "nano33ble")
    for runner in (tc.host_model(fed), board):
        np.testing.assert_array_equal(runner(x), wanted)
        np.testing.assert_array_equal(runner(x[:, 0]), wanted[:, 0])
    assert len(board.slowest_steps) == len(fed.steps)
    whole = board_model(compile_model(model, "net", "memory"), "nano33ble")
    whole(x)
    assert board.slowest.instructions > whole.slowest.instructions
    assert board.slowest.instructions < 1.2 * whole.slowest.instructions


def test_rewind_drops_an_image_that_is_not_complete(fed):
    net, model = camera()
    (x,) = random_input(net, 2)
    (wanted,) = Micro(model)(x)
    library = ctypes.CDLL(str(build_shared_library(fed.files)))
    library.net_row.restype = library.net_output.restype = ctypes.c_void_p

    def feed(rows):
        for row in rows:
            ctypes.memmove(library.net_row(), row.tobytes(), row.nbytes)
            last = library.net_feed()
        return last

    assert feed(x[0, 0, :17]) == 0
    library.net_rewind()
    assert feed(x[1, 0]) == 1
    assert ctypes.string_at(library.net_output(), 4) == wanted[1].tobytes()


def test_the_header_says_how_to_feed(fed):
    for line in ("#define NET_INPUT_ROWS 32", "#define NET_ROW_SIZE 36", "int net_feed(void);"):
        assert line in fed.header
    assert "net_invoke" not in fed.header + fed.source
    assert "net_input(" not in fed.header + fed.source
    assert "The input and ops 0 to " in " ".join(fed.header.split("\n * "))


def test_the_picture_and_the_text_show_a_ring():
    inspection = inspect_model(camera()[1], input="rows")
    bar = inspection.plan.bars[0]
    assert bar.used is not None
    assert bar.nbytes < 32 * 36
    assert "rows of the input to op" in inspection.to_text()


def test_the_verifier_sees_rows_fed_out_of_order_and_too_small_a_ring(fed):
    (image,) = fed.graph.inputs
    small = dataclasses.replace(fed.plan, capacities={**fed.plan.capacities, image: 2})
    with pytest.raises(AssertionError, match="overwritten before"):
        verify_plan(fed.graph, small, scratch_of(fed))
    schedule = fed.plan.schedule
    turns = (schedule.turns[1], schedule.turns[0], *schedule.turns[2:])
    bad = dataclasses.replace(fed.plan, schedule=dataclasses.replace(schedule, turns=turns))
    with pytest.raises(AssertionError, match="out of order"):
        verify_plan(fed.graph, bad, scratch_of(fed))


def dense_first():
    net = Network(1)
    return net.build(net.dense(net.input((1, 8)), 3))


def pad_first():
    net = Network(1)
    x = net.input((1, 8, 8, 1))
    return net.build(net.conv2d(net.reshape(x, (1, 4, 16, 1)), 2))


def two_inputs():
    net = Network(1)
    a, b = net.input((1, 8, 8, 1)), net.input((1, 8, 8, 1))
    return net.build(net.binary("ADD", a, b))


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (dense_first, r"has shape \(1, 8\); rows can be fed to an image"),
        (pad_first, r"^op 0 \(RESHAPE\) needs the whole input"),
        (two_inputs, "has 2 inputs"),
    ],
)
def test_networks_that_need_the_whole_input_are_refused_by_name(model, message):
    with pytest.raises(InputError, match=message):
        compile_model(model(), "net", input="rows")


def test_other_ways_to_take_an_input_are_refused():
    with pytest.raises(InputError, match="accepted are whole, rows"):
        compile_model(camera()[1], "net", input="columns")


def test_a_float_image_takes_no_memory_beside_itself_and_little_in_rows():
    net = Network(5)
    x = net.unary("QUANTIZE", net.input((1, 40, 30, 3), None, dtype=np.float32), 0.05, -3)
    model = net.build(net.dense(net.mean(net.conv2d(x, 8, stride=(2, 2))), 4))
    assert compile_model(model, "net", "memory").arena_bytes == 40 * 30 * 3 * 4
    fed = compile_model(model, "net", "memory", input="rows")
    assert fed.arena_bytes < 40 * 30 * 3 * 4 / 8
    (images,) = random_input(net, 5)
    np.testing.assert_array_equal(tc.host_model(fed)(images), Micro(model)(images)[0])


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("vww", 14_500), ("person_detect", 14_500), ("kws", 5_800), ("ic", 16_448),
        ("mit-han-lab__assets__vww", 16_000),
    ],
)  # fmt: skip
def test_models_of_the_field_fed_by_rows_give_their_outputs(name, most, shared_dir):
    (path,) = shared_dir.glob(f"*/{name}.tflite")
    compiled = compile_model(path, "net", "memory", input="rows")
    assert compiled.arena_bytes <= most
    verify_plan(compiled.graph, compiled.plan, scratch_of(compiled))
    arrays = np.load(path.with_suffix(".npz"))
    np.testing.assert_array_equal(tc.host_model(compiled)(arrays["in0"]), arrays["out0"])
