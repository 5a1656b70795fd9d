"""Print how alike different recordings are, and copies: what the limits of near-duplicates go by.

    python benchmarks/near_duplicates.py

For each shipped set: how far from 1 the correlation is of the most alike pair of different
recordings across the split, and the limit below which a pair counts as one recording; then, of
copies of the test recordings made in the named ways, how far 95 % of them are at most, and the
share that is found among the whole test part.
"""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

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
        step = np.repeat([1, 50], 3)[: x.shape[2]]  # g, degrees/s
        return {
            "5 % stronger": x * 1.05,
            "noise of 0.01 g": x + rng.normal(size=x.shape) * 0.01 * step,
            "noise of 0.02 g": x + rng.normal(size=x.shape) * 0.02 * step,
            "rounded to 0.05 g": np.round(x / 0.05 / step) * 0.05 * step,
            "20 ms later": np.pad(x, ((0, 0), (2, 0), (0, 0)), mode="edge")[:, :-2],
        }
    made = {
        "darker": real * 0.8,
        "gamma of 0.8": 255 * (real / 255) ** 0.8,
        "noise of 3 levels": real + 3 * rng.normal(size=x.shape),
        "noise of 8 levels": real + 8 * rng.normal(size=x.shape),
        "2 pixels aside": np.pad(real, ((0, 0), (2, 0), (2, 0)), mode="edge")[:, :-2, :-2],
    }
    rounded = {name: np.clip(np.rint(v), 0, 255).astype(x.dtype) for name, v in made.items()}
    return rounded | {
        "JPEG of quality 50": np.stack([as_jpeg(one) for one in x]),
        "a rim of 1 pixel cut off": np.stack([cropped(one) for one in x]),
    }


def as_jpeg(picture: NDArray) -> NDArray:
    """Return what is left of a picture after it was saved as JPEG."""
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=50)
    return np.asarray(Image.open(file))


def cropped(picture: NDArray) -> NDArray:
    """Cut a rim of a pixel off a picture and bring it back to its size."""
    size = picture.shape[::-1]
    return np.asarray(Image.fromarray(picture[1:-1, 1:-1]).resize(size, Image.Resampling.BILINEAR))


def across_split(task: str, axes: int | None = None) -> tuple[tc.Dataset, tc.Dataset]:
    """Load the two parts of a shipped set, of motion perhaps with fewer axes."""
    parts = (tc.load_dataset(task, split=split) for split in ("train", "test"))
    train, test = (replace(one, x=one.x[..., :axes]) if axes else one for one in parts)
    return train, test


def measure(name: str, task: str, axes: int | None = None) -> None:
    """Print the distances of different recordings and of copies."""
    train, test = across_split(task, axes)
    limit = nd.least(task, test.x)
    rng = np.random.default_rng(0)
    x = np.concatenate([train.x, test.x])
    group = np.concatenate([train.group, test.group])
    in_test = np.arange(len(x)) >= len(train)
    limits = nd.LEAST, nd.LEAST_WITHOUT_TURN
    nd.LEAST, nd.LEAST_WITHOUT_TURN = dict.fromkeys(nd.LEAST, 0.0), 0.0
    best = nd.find_near_duplicates(x, task, group, in_test)[0]
    nd.LEAST, nd.LEAST_WITHOUT_TURN = limits
    print(f"{name}: {len(test):,} against {len(train):,}, different ones from {1 - best.alike:.4f}")
    print(f"  limit {1 - limit:.4f}")
    chosen = rng.choice(len(test), COPIES, replace=False)
    moving = np.array([label not in ("idle", "silence") for label in test.labels])
    chosen = chosen[moving[test.y[chosen]]]
    mean = nd._mean_picture(test.x) if task == "parts" else None
    for way, made in copies(test.x[chosen], task, rng).items():
        far = 1 - nd.correlation(test.x[chosen], made, task, mean)
        both = np.concatenate([test.x, made])
        is_copy = np.arange(len(both)) >= len(test)
        pairs = nd.find_near_duplicates(both, task, np.arange(len(both)), is_copy)
        found = {p.second - len(test) for p in pairs if p.first == chosen[p.second - len(test)]}
        share = len(found) / len(made)
        print(
            f"  {way}: 95 % within {np.quantile(far, 0.95):.4f}; {share:.1%} of {len(made)} found"
        )


def main() -> None:
    """Print the table."""
    measure("keywords", "keywords")
    measure("gestures", "gestures")
    measure("gestures without gyroscope", "gestures", nd.AXES)
    measure("parts", "parts")


if __name__ == "__main__":
    main()
