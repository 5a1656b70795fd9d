"""The files of a sketch that shows how loud it is, by the keyword sketch's own microphone code."""

from tinyml_course.boards import Board
from tinyml_course.sketch.parts import adapters, board_values, c_sources, filled

NAME = "microphone_test"
RATE_HZ = 16_000


def microphone_test_files(board: Board) -> dict[str, str]:
    """Return the text of every file of the sketch, by its path in the folder `NAME`."""
    values = board_values(board, NAME, RATE_HZ)
    return {
        f"{NAME}.ino": filled("microphone_test.ino", values),
        f"{NAME}_settings.h": filled("microphone_test_settings.h", values),
        "README.md": filled("microphone_test.md.in", values),
        **adapters("microphone.h", "led.h"),
        **{f"src/{path}": text for path, text in c_sources(["tinyml_ring"]).items()},
    }
