"""Recordings become files where the loaders look for them, whole or not at all, none overwritten.

Keywords `DIR/<label>/<person>_nohash_<n>.wav`, gestures the same as `.csv`, parts
`DIR/<label>/<lot>__<n>.png`. Numbers go on where they ended. Every value is written so that reading
gives the same bits back.
"""

from __future__ import annotations

import io
import os
import re
import tempfile
import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tinyml_course.cache import writing
from tinyml_course.datasets.folders import TEST_FOLDERS, TRAIN_FOLDERS, VALIDATION_FOLDERS
from tinyml_course.errors import InputError

SESSIONS = "## Sessions over the serial line"
HEAD = "| when | label | files | who | board | sketch | rate told / measured | lost |"
SHEET = """# {title}: a datasheet

- **Who and where**: (who was recorded, in which room, how the board was held)
- **Consent**: (what the people recorded agreed to, until when it is kept; voices are personal data)
- **Licence**: (what others may do with it)
"""
PATTERNS = {
    "keywords": "{who}_nohash_{{number}}.wav",
    "gestures": "{who}_nohash_{{number}}.csv",
    "parts": "{who}__{{number}}.png",
}
"""Name of a recording's file by task; who is a person, of parts a lot."""
AS_IT_IS = "surrogateescape"  # bytes that are no UTF-8 are written as they were read
PLAIN = re.compile(r"\w[\w .+-]{0,39}")
DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)  # no file's name on Windows
SIDES = (*TRAIN_FOLDERS, *TEST_FOLDERS, *VALIDATION_FOLDERS)  # of a split: not labels


def check_name(name: str, what: str) -> str:
    """Return a name if it can be part of a file's, and means nothing to a loader.

    Raises
    ------
    InputError
        It cannot.
    """
    if not name:
        raise InputError(f"the {what} has no name. Write one: a split goes by it later.")
    if not PLAIN.fullmatch(name) or "_nohash_" in name or "__" in name or name[-1] in " .":
        raise InputError(
            f"{name!r} cannot name a {what}: use up to 40 letters, digits, '-' and single '_'."
        )
    if DEVICE.fullmatch(name) or (what == "label" and name.lower() in SIDES):
        raise InputError(
            f"{name!r} cannot name a {what}: a folder of that name means something else. Take "
            "another word."
        )
    return name


def sound_bytes(samples: NDArray[np.int16], rate_hz: int) -> bytes:
    """Return sound, shape=(n,), as a 16-bit mono WAV file."""
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(samples.astype("<i2").tobytes())
    return content.getvalue()


def motion_bytes(samples: NDArray[np.float64], rate_hz: float, units: Sequence[str] = ()) -> bytes:
    """Return motion, shape=(n, 3 or 6), as comma-separated values.

    The column of times is what tells a loader the rate; without it that of another sketch would be
    assumed. Units, one an axis where they are known, stand in the header: `aX (g)`. Without them a
    loader has to tell them by the numbers.
    """
    names: Sequence[str] = ("aX", "aY", "aZ", "gX", "gY", "gZ")[: samples.shape[1]]
    if units:
        names = [f"{name} ({unit})" for name, unit in zip(names, units, strict=True)]
    lines = [
        ",".join([f"{number / rate_hz:.6f}", *map(repr, row)])
        for number, row in enumerate(samples.tolist())
    ]
    return ("\n".join([",".join(("time", *names)), *lines]) + "\n").encode()


def picture_bytes(grey: NDArray[np.uint8]) -> bytes:
    """Return a picture, shape=(height, width), as a PNG file."""
    from PIL import Image

    content = io.BytesIO()
    Image.fromarray(grey).save(content, "PNG")
    return content.getvalue()


def write_new(folder: Path, pattern: str, content: bytes) -> Path:
    """Write a file under the next number that was never used; return where it is.

    Parameters
    ----------
    folder : Path
        Made if it is not there.
    pattern : str
        The file's name, with ``{number}`` in it.

    Raises
    ------
    InputError
        The disk refuses.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".", dir=folder)
        draft = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            draft.chmod(0o644)
            return _take_place(draft, folder, pattern)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(
            f"{folder} cannot be written to ({error.strerror}); what was recorded before is "
            "unchanged. Free some space, or choose another folder."
        ) from error


def _take_place(draft: Path, folder: Path, pattern: str) -> Path:
    """Give a finished file its name, unless that is taken."""
    before, after = map(re.escape, pattern.split("{number}"))
    used = (re.fullmatch(f"{before}(\\d+){after}", path.name) for path in folder.iterdir())
    number = max((int(one[1]) + 1 for one in used if one), default=0)
    while True:
        target = folder / pattern.format(number=number)
        try:
            _link(draft, target)
        except FileExistsError:  # somebody else was quicker
            number += 1
            continue
        return target


def _link(draft: Path, target: Path) -> None:
    """Let a file appear under a second name, which must be free."""
    try:
        os.link(draft, target)
    except OSError:  # taken, or a file system without links, such as a memory stick's
        target.open("xb").close()
        draft.replace(target)


def log_session(folder: Path, title: str, cells: Sequence[str]) -> Path:
    """Add what was recorded to the folder's README.md; whatever else is in it stays.

    Parameters
    ----------
    folder : Path
    title : str
        Heading of a new README.
    cells : sequence of str
        One for each column of `HEAD`.
    """
    target = folder / "README.md"
    text = _text(target) if target.exists() else SHEET.format(title=title)
    if HEAD not in text.splitlines():
        text = f"{text.rstrip()}\n\n{SESSIONS}\n\n{HEAD}\n{'|---' * (HEAD.count('|') - 1)}|\n"
    lines = text.splitlines()
    end = lines.index(HEAD)
    while end < len(lines) and lines[end].startswith("|"):
        end += 1
    plain = (cell.replace("|", "/").replace("\n", " ") for cell in cells)
    lines.insert(end, f"| {' | '.join(plain)} |")
    with writing(target) as draft:
        draft.write_text("\n".join(lines) + "\n", encoding="utf-8", errors=AS_IT_IS)
    return target


def _text(path: Path) -> str:
    """Read a text that somebody else may have written, in whatever encoding."""
    return path.read_text(encoding="utf-8", errors=AS_IT_IS)
