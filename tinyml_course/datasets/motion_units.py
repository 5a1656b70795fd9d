"""Which unit recordings of motion are in, where nothing says so: gravity tells.

In g a hand at rest measures 1, in m/s² 9.8, in mg 1000, and of a sensor's own counts 1 g is a power
of two. So what the acceleration amounts to where it hardly changes names the unit. Each conversion
is told in a note, and where gravity fits none, the note says how to end the doubt.

References
----------
InvenSense, "MPU-6000 and MPU-6050 Register Map", rev. 4.2, sections 4.17 and 4.19: 16,384 to 2,048
counts a g, by powers of two, and 131 counts a degree/s at reset. Analog Devices, ADXL345 data
sheet, rev. E, table 1: 256 counts a g. Empatica's E4 writes 64.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tinyml_course.datasets.motion_columns import STANDARD_GRAVITY
from tinyml_course.datasets.motion_csv import Motion
from tinyml_course.errors import DataNote, InputError

COUNTS = "counts"
LEAST_MEDIAN = {COUNTS: 3000.0, "mg": 100.0, "m/s²": 6.5}
"""The median acceleration from which on a recording cannot be in g: no hand keeps up 6.5 g, nor
3,000 mg."""
AT_REST = {"g": 1.0, "m/s²": STANDARD_GRAVITY, "mg": 1000.0}
COUNTS_A_G = (64, 256, 512, 2048, 4096, 8192, 16_384)  # 1,024 are as good as 1,000 mg
NEAR = 1.2  # times more or less than gravity: still taken for it
STILL_SAMPLES = 10
STILLEST = 0.1  # of all moments: those that show gravity
WEIGHTLESS = 0.3  # of a recording's mean length points one way, if gravity has been taken out
COUNTS_PER_DEGREE_S = 131.0  # of an MPU-6050 as it starts
LARGEST_RAD_S = 35.0  # the end of a gyroscope for 2,000 degrees/s: beside m/s², it is rad/s
SLOWEST_DEGREES_S = 12.0  # of the fastest turn of moving hands: below, it is rad/s
MOVED_G = 0.1  # mean change of the acceleration where somebody moved


def in_g(recordings: Sequence[Motion]) -> list[Motion]:
    """Return recordings in g and degrees/s, whatever unit those are in that do not tell.

    Raises
    ------
    InputError
        If some are in one unit and some in another.
    """
    told = [r.units_told[0] for r in recordings]
    untold = [r for r, known in zip(recordings, told, strict=True) if not known]
    unit, per_g = find_unit(untold) if untold else ("g", 1.0)
    scales = [1.0 if known else 1 / per_g for known in told]
    turn_scale = 1 / COUNTS_PER_DEGREE_S if unit == COUNTS else 1.0
    slow = LARGEST_RAD_S if unit == "m/s²" else SLOWEST_DEGREES_S
    if unit != COUNTS and _in_radians(recordings, scales, slow):
        turn_scale = 180 / np.pi
        _say("the rate of turn seems to be in rad/s: it was converted to degrees/s.")
    return [
        _scaled(r, scale, 1.0 if r.units_told[1] else turn_scale)
        for r, scale in zip(recordings, scales, strict=True)
    ]


def find_unit(recordings: Sequence[Motion]) -> tuple[str, float]:
    """Return the unit that recordings seem to be in, and how much of it 1 g is; say so.

    Raises
    ------
    InputError
        If some are in one unit and some in another.
    """
    if _is_weightless(recordings):
        force = np.concatenate([_force(r.samples) for r in recordings])
        unit = "m/s²" if np.quantile(force, 0.98) >= LEAST_MEDIAN["m/s²"] else "g"
        _say(
            f"no recording shows gravity, so that nothing tells the unit: it was taken for {unit}. "
            "A board's sensor measures gravity too; record that, or name the unit: aX (g)."
        )
        return unit, AT_REST[unit]
    rough = [unit_of(r.samples) for r in recordings]
    families = {"mg" if unit == COUNTS else unit for unit in rough}
    if len(families) > 1:
        _refuse(recordings, rough)
    gravity = _at_rest(recordings)
    known = [*AT_REST.items(), *((COUNTS, float(counts)) for counts in COUNTS_A_G)]
    unit, per_g = min(known, key=lambda one: abs(np.log(gravity / one[1])))
    near = max(gravity / per_g, per_g / gravity) <= NEAR
    if not near and rough[0] in AT_REST and "mg" not in families:
        unit, per_g = rough[0], AT_REST[rough[0]]
    doubt = "" if near else f" At rest it measures {gravity:.3g}; aX (mg) would tell the unit."
    if unit == COUNTS:
        _say(
            f"the numbers seem to be a sensor's own counts: {per_g:,.0f} were taken for 1 g, and "
            f"{COUNTS_PER_DEGREE_S:g} for 1 degree/s where there is a gyroscope.{doubt}"
        )
    elif unit != "g":
        _say(f"the acceleration seems to be in {unit}: it was converted to g.{doubt}")
    return unit, per_g


def unit_of(samples: NDArray[np.float64]) -> str:
    """Return the unit that a recording seems to be in by itself, a key of `LEAST_MEDIAN` or g."""
    median = float(np.median(_force(samples)))
    return next((unit for unit, least in LEAST_MEDIAN.items() if median >= least), "g")


def _refuse(recordings: Sequence[Motion], units: list[str]) -> None:
    odd = min(set(units), key=units.count)
    usual = next(unit for unit in units if unit != odd)
    raise InputError(
        f"{recordings[units.index(odd)].where} seems to be in {odd}, "
        f"{recordings[units.index(usual)].where} in {usual}: a hand at rest measures 1 g, "
        "which is 1000 mg or 9.8 m/s². Bring all files to g."
    )


def _force(samples: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the length of the acceleration, (rows,)."""
    return np.asarray(np.linalg.norm(samples[:, :3], axis=1))


def _at_rest(recordings: Sequence[Motion]) -> float:
    """Return what the acceleration amounts to in the moments in which it changes least."""
    means, changes = [], []
    for recording in recordings:
        force = _force(recording.samples)
        count = max(len(force) // STILL_SAMPLES, 1)
        for moment in np.array_split(force, count):
            means.append(moment.mean())
            changes.append(moment.std() / max(moment.mean(), 1e-12))
    stillest = np.argsort(changes)[: max(1, round(STILLEST * len(means)))]
    return max(float(np.median(np.array(means)[stillest])), 1e-12)


def _is_weightless(recordings: Sequence[Motion]) -> bool:
    """Tell whether the acceleration points nowhere on the whole: gravity would make it."""
    shares = [
        float(np.linalg.norm(r.samples[:, :3].mean(axis=0)))
        / max(float(_force(r.samples).mean()), 1e-12)
        for r in recordings
    ]
    return float(np.median(shares)) < WEIGHTLESS


def _in_radians(recordings: Sequence[Motion], scales: Sequence[float], slow: float) -> bool:
    """Tell whether turning is in rad/s: hands moved, and in degrees/s they would hardly turn."""
    untold = [
        (r.samples, scale)
        for r, scale in zip(recordings, scales, strict=True)
        if not r.units_told[1] and r.samples.shape[1] > 3
    ]
    fastest = max((float(np.abs(x[:, 3:]).max()) for x, _ in untold), default=0.0)
    return 0 < fastest <= slow and any((_force(x) * scale).std() > MOVED_G for x, scale in untold)


def _scaled(recording: Motion, scale: float, turn_scale: float) -> Motion:
    if scale == turn_scale == 1:
        return recording
    x = recording.samples
    return replace(recording, samples=np.hstack([x[:, :3] * scale, x[:, 3:] * turn_scale]))


def _say(message: str) -> None:
    warnings.warn(message, DataNote, stacklevel=6)
