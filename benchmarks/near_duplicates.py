"""Print how alike different recordings are, and copies: what the limits of near-duplicates go by.

    python benchmarks/near_duplicates.py

For each shipped set: the most alike pair of different recordings across the split; then, of copies
of the test recordings made in the named ways, the share that is found.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

import tinyml_course as tc
from tinyml_course.datasets.quality import near_duplicates as nd

COPIES = 150


def copies(x: NDArray, task: str, rng: np.random.Generator) -> dict[str, NDArray]:
    """Return copies of recordings by the way they were made."""
    real = x.astype(float)
    rms = np.sqrt((real**2).mean(axis=1, keepdims=True))
    if task == "keywords":
        made = {
            "half as loud": real * 0.5,
            "noise 20 dB below": real + 0.1 * rms * rng.normal(size=x.shape),
            "noise 10 dB below": real + 0.32 * rms * rng.normal(size=x.shape),
            "50 ms later": np.roll(real, 800, axis=1),
        }
        return {
            name: np.clip(np.rint(v), -32768, 32767).astype(x.dtype) for name, v in made.items()
        }
    if task == "gestures":
        return {
            "5 % stronger": x * 1.05,
            "noise of 0.01 g": x + rng.normal(size=x.shape) * 0.01,
            "noise of 0.02 g": x + rng.normal(size=x.shape) * 0.02,
            "20 ms later": np.pad(x, ((0, 0), (2, 0), (0, 0)), mode="edge")[:, :-2],
        }
    made = {
        "darker": real * 0.8,
        "noise of 3 levels": real + 3 * rng.normal(size=x.shape),
        "noise of 8 levels": real + 8 * rng.normal(size=x.shape),
        "2 pixels aside": np.pad(real, ((0, 0), (2, 0), (2, 0)), mode="edge")[:, :-2, :-2],
    }
    return {name: np.clip(np.rint(v), 0, 255).astype(x.dtype) for name, v in made.items()}


def main() -> None:
    """Print the table."""
    limits = dict(nd.LEAST)
    for task, limit in limits.items():
        train, test = (tc.load_dataset(task, split=split) for split in ("train", "test"))
        rng = np.random.default_rng(0)
        x = np.concatenate([train.x, test.x])
        group = np.concatenate([train.group, test.group])
        in_test = np.arange(len(x)) >= len(train)
        nd.LEAST[task] = 0.0
        best = nd.find_near_duplicates(x, task, group, in_test)[0]
        nd.LEAST[task] = limit
        print(f"{task}: {len(test):,} against {len(train):,}, most alike {best.alike:.4f}; ")
        print(f"  a pair is one recording from {limit}")
        chosen = rng.choice(len(test), COPIES, replace=False)
        moving = np.array([label not in ("idle", "silence") for label in test.labels])
        chosen = chosen[moving[test.y[chosen]]]
        for name, made in copies(test.x[chosen], task, rng).items():
            both = np.concatenate([test.x, made])
            is_copy = np.arange(len(both)) >= len(test)
            pairs = nd.find_near_duplicates(both, task, np.arange(len(both)), is_copy)
            found = {p.second - len(test) for p in pairs if p.first == chosen[p.second - len(test)]}
            print(f"  {name}: {len(found) / len(made):.1%} of {len(made)} copies found")


if __name__ == "__main__":
    main()
