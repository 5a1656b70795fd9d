"""The inspection sketch of a RUN: with the board's camera, or with pictures stored in it."""

from __future__ import annotations

from pathlib import Path

from tinyml_course.boards import get_board
from tinyml_course.errors import InputError
from tinyml_course.features.image import ImagePatch
from tinyml_course.run import Run
from tinyml_course.sketch import inspection_sketch
from tinyml_course.sketch.cameras import CAMERAS, stored
from tinyml_course.sketch.classifier import SketchKind
from tinyml_course.tasks.board import spread_over
from tinyml_course.tasks.pipeline import test_recordings

STORED = 4  # pictures in a sketch


def picture_sketch(
    run: Run, board: str, camera: str | None = None, data: str | Path | None = None
) -> SketchKind | None:
    """Return the sketch a RUN of pictures has on a board; None for a RUN of anything else.

    Parameters
    ----------
    run : Run
    board : str
    camera : {"ov7675", "esp32", "stored"} or None
        None is the board's own, or pictures stored in the sketch where it has none.
    data : str or Path or None
        Where pictures to store are taken from; see `test_recordings`.

    Raises
    ------
    InputError
        If a camera is asked for and the RUN is not of pictures, or pictures cannot be read.
    """
    if not isinstance(run.features, ImagePatch):
        if camera is None:
            return None
        raise InputError(f"{run.task} are not looked at: leave --camera {camera} out.")
    if camera in CAMERAS:
        return inspection_sketch(CAMERAS[camera])
    if camera is None and get_board(board).cameras:
        return inspection_sketch()
    chosen = spread_over(test_recordings(run, data), STORED)
    return inspection_sketch(stored(run.features.hops(chosen.x), chosen.y.tolist()))
