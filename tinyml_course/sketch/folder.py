"""A folder of generated files, replaced as a whole and never over somebody's own work.

The folder is built beside its place and takes it by a rename. `MANIFEST.sha256` lists what was
written: a file that was changed since is never overwritten, and files that others put there (a
build folder, settings of an editor) are kept.
"""

import hashlib
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tinyml_course.errors import InputError

MANIFEST = "MANIFEST.sha256"


def write_folder(folder: Path, files: Mapping[str, str]) -> None:
    """Write a folder of generated files in place of the one generated before.

    Parameters
    ----------
    folder : Path
        Where to; missing, empty, or written by this function before.
    files : mapping of str to str
        Text by path inside the folder, parts parted by "/".

    Raises
    ------
    InputError
        The folder was not written by this function, a file in it was changed since, or the disk
        refuses. What was there stays as it was.
    """
    kept = _foreign_files(folder, files)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as beside:
            draft, old = Path(beside, "new"), Path(beside, "old")
            for name, text in {**files, MANIFEST: manifest(files)}.items():
                _write(draft / name, text)
            for name in kept:
                (draft / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(folder / name, draft / name)
            _take_place(draft, folder, old)
    except OSError as error:
        raise InputError(
            f"{folder} could not be written: {error.strerror or error}. It is as it was; "
            "free some space, or choose another folder."
        ) from error


def manifest(files: Mapping[str, str]) -> str:
    """Return the list of files and their hashes, in the form `sha256sum -c` reads."""
    return "".join(f"{_sha256(text)}  {name}\n" for name, text in sorted(files.items()))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def _take_place(draft: Path, folder: Path, old: Path) -> None:
    """Put `draft` where `folder` is; whatever interrupts, one of the two stands there."""
    if folder.exists():
        folder.rename(old)
    try:
        draft.rename(folder)
    except BaseException:
        if old.exists():
            old.rename(folder)
        raise


def _foreign_files(folder: Path, files: Mapping[str, str]) -> list[str]:
    """List what others put into the folder; refuse one that must not be overwritten."""
    if not folder.exists():
        return []
    if not folder.is_dir():
        raise InputError(f"{folder} is a file; give a folder for the sketch.")
    there = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    if there and MANIFEST not in there:
        raise InputError(
            f"{folder} was not written by tinyml_course (it has no {MANIFEST}). "
            "Choose another folder, or move this one away."
        )
    written = _read_manifest(folder) if there else {}
    foreign = [name for name in there if name not in written and name != MANIFEST]
    changed = [name for name in there if name in written and _of(folder / name) != written[name]]
    for name in changed + [name for name in foreign if name in files]:
        raise InputError(
            f"{folder / name} was changed since tinyml_course wrote the folder, and would be "
            "overwritten. Move it away, or choose another folder."
        )
    return foreign


def _read_manifest(folder: Path) -> dict[str, str]:
    lines = (folder / MANIFEST).read_text(encoding="utf-8", errors="replace").splitlines()
    pairs = (line.split("  ", 1) for line in lines if "  " in line)
    return {name: digest for digest, name in pairs}


def _of(path: Path) -> str:
    """Hash a text file; the line ends that git or an editor chose do not count."""
    return _sha256(path.read_text(encoding="utf-8", errors="replace"))
