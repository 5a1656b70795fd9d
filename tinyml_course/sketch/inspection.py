"""The sketch that inspects parts, with a camera or on pictures it holds itself."""

from __future__ import annotations

from tinyml_course.boards import Board, get_board, list_boards
from tinyml_course.errors import InputError
from tinyml_course.sketch.cameras import CAMERAS, NO_CAMERA, Camera
from tinyml_course.sketch.classifier import SketchKind
from tinyml_course.sketch.detection import Detector
from tinyml_course.sketch.info import SketchInfo
from tinyml_course.sketch.parts import CORE_WITH_MICROPHONE

INSPECTION = Detector(threshold=0.5, average=1, rest=0, every_hops=1, background=())
"""A part is good from this score of the first class on: one less the threshold of a defect."""

MENU_TITLES = {
    "nano33ble": "Arduino Nano 33 BLE",
    "nano33ble_rev2": "Arduino Nano 33 BLE",
    "esp32cam": "AI Thinker ESP32-CAM",
    "esp32s3_eye": "ESP32S3 Dev Module",
}
"""What the IDE calls a board, where that is not its name."""
UPLOAD_TROUBLE = {
    "esp32cam": "The board needs a USB adapter: connect GPIO0 to GND and press reset before the "
    "upload,\n   take the wire off and press reset after it.",
}
RESET_TWICE = (
    "If the upload does not find the board, press its reset button twice and upload again."
)
ONE_LED = " This board has one LED: it is dark for green, and lit for every other colour."


def inspection_sketch(camera: Camera | None = None) -> SketchKind:
    """Return the sketch that has its pictures from a camera; None is the board's usual one.

    Examples
    --------
    >>> inspection_sketch().find_board("esp32cam").cameras
    ('esp32',)
    """

    def of(board: Board) -> Camera:
        usual = CAMERAS[board.cameras[0]] if board.cameras else NO_CAMERA
        return camera or usual

    def usable(board: Board) -> bool:
        return of(board) is not NO_CAMERA and of(board).fits(board)

    def find_board(board: str | Board) -> Board:
        target = get_board(board)
        if usable(target):
            return target
        able = ", ".join(b.id for b in list_boards() if usable(b))
        raise InputError(
            f"{target.name} has no {(camera or NO_CAMERA).title} that a sketch can use; use "
            f"{able}, or pictures stored in the sketch (--camera stored)."
        )

    def adapters(board: Board) -> dict[str, str]:
        led = "led.h" if _has_colours(board) else "led_fault.h"
        return {**of(board).headers, "led.h": led, "replay.h": "replay.h"}

    def values(board: Board, info: SketchInfo) -> dict[str, object]:
        return of(board).values(board, info.hop_samples, info.clip_hops) | {
            "menu_title": MENU_TITLES.get(board.id, board.name),
            "upload_trouble": UPLOAD_TROUBLE.get(board.id, RESET_TWICE),
            "led_note": "" if _has_colours(board) else ONE_LED,
        }

    def waiting_bytes(board: Board, info: SketchInfo) -> int:
        return of(board).frame_bytes(info.hop_samples, info.clip_hops)

    return SketchKind(
        template="parts",
        settings="parts_sensor.h.in",
        find_board=find_board,
        adapters=adapters,
        sources=("tinyml_detect", "tinyml_frame"),
        sensor_values=values,
        waiting_bytes=waiting_bytes,
        detector=lambda features: INSPECTION,
    )


def _has_colours(board: Board) -> bool:
    return board.fqbn == CORE_WITH_MICROPHONE


PARTS = inspection_sketch()
