"""A folder of recordings of motion, in any of the layouts people have them in.

- `DIR/<label>/*.csv` or `DIR/<label>.csv`, as Arduino's gesture tutorial leads to; `.txt`, `.tsv`,
  `.log` and `.dat` are read alike, and `DIR/<label>_<n>.csv`, too
- `DIR/<label>/<person>/*`, `DIR/<person>/<label>/*`, `DIR/<person>/<label>_<n>.*`, where folders
  such as `subject3` or `U01` are people
- tables with a column of labels, and perhaps one of people: WISDM's, of 2010 and 2019, or one's own
- a phone's exports, in which each sensor has a file: phyphox, Sensor Logger
- TensorFlow's magic wand: `DIR/<label>/output_<label>_<person>.txt`
- `DIR/<label>/*.json|cbor`, or Edge Impulse's export: `DIR/training/<label>.<id>.json|cbor` and
  `DIR/testing/...`, which is then the split, as `train` and `test` are, or `<label>-test.csv`
- UCI HAR: `DIR/train/Inertial Signals/*.txt` and `DIR/test/...`, split as they are

A recording is a group of its own, unless a column, a folder or its file's name, before `_nohash_`
as in Speech Commands, says who made it. Where one person made all of them, a split goes by
recording. What is in a file, see `motion_csv`; what names tell, see `motion_layout`.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from tinyml_course.datasets import har
from tinyml_course.datasets.dataset import Dataset, parted
from tinyml_course.datasets.edge_impulse import read_acquisition
from tinyml_course.datasets.motion_csv import Motion, read_csv
from tinyml_course.datasets.motion_layout import ACQUISITIONS, SUFFIXES, Source, find_sources
from tinyml_course.datasets.motion_recordings import (
    CLIP_SAMPLES,
    OTHER,
    RATE_HZ,
    UNITS,
    at_one_rate,
    cut,
    find_motions,
    window_s_for,
)
from tinyml_course.datasets.motion_units import in_g
from tinyml_course.errors import DataNote, InputError

FEWEST = 2  # recordings of a class: one to train on, one to test on
PIECES = 5  # that the only recording of a class is cut into
MOST_NOTES = 3  # on how files were understood; a folder of many kinds would have many

__all__ = ["SUFFIXES", "Labelled", "find_sources", "is_split", "load_folder", "read_source"]


@dataclass(frozen=True, eq=False)
class Labelled:
    """A recording with its label, its group, and its split where the layout tells."""

    motion: Motion
    label: str
    group: str
    split: str | None = None


def load_folder(
    root: Path,
    split: str | None,
    *,
    labels: Sequence[str] | None,
    rate_hz: float | None,
    window_s: float | None = None,
) -> Dataset:
    """Load a folder of recordings, as clips for windows of so many seconds, or as the motion takes.

    Raises
    ------
    InputError
        If the folder is missing, a file cannot be used, or there are too few recordings or classes.
    """
    found = read_har(root) if har.is_there(root) else _read_files(root)
    axes = {one.motion.samples.shape[1]: one.motion.where for one in found}
    if len(axes) > 1:
        raise InputError(
            f"{axes[3]} has acceleration only, {axes[6]} the gyroscope too. Take the gyroscope's "
            "columns away, or record again."
        )
    motions = at_one_rate(in_g([one.motion for one in found]), rate_hz)
    window_s = window_s or window_s_for(motions)
    found = [replace(one, motion=motion) for one, motion in zip(found, motions, strict=True)]
    found = _in_pieces(found)
    classes = tuple(labels) if labels else _classes(root, found)
    found = [_known(one, classes, root) for one in found]
    clips = [cut(one.motion, window_s) for one in found]
    counts = [len(some) for some in clips]
    _tell_motions([one.motion for one in found], counts)
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


def read_file(path: Path, turning: Path | None = None) -> list[Motion]:
    """Read the recordings of one file, and the rate of turn from another if that has it.

    Raises
    ------
    InputError
        If a file cannot be used.
    """
    acquired = path.suffix.lower() in ACQUISITIONS
    return [read_acquisition(path)] if acquired else read_csv(path, turning)


def read_source(source: Source) -> list[Labelled]:
    """Read the recordings of one file with label and group.

    Raises
    ------
    InputError
        If the file cannot be used.
    """
    motions = read_file(source.path, source.turning)
    varied = len(source.name) == 1 or len({motion.label for motion in motions}) > 1
    found = []
    for number, motion in enumerate(motions):
        label = (motion.label if varied else None) or source.label
        group = motion.person or source.person or f"{'/'.join(source.name)}-{number}"
        found.append(Labelled(motion, label, group, source.split))
    return found


def _read_files(root: Path) -> list[Labelled]:
    """Read all recordings below a folder, in the order of their files' names."""
    sources = find_sources(root)
    found = [one for source in sources for one in read_source(source)]
    told = {one.motion.note for one in found} | {source.note for source in sources}
    notes = sorted(told - {""})
    if len(notes) > MOST_NOTES:
        notes[MOST_NOTES - 1 :] = [f"and {len(notes) - MOST_NOTES + 1} more kinds of files"]
    if notes:
        warnings.warn(f"read {'; '.join(notes)}.", DataNote, stacklevel=4)
    return found


def _in_pieces(found: list[Labelled]) -> list[Labelled]:
    """Cut the only recording of a class into pieces, if it is long: to learn from, and to test."""
    counts = Counter(one.label for one in found if one.split is None)
    pieces = []
    for one in found:
        samples = one.motion.samples
        if counts[one.label] != 1 or len(counts) < 2 or len(samples) < PIECES * CLIP_SAMPLES:
            pieces.append(one)
            continue
        for part in np.array_split(samples, PIECES):
            pieces.append(replace(one, motion=replace(one.motion, samples=part)))
    if cut_up := sorted(set(Counter(one.label for one in pieces) - counts)):
        warnings.warn(
            f"the one long recording of {', '.join(cut_up)} was cut into {PIECES}: a test on a "
            "piece of what was learnt flatters. Record several.",
            DataNote,
            stacklevel=4,
        )
    return pieces


def _tell_motions(motions: Sequence[Motion], counts: Sequence[int]) -> None:
    """Say how many motions were found in long recordings, if there are some that rests part."""
    found = [
        count
        for motion, count in zip(motions, counts, strict=True)
        if count > 1 and len(find_motions(motion.samples)) == count
    ]
    if found:
        warnings.warn(
            f"{len(found):,} long recordings have rests in them: each of {sum(found):,} motions "
            "between was taken for a gesture.",
            DataNote,
            stacklevel=4,
        )


def is_split(root: Path) -> bool:
    """Tell whether a folder says which recordings are for testing."""
    return har.is_there(root) or any(source.split for source in find_sources(root))


def _classes(root: Path, found: list[Labelled]) -> tuple[str, ...]:
    """Take every label as a class; each must have enough recordings to learn from."""
    counts = Counter(one.label for one in found)
    if len(found) == 1:
        raise InputError(
            f"{root} holds one recording only. Record every gesture ten times or more; if this is "
            "many in one, part them by blank lines."
        )
    if len(counts) < 2:
        label = found[0].label
        inner = f", or give {root / label}" if (root / label).is_dir() else ""
        raise InputError(
            f"{root} has one class only ({label}); a classifier needs two or more. Record "
            f"another gesture, or your hand doing something else{inner}."
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
