"""Layers that gather many values into one: convolutions, dense layers, pooling, mean.

Sums are exact whichever way they are taken, so they go through the matrix product of floats as
long as every partial sum is proven to be an integer the float type can hold.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinyml_course.compiler import arithmetic as a
from tinyml_course.compiler import graph as g
from tinyml_course.compiler.graph import Graph, Padding
from tinyml_course.compiler.numerics.quantization import (
    BILINEAR_BITS,
    activation_range,
    bilinear_blend,
    mean_multiplier,
    requantize,
    rescale_multiplier,
    saturate,
    weighted_multiplier,
)

Array = NDArray[Any]


def conv_2d(graph: Graph, op: g.Conv2D, x: Array, *_: Array) -> Array:
    """Convolve frames (n, N, H, W, C_IN) with weights (C_OUT, KH, KW, C_IN)."""
    weights = graph.tensors[op.weights].values
    kernel = weights.shape[1:3]
    images = _images(_centred(graph, op.input, x))
    patches = _patches(_surround(images, op.padding, 0), kernel, op.stride, op.dilation)
    acc = _matmul(patches, weights.reshape(len(weights), -1))
    return _finish(graph, op, acc)


def depthwise_conv_2d(graph: Graph, op: g.DepthwiseConv2D, x: Array, *_: Array) -> Array:
    """Convolve each channel of (n, N, H, W, C_IN) with its own filters."""
    weights = graph.tensors[op.weights].values[0].astype(np.int32)
    images = _images(_centred(graph, op.input, x)).astype(np.int32)
    images = _surround(images, op.padding, 0)
    images = np.repeat(images, op.multiplier, axis=-1)
    taps = _taps(images, weights.shape[:2], op.stride, op.dilation)
    return _finish(
        graph, op, reduce(np.add, (view * weights[row, column] for row, column, view in taps))
    )


def fully_connected(graph: Graph, op: g.FullyConnected, x: Array, *_: Array) -> Array:
    """Multiply rows of C_IN values by weights (C_OUT, C_IN)."""
    weights = graph.tensors[op.weights].values
    rows = _centred(graph, op.input, x).reshape(-1, weights.shape[1])
    return _finish(graph, op, _matmul(rows, weights))


def average_pool_2d(graph: Graph, op: g.AveragePool2D, x: Array) -> Array:
    """Average the taps on the image, rounded half away from zero."""
    images = _surround(_images(x), op.padding, 0).astype(np.int32)
    ones = _surround(np.ones((1, *x.shape[-3:-1], 1), np.int32), op.padding, 0)
    total = reduce(np.add, (view for *_, view in _taps(images, op.window, op.stride)))
    count = reduce(np.add, (view for *_, view in _taps(ones, op.window, op.stride)))
    average = np.sign(total) * ((np.abs(total) + count // 2) // count)
    return _activated(graph, op, average)


def max_pool_2d(graph: Graph, op: g.MaxPool2D, x: Array) -> Array:
    """Take the largest tap on the image."""
    images = _surround(_images(x), op.padding, np.iinfo(x.dtype).min)
    views = (view for *_, view in _taps(images, op.window, op.stride))
    return _activated(graph, op, reduce(np.maximum, views))


def mean(graph: Graph, op: g.Mean, x: Array) -> Array:
    """Average over axes, the division folded into the multiplier."""
    acc = _centred(graph, op.input, x).sum(axis=_behind_frames(op.axes), dtype=np.int32)
    target = graph.tensors[op.output]
    average = requantize(acc, mean_multiplier(graph, op)) + target.zero_point
    return saturate(average, target.dtype)


def total(graph: Graph, op: a.Sum, x: Array) -> Array:
    """Sum over axes."""
    acc = _centred(graph, op.input, x).sum(axis=_behind_frames(op.axes), dtype=np.int32)
    target = graph.tensors[op.output]
    return saturate(
        requantize(acc, rescale_multiplier(graph, op)) + target.zero_point, target.dtype
    )


def extreme(graph: Graph, op: a.ReduceMax | a.ReduceMin, x: Array) -> Array:
    """Take the largest or the smallest value over axes."""
    reduce_by = np.max if isinstance(op, a.ReduceMax) else np.min
    result: Array = reduce_by(x, axis=_behind_frames(op.axes))
    return result


def arg_extreme(graph: Graph, op: a.ArgMax | a.ArgMin, x: Array) -> Array:
    """Return the first index of the largest or the smallest value."""
    find = np.argmax if isinstance(op, a.ArgMax) else np.argmin
    found: Array = find(x, axis=op.axis + 1).astype(np.int32)
    return found


def _behind_frames(axes: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(axis + 1 for axis in axes)


def resize_bilinear(graph: Graph, op: a.ResizeBilinear, x: Array) -> Array:
    """Blend four pixels with weights of 10 bits each way, rounded half away from zero."""
    images = _images(x).astype(np.int64)
    _, height, width, _ = graph.tensors[op.output].shape
    top, bottom, down = bilinear_blend(images.shape[1], height, op)
    left, right, across = bilinear_blend(images.shape[2], width, op)
    down, across = down[:, np.newaxis, np.newaxis], across[:, np.newaxis]
    one = 1 << BILINEAR_BITS
    upper = images[:, top][:, :, left] * (one - across) + images[:, top][:, :, right] * across
    lower = images[:, bottom][:, :, left] * (one - across) + images[:, bottom][:, :, right] * across
    blended = upper * (one - down) + lower * down
    half = 1 << (2 * BILINEAR_BITS - 1)
    rounded = np.sign(blended) * ((np.abs(blended) + half) >> 2 * BILINEAR_BITS)
    resized: Array = rounded.astype(x.dtype)
    return resized


def transpose_conv(graph: Graph, op: a.TransposeConv, weights: Array, x: Array, *_: Array) -> Array:
    """Spread each pixel by the weights, add up what falls on the same place, cut the border."""
    images = _images(_centred(graph, op.input, x)).astype(np.float64)
    height, width, filters = graph.tensors[op.output].shape[1:]
    rows, columns = weights.shape[2:4]
    count, in_height, in_width = images.shape[:3]
    (down, across), cut = op.stride, op.padding
    acc: Array = np.zeros(
        (count, height + sum(cut[:2]) + rows, width + sum(cut[2:]) + columns, filters)
    )
    for row in range(rows):
        for column in range(columns):
            bottom, right = row + in_height * down, column + in_width * across
            acc[:, row:bottom:down, column:right:across] += images @ weights[0, :, row, column].T
    acc = acc[:, cut.top : cut.top + height, cut.left : cut.left + width]
    return _finish(graph, op, acc.astype(np.int64).astype(np.int32))


def _images(x: Array) -> Array:
    """Join frames and batch: (n, N, H, W, C) to (n * N, H, W, C)."""
    return x.reshape(-1, *x.shape[-3:])


def _centred(graph: Graph, index: int, x: Array) -> Array:
    """Subtract the tensor's zero point; int16."""
    return x.astype(np.int16) - np.int16(graph.tensors[index].zero_point)


def _surround(images: Array, padding: Padding, value: int) -> Array:
    """Add rows and columns of `value` around images (n, H, W, C)."""
    if not any(padding):
        return images
    amounts = ((0, 0), padding[:2], padding[2:], (0, 0))
    return np.pad(images, amounts, constant_values=value)


def _taps(
    images: Array,
    window: tuple[int, int],
    stride: tuple[int, int],
    dilation: tuple[int, int] = (1, 1),
) -> Iterator[tuple[int, int, Array]]:
    """Yield (row, column) of each tap of a window, and what it sees: (n, H_OUT, W_OUT, C)."""
    _, height, width, _ = images.shape
    rows = (height - (window[0] - 1) * dilation[0] - 1) // stride[0] + 1
    columns = (width - (window[1] - 1) * dilation[1] - 1) // stride[1] + 1
    for row in range(window[0]):
        for column in range(window[1]):
            top, left = row * dilation[0], column * dilation[1]
            bottom, right = top + (rows - 1) * stride[0] + 1, left + (columns - 1) * stride[1] + 1
            yield row, column, images[:, top : bottom : stride[0], left : right : stride[1]]


def _patches(
    images: Array, window: tuple[int, int], stride: tuple[int, int], dilation: tuple[int, int]
) -> Array:
    """Return what each output position sees: (n, H_OUT, W_OUT, KH * KW * C_IN)."""
    if window == (1, 1):
        return images[:, :: stride[0], :: stride[1]]
    views = [view for *_, view in _taps(images, window, stride, dilation)]
    return np.stack(views, axis=-2).reshape(*views[0].shape[:-1], -1)


def _matmul(x: Array, weights: Array) -> Array:
    """Return x (..., K) times the transpose of weights (C_OUT, K), exact, in int32."""
    # 255 is the largest distance from a zero point: no partial sum can pass this bound.
    bound = 255 * int(np.abs(weights.astype(np.int64)).sum(axis=1).max())
    exact = np.float32 if bound < 1 << 24 else np.float64
    product = x.reshape(-1, x.shape[-1]).astype(exact) @ weights.T.astype(exact)
    acc: Array = product.astype(np.int64).astype(np.int32)
    return acc.reshape(*x.shape[:-1], len(weights))


def _finish(graph: Graph, op: g.WeightedOp, acc: Array) -> Array:
    """Add the bias, bring accumulators to the output's scale, clamp."""
    if op.bias is not None:
        acc = acc + graph.tensors[op.bias].values.reshape(-1)
    result = requantize(acc, weighted_multiplier(graph, op))
    return _activated(graph, op, result + graph.tensors[op.output].zero_point)


def _activated(graph: Graph, op: g.WeightedOp | g.Pool2D, x: Array) -> Array:
    """Clamp to the fused activation's range."""
    target = graph.tensors[op.output]
    activated: Array = np.clip(x, *activation_range(op.activation, target)).astype(target.dtype)
    return activated
