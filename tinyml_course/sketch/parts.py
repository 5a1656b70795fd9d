"""What sketches for boards with a PDM microphone share: templates, C, the board's numbers."""

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from importlib.resources import files
from string import Template

from tinyml_course.boards import Board, get_board, list_boards
from tinyml_course.errors import InputError

BAUD = 115_200
MICROPHONE_GAIN = 60
"""In half decibels above -20 dB: at +10 dB, speech close to the board is loud and does not clip."""
RING_S = 0.5
"""Sound that waits while an inference runs, in seconds."""
IMU_HEADERS = {"nano33ble": "imu.h", "nano33ble_rev2": "imu_bmi270.h", "uno": "imu.h"}
"""The adapter for each board's inertial sensor."""
LED_PINS = {"esp32cam": ("33", "LOW"), "esp32s3_eye": ("3", "HIGH")}
"""Pin of a board's one LED and the level that lights it, where the core has no LED_BUILTIN: by the
schematic of the ESP32-CAM and the ESP32-S3-EYE getting started guide (not re-read here)."""
CORE_WITH_MICROPHONE = "arduino:mbed_nano:nano33ble"
"""The core whose microphone and LED `templates/microphone.h` and `led.h` are written for."""


def board_with_microphone(board: str | Board) -> Board:
    """Return a board whose microphone the sketches know.

    Raises
    ------
    InputError
        The board is unknown, or has none.
    """
    target = get_board(board)
    if target.fqbn != CORE_WITH_MICROPHONE:
        able = ", ".join(b.id for b in list_boards() if b.fqbn == CORE_WITH_MICROPHONE)
        raise InputError(f"{target.name} has no microphone that a sketch can use; use {able}.")
    return target


def board_with_imu(board: str | Board) -> Board:
    """Return a board with an inertial sensor that the sketches know.

    Raises
    ------
    InputError
        The board is unknown, or its sensor is.
    """
    target = get_board(board)
    if target.id not in IMU_HEADERS:
        able = ", ".join(IMU_HEADERS)
        raise InputError(f"{target.name} has no inertial sensor that a sketch can use; use {able}.")
    return target


def template(name: str) -> str:
    """Return the text of a file of `templates/`."""
    return files(__package__).joinpath("templates", name).read_text(encoding="utf-8")


def filled(name: str, values: Mapping[str, object]) -> str:
    """Return a template with a value for each of its placeholders ``${...}``."""
    return Template(template(name)).substitute(values)


def adapters(*names: str) -> dict[str, str]:
    """Return headers of `templates/` that are used as they are, by name."""
    return {name: template(name) for name in names}


def c_sources(stems: Sequence[str]) -> dict[str, str]:
    """Return C sources of the package with their headers, by name."""
    folder = files("tinyml_course").joinpath("c")
    names = [f"{stem}.{kind}" for stem in stems for kind in "hc"]
    return {name: folder.joinpath(name).read_text(encoding="utf-8") for name in names}


def board_values(board: Board, name: str, rate_hz: int) -> dict[str, object]:
    """Return the placeholders that every template has: names, and the board's numbers."""
    led_pin, led_lit = LED_PINS.get(board.id, ("LED_BUILTIN", "HIGH"))
    return {
        "name": name,
        "version": version("tinyml-course"),
        "board_title": board.name,
        "core_title": board.arduino_core,
        "fqbn": board.fqbn,
        "baud": BAUD,
        "rate_hz": rate_hz,
        "led_pin": led_pin,
        "led_lit": led_lit,
        "led_dark": "HIGH" if led_lit == "LOW" else "LOW",
        "microphone_gain": MICROPHONE_GAIN,
        "ring_samples": ring_samples(rate_hz),
    }


def ring_samples(rate_hz: int) -> int:
    """Return the size of the ring in which sound waits: a power of two, at least `RING_S` long."""
    return 1 << (int(RING_S * rate_hz) - 1).bit_length()
