"""Turn the option tables of the operators in `arithmetic` into their dataclasses."""

from __future__ import annotations

import math
from collections.abc import Callable

import tflite

from tinyml_course.compiler import arithmetic as a
from tinyml_course.compiler import choices as c
from tinyml_course.compiler.graph import Activation, BinaryOp, Op, Padding
from tinyml_course.compiler.numerics import reals as r
from tinyml_course.compiler.reading.raw_op import Parser, RawOp
from tinyml_course.errors import ModelError, UnsupportedModelError


def _plain_binary(kind: type[BinaryOp]) -> Callable[[RawOp], Op]:
    def read(raw: RawOp) -> Op:
        return raw.build(kind, activation=Activation.NONE)

    return read


def _plain(kind: type[Op]) -> Callable[[RawOp], Op]:
    """Return a reader of an operator without attributes."""

    def read(raw: RawOp) -> Op:
        return raw.build(kind)

    return read


def _l2_normalization(raw: RawOp) -> Op:
    if raw.activation(raw.options(tflite.L2NormOptions)) is not Activation.NONE:
        raise UnsupportedModelError(f"{raw} has a fused activation. Use an activation layer.")
    return raw.build(a.L2Normalization)


def _batch_matmul(raw: RawOp) -> Op:
    options = raw.options(tflite.BatchMatMulOptions)
    for position in (0, 1):
        if len(raw.tensor(position).shape) < 2:
            raise ModelError(f"{raw} multiplies shape {raw.tensor(position).shape}: no matrix.")
    return raw.build(a.BatchMatmul, transposed=(bool(options.AdjX()), bool(options.AdjY())))


def _leaky_relu(raw: RawOp) -> Op:
    alpha = float(raw.options(tflite.LeakyReluOptions).Alpha())
    if not (math.isfinite(alpha) and alpha >= 0):
        raise ModelError(f"{raw} has alpha {alpha:g}; a slope from 0 up is needed.")
    return raw.build(a.LeakyRelu, alpha=alpha)


def _gelu(raw: RawOp) -> Op:
    return raw.build(a.Gelu, approximate=bool(raw.options(tflite.GeluOptions).Approximate()))


def _div(raw: RawOp) -> Op:
    return raw.build(a.Div, activation=raw.activation(raw.options(tflite.DivOptions)))


def _reduction(kind: type[a.Reduction]) -> Callable[[RawOp], Op]:
    def read(raw: RawOp) -> Op:
        options = raw.options(tflite.ReducerOptions)
        axes = raw.axes(raw.integers(1), len(raw.tensor(0).shape))
        return raw.build(kind, axes=axes, keep_dims=bool(options.KeepDims()))

    return read


def _arg(kind: type[a.ArgMax | a.ArgMin]) -> Callable[[RawOp], Op]:
    def read(raw: RawOp) -> Op:
        (axis,) = raw.axes((raw.integer(1),), len(raw.tensor(0).shape))
        return raw.build(kind, axis=axis)

    return read


def _resize_bilinear(raw: RawOp) -> Op:
    options = raw.options(tflite.ResizeBilinearOptions)
    raw.tensor(0, rank=4)
    align, half = bool(options.AlignCorners()), bool(options.HalfPixelCenters())
    if align and half:
        raise ModelError(f"{raw} has both align_corners and half_pixel_centers; one is possible.")
    return raw.build(a.ResizeBilinear, align_corners=align, half_pixel=half)


def _transpose_conv(raw: RawOp) -> Op:
    options = raw.options(tflite.TransposeConvOptions)
    stride = raw.pair("stride", options.StrideH(), options.StrideW())
    _, rows, columns, _ = raw.tensor(1, rank=4).shape
    _, height, width, _ = raw.tensor(2, rank=4).shape
    written = raw.tensors[raw.outputs[0]].shape
    if len(written) != 4:
        raise ModelError(f"{raw} writes shape {written}; it gives 4 axes.")
    spread = ((height - 1) * stride[0] + rows, (width - 1) * stride[1] + columns)
    cuts = [max(full - n, 0) for full, n in zip(spread, written[1:3], strict=True)]
    before = [n // 2 if options.Padding() == tflite.Padding.SAME else 0 for n in cuts]
    return raw.build(
        a.TransposeConv,
        activation=raw.activation(options),
        stride=stride,
        padding=Padding(before[0], cuts[0] - before[0], before[1], cuts[1] - before[1]),
    )


_B = tflite.BuiltinOperator
ARITHMETIC: dict[int, Parser] = {
    _B.MAXIMUM: Parser(_plain_binary(a.Maximum), 2, 2),
    _B.MINIMUM: Parser(_plain_binary(a.Minimum), 2, 2),
    _B.SQUARED_DIFFERENCE: Parser(_plain_binary(a.SquaredDifference), 2, 2),
    _B.PRELU: Parser(_plain_binary(a.Prelu), 2, 2),
    _B.LEAKY_RELU: Parser(_leaky_relu),
    _B.ABS: Parser(_plain(a.Abs)),
    _B.RELU_0_TO_1: Parser(_plain(a.Relu0To1)),
    _B.RELU_N1_TO_1: Parser(_plain(a.ReluN1To1)),
    _B.EXP: Parser(_plain(a.Exp)),
    _B.LOG: Parser(_plain(a.Log)),
    _B.SQRT: Parser(_plain(a.Sqrt)),
    _B.GELU: Parser(_gelu),
    _B.NEG: Parser(_plain(r.Neg)),
    _B.SQUARE: Parser(_plain(r.Square)),
    _B.SIN: Parser(_plain(r.Sin)),
    _B.COS: Parser(_plain(r.Cos)),
    _B.FLOOR: Parser(_plain(r.Floor)),
    _B.CEIL: Parser(_plain(r.Ceil)),
    _B.ROUND: Parser(_plain(r.Round)),
    _B.SIGN: Parser(_plain(r.Sign)),
    _B.POW: Parser(_plain_binary(r.Power), 2, 2),
    _B.DIV: Parser(_div, 2, 2),
    _B.EQUAL: Parser(_plain_binary(c.Equal), 2, 2),
    _B.NOT_EQUAL: Parser(_plain_binary(c.NotEqual), 2, 2),
    _B.GREATER: Parser(_plain_binary(c.Greater), 2, 2),
    _B.GREATER_EQUAL: Parser(_plain_binary(c.GreaterEqual), 2, 2),
    _B.LESS: Parser(_plain_binary(c.Less), 2, 2),
    _B.LESS_EQUAL: Parser(_plain_binary(c.LessEqual), 2, 2),
    _B.LOGICAL_AND: Parser(_plain_binary(c.LogicalAnd), 2, 2),
    _B.LOGICAL_OR: Parser(_plain_binary(c.LogicalOr), 2, 2),
    _B.LOGICAL_NOT: Parser(_plain(c.LogicalNot)),
    _B.SELECT: Parser(_plain(c.Select), 3, 3),
    _B.SELECT_V2: Parser(_plain(c.SelectV2), 3, 3),
    _B.BATCH_MATMUL: Parser(_batch_matmul, 2, 2),
    _B.RSQRT: Parser(_plain(a.Rsqrt)),
    _B.L2_NORMALIZATION: Parser(_l2_normalization),
    _B.LOG_SOFTMAX: Parser(_plain(a.LogSoftmax)),
    _B.SUM: Parser(_reduction(a.Sum), 2, 2),
    _B.REDUCE_MAX: Parser(_reduction(a.ReduceMax), 2, 2),
    _B.REDUCE_MIN: Parser(_reduction(a.ReduceMin), 2, 2),
    _B.REDUCE_PROD: Parser(_reduction(a.ReduceProd), 2, 2),
    _B.ARG_MAX: Parser(_arg(a.ArgMax), 2, 2),
    _B.ARG_MIN: Parser(_arg(a.ArgMin), 2, 2),
    _B.RESIZE_BILINEAR: Parser(_resize_bilinear, 2, 2),
    _B.TRANSPOSE_CONV: Parser(_transpose_conv, 3, 4),
}
