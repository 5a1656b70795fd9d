"""Where built and decoded things are kept between runs; files written whole or not at all.

`TINYML_CACHE` names the folder; without it the platform's own place for caches is used. Everything
in it can be deleted at any time: it is made again when it is needed.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tinyml_course.errors import InputError


def cache_dir(*parts: str) -> Path:
    """Return the cache folder, or a folder inside it, made if it is not there yet.

    Raises
    ------
    InputError
        If the folder cannot be made (no permission, disk full).
    """
    folder = _cache_root().joinpath(*parts)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"the cache folder {folder} cannot be made ({error.strerror}). "
            "Name a folder you may write to in the environment variable TINYML_CACHE."
        ) from error
    return folder


@contextmanager
def writing(target: Path) -> Iterator[Path]:
    """Give a path beside `target` to write to, and move it into place when the block ends well.

    A stop half-way (an error, Ctrl-C, a full disk) leaves what stood at `target` before.

    Raises
    ------
    InputError
        If the disk is full or the place cannot be written to.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(
            prefix=f".{target.stem}.", suffix=target.suffix, dir=target.parent
        )
        os.close(handle)
        draft = Path(name)
        try:
            yield draft
            draft.chmod(0o644)
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(
            f"{target} cannot be written ({error.strerror}); what stood there is unchanged. "
            "Free some space or choose another place."
        ) from error


def check_writable(folder: Path) -> None:
    """Make a folder and write to it for a trial, before hours are spent on what goes there.

    Raises
    ------
    InputError
        If that cannot be done.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise InputError(
            f"nothing can be written to {folder} ({error.strerror}). Choose another place."
        ) from error


def _cache_root() -> Path:
    if named := os.environ.get("TINYML_CACHE"):
        return Path(named).expanduser()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "tinyml-course" / "cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "tinyml-course"
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "tinyml-course"
