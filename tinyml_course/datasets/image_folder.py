"""A folder of pictures of parts, one sub-folder a class, read into grey pictures of one size.

The layout is `DIR/<label>/*.png|jpg|bmp` or `DIR/<label>/<lot>/*.png|jpg|bmp`, in any sizes. The
lot, which a split does not cut, is the sub-folder where there are several, or what stands before
`__` or `_nohash_` in a file's name; any other picture is a lot of its own. `testing_list.txt` in
`DIR`, with one `<label>/<name>.<type>` a line, decides the split where it is present.
"""

from __future__ import annotations

import os
import re
import warnings
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from tinyml_course.datasets.dataset import Dataset
from tinyml_course.datasets.folders import class_folders, deeper, is_clutter
from tinyml_course.datasets.image_files import SUFFIXES, read_picture
from tinyml_course.errors import DataNote, InputError

SIDE = 192  # of every picture: a model's 96 pixels, twice
GOOD, DEFECT = "ok", "defect"
GOOD_NAMES = (GOOD, "good", "normal", "pass", "free", "mt_free")
TEST_LIST = "testing_list.txt"
FEWEST = 2  # pictures of a class: one to train on, one to test on


@dataclass(frozen=True)
class Found:
    """A file with its label and its lot."""

    path: Path
    label: str
    lot: str


def is_good(label: str) -> bool:
    """Tell whether a class is that of parts without a defect, by the names it goes by."""
    return label.lower() in GOOD_NAMES


def load_folder(root: Path, split: str | None, *, labels: Sequence[str] | None) -> Dataset:
    """Load a folder of pictures; the class of good parts comes first.

    Raises
    ------
    InputError
        If the folder is missing, a file cannot be used, or a class has too few pictures.
    """
    pictures = find_pictures(root)
    classes = tuple(labels) if labels else _classes(root, pictures)
    known = [_class_of(picture, classes, root) for picture in pictures]
    with warnings.catch_warnings(), ThreadPoolExecutor(os.cpu_count()) as pool:
        warnings.simplefilter("ignore")  # of Pillow: what matters is refused in words
        read = list(pool.map(lambda picture: read_picture(picture.path, SIDE, SIDE), pictures))
    for note, count in Counter(picture.note for picture in read if picture.note).items():
        what = "a picture" if count == 1 else f"{count:,} pictures"
        warnings.warn(f"{root} has {what} {note}.", DataNote, stacklevel=4)
    data = Dataset(
        x=np.stack([picture.grey for picture in read]),
        y=np.array(known, np.int64),
        labels=classes,
        group=np.array([picture.lot for picture in pictures]),
        rate_hz=None,
        units="grey values",
        source=str(root),
        licence="as the folder's owner says",
    )
    return data if split is None else _part(data, root, pictures, split)


def _part(data: Dataset, root: Path, pictures: list[Found], split: str) -> Dataset:
    """Take one side of a split: by the list in the folder, or by lots."""
    listed = root / TEST_LIST
    if listed.is_file():
        try:
            names = set(listed.read_text(encoding="utf-8").splitlines())
        except UnicodeDecodeError as error:
            raise InputError(f"{listed} is no text file in UTF-8. Write it again.") from error
        chosen = np.array([p.path.relative_to(root).as_posix() in names for p in pictures])
        train, test = data.take(~chosen), data.take(chosen)
    elif len(set(data.group)) < 2:
        raise InputError(
            f"all pictures of {root} are of one lot ({data.group[0]}), which is never split: add "
            f"another lot, or name the pictures to test on in {TEST_LIST}."
        )
    else:
        train, test = data.split()
    part = test if split == "test" else train
    if len(part) == 0:
        raise InputError(f"{listed} leaves no pictures for the {split} split. Mend the list.")
    if missing := set(data.y.tolist()) - set(train.y.tolist()):
        raise InputError(
            f"all pictures of {data.labels[min(missing)]!r} in {root} are to be tested on, and "
            f"none is left to learn from. Add a lot of it, or name others in {TEST_LIST}."
        )
    return part


def find_pictures(root: Path) -> list[Found]:
    """List the pictures of a folder, in the order of their names.

    Raises
    ------
    InputError
        If the folder is missing, has no class folders, or one of them has no pictures.
    """
    if not root.is_dir():
        what = "is a file, not a folder" if root.exists() else "is not there"
        raise InputError(
            f"{root} {what}. Give the folder that holds one folder of pictures a class."
        )
    folders = class_folders(root)
    if not folders:
        raise InputError(
            f"{root} has no class folders. Sort the pictures into {root}/ok/<name>.png and "
            f"{root}/defect/<name>.png; good ones alone will do, too." + deeper(root, SUFFIXES)
        )
    found = [picture for folder in folders for picture in _pictures(folder)]
    several = len({p.lot for p in found if p.path.parent.parent != root}) > 1
    return [p if several else replace(p, lot=_named_lot(p.path, p.label)) for p in found]


def _pictures(folder: Path) -> list[Found]:
    found = [
        Found(path, folder.name, _lot(path, folder))
        for path in sorted((*folder.glob("*"), *folder.glob("*/*")))
        if path.suffix.lower() in SUFFIXES and path.is_file() and not is_clutter(path)
    ]
    if not found:
        raise InputError(
            f"{folder} has no pictures ({', '.join(SUFFIXES)}). Put some in it, or remove it."
            + deeper(folder.parent, SUFFIXES)
        )
    return found


def _lot(path: Path, folder: Path) -> str:
    if path.parent != folder:
        return path.parent.name
    return _named_lot(path, folder.name)


def _named_lot(path: Path, label: str) -> str:
    told = re.match(r"(.+?)(__|_nohash_)", path.name)
    return told[1] if told else f"{label}/{path.name}"


def _classes(root: Path, pictures: list[Found]) -> tuple[str, ...]:
    """Take every folder as a class, good parts first; good parts alone get defects as a second."""
    counts = Counter(picture.label for picture in pictures)
    label, fewest = min(counts.items(), key=lambda item: item[1])
    if fewest < FEWEST:
        raise InputError(
            f"{root} has one picture of {label!r}; training and testing need {FEWEST} at least, "
            "and fifty are better. Take more, or take the class away."
        )
    if len(counts) > 1:
        return tuple(sorted(counts, key=lambda name: (not is_good(name), name)))
    if is_good(label):
        return (label, DEFECT)
    lots = sorted({picture.lot for picture in pictures})
    if any(map(is_good, lots)):
        raise InputError(
            f"{root} has one class only, {label}, with {', '.join(lots)} in it: give "
            f"{root / label}."
        )
    raise InputError(
        f"{root} has one class only ({label}). Add another, or call it 'ok' if these are good "
        "parts: a model can then learn to tell whatever is not like them."
    )


def _class_of(picture: Found, classes: tuple[str, ...], root: Path) -> int:
    """Return a picture's class; good is good by any name, and what is no class is a defect."""
    if picture.label in classes:
        return classes.index(picture.label)
    if is_good(picture.label) and is_good(classes[0]):
        return 0
    if DEFECT in classes and not is_good(picture.label):
        return classes.index(DEFECT)
    if len(classes) == 2 and is_good(classes[0]) and not is_good(picture.label):
        return 1
    raise InputError(
        f"{root / picture.label} is none of the classes {', '.join(classes)}, and there is none "
        f"called {DEFECT!r}. Move the folder away, or train again with it."
    )
