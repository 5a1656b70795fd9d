"""The gesture task: a window of motion, a small CNN, every recording made into many."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from tinyml_course.backend import load_tensorflow
from tinyml_course.compiler.forest import Forest
from tinyml_course.datasets import Dataset
from tinyml_course.datasets.gestures import load_sessions
from tinyml_course.datasets.motion_augment import CAUTIOUS, MotionAugmentation
from tinyml_course.datasets.motion_folder import is_split
from tinyml_course.datasets.motion_recordings import CLIP_SAMPLES, WINDOW_S
from tinyml_course.features.motion import MotionWindow
from tinyml_course.features.specification import Features
from tinyml_course.sketch.parts import board_with_imu
from tinyml_course.tasks.sessions import measure_sessions
from tinyml_course.tasks.task import Predict, Progress, Recipe, Task
from tinyml_course.training import fit_forest

BLOCK = 512  # clips made together
FULL_SCALES_G, FULL_SCALES_DEGREES_S = (1, 2, 4, 8), (125, 250, 500, 1000, 2000)
ROWS = 50  # of a window
FEW = 30  # recordings of a class, below which augmentation is cautious and a forest has a say
BEYOND = 0.01  # share of samples that may lie beyond full scale
BASELINE_EXAMPLES = 12_000
OTHERS = {"other": 3.0}  # how often to draw a class, against a gesture's 1


def choose_features(train: Dataset) -> MotionWindow:
    """Return the window for recordings: length, axes, and a full scale that nearly all keep to."""
    rate_hz, (_, samples, axes) = round(train.rate_hz or 0), train.x.shape
    window_s = round(samples / CLIP_SAMPLES * WINDOW_S, 1)
    often = np.quantile(np.abs(train.x), 1 - BEYOND, axis=(0, 1))
    force, turn = often[:3].max(), often[3:].max(initial=0)
    return MotionWindow(
        rate_hz=rate_hz,
        window_s=window_s,
        hop=round(window_s * rate_hz / ROWS),
        axes=axes,
        acceleration_g=next((s for s in FULL_SCALES_G if s >= force), FULL_SCALES_G[-1]),
        turn_degrees_s=next(
            (s for s in FULL_SCALES_DEGREES_S if s >= turn), FULL_SCALES_DEGREES_S[-1]
        ),
    )


def build_cnn(
    input_shape: tuple[int, ...], classes: int, *, widths: tuple[int, ...] = (24, 32, 48)
) -> Any:
    """Build a CNN that halves time layer by layer: (rows, 1, axes) in, a score a class out.

    The mean over what time is left makes it care for what was done more than for when.
    """
    keras = load_tensorflow().keras
    layers = keras.layers
    inputs = keras.Input(input_shape)
    x = inputs
    for width in widths:
        x = layers.Conv2D(width, (5, 1), strides=(2, 1), padding="same", use_bias=False)(x)
        x = layers.ReLU()(layers.BatchNormalization()(x))  # (half the rows, 1, width)
    x = layers.Flatten()(layers.AveragePooling2D((x.shape[1], 1))(x))  # (width,)
    x = layers.Dropout(0.5)(x)
    return keras.Model(inputs, layers.Dense(classes, activation="softmax")(x))


def load_options(features: Features) -> dict[str, float]:
    """Return the window that recordings are to be cut for."""
    assert isinstance(features, MotionWindow)
    return {"window_s": features.window_s}


def choose_coarse_features(train: Dataset) -> MotionWindow:
    """Return the window of `choose_features` with half the rows, for the small network."""
    fine = choose_features(train)
    return replace(fine, hop=2 * fine.hop)


def build_dense(
    input_shape: tuple[int, ...], classes: int, *, units: tuple[int, ...] = (32, 16)
) -> Any:
    """Build a network of dense layers, which needs hardly more RAM than the window it sees."""
    keras = load_tensorflow().keras
    layers = keras.layers
    inputs = keras.Input(input_shape)
    x = layers.Flatten()(inputs)
    for width in units:
        x = layers.BatchNormalization()(layers.Dense(width, use_bias=False)(x))
        x = layers.Dropout(0.1)(layers.ReLU()(x))
    return keras.Model(inputs, layers.Dense(classes, activation="softmax")(x))


def measure_use(predict: Predict, features: Features, labels: tuple[str, ...]) -> dict[str, Any]:
    """Count what is found, and what is found wrongly, in the test people's sessions."""
    assert isinstance(features, MotionWindow)
    return measure_sessions(predict, features, labels, load_sessions("test"))


def augment(
    train: Dataset, features: Features, count: int, seed: int, progress: Progress
) -> Dataset:
    """Make about `count` model inputs, every class its share; cautiously where there are few."""
    rng = np.random.default_rng(seed)
    weight = np.array([OTHERS.get(label, 1.0) for label in train.labels])[train.y]
    counts = np.bincount(train.y, minlength=len(train.labels))
    weight /= counts[train.y]
    times = np.floor(weight / weight.sum() * count + rng.random(len(train))).astype(int)
    rows = np.repeat(np.arange(len(train)), times)
    change = CAUTIOUS if are_few(train) else MotionAugmentation()
    made = []
    for start in range(0, len(rows), BLOCK):
        clips = train.x[rows[start : start + BLOCK]]
        made.append(features(change(clips, float(train.rate_hz or 0), rng)))
        progress(min(1.0, (start + BLOCK) / len(rows)))
    chosen = train.take(rows)
    return Dataset(
        x=np.concatenate(made), y=chosen.y, labels=chosen.labels, group=chosen.group,
        rate_hz=None, units="int8 features", source=train.source, licence=train.licence,
    )  # fmt: skip


def are_few(recordings: Dataset) -> bool:
    """Tell whether half of the classes have fewer than `FEW` recordings."""
    counts = np.bincount(recordings.y, minlength=len(recordings.labels))
    return bool(np.median(counts[counts > 0]) < FEW)


def choose_model(train: Dataset) -> str:
    """Return what to take for recordings: where they are few, network and forest together."""
    return "both" if are_few(train) else "network"


def fit_baseline(windows: Dataset, examples: Dataset, seed: int) -> Forest:
    """Train a random forest: on few recordings as they are, else on as many examples as is quick.

    What augmentation changes, such as a turn of the sensor, is what a forest tells gestures by.
    """
    if are_few(windows):
        return fit_forest(windows, trees=100, depth=20, chance=True, seed=seed)
    step = max(1, len(examples) // BASELINE_EXAMPLES)
    some = examples.take(slice(None, None, step))
    return fit_forest(some, trees=40, depth=10, leaf_samples=10, seed=seed)


SMALL = Task(
    name="gestures",
    choose_features=choose_coarse_features,
    build_model=build_dense,
    augment=augment,
    find_board=board_with_imu,
    recipe=Recipe(epochs=24, versions=12_000, passes=4, label_smoothing=0.05, enough=3_000),
    measure_use=measure_use,
    is_split=is_split,
    learns_from_all=True,
    load_options=load_options,
)
"""The gesture task for boards such as the Uno R3."""

GESTURES = replace(
    SMALL,
    choose_features=choose_features,
    build_model=build_cnn,
    small=SMALL,
    fit_forest=fit_baseline,
    choose_model=choose_model,
)
