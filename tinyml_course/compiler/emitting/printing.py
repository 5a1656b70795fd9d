"""C text for constants: arrays, parameter structs and the calls that use them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

LINE_LENGTH = 100
FLASH = "TINYML_FLASH "
_INDENT = "    "
_C_TYPES = {
    np.dtype(np.int8): "int8_t",
    np.dtype(np.uint8): "uint8_t",
    np.dtype(np.int16): "int16_t",
    np.dtype(np.uint16): "uint16_t",
    np.dtype(np.int32): "int32_t",
    np.dtype(np.uint32): "uint32_t",
    np.dtype(np.int64): "int64_t",
    np.dtype(np.float32): "float",
    np.dtype(np.bool_): "uint8_t",
}

Fields = Mapping[str, "int | str | Fields"]
"""A struct: field name to integer, C expression or struct."""


def c_type(dtype: np.dtype[Any]) -> str:
    """Return the C type of an array's elements."""
    return _C_TYPES[dtype]


def c_float(value: float | np.floating[Any]) -> str:
    """Return a float constant in decimal that C reads back to the same float32."""
    text = repr(float(np.float32(value)))
    return text + ("f" if "." in text or "e" in text else ".0f")


def _literal(value: Any, dtype: np.dtype[Any]) -> str:
    if dtype == np.uint32:
        return f"0x{int(value):08x}"
    if dtype == np.float32:
        return c_float(value)
    if dtype == np.int32 and value == np.iinfo(np.int32).min:
        return "INT32_MIN"  # -2147483648 is no int in C: the minus is applied to a long
    return str(int(value))


def wrap(items: Iterable[str], indent: str = _INDENT) -> str:
    """Join `items` by commas into lines that are not too long."""
    lines, line = [], indent
    for item in items:
        if len(line) + len(item) + 2 > LINE_LENGTH and line != indent:
            lines.append(line.rstrip())
            line = indent
        line += f"{item}, "
    return "\n".join([*lines, line.rstrip()])


def array(name: str, values: NDArray[Any], comment: str, memory: str = FLASH) -> str:
    """Return the definition of a constant array, flattened; the comment says its layout.

    `memory` is empty for an array that C reads where it also reads what is in RAM.
    """
    flat = values.ravel()
    literals = wrap(_literal(value, flat.dtype) for value in flat)
    return (
        f"/* {comment} */\n"
        f"static const {memory}{c_type(flat.dtype)} {name}[{flat.size}] = {{\n{literals}\n}};\n"
    )


def struct(kind: str, name: str, fields: Fields) -> str:
    """Return the definition of a constant struct, its fields named."""
    return f"static const {kind} {name} = {{\n{_fields(fields, _INDENT)}\n}};\n"


def _fields(fields: Fields, indent: str) -> str:
    """Return the initialisers of one struct; structs inside it get lines of their own."""
    blocks: list[str] = []
    plain: list[str] = []
    for key, value in fields.items():
        if isinstance(value, Mapping):
            if plain:
                blocks.append(wrap(plain, indent))
                plain = []
            blocks.append(f"{indent}.{key} = {{\n{_fields(value, indent + _INDENT)}\n{indent}}},")
        else:
            plain.append(f".{key} = {value}")
    if plain:
        blocks.append(wrap(plain, indent))
    return "\n".join(blocks)
