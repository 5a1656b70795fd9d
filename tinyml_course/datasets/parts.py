"""Parts: the shipped pictures of rendered rings and plates, or a folder of your own pictures.

The shipped ones are 64 x 64 pixels, those of a folder are brought to 192 x 192; all are grey.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tinyml_course.datasets.dataset import Dataset
from tinyml_course.datasets.image_folder import load_folder
from tinyml_course.datasets.image_layouts import DEFECT, GOOD, is_good
from tinyml_course.errors import InputError

SHIPPED = Path(__file__).resolve().parents[2] / "data" / "parts"
LABELS = (GOOD, DEFECT)
SIDE, PER_ROW = 64, 10  # of a sheet: pixels of a picture, pictures in a row
SPLITS = ("train", "validation", "test")  # a folder of one's own has no validation


@dataclass(frozen=True, eq=False)
class Defects:
    """What is known of the shipped pictures beside their labels, in the same order.

    Attributes
    ----------
    kind : ndarray, shape=(n,), dtype=str
        scratch, pit, crack, chip or stain; empty for a good part.
    mask : ndarray, shape=(n, 64, 64), dtype=bool
        Where the defect is.
    """

    kind: NDArray[np.str_]
    mask: NDArray[np.bool_]


def load_parts(
    path: Path | None, split: str | None, *, labels: Sequence[str] | None = None
) -> Dataset:
    """Load parts; see `load_dataset`."""
    if split is not None and split not in (SPLITS if path is None else ("train", "test")):
        raise InputError(f'parts have no split "{split}": choose "train" or "test", or None.')
    if path is not None:
        return load_folder(path.expanduser(), split, labels=labels)
    rows = _index(split)
    return Dataset(
        x=_tiles(rows, ""),
        y=np.array([LABELS.index(row["label"]) for row in rows], np.int64),
        labels=LABELS,
        group=np.array([row["lot"] for row in rows]),
        rate_hz=None,
        units="grey values",
        source="data/parts: rendered by data/make_parts.py",
        licence="CC BY 4.0",
    )


def load_defects(split: str | None = None) -> Defects:
    """Load kind and outline of the defects of the shipped parts.

    Parameters
    ----------
    split : {"train", "validation", "test"} or None
        As given to `load_dataset`.
    """
    rows = _index(split)
    kind = np.array([row["defect"] for row in rows])
    return Defects(kind, _tiles(rows, "-mask") > 0)


def only_good(data: Dataset) -> Dataset:
    """Return the good parts alone: what a model learns from when defects are rare.

    Raises
    ------
    InputError
        If there is no class of good parts.
    """
    if not is_good(data.labels[0]):
        raise InputError(
            f"none of the classes {', '.join(data.labels)} is that of good parts. Call it 'ok'."
        )
    return replace(data.take(data.y == 0), labels=(data.labels[0], DEFECT))


def _index(split: str | None) -> list[dict[str, str]]:
    path = _shipped_folder() / "index.csv"
    if not path.is_file():
        raise InputError(
            f"the parts that come with the course are not at {path.parent}. Install the course "
            "from its repository (pip install -e .), or give the path of a folder of your own."
        )
    with path.open(newline="", encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if split in (None, row["split"])]


def _shipped_folder() -> Path:
    """Find the shipped set: in `TINYML_DATA`, else beside the package in a checkout."""
    named = os.environ.get("TINYML_DATA")
    return Path(named).expanduser() / "parts" if named else SHIPPED


def _tiles(rows: list[dict[str, str]], suffix: str) -> NDArray[np.uint8]:
    """Cut the pictures of some rows out of their lots' sheets."""
    from PIL import Image

    sheets = {}
    for lot in dict.fromkeys(row["lot"] for row in rows):
        with Image.open(_shipped_folder() / f"{lot}{suffix}.png") as sheet:
            grid = np.asarray(sheet, np.uint8).reshape(-1, SIDE, PER_ROW, SIDE)
        sheets[lot] = grid.transpose(0, 2, 1, 3).reshape(-1, SIDE, SIDE)
    return np.stack([sheets[row["lot"]][int(row["number"])] for row in rows])
