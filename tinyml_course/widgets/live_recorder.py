"""Record over the serial line from a notebook, and see what the sensor measures while it does."""

from __future__ import annotations

import html
import time
from collections import deque
from pathlib import Path
from threading import Event, Thread
from typing import Any

import numpy as np
import traitlets as t
from numpy.typing import NDArray

from tinyml_course.device import RecordReport, record
from tinyml_course.device.conversation import Stream
from tinyml_course.device.layouts import layout_of
from tinyml_course.device.session import Moment
from tinyml_course.errors import TinyMLError
from tinyml_course.widgets.still import StillWidget, script

ROWS = 200  # of the picture: 2 s of motion, 5 s of sound
AXES = 3
EVERY_S = 0.1  # from picture to picture


class LiveRecorder(StillWidget):
    """A button that records, a moving picture, and words; what `record` takes, it takes.

    Recording runs beside the notebook, so other cells can run meanwhile and the button can stop
    it. Without a browser, `tc.record` does the same.

    Parameters
    ----------
    task, port, label, out
        See `record`.
    options
        The rest of `record`'s: person, seconds, recordings, ...

    Attributes
    ----------
    running : bool
        Setting it starts and stops.
    report : RecordReport or None
        Of the last session that went well.

    Raises
    ------
    InputError
        There is no such task, or a name cannot be a file's.
    """

    _esm = script("live_recorder.js")

    running = t.Bool(False).tag(sync=True)
    _state = t.Unicode("idle").tag(sync=True)
    _words = t.Unicode("").tag(sync=True)
    _left = t.Unicode("").tag(sync=True)
    _axes = t.Int(0).tag(sync=True)
    _full = t.Float(1.0).tag(sync=True)
    _rows = t.Bytes(b"").tag(sync=True)

    def __init__(
        self, task: str, port: str | Stream | None, label: str, out: str | Path, **options: Any
    ):
        layout_of(task, label, options.get("person", "me"))
        self.report: RecordReport | None = None
        self._ask = (task, port, label, out), options
        self._stop = Event()
        self._thread: Thread | None = None
        self._newest: deque[NDArray[np.float32]] = deque(maxlen=ROWS)
        self._shown_s = 0.0
        super().__init__(_words=f"Ready to record {label!r} for {task}.")

    def describe(self) -> str:
        """Say where the recording stands."""
        return str(self._words)

    def still(self) -> dict[str, Any]:
        """Show the report, once there is one; until then, the words."""
        return {
            "text/html": f"<p>{html.escape(self.describe())}</p>"
            if self.report is None
            else self.report._repr_html_()
        }

    def wait(self, timeout_s: float | None = None) -> RecordReport | None:
        """Wait until the session is over; return its report."""
        if self._thread is not None:
            self._thread.join(timeout_s)
        return self.report

    @t.observe("running")  # type: ignore[untyped-decorator]
    def _start_or_stop(self, change: Any) -> None:
        if not change["new"]:
            self._stop.set()
        elif self._thread is None or not self._thread.is_alive():
            self._stop.clear()
            self._newest.clear()
            self._thread = Thread(target=self._record, daemon=True)
            self._thread.start()

    def _record(self) -> None:
        (task, port, label, out), options = self._ask
        try:
            self.report = record(
                task, port, label, out, watch=self._show, stop=self._stop, **options
            )
            self._state, self._words = "done", self.report.to_text()
        except TinyMLError as error:
            self._state, self._words = "failed", str(error)
        self._left = ""
        self.running = False

    def _show(self, moment: Moment) -> None:
        """Take over a moment; the picture changes ten times a second, the words when they do."""
        if moment.state in ("saved", "dropped"):
            self._newest.clear()
        self._newest.extend(_drawn(moment.samples))
        self._state, self._words = moment.state, moment.words
        now_s = time.monotonic()
        if now_s - self._shown_s < EVERY_S or not self._newest:
            return
        rows = np.array(self._newest, "<f4")
        self._shown_s = now_s
        self._axes = rows.shape[1]
        self._full = max(1.0 if rows.shape[1] == 1 else 2.0, float(np.abs(rows).max()))
        self._rows = rows.tobytes()
        self._left = f"{moment.number} of {moment.recordings}, {moment.left_s:.1f} s left"


def _drawn(samples: NDArray[Any]) -> NDArray[np.float32]:
    """Return what is drawn of new samples: a peak of sound, acceleration, nothing of pictures."""
    values = samples.shape[1]
    if values == 1 and len(samples):
        return np.asarray(np.abs(samples).max(axis=0, keepdims=True), np.float32)
    return np.asarray(samples[:, :AXES] if values in (3, 6) else np.zeros((0, AXES)), np.float32)
