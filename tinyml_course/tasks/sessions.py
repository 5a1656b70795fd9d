"""How well gestures are found in minutes of use: one event a gesture, and how many where none was.

A clip has a gesture in its middle. A board sees windows at all moments, most of them of other
motion, and that is where a detector earns or loses trust.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinyml_course.datasets.gestures import Session
from tinyml_course.features.motion import MotionWindow
from tinyml_course.sketch.detection import Detection, Detector, detect, gesture_detector

EARLY_S, LATE_S = 0.0, 1.0  # after a gesture's middle: when its detection may come


def measure_sessions(
    predict: Callable[[NDArray[np.int8]], Any],
    features: MotionWindow,
    labels: Sequence[str],
    sessions: Sequence[Session],
    detector: Detector | None = None,
) -> dict[str, Any]:
    """Slide a model along sessions, detect, and compare with what was done.

    Parameters
    ----------
    predict : callable
        Takes inputs (n, rows, 1, axes) and returns int8 scores (n, ..., classes).
    features : MotionWindow
    labels : sequence of str
    sessions : sequence of Session
    detector : Detector, optional
        The usual one of the sketch by default.

    Returns
    -------
    dict
        `events`, gestures that were made; `found`, the share of them that was detected once and
        by its name; `false_per_minute`, all other detections a minute of the time in which no
        gesture was made; `minutes` of that time; `detector`, its settings; `summary` in words.
    """
    detector = detector or gesture_detector(features)
    made = found = false = 0
    minutes = 0.0
    for session in sessions:
        windows = features.windows(session.samples, detector.every_hops)
        scores = np.asarray(predict(windows), np.int8).reshape(len(windows), -1)
        detections = [
            (moment_s(d, features, detector), d.label) for d in detect(scores, labels, detector)
        ]
        gestures = [e for e in session.events if e.label not in detector.background]
        minutes += session.minutes - sum(e.stop_s - e.start_s for e in gestures) / 60
        made += len(gestures)
        for event in gestures:
            first, last = event.middle_s + EARLY_S, event.middle_s + LATE_S
            hit = next(
                (d for d in detections if first <= d[0] <= last and d[1] == event.label), None
            )
            if hit is not None:
                found += 1
                detections.remove(hit)
        false += len(detections)
    return {
        "events": made,
        "found": found / made,
        "false_per_minute": false / minutes,
        "minutes": round(minutes, 2),
        "detector": asdict(detector),
        "summary": f"in sessions: {found / made:.1%} of {made} gestures found, "
        f"{false / minutes:.1f} false events a minute in {minutes:.0f} minutes of other motion",
    }


def moment_s(detection: Detection, features: MotionWindow, detector: Detector) -> float:
    """Return when a detection comes, in seconds of the session: at the end of its window."""
    rows = features.rows + detection.index * detector.every_hops
    return rows * features.hop_s
