"""What operators make of real numbers, in float32 as TFLite Micro's kernels compute them.

The converter leaves some operators in float32 between a DEQUANTIZE and a QUANTIZE. On single
values they are curves, and end up in tables (see `fold_curves`); nothing here runs on a board.

Functions of libm are computed in double and rounded once to float32. glibc's and newlib's are
within a unit of the last place of that, so that a table may differ from what a board's libm would
give where a result lies that close to the middle between two integers of the grid.

References
----------
TFLM, `tensorflow/lite/micro/kernels/{elementwise,neg,ceil,floor,round,exp}.cc`; TensorFlow Lite,
`tensorflow/lite/kernels/{gelu,exp,elementwise,pow}.cc` and `internal/reference/`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinyml_course.compiler import arithmetic as a
from tinyml_course.compiler import choices as c
from tinyml_course.compiler import graph as g
from tinyml_course.compiler import moves as m
from tinyml_course.compiler.graph import BinaryOp, Op, UnaryOp

Reals = NDArray[np.float32]
_ONE, _HALF = np.float32(1), np.float32(0.5)
_ROOT_HALF = np.float32(math.sqrt(0.5))
_GELU_SLOPE = np.float32(math.sqrt(2 / math.pi))


@dataclass(frozen=True)
class RealOp(UnaryOp):
    """A curve of real numbers that has no integer kernel."""


@dataclass(frozen=True)
class Neg(RealOp):
    """Turn the sign."""

    kind = "NEG"


@dataclass(frozen=True)
class Square(RealOp):
    """Multiply by itself."""

    kind = "SQUARE"


@dataclass(frozen=True)
class Sin(RealOp):
    """Take the sine."""

    kind = "SIN"


@dataclass(frozen=True)
class Cos(RealOp):
    """Take the cosine."""

    kind = "COS"


@dataclass(frozen=True)
class Floor(RealOp):
    """Round down."""

    kind = "FLOOR"


@dataclass(frozen=True)
class Ceil(RealOp):
    """Round up."""

    kind = "CEIL"


@dataclass(frozen=True)
class Round(RealOp):
    """Round to the nearest, from the middle to the even one."""

    kind = "ROUND"


@dataclass(frozen=True)
class Sign(RealOp):
    """Take -1, 0 or 1."""

    kind = "SIGN"


@dataclass(frozen=True)
class Power(BinaryOp):
    """Raise the first tensor to the second."""

    kind = "POW"


REAL_OPS: tuple[type[Op], ...] = (Neg, Square, Sin, Cos, Floor, Ceil, Round, Sign, Power)
"""The operators that have float32 arithmetic alone."""


def _rounded(function: Callable[..., Any]) -> Callable[..., Reals]:
    """Return a function of float32 that is computed in double and rounded once."""

    def real(*operands: Reals) -> Reals:
        result: Reals = function(*(x.astype(np.float64) for x in operands)).astype(np.float32)
        return result

    return real


exp, log, tanh = _rounded(np.exp), _rounded(np.log), _rounded(np.tanh)
_expm1, _erfc = _rounded(np.expm1), _rounded(np.vectorize(math.erfc, otypes=[np.float64]))


def gelu(x: Reals, approximate: bool) -> Reals:
    """Return x times the normal distribution's share below x."""
    if approximate:
        inner = x + np.float32(0.044715) * x * x * x
        return _HALF * x * (_ONE + tanh(_GELU_SLOPE * inner))
    curve: Reals = _HALF * x * _erfc(x * -_ROOT_HALF)
    return curve


def _logistic(x: Reals) -> Reals:
    # TFLM's limits, beyond which the result is 1, or exp(x).
    middle = _ONE / (_ONE + exp(-x))
    return np.where(x > 16.619047, _ONE, np.where(x < -9.0, exp(x), middle))


def _elu(x: Reals) -> Reals:
    return np.where(x < 0, _expm1(x), x)


def _hard_swish(x: Reals) -> Reals:
    six = np.float32(6)
    curve: Reals = x * np.clip(x + np.float32(3), np.float32(0), six) / six
    return curve


def _clamped(x: Reals, activation: g.Activation) -> Reals:
    low, high = (np.float32(limit) for limit in activation.value)
    clamped: Reals = np.minimum(np.maximum(x, low), high)
    return clamped


def _plain(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return what computes an operator that has no attribute but its activation."""

    def compute(op: Op, *operands: NDArray[Any]) -> NDArray[Any]:
        result = function(*operands)
        return _clamped(result, op.activation) if isinstance(op, BinaryOp) else result

    return compute


def _clamp(activation: g.Activation) -> Callable[..., Reals]:
    return lambda op, x: _clamped(x, activation)


def _choice(function: Callable[..., Any]) -> Callable[..., NDArray[Any]]:
    return lambda op, *operands: function(*operands)


REALS: dict[type[Op], Callable[..., NDArray[Any]]] = {
    Neg: _plain(np.negative),
    Square: _plain(np.square),
    Sin: _plain(_rounded(np.sin)),
    Cos: _plain(_rounded(np.cos)),
    Floor: _plain(np.floor),
    Ceil: _plain(np.ceil),
    Round: _plain(np.rint),
    Sign: _plain(np.sign),
    Power: _plain(_rounded(np.power)),
    a.Exp: _plain(exp),
    a.Log: _plain(log),
    a.Sqrt: _plain(np.sqrt),
    a.Rsqrt: _plain(lambda x: _ONE / np.sqrt(x)),
    a.Abs: _plain(np.abs),
    a.Elu: _plain(_elu),
    a.Gelu: lambda op, x: gelu(x, op.approximate),
    a.HardSwish: _plain(_hard_swish),
    a.LeakyRelu: lambda op, x: np.where(x > 0, x, x * np.float32(op.alpha)),
    g.Logistic: _plain(_logistic),
    g.Tanh: _plain(tanh),
    g.Relu: _clamp(g.Activation.RELU),
    g.Relu6: _clamp(g.Activation.RELU6),
    a.Relu0To1: _clamp(g.Activation.RELU_0_TO_1),
    a.ReluN1To1: _clamp(g.Activation.RELU_N1_TO_1),
    g.Add: _plain(np.add),
    a.Sub: _plain(np.subtract),
    a.Mul: _plain(np.multiply),
    a.Div: _plain(np.divide),
    a.Maximum: _plain(np.maximum),
    a.Minimum: _plain(np.minimum),
    c.Equal: _choice(np.equal),
    c.NotEqual: _choice(np.not_equal),
    c.Greater: _choice(np.greater),
    c.GreaterEqual: _choice(np.greater_equal),
    c.Less: _choice(np.less),
    c.LessEqual: _choice(np.less_equal),
    c.LogicalAnd: _choice(np.logical_and),
    c.LogicalOr: _choice(np.logical_or),
    c.LogicalNot: _choice(np.logical_not),
    c.SelectV2: _choice(np.where),
    c.Select: _choice(np.where),
    m.Cast: _choice(np.float32),
}
"""What each operator computes from float32 and bool operands: (op, *operands) to its output."""
