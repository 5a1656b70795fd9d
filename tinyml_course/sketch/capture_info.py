"""What a capture sketch says of itself: JSON in the sketch, a `CaptureInfo` here.

The writer of the sketch prints it, the recorder reads it, and so can a page that talks to the board
by Web Serial: what is measured, how often, in which type, and what a count is worth.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from tinyml_course.errors import DeviceError

CAPTURE_PROTOCOL = 1
DTYPES = ("int16", "uint8")


@dataclass(frozen=True)
class Channel:
    """One value of a sample: its name, its unit, and the counts that make one unit."""

    name: str
    unit: str
    counts_per_unit: int


@dataclass(frozen=True)
class CaptureInfo:
    """The capture sketch on a board.

    Attributes
    ----------
    sketch, board : str
        The folder it came from, and the board it was written for.
    sensor : {"microphone", "motion", "camera"}
    rate_hz : float
        Samples a second; 0 where they come when they can.
    dtype : {"int16", "uint8"}
        Type of a value.
    channels : tuple of Channel
        What a sample holds.
    width, height : int
        Of a picture, whose rows are the samples: `width` values of the only channel each. (1, 1)
        where samples are no pictures.
    version : str
        The generator's.
    """

    sketch: str
    board: str
    sensor: str
    rate_hz: float
    dtype: str
    channels: tuple[Channel, ...]
    width: int = 1
    height: int = 1
    version: str = ""

    @property
    def values(self) -> int:
        """How many values a sample has."""
        return len(self.channels) * self.width

    @property
    def sample_bytes(self) -> int:
        """Bytes of a sample on the line."""
        return self.values * np.dtype(self.dtype).itemsize

    def in_units(self, counts: NDArray[Any]) -> NDArray[np.float64]:
        """Return samples (n, channels) in the channels' units."""
        scale = np.array([channel.counts_per_unit for channel in self.channels], np.float64)
        return np.asarray(counts / scale, np.float64)

    def to_json(self) -> str:
        """Return the description as the sketch stores and sends it."""
        told = {"capture": CAPTURE_PROTOCOL, **asdict(self)}
        told["channels"] = [[c.name, c.unit, c.counts_per_unit] for c in self.channels]
        return json.dumps(told, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: bytes) -> Self:
        """Read a description that a sketch has sent.

        Raises
        ------
        DeviceError
            It is damaged, or of another version of the protocol.
        """
        try:
            told = json.loads(text)
            version = told.pop("capture")
        except (ValueError, KeyError, AttributeError) as error:
            raise DeviceError(
                f"the board describes itself by {text[:40]!r}, which is no capture sketch's way. "
                "Write the capture sketch again with this package and upload it."
            ) from error
        try:
            channels = tuple(Channel(*channel) for channel in told.pop("channels"))
            info = cls(channels=channels, **told)
        except (TypeError, KeyError) as error:
            raise DeviceError(_other_version(version)) from error
        if version != CAPTURE_PROTOCOL or info.dtype not in DTYPES:
            raise DeviceError(_other_version(version))
        return info


def _other_version(version: object) -> str:
    return (
        f"the sketch speaks version {version} of the capture protocol, this package version "
        f"{CAPTURE_PROTOCOL}. Write the capture sketch again with this package and upload it."
    )
