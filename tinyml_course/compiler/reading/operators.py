"""Turn the option table of each `.tflite` operator into its dataclass.

Attributes come out resolved: SAME padding as rows and columns, axes non-negative, constant
operands (axes, paddings) as plain numbers. `PARSERS` is the list of operators that can be read;
what each of them accepts beyond that is said in `rules`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import tflite

from tinyml_course.compiler import arithmetic as a
from tinyml_course.compiler import graph as g
from tinyml_course.compiler.graph import ABSENT, Activation, Op, Padding
from tinyml_course.compiler.reading.arithmetic import ARITHMETIC
from tinyml_course.compiler.reading.moves import MOVES, pairs
from tinyml_course.compiler.reading.raw_op import Parser, RawOp
from tinyml_course.compiler.reading.stateful import STATEFUL
from tinyml_course.compiler.reading.variables import VARIABLES
from tinyml_course.errors import ModelError, UnsupportedModelError

_O = TypeVar("_O", bound=Op)


def parse(code: int, raw: RawOp) -> Op:
    """Return the dataclass of an operator with builtin operator `code`.

    Raises
    ------
    UnsupportedModelError
        No kernel exists for this kind of operator.
    ModelError
        It has too few or too many inputs or outputs, or impossible options.
    """
    if code not in PARSERS:
        raise UnsupportedModelError(
            f"{raw} has no kernel. Replace the layer it comes from by one of the "
            f"{len(PARSERS)} supported operators."
        )
    parser = PARSERS[code]
    count = len(raw.inputs)
    fits = parser.min_inputs <= count <= parser.max_inputs
    if not fits or len(raw.outputs) < parser.min_outputs:
        raise ModelError(f"{raw} has {count} inputs and {len(raw.outputs)} outputs.")
    needed = [i for i in range(parser.min_inputs) if i not in parser.optional]
    if any(raw.inputs[i] == ABSENT for i in needed):
        raise ModelError(f"{raw} lacks one of its first {parser.min_inputs} inputs.")
    return parser.read(raw)


def _same_padding(size: int, window: int, stride: int) -> tuple[int, int]:
    """Return the padding (before, after) that gives ceil(size / stride) positions."""
    total = max((-(-size // stride) - 1) * stride + window - size, 0)
    return total // 2, total - total // 2


def _padding(raw: RawOp, options: Any, window: tuple[int, int], stride: tuple[int, int]) -> Padding:
    """Return the padding of a window that slides over input 0; `window` counts dilation."""
    if options.Padding() == tflite.Padding.VALID:
        return Padding()
    if options.Padding() != tflite.Padding.SAME:
        raise ModelError(f"{raw} has padding {options.Padding()}; 0 (SAME) and 1 (VALID) exist.")
    _, height, width, _ = raw.tensor(0, rank=4).shape
    top, bottom = _same_padding(height, window[0], stride[0])
    left, right = _same_padding(width, window[1], stride[1])
    return Padding(top, bottom, left, right)


def _convolution(raw: RawOp, kind: type[_O], schema: Any, **attributes: Any) -> _O:
    options = raw.options(schema)
    raw.tensor(0, rank=4)
    _, rows, columns, _ = raw.tensor(1, rank=4).shape
    stride = raw.pair("stride", options.StrideH(), options.StrideW())
    dilation = raw.pair("dilation", options.DilationHFactor(), options.DilationWFactor())
    extent = ((rows - 1) * dilation[0] + 1, (columns - 1) * dilation[1] + 1)
    return raw.build(
        kind,
        activation=raw.activation(options),
        stride=stride,
        dilation=dilation,
        padding=_padding(raw, options, extent, stride),
        **attributes,
    )


def _conv_2d(raw: RawOp) -> Op:
    return _convolution(raw, g.Conv2D, tflite.Conv2DOptions)


def _depthwise_conv_2d(raw: RawOp) -> Op:
    # The multiplier in the options may be 0 or stale: like TFLM, take it from the shapes.
    channels, outputs = raw.tensor(0, rank=4).shape[3], raw.tensor(1, rank=4).shape[3]
    if not channels or outputs % channels:
        raise ModelError(f"{raw} has {outputs} filters for {channels} channels; not a multiple.")
    return _convolution(
        raw, g.DepthwiseConv2D, tflite.DepthwiseConv2DOptions, multiplier=outputs // channels
    )


def _fully_connected(raw: RawOp) -> Op:
    options = raw.options(tflite.FullyConnectedOptions)
    if options.WeightsFormat() != tflite.FullyConnectedOptionsWeightsFormat.DEFAULT:
        raise UnsupportedModelError(f"{raw} has shuffled weights. Convert without this format.")
    raw.tensor(1, rank=2)
    return raw.build(g.FullyConnected, activation=raw.activation(options))


def _pool_2d(kind: type[g.Pool2D]) -> Callable[[RawOp], Op]:
    def read(raw: RawOp) -> Op:
        options = raw.options(tflite.Pool2DOptions)
        raw.tensor(0, rank=4)
        window = raw.pair("window", options.FilterHeight(), options.FilterWidth())
        stride = raw.pair("stride", options.StrideH(), options.StrideW())
        return raw.build(
            kind,
            window=window,
            stride=stride,
            padding=_padding(raw, options, window, stride),
            activation=raw.activation(options),
        )

    return read


def _mean(raw: RawOp) -> Op:
    options = raw.options(tflite.ReducerOptions)
    axes = raw.axes(raw.integers(1), len(raw.tensor(0).shape))
    return raw.build(g.Mean, axes=axes, keep_dims=bool(options.KeepDims()))


def _binary(kind: type[g.BinaryOp], schema: Any) -> Callable[[RawOp], Op]:
    def read(raw: RawOp) -> Op:
        return raw.build(kind, activation=raw.activation(raw.options(schema)))

    return read


def _plain(kind: type[Op]) -> Callable[[RawOp], Op]:
    """Return a reader of an operator without attributes."""

    def read(raw: RawOp) -> Op:
        return raw.build(kind)

    return read


def _softmax(raw: RawOp) -> Op:
    return raw.build(g.Softmax, beta=float(raw.options(tflite.SoftmaxOptions).Beta()))


def _pad(raw: RawOp) -> Op:
    return raw.build(g.Pad, amounts=pairs(raw, 1, len(raw.tensor(0).shape)))


def _concatenation(raw: RawOp) -> Op:
    options = raw.options(tflite.ConcatenationOptions)
    if raw.activation(options) is not Activation.NONE:
        raise UnsupportedModelError(f"{raw} has a fused activation. Use an activation layer.")
    (axis,) = raw.axes((options.Axis(),), len(raw.tensor(0).shape))
    return raw.build(g.Concatenation, axis=axis)


_B = tflite.BuiltinOperator
PARSERS: dict[int, Parser] = {
    **MOVES,
    **ARITHMETIC,
    **STATEFUL,
    **VARIABLES,
    _B.CONV_2D: Parser(_conv_2d, 2, 3),
    _B.DEPTHWISE_CONV_2D: Parser(_depthwise_conv_2d, 2, 3),
    _B.FULLY_CONNECTED: Parser(_fully_connected, 2, 3),
    _B.AVERAGE_POOL_2D: Parser(_pool_2d(g.AveragePool2D)),
    _B.MAX_POOL_2D: Parser(_pool_2d(g.MaxPool2D)),
    _B.MEAN: Parser(_mean, 2, 2),
    _B.ADD: Parser(_binary(g.Add, tflite.AddOptions), 2, 2),
    _B.SUB: Parser(_binary(a.Sub, tflite.SubOptions), 2, 2),
    _B.MUL: Parser(_binary(a.Mul, tflite.MulOptions), 2, 2),
    _B.HARD_SWISH: Parser(_plain(a.HardSwish)),
    _B.ELU: Parser(_plain(a.Elu)),
    _B.RELU: Parser(_plain(g.Relu)),
    _B.RELU6: Parser(_plain(g.Relu6)),
    _B.LOGISTIC: Parser(_plain(g.Logistic)),
    _B.TANH: Parser(_plain(g.Tanh)),
    _B.QUANTIZE: Parser(_plain(g.Quantize)),
    _B.DEQUANTIZE: Parser(_plain(g.Dequantize)),
    _B.SOFTMAX: Parser(_softmax),
    _B.PAD: Parser(_pad, 2, 2),
    _B.CONCATENATION: Parser(_concatenation, 1, 1 << 10),
    _B.RESHAPE: Parser(_plain(g.Reshape), 1, 2),
    _B.SQUEEZE: Parser(_plain(g.Squeeze)),
    _B.EXPAND_DIMS: Parser(_plain(g.ExpandDims), 2, 2),
}
