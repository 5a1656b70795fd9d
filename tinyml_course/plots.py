"""Figures that more than one lesson shows. Each takes arrays or results and returns a Figure.

A figure is closed as soon as it is made: a notebook then shows it once, where its cell returns it,
and tells a screen reader what is drawn.
Colours come from a scale that colour-blind readers can tell apart.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from tinyml_course.sketch.operating_points import OperatingPoint

BLUE, ORANGE, GREEN, GREY = "#3f86d4", "#d9730d", "#2a9d6f", "0.6"
AXIS_COLOURS = (BLUE, ORANGE, GREEN)  # of a sensor's x, y, z


def new_figure(
    rows: int = 1,
    columns: int = 1,
    *,
    width: float = 8,
    height: float = 3,
    widths: Sequence[float] | None = None,
) -> tuple[Figure, NDArray[Any]]:
    """Make an empty figure in the course's style.

    Parameters
    ----------
    rows, columns : int
    width, height : float
        Of the whole figure, in inches of 100 dots.
    widths : sequence of float, one a column, or None
        How wide the columns are beside each other.

    Returns
    -------
    figure : Figure
    axes : ndarray of Axes (rows, columns)
    """
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(
        rows,
        columns,
        figsize=(width, height),
        squeeze=False,
        layout="constrained",
        width_ratios=widths,
    )
    plt.close(figure)
    figure._repr_mimebundle_ = partial(_told, figure)
    for one in axes.flat:
        one.spines[["top", "right"]].set_visible(False)
    return figure, axes


def png(figure: Figure) -> bytes:
    """Render a figure as a PNG small enough for a notebook."""
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=80, bbox_inches="tight", metadata={"Software": None})
    return file.getvalue()


def describe(figure: Figure) -> str:
    """Say in words what a figure draws: titles, axes and the names in its legends."""
    parts = []
    for axes in figure.axes:
        across, up = axes.get_xlabel(), axes.get_ylabel()
        over = " over ".join(label for label in (up, across) if label)
        legend = axes.get_legend()
        names = ", ".join(text.get_text() for text in legend.get_texts()) if legend else ""
        parts.append(": ".join(word for word in (axes.get_title(), over, names) if word))
    return "Plot. " + "; ".join(part for part in parts if part) + "."


def _told(figure: Figure, **_: object) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what a notebook shows of a figure, with its words as the picture's alternative."""
    words = describe(figure)
    return {"image/png": png(figure), "text/plain": words}, {"image/png": {"alt": words}}


def plot_clip(
    samples: ArrayLike, features: ArrayLike, *, rate_hz: float, title: str = ""
) -> Figure:
    """Draw a clip above its int8 features.

    Parameters
    ----------
    samples : array of int16 (time,)
    features : array of int8 (frames, coefficients) or (frames, coefficients, 1)
    rate_hz : float
    title : str
    """
    figure, axes = new_figure(2, 1, height=3.4)
    wave, below = axes[:, 0]
    clip = np.asarray(samples)
    seconds = len(clip) / rate_hz
    wave.plot(np.arange(len(clip)) / rate_hz, clip, color=BLUE, linewidth=0.5)
    wave.set(title=title, ylabel="sample", xlim=(0, seconds))
    draw_map(below, features, seconds)
    return figure


def draw_map(axes: Any, features: ArrayLike, seconds: float) -> None:
    """Draw features over time as colours; blue is below zero, red above."""
    values = np.asarray(features, dtype=float)
    values = values.reshape(values.shape[0], -1).T
    most = max(1.0, float(np.abs(values).max()))
    axes.imshow(
        values,
        aspect="auto",
        cmap="RdBu_r",
        vmin=-most,
        vmax=most,
        extent=(0, seconds, len(values) - 0.5, -0.5),
        interpolation="nearest",
    )
    axes.set(xlabel="seconds", ylabel="coefficient", yticks=range(0, len(values), 3))


def plot_motion(
    samples: ArrayLike,
    *,
    rate_hz: float,
    events: Sequence[tuple[float, float, str]] = (),
    title: str = "",
) -> Figure:
    """Draw acceleration, and the rate of turn below it where there is one.

    Parameters
    ----------
    samples : array (time, 3 or 6)
        Acceleration x, y, z in g; rate of turn about x, y, z in degrees/s.
    rate_hz : float
    events : sequence of (float, float, str)
        What was done: start and end in seconds, and the label.
    title : str
    """
    values = np.asarray(samples)
    sensors = values.shape[1] // 3
    figure, axes = new_figure(sensors, 1, height=1 + 1.6 * sensors)
    seconds = np.arange(len(values)) / rate_hz
    for number, (one, unit) in enumerate(zip(axes[:, 0], ("g", "degrees/s"), strict=False)):
        for axis, (name, colour) in enumerate(zip("xyz", AXIS_COLOURS, strict=True)):
            one.plot(seconds, values[:, 3 * number + axis], color=colour, linewidth=0.9, label=name)
        for start, stop, label in events:
            one.axvspan(start, stop, color="0.88")
            if number == 0:
                one.text((start + stop) / 2, values[:, :3].max(), label, ha="center", fontsize=8)
        one.set(ylabel=unit, xlim=(0, seconds[-1]))
    axes[0, 0].set_title(title, loc="left")
    axes[0, 0].legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=3, frameon=False)
    axes[-1, 0].set_xlabel("seconds")
    return figure


def plot_confusion(counts: ArrayLike, labels: Sequence[str], *, title: str = "") -> Figure:
    """Draw a confusion matrix; a row is what was said, a column what the model heard.

    Parameters
    ----------
    counts : array of int (classes, classes)
    labels : sequence of str, one a class
    title : str
    """
    values = np.asarray(counts, dtype=float)
    shares = values / np.maximum(values.sum(axis=1, keepdims=True), 1)
    figure, axes = new_figure(width=5.6, height=4.8)
    one = axes[0, 0]
    one.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    places = np.arange(len(labels))
    one.set(title=title, xlabel="heard", ylabel="said", xticks=places, yticks=places)
    one.set_xticklabels(labels, rotation=60, ha="right")
    one.set_yticklabels(labels)
    for row, column in zip(*np.nonzero(values), strict=True):
        ink = "white" if shares[row, column] > 0.5 else "black"
        one.text(
            column, row, f"{values[row, column]:.0f}", ha="center", va="center", size=8, color=ink
        )
    return figure


def plot_classes(accuracy: Mapping[str, Mapping[str, float | None]], *, title: str = "") -> Figure:
    """Draw accuracies by class as groups of bars.

    Parameters
    ----------
    accuracy : mapping from a model's name to a mapping from label to share, 0 to 1
        None, for a class without samples, is left out.
    title : str
    """
    figure, axes = new_figure(height=2.6)
    one = axes[0, 0]
    labels = list(next(iter(accuracy.values())))
    width = 0.8 / len(accuracy)
    for place, (name, shares) in enumerate(accuracy.items()):
        x = np.arange(len(labels)) + (place - (len(accuracy) - 1) / 2) * width
        color = (BLUE, ORANGE, GREEN)[place % 3]
        heights = 100 * np.array([shares[label] for label in labels], dtype=float)  # None is NaN
        one.bar(x, heights, width, label=name, color=color)
    one.set(title=title, ylabel="right, %", ylim=(0, 105), xticks=np.arange(len(labels)))
    one.set_xticklabels(labels, rotation=30, ha="right")
    one.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=len(accuracy), frameon=False)
    return figure


def plot_pictures(
    rows: Mapping[str, Sequence[ArrayLike]], *, titles: Sequence[str] = (), title: str = ""
) -> Figure:
    """Draw pictures in rows, each kind of numbers in its own way.

    Parameters
    ----------
    rows : mapping from a row's name to arrays (height, width)
        uint8 is grey values, bool a mask; float is heat, from 0 to its own highest; the rest has
        zero in the middle.
    titles : sequence of str, one a column, or empty
    title : str
    """
    columns = max(len(pictures) for pictures in rows.values())
    figure, axes = new_figure(
        len(rows), columns, width=min(9.5, 1.5 * columns + 0.5), height=1.45 * len(rows) + 0.4
    )
    for one in axes.flat:
        one.set(xticks=[], yticks=[])
        one.spines[:].set_visible(False)
    for across, (name, pictures) in zip(axes, rows.items(), strict=True):
        across[0].set_ylabel(name)
        for one, picture in zip(across, pictures, strict=False):
            values = np.asarray(picture)
            look: dict[str, Any] = {"cmap": "magma" if values.dtype.kind == "f" else "gray"}
            if values.dtype == np.uint8:
                look |= {"vmin": 0, "vmax": 255}
            elif values.dtype.kind == "f":
                look |= {"vmin": 0, "vmax": values.max() or 1}
            elif values.dtype.kind == "i":
                look |= {"vmin": -abs(values).max(), "vmax": abs(values).max()}
            one.imshow(values, **look)
    for one, text in zip(axes[0], titles, strict=False):
        one.set_title(text, fontsize=9)
    figure.suptitle(title)
    return figure


def plot_roc(judged: Mapping[str, tuple[ArrayLike, ArrayLike]], *, title: str = "") -> Figure:
    """Draw the share of defects found over the share of good parts scrapped, at every threshold.

    Parameters
    ----------
    judged : mapping from a model's name to (scores, defect)
        Arrays (n,): how much each part is a defect, and whether it is one.
    title : str

    References
    ----------
    Fawcett (2006), "An introduction to ROC analysis", section 4.
    """
    figure, axes = new_figure(width=4.6, height=3.6)
    one = axes[0, 0]
    for place, (name, (scores, defect)) in enumerate(judged.items()):
        values, wanted = np.asarray(scores), np.asarray(defect, bool)
        cuts = [np.inf, *np.unique(values)[::-1]]
        found = [(values[wanted] >= cut).mean() for cut in cuts]
        scrapped = [(values[~wanted] >= cut).mean() for cut in cuts]
        one.plot(
            100 * np.array(scrapped), 100 * np.array(found),
            label=name, color=AXIS_COLOURS[place % 3],
        )  # fmt: skip
    one.set(title=title, xlabel="good parts scrapped, %", ylabel="defects found, %", ylim=(0, 102))
    one.legend(loc="lower right", frameon=False)
    return figure


def plot_sizes(
    parts: Mapping[str, Mapping[str, float]], limits: Mapping[str, float], *, unit: str = "KB"
) -> Figure:
    """Draw what fills each memory as one bar of stacked parts.

    Parameters
    ----------
    parts : mapping from a memory's name to a mapping from part to bytes
    limits : mapping from a memory's name to the bytes there are
    """
    divisor = {"bytes": 1, "KB": 1024}[unit]
    figure, axes = new_figure(len(parts), 1, height=1.25 * len(parts))
    for one, (memory, sizes) in zip(axes[:, 0], parts.items(), strict=True):
        left = 0.0
        for place, (name, size) in enumerate(sizes.items()):
            color = (BLUE, ORANGE, GREEN, "#8f63c9", GREY)[place % 5]
            one.barh(0, size / divisor, left=left, color=color, label=f"{name} {size:,.0f}")
            left += size / divisor
        share = left * divisor / limits[memory]
        one.set(
            title=f"{memory}: {left * divisor:,.0f} of {limits[memory]:,.0f} bytes ({share:.1%})",
            xlabel=unit,
            yticks=[],
        )
        one.legend(loc="center left", bbox_to_anchor=(1, 0.5), fontsize=8, frameon=False)
    return figure


def plot_battery_life(
    duty: ArrayLike,
    days: Mapping[str, ArrayLike],
    *,
    marked: Mapping[str, float] | None = None,
    title: str = "",
) -> Figure:
    """Draw days on a battery over the share of the time spent computing, both logarithmic.

    Parameters
    ----------
    duty : array (points,)
        Shares, above 0 to 1.
    days : mapping from a board's name to an array (points,)
    marked : mapping from a board's name to the share its model needs, or None
    title : str
    """
    shares = 100 * np.asarray(duty, dtype=float)
    figure, axes = new_figure(width=7, height=3.2)
    one = axes[0, 0]
    for place, (name, life) in enumerate(days.items()):
        style = {
            "color": (BLUE, ORANGE, GREEN)[place % 3],
            "linestyle": ("-", "--")[place // 3 % 2],
        }
        one.plot(shares, np.asarray(life), label=name, **style)
        if marked and name in marked:
            share = 100 * marked[name]
            height = float(np.interp(np.log(share), np.log(shares), np.asarray(life, dtype=float)))
            one.plot(share, height, "o", color=style["color"])
    one.set(
        title=title, xlabel="time spent computing, %", ylabel="days", xscale="log", yscale="log"
    )
    one.legend(frameon=False)
    return figure


def draw_operating_points(
    axes: Any, points: Sequence[OperatingPoint], chosen: OperatingPoint | None = None
) -> None:
    """Draw found words over false accepts per hour, the chosen point marked."""
    rates = [point.false_per_hour for point in points]
    axes.plot(rates, [100 * point.found_share for point in points], color=BLUE, marker=".", ms=3)
    if chosen is not None:
        axes.plot(chosen.false_per_hour, 100 * chosen.found_share, "o", color=ORANGE, ms=9)
    axes.set_xscale("function", functions=(np.sqrt, np.square))
    most = max(1.0, *rates)
    axes.set(
        xlabel="false accepts per hour",
        ylabel="keywords found, %",
        xlim=(0, most * 1.05),
        ylim=(0, 105),
        xticks=[round(most * share) for share in (0, 1 / 16, 1 / 4, 1)],
    )


def draw_posterior(
    axes: Any,
    seconds: ArrayLike,
    confidence: ArrayLike,
    spoken: Sequence[tuple[float, str]],
    chosen: OperatingPoint,
) -> None:
    """Draw a stretch of a stream: confidence, threshold, words said and what was detected.

    Parameters
    ----------
    axes : Axes
    seconds, confidence : arrays (inferences,)
    spoken : sequence of (start in seconds, word)
    chosen : OperatingPoint
    """
    time = np.asarray(seconds)
    for start, word in spoken:
        axes.axvspan(start, start + 1, color="0.88")
        axes.text(start + 0.5, 1.04, word, ha="center", fontsize=7, rotation=45)
    axes.plot(time, np.asarray(confidence), color=BLUE, linewidth=0.8)
    axes.axhline(chosen.threshold, color=ORANGE, linestyle="--", linewidth=1)
    for one in chosen.judged:
        if one.time_s <= time[-1]:
            mark = {"marker": "^", "color": GREEN} if one.word is not None else _FALSE
            axes.plot(one.time_s, chosen.threshold, linestyle="none", **mark)
    axes.set(xlabel="seconds", ylabel="confidence", xlim=(time[0], time[-1]), ylim=(0, 1.02))


_FALSE = {"marker": "X", "color": "#c0392b"}
