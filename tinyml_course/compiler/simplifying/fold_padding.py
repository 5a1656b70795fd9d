"""Let convolutions and pooling pad by themselves what a PAD before them pads.

PAD surrounds an image with its zero point; a convolution counts what lies beside the image as the
zero point as well. So rows and columns of a PAD that only convolutions read become their own
padding, and the larger image is never made. Pooling counts only what lies on the image: that is
the same for the largest value, if no value of the image is below the zero point, as behind a RELU.
"""

from __future__ import annotations

from dataclasses import replace

from tinyml_course.compiler import graph as g
from tinyml_course.compiler import moves as m
from tinyml_course.compiler.graph import Graph, Op, Padding
from tinyml_course.compiler.simplifying.channel_ranges import Ranges, channel_ranges


def fold_padding(graph: Graph) -> tuple[Graph, str | None]:
    """Return an equal graph without the PADs their readers can do, and a sentence on it."""
    pads = [op for op in graph.ops if _pads_image(graph, op) and op.output not in graph.outputs]
    ops, folded = list(graph.ops), []
    ranges = channel_ranges(graph) if pads else {}
    for pad in pads:
        readers = [i for i, op in enumerate(ops) if pad.output in op.inputs]
        merged = [_padded(graph, pad, ops[i], ranges) for i in readers]
        if not merged or None in merged:
            continue
        for i, op in zip(readers, merged, strict=True):
            ops[i] = op or ops[i]
        ops.remove(pad)
        folded.append(graph.tensors[pad.output])
    if not folded:
        return graph, None
    nbytes = sum(tensor.nbytes for tensor in folded)
    operators = "1 PAD" if len(folded) == 1 else f"{len(folded)} PADs"
    note = f"{operators} became padding of the layers behind: {nbytes:,} bytes less to write"
    return replace(graph, ops=tuple(ops)), note


def _padded(graph: Graph, pad: Op, op: Op, ranges: dict[int, Ranges]) -> Op | None:
    """Return `op` reading what `pad` reads and padding by itself; None if it can't."""
    assert isinstance(pad, g.Pad | m.PadV2)
    if not isinstance(op, g.Conv2D | g.DepthwiseConv2D | g.MaxPool2D):
        return None
    if isinstance(op, g.MaxPool2D) and (
        ranges[pad.input].low.min() < graph.tensors[pad.input].zero_point or any(op.padding)
    ):
        return None
    _, rows, columns, _ = pad.amounts
    padding = Padding(*(own + n for own, n in zip(op.padding, (*rows, *columns), strict=True)))
    padded = replace(op, inputs=(pad.input, *op.inputs[1:]), padding=padding)
    return padded if stays_on_image(graph, padded) else None


def stays_on_image(graph: Graph, op: g.Conv2D | g.DepthwiseConv2D | g.MaxPool2D) -> bool:
    """Whether every padding is narrower than the window, so that none lies beside the image.

    Kernels may rely on it, as it is so of all padding a `.tflite` file can ask for.
    """
    if isinstance(op, g.MaxPool2D):
        height, width = op.window
    else:
        height, width = (
            (taps - 1) * step + 1
            for taps, step in zip(graph.tensors[op.weights].shape[1:3], op.dilation, strict=True)
        )
    return max(op.padding[:2]) < height and max(op.padding[2:]) < width


def _pads_image(graph: Graph, pad: Op) -> bool:
    """Whether `pad` puts rows and columns of the zero point around an image."""
    if not isinstance(pad, g.Pad | m.PadV2) or len(pad.amounts) != 4:
        return False
    if isinstance(pad, m.PadV2) and pad.value != graph.tensors[pad.input].zero_point:
        return False
    return pad.amounts[0] == pad.amounts[3] == (0, 0) and not graph.tensors[pad.input].is_constant
