"""Motion as comma-separated text, in the dialects that Arduino's gesture tutorial has led to.

The header names the columns (`aX,aY,aZ`, and perhaps `gX,gY,gZ` and a time); each line is a sample.
Recordings are parted by blank lines, by a header that comes again, or by nothing at all: then every
119 lines are one, as the tutorial's sketch counts, unless there are times. Where every line is
followed by a blank one, these part nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tinyml_course.errors import InputError

TUTORIAL_ROWS = 119
TUTORIAL_RATE_HZ = 119.0  # of the LSM9DS1 as its Arduino library sets it: a recording is a second
ACCELERATION, TURN = ("ax", "ay", "az"), ("gx", "gy", "gz")
TIMES = {"time": 1.0, "t": 1.0, "seconds": 1.0, "timestamp": 1e-3, "ms": 1e-3, "millis": 1e-3}
"""Names of a column of times, and the seconds of its unit."""
LARGEST_BYTES = 64 * 2**20


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
    """

    samples: NDArray[np.float64]
    rate_hz: float | None
    where: str


@dataclass(frozen=True)
class _Columns:
    """Where in a line what is: places of the axes, and of the time with its unit."""

    count: int
    axes: tuple[int, ...]
    time: int | None
    second: float


def read_csv(path: Path) -> list[Motion]:
    """Read the recordings of a file.

    Raises
    ------
    InputError
        If the file cannot be read, has no header with aX, aY and aZ, or a line is not numbers.
    """
    lines = _with_commas([line.strip() for line in _text(path).splitlines()])
    first = next((i for i, line in enumerate(lines) if line), None)
    if first is None:
        raise InputError(f"{path} is empty. Record it again or delete it.")
    columns = _columns(path, lines[first])
    rows, starts = _rows(path, lines, first, columns)
    if len(rows) == 0:
        raise InputError(f"{path} has a header but no samples. Record it again or delete it.")
    return [_recording(path, part, columns) for part in np.split(rows, starts) if len(part)]


def axis_name(name: str) -> str:
    """Return the short name of a column: "ax" of "aX", "accX" or "acc_x", "gz" of "gyroZ"."""
    found = re.fullmatch(r"(a|acc|accel|accelerometer|g|gyr|gyro|gyroscope)[ _.]?([xyz])", name)
    return found[1][0] + found[2] if found else name


def _text(path: Path) -> str:
    if path.stat().st_size > LARGEST_BYTES:
        raise InputError(f"{path} is larger than {LARGEST_BYTES >> 20} MB. Cut it into parts.")
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is no text file. Export it as comma-separated values.") from error


def _with_commas(lines: list[str]) -> list[str]:
    """Undo what a spreadsheet in some languages writes: semicolons, and commas in the numbers."""
    if not any(";" in line for line in lines[:2]):
        return lines
    return [line.replace(",", ".").replace(";", ",") for line in lines]


def _columns(path: Path, header: str) -> _Columns:
    names = [name.strip().strip('"').lower() for name in header.split(",")]
    short = [axis_name(name) for name in names]
    missing = [name for name in ACCELERATION if name not in short]
    turning = [name for name in TURN if name in short]
    if missing or (turning and len(turning) < len(TURN)):
        wanted = missing or [name for name in TURN if name not in turning]
        raise InputError(
            f"{path} has no column {', '.join(w[0] + w[1].upper() for w in wanted)}; its first "
            f"line is {header[:60]!r}. It must name aX,aY,aZ, and gX,gY,gZ where the gyroscope was "
            "recorded."
        )
    time = next((i for i, name in enumerate(names) if name in TIMES), None)
    axes = tuple(short.index(name) for name in (*ACCELERATION, *turning))
    return _Columns(len(names), axes, time, TIMES[names[time]] if time is not None else 1.0)


def _rows(
    path: Path, lines: list[str], first: int, columns: _Columns
) -> tuple[NDArray[np.float64], list[int]]:
    """Return all lines as numbers, (rows, columns), and the rows at which recordings begin."""
    numbers: list[list[float]] = []
    starts: list[int] = []
    for at, line in enumerate(lines[first + 1 :], first + 2):
        if not line or line == lines[first]:
            starts.append(len(numbers))
            continue
        cells = line.rstrip(",").split(",")
        if len(cells) != columns.count:
            raise InputError(
                f"{path}, line {at}, has {len(cells)} values where the header names "
                f"{columns.count} columns. Mend or delete the line."
            )
        try:
            numbers.append([float(cell) for cell in cells])
        except ValueError:
            raise InputError(
                f"{path}, line {at}, is not all numbers: {line[:60]!r}. Mend or delete the line."
            ) from None
        if not np.isfinite(numbers[-1]).all():
            raise InputError(f"{path}, line {at}, holds NaN or an infinite value. Delete the line.")
    inside = sorted({start for start in starts if 0 < start < len(numbers)})
    if len(numbers) > 2 and len(inside) >= len(numbers) - 1:
        inside = []  # a blank line after every row
    if not inside and columns.time is None and len(numbers) % TUTORIAL_ROWS == 0:
        inside = list(range(TUTORIAL_ROWS, len(numbers), TUTORIAL_ROWS))
    return np.array(numbers, dtype=np.float64).reshape(-1, columns.count), inside


def _recording(path: Path, rows: NDArray[np.float64], columns: _Columns) -> Motion:
    rate_hz = None
    if columns.time is not None and len(rows) > 1:
        steps = np.diff(rows[:, columns.time]) * columns.second
        if not (steps > 0).all():
            raise InputError(f"{path}: its times do not rise. Part the recordings by blank lines.")
        rate_hz = float(1 / np.median(steps))
    return Motion(rows[:, columns.axes], rate_hz, str(path))
