"""A folder of recordings of motion, in any of the layouts people have them in.

- `DIR/<label>/*.csv` or `DIR/<label>.csv`, as Arduino's gesture tutorial leads to
- `DIR/*.csv` with a column `label`, and perhaps one `person`
- `DIR/<label>/*.json|cbor`, or Edge Impulse's export: `DIR/training/<label>.<id>.json|cbor` and
  `DIR/testing/...`, which is then the split
- UCI HAR: `DIR/train/Inertial Signals/*.txt` and `DIR/test/...`, split as they are

A recording is a group of its own, unless a column or its file's name, before `_nohash_` as in
Speech Commands, says who made it. Where one person made all of them, a split goes by recording.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tinyml_course.datasets import har
from tinyml_course.datasets.dataset import Dataset, parted
from tinyml_course.datasets.edge_impulse import SUFFIXES as ACQUISITIONS
from tinyml_course.datasets.edge_impulse import read_acquisition
from tinyml_course.datasets.folders import class_folders, deeper, is_clutter, is_empty
from tinyml_course.datasets.motion_csv import Motion, read_csv
from tinyml_course.datasets.motion_recordings import (
    OTHER,
    RATE_HZ,
    UNITS,
    at_one_rate,
    cut,
    in_g,
)
from tinyml_course.errors import DataNote, InputError

SUFFIXES = (".csv", *ACQUISITIONS)
EXPORTED = {"training": "train", "testing": "test"}  # Edge Impulse's folders
FEWEST = 2  # recordings of a class: one to train on, one to test on


@dataclass(frozen=True, eq=False)
class Labelled:
    """A recording with its label, its group, and its split where the layout tells."""

    motion: Motion
    label: str
    group: str
    split: str | None = None


def load_folder(
    root: Path, split: str | None, *, labels: Sequence[str] | None, rate_hz: float | None
) -> Dataset:
    """Load a folder of recordings.

    Raises
    ------
    InputError
        If the folder is missing, a file cannot be used, or there are too few recordings or classes.
    """
    if not root.is_dir():
        what = "is a file, not a folder" if root.exists() else "is not there"
        raise InputError(
            f"{root} {what}. Give the folder that holds a folder or .csv file a label."
        )
    found = read_har(root) if har.is_there(root) else _read_files(root)
    classes = tuple(labels) if labels else _classes(root, found)
    found = [_known(one, classes, root) for one in found]
    axes = {one.motion.samples.shape[1]: one.motion.where for one in found}
    if len(axes) > 1:
        raise InputError(
            f"{axes[3]} has acceleration only, {axes[6]} the gyroscope too. Take the gyroscope's "
            "columns away, or record again."
        )
    motions = at_one_rate(in_g([one.motion for one in found]), rate_hz)
    clips = [cut(motion) for motion in motions]
    counts = [len(some) for some in clips]
    data = Dataset(
        x=np.concatenate(clips),
        y=np.repeat([classes.index(one.label) for one in found], counts).astype(np.int64),
        labels=classes,
        group=np.repeat([one.group for one in found], counts),
        rate_hz=float(RATE_HZ),
        units=UNITS,
        source=str(root),
        licence="as the folder's owner says",
    )
    if split is None:
        return data
    if found[0].split is None:
        train, test = parted(data, np.repeat(np.arange(len(found)), counts))
        return test if split == "test" else train
    part = data.take(np.repeat([one.split == split for one in found], counts))
    if len(part) == 0:
        raise InputError(f"{root} has no recordings in its {split} split. Choose another, or None.")
    return part


def read_har(root: Path) -> list[Labelled]:
    """Read UCI HAR's windows; a subject is a group."""
    return [
        Labelled(Motion(w.samples, har.RATE_HZ, w.where), w.label, w.subject, w.split)
        for w in har.read_windows(root)
    ]


def _read_files(root: Path) -> list[Labelled]:
    """Read all recordings below a folder, in the order of their files' names."""
    found = []
    for path, label, split in list_files(root):
        motions = read_csv(path) if path.suffix.lower() == ".csv" else [read_acquisition(path)]
        person, told, _ = path.stem.partition("_nohash_")
        varied = path.parent == root or len({motion.label for motion in motions}) > 1
        for number, motion in enumerate(motions):
            group = person if told else f"{path.relative_to(root).with_suffix('')}-{number}"
            own = motion.label if varied else None
            found.append(Labelled(motion, own or label, motion.person or group, split))
    if notes := sorted({one.motion.note for one in found} - {""}):
        warnings.warn(f"read {'; '.join(notes)}.", DataNote, stacklevel=4)
    return found


def is_split(root: Path) -> bool:
    """Tell whether a folder says which recordings are for testing."""
    return har.is_there(root) or any(split for _, _, split in list_files(root))


def list_files(root: Path) -> list[tuple[Path, str, str | None]]:
    """List the files with label and split."""
    seen = sorted(
        path
        for path in (*root.glob("*"), *root.glob("*/*"))
        if path.is_file()
        and path.suffix.lower() in SUFFIXES
        and not (is_clutter(path) or path.name.startswith("info.labels"))
        and (path.parent == root or not is_clutter(path.parent))
    )
    if not seen:
        raise InputError(
            f"{root} has no recordings. Sort them into {root}/<label>/<name>.csv, or give one "
            f"{root}/<label>.csv for each gesture." + deeper(root, SUFFIXES)
        )
    if empty := [folder for folder in class_folders(root) if is_empty(folder)]:
        raise InputError(f"{empty[0]} is empty. Put recordings of it in, or remove it.")
    exported = {path.parent.name for path in seen if path.parent != root} <= set(EXPORTED)
    files: list[tuple[Path, str, str | None]] = []
    for path in seen:
        inside = path.parent != root
        named = path.suffix.lower() == ".csv" or path.name.count(".") == 1
        own = path.stem if named else path.name.partition(".")[0]
        if inside and exported:
            files.append((path, own.partition(".")[0], EXPORTED[path.parent.name]))
        else:
            files.append((path, path.parent.name if inside else own, None))
    return files


def _classes(root: Path, found: list[Labelled]) -> tuple[str, ...]:
    """Take every label as a class; each must have enough recordings to learn from."""
    counts = Counter(one.label for one in found)
    if len(found) == 1:
        raise InputError(
            f"{root} holds one recording only. Record every gesture ten times or more; if this is "
            "many in one, part them by blank lines."
        )
    if len(counts) < 2:
        raise InputError(
            f"{root} has one class only ({found[0].label}); a classifier needs two or more. Record "
            "another gesture, or your hand doing something else."
        )
    label, fewest = min(counts.items(), key=lambda item: item[1])
    if fewest < FEWEST:
        raise InputError(
            f"{root} has one recording of {label!r}; training and testing need {FEWEST} at least, "
            "and ten are better. Record more, or take the class away."
        )
    return tuple(sorted(counts, key=lambda name: (name == OTHER, name)))


def _known(one: Labelled, classes: tuple[str, ...], root: Path) -> Labelled:
    """Give a recording of a label that is no class to "other", if there is such a class."""
    if one.label in classes:
        return one
    if OTHER in classes:
        return Labelled(one.motion, OTHER, one.group, one.split)
    raise InputError(
        f"{root} has recordings of {one.label!r}, which is none of the classes "
        f"{', '.join(classes)}, and there is no class {OTHER!r}. Move them away."
    )
