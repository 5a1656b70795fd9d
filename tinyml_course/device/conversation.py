"""A conversation over a serial line: requests one at a time, each with one answer.

The line may lose or damage bytes. A request whose answer does not come in time is sent again under
its old counter, so that the other side can tell it from a new one.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Protocol, Self

from tinyml_course.device.frames import Decoder, Frame, encode
from tinyml_course.errors import DeviceError

REFUSED = 0x8F
ATTEMPTS = 5
LINE_S = 0.5
"""How long the rest of a line of text may take that has begun."""


class Stream(Protocol):
    """A serial line: a `serial.Serial` with a short read time-out, or anything like it."""

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes; fewer, or none, if they do not come in a short time."""

    def write(self, data: bytes) -> int | None:
        """Send bytes."""


class Conversation:
    """What `Link` and `Capture` share: asking, waiting, and saying why nothing came.

    Parameters
    ----------
    stream : Stream
        The line; it stays open when the conversation ends.
    where : str
        What messages call the line.
    timeout_s : float
        How long an answer may take before the request is sent again.
    """

    _ours = "Upload a sketch that write_sketch has written."
    _kind = "one of our sketches"

    def __init__(self, stream: Stream, where: str, timeout_s: float) -> None:
        self._stream = stream
        self._where = where
        self._timeout_s = timeout_s
        self._decoder = Decoder()
        self._counter = 0

    def close(self) -> None:
        """Take leave of the board."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _ask(self, kind: int, payload: bytes, wanted: int, attempts: int = ATTEMPTS) -> Frame:
        """Send a request until its answer comes."""
        request = encode(Frame(kind, self._counter, payload))
        for _ in range(attempts):
            with self._line():
                self._stream.write(request)
            answer = self._await_answer(wanted)
            if answer is None:
                continue
            self._counter = (self._counter + 1) % 2**16
            if answer.kind != wanted:
                raise DeviceError(self._refusal(answer))
            return answer
        raise DeviceError(self._silence())

    def _await_answer(self, wanted: int) -> Frame | None:
        """Read until the answer to the present request is whole, or its time is over."""
        deadline = time.monotonic() + self._timeout_s
        while time.monotonic() < deadline:
            with self._line():
                received = self._stream.read(self._decoder.missing)
            for frame in self._decoder.feed(received):
                if self._answers(frame, wanted):
                    return frame
        self._decoder.give_up()
        return None

    def _hear_out(self) -> None:
        """Read on until a line of text that has begun is whole, or its time is over."""
        deadline = time.monotonic() + LINE_S
        skipped = self._decoder.skipped
        while skipped and not skipped.endswith(b"\n") and time.monotonic() < deadline:
            with self._line():
                received = self._stream.read(self._decoder.missing)
            list(self._decoder.feed(received))

    def _answers(self, frame: Frame, _wanted: int) -> bool:
        """Tell whether a frame answers the present request."""
        return frame.counter == self._counter

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
        self._hear_out()
        text = bytes(self._decoder.skipped).decode("ascii", errors="ignore").split("\n")
        said = [line.strip() for line in text if line.strip().isprintable() and line.strip()]
        if said:
            return (
                f"{self._where} does not run {self._kind}, or it has stopped; it says: "
                f"{said[-1][:120]!r}. {self._ours}"
            )
        return (
            f"{self._where} does not answer. {self._ours} Press the board's reset button, close "
            "the Serial Monitor, and try again."
        )
