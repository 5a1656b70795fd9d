"""A compiled model, its features and its labels become the files of an Arduino sketch.

What is common to all sketches that classify what a sensor measures stands here; what a sensor
needs beside it is a `SketchKind` in a module of its own.

The sketch's logic stands in real C and C++ files: `c/` and `sketch/templates/`. What is made here
is data: the settings header, with every number that the notebook also holds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from tinyml_course.boards import Board
from tinyml_course.compiler.emitting.printing import c_type
from tinyml_course.compiler.planning.feeding import fed_image
from tinyml_course.errors import FitError, InputError
from tinyml_course.sketch.detection import SCORE_SCALE, SCORE_ZERO_POINT, Detector
from tinyml_course.sketch.info import MODEL_BYTES, SketchInfo
from tinyml_course.sketch.parts import board_values, c_sources, filled

if TYPE_CHECKING:
    from tinyml_course.compiler.graph import Graph, QuantParams

LED_COLOURS = {2: "green", 4: "blue", 3: "yellow", 5: "magenta", 6: "cyan", 7: "white"}
DARK = 0
RAM_FOR_FEATURES = 8 * 1024  # a board with less gives back the scores alone


class SketchModel(Protocol):
    """A model that a sketch can run: compiled to C, or interpreted by TFLite Micro."""

    @property
    def name(self) -> str:
        """Prefix of its C functions, and name of its files."""

    @property
    def runtime(self) -> str:
        """What runs it: {"c", "tflm"}."""

    @property
    def graph(self) -> Graph:
        """The network."""

    @property
    def sha256(self) -> str:
        """Hexadecimal digest of the `.tflite` bytes."""

    @property
    def arena_bytes(self) -> int:
        """All the RAM the model takes."""

    @property
    def constants_bytes(self) -> int:
        """Flash for what the model has learned."""

    @property
    def library_note(self) -> str:
        """What the sketch's page says of the libraries it needs."""

    @property
    def files(self) -> dict[str, str]:
        """The sources and headers by file name."""


class SketchFeatures(Protocol):
    """A feature specification as a sketch needs it."""

    @property
    def kind(self) -> str:
        """Which sketch it goes into."""

    @property
    def c_name(self) -> str:
        """Prefix of its C names."""

    @property
    def sample_dtype(self) -> np.dtype[Any]:
        """Type of the samples that its C takes."""

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of the features of one recording."""

    @property
    def hop_s(self) -> float:
        """Seconds from one row to the next."""

    def blank(self) -> NDArray[Any]:
        """Return one recording of zeros, (1, ...), that fills a window."""

    def hops(self, recordings: NDArray[Any]) -> NDArray[Any]:
        """Cut recordings into (n, hops, samples of a hop)."""

    def to_json(self) -> str:
        """Return the specification's numbers, `rate_hz` among them."""

    def c_files(self) -> dict[str, str]:
        """Return the C sources and headers by file name."""


@dataclass(frozen=True)
class SketchKind:
    """What makes the sketch of one kind of features.

    Attributes
    ----------
    template : str
        Name of its `.ino` and its page in `templates/`.
    settings : str
        Name of its part of the settings there.
    find_board : callable
        Takes a board or its name, returns it if it has the sensor.
    adapters : callable
        Takes the board, returns the headers of its parts: name in the sketch to name of template.
        They have the placeholders of all templates.
    sources : tuple of str
        C sources beside the model's and the features'.
    sensor_values : callable
        Takes the board and what the sketch says of itself, returns placeholders of its own.
    waiting_bytes : callable
        Takes the same, returns the RAM for samples that wait.
    detector : callable
        Takes the features, returns the usual one.
    """

    template: str
    settings: str
    find_board: Callable[[str | Board], Board]
    adapters: Callable[[Board], dict[str, str]]
    sources: tuple[str, ...]
    sensor_values: Callable[[Board, SketchInfo], dict[str, object]]
    waiting_bytes: Callable[[Board, SketchInfo], int]
    detector: Callable[[SketchFeatures], Detector]


def sketch_files(
    kind: SketchKind,
    compiled: SketchModel,
    features: SketchFeatures,
    labels: Sequence[str],
    *,
    board: Board,
    name: str,
    detector: Detector,
) -> dict[str, str]:
    """Return the text of every file of a sketch, by its path in the folder.

    Raises
    ------
    InputError
        Model, features and labels do not belong together, or a name cannot be used in a sketch.
    FitError
        The board has not even the memory for the model and the sound that waits.
    """
    check_name(name)
    _check_labels(labels)
    _check_model(compiled, features, labels)
    info = sketch_info(compiled, features, labels, name)
    check_fit(compiled, board, kind.waiting_bytes(board, info))
    said = info if board.ram_bytes >= RAM_FOR_FEATURES else replace(info, feature_shape=(0,))
    values = board_values(board, name, info.rate_hz) | _values(compiled, info, labels, detector)
    values |= {
        "replay_features": _size(said.feature_shape),
        "replay_info": _rows((f"0x{byte:02X}" for byte in said.to_bytes()), 12),
    }
    values |= {"c_name": features.c_name, "sample_type": c_type(features.sample_dtype)}
    values |= kind.sensor_values(board, info)
    values["sensor_settings"] = filled(kind.settings, values).rstrip()
    sources = {**compiled.files, **features.c_files(), **c_sources(kind.sources)}
    return {
        f"{name}.ino": filled(f"{kind.template}.ino", values),
        f"{name}_settings.h": filled("settings.h", values),
        "README.md": filled(f"{kind.template}.md.in", values),
        **{path: filled(source, values) for path, source in kind.adapters(board).items()},
        **{f"src/{path}": text for path, text in sources.items()},
    }


def _values(
    compiled: SketchModel, info: SketchInfo, labels: Sequence[str], detector: Detector
) -> dict[str, object]:
    """Return what the placeholders of the templates stand for."""
    colours = led_colours(labels, detector)
    words = [label for label in labels if colours[label] != DARK]
    return {
        "guard": re.sub(r"\W", "_", f"SKETCH_{info.name}_SETTINGS_H").upper(),
        "model": compiled.name,
        "sha256": compiled.sha256,
        "library_note": compiled.library_note,
        "words": ", ".join(words),
        "word_count": len(words),
        "hop_samples": info.hop_samples,
        "clip_hops": info.clip_hops,
        "feature_count": _size(info.feature_shape),
        "class_count": len(labels),
        "score_zero_point": SCORE_ZERO_POINT,
        "hops_per_inference": detector.every_hops,
        "mean_inferences": detector.average,
        "rest": detector.rest,
        "labels": _rows(f'"{label}"' for label in labels),
        "thresholds": _rows(map(str, detector.thresholds(labels)), 12),
        "led_colours": _rows((str(colours[label]) for label in labels), 12),
        "led_table": "\n".join(f"| {w} | {LED_COLOURS[colours[w]]} |" for w in words),
    }


def sketch_info(
    compiled: SketchModel, features: SketchFeatures, labels: Sequence[str], name: str
) -> SketchInfo:
    """Return what the sketch will say of itself over the serial line."""
    _, hops, samples = features.hops(features.blank()).shape
    return SketchInfo(
        name=name,
        rate_hz=int(json.loads(features.to_json())["rate_hz"]),
        hop_samples=samples,
        clip_hops=hops,
        classes=len(labels),
        feature_shape=features.input_shape,
        model=bytes.fromhex(compiled.sha256)[:MODEL_BYTES],
    )


def led_colours(labels: Sequence[str], detector: Detector) -> dict[str, int]:
    """Give each word one of the LED's colours, in turn; what is never reported stays dark."""
    words = [label for label in labels if label not in detector.background]
    lit = {word: list(LED_COLOURS)[i % len(LED_COLOURS)] for i, word in enumerate(words)}
    return {label: lit.get(label, DARK) for label in labels}


def _rows(items: Iterable[str], per_row: int = 1) -> str:
    """Lay out the elements of a C array, indented, some to a row."""
    cells = list(items)
    rows = (cells[i : i + per_row] for i in range(0, len(cells), per_row))
    return "\n".join(f"    {', '.join(row)}," for row in rows)


def _size(shape: Sequence[int]) -> int:
    product = 1
    for axis in shape:
        product *= axis
    return product


def check_name(name: str) -> None:
    """Refuse a name that an Arduino sketch cannot have."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}", name):
        raise InputError(
            f"{name!r} cannot name an Arduino sketch; give a folder name of at most 63 letters, "
            "digits, _ and -, starting with a letter or digit."
        )


def _check_labels(labels: Sequence[str]) -> None:
    for label in labels:
        if not label.isprintable() or not label or any(mark in label for mark in ('"', "\\", "*/")):
            raise InputError(
                f"label {label!r} cannot be printed by a sketch; rename the class, without quotes, "
                "backslashes, */ and control characters."
            )
    if len(set(labels)) < len(labels):
        raise InputError("two classes have the same label; rename one of them.")


def _check_model(compiled: SketchModel, features: SketchFeatures, labels: Sequence[str]) -> None:
    """Refuse a model whose input is not these features or whose output is not these classes."""
    graph = compiled.graph
    if fed_image(graph) is not None:
        raise InputError(
            f"{compiled.name} takes its input by rows; this sketch hands over whole windows. "
            "Compile it with its input whole."
        )
    if len(graph.inputs) != 1 or len(graph.outputs) != 1:
        raise InputError(
            f"{compiled.name} has {len(graph.inputs)} inputs and {len(graph.outputs)} outputs; "
            "a sketch runs a model with one of each."
        )
    taken, given = graph.tensors[graph.inputs[0]], graph.tensors[graph.outputs[0]]
    if _size(taken.shape) != _size(features.input_shape) or not _is(taken.quant, 1.0, 0):
        raise InputError(
            f"{compiled.name} takes {taken.shape} {taken.dtype}, the features are "
            f"{features.input_shape} int8 of scale 1 and zero point 0. Train and quantize the "
            "model on these features."
        )
    if _size(given.shape) != len(labels):
        raise InputError(
            f"{compiled.name} has {_size(given.shape)} outputs, there are {len(labels)} labels. "
            "Give the labels the model was trained with."
        )
    if not _is(given.quant, SCORE_SCALE, SCORE_ZERO_POINT):
        raise InputError(
            f"{compiled.name} does not end in a softmax (int8, scale 1/256, zero point -128): its "
            "scores are no probabilities. Add one to the Keras model."
        )


def check_fit(compiled: SketchModel, board: Board, waiting_bytes: int = 0) -> None:
    """Refuse a model that cannot fit whatever the rest of the sketch takes.

    Raises
    ------
    FitError
        The model, and samples that wait, take more than the board has.
    """
    needed = {
        "RAM": (compiled.arena_bytes + waiting_bytes, board.ram_limit_bytes),
        "flash": (compiled.constants_bytes, board.flash_limit_bytes),
    }
    for memory, (least, limit) in needed.items():
        if least > limit:
            raise FitError(
                f"the sketch needs more than {least:,} bytes of {memory}, {board.name} leaves "
                f"{limit:,}. Make the network smaller; `tinyml simulate` shows what needs most."
            )


def _is(quant: QuantParams | None, scale: float, zero_point: int) -> bool:
    return (
        quant is not None
        and not quant.per_channel
        and float(quant.scale[0]) == scale
        and int(quant.zero_point[0]) == zero_point
    )
