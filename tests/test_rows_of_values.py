"""Operators on rows and matrices that random networks leave out: RSQRT, BATCH_MATMUL, clamps."""

import numpy as np
import pytest
from compiled_batches import run_on_board, run_on_host
from tflite_models import Micro, Network, random_input

from tinyml_course.compiler.codegen import compile_model
from tinyml_course.compiler.reference import reference

EVERY_BYTE = np.arange(-128, 128).astype(np.int8).reshape(1, 1, 256)
BATCHES = [((), ()), ((2,), (1,)), ((1, 3), (2, 1)), ((2, 2), (2,))]


def assert_all_equal(models, inputs, expected):
    compiled = [compile_model(model, f"net{i}") for i, model in enumerate(models)]
    for model, given, want in zip(models, inputs, expected, strict=True):
        np.testing.assert_array_equal(reference(model)(*given).reshape(want.shape), want)
    for run in (run_on_host, run_on_board):
        for (found,), want in zip(run(compiled, inputs), expected, strict=True):
            np.testing.assert_array_equal(found, want)


def test_matrix_products_equal_micro():
    rng = np.random.default_rng(0)
    models, inputs = [], []
    for number in range(24):
        first, second = BATCHES[number % len(BATCHES)]
        rows, depth, columns = rng.integers(1, 8, 3)
        flip = (bool(number & 4), bool(number & 8))
        net = Network(number)
        shapes = [(rows, depth)[:: -1 if flip[0] else 1], (depth, columns)[:: -1 if flip[1] else 1]]
        x = net.input((*first, *shapes[0]), 1 / 3, int(rng.choice([-128, 5])))
        y = net.input((*second, *shapes[1]), 0.0625, int(rng.choice([127, 0])))
        shape = (*np.broadcast_shapes(first, second), rows, columns)
        z = net.tensor(shape, float(rng.choice([0.5, 3, 40])), int(rng.choice([-128, 9])))
        options = {"AdjX": flip[0], "AdjY": flip[1]}
        models.append(
            net.build(net.op("BATCH_MATMUL", [x, y], [z], "BatchMatMulOptions", **options))
        )
        inputs.append(random_input(net, 4))
    expected = [Micro(m)(*given)[0] for m, given in zip(models, inputs, strict=True)]
    assert_all_equal(models, inputs, expected)


def test_inverse_roots_equal_micro():
    models = []
    for scale, target, zero_point in [(0.01, 0.0371, -128), (1 / 3, 0.1, 0), (0.9, 0.01, 127)]:
        net = Network()
        x = net.input((1, 256), scale, -128)
        models.append(net.build(net.unary("RSQRT", x, target, zero_point)))
    inputs = [(EVERY_BYTE,)] * len(models)
    assert_all_equal(models, inputs, [Micro(model)(EVERY_BYTE)[0] for model in models])


@pytest.mark.parametrize(("name", "least"), [("RELU_0_TO_1", -20), ("RELU_N1_TO_1", -36)])
def test_clamps_that_tflm_lacks_are_its_rescaling_clamped(name, least):
    models = []
    for kind in (name, "QUANTIZE"):
        net = Network()
        models.append(net.build(net.unary(kind, net.input((1, 256), 0.03, 4), 0.0625, -20)))
    rescaled = Micro(models[1])(EVERY_BYTE)[0]
    assert_all_equal(models[:1], [(EVERY_BYTE,)], [np.clip(rescaled, least, -20 + 16)])
