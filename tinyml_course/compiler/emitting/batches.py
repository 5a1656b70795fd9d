"""A batch inside a network, as C: the kernels take one image, so their calls are repeated.

SPACE_TO_BATCH_ND makes batches of a single input; nothing before or after needs to know.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tinyml_course.compiler.graph import ABSENT, Graph, Op
from tinyml_course.compiler.steps import Emission, Step

Emitter = Callable[[Graph, Any, Emission], Step]


def each_image(emit: Emitter) -> Emitter:
    """Return an emitter of the same operator for batches of any number of images."""

    def emit_batch(graph: Graph, op: Op, emission: Emission) -> Step:
        images = graph.tensors[op.output].shape[0]
        if images == 1:
            return emit(graph, op, emission)
        step = emit(_of_one_image(graph, op), op, emission)
        pitches = _pitches(graph, op)
        calls = [_moved(call, pitches, n, step) for n in range(images) for call in step.calls]
        return replace(
            step, calls=tuple(calls), macs=step.macs * images, in_place=(), rows=None,
            scratch_bytes=step.whole_scratch_bytes, scratch_row_bytes=0,
        )  # fmt: skip

    return emit_batch


def _of_one_image(graph: Graph, op: Op) -> Graph:
    """Return the graph with a batch of 1 in what the operator reads and writes."""
    tensors = list(graph.tensors)
    for index in (op.input, *op.outputs):
        tensors[index] = replace(tensors[index], shape=(1, *tensors[index].shape[1:]))
    return replace(graph, tensors=tensors)


def _pitches(graph: Graph, op: Op) -> dict[str, tuple[int, int]]:
    """Return, by placeholder, the bytes and the rows of one image."""
    places = {f"in{i}": index for i, index in enumerate(op.inputs) if index not in (ABSENT,)} | {
        f"out{i}": index for i, index in enumerate(op.outputs)
    }
    batched = {op.input, *op.outputs}
    return {
        place: (graph.tensors[index].nbytes // graph.tensors[index].shape[0],
                graph.tensors[index].shape[1])
        for place, index in places.items()
        if index in batched
    }  # fmt: skip


def _moved(call: str, pitches: dict[str, tuple[int, int]], image: int, step: Step) -> str:
    """Return a call whose placeholders stand for one image of the batch."""

    def replaced(found: re.Match[str]) -> str:
        place, rows = found[1], found[2]
        if place in ("first", "count"):
            return str(step.rows.count if step.rows and place == "count" else 0)
        if place not in pitches:
            return found[0]
        pitch, height = pitches[place]
        address = f"{{{place}}} + {image * pitch}"
        return f"TINYML_ROWS({address}, {height})" if rows else address

    return re.sub(r"\{(\w+?)(_rows)?\}", replaced, call)
