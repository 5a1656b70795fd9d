"""Operators that remember: part of what they compute is kept for the next call.

A state is a tensor with `is_variable`; on reset it holds its zero point (int8) or zeros.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinyml_course.compiler.graph import ABSENT, Op, Tensor


@dataclass(frozen=True)
class StatefulOp(Op):
    """An operator that reads and rewrites the state tensors `states`."""

    @property
    def states(self) -> tuple[int, ...]:
        """Return the tensors kept from call to call."""
        raise NotImplementedError

    @property
    def parameters(self) -> tuple[int, ...]:
        """Return weights and biases, those absent left out."""
        raise NotImplementedError


@dataclass(frozen=True)
class Svdf(StatefulOp):
    """Filter features over time: a dense layer, then for each filter a window of past results.

    Attributes
    ----------
    rank : int
        Filters summed for one output.
    """

    kind = "SVDF"
    rank: int

    @property
    def bias(self) -> int | None:
        """The tensor of int32 biases, or None."""
        return None if self.inputs[3] == ABSENT else self.inputs[3]

    @property
    def states(self) -> tuple[int, ...]:
        """Return the window of past results, (1, filters * memory)."""
        return self.inputs[4:5]

    @property
    def parameters(self) -> tuple[int, ...]:
        """Return the weights of features and times, and the bias."""
        return tuple(index for index in self.inputs[1:4] if index != ABSENT)


class Gate(NamedTuple):
    """The tensors of one gate of an LSTM."""

    weights: int
    recurrent: int
    bias: int


@dataclass(frozen=True)
class Lstm(StatefulOp):
    """Run an LSTM layer over a sequence (1, T, C_IN); the cell is int16.

    Attributes
    ----------
    cell_clip : float
        Limit of the cell's magnitude; 0 for none.
    """

    kind = "UNIDIRECTIONAL_SEQUENCE_LSTM"
    cell_clip: float

    @property
    def states(self) -> tuple[int, ...]:
        """Return hidden state (int8) and cell state (int16), each (1, units)."""
        return self.inputs[18:20]

    @property
    def parameters(self) -> tuple[int, ...]:
        """Return the weights and biases of all gates."""
        others = (*self.inputs[1:18], *self.inputs[20:])
        return tuple(index for index in others if index != ABSENT)

    @property
    def input_gate(self) -> Gate:
        """Return the gate that lets new values in."""
        return self._gate(0)

    @property
    def forget_gate(self) -> Gate:
        """Return the gate that keeps the cell."""
        return self._gate(1)

    @property
    def cell_gate(self) -> Gate:
        """Return the gate that proposes new values."""
        return self._gate(2)

    @property
    def output_gate(self) -> Gate:
        """Return the gate that shows the cell."""
        return self._gate(3)

    def _gate(self, number: int) -> Gate:
        return Gate(self.inputs[1 + number], self.inputs[5 + number], self.inputs[12 + number])


def reset_values(state: Tensor) -> NDArray[Any]:
    """Return what a state holds before the first call: zeros, or int8 zero points, by default."""
    if state.initial is not None:
        return state.initial
    value = state.zero_point if state.dtype == np.int8 and state.quant is not None else 0
    return np.full(state.shape, value, state.dtype)
