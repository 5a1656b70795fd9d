"""A data set, or a folder that perhaps no loader would take, read for a look at its quality.

A loader stops at the first file it can't use. Here each such file becomes a finding, and the rest
is read as far as it goes.
"""

from __future__ import annotations

import os
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from tinyml_course.datasets import (
    audio,
    har,
    image_folder,
    image_layouts,
    motion_folder,
    recordings,
)
from tinyml_course.datasets.dataset import Dataset
from tinyml_course.datasets.folders import class_folders, deeper, is_clutter, read_list
from tinyml_course.datasets.image_files import SUFFIXES as PICTURES
from tinyml_course.datasets.image_files import read_picture
from tinyml_course.datasets.motion_csv import TUTORIAL_RATE_HZ, Motion
from tinyml_course.datasets.motion_recordings import (
    ONE_KIND,
    RATE_HZ,
    at_one_rate,
    cut,
    window_s_for,
)
from tinyml_course.datasets.motion_units import in_g, unit_of
from tinyml_course.datasets.quality.pile import Pile
from tinyml_course.datasets.quality.report import Finding, finding_of
from tinyml_course.datasets.quality.watched import Advance, unwatched
from tinyml_course.errors import DataNote, InputError

Converted = TypeVar("Converted")
PIECE = 256  # files read before their samples are put away
SUFFIXES = {
    "keywords": audio.SUFFIXES,
    "gestures": motion_folder.SUFFIXES,
    "parts": PICTURES,
}


@dataclass(frozen=True, eq=False)
class Collection:
    """What was read.

    Attributes
    ----------
    data : Dataset
    where : tuple of str
        The file or the number of each sample.
    in_test : ndarray, shape=(n,), dtype=bool, or None
        Which samples are for testing, where somebody has decided that.
    named : bool
        Whether somebody has said who or what the recordings came from.
    findings : tuple of Finding
        What was found while reading.
    """

    data: Dataset
    where: tuple[str, ...]
    in_test: NDArray[np.bool_] | None = None
    named: bool = True
    findings: tuple[Finding, ...] = ()

    def labels_of_samples(self) -> NDArray[np.str_]:
        """Return the label of each sample."""
        return np.array(self.data.labels, dtype=str)[self.data.y]


@dataclass(frozen=True, eq=False)
class _Sample:
    """One clip or picture of a file; what could not be read has none."""

    values: NDArray[Any] | None
    label: str
    group: str
    where: str
    in_test: bool | None = None
    findings: tuple[Finding, ...] = ()


def of_dataset(data: Dataset, test: Dataset | None) -> Collection:
    """Take a data set as it is, and perhaps another that is meant to test on.

    Raises
    ------
    InputError
        If the two are of different kinds.
    """
    named = len(np.unique(data.group)) < len(data)
    if test is None:
        return Collection(data, tuple(f"sample {i}" for i in range(len(data))), named=named)
    if test.labels != data.labels or test.x.shape[1:] != data.x.shape[1:]:
        raise InputError(
            f"the test set has classes {test.labels} and shape {test.x.shape[1:]}, the other "
            f"{data.labels} and {data.x.shape[1:]}. Give two parts of one set."
        )
    both = replace(
        data,
        x=np.concatenate([data.x, test.x]),
        y=np.concatenate([data.y, test.y]),
        group=np.concatenate([data.group, test.group]),
    )
    where = [f"{side} {i}" for side, part in (("train", data), ("test", test))
             for i in range(len(part))]  # fmt: skip
    return Collection(both, tuple(where), np.arange(len(both)) >= len(data), named)


def of_folder(root: Path, task: str, advance: Advance = unwatched) -> Collection:
    """Read a folder of one's own recordings, in any layout its task's loader takes.

    What is read is piled up on disk: in memory there are a few recordings at a time.

    Raises
    ------
    InputError
        If the folder is missing, or nothing in it can be read.
    """
    if not root.is_dir():
        what = "is a file, not a folder" if root.exists() else "is not there"
        raise InputError(f"{root} {what}. Give the folder that holds one folder a class.")
    read = {"keywords": _sound, "gestures": _motion, "parts": _pictures}[task]
    pile = Pile()
    usable: list[_Sample] = []
    found: list[Finding] = []
    for one in read(root, advance):
        found += one.findings
        if one.values is not None:
            pile.add(one.values)
            usable.append(replace(one, values=None))
    findings = _merged(found)
    if not usable:
        none = f"{root} has no recordings of {task} that can be read."
        if findings:
            first = findings[0]
            raise InputError(f"{none} {first.place}: {first.what} {first.advice}".rstrip())
        raise InputError(
            f"{none} Sort them into one folder a class." + deeper(root, SUFFIXES[task])
        )
    labels = tuple(sorted({one.label for one in usable}))
    known = [one.in_test for one in usable]
    groups = np.array([one.group for one in usable])
    return Collection(
        Dataset(
            x=pile.array(),
            y=np.array([labels.index(one.label) for one in usable], np.int64),
            labels=labels,
            group=groups,
            rate_hz=None,
            units="",
            source="/".join(root.resolve().parts[-2:]),  # of whose computer is nobody's business
            licence="",
        ),
        tuple(one.where for one in usable),
        None if None in known else np.array(known, bool),
        len(np.unique(groups)) < len({one.where for one in usable}),
        findings,
    )


def _sound(root: Path, advance: Advance) -> Iterator[_Sample]:
    files = [
        (folder, path)
        for folder in class_folders(root)
        for path in sorted(folder.iterdir())
        if path.suffix.lower() in audio.SUFFIXES and not is_clutter(path)
    ]
    lists = recordings.read_lists(root)

    def read(item: tuple[Path, Path]) -> list[_Sample]:
        folder, path = item
        label = recordings.ALIASES.get(folder.name, folder.name)
        split = recordings.split_of(path, lists)
        one = _Sample(
            None, label, recordings.speaker_of(path), _named(path, root),
            None if split is None else split == "test",
        )  # fmt: skip
        whole = audio.read_seconds if label == recordings.SILENCE else audio.read_clip
        return _read_sound(one, lambda convert: whole(path, convert=convert))

    return _all_read(read, files, advance)


def _read_sound(one: _Sample, read: Callable[[bool], NDArray[Any]]) -> list[_Sample]:
    """Read a file as it should be; failing that, with a finding, as it can be converted."""
    findings: tuple[Finding, ...] = ()
    try:
        values = read(False)
    except InputError as error:
        findings = (finding_of(error, "unreadable", one.where),)
        try:
            values = read(True)
        except InputError:
            return [replace(one, findings=findings)]
        findings = (replace(findings[0], fault="wrong-format"),)
    clips = values.reshape(-1, audio.CLIP_SAMPLES)
    return [replace(one, values=clip, findings=findings if i == 0 else ())
            for i, clip in enumerate(clips)]  # fmt: skip


def _pictures(root: Path, advance: Advance) -> Iterator[_Sample]:
    side = image_folder.SIDE
    listed = root / image_layouts.TEST_LIST
    names = set(read_list(listed)) if listed.is_file() else None

    def read(found: image_layouts.Found) -> list[_Sample]:
        where = _named(found.path, root)
        listed = None if names is None else where in names
        tested = found.split == "test" if found.split else listed
        one = _Sample(None, found.label, found.lot, where, tested)
        try:
            picture = read_picture(found.path, side, side)
        except InputError as error:
            return [replace(one, findings=(finding_of(error, "unreadable", where),))]
        note = Finding(
            "note",
            "deep-picture",
            f"Pictures {picture.note}.",
            (where,),
            "Nothing, if that is meant.",
        )
        return [replace(one, values=picture.grey, findings=(note,) if picture.note else ())]

    return _all_read(read, image_layouts.find_pictures(root), advance)


def _motion(root: Path, advance: Advance) -> list[_Sample]:
    """Read motion, each recording brought to g and 100 Hz by what itself seems to be in."""
    if har.is_there(root):
        labelled = motion_folder.read_har(root)
        found = [
            (_Sample(None, one.label, one.group, one.motion.where, one.split == "test"), one.motion)
            for one in labelled
        ]
        return _clips_of_motion(found, [])
    found, unusable = [], []
    sources = motion_folder.find_sources(root)
    for done, source in enumerate(sources):
        advance("reading", done / len(sources))
        where = _named(source.path, root)
        try:
            labelled = motion_folder.read_source(source)
        except InputError as error:
            blank = _Sample(None, source.label, "", where)
            unusable.append(replace(blank, findings=(finding_of(error, "unreadable", where),)))
            continue
        for number, one in enumerate(labelled):
            own = where if len(labelled) == 1 else f"{where}, recording {number + 1}"
            split = None if one.split is None else one.split == "test"
            found.append((_Sample(None, one.label, one.group, own, split), one.motion))
    return _clips_of_motion(found, unusable)


def _clips_of_motion(found: list[tuple[_Sample, Motion]], unusable: list[_Sample]) -> list[_Sample]:
    """Cut recordings into clips, and tell how they differ in axes, unit and rate."""
    if not found:
        return unusable
    motions = [motion for _, motion in found]
    kinds = {
        "mixed-axes": [f"{motion.samples.shape[1]} axes" for motion in motions],
        "mixed-units": ["g" if m.units_told[0] else unit_of(m.samples) for m in motions],
        "mixed-rates": _rates(motions),
    }
    where = [one.where for one, _ in found]
    findings = [
        finding for fault, values in kinds.items() for finding in _differing(fault, values, where)
    ]
    usual = Counter(kinds["mixed-axes"]).most_common(1)[0][0]
    samples = [*unusable, _Sample(None, "", "", "", findings=tuple(findings))]
    alike = [_at_100_hz(motion) for motion in _converted(motions, kinds["mixed-units"])]
    window_s = _quiet(window_s_for, alike)
    for (one, _), axes, motion in zip(found, kinds["mixed-axes"], alike, strict=True):
        if axes != usual:
            continue
        try:
            clips = cut(motion, window_s)
        except InputError as error:
            samples.append(replace(one, findings=(finding_of(error, "unreadable", one.where),)))
            continue
        samples += [replace(one, values=clip) for clip in clips]
    return samples


def _converted(motions: list[Motion], units: list[str]) -> list[Motion]:
    """Bring recordings to g, those of each unit by themselves."""
    made = list(motions)
    for unit in set(units):
        own = [i for i, one in enumerate(units) if one == unit]
        for i, motion in zip(own, _quiet(in_g, [motions[i] for i in own]), strict=True):
            made[i] = motion
    return made


def _rates(motions: list[Motion]) -> list[str]:
    """Name the rate of each recording; those that are one rate measured twice have one name."""
    rates = [motion.rate_hz or TUTORIAL_RATE_HZ for motion in motions]
    names: dict[float, str] = {}
    slowest = 0.0
    for rate in sorted(rates):
        slowest = slowest if rate <= slowest * (1 + ONE_KIND) else rate
        names[rate] = f"{slowest:.4g} Hz"
    return [names[rate] for rate in rates]


def _differing(fault: str, values: list[str], where: list[str]) -> list[Finding]:
    """Return findings on a property that should be one for all, and on a unit that is not g."""
    counts = Counter(values).most_common()
    usual = counts[0][0]
    if len(counts) > 1:
        what = "Recordings differ: " + ", ".join(f"{n:,} in {value}" for value, n in counts)
        odd = tuple(place for value, place in zip(values, where, strict=True) if value != usual)
        return [
            Finding("error", fault, f"{what}.", odd, "Bring all files to one, or record again.")
        ]
    if fault == "mixed-units" and usual != "g":
        what = f"The acceleration is in {usual}, by its size; loading converts it to g."
        return [Finding("note", "unit", what, (), "Write g, so that nobody has to guess.")]
    return []


def _at_100_hz(motion: Motion) -> Motion:
    (resampled,) = _quiet(at_one_rate, [motion])
    return resampled if resampled.rate_hz else replace(resampled, rate_hz=float(RATE_HZ))


def _quiet(convert: Callable[[list[Motion]], Converted], motions: list[Motion]) -> Converted:
    """Convert recordings without a word: the loader tells once, and findings tell here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataNote)
        return convert(motions)


def _all_read(
    read: Callable[[Any], list[_Sample]], items: list[Any], advance: Advance
) -> Iterator[_Sample]:
    """Read files, a few at a time and ahead of who takes them."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for start in range(0, len(items), PIECE):
            advance("reading", start / len(items))
            for some in pool.map(read, items[start : start + PIECE]):
                yield from some


def _named(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()


def _merged(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Join findings that advise the same into one, told by its first case."""
    alike: dict[tuple[str, str], Finding] = {}
    for finding in findings:
        key = (finding.fault, finding.advice)
        first = alike.get(key)
        alike[key] = (
            finding if first is None else replace(first, where=(*first.where, *finding.where))
        )
    return tuple(
        replace(one, what=f"{len(one.where):,} files; the first: {one.what}")
        if len(one.where) > 1 and one.fault in ("unreadable", "wrong-format")
        else one
        for one in alike.values()
    )
