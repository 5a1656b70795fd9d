"""What turns each operator into C: one function an operator, by its type."""

from collections.abc import Callable
from typing import Any

from tinyml_course.compiler import arithmetic as a
from tinyml_course.compiler import graph as g
from tinyml_course.compiler import moves as m
from tinyml_course.compiler.emitting import (
    choices,
    combinations,
    depthwise,
    enlarging,
    forest,
    layers,
    moves,
    normalizations,
    pointwise,
    pools,
    products,
    reductions,
    stateful,
)
from tinyml_course.compiler.emitting.batches import each_image
from tinyml_course.compiler.forest import RandomForest
from tinyml_course.compiler.graph import Graph, Op
from tinyml_course.compiler.numerics.tables import TABLED
from tinyml_course.compiler.planning import feeding
from tinyml_course.compiler.steps import Emission, Step
from tinyml_course.errors import UnsupportedModelError

EMITTERS: dict[type[Op], Callable[[Graph, Any, Emission], Step]] = {
    g.Conv2D: each_image(layers.conv_2d),
    g.DepthwiseConv2D: each_image(depthwise.depthwise_conv_2d),
    g.FullyConnected: layers.fully_connected,
    g.AveragePool2D: each_image(pools.average_pool_2d),
    g.MaxPool2D: each_image(pools.max_pool_2d),
    g.Mean: pools.mean,
    g.Add: pointwise.add,
    **dict.fromkeys(TABLED, pointwise.look_up),
    g.Quantize: pointwise.quantize,
    g.Dequantize: pointwise.dequantize,
    g.Softmax: pointwise.softmax,
    g.Pad: pointwise.pad,
    m.Cast: pointwise.cast,
    g.Reshape: pointwise.copy_constant,
    g.Squeeze: pointwise.copy_constant,
    g.ExpandDims: pointwise.copy_constant,
    **moves.EMITTERS,
    **choices.EMITTERS,
    **combinations.EMITTERS,
    **enlarging.EMITTERS,
    a.BatchMatmul: products.batch_matmul,
    **reductions.EMITTERS,
    **normalizations.EMITTERS,
    **stateful.EMITTERS,
    RandomForest: forest.random_forest,
    feeding.RowInput: feeding.row_input,
}


def emit_all(graph: Graph, emission: Emission) -> dict[int, Step]:
    """Return the step of every operator that needs one, by its position."""
    return {
        place: emit(graph, op, emission)
        for place, op in enumerate(graph.ops)
        if not _is_alias(graph, op)
    }


def _is_alias(graph: Graph, op: Op) -> bool:
    """Whether `op` gives an activation another shape: nothing to do but in the plan."""
    return isinstance(op, g.AliasOp) and not graph.tensors[op.input].is_constant


def emit(graph: Graph, op: Op, emission: Emission) -> Step:
    """Return the C of one operator.

    Raises
    ------
    UnsupportedModelError
        There is no kernel for it.
    """
    if type(op) not in EMITTERS:
        raise UnsupportedModelError(f"{op} has no C kernel. Replace the layer it comes from.")
    return EMITTERS[type(op)](graph, op, emission)
