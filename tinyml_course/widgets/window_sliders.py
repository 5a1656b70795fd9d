"""Choose a window and a stride over a session of motion: what the windows see, what they cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets as t
from numpy.typing import ArrayLike, NDArray

from tinyml_course.errors import InputError
from tinyml_course.plots import AXIS_COLOURS, GREY, ORANGE, new_figure, png
from tinyml_course.widgets.still import StillWidget, float32_bytes, script

if TYPE_CHECKING:
    from matplotlib.figure import Figure

AXES = ("x", "y", "z")
MOST_ROWS = 10  # of bars below one another
WHOLE = 0.95  # share of a gesture that makes it whole to a window


class WindowSliders(StillWidget):
    """Two sliders over a stretch of motion: how long a window is, and how often there is one.

    Parameters
    ----------
    samples : array (time, 3 or more)
        Acceleration x, y, z in g; what follows is not drawn.
    rate_hz : float
    events : sequence of (float, float, str)
        Gestures: start and end in seconds, and the label.
    windows_s, strides_s : sequence of float
        What there is to choose from, rising.
    window, stride : int
        Which to begin with; later those the learner has chosen.

    Raises
    ------
    InputError
        If there is nothing to choose from, it does not rise, or a choice is none of it.
    """

    _esm = script("window_sliders.js")

    window = t.Int(0).tag(sync=True)
    stride = t.Int(0).tag(sync=True)
    _windows_s = t.List().tag(sync=True)
    _strides_s = t.List().tag(sync=True)
    _events = t.List().tag(sync=True)
    _words = t.List().tag(sync=True)
    _rate_hz = t.Float().tag(sync=True)
    _samples = t.Bytes().tag(sync=True)

    def __init__(
        self,
        samples: ArrayLike,
        rate_hz: float,
        events: Sequence[tuple[float, float, str]],
        *,
        windows_s: Sequence[float] = (0.3, 0.5, 0.7, 1.0, 1.4, 2.0),
        strides_s: Sequence[float] = (0.02, 0.04, 0.08, 0.2, 0.5, 1.0),
        window: int = 3,
        stride: int = 3,
    ):
        for name, choices in (("windows", windows_s), ("strides", strides_s)):
            if not choices or not (np.diff([0.0, *choices]) > 0).all():
                raise InputError(f"the {name} to choose from must be above zero, and rise.")
        drawn = np.asarray(samples, "f4")
        if drawn.ndim != 2 or drawn.shape[1] < len(AXES):
            raise InputError(f"the motion has shape {drawn.shape}; (time, 3 or more) is needed.")
        self._motion: NDArray[np.float32] = drawn[:, : len(AXES)]
        self._given = tuple(events)
        self._seconds = len(drawn) / rate_hz
        words = [[self._in_words(w, s) for s in strides_s] for w in windows_s]
        super().__init__(
            window=window,
            stride=stride,
            _windows_s=list(windows_s),
            _strides_s=list(strides_s),
            _events=[list(one) for one in events],
            _words=words,
            _rate_hz=rate_hz,
            _samples=float32_bytes(self._motion, 2, "motion")[0],
        )

    @t.validate("window", "stride")  # type: ignore[untyped-decorator]
    def _check_choice(self, proposal: Any) -> int:
        choice, count = int(proposal["value"]), len(self._choices(proposal["trait"].name))
        if count and not 0 <= choice < count:
            raise InputError(f"{proposal['trait'].name} is {choice}; there are 0 to {count - 1}.")
        return choice

    def _choices(self, name: str) -> list[float]:
        return list(self._windows_s if name == "window" else self._strides_s)

    @property
    def window_s(self) -> float:
        """The window that was chosen, in seconds."""
        return float(self._windows_s[self.window])

    @property
    def stride_s(self) -> float:
        """The stride that was chosen, in seconds."""
        return float(self._strides_s[self.stride])

    def describe(self) -> str:
        """Say what the chosen window and stride see and cost."""
        return str(self._words[self.window][self.stride])

    def still(self) -> dict[str, Any]:
        """Draw the motion with the chosen windows."""
        return {"image/png": png(self.figure())}

    def figure(self) -> Figure:
        """Draw what the widget shows."""
        figure, axes = new_figure(1, 1, width=9, height=3.2)
        one = axes[0, 0]
        seconds = np.arange(len(self._motion)) / self._rate_hz
        for name, values, colour in zip(AXES, self._motion.T, AXIS_COLOURS, strict=True):
            one.plot(seconds, values, linewidth=0.8, label=name, color=colour)
        low = float(self._motion.min())
        for start, stop, label in self._given:
            one.axvspan(start, stop, color="0.88")
            one.text(
                (start + stop) / 2, float(self._motion.max()) + 0.1, label, ha="center", size=8
            )
        rows = min(MOST_ROWS, int(np.ceil(self.window_s / self.stride_s)))
        for number, start in enumerate(self._starts(self.window_s, self.stride_s)):
            height = low - 0.3 - 2.5 * (number % rows) / MOST_ROWS
            whole = any(_seen(start, self.window_s, e) >= WHOLE for e in self._given)
            ends = [start, start + 0.96 * self.window_s]
            one.plot(ends, [height, height], color=ORANGE if whole else GREY, linewidth=1.5)
        one.set(xlabel="seconds", ylabel="g", xlim=(0, seconds[-1]))
        one.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=3, frameon=False)
        return figure

    def _in_words(self, window_s: float, stride_s: float) -> str:
        starts = self._starts(window_s, stride_s)
        whole = sum(
            any(_seen(start, window_s, event) >= WHOLE for start in starts) for event in self._given
        )
        return (
            f"A window of {window_s:g} s every {stride_s:g} s: {1 / stride_s:.3g} inferences a "
            f"second; {whole} of {len(self._given)} gestures are whole in a window."
        )

    def _starts(self, window_s: float, stride_s: float) -> NDArray[np.float64]:
        """Return when each window begins, in seconds."""
        count = int(np.floor((self._seconds - window_s) / stride_s)) + 1
        return np.asarray(np.arange(max(0, count)) * stride_s, np.float64)


def _seen(start: float, window_s: float, event: tuple[float, float, str]) -> float:
    """Return the share of an event that a window sees."""
    overlap = min(start + window_s, event[1]) - max(start, event[0])
    return max(0.0, float(overlap)) / (event[1] - event[0])
