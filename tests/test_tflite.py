"""The reader: real models in, one clear error for everything else."""

import numpy as np
import pytest
import tflite
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tflite_models import Network

from tinyml_course.compiler import graph as g
from tinyml_course.compiler.reading.operators import PARSERS
from tinyml_course.compiler.reading.rules import (
    RULES,
    no_float16,
    no_float32,
    no_hybrid,
    no_int16,
    sentence,
)
from tinyml_course.compiler.reading.tflite import read_model
from tinyml_course.errors import InputError, ModelError, TinyMLError, UnsupportedModelError


def network() -> tuple[Network, int]:
    net = Network(3)
    x = net.conv2d(net.input((1, 12, 8, 2)), 4, stride=(2, 1), activation="RELU6")
    x = net.depthwise(x, 2, dilation=(2, 2), padding="VALID")
    x = net.pool(net.pad(x, [(0, 0), (1, 1), (0, 0), (0, 0)]), "MAX", padding="SAME")
    x = net.mean(net.binary("ADD", x, x))
    return net, net.softmax(net.dense(x, 3))


NETWORK, OUTPUT = network()
MODEL = NETWORK.build(OUTPUT)


def test_operators_and_attributes_come_out_resolved():
    graph = read_model(MODEL, "net")
    conv, depthwise, pad, pool, _, mean, dense, softmax = graph.ops
    assert conv.stride == (2, 1)
    assert conv.padding == g.Padding(top=0, bottom=1, left=1, right=1)
    assert conv.activation is g.Activation.RELU6
    assert (depthwise.multiplier, depthwise.dilation, depthwise.padding) == (2, (2, 2), (0,) * 4)
    assert pad.amounts == ((0, 0), (1, 1), (0, 0), (0, 0))
    assert (pool.window, pool.padding) == ((2, 2), (0, 0, 0, 0))
    assert (mean.axes, mean.keep_dims) == ((1, 2), False)
    assert softmax.beta == 1.0
    assert [op.index for op in graph.ops] == list(range(8))
    assert graph.tensors[dense.weights].data.shape == (3, 8)
    assert graph.tensors[conv.weights].quant.per_channel
    assert (graph.name, len(graph.sha256)) == ("net", 64)


def test_a_path_gives_the_name_and_a_missing_one_an_error(tmp_path):
    path = tmp_path / "wake_word.tflite"
    path.write_bytes(MODEL)
    assert read_model(path).name == "wake_word"
    with pytest.raises(InputError, match=r"cannot read model .*gone\.tflite: No such file"):
        read_model(tmp_path / "gone.tflite")


@pytest.mark.parametrize("data", [b"", b"TFL3", b"\0" * 40, b"PK\x03\x04" + bytes(99), MODEL[4:]])
def test_other_files_are_no_models(data):
    with pytest.raises(ModelError, match="is not a TensorFlow Lite model: bytes 4 to 7 are"):
        read_model(data)


# One thing wrong at a time ----------------------------------------------------------------------


def spoil(change) -> bytes:
    net, output = network()
    change(net)
    return net.build(output)


def spec(net, op, position):
    return net.tensors[net.ops[op].inputs[position]]


def set_type(net, dtype):
    for tensor in net.tensors:
        if tensor.dtype == np.int8 and tensor.data is None:
            tensor.dtype = np.dtype(dtype)


def unsymmetric(net):
    spec(net, 6, 1).zero_point = np.array([3])


def set_scale(net, value):
    net.tensors[0].scale = np.array([value], np.float32)


def set_shape(net, shape):
    net.tensors[net.ops[0].outputs[0]].shape = shape


def short_buffer(net):
    spec(net, 0, 1).data = spec(net, 0, 1).data[:1]


def swap_ops(net):
    net.ops[0], net.ops[1] = net.ops[1], net.ops[0]


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda n: set_type(n, np.float32), "Unsupported", r"op 0 .* but reads .*float32.*tc.q"),
        (lambda n: set_type(n, np.int16), "Unsupported", r"uses .*int16\). Replace 16x8 by int8"),
        (lambda n: setattr(n.tensors[0], "scale", None), "Unsupported", "has no quantization"),
        (unsymmetric, "Unsupported", r"op 6 \(FULLY_CONNECTED\) has weights with zero point 3"),
        (lambda n: set_scale(n, -1), "Model", r"tensor 0 \('t0', int8\) has scale -1; scales"),
        (lambda n: set_scale(n, np.nan), "Model", "has scale nan; scales are finite"),
        (lambda n: set_shape(n, (1, 7, 8, 4)), "Model", r"op 0 .* writes shape \(1, 7, 8, 4\)"),
        (lambda n: set_shape(n, (1, -6, 8, 4)), "Model", r"has shape \(1, -6, 8, 4\)"),
        (lambda n: set_shape(n, (1, 0, 8, 4)), "Model", r"of shape \(1, 0, 8, 4\): empty"),
        (lambda n: set_shape(n, (30000,) * 4), "Model", "bytes; the limit is 268,435,456"),
        (lambda n: set_shape(n, (1,) * 9), "Model", "at most 6 axes"),
        (short_buffer, "Model", "but its buffer holds 18"),
        (lambda n: n.ops[1].fields.update(StrideH=0), "Model", r"has stride \(0, 1\)"),
        (lambda n: n.ops[1].fields.update(Padding=7), "Model", "has padding 7"),
        (lambda n: n.ops[0].inputs.pop(), "none", ""),
        (lambda n: n.ops[0].inputs.append(1), "Model", "has 4 inputs and 1 outputs"),
        (lambda n: n.ops[0].inputs.__setitem__(1, -1), "Model", "lacks one of its first 2"),
        (lambda n: n.ops[0].inputs.__setitem__(0, 99), "Model", "refers to tensor 99"),
        (lambda n: setattr(n.ops[0], "options", "PadOptions") or n.ops[0].fields.clear(), "Model",
         "has no Conv2DOptions"),
        (lambda n: n.ops[0].fields.update(FusedActivationFunction=4), "Unsupported", "activation"),
        (lambda n: setattr(n.ops[3], "code", tflite.BuiltinOperator.CUMSUM), "Unsupported",
         r"op 3 \(CUMSUM\) has no kernel. Replace the layer"),
        (lambda n: setattr(n.ops[3], "code", 9999), "Unsupported", r"op 3 \(operator code 9999\)"),
        (swap_ops, "Model", r"op 0 \(DEPTHWISE_CONV_2D\) reads tensor \d+ before anything writes"),
        (lambda n: n.ops[0].outputs.__setitem__(0, 0), "Model", "already has its values"),
        (lambda n: n.ops[7].fields.update(Beta=-1.0), "Unsupported", "has beta -1. Use a finite"),
        (lambda n: setattr(spec(n, 6, 2), "dtype", np.dtype(np.int8)), "Model", "buffer holds"),
        (lambda n: spec(n, 2, 1).data.__setitem__((1, 0), -1), "Model", r"PAD. has .* for 4 axes"),
        (lambda n: spec(n, 5, 1).data.__setitem__(0, 9), "Model", r"has axis \(9, 2\)"),
        (lambda n: setattr(n.tensors[-1], "scale", np.float32([1])), "Unsupported", "scale 1/256"),
    ],
)  # fmt: skip
def test_each_fault_is_named(change, error, message):
    data = spoil(change)
    if error == "none":
        read_model(data)
        return
    kind = {"Model": ModelError, "Unsupported": UnsupportedModelError}[error]
    with pytest.raises(kind, match=message) as caught:
        read_model(data)
    assert type(caught.value) is kind
    assert len(str(caught.value).splitlines()) == 1


# Other quantizations ----------------------------------------------------------------------------


def dense_in(activations, weights, bias) -> bytes:
    """Return one dense layer whose tensors have these types, as each converter mode writes it."""
    net = Network()
    scale = None if activations == np.float32 else 0.05
    x = net.input((1, 6), scale, dtype=activations)
    numbers = net.rng.integers(-9, 9, (4, 6)).astype(weights)
    w = net.constant(numbers, None if weights in (np.float16, np.float32) else 0.01)
    if weights == np.float16:
        w = net.op("DEQUANTIZE", [w], [net.tensor((4, 6), None, dtype=np.float32)])
    inputs = [x, w, net.constant(np.zeros(4, bias), None if scale is None else 0.0005)]
    y = net.tensor((1, 4), scale, dtype=activations)
    return net.build(net.op("FULLY_CONNECTED", inputs, [y], "FullyConnectedOptions"))


@pytest.mark.parametrize(
    ("types", "found", "rule"),
    [
        ((np.int16, np.int8, np.int64), "op 0 (FULLY_CONNECTED) uses tensor 0", no_int16),
        ((np.float32, np.float32, np.float32), "op 0 (FULLY_CONNECTED) uses", no_float32),
        ((np.float32, np.int8, np.float32), "(FULLY_CONNECTED) has int8 weights but", no_hybrid),
        ((np.float32, np.float16, np.float32), "op 0 (DEQUANTIZE) reads tensor 1", no_float16),
    ],
    ids=["16x8", "float32", "dynamic_range", "float16_weights"],
)
def test_each_other_quantization_is_refused_with_its_own_remedy(types, found, rule):
    with pytest.raises(UnsupportedModelError) as caught:
        read_model(dense_in(*types))
    assert found in str(caught.value)
    assert str(caught.value).endswith(f". {sentence(rule)}")


def test_float16_activations_are_refused():
    with pytest.raises(UnsupportedModelError, match="is an activation; float16 has no kernel"):
        read_model(dense_in(np.float16, np.int8, np.int32))


def test_a_network_without_outputs_is_refused():
    net, _ = network()
    with pytest.raises(ModelError, match="has no inputs or no outputs"):
        read_model(net.build())


def test_rules_cover_every_operator_that_can_be_read_and_speak_in_sentences():
    assert len(RULES) == len(PARSERS)
    for rules in RULES.values():
        for rule in rules:
            assert sentence(rule)[0].isupper()
            assert sentence(rule).endswith(".")


# Damaged files ----------------------------------------------------------------------------------


def read_or_refuse(data: bytes) -> None:
    try:
        read_model(data)
    except TinyMLError as error:
        assert 10 < len(str(error)) < 600


@settings(max_examples=300, deadline=2000)
@given(st.integers(0, len(MODEL)))
def test_a_model_cut_short_is_refused(length):
    read_or_refuse(MODEL[:length])


@settings(max_examples=1500, deadline=2000)
@given(st.lists(st.tuples(st.integers(0, len(MODEL) - 1), st.integers(0, 255)), max_size=4))
def test_changed_bytes_end_in_a_graph_or_one_error(changes):
    data = bytearray(MODEL)
    for place, value in changes:
        data[place] = value
    read_or_refuse(bytes(data))


@settings(max_examples=1500, deadline=2000)
@given(st.integers(2, len(MODEL) // 4 - 1), st.sampled_from([0, 1, 4, 2**31 - 1, -1, -4, -100]))
@example(2, -1)
def test_changed_words_end_in_a_graph_or_one_error(place, value):
    words = np.frombuffer(MODEL[: len(MODEL) // 4 * 4], np.int32).copy()
    words[place] = value
    read_or_refuse(words.tobytes())


@settings(max_examples=300, deadline=2000)
@given(st.binary(max_size=400))
def test_random_bytes_behind_the_identifier_are_refused(data):
    read_or_refuse(b"\x10\0\0\0TFL3" + data)


@pytest.mark.shared
def test_models_of_the_field_are_read(shared_dir):
    paths = sorted((shared_dir / "models").glob("*.tflite"))
    kinds = {op.kind for path in paths for op in _ops(path)}
    assert kinds >= {"CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "ADD", "SOFTMAX"}


def _ops(path):
    try:
        return read_model(path).ops
    except UnsupportedModelError:
        return ()
