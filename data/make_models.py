"""Make data/models: each task's trained reference model, where lessons not about training start.

    python data/make_models.py [TASK ...] [--people DIR]

`--people` names a folder of people's recordings in Speech Commands' layout, never trained on; the
accuracy on it goes into metrics.json beside the held-out voices'.
"""

import argparse
from dataclasses import replace
from pathlib import Path

from tinyml_course.datasets.parts import only_good
from tinyml_course.tasks.pipeline import evaluate_run, train_task

PEOPLE = "Speech Commands v0.02, test speakers"
MODELS = Path(__file__).resolve().parent / "models"
EPOCHS = {"keywords": 30, "gestures": 36, "gestures_uno": 36, "parts": 20}  # more than the demo's


def main() -> None:
    """Train, measure and save the models."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tasks", nargs="*", default=[*EPOCHS], help="all without")
    parser.add_argument("--people", type=Path, help="recordings of people, DIR/<word>/*.flac")
    given = parser.parse_args()
    for task in given.tasks:
        name, _, board = task.partition("_")
        run = train_task(name, epochs=EPOCHS[task], model="small" if board else "network")
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
