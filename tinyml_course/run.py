"""The RUN folder: a trained model with everything that is needed to use it again.

`model.tflite` or `forest.npz` (or both, whose mean counts), `features.json` (the front end it was
trained on), `labels.txt` (one class a line, in the order of its scores) and `metrics.json` (the
task, and how well it did).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from tinyml_course.cache import writing
from tinyml_course.compiler.forest import Forest, joined, load_forest
from tinyml_course.compiler.graph import Graph
from tinyml_course.compiler.reading.tflite import read_model
from tinyml_course.datasets.nouns import noun
from tinyml_course.errors import InputError, wrong_kind
from tinyml_course.features.loading import load_features
from tinyml_course.features.specification import Features

MODEL, FOREST = "model.tflite", "forest.npz"
FEATURES, LABELS, METRICS = "features.json", "labels.txt", "metrics.json"
FEW = 10  # of a class to test on: fewer say little


@dataclass(frozen=True, eq=False)
class Both:
    """A quantized network and a random forest, whose mean counts."""

    network: bytes
    forest: Forest

    @property
    def graph(self) -> Graph:
        """The two as one graph."""
        return joined(read_model(self.network), self.forest)


@dataclass(frozen=True, eq=False)
class Run:
    """A trained model in integers: a quantized network, a random forest, or both.

    Attributes
    ----------
    task : str
        What it was trained for: a name of `tasks.TASKS`.
    model : bytes or Forest or Both
        The int8 `.tflite` network, a forest, or the mean of both; its input is the features' int8
        output as it is.
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
    model: bytes | Forest | Both = field(repr=False)
    features: Features
    labels: tuple[str, ...]
    metrics: dict[str, Any] = field(repr=False)

    def __post_init__(self) -> None:
        graph = self.graph
        _check_port(graph, graph.inputs, self.features.input_shape, "features.json gives")
        _check_port(graph, graph.outputs, (len(self.labels),), "labels.txt names")

    @cached_property
    def graph(self) -> Graph:
        """The model as a graph: what is compiled, and what the NumPy oracle computes."""
        return read_model(self.model) if isinstance(self.model, bytes) else self.model.graph

    @property
    def tflite(self) -> bytes:
        """The bytes of the network.

        Raises
        ------
        InputError
            If a forest has a say, which no `.tflite` file can hold.
        """
        if not isinstance(self.model, bytes):
            raise InputError(
                "a .tflite file cannot hold a random forest, which this model is or listens to: "
                "train a network alone (--model network)."
            )
        return self.model

    def save(self, folder: str | Path) -> Path:
        """Write the four files, all of them or none; other files in the folder stay.

        Raises
        ------
        InputError
            If the folder cannot be written to.
        """
        folder = Path(folder).expanduser()
        model: dict[str, bytes]
        match self.model:
            case Forest() as forest:
                kind, model = "forest", {FOREST: forest.to_bytes()}
            case Both(network, forest):
                kind, model = "both", {MODEL: network, FOREST: forest.to_bytes()}
            case network:
                kind, model = "network", {MODEL: network}
        metrics = {"task": self.task, "model": kind, **self.metrics}
        contents = model | {
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
        integer = self.metrics["int8"]
        measured = {name: self.metrics[name] for name in ("float", "int8") if name in self.metrics}
        rows = [f"{'':<12}" + "".join(f"{name:>8}" for name in measured)]
        for name in ("accuracy", "balanced_accuracy", "auroc"):
            if all(name in one for one in measured.values()):
                shares = "".join(_share(one[name]) for one in measured.values())
                rows += [f"{name.partition('_')[0]:<12}{shares}"]
        counts = integer.get("n_per_class", {})
        for label in integer["per_class"]:
            shares = "".join(_share(one["per_class"][label]) for one in measured.values())
            rows += [f"  {label:<10}{shares}" + (f"  of {counts[label]:,}" if counts else "")]
        held_out = f"over {integer['n']:,} held-out {noun(self.task, integer['n'])} of {self.task}"
        rows += [held_out + _caution(counts)]
        rows += [self.metrics["in_use"]["summary"]] if "in_use" in self.metrics else []
        if network := self.metrics.get("network"):
            rows += [
                f"that is the mean of a network ({network['accuracy']:.1%} alone) and a random "
                f"forest ({self.metrics['forest']['accuracy']:.1%} alone), the better choice for "
                "few recordings; --model network or forest takes one of them"
            ]
        elif forest := self.metrics.get("forest"):
            verdict = "as good or better" if forest["accuracy"] >= integer["accuracy"] else "worse"
            rows += [
                f"a random forest on simple features is {verdict}: {forest['accuracy']:.1%} "
                f"(tinyml train {self.task} --model forest)"
            ]
        return "\n".join(rows)


def _caution(counts: Mapping[str, int]) -> str:
    """Return what to think of a measure on few samples of a class."""
    fewest, label = min(((n, label) for label, n in counts.items() if n), default=(FEW, ""))
    if fewest >= FEW:
        return ""
    return (
        f", {fewest} of {label}: each of those is {1 / fewest:.0%} of its class, which is too few "
        f"to tell how good the model is; {FEW} or more of each would"
    )


def load_run(folder: str | Path) -> Run:
    """Read a RUN folder.

    Raises
    ------
    InputError
        If a file is missing or damaged, or the four do not belong together.
    ModelError
        If `model.tflite` is no model the compiler can read.

    Examples
    --------
    >>> run = load_run("data/models/keywords")
    >>> run.features.input_shape, len(run.labels)
    ((49, 10, 1), 12)
    """
    if not isinstance(folder, str | Path):
        raise wrong_kind(folder, "the path of a RUN folder", "`tinyml train` writes such a folder.")
    folder = Path(folder).expanduser()
    if not folder.is_dir():
        raise InputError(f"there is no RUN folder {folder}. `tinyml train keywords` writes one.")
    metrics = _read_json(folder / METRICS)
    kind = metrics.pop("model", "network")
    forest = load_forest(folder / FOREST) if kind in ("forest", "both") else None
    model = forest if forest and kind == "forest" else _read(folder / MODEL)
    return Run(
        task=str(metrics.pop("task", "keywords")),
        model=Both(model, forest) if forest and isinstance(model, bytes) else model,
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
