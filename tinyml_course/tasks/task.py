"""What makes a task: its features, its network, its augmentation and its recipe."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from tinyml_course.boards import Board
from tinyml_course.compiler.forest import Forest
from tinyml_course.datasets import Dataset
from tinyml_course.features.specification import Features

Predict = Callable[[NDArray[np.int8]], Any]
Progress = Callable[[float], None]
"""Called with the share done, 0 to 1."""
MOST_EPOCHS = 24
"""More passes than this are asked for, never chosen."""


@dataclass(frozen=True)
class Recipe:
    """How long and on what to train.

    Attributes
    ----------
    epochs : int
        Passes by default.
    versions : int
        Augmented recordings in a pass.
    passes : int
        How often the same versions are seen before new ones are made.
    sightings : int
        How often each recording of one's own is seen at least, in one version or another: large
        sets take more passes, up to `MOST_EPOCHS`.
    own_epochs : int
        Passes at least over recordings of one's own, which may be few and hard.
    enough : int
        How often each is seen at most, if not 0: small sets take fewer passes.
    mixup, label_smoothing, noise
        See `fit`.
    """

    epochs: int
    versions: int
    passes: int
    mixup: float = 0.0
    label_smoothing: float = 0.0
    noise: tuple[float, ...] = ()
    sightings: int = 0
    own_epochs: int = 0
    enough: int = 0

    def epochs_for(self, recordings: int) -> int:
        """Return the passes by default for so many recordings of one's own; 0 are the course's.

        Examples
        --------
        >>> recipe = Recipe(epochs=10, versions=6_000, passes=5, sightings=60)
        >>> [recipe.epochs_for(n) for n in (300, 1_500, 100_000)]
        [10, 15, 24]
        >>> [Recipe(24, 12_000, 4, enough=3_000).epochs_for(n) for n in (0, 2, 25, 500)]
        [24, 1, 6, 24]
        """
        wanted = -(-self.sightings * recordings // self.versions)
        least = max(self.epochs, self.own_epochs if recordings else 0)
        epochs = max(least, min(wanted, MOST_EPOCHS))
        if not (self.enough and recordings):
            return epochs
        return max(1, min(epochs, self.enough * recordings // self.versions))


class Augment(Protocol):
    """Turns recordings into the model inputs that a network is trained on."""

    def __call__(
        self, train: Dataset, features: Features, count: int, seed: int, progress: Progress, /
    ) -> Dataset:
        """Make about `count` versions of the recordings, and their model inputs."""


@dataclass(frozen=True)
class Task:
    """One of the course's problems.

    Attributes
    ----------
    name : str
        What `train_task` and the command line take, and `load_dataset` loads.
    choose_features : callable
        Takes the training recordings, returns the front end for them.
    build_model : callable
        Takes the shape of one input and the number of classes, returns an untrained Keras model.
    augment : Augment
    find_board : callable
        Takes a board or its name, returns the board if a sketch of the task can run there.
    recipe : Recipe
    small : Task or None
        The same task with a network for boards that have 2 KB of RAM.
    fit_forest : callable or None
        Takes the recordings' model inputs, those of their versions, and a seed; returns a random
        forest, where one is worth trying.
    choose_model : callable or None
        Takes the training recordings, returns what to train on them: "network", or "both" for the
        mean of a network and a forest. Without it, it is a network.
    is_split : callable
        Takes a folder of recordings, tells whether it says which are for testing.
    learns_from_all : bool
        Whether the model kept has learned from all recordings of a folder that does not say so:
        from those, too, that were held out to measure.
    load_options : callable
        Takes a model's features; returns what `load_dataset` must know to load recordings for it.
    adapt : callable or None
        Takes recordings to test on and a model's features; returns what these take.
    finish : callable or None
        Takes the trained model and the training recordings' features; returns the model to keep.
    measure_use : callable or None
        Takes a model (inputs to int8 scores), its features and its labels; returns how it does in
        minutes of use on the shipped set, with a `summary` of it in words.
    """

    name: str
    choose_features: Callable[[Dataset], Features]
    build_model: Callable[[tuple[int, ...], int], Any]
    augment: Augment
    find_board: Callable[[str | Board], Board]
    recipe: Recipe
    is_split: Callable[[Path], bool]
    learns_from_all: bool = False
    load_options: Callable[[Features], Mapping[str, Any]] = lambda features: {}
    adapt: Callable[[Dataset, Features], Dataset] | None = None
    small: Task | None = None
    fit_forest: Callable[[Dataset, Dataset, int], Forest] | None = None
    choose_model: Callable[[Dataset], str] | None = None
    measure_use: Callable[[Predict, Features, tuple[str, ...]], dict[str, Any]] | None = None
    finish: Callable[[Any, Dataset], Any] | None = None
