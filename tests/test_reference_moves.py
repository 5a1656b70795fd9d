"""Operators that move values, and shape arithmetic that folds away, against TFLite Micro."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tflite_models import Micro, Network, random_input

from tinyml_course.compiler.reading.tflite import read_model
from tinyml_course.compiler.reference import reference
from tinyml_course.errors import ModelError, UnsupportedModelError


def assert_equals_micro(net: Network, *outputs: int) -> None:
    model = net.build(*outputs)
    inputs = random_input(net, 3)
    expected = Micro(model, len(outputs))(*inputs)
    actual = reference(model)(*inputs)
    for y, want in zip(actual if isinstance(actual, tuple) else (actual,), expected, strict=True):
        np.testing.assert_array_equal(y, want)


def ints(net: Network, *values: int) -> int:
    return net.constant(np.array(values, np.int32))


def image(shape=(1, 4, 6, 3), zero_point=-7) -> tuple[Network, int]:
    net = Network()
    return net, net.input(shape, 0.05, zero_point)


@pytest.mark.parametrize(
    ("shape", "order"),
    [
        ((1, 4, 6, 3), (0, 3, 1, 2)),
        ((1, 4, 6, 3), (0, 2, 1, 3)),
        ((2, 4, 6, 3), (3, 2, 1, 0)),
        ((5, 7), (1, 0)),
        ((2, 3, 4), (1, 2, 0)),
        ((1, 2, 3, 2, 3), (0, 3, 1, 4, 2)),
    ],
)
def test_transpose(shape, order):
    net, x = image(shape)
    y = net.like(x, [shape[axis] for axis in order])
    assert_equals_micro(net, net.op("TRANSPOSE", [x, ints(net, *order)], [y], "TransposeOptions"))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_strided_slice(data):
    net, x = image()
    bounds = st.integers(-8, 8)
    starts, stops, steps, shape = [], [], [], []
    begin_mask, end_mask = data.draw(st.integers(0, 15)), data.draw(st.integers(0, 15))
    shrink = data.draw(st.sampled_from([0, 0, 2, 9]))
    for axis, length in enumerate(net.shape(x)):
        step = data.draw(st.sampled_from([1, 1, 2, -1, -2]))
        start, stop = data.draw(bounds), data.draw(bounds)
        if shrink >> axis & 1:
            start, step = data.draw(st.integers(-length, length - 1)), 1
            begin_mask &= ~(1 << axis)
        first = None if begin_mask >> axis & 1 else start
        last = None if end_mask >> axis & 1 else stop
        taken = len(range(length)[first:last:step])
        if not shrink >> axis & 1:
            if not taken:
                start, stop, step, taken = 0, length, 1, length
            shape.append(taken)
        starts.append(start)
        stops.append(stop)
        steps.append(step)
    operands = [ints(net, *starts), ints(net, *stops), ints(net, *steps)]
    y = net.like(x, shape)
    net.op(
        "STRIDED_SLICE", [x, *operands], [y], "StridedSliceOptions",
        BeginMask=begin_mask, EndMask=end_mask, ShrinkAxisMask=shrink,
    )  # fmt: skip
    assert_equals_micro(net, y)


def test_slice():
    net, x = image()
    y = net.like(x, (1, 2, 4, 3))
    operands = [ints(net, 0, 1, 2, 0), ints(net, 1, 2, -1, 3)]
    assert_equals_micro(net, net.op("SLICE", [x, *operands], [y], "SliceOptions"))


@pytest.mark.parametrize("axis", [1, 2, -1])
def test_split_into_equal_pieces(axis):
    net, x = image((1, 4, 6, 2))
    shape = list(net.shape(x))
    shape[axis] //= 2
    pieces = [net.like(x, shape) for _ in range(2)]
    net.op("SPLIT", [net.constant(np.int32(axis)), x], pieces, "SplitOptions", NumSplits=2)
    assert_equals_micro(net, *pieces)


def test_split_into_different_pieces():
    net, x = image()
    pieces = [net.like(x, (1, 4, n, 3)) for n in (1, 3, 2)]
    operands = [ints(net, 1, -1, 2), net.constant(np.int32(2))]
    net.op("SPLIT_V", [x, *operands], pieces, "SplitVOptions", NumSplits=3)
    assert_equals_micro(net, *pieces)


@pytest.mark.parametrize("axis", [0, 1, 2, -1])
def test_pack_and_unpack(axis):
    net, x = image((2, 3, 4))
    shape = [n for i, n in enumerate(net.shape(x)) if i != axis % 3]
    pieces = [net.like(x, shape) for _ in range(net.shape(x)[axis])]
    net.op("UNPACK", [x], pieces, "UnpackOptions", Axis=axis, Num=len(pieces))
    y = net.like(x, np.stack([np.zeros(shape)] * len(pieces), axis).shape)
    net.op("PACK", pieces[::-1], [y], "PackOptions", Axis=axis, ValuesCount=len(pieces))
    assert_equals_micro(net, y)


@pytest.mark.parametrize("axis", [1, 2, 3])
def test_gather(axis):
    net, x = image()
    shape = list(net.shape(x))
    shape[axis] = 4
    y = net.op(
        "GATHER", [x, ints(net, 2, 0, 0, 1)], [net.like(x, shape)], "GatherOptions", Axis=axis
    )
    assert_equals_micro(net, y)


def test_broadcast_to():
    net, x = image((1, 1, 6, 1))
    y = net.op("BROADCAST_TO", [x, ints(net, 2, 4, 6, 3)], [net.like(x, (2, 4, 6, 3))])
    assert_equals_micro(net, y)


def test_padding_with_a_constant():
    net, x = image()
    amounts = net.constant(np.array([[0, 0], [1, 2], [0, 3], [1, 0]], np.int32))
    value = net.constant(np.array(55, np.int8), 0.05, -7)
    y = net.op("PADV2", [x, amounts, value], [net.like(x, (1, 7, 9, 4))], "PadV2Options")
    assert_equals_micro(net, y)


@pytest.mark.parametrize("mode", [0, 1])
def test_padding_with_a_reflection(mode):
    net, x = image()
    amounts = net.constant(np.array([[0, 0], [2, 3], [1, 0], [2, 1]], np.int32))
    y = net.like(x, (1, 9, 7, 6))
    assert_equals_micro(net, net.op("MIRROR_PAD", [x, amounts], [y], "MirrorPadOptions", Mode=mode))


def test_space_to_batch_and_back():
    net, x = image((2, 4, 6, 2))
    block, padding = ints(net, 2, 3), net.constant(np.zeros((2, 2), np.int32))
    y = net.like(x, (12, 2, 2, 2))
    net.op("SPACE_TO_BATCH_ND", [x, block, padding], [y], "SpaceToBatchNDOptions")
    crops = net.constant(np.array([[0, 2], [1, 1]], np.int32))
    z = net.like(x, (2, 2, 4, 2))
    net.op("BATCH_TO_SPACE_ND", [y, block, crops], [z], "BatchToSpaceNDOptions")
    assert_equals_micro(net, y, z)


def test_space_to_batch_pads_with_the_zero_point():
    # TFLM leaves its padding value uninitialised, so the schema's meaning is the judge here.
    net, x = image((1, 3, 2, 1), zero_point=-7)
    block, padding = ints(net, 2, 2), net.constant(np.array([[1, 0], [0, 0]], np.int32))
    y = net.op(
        "SPACE_TO_BATCH_ND", [x, block, padding], [net.like(x, (4, 2, 1, 1))],
        "SpaceToBatchNDOptions",
    )  # fmt: skip
    values = np.arange(6, dtype=np.int8).reshape(1, 3, 2, 1)
    batch = reference(net.build(y))(values)[..., 0, 0]
    np.testing.assert_array_equal(batch.squeeze(), [[-7, 2], [-7, 3], [0, 4], [1, 5]])


def test_tile_repeats_the_whole_tensor():
    # TFLM has no TILE; NumPy's is the judge.
    net, x = image((1, 2, 3))
    y = net.op("TILE", [x, ints(net, 1, 3, 2)], [net.like(x, (1, 6, 6))], "TileOptions")
    values = np.arange(6, dtype=np.int8).reshape(1, 1, 2, 3)
    np.testing.assert_array_equal(reference(net.build(y))(values)[0], np.tile(values[0], (1, 3, 2)))


def test_space_to_depth_and_back():
    net, x = image((1, 4, 6, 2))
    y, z = net.like(x, (1, 2, 3, 8)), net.like(x, (1, 4, 6, 2))
    net.op("SPACE_TO_DEPTH", [x], [y], "SpaceToDepthOptions", BlockSize=2)
    net.op("DEPTH_TO_SPACE", [y], [z], "DepthToSpaceOptions", BlockSize=2)
    assert_equals_micro(net, y, z)


@settings(max_examples=40, deadline=None)
@given(
    old=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    new=st.tuples(st.integers(1, 20), st.integers(1, 20)),
    align=st.booleans(),
    half=st.booleans(),
)
def test_resize_to_the_nearest(old, new, align, half):
    net, x = image((1, *old, 2))
    net.op(
        "RESIZE_NEAREST_NEIGHBOR", [x, ints(net, *new)], [y := net.like(x, (1, *new, 2))],
        "ResizeNearestNeighborOptions", AlignCorners=align, HalfPixelCenters=half,
    )  # fmt: skip
    assert_equals_micro(net, y)


# Shape arithmetic --------------------------------------------------------------------------------


def dynamic_reshape() -> tuple[Network, int]:
    """What Keras leaves of a Flatten with an unknown batch: SHAPE, STRIDED_SLICE, PACK, RESHAPE."""
    net, x = image()
    shape = net.tensor((4,), None, dtype=np.int32)
    net.op("SHAPE", [x], [shape], "ShapeOptions")
    batch = net.tensor((), None, dtype=np.int32)
    net.op(
        "STRIDED_SLICE", [shape, ints(net, 0), ints(net, 1), ints(net, 1)], [batch],
        "StridedSliceOptions", ShrinkAxisMask=1,
    )  # fmt: skip
    packed = net.tensor((2,), None, dtype=np.int32)
    net.op("PACK", [batch, net.constant(np.int32(-1))], [packed], "PackOptions", ValuesCount=2)
    return net, net.op("RESHAPE", [x, packed], [net.like(x, (1, 72))], "ReshapeOptions")


def test_shape_arithmetic_folds_away():
    net, y = dynamic_reshape()
    graph = read_model(net.build(y))
    assert [(op.index, op.kind) for op in graph.ops] == [(3, "RESHAPE")]
    np.testing.assert_array_equal(graph.tensors[graph.ops[0].inputs[1]].data, [1, -1])
    assert_equals_micro(net, y)


def test_constants_fold_through_moves_and_joins():
    net, x = image((1, 6))
    halves = [net.tensor((1, 3), 0.05, -7) for _ in range(2)]
    values = net.constant(np.arange(6, dtype=np.int8).reshape(1, 6), 0.05, -7)
    net.op("SPLIT", [net.constant(np.int32(1)), values], halves, "SplitOptions", NumSplits=2)
    y = net.binary("ADD", x, net.concatenation([halves[1], halves[0]], axis=1))
    graph = read_model(net.build(y))
    assert [op.kind for op in graph.ops] == ["ADD"]
    np.testing.assert_array_equal(graph.tensors[graph.ops[0].inputs[1]].data, [[3, 4, 5, 0, 1, 2]])


def test_a_cast_to_a_type_without_kernels_is_refused():
    net, x = image()
    y = net.tensor(net.shape(x), None, dtype=np.int64)
    net.op("CAST", [x], [y], "CastOptions")
    with pytest.raises(
        UnsupportedModelError, match=r"op 0 \(CAST\) turns .* into tensor 1 .*int64.* static"
    ):
        read_model(net.build(y))


@pytest.mark.parametrize(
    ("name", "operands", "options", "message"),
    [
        ("TRANSPOSE", [(0, 1, 1, 2)], "TransposeOptions", r"reorders 4 axes by \(0, 1, 1, 2\)"),
        ("GATHER", [(9,)], "GatherOptions", "takes index 9 of an axis of length 1"),
        ("SLICE", [(0, 0, 0, 0), (1, 9, 1, 1)], "SliceOptions", "takes 0 to 9 of an axis"),
        ("TILE", [(1, 0, 1, 1)], "TileOptions", "repeats 4 axes by"),
        ("TILE", [(1,) * 99], "TileOptions", "reads 99 numbers from tensor 1 .*, not up to 16"),
        ("SPACE_TO_BATCH_ND", [(0, 2), (0, 0, 0, 0)], "SpaceToBatchNDOptions", r"block \(0, 2\)"),
    ],
)
def test_impossible_moves_are_named(name, operands, options, message):
    net, x = image()
    inputs = [x, *(ints(net, *operand) for operand in operands)]
    net.op(name, inputs, [y := net.like(x, net.shape(x))], options)
    with pytest.raises(ModelError, match=message):
        read_model(net.build(y))
