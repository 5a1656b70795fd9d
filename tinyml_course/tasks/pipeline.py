"""The way from a task's recordings to a trained RUN, and from a RUN to its accuracy.

Nothing here knows a task: its features, network, augmentation and recipe are its own.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from tinyml_course.backend import load_tensorflow
from tinyml_course.compiler.codegen import compile_model
from tinyml_course.compiler.forest import Forest
from tinyml_course.compiler.reference import reference
from tinyml_course.compression import quantize_int8
from tinyml_course.datasets import Dataset, load_dataset
from tinyml_course.datasets.nouns import counted
from tinyml_course.errors import DataNote, InputError
from tinyml_course.features.specification import Features
from tinyml_course.run import Both, Run
from tinyml_course.simulator.host import host_features, host_model
from tinyml_course.tasks import get_task
from tinyml_course.tasks.task import Predict, Task
from tinyml_course.training import evaluate, fit


def train_task(
    name: str,
    data: str | Path | None = None,
    *,
    epochs: int | None = None,
    seed: int = 0,
    progress: bool = True,
    select: Callable[[Dataset], Dataset] | None = None,
    model: str | None = None,
) -> Run:
    """Train a task's model on recordings, and measure it on held-out groups.

    Parameters
    ----------
    name : str
        A name of `TASKS`.
    data : str or Path or None
        A folder of recordings; None is the set that comes with the course.
    epochs : int or None
        Passes over a recipe's worth of augmented recordings; None is the recipe's number.
    seed : int
        Seed of everything random.
    progress : bool
        Show bars on stderr.
    select : callable or None
        Takes the training recordings and returns those to learn from, such as
        `datasets.parts.only_good`; what is held out stays as it is.
    model : {"network", "small", "forest", "both"} or None
        What learns; of gestures also a small network for boards with 2 KB of RAM, a forest, or a
        network and a forest whose mean counts. None is the task's choice for the recordings.

    Returns
    -------
    Run
        `metrics` holds `int8` (see `evaluate`) over the groups not trained on; of a network also
        `float`, and `forest` where there is such a baseline; of both also `network`; `in_use`,
        where the task has a measure of that and the set is the shipped one. Where the task says so
        and the folder does not part its recordings itself, the model kept has then learned from
        all of them.

    Raises
    ------
    InputError
        If the task or the model is unknown, or the recordings cannot be used.
    """
    task = get_task(name)
    train = load_dataset(name, path=data, split="train")
    model = model or (task.choose_model(train) if task.choose_model else "network")
    forest_too = task.fit_forest and task
    offered = {"network": task, "small": task.small, "forest": forest_too, "both": forest_too}
    if (chosen := offered.get(model)) is None:
        names = ", ".join(name for name, there in offered.items() if there)
        raise InputError(f"{name} has no model {model!r}: choose {names}.")
    task = chosen
    epochs = epochs or task.recipe.epochs_for(0 if data is None else len(train))
    learn = partial(_learn, task, model, epochs=epochs, seed=seed, progress=progress)
    train = train if select is None else select(train)
    features = task.choose_features(train)
    test = features(load_dataset(name, path=data, split="test"))
    learned = learn(train, features)
    metrics: dict[str, Any] = {"clips": len(train), "augmented_clips": learned.versions}
    metrics |= {"seed": seed, **learned.measure(test)}
    if model != "forest":
        metrics["epochs"] = epochs
    if data is None and task.measure_use is not None:
        metrics["in_use"] = task.measure_use(learned.oracle, features, train.labels)
    if data is not None and task.learns_from_all and not task.is_split(Path(data).expanduser()):
        train = load_dataset(name, path=data)
        features = task.choose_features(train)
        learned = learn(train, features)
    return Run(name, learned.model, features, train.labels, metrics)


def evaluate_run(run: Run, data: str | Path | None = None) -> dict[str, Any]:
    """Measure a RUN with its compiled C on this computer, features and model.

    Parameters
    ----------
    run : Run
    data : str or Path or None
        A folder of recordings: every clip of it, or those of its `testing_list.txt` or its folder
        `test` where there is `train`, too; classes are matched by name, other words count as
        "unknown". None is the shipped set's test part.

    Returns
    -------
    dict
        See `evaluate`.

    Raises
    ------
    InputError
        If the recordings cannot be used.
    """
    features = host_features(run.features)
    model = host_model(compile_model(run.graph, name=run.task))
    return evaluate(lambda clips: model(features(clips)), test_recordings(run, data))


def test_recordings(run: Run, data: str | Path | None = None) -> Dataset:
    """Return what a RUN is measured on; see `evaluate_run` for `data`."""
    task = get_task(run.task)
    if data is None:
        found = load_dataset(run.task, split="test")
    else:
        folder = Path(data).expanduser()
        split: Literal["test"] | None = (
            "test" if folder.is_dir() and task.is_split(folder) else None
        )
        options = task.load_options(run.features)
        found = load_dataset(run.task, path=data, split=split, labels=run.labels, **options)
        _note_absent(found, data)
    return task.adapt(found, run.features) if task.adapt else found


def _note_absent(found: Dataset, data: str | Path) -> None:
    """Say so if a folder has hardly a class of the model's."""
    there = np.unique(found.y)
    if len(there) == 1:
        absent = ", ".join(label for i, label in enumerate(found.labels) if i not in there)
        warnings.warn(
            f"{data} has nothing of {absent}: all of it counts as {found.labels[there[0]]}.",
            DataNote,
            stacklevel=4,
        )


@dataclass(frozen=True, eq=False)
class _Learned:
    """What one training gave: the model to keep, and the parts it was made of."""

    model: bytes | Forest | Both
    network: Any
    forest: Forest | None
    versions: int

    @property
    def oracle(self) -> Predict:
        """The model to keep, in NumPy."""
        return reference(self.model if isinstance(self.model, bytes) else self.model.graph)

    def measure(self, test: Dataset) -> dict[str, Any]:
        """Return how the model and its parts do on recordings' features."""
        found: dict[str, Any] = {}
        if self.network is not None:
            found["parameters"] = int(self.network.count_params())
            found["float"] = evaluate(
                lambda x: self.network.predict(x.astype(np.float32), verbose=0), test
            )
            if self.forest is not None:
                found["forest"] = evaluate(self.forest, test)
        if isinstance(self.model, Both):
            found["network"] = evaluate(reference(self.model.network), test)
            del found["float"]
        return found | {"int8": evaluate(self.oracle, test)}


def _learn(
    task: Task,
    model: str,
    train: Dataset,
    features: Features,
    *,
    epochs: int,
    seed: int,
    progress: bool,
) -> _Learned:
    """Train a model of a kind on recordings, by the task's recipe."""
    rounds = max(1, -(-epochs // task.recipe.passes))
    augmented = _augment(
        train, task, features, task.recipe.versions * rounds, seed=seed, progress=progress
    )
    windows, versions = features(train), len(augmented)
    forest = task.fit_forest(windows, augmented, seed) if task.fit_forest else None
    if model == "forest":
        assert forest is not None
        return _Learned(forest, None, forest, versions)
    network = _fit_network(task, augmented, max(1, epochs // rounds), seed, progress)
    network = task.finish(network, windows) if task.finish else network
    tflite = quantize_int8(network, augmented.x)
    kept = Both(tflite, forest) if model == "both" and forest is not None else tflite
    return _Learned(kept, network, forest, versions)


def _fit_network(task: Task, augmented: Dataset, epochs: int, seed: int, progress: bool) -> Any:
    """Build the task's network and train it by its recipe."""
    load_tensorflow().keras.utils.set_random_seed(seed)
    return fit(
        task.build_model(augmented.x.shape[1:], len(augmented.labels)),
        augmented,
        seed=seed,
        epochs=epochs,
        mixup=task.recipe.mixup,
        label_smoothing=task.recipe.label_smoothing,
        noise=task.recipe.noise,
        progress=progress,
    )


def _augment(
    train: Dataset, task: Task, features: Features, count: int, *, seed: int, progress: bool
) -> Dataset:
    """Make the versions of the recordings that a training run sees, and show how far it is."""
    bar = Progress(
        TextColumn("  augmenting"),
        BarColumn(),
        TextColumn(counted(task.name, count)),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=not progress,
    )
    with bar:
        shown = bar.add_task("", total=1.0)
        return task.augment(
            train, features, count, seed, lambda share: bar.update(shown, completed=share)
        )
