"""Spoil `.tflite` files on purpose: bytes, lengths, and single fields with likely wrong values.

A `.tflite` file is a FlatBuffer. Its tables are found once for each model; a mutation then writes
a few bytes over a field (a shape, a scale, an index, an option) or blanks the entry that says
where the field is, so that it is missing.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import tflite

_COUNTS = (0, 1, 2, 3, 4, 5, 7, 8, 16, 255, 1 << 15, 1 << 16, 1 << 24, 2**31 - 1, -1, -2, -(2**31))
_REALS = (0.0, -0.0, -1.0, 1e-45, 1e-38, 1e-9, 0.5, 1.0, 1e9, 3e38, np.inf, -np.inf, np.nan)
_ZERO_POINTS = (0, 1, -1, 127, -128, 128, -129, 255, 1 << 15, 1 << 40, 2**63 - 1, -(2**63))
_MOST_CHANGES = 3


@dataclass(frozen=True)
class Field:
    """A number of the file: where it is, how it is written, what to try in its place."""

    place: int
    code: str
    values: tuple[float, ...]


def fields(model: bytes) -> list[list[Field]]:
    """Return the numbers of a sound model worth changing, a list for each way to write them."""
    by_code: dict[str, list[Field]] = {}
    for field in _model(tflite.Model.GetRootAs(model, 0)):
        by_code.setdefault(field.code, []).append(field)
    return list(by_code.values())


def mutated(model: bytes, known: list[list[Field]], rng: np.random.Generator) -> bytes:
    """Return the model with something wrong with it."""
    data = bytearray(model)
    kind = rng.random()
    if kind < 0.05:
        return bytes(data[: rng.integers(len(data))])
    if kind < 0.2:
        for place in rng.integers(len(data), size=rng.integers(1, 9)):
            data[place] = rng.integers(256)
        return bytes(data)
    if kind < 0.3:
        place = int(rng.integers(len(data) // 4)) * 4
        struct.pack_into("<i", data, place, int(rng.choice(_COUNTS)))
        return bytes(data)
    for _ in range(rng.integers(1, _MOST_CHANGES + 1)):
        alike = known[rng.integers(len(known))]
        field = alike[rng.integers(len(alike))]
        value = field.values[rng.integers(len(field.values))]
        struct.pack_into(f"<{field.code}", data, field.place, value)
    return bytes(data)


def _model(model: Any) -> Iterator[Field]:
    yield from _entries(model)
    for i in range(model.OperatorCodesLength()):
        yield from _scalars(model.OperatorCodes(i))
    for i in range(model.SubgraphsLength()):
        yield from _subgraph(model.Subgraphs(i))
    for i in range(model.BuffersLength()):
        yield from _buffer(model.Buffers(i))


def _subgraph(subgraph: Any) -> Iterator[Field]:
    yield from _entries(subgraph)
    yield from _vector(subgraph, 2, "i", _COUNTS)
    yield from _vector(subgraph, 3, "i", _COUNTS)
    for i in range(subgraph.TensorsLength()):
        yield from _tensor(subgraph.Tensors(i))
    for i in range(subgraph.OperatorsLength()):
        yield from _operator(subgraph.Operators(i))


def _tensor(tensor: Any) -> Iterator[Field]:
    yield from _entries(tensor)
    yield from _vector(tensor, 0, "i", _COUNTS)
    yield from _scalar(tensor, 1, "b", tuple(range(20)))
    yield from _scalar(tensor, 2, "I", (*tuple(range(8)), 99, 2**32 - 1))
    yield from _scalar(tensor, 5, "B", (0, 1))
    quant = tensor.Quantization()
    if quant is not None:
        yield from _entries(quant)
        yield from _vector(quant, 2, "f", _REALS)
        yield from _vector(quant, 3, "q", _ZERO_POINTS)
        yield from _scalar(quant, 6, "i", _COUNTS)


def _operator(operator: Any) -> Iterator[Field]:
    yield from _entries(operator)
    yield from _scalar(operator, 0, "I", (*tuple(range(6)), 2**32 - 1))
    indices = (*tuple(range(12)), -1, -2, 99, 2**31 - 1)
    yield from _vector(operator, 1, "i", indices)
    yield from _vector(operator, 2, "i", indices)
    yield from _scalar(operator, 3, "B", (0, 1, 5, 99, 255))
    options = operator.BuiltinOptions()
    if options is not None:
        yield from _scalars(type("_", (), {"_tab": options})())


def _buffer(buffer: Any) -> Iterator[Field]:
    """Yield the length of a constant, and its values if they are few: axes, shapes, paddings."""
    yield from _entries(buffer)
    offset = buffer._tab.Offset(4)
    if offset:
        start, length = buffer._tab.Vector(offset), buffer.DataLength()
        yield Field(start - 4, "I", (0, 1, length - 1, length + 1, 4 * length, 2**31, 2**32 - 1))
        if length <= 64:
            for place in range(start, start + length - 3, 4):
                yield Field(place, "i", _COUNTS)


def _entries(table: Any) -> Iterator[Field]:
    """Yield the entries that say where each field is; 0 means that it is missing."""
    tab = table._tab
    vtable = tab.Pos - struct.unpack_from("<i", tab.Bytes, tab.Pos)[0]
    size = struct.unpack_from("<H", tab.Bytes, vtable)[0]
    for place in range(vtable + 4, vtable + size, 2):
        yield Field(place, "H", (0, 0, 4, 6, 2**16 - 1))


def _scalars(table: Any) -> Iterator[Field]:
    """Yield every field of a table, as byte, integer and real: which it is, is not known here."""
    yield from _entries(table)
    tab = table._tab
    for entry in list(_entries(table)):
        offset = struct.unpack_from("<H", tab.Bytes, entry.place)[0]
        place = tab.Pos + offset
        if offset and place + 4 <= len(tab.Bytes):
            yield Field(place, "b", (0, 1, 2, 3, 4, 5, 9, 127, -1))
            yield Field(place, "i", _COUNTS)
            yield Field(place, "f", _REALS)


def _scalar(table: Any, slot: int, code: str, values: tuple[float, ...]) -> Iterator[Field]:
    offset = table._tab.Offset(4 + 2 * slot)
    if offset:
        yield Field(table._tab.Pos + offset, code, values)


def _vector(table: Any, slot: int, code: str, values: tuple[float, ...]) -> Iterator[Field]:
    """Yield the length of a vector and its elements."""
    tab = table._tab
    offset = tab.Offset(4 + 2 * slot)
    if offset:
        start, length = tab.Vector(offset), tab.VectorLen(offset)
        yield Field(start - 4, "I", (0, 1, 2, 3, 5, 9, length + 1, 2**32 - 1))
        size = struct.calcsize(code)
        for i in range(min(length, 8)):
            yield Field(start + i * size, code, values)
