"""What is wrong with recordings by themselves: too loud, too quiet, still, blank, burnt out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinyml_course.datasets.quality.balance import BACKGROUND
from tinyml_course.datasets.quality.reading import Collection
from tinyml_course.datasets.quality.report import Finding, Severity

FULL, IN_A_ROW, CLIPPED = 32_700, 3, 3  # of 32768; samples together; how often in a clip
SILENT_RMS, QUIET_PEAK = 30.0, 1000  # of 32768: 61 dB and 30 dB below full scale
STILL_G, STILL_DEGREES_S = 0.1, 8.0  # standard deviations below which nobody moves
RANGES_G = (2.0, 4.0, 8.0, 16.0)  # of the sensors on boards
GRAVITY_G = (0.7, 1.4)  # the median acceleration of a hand: gravity, and little more
BLANK = 3.0  # standard deviation of grey values
BURNT = 0.25  # of the pixels at the end of the scale
MANY = 0.05  # of a class or set: a fault is then no accident

Mask = NDArray[np.bool_]


def check_sound(collection: Collection, task: str) -> Iterator[Finding]:
    """Look for clipping, silence and recordings far too quiet."""
    x = collection.data.x
    clipped = _each(x, lambda clip: _runs(np.abs(clip.astype("i4")) >= FULL) >= CLIPPED)
    rms = np.array([np.sqrt(np.mean(np.square(clip, dtype="f4"))) for clip in x])
    peak = np.array([max(int(clip.max()), -int(clip.min())) for clip in x])
    words = collection.labels_of_samples() != "silence"
    silent = words & (rms < SILENT_RMS)
    constant = ~words & (peak == 0)
    yield from _found(
        collection, clipped, _severe(clipped), "clipping", "at the end of the scale: clipped",
        advice="Speak from further away, or lower the input level, and record again.",
    )  # fmt: skip
    yield from _found(
        collection, silent, "error", "silent", "in which nothing is to be heard",
        advice="Delete them: they teach that silence is the word. Check the microphone.",
    )  # fmt: skip
    yield from _found(
        collection, words & ~silent & (peak < QUIET_PEAK), "warning", "quiet",
        "that never reach 3 % of full scale",
        advice="Speak closer to the microphone, or raise the input level.",
    )  # fmt: skip
    yield from _found(
        collection, constant, "warning", "digital-silence", "of silence that are all zeros",
        advice="Record a quiet room: no microphone measures zeros.",
    )  # fmt: skip


def check_motion(collection: Collection, task: str) -> Iterator[Finding]:
    """Look for gestures in which nothing moves, clipped ones, and odd units."""
    x = collection.data.x
    gesture = ~np.isin(collection.labels_of_samples(), BACKGROUND)
    moved = np.sqrt(x[:, :, :3].var(axis=1).sum(axis=1))  # g
    turned = np.sqrt(x[:, :, 3:].var(axis=1).sum(axis=1))  # degrees/s; 0 without a gyroscope
    still = gesture & (moved < STILL_G) & (turned < STILL_DEGREES_S)
    clipped = _each(x, _out_of_range)
    yield from _found(
        collection, still, "error", "motionless", "of a gesture in which nothing moves",
        advice="Delete them, or record again: the recording began too early or too late.",
    )  # fmt: skip
    yield from _found(
        collection, clipped, "note", "clipping", "at the end of the sensor's range",
        advice="Nothing, if the board's sensor will have that range too; otherwise widen it.",
    )  # fmt: skip
    usual = float(np.median(np.linalg.norm(x[:, :, :3], axis=2)))
    if not GRAVITY_G[0] <= usual <= GRAVITY_G[1]:
        yield Finding(
            "warning", "gravity",
            f"The acceleration is {usual:.2f} g in the median, where gravity alone makes 1.", (),
            "Check unit and scale of the sensor, and that gravity was not taken out.",
        )  # fmt: skip


def check_pictures(collection: Collection, task: str) -> Iterator[Finding]:
    """Look for blank and burnt-out pictures."""
    x = collection.data.x
    blank = _each(x, lambda picture: picture.std() < BLANK)
    burnt = _each(x, lambda one: (one >= 254).mean() > BURNT or (one <= 1).mean() > BURNT)
    yield from _found(
        collection, blank, "error", "blank", "that show nothing",
        advice="Delete them; check lens, light and focus.",
    )  # fmt: skip
    yield from _found(
        collection, burnt & ~blank, _severe(burnt), "clipping",
        "black or white over more than a quarter",
        advice="Set light and exposure, and take them again.",
    )  # fmt: skip


def _each(x: NDArray[Any], test: Callable[[NDArray[Any]], object]) -> Mask:
    return np.array([bool(test(one)) for one in x], dtype=bool)


def _severe(faulty: Mask) -> Severity:
    return "error" if faulty.mean() > MANY else "warning"


def _runs(high: Mask) -> int:
    """Count the places where several samples in a row are high."""
    together = high.copy()
    for step in range(1, IN_A_ROW):
        together[:-step] &= high[step:]
        together[-step:] = False
    return int(together.sum())


def _out_of_range(clip: NDArray[np.float32]) -> bool:
    """Tell whether an acceleration rests at the end of a sensor's range."""
    size = np.abs(clip[:, :3])
    near = [top for top in RANGES_G if 0.99 * top <= size.max() <= 1.001 * top]
    return bool(near) and any(_runs(axis >= 0.998 * size.max()) >= CLIPPED for axis in size.T)


def _found(
    collection: Collection, faulty: Mask, severity: Severity, fault: str, what: str, *, advice: str
) -> Iterator[Finding]:
    """Tell of recordings with a fault, and of the classes they are in."""
    if not faulty.any():
        return
    labels = collection.labels_of_samples()[faulty]
    classes = ", ".join(f"{label} {count:,}" for label, count in zip(
        *np.unique(labels, return_counts=True), strict=True))  # fmt: skip
    kind = "recording" if collection.data.x.dtype != np.uint8 else "picture"
    plural = "" if len(labels) == 1 else "s"
    where = tuple(collection.where[i] for i in np.flatnonzero(faulty))
    told = f"{len(labels):,} {kind}{plural} {what} ({classes})."
    yield Finding(severity, fault, told, where, advice)
