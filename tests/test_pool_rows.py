"""Pools and means by rows equal the whole layers equal TensorFlow Lite Micro."""

import numpy as np
import pytest
from compiled_batches import run_on_board, run_on_host
from row_runs import random_counts, row_run, rows_on_board, rows_on_host
from tflite_models import Micro, Network, random_input

from tinyml_course.compiler.codegen import compile_model

KINDS = ["AVERAGE", "MAX", "whole AVERAGE", "whole MAX", "MEAN"]
CASES = 6 * len(KINDS)


def draw(case: int):
    """Return a model of one layer and a split of the rows it is fed or computes."""
    rng = np.random.default_rng(case)
    kind = KINDS[case % len(KINDS)]
    height, width = (int(n) for n in rng.integers(3, 12, 2))
    net = Network(seed=case)
    shape = (1, height, width, int(rng.choice([1, 3, 4, 8, 13])))
    x = net.input(shape, 0.05, int(rng.integers(-128, 128)))
    if kind == "MEAN":
        y = net.mean(x, keep_dims=bool(rng.integers(2)), zero_point=int(rng.integers(-20, 20)))
    elif kind.startswith("whole"):
        y = net.pool(x, kind.split()[1], (height, width), (height, width))
    else:
        y = net.pool(
            x,
            kind,
            (int(rng.integers(1, 4)), int(rng.integers(1, 4))),
            (int(rng.integers(1, 4)), int(rng.integers(1, 4))),
            padding=str(rng.choice(["SAME", "VALID"])),
            activation=str(rng.choice(["NONE", "RELU", "RELU6"])),
        )
    rows = height if kind in ("MEAN", "whole AVERAGE") else net.shape(y)[1]
    return net, net.build(y), random_counts(rng, rows)


@pytest.fixture(scope="module")
def cases():
    return [draw(case) for case in range(CASES)]


@pytest.fixture(scope="module")
def inputs(cases):
    return [random_input(net, 4) for net, _, _ in cases]


@pytest.fixture(scope="module")
def expected(cases, inputs):
    return [Micro(model)(*x)[0] for (_, model, _), x in zip(cases, inputs, strict=True)]


@pytest.mark.parametrize("run", [rows_on_host, rows_on_board])
def test_pooled_rows_equal_micro(run, cases, inputs, expected):
    runs = [row_run(f"net{i}", model, counts) for i, (_, model, counts) in enumerate(cases)]
    found = run(runs, [x for (x,) in inputs])
    for one, y, want in zip(runs, found, expected, strict=True):
        np.testing.assert_array_equal(y, want, err_msg=f"{one.name} in calls of {one.counts}")


@pytest.mark.parametrize("run", [run_on_host, run_on_board])
def test_whole_pools_equal_micro(run, cases, inputs, expected):
    models = [compile_model(model, f"net{i}") for i, (_, model, _) in enumerate(cases)]
    for i, ((y,), want) in enumerate(zip(run(models, inputs), expected, strict=True)):
        np.testing.assert_array_equal(y, want, err_msg=f"net{i}")
