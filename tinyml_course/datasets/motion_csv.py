"""Motion as text in columns, in the dialects that sketches, phones and public data sets have.

A header names the columns (see `motion_columns`); without one, the columns must tell (see
`motion_unnamed`). Each line is a sample. Recordings are parted by blank lines or lines of dashes,
by a header that comes again, by a change of label, person or recording's number, by a count of
lines or times that begin anew, by times that pause; or by nothing at all: then every 119 lines are
one, as the tutorial's sketch counts, unless there are times. Where every line is followed by a
blank one, these part nothing.

Where a phone writes the gyroscope into a file of its own, the rate of turn is taken at the
acceleration's moments.

References
----------
TensorFlow Lite Micro, examples/magic_wand: lines `-,-,-` between recordings (train/README.md), a
sample each 40 ms (`kTargetHz` of its accelerometer handler).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time
from math import isfinite
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tinyml_course.datasets.motion_columns import ACCELERATION, TURN, Columns, read_header
from tinyml_course.datasets.motion_text import (
    begins_recording,
    cells_of,
    is_blank,
    is_number,
    is_remark,
    number,
    read_lines,
    sign_between,
)
from tinyml_course.datasets.motion_unnamed import MOST_ROWS, find_columns
from tinyml_course.errors import InputError

TUTORIAL_ROWS = 119
TUTORIAL_RATE_HZ = 119.0  # of the LSM9DS1 as its Arduino library sets it: a recording is a second
WAND_RATE_HZ = 25.0
WAND_NOTE = "lines of dashes part recordings, at 25 Hz as TensorFlow's magic wand"
LARGEST = 1e6  # in any unit: a sensor's counts have 16 bits, or 20
PAUSE_S, PAUSE_STEPS = 0.5, 10  # between two samples: what follows is another recording
SLOWEST_S, FASTEST_S = 0.25, 0.0005  # from sample to sample, in the unit that times are in
UNITS_OF_TIME_S = (1.0, 1e-3, 1e-6, 1e-9)
FEWEST_ROWS = 3  # of recordings that times part: fewer, and the times are none
SPARED = 1e-3  # of the lines of a large file may be damaged, and are passed over
SPLINTERS = 0.05  # of the lines may be in recordings too short to be any, and are passed over
STRAYING = 1.5  # times off the file's rate, and a recording's own times are not believed
FEWEST_NUMBERS = 3  # of a line of samples
PREAMBLE = 30  # lines that a program may write above its header


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
        What was understood of a file that is not the course's own, or passed over in it.

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
class _Table:
    """The lines of a file: numbers (rows, axes), times in seconds, names, where parts start."""

    path: Path
    columns: Columns
    numbers: NDArray[np.float64]
    times_s: NDArray[np.float64] | None
    labels: list[str]
    people: list[str]
    starts: list[int]
    notes: tuple[str, ...]


def read_csv(path: Path, turning: Path | None = None) -> list[Motion]:
    """Read the recordings of a file, and the rate of turn from another if that has it.

    Raises
    ------
    InputError
        If a file cannot be read, its columns cannot be told, or a line is not numbers.
    """
    table = _read(path, ACCELERATION)
    if turning is not None and len(table.columns.axes) == len(ACCELERATION):
        table = _joined(table, _read(turning, TURN))
    starts = _starts(table)
    parts = np.split(np.arange(len(table.numbers)), starts)
    kept = [part for part in parts if len(part) >= FEWEST_ROWS]
    lost = len(table.numbers) - sum(map(len, kept))
    if lost > SPLINTERS * len(table.numbers):
        if table.times_s is not None and starts:
            raise _falling(path)
        kept = [part for part in parts if len(part)]
    usual = _usual_rate(table, kept)
    return [_recording(table, part, usual) for part in kept]


def _read(path: Path, wanted: tuple[str, ...]) -> _Table:
    """Read a file that holds three axes at least."""
    lines = read_lines(path)
    at = [i for i, line in enumerate(lines) if not (is_blank(line) or is_remark(line))]
    if not at:
        raise InputError(f"{path} is empty. Record it again or delete it.")
    first = next((i for i in at if _is_sample(lines[i])), len(lines))
    above = [lines[i] for i in at if i < first][:PREAMBLE]
    if above:
        columns = _header(path, above, wanted)
    else:
        some = (lines[i] for i in at[:MOST_ROWS])
        parted_by = sign_between(lines[first])
        columns = find_columns(path, [cells_of(line, parted_by) for line in some], parted_by)
    table = _rows(path, lines, first, columns, headers=frozenset(above))
    if len(table.numbers) == 0:
        raise InputError(f"{path} has a header but no samples. Record it again or delete it.")
    return table


def _is_sample(line: str) -> bool:
    cells = cells_of(line, sign_between(line))
    return sum(map(is_number, cells)) >= min(FEWEST_NUMBERS, max(len(cells), 1))


def _header(path: Path, above: list[str], wanted: tuple[str, ...]) -> Columns:
    """Read the header among the lines above the samples; others are a program's own remarks."""
    failed = {}
    for line in above:
        try:
            return read_header(path, line, wanted)
        except InputError as error:
            failed[line] = error
    raise failed[max(above, key=lambda line: len(cells_of(line, sign_between(line))))]


def _rows(
    path: Path, lines: list[str], first: int, columns: Columns, *, headers: frozenset[str]
) -> _Table:
    """Read all lines from the first sample on."""
    numbers: list[list[float]] = []
    times: list[float] = []
    counts: list[float] = []
    names: dict[str, list[str]] = {"label": [], "take": [], "person": []}
    starts: list[int] = []
    damaged: list[InputError] = []
    wand = False
    for at, line in enumerate(lines[first:], first + 1):
        if is_blank(line) or line in headers:
            starts.append(len(numbers))
            wand = wand or begins_recording(line)
            continue
        if is_remark(line):
            continue
        cells = cells_of(line, columns.parted_by)
        try:
            row, moment, count = _sample(path, at, cells, columns)
        except InputError as error:
            damaged.append(error)
            continue
        numbers.append(row)
        times.append(moment)
        counts.append(count)
        for name, found in names.items():
            place = getattr(columns, name)
            found.append(cells[place] if place is not None and place < len(cells) else "")
    if len(damaged) > SPARED * len(numbers):
        raise damaged[0]
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
    anew = np.flatnonzero(np.diff(counts) < 0) + 1
    notes = [columns.note] if columns.note else []
    if damaged:
        notes.append(f"passed over {len(damaged)} damaged lines of {path}")
    if wand:
        notes.append(WAND_NOTE)
        columns = replace(columns, rate_hz=columns.rate_hz or WAND_RATE_HZ)
    stamps = np.array(times)
    return _Table(
        path=path,
        columns=columns,
        numbers=np.array(numbers, dtype=np.float64).reshape(-1, len(columns.axes)),
        times_s=None if columns.time is None else stamps * (columns.second or _second(stamps)),
        labels=names["label"],
        people=names["person"],
        starts=sorted({*starts, *changes, *anew.tolist()}),
        notes=tuple(notes),
    )


def _sample(
    path: Path, at: int, cells: list[str], columns: Columns
) -> tuple[list[float], float, float]:
    """Return a line's axes, its time in the file's unit, and its count."""
    if not max(columns.axes) < len(cells) <= columns.count:
        raise InputError(
            f"{path}, line {at}, has {len(cells)} values where the header names "
            f"{columns.count} columns. Mend or delete the line."
        )
    try:
        row = [number(cells[place]) for place in columns.axes]
        moment = 0.0 if columns.time is None else _moment(cells[columns.time])
        count = 0.0 if columns.counter is None else number(cells[columns.counter])
    except (ValueError, IndexError):
        line = columns.parted_by.join(cells)
        raise InputError(
            f"{path}, line {at}, is not all numbers: {line[:60]!r}. Mend or delete the line."
        ) from None
    if not (isfinite(moment) and all(map(isfinite, row))):
        raise InputError(f"{path}, line {at}, holds NaN or an infinite value. Delete the line.")
    return row, moment, count


def _moment(cell: str) -> float:
    """Return a time: a number, or the seconds of a date or a clock."""
    try:
        return number(cell)
    except ValueError:
        if ":" not in cell:
            raise
    cell = cell.replace("/", "-")
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


def _joined(force: _Table, turn: _Table) -> _Table:
    """Put the rate of turn beside the acceleration, at the moments of that."""
    if force.times_s is None or turn.times_s is None:
        if len(force.numbers) != len(turn.numbers):
            raise InputError(
                f"{force.path} has {len(force.numbers):,} lines and {turn.path} "
                f"{len(turn.numbers):,}, without times in both. Export them with times, or take "
                "the gyroscope's file away."
            )
        turned = turn.numbers
    else:
        inside = (force.times_s >= turn.times_s.min()) & (force.times_s <= turn.times_s.max())
        if inside.mean() < 1 / 2:
            raise InputError(
                f"{turn.path} was not recorded when {force.path} was, by its times. Put the two "
                "files of one recording together."
            )
        order = np.argsort(turn.times_s)
        turned = np.stack(
            [np.interp(force.times_s, turn.times_s[order], axis[order]) for axis in turn.numbers.T],
            axis=1,
        )
    both = replace(
        force.columns,
        axes=(*force.columns.axes, *turn.columns.axes),
        units=(*force.columns.units, *turn.columns.units),
    )
    return replace(
        force,
        columns=both,
        numbers=np.hstack([force.numbers, turned]),
        notes=(*force.notes, *turn.notes),
    )


def _starts(table: _Table) -> list[int]:
    """Return the rows at which recordings begin but the first."""
    if table.times_s is None:
        if not table.starts and len(table.numbers) % TUTORIAL_ROWS == 0:
            return list(range(TUTORIAL_ROWS, len(table.numbers), TUTORIAL_ROWS))
        return table.starts
    steps = np.diff(table.times_s)
    pause = max(PAUSE_S, PAUSE_STEPS * float(np.median(steps))) if len(steps) else PAUSE_S
    anew = np.flatnonzero((steps < 0) | (steps > pause)) + 1
    return sorted({*table.starts, *anew.tolist()})


def _rate(times_s: NDArray[np.float64]) -> float | None:
    """Return the samples a second of a recording, if its times rise."""
    lasted_s = float(times_s[-1] - times_s[0])
    return (len(times_s) - 1) / lasted_s if lasted_s > 0 else None


def _usual_rate(table: _Table, parts: list[NDArray[np.intp]]) -> float | None:
    """Return the rate of most of a file's recordings."""
    times_s = table.times_s
    if times_s is None:
        return None
    rates = [rate for part in parts if len(part) > 1 and (rate := _rate(times_s[part]))]
    if not rates:
        raise _falling(table.path)
    return float(np.median(rates))


def _falling(path: Path) -> InputError:
    return InputError(f"{path}: its times do not rise. Part the recordings by blank lines.")


def _recording(table: _Table, part: NDArray[np.intp], usual: float | None) -> Motion:
    rate_hz = table.columns.rate_hz
    if table.times_s is not None and usual is not None:
        own = _rate(table.times_s[part]) if len(part) > 1 else None
        believed = own is not None and usual / STRAYING <= own <= usual * STRAYING
        rate_hz = own if believed else usual
    scale = np.array([unit or 1.0 for unit in table.columns.units])
    return Motion(
        table.numbers[part] * scale,
        rate_hz,
        str(table.path),
        label=table.labels[part[0]] or None,
        person=table.people[part[0]] or None,
        units_told=(table.columns.units[0] is not None, table.columns.units[-1] is not None),
        note="; ".join(table.notes),
    )
