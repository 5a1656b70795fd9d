"""Operators beyond the common ones, against TFLite Micro, at their extremes."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from test_reference import ACTIVATIONS, GAINS, PADDINGS, ZERO_POINTS, assert_equals_micro
from tflite_models import Micro, Network

from tinyml_course.compiler.numerics import fixed_point
from tinyml_course.compiler.numerics.quantization import Multiplier, quantize_multiplier, requantize
from tinyml_course.compiler.reference import reference

SHAPES = st.sampled_from(
    [((1, 3, 4, 5), (1, 3, 4, 5)), ((1, 3, 4, 5), (1, 1, 1, 5)), ((1, 1, 4, 1), (1, 3, 4, 5))]
)
SCALES = st.tuples(*[st.sampled_from([0.003, 0.0625, 0.9])] * 3)


@settings(max_examples=80, deadline=None)
@given(
    name=st.sampled_from(["SUB", "MUL"]),
    shapes=SHAPES,
    scales=SCALES,
    zero_points=st.tuples(ZERO_POINTS, ZERO_POINTS, ZERO_POINTS),
    activation=ACTIVATIONS,
)
def test_differences_and_products(*, name, shapes, scales, zero_points, activation):
    net = Network()
    x = net.input(shapes[0], scales[0], zero_points[0])
    y = net.input(shapes[1], scales[1], zero_points[1])
    z = net.binary(name, x, y, activation, scale=scales[2], zero_point=zero_points[2])
    assert_equals_micro(net, z)


@settings(max_examples=30, deadline=None)
@given(name=st.sampled_from(["MAXIMUM", "MINIMUM"]), shapes=SHAPES)
def test_extremes_of_two(name, shapes):
    net = Network()
    x, y = net.input(shapes[0], 0.1, 3), net.input(shapes[1], 0.1, 3)
    z = net.tensor(np.broadcast_shapes(*shapes), 0.1, 3)
    assert_equals_micro(net, net.op(name, [x, y], [z], "MaximumMinimumOptions"))


@settings(max_examples=40, deadline=None)
@given(scales=SCALES, zero_points=st.tuples(ZERO_POINTS, ZERO_POINTS, ZERO_POINTS))
def test_prelu(scales, zero_points):
    net = Network()
    x = net.input((1, 3, 4, 5), scales[0], zero_points[0])
    slopes = net.rng.integers(-128, 128, (1, 1, 5)).astype(np.int8)
    alpha = net.constant(slopes, scales[1], zero_points[1])
    y = net.tensor((1, 3, 4, 5), scales[2], zero_points[2])
    assert_equals_micro(net, net.op("PRELU", [x, alpha], [y]))


@pytest.mark.parametrize("name", ["LEAKY_RELU", "HARD_SWISH", "ELU"])
@settings(max_examples=60, deadline=None)
@given(
    scales=st.tuples(st.floats(1e-3, 0.5), st.floats(1e-2, 0.5)),
    zero_points=st.tuples(ZERO_POINTS, ZERO_POINTS),
    alpha=st.sampled_from([0.0, 0.1, 0.3, 1.5]),
)
@example(scales=(0.4428139477644705,) * 2, zero_points=(-127, -1), alpha=1.5)  # a tie in double
def test_all_values_of_curves(name, scales, zero_points, alpha):
    net = Network()
    x = net.input((1, 256), scales[0], zero_points[0])
    options = {"options": "LeakyReluOptions", "Alpha": alpha} if name == "LEAKY_RELU" else {}
    model = net.build(net.unary(name, x, scales[1], zero_points[1], **options))
    values = np.arange(-128, 128, dtype=np.int8).reshape(1, 1, 256)
    np.testing.assert_array_equal(reference(model)(values), Micro(model)(values)[0])


@settings(max_examples=40, deadline=None)
@given(
    name=st.sampled_from(["SUM", "MEAN", "REDUCE_MAX"]),
    axes=st.sampled_from([(1, 2), (1,), (3,), (2, 3), (1, 2, 3)]),
    keep_dims=st.booleans(),
    scale=st.sampled_from([0.05, 0.37]),
    zero_point=ZERO_POINTS,
    same=st.booleans(),
)
def test_reductions(*, name, axes, keep_dims, scale, zero_point, same):
    net = Network()
    x = net.input((1, 3, 7, 5), 0.05, 9)
    shape = [
        1 if i in axes else n for i, n in enumerate((1, 3, 7, 5)) if keep_dims or i not in axes
    ]
    same = same or name.startswith("REDUCE")
    y = net.like(x, shape) if same else net.tensor(shape, scale, zero_point)
    axis = net.constant(np.array(axes, np.int32))
    assert_equals_micro(net, net.op(name, [x, axis], [y], "ReducerOptions", KeepDims=keep_dims))


@pytest.mark.parametrize("name", ["ARG_MAX", "ARG_MIN"])
@pytest.mark.parametrize("axis", [1, 2, -1])
def test_indices_of_extremes(name, axis):
    net = Network()
    x = net.input((1, 5, 4, 6), 0.05, 9)
    shape = [n for i, n in enumerate((1, 5, 4, 6)) if i != axis % 4]
    y = net.tensor(shape, None, dtype=np.int32)
    operand = net.constant(np.array([axis], np.int32))
    options = "ArgMaxOptions" if name == "ARG_MAX" else "ArgMinOptions"
    assert_equals_micro(net, net.op(name, [x, operand], [y], options, OutputType=2))


@settings(max_examples=60, deadline=None)
@given(
    old=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    new=st.tuples(st.integers(1, 20), st.integers(1, 20)),
    centres=st.sampled_from([(False, False), (True, False), (False, True)]),
)
def test_bilinear_resizing(old, new, centres):
    net = Network()
    x = net.input((1, *old, 2), 0.05, 4)
    y = net.like(x, (1, *new, 2))
    size = net.constant(np.array(new, np.int32))
    net.op(
        "RESIZE_BILINEAR", [x, size], [y], "ResizeBilinearOptions",
        AlignCorners=centres[0], HalfPixelCenters=centres[1],
    )  # fmt: skip
    assert_equals_micro(net, y)


@settings(max_examples=60, deadline=None)
@given(
    size=st.tuples(st.integers(1, 5), st.integers(1, 5)),
    kernel=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    stride=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    padding=PADDINGS,
    per_channel=st.booleans(),
    bias=st.booleans(),
    zero_points=st.tuples(ZERO_POINTS, ZERO_POINTS),
    gain=GAINS,
)
def test_transposed_convolution(
    *, size, kernel, stride, padding, per_channel, bias, zero_points, gain
):
    net = Network()
    x = net.input((1, *size, 3), 0.05, zero_points[0])
    weights, scale = net._weights((4, *kernel, 3), 4, 0, per_channel)
    spread = [
        n * s if padding == "SAME" else (n - 1) * s + k
        for n, k, s in zip(size, kernel, stride, strict=True)
    ]
    shape = (1, *spread, 4)
    y = net._accumulated(x, 9, scale, gain=gain, zero_point=zero_points[1], shape=shape)
    inputs = [net.constant(np.array(shape, np.int32)), weights, x]
    inputs += [net._bias(4, x, scale, 9)] if bias else []
    net.op(
        "TRANSPOSE_CONV", inputs, [y], "TransposeConvOptions",
        Padding=0 if padding == "SAME" else 1, StrideH=stride[0], StrideW=stride[1],
    )  # fmt: skip
    assert_equals_micro(net, y)


# The arithmetic beneath --------------------------------------------------------------------------


def exact_requantize(x: int, value: int, shift: int) -> int:
    """TFLM's double rounding, word for word, in Python's unbounded integers."""
    product = (x << max(shift, 0)) * value
    nudge = 1 << 30 if product >= 0 else 1 - (1 << 30)
    high = abs(product + nudge) >> 31  # C divides towards zero
    high = high if product + nudge >= 0 else -high
    right = max(-shift, 0)
    mask = (1 << right) - 1
    threshold = (mask >> 1) + (high < 0)
    return (high >> right) + ((high & mask) > threshold)


@settings(max_examples=500)
@given(
    st.integers(-(1 << 24), 1 << 24) | st.sampled_from([-1, 0, 1, 1 << 22, -(1 << 22)]),
    st.integers(1 << 30, (1 << 31) - 1) | st.just(1 << 30),
    st.integers(-31, 6),
)
def test_requantize_rounds_twice(x, value, shift):
    by = Multiplier(np.array([value], np.int32), np.array([shift], np.int32))
    assert requantize(np.array([x], np.int32), by)[0] == exact_requantize(x, value, shift)


@settings(max_examples=300)
@given(st.floats(1e-9, 1e6))
def test_multipliers_are_the_nearest_of_31_bits(factor):
    by = quantize_multiplier(factor)
    assert 1 << 30 <= by.value[0] < 1 << 31
    assert by.value[0] * 2.0 ** (by.shift[0] - 31) == pytest.approx(factor, rel=2**-31)


@pytest.mark.parametrize(
    ("factor", "value", "shift"), [(1.0, 1 << 30, 1), (0.5, 1 << 30, 0), (0.0, 0, 0), (1e-12, 0, 0)]
)
def test_multipliers_of_round_numbers(factor, value, shift):
    by = quantize_multiplier(factor)
    assert (by.value[0], by.shift[0]) == (value, shift)


def test_fixed_point_curves_follow_the_real_ones():
    x = np.arange(-(1 << 31) + 1, 1 << 31, 9_999_991, dtype=np.int64)
    real = x / 2.0**27
    one = 2.0**31
    np.testing.assert_allclose(fixed_point.logistic(x, 4) / one, 1 / (1 + np.exp(-real)), atol=2e-7)
    np.testing.assert_allclose(fixed_point.tanh(x, 4) / one, np.tanh(real), atol=2e-7)
    below = x[x <= 0]
    np.testing.assert_allclose(
        fixed_point.exp_of_negative(below, 5) / one, np.exp(below / 2.0**26), atol=2e-7
    )


def test_the_constants_of_the_exponential_are_exact():
    for power, constant in fixed_point._EXP_MINUS_POWERS_OF_2.items():
        assert constant == round(np.exp(-(2.0**power)) * 2**31)
