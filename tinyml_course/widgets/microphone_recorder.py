"""Record words by the browser's microphone: level, take, listen, keep or discard."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import traitlets as t

from tinyml_course.datasets.quality.signals import FULL, QUIET_PEAK, SILENT_RMS
from tinyml_course.widgets.recorder import Message, Recorder
from tinyml_course.widgets.still import script


class MicrophoneRecorder(Recorder):
    """Takes of a second and a half, of which the loudest second is kept: 16 kHz, mono, 16 bit.

    The browser is asked for the sound as it is: without its filters against noise and echo, which
    no board has.
    """

    _esm = script("recorder.js", "microphone_recorder.js")
    task = "keywords"
    device = "microphone"

    seconds = t.Float(1.5, min=0.5, max=30).tag(sync=True)
    _limits = t.Dict(
        {"full": FULL / 32768, "quiet": QUIET_PEAK / 32768, "silent": SILENT_RMS / 32768}
    ).tag(sync=True)

    def keep(self, take: Message, buffers: Sequence[Any]) -> Path:
        """Write a take, float32 samples at the browser's rate."""
        samples = np.frombuffer(buffers[0], "<f4")
        return self.recordings.keep_sound(
            take["label"], take["who"], samples, float(take["rate_hz"])
        )
