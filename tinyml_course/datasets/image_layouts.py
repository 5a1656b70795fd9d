"""Where the pictures of a folder are, of which class and lot: `find_pictures`.

    DIR/<label>/*.png, DIR/<label>/<lot>/*.png    the course's own layout
    DIR/train/<label>/*, DIR/test/<label>/*       split already (MVTec AD, castings)
    DIR/<label>_<number>.jpg                      all in one folder, the class in the name (NEU)
    DIR/**/<name>_temp.jpg, <name>_test.jpg       a board as drawn, and as found (DeepPCB)

A folder called `images` or `imgs` may stand above or below a class (NEU, magnetic tiles). The lot,
which a split does not cut, is the sub-folder where there are several, or what stands before `__` or
`_nohash_` in a file's name; any other picture is a lot of its own.

Masks are no pictures of parts and are left out, which is said: the folders `ground_truth`, `masks`
and `annotations`, a PNG beside a JPEG or BMP of the same name, and `<name>_mask`, `_label` or `_GT`
beside `<name>`.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from tinyml_course.datasets.folders import (
    TEST_FOLDERS,
    TRAIN_FOLDERS,
    VALIDATION_FOLDERS,
    class_folders,
    deeper,
    is_clutter,
)
from tinyml_course.datasets.image_files import SUFFIXES
from tinyml_course.errors import DataNote, InputError

GOOD, DEFECT = "ok", "defect"
GOOD_WORDS = (GOOD, "good", "normal", "pass", "passed", "perfect")
GOOD_NAMES = ("no_defect", "no_defects", "non_defective", "not_defective", "nondefective")
TEST_LIST = "testing_list.txt"
IMAGE_FOLDERS = ("images", "image", "imgs", "img")
UNREAD = (".heic", ".heif", ".avif", ".jp2", ".svg", ".dng", ".cr2", ".nef")
PHOTOGRAPHS = (".jpg", ".jpeg", ".bmp")
BESIDE_FOLDERS = ("ground_truth", "groundtruth", "masks", "mask", "annotations", "annotation")
MASK = re.compile(r"(.+)_(mask|label|gt)", re.IGNORECASE)
PAIR = re.compile(r"(.+)_(temp|test)", re.IGNORECASE)


@dataclass(frozen=True)
class Found:
    """A file with its label, its lot, and its side where the folder is split already.

    Attributes
    ----------
    split : {"", "train", "test"}
    """

    path: Path
    label: str
    lot: str
    split: str = ""


def is_good(label: str) -> bool:
    """Tell whether a class is that of parts without a defect, by the names it goes by.

    Examples
    --------
    >>> [is_good(name) for name in ("good", "ok_front", "MT_Free", "no defect")]
    [True, True, True, True]
    >>> [is_good(name) for name in ("not_ok", "free edge", "def_front")]
    [False, False, False]
    """
    words = re.split(r"[\W_]+", label.lower())
    if "_".join(words) in GOOD_NAMES:
        return True
    told = words[0] in GOOD_WORDS or words[-1] in (*GOOD_WORDS, "free")
    return told and not {"no", "not", "non"} & set(words)


def is_split(root: Path) -> bool:
    """Tell whether a folder says which pictures are for testing: by a list, or by folders."""
    return (root / TEST_LIST).is_file() or len(_sides(root)) > 1


def find_pictures(root: Path) -> list[Found]:
    """List the pictures of a folder, in the order of their names; warn of masks left out.

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
    if unread := [p for p in root.rglob("*") if p.suffix.lower() in UNREAD and not is_clutter(p)]:
        warnings.warn(
            f"{root}: {len(unread):,} files such as {unread[0].relative_to(root)} are left out. "
            "Save them as PNG or JPEG to use them.",
            DataNote,
            stacklevel=4,
        )
    masks: list[Path] = []
    found = [
        replace(picture, split=side)
        for side, folder in _sides(root).items()
        for picture in _find(folder, masks)
    ]
    if masks:
        warnings.warn(
            f"{root}: {len(masks):,} files such as {masks[0].relative_to(root)} are taken for "
            "masks of the pictures beside them, and left out.",
            DataNote,
            stacklevel=4,
        )
    return found


def _sides(root: Path) -> dict[str, Path]:
    """Return the folders of what to learn from and what to test on, or the whole as one."""
    there = {folder.name.lower(): folder for folder in class_folders(root)}
    train = next((there[name] for name in TRAIN_FOLDERS if name in there), None)
    tests = (*TEST_FOLDERS, *VALIDATION_FOLDERS)
    test = next((there[name] for name in tests if name in there), None)
    return {"train": train, "test": test} if train and test else {"": root}


def _find(root: Path, masks: list[Path]) -> list[Found]:
    """List the pictures below a folder that holds classes, in whichever way it does."""
    folders = [f for f in class_folders(root) if f.name.lower() not in BESIDE_FOLDERS]
    here = _without_masks(root.glob("*"), masks)
    if len(folders) == 1 and folders[0].name.lower() in IMAGE_FOLDERS and not here:
        return _find(folders[0], masks)
    if not folders:
        return [_by_name(path, root) for path in here] or _no_classes(root)
    pairs = _files(root.rglob("*"))
    if _are_pairs(pairs):
        return _boards(root, pairs)
    found = [picture for folder in folders for picture in _of_class(folder, masks)]
    several = len({p.lot for p in found if p.path.parent.parent != root}) > 1
    return [p if several else replace(p, lot=_named_lot(p.path, p.label)) for p in found]


def _of_class(folder: Path, masks: list[Path]) -> list[Found]:
    """List the pictures of a class, in its folder and one below."""
    inner = [f for f in class_folders(folder) if f.name.lower() not in BESIDE_FOLDERS]
    paths = _without_masks((p for f in (folder, *inner) for p in f.glob("*")), masks)
    if not paths:
        raise InputError(
            f"{folder} has no pictures ({', '.join(SUFFIXES)}). Put some in it, or remove it."
            + deeper(folder.parent, SUFFIXES)
        )
    return [Found(path, folder.name, _lot(path, folder)) for path in sorted(paths)]


def _by_name(path: Path, root: Path) -> Found:
    """Take the class from a name such as `crazing_12.jpg`."""
    label = re.sub(r"[\W_]*\d[\W\d_]*$", "", path.stem)
    if not label:
        raise InputError(
            f"{root} has pictures but no class folders, and a name such as {path.name} tells no "
            f"class. Sort them into {root}/ok/ and {root}/defect/, or call them ok_1.png."
        )
    return Found(path, label, f"{label}/{path.name}")


def _no_classes(root: Path) -> list[Found]:
    raise InputError(
        f"{root} has no class folders. Sort the pictures into {root}/ok/<name>.png and "
        f"{root}/defect/<name>.png; good ones alone will do, too." + deeper(root, SUFFIXES)
    )


def _are_pairs(paths: list[Path]) -> bool:
    """Tell whether all are boards as found, each beside the board as drawn."""
    stems = {path.with_suffix("") for path in paths}
    told = [PAIR.fullmatch(stem.name) for stem in stems]
    return bool(paths) and all(
        match and stem.with_name(f"{match[1]}_temp") in stems
        for stem, match in zip(stems, told, strict=True)
    )


def _boards(root: Path, paths: list[Path]) -> list[Found]:
    """Take boards as drawn for good ones; the lot is the uppermost folder, or else the pair."""
    groups = {path: path.relative_to(root).parts[0] for path in paths}
    several = len(set(groups.values())) > 1
    return [
        Found(
            path,
            GOOD if path.stem.lower().endswith("_temp") else DEFECT,
            groups[path] if several else _named_lot(path, ""),
        )
        for path in sorted(paths)
    ]


def _lot(path: Path, folder: Path) -> str:
    if path.parent != folder and path.parent.name.lower() not in IMAGE_FOLDERS:
        return path.parent.name
    return _named_lot(path, folder.name)


def _named_lot(path: Path, label: str) -> str:
    told = re.match(r"(.+?)(__|_nohash_)", path.name) or PAIR.fullmatch(path.stem)
    return told[1] if told else f"{label}/{path.name}"


def _without_masks(paths: Iterable[Path], masks: list[Path]) -> list[Path]:
    """Return the pictures among some files; add the masks to a list."""
    pictures = _files(paths)
    photographs = {p.with_suffix("") for p in pictures if p.suffix.lower() in PHOTOGRAPHS}
    stems = {p.with_suffix("") for p in pictures}

    def is_mask(path: Path) -> bool:
        if path.suffix.lower() == ".png" and path.with_suffix("") in photographs:
            return True
        told = MASK.fullmatch(path.stem)
        return told is not None and path.with_name(told[1]) in stems

    masks += [path for path in pictures if is_mask(path)]
    return [path for path in pictures if not is_mask(path)]


def _files(paths: Iterable[Path]) -> list[Path]:
    """Return the pictures among some files, in the order of their names."""
    return sorted(
        path
        for path in paths
        if path.suffix.lower() in SUFFIXES and path.is_file() and not is_clutter(path)
    )
