"""Small models that together use every operator the reader knows, for tests of bad input."""

from __future__ import annotations

import numpy as np
from stream_networks import SHAPE, add, delay_line, look, ramp, ring, started
from tflite_models import Network


def small_models() -> dict[str, bytes]:
    """Return `.tflite` bytes by name."""
    return {build.__name__.strip("_"): build() for build in _MODELS}


def _image() -> bytes:
    net = Network(3)
    x = net.conv2d(net.input((1, 12, 8, 2)), 4, stride=(2, 1), activation="RELU6")
    x = net.depthwise(x, 2, dilation=(2, 2), padding="VALID")
    x = net.pool(net.pad(x, [(0, 0), (1, 1), (0, 0), (0, 0)]), "MAX", padding="SAME")
    x = net.mean(net.binary("ADD", x, x))
    return net.build(net.softmax(net.dense(x, 3)))


def _empty_filters() -> bytes:
    net = Network(4)
    x = net.conv2d(net.input((1, 6, 6, 2)), 8, (1, 1))
    net.tensors[net.ops[0].inputs[1]].data[:4] = 0
    x = net.pool(net.conv2d(net.depthwise(x), 4, (1, 1)), "AVERAGE")
    return net.build(net.dense(net.reshape(x, (1, 36)), 3, per_channel=True))


def _tables() -> bytes:
    net = Network(5)
    x = net.unary("QUANTIZE", net.input((1, 4, 4, 2), None, None, np.float32), 0.05, 3)
    for name, scale, zero_point in (
        ("RELU", 0.05, -128),
        ("TANH", 1 / 128, 0),
        ("LOGISTIC", 1 / 256, -128),
        ("HARD_SWISH", 0.03, 4),
        ("ELU", 0.02, -9),
    ):
        x = net.unary(name, x, scale, zero_point)
    x = net.unary("LEAKY_RELU", x, 0.03, 1, options="LeakyReluOptions", Alpha=0.1)
    y = net.binary("MUL", x, net.constant(np.int8([3, -4]), 0.1), scale=0.03, zero_point=1)
    y = net.op("MAXIMUM", [x, y], [net.like(x, net.shape(x))])
    y = net.binary("SUB", y, x)
    slopes = net.constant(np.int8([[[9, -4]]]), 0.01)
    z = net.tensor(net.shape(y), 0.04, 2)
    y = net.op("PRELU", [y, slopes], [z])
    return net.build(net.unary("DEQUANTIZE", y, None, None, dtype=np.float32))


def _curves() -> bytes:
    net = Network(11)
    x = net.input((1, 3, 4, 2), 0.05, -3)
    real = net.unary("DEQUANTIZE", x, None, None, dtype=np.float32)
    for name in ("ELU", "NEG", "SQUARE"):
        real = net.unary(name, real, None, None, dtype=np.float32)
    power = net.constant(np.float32(0.5))
    root = net.op("POW", [real, power], [net.tensor(net.shape(x), None, dtype=np.float32)])
    joined = net.concatenation([root, real], 3)
    y = net.unary("QUANTIZE", joined, 0.04, 5)
    swish = net.binary("MUL", x, net.unary("LOGISTIC", x, 1 / 256, -128), scale=0.03)
    z = net.unary("LOG", net.unary("EXP", swish, 0.1, -128), 0.02, 7)
    z = net.unary("GELU", net.unary("SQRT", z, 0.02, -128), 0.02, -9, options="GeluOptions")
    return net.build(y, z)


def _choices() -> bytes:
    net = Network(12)
    x, y = net.input((1, 3, 4, 2), 0.05, -3), net.input((1, 1, 4, 1), 0.02, 9)

    def truth(name, *inputs):
        shape = np.broadcast_shapes(*map(net.shape, inputs))
        return net.op(name, inputs, [net.tensor(shape, None, dtype=np.bool_)])

    both = truth("LOGICAL_AND", truth("GREATER", x, y), truth("LESS_EQUAL", x, y))
    either = truth("LOGICAL_OR", both, truth("LOGICAL_NOT", truth("EQUAL", y, y)))
    other = net.binary("DIV", x, net.constant(np.int8([3, -4]), 0.1), scale=0.05, zero_point=-3)
    z = net.op("SELECT_V2", [either, x, other], [net.like(x, net.shape(x))])
    return net.build(net.op("SELECT", [both, z, x], [net.like(x, net.shape(x))]))


def _moves() -> bytes:
    net = Network(6)

    def ints(*values):
        return net.constant(np.array(values, np.int32))

    def move(name, inputs, shape, options=None, **fields):
        x = next(i for i in inputs if net.tensors[i].data is None)
        return net.op(name, inputs, [net.like(x, shape)], options, **fields)

    x = net.input((1, 4, 6, 4))
    t = move("TRANSPOSE", [x, ints(0, 2, 1, 3)], (1, 6, 4, 4))
    t = move("STRIDED_SLICE", [t, ints(0, 5, 0, 0), ints(1, 0, 4, 4), ints(1, -2, 2, 1)],
             (1, 3, 2, 4), "StridedSliceOptions", BeginMask=0, EndMask=0)  # fmt: skip
    t = move("SLICE", [t, ints(0, 1, 0, 0), ints(1, 2, -1, 4)], (1, 2, 2, 4))
    t = move("GATHER", [t, ints(1, 0, 1)], (1, 2, 3, 4), "GatherOptions", Axis=2)
    t = move("TILE", [t, ints(1, 2, 1, 1)], (1, 4, 3, 4))
    t = move("MIRROR_PAD", [t, net.constant(np.int32([[0, 0], [1, 1], [0, 1], [0, 0]]))],
             (1, 6, 4, 4), "MirrorPadOptions", Mode=0)  # fmt: skip
    t = move("SPACE_TO_DEPTH", [t], (1, 3, 2, 16), "SpaceToDepthOptions", BlockSize=2)
    t = move("DEPTH_TO_SPACE", [t], (1, 6, 4, 4), "DepthToSpaceOptions", BlockSize=2)
    pairs = net.constant(np.int32([[0, 0], [0, 0]]))
    t = move("SPACE_TO_BATCH_ND", [t, ints(2, 2), pairs], (4, 3, 2, 4))
    t = move("BATCH_TO_SPACE_ND", [t, ints(2, 2), pairs], (1, 6, 4, 4))
    t = move("RESIZE_NEAREST_NEIGHBOR", [t, ints(3, 8)], (1, 3, 8, 4),
             "ResizeNearestNeighborOptions")  # fmt: skip
    t = move("RESIZE_BILINEAR", [t, ints(4, 4)], (1, 4, 4, 4), "ResizeBilinearOptions")
    halves = [net.like(t, (1, 4, 4, 2)) for _ in range(2)]
    net.op("SPLIT", [ints(3), t], halves, "SplitOptions", NumSplits=2)
    rows = [net.like(t, (1, 4, 2)) for _ in range(4)]
    net.op("UNPACK", [halves[0]], rows, "UnpackOptions", Axis=1, Num=4)
    packed = move("PACK", rows[:2], (1, 2, 4, 2), "PackOptions", Axis=1, ValuesCount=2)
    joined = net.concatenation([packed, net.reshape(halves[1], (1, 2, 8, 2))], 2)
    return net.build(joined, halves[1])


def _reductions() -> bytes:
    net = Network(7)
    x = net.input((1, 4, 6, 4))

    def reduce(name, x, axis, scale=0.05, options="ReducerOptions"):
        operand = net.constant(np.array([axis], np.int32))
        shape = [n for i, n in enumerate(net.shape(x)) if i != axis]
        return net.op(name, [x, operand], [net.tensor(shape, scale)], options, KeepDims=False)

    largest = reduce("REDUCE_MAX", x, 1)
    total = reduce("SUM", x, 2, 0.2)
    least = reduce("REDUCE_MIN", largest, 1)
    axis = net.constant(np.int32(1))
    best = net.tensor((1,), None, None, dtype=np.int32)
    net.op("ARG_MAX", [least, axis], [best], "ArgMaxOptions")
    return net.build(best, total)


def _transposed() -> bytes:
    net = Network(8)
    x = net.input((1, 3, 4, 2))
    weights = net.constant(net.rng.integers(-127, 128, (3, 3, 3, 2)).astype(np.int8), 0.01)
    shape = net.constant(np.int32([1, 6, 8, 3]))
    y = net.tensor((1, 6, 8, 3), 0.1)
    net.op("TRANSPOSE_CONV", [shape, weights, x], [y], "TransposeConvOptions",
           Padding=0, StrideH=2, StrideW=2)  # fmt: skip
    return net.build(y)


def _stateful() -> bytes:
    net = Network(9)
    x = net.input((1, 8))
    time = net.constant(net.rng.integers(-99, 99, (6, 5)).astype(np.int16), 0.001)
    features = net.constant(net.rng.integers(-99, 99, (6, 8)).astype(np.int8), 0.01)
    bias = net.constant(net.rng.integers(-99, 99, 3).astype(np.int32), 0.001)
    state = net.tensor((1, 30), 0.001, 0, dtype=np.int16)
    net.tensors[state].is_variable = True
    y = net.tensor((1, 3), 0.05)
    net.op("SVDF", [x, features, time, bias, state], [y], "SVDFOptions", Rank=2)
    return net.build(y)


def _scalars() -> bytes:
    net = Network(10)
    x = net.input((1, 3, 4, 1))
    lone = net.mean(x, (0, 1, 2, 3))
    lone = net.unary("RELU", net.binary("ADD", lone, lone), net.scale(lone))
    rows = net.reshape(x, (3, 4))
    weights = net.constant(net.rng.integers(-127, 128, (5, 6)).astype(np.int8), 0.01)
    y = net.tensor((2, 5), 0.1)
    net.op("FULLY_CONNECTED", [rows, weights, -1], [y], "FullyConnectedOptions")
    return net.build(net.dense(net.reshape(lone, (1, 1)), 2), lone, y)


def _variables() -> bytes:
    net, (y,) = delay_line()
    joined = ring(net, net.unary("RELU", y), 2, "ring")
    total = look(net, net.variable("total"))
    net.assign(net.variable("total"), net.reshape(add(net, total, y), (1, 6)))
    start = started(values=ramp(), name="total")
    reals = start.constant(np.linspace(-2, 2, 6, dtype=np.float32).reshape(3, 2))
    value = start.unary("QUANTIZE", reals)
    start.assign(start.variable("ring"), start.reshape(value, SHAPE))
    net.call_once(start)
    return net.build(net.conv2d(joined, 2, (3, 1)), total)


_MODELS = (
    _image,
    _scalars,
    _empty_filters,
    _tables,
    _curves,
    _choices,
    _moves,
    _reductions,
    _transposed,
    _stateful,
    _variables,
)
