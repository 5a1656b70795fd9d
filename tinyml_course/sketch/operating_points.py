"""Detections and what was really said become rates: words found, and false accepts per hour.

A threshold trades one for the other, and no threshold is right: a toy may be triggered now and
then, an alarm may not. The rates at every threshold are the detector's operating points.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tinyml_course.errors import InputError
from tinyml_course.sketch.detection import Detection, Detector, detect

CLIP_S = 1.0
HOP_S = 0.02
LATE_S = 0.75  # a word still counts as found this long after its clip has ended


@dataclass(frozen=True)
class Judged:
    """A detection held against what was said.

    Attributes
    ----------
    time_s : float
        End of the last second the detector heard.
    label : str
    word : int or None
        Which spoken word it found; None is a false accept.
    """

    time_s: float
    label: str
    word: int | None


@dataclass(frozen=True)
class OperatingPoint:
    """What one threshold does on a stream.

    Attributes
    ----------
    threshold : float
    words, found : int
        Keywords said, and those of them detected.
    false_accepts : int
        Detections of a word nobody said then.
    hours : float
        Length of the stream.
    judged : tuple of Judged
        The detections themselves.
    """

    threshold: float
    words: int
    found: int
    false_accepts: int
    hours: float
    judged: tuple[Judged, ...]

    @property
    def found_share(self) -> float:
        """Keywords detected, of those said; 0 to 1."""
        return self.found / max(1, self.words)

    @property
    def false_per_hour(self) -> float:
        """False accepts in an hour."""
        return self.false_accepts / self.hours


def operating_points(
    scores: NDArray[np.int8],
    labels: Sequence[str],
    spoken: Sequence[tuple[float, str]],
    detector: Detector,
    thresholds: Sequence[float],
) -> tuple[OperatingPoint, ...]:
    """Judge a stream of scores at each threshold.

    Parameters
    ----------
    scores : ndarray of int8 (n, classes)
        One row an inference, `detector.every_hops` hops of 20 ms apart, the first over the
        stream's first second.
    labels : sequence of str, one a class
    spoken : sequence of (float, str)
        Each keyword: the second its clip begins, rising, and the word.
    detector : Detector
        Everything but the threshold.
    thresholds : sequence of float
        Probabilities in (0, 1].

    Returns
    -------
    tuple of OperatingPoint
        In the order of `thresholds`.

    Raises
    ------
    InputError
        If a word is none of the labels, or there are no scores.

    Examples
    --------
    >>> scores = np.full((100, 2), -128, dtype=np.int8)
    >>> scores[10:13, 0] = 120  # a peak after 2.8 s, when "yes" was said
    >>> points = operating_points(
    ...     scores, ("yes", "silence"), [(2.0, "yes")], Detector(), [0.9, 0.99])
    >>> [(point.found, point.false_accepts) for point in points]
    [(1, 0), (0, 0)]
    """
    strange = sorted({word for _, word in spoken} - set(labels))
    if strange or not len(scores):
        raise InputError(
            f'the words include "{strange[0]}", which is none of the labels {", ".join(labels)}.'
            if strange
            else "there are no scores; give a stream of one second or more."
        )
    step_s = detector.every_hops * HOP_S
    hours = (len(scores) * step_s + CLIP_S) / 3600
    points = []
    for threshold in thresholds:
        found = detect(scores, labels, replace(detector, threshold=threshold))
        judged = _judge(found, spoken, step_s)
        hits = sum(one.word is not None for one in judged)
        points.append(
            OperatingPoint(threshold, len(spoken), hits, len(judged) - hits, hours, judged)
        )
    return tuple(points)


def _judge(
    detections: Sequence[Detection], spoken: Sequence[tuple[float, str]], step_s: float
) -> tuple[Judged, ...]:
    """Give each detection the word it found; a word is found once, a second time is false."""
    starts = np.array([start_s for start_s, _ in spoken])
    taken: set[int] = set()
    judged = []
    for one in detections:
        time_s = one.index * step_s + CLIP_S
        first = int(np.searchsorted(starts, time_s - CLIP_S - LATE_S))
        last = int(np.searchsorted(starts, time_s, side="right"))
        fitting = (i for i in range(first, last) if spoken[i][1] == one.label and i not in taken)
        word = next(fitting, None)
        if word is not None:
            taken.add(word)
        judged.append(Judged(time_s, one.label, word))
    return tuple(judged)
