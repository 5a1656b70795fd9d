"""Networks that keep variables from call to call: small ones by hand, and random ones.

Every function in `STREAMS` returns a `Network` and its outputs.
"""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st
from tflite_models import Network

SHAPE = (1, 2, 1, 3)
ZERO_POINT = -5


def started(*, values, quantized=True, name="state") -> Network:
    """Return a network that assigns constants to a variable."""
    start = Network()
    value = start.constant(values, 0.05, ZERO_POINT) if quantized else start.constant(values)
    start.assign(start.variable(name), value)
    return start


def ramp(first=7) -> np.ndarray:
    return np.arange(first, first + 6, dtype=np.int8).reshape(SHAPE)


def look(net, handle, shape=SHAPE) -> int:
    return net.read(handle, shape, 0.05, ZERO_POINT)


def frame(net, shape=SHAPE) -> int:
    return net.input(shape, 0.05, ZERO_POINT)


def relu(net, x) -> int:
    return net.unary("RELU", x, 0.05, ZERO_POINT)


def add(net, x, y) -> int:
    return net.binary("ADD", x, y, scale=0.05, zero_point=ZERO_POINT)


def tail(net, x, rows) -> int:
    """Return the last rows of (1, H, 1, C)."""
    _, height, _, channels = net.shape(x)
    begin, end, steps = (
        net.constant(np.int32(v))
        for v in ((0, height - rows, 0, 0), (1, height, 1, channels), (1, 1, 1, 1))
    )
    y = net.like(x, (1, rows, 1, channels))
    return net.op("STRIDED_SLICE", [x, begin, end, steps], [y], "StridedSliceOptions")


def ring(net, x, rows, name) -> int:
    """Return the last rows of all frames up to now and the new ones, as streaming layers do."""
    handle = net.variable(name)
    old = look(net, handle, (1, rows, *net.shape(x)[2:]))
    spec = net.tensors[x]
    net.tensors[old].scale, net.tensors[old].zero_point = spec.scale, spec.zero_point
    joined = net.concatenation([old, x], 1)
    net.assign(handle, tail(net, joined, rows))
    return joined


# By hand -----------------------------------------------------------------------------------------


def buffer():
    net = Network(1)
    joined = ring(net, frame(net, (1, 1, 1, 3)), 2, "state")
    return net, [net.conv2d(joined, 4, (3, 1), padding="VALID")]


def sunk_buffer():
    """Write the state last, as today's converter does."""
    net, outputs = buffer()
    conv = net.ops.pop()
    update = [net.ops.pop(), net.ops.pop()]
    net.ops += [conv, *update[::-1]]
    return net, outputs


def old_value_after_the_assignment():
    net = Network()
    x, handle = frame(net), net.variable()
    old = look(net, handle)
    net.assign(handle, x)
    return net, [add(net, old, x)]


def new_value():
    net = Network()
    x, handle = frame(net), net.variable()
    net.assign(handle, add(net, look(net, handle), x))
    return net, [relu(net, look(net, handle))]


def old_and_new_value():
    net = Network()
    x, handle = frame(net), net.variable()
    old = look(net, handle)
    net.assign(handle, add(net, old, x))
    return net, [net.binary("SUB", look(net, handle), old, scale=0.05)]


def old_of_one_and_new_of_another():
    """Neither assignment can wait for both who look at old values."""
    net = Network()
    x, first, second = frame(net), net.variable("first"), net.variable("second")
    old, other_old = look(net, first), look(net, second)
    net.assign(first, relu(net, x))
    net.assign(second, x)
    return net, [add(net, old, look(net, second)), add(net, other_old, look(net, first))]


def several_reads():
    net = Network()
    x, handle = frame(net), net.variable()
    y = add(net, add(net, look(net, handle), x), look(net, handle))
    net.assign(handle, x)
    return net, [add(net, y, look(net, handle))]


def read_as_output():
    net = Network()
    x, handle = frame(net), net.variable()
    old = look(net, handle)
    flat = net.reshape(look(net, handle), (1, 6))
    net.assign(handle, x)
    return net, [old, flat]


def one_variable_by_two_handles(containers=("box", None)):
    net = Network()
    x = frame(net)
    first, second = (net.variable("a", container) for container in containers)
    old = look(net, first)
    net.assign(second, add(net, old, x))
    return net, [add(net, old, look(net, first))]


def delay_line():
    net = Network()
    x, handles = frame(net), [net.variable(name) for name in "abc"]
    values = [look(net, handle) for handle in handles]
    for handle, value in zip(handles[:0:-1], values[-2::-1], strict=True):
        net.assign(handle, value)
    net.assign(handles[0], x)
    return net, [add(net, values[2], values[0])]


def swapped():
    net = Network()
    x, a, b = frame(net), net.variable("a"), net.variable("b")
    first, second = look(net, a), look(net, b)
    net.assign(a, second)
    net.assign(b, first)
    net.assign(b, add(net, x, look(net, b)))
    return net, [add(net, first, second)]


def reshaped():
    net = Network()
    x, a, b = frame(net), net.variable("a"), net.variable("b")
    flat = net.reshape(look(net, a), (1, 6))
    net.assign(b, flat)
    net.assign(a, net.reshape(x, (1, 6)))
    return net, [relu(net, look(net, b, (1, 6)))]


def output_is_kept():
    net = Network()
    x, handle = frame(net), net.variable()
    y = add(net, look(net, handle), x)
    net.assign(handle, y)
    return net, [y]


def one_value_to_two():
    net = Network()
    x, a, b = frame(net), net.variable("a"), net.variable("b")
    y = add(net, look(net, a), look(net, b))
    z = relu(net, add(net, x, x))
    net.assign(a, z)
    net.assign(b, z)
    return net, [y]


def accumulator():
    net = Network()
    x, handle = frame(net), net.variable()
    total = add(net, look(net, handle), x)
    net.assign(handle, total)
    return net, [relu(net, total)]


def constant_and_twice():
    net = Network()
    x, handle = frame(net), net.variable()
    old = add(net, look(net, handle), x)
    net.assign(handle, net.constant(ramp(), 0.05, ZERO_POINT))
    between = add(net, look(net, handle), x)
    net.assign(handle, x)
    return net, [old, between]


def never_read():
    net = Network()
    x = frame(net)
    net.call_once(started(values=ramp(), name="b"))
    net.assign(net.variable("a"), x)
    net.variable("b")
    net.variable("c")
    return net, [relu(net, x)]


def never_assigned():
    net = Network()
    net.call_once(started(values=ramp()))
    return net, [add(net, look(net, net.variable()), frame(net))]


def with_start():
    net, outputs = accumulator()
    net.call_once(started(values=ramp()))
    return net, outputs


def with_computed_start():
    """Start from float constants that are quantized and given another shape."""
    net, outputs = accumulator()
    start = Network()
    reals = start.constant(np.linspace(-2, 2, 6, dtype=np.float32).reshape(3, 2))
    value = start.unary("QUANTIZE", reals, 0.05, ZERO_POINT)
    start.assign(start.variable(), start.reshape(value, SHAPE))
    net.call_once(start)
    return net, outputs


def float_variable():
    net = Network()
    x, handle = frame(net), net.variable()
    old = net.read(handle, SHAPE, None, dtype=np.float32)
    real = net.unary("DEQUANTIZE", x, None, dtype=np.float32)
    joined = net.tensor((1, 4, 1, 3), None, dtype=np.float32)
    net.op("CONCATENATION", [old, real], [joined], "ConcatenationOptions", Axis=1)
    y = net.unary("QUANTIZE", joined, 0.07, 2)
    net.assign(handle, real)
    values = np.linspace(-1, 1, 6, dtype=np.float32).reshape(SHAPE)
    net.call_once(started(values=values, quantized=False))
    return net, [y]


def wake_word():
    """Stream 3 hops of features to a probability, like the wake words of small speakers."""
    net = Network(3)
    x = net.reshape(net.input((1, 3, 10), 0.1, -128), (1, 3, 1, 10))
    x = ring(net, x, 2, "stem")
    x = net.conv2d(x, 16, (5, 1), (3, 1), padding="VALID", activation="RELU", zero_point=-128)
    for block, rows in enumerate((4, 8, 12)):
        x = ring(net, x, rows, f"block{block}")
        x = net.depthwise(x, 1, (rows + 1, 1), padding="VALID", zero_point=3)
        x = net.conv2d(x, 16, (1, 1), activation="RELU", zero_point=-128)
    x = ring(net, x, 4, "last")
    x = net.dense(net.reshape(x, (1, 80)), 1)
    x = net.unary("LOGISTIC", x, 1 / 256, -128)
    return net, [net.unary("QUANTIZE", x, 1 / 256, 0, dtype=np.uint8)]


STREAMS = (
    buffer,
    sunk_buffer,
    old_value_after_the_assignment,
    new_value,
    old_and_new_value,
    old_of_one_and_new_of_another,
    several_reads,
    read_as_output,
    one_variable_by_two_handles,
    delay_line,
    swapped,
    reshaped,
    output_is_kept,
    one_value_to_two,
    accumulator,
    constant_and_twice,
    never_read,
    never_assigned,
    with_start,
    with_computed_start,
    float_variable,
    wake_word,
)


# Random ------------------------------------------------------------------------------------------


@st.composite
def streams(draw):
    """Draw a network that reads and assigns three variables in any order; return its bytes too."""
    net = Network(draw(st.integers(0, 99)))
    handles = [net.variable(name) for name in "abc"]
    values = [frame(net)]
    read, assigned = set(), set()
    for kind in draw(st.lists(st.sampled_from(_ACTS), min_size=3, max_size=14)):
        x = draw(st.sampled_from(values))
        which = draw(st.integers(0, 2))
        if kind == "read":
            read.add(which)
            values.append(look(net, handles[which]))
        elif kind == "assign":
            assigned.add(which)
            net.assign(handles[which], x)
        elif kind == "shift":
            values.append(tail(net, net.concatenation([x, draw(st.sampled_from(values))], 1), 2))
        elif kind == "reshape":
            values.append(net.reshape(net.reshape(x, (1, 6)), SHAPE))
        elif kind == "relu":
            values.append(relu(net, x))
        else:
            values.append(add(net, x, draw(st.sampled_from(values))))
    for which in read - assigned:
        net.assign(handles[which], draw(st.sampled_from(values)))
    for which in draw(st.sets(st.integers(0, 2))):
        net.call_once(started(values=ramp(draw(st.integers(-9, 9))), name="abc"[which]))
    outputs = [add(net, values[-1], values[0])]
    outputs += draw(st.lists(st.sampled_from(values[1:] or outputs), max_size=2, unique=True))
    outputs = [*dict.fromkeys(outputs)]
    return net, outputs, net.build(*outputs)


_ACTS = ("read", "read", "assign", "assign", "shift", "reshape", "relu", "add")
