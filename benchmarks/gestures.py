"""How many recordings does a gesture need? A network against a forest, on a folder of recordings.

    python benchmarks/gestures.py DIR [--recordings 5 10 20] [--draws 3]

Draws so many recordings a class, trains both on the same augmented versions of them as `tinyml
train gestures` does, and measures them on all the others.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from tinyml_course.backend import load_tensorflow
from tinyml_course.compiler.reference import reference
from tinyml_course.compression import quantize_int8
from tinyml_course.datasets import Dataset, load_dataset
from tinyml_course.tasks.gestures import GESTURES, fit_baseline
from tinyml_course.training import evaluate, fit


def compare(data: Dataset, recordings: int, seed: int) -> tuple[float, float]:
    """Return the share that an int8 network, and that a forest has right of what was not drawn."""
    rng = np.random.default_rng(seed)
    drawn = np.concatenate(
        [rng.permutation(np.flatnonzero(data.y == c))[:recordings] for c in range(len(data.labels))]
    )
    train = data.take(drawn)
    features = GESTURES.choose_features(train)
    test = features(data.take(np.setdiff1d(np.arange(len(data)), drawn)))
    recipe = GESTURES.recipe
    examples = GESTURES.augment(train, features, recipe.versions, seed, lambda share: None)
    load_tensorflow().keras.utils.set_random_seed(seed)
    network = fit(
        GESTURES.build_model(features.input_shape, len(data.labels)),
        examples,
        seed=seed,
        epochs=recipe.epochs // 2,
        label_smoothing=recipe.label_smoothing,
        progress=False,
    )
    oracle = reference(quantize_int8(network, examples.x))
    forest = fit_baseline(examples, seed)
    return evaluate(oracle, test)["accuracy"], evaluate(forest, test)["accuracy"]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="recordings as tinyml train takes them")
    parser.add_argument("--recordings", type=int, nargs="+", default=[5, 10, 20])
    parser.add_argument("--draws", type=int, default=3)
    given = parser.parse_args()
    data = load_dataset("gestures", path=given.folder)
    print(f"| recordings a class | network | forest |  ({given.draws} draws)\n|---|---|---|")
    for count in given.recordings:
        shares = np.mean([compare(data, count, seed) for seed in range(given.draws)], axis=0)
        print(f"| {count} | {shares[0]:.1%} | {shares[1]:.1%} |", flush=True)


if __name__ == "__main__":
    main()
