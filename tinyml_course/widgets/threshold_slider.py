"""Move a detector's threshold: words found against false accepts per hour, and where they fell."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets as t
from numpy.typing import ArrayLike

from tinyml_course.errors import InputError
from tinyml_course.plots import draw_operating_points, draw_posterior, new_figure, png
from tinyml_course.sketch.operating_points import OperatingPoint
from tinyml_course.widgets.still import StillWidget, float32_bytes, script

if TYPE_CHECKING:
    from matplotlib.figure import Figure

EXCERPT_S = 120.0


class ThresholdSlider(StillWidget):
    """A slider over operating points, with their curve and two minutes of the stream.

    Parameters
    ----------
    points : sequence of OperatingPoint
        With rising thresholds.
    confidence : array (n,)
        The largest mean keyword probability of each inference, 0 to 1.
    spoken : sequence of (float, str)
        Each keyword: the second its clip begins, and the word.
    step_s : float
        Time from one inference to the next.
    choice : int
        The point to begin with; later the one the learner has chosen.

    Raises
    ------
    InputError
        If there are no points, their thresholds do not rise, or `choice` is none of them.
    """

    _esm = script("threshold_slider.js")

    choice = t.Int(0).tag(sync=True)
    _points = t.List().tag(sync=True)
    _said = t.List().tag(sync=True)
    _step_s = t.Float().tag(sync=True)
    _confidence = t.Bytes().tag(sync=True)

    def __init__(
        self,
        points: Sequence[OperatingPoint],
        confidence: ArrayLike,
        spoken: Sequence[tuple[float, str]],
        *,
        step_s: float,
        choice: int | None = None,
    ):
        rising = all(a.threshold < b.threshold for a, b in itertools.pairwise(points))
        if not points or not rising:
            raise InputError("the threshold slider needs points whose thresholds rise.")
        self.points = tuple(points)
        self._trace = np.asarray(confidence, "f4")[: int(EXCERPT_S / step_s)]
        self._spoken = [one for one in spoken if one[0] < EXCERPT_S]
        super().__init__(
            choice=len(points) // 2 if choice is None else choice,
            _points=[_for_browser(point) for point in points],
            _said=[list(one) for one in self._spoken],
            _step_s=step_s,
            _confidence=float32_bytes(self._trace, 1, "confidence")[0],
        )

    @t.validate("choice")  # type: ignore[untyped-decorator]
    def _check_choice(self, proposal: Any) -> int:
        choice = int(proposal["value"])
        if not 0 <= choice < len(self.points):
            raise InputError(f"choice is {choice}; there are points 0 to {len(self.points) - 1}.")
        return choice

    @property
    def chosen(self) -> OperatingPoint:
        """The operating point the slider stands at."""
        return self.points[int(self.choice)]

    def describe(self) -> str:
        """Say what the chosen threshold and a few others do."""
        some = sorted({0, len(self.points) // 4, len(self.points) * 3 // 4, len(self.points) - 1})
        return "\n".join(_in_words(self.points[i]) for i in [self.choice, *some])

    def still(self) -> dict[str, Any]:
        """Draw the curve with the chosen point."""
        return {"image/png": png(self.figure())}

    def figure(self) -> Figure:
        """Draw what the widget shows at its threshold."""
        figure, axes = new_figure(1, 2, width=10, height=3.2, widths=(1, 2))
        draw_operating_points(axes[0, 0], self.points, self.chosen)
        seconds = np.arange(len(self._trace)) * self._step_s + 1
        draw_posterior(axes[0, 1], seconds, self._trace, self._spoken, self.chosen)
        return figure


def _for_browser(point: OperatingPoint) -> dict[str, Any]:
    return {
        "threshold": point.threshold,
        "share": point.found_share,
        "falsePerHour": point.false_per_hour,
        "words": _in_words(point),
        "events": [
            [one.time_s, one.label, one.word is not None]
            for one in point.judged
            if one.time_s < EXCERPT_S
        ],
    }


def _in_words(point: OperatingPoint) -> str:
    return (
        f"Threshold {point.threshold:.2f}: {point.found} of {point.words} keywords found "
        f"({point.found_share:.0%}), {point.false_per_hour:.1f} false accepts per hour."
    )
