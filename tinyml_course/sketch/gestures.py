"""The sketch that recognizes gestures with the board's inertial sensor."""

from __future__ import annotations

from tinyml_course.boards import Board
from tinyml_course.sketch.classifier import SketchKind
from tinyml_course.sketch.detection import gesture_detector
from tinyml_course.sketch.info import SketchInfo
from tinyml_course.sketch.parts import CORE_WITH_MICROPHONE, IMU_HEADERS, board_with_imu

CIRCUITS = {
    "uno": "an MPU6050 module: VCC to 5V, GND to GND, SDA to A4, SCL to A5.",
}
"""What is to be wired; nothing where the sensor and the RGB LED are on the board."""
LIBRARIES = {
    "imu_bmi270.h": "\n   Tools > Manage Libraries: install **Arduino_BMI270_BMM150**.",
}
"""What a board's sensor needs beside what comes with the core."""


def _adapters(board: Board) -> dict[str, str]:
    led = "led.h" if board.fqbn == CORE_WITH_MICROPHONE else "led_one.h"
    return {"imu.h": IMU_HEADERS[board.id], "led.h": led, "replay.h": "replay.h"}


def _sensor_values(board: Board, info: SketchInfo) -> dict[str, object]:
    axes = info.feature_shape[-1]
    return {
        "axes": axes,
        "average": info.hop_samples // axes,
        "hop_ms": 1000 * (info.hop_samples // axes) // info.rate_hz,
        "circuit": CIRCUITS.get(
            board.id, "the inertial sensor and the RGB LED are on the board, nothing is wired."
        ),
        "sensor_library": LIBRARIES.get(IMU_HEADERS[board.id], ""),
    }


def _nothing_waits(_: Board, __: SketchInfo) -> int:
    return 0


GESTURES = SketchKind(
    template="gestures",
    settings="gestures_sensor.h.in",
    find_board=board_with_imu,
    adapters=_adapters,
    sources=("tinyml_detect", "tinyml_frame"),
    sensor_values=_sensor_values,
    waiting_bytes=_nothing_waits,
    detector=gesture_detector,
)
