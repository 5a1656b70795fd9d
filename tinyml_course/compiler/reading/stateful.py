"""Turn the option tables of the operators in `stateful` into their dataclasses."""

from __future__ import annotations

import tflite

from tinyml_course.compiler import stateful as s
from tinyml_course.compiler.graph import ABSENT, Op
from tinyml_course.compiler.reading.raw_op import Parser, RawOp
from tinyml_course.errors import ModelError, UnsupportedModelError


def _svdf(raw: RawOp) -> Op:
    rank = raw.options(tflite.SVDFOptions).Rank()
    filters, _ = raw.tensor(1, rank=2).shape
    if rank < 1 or filters % rank:
        raise ModelError(f"{raw} has rank {rank} for {filters} filters; not a divisor.")
    raw.tensor(2, rank=2)
    return raw.build(s.Svdf, rank=rank)


def _lstm(raw: RawOp) -> Op:
    options = raw.options(tflite.UnidirectionalSequenceLSTMOptions)
    extras = (*raw.inputs[9:12], *raw.inputs[16:18], *raw.inputs[20:])
    if options.TimeMajor() or options.ProjClip() or any(index != ABSENT for index in extras):
        raise UnsupportedModelError(
            f"{raw} is time-major or has peepholes, a projection or layer normalization. "
            "Use keras.layers.LSTM as it is."
        )
    if options.FusedActivationFunction() != tflite.ActivationFunctionType.TANH:
        raise UnsupportedModelError(f"{raw} has another activation than tanh. Use tanh.")
    needed = (*raw.inputs[1:9], *raw.inputs[12:16], *raw.inputs[18:20])
    if ABSENT in needed:
        raise UnsupportedModelError(f"{raw} lacks a gate. Use keras.layers.LSTM as it is.")
    for position in range(1, 9):
        raw.tensor(position, rank=2)
    raw.tensor(0, rank=3)
    return raw.build(s.Lstm, cell_clip=float(options.CellClip()))


_B = tflite.BuiltinOperator
STATEFUL: dict[int, Parser] = {
    _B.SVDF: Parser(_svdf, 5, 5, optional=(3,)),
    _B.UNIDIRECTIONAL_SEQUENCE_LSTM: Parser(_lstm, 20, 24, optional=tuple(range(24))),
}
