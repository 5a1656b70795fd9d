"""Operators that remember, call after call, against TFLite Micro; and where their state lies."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tflite_models import Micro, Network, random_input

from tinyml_course.compiler.oracle.stateful import _SIGMOID
from tinyml_course.compiler.planning.memory import plan_memory
from tinyml_course.compiler.planning.verify import verify_plan
from tinyml_course.compiler.reading.tflite import read_model
from tinyml_course.compiler.reference import reference
from tinyml_course.errors import ModelError, UnsupportedModelError


def svdf_network(*, filters=6, rank=2, memory=4, zero_point=3, seed=0, state=np.int16):
    net = Network(seed)
    x = net.input((1, 5), 0.05, zero_point)
    features = net.constant(net.rng.integers(-127, 128, (filters, 5)).astype(np.int8), 0.02)
    times = net.constant(net.rng.integers(-127, 128, (filters, memory)).astype(state), 0.01)
    window = net.tensor((1, filters * memory), 0.004 if state is np.int16 else 0.2, 0, dtype=state)
    net.tensors[window].is_variable = True
    units = filters // rank
    biases = net.rng.integers(-9999, 9999, units).astype(np.int32)
    bias = net.constant(biases, net.tensors[window].scale * np.float32(0.01))
    y = net.tensor((1, units), 0.3, -4)
    net.op("SVDF", [x, features, times, bias, window], [y], "SVDFOptions", Rank=rank)
    return net, y


def lstm_network(*, units=4, depth=3, steps=5, zero_points=(2, -3), cell=2.0**-11, seed=0):
    net = Network(seed)
    x = net.input((1, steps, depth), 0.05, zero_points[0])

    def weights(shape):
        scale = net.rng.uniform(0.005, 0.05)
        return net.constant(net.rng.integers(-127, 128, shape).astype(np.int8), scale)

    inputs = [x, *(weights((units, depth)) for _ in range(4))]
    inputs += [*(weights((units, units)) for _ in range(4)), -1, -1, -1]
    for gate in range(4):
        scale = net.tensors[inputs[1 + gate]].scale * np.float32(0.05)
        inputs.append(net.constant(net.rng.integers(-3000, 3000, units).astype(np.int32), scale))
    hidden = net.tensor((1, units), 0.0078, zero_points[1])
    kept = net.tensor((1, units), cell, 0, dtype=np.int16)
    for state in (hidden, kept):
        net.tensors[state].is_variable = True
    inputs += [-1, -1, hidden, kept, -1, -1, -1, -1]
    y = net.like(hidden, (1, steps, units))
    net.op(
        "UNIDIRECTIONAL_SEQUENCE_LSTM", inputs, [y], "UnidirectionalSequenceLSTMOptions",
        FusedActivationFunction=4, CellClip=10.0,
    )  # fmt: skip
    return net, y


def assert_frames_equal_micro(net: Network, output: int, frames: int = 6) -> None:
    model = net.build(output)
    inputs = random_input(net, frames)
    np.testing.assert_array_equal(reference(model)(*inputs), Micro(model)(*inputs)[0])


@settings(max_examples=40, deadline=None)
@given(
    filters=st.sampled_from([2, 6]),
    rank=st.sampled_from([1, 2]),
    memory=st.integers(1, 6),
    zero_point=st.sampled_from([-128, 0, 127]),
    seed=st.integers(0, 99),
)
def test_svdf(*, filters, rank, memory, zero_point, seed):
    options = {"filters": filters, "rank": rank, "memory": memory, "zero_point": zero_point}
    assert_frames_equal_micro(*svdf_network(**options, seed=seed))


@settings(max_examples=40, deadline=None)
@given(
    units=st.integers(1, 6),
    depth=st.integers(1, 5),
    steps=st.integers(1, 6),
    zero_points=st.tuples(st.sampled_from([-128, 0, 127]), st.sampled_from([-128, 0, 7])),
    cell=st.sampled_from([2.0**-11, 2.0**-12, 2.0**-9]),
    seed=st.integers(0, 99),
)
def test_lstm(*, units, depth, steps, zero_points, cell, seed):
    options = {"units": units, "depth": depth, "steps": steps, "zero_points": zero_points}
    assert_frames_equal_micro(*lstm_network(**options, cell=cell, seed=seed))


def test_each_call_starts_from_the_reset_state():
    net, y = lstm_network()
    oracle = reference(net.build(y))
    (x,) = random_input(net, 5)
    first = oracle(x)
    np.testing.assert_array_equal(oracle(x), first)
    assert (oracle(x[[3]])[0] != first[3]).any()


def test_the_table_of_the_curves_is_within_one_of_the_real_curve():
    real = 65536 / (1 + np.exp(-np.arange(256) / 24))
    assert np.abs(_SIGMOID - real).max() < 1.2
    assert [_SIGMOID[i] for i in (0, 1, 4, 100, 255)] == [32768, 33451, 35493, 64536, 65535]


@pytest.mark.parametrize("network", [svdf_network, lstm_network])
def test_a_state_keeps_its_bytes_through_all_steps(network):
    net, y = network()
    y = net.unary("RELU", net.unary("RELU", y))
    graph = read_model(net.build(y))
    plan = plan_memory(graph)
    verify_plan(graph, plan)
    for index in graph.variables:
        assert plan.lifetimes[index] == (-1, len(graph.ops))
    state, other = graph.variables[-1], graph.ops[-1].output
    bad = {**plan.offsets, other: plan.offsets[state]}
    with pytest.raises(AssertionError, match=r"tensor \d+ is overwritten before the end"):
        verify_plan(graph, dataclasses.replace(plan, offsets=bad))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda n: setattr(n.tensors[n.ops[0].inputs[19]], "is_variable", 0), "before anything"),
        (lambda n: n.ops[0].inputs.__setitem__(1, -1), "lacks a gate"),
        (lambda n: n.ops[0].inputs.__setitem__(9, n.ops[0].inputs[12]), "has peepholes"),
        (lambda n: n.ops[0].fields.update(FusedActivationFunction=1), "Use tanh"),
        (lambda n: setattr(n.tensors[n.ops[0].inputs[19]], "scale", np.float32([0.1])), "power of"),
        (lambda n: setattr(n.tensors[n.ops[0].outputs[0]], "shape", (1, 5, 3)), "writes shape"),
    ],
)  # fmt: skip
def test_lstm_faults_are_named(change, message):
    net, y = lstm_network()
    change(net)
    with pytest.raises((ModelError, UnsupportedModelError), match=message):
        read_model(net.build(y))


@pytest.mark.parametrize(("bias", "message"), [(2, "is impossible"), (4, "has weights")])
def test_a_bias_of_an_svdf_that_is_none_is_named(bias, message):
    net, y = svdf_network()
    net.ops[0].inputs[3] = net.ops[0].inputs[bias]
    with pytest.raises((ModelError, UnsupportedModelError), match=message):
        read_model(net.build(y))
