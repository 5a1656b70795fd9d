"""The sketch that spots words with the board's microphone."""

from __future__ import annotations

from tinyml_course.boards import Board
from tinyml_course.sketch.classifier import SketchKind
from tinyml_course.sketch.detection import Detector
from tinyml_course.sketch.info import SketchInfo
from tinyml_course.sketch.parts import board_with_microphone, ring_samples

SAMPLE_BYTES = 2


def _adapters(_: Board) -> dict[str, str]:
    return {name: name for name in ("microphone.h", "led.h", "replay.h")}


def _no_values(_: Board, __: SketchInfo) -> dict[str, object]:
    return {}


def _waiting_bytes(_: Board, info: SketchInfo) -> int:
    return SAMPLE_BYTES * ring_samples(info.rate_hz)


KEYWORDS = SketchKind(
    template="keywords",
    settings="keywords_sensor.h.in",
    find_board=board_with_microphone,
    adapters=_adapters,
    sources=("tinyml_detect", "tinyml_frame", "tinyml_ring"),
    sensor_values=_no_values,
    waiting_bytes=_waiting_bytes,
    detector=lambda features: Detector(),
)
