"""A session of recording as one live line on a terminal: what to do now, how long, how strong."""

from __future__ import annotations

from types import TracebackType
from typing import Self

import numpy as np
from rich.console import Console
from rich.live import Live
from rich.text import Text

from tinyml_course.device.session import Moment

BAR = 24  # marks of a full level
FLOOR_DB = 48.0  # below the largest level, where the bar is empty
COLOURS = {"wait": "yellow", "record": "bold green", "saved": "default", "dropped": "red"}


class Terminal:
    """Shows moments of a session on standard error; finished recordings stay as lines."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True, highlight=False)
        self._live = Live(console=self._console, refresh_per_second=10, transient=True)

    def __call__(self, moment: Moment) -> None:
        """Show a moment."""
        place = f"{moment.number}/{moment.recordings}"
        if moment.state in ("saved", "dropped"):
            self._live.update(Text())
            self._console.print(Text(f"{place} {moment.words}", COLOURS[moment.state]))
            return
        bar = level_bar(moment) if moment.state == "record" else ""
        said = f"{place} {moment.words:<28} {moment.left_s:4.1f} s {bar}"
        self._live.update(Text(said, COLOURS[moment.state]))

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._live.stop()


def level_bar(moment: Moment) -> str:
    """Draw how strong the newest samples are, on a scale of decibels.

    Sound against full scale; motion by how far the acceleration is from 1 g, against 4 g. Nothing
    is drawn of pictures.
    """
    samples = moment.samples
    if samples.size == 0 or samples.shape[1] not in (1, 3, 6):
        return ""
    if samples.shape[1] == 1:
        level = float(np.abs(samples).max())
    else:
        level = float(np.abs(np.linalg.norm(samples[:, :3], axis=1) - 1).max()) / 4
    decibels = float(20 * np.log10(max(level, 1e-9)))
    marks = int(np.rint(BAR * min(1.0, max(0.0, 1 + decibels / FLOOR_DB))))
    return f"{'#' * marks}{'.' * (BAR - marks)}"
