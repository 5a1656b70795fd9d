"""The layout of UCI's "Human Activity Recognition Using Smartphones".

References
----------
Anguita, Ghio, Oneto, Parra and Reyes-Ortiz (2013), "A Public Domain Dataset for Human Activity
Recognition Using Smartphones": 50 Hz, windows of 128 samples, acceleration in g, turning in rad/s.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tinyml_course.errors import InputError

RATE_HZ = 50.0
SPLITS = ("train", "test")
SIGNALS = ("total_acc_x", "total_acc_y", "total_acc_z", "body_gyro_x", "body_gyro_y", "body_gyro_z")


@dataclass(frozen=True, eq=False)
class Window:
    """A window of 2.56 s: samples (128, 6) in g and degrees/s, and what and whose it is."""

    samples: NDArray[np.float64]
    label: str
    subject: str
    split: str
    where: str


def is_there(root: Path) -> bool:
    """Tell whether a folder has this layout."""
    return any((root / split / "Inertial Signals").is_dir() for split in SPLITS)


def read_windows(root: Path) -> list[Window]:
    """Read all windows of the splits that are there.

    Raises
    ------
    InputError
        If a file is missing, damaged, or its rows are not those of the others.
    """
    names = _activities(root)
    windows = []
    for split in SPLITS:
        folder = root / split
        if not (folder / "Inertial Signals").is_dir():
            continue
        signals = [
            _numbers(folder / "Inertial Signals" / f"{name}_{split}.txt") for name in SIGNALS
        ]
        y = _numbers(folder / f"y_{split}.txt")[:, 0].astype(int)
        subjects = _numbers(folder / f"subject_{split}.txt")[:, 0].astype(int)
        lengths = {len(rows) for rows in (*signals, y, subjects)}
        if len(lengths) > 1 or len({rows.shape[1] for rows in signals}) > 1:
            raise InputError(
                f"the files of {folder} differ in length ({sorted(lengths)} lines). "
                "Unpack the data set again."
            )
        x = np.stack(signals, axis=-1)  # (window, sample, axis)
        x[..., 3:] = np.degrees(x[..., 3:])
        windows += [
            Window(samples, names.get(a, str(a)), f"subject-{s:02d}", split, f"{folder}, line {i}")
            for i, (samples, a, s) in enumerate(zip(x, y, subjects, strict=True), 1)
        ]
    return windows


def _activities(root: Path) -> dict[int, str]:
    path = root / "activity_labels.txt"
    if not path.is_file():
        return {}
    rows = [
        line.split(maxsplit=1) for line in path.read_text(encoding="utf-8").splitlines() if line
    ]
    return {
        int(row[0]): row[1].strip().lower() for row in rows if len(row) == 2 and row[0].isdigit()
    }


def _numbers(path: Path) -> NDArray[np.float64]:
    """Read a file of numbers, (lines, numbers a line)."""
    try:
        values = np.loadtxt(path, ndmin=2)
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read: {error}. Unpack the data set again.") from error
    if values.size == 0 or not np.isfinite(values).all():
        raise InputError(f"{path} is empty or holds NaN. Unpack the data set again.")
    return values
