"""The files of the sketches that record: what a board's sensor measures goes to a computer.

A UART carries a byte as ten bits. Sound of 16 kHz is 32,000 bytes a second, more than 320,000 baud
with the frames around it: native USB takes that whatever baud is set, a board behind a UART needs
460,800. Motion is 1,200 bytes a second, for which 115,200 baud is plenty.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

from tinyml_course.boards import Board
from tinyml_course.errors import InputError
from tinyml_course.sketch.cameras import CAMERAS, FRAMES, Camera, board_with_camera
from tinyml_course.sketch.capture_info import CaptureInfo, Channel
from tinyml_course.sketch.gestures import CIRCUITS, LIBRARIES
from tinyml_course.sketch.parts import (
    BAUD,
    CORE_WITH_MICROPHONE,
    IMU_HEADERS,
    adapters,
    board_values,
    board_with_imu,
    board_with_microphone,
    c_sources,
    filled,
)

FULL_SCALE = 32_768
MOTION_CHANNELS = tuple(Channel(f"a{axis}", "g", 4096) for axis in "XYZ") + tuple(
    Channel(f"g{axis}", "degrees/s", 16) for axis in "XYZ"
)
SUFFIXES = {"nano33ble": "", "nano33ble_rev2": "_rev2"}
"""What is added to a sketch's name for a board; other boards add their own name."""
NUMBER_BYTES, FRAME_BYTES = 4, 11  # a frame's number of its first sample; all that is no payload
PAYLOAD_BYTES = {"uno": 64}  # of a frame; 1,024 on all other boards
UARTS = {"uno", "esp32cam"}
"""Boards whose USB is a bridge to a UART: there the baud rate is a limit."""
BAUDS = (BAUD, 230_400, 460_800, 921_600)
BITS_PER_BYTE = 10  # on a UART: start, eight, stop
BUSY = 0.9  # of a line: what is left over lets a sketch catch up


@dataclass(frozen=True)
class CaptureKind:
    """What makes the capture sketch of one sensor.

    Attributes
    ----------
    sensor : str
        What it is called, and the ending of its template.
    task : str
        Whose recordings it makes.
    title : str
        The sensor in words.
    find_board : callable
        Takes a board or its name, returns it if it has the sensor.
    headers : callable
        Takes the board, returns the headers of its parts: name in the sketch to name of template.
    sources : tuple of str
        C sources.
    rate_hz : int
        Samples a second; 0 where they come when they can.
    dtype : str
    channels : tuple of Channel
    frame_samples : int
        Samples that are sent together, if the board's frames hold so many.
    size : (int, int)
        Width and height of a picture.
    """

    sensor: str
    task: str
    title: str
    find_board: Callable[[str | Board], Board]
    headers: Callable[[Board], dict[str, str]]
    sources: tuple[str, ...]
    rate_hz: int
    dtype: str
    channels: tuple[Channel, ...]
    frame_samples: int
    size: tuple[int, int] = (1, 1)


def _led(board: Board) -> dict[str, str]:
    return {"led.h": "led.h" if board.fqbn == CORE_WITH_MICROPHONE else "led_one.h"}


def _camera(board: Board) -> Camera:
    return CAMERAS[board.cameras[0]]


MICROPHONE = CaptureKind(
    sensor="microphone",
    task="keywords",
    title="microphone",
    find_board=board_with_microphone,
    headers=lambda board: {"microphone.h": "microphone.h", **_led(board)},
    sources=("tinyml_frame", "tinyml_ring"),
    rate_hz=16_000,
    dtype="int16",
    channels=(Channel("sound", "full scale", FULL_SCALE),),
    frame_samples=400,
)
MOTION = CaptureKind(
    sensor="motion",
    task="gestures",
    title="inertial sensor",
    find_board=board_with_imu,
    headers=lambda board: {"imu.h": IMU_HEADERS[board.id], **_led(board)},
    sources=("tinyml_frame",),
    rate_hz=100,
    dtype="int16",
    channels=MOTION_CHANNELS,
    frame_samples=5,
)
CAMERA = CaptureKind(
    sensor="camera",
    task="parts",
    title="camera",
    find_board=board_with_camera,
    headers=lambda board: {**_camera(board).headers, **_led(board)},
    sources=("tinyml_frame",),
    rate_hz=0,
    dtype="uint8",
    channels=(Channel("grey", "grey value", 1),),
    frame_samples=6,
    size=FRAMES["QQVGA"],
)
CAPTURES = {kind.sensor: kind for kind in (MICROPHONE, MOTION, CAMERA)}


def capture_name(kind: CaptureKind, board: Board) -> str:
    """Return the name of a capture sketch's folder."""
    return f"capture_{kind.sensor}{SUFFIXES.get(board.id, f'_{board.id}')}"


def capture_info(kind: CaptureKind, board: Board) -> CaptureInfo:
    """Return what the sketch will say of itself."""
    width, height = kind.size
    name, version = capture_name(kind, board), board_values(board, "", 1)["version"]
    return CaptureInfo(
        name, board.id, kind.sensor, kind.rate_hz, kind.dtype, kind.channels, width, height,
        str(version),
    )  # fmt: skip


def capture_files(sensor: str, board: str | Board) -> dict[str, str]:
    """Return the text of every file of a capture sketch, by its path in the folder.

    Raises
    ------
    InputError
        There is no such sensor, the board lacks it, or its line is too slow for it.
    """
    if sensor not in CAPTURES:
        raise InputError(f"no capture sketch for {sensor!r}: choose {', '.join(CAPTURES)}.")
    kind = CAPTURES[sensor]
    target = kind.find_board(board)
    info = capture_info(kind, target)
    frame_samples = _frame_samples(kind, target, info)
    pace = kind.rate_hz or info.height  # a picture a second
    share = (FRAME_BYTES + NUMBER_BYTES) / (frame_samples * info.sample_bytes)
    needed = round(pace * info.sample_bytes * (1 + share))
    baud, reason = line_speed(target, needed)
    values = board_values(target, info.sketch, max(1, kind.rate_hz)) | {
        "guard": re.sub(r"\W", "_", f"SKETCH_{info.sketch}_SETTINGS_H").upper(),
        "task": kind.task,
        "sensor_title": kind.title,
        "sensor_library": LIBRARIES.get(kind.headers(target).get("imu.h", ""), ""),
        "circuit": _circuit(kind, target),
        "ring_note": " and the ring in which sound waits" if "tinyml_ring" in kind.sources else "",
        "axes": len(kind.channels),
        "frame_samples": frame_samples,
        "bytes_a_second": f"{needed:,}",
        "baud": baud,
        "baud_reason": reason,
        "info": _c_text(info.to_json()),
    }
    if kind is CAMERA:
        values |= _camera(target).values(target, *kind.size)
    values["sensor_settings"] = filled(f"capture_{sensor}_sensor.h.in", values).rstrip()
    return {
        f"{info.sketch}.ino": filled(f"capture_{sensor}.ino", values),
        f"{info.sketch}_settings.h": filled("capture_settings.h", values),
        "README.md": filled("capture.md.in", values),
        **adapters("capture.h"),
        **{path: filled(source, values) for path, source in kind.headers(target).items()},
        **{f"src/{path}": text for path, text in c_sources(kind.sources).items()},
    }


def line_speed(board: Board, bytes_a_second: int) -> tuple[int, str]:
    """Choose the baud rate of a board's line, and say why.

    Raises
    ------
    InputError
        The line is too slow at every rate.
    """
    if board.id not in UARTS:
        return BAUD, "The board's USB is its own, so the baud rate is no limit."
    for baud in BAUDS:
        if bytes_a_second * BITS_PER_BYTE <= BUSY * baud:
            return baud, f"Behind a UART a byte takes {BITS_PER_BYTE} bits."
    raise InputError(
        f"{board.name} has a UART of at most {BAUDS[-1]:,} baud; {bytes_a_second:,} bytes a second "
        "do not fit. Use a board with native USB."
    )


def _frame_samples(kind: CaptureKind, board: Board, info: CaptureInfo) -> int:
    room = PAYLOAD_BYTES.get(board.id, 1024) - NUMBER_BYTES
    return min(kind.frame_samples, room // info.sample_bytes)


def _circuit(kind: CaptureKind, board: Board) -> str:
    if kind is CAMERA:
        return _camera(board).circuit
    wired = CIRCUITS.get(board.id) if kind is MOTION else None
    return wired or f"the {kind.title} and the RGB LED are on the board, nothing is wired."


def _c_text(text: str, width: int = 88) -> str:
    """Print a text as C, in pieces one below the other."""
    pieces = (text[i : i + width] for i in range(0, len(text), width))
    return "\n".join(f"    {json.dumps(piece)}" for piece in pieces)
