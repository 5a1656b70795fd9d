"""The keyword task: cepstral features, a depthwise separable CNN, voices made into many."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinyml_course.backend import load_tensorflow
from tinyml_course.datasets import Dataset
from tinyml_course.datasets.augment import augment_dataset
from tinyml_course.datasets.recordings import is_split
from tinyml_course.features.audio import Mfcc
from tinyml_course.features.specification import Features
from tinyml_course.sketch.parts import board_with_microphone
from tinyml_course.tasks.task import Progress, Recipe, Task

PERSON_SHARE = 0.5  # of a word's versions, where people's voices were recorded for the set
WEIGHTS = {"silence": 0.7}  # how often to draw a class, against a keyword's 1


def choose_features(_: Dataset) -> Mfcc:
    """Return the front end: the same one for every set of recordings."""
    return Mfcc()


def build_ds_cnn(
    input_shape: tuple[int, ...], classes: int, *, width: int = 64, blocks: int = 4
) -> Any:
    """Build a depthwise separable CNN for keywords: (frames, 10, 1) in, a score a class out.

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

    inputs = keras.Input(input_shape)
    x = layers.Conv2D(width, (10, 4), strides=2, padding="same", use_bias=False)(inputs)
    x = normalized(x)  # of 49 frames: (25, 5, width)
    for _ in range(blocks):
        x = normalized(layers.DepthwiseConv2D(3, padding="same", use_bias=False)(x))
        x = normalized(layers.Conv2D(width, 1, use_bias=False)(x))
    x = layers.GlobalAveragePooling2D()(layers.Dropout(0.1)(x))  # (width,)
    return keras.Model(inputs, layers.Dense(classes, activation="softmax")(x))


def augment(
    train: Dataset, features: Features, count: int, seed: int, progress: Progress
) -> Dataset:
    """Make about `count` model inputs, each of a new voice in a new room."""
    rows = draw_rows(train, count, seed)
    return augment_dataset(train, features, rows=rows, seed=seed, progress=progress)


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


KEYWORDS = Task(
    name="keywords",
    choose_features=choose_features,
    build_model=build_ds_cnn,
    augment=augment,
    find_board=board_with_microphone,
    is_split=is_split,
    recipe=Recipe(
        epochs=10,
        versions=36_000,
        passes=7,
        mixup=0.3,
        label_smoothing=0.05,
        # People's features jump from frame to frame where synthetic voices are smooth.
        noise=(12, 18, 20, 24, 24, 32, 34, 36, 38, 40),
    ),
)
