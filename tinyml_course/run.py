"""The RUN folder: a trained model with everything that is needed to use it again.

`model.tflite`, `features.json` (the front end it was trained on), `labels.txt` (one class a line,
in the order of its scores) and `metrics.json` (the task, and how well it did).
"""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tinyml_course.cache import writing
from tinyml_course.compiler.graph import Graph
from tinyml_course.compiler.tflite import read_model
from tinyml_course.errors import InputError
from tinyml_course.features.loading import load_features
from tinyml_course.features.specification import Features

MODEL, FEATURES, LABELS, METRICS = "model.tflite", "features.json", "labels.txt", "metrics.json"


@dataclass(frozen=True, eq=False)
class Run:
    """A trained, quantized model.

    Attributes
    ----------
    task : str
        What it was trained for: a name of `tasks.TASKS`.
    tflite : bytes
        The int8 model; its input is the features' int8 output as it is.
    features : Mfcc or another front end
    labels : tuple of str
        One a score, in the model's order.
    metrics : dict
        `int8` and `float`, each with `accuracy`, `per_class`, `confusion` and `n`, on the held-out
        groups; `seed`, `epochs` and what else tells how it was made. JSON can hold all of it.

    Raises
    ------
    InputError
        If the number of labels, or the shape of the features, is not the model's.
    """

    task: str
    tflite: bytes = field(repr=False)
    features: Features
    labels: tuple[str, ...]
    metrics: dict[str, Any] = field(repr=False)

    def __post_init__(self) -> None:
        graph = read_model(self.tflite)
        _check_port(graph, graph.inputs, self.features.input_shape, "features.json gives")
        _check_port(graph, graph.outputs, (len(self.labels),), "labels.txt names")

    def save(self, folder: str | Path) -> Path:
        """Write the four files, all of them or none; other files in the folder stay.

        Raises
        ------
        InputError
            If the folder cannot be written to.
        """
        folder = Path(folder).expanduser()
        metrics = {"task": self.task, **self.metrics}
        contents = {
            MODEL: self.tflite,
            FEATURES: self.features.to_json().rstrip().encode() + b"\n",
            LABELS: "".join(f"{label}\n" for label in self.labels).encode(),
            METRICS: json.dumps(metrics, indent=1).encode() + b"\n",
        }
        with ExitStack() as all_or_none:
            for name, content in contents.items():
                all_or_none.enter_context(writing(folder / name)).write_bytes(content)
        return folder

    def summary(self) -> str:
        """Return the accuracies, overall and by class, as lines for a terminal."""
        real, integer = self.metrics["float"], self.metrics["int8"]
        rows = [f"{'':<12}{'float':>8}{'int8':>8}"]
        rows += [f"{'accuracy':<12}{real['accuracy']:>8.1%}{integer['accuracy']:>8.1%}"]
        for name in ("balanced_accuracy", "auroc"):
            if name in integer and name in real:
                rows += [f"{name.partition('_')[0]:<12}{real[name]:>8.1%}{integer[name]:>8.1%}"]
        rows += [
            f"  {label:<10}{_share(real['per_class'][label])}{_share(share)}"
            for label, share in integer["per_class"].items()
        ]
        rows += [f"over {integer['n']:,} held-out samples of {self.task}"]
        rows += [self.metrics["in_use"]["summary"]] if "in_use" in self.metrics else []
        return "\n".join(rows)


def load_run(folder: str | Path) -> Run:
    """Read a RUN folder.

    Raises
    ------
    InputError
        If a file is missing or damaged, or the four do not belong together.
    ModelError
        If `model.tflite` is no model the compiler can read.
    """
    folder = Path(folder).expanduser()
    if not folder.is_dir():
        raise InputError(f"there is no RUN folder {folder}. `tinyml train keywords` writes one.")
    metrics = _read_json(folder / METRICS)
    return Run(
        task=str(metrics.pop("task", "keywords")),
        tflite=_read(folder / MODEL),
        features=_read_features(folder / FEATURES),
        labels=tuple(_read_text(folder / LABELS).splitlines()),
        metrics=metrics,
    )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(
            f"{path} cannot be read ({error.strerror}). A RUN folder holds {MODEL}, {FEATURES}, "
            f"{LABELS} and {METRICS}: train again, or copy all four."
        ) from error


def _read_text(path: Path) -> str:
    try:
        return _read(path).decode()
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not a text file: train again.") from error


def _read_json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(_read_text(path))
    except json.JSONDecodeError as error:
        raise InputError(f"{path} is not JSON ({error}): train again.") from error
    if not isinstance(value, dict):
        raise InputError(f"{path} holds no JSON object: train again.")
    return value


def _read_features(path: Path) -> Features:
    try:
        return load_features(_read_text(path))
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def _check_port(graph: Graph, ports: tuple[int, ...], shape: tuple[int, ...], what: str) -> None:
    """Check that the model has one input or output, of the shape (batch of 1 aside)."""
    found = [graph.tensors[index].shape[1:] for index in ports]
    if found != [tuple(shape)]:
        raise InputError(
            f"the model's {'input' if ports == graph.inputs else 'output'} is {found}, but {what} "
            f"{tuple(shape)}: the files of this RUN folder do not belong together. Train again."
        )


def _share(value: float | None) -> str:
    return f"{'-':>8}" if value is None else f"{value:>8.1%}"
