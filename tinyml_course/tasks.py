"""What each task of the course is made of, and the way from its recordings to a trained RUN.

A task is its features, its network and its recipe; `train_task` is the same for all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from tinyml_course.backend import load_tensorflow
from tinyml_course.compiler.codegen import compile_model
from tinyml_course.compiler.reference import reference
from tinyml_course.compression import quantize_int8
from tinyml_course.datasets import Dataset, load_dataset
from tinyml_course.datasets.augment import augment_dataset
from tinyml_course.errors import InputError
from tinyml_course.features.audio import Mfcc
from tinyml_course.run import Run
from tinyml_course.simulator.host import host_features, host_model
from tinyml_course.training import evaluate, fit


@dataclass(frozen=True)
class Recipe:
    """How long and on what to train.

    Attributes
    ----------
    epochs : int
        Passes by default.
    versions : int
        Augmented clips in a pass.
    passes : int
        How often the same versions are seen before new ones are made.
    mixup, label_smoothing, noise
        See `fit`.
    """

    epochs: int
    versions: int
    passes: int
    mixup: float = 0.0
    label_smoothing: float = 0.0
    noise: tuple[float, ...] = ()


@dataclass(frozen=True)
class Task:
    """One of the course's problems.

    Attributes
    ----------
    name : str
        What `train_task` and the command line take, and `load_dataset` loads.
    features : Mfcc
    build_model : callable
        Takes the number of classes, returns an untrained Keras model.
    recipe : Recipe
    """

    name: str
    features: Mfcc
    build_model: Callable[[int], Any]
    recipe: Recipe


def build_ds_cnn(classes: int, width: int = 64, blocks: int = 4) -> Any:
    """Build a depthwise separable CNN for keywords: 49 x 10 features in, a score a class out.

    About 24,000 parameters with the default width and blocks.

    References
    ----------
    Zhang et al. (2017), "Hello Edge: Keyword Spotting on Microcontrollers", section 4 (DS-CNN);
    Banbury et al. (2021), "MLPerf Tiny Benchmark", section 4 (this size).
    """
    keras = load_tensorflow().keras
    layers = keras.layers

    def normalized(x: Any) -> Any:
        return layers.ReLU()(layers.BatchNormalization()(x))

    inputs = keras.Input((49, 10, 1))
    x = layers.Conv2D(width, (10, 4), strides=2, padding="same", use_bias=False)(inputs)
    x = normalized(x)  # (25, 5, width)
    for _ in range(blocks):
        x = normalized(layers.DepthwiseConv2D(3, padding="same", use_bias=False)(x))
        x = normalized(layers.Conv2D(width, 1, use_bias=False)(x))
    x = layers.GlobalAveragePooling2D()(layers.Dropout(0.1)(x))  # (width,)
    return keras.Model(inputs, layers.Dense(classes, activation="softmax")(x))


TASKS = {
    "keywords": Task(
        name="keywords",
        features=Mfcc(),
        build_model=build_ds_cnn,
        recipe=Recipe(
            epochs=10,
            versions=36_000,
            passes=7,
            mixup=0.3,
            label_smoothing=0.05,
            # People's features jump from frame to frame where synthetic voices are smooth.
            noise=(12, 18, 20, 24, 24, 32, 34, 36, 38, 40),
        ),
    ),
}


def get_task(name: str) -> Task:
    """Return a task by name.

    Raises
    ------
    InputError
        If there is no such task.
    """
    if name not in TASKS:
        raise InputError(f"there is no task {name!r}: choose {', '.join(TASKS)}.")
    return TASKS[name]


def train_task(
    name: str,
    data: str | Path | None = None,
    *,
    epochs: int | None = None,
    seed: int = 0,
    progress: bool = True,
) -> Run:
    """Train a task's network on recordings, quantize it, and measure both on held-out groups.

    Parameters
    ----------
    name : {"keywords"}
    data : str or Path or None
        A folder of recordings; None is the set that comes with the course.
    epochs : int or None
        Passes over a recipe's worth of augmented recordings; None is the recipe's number.
    seed : int
        Seed of everything random.
    progress : bool
        Show bars on stderr.

    Returns
    -------
    Run
        `metrics` holds `float` and `int8` (see `evaluate`) over the groups not trained on.

    Raises
    ------
    InputError
        If the task is unknown or the recordings cannot be used.
    """
    task = get_task(name)
    epochs = epochs or task.recipe.epochs
    train = load_dataset(name, path=data, split="train")
    test = task.features(load_dataset(name, path=data, split="test"))
    augmented = _augment(train, task, epochs, seed, progress)
    load_tensorflow().keras.utils.set_random_seed(seed)
    rounds = max(1, -(-epochs // task.recipe.passes))
    model = fit(
        task.build_model(len(train.labels)),
        augmented,
        seed=seed,
        epochs=max(1, epochs // rounds),
        mixup=task.recipe.mixup,
        label_smoothing=task.recipe.label_smoothing,
        noise=task.recipe.noise,
        progress=progress,
    )
    tflite = quantize_int8(model, augmented.x)
    metrics = {
        "float": evaluate(lambda x: model.predict(x.astype(np.float32), verbose=0), test),
        "int8": evaluate(reference(tflite), test),
        "parameters": int(model.count_params()),
        "clips": len(train),
        "augmented_clips": len(augmented),
        "epochs": epochs,
        "seed": seed,
    }
    return Run(name, tflite, task.features, train.labels, metrics)


def evaluate_run(run: Run, data: str | Path | None = None) -> dict[str, Any]:
    """Measure a RUN with its compiled C on this computer, features and model.

    Parameters
    ----------
    run : Run
    data : str or Path or None
        A folder of recordings: every clip of it, or those of its `testing_list.txt`; classes are
        matched by name, other words count as "unknown". None is the shipped set's test part.

    Returns
    -------
    dict
        See `evaluate`.

    Raises
    ------
    InputError
        If the recordings cannot be used.
    """
    if data is None:
        recordings = load_dataset(run.task, split="test")
    else:
        listed = (Path(data).expanduser() / "testing_list.txt").is_file()
        recordings = load_dataset(
            run.task, path=data, split="test" if listed else None, labels=run.labels
        )
    features = host_features(run.features)
    model = host_model(compile_model(run.tflite, name=run.task))
    return evaluate(lambda clips: model(features(clips)), recordings)


def _augment(train: Dataset, task: Task, epochs: int, seed: int, progress: bool) -> Dataset:
    """Make the versions of the recordings that a training run of so many epochs sees."""
    rounds = max(1, -(-epochs // task.recipe.passes))
    rows = draw_rows(train, task.recipe.versions * rounds, seed)
    bar = Progress(
        TextColumn("  augmenting"),
        BarColumn(),
        TextColumn(f"{len(rows):,} clips"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=not progress,
    )
    with bar:
        shown = bar.add_task("", total=1.0)
        return augment_dataset(
            train,
            task.features,
            rows=rows,
            seed=seed,
            progress=lambda share: bar.update(shown, completed=share),
        )


PERSON_SHARE = 0.5  # of a word's versions, where people's voices were recorded for the set
WEIGHTS = {"silence": 0.7}  # how often to draw a class, against a keyword's 1


def draw_rows(data: Dataset, count: int, seed: int) -> NDArray[np.int64]:
    """Draw which clips to make versions of: every class its share, recorded people above all.

    Returns
    -------
    int64 array, (about `count`,)
        Positions in `data`, each about as often as its weight says.
    """
    people = np.char.startswith(data.group, "person-")
    weight = np.zeros(len(data))
    for index, label in enumerate(data.labels):
        said = data.y == index
        share = PERSON_SHARE if (said & people).any() and (said & ~people).any() else 1.0
        for part, of_class in ((said & people, share), (said & ~people, 1.0 - share)):
            if part.any():
                weight[part] = WEIGHTS.get(label, 1.0) * (of_class or 1.0) / part.sum()
    rng = np.random.default_rng(seed)
    times = np.floor(weight / weight.sum() * count + rng.random(len(data))).astype(int)
    return np.repeat(np.arange(len(data)), times)
