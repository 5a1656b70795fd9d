"""CONV_2D by rows equals the whole layer equals TensorFlow Lite Micro."""

import numpy as np
import pytest
from compiled_batches import run_on_board, run_on_host
from row_runs import random_counts, row_run, rows_on_board, rows_on_host
from tflite_models import Micro, Network, random_input

from tinyml_course.compiler.codegen import compile_model

CASES = 30
SLIDES = [
    ((3, 3), (1, 1), (1, 1)),
    ((1, 1), (1, 1), (1, 1)),
    ((3, 3), (2, 2), (1, 1)),
    ((3, 2), (1, 1), (2, 2)),
    ((4, 3), (3, 2), (1, 1)),
    ((2, 5), (1, 3), (1, 1)),
    ((1, 1), (2, 2), (1, 1)),
    ((5, 1), (1, 1), (1, 1)),
]


def draw(case: int):
    """Return a model of one layer and a split of its rows."""
    rng = np.random.default_rng(case)
    kernel, stride, dilation = SLIDES[case % len(SLIDES)]
    reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True)]
    height, width = (int(rng.integers(r, r + 9)) for r in reach)
    net = Network(seed=case)
    x = net.input((1, height, width, int(rng.integers(1, 11))), 0.05, int(rng.integers(-128, 128)))
    y = net.conv2d(
        x,
        int(rng.integers(1, 10)),
        kernel,
        stride,
        dilation=dilation,
        padding=str(rng.choice(["SAME", "VALID"])),
        activation=str(rng.choice(["NONE", "RELU", "RELU6"])),
        zero_point=int(rng.choice([-128, 3, 127])),
    )
    return net, net.build(y), random_counts(rng, net.shape(y)[1])


@pytest.fixture(scope="module")
def cases():
    return [draw(case) for case in range(CASES)]


@pytest.fixture(scope="module")
def inputs(cases):
    return [random_input(net, 4) for net, _, _ in cases]


@pytest.fixture(scope="module")
def expected(cases, inputs):
    return [Micro(model)(*x)[0] for (_, model, _), x in zip(cases, inputs, strict=True)]


@pytest.mark.parametrize("optimize", ["balanced", "size"])
@pytest.mark.parametrize("run", [rows_on_host, rows_on_board])
def test_convolved_rows_equal_micro(run, optimize, cases, inputs, expected):
    runs = [
        row_run(f"net{i}", model, counts, optimize) for i, (_, model, counts) in enumerate(cases)
    ]
    found = run(runs, [x for (x,) in inputs])
    for one, y, want in zip(runs, found, expected, strict=True):
        np.testing.assert_array_equal(y, want, err_msg=f"{one.name} in calls of {one.counts}")


@pytest.mark.parametrize("optimize", ["speed", "memory"])
@pytest.mark.parametrize("run", [run_on_host, run_on_board])
def test_whole_convolution_equals_micro(run, optimize, cases, inputs, expected):
    models = [compile_model(model, f"net{i}", optimize) for i, (_, model, _) in enumerate(cases)]
    for i, ((y,), want) in enumerate(zip(run(models, inputs), expected, strict=True)):
        np.testing.assert_array_equal(y, want, err_msg=f"net{i}")


@pytest.mark.parametrize("run", [run_on_host, run_on_board])
def test_every_depth_and_rest_of_a_tile_equals_micro(run):
    """Rounds of the product may begin anywhere; a last tile may hold one to four pixels."""
    nets = [Network(seed=words) for words in range(1, 15)]
    models = [
        net.build(net.conv2d(net.input((1, 1, 5 + words % 4, 4 * words), 0.05, -7), 6, (1, 1)))
        for words, net in enumerate(nets, 1)
    ]
    inputs = [random_input(net, 2) for net in nets]
    compiled = [compile_model(model, f"net{i}", "speed") for i, model in enumerate(models)]
    for i, ((y,), x) in enumerate(zip(run(compiled, inputs), inputs, strict=True)):
        np.testing.assert_array_equal(y, Micro(models[i])(*x)[0], err_msg=f"net{i}")
