"""Folders as people have them: with what their computers leave there, and a level too deep."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import islice
from pathlib import Path

from tinyml_course.errors import InputError

CLUTTER = ("__macosx", "thumbs.db", "ehthumbs.db", "desktop.ini", "$recycle.bin", "icon\r")
TRAIN_FOLDERS = ("train", "training")
TEST_FOLDERS = ("test", "testing")
VALIDATION_FOLDERS = ("validation", "valid", "val")
MOST_SEEN = 10_000  # entries looked through for recordings that lie deeper


def is_clutter(path: Path) -> bool:
    """Tell whether a file or folder is what a system keeps for itself: hidden, or known by name."""
    return path.name.startswith(".") or path.name.lower() in CLUTTER


def read_list(path: Path) -> list[str]:
    """Read a list of files, one `<label>/<name>` a line; names may have blanks.

    Raises
    ------
    InputError
        If it is no text.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is no text file in UTF-8. Write it again.") from error
    return [line.strip() for line in lines if line.strip()]


def class_folders(root: Path) -> list[Path]:
    """Return the folders in a folder, in the order of their names."""
    return sorted(path for path in root.iterdir() if path.is_dir() and not is_clutter(path))


def is_empty(folder: Path) -> bool:
    """Tell whether a folder holds nothing but what a system keeps for itself."""
    return all(is_clutter(path) for path in folder.iterdir())


def deeper(root: Path, suffixes: Collection[str]) -> str:
    """Return a sentence on where recordings lie if not where they should; empty if nowhere.

    Parameters
    ----------
    root : Path
        The folder that was given.
    suffixes : collection of str
        Of recordings, in small letters.
    """
    found = next((p for p in islice(_below(root), MOST_SEEN) if p.suffix.lower() in suffixes), None)
    if found is None or root in (found.parent, found.parent.parent):
        return ""
    return f" There are some in {found.parent.parent}: is that the folder you mean?"


def _below(root: Path) -> Iterator[Path]:
    """Yield the files below a folder, those nearest first; no link is followed."""
    level = [root]
    while level:
        inside = sorted(p for folder in level for p in folder.iterdir() if not is_clutter(p))
        yield from (p for p in inside if p.is_file())
        level = [p for p in inside if p.is_dir() and not p.is_symlink()]
