"""The C of operators that move values: what random networks leave out, and work by rows."""

import ctypes

import numpy as np
import pytest
from compiled_batches import STRICT, merged_files, run_on_board, run_on_host
from hypothesis import given, settings
from hypothesis import strategies as st
from random_moves import ints
from tflite_models import Micro, Network, random_input

from tinyml_course.compiler.codegen import compile_model
from tinyml_course.compiler.reference import reference
from tinyml_course.simulator.toolchain import build_shared_library


def tile(net, x):
    """TFLM has no TILE."""
    return net.op("TILE", [x, ints(net, 1, 3, 1, 2)], [net.like(x, (1, 9, 4, 4))], "TileOptions")


def padded_blocks(net, x):
    """TFLM leaves the value it pads with uninitialised."""
    padding = net.constant(np.array([[1, 2], [0, 2]], np.int32))
    y = net.like(x, (6, 2, 3, 2))
    return net.op("SPACE_TO_BATCH_ND", [x, ints(net, 3, 2), padding], [y], "SpaceToBatchNDOptions")


@pytest.mark.parametrize("layer", [tile, padded_blocks], ids=lambda layer: layer.__name__)
def test_moves_tflm_cannot_judge_equal_the_oracle(layer):
    net = Network()
    model = net.build(layer(net, net.input((1, 3, 4, 2), 0.05, -7)))
    inputs = random_input(net, 3)
    for run in (run_on_host, run_on_board):
        ((found,),) = run([compile_model(model)], [inputs])
        np.testing.assert_array_equal(found, reference(model)(*inputs).reshape(found.shape))


def moved(net, x):
    """Return what slices, joins and padding make of a (1, 4, 6, 4) image of any type."""
    sides = net.constant(np.array([[0, 0], [1, 0], [0, 1], [2, 0]], np.int32))
    x = net.op("PAD", [x, sides], [net.like(x, (1, 5, 7, 6))], "PadOptions")
    operands = [ints(net, 0, 4, 0, 1), ints(net, 1, -9, 7, 6), ints(net, 1, -2, 3, 1)]
    x = net.op("STRIDED_SLICE", [x, *operands], [net.like(x, (1, 3, 3, 5))], "StridedSliceOptions")
    x = net.concatenation([x, x], 3)
    pieces = [net.like(x, (1, 3, n, 10)) for n in (1, 2)]
    operands = [ints(net, 1, 2), net.constant(np.int32(2))]
    net.op("SPLIT_V", [x, *operands], pieces, "SplitVOptions", NumSplits=2)
    return net.concatenation(pieces[::-1], 2)


def test_values_of_every_type_move():
    nets, models = [], []
    for dtype in (np.int8, np.int16, np.int32, np.float32):
        net = Network()
        scale = 0.05 if dtype in (np.int8, np.int16) else None
        y = moved(net, net.input((1, 4, 6, 4), scale, 0, dtype))
        nets.append(net)
        models.append(net.build(y))
    compiled = [compile_model(model, f"net{i}") for i, model in enumerate(models)]
    batches = [random_input(net, 3) for net in nets]
    for run in (run_on_host, run_on_board):
        for model, inputs, (found,) in zip(models, batches, run(compiled, batches), strict=True):
            np.testing.assert_array_equal(found, Micro(model)(*inputs)[0])


def test_five_axes_move():
    net = Network()
    x = net.input((2, 2, 3, 2, 3), 0.05, 4)
    sides = net.constant(np.array([[0, 0], [1, 0], [0, 1], [2, 0], [0, 1]], np.int32))
    y = net.op("PAD", [x, sides], [net.like(x, (2, 3, 4, 4, 4))], "PadOptions")
    order = (4, 0, 3, 1, 2)
    z = net.like(x, [net.shape(y)[axis] for axis in order])
    model = net.build(net.op("TRANSPOSE", [y, ints(net, *order)], [z], "TransposeOptions"))
    inputs = random_input(net, 3)
    ((found,),) = run_on_host([compile_model(model)], [inputs])
    np.testing.assert_array_equal(found, Micro(model)(*inputs)[0])


def test_casts_equal_micro():
    types = (np.int8, np.int16, np.int32, np.float32)
    pairs = [(source, target) for source in types for target in types if source != target]
    nets, models = [], []
    for source, target in pairs:
        net = Network()
        x = net.input((1, 40), None, dtype=source)
        y = net.tensor((1, 40), None, dtype=target)
        nets.append(net)
        models.append(net.build(net.op("CAST", [x], [y], "CastOptions")))
    compiled = [compile_model(model, f"net{i}") for i, model in enumerate(models)]
    batches = [random_input(net, 4) for net in nets]
    for run in (run_on_host, run_on_board):
        for model, inputs, (found,) in zip(models, batches, run(compiled, batches), strict=True):
            want = Micro(model)(*inputs)[0]
            np.testing.assert_array_equal(found, want)
            np.testing.assert_array_equal(reference(model)(*inputs).reshape(want.shape), want)


# Rows --------------------------------------------------------------------------------------------

HEIGHT, WIDTH, CHANNELS = 7, 3, 5


class Rows(ctypes.Structure):
    """`tinyml_rows` of the kernels."""

    _fields_ = (("data", ctypes.c_void_p), ("capacity", ctypes.c_uint16))


def library(name):
    """Return a library of MUL and CONCATENATION by rows, and their model."""
    net = Network()
    x, y = (net.input((1, HEIGHT, WIDTH, CHANNELS), scale, 3) for scale in (0.05, 0.08))
    product = net.binary("MUL", x, y, scale=0.05, zero_point=3)
    model = net.build(product, net.concatenation([x, product], 3))
    compiled = compile_model(model, name)
    files = merged_files([compiled])
    calls = {step.op.kind: step.calls for step in compiled.steps}
    places = {"first": "first", "count": "count", "in0_rows": "a", "in1_rows": "b"}
    functions = "".join(
        f"void {kind.lower()}(tinyml_rows a, tinyml_rows b, tinyml_rows y, unsigned first, "
        f"unsigned count);\nvoid {kind.lower()}(tinyml_rows a, tinyml_rows b, tinyml_rows y, "
        f"unsigned first, unsigned count)\n{{\n"
        + "".join(call.format(**places, out0_rows="y") for call in lines)
        + "\n}\n"
        for kind, lines in calls.items()
    )
    files[f"{name}.c"] += functions
    return ctypes.CDLL(str(build_shared_library(files, ("-O2", *STRICT)))), model


@pytest.fixture(scope="module")
def rows():
    return library("rows")


@settings(max_examples=40, deadline=None)
@given(
    counts=st.lists(st.integers(1, 4), min_size=HEIGHT, max_size=HEIGHT),
    spare=st.tuples(*[st.integers(0, 3)] * 3),
)
@pytest.mark.parametrize("kind", ["mul", "concatenation"])
def test_rows_in_rings_equal_the_whole_image(rows, kind, counts, spare):
    code, model = rows
    rng = np.random.default_rng(0)
    a, b = (rng.integers(-128, 128, (1, HEIGHT, WIDTH, CHANNELS)).astype(np.int8) for _ in "ab")
    product, joined = (whole[0] for whole in Micro(model, 2)(a[None], b[None]))
    inputs, expected = ((a[0], b[0]), product) if kind == "mul" else ((a[0], product[0]), joined)
    largest = max(counts)
    rings = [
        np.zeros((largest + extra, WIDTH, width), np.int8)
        for extra, width in zip(spare, (CHANNELS, CHANNELS, expected.shape[-1]), strict=True)
    ]
    first = 0
    for wanted in counts:
        count = min(wanted, HEIGHT - first)
        for y in range(first, first + count):
            for ring, image in zip(rings, inputs, strict=False):
                ring[y % len(ring)] = image[y]
        images = [Rows(ring.ctypes.data, len(ring)) for ring in rings]
        if count:
            code[kind](*images, ctypes.c_uint(first), ctypes.c_uint(count))
        for y in range(first, first + count):
            np.testing.assert_array_equal(rings[2][y % len(rings[2])], expected[0, y])
        first += count
