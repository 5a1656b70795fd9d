"""Turn convolutions on images dealt out to the batch back into dilated ones.

TensorFlow writes a dilated convolution as three operators: SPACE_TO_BATCH_ND deals each block of
pixels out to as many small images, a plain convolution runs on all of them, BATCH_TO_SPACE_ND puts
the results together. A filter then sees pixels that lay a block apart: that is a dilation by the
size of the block, and what is padded and cropped is its padding.
"""

from __future__ import annotations

from dataclasses import replace

from tinyml_course.compiler import graph as g
from tinyml_course.compiler import moves as m
from tinyml_course.compiler.graph import Graph, Op, Padding
from tinyml_course.compiler.neighbours import only_readers
from tinyml_course.compiler.simplifying.fold_padding import stays_on_image


def fold_dilation(graph: Graph) -> tuple[Graph, str | None]:
    """Return an equal graph with dilated convolutions, and a sentence on what was found."""
    ops, readers = list(graph.ops), only_readers(graph)
    found = 0
    for deal in graph.ops:
        layer = readers.get(deal.index)
        gather = readers.get(layer.index) if layer else None
        dilated = _dilated(graph, deal, layer, gather)
        if dilated:
            ops = [dilated if op is gather else op for op in ops if op not in (deal, layer)]
            found += 1
    if not found:
        return graph, None
    convolutions = "1 convolution" if found == 1 else f"{found} convolutions"
    note = f"{convolutions} between SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND became dilated"
    return replace(graph, ops=tuple(ops)), note


def _dilated(graph: Graph, deal: Op, layer: Op | None, gather: Op | None) -> Op | None:
    """Return the dilated convolution three operators stand for; None if they don't."""
    if not isinstance(deal, m.SpaceToBatch) or not isinstance(gather, m.BatchToSpace):
        return None
    if not isinstance(layer, g.Conv2D | g.DepthwiseConv2D) or layer.input != deal.output:
        return None
    if deal.block != gather.block or len(deal.block) != 2:
        return None
    if layer.stride != (1, 1) or any(layer.padding):
        return None
    sides = zip(deal.padding, gather.crops, strict=True)
    padding = Padding(*(p - c for pads, crops in sides for p, c in zip(pads, crops, strict=True)))
    down, across = (n * block for n, block in zip(layer.dilation, deal.block, strict=True))
    dilated = replace(
        layer,
        inputs=(deal.input, *layer.inputs[1:]),
        outputs=gather.outputs,
        dilation=(down, across),
        padding=padding,
    )
    return dilated if min(padding) >= 0 and stays_on_image(graph, dilated) else None
