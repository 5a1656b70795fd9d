"""A `.tflite` model with a memory plan in its metadata, which TFLite Micro then follows.

TFLite Micro plans its arena on the board, by one greedy order. A model may bring a better plan as
metadata named `OfflineMemoryAllocation`: int32 version, subgraph, number of tensors, and an offset
for each tensor, -1 where TFLite Micro is to find a place itself.

The file is not rebuilt: a new root table is written in front of the old bytes and points into
them, so that weights, operators and their alignment stay what they were.

References
----------
tflite-micro, tensorflow/lite/micro/docs/memory_management.md, "Offline planned tensor allocations".
"""

from __future__ import annotations

from typing import Any

import flatbuffers
import numpy as np
import tflite

from tinyml_course.compiler import graph as g
from tinyml_course.compiler.graph import Graph
from tinyml_course.compiler.planning.allocate import Block, allocate

METADATA = b"OfflineMemoryAllocation"
ALIGNMENT = 16
ONLINE = -1
"""The offset of a tensor that TFLite Micro places itself."""
_HEADER = (1, 0)
_SCHEMA_VERSION = 3
_OPERATOR_CODES, _SUBGRAPHS, _DESCRIPTION, _BUFFERS, _METADATA_BUFFER, _METADATA, _SIGNATURES = (
    range(6, 20, 2)
)


def tensor_offsets(graph: Graph) -> list[int]:
    """Return where each tensor of the file is to lie in the arena, or `ONLINE`.

    Tensors that only change shape share their bytes, as in `memory.plan_memory`; no output lies
    over an operand otherwise, because TFLite Micro's kernels do not allow for it. States keep
    their places outside the plan.
    """
    root = {index: index for index in graph.inputs}
    for op in graph.ops:
        for index in op.outputs:
            alias = isinstance(op, g.AliasOp) and op.input in root
            root[index] = root[op.input] if alias else index
    groups: dict[int, set[int]] = {}
    for index, first in root.items():
        groups.setdefault(first, set()).add(index)
    blocks = [_lifetime(graph, members) for members in groups.values()]
    offsets = [ONLINE] * len(graph.tensors)
    places = allocate(blocks, {}, ALIGNMENT)
    for members, place in zip(groups.values(), places, strict=True):
        for index in members:
            offsets[index] = place
    return offsets


def _lifetime(graph: Graph, members: set[int]) -> Block:
    """Return the bytes of some tensors and the steps, counted from 1, that they live for."""
    touched = [i for i, op in enumerate(graph.ops, 1) if members & {*op.inputs, *op.outputs}]
    touched += [0] if members & {*graph.inputs} else []
    touched += [len(graph.ops) + 1] if members & {*graph.outputs} else []
    nbytes = max(graph.tensors[index].nbytes for index in members)
    return Block(nbytes, min(touched), max(touched))


def with_offline_plan(model: bytes, graph: Graph) -> bytes:
    """Return the model with our plan of its arena in the metadata.

    A model of several subgraphs, with variables or with a plan is returned as it is.

    Parameters
    ----------
    model : bytes
        A `.tflite` file.
    graph : Graph
        What `tflite.read_model` read from it.
    """
    old = tflite.Model.GetRootAs(model, 0)
    names = [old.Metadata(i).Name() for i in range(old.MetadataLength())]
    tensors = [old.Subgraphs(i).TensorsLength() for i in range(old.SubgraphsLength())]
    if tensors != [len(graph.tensors)] or METADATA in names:
        return model
    plan = [*_HEADER, len(graph.tensors), *tensor_offsets(graph)]
    front = _Front(model)
    buffer_at = front.buffer(np.array(plan, "<i4"))
    buffers = front.tables(front.elements(_BUFFERS), buffer_at)
    entry = front.metadata(METADATA, old.BuffersLength())
    metadata = front.tables(front.elements(_METADATA), entry)
    b = front.builder
    tflite.ModelStart(b)
    tflite.ModelAddVersion(b, _SCHEMA_VERSION)
    for slot, add in _KEPT.items():
        if kept := front.field(slot):
            add(b, kept)
    tflite.ModelAddBuffers(b, buffers)
    tflite.ModelAddMetadata(b, metadata)
    b.Finish(tflite.ModelEnd(b), b"TFL3")
    return bytes(b.Output())


_KEPT = {
    _OPERATOR_CODES: tflite.ModelAddOperatorCodes,
    _SUBGRAPHS: tflite.ModelAddSubgraphs,
    _DESCRIPTION: tflite.ModelAddDescription,
    _METADATA_BUFFER: tflite.ModelAddMetadataBuffer,
    _SIGNATURES: tflite.ModelAddSignatureDefs,
}


class _Front:
    """A FlatBuffer that grows towards its start, in front of the bytes of an older one.

    Offsets here are counted from the end of the file, as FlatBuffers' builder does.
    """

    def __init__(self, model: bytes) -> None:
        padded = model + bytes(-len(model) % ALIGNMENT)
        self.size = len(padded)
        self.table = tflite.Model.GetRootAs(model, 0)._tab
        self.builder: Any = flatbuffers.Builder(2 * self.size + 4096)
        self.builder.Prep(ALIGNMENT, 0)
        self._prepend(padded)

    def _prepend(self, data: bytes) -> None:
        b = self.builder
        b.head -= len(data)
        b.Bytes[b.head : b.head + len(data)] = data

    def field(self, slot: int) -> int:
        """Return the offset of what a field of the old root points to, or 0."""
        at = self.table.Offset(slot)
        return self.size - self.table.Indirect(self.table.Pos + at) if at else 0

    def elements(self, slot: int) -> list[int]:
        """Return the offsets of the tables in a vector of the old root."""
        at = self.table.Offset(slot)
        if not at:
            return []
        first, count = self.table.Vector(at), self.table.VectorLen(at)
        return [self.size - self.table.Indirect(first + 4 * i) for i in range(count)]

    def tables(self, kept: list[int], new: int) -> int:
        """Write a vector of old tables and a new one."""
        b = self.builder
        b.StartVector(4, len(kept) + 1, 4)
        for offset in reversed([*kept, new]):
            b.PrependUOffsetTRelative(offset)
        return int(b.EndVector())

    def buffer(self, values: Any) -> int:
        """Write a buffer of values, aligned as weights are."""
        b = self.builder
        data = values.tobytes()
        b.StartVector(1, len(data), ALIGNMENT)
        self._prepend(data)
        at = b.EndVector()
        tflite.BufferStart(b)
        tflite.BufferAddData(b, at)
        return int(tflite.BufferEnd(b))

    def metadata(self, name: bytes, buffer: int) -> int:
        """Write an entry of metadata."""
        b = self.builder
        name_at = b.CreateString(name)
        tflite.MetadataStart(b)
        tflite.MetadataAddName(b, name_at)
        tflite.MetadataAddBuffer(b, buffer)
        return int(tflite.MetadataEnd(b))
