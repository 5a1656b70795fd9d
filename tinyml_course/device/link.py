"""A conversation with a sketch in replay mode, one clip after the other.

A request that comes twice is answered again but not carried out twice, so a clip's samples are
counted exactly once. `sketch/templates/replay.h` is the other side.
"""

from __future__ import annotations

import struct
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tinyml_course.device.conversation import REFUSED, Conversation, Stream
from tinyml_course.device.frames import PAYLOAD_MAX
from tinyml_course.errors import DeviceError, InputError
from tinyml_course.sketch.info import SketchInfo

__all__ = ["REFUSED", "Link", "Replay", "Stream"]

HELLO, SAMPLES, GOODBYE, MORE = 0x01, 0x02, 0x03, 0x04
INFO, TAKEN, RESULT = 0x81, 0x82, 0x83
_TIMES = struct.Struct("<II")


@dataclass(frozen=True)
class Replay:
    """What a board made of one clip.

    Attributes
    ----------
    features : ndarray of int8 (frames, coefficients, 1)
    scores : ndarray of int8 (classes,)
    features_us, inference_us : int
        Time the board spent on all features of the clip, and on the model, in microseconds.
    """

    features: NDArray[np.int8]
    scores: NDArray[np.int8]
    features_us: int
    inference_us: int


class Link(Conversation):
    """An open conversation with the sketch on a board.

    Parameters
    ----------
    stream : Stream
        The line; it stays open when the conversation ends.
    where : str
        What messages call the line.
    timeout_s : float
        How long an answer may take before the request is sent again.

    Attributes
    ----------
    info : SketchInfo
        What the sketch says it is.

    Raises
    ------
    DeviceError
        Nobody answers, or not one of our sketches.
    """

    def __init__(self, stream: Stream, where: str = "the board", timeout_s: float = 1.0) -> None:
        super().__init__(stream, where, timeout_s)
        said = self._ask(HELLO, b"", INFO).payload
        if said.startswith(b"{"):  # JSON is how a capture sketch describes itself
            raise DeviceError(
                f"{where} runs a capture sketch, which records and does not classify. Write the "
                "sketch of your RUN with `tinyml sketch` and upload it."
            )
        self.info = SketchInfo.from_bytes(said)

    def send_clip(self, samples: NDArray[np.int16]) -> Replay:
        """Replay one clip on the board.

        Parameters
        ----------
        samples : ndarray of int16 (samples,)
            Exactly one clip, at the sketch's sample rate.

        Raises
        ------
        InputError
            The samples are not one int16 clip of the sketch's length.
        DeviceError
            The board went silent, vanished or refused.
        """
        hop, hops = self.info.hop_samples, self.info.clip_hops
        if samples.dtype != np.int16 or samples.shape != (hop * hops,):
            raise InputError(
                f"a clip for {self.info.name} is int16 of shape ({hop * hops},) at "
                f"{self.info.rate_hz} Hz, got {samples.dtype} of {samples.shape}."
            )
        blocks = samples.astype("<i2").reshape(hops, hop)
        for block in blocks[:-1]:
            self._ask(SAMPLES, block.tobytes(), TAKEN)
        found = self._ask(SAMPLES, blocks[-1].tobytes(), RESULT).payload
        whole = _TIMES.size + int(np.prod(self.info.feature_shape)) + self.info.classes
        while PAYLOAD_MAX <= len(found) < whole:  # more than one frame holds
            found += self._ask(MORE, b"", RESULT).payload
        return self._result(found)

    def close(self) -> None:
        """Let the board listen to its microphone again, if it still answers."""
        with suppress(DeviceError):  # it leaves replay mode by itself after some seconds
            self._ask(GOODBYE, b"", TAKEN, attempts=1)

    def _result(self, payload: bytes) -> Replay:
        shape, classes = self.info.feature_shape, self.info.classes
        count = int(np.prod(shape))
        if len(payload) != _TIMES.size + count + classes:
            raise DeviceError(
                f"{self._where} sent a result of {len(payload)} bytes, not the announced "
                f"{_TIMES.size + count + classes}. Write the sketch again and upload it."
            )
        features_us, inference_us = _TIMES.unpack_from(payload)
        values = np.frombuffer(payload, np.int8, offset=_TIMES.size)
        return Replay(values[:count].reshape(shape), values[count:], features_us, inference_us)
