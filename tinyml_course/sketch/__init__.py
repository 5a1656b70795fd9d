"""An Arduino folder from a compiled model, its features, its labels and a board."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tinyml_course.boards import Board, get_board
from tinyml_course.errors import InputError, wrong_kind
from tinyml_course.sketch.capture import capture_files
from tinyml_course.sketch.classifier import (
    SketchFeatures,
    SketchKind,
    SketchModel,
    check_name,
    sketch_files,
    sketch_info,
)
from tinyml_course.sketch.detection import Detection, Detector, detect, smooth
from tinyml_course.sketch.folder import write_folder
from tinyml_course.sketch.gestures import GESTURES
from tinyml_course.sketch.inspection import PARTS, inspection_sketch
from tinyml_course.sketch.keywords import KEYWORDS
from tinyml_course.sketch.microphone_test import NAME as MICROPHONE_TEST
from tinyml_course.sketch.microphone_test import microphone_test_files
from tinyml_course.sketch.parts import board_with_microphone
from tinyml_course.sketch.plain import plain_sketch_files

__all__ = [
    "Detection",
    "Detector",
    "detect",
    "inspection_sketch",
    "smooth",
    "waiting_bytes",
    "write_capture",
    "write_microphone_test",
    "write_plain_sketch",
    "write_sketch",
]

KINDS = {"mfcc": KEYWORDS, "motion": GESTURES, "image": PARTS}
"""The sketch for each kind of features."""
RUNTIMES = {"c": "compile_model(tflite)", "tflm": "sketch.tflm.tflm_model(tflite)"}
"""What runs a model in a sketch, and what makes such a model."""


def write_sketch(
    compiled: SketchModel,
    features: SketchFeatures,
    labels: Sequence[str],
    board: str | Board = "nano33ble",
    out: str | Path = "arduino/keywords",
    *,
    runtime: str = "c",
    detector: Detector | None = None,
    kind: SketchKind | None = None,
) -> Path:
    """Write a self-contained Arduino sketch that listens to the board's own sensor.

    Parameters
    ----------
    compiled : CompiledModel or InterpretedModel
        Takes the features as they are (int8, scale 1, zero point 0) and ends in a softmax.
    features : Mfcc or another front end
        Its kind decides which sketch is written.
    labels : sequence of str
        One a class, in the order of the scores.
    board : str or Board
        A board with the sensor: for keywords {"nano33ble", "nano33ble_rev2"}.
    out : str or Path
        The folder; its name becomes the sketch's. One written before is replaced as a whole,
        unless a file in it was changed; anything else that is there is refused.
    runtime : {"c", "tflm"}
        "c" is the model compiled to C; "tflm" is a model of `tflm.tflm_model`, run by TFLite
        Micro.
    detector : Detector, optional
        When a score becomes a detection; the usual settings by default.
    kind : SketchKind, optional
        Another sketch than the usual one for the features, such as
        `inspection_sketch(cameras.stored(pictures, classes))`.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    InputError
        Something does not fit together, the board lacks the sensor, or the folder is not ours.
    FitError
        The model is too big for the board.
    """
    if runtime not in RUNTIMES:
        raise InputError(f"there is no runtime {runtime!r} for sketches; use 'c' or 'tflm'.")
    if not hasattr(compiled, "runtime"):
        raise wrong_kind(compiled, "a compiled model", f"Give what {RUNTIMES[runtime]} returns.")
    if compiled.runtime != runtime:
        raise InputError(
            f"{compiled.name} is a model for runtime {compiled.runtime!r}; for {runtime!r} give "
            f"what {RUNTIMES[runtime]} returns."
        )
    if not hasattr(features, "kind"):
        raise wrong_kind(features, "a feature specification", "Give tc.Mfcc(), or run.features.")
    if features.kind not in KINDS:
        raise InputError(
            f"there is no sketch for features of kind {features.kind!r}; there are "
            f"{', '.join(KINDS)}."
        )
    kind = kind or KINDS[features.kind]
    target = kind.find_board(board)
    folder = Path(out).expanduser().resolve()
    files = sketch_files(
        kind,
        compiled,
        features,
        labels,
        board=target,
        name=folder.name,
        detector=detector or kind.detector(features),
    )
    write_folder(folder, files)
    return Path(out)


def waiting_bytes(
    compiled: SketchModel, features: SketchFeatures, labels: Sequence[str], board: str | Board
) -> int:
    """Return the RAM a sketch keeps for samples that wait for the features, in bytes."""
    info = sketch_info(compiled, features, labels, "sketch")
    return KINDS[features.kind].waiting_bytes(get_board(board), info)


def write_plain_sketch(
    model: SketchModel, board: str | Board = "nano33ble", out: str | Path = "arduino/model"
) -> Path:
    """Write a sketch of a model alone: it checks itself on made-up inputs, then runs on yours.

    Parameters
    ----------
    model : CompiledModel or InterpretedModel
        Any model, compiled to C or prepared for TFLite Micro (`tflm.tflm_model`).
    board : str or Board
    out : str or Path
        The folder; its name becomes the sketch's.

    Raises
    ------
    InputError
        The board is unknown, a kernel was not made for it, the folder's name cannot name a
        sketch, or the folder is not ours.
    FitError
        The model is too big for the board.
    """
    folder = Path(out).expanduser().resolve()
    check_name(folder.name)
    write_folder(folder, plain_sketch_files(model, get_board(board), folder.name))
    return Path(out)


def write_microphone_test(folder: str | Path, board: str | Board = "nano33ble") -> Path:
    """Write the sketch that shows how loud it is into `folder`; return its own folder there.

    Raises
    ------
    InputError
        The board has no microphone, or what is there is not ours.
    """
    out = Path(folder).expanduser() / MICROPHONE_TEST
    write_folder(out, microphone_test_files(board_with_microphone(board)))
    return out


def write_capture(
    folder: str | Path, sensor: str = "microphone", board: str | Board = "nano33ble"
) -> Path:
    """Write the sketch that sends a sensor's samples to `record`; return its own folder.

    Parameters
    ----------
    folder : str or Path
        In which it gets a folder of its own.
    sensor : {"microphone", "motion", "camera"}
    board : str or Board

    Raises
    ------
    InputError
        The board lacks the sensor, or what is there is not ours.
    """
    files = capture_files(sensor, board)
    name = next(path for path in files if path.endswith(".ino")).removesuffix(".ino")
    out = Path(folder).expanduser() / name
    write_folder(out, files)
    return out
