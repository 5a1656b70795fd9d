"""How many recordings does a gesture need? A network, a forest and both, on a folder of recordings.

    python benchmarks/gestures.py DIR [--recordings 5 10 20] [--draws 3]

Draws so many recordings a class, trains on them as `tinyml train gestures` does, with half its
epochs, and measures on all the others. The textbook's forest, to compare: scikit-learn's of 100
trees on mean, deviation, least, greatest, their distance, rms and mean change of every axis, in
floating point.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier

from tinyml_course.backend import load_tensorflow
from tinyml_course.compiler.forest import joined
from tinyml_course.compiler.reading.tflite import read_model
from tinyml_course.compiler.reference import reference
from tinyml_course.compression import quantize_int8
from tinyml_course.datasets import Dataset, load_dataset
from tinyml_course.features.motion import MotionWindow
from tinyml_course.tasks.gestures import GESTURES, choose_features, fit_baseline
from tinyml_course.tasks.task import Predict
from tinyml_course.training import evaluate, fit

KINDS = ("network", "forest", "both", "textbook's forest")


def compare(data: Dataset, recordings: int, seed: int) -> tuple[float, ...]:
    """Return the share that each of `KINDS` has right of what was not drawn."""
    rng = np.random.default_rng(seed)
    drawn = np.concatenate(
        [rng.permutation(np.flatnonzero(data.y == c))[:recordings] for c in range(len(data.labels))]
    )
    train = data.take(drawn)
    rest = data.take(np.setdiff1d(np.arange(len(data)), drawn))
    features, oracles = learn(train, seed)
    test = features(rest)
    textbook = RandomForestClassifier(100, random_state=seed).fit(describe(train.x), train.y)
    right = textbook.predict(describe(rest.x)) == rest.y
    return *(evaluate(one, test)["accuracy"] for one in oracles), float(right.mean())


def learn(train: Dataset, seed: int) -> tuple[MotionWindow, tuple[Predict, ...]]:
    """Return the features, and the network, the forest and both that learn from recordings."""
    features = choose_features(train)
    windows, recipe = features(train), GESTURES.recipe
    examples = GESTURES.augment(train, features, recipe.versions, seed, lambda share: None)
    load_tensorflow().keras.utils.set_random_seed(seed)
    network = fit(
        GESTURES.build_model(features.input_shape, len(train.labels)),
        examples,
        seed=seed,
        epochs=max(1, recipe.epochs_for(len(train)) // 2),
        label_smoothing=recipe.label_smoothing,
        progress=False,
    )
    graph = read_model(quantize_int8(network, examples.x))
    forest = fit_baseline(windows, examples, seed)
    return features, (reference(graph), forest, reference(joined(graph, forest)))


def describe(x: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the textbook's features of recordings (n, samples, axes): (n, 7 * axes)."""
    beside = x.shape[1] // 6
    x = x[:, beside:-beside]  # the gesture's window: what is beside it repeats the ends
    change = np.abs(np.diff(x, axis=1)).mean(axis=1)
    kinds = [x.mean(axis=1), x.std(axis=1), x.min(axis=1), x.max(axis=1), np.ptp(x, axis=1)]
    return np.concatenate([*kinds, np.sqrt((x**2).mean(axis=1)), change], axis=1)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="recordings as tinyml train takes them")
    parser.add_argument("--recordings", type=int, nargs="+", default=[5, 10, 20])
    parser.add_argument("--draws", type=int, default=3)
    given = parser.parse_args()
    data = load_dataset("gestures", path=given.folder)
    print(
        f"{given.draws} draws\n| recordings a class | {' | '.join(KINDS)} |\n|---|---|---|---|---|"
    )
    for count in given.recordings:
        shares = np.mean([compare(data, count, seed) for seed in range(given.draws)], axis=0)
        print(f"| {count} | {' | '.join(f'{share:.1%}' for share in shares)} |", flush=True)


if __name__ == "__main__":
    main()
