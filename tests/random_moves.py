"""Layers of random networks that move values: each draws one that fits its input (N, H, W, C).

Like every layer of `random_networks`, each takes (draw, net, x) and returns a tensor of four axes.
"""

import numpy as np
from hypothesis import strategies as st

SMALL = 600
"""Elements up to which a tensor may be made larger."""


def ints(net, *values):
    return net.constant(np.array(values, np.int32))


def size(net, x):
    return int(np.prod(net.shape(x)))


def pad(draw, net, x):
    sides = st.tuples(st.integers(0, 2), st.integers(0, 2))
    return net.pad(x, [(0, 0), draw(sides), draw(sides), draw(sides)])


def pad_with_constant(draw, net, x):
    sides = st.tuples(st.integers(0, 2), st.integers(0, 2))
    amounts = [(0, 0), draw(sides), draw(sides), draw(sides)]
    spec = net.tensors[x]
    value = np.array(draw(st.integers(-128, 127)), np.int8)
    operand = net.constant(value, spec.scale, spec.zero_point)
    shape = [b + n + a for n, (b, a) in zip(net.shape(x), amounts, strict=True)]
    inputs = [x, net.constant(np.array(amounts, np.int32)), operand]
    return net.op("PADV2", inputs, [net.like(x, shape)], "PadV2Options")


def mirror(draw, net, x):
    symmetric = draw(st.booleans())
    limits = [n if symmetric else n - 1 for n in net.shape(x)]
    amounts = [(0, 0)] + [
        (draw(st.integers(0, min(n, 2))), draw(st.integers(0, min(n, 2)))) for n in limits[1:]
    ]
    shape = [b + n + a for n, (b, a) in zip(net.shape(x), amounts, strict=True)]
    inputs = [x, net.constant(np.array(amounts, np.int32))]
    return net.op("MIRROR_PAD", inputs, [net.like(x, shape)], "MirrorPadOptions", Mode=symmetric)


def join(draw, net, x):
    axis = draw(st.sampled_from([1, 2, 3, 3]))
    if size(net, x) > SMALL:
        return x
    other = list(net.shape(x))
    other[axis] = draw(st.integers(1, 3))
    constant = net.rng.integers(-128, 128, other).astype(np.int8)
    spec = net.tensors[x]
    pieces = [x, draw(st.sampled_from([x, net.constant(constant, spec.scale, spec.zero_point)])), x]
    return net.concatenation(pieces, axis)


def transpose(draw, net, x):
    order = draw(st.permutations(range(4)))
    y = net.like(x, [net.shape(x)[axis] for axis in order])
    return net.op("TRANSPOSE", [x, ints(net, *order)], [y], "TransposeOptions")


def box(draw, net, x):
    starts = [draw(st.integers(0, n - 1)) for n in net.shape(x)]
    sizes = [draw(st.integers(1, n - at)) for at, n in zip(starts, net.shape(x), strict=True)]
    operands = [ints(net, *starts), ints(net, *sizes)]
    return net.op("SLICE", [x, *operands], [net.like(x, sizes)], "SliceOptions")


def strided(draw, net, x):
    starts, stops, steps, shape = [], [], [], []
    for length in net.shape(x):
        step = draw(st.sampled_from([1, 1, 2, -1, -2, 3]))
        start = draw(st.integers(0, length - 1))
        stop = length if step > 0 else -length - 1
        starts.append(start)
        stops.append(stop)
        steps.append(step)
        shape.append(len(range(length)[start:stop:step]))
    operands = [ints(net, *starts), ints(net, *stops), ints(net, *steps)]
    return net.op("STRIDED_SLICE", [x, *operands], [net.like(x, shape)], "StridedSliceOptions")


def _pieces(draw, net, x, axis, sizes):
    shapes = [[n if i == axis else m for i, m in enumerate(net.shape(x))] for n in sizes]
    return [net.like(x, shape) for shape in shapes]


def split(draw, net, x):
    """Cut, keep what was cut off as an output of its own, go on with one piece."""
    axis = draw(st.sampled_from([1, 2, 3]))
    length = net.shape(x)[axis]
    count = draw(st.sampled_from([n for n in range(1, min(length, 4) + 1) if length % n == 0]))
    pieces = _pieces(draw, net, x, axis, [length // count] * count)
    inputs = [net.constant(np.int32(axis)), x]
    net.op("SPLIT", inputs, pieces, "SplitOptions", NumSplits=count)
    kept, *others = draw(st.permutations(pieces))
    net.outputs.extend(others)
    return kept


def split_unevenly(draw, net, x):
    axis = draw(st.sampled_from([1, 2, 3]))
    first = draw(st.integers(1, net.shape(x)[axis]))
    sizes = [n for n in (first, net.shape(x)[axis] - first) if n]
    pieces = _pieces(draw, net, x, axis, sizes)
    inputs = [x, ints(net, *sizes), net.constant(np.int32(axis))]
    net.op("SPLIT_V", inputs, pieces, "SplitVOptions", NumSplits=len(pieces))
    return net.concatenation(pieces[::-1], axis)


def unpack(draw, net, x):
    """Cut into slices and stack them again, in another order and along another axis."""
    axis = draw(st.sampled_from([1, 2, 3]))
    shape = [n for i, n in enumerate(net.shape(x)) if i != axis]
    pieces = [net.like(x, shape) for _ in range(net.shape(x)[axis])]
    net.op("UNPACK", [x], pieces, "UnpackOptions", Axis=axis, Num=len(pieces))
    pieces = draw(st.permutations(pieces))
    along = draw(st.sampled_from([1, 2, 3]))
    shape.insert(along, len(pieces))
    y = net.like(x, shape)
    return net.op("PACK", pieces, [y], "PackOptions", Axis=along, ValuesCount=len(pieces))


def gather(draw, net, x):
    axis = draw(st.sampled_from([1, 2, 3]))
    place = st.integers(0, net.shape(x)[axis] - 1)
    indices = draw(st.lists(place, min_size=1, max_size=4))
    shape = [len(indices) if i == axis else n for i, n in enumerate(net.shape(x))]
    inputs = [x, ints(net, *indices)]
    return net.op("GATHER", inputs, [net.like(x, shape)], "GatherOptions", Axis=axis)


def reverse(draw, net, x):
    axis = draw(st.sampled_from([1, 2, 3]))  # TFLM takes one axis
    y = net.like(x, net.shape(x))
    return net.op("REVERSE_V2", [x, ints(net, axis)], [y], "ReverseV2Options")


def broadcast(draw, net, x):
    if size(net, x) > SMALL:
        return x
    count = st.integers(1, 3)
    shape = [draw(count) if n == 1 and i else n for i, n in enumerate(net.shape(x))]
    return net.op("BROADCAST_TO", [x, ints(net, *shape)], [net.like(x, shape)])


def to_batch_and_back(draw, net, x, between=None):
    """Deal blocks out to the batch, do something with the batch, put it together again."""
    block = draw(st.tuples(st.integers(1, 3), st.integers(1, 3)))
    batch, height, width, channels = net.shape(x)
    taken = (height - height % block[0], width - width % block[1])
    if 0 in taken:
        return x
    sizes = ints(net, batch, *taken, channels)
    inputs = [x, ints(net, 0, 0, 0, 0), sizes]
    x = net.op("SLICE", inputs, [net.like(x, (batch, *taken, channels))], "SliceOptions")
    # TFLM leaves the value it pads with uninitialised: no padding.
    blocks = (taken[0] // block[0], taken[1] // block[1])
    none = net.constant(np.zeros((2, 2), np.int32))
    y = net.like(x, (batch * block[0] * block[1], *blocks, channels))
    x = net.op("SPACE_TO_BATCH_ND", [x, ints(net, *block), none], [y], "SpaceToBatchNDOptions")
    if between:
        x = between(draw, net, x)
    _, *grown, channels = net.shape(x)
    grown = [n * size for n, size in zip(grown, block, strict=True)]
    crops = [
        (draw(st.integers(0, (n - 1) // 2)), draw(st.integers(0, (n - 1) // 2))) for n in grown
    ]
    shape = [n - b - a for n, (b, a) in zip(grown, crops, strict=True)]
    inputs = [x, ints(net, *block), net.constant(np.array(crops, np.int32))]
    y = net.like(x, (batch, *shape, channels))
    return net.op("BATCH_TO_SPACE_ND", inputs, [y], "BatchToSpaceNDOptions")


def to_depth(draw, net, x):
    batch, height, width, channels = net.shape(x)
    block = draw(st.sampled_from([2, 3]))
    if height % block or width % block:
        return x
    y = net.like(x, (batch, height // block, width // block, channels * block**2))
    return net.op("SPACE_TO_DEPTH", [x], [y], "SpaceToDepthOptions", BlockSize=block)


def from_depth(draw, net, x):
    batch, height, width, channels = net.shape(x)
    if channels % 4:
        return x
    y = net.like(x, (batch, height * 2, width * 2, channels // 4))
    return net.op("DEPTH_TO_SPACE", [x], [y], "DepthToSpaceOptions", BlockSize=2)


def resize(draw, net, x):
    batch, *_, channels = net.shape(x)
    limit = 12 if size(net, x) <= SMALL else 4
    new = draw(st.tuples(st.integers(1, limit), st.integers(1, limit)))
    align, half = draw(st.sampled_from([(False, False), (True, False), (False, True)]))
    name, options = draw(
        st.sampled_from(
            [
                ("RESIZE_BILINEAR", "ResizeBilinearOptions"),
                ("RESIZE_NEAREST_NEIGHBOR", "ResizeNearestNeighborOptions"),
            ]
        )
    )
    y = net.like(x, (batch, *new, channels))
    return net.op(
        name, [x, ints(net, *new)], [y], options, AlignCorners=align, HalfPixelCenters=half
    )


MOVES = (
    pad,
    pad_with_constant,
    mirror,
    join,
    transpose,
    box,
    strided,
    split,
    split_unevenly,
    unpack,
    gather,
    reverse,
    broadcast,
    to_batch_and_back,
    to_depth,
    from_depth,
    resize,
)
"""Every layer of this module."""
