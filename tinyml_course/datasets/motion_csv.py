"""Motion as text in columns, in the dialects that Arduino's gesture tutorial and phones have.

The header names the columns (see `motion_columns`); each line is a sample. Cells are parted by
commas, semicolons (then numbers may have decimal commas) or tabs. Recordings are parted by blank
lines, by a header that comes again, by a change of label or of the recording's number, by times
that pause or begin anew; or by nothing at all: then every 119 lines are one, as the tutorial's
sketch counts, unless there are times. Where every line is followed by a blank one, these part
nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tinyml_course.datasets.motion_columns import Columns, read_header
from tinyml_course.errors import InputError

TUTORIAL_ROWS = 119
TUTORIAL_RATE_HZ = 119.0  # of the LSM9DS1 as its Arduino library sets it: a recording is a second
LARGEST_BYTES = 64 * 2**20
LARGEST = 1e6  # in any unit: a sensor's counts have 16 bits, or 20
PAUSE_S, PAUSE_STEPS = 0.5, 10  # between two samples: what follows is another recording
SLOWEST_S, FASTEST_S = 0.1, 0.0005  # from sample to sample, in the unit that times are in
UNITS_OF_TIME_S = (1.0, 1e-3, 1e-6, 1e-9)
FEWEST_ROWS = 3  # of recordings that times part: fewer, and the times are none


@dataclass(frozen=True, eq=False)
class Motion:
    """A recording of motion.

    Attributes
    ----------
    samples : ndarray, shape=(rows, axes), dtype=float64
        Acceleration x, y, z, in whatever unit; and the rate of turn, degrees/s, if there are six.
    rate_hz : float or None
        None where the file does not tell.
    where : str
        The file, and the line in it, for a message.
    label, person : str or None
        Where columns of the file name them.
    units_told : tuple of bool
        Whether the acceleration, and the rate of turn, are in g and degrees/s for certain.
    note : str
        What was understood of a header that is not the course's own.

    Raises
    ------
    InputError
        If a value is none that a sensor gives.
    """

    samples: NDArray[np.float64]
    rate_hz: float | None
    where: str
    label: str | None = None
    person: str | None = None
    units_told: tuple[bool, bool] = (False, False)
    note: str = ""

    def __post_init__(self) -> None:
        largest = float(np.abs(self.samples).max(initial=0))
        if not largest <= LARGEST:
            raise InputError(
                f"{self.where} holds {largest:.3g}, which no sensor measures. Mend or delete that "
                "line."
            )


@dataclass(frozen=True, eq=False)
class _Rows:
    """The lines of a file: numbers (rows, axes), times in their unit, names, where parts start."""

    numbers: NDArray[np.float64]
    times: NDArray[np.float64]
    labels: list[str]
    people: list[str]
    starts: list[int]


def read_csv(path: Path) -> list[Motion]:
    """Read the recordings of a file.

    Raises
    ------
    InputError
        If the file cannot be read, has no header with aX, aY and aZ, or a line is not numbers.
    """
    lines = [line.strip() for line in _text(path).splitlines()]
    lines = ["" if set(line) <= set(",;") else line for line in lines]  # blank, of a spreadsheet
    first = next((i for i, line in enumerate(lines) if line and not _is_remark(line)), None)
    if first is None:
        raise InputError(f"{path} is empty. Record it again or delete it.")
    columns = read_header(path, lines[first])
    rows = _rows(path, lines, first, columns)
    if len(rows.numbers) == 0:
        raise InputError(f"{path} has a header but no samples. Record it again or delete it.")
    second = columns.second or _second(rows.times)
    starts = _starts(path, rows, second if columns.time is not None else None)
    parts = np.split(np.arange(len(rows.numbers)), starts)
    return [_recording(path, rows, part, columns, second) for part in parts if len(part)]


def _text(path: Path) -> str:
    if path.stat().st_size > LARGEST_BYTES:
        raise InputError(f"{path} is larger than {LARGEST_BYTES >> 20} MB. Cut it into parts.")
    content = path.read_bytes()
    utf16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        return content.decode("utf-16" if utf16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        if utf16 or b"\0" in content:
            raise InputError(
                f"{path} is no text file. Export it as comma-separated values."
            ) from error
    return content.decode("cp1252", errors="replace")  # "m/s²" of an old spreadsheet


def _is_remark(line: str) -> bool:
    return line.startswith("#") or line.lower().startswith("sep=")


def _rows(path: Path, lines: list[str], first: int, columns: Columns) -> _Rows:
    """Read all lines below the header."""
    numbers: list[list[float]] = []
    times: list[float] = []
    names: dict[str, list[str]] = {"label": [], "take": [], "person": []}
    starts: list[int] = []
    for at, line in enumerate(lines[first + 1 :], first + 2):
        if not line or line == lines[first]:
            starts.append(len(numbers))
            continue
        if _is_remark(line):
            continue
        cells = [cell.strip().strip("\"'") for cell in line.split(columns.parted_by)]
        while len(cells) > columns.count and not cells[-1]:
            cells.pop()
        if len(cells) != columns.count:
            raise InputError(
                f"{path}, line {at}, has {len(cells)} values where the header names "
                f"{columns.count} columns. Mend or delete the line."
            )
        try:
            numbers.append([_number(cells[place], columns) for place in columns.axes])
            times.append(0.0 if columns.time is None else _moment(cells[columns.time], columns))
        except ValueError:
            raise InputError(
                f"{path}, line {at}, is not all numbers: {line[:60]!r}. Mend or delete the line."
            ) from None
        if not np.isfinite([*numbers[-1], times[-1]]).all():
            raise InputError(f"{path}, line {at}, holds NaN or an infinite value. Delete the line.")
        for name, found in names.items():
            place = getattr(columns, name)
            found.append("" if place is None else cells[place])
    changes = [
        i
        for i in range(1, len(numbers))
        if any(found[i] != found[i - 1] for found in names.values())
    ]
    starts = sorted({start for start in starts if 0 < start < len(numbers)})
    if len(numbers) > 2 and len(starts) >= len(numbers) - 1:
        starts = []  # a blank line after every row
    if 2 * len(changes) > len(numbers):
        changes = []  # a number of each line
    return _Rows(
        np.array(numbers, dtype=np.float64).reshape(-1, len(columns.axes)),
        np.array(times),
        names["label"],
        names["person"],
        sorted({*starts, *changes}),
    )


def _number(cell: str, columns: Columns) -> float:
    return float(cell if columns.parted_by == "," else cell.replace(",", "."))


def _moment(cell: str, columns: Columns) -> float:
    """Return a time: a number, or the seconds of a date or a clock."""
    try:
        return _number(cell, columns)
    except ValueError:
        if ":" not in cell:
            raise
    if "-" in cell:
        return datetime.fromisoformat(cell).timestamp()
    clock = time.fromisoformat(cell)
    return 3600 * clock.hour + 60 * clock.minute + clock.second + 1e-6 * clock.microsecond


def _second(times: NDArray[np.float64]) -> float:
    """Return the seconds of the unit of times that do not tell: one only suits a hand's motion."""
    steps = np.diff(times)
    step = float(np.median(steps[steps > 0])) if (steps > 0).any() else 0.0
    suiting = (u for u in UNITS_OF_TIME_S if FASTEST_S <= step * u <= SLOWEST_S)
    return next(suiting, 1.0)


def _starts(path: Path, rows: _Rows, second: float | None) -> list[int]:
    """Return the rows at which recordings begin but the first."""
    if second is None:
        if not rows.starts and len(rows.numbers) % TUTORIAL_ROWS == 0:
            return list(range(TUTORIAL_ROWS, len(rows.numbers), TUTORIAL_ROWS))
        return rows.starts
    steps = np.diff(rows.times) * second
    pause = max(PAUSE_S, PAUSE_STEPS * float(np.median(steps))) if len(steps) else PAUSE_S
    anew = [int(at) + 1 for at in np.flatnonzero((steps < 0) | (steps > pause))]
    edges = [0, *anew, len(rows.numbers)]
    if anew and min(np.diff(edges)) < FEWEST_ROWS:
        raise InputError(f"{path}: its times do not rise. Part the recordings by blank lines.")
    return sorted({*rows.starts, *anew})


def _recording(
    path: Path, rows: _Rows, part: NDArray[np.intp], columns: Columns, second: float
) -> Motion:
    rate_hz = None
    if columns.time is not None and len(part) > 1:
        lasted_s = (rows.times[part[-1]] - rows.times[part[0]]) * second
        if lasted_s <= 0:
            raise InputError(f"{path}: its times do not rise. Part the recordings by blank lines.")
        rate_hz = float((len(part) - 1) / lasted_s)
    scale = np.array([unit or 1.0 for unit in columns.units])
    return Motion(
        rows.numbers[part] * scale,
        rate_hz,
        str(path),
        label=rows.labels[part[0]] or None,
        person=rows.people[part[0]] or None,
        units_told=(columns.units[0] is not None, columns.units[-1] is not None),
        note=columns.note,
    )
