"""Let every filter of a grouped convolution see all channels, with weights of 0 for the others.

A product with 0 adds nothing, so the bits stay; kernels need to know of no groups. It takes as many
more weights as there are groups.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tinyml_course.compiler.graph import Conv2D, Graph, Tensor

_MAX_BYTES = 1 << 20


def without_groups(graph: Graph) -> Graph:
    """Return an equal graph whose convolutions have one group, but for those that grow too large.

    What the graph holds need not have been checked.
    """
    tensors, ops = list(graph.tensors), list(graph.ops)
    for place, op in enumerate(graph.ops):
        if not isinstance(op, Conv2D):
            continue
        weights = _spread(tensors[op.weights], tensors[op.input].shape[-1])
        if weights is not None:
            source, _, *bias = op.inputs
            ops[place] = replace(op, inputs=(source, len(tensors), *bias))
            tensors.append(replace(weights, index=len(tensors)))
    if len(tensors) == len(graph.tensors):
        return graph
    return replace(graph, tensors=tuple(tensors), ops=tuple(ops))


def _spread(weights: Tensor, channels: int) -> Tensor | None:
    """Return weights (C_OUT, KH, KW, C_IN) of those of groups; None if they are none, or too many.

    Filters belong to the groups in order: the first ones see the first channels.
    """
    filters, rows, columns, seen = weights.shape
    groups = channels // max(seen, 1)
    if weights.data is None or groups < 2 or channels % seen or filters % groups:
        return None
    if weights.nbytes * groups > _MAX_BYTES:
        return None
    spread = np.zeros((groups, filters // groups, rows, columns, groups, seen), weights.dtype)
    parts = weights.data.reshape(groups, -1, rows, columns, seen)
    for group, part in enumerate(parts):
        spread[group, ..., group, :] = part
    shape = (filters, rows, columns, channels)
    return replace(weights, shape=shape, data=spread.reshape(shape))
