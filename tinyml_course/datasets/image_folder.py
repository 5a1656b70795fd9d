"""A folder of pictures of parts read into grey pictures of one size, and split.

`image_layouts` tells how the folder may look. `testing_list.txt` in it, with one
`<label>/<name>.<type>` a line, decides the split where it is present.
"""

from __future__ import annotations

import os
import warnings
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from tinyml_course.datasets.dataset import Dataset
from tinyml_course.datasets.folders import read_list
from tinyml_course.datasets.image_files import read_picture
from tinyml_course.datasets.image_layouts import DEFECT, TEST_LIST, Found, find_pictures, is_good
from tinyml_course.errors import DataNote, InputError

SIDE = 192  # of every picture: a model's 96 pixels, twice
FEWEST = 2  # pictures of a class: one to train on, one to test on


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
    if split is None:
        return data
    if pictures[0].split:
        return data.take(np.array([picture.split == split for picture in pictures]))
    return _part(data, root, pictures, split)


def _part(data: Dataset, root: Path, pictures: list[Found], split: str) -> Dataset:
    """Take one side of a split: by the list in the folder, or by lots."""
    listed = root / TEST_LIST
    if listed.is_file():
        names = set(read_list(listed))
        chosen = np.array([p.path.relative_to(root).as_posix() in names for p in pictures])
        train, test = data.take(~chosen), data.take(chosen)
    elif len(set(data.group)) < 2:
        raise InputError(
            f"all pictures of {root} are of one lot ({data.group[0]}), which is never split. Add "
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


def _classes(root: Path, pictures: list[Found]) -> tuple[str, ...]:
    """Take every label to learn from as a class, good parts first.

    Good parts alone get defects as a second class.
    """
    counts = Counter(picture.label for picture in pictures if picture.split != "test")
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
        f"{picture.label} in {root} is none of the classes {', '.join(classes)}, and there is none "
        f"called {DEFECT!r}. Move its pictures away, or train again with it."
    )
