"""Take pictures of parts by the browser's camera, square and grey, as a model will see them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tinyml_course.widgets.recorder import Message, Recorder
from tinyml_course.widgets.still import script


class WebcamRecorder(Recorder):
    """Pictures of the middle of the camera's view. `who` is the lot: a split does not cut it."""

    _esm = script("recorder.js", "webcam_recorder.js")
    task = "parts"
    device = "camera"
    who_is = "lot"

    def keep(self, take: Message, buffers: Sequence[Any]) -> Path:
        """Write a picture, one byte of grey a pixel."""
        side = int(take["side"])
        grey = np.frombuffer(buffers[0], np.uint8).reshape(side, side)
        return self.recordings.keep_picture(take["label"], take["who"], grey)
