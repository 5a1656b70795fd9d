"""An operator as the `.tflite` file has it, and checked ways to ask for what it says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import tflite

from tinyml_course.compiler.graph import Activation, Op, Tensor
from tinyml_course.errors import ModelError, UnsupportedModelError

MAX_EXTENT = 1 << 15
_ACTIVATIONS = {
    tflite.ActivationFunctionType.NONE: Activation.NONE,
    tflite.ActivationFunctionType.RELU: Activation.RELU,
    tflite.ActivationFunctionType.RELU_N1_TO_1: Activation.RELU_N1_TO_1,
    tflite.ActivationFunctionType.RELU6: Activation.RELU6,
}
_O = TypeVar("_O", bound=Op)


@dataclass(frozen=True)
class RawOp:
    """An operator as the file has it, and the tensors its indices point to."""

    index: int
    kind: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    tensors: Sequence[Tensor]
    table: Any

    def __str__(self) -> str:
        return f"op {self.index} ({self.kind})"

    def options(self, schema: Any) -> Any:
        """Return the operator's options, read by their class in the schema package."""
        expected = getattr(tflite.BuiltinOptions, schema.__name__)
        union = self.table.BuiltinOptions()
        if union is None or self.table.BuiltinOptionsType() != expected:
            raise ModelError(f"{self} has no {schema.__name__}. Convert the model again.")
        options = schema()
        options.Init(union.Bytes, union.Pos)
        return options

    def activation(self, options: Any) -> Activation:
        """Return the fused activation."""
        code = options.FusedActivationFunction()
        if code not in _ACTIVATIONS:
            raise UnsupportedModelError(
                f"{self} has fused activation {code}; none, RELU, RELU_N1_TO_1 and RELU6 are "
                "supported. Give the layer one of these, or an activation layer of its own."
            )
        return _ACTIVATIONS[code]

    def pair(self, what: str, height: int, width: int) -> tuple[int, int]:
        """Return (height, width) of a stride, dilation or window."""
        if not (1 <= height <= MAX_EXTENT and 1 <= width <= MAX_EXTENT):
            raise ModelError(f"{self} has {what} ({height}, {width}); each must be at least 1.")
        return height, width

    def tensor(self, position: int, rank: int | None = None) -> Tensor:
        """Return input `position`, which must have `rank` axes if that is given."""
        tensor = self.tensors[self.inputs[position]]
        if rank is not None and len(tensor.shape) != rank:
            raise ModelError(
                f"{self} reads {tensor} of shape {tensor.shape}; it takes {rank} axes there."
            )
        return tensor

    def integers(self, position: int, most: int = 16) -> tuple[int, ...]:
        """Return the values of a constant integer operand, flattened; `most` is their number."""
        tensor = self.tensor(position)
        if tensor.data is None or tensor.dtype not in (np.int32, np.int64):
            raise UnsupportedModelError(
                f"{self} takes {tensor} at run time; it must be constant integers. "
                "Convert the model with static shapes."
            )
        if tensor.size > most:
            raise ModelError(
                f"{self} reads {tensor.size:,} numbers from {tensor}, not up to {most}."
            )
        return tuple(int(value) for value in tensor.data.ravel())

    def integer(self, position: int) -> int:
        """Return the value of a constant operand that holds one integer."""
        values = self.integers(position)
        if len(values) != 1:
            raise ModelError(f"{self} has {values} where one number is needed.")
        return values[0]

    def axes(self, values: tuple[int, ...], rank: int) -> tuple[int, ...]:
        """Return axes counted from the front, in order, each once."""
        if any(not -rank <= axis < rank for axis in values):
            raise ModelError(f"{self} has axis {values} on a tensor with {rank} axes.")
        return tuple(sorted({axis % rank for axis in values}))

    def build(self, kind: type[_O], **attributes: Any) -> _O:
        """Make the dataclass."""
        return kind(index=self.index, inputs=self.inputs, outputs=self.outputs, **attributes)


@dataclass(frozen=True)
class Parser:
    """How to read one kind of operator, how many tensors it has, and which may be absent."""

    read: Callable[[RawOp], Op]
    min_inputs: int = 1
    max_inputs: int = 1
    optional: tuple[int, ...] = ()
    min_outputs: int = 1
