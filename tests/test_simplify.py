"""What simpler operators take the place of: PADs, clamps, tables, moves; the bits stay the same."""

import numpy as np
import pytest
from compiled_batches import run_on_host
from tflite_models import Micro, Network, random_input

from tinyml_course.compiler import arithmetic as a
from tinyml_course.compiler.codegen import compile_model
from tinyml_course.compiler.reading.tflite import read_model
from tinyml_course.compiler.reference import reference
from tinyml_course.compiler.simplifying.simplify import simplify


def kinds(net, *outputs):
    """Return the operators left, after a check of the outputs."""
    graph = read_model(net.build(*outputs))
    simplified = simplify(graph).graph
    inputs = random_input(net, 3)
    np.testing.assert_array_equal(reference(simplified)(*inputs), reference(graph)(*inputs))
    return [op.kind for op in simplified.ops]


def padded(net, amounts=((0, 0), (1, 2), (2, 0), (0, 0))):
    return net.pad(net.input((1, 6, 6, 2), 0.05, 9), amounts)


def test_padding_goes_into_the_convolutions_behind():
    net = Network(4)
    x = padded(net)
    wide = net.conv2d(x, 2, padding="VALID")
    y = net.binary("ADD", wide, net.depthwise(x, padding="VALID"))
    simplified = simplify(read_model(net.build(y)))
    assert simplified.notes[0].startswith("1 PAD became padding of the layers behind")
    assert kinds(net, y) == ["CONV_2D", "DEPTHWISE_CONV_2D", "ADD"]


@pytest.mark.parametrize(("activation", "left"), [("RELU", 2), ("NONE", 3)])
def test_padding_goes_into_max_pooling_where_it_can_never_be_the_largest(activation, left):
    net = Network(17)
    x = net.conv2d(net.input((1, 6, 6, 2)), 3, activation=activation, zero_point=-30)
    x = net.pad(x, [(0, 0), (1, 1), (1, 0), (0, 0)])
    y = net.pool(x, "MAX", (3, 3), (2, 2))
    assert len(kinds(net, y)) == left


def test_a_padded_image_seen_at_once_by_one_filter_is_right_in_c():
    net = Network(12)
    x = net.pad(net.input((1, 3, 3, 2), 0.05, 9), [(0, 0), (1, 0), (0, 1), (0, 0)])
    y = net.conv2d(x, 4, (3, 3), (3, 3), padding="VALID")
    model, inputs = net.build(y), random_input(net, 5)
    compiled = compile_model(model, "seen")
    assert [op.kind for op in compiled.graph.ops] == ["CONV_2D"]
    (got,) = run_on_host([compiled], [inputs])
    np.testing.assert_array_equal(got, Micro(model)(*inputs))


@pytest.mark.parametrize("reader", ["pool", "narrow", "channels", "output"])
def test_other_padding_stays(reader):
    net = Network(5)
    if reader == "channels":
        x = padded(net, ((0, 0), (1, 1), (1, 1), (0, 1)))
        assert kinds(net, net.conv2d(x, 2)) == ["PAD", "CONV_2D"]
    elif reader == "pool":
        assert kinds(net, net.pool(padded(net), "MAX")) == ["PAD", "MAX_POOL_2D"]
    elif reader == "narrow":
        assert kinds(net, net.conv2d(padded(net), 2, (1, 1))) == ["PAD", "CONV_2D"]
    else:
        x = padded(net)
        graph = read_model(net.build(net.conv2d(x, 2), x))
        assert [op.kind for op in simplify(graph).graph.ops] == ["PAD", "CONV_2D"]


def dilated(net, padding, crops, block=(2, 3), layer="conv2d"):
    """What TensorFlow makes of a dilated convolution on an image of 8 x 9."""
    x = net.input((1, 8, 9, 2), 0.05, 9)
    height, width = (n + sum(p) for n, p in zip((8, 9), padding, strict=True))
    down, across = block
    operands = [net.constant(np.int32(block)), net.constant(np.int32(padding))]
    dealt = net.like(x, (down * across, height // down, width // across, 2))
    y = net.op("SPACE_TO_BATCH_ND", [x, *operands], [dealt])
    y = getattr(net, layer)(y, kernel=(3, 2), padding="VALID", activation="RELU", zero_point=-128)
    _, height, width, channels = net.shape(y)
    sizes = (n - sum(c) for n, c in zip((height * down, width * across), crops, strict=True))
    operands = [net.constant(np.int32(block)), net.constant(np.int32(crops))]
    return net.op("BATCH_TO_SPACE_ND", [y, *operands], [net.like(y, (1, *sizes, channels))])


@pytest.mark.parametrize("layer", ["conv2d", "depthwise"])
def test_images_dealt_out_to_the_batch_become_a_dilation(layer):
    net = Network(14)
    y = dilated(net, ((2, 2), (1, 2)), ((0, 1), (0, 1)), layer=layer)
    model, inputs = net.build(y), random_input(net, 5)
    compiled = compile_model(model, "dilated")
    (op,) = compiled.graph.ops
    assert (op.dilation, op.padding) == ((2, 3), (2, 1, 1, 1))
    (got,) = run_on_host([compiled], [inputs])
    # Not TFLM, which leaves its padding value uninitialised.
    np.testing.assert_array_equal(got[0], reference(read_model(model))(*inputs))


def test_a_dilation_without_padding_is_what_tflite_micro_computes():
    net = Network(16)
    model, inputs = (
        net.build(dilated(net, ((0, 0), (0, 0)), ((0, 0), (0, 0)))),
        random_input(net, 5),
    )
    (got,) = run_on_host([compile_model(model, "unpadded")], [inputs])
    np.testing.assert_array_equal(got, Micro(model)(*inputs))


def test_cropping_more_than_is_padded_stays_as_it_is():
    net = Network(15)
    y = dilated(net, ((0, 0), (0, 0)), ((0, 1), (0, 0)))
    assert kinds(net, y) == ["SPACE_TO_BATCH_ND", "CONV_2D", "BATCH_TO_SPACE_ND"]


@pytest.mark.parametrize("kind", ["RELU", "RELU6"])
def test_a_clamp_behind_a_layer_becomes_its_own(kind):
    net = Network(6)
    x = net.conv2d(net.input((1, 5, 5, 2)), 4, zero_point=-20)
    y = net.unary(kind, x, net.scale(x), -20)
    assert kinds(net, y) == ["CONV_2D"]
    assert kinds(net, net.unary("RELU", y, net.scale(x) / 2, 7)) == ["CONV_2D", "RELU"]


def test_tables_in_a_row_become_one():
    net = Network(7)
    x = net.unary("TANH", net.input((1, 30)), 1 / 128, 0)
    y = net.unary("QUANTIZE", net.unary("LOGISTIC", x, 1 / 256, -128), 1 / 100, 5)
    graph = simplify(read_model(net.build(y))).graph
    assert [type(op) for op in graph.ops] == [a.Table]
    assert kinds(net, y) == ["TABLE"]
    model, inputs = net.build(y), random_input(net, 20)
    (got,) = run_on_host([compile_model(model, "tables")], [inputs])
    np.testing.assert_array_equal(got, Micro(model)(*inputs))


def transpose(net, x, order):
    shape = tuple(net.shape(x)[axis] for axis in order)
    operand = net.constant(np.array(order, np.int32))
    return net.op("TRANSPOSE", [x, operand], [net.like(x, shape)])


def test_moves_that_move_nothing_vanish():
    net = Network(8)
    x = net.input((1, 4, 6, 1))
    there = transpose(net, x, (0, 2, 1, 3))
    back = transpose(net, transpose(net, there, (3, 1, 2, 0)), (0, 2, 1, 3))
    y = net.conv2d(back, 2)
    assert kinds(net, y) == ["CONV_2D"]
    assert kinds(net, net.conv2d(there, 2)) == ["TRANSPOSE", "CONV_2D"]


def test_two_reorderings_become_one():
    net = Network(13)
    x = transpose(net, net.input((1, 4, 6, 3)), (0, 2, 3, 1))
    assert kinds(net, transpose(net, x, (0, 2, 1, 3))) == ["TRANSPOSE"]


def test_a_requantization_to_the_same_grid_vanishes():
    net = Network(9)
    x = net.input((1, 4, 6, 1), 0.05, 4)
    y = net.conv2d(net.unary("QUANTIZE", x, 0.05, 4), 2)
    assert kinds(net, y) == ["CONV_2D"]
    assert kinds(net, net.conv2d(net.unary("QUANTIZE", x, 0.05, 5), 2)) == ["QUANTIZE", "CONV_2D"]


def test_operators_nobody_reads_vanish():
    net = Network(10)
    x = net.input((1, 4, 6, 1))
    net.softmax(net.conv2d(x, 3))
    assert kinds(net, net.conv2d(x, 2)) == ["CONV_2D"]
