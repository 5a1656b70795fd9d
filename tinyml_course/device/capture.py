"""A conversation with a capture sketch: who it is, and takes of what its sensor measures.

Samples come in numbered frames with a checksum. After noise the decoder finds the next whole frame;
the numbers then tell how many samples are missing, and a frame's own counter whether the line lost
them or the board. `sketch/templates/capture.h` is the other side.
"""

from __future__ import annotations

import re
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from threading import Event

import numpy as np

from tinyml_course.device.conversation import REFUSED, Conversation, Stream
from tinyml_course.device.frames import Frame, encode
from tinyml_course.device.port import ports_in_words
from tinyml_course.device.takes import Arrival, Take, Tally, Watch
from tinyml_course.errors import DeviceError
from tinyml_course.sketch.capture_info import CaptureInfo
from tinyml_course.sketch.info import PROTOCOL, SketchInfo

HELLO, START, STOP = 0x01, 0x05, 0x06
INFO, TAKEN, DATA, END = 0x81, 0x82, 0x84, 0x85
RESYNC_S = 0.2  # of silence, after which a frame that was begun is broken off
QUIET_S, QUIET_CAMERA_S = 1.5, 6.0  # that a sketch may be silent in a take
STOPS = 3  # times it is then asked to end before it counts as gone
LINE_OF_NUMBERS = re.compile(rb"^[-+\d.eE]+(?:[,\t][-+\d.eE]+)+\r?\n", re.MULTILINE)
_NUMBER, _TOTALS = struct.Struct("<I"), struct.Struct("<II")


class Capture(Conversation):
    """An open conversation with the capture sketch on a board.

    Parameters
    ----------
    stream : Stream
        The line; it stays open when the conversation ends.
    sketch : str
        The folder of `arduino/` to upload if it is not there.
    where : str
        What messages call the line.
    timeout_s : float
        How long an answer may take before the request is sent again.
    clock : callable
        This computer's time in seconds.

    Attributes
    ----------
    info : CaptureInfo
        What the sketch says it is.

    Raises
    ------
    DeviceError
        Nobody answers, or not a capture sketch.
    """

    _kind = "a capture sketch"

    def __init__(
        self,
        stream: Stream,
        sketch: str = "capture_motion",
        where: str = "the board",
        timeout_s: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(stream, where, timeout_s)
        self._ours = f"Upload arduino/{sketch}."
        self._counter = 1
        self._clock = clock
        self.info = CaptureInfo.from_json(self._description())

    def take(self, samples: int, watch: Watch | None = None, stop: Event | None = None) -> Take:
        """Let the sketch send samples, and put them in their places.

        Parameters
        ----------
        samples : int
            How many.
        watch : callable, optional
            Is given an `Arrival` whenever samples have come.
        stop : Event, optional
            Once it is set, the take ends with what has been sent. Ctrl-C sets it.

        Returns
        -------
        Take
            If the board vanishes or falls silent, what came before that, and the error in it.

        Raises
        ------
        DeviceError
            The sketch refuses to start, or does not answer.
        """
        self._ask(START, _NUMBER.pack(samples), TAKEN)
        return _Receiving(self, samples, watch).run(stop)

    def close(self) -> None:
        """Let the sketch rest, if it is still there."""
        with suppress(OSError):
            self._stream.write(encode(Frame(STOP, 0)))

    def _description(self) -> bytes:
        """Ask for what the sketch says of itself, part by part until one is empty."""
        text = b""
        while part := self._ask(HELLO, struct.pack("<H", len(text)), INFO).payload:
            if part[0] == PROTOCOL:
                raise DeviceError(
                    f"{self._where} runs the sketch {SketchInfo.from_bytes(part).name}, which "
                    f"classifies and does not record. {self._ours}"
                )
            text += part
        return text

    def _answers(self, frame: Frame, wanted: int) -> bool:
        return frame.kind in (wanted, REFUSED) and super()._answers(frame, wanted)

    def _refusal(self, answer: Frame) -> str:
        text = answer.payload.decode(errors="replace")
        whole = re.match(r".*[.?!]", text)  # a board with small frames cuts the text off
        return f"{self._where} cannot record: {whole[0] if whole else text}"

    def _silence(self) -> str:
        lines = LINE_OF_NUMBERS.findall(bytes(self._decoder.skipped))
        if len(lines) > 2:
            return (
                f"{self._where} sends lines of numbers ({lines[-1].decode().strip()[:40]!r}), not "
                f"the frames of a capture sketch. Record with --format lines. Or: {self._ours}"
            )
        said = super()._silence()
        return said if self._decoder.skipped else f"{said} {ports_in_words()}"


class _Receiving:
    """The frames of one take, until its end."""

    def __init__(self, capture: Capture, samples: int, watch: Watch | None) -> None:
        self._of = capture
        self._watch = watch
        self._asked = samples
        self._skipped = len(capture._decoder.skipped)
        self._damaged = capture._decoder.damaged
        self._stopped = False  # by whoever watches
        self._begin()

    def _begin(self) -> None:
        self._tally = Tally(self._asked)
        self._frames = 0  # counter of the data that is due
        self._ended = False
        self._broken: DeviceError | None = None

    def run(self, stop: Event | None) -> Take:
        """Receive until the sketch says it is done, or is gone."""
        clock, info = self._of._clock, self._of.info
        quiet_s = QUIET_S if info.rate_hz else QUIET_CAMERA_S
        self._byte_s = self._frame_s = clock()
        stops = 0
        while not self._ended and self._broken is None:
            if stop is not None and stop.is_set() and not self._stopped:
                self._stopped = True
                stops = self._ask_to_end(stops)
            try:
                self._receive()
            except KeyboardInterrupt:
                if stop is None or stop.is_set():
                    raise
                stop.set()
            if clock() - self._frame_s > quiet_s * (stops + 1):
                self._ended = self._tally.done >= self._tally.asked  # its END was lost
                stops = self._ask_to_end(stops)
        decoder = self._of._decoder
        return self._tally.take(
            damaged=decoder.damaged - self._damaged,
            noise_bytes=len(decoder.skipped) - self._skipped,
            broken=self._broken,
        )

    def _receive(self) -> None:
        """Read what has come; after a silence, look behind a frame that was broken off."""
        decoder, now_s = self._of._decoder, self._of._clock()
        try:
            with self._of._line():
                received = self._of._stream.read(decoder.missing)
        except DeviceError as error:
            self._broken = error
            return
        if received:
            self._byte_s = now_s
            self._obey_all(decoder.feed(received))
        elif now_s - self._byte_s > RESYNC_S:
            self._obey_all(decoder.rescan())

    def _obey_all(self, frames: Iterator[Frame]) -> None:
        for frame in frames:
            self._frame_s = self._of._clock()
            self._obey(frame)

    def _obey(self, frame: Frame) -> None:
        if frame.kind == DATA:
            self._add(frame)
        elif frame.kind == END and len(frame.payload) == _TOTALS.size:
            sent, lost = _TOTALS.unpack(frame.payload)
            self._tally.skip(sent - self._tally.done, "board" if lost else "line")
            if self._stopped:
                self._tally.asked = sent
            self._tally.skip(self._tally.asked - sent, "line")  # it had to be asked to end
            self._ended = True
        elif frame.kind == TAKEN:  # START came twice: the sketch has begun again
            self._begin()
        elif frame.kind == REFUSED:
            self._broken = DeviceError(self._of._refusal(frame))

    def _add(self, frame: Frame) -> None:
        info = self._of.info
        size = len(frame.payload) - _NUMBER.size
        if size < info.sample_bytes or size % info.sample_bytes:
            self._broken = DeviceError(
                f"{self._of._where} sends samples of another size than {info.sketch} announced. "
                f"Write the capture sketch again with this package and upload it."
            )
            return
        (start,) = _NUMBER.unpack_from(frame.payload)
        dtype = np.dtype(info.dtype).newbyteorder("<")
        values = np.frombuffer(frame.payload, dtype, offset=_NUMBER.size).reshape(-1, info.values)
        by = "board" if frame.counter == self._frames % 2**16 else "line"
        if self._tally.add(start, values.astype(info.dtype), self._of._clock(), by):
            self._frames = frame.counter + 1
            if self._watch is not None:
                self._watch(Arrival(self._tally.done, self._asked, values))

    def _ask_to_end(self, stops: int) -> int:
        """Ask the sketch to stop; when that was in vain too often, it is gone."""
        if stops == STOPS:
            self._broken = DeviceError(
                f"{self._of._where} fell silent after {self._tally.done:,} of {self._asked:,} "
                "samples. Press the board's reset button, check the cable, and record again."
            )
            return stops
        try:
            with self._of._line():
                self._of._stream.write(encode(Frame(STOP, 0)))
        except DeviceError as error:
            self._broken = error
        return stops + 1
