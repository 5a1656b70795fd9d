"""Operators that compute, beyond the common ones of `graph`: comparisons, curves, scaling."""

from __future__ import annotations

from dataclasses import dataclass

from tinyml_course.compiler.graph import BinaryOp, Op, Padding, UnaryOp, WeightedOp


@dataclass(frozen=True)
class Sub(BinaryOp):
    """Subtract the second tensor from the first."""

    kind = "SUB"


@dataclass(frozen=True)
class Mul(BinaryOp):
    """Multiply two tensors."""

    kind = "MUL"


@dataclass(frozen=True)
class Div(BinaryOp):
    """Divide the first tensor by the second."""

    kind = "DIV"


@dataclass(frozen=True)
class SquaredDifference(BinaryOp):
    """Square the difference of two tensors."""

    kind = "SQUARED_DIFFERENCE"


@dataclass(frozen=True)
class Maximum(BinaryOp):
    """Take the larger integer of two tensors; TFLM compares them as they are."""

    kind = "MAXIMUM"


@dataclass(frozen=True)
class Minimum(BinaryOp):
    """Take the smaller integer of two tensors; TFLM compares them as they are."""

    kind = "MINIMUM"


@dataclass(frozen=True)
class Prelu(BinaryOp):
    """Multiply what is below 0 by a slope of its own, the second tensor."""

    kind = "PRELU"


@dataclass(frozen=True)
class LeakyRelu(UnaryOp):
    """Multiply what is below 0 by `alpha`."""

    kind = "LEAKY_RELU"
    alpha: float


@dataclass(frozen=True)
class HardSwish(UnaryOp):
    """Map by x * clamp(x + 3, 0, 6) / 6."""

    kind = "HARD_SWISH"


@dataclass(frozen=True)
class Abs(UnaryOp):
    """Drop the sign."""

    kind = "ABS"


@dataclass(frozen=True)
class Elu(UnaryOp):
    """Map by exp(x) - 1 below 0, by x above."""

    kind = "ELU"


@dataclass(frozen=True)
class Table(UnaryOp):
    """Map by a table of our own, never in a file: several operators on single values in one.

    Attributes
    ----------
    entries : tuple of 256 int
        The results, from that of the least value up.
    """

    kind = "TABLE"
    entries: tuple[int, ...]


@dataclass(frozen=True)
class Relu0To1(UnaryOp):
    """Clamp to [0, 1]."""

    kind = "RELU_0_TO_1"


@dataclass(frozen=True)
class ReluN1To1(UnaryOp):
    """Clamp to [-1, 1]."""

    kind = "RELU_N1_TO_1"


@dataclass(frozen=True)
class Rsqrt(UnaryOp):
    """Map by 1 / sqrt(x); TFLM stops at an x below 0."""

    kind = "RSQRT"


@dataclass(frozen=True)
class Exp(UnaryOp):
    """Map by exp(x)."""

    kind = "EXP"


@dataclass(frozen=True)
class Log(UnaryOp):
    """Map by log(x)."""

    kind = "LOG"


@dataclass(frozen=True)
class Sqrt(UnaryOp):
    """Map by sqrt(x)."""

    kind = "SQRT"


@dataclass(frozen=True)
class Gelu(UnaryOp):
    """Map by x times the share of a normal distribution below x, perhaps approximated by tanh."""

    kind = "GELU"
    approximate: bool


@dataclass(frozen=True)
class BatchMatmul(Op):
    """Multiply the matrices in the last two axes of two tensors, each perhaps transposed."""

    kind = "BATCH_MATMUL"
    values = slice(None)
    transposed: tuple[bool, bool]


@dataclass(frozen=True)
class L2Normalization(Op):
    """Divide by the root of the sum of squares over the last axis."""

    kind = "L2_NORMALIZATION"


@dataclass(frozen=True)
class LogSoftmax(Op):
    """Take the logarithm of the softmax over the last axis."""

    kind = "LOG_SOFTMAX"


@dataclass(frozen=True)
class Reduction(Op):
    """Reduce over `axes`."""

    axes: tuple[int, ...]
    keep_dims: bool


@dataclass(frozen=True)
class Sum(Reduction):
    """Sum over `axes`."""

    kind = "SUM"


@dataclass(frozen=True)
class ReduceMax(Reduction):
    """Take the largest value over `axes`."""

    kind = "REDUCE_MAX"


@dataclass(frozen=True)
class ReduceMin(Reduction):
    """Take the smallest value over `axes`."""

    kind = "REDUCE_MIN"


@dataclass(frozen=True)
class ReduceProd(Reduction):
    """Multiply over `axes`: in shape arithmetic, where it folds away."""

    kind = "REDUCE_PROD"


@dataclass(frozen=True)
class ArgMax(Op):
    """Return the first index of the largest value along `axis`, int32."""

    kind = "ARG_MAX"
    axis: int


@dataclass(frozen=True)
class ArgMin(Op):
    """Return the first index of the smallest value along `axis`, int32."""

    kind = "ARG_MIN"
    axis: int


@dataclass(frozen=True)
class ResizeBilinear(Op):
    """Scale images, blending the four nearest pixels."""

    kind = "RESIZE_BILINEAR"
    align_corners: bool
    half_pixel: bool


@dataclass(frozen=True)
class TransposeConv(WeightedOp):
    """Spread each pixel over the output by weights (C_OUT, KH, KW, C_IN), and add up.

    Attributes
    ----------
    padding : Padding
        Rows and columns cut off the spread image.
    """

    kind = "TRANSPOSE_CONV"
    values = slice(1, None)
    stride: tuple[int, int]
    padding: Padding

    @property
    def input(self) -> int:
        """The images; the file puts the output's shape and the weights before them."""
        return self.inputs[2]

    @property
    def bias(self) -> int | None:
        """The tensor of int32 biases, or None."""
        return self.inputs[3] if len(self.inputs) > 3 and self.inputs[3] >= 0 else None
