"""What a sketch says of itself when a computer asks: bytes in the sketch, a `SketchInfo` here.

The writer prints the bytes into the sketch's settings as data and the serial link reads them back,
so that both sides share one description of the layout and the sketch needs no code for it.
"""

import struct
from dataclasses import dataclass
from typing import Self

from tinyml_course.errors import DeviceError

PROTOCOL = 1
MODEL_BYTES = 8
_FIXED = struct.Struct(f"<BIHHH{MODEL_BYTES}sB")


@dataclass(frozen=True)
class SketchInfo:
    """The sketch on a board: what it takes, what it gives back, and which model it runs.

    Attributes
    ----------
    name : str
        Its folder's name.
    rate_hz : int
        Sample rate of the clips it takes.
    hop_samples, clip_hops : int
        Samples in one block, blocks in one clip.
    classes : int
        Scores it gives back.
    feature_shape : tuple of int
        Shape of the features it gives back.
    model : bytes
        The first 8 bytes of the SHA-256 of its `.tflite` model.
    """

    name: str
    rate_hz: int
    hop_samples: int
    clip_hops: int
    classes: int
    feature_shape: tuple[int, ...]
    model: bytes

    def to_bytes(self) -> bytes:
        """Return the description as the sketch stores and sends it."""
        dims = self.feature_shape
        fixed = _FIXED.pack(
            PROTOCOL,
            self.rate_hz,
            self.hop_samples,
            self.clip_hops,
            self.classes,
            self.model,
            len(dims),
        )
        return fixed + struct.pack(f"<{len(dims)}H", *dims) + self.name.encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read a description that a sketch has sent.

        Raises
        ------
        DeviceError
            The sketch speaks another version of the protocol.
        """
        if not data or data[0] != PROTOCOL:
            raise DeviceError(
                f"the sketch speaks version {data[0] if data else 0} of the replay protocol, this "
                f"package version {PROTOCOL}. Write the sketch again and upload it."
            )
        _, rate_hz, hop, hops, classes, model, count = _FIXED.unpack_from(data)
        names_at = _FIXED.size + 2 * count
        dims = struct.unpack(f"<{count}H", data[_FIXED.size : names_at])
        return cls(data[names_at:].decode(), rate_hz, hop, hops, classes, dims, model)
