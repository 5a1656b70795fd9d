"""The NumPy oracle against TFLite Micro: single layers at their extremes, networks, real models."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tflite_models import Micro, Network, random_input

from tinyml_course.compiler import arithmetic as a
from tinyml_course.compiler import moves as m
from tinyml_course.compiler.numerics.reals import REAL_OPS
from tinyml_course.compiler.reading.rules import RULES
from tinyml_course.compiler.reading.tflite import read_model
from tinyml_course.compiler.reference import KERNELS, reference
from tinyml_course.compiler.variables import CallOnce, VarHandle
from tinyml_course.errors import InputError, UnsupportedModelError

ZERO_POINTS = st.sampled_from([-128, -127, -1, 0, 3, 126, 127])
PADDINGS = st.sampled_from(["SAME", "VALID"])
ACTIVATIONS = st.sampled_from(["NONE", "RELU", "RELU6", "RELU_N1_TO_1"])
SIZES = st.integers(1, 9)
PAIRS = st.tuples(st.integers(1, 3), st.integers(1, 3))
# A gain of 30 saturates most outputs; 0.01 leaves only a few distinct values.
GAINS = st.sampled_from([0.01, 0.3, 1.0, 30.0])


def assert_equals_micro(net: Network, output: int, frames: int = 4) -> None:
    """Hold the oracle's output against TFLM's on random inputs and on the extremes."""
    model = net.build(output)
    inputs = random_input(net, frames)
    (expected,) = Micro(model)(*inputs)
    actual = reference(model)(*inputs)
    assert actual.dtype == expected.dtype
    np.testing.assert_array_equal(actual, expected)


def fits(size: int, window: int, dilation: int, padding: str) -> bool:
    return padding == "SAME" or size >= (window - 1) * dilation + 1


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_convolutions_equal_micro(data):
    kernel, dilation = data.draw(PAIRS), data.draw(PAIRS)
    height, width, padding = data.draw(SIZES), data.draw(SIZES), data.draw(PADDINGS)
    # TFLM takes a stride or a dilation, as Keras does.
    stride = data.draw(PAIRS) if dilation == (1, 1) else (1, 1)
    if not (
        fits(height, kernel[0], dilation[0], padding)
        and fits(width, kernel[1], dilation[1], padding)
    ):
        padding = "SAME"
    net = Network(data.draw(st.integers(0, 99)))
    shape = (1, height, width, data.draw(st.integers(1, 5)))
    x = net.input(shape, data.draw(st.sampled_from([1e-4, 0.05, 2.0])), data.draw(ZERO_POINTS))
    layer, channels = data.draw(
        st.sampled_from([(net.conv2d, "filters"), (net.depthwise, "multiplier")])
    )
    y = layer(
        x,
        **{channels: data.draw(st.integers(1, 4))},
        kernel=kernel,
        stride=stride,
        dilation=dilation,
        padding=padding,
        activation=data.draw(ACTIVATIONS),
        per_channel=data.draw(st.booleans()),
        bias=data.draw(st.booleans()),
        zero_point=data.draw(ZERO_POINTS),
        gain=data.draw(GAINS),
    )
    assert_equals_micro(net, y)


@settings(max_examples=50, deadline=None)
@given(
    depth=st.integers(1, 40),
    units=st.integers(1, 6),
    per_channel=st.booleans(),
    bias=st.booleans(),
    activation=ACTIVATIONS,
    zero_points=st.tuples(ZERO_POINTS, ZERO_POINTS),
    gain=GAINS,
    seed=st.integers(0, 99),
)
def test_dense_equals_micro(
    *, depth, units, per_channel, bias, activation, zero_points, gain, seed
):
    net = Network(seed)
    x = net.input((1, depth), 0.037, zero_points[0])
    y = net.dense(
        x,
        units,
        activation=activation,
        per_channel=per_channel,
        bias=bias,
        zero_point=zero_points[1],
        gain=gain,
    )
    assert_equals_micro(net, y)


@settings(max_examples=50, deadline=None)
@given(
    kind=st.sampled_from(["AVERAGE", "MAX"]),
    size=st.tuples(SIZES, SIZES),
    window=PAIRS,
    stride=PAIRS,
    padding=PADDINGS,
    activation=ACTIVATIONS,
    zero_point=ZERO_POINTS,
)
def test_pooling_equals_micro(*, kind, size, window, stride, padding, activation, zero_point):
    if not all(fits(n, w, 1, padding) for n, w in zip(size, window, strict=True)):
        padding = "SAME"
    net = Network()
    x = net.input((1, *size, 3), 0.05, zero_point)
    assert_equals_micro(
        net, net.pool(x, kind, window, stride, padding=padding, activation=activation)
    )


@settings(max_examples=40, deadline=None)
@given(
    size=st.tuples(st.integers(1, 20), st.integers(1, 20)),
    axes=st.sampled_from([(1, 2), (2, 1), (1,), (3,), (1, 2, 3), (-1,), (-3, -2)]),
    keep_dims=st.booleans(),
    scale=st.sampled_from([0.001, 0.05, 0.37]),
    zero_points=st.tuples(ZERO_POINTS, ZERO_POINTS),
)
def test_mean_equals_micro(size, axes, keep_dims, scale, zero_points):
    net = Network()
    x = net.input((1, *size, 5), 0.05, zero_points[0])
    axes = tuple(axis % 4 for axis in axes)
    assert_equals_micro(net, net.mean(x, axes, keep_dims, scale, zero_points[1]))


@settings(max_examples=50, deadline=None)
@given(
    shapes=st.sampled_from(
        [((1, 3, 4, 5), (1, 3, 4, 5)), ((1, 3, 4, 5), (1, 1, 1, 5)), ((1, 1, 4, 1), (1, 3, 4, 5))]
    ),
    scales=st.tuples(*[st.sampled_from([0.003, 0.05, 0.9])] * 3),
    zero_points=st.tuples(ZERO_POINTS, ZERO_POINTS, ZERO_POINTS),
    activation=ACTIVATIONS,
)
def test_addition_equals_micro(shapes, scales, zero_points, activation):
    net = Network()
    x = net.input(shapes[0], scales[0], zero_points[0])
    y = net.input(shapes[1], scales[1], zero_points[1])
    assert_equals_micro(
        net, net.binary("ADD", x, y, activation, scale=scales[2], zero_point=zero_points[2])
    )


def test_addition_of_a_constant_of_lower_rank_equals_micro():
    net = Network()
    x = net.input((1, 3, 4, 5), 0.05, -3)
    y = net.constant(np.array([-128, -1, 0, 1, 127], np.int8), 0.2, 7)
    assert_equals_micro(net, net.binary("ADD", x, y))


CURVE_OUTPUTS = {"LOGISTIC": (1 / 256, -128), "TANH": (1 / 128, 0)}


@pytest.mark.parametrize("name", ["RELU", "RELU6", "LOGISTIC", "TANH", "QUANTIZE", "DEQUANTIZE"])
@settings(max_examples=25, deadline=None)
@given(
    scales=st.tuples(st.floats(1e-4, 1.0), st.floats(1e-4, 1.0)),
    zero_points=st.tuples(ZERO_POINTS, ZERO_POINTS),
)
def test_all_values_of_unary_operators_equal_micro(name, scales, zero_points):
    net = Network()
    x = net.input((1, 256), scales[0], zero_points[0])
    if name == "RELU6":  # TFLM clamps and does not rescale
        scales, zero_points = (scales[0],) * 2, (zero_points[0],) * 2
    scale, zero_point = CURVE_OUTPUTS.get(name, (scales[1], zero_points[1]))
    dtype = np.float32 if name == "DEQUANTIZE" else np.int8
    if name == "DEQUANTIZE":
        scale = None
    model = net.build(net.unary(name, x, scale, zero_point, dtype=dtype))
    values = np.arange(-128, 128, dtype=np.int8).reshape(1, 1, 256)
    np.testing.assert_array_equal(reference(model)(values), Micro(model)(values)[0])


@pytest.mark.parametrize("source", [np.float32, np.uint8, np.int8])
@settings(max_examples=20, deadline=None)
@given(scale=st.floats(0.01, 0.5), zero_point=ZERO_POINTS)
def test_quantize_from_each_type_equals_micro(source, scale, zero_point):
    net = Network()
    net.input((1, 200), None if source is np.float32 else 0.11, 3, source)
    if source is np.float32:
        net.tensors[0].scale = None
    assert_equals_micro(net, net.unary("QUANTIZE", 0, scale, zero_point))


@settings(max_examples=50, deadline=None)
@given(
    shape=st.sampled_from([(1, 2), (1, 12), (1, 1), (1, 3, 7), (1, 300), (1, 2, 3, 4)]),
    scale=st.floats(1e-4, 3.0),
    beta=st.sampled_from([1.0, 0.5, 2.0]),
)
def test_softmax_equals_micro(shape, scale, beta):
    net = Network()
    assert_equals_micro(net, net.softmax(net.input(shape, scale, 5), beta), frames=6)


def test_padding_equals_micro():
    net = Network()
    x = net.input((1, 3, 4, 2), 0.05, -17)
    assert_equals_micro(net, net.pad(x, [(0, 0), (1, 2), (3, 0), (0, 1)]))


def test_concatenation_equals_micro():
    net = Network()
    x, y = net.input((1, 3, 4, 2), 0.05, 9), net.input((1, 3, 1, 2), 0.05, 9)
    constant = net.constant(np.arange(6, dtype=np.int8).reshape(1, 3, 1, 2), 0.05, 9)
    assert_equals_micro(net, net.concatenation([x, y, constant, x], axis=2))


def test_a_residual_network_and_its_every_tensor_equal_micro():
    net = Network(7)
    x = net.conv2d(net.input((1, 9, 7, 3), 0.03, -5), 8, stride=(2, 1), activation="RELU6")
    y = net.depthwise(x, padding="SAME", activation="RELU", zero_point=-128)
    y = net.conv2d(y, 8, (1, 1), zero_point=4)
    x = net.binary("ADD", x, y, "RELU", zero_point=-128)
    x = net.mean(net.pad(x, [(0, 0), (1, 0), (0, 1), (0, 0)]))
    model = net.build(net.softmax(net.dense(x, 5, per_channel=True)))
    (frame,) = random_input(net, 1)
    micro = Micro(model)
    micro(frame)
    tensors = reference(model).tensors(frame)
    assert len(tensors) == 1 + len(net.ops)
    for index, values in tensors.items():
        np.testing.assert_array_equal(values[0], micro.tensor(index), err_msg=f"tensor {index}")


# How it is called -------------------------------------------------------------------------------


def small_model() -> bytes:
    net = Network()
    return net.build(net.dense(net.reshape(net.input((1, 2, 3, 1)), (1, 6)), 4))


def test_inputs_may_lack_the_batch_or_the_frames():
    oracle = reference(small_model())
    x = np.arange(-15, 15, dtype=np.int8).reshape(5, 1, 2, 3, 1)
    full = oracle(x)
    assert full.shape == (5, 1, 4)
    np.testing.assert_array_equal(oracle(x[:, 0]), full[:, 0])
    np.testing.assert_array_equal(oracle(x[2, 0]), full[2, 0])
    assert oracle(x[:0]).shape == (0, 1, 4)


def test_frames_do_not_depend_on_the_chunk_they_run_in():
    oracle = reference(small_model())
    x = random_input_like(oracle, 23)
    whole = oracle(x)
    oracle._chunk = 7
    np.testing.assert_array_equal(oracle(x), whole)


def random_input_like(oracle, frames):
    shape = oracle.graph.tensors[oracle.graph.inputs[0]].shape
    return np.random.default_rng(0).integers(-128, 128, (frames, *shape)).astype(np.int8)


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.zeros((5, 2, 3, 1), np.float32), r"input 't0' is float32 .* int8 of shape \(n, 1, 2"),
        (np.zeros((5, 3, 2, 1), np.int8), r"of shape \(5, 3, 2, 1\); int8 of shape"),
        (np.zeros(6, np.int8), r"of shape \(6,\); int8 of shape"),
    ],
)
def test_wrong_inputs_are_named(x, message):
    with pytest.raises(InputError, match=message):
        reference(small_model())(x)


def test_a_missing_input_is_named():
    with pytest.raises(InputError, match="takes 1 inputs, not 0"):
        reference(small_model())()


def test_every_readable_operator_has_a_kernel_and_a_rule():
    gone = {m.Shape, m.Fill, a.ReduceProd, VarHandle, CallOnce}  # folded away, refused, resolved
    assert set(RULES) - set(KERNELS) == gone | set(REAL_OPS)


# Real models ------------------------------------------------------------------------------------

FLOAT_MODELS = {"tensorflow__examples__mnist_lstm__trained_lstm"}
BENCHMARK = ("kws", "vww", "ic", "ad", "sww", "person_detect", "micro_speech", "hello_world")


@pytest.mark.shared
@pytest.mark.parametrize("name", BENCHMARK)
def test_benchmark_models_equal_their_recorded_outputs(name, shared_dir):
    recorded = np.load(shared_dir / "benchmark" / f"{name}.npz")
    oracle = reference(shared_dir / "benchmark" / f"{name}.tflite")
    np.testing.assert_array_equal(oracle(recorded["in0"]), recorded["out0"])


@pytest.mark.shared
def test_models_of_the_field_equal_their_recorded_outputs(shared_dir):
    differing, unsupported = [], []
    for path in sorted((shared_dir / "models").glob("*.tflite")):
        try:
            graph = read_model(path)
        except UnsupportedModelError:
            unsupported.append(path.stem)
            continue
        recorded = np.load(path.with_suffix(".npz"))
        outputs = reference(graph)(*(recorded[f"in{i}"] for i in range(len(graph.inputs))))
        outputs = outputs if isinstance(outputs, tuple) else (outputs,)
        if not all(np.array_equal(y, recorded[f"out{i}"]) for i, y in enumerate(outputs)):
            differing.append(path.stem)
    assert differing == []
    assert set(unsupported) == FLOAT_MODELS
