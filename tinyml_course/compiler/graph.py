"""The graph of a quantized network: tensors, and one frozen dataclass for each operator.

The common operators are here; those that only move values are in `moves`, the other ones in
`arithmetic`.

`tflite.read_model` turns the bytes of a `.tflite` file into a `Graph`; every later step (oracle,
memory plan, code generation) reads this graph and never the file. All attributes are resolved on
the way in: padding is a number of taps, axes are non-negative, shapes are static.

Dispatch on an operator is by its type: `TABLE[type(op)](graph, op)`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

ABSENT = -1
"""The tensor index that stands for an optional input which is not there."""

_NAME_LENGTH = 60


@dataclass(frozen=True, eq=False)
class QuantParams:
    """The affine map between a tensor's integers q and its real values: scale * (q - zero_point).

    Attributes
    ----------
    scale : float32 array, (1,) or (channels,)
        One step of the integer grid; real units per step.
    zero_point : int32 array, same shape as `scale`
        The integer that stands for 0.0.
    axis : int
        The tensor axis the channels run along; 0 where there is one scale for the whole tensor.
    """

    scale: NDArray[np.float32]
    zero_point: NDArray[np.int32]
    axis: int = 0

    @property
    def per_channel(self) -> bool:
        """Whether the channels have scales of their own."""
        return self.scale.size > 1


@dataclass(frozen=True, eq=False)
class Tensor:
    """One array of the network: a constant if `data` is there, else an activation.

    Attributes
    ----------
    index : int
        Its place in `Graph.tensors`, and in the file.
    shape : tuple of int
        The static shape, the batch of 1 included.
    data : ndarray of `dtype` and `shape`, read-only, or None
    is_variable : bool
        Whether the values stay from call to call: a state.
    initial : ndarray of `dtype` and `shape`, or None
        What a state holds before the first call; its zero point where nothing is said.
    """

    index: int
    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    quant: QuantParams | None
    data: NDArray[Any] | None = None
    is_variable: bool = False
    initial: NDArray[Any] | None = None

    def __str__(self) -> str:
        name = self.name if len(self.name) <= _NAME_LENGTH else f"...{self.name[-_NAME_LENGTH:]}"
        return f"tensor {self.index} ({name!r}, {self.dtype})"

    @property
    def size(self) -> int:
        """The number of elements."""
        return math.prod(self.shape)

    @property
    def nbytes(self) -> int:
        """The bytes the elements take."""
        return self.size * self.dtype.itemsize

    @property
    def is_constant(self) -> bool:
        """Whether the values are known before the network runs."""
        return self.data is not None

    @property
    def values(self) -> NDArray[Any]:
        """The elements of a constant."""
        assert self.data is not None
        return self.data

    @property
    def scale(self) -> np.float32:
        """The scale of a tensor quantized as a whole."""
        assert self.quant is not None and not self.quant.per_channel
        return np.float32(self.quant.scale[0])

    @property
    def zero_point(self) -> int:
        """The zero point of a tensor quantized as a whole."""
        assert self.quant is not None and not self.quant.per_channel
        return int(self.quant.zero_point[0])


class Activation(Enum):
    """The clamp fused into an operator, by its real-valued limits."""

    NONE = (-math.inf, math.inf)
    RELU = (0.0, math.inf)
    RELU_N1_TO_1 = (-1.0, 1.0)
    RELU_0_TO_1 = (0.0, 1.0)
    RELU6 = (0.0, 6.0)


class Padding(NamedTuple):
    """Rows and columns of padding around an image."""

    top: int = 0
    bottom: int = 0
    left: int = 0
    right: int = 0


@dataclass(frozen=True)
class Op:
    """What every operator has: its index in the file, and the tensors it reads and writes.

    `kind` is the operator's name in the TFLite schema. `values` are the places among its inputs
    of tensors whose values flow through; the others (axes, shapes) are attributes by now. An
    optional input that is not there is `ABSENT`.
    """

    kind: ClassVar[str]
    values: ClassVar[slice] = slice(0, 1)
    index: int
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]

    @property
    def input(self) -> int:
        """The first tensor whose values are read."""
        return self.inputs[self.values][0]

    @property
    def output(self) -> int:
        """The first tensor written."""
        return self.outputs[0]

    def __str__(self) -> str:
        return f"op {self.index} ({self.kind})"


@dataclass(frozen=True)
class WeightedOp(Op):
    """An operator with inputs (activations, weights, bias); the bias may be absent."""

    values = slice(None)
    activation: Activation

    @property
    def weights(self) -> int:
        """The tensor of weights."""
        return self.inputs[1]

    @property
    def bias(self) -> int | None:
        """The tensor of int32 biases, or None."""
        present = len(self.inputs) > 2 and self.inputs[2] != ABSENT
        return self.inputs[2] if present else None


@dataclass(frozen=True)
class Conv2D(WeightedOp):
    """Convolve images (N, H, W, C_IN) with weights (C_OUT, KH, KW, C_IN)."""

    kind = "CONV_2D"
    stride: tuple[int, int]
    dilation: tuple[int, int]
    padding: Padding


@dataclass(frozen=True)
class DepthwiseConv2D(WeightedOp):
    """Convolve each channel by itself; weights (1, KH, KW, C_IN * multiplier)."""

    kind = "DEPTHWISE_CONV_2D"
    stride: tuple[int, int]
    dilation: tuple[int, int]
    padding: Padding
    multiplier: int


@dataclass(frozen=True)
class FullyConnected(WeightedOp):
    """Multiply rows (..., C_IN) by weights (C_OUT, C_IN)."""

    kind = "FULLY_CONNECTED"


@dataclass(frozen=True)
class Pool2D(Op):
    """Reduce each channel of (N, H, W, C) over a sliding window."""

    window: tuple[int, int]
    stride: tuple[int, int]
    padding: Padding
    activation: Activation


@dataclass(frozen=True)
class AveragePool2D(Pool2D):
    """Average over the part of the window that lies on the image."""

    kind = "AVERAGE_POOL_2D"


@dataclass(frozen=True)
class MaxPool2D(Pool2D):
    """Take the largest value of the window."""

    kind = "MAX_POOL_2D"


@dataclass(frozen=True)
class Mean(Op):
    """Average over `axes`."""

    kind = "MEAN"
    axes: tuple[int, ...]
    keep_dims: bool


@dataclass(frozen=True)
class BinaryOp(Op):
    """Combine two tensors element by element, with NumPy's broadcasting."""

    values = slice(None)
    activation: Activation


@dataclass(frozen=True)
class Add(BinaryOp):
    """Add two tensors of different scales."""

    kind = "ADD"


@dataclass(frozen=True)
class UnaryOp(Op):
    """Map every element by a function of its value alone: a 256-entry table in int8."""


@dataclass(frozen=True)
class Relu(UnaryOp):
    """Clamp to [0, inf)."""

    kind = "RELU"


@dataclass(frozen=True)
class Relu6(UnaryOp):
    """Clamp to [0, 6]."""

    kind = "RELU6"


@dataclass(frozen=True)
class Logistic(UnaryOp):
    """Map by 1 / (1 + exp(-x))."""

    kind = "LOGISTIC"


@dataclass(frozen=True)
class Tanh(UnaryOp):
    """Map by tanh(x)."""

    kind = "TANH"


@dataclass(frozen=True)
class Quantize(UnaryOp):
    """Bring float32 to integers, or integers from one scale to another."""

    kind = "QUANTIZE"


@dataclass(frozen=True)
class Dequantize(UnaryOp):
    """Bring integers to float32."""

    kind = "DEQUANTIZE"


@dataclass(frozen=True)
class Softmax(Op):
    """Normalize exp(beta * x) over the last axis."""

    kind = "SOFTMAX"
    beta: float


@dataclass(frozen=True)
class Pad(Op):
    """Surround a tensor with its own zero point.

    Attributes
    ----------
    amounts : tuple of (before, after), one pair an axis
    """

    kind = "PAD"
    amounts: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Concatenation(Op):
    """Join tensors along `axis`."""

    kind = "CONCATENATION"
    values = slice(None)
    axis: int


@dataclass(frozen=True)
class AliasOp(Op):
    """Give the same bytes another shape: nothing to compute."""


@dataclass(frozen=True)
class Reshape(AliasOp):
    """Give the elements another shape."""

    kind = "RESHAPE"


@dataclass(frozen=True)
class Squeeze(AliasOp):
    """Drop axes of length 1."""

    kind = "SQUEEZE"


@dataclass(frozen=True)
class ExpandDims(AliasOp):
    """Insert an axis of length 1."""

    kind = "EXPAND_DIMS"


@dataclass(frozen=True, eq=False)
class Graph:
    """A network ready to plan and compile: operators in an order in which they can run.

    Attributes
    ----------
    inputs, outputs : tuple of int
        Tensor indices, in the order of the file.
    sha256 : str
        Hexadecimal digest of the `.tflite` bytes the graph was read from.
    """

    name: str
    tensors: Sequence[Tensor]
    ops: tuple[Op, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    sha256: str

    @property
    def given(self) -> tuple[int, ...]:
        """The inputs that are there before the first operator runs: those that none takes in."""
        taken_in = {index for op in self.ops for index in op.outputs}
        return tuple(index for index in self.inputs if index not in taken_in)

    @property
    def variables(self) -> tuple[int, ...]:
        """The tensors kept from call to call."""
        return tuple(tensor.index for tensor in self.tensors if tensor.is_variable)

    def read_by(self, op: Op) -> Iterator[Tensor]:
        """Yield the tensors an operator reads, those absent left out."""
        return (self.tensors[index] for index in op.inputs if index != ABSENT)

    def values_of(self, op: Op) -> list[Tensor]:
        """Return the tensors whose values flow through an operator; axes and shapes left out."""
        return [self.tensors[index] for index in op.inputs[op.values] if index != ABSENT]

    def written_by(self, op: Op) -> Iterator[Tensor]:
        """Yield the tensors an operator writes."""
        return (self.tensors[index] for index in op.outputs)
