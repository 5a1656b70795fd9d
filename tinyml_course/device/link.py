"""A conversation with a sketch in replay mode: requests one at a time, each with one answer.

The line may lose or damage bytes. A request whose answer does not come in time is sent again under
its old counter; the sketch answers again but does not carry it out twice, so a clip's samples are
counted exactly once. `sketch/templates/replay.h` is the other side.
"""

from __future__ import annotations

import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from tinyml_course.device.frames import PAYLOAD_MAX, Decoder, Frame, encode
from tinyml_course.errors import DeviceError, InputError
from tinyml_course.sketch.info import SketchInfo

HELLO, SAMPLES, GOODBYE, MORE = 0x01, 0x02, 0x03, 0x04
INFO, TAKEN, RESULT, REFUSED = 0x81, 0x82, 0x83, 0x8F
ATTEMPTS = 5
_TIMES = struct.Struct("<II")


class Stream(Protocol):
    """A serial line: a `serial.Serial` with a short read time-out, or anything like it."""

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes; fewer, or none, if they do not come in a short time."""

    def write(self, data: bytes) -> int | None:
        """Send bytes."""


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


class Link:
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
        self._stream = stream
        self._where = where
        self._timeout_s = timeout_s
        self._decoder = Decoder()
        self._counter = 0
        self.info = SketchInfo.from_bytes(self._ask(HELLO, b"", INFO).payload)

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

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

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

    def _ask(self, kind: int, payload: bytes, wanted: int, attempts: int = ATTEMPTS) -> Frame:
        """Send a request until its answer comes."""
        request = encode(Frame(kind, self._counter, payload))
        for _ in range(attempts):
            with self._line():
                self._stream.write(request)
            answer = self._await_answer()
            if answer is None:
                continue
            self._counter = (self._counter + 1) % 2**16
            if answer.kind != wanted:
                raise DeviceError(self._refusal(answer))
            return answer
        raise DeviceError(self._silence())

    def _await_answer(self) -> Frame | None:
        """Read until the answer to the present request is whole, or its time is over."""
        deadline = time.monotonic() + self._timeout_s
        while time.monotonic() < deadline:
            with self._line():
                received = self._stream.read(self._decoder.missing)
            for frame in self._decoder.feed(received):
                if frame.counter == self._counter:
                    return frame
        self._decoder.give_up()
        return None

    @contextmanager
    def _line(self) -> Iterator[None]:
        """Take a line that breaks for a board that vanished."""
        try:
            yield
        except OSError as error:  # pyserial's own exception is one
            raise DeviceError(
                f"{self._where} vanished: {error}. Check the cable, wait for the board to come "
                "back, and try again."
            ) from error

    def _refusal(self, answer: Frame) -> str:
        if answer.kind == REFUSED:
            return (
                f"{self._where} refused: {answer.payload.decode(errors='replace')}. "
                "Press the board's reset button and try again."
            )
        return (
            f"{self._where} gave an answer of kind 0x{answer.kind:02X} that does not fit. "
            "Write the sketch again with this package and upload it."
        )

    def _silence(self) -> str:
        """Say what came instead of an answer, and what that usually means."""
        if self._decoder.damaged:
            return (
                f"{self._where}: {self._decoder.damaged} answers came with a wrong checksum. "
                "Use another cable or USB port, close other programs on this port, and try again."
            )
        text = bytes(self._decoder.skipped).decode("ascii", errors="ignore").split("\n")
        said = [line.strip() for line in text if line.strip().isprintable() and line.strip()]
        if said:
            return (
                f"{self._where} does not run one of our sketches, or it has stopped; it says: "
                f"{said[-1][:120]!r}. Upload a sketch that write_sketch has written."
            )
        return (
            f"{self._where} does not answer. Upload the sketch, press the board's reset button, "
            "close the Serial Monitor, and try again."
        )
