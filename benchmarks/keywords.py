"""From synthetic voices to people: what each step of the keyword recipe is worth.

    python benchmarks/keywords.py --people DIR [--samples 200000] [--seeds 1]

DIR holds people's recordings in Speech Commands' layout; nothing is trained on them. Each row adds
one thing to the row before it and trains from scratch; the last row is the recipe. Differences
under two points are noise: give more seeds.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from tinyml_course.backend import load_tensorflow
from tinyml_course.datasets import Dataset, load_dataset
from tinyml_course.datasets.augment import Augmentation, augment_dataset
from tinyml_course.features.specification import Features
from tinyml_course.tasks import Task, get_task
from tinyml_course.tasks.keywords import draw_rows
from tinyml_course.training import evaluate, fit

FULL = Augmentation()
QUIET = {"noise_db": (90.0, 90.0), "babble": 0.0}
VOICES = replace(FULL, room=0.0, colour_db=0.0, **QUIET)
ROOMS = replace(FULL, **QUIET)


@dataclass(frozen=True)
class Step:
    """A row: which voices to use, and what is done to them (None is nothing)."""

    name: str
    chosen: Callable[[Dataset], np.ndarray]
    augmentation: Augmentation | None


def is_espeak(data: Dataset) -> np.ndarray:
    """Tell the formant synthesizer's clips, and the noises every row keeps."""
    return ~np.char.startswith(data.group, "person-")


def is_one_voice(data: Dataset) -> np.ndarray:
    """Tell the clips of the first espeak voice, and the noises."""
    voices = [group for group in np.unique(data.group) if group.startswith("espeak-")]
    return (data.group == voices[0]) | np.char.startswith(data.group, "noise-")


def is_any(data: Dataset) -> np.ndarray:
    """Take everything."""
    return np.ones(len(data), bool)


STEPS = (
    Step("one espeak voice, nothing else", is_one_voice, None),
    Step("all espeak voices", is_espeak, None),
    Step("+ place, tempo, vocal tract, swell", is_espeak, VOICES),
    Step("+ microphones and rooms", is_espeak, ROOMS),
    Step("+ noise", is_espeak, FULL),
    Step("+ voices recorded from people", is_any, FULL),
)


def main() -> None:
    """Train and measure every row."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=Path, required=True, help="DIR/<word>/*.flac")
    parser.add_argument("--samples", type=int, default=200_000, help="shown to each network")
    parser.add_argument("--seeds", type=int, default=1, help="networks a row")
    given = parser.parse_args()
    task = get_task("keywords")
    train = load_dataset("keywords", split="train")
    features = task.choose_features(train)
    tests = [
        features(load_dataset("keywords", split="test")),
        features(load_dataset("keywords", path=given.people, labels=train.labels)),
    ]
    print(f"{'':<40}{'voices':>8}{'people':>8}")
    for step in STEPS:
        chosen = train.take(step.chosen(train))
        rows = [
            measure(
                task, features, chosen, step.augmentation, tests, samples=given.samples, seed=seed
            )
            for seed in range(given.seeds)
        ]
        voices, people = np.mean(rows, axis=0)
        print(f"{step.name:<40}{voices:>8.1%}{people:>8.1%}", flush=True)


def measure(
    task: Task,
    features: Features,
    train: Dataset,
    augmentation: Augmentation | None,
    tests: list[Dataset],
    *,
    samples: int,
    seed: int,
) -> list[float]:
    """Train one float network and return its accuracy on each test set."""
    keras = load_tensorflow().keras
    recipe = task.recipe
    rows = draw_rows(train, min(recipe.versions, samples), seed)
    seen = (
        features(train).take(rows)
        if augmentation is None
        else augment_dataset(train, features, rows=rows, seed=seed, augmentation=augmentation)
    )
    keras.utils.set_random_seed(seed)
    model = fit(
        task.build_model(features.input_shape, len(train.labels)),
        seen,
        seed=seed,
        epochs=max(1, round(samples / len(seen))),
        mixup=recipe.mixup,
        label_smoothing=recipe.label_smoothing,
        noise=recipe.noise,
        progress=False,
    )

    def predict(inputs: np.ndarray) -> np.ndarray:
        return np.asarray(model.predict(inputs.astype(np.float32), verbose=0))

    return [evaluate(predict, test)["accuracy"] for test in tests]


if __name__ == "__main__":
    main()
