"""Operators on one value become one table, with the bits of the operators it replaces."""

import numpy as np
import pytest
from compiled_batches import run_on_host
from hypothesis import given, settings
from hypothesis import strategies as st
from tflite_models import Micro, Network, random_input

from tinyml_course.compiler.codegen import compile_model
from tinyml_course.compiler.reading.tflite import read_model
from tinyml_course.compiler.reference import reference
from tinyml_course.compiler.simplifying.simplify import simplify
from tinyml_course.errors import UnsupportedModelError

EVERY_VALUE = np.arange(-128, 128, dtype=np.int8).reshape(1, 1, 256)
SCALES = st.floats(1e-3, 0.5)
ZERO_POINTS = st.sampled_from([-128, -127, -3, 0, 5, 127])
REALS = ("NEG", "SQUARE", "ELU", "SIN", "COS", "FLOOR", "CEIL", "ROUND", "ABS")
REALS += ("EXP", "LOGISTIC", "TANH", "RELU", "RELU6", "HARD_SWISH")


def kinds(model):
    return [op.kind for op in simplify(read_model(model)).graph.ops]


def real(net, name, x, **options):
    return net.unary(name, x, None, None, dtype=np.float32, **options)


def same_by_c(model, inputs):
    expected = Micro(model)(*inputs)[0]
    np.testing.assert_array_equal(reference(model)(*inputs), expected)
    (found,) = run_on_host([compile_model(model, "curve")], [inputs])
    np.testing.assert_array_equal(found[0], expected)


@pytest.mark.parametrize("name", REALS)
@settings(max_examples=40, deadline=None)
@given(scales=st.tuples(SCALES, SCALES), zero_points=st.tuples(ZERO_POINTS, ZERO_POINTS))
def test_real_operators_between_int8_are_their_table(name, scales, zero_points):
    if name == "EXP" and scales[0] > 0.05:  # beyond int32, where TFLM leaves QUANTIZE undefined
        scales = (0.05, scales[1])
    net = Network()
    x = net.input((1, 256), scales[0], zero_points[0])
    y = real(net, name, real(net, "DEQUANTIZE", x))
    model = net.build(net.unary("QUANTIZE", y, scales[1], zero_points[1]))
    assert kinds(model) in (["TABLE"], ["RESHAPE"])  # a table that changes nothing is none
    np.testing.assert_array_equal(reference(model)(EVERY_VALUE), Micro(model)(EVERY_VALUE)[0])


@pytest.mark.parametrize("name", ["EXP", "LOG", "SQRT", "GELU", "GELU by tanh"])
@settings(max_examples=25, deadline=None)
@given(scales=st.tuples(SCALES, SCALES), zero_points=st.tuples(ZERO_POINTS, ZERO_POINTS))
def test_int8_curves_beyond_micro_equal_tensorflow(name, scales, zero_points):
    from test_converted_models import by_tensorflow

    net = Network()
    x = net.input((1, 256), scales[0], zero_points[0])
    options = {"options": "GeluOptions", "Approximate": "tanh" in name} if name[0] == "G" else {}
    model = net.build(net.unary(name.split()[0], x, scales[1], zero_points[1], **options))
    # TensorFlow Lite stops at the root of what is below 0.
    values = np.maximum(EVERY_VALUE, zero_points[0]) if name == "SQRT" else EVERY_VALUE
    values = values.astype(np.int8)
    np.testing.assert_array_equal(reference(model)(values), by_tensorflow(model, [values])[0])


def swish(net, x):
    return net.binary("MUL", x, net.unary("LOGISTIC", x, 1 / 256, -128), scale=0.02, zero_point=-9)


def test_operators_that_meet_again_are_one_table():
    net = Network()
    x = net.input((1, 4, 4, 16))
    y = net.binary("ADD", swish(net, x), net.constant(np.int8(7), 0.05), scale=0.03)
    model = net.build(y)
    assert kinds(model) == ["TABLE"]
    same_by_c(model, random_input(net, 3))


def test_a_table_ends_where_a_value_is_needed_elsewhere():
    net = Network()
    x = net.input((1, 5, 5, 4))
    between = swish(net, x)
    after = net.unary("TANH", between, 1 / 128, 0)
    model = net.build(net.unary("LOGISTIC", after, 1 / 256, -128), net.conv2d(between))
    assert kinds(model) == ["TABLE", "TABLE", "CONV_2D"]
    assert kinds(net.build(after, between)) == ["TABLE", "TANH"]


def test_two_tensors_or_many_constants_are_no_table():
    net = Network()
    x, y = net.input((1, 6)), net.input((1, 6))
    model = net.build(net.unary("TANH", net.binary("MUL", x, y), 1 / 128, 0))
    assert kinds(model) == ["MUL", "TANH"]
    many = net.constant(np.arange(6, dtype=np.int8), 0.05)
    model = net.build(net.unary("TANH", net.binary("MUL", x, many), 1 / 128, 0))
    assert kinds(model) == ["MUL", "TANH"]


def test_values_are_quantized_before_they_are_joined():
    net = Network()
    x = net.input((1, 3, 4, 2))
    given_ = real(net, "DEQUANTIZE", x)
    joined = net.concatenation([real(net, "SQUARE", given_), real(net, "NEG", given_)], 3)
    turned = net.reshape(joined, (1, 12, 4))
    model = net.build(net.unary("QUANTIZE", turned, 0.1, 3))
    assert kinds(model) == ["TABLE", "TABLE", "CONCATENATION", "RESHAPE"]
    same_by_c(model, random_input(net, 3))


def test_a_real_curve_of_two_tensors_is_refused_with_the_remedy():
    net = Network()
    x, y = (real(net, "DEQUANTIZE", net.input((1, 6))) for _ in range(2))
    z = net.op("POW", [x, y], [net.tensor((1, 6), None, dtype=np.float32)])
    with pytest.raises(UnsupportedModelError, match=r"\(POW\) .*Compute it of one int8 tensor"):
        read_model(net.build(net.unary("QUANTIZE", z)))


def test_a_choice_of_something_without_scale_is_refused():
    net = Network()
    x = net.input((1, 4), 0.05)
    condition = net.op("GREATER", [x, x], [net.tensor((1, 4), None, dtype=np.bool_)])
    written = net.tensor((1, 4), None)
    with pytest.raises(UnsupportedModelError, match=r"SELECT_V2\) uses tensor 2 .*Choose by bool"):
        read_model(net.build(net.op("SELECT_V2", [condition, x, x], [written])))
