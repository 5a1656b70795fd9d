"""The inspection task: a picture of a part, a small CNN, with or without defects to learn from."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinyml_course.backend import load_tensorflow
from tinyml_course.datasets import Dataset
from tinyml_course.datasets.image_augment import paste_defects, vary
from tinyml_course.datasets.image_files import resized
from tinyml_course.datasets.image_layouts import is_good, is_split
from tinyml_course.features.image import ImagePatch
from tinyml_course.features.specification import Features
from tinyml_course.sketch.inspection import PARTS as SKETCH
from tinyml_course.tasks.good_parts import CELL, judge_by_good_parts
from tinyml_course.tasks.task import Progress, Recipe, Task

BLOCK = 256  # pictures made together
MADE_UP = 0.6  # of the defects shown, were there hardly any
LARGEST = 96  # pixels, the side of the model's input
WIDTHS = (12, 16, 24, 24, 32, 32)  # filters of each layer, for up to `SMALL` pixels a side
WIDER = (16, 24, 32, 32, 48, 48)  # for larger pictures, which show finer detail
SMALL = 64


def choose_features(train: Dataset) -> ImagePatch:
    """Return the front end for pictures: all of each, shrunk where it is large."""
    height, width = train.x.shape[1:]
    largest = min(height, width, LARGEST)
    return ImagePatch(height, width, size=max(CELL, largest // CELL * CELL))


def adapt(pictures: Dataset, features: Features) -> Dataset:
    """Bring pictures to the size a model's features take."""
    assert isinstance(features, ImagePatch)
    height, width = features.height, features.width
    if pictures.x.shape[1:] == (height, width):
        return pictures
    return replace(pictures, x=resized(pictures.x, height, width))


def learns_from_good_parts(train: Dataset) -> bool:
    """Tell whether there are good parts only."""
    return len(np.unique(train.y)) == 1


def build_cnn(
    input_shape: tuple[int, ...], classes: int, *, widths: tuple[int, ...] | None = None
) -> Any:
    """Build a CNN that looks for the mean of each feature, and for its strongest sign.

    A defect is a small place in a picture, so the maximum over all places is what tells; a texture
    is everywhere, so the mean does. Maxima of untrained filters are noise, and a network that has
    to look past them may never begin to learn: their weights start at zero.

    Parameters
    ----------
    input_shape : (row, column, 1)
        A multiple of 8 pixels a side.
    classes : int
    widths : tuple of int or None
        Filters of each layer; None suits the picture's size.

    Returns
    -------
    keras.Model
        A score a class.
    """
    keras = load_tensorflow().keras
    layers = keras.layers
    inputs = keras.Input(input_shape)
    x = inputs
    for number, width in enumerate(widths or (WIDTHS if input_shape[0] <= SMALL else WIDER)):
        stride = 1 + (number + 1) % 2  # every other layer halves rows and columns
        x = layers.Conv2D(width, 3, strides=stride, padding="same", use_bias=False)(x)
        x = layers.ReLU()(layers.BatchNormalization()(x))
    mean = layers.GlobalAveragePooling2D()(x)
    strongest = layers.Flatten()(layers.MaxPooling2D(x.shape[1:3])(x))
    found = layers.Dropout(0.2)(layers.Concatenate()([mean, strongest]))
    model = keras.Model(inputs, layers.Dense(classes, activation="softmax")(found))
    weights, bias = model.layers[-1].get_weights()
    weights[mean.shape[-1] :] = 0.0
    model.layers[-1].set_weights([weights, bias])
    return model


def augment(
    train: Dataset, features: Features, count: int, seed: int, progress: Progress
) -> Dataset:
    """Make about `count` model inputs, every class its share.

    Of good parts and defects, some of the defects are good parts with one pasted in, the more the
    fewer defects there are; of good parts alone, all are.
    """
    rng = np.random.default_rng(seed)
    present = np.bincount(train.y, minlength=len(train.labels))
    times = count / np.count_nonzero(present) / present[train.y]
    rows = np.repeat(np.arange(len(train)), np.floor(times + rng.random(len(train))).astype(int))
    rng.shuffle(rows)
    y = train.y[rows].copy()
    if learns_from_good_parts(train):
        y[rng.random(len(rows)) < 0.5] = 1
    made_up = (y == 1) & (rng.random(len(rows)) < _share_made_up(train, present))
    rows[made_up] = rng.choice(np.flatnonzero(train.y == 0), np.count_nonzero(made_up))
    made = []
    for start in range(0, len(rows), BLOCK):
        block = slice(start, start + BLOCK)
        pictures = train.x[rows[block]].copy()
        pasted = made_up[block]
        pictures[pasted] = paste_defects(pictures[pasted], rng)
        made.append(features(vary(pictures, rng)))
        progress(min(1.0, (start + BLOCK) / len(rows)))
    return Dataset(
        x=np.concatenate(made), y=y, labels=train.labels, group=train.group[rows],
        rate_hz=None, units="int8 features", source=train.source, licence=train.licence,
    )  # fmt: skip


def _share_made_up(train: Dataset, present: NDArray[np.int64]) -> float:
    """Return how many of the defects are made up: all, or some below half as many as good ones."""
    if learns_from_good_parts(train):
        return 1.0
    if len(train.labels) != 2 or not is_good(train.labels[0]):
        return 0.0
    return MADE_UP * max(0.0, 1 - 2 * float(present[1] / present[0]))


def finish(model: Any, train: Dataset) -> Any:
    """Let a model of good parts alone also judge by what is unusual."""
    return judge_by_good_parts(model, train.x) if learns_from_good_parts(train) else model


PARTS = Task(
    name="parts",
    choose_features=choose_features,
    build_model=build_cnn,
    augment=augment,
    adapt=adapt,
    is_split=is_split,
    find_board=SKETCH.find_board,
    recipe=Recipe(
        epochs=15, versions=6_000, passes=5, label_smoothing=0.05, sightings=60, own_epochs=30
    ),
    finish=finish,
)
