"""Files of motion whose columns no line names: what each column is follows from what is in it.

The last three or six columns are the axes; before them may stand times, which rise, whole numbers
that stay for many lines, which are people, and at either end a word, the label. Whatever does not
fit is refused: to mistake a column would go unnoticed.

References
----------
Files as they occur: uWave's gestures and TensorFlow's magic wand (x, y, z), WISDM's raw data
(user, activity, timestamp, x, y, z), and UCI's MHEALTH, README.txt: 50 Hz; columns 15 to 17 are the
acceleration of the right lower arm in m/s2, 18 to 20 its rate of turn in deg/s, 24 is the activity.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tinyml_course.datasets.motion_columns import STANDARD_GRAVITY, Columns
from tinyml_course.datasets.motion_text import is_number, number
from tinyml_course.errors import InputError

FEWEST_ROWS = 5  # that show what a column holds
MOST_ROWS = 2_000  # looked at
RISING = 0.9  # of the steps of times: recordings that follow each other may begin anew
ROWS_A_PERSON = 10  # at least, on average
DESCRIBED = {
    re.compile(r"mhealth_subject\d+"): Columns(
        parted_by="",
        count=24,
        axes=(14, 15, 16, 17, 18, 19),
        units=(1 / STANDARD_GRAVITY,) * 3 + (1.0,) * 3,
        label=23,
        rate_hz=50.0,
        note="columns 15 to 20 of MHEALTH as the right lower arm's motion",
    )
}
"""By the names of their files: data sets whose own descriptions must tell the columns."""


def find_columns(path: Path, rows: Sequence[list[str]], parted_by: str) -> Columns:
    """Return what the columns of a file without a header are.

    Parameters
    ----------
    path : Path
        For a message.
    rows : sequence of list of str
        Its first lines, in cells.
    parted_by : str
        What parts the cells.

    Raises
    ------
    InputError
        If that cannot be told.
    """
    count = len(rows[0])
    for name, columns in DESCRIBED.items():
        if name.fullmatch(path.stem.lower()) and count == columns.count:
            return replace(columns, parted_by=parted_by)
    some = [row for row in rows if len(row) == count][:MOST_ROWS]
    words = [at for at in range(count) if not is_number(rows[0][at])]
    numeric = [at for at in range(count) if at not in words]
    values = {at: _values(some, at) for at in numeric}
    rising = [at for at in numeric if _rises(values[at])]
    for axes in (numeric[-6:], numeric[-3:]):
        before = numeric[: -len(axes)]
        people = [at for at in before if words and _names_people(values[at])]
        times = [at for at in before if at in rising and at not in people]
        if (
            len(axes) in (3, 6)
            and len(some) >= FEWEST_ROWS
            and len(words) <= 1
            and len(people) <= 1
            and len(times) + len(people) == len(before)
            and not set(rising) & set(axes)
        ):
            return Columns(
                parted_by=parted_by,
                count=count,
                axes=tuple(axes),
                units=(None,) * len(axes),
                time=times[0] if times else None,
                label=words[0] if words else None,
                person=people[0] if people else None,
                note=_note(axes, times[:1], words, people),
            )
    raise InputError(
        f"{path} has no line that names its {count} columns, and what is in them does not tell "
        "which are the axes. Write a line above the numbers: aX,aY,aZ and perhaps gX,gY,gZ for "
        "the axes, time, label or person, and any other name for a column to be passed over."
    )


def _values(rows: list[list[str]], at: int) -> NDArray[np.float64]:
    """Return a column; a cell that is no number is NaN."""
    cells = (row[at] for row in rows)
    return np.array([number(cell) if is_number(cell) else np.nan for cell in cells])


def _rises(values: NDArray[np.float64]) -> bool:
    steps = np.diff(values)
    return len(steps) > 0 and bool((steps >= 0).mean() >= RISING and (steps > 0).mean() > 0.5)


def _names_people(values: NDArray[np.float64]) -> bool:
    """Tell whether a column holds a few whole numbers, each for many lines."""
    return bool(
        (values == np.round(values)).all()
        and (np.diff(values) != 0).sum() <= len(values) / ROWS_A_PERSON
    )


def _note(axes: list[int], times: list[int], words: list[int], people: list[int]) -> str:
    kinds = {"acceleration": axes[:3], "rate of turn": axes[3:]}
    kinds |= {"time": times, "label": words, "person": people}
    told = (
        f"{', '.join(str(at + 1) for at in places)} as {kind}"
        for kind, places in kinds.items()
        if places
    )
    return f"no line names the columns: {', '.join(told)}"
