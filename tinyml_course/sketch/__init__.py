"""An Arduino folder from a compiled model, its features, its labels and a board."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tinyml_course.boards import Board, get_board, list_boards
from tinyml_course.errors import InputError
from tinyml_course.sketch.detection import Detection, Detector, detect, smooth
from tinyml_course.sketch.folder import write_folder
from tinyml_course.sketch.keywords import AudioFeatures, sketch_files

if TYPE_CHECKING:
    from tinyml_course.compiler.codegen import CompiledModel

__all__ = ["Detection", "Detector", "detect", "smooth", "write_sketch"]

RUNTIMES = ("c",)
CORE_WITH_MICROPHONE = "arduino:mbed_nano:nano33ble"
"""The boards whose microphone and LED `templates/microphone.h` and `led.h` are written for."""


def write_sketch(
    compiled: CompiledModel,
    features: AudioFeatures,
    labels: Sequence[str],
    board: str | Board = "nano33ble",
    out: str | Path = "arduino/keywords",
    *,
    runtime: str = "c",
    detector: Detector | None = None,
) -> Path:
    """Write a self-contained Arduino sketch that spots words with the board's microphone.

    Parameters
    ----------
    compiled : CompiledModel
        Takes the features as they are (int8, scale 1, zero point 0) and ends in a softmax.
    features : Mfcc
    labels : sequence of str
        One a class, in the order of the scores.
    board : str or Board
        A board with a microphone: {"nano33ble", "nano33ble_rev2"}.
    out : str or Path
        The folder; its name becomes the sketch's. One written before is replaced as a whole,
        unless a file in it was changed; anything else that is there is refused.
    runtime : {"c"}
        "c" is the model compiled to C.
    detector : Detector, optional
        When a score becomes a detection; the usual settings by default.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    InputError
        Something does not fit together, the board has no microphone, or the folder is not ours.
    """
    if runtime not in RUNTIMES:
        raise InputError(f"there is no runtime {runtime!r} for sketches; use {RUNTIMES[0]!r}.")
    target = get_board(board)
    if target.fqbn != CORE_WITH_MICROPHONE:
        able = ", ".join(b.id for b in list_boards() if b.fqbn == CORE_WITH_MICROPHONE)
        raise InputError(f"{target.name} has no microphone a keyword sketch can use; use {able}.")
    folder = Path(out).expanduser().resolve()
    files = sketch_files(
        compiled,
        features,
        labels,
        board=target,
        name=folder.name,
        detector=detector or Detector(),
    )
    write_folder(folder, files)
    return Path(out)
