"""Make data/models: each task's trained reference model, where lessons not about training start.

    python data/make_models.py [--people DIR]

`--people` names a folder of people's recordings in Speech Commands' layout, never trained on; the
accuracy on it goes into metrics.json beside the held-out voices'.
"""

import argparse
from dataclasses import replace
from pathlib import Path

from tinyml_course.tasks.pipeline import evaluate_run, train_task

MODELS = Path(__file__).resolve().parent / "models"
EPOCHS = 30  # five times the demo's


def main() -> None:
    """Train, measure and save the keyword model."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=Path, help="recordings of people, DIR/<word>/*.flac")
    people = parser.parse_args().people
    run = train_task("keywords", epochs=EPOCHS)
    if people is not None:
        found = {**evaluate_run(run, people), "source": "Speech Commands v0.02, test speakers"}
        run = replace(run, metrics={**run.metrics, "people": found})
    run.save(MODELS / "keywords")
    print(run.summary())
    if people is not None:
        print(f"people {found['accuracy']:.1%} of {found['n']:,} clips")


if __name__ == "__main__":
    main()
