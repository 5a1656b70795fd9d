"""The rules a supported operator keeps; together they are the page of supported operators.

A rule is a function that returns what breaks it, or None. Its docstring is the sentence the user
reads, in the error and on the page, and so says what to do.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from tinyml_course.compiler import arithmetic as a
from tinyml_course.compiler import choices as c
from tinyml_course.compiler import graph as g
from tinyml_course.compiler import moves as m
from tinyml_course.compiler import stateful as s
from tinyml_course.compiler import variables as v
from tinyml_course.compiler.graph import Graph, Op, Tensor
from tinyml_course.compiler.numerics import reals as r
from tinyml_course.compiler.reading.rules_choices import (
    chosen_types,
    compared_int8,
    one_shape,
    only_bool,
    real_curve,
    tame_quotient,
)
from tinyml_course.compiler.reading.shapes import output_shapes
from tinyml_course.errors import ModelError, UnsupportedModelError

Rule = Callable[[Graph, Op], str | None]
_MOVED_TYPES = (np.int8, np.uint8, np.int16, np.int32, np.float32, np.bool_)


def check_op(graph: Graph, op: Op) -> None:
    """Check one operator against its rules and the shapes of its tensors.

    Raises
    ------
    UnsupportedModelError
        A rule of its kind is broken; the message is what was found and the rule's sentence.
    ModelError
        The shapes of its tensors contradict each other.
    """
    for tensor in (*graph.values_of(op), *graph.written_by(op)):
        if not tensor.size:
            raise ModelError(f"{op} uses {tensor} of shape {tensor.shape}: empty.")
    check_rules(graph, op)
    expected = output_shapes(graph, op)
    written = tuple(tensor.shape for tensor in graph.written_by(op))
    if expected != written:
        shapes = ", ".join(str(tensor.shape) for tensor in graph.values_of(op))
        gives = "is impossible" if expected is None else f"gives {', '.join(map(str, expected))}"
        raise ModelError(
            f"{op} writes shape {', '.join(map(str, written))}, but reading {shapes} {gives}. "
            "Convert the model again."
        )


def check_rules(graph: Graph, op: Op) -> None:
    """Check one operator against the rules of its kind alone."""
    for rule in RULES.get(type(op), ()):  # a table of our own keeps none
        if found := rule(graph, op):
            raise UnsupportedModelError(f"{op} {found}. {sentence(rule)}")


def sentence(rule: Rule) -> str:
    """Return what a rule tells the user."""
    return " ".join((rule.__doc__ or "").split())


def _activations(graph: Graph, op: Op) -> list[Tensor]:
    """Return what flows in and out, weights and bias left out."""
    values = graph.values_of(op)
    read = [graph.tensors[op.input]] if isinstance(op, g.WeightedOp) else values
    return [*read, *graph.written_by(op)]


def no_hybrid(graph: Graph, op: Op) -> str | None:
    """Quantize activations too: tc.quantize_int8, or a representative_dataset in the converter."""
    assert isinstance(op, g.WeightedOp)
    source, weights = graph.tensors[op.input], graph.tensors[op.weights]
    if source.dtype == np.float32 and weights.is_constant and weights.dtype == np.int8:
        return f"has int8 weights but reads {source}"
    return None


def no_float32(graph: Graph, op: Op) -> str | None:
    """Quantize float32 models: tc.quantize_int8, or Optimize.DEFAULT and representative_dataset."""
    return _found_activation(graph, op, np.float32)


def no_int16(graph: Graph, op: Op) -> str | None:
    """Replace 16x8 by int8: supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8] converts so."""
    return _found_activation(graph, op, np.int16)


def _found_activation(graph: Graph, op: Op, dtype: type[np.generic]) -> str | None:
    for tensor in _activations(graph, op):
        if tensor.dtype == dtype:
            return f"uses {tensor}"
    return None


def no_float16(graph: Graph, op: Op) -> str | None:
    """Take tf.float16 out of supported_types and set a representative_dataset; convert again."""
    for tensor in graph.values_of(op):
        if tensor.dtype == np.float16:
            return f"reads {tensor}"
    return None


def int8_activations(graph: Graph, op: Op) -> str | None:
    """Keep activations int8: quantize the whole model to full integers with tc.quantize_int8."""
    for tensor in _activations(graph, op):
        if tensor.dtype != np.int8:
            return f"uses {tensor}"
    return None


def one_scale(graph: Graph, op: Op) -> str | None:
    """Quantize each activation with one scale, its zero point within its integer type."""
    for tensor in _activations(graph, op):
        if tensor.dtype == np.float32:
            continue
        if tensor.dtype == np.bool_:
            return f"uses {tensor}"
        if tensor.quant is None:
            return f"uses {tensor}, which has no quantization"
        if tensor.quant.per_channel:
            return f"uses {tensor}, which has {tensor.quant.scale.size} scales"
        limits = np.iinfo(tensor.dtype)
        if not limits.min <= tensor.zero_point <= limits.max:
            return f"uses {tensor} with zero point {tensor.zero_point}"
    return None


def int8_weights(graph: Graph, op: Op) -> str | None:
    """Make weights constant, int8 and symmetric: zero point 0, one scale or one a filter."""
    assert isinstance(op, g.WeightedOp)
    weights = graph.tensors[op.weights]
    if not weights.is_constant:
        return f"takes its weights, {weights}, at run time"
    if weights.dtype != np.int8 or weights.quant is None:
        return f"has weights {weights}"
    if weights.quant.zero_point.any():
        return f"has weights with zero point {weights.quant.zero_point.max()}"
    axis, scales = _filter_axis(op), weights.quant.scale.size
    if weights.quant.per_channel and (weights.quant.axis, scales) != (axis, weights.shape[axis]):
        return (
            f"has weights of shape {weights.shape} with {scales} scales along axis "
            f"{weights.quant.axis}, not along axis {axis}"
        )
    return None


def _filter_axis(op: g.WeightedOp) -> int:
    return 3 if isinstance(op, g.DepthwiseConv2D) else 0


def int32_bias(graph: Graph, op: Op) -> str | None:
    """Make the bias constant, int32, one number a filter; or leave it out."""
    assert isinstance(op, g.WeightedOp)
    if op.bias is None:
        return None
    bias, weights = graph.tensors[op.bias], graph.tensors[op.weights]
    filters = weights.shape[_filter_axis(op)]
    if not bias.is_constant or bias.dtype != np.int32 or bias.size != filters:
        return f"has bias {bias} of shape {bias.shape} for {filters} filters"
    return None


def no_groups(graph: Graph, op: Op) -> str | None:
    """Share out the filters among the groups, and keep groups times weights below 1 MB."""
    assert isinstance(op, g.Conv2D)
    channels, seen = graph.tensors[op.input].shape[3], graph.tensors[op.weights].shape[3]
    if channels != seen and channels % seen == 0:
        return f"has {channels // seen} groups"
    return None


def unchanged_scale(graph: Graph, op: Op) -> str | None:
    """Keep scale and zero point from input to output, as today's TFLiteConverter does."""
    written = graph.tensors[op.output]
    for tensor in graph.values_of(op):
        if (tensor.scale, tensor.zero_point) != (written.scale, written.zero_point):
            return (
                f"reads scale {tensor.scale:g}, zero point {tensor.zero_point} and writes "
                f"{written.scale:g}, {written.zero_point}"
            )
    return None


def moved_types(graph: Graph, op: Op) -> str | None:
    """Move elements of one type: int8, uint8, int16, int32, float32 or bool."""
    written = graph.tensors[op.output]
    for tensor in (*graph.values_of(op), *graph.written_by(op)):
        if tensor.dtype != written.dtype or tensor.dtype not in _MOVED_TYPES:
            return f"moves {tensor} to {written}"
    return None


def moved_scale(graph: Graph, op: Op) -> str | None:
    """Keep scale and zero point from input to output, as today's TFLiteConverter does."""
    tensors = (*graph.values_of(op), *graph.written_by(op))
    if any(tensor.dtype not in (np.int8, np.uint8) for tensor in tensors):
        return None
    return one_scale(graph, op) or unchanged_scale(graph, op)


def softmax_output(graph: Graph, op: Op) -> str | None:
    """Write probabilities as int8 with scale 1/256 and zero point -128, as TFLiteConverter does."""
    read, written = graph.tensors[op.input], graph.tensors[op.output]
    steps = {np.dtype(np.int8): 1 << 8, np.dtype(np.int16): 1 << 16}.get(written.dtype, 0)
    if read.dtype != np.int8 or not steps:
        return f"turns {read} into {written}"
    if abs(float(written.scale) * steps - 1) > 1e-3 or written.zero_point != -steps // 2:
        return f"writes scale {written.scale:g}, zero point {written.zero_point}"
    return None


def log_softmax_output(graph: Graph, op: Op) -> str | None:
    """Write logarithms with scale 1/16 and zero point 127, as TFLiteConverter does."""
    written = graph.tensors[op.output]
    if written.scale != np.float32(1 / 16) or written.zero_point != 127:
        return f"writes scale {written.scale:g}, zero point {written.zero_point}"
    return None


def unit_output(graph: Graph, op: Op) -> str | None:
    """Write what has length 1 with scale 1/128 and zero point 0, as TFLiteConverter does."""
    written = graph.tensors[op.output]
    if written.scale != np.float32(1 / 128) or written.zero_point != 0:
        return f"writes scale {written.scale:g}, zero point {written.zero_point}"
    return None


def positive_beta(graph: Graph, op: Op) -> str | None:
    """Use a finite beta above 0; Keras has 1."""
    assert isinstance(op, g.Softmax)
    return None if 0 < op.beta < np.inf else f"has beta {op.beta:g}"


def float_or_int8_in(graph: Graph, op: Op) -> str | None:
    """Quantize from float32 or integers of up to 32 bits to integers of up to 32 bits."""
    read, written = graph.tensors[op.input], graph.tensors[op.output]
    integers = (np.int8, np.uint8, np.int16, np.int32)
    if written.dtype not in integers or read.dtype not in (np.float32, *integers):
        return f"turns {read} into {written}"
    return None


def int8_to_float(graph: Graph, op: Op) -> str | None:
    """Dequantize from int8 or uint8 to float32."""
    read, written = graph.tensors[op.input], graph.tensors[op.output]
    if read.dtype not in (np.int8, np.uint8) or written.dtype != np.float32:
        return f"turns {read} into {written}"
    return None


def same_type(graph: Graph, op: Op) -> str | None:
    """Keep the element type when the shape changes."""
    read, written = graph.tensors[op.input], graph.tensors[op.output]
    if read.dtype != written.dtype:
        return f"turns {read} into {written}"
    return None


def constant_slopes(graph: Graph, op: Op) -> str | None:
    """Give PRELU its slopes as a constant that is not larger than its input."""
    read, slopes = graph.values_of(op)
    if not slopes.is_constant or slopes.size > read.size:
        return f"has slopes {slopes} of shape {slopes.shape}"
    return None


def index_output(graph: Graph, op: Op) -> str | None:
    """Write indices as int32 and read int8."""
    read, written = graph.tensors[op.input], graph.tensors[op.output]
    if read.dtype != np.int8 or written.dtype != np.int32:
        return f"turns {read} into {written}"
    return None


def folded_away(graph: Graph, op: Op) -> str | None:
    """Use static shapes: shape arithmetic must not depend on the input."""
    return f"reads {graph.tensors[op.input]} at run time"


def cast_types(graph: Graph, op: Op) -> str | None:
    """Cast between int8, int16, int32 and float32, and from bool; else only in static shapes."""
    read, written = graph.tensors[op.input], graph.tensors[op.output]
    numbers = (np.int8, np.int16, np.int32, np.float32)
    if read.dtype not in (*numbers, np.bool_) or written.dtype not in numbers:
        return f"turns {read} into {written}"
    return None


def int8_state(graph: Graph, op: Op) -> str | None:
    """Quantize weights to int8, the state to int8 or int16, one scale each: tc.quantize_int8."""
    assert isinstance(op, s.StatefulOp)
    for tensor in (graph.tensors[index] for index in op.parameters):
        if not tensor.is_constant or tensor.dtype not in (np.int8, np.int16, np.int32):
            return f"has weights {tensor}"
        if tensor.dtype != np.int32 and (tensor.quant is None or tensor.quant.zero_point.any()):
            return f"has weights {tensor} without scale or with a zero point"
        if tensor.dtype != np.int32 and tensor.quant is not None and tensor.quant.per_channel:
            return f"has weights {tensor} with {tensor.quant.scale.size} scales"
    for index in op.states:
        state = graph.tensors[index]
        if not state.is_variable or state.dtype not in (np.int8, np.int16) or state.quant is None:
            return f"has the state {state}, variable: {state.is_variable}"
    return None


def whole_variable(graph: Graph, op: Op) -> str | None:
    """Give a variable one type and one static shape: tf.Variable(tf.zeros((1, 4, 8)))."""
    read, written = graph.tensors[op.input], graph.tensors[op.output]
    if (read.dtype, read.nbytes) != (written.dtype, written.nbytes):
        return f"copies {read} of shape {read.shape} to {written} of shape {written.shape}"
    return None


def constant_start(start: Graph, op: Op) -> str | None:
    """Start variables from constants, and from nothing that is computed or random."""
    for other in start.ops:
        assigns = isinstance(other, v.AssignVariable) and start.tensors[other.input].is_constant
        if not assigns and not isinstance(other, v.VarHandle):
            return f"runs {other}"
    return None


def power_of_two_cell(graph: Graph, op: Op) -> str | None:
    """Give an LSTM's cell a scale that is a power of two, int16, as TFLiteConverter does."""
    assert isinstance(op, s.Lstm)
    cell = graph.tensors[op.states[1]]
    mantissa, _ = math.frexp(float(cell.scale))
    if cell.dtype != np.int16 or mantissa != 0.5:
        return f"has the cell {cell} of scale {cell.scale:g}"
    return None


def tame_scales(graph: Graph, op: Op) -> str | None:
    """Keep scales within a factor of 2^30 of each other, as any trained model does."""
    read = [float(tensor.quant.scale.max()) for tensor in graph.values_of(op)[:2] if tensor.quant]
    target = graph.tensors[op.output]
    product = math.prod(read) if isinstance(op, g.WeightedOp) else max(read, default=1.0)
    if target.quant is not None and product / float(target.scale) >= 1 << 30:
        return f"multiplies by {product / float(target.scale):g}"
    return None


_INT8_ONLY: tuple[Rule, ...] = (no_float32, no_int16, int8_activations, one_scale)
_INT8: tuple[Rule, ...] = (*_INT8_ONLY, tame_scales)
_WEIGHTED: tuple[Rule, ...] = (no_hybrid, *_INT8, int8_weights, int32_bias)
_SAME_SCALE: tuple[Rule, ...] = (*_INT8, unchanged_scale)
_MOVE: tuple[Rule, ...] = (moved_types, moved_scale)
_COMPARISONS = (c.Equal, c.NotEqual, c.Greater, c.GreaterEqual, c.Less, c.LessEqual)
RULES: dict[type[Op], tuple[Rule, ...]] = {
    g.Conv2D: (*_WEIGHTED, no_groups),
    g.DepthwiseConv2D: _WEIGHTED,
    g.FullyConnected: _WEIGHTED,
    g.AveragePool2D: _SAME_SCALE,
    g.MaxPool2D: _SAME_SCALE,
    g.Mean: _INT8,
    g.Add: _INT8,
    g.Relu: _INT8,
    g.Relu6: _INT8,
    g.Logistic: _INT8,
    g.Tanh: _INT8,
    g.Quantize: (float_or_int8_in, one_scale),
    g.Dequantize: (no_float16, int8_to_float, one_scale),
    g.Softmax: (one_scale, softmax_output, positive_beta),
    g.Pad: _MOVE,
    g.Concatenation: _MOVE,
    v.VarHandle: (moved_types, whole_variable),
    v.ReadVariable: (moved_types, whole_variable),
    v.AssignVariable: (moved_types, whole_variable),
    v.CallOnce: (constant_start,),
    s.Svdf: (*_INT8, int8_state),
    s.Lstm: (*_INT8, int8_state, power_of_two_cell),
    a.Sub: _INT8,
    a.Mul: _INT8,
    a.Div: (*_INT8_ONLY, tame_quotient),
    a.SquaredDifference: _INT8,
    a.Maximum: _INT8,
    a.Minimum: _INT8,
    a.Prelu: (*_INT8, constant_slopes),
    a.LeakyRelu: _INT8,
    a.HardSwish: _INT8,
    a.Elu: _INT8,
    a.Exp: _INT8_ONLY,
    a.Log: _INT8_ONLY,
    a.Sqrt: _INT8_ONLY,
    a.Gelu: _INT8_ONLY,
    **dict.fromkeys(r.REAL_OPS, (real_curve,)),
    **dict.fromkeys(_COMPARISONS, (compared_int8,)),
    c.LogicalAnd: (only_bool,),
    c.LogicalOr: (only_bool,),
    c.LogicalNot: (only_bool,),
    c.SelectV2: (chosen_types,),
    c.Select: (chosen_types, one_shape),
    a.Abs: _INT8,
    a.Relu0To1: _INT8,
    a.ReluN1To1: _INT8,
    a.Rsqrt: _INT8,
    a.BatchMatmul: _INT8,
    a.L2Normalization: (*_INT8_ONLY, unit_output),
    a.LogSoftmax: (*_INT8_ONLY, log_softmax_output),
    a.Sum: _INT8,
    a.ReduceMax: _SAME_SCALE,
    a.ReduceMin: _SAME_SCALE,
    a.ArgMax: (index_output,),
    a.ArgMin: (index_output,),
    a.ResizeBilinear: _SAME_SCALE,
    a.TransposeConv: _WEIGHTED,
    m.Transpose: _MOVE,
    m.StridedSlice: _MOVE,
    m.Slice: _MOVE,
    m.Split: _MOVE,
    m.SplitV: _MOVE,
    m.Unpack: _MOVE,
    m.Reverse: _MOVE,
    m.Pack: _MOVE,
    m.Gather: _MOVE,
    m.Tile: _MOVE,
    m.BroadcastTo: _MOVE,
    m.PadV2: _MOVE,
    m.MirrorPad: _MOVE,
    m.SpaceToBatch: _MOVE,
    m.BatchToSpace: _MOVE,
    m.SpaceToDepth: _MOVE,
    m.DepthToSpace: _MOVE,
    m.ResizeNearest: _MOVE,
    m.Shape: (folded_away,),
    m.Fill: (folded_away,),
    a.ReduceProd: (folded_away,),
    m.Cast: (cast_types,),
    g.Reshape: (same_type,),
    g.Squeeze: (same_type,),
    g.ExpandDims: (same_type,),
}
"""The rules of each operator; what is not in this table has no kernel."""
