"""Frames for a serial line that may lose, change or add bytes, and back.

A frame is ``A5 C3 | kind (1) | counter (2) | length (2) | payload | CRC-32 (4)``, every number
little-endian, the CRC over all bytes from kind to the end of the payload. What lies between frames
(text, noise, halves of frames) is skipped. `c/tinyml_frame.c` reads and writes the same bytes on
the board, and skips the same ones.

References
----------
The CRC is that of IEEE 802.3, as `zlib.crc32` computes it.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from tinyml_course.errors import DeviceError

MAGIC = b"\xa5\xc3"
PAYLOAD_MAX = 1024
_HEADER = struct.Struct("<2sBHH")
_CRC = struct.Struct("<I")


@dataclass(frozen=True)
class Frame:
    """One message: what it is (`kind`), which one it is (`counter`, 16 bits), and its bytes."""

    kind: int
    counter: int
    payload: bytes = b""


def encode(frame: Frame) -> bytes:
    """Return the bytes of one frame.

    Raises
    ------
    DeviceError
        The payload is longer than a frame may carry.

    Examples
    --------
    >>> encode(Frame(kind=1, counter=0)).hex(" ")
    'a5 c3 01 00 00 00 00 ad de 42 fb'
    """
    if len(frame.payload) > PAYLOAD_MAX:
        raise DeviceError(
            f"a frame of {len(frame.payload)} bytes is too long; it carries at most {PAYLOAD_MAX}. "
            "Send it in parts."
        )
    head = _HEADER.pack(MAGIC, frame.kind, frame.counter, len(frame.payload))
    body = head + frame.payload
    return body + _CRC.pack(zlib.crc32(body[len(MAGIC) :]))


class Decoder:
    """Finds whole, undamaged frames in bytes that arrive in pieces of any size.

    Attributes
    ----------
    skipped : bytearray
        The bytes that belonged to no frame, in order: text, noise, damaged frames.
    damaged : int
        How many times something that looked like a frame had a wrong length or checksum.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self.skipped = bytearray()
        self.damaged = 0

    def feed(self, data: bytes) -> Iterator[Frame]:
        """Take received bytes; yield each frame that they complete."""
        self._buffer += data
        while self._buffer:
            size = self._front_size()
            if size is None:
                return
            if size == 0:
                self.skipped += self._buffer[:1]
                del self._buffer[:1]
                continue
            _, kind, counter, length = _HEADER.unpack_from(self._buffer)
            payload = bytes(self._buffer[_HEADER.size : _HEADER.size + length])
            del self._buffer[:size]
            yield Frame(kind, counter, payload)

    @property
    def missing(self) -> int:
        """Bytes that must still arrive before any frame can be whole, at least 1."""
        least = _HEADER.size + _CRC.size
        if len(self._buffer) >= _HEADER.size:
            least += _HEADER.unpack_from(self._buffer)[3]
        return max(1, least - len(self._buffer))

    def give_up(self) -> None:
        """Drop a frame whose end has not come in time; the bytes count as skipped."""
        self.skipped += self._buffer
        self._buffer.clear()

    def rescan(self) -> Iterator[Frame]:
        """Take the unfinished frame at the front for none; yield the whole ones behind it."""
        while self._buffer:
            self.skipped += self._buffer[:1]
            del self._buffer[:1]
            yield from self.feed(b"")

    def _front_size(self) -> int | None:
        """Bytes of the frame at the front; 0 if there is none, None if that is not yet known."""
        if not self._buffer.startswith(MAGIC[: len(self._buffer)]):
            return 0
        if len(self._buffer) < _HEADER.size:
            return None
        length: int = _HEADER.unpack_from(self._buffer)[3]
        end = _HEADER.size + length
        if length <= PAYLOAD_MAX:
            if len(self._buffer) < end + _CRC.size:
                return None
            (crc,) = _CRC.unpack_from(self._buffer, end)
            if crc == zlib.crc32(self._buffer[len(MAGIC) : end]):
                return end + _CRC.size
        self.damaged += 1
        return 0
