"""Give an Ogg file a fixed serial number, so that the same sound is the same bytes every time.

libsndfile draws the serial number of a stream at random. It stands in every page, under the page's
checksum, so both are written anew.

References
----------
Pfeiffer (2003), RFC 3533, section 6: the layout of a page, and its checksum.
"""

from __future__ import annotations

import struct
from pathlib import Path

POLYNOMIAL = 0x04C11DB7
SERIAL, CHECKSUM, SEGMENTS, HEADER = 14, 22, 26, 27  # offsets in a page


def fix_serial(path: Path, serial: int = 1) -> None:
    """Rewrite an Ogg file of one stream in place, with the given serial number."""
    data = bytearray(path.read_bytes())
    start = 0
    while start < len(data):
        segments = data[start + SEGMENTS]
        lengths = data[start + HEADER : start + HEADER + segments]
        end = start + HEADER + segments + sum(lengths)
        struct.pack_into("<I", data, start + SERIAL, serial)
        struct.pack_into("<I", data, start + CHECKSUM, 0)
        struct.pack_into("<I", data, start + CHECKSUM, _checksum(data[start:end]))
        start = end
    path.write_bytes(data)


def _remainder(byte: int) -> int:
    value = byte << 24
    for _ in range(8):
        value = (value << 1) ^ (POLYNOMIAL if value & 0x80000000 else 0)
    return value & 0xFFFFFFFF


REMAINDERS = tuple(_remainder(byte) for byte in range(256))


def _checksum(page: bytes) -> int:
    """Return the CRC-32 of a page, most significant bit first, starting from 0."""
    value = 0
    for byte in page:
        value = (value << 8 & 0xFFFFFFFF) ^ REMAINDERS[value >> 24 ^ byte]
    return value
