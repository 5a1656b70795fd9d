"""A new wearer: how gestures of somebody are known without, and with, some recordings of his own.

    python benchmarks/new_wearer.py [DIR] [--own 5] [--others 3] [--wearers 3] [--turn 90]

Of each new wearer of a folder whose files or columns name people, or of the shipped set, draws so
many recordings a class and measures on his others: a model of some other people's recordings alone,
one that has learned from both, as `tinyml train gestures` does where his lie beside theirs, and one
of his own alone. `--turn` wears the sensor turned by so many degrees about an axis of chance, as on
another wrist; half the usual epochs.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
from gestures import learn
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from tinyml_course.datasets import Dataset, load_dataset
from tinyml_course.datasets.gestures import GESTURES as MADE
from tinyml_course.tasks.gestures import choose_model
from tinyml_course.training import evaluate

MOST = 10  # recordings a class and person: of a small set
ORACLE = {"network": 0, "both": 2}


def drawn(data: Dataset, rows: NDArray[np.intp], most: int, seed: int) -> NDArray[np.intp]:
    """Draw so many of some rows for each person and class."""
    rng = np.random.default_rng(seed)
    kinds = sorted({(data.group[i], data.y[i]) for i in rows})
    own = (rows[(data.group[rows] == who) & (data.y[rows] == y)] for who, y in kinds)
    return np.concatenate([rng.permutation(some)[:most] for some in own])


def turned(data: Dataset, rows: NDArray[np.intp], degrees: float, seed: int) -> Dataset:
    """Turn the sensor for some rows, by an axis of chance."""
    axis = np.random.default_rng(seed).normal(size=3)
    matrix = Rotation.from_rotvec(axis / np.linalg.norm(axis) * np.radians(degrees)).as_matrix()
    x = data.x.copy()
    for at in range(0, x.shape[2], 3):
        x[rows, :, at : at + 3] = x[rows, :, at : at + 3] @ matrix
    return replace(data, x=x.astype(np.float32))


def known(train: Dataset, test: Dataset, seed: int) -> float:
    """Return the share of a test that a model of some recordings knows, each class alike."""
    features, oracles = learn(train, seed)
    measured = evaluate(oracles[ORACLE[choose_model(train)]], features(test))
    return float(measured["balanced_accuracy"])


def compare(data: Dataset, who: str, given: argparse.Namespace, seed: int) -> tuple[float, ...]:
    """Return what is known of a wearer without own recordings, with some, and of those alone."""
    mine = np.flatnonzero(data.group == who)
    people = np.setdiff1d(np.unique(data.group), [who])
    some = np.random.default_rng(seed).permutation(people)[: given.others]
    others = drawn(data, np.flatnonzero(np.isin(data.group, some)), MOST, seed)
    own = drawn(data, mine, given.own, seed)
    data = turned(data, mine, given.turn, seed)
    rest = data.take(np.setdiff1d(mine, own))
    kinds = (others, np.concatenate([others, own]), own)
    return tuple(known(data.take(rows), rest, seed) for rows in kinds)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "folder", type=Path, nargs="?", help="recordings as tinyml train takes them"
    )
    parser.add_argument("--own", type=int, default=5)
    parser.add_argument("--others", type=int, default=3)
    parser.add_argument("--wearers", type=int, default=3)
    parser.add_argument("--turn", type=float, default=90.0)
    given = parser.parse_args()
    data = load_dataset("gestures", path=given.folder)
    if given.folder is None:
        data = data.take(np.isin(data.y, range(len(MADE))))
        data = replace(data, labels=MADE)
    people = np.unique(data.group)[-given.wearers :]
    print(
        f"{given.others} others, {given.own} own recordings a class, turned {given.turn:g} degrees"
    )
    print("| wearer | others alone | others and own | own alone |\n|---|---|---|---|")
    shares = []
    for seed, who in enumerate(people):
        shares.append(compare(data, who, given, seed))
        print(f"| {who} | {' | '.join(f'{share:.1%}' for share in shares[-1])} |", flush=True)
    print(f"| mean | {' | '.join(f'{share:.1%}' for share in np.mean(shares, axis=0))} |")


if __name__ == "__main__":
    main()
