"""Which files in a folder are recordings of motion, and what their names and places tell.

From root to file, a path names in this order: the split (`train`, `test`), then label and person in
either order, then the recording. Folders such as `subject3`, `P01` or `U1 (2)` are people. Files
such as `wave_1.csv`, `wave_2.csv` beside each other are recordings of `wave`. A phone's
`Accelerometer.csv` and `Gyroscope.csv`, or `data_1_accel.txt` and `data_1_gyro.txt`, also in
folders `accel` and `gyro`, are one recording, and their folder or what is left of the name is its
name.

References
----------
Names as they occur: Speech Commands (`<person>_nohash_<n>`), Edge Impulse (`<label>.<id>.json`),
TensorFlow's magic wand (`output_<label>_<person>.txt`), phyphox and Sensor Logger (a folder a
recording with a file a sensor; of the latter, Accelerometer.csv is without gravity and
TotalAcceleration.csv with it, says its UNITS.md), WISDM 2019 (`raw/watch/accel/data_1600_...txt`),
uWave (`U1 (1)/..1-1.txt`), UCI's smartwatch gestures (`U01/01/01.txt`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tinyml_course.datasets.folders import (
    TEST_FOLDERS,
    TRAIN_FOLDERS,
    VALIDATION_FOLDERS,
    class_folders,
    deeper,
    is_clutter,
    is_empty,
)
from tinyml_course.errors import InputError

TEXTS = (".csv", ".tsv", ".txt", ".log", ".dat")
ACQUISITIONS = (".json", ".cbor")
SUFFIXES = (*TEXTS, *ACQUISITIONS)
DEEPEST = 4  # folders between the one given and a file
SPLITS = dict.fromkeys((*TRAIN_FOLDERS, *VALIDATION_FOLDERS), "train") | dict.fromkeys(
    TEST_FOLDERS, "test"
)
ABOUT = re.compile(
    r"readme.*|licen[cs]e.*|copying|requirements|notes?|about|info.*|meta.*|annotations?|.*labels"
    r"|classes|features.*|device|changelog|citation|sources"
)
"""Names, without their ends, of files that tell of recordings and are none."""
META = "meta"  # phyphox's folder of such files
_PERSON = re.compile(
    r"(?:person|subject|subj|sub|user|participant|speaker|wearer|volunteer|proband|s|p|u)"
    r"[ _-]?\d+(?: ?\(\d+\))?"
)
_DATED = re.compile(r"[\s_-]*\d{4}[_-]?\d\d[_-]?\d\d([\sT_-]*\d\d[:_-]?\d\d([:_-]?\d\d)?)?$")
_NUMBERED = re.compile(r"[\s_.#(-]*\d+\)?$")
_FORCE = {"accelerometer", "acceleration", "accel", "acc", "beschleunigung"}
_TURN = {"gyroscope", "gyro", "gyr", "gyroskop"}
_ELSE = {
    "magnetometer", "magnetic", "mag", "gravity", "orientation", "barometer", "pressure",
    "location", "pedometer", "light", "compass", "microphone", "camera", "heartrate", "headphone",
    "activity", "annotation", "battery", "brightness", "network", "wristmotion", "proximity",
    "quaternion",
}  # fmt: skip
_SENSORS = {"force": _FORCE, "turn": _TURN, "else": _ELSE}
_WITH_GRAVITY: tuple[set[str], ...] = ({"total"}, set(), {"uncalibrated"}, {"linear"})
"""What else the name of an acceleration's file says, the best first."""
_SAID = _FORCE | _TURN | _ELSE | set().union(*_WITH_GRAVITY)


@dataclass(frozen=True)
class Source:
    """A file of recordings.

    Attributes
    ----------
    path : Path
    name : tuple of str
        Of the recording: folders below the root, and the file without its end.
    label : str
        Where no column says otherwise.
    person, split : str or None
    turning : Path or None
        Where the rate of turn is in a file of its own.
    note : str
        What was taken for what, where that could be doubted.
    """

    path: Path
    name: tuple[str, ...]
    label: str = ""
    person: str | None = None
    split: str | None = None
    turning: Path | None = None
    note: str = ""


def find_sources(root: Path) -> list[Source]:
    """Find the files of recordings in a folder, in the order of their names.

    Raises
    ------
    InputError
        If there are none, a folder is empty, or a gyroscope's file has no acceleration's.
    """
    if not root.is_dir():
        what = "is a file, not a folder" if root.exists() else "is not there"
        raise InputError(
            f"{root} {what}. Give the folder that holds a folder or .csv file a label."
        )
    paths = sorted(_below(root))
    named = [
        Source(path, (*path.relative_to(root).parts[:-1], path.stem))
        for path in paths
        if path.suffix.lower() in SUFFIXES
        and not ABOUT.fullmatch(path.stem.lower())
        and path.parent.name.lower() != META
    ]
    named = _paired(root, named)
    if not named:
        raise InputError(
            f"{root} has no recordings. Sort them into {root}/<label>/<name>.csv, or give one "
            f"{root}/<label>.csv for each gesture." + _instead(paths) + deeper(root, SUFFIXES)
        )
    if empty := [folder for folder in class_folders(root) if is_empty(folder)]:
        raise InputError(f"{empty[0]} is empty. Put recordings of it in, or remove it.")
    _refuse_lone_folder(root, named)
    return _labelled(_split(named))


def _refuse_lone_folder(root: Path, sources: list[Source]) -> None:
    """Point to the folder that all folders are in, if that was not given."""
    inner = root
    for at in range(min(len(source.name) for source in sources) - 2):
        lone = {source.name[at] for source in sources}
        if len(lone) > 1 or _is_person(next(iter(lone))):
            break
        inner = inner / lone.pop()
    if inner != root:
        raise InputError(f"{root} holds one folder alone. Give {inner}, if that is the set.")


def _below(root: Path) -> Iterator[Path]:
    """Yield the files below a folder, not too deep; no clutter, and no link to a folder."""
    level = [root]
    for _ in range(DEEPEST + 1):
        inside = [p for folder in level for p in folder.iterdir() if not is_clutter(p)]
        yield from (p for p in inside if p.is_file())
        level = [p for p in inside if p.is_dir() and not p.is_symlink()]


def _instead(paths: Sequence[Path]) -> str:
    """Return a sentence on files of another kind, if that is what a folder holds."""
    others = Counter(path.suffix.lower() for path in paths if path.suffix)
    for suffix in SUFFIXES:
        del others[suffix]
    if not others:
        return ""
    suffix, count = others.most_common(1)[0]
    do = "Unpack each" if suffix in (".zip", ".gz", ".7z", ".rar") else "Export each as .csv"
    return f" There are {count} {suffix} files: {do[0].lower()}{do[1:]}."


def _words(name: str) -> list[str]:
    """Return the words of a name: "TotalAcceleration_1" has "total", "acceleration", "1"."""
    return re.sub("(?<=[a-z])(?=[A-Z])|[_-]", " ", name).lower().split()


def _paired(root: Path, sources: list[Source]) -> list[Source]:
    """Put a gyroscope's file beside its acceleration's, and leave those of other sensors out."""
    found: dict[tuple[str, ...], dict[str, list[Source]]] = {}
    folders = {folder.lower() for source in sources for folder in source.name[:-1]}
    parted = bool(folders & _FORCE) and bool(folders & _TURN)
    for source in sources:
        kind, name = _sensor(source.name, parted)
        if not name:
            raise InputError(
                f"{root} is one recording. Give the folder that all recordings are in."
            )
        found.setdefault(name, {}).setdefault(kind, []).append(source)
    paired = []
    for name, kinds in found.items():
        if not kinds.keys() & {"force", "turn"}:
            paired += kinds.get("", []) or [s for some in kinds.values() for s in some]
            continue
        paired += kinds.get("", [])
        if "force" not in kinds:
            raise InputError(
                f"{kinds['turn'][0].path} is a gyroscope's file, and there is none of the "
                "acceleration beside it. Export that too."
            )
        best = min(kinds["force"], key=lambda s: _rank(s.name[-1]))
        turning = kinds["turn"][0].path if "turn" in kinds else None
        paired.append(replace(best, name=name, turning=turning))
    return sorted(paired, key=lambda source: source.path)


def _sensor(name: tuple[str, ...], parted: bool) -> tuple[str, tuple[str, ...]]:
    """Return whose sensor's a file is, and the recording's name.

    Parameters
    ----------
    name : tuple of str
        Folders and file.
    parted : bool
        Whether folders part the sensors, too.
    """
    *folders, stem = name
    words = _words(stem)
    left = [word for word in words if word not in _SAID]
    kinds = _kinds(words)
    if parted:
        kinds |= set().union(*(_kinds([folder.lower()]) for folder in folders))
        folders = [folder for folder in folders if not _kinds([folder.lower()])]
    if len(kinds) != 1:
        return "", name
    return kinds.pop(), (*folders, *(["_".join(left)] if left else []))


def _kinds(words: Sequence[str]) -> set[str]:
    return {kind for kind, known in _SENSORS.items() if known.intersection(words)}


def _rank(stem: str) -> int:
    words = set(_words(stem))
    return min((i for i, said in enumerate(_WITH_GRAVITY) if said and said <= words), default=1)


def _split(sources: list[Source]) -> list[Source]:
    """Take train and test from the first folder, or from `<label>-test` beside `<label>`."""
    firsts = {source.name[0].lower() for source in sources if len(source.name) > 1}
    told = {SPLITS[first] for first in firsts if first in SPLITS}
    if told == {"train", "test"} and firsts <= SPLITS.keys():
        return [
            replace(s, name=s.name[1:], split=SPLITS[s.name[0].lower()])
            for s in sources
            if len(s.name) > 1
        ]
    names = {source.name for source in sources}
    tests = {
        source.name: (*source.name[:-1], found[1])
        for source in sources
        if (found := re.fullmatch("(.+)[_-]test", source.name[-1]))
        and (*source.name[:-1], found[1]) in names
    }
    if not tests:
        return sources
    return [
        replace(s, name=tests.get(s.name, s.name), split="test" if s.name in tests else "train")
        for s in sources
    ]


def _labelled(sources: list[Source]) -> list[Source]:
    """Read label and person from the names of folders and files."""
    depth = max(len(source.name) for source in sources)
    levels = [[s.name[at] for s in sources if len(s.name) > at + 1] for at in range(depth - 1)]
    of_people = [bool(some) and all(map(_is_person, some)) for some in levels]
    at_label = next((at for at, people in enumerate(of_people) if not people), None)
    stems = _without_numbers([s.name[-1] for s in sources])
    found = []
    for source in sources:
        *folders, stem = source.name
        person = next((f for at, f in enumerate(folders) if of_people[at]), None)
        if at_label is not None and at_label < len(folders):
            label, note = folders[at_label], ""
            beyond = folders[at_label + 1] if len(folders) > at_label + 1 else None
            if person is None and beyond and _is_shared(beyond, sources, at_label):
                person, note = beyond, "the folders in a label's folder as people"
        else:
            label, note = _edge_label(source, stem) or stems[stem], ""
            if label != stem and label == stems[stem]:
                note = f"{stem} and its like as recordings of {label}"
        person = person or _person_in(stem, label)
        found.append(replace(source, label=label, person=person, note=note))
    return found


def _is_person(folder: str) -> bool:
    return bool(_PERSON.fullmatch(folder.lower()))


def _is_shared(folder: str, sources: list[Source], at_label: int) -> bool:
    """Tell whether folders of one name stand in several labels' folders, as a person's do."""
    inside = {s.name[at_label] for s in sources if folder in s.name[at_label + 1 : -1]}
    return len(inside) > 1 and not folder.isdigit()


def _without_numbers(stems: Sequence[str]) -> dict[str, str]:
    """Return what files are recordings of: their names, perhaps without date and number."""
    bare = {stem: _NUMBERED.sub("", _DATED.sub("", stem)) or stem for stem in stems}
    counts = Counter(bare[stem] for stem in dict.fromkeys(stems))
    several = len(counts) > 1 and max(counts.values()) > 1
    return bare if several else {stem: stem for stem in stems}


def _edge_label(source: Source, stem: str) -> str:
    """Return the label of Edge Impulse's `<label>.<id>.json`."""
    label, dot, _ = stem.partition(".")
    acquired = source.path.suffix.lower() in ACQUISITIONS or source.split is not None
    return label if dot and acquired else ""


def _person_in(stem: str, label: str) -> str | None:
    """Return who a file's name says has made it."""
    who, told, _ = stem.partition("_nohash_")
    if told:
        return who
    wand = re.match(f"output_{re.escape(label)}_([^\\W\\d][^_]*)", stem, re.IGNORECASE)
    if wand:
        return wand[1]
    words = re.split("[ _-]", stem.lower())
    return next((word for word in words if len(word) > 1 and _is_person(word)), None)
