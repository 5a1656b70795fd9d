"""Record a data set of one's own over the serial line: take after take, each a file of its own.

A short recording (a word, a gesture, a picture) with a gap in it is dropped and made again; a long
one is split at its gaps. Nothing is ever joined over a gap, and every lost sample is reported.
"""

from __future__ import annotations

from contextlib import ExitStack, closing
from pathlib import Path
from threading import Event
from typing import Literal

from tinyml_course.cache import check_writable
from tinyml_course.device.capture import Capture
from tinyml_course.device.conversation import Stream
from tinyml_course.device.layouts import check_source, check_wish, layout_of
from tinyml_course.device.lines import Lines
from tinyml_course.device.port import BAUD, only_port, open_port
from tinyml_course.device.report import RecordReport
from tinyml_course.device.session import Session, Source, Watcher


def record(
    task: str,
    port: str | Stream | None,
    label: str,
    out: str | Path,
    *,
    person: str = "me",
    seconds: float | None = None,
    recordings: int = 10,
    format: Literal["frames", "lines"] = "frames",
    baud: int = BAUD,
    pause_s: float = 1.0,
    watch: Watcher | None = None,
    stop: Event | None = None,
) -> RecordReport:
    """Record from a board that runs a capture sketch, into the layout `load_dataset` reads.

    Parameters
    ----------
    task : {"keywords", "gestures", "parts"}
    port : str, Stream or None
        Name of the serial port, an open line, or None for the only board there is.
    label : str
        What is being recorded; its folder.
    out : str or Path
        The folder of all labels.
    person : str
        Who speaks or moves (for parts: the lot). A split keeps a person's recordings together.
    seconds : float or None
        Length of a recording; None is 1.5 for words, 2 for gestures.
    recordings : int
        How many files (for parts: pictures).
    format : {"frames", "lines"}
        "lines" takes a sketch of one's own that prints `aX,aY,aZ[,gX,gY,gZ]`. Gestures only.
    baud : int
        Of a board behind a UART; native USB takes any.
    pause_s : float
        Between two recordings.
    watch : callable, optional
        Is given a `Moment` whenever something has happened.
    stop : Event, optional
        Once it is set, the session ends with what is there.

    Returns
    -------
    RecordReport

    Raises
    ------
    DeviceError
        No board, another sketch, or it vanished; what was recorded before is saved.
    InputError
        An argument cannot be used, or the disk is full.
    """
    layout = layout_of(task, label, person)
    check_wish(task, label, seconds, recordings, format)
    with ExitStack() as stack:
        where = port if isinstance(port, str) else "the board"
        if port is None:
            port = where = only_port()
        stream = (
            stack.enter_context(closing(open_port(port, baud))) if isinstance(port, str) else port
        )
        source: Source = stack.enter_context(
            closing(
                Lines(stream, where) if format == "lines" else Capture(stream, layout.sketch, where)
            )
        )
        check_source(source.info, layout, task, where)
        folder = Path(out).expanduser()
        check_writable(folder)  # before anybody makes an effort
        session = Session(task, layout, source, label, folder, person, watch)
        return session.run(seconds or layout.seconds, recordings, pause_s, stop or Event())
