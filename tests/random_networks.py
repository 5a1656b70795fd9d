"""Random networks over every operator, for the property tests that hold C, oracle and TFLM equal.

`networks()` draws a `RandomNetwork` and its `.tflite` bytes. A layer is a function of (draw, net,
x) that appends operators to an image (N, H, W, C) and returns another one; it may add outputs and
inputs to the network.
"""

from dataclasses import dataclass, field

import numpy as np
from hypothesis import strategies as st
from random_moves import MOVES, SMALL, ints, size, to_batch_and_back
from tflite_models import Micro, Network

from tinyml_course.compiler.reading.tflite import read_model
from tinyml_course.errors import UnsupportedModelError

ZERO_POINTS = st.sampled_from([-128, -128, -127, -3, 0, 5, 127])
ACTIVATIONS = st.sampled_from(["NONE", "RELU", "RELU", "RELU6", "RELU_N1_TO_1"])
PADDINGS = st.sampled_from(["SAME", "VALID"])
CHANNELS = st.sampled_from([1, 2, 3, 4, 5, 8, 9, 12, 16, 17])
# A gain of 30 saturates most outputs, 1e-3 leaves few distinct values; both move the shifts.
GAINS = st.sampled_from([1e-3, 0.1, 1.0, 1.0, 30.0, 1e4])
SCALES = st.sampled_from([0.01, 0.05, 3.0])


@dataclass(repr=False)
class RandomNetwork(Network):
    """A network, and the outputs it has besides the last tensor."""

    outputs: list[int] = field(default_factory=list)

    def __repr__(self) -> str:
        """Name the operators by code: Hypothesis prints the whole list of networks that fails."""
        return f"RandomNetwork(seed={self.seed}, ops={[op.code for op in self.ops]})"


def slide(draw, net, x):
    """Draw kernel, stride, dilation and padding that fit the image `x`."""
    kernel = draw(st.sampled_from([(3, 3), (3, 3), (1, 1), (1, 3), (5, 1), (2, 4)]))
    stride = draw(st.sampled_from([(1, 1), (1, 1), (2, 2), (1, 2), (3, 1)]))
    dilation = draw(st.sampled_from([(1, 1), (2, 1), (2, 2)])) if stride == (1, 1) else (1, 1)
    taken = [(k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True)]
    fits = all(n >= t for n, t in zip(net.shape(x)[1:3], taken, strict=True))
    padding = draw(PADDINGS) if fits else "SAME"
    return {"kernel": kernel, "stride": stride, "dilation": dilation, "padding": padding}


def weighted(draw):
    return {
        "activation": draw(ACTIVATIONS),
        "per_channel": draw(st.booleans()),
        "bias": draw(st.booleans()),
        "zero_point": draw(ZERO_POINTS),
        "gain": draw(GAINS),
    }


def conv(draw, net, x):
    return net.conv2d(x, draw(CHANNELS), **slide(draw, net, x), **weighted(draw))


def depthwise(draw, net, x):
    multiplier = draw(st.sampled_from([1, 1, 1, 2, 3]))
    return net.depthwise(x, multiplier, **slide(draw, net, x), **weighted(draw))


def transposed(draw, net, x):
    if size(net, x) > SMALL:
        return x
    kernel = draw(st.tuples(st.integers(1, 4), st.integers(1, 4)))
    stride = draw(st.tuples(st.integers(1, 3), st.integers(1, 3)))
    padding, filters, options = draw(PADDINGS), draw(st.integers(1, 5)), weighted(draw)
    batch, *extent, depth = net.shape(x)
    weights, scale = net._weights((filters, *kernel, depth), filters, 0, options["per_channel"])
    spread = [
        n * s if padding == "SAME" else (n - 1) * s + k
        for n, k, s in zip(extent, kernel, stride, strict=True)
    ]
    shape = (batch, *spread, filters)
    gain, zero_point = options["gain"], options["zero_point"]
    y = net._accumulated(x, 4 * depth, scale, gain=gain, zero_point=zero_point, shape=shape)
    inputs = [ints(net, *shape), weights, x]
    inputs += [net._bias(filters, x, scale, depth)] if options["bias"] else []
    return net.op(
        "TRANSPOSE_CONV", inputs, [y], "TransposeConvOptions",
        Padding=0 if padding == "SAME" else 1, StrideH=stride[0], StrideW=stride[1],
    )  # fmt: skip


def pool(draw, net, x):
    height, width = net.shape(x)[1:3]
    window = draw(st.sampled_from([(2, 2), (3, 2), (height, width)]))
    fits = window[0] <= height and window[1] <= width
    padding = draw(PADDINGS) if fits else "SAME"
    stride = draw(st.sampled_from([(1, 1), (2, 2), (1, 3)]))
    kind = draw(st.sampled_from(["AVERAGE", "MAX"]))
    return net.pool(x, kind, window, stride, padding=padding, activation=draw(ACTIVATIONS))


def operand(draw, net, x):
    """Return a second operand: an activation like `x`, a constant or an input that may repeat."""
    kind = draw(st.sampled_from(["activation", "constant", "input"]))
    if kind == "activation":
        return net.unary("TANH", x, 1 / 128, 0)
    shape = [draw(st.sampled_from([1, n])) for n in net.shape(x)]
    if size(net, x) <= SMALL:
        shape = [
            draw(st.integers(1, 3)) if n == 1 else m
            for n, m in zip(net.shape(x), shape, strict=True)
        ]
        shape[0] = 1
    if kind == "input":
        return net.input(shape, draw(SCALES), draw(ZERO_POINTS))
    shape = shape[draw(st.integers(0, 3)) :]
    values = net.rng.integers(-128, 128, shape).astype(np.int8)
    return net.constant(values, draw(SCALES), draw(ZERO_POINTS))


def combine(draw, net, x):
    names = ["ADD", "SUB", "MUL"]
    operands = draw(st.permutations([x, operand(draw, net, x)]))
    scale = draw(st.sampled_from([None, 0.02, 1.0]))
    name = draw(st.sampled_from(names))
    return net.binary(name, *operands, draw(ACTIVATIONS), scale=scale, zero_point=draw(ZERO_POINTS))


def compare(draw, net, x):
    name = draw(st.sampled_from(["MAXIMUM", "MINIMUM", "SQUARED_DIFFERENCE"]))
    options = "SquaredDifferenceOptions" if name[0] == "S" else "MaximumMinimumOptions"
    operands = draw(st.permutations([x, operand(draw, net, x)]))
    shape = np.broadcast_shapes(*map(net.shape, operands))
    y = net.tensor(shape, draw(SCALES), draw(ZERO_POINTS))
    return net.op(name, operands, [y], options)


def prelu(draw, net, x):
    shape = [draw(st.sampled_from([1, n])) for n in net.shape(x)[1:]]
    values = net.rng.integers(-128, 128, shape).astype(np.int8)
    slopes = net.constant(values, draw(SCALES), draw(ZERO_POINTS))
    y = net.tensor(net.shape(x), draw(SCALES), draw(ZERO_POINTS))
    return net.op("PRELU", [x, slopes], [y])


def double(draw, net, x):
    return net.binary("ADD", x, x, draw(ACTIVATIONS), zero_point=draw(ZERO_POINTS))


def curve(draw, net, x):
    name, scale, zero_point, options, fields = draw(
        st.sampled_from(
            [
                ("LOGISTIC", 1 / 256, -128, None, {}),
                ("TANH", 1 / 128, 0, None, {}),
                ("RELU", 0.07, -100, None, {}),
                ("LEAKY_RELU", 0.06, 5, "LeakyReluOptions", {"Alpha": 0.3}),
                ("HARD_SWISH", 0.04, -120, None, {}),
                ("ELU", 0.05, -100, None, {}),
                ("ABS", 0.08, -128, None, {}),
                ("QUANTIZE", 0.03, 127, None, {}),
            ]
        )
    )
    if name == "HARD_SWISH" and not 1e-3 < net.scale(x) < 1:
        return x
    return net.unary(name, x, scale, zero_point, options=options, **fields)


def island(draw, net, x):
    """Leave some operators in float32 between DEQUANTIZE and QUANTIZE: a curve."""
    if net.scale(x) > 10:  # TFLM leaves undefined how a square beyond int32 is quantized
        return x
    real = net.unary("DEQUANTIZE", x, None, None, dtype=np.float32)
    names = st.sampled_from(["NEG", "SQUARE", "ELU", "COS", "FLOOR", "ROUND", "ABS", "RELU6"])
    for name in draw(st.lists(names, min_size=1, max_size=3, unique=True)):
        real = net.unary(name, real, None, None, dtype=np.float32)
    return net.unary("QUANTIZE", real, draw(SCALES), draw(ZERO_POINTS))


def choose(draw, net, x):
    """Compare two tensors, and take the values of two others by the result."""
    names = ["EQUAL", "NOT_EQUAL", "GREATER", "GREATER_EQUAL", "LESS", "LESS_EQUAL"]
    operands = draw(st.permutations([x, operand(draw, net, x)]))
    if any(net.scale(index) >= 1 for index in operands):
        return x
    shape = np.broadcast_shapes(*map(net.shape, operands))
    condition = net.op(
        draw(st.sampled_from(names)), operands, [net.tensor(shape, None, dtype=np.bool_)]
    )
    spec = net.tensors[x]
    other = net.unary("RELU", x, spec.scale, spec.zero_point)
    return net.op("SELECT_V2", [condition, x, other], [net.like(x, shape)])


def divide(draw, net, x):
    """Divide by constants other than 0, to fine steps: TFLM leaves the rest undefined."""
    shape = [draw(st.sampled_from([1, n])) for n in net.shape(x)]
    values = net.rng.choice([-100, -7, -1, 1, 2, 30, 127], shape).astype(np.int8)
    scale = draw(st.sampled_from([0.02, 0.3]))
    fine = net.scale(x) / scale / draw(st.sampled_from([300, 5000]))
    return net.binary("DIV", x, net.constant(values, scale), draw(ACTIVATIONS), scale=fine)


def reduce(draw, net, x):
    """Reduce along any axes but keep them, 1 long."""
    name = draw(st.sampled_from(["SUM", "MEAN", "REDUCE_MAX", "REDUCE_MIN"]))
    axes = draw(st.sets(st.integers(1, 3), min_size=1))
    shape = [1 if axis in axes else n for axis, n in enumerate(net.shape(x))]
    y = net.like(x, shape)
    if name in ("SUM", "MEAN"):
        y = net.tensor(shape, net.scale(x) * draw(st.sampled_from([0.5, 1, 7])), draw(ZERO_POINTS))
    inputs = [x, ints(net, *sorted(axes))]
    return net.op(name, inputs, [y], "ReducerOptions", KeepDims=True)


def index(draw, net, x):
    """Add where the largest or smallest values are as an output, and go on with `x`."""
    name = draw(st.sampled_from(["ARG_MAX", "ARG_MIN"]))
    axis = draw(st.integers(1, 3))
    shape = [n for i, n in enumerate(net.shape(x)) if i != axis]
    y = net.tensor(shape, None, dtype=np.int32)
    options = "ArgMaxOptions" if name == "ARG_MAX" else "ArgMinOptions"
    net.outputs.append(net.op(name, [x, ints(net, axis)], [y], options, OutputType=2))
    return net.unary("RELU", x, 0.05, 0)


def normalize(draw, net, x):
    """Normalize along the channels."""
    name, scale, zero_point, options = draw(
        st.sampled_from(
            [
                ("SOFTMAX", 1 / 256, -128, "SoftmaxOptions"),
                ("LOG_SOFTMAX", 1 / 16, 127, "LogSoftmaxOptions"),
                ("L2_NORMALIZATION", 1 / 128, 0, "L2NormOptions"),
            ]
        )
    )
    fields = {"Beta": 1.0} if name == "SOFTMAX" else {}
    return net.unary(name, x, scale, zero_point, options=options, **fields)


def batched(draw, net, x):
    layer = draw(st.sampled_from([conv, depthwise, pool, combine, transposed]))
    return to_batch_and_back(draw, net, x, layer)


def dense_rows(draw, net, x):
    rows = net.dense(x, draw(CHANNELS), **weighted(draw))
    return net.reshape(rows, (*net.shape(x)[:3], net.shape(rows)[1]))


COMMON = (conv, conv, depthwise, depthwise, pool, double, curve, dense_rows)
ARITHMETIC = (
    *(combine, combine, compare, prelu, reduce, index, normalize, transposed, batched),
    *(island, choose, divide),
)
LAYERS = st.one_of(*map(st.sampled_from, (COMMON, ARITHMETIC, MOVES)))


def first_image(draw, net):
    """Return an int8 image; it may come from a float32 input that is moved before."""
    shape = (1, draw(st.integers(1, 9)), draw(st.integers(1, 9)), draw(CHANNELS))
    scale, zero_point = draw(st.sampled_from([0.003, 0.05, 1.0])), draw(ZERO_POINTS)
    if draw(st.integers(0, 5)):
        return net.input(shape, scale, zero_point)
    x = net.input(shape, None, dtype=np.float32)
    order = (0, *draw(st.permutations((1, 2, 3))))
    y = net.tensor([shape[axis] for axis in order], None, dtype=np.float32)
    x = net.op("TRANSPOSE", [x, ints(net, *order)], [y], "TransposeOptions")
    return net.unary("QUANTIZE", x, scale, zero_point)


def classifier(draw, net, x):
    """Return what a classifier makes of the image: no image any more."""
    if draw(st.booleans()):
        x = net.mean(x, zero_point=draw(ZERO_POINTS))
    else:
        x = net.reshape(x, (1, int(np.prod(net.shape(x)))))
    x = net.dense(x, draw(CHANNELS), **weighted(draw))
    if net.scale(x) > 2.0**-25:  # TFLM aborts on a softmax of finer steps
        if draw(st.integers(0, 3)):
            return net.softmax(x)
        return net.unary("LOG_SOFTMAX", x, 1 / 16, 127, options="LogSoftmaxOptions")
    return x


@st.composite
def networks(draw, layers=LAYERS):
    """Draw a network of images: a few layers, and perhaps a classifier behind them."""
    net = RandomNetwork(draw(st.integers(0, 999)))
    x = first_image(draw, net)
    for layer in draw(st.lists(layers, min_size=1, max_size=4)):
        if net.scale(x) > 2.0**-25:  # finer scales make TFLM abort in many operators
            x = layer(draw, net, x)
    if draw(st.booleans()):
        x = classifier(draw, net, x)
    elif draw(st.integers(0, 3)) == 0:
        x = net.unary("DEQUANTIZE", x, None, dtype=np.float32)
    net.outputs = [x, *dict.fromkeys(y for y in net.outputs if y != x)]
    return net, net.build(*net.outputs)


def judge(net: RandomNetwork, model: bytes) -> Micro | None:
    """Return TFLM's interpreter, or None for a quantization that it or our reader refuses."""
    try:
        read_model(model)
        return Micro(model, len(net.outputs))
    except RuntimeError:
        return None
    except UnsupportedModelError as refused:
        if "Keep scales" not in str(refused):
            raise
        return None
