"""The sketch that inspects parts with a camera."""

from __future__ import annotations

from tinyml_course.boards import Board
from tinyml_course.errors import InputError
from tinyml_course.sketch.classifier import SketchKind
from tinyml_course.sketch.detection import Detector
from tinyml_course.sketch.info import SketchInfo
from tinyml_course.sketch.parts import CAMERA_HEADERS, board_with_camera

RESOLUTIONS = {"QQVGA": (160, 120), "QVGA": (320, 240)}
"""What the camera's library offers: pixels across and down."""
INSPECTION = Detector(threshold=0.5, average=1, rest=0, every_hops=1, background=())
"""A part is good from this score of the first class on: one less the threshold of a defect."""


def _adapters(board: Board) -> dict[str, str]:
    return {"camera.h": CAMERA_HEADERS[board.id], "led.h": "led.h", "replay.h": "replay.h"}


def _sensor_values(_: Board, info: SketchInfo) -> dict[str, object]:
    resolution, across, down = _resolution(info)
    return {
        "resolution": resolution,
        "camera_width": across,
        "camera_height": down,
        "camera_left": (across - info.hop_samples) // 2,
        "camera_top": (down - info.clip_hops) // 2,
    }


def _frame_bytes(info: SketchInfo) -> int:
    _, across, down = _resolution(info)
    return across * down


def _resolution(info: SketchInfo) -> tuple[str, int, int]:
    """Choose the smallest frame that a picture can be cut out of."""
    for name, (across, down) in RESOLUTIONS.items():
        if across >= info.hop_samples and down >= info.clip_hops:
            return name, across, down
    raise InputError(
        f"pictures of {info.hop_samples} x {info.clip_hops} pixels are larger than the camera's "
        "320 x 240. Train with smaller ones."
    )


PARTS = SketchKind(
    template="parts",
    find_board=board_with_camera,
    adapters=_adapters,
    sources=("tinyml_detect", "tinyml_frame"),
    sensor_values=_sensor_values,
    waiting_bytes=_frame_bytes,
    detector=lambda features: INSPECTION,
)
