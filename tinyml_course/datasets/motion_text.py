"""A text file of numbers as lines and cells, whatever program and country it comes from.

Texts are UTF-8, UTF-16 or an old spreadsheet's code page, with any ends of lines. Cells are parted
by tabs, semicolons, commas or spaces; a decimal comma is a point. WISDM ends its lines with a
semicolon, and now and then forgets to begin a new one.
"""

from __future__ import annotations

import csv
from pathlib import Path

from tinyml_course.errors import InputError

LARGEST_BYTES = 64 * 2**20
PARTS = ("\t", ";", ",")
SPACE = " "
_NOTHING = ",;-\t "
_AROUND = " \t\"'"


def read_lines(path: Path) -> list[str]:
    """Read a file's lines, bare of spaces around them.

    One that holds no more than signs is empty: a spreadsheet's blank row, or the `-,-,-` that
    TensorFlow's magic wand begins a recording with (see `begins_recording`).

    Raises
    ------
    InputError
        If the file is too large, or no text.
    """
    lines = [line.strip() for line in _text(path).splitlines()]
    first = next((line for line in lines if line and not is_remark(line)), "")
    if _ends_in_semicolon(first):
        lines = [part for line in lines for part in _records(line)]
    return lines


def is_blank(line: str) -> bool:
    """Tell whether a line holds nothing but signs."""
    return not line.strip(_NOTHING)


def begins_recording(line: str) -> bool:
    """Tell whether a line is the `-,-,-` of TensorFlow's magic wand."""
    return "-" in line and is_blank(line)


def is_remark(line: str) -> bool:
    """Tell whether a line is a remark, or names the sign that parts cells, as Excel wants it."""
    return line.startswith(("#", "%", "//")) or line.lower().startswith("sep=")


def sign_between(line: str) -> str:
    """Return what parts a line's cells: a tab, a semicolon, a comma, or spaces.

    Examples
    --------
    >>> [sign_between(line) for line in ("0,1;0,2;9,8", "1,2,3", "1.0   2.0  3.0")]
    [';', ',', ' ']
    """
    return next((part for part in PARTS if line.count(part) >= 2), SPACE)


def cells_of(line: str, parted_by: str) -> list[str]:
    """Return a line's cells without quotes and spaces, and without empty ones at its end."""
    if parted_by == SPACE:
        cells = line.split()
    elif '"' in line:
        cells = next(csv.reader([line], delimiter=parted_by, skipinitialspace=True))
    else:
        cells = line.split(parted_by)
    cells = [cell.strip(_AROUND) for cell in cells]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def number(cell: str) -> float:
    """Return a number, with a decimal point or comma.

    Raises
    ------
    ValueError
        If it is none.
    """
    return float(cell.replace(",", ".") if "," in cell else cell)


def is_number(cell: str) -> bool:
    """Tell whether a cell is a number."""
    try:
        number(cell)
    except ValueError:
        return False
    return True


def _ends_in_semicolon(line: str) -> bool:
    """Tell whether semicolons end lines whose cells commas part."""
    return line.endswith(";") and line.count(",") >= 2 and sign_between(line[:-1]) == ","


def _records(line: str) -> list[str]:
    """Part a line into its records, each of which a semicolon ends; an empty line is one, too."""
    records = (record.rstrip(", ") for record in line.split(";"))
    return [record for record in records if record] or [""]


def _text(path: Path) -> str:
    if path.stat().st_size > LARGEST_BYTES:
        raise InputError(f"{path} is larger than {LARGEST_BYTES >> 20} MB. Cut it into parts.")
    content = path.read_bytes()
    utf16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        text = content.decode("utf-16" if utf16 else "utf-8-sig")
    except UnicodeDecodeError:
        text = "\0" if utf16 else content.decode("cp1252", errors="replace")  # "m/s²" of old
    if "\0" in text:
        raise InputError(f"{path} is no text file. Export it as comma-separated values.")
    return text
