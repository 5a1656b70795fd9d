"""Resource variables: oracle, C on host and board, and memory plan, against TFLite Micro."""

import numpy as np
import pytest
from compiled_batches import run_on_board, run_on_host
from hypothesis import given, settings
from hypothesis import strategies as st
from stream_networks import (
    SHAPE,
    STREAMS,
    ZERO_POINT,
    accumulator,
    add,
    buffer,
    frame,
    look,
    never_read,
    old_and_new_value,
    old_value_after_the_assignment,
    one_variable_by_two_handles,
    output_is_kept,
    ramp,
    relu,
    started,
    streams,
    sunk_buffer,
    wake_word,
    with_start,
)
from tflite_models import Micro, Network, random_input

from tinyml_course.compiler.codegen import OPTIMIZATIONS, compile_model
from tinyml_course.compiler.planning.chains import step_needs
from tinyml_course.compiler.planning.verify import verify_plan
from tinyml_course.compiler.reading.tflite import read_model
from tinyml_course.compiler.reference import reference
from tinyml_course.compiler.stateful import reset_values
from tinyml_course.errors import ModelError, UnsupportedModelError
from tinyml_course.simulator.host import host_model

FRAMES = 7


def verify(model) -> None:
    steps = {model.places[step.op.index]: step for step in model.steps}
    verify_plan(model.graph, model.plan, step_needs(model.graph, steps)[0])


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


# What becomes of them ----------------------------------------------------------------------------


def compiled(stream, optimize="balanced"):
    net, outputs = stream()
    return compile_model(net.build(*outputs), "model", optimize)


def kinds(model) -> list[str]:
    return [step.op.kind for step in model.steps]


def test_a_ring_of_frames_is_written_where_it_lies_and_early():
    model = compiled(sunk_buffer)
    assert kinds(model) == ["CONCATENATION", "STRIDED_SLICE", "CONV_2D"]
    assert model.arena_bytes == compiled(buffer).arena_bytes
    (state,) = model.graph.variables
    slice_op = model.steps[1].op
    assert model.plan.offsets[slice_op.output] == model.plan.offsets[state]


def test_only_values_that_are_needed_later_are_copied():
    assert kinds(compiled(old_value_after_the_assignment)) == ["ADD", "ASSIGN_VARIABLE"]
    assert kinds(compiled(old_and_new_value)) == ["READ_VARIABLE", "ADD", "SUB"]


def test_what_the_caller_may_overwrite_is_no_state():
    model = compiled(output_is_kept)
    (state,), (output,) = model.graph.variables, model.graph.outputs
    assert model.plan.offsets[state] != model.plan.offsets[output]


def test_a_wake_word_takes_its_rings_and_little_more():
    model = compiled(wake_word)
    rings = sum(model.graph.tensors[index].nbytes for index in model.graph.variables)
    assert rings == 2 * 10 + (4 + 8 + 12 + 4) * 16
    assert "READ_VARIABLE" not in kinds(model) and "ASSIGN_VARIABLE" not in kinds(model)
    assert f"{rings:,} bytes of the arena stay" in model.header


def test_a_variable_nobody_reads_is_no_state():
    assert not compiled(never_read).graph.variables
    assert "reset" not in compiled(never_read).source


def test_containers_tell_variables_apart():
    for containers, count in ((("a", "b"), 2), (("a", "a"), 1), (("a", None), 1), (("", ""), 1)):
        net, (y,) = one_variable_by_two_handles(containers)
        first, second = (op.outputs[0] for op in net.ops[:2])
        net.assign(first, net.inputs[0])
        graph = read_model(net.build(add(net, y, look(net, second))))
        assert len(graph.variables) == count, containers


def test_reset_brings_back_what_call_once_assigned():
    model = compiled(with_start)
    net, _ = with_start()
    (inputs,) = random_input(net, 4)
    twice = np.concatenate([inputs, inputs])
    with host_model(model) as run:
        first, again = run(inputs), run(inputs)
        longer = run(twice)
    np.testing.assert_array_equal(first, again)
    np.testing.assert_array_equal(longer[:4], first)
    assert (longer[4:] != first).any()
    assert model.constants_bytes - compiled(accumulator).constants_bytes == ramp().nbytes
    assert "tinyml_restore_state" in model.source
    assert "start" not in compiled(accumulator).source


def test_a_variable_without_first_values_holds_its_zero_point():
    graph = compiled(accumulator).graph
    (state,) = (graph.tensors[index] for index in graph.variables)
    assert (reset_values(state) == ZERO_POINT).all()


# What is refused ---------------------------------------------------------------------------------


def reads_only():
    net = Network()
    return net, add(net, look(net, net.variable("lone")), frame(net))


def other_shape():
    net, _ = old_value_after_the_assignment()
    return net, relu(net, look(net, net.ops[0].outputs[0], (1, 3, 1, 3)))


def other_type():
    net, _ = old_value_after_the_assignment()
    y = net.read(net.ops[0].outputs[0], SHAPE, None, dtype=np.float32)
    return net, net.unary("QUANTIZE", y)


def no_handle():
    net = Network()
    x = frame(net)
    return net, add(net, look(net, x), x)


def assigned_to_nothing():
    net, (y,) = accumulator()
    net.assign(net.inputs[0], y)
    return net, y


def computed_start():
    net, (y,) = accumulator()
    start = started(values=ramp())
    start.assign(start.ops[0].outputs[0], relu(start, look(start, start.ops[0].outputs[0])))
    net.call_once(start)
    return net, y


def late_start():
    net, (y,) = with_start()
    net.ops.append(net.ops.pop(0))
    return net, y


def started_by_itself():
    net, (y,) = with_start()
    net.ops[0].fields["InitSubgraphIndex"] = 0
    return net, y


def handle_as_output():
    net, _ = accumulator()
    return net, net.ops[0].outputs[0]


def control_flow():
    net = Network()
    x = frame(net)
    fields = {"CondSubgraphIndex": 1, "BodySubgraphIndex": 1}
    return net, net.op("WHILE", [x], [net.like(x, SHAPE)], "WhileOptions", **fields)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (reads_only, r"reads the variable of op 0 \(VAR_HANDLE\), to which nothing is assigned"),
        (other_shape, r"READ_VARIABLE\) copies .* shape \(1, 2, 1, 3\) to .*static shape"),
        (other_type, r"READ_VARIABLE\) moves .*int8.* to .*float32"),
        (no_handle, r"op 0 \(READ_VARIABLE\) takes tensor 0 for a variable"),
        (assigned_to_nothing, r"ASSIGN_VARIABLE\) takes tensor \d+ for a variable"),
        (
            computed_start,
            r"op 0 \(CALL_ONCE\) runs op \d+ \(\w+\)\. Start variables from constants",
        ),
        (late_start, r"CALL_ONCE\) comes after op \d+ \(READ_VARIABLE\)"),
        (started_by_itself, r"CALL_ONCE\) runs network 0, but model holds 2"),
        (handle_as_output, r"nothing writes output tensor"),
        (control_flow, r"op 0 \(WHILE\) has no kernel"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_what_is_refused_is_named(build, message):
    net, output = build()
    with pytest.raises((ModelError, UnsupportedModelError), match=message):
        read_model(net.build(output))
