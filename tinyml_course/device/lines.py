"""Motion as lines of text, one sample each, as Edge Impulse's data forwarder takes them.

`0.12,-9.81,0.33` and so on at a steady rate, without a header: 3 values are acceleration, 6 the
rate of turn too. The rate is measured. Such lines have neither number nor checksum: a line that is
no sample counts as one lost, and a pause as many as it lasts, but a digit that was lost inside a
number cannot be seen. A capture sketch does better.

References
----------
Edge Impulse documentation, "Data forwarder": values separated by commas or tabs, one sample a line,
115,200 baud, the frequency detected on the computer.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from threading import Event

import numpy as np

from tinyml_course.device.conversation import Stream
from tinyml_course.device.frames import MAGIC
from tinyml_course.device.takes import Arrival, Take, Tally, Watch
from tinyml_course.errors import DeviceError
from tinyml_course.sketch.capture_info import CaptureInfo, Channel

LISTEN_S = 2.0  # to find out the rate and the axes
QUIET_S = 2.0  # of silence, after which nothing more will come
PAUSE_S, PAUSE_SAMPLES = 0.25, 5.0  # a longer pause than both, and samples are missing
NEAR = 0.005  # of a whole number of samples a second, which is then meant
READ_BYTES = 64
AXES = ("aX", "aY", "aZ", "gX", "gY", "gZ")
LONGEST_LINE = 200


class Lines:
    """A board that sends lines of numbers; takes as `Capture` takes.

    Parameters
    ----------
    stream : Stream
    where : str
        What messages call the line.
    clock : callable
        This computer's time in seconds.
    listen_s : float
        How long to measure the rate.

    Attributes
    ----------
    info : CaptureInfo
        What was found out about the lines.

    Raises
    ------
    DeviceError
        Nothing comes, no lines of 3 or 6 numbers, or not at a steady rate.
    """

    def __init__(
        self,
        stream: Stream,
        where: str = "the board",
        clock: Callable[[], float] = time.monotonic,
        listen_s: float = LISTEN_S,
    ) -> None:
        self._stream = stream
        self._where = where
        self._clock = clock
        self._rest = b""  # of a line whose end has not come
        self.info = CaptureInfo("lines of text", "unknown", "motion", 0, "float64", ())
        self._period_s = 0.0
        self._garbage = 0  # lines of the present take that were no sample
        self._listen(listen_s)

    def take(self, samples: int, watch: Watch | None = None, stop: Event | None = None) -> Take:
        """Collect samples; see `Capture.take`."""
        self._forget()
        tally, broken = Tally(samples), None
        collecting = self._collect(tally, watch)
        try:
            while tally.done < samples and broken is None and not (stop and stop.is_set()):
                broken = next(collecting)
        except KeyboardInterrupt:
            if stop is None:
                raise
            stop.set()
        if broken is None:
            tally.asked = tally.done
        return tally.take(damaged=self._garbage, broken=broken)

    def _collect(self, tally: Tally, watch: Watch | None) -> Iterator[DeviceError | None]:
        """Put line after line in its place; yield None after each, or why no more come."""
        self._garbage, last_s = 0, self._clock()
        for line in self._lines():
            if isinstance(line, DeviceError):
                yield line
                continue
            values, now_s = _numbers(line, self.info.values), self._clock()
            pause_s = now_s - last_s
            if tally.done and pause_s > max(PAUSE_S, PAUSE_SAMPLES * self._period_s):
                tally.skip(round(pause_s / self._period_s) - 1, "line")
            last_s = now_s
            if values is None:
                self._garbage += 1
                tally.skip(1, "line")
            else:
                tally.add(tally.done, values[None], now_s)
                if watch is not None:
                    watch(Arrival(tally.done, tally.asked, values[None]))
            yield None

    def close(self) -> None:
        """Do nothing: such a board sends all the time."""

    def _listen(self, listen_s: float) -> None:
        """Find out how many values a line has, and how many lines come in a second."""
        self._forget()
        start_s, found, seen = self._clock(), [], bytearray()
        tally = Tally(0)
        for line in self._lines():
            if isinstance(line, DeviceError):
                raise line
            seen = (seen + line + b"\n")[-LONGEST_LINE:]
            values = _numbers(line)
            if values is not None:
                found.append(len(values))
            tally.add(
                tally.done, np.zeros((1, 1)), self._clock()
            )  # a line is a sample, good or not
            if self._clock() - start_s > listen_s:
                break
        axes = max(set(found), key=found.count) if found else 0
        if axes not in (3, 6):
            raise DeviceError(self._not_lines(axes, bytes(seen)))
        measured = tally.take()
        rate_hz, error_hz = measured.rate_hz or 0.0, measured.rate_error_hz or 0.0
        if not 10 <= rate_hz <= 2000:
            raise DeviceError(
                f"{self._where} sends {tally.done} lines in {listen_s:g} s; a gesture needs 50 or "
                "more a second. Send every sample as soon as it is measured."
            )
        near = abs(rate_hz - round(rate_hz)) <= max(3 * error_hz, NEAR * rate_hz)
        rate_hz = float(round(rate_hz)) if near else round(rate_hz, 1)
        self._period_s = 1 / rate_hz
        channels = tuple(Channel(name, "", 1) for name in AXES[:axes])
        self.info = CaptureInfo("lines of text", "unknown", "motion", rate_hz, "float64", channels)

    def _forget(self) -> None:
        """Drop what waits, and the line that is half over."""
        clear = getattr(self._stream, "reset_input_buffer", None)
        if clear is not None:
            clear()
        self._rest = b""
        next(iter(self._lines()), None)

    def _lines(self) -> Iterator[bytes | DeviceError]:
        """Give lines as they come; an error when none come any more."""
        heard_s = self._clock()
        while self._clock() - heard_s < QUIET_S:
            while b"\n" in self._rest:
                line, _, self._rest = self._rest.partition(b"\n")
                heard_s = self._clock()
                yield line
            try:
                self._rest += self._stream.read(READ_BYTES)
            except OSError as error:
                yield DeviceError(
                    f"{self._where} vanished: {error}. Check the cable, wait for the board to come "
                    "back, and try again."
                )
                return
            if len(self._rest) > LONGEST_LINE:
                yield self._rest
                self._rest = b""
        yield DeviceError(
            f"{self._where} is silent: no lines come. Upload a sketch that prints a sample a line "
            "at 115200 baud, press the board's reset button, close the Serial Monitor. (A capture "
            "sketch waits to be asked: leave --format lines away.)"
        )

    def _not_lines(self, axes: int, seen: bytes) -> str:
        if MAGIC in seen:
            return (
                f"{self._where} sends frames of a capture sketch, not lines of text. Leave "
                "--format lines away."
            )
        if axes:
            return (
                f"{self._where} sends {axes} values a line; gestures need 3 (aX,aY,aZ) or 6 (and "
                "gX,gY,gZ). Print no others."
            )
        said = seen.decode("ascii", errors="replace").strip().split("\n")[-1].strip()[:80]
        return (
            f"{self._where} sends no lines of numbers but {said!r}. Print aX,aY,aZ or "
            "aX,aY,aZ,gX,gY,gZ and nothing else, at 115200 baud."
        )


def _numbers(line: bytes, count: int | None = None) -> np.ndarray | None:
    """Return the values of a line, or None if it is not `count` finite numbers."""
    try:
        cells = line.decode("ascii").strip().replace("\t", ",").rstrip(",").split(",")
        values = np.array([float(cell) for cell in cells])
    except ValueError:
        return None
    if not np.isfinite(values).all() or (count is not None and len(values) != count):
        return None
    return values
