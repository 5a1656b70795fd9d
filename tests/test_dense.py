"""FULLY_CONNECTED of one row: every depth modulo the kernel's blocks, every output stage."""

from __future__ import annotations

import numpy as np
import pytest
from compiled_batches import run_on_board, run_on_host
from tflite_models import Micro, Network, random_input

from tinyml_course.compiler.codegen import CompiledModel, compile_model


def _network(seed: int) -> Network:
    rng = np.random.default_rng(seed)
    net = Network()
    x = net.input((1, seed + 1), float(rng.uniform(0.01, 0.1)), int(rng.integers(-128, 128)))
    for _ in range(2):
        x = net.dense(
            x,
            int(rng.integers(1, 14)) + 16 * (seed % 2),
            activation=("NONE", "RELU", "RELU6")[int(rng.integers(3))],
            per_channel=bool(rng.integers(2)),
            zero_point=int(rng.choice([-128, 0, 127, 5])),
            gain=float(rng.choice([0.25, 1, 4])),
        )
    return net


@pytest.fixture(scope="module")
def cases() -> list[tuple[CompiledModel, tuple[np.ndarray, ...], np.ndarray]]:
    found = []
    for seed in range(40):
        net = _network(seed)
        model = net.build(len(net.tensors) - 1)
        inputs = random_input(net, 4, seed)
        expected = Micro(model)(*inputs)[0]
        for optimize in ("balanced", "speed"):
            compiled = compile_model(model, f"dense{seed}_{optimize}", optimize)
            found.append((compiled, inputs, expected))
    return found


def _check(cases, found) -> None:
    for (model, _, expected), (output,) in zip(cases, found, strict=True):
        np.testing.assert_array_equal(output, expected, model.name)


def test_dense_equals_micro_on_host(cases):
    _check(cases, run_on_host([case[0] for case in cases], [case[1] for case in cases]))


@pytest.mark.parametrize(
    ("compiler", "optimize"), [("auto", "-O2"), ("auto", "-Os"), ("zig", "-O2")]
)
def test_dense_equals_micro_on_board(cases, compiler, optimize):
    models, batches = [case[0] for case in cases], [case[1] for case in cases]
    _check(cases, run_on_board(models, batches, compiler, optimize))


def test_dense_takes_scratch_for_speed_only(cases):
    taken = {
        model.optimize
        for model, *_ in cases
        if any(step.whole_scratch_bytes for step in model.steps)
    }
    assert taken == {"speed"}


def test_dense_comes_as_each_kernel(cases):
    calls = {step.calls[0].split("(")[0] for model, *_ in cases for step in model.steps}
    assert {"tinyml_connect", "tinyml_connect_general", "tinyml_connect_wide"} <= calls
