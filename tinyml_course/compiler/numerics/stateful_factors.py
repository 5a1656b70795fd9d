"""The factors of operators that remember, for the oracle and the generated C alike.

References
----------
TFLM, `tensorflow/lite/micro/kernels/svdf_common.cc` and `lstm_eval.h`, `lstm_eval_common.cc`.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from tinyml_course.compiler import stateful as s
from tinyml_course.compiler.graph import Graph, Tensor
from tinyml_course.compiler.numerics.quantization import Multiplier, quantize_multiplier

CURVE_SCALE = 2.0**-15
"""Scale of what a sigmoid or tanh gives."""
GATE_POWER = -12
"""A gate's curve is applied to integers of scale 2^GATE_POWER."""
_GATE_SCALE = np.float32(2.0**GATE_POWER)


class SvdfFactors(NamedTuple):
    """The factors of an SVDF: from a product to the state, from the weighed window on."""

    to_state: Multiplier
    to_output: Multiplier


class LstmFactors(NamedTuple):
    """The factors of an LSTM behind its gates.

    Attributes
    ----------
    forget, take, show : Multiplier
        What the cell keeps and takes on, and what the hidden state shows of it.
    cell_limit : int
        Limit of the cell's magnitude; 0 for none.
    cell_power : int
        The cell's scale is 2^cell_power.
    """

    forget: Multiplier
    take: Multiplier
    show: Multiplier
    cell_limit: int
    cell_power: int


def svdf_factors(graph: Graph, op: s.Svdf) -> SvdfFactors:
    """Return the factors of an SVDF, worked out in double."""
    source, target, window = (graph.tensors[i] for i in (op.input, op.output, op.states[0]))
    features, times = graph.tensors[op.inputs[1]], graph.tensors[op.inputs[2]]
    return SvdfFactors(_factor(source, features, window), _factor(window, times, target))


def _factor(x: Tensor, y: Tensor, product: Tensor) -> Multiplier:
    """Return the factor from a product of two tensors to the scale of a third."""
    return quantize_multiplier(float(x.scale) * float(y.scale) / float(product.scale))


def lstm_factors(graph: Graph, op: s.Lstm) -> LstmFactors:
    """Return what an LSTM computes with once its gates are open."""
    shown, kept = (graph.tensors[index] for index in op.states)
    return LstmFactors(
        quantize_multiplier(CURVE_SCALE),
        quantize_multiplier(CURVE_SCALE**2 / float(kept.scale)),
        quantize_multiplier(CURVE_SCALE**2 / float(shown.scale)),
        int(min(op.cell_clip / float(kept.scale), 32767.0)),
        round(math.log2(float(kept.scale))),
    )


def gate_factor(source: Tensor, weights: Tensor) -> Multiplier:
    """Return the factor from a dense layer's sums to what a gate's curve is applied to."""
    return quantize_multiplier(np.float64(source.scale * weights.scale) / np.float64(_GATE_SCALE))
