"""Make data/models: each task's trained reference model, where lessons not about training start.

    python data/make_models.py [TASK ...] [--people DIR]

`--people` names a folder of people's recordings in Speech Commands' layout, never trained on; the
accuracy on it goes into metrics.json beside the held-out voices'.
"""

import argparse
from dataclasses import replace
from pathlib import Path

from tinyml_course.datasets import load_dataset
from tinyml_course.datasets.gestures import load_sessions
from tinyml_course.datasets.parts import only_good
from tinyml_course.run import Run
from tinyml_course.sketch.detection import UNO_DETECTOR
from tinyml_course.tasks.gestures import augment, choose_features
from tinyml_course.tasks.pipeline import evaluate_run, train_task
from tinyml_course.tasks.sessions import measure_sessions
from tinyml_course.training import evaluate, fit_forest

PEOPLE = "Speech Commands v0.02, test speakers"
MODELS = Path(__file__).resolve().parent / "models"
EPOCHS = {"keywords": 30, "gestures": 36, "parts": 20}  # more than the demo's


def make_uno() -> None:
    """Train a forest small enough for the Uno R3 on the shipped gestures, and save it."""
    train = load_dataset("gestures", split="train")
    features = replace(choose_features(train), hop=4)
    examples = augment(train, features, 24_000, 0, lambda share: None)
    forest = fit_forest(examples, trees=10, depth=8, leaf_samples=80)
    test = features(load_dataset("gestures", split="test"))
    sessions = load_sessions("test")
    used = measure_sessions(forest, features, train.labels, sessions, UNO_DETECTOR)
    run = Run(
        "gestures", forest, features, train.labels, {"int8": evaluate(forest, test), "in_use": used}
    )
    run.save(MODELS / "gestures_uno")
    print(run.summary())


def main() -> None:
    """Train, measure and save the models."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tasks", nargs="*", default=[*EPOCHS, "gestures_uno"], help="all without")
    parser.add_argument("--people", type=Path, help="recordings of people, DIR/<word>/*.flac")
    given = parser.parse_args()
    for task in given.tasks:
        if task == "gestures_uno":
            make_uno()
            continue
        run = train_task(task, epochs=EPOCHS[task])
        if task == "keywords" and given.people is not None:
            found = {**evaluate_run(run, given.people), "source": PEOPLE}
            run = replace(run, metrics={**run.metrics, "people": found})
            print(f"people {found['accuracy']:.1%} of {found['n']:,} clips")
        run.save(MODELS / task)
        print(run.summary())
        if task == "parts":
            one_class = train_task(task, epochs=EPOCHS[task], select=only_good)
            one_class.save(MODELS / "parts_one_class")
            print(one_class.summary())


if __name__ == "__main__":
    main()
