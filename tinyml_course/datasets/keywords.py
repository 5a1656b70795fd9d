"""Spoken keywords: the shipped set of synthetic voices, or a folder of your own recordings.

Both become a `Dataset` of one-second clips, int16 at 16 kHz. What was decoded is kept in the cache
as one array and mapped into memory the next time, so a second load costs neither time nor memory.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tinyml_course.datasets import audio
from tinyml_course.datasets.dataset import Dataset, parted
from tinyml_course.datasets.decoded import decode_cached
from tinyml_course.datasets.recordings import (
    LABELS,
    SILENCE,
    UNKNOWN,
    Recording,
    find_recordings,
    read_recording,
)
from tinyml_course.errors import InputError

SHIPPED = Path(__file__).resolve().parents[2] / "data" / "keywords"
FEWEST = 2  # recordings of a class: one to train on, one to test on
SPLITS = ("train", "test", "validation")
UNITS = "1/32768 of full scale"


def load_keywords(
    path: Path | None = None,
    split: str | None = None,
    *,
    labels: Sequence[str] | None = None,
    convert: bool = False,
) -> Dataset:
    """Load the shipped keywords, or a folder in Speech Commands' layout; see `load_dataset`."""
    if split is not None and split not in SPLITS:
        raise InputError(f'there is no split "{split}": choose {", ".join(SPLITS)} or None.')
    root = _shipped_folder() if path is None else Path(path).expanduser()
    if (root / "index.csv").is_file():
        return _load_shards(root, split)
    return _load_folder(root, split, labels, convert)


def _shipped_folder() -> Path:
    """Find the shipped set: in `TINYML_DATA`, else beside the package in a checkout."""
    named = os.environ.get("TINYML_DATA")
    folder = Path(named).expanduser() / "keywords" if named else SHIPPED
    if not (folder / "index.csv").is_file():
        raise InputError(
            f"the shipped keywords are not in {folder}: the package was installed without the "
            "course's data folder. Set TINYML_DATA to the data folder of a checkout, or give "
            "load_dataset a path."
        )
    return folder


def _load_shards(root: Path, split: str | None) -> Dataset:
    """Load the shipped set: every voice's clips in a row in one file, described by index.csv."""
    with (root / "index.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    files = list(dict.fromkeys(row["file"] for row in rows))
    paths = [root / name for name in files]
    for path in paths:
        if not path.is_file():
            raise InputError(f"{path} is missing from the shipped set. Check the data folder out.")
    x = decode_cached(root, paths, _read_shard)
    if len(x) != len(rows):
        raise InputError(
            f"{root}/index.csv lists {len(rows):,} clips, the sound files hold {len(x):,}. "
            "Check the data folder out again."
        )
    data = Dataset(
        x=x,
        y=np.array([_class_of(row["word"]) for row in rows], dtype=np.int64),
        labels=LABELS,
        group=np.array([row["speaker"] for row in rows]),
        rate_hz=float(audio.RATE_HZ),
        units=UNITS,
        source="synthetic voices, data/keywords/README.md",
        licence="CC-BY-4.0; the voices' terms are in data/keywords/README.md",
    )
    if split is None:
        return data
    return _not_empty(data.take(np.array([row["split"] == split for row in rows])), root, split)


def _class_of(word: str) -> int:
    """Return the class of a word: its own if it has one, otherwise unknown."""
    return LABELS.index(word if word in LABELS else UNKNOWN)


def _read_shard(path: Path) -> NDArray[np.int16]:
    """Read a file of clips, one a second."""
    samples = audio.read_samples(path)
    if len(samples) % audio.CLIP_SAMPLES:
        raise InputError(f"{path} does not hold whole seconds. Check the data folder out again.")
    return samples.reshape(-1, audio.CLIP_SAMPLES)


def _load_folder(
    root: Path, split: str | None, labels: Sequence[str] | None, convert: bool
) -> Dataset:
    """Load a folder of recordings, one sub-folder a word."""
    found, classes = find_recordings(root, labels)
    by_path = {recording.path: recording for recording in found}
    x = decode_cached(
        root,
        [recording.path for recording in found],
        lambda path: read_recording(by_path[path], convert=convert),
        variant=f"convert={convert}",
    )
    clips = [recording.clips for recording in found]
    data = Dataset(
        x=x,
        y=np.repeat([classes.index(r.label) for r in found], clips).astype(np.int64),
        labels=classes,
        group=np.repeat([r.speaker for r in found], clips),
        rate_hz=float(audio.RATE_HZ),
        units=UNITS,
        source=str(root),
        licence="as the folder's owner says",
    )
    if split is None:
        return data
    if labels is None:
        _check_counts(data, root)
    return _split_folder(data, found, root, split)


def _split_folder(data: Dataset, found: list[Recording], root: Path, split: str) -> Dataset:
    """Take the listed part of a folder, or divide its speakers where there are no lists.

    Background noise is never listed; it is divided by recording.
    """
    if found[0].split is None:
        if split == "validation":
            raise InputError(f"{root} has no validation_list.txt: choose train or test.")
        number = np.repeat(np.arange(len(found)), [recording.clips for recording in found])
        train, test = parted(data, number)
        return test if split == "test" else train
    listed = np.repeat([str(r.split) for r in found], [r.clips for r in found])
    if SILENCE in data.labels:
        noise = (data.y == data.labels.index(SILENCE)) & (listed == "train")
        if len(np.unique(data.group[noise])) > 1:
            _, test = data.take(noise).split()
            listed[noise & np.isin(data.group, test.group)] = "test"
    return _not_empty(data.take(listed == split), root, split)


def _check_counts(data: Dataset, root: Path) -> None:
    """Refuse a class of which nothing would be left, either to learn from or to test on."""
    counts = np.bincount(data.y, minlength=len(data.labels))
    if 1 in counts:
        label = data.labels[counts.tolist().index(1)]
        raise InputError(
            f"{root} has one recording of {label!r}; training and testing need {FEWEST} at least, "
            "and ten are better. Record more, or take the class away."
        )


def _not_empty(data: Dataset, root: Path, split: str) -> Dataset:
    if len(data) == 0:
        raise InputError(f"{root} has no clips in its {split} split. Choose another, or None.")
    return data
