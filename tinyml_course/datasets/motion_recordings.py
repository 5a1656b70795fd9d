"""Recordings of motion made alike: one unit, one rate, clips of one length."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from tinyml_course.datasets.motion_columns import STANDARD_GRAVITY
from tinyml_course.datasets.motion_csv import TUTORIAL_RATE_HZ, Motion
from tinyml_course.errors import DataNote, InputError

RATE_HZ = 100
CLIP_SAMPLES = 150
UNITS = "g; degrees/s"
OTHER = "other"
SHORTEST_S = 0.2
LONGEST_GESTURE_S = 3.0
EVERY_SAMPLES = 100  # from clip to clip of a longer recording
SAME_RATE = 0.1  # rates that differ by less are one rate, measured twice

COUNTS = "counts"
UNIT_OF_G = {COUNTS: 1 / 16_384, "mg": 1e-3, "m/s²": 1 / STANDARD_GRAVITY, "g": 1.0}
LEAST_MEDIAN = {COUNTS: 3000.0, "mg": 100.0, "m/s²": 6.5}
"""The median acceleration from which on a recording cannot be in g: no hand keeps up 6.5 g, nor
3,000 mg."""
COUNTS_PER_DEGREE_S = 131.0  # of an MPU-6050 as it starts
LARGEST_RAD_S = 35.0  # the end of a gyroscope for 2,000 degrees/s


def in_g(recordings: Sequence[Motion]) -> list[Motion]:
    """Return recordings in g and degrees/s, whatever unit all of them are in.

    Raises
    ------
    InputError
        If some are in one unit and some in another.

    References
    ----------
    InvenSense, "MPU-6000 and MPU-6050 Register Map", rev. 4.2, sections 4.17 and 4.19: 16,384 to
    2,048 counts a g, by powers of two, and 131 counts a degree/s at reset.
    """
    units = ["g" if r.units_told[0] else unit_of(r.samples) for r in recordings]
    if len(set(units)) > 1:
        odd = min(set(units), key=units.count)
        usual = next(unit for unit in units if unit != odd)
        raise InputError(
            f"{recordings[units.index(odd)].where} seems to be in {odd}, "
            f"{recordings[units.index(usual)].where} in {usual}: a hand at rest measures 1 g, "
            "which is 1000 mg or 9.8 m/s². Bring all files to g."
        )
    scale, turn_scale = UNIT_OF_G[units[0]], 1.0
    if units[0] == COUNTS:
        counts = 2.0 ** round(float(np.log2(np.median([_force(r.samples) for r in recordings]))))
        scale, turn_scale = 1 / counts, 1 / COUNTS_PER_DEGREE_S
        _say(
            f"the numbers seem to be a sensor's own counts: {counts:,.0f} were taken for 1 g, and "
            f"{COUNTS_PER_DEGREE_S:g} for 1 degree/s where there is a gyroscope."
        )
    elif units[0] != "g":
        _say(f"the acceleration seems to be in {units[0]}: it was converted to g.")
    if _in_radians(recordings, units[0]):
        turn_scale = 180 / np.pi
        _say("the rate of turn seems to be in rad/s: it was converted to degrees/s.")
    if scale == turn_scale == 1:
        return list(recordings)
    return [
        replace(r, samples=np.hstack([r.samples[:, :3] * scale, r.samples[:, 3:] * turn_scale]))
        for r in recordings
    ]


def at_one_rate(recordings: Sequence[Motion], rate_hz: float | None = None) -> list[Motion]:
    """Return recordings at 100 Hz.

    Parameters
    ----------
    recordings : sequence of Motion
    rate_hz : float or None
        The rate of recordings that do not tell; None takes that of Arduino's tutorial, 119 Hz.

    Raises
    ------
    InputError
        If the rates differ among the recordings, or are none.
    """
    if rate_hz is not None and not 10 <= rate_hz <= 10_000:
        raise InputError(f"rate_hz={rate_hz} is no rate of a motion sensor: give 10 to 10,000.")
    assumed = TUTORIAL_RATE_HZ if rate_hz is None else float(rate_hz)
    rates = [assumed if r.rate_hz is None else r.rate_hz for r in recordings]
    slow, fast = int(np.argmin(rates)), int(np.argmax(rates))
    if rates[fast] > rates[slow] * (1 + SAME_RATE):
        raise InputError(
            f"{recordings[slow].where} is at {rates[slow]:.4g} Hz, {recordings[fast].where} at "
            f"{rates[fast]:.4g}. Put recordings of one rate into a folder, or record them again."
        )
    common = float(np.median(rates))
    if common < 20:
        raise InputError(
            f"{recordings[0].where} is at {common:.4g} Hz, too slow to see a gesture. Record at "
            "50 Hz or more."
        )
    told = "" if recordings[0].rate_hz is not None or rate_hz is not None else (
        ", as Arduino's tutorial records, since the files do not tell (rate_hz= says otherwise)"
    )  # fmt: skip
    if round(common) == RATE_HZ:
        return list(recordings)
    _say(f"recordings at {common:.4g} Hz{told} were resampled to {RATE_HZ} Hz.")
    return [
        replace(r, samples=_resampled(r.samples, common), rate_hz=float(RATE_HZ))
        for r in recordings
    ]


def cut(recording: Motion) -> NDArray[np.float32]:
    """Cut a recording at 100 Hz into clips, (n, 150, axes).

    One of up to 3 s holds one gesture: the second and a half with most motion in it is kept, a
    shorter one is lengthened at both ends by what it begins and ends with. A longer one is cut
    into clips, one after each second.

    Raises
    ------
    InputError
        If it is too short to hold a gesture.
    """
    samples = recording.samples.astype(np.float32)
    seconds = len(samples) / RATE_HZ
    if seconds < SHORTEST_S:
        raise InputError(
            f"{recording.where} has a recording of {seconds:.2f} s; a gesture lasts at least "
            f"{SHORTEST_S} s. Delete it, or check what parts the recordings of the file."
        )
    spare = len(samples) - CLIP_SAMPLES
    if spare <= 0:
        ends = ((-spare // 2, -spare - -spare // 2), (0, 0))
        return np.pad(samples, ends, mode="edge")[None]
    if seconds > LONGEST_GESTURE_S:
        starts = list(range(0, spare + 1, EVERY_SAMPLES))
    else:
        change = np.abs(np.diff(samples[:, :3], axis=0, prepend=samples[:1, :3])).sum(axis=1)
        total = np.convolve(change, np.ones(CLIP_SAMPLES), mode="valid")
        starts = [int(np.argmax(total))]
    return np.stack([samples[start : start + CLIP_SAMPLES] for start in starts])


def unit_of(samples: NDArray[np.float64]) -> str:
    """Return the unit that accelerations seem to be in, a key of `UNIT_OF_G`."""
    median = _force(samples)
    return next((unit for unit, least in LEAST_MEDIAN.items() if median >= least), "g")


def _force(samples: NDArray[np.float64]) -> float:
    """Return the median length of the acceleration, in its own unit."""
    return float(np.median(np.linalg.norm(samples[:, :3], axis=1)))


def _in_radians(recordings: Sequence[Motion], unit: str) -> bool:
    """Tell whether turning is in rad/s: it goes with m/s², and no gesture turns as slowly."""
    turns = [np.abs(r.samples[:, 3:]).max(initial=0) for r in recordings if not r.units_told[1]]
    return unit == "m/s²" and len(turns) > 0 and 0 < max(turns) <= LARGEST_RAD_S


def _resampled(samples: NDArray[np.float64], rate_hz: float) -> NDArray[np.float64]:
    from scipy.signal import resample_poly

    ratio = Fraction(RATE_HZ / rate_hz).limit_denominator(200)
    return np.asarray(
        resample_poly(samples, ratio.numerator, ratio.denominator, axis=0, padtype="line")
    )


def _say(message: str) -> None:
    warnings.warn(message, DataNote, stacklevel=5)
