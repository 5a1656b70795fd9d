"""Recordings of one label by one person, take after take: kept, split, dropped, told of."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from tinyml_course.datasets.recording_files import (
    PATTERNS,
    log_session,
    motion_bytes,
    picture_bytes,
    sound_bytes,
    write_new,
)
from tinyml_course.device.layouts import Layout
from tinyml_course.device.report import Recorded, RecordReport
from tinyml_course.device.takes import Arrival, Take, Watch
from tinyml_course.errors import DeviceError
from tinyml_course.sketch.capture_info import CaptureInfo

RATE_OFF = 0.02  # of the told rate, from which on a measured one is another
TRIES = 2  # takes for each recording that is wanted


@dataclass(frozen=True, eq=False)
class Moment:
    """Where a session stands, told to whoever watches.

    Attributes
    ----------
    state : {"wait", "record", "saved", "dropped"}
    number, recordings : int
        Which recording it is, from 1 on, and of how many.
    left_s : float
        Until the recording begins, or of it.
    samples : ndarray, shape=(n, values)
        The newest, in units.
    words : str
        What to say.
    """

    state: str
    number: int
    recordings: int
    left_s: float
    samples: NDArray[Any]
    words: str


Watcher = Callable[[Moment], None]


class Source(Protocol):
    """What takes come from: a `Capture`, or `Lines`."""

    @property
    def info(self) -> CaptureInfo:
        """What is measured."""

    def take(self, samples: int, watch: Watch | None = None, stop: Event | None = None) -> Take:
        """Take samples."""

    def close(self) -> None:
        """Let the board rest."""


@dataclass
class Session:
    """Recordings of one label by one person."""

    task: str
    layout: Layout
    source: Source
    label: str
    folder: Path
    person: str
    watch: Watcher | None

    def __post_init__(self) -> None:
        self._made: list[Recorded] = []
        self._takes: list[Take] = []

    def run(self, seconds: float, recordings: int, pause_s: float, stop: Event) -> RecordReport:
        """Make the recordings; a spoilt one is made again."""
        info = self.source.info
        samples = round(seconds * info.rate_hz) if info.rate_hz else info.height
        kept = 0
        try:
            while kept < recordings and len(self._made) < TRIES * recordings:
                place = kept + 1, recordings
                self._count_down(pause_s, place, stop)
                if stop.is_set():
                    break
                kept += self._take(samples, place, stop)
        except KeyboardInterrupt:  # between two takes
            stop.set()
        except DeviceError as error:
            raise DeviceError(f"{error} {self._safe()}") from error
        finally:
            self._log()
        return self._report(kept, recordings, stop)

    def _count_down(self, pause_s: float, place: tuple[int, int], stop: Event) -> None:
        end_s = time.monotonic() + pause_s
        while not stop.is_set() and (left_s := end_s - time.monotonic()) > 0:
            self._tell("wait", f"{self.label} {place[0]}: get ready", place, left_s)
            stop.wait(min(left_s, 0.25))

    def _take(self, samples: int, place: tuple[int, int], stop: Event) -> bool:
        """Make one recording; True if it is kept."""
        info = self.source.info

        def arrived(arrival: Arrival) -> None:
            left_s = (arrival.asked - arrival.done) / info.rate_hz if info.rate_hz else 0.0
            said = f"{self.label} {place[0]}: now"
            self._tell("record", said, place, left_s, arrival.samples)

        take = self.source.take(samples, arrived if self.watch is not None else None, stop)
        stopped = take.asked < samples
        files = self._keep(take, samples, stopped=stopped)
        drawn = max((p.samples for p in take.pieces), key=len, default=np.zeros((0, info.values)))
        self._takes.append(take)
        self._made.append(
            Recorded(
                files, take.gaps, info.rate_hz, take.duplicates, take.damaged, take.noise_bytes,
                drawn if info.height > 1 else info.in_units(drawn),
            )
        )  # fmt: skip
        state = "saved" if files else "dropped"
        self._tell(state, self._made[-1].describe(), place)
        if take.broken is not None:
            raise take.broken
        return bool(files)

    def _keep(self, take: Take, samples: int, *, stopped: bool) -> tuple[Path, ...]:
        """Write what is of use of a take."""
        info, layout = self.source.info, self.layout
        if info.height > 1:
            pieces = [p for p in take.pieces if take.whole and len(p.samples) == info.height]
        else:
            single = samples <= layout.single_s * info.rate_hz
            spoilt = single and take.gaps and take.broken is None
            least = layout.least_s * info.rate_hz
            pieces = [p for p in take.pieces if not spoilt and len(p.samples) >= least]
            if single and stopped:
                pieces = []  # half a word is not that word
        pattern = PATTERNS[self.task].format(who=self.person)
        folder = self.folder / self.label
        return tuple(write_new(folder, pattern, self._content(p.samples)) for p in pieces)

    def _content(self, samples: NDArray[Any]) -> bytes:
        info = self.source.info
        if info.height > 1:
            return picture_bytes(samples)
        if info.sensor == "microphone":
            return sound_bytes(samples[:, 0], int(info.rate_hz))
        units = [channel.unit for channel in info.channels if channel.unit]
        return motion_bytes(info.in_units(samples), info.rate_hz, units)

    def _tell(
        self,
        state: str,
        words: str,
        place: tuple[int, int],
        left_s: float = 0.0,
        samples: NDArray[Any] | None = None,
    ) -> None:
        if self.watch is None:
            return
        info = self.source.info
        newest = np.zeros((0, info.values)) if samples is None else samples
        shown = newest if info.height > 1 else info.in_units(newest)
        self.watch(Moment(state, *place, left_s, shown, words))

    def _rate(self) -> tuple[float | None, float]:
        """Return the rate over all takes, weighted by their length, and its error."""
        told = [t for t in self._takes if t.rate_hz is not None]
        weights = np.array([t.asked for t in told], float)
        if not told or self.source.info.rate_hz == 0:
            return None, 0.0
        weights /= weights.sum()
        rates = np.array([t.rate_hz for t in told], float)
        errors = np.array([t.rate_error_hz for t in told], float)
        return float(weights @ rates), float(np.sqrt(weights**2 @ errors**2))

    def _report(self, kept: int, recordings: int, stop: Event) -> RecordReport:
        info, warnings = self.source.info, []
        rate_hz, error_hz = self._rate()
        off_hz = abs((rate_hz or 0.0) - info.rate_hz)
        if rate_hz is not None and off_hz > RATE_OFF * info.rate_hz + 3 * error_hz:
            warnings.append(
                f"{info.sketch} tells {info.rate_hz:,g} samples a second, by this computer's clock "
                f"they are {rate_hz:,.4g}. Upload the sketch as it was written; do not mix these "
                "recordings with others."
            )
        if kept < recordings and not stop.is_set():
            warnings.append(
                f"{kept} of {recordings} recordings could be kept, the others had gaps. Use "
                "another cable or USB port, and close other programs."
            )
        return RecordReport(
            self.task, self.label, self.person, self.folder, info, tuple(self._made), rate_hz,
            tuple(warnings),
        )  # fmt: skip

    def _log(self) -> None:
        """Add a line to the folder's datasheet, if there is something to tell of."""
        files = [path for one in self._made for path in one.files]
        if not files:
            return
        info, (rate_hz, _) = self.source.info, self._rate()
        measured = f"{rate_hz:,.4g}" if rate_hz is not None else "not measured"
        unit = ", ".join(dict.fromkeys(channel.unit for channel in info.channels))
        log_session(
            self.folder,
            f"Recordings of {self.task}",
            (
                datetime.datetime.now().astimezone().isoformat(" ", "minutes"),
                self.label,
                f"{files[0].name} to {files[-1].name}, {len(files)} in {unit}",
                self.person,
                info.board,
                f"{info.sketch} {info.version}",
                f"{info.rate_hz:,g} / {measured} Hz" if info.rate_hz else "pictures",
                f"{sum(one.lost for one in self._made):,} samples",
            ),
        )

    def _safe(self) -> str:
        """Say what is saved of a session that broke off."""
        files = [path for one in self._made for path in one.files]
        if not files:
            return "Nothing had been recorded yet."
        return (
            f"What was recorded before is saved in {self.folder / self.label} ({len(files)} "
            f"files), the last as {files[-1].name}: see whether it is whole."
        )
