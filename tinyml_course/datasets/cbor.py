"""CBOR, the binary form of JSON, as far as recordings are written in it.

References
----------
Bormann and Hoffman (2020), RFC 8949, sections 3 and appendix A.
"""

from __future__ import annotations

import struct
from typing import Any

DEEPEST = 16
_FLOATS = {25: ">e", 26: ">f", 27: ">d"}
_SIMPLE = {20: False, 21: True, 22: None, 23: None}
_INDEFINITE = 31
_BREAK = object()


def decode(data: bytes) -> Any:
    """Return the value that `data` holds: dict, list, str, bytes, int, float, bool or None.

    Raises
    ------
    ValueError
        If it is cut off, nested too deep, followed by something, or of a kind not known here.
    """
    value, end = _item(data, 0, DEEPEST)
    if value is _BREAK or end != len(data):
        raise ValueError(f"something follows the value at byte {end}")
    return value


def _item(data: bytes, at: int, depth: int) -> tuple[Any, int]:
    """Return the value that begins at a byte, and where it ends."""
    if depth == 0:
        raise ValueError("nested too deep")
    if at >= len(data):
        raise ValueError("cut off")
    kind, short = data[at] >> 5, data[at] & 31
    if kind == 7:
        return _simple(data, at, short)
    number, at = _argument(data, at, short)
    if kind in (0, 1):
        if number is None:
            raise ValueError("an integer without a value")
        return (number if kind == 0 else -1 - number), at
    if kind in (2, 3):
        content, at = _string(data, at, number, depth)
        return (content if kind == 2 else content.decode()), at
    if kind == 4:
        return _items(data, at, number, depth)
    if kind == 5:
        flat, at = _items(data, at, None if number is None else 2 * number, depth)
        return dict(zip(flat[::2], flat[1::2], strict=True)), at
    return _item(data, at, depth - 1)  # a tag: what it marks is what counts


def _argument(data: bytes, at: int, short: int) -> tuple[int | None, int]:
    """Return the number in the head of an item, None for "until a break", and where it ends."""
    if short < 24:
        return short, at + 1
    if short == _INDEFINITE:
        return None, at + 1
    if short > 27:
        raise ValueError(f"a head of an unknown kind at byte {at}")
    end = at + 1 + (1 << (short - 24))
    if end > len(data):
        raise ValueError("cut off")
    return int.from_bytes(data[at + 1 : end]), end


def _simple(data: bytes, at: int, short: int) -> tuple[Any, int]:
    if short in _SIMPLE:
        return _SIMPLE[short], at + 1
    if short == _INDEFINITE:
        return _BREAK, at + 1
    if short not in _FLOATS:
        raise ValueError(f"a value of an unknown kind at byte {at}")
    size = struct.calcsize(_FLOATS[short])
    if at + 1 + size > len(data):
        raise ValueError("cut off")
    return struct.unpack_from(_FLOATS[short], data, at + 1)[0], at + 1 + size


def _string(data: bytes, at: int, size: int | None, depth: int) -> tuple[bytes, int]:
    if size is None:
        parts, at = _items(data, at, None, depth)
        return b"".join(p.encode() if isinstance(p, str) else bytes(p) for p in parts), at
    if at + size > len(data):
        raise ValueError("cut off")
    return data[at : at + size], at + size


def _items(data: bytes, at: int, count: int | None, depth: int) -> tuple[list[Any], int]:
    """Return so many items, or those up to a break."""
    items: list[Any] = []
    while count is None or len(items) < count:
        value, at = _item(data, at, depth - 1)
        if value is _BREAK:
            if count is not None:
                raise ValueError("a break where there is nothing to end")
            break
        items.append(value)
    return items, at
