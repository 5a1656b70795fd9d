"""Record gestures of a board in the hand, read by the browser through Web Serial."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import traitlets as t

from tinyml_course.datasets.quality.balance import BACKGROUND
from tinyml_course.datasets.quality.signals import STILL_G
from tinyml_course.widgets.recorder import Message, Recorder
from tinyml_course.widgets.still import script


class MotionRecorder(Recorder):
    """Takes of a board that runs the motion capture sketch, or prints lines of numbers.

    Web Serial is there in Chrome, Edge and Opera on a computer. Elsewhere the widget says so, and
    what to use instead.
    """

    _esm = script("recorder.js", "capture_line.js", "motion_recorder.js")
    task = "gestures"
    device = "board"

    seconds = t.Float(1.5, min=0.5, max=30).tag(sync=True)
    _still_g = t.Float(STILL_G).tag(sync=True)
    _background = t.List(list(BACKGROUND)).tag(sync=True)

    def keep(self, take: Message, buffers: Sequence[Any]) -> Path:
        """Write a take, float32 (time, axes)."""
        samples = np.frombuffer(buffers[0], "<f4").reshape(-1, int(take["axes"]))
        return self.recordings.keep_motion(
            take["label"], take["who"], samples, float(take["rate_hz"])
        )
