"""Where an inspection sketch has its pictures from: a camera it has a driver for, or itself.

What differs between them is data: a header of `templates/` with the same four functions, the frame
it gives, the pins it is wired to, and what the sketch's page says of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tinyml_course.boards import Board, get_board, list_boards
from tinyml_course.errors import InputError

Values = dict[str, object]
FRAMES = {"QQVGA": (160, 120), "QVGA": (320, 240)}
"""What both cameras offer: pixels across and down."""

ESP32_PINS: Mapping[str, Mapping[str, int]] = {
    "esp32cam": {
        "pwdn": 32, "reset": -1, "xclk": 0, "siod": 26, "sioc": 27,
        "d7": 35, "d6": 34, "d5": 39, "d4": 36, "d3": 21, "d2": 19, "d1": 18, "d0": 5,
        "vsync": 25, "href": 23, "pclk": 22,
    },
    "esp32s3_eye": {
        "pwdn": -1, "reset": -1, "xclk": 15, "siod": 4, "sioc": 5,
        "d7": 16, "d6": 17, "d5": 18, "d4": 12, "d3": 10, "d2": 8, "d1": 9, "d0": 11,
        "vsync": 6, "href": 7, "pclk": 13,
    },
}  # fmt: skip
"""GPIO of each of the camera's lines; -1 where it is not wired. By arduino-esp32, libraries/ESP32/
examples/Camera/CameraWebServer/camera_pins.h: CAMERA_MODEL_AI_THINKER, CAMERA_MODEL_ESP32S3_EYE."""

FRAME_SHOWS = """\
It looks at the middle {across} x {down} pixels of a frame of {wide} x {high}, once a second.
Place, distance and light must be those of the pictures it has learned from: take those with this
camera."""
STORED_SHOWS = """\
It judges {count} pictures of {across} x {down} pixels that were not trained on, over and over, one
a second, and prints what each one should have been."""


@dataclass(frozen=True)
class Camera:
    """A source of pictures.

    Attributes
    ----------
    name : str
        What `boards.toml` and `--camera` call it.
    title : str
        What the sketch calls it.
    circuit : str
        What must be connected, for the head of the sketch.
    setup, library, shows : str
        Of the page: what to do first; what to install; what it looks at.
    headers : mapping of file name to template
    frames : mapping of name to (across, down)
        Sizes it offers; none where pictures come in the size of the model's front end.
    pins : mapping of board to line to GPIO
    data : mapping of placeholder to text
        What else the headers need.
    """

    name: str
    title: str
    circuit: str
    setup: str
    library: str
    shows: str
    headers: Mapping[str, str]
    frames: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    pins: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    data: Mapping[str, object] = field(default_factory=dict)

    def fits(self, board: Board) -> bool:
        """Tell whether a board has it."""
        return not self.frames or self.name in board.cameras

    def frame(self, across: int, down: int) -> tuple[str, int, int]:
        """Return name, width and height of the smallest frame to cut a picture out of.

        Raises
        ------
        InputError
            If there is none.
        """
        if not self.frames:
            return "", across, down
        for name, (wide, high) in self.frames.items():
            if wide >= across and high >= down:
                return name, wide, high
        wide, high = max(self.frames.values())
        raise InputError(
            f"pictures of {across} x {down} pixels are larger than the camera's {wide} x {high}. "
            "Train with smaller ones."
        )

    def frame_bytes(self, across: int, down: int) -> int:
        """Return the RAM a frame takes; what is stored stays in flash."""
        _, wide, high = self.frame(across, down)
        return wide * high if self.frames else 0

    def values(self, board: Board, across: int, down: int) -> Values:
        """Return the placeholders of the headers and of the page's parts about the camera."""
        frame, wide, high = self.frame(across, down)
        values: Values = {
            "frame": frame,
            "camera_width": wide,
            "camera_height": high,
            "camera_left": (wide - across) // 2,
            "camera_top": (high - down) // 2,
            "camera_title": self.title,
            "camera_circuit": self.circuit,
            "camera_setup": self.setup,
            "camera_library": self.library,
            "camera_shows": self.shows.format(
                across=across, down=down, wide=wide, high=high, **self.data
            ),
        }
        pins = {f"pin_{line}": gpio for line, gpio in self.pins.get(board.id, {}).items()}
        return values | pins | dict(self.data)


OV7675 = Camera(
    name="ov7675",
    title="OV7675 camera",
    circuit="with the OV7675 camera of the Tiny Machine Learning Kit on its shield.",
    setup="Put the board and the OV7675 camera into the shield of the Tiny Machine Learning Kit.",
    library="\n   Tools > Manage Libraries: install **Arduino_OV767X**.",
    shows=FRAME_SHOWS,
    headers={"camera.h": "camera_ov7675.h"},
    frames=FRAMES,
)
ESP32 = Camera(
    name="esp32",
    title="camera",
    circuit="whose camera is on the board.",
    setup="The camera is on the board; push its ribbon in if it came loose.",
    library="\n   The camera's driver comes with it.",
    shows=FRAME_SHOWS,
    headers={"camera.h": "camera_esp32.h"},
    frames=FRAMES,
    pins=ESP32_PINS,
)
NO_CAMERA = Camera("none", "camera", circuit="", setup="", library="", shows="", headers={})
CAMERAS = {camera.name: camera for camera in (OV7675, ESP32)}
"""Those with a driver, by the name in `boards.toml`."""


def board_with_camera(board: str | Board) -> Board:
    """Return a board with a camera that the sketches have a driver for.

    Raises
    ------
    InputError
        The board is unknown, or has none.
    """
    target = get_board(board)
    if not set(target.cameras) & set(CAMERAS):
        able = ", ".join(b.id for b in list_boards() if set(b.cameras) & set(CAMERAS))
        raise InputError(f"{target.name} has no camera that a sketch can use; use {able}.")
    return target


def stored(pictures: NDArray[np.uint8], expected: Sequence[int]) -> Camera:
    """Return a camera of pictures that are stored in the sketch.

    Parameters
    ----------
    pictures : ndarray, shape=(n, height, width), dtype=uint8
        Grey values, as the front end takes them.
    expected : sequence of int, length n
        The class of each.

    Raises
    ------
    InputError
        If there are none, or not a class a picture.
    """
    if pictures.ndim != 3 or pictures.dtype != np.uint8 or not 0 < len(pictures) == len(expected):
        raise InputError(
            f"{pictures.dtype} pictures of shape {pictures.shape} and {len(expected)} classes "
            "cannot be stored: give uint8 (n, height, width), n at least 1, and a class each."
        )
    return Camera(
        name="stored",
        title="stored pictures",
        circuit="with nothing wired: the pictures are stored in the sketch.",
        setup="Nothing is wired: the pictures are in `pictures.h`.",
        library="",
        shows=STORED_SHOWS,
        headers={"camera.h": "camera_stored.h", "pictures.h": "pictures.h.in"},
        data={
            "count": len(pictures),
            "expected": ", ".join(str(int(one)) for one in expected),
            "pictures": ",\n".join(_rows(picture) for picture in pictures.tolist()),
        },
    )


def _rows(picture: Iterable[Iterable[int]]) -> str:
    """Print a picture as a C initializer, a row a line."""
    return "    {\n" + "".join(f"{{{','.join(map(str, row))}}},\n" for row in picture) + "    }"
