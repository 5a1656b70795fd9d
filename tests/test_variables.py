"""Resource variables: oracle, C on host and board, and memory plan, against TFLite Micro."""

import numpy as np
import pytest
from compiled_batches import run_on_board, run_on_host
from hypothesis import given, settings
from hypothesis import strategies as st
from stream_networks import STREAMS, streams
from tflite_models import Micro, random_input

from tinyml_course.compiler.codegen import OPTIMIZATIONS, compile_model
from tinyml_course.compiler.reference import reference
from tinyml_course.compiler.turns import scratch_of
from tinyml_course.compiler.verify import verify_plan

FRAMES = 7


def verify(model) -> None:
    steps = {step.op.index: step for step in model.steps}
    verify_plan(
        model.graph,
        model.plan,
        lambda op, turn: scratch_of(steps[op.index], turn) if op.index in steps else 0,
    )


@pytest.fixture(scope="module")
def cases():
    """Return (name, bytes, inputs, TFLM's outputs) of each network written by hand."""
    found = []
    for stream in STREAMS:
        net, outputs = stream()
        content = net.build(*outputs)
        inputs = random_input(net, FRAMES)
        found.append((stream.__name__, content, inputs, Micro(content, len(outputs))(*inputs)))
    return found


def test_the_oracle_equals_micro(cases):
    for name, content, inputs, expected in cases:
        found = reference(content)(*inputs)
        for want, got in zip(expected, found if isinstance(found, tuple) else [found], strict=True):
            np.testing.assert_array_equal(got.reshape(want.shape), want, name)


@pytest.mark.parametrize("run", [run_on_host, run_on_board])
@pytest.mark.parametrize("optimize", OPTIMIZATIONS)
def test_c_equals_micro(cases, optimize, run):
    models = [compile_model(content, name, optimize) for name, content, *_ in cases]
    found = run(models, [inputs for _, _, inputs, _ in cases])
    for model, outputs, (name, _, _, expected) in zip(models, found, cases, strict=True):
        verify(model)
        for want, got in zip(expected, outputs, strict=True):
            np.testing.assert_array_equal(got.reshape(want.shape), want, name)


@settings(max_examples=25, deadline=None)
@given(st.lists(streams(), min_size=12, max_size=12), st.sampled_from(OPTIMIZATIONS))
def test_random_streams_equal_micro(drawn, optimize):
    models = [
        compile_model(content, f"stream{i}", optimize) for i, (_, _, content) in enumerate(drawn)
    ]
    batches = [random_input(net, FRAMES) for net, *_ in drawn]
    found = run_on_host(models, batches)
    for model, inputs, outputs, (_, indices, content) in zip(
        models, batches, found, drawn, strict=True
    ):
        verify(model)
        expected = Micro(content, len(indices))(*inputs)
        oracle = reference(content)(*inputs)
        oracle = oracle if isinstance(oracle, tuple) else (oracle,)
        for want, got, known in zip(expected, outputs, oracle, strict=True):
            np.testing.assert_array_equal(known.reshape(want.shape), want)
            np.testing.assert_array_equal(got, want)
