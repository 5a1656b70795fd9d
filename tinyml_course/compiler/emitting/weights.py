"""Weights and biases as the C kernels want them: packed, padded, zero points folded away.

Everything here is exact. The input's zero point moves into the bias; filters that cannot reach the
output become zero; weights of two channels share words (`tinyml_filters` in `tinyml_kernels.h`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinyml_course.compiler import graph as g
from tinyml_course.compiler.graph import Graph
from tinyml_course.compiler.numerics.quantization import (
    activation_range,
    weighted_multiplier,
    wrap_int32,
)
from tinyml_course.errors import UnsupportedModelError

GROUP = 4
"""Inputs that share words: their number is rounded up to a multiple of it."""
_MAX_LEFT_SHIFT = 30
_DOUBLED_TWICE = 1 << 29
"""Sums below this, doubled twice, are int32."""
_HARMLESS_MULTIPLIER, _HARMLESS_SHIFT = 1 << 30, 2


@dataclass(frozen=True, eq=False)
class Filters:
    """The weights of a layer, one row a filter, and all that follows the sum.

    Attributes
    ----------
    weights : int8 array, (C_OUT, K)
    bias : int32 array, (C_OUT,)
        What a sum starts from, the input's zero point folded in.
    multiplier : int32 array, (C_OUT,) or (1,)
        Q0.31, at least 2^30.
    shift : int8 array, like `multiplier`
        Bits to the right; below 0 to the left.
    """

    weights: NDArray[np.int8]
    bias: NDArray[np.int32]
    multiplier: NDArray[np.int32]
    shift: NDArray[np.int8]
    zero_point: int
    minimum: int
    maximum: int

    def with_own_multipliers(self) -> Filters:
        """Return the same with a multiplier and a shift for each filter."""
        channels = len(self.weights)
        return replace(
            self,
            multiplier=np.broadcast_to(self.multiplier, channels),
            shift=np.broadcast_to(self.shift, channels),
        )

    @property
    def rounding(self) -> str:
        """What fast kernels may rely on, as `tinyml_kernels.h` names it."""
        limits = (self.minimum, self.maximum)
        return rounding(int(self.shift.min()), int(self.shift.max()), limits, self.zero_point)

    @property
    def rounding_of_most(self) -> str:
        """What kernels that go channel by channel may rely on, but for channels of small shifts."""
        limits = (self.minimum, self.maximum)
        least = max(2, int(self.shift.min()))
        return rounding(least, max(least, int(self.shift.max())), limits, self.zero_point)

    @property
    def mixed(self) -> str:
        """How channels differ from `rounding_of_most`, as `tinyml_depthwise.h` names it.

        A product that shifts by less than 2 may be doubled and shift by more, the same number,
        where that is far from 2^31, and where halves, if it has any, round as others do.
        """
        if self.rounding_of_most == self.rounding:
            return "TINYML_ALL_SHIFT"
        least = 0 if self.rounding_of_most == "TINYML_RECTIFIED" else 1
        bound = np.abs(self.bias.astype(np.int64)).max() + 128 * 128 * self.weights.shape[1]
        doubles = self.shift.min() >= least and bound < _DOUBLED_TWICE
        return "TINYML_SOME_LESS" if doubles else "TINYML_SOME_LEFT"


@dataclass(frozen=True, eq=False)
class PackedWeights:
    """Weights in the words of the kernels.

    Attributes
    ----------
    words : uint32 array, (C_OUT / block, K / 4, 2, block / 2)
        C_OUT and K rounded up.
    depth : int
        K, rounded up to a multiple of its group.
    borrowed : bool
        Whether half words (a, b) stand for a + 256 * b.
    """

    words: NDArray[np.uint32]
    depth: int
    borrowed: bool


def rounding(
    least_shift: int, greatest_shift: int, limits: tuple[int, int], zero_point: int
) -> str:
    """Return the rounding of an output stage with shifts in this range."""
    if least_shift < 2 or greatest_shift > 31 or limits != (-128, 127):
        return "TINYML_GENERAL"
    return "TINYML_RECTIFIED" if zero_point == -128 else "TINYML_SIGNED"


def fold(graph: Graph, op: g.WeightedOp, weights: NDArray[np.int8]) -> Filters:
    """Gather what a layer with `weights` (C_OUT, K) computes with.

    Raises
    ------
    UnsupportedModelError
        The layer multiplies its sums by 2^30 or more.
    """
    output = graph.tensors[op.output]
    factor = weighted_multiplier(graph, op)
    if factor.shift.max() > _MAX_LEFT_SHIFT:
        raise UnsupportedModelError(
            f"{op} has an output scale of {output.scale:g}, too small beside its input and "
            "weights. Calibrate the quantization on data like that of the task."
        )
    bias = np.zeros(len(weights), np.int32) if op.bias is None else graph.tensors[op.bias].values
    vanishing = np.broadcast_to(factor.value == 0, len(weights))
    weights = np.where(vanishing[:, None], 0, weights).astype(np.int8)
    offset = graph.tensors[op.input].zero_point * weights.sum(axis=1, dtype=np.int64)
    bias = np.where(vanishing, 0, bias.astype(np.int64).ravel() - offset)
    minimum, maximum = activation_range(op.activation, output)
    return Filters(
        weights,
        wrap_int32(bias),
        np.where(factor.value == 0, _HARMLESS_MULTIPLIER, factor.value).astype(np.int32),
        np.where(factor.value == 0, _HARMLESS_SHIFT, -factor.shift).astype(np.int8),
        output.zero_point,
        minimum,
        maximum,
    )


def pack(weights: NDArray[np.int8], block: int, group: int = GROUP) -> PackedWeights:
    """Put weights (C_OUT, K) into words, `block` channels and `group` inputs side by side."""
    filters, inputs = weights.shape
    padded = np.pad(weights, ((0, -filters % block), (0, -inputs % group)))
    even, odd = padded[0::2].astype(np.int32), padded[1::2].astype(np.int32)
    borrowed = _sums_separate(even, odd)
    if borrowed:
        odd = odd - (even < 0)
    pairs = np.stack([even, odd], axis=-1).astype(np.int8)  # (C_OUT / 2, K, 2)
    # Inputs k and k + 2 share a word: (C_OUT / 2, K / 4, 2 of +2, 2 of +1, 2) with middle swapped.
    in_words = pairs.reshape(len(pairs), -1, 2, 2, 2).swapaxes(2, 3).reshape(len(pairs), -1)
    words = in_words.view("<u4").astype(np.uint32)  # (C_OUT / 2, K / 2)
    blocked = words.reshape(len(padded) // block, block // 2, -1, 2).transpose(0, 2, 3, 1)
    return PackedWeights(np.ascontiguousarray(blocked), padded.shape[1], borrowed)


def stream(filters: Filters, packed: PackedWeights) -> NDArray[np.uint32]:
    """Put the weights of each two channels between what comes before and after their sum.

    Returns
    -------
    uint32 array, (C_OUT / 2, K / 2 + 6)
        Bias of a, weights, doubled multiplier and shift of a, bias, doubled multiplier and shift of
        b.
    """
    words = packed.words.reshape(len(packed.words), -1)
    missing = 2 * len(words) - len(filters.bias)

    def column(values: NDArray[Any], filler: int) -> NDArray[np.uint32]:
        padded = np.pad(values.astype(np.int32), (0, missing), constant_values=filler)
        return padded.view(np.uint32).reshape(-1, 2)

    bias = column(filters.bias, 0)
    multiplier = 2 * column(filters.multiplier, _HARMLESS_MULTIPLIER)
    shift = column(filters.shift, _HARMLESS_SHIFT)
    a, b = (np.stack([multiplier[:, i], shift[:, i]], axis=1) for i in (0, 1))
    return np.concatenate([bias[:, :1], words, a, bias[:, 1:], b], axis=1)


def _sums_separate(even: NDArray[Any], odd: NDArray[Any]) -> bool:
    """Whether sums of a + 256 * b stay in 32 bits, and b in 8 bits once it has lent one to a."""
    largest = int(np.abs(even + 256 * odd).sum(axis=1, dtype=np.int64).max()) * 128
    return largest < 1 << 31 and not ((odd == -128) & (even < 0)).any()
