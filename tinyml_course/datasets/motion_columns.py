"""What a line of column names says about a file of motion: axes, units, times, labels, people.

A name is compared without case, accents, spaces and signs, its unit is taken from brackets behind
it or from its ending. Where nothing tells a unit, the numbers must: see `motion_recordings`.

References
----------
Names as they occur: Arduino's gesture tutorial (`aX`), Edge Impulse's CSV (`timestamp,accX`),
phyphox (`"Acceleration x (m/s^2)"`, parted by semicolons or commas), Physics Toolbox (`time,gFx`,
in g; `wx`, in rad/s), Sensor Logger (`time,seconds_elapsed,z,y,x`), MotionSense
(`rotationRate.x`, in rad/s), SensorLog (`accelerometerAccelerationX(G)`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tinyml_course.datasets.motion_text import cells_of, sign_between
from tinyml_course.errors import InputError

STANDARD_GRAVITY = 9.80665  # m/s^2
ACCELERATION, TURN = ("ax", "ay", "az"), ("gx", "gy", "gz")
ACCELERATION_UNITS = {"g": 1.0, "mg": 1e-3} | dict.fromkeys(
    ("m/s2", "mps2", "ms2", "ms-2", "m/s/s"), 1 / STANDARD_GRAVITY
)
TURN_UNITS = (
    dict.fromkeys(("dps", "deg/s", "d/s", "degree/s", "degrees/s", "°/s", "degs", "degps"), 1.0)
    | dict.fromkeys(("rad/s", "rads", "radps", "radian/s", "radians/s"), 180 / np.pi)
    | {"mdps": 1e-3}
)
SECONDS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}
"""The units understood, each with what it is in g, in degrees/s and in seconds."""

TIMES = {
    "time": None, "t": None, "timestamp": None, "elapsed": None, "secondselapsed": "s",
    "seconds": "s", "sec": "s", "millis": "ms", "milliseconds": "ms", "ms": "ms", "micros": "us",
    "timestamps": None, "datetime": None,
    "zeit": None, "temps": None, "tiempo": None, "tempo": None,
}  # fmt: skip
"""Names of a column of times, and the unit that the name tells."""
LABELS = ("label", "labelname", "class", "gesture", "activity")
TAKES = ("recording", "recordingid", "take", "trial", "trialid", "segment", "segmentid", "session")
PEOPLE = (
    "person", "subject", "subjectid", "participant", "user", "userid", "speaker", "wearer",
)  # fmt: skip
COUNTERS = ("", "index", "idx", "sample", "samples", "samplenumber", "row", "n", "frame", "counter")
_OF_FORCE = (
    r"(?:a|acc|accel|acceleration|accelerometer|accelerometeracceleration|gf|gforce"
    r"|beschleunigung|aceleracion|aceleracao|accelerazione|acelerometro|accelerometro)"
)
_OF_TURN = (
    r"(?:g|gyr|gyro|gyroscope|gyrorotation|rot|rotation|rotationrate|angularvelocity|w"
    r"|gyroskop|giroscopio)"
)
_BEFORE = "(?:imu|raw|total|user|linear)?"
_FORCE = re.compile(f"{_BEFORE}(?:{_OF_FORCE}([xyz])|([xyz]){_OF_FORCE})")
_TURN = re.compile(f"{_BEFORE}(?:{_OF_TURN}([xyz])|([xyz]){_OF_TURN})")
BARE = ("x", "y", "z")  # where no other column is what the file must hold
SENSOR_LOGGER = frozenset(("time", "secondselapsed"))  # columns that name the program
IN_SENSOR_LOGGER = {"a": "m/s2", "g": "rad/s"}  # its UNITS.md
_IMPLIED = {"gf": "g", "w": "rad/s", "rotationrate": "rad/s", "useracceleration": "g"}


@dataclass(frozen=True)
class Columns:
    """Where in a line what is.

    Attributes
    ----------
    parted_by : {",", ";", tab, space}
    count : int
        Cells of a line.
    axes : tuple of int
        The columns of acceleration x, y, z, and of the rate of turn if there are six; of a
        gyroscope's own file those of the rate of turn.
    units : tuple of float or None, as many
        What turns the numbers into g and degrees/s; None where no name tells.
    time, label, take, person : int or None
        Columns of times, labels, numbers of recordings and names of people.
    second : float or None
        Seconds of the unit of the times.
    counter : int or None
        A column that numbers the lines of each recording.
    rate_hz : float or None
        Of a data set whose description tells it, and whose files have no times.
    note : str
        What was understood, where the header is not the course's own.
    """

    parted_by: str
    count: int
    axes: tuple[int, ...]
    units: tuple[float | None, ...]
    time: int | None = None
    second: float | None = None
    label: int | None = None
    take: int | None = None
    person: int | None = None
    counter: int | None = None
    rate_hz: float | None = None
    note: str = ""


def read_header(path: Path, line: str, wanted: tuple[str, ...] = ACCELERATION) -> Columns:
    """Return what a file's header says.

    Parameters
    ----------
    path : Path
        For a message.
    line : str
    wanted : {ACCELERATION, TURN}
        What the file must hold; with the acceleration may go the rate of turn.

    Raises
    ------
    InputError
        If an axis is missing or there twice, or a unit is none that is known.
    """
    parted_by = sign_between(line)
    names = cells_of(line, parted_by)
    plain = [_without_unit(name) for name in names]
    short = [axis_name(name) for name, _ in plain]
    if not set(wanted) & set(short):
        short = [wanted[BARE.index(name)] if name in BARE else name for name in map(_bare, short)]
    missing = [name for name in wanted if name not in short]
    turning = [name for name in TURN if name in short and wanted == ACCELERATION]
    if missing or (turning and len(turning) < len(TURN)):
        lacking = missing or [name for name in TURN if name not in turning]
        raise InputError(
            f"{path} has no column {', '.join(w[0] + w[1].upper() for w in lacking)}; its first "
            f"line is {line[:60]!r}. It must name aX,aY,aZ, and gX,gY,gZ where the gyroscope was "
            "recorded."
        )
    axes = (*wanted, *turning)
    twice = next((axis for axis in axes if short.count(axis) > 1), None)
    if twice is not None:
        both = [name for name, axis in zip(names, short, strict=True) if axis == twice]
        raise InputError(
            f"{path} has two columns for {twice[0] + twice[1].upper()}: {both[0]!r} and "
            f"{both[1]!r}. Take one away."
        )
    places = tuple(short.index(axis) for axis in axes)
    squashed = [_squashed(name) for name, _ in plain]
    logged = set(squashed) >= SENSOR_LOGGER and "uncalibrated" not in path.stem.lower()
    implied = IN_SENSOR_LOGGER if logged else {}
    units = [
        _unit_of(path, names[at], plain[at][0], plain[at][1] or implied.get(axis[0], ""), axis)
        for at, axis in zip(places, axes, strict=True)
    ]
    time = _first(squashed, TIMES)
    told = None if time is None else plain[time][1] or TIMES[squashed[time]]
    return Columns(
        parted_by=parted_by,
        count=len(names),
        axes=places,
        units=tuple(scale for _, scale in units),
        time=time,
        second=SECONDS.get(told or ""),
        label=_first(squashed, LABELS),
        take=_first(squashed, TAKES),
        person=_first(squashed, PEOPLE),
        counter=_first(squashed, COUNTERS),
        note=_note(axes, [names[at] for at in places], [unit for unit, _ in units]),
    )


def axis_name(name: str) -> str:
    """Return the short name of a column, or the name as it is.

    Examples
    --------
    >>> [axis_name(n) for n in ("aX", "acc_x", "x Acceleration", "gyroZ", "rotationRate.z", "temp")]
    ['ax', 'ax', 'ax', 'gz', 'gz', 'temp']
    """
    squashed = _squashed(name)
    if found := _TURN.fullmatch(squashed):
        return "g" + (found[1] or found[2])
    if found := _FORCE.fullmatch(squashed):
        return "a" + (found[1] or found[2])
    return name


def _squashed(name: str) -> str:
    """Return a name without case, accents, spaces and signs."""
    letters = unicodedata.normalize("NFKD", name.lower())
    return "".join(c for c in letters if c.isalnum() and c.isascii())


def _bare(name: str) -> str:
    """Return "x" for "X", "x-axis" and "axis_x"; another name as it is."""
    found = re.fullmatch("(?:axis)?([xyz])(?:axis|value|val)?", _squashed(name))
    return found[1] if found else name


def _without_unit(name: str) -> tuple[str, str]:
    """Return the name and its unit.

    Examples
    --------
    >>> [_without_unit(n) for n in ("Acceleration x (m/s^2)", "gyro_x_rad_s", "time_ms", "aX")]
    [('acceleration x', 'm/s2'), ('gyro_x', 'rad/s'), ('time', 'ms'), ('aX', '')]
    """
    lower = name.lower()
    if found := re.fullmatch(r"(.+?)\s*[(\[](.*)[)\]]", lower):
        return found[1], found[2].replace("²", "2").replace("^", "").replace(" ", "")
    for sign in re.finditer("[ _]", lower):
        unit = lower[sign.end() :].replace("_", "/")
        if unit in ACCELERATION_UNITS or unit in TURN_UNITS or unit in SECONDS:
            return lower[: sign.start()], unit
    return name, ""


def _unit_of(path: Path, name: str, plain: str, unit: str, axis: str) -> tuple[str, float | None]:
    """Return the unit that a column's name tells, and its size; None where it tells none."""
    known = ACCELERATION_UNITS if axis in ACCELERATION else TURN_UNITS
    squashed = _squashed(plain)
    unit = unit or _IMPLIED.get(squashed[:-1], "")
    if not unit:
        return "", None
    if unit not in known:
        raise InputError(
            f"{path}: {name!r} is in {unit!r}, which is no unit known here. Use "
            + ("g, mg or m/s2." if axis in ACCELERATION else "deg/s or rad/s.")
        )
    return unit, known[unit]


def _first(names: Sequence[str], wanted: Sequence[str] | dict[str, str | None]) -> int | None:
    return next((at for at, name in enumerate(names) if name in wanted), None)


def _note(axes: tuple[str, ...], names: list[str], units: list[str]) -> str:
    """Tell what was understood, if the names are not the tutorial's nor the units the course's."""
    usual = ("", "g", "degrees/s")
    plain = [_without_unit(name)[0].lower() for name in names]
    if all(unit in usual for unit in units) and plain == list(axes):
        return ""
    told = []
    for at in range(0, len(axes), 3):
        kind = "acceleration" if axes[at] in ACCELERATION else "rate of turn"
        told.append(f"{', '.join(names[at : at + 3])} as {kind}")
        told[-1] += f" in {units[at]}" if units[at] else ""
    return ", ".join(told)
