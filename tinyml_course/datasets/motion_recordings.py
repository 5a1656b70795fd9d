"""Recordings of motion made alike: one rate, clips of one length."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from tinyml_course.datasets.motion_csv import TUTORIAL_RATE_HZ, Motion
from tinyml_course.errors import DataNote, InputError

RATE_HZ = 100
CLIP_SAMPLES = 150
UNITS = "g; degrees/s"
OTHER = "other"
SHORTEST_S = 0.2
LONGEST_GESTURE_S = 3.0
EVERY_SAMPLES = 100  # from clip to clip of a longer recording
SLOWEST_HZ = 8.0  # UCI's smartwatch has 10; nothing of a gesture is seen below
SAME_RATE = 0.1  # rates that differ by less are one rate, measured twice
ONE_KIND = 0.5  # those that differ by less are a kind of device, each with a rate of its own


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
    if rates[fast] > rates[slow] * (1 + ONE_KIND):
        raise InputError(
            f"{recordings[slow].where} is at {rates[slow]:.4g} Hz, {recordings[fast].where} at "
            f"{rates[fast]:.4g}. Put recordings of one rate into a folder, or record them again."
        )
    common = float(np.median(rates))
    if rates[slow] < SLOWEST_HZ:
        raise InputError(
            f"{recordings[slow].where} is at {rates[slow]:.4g} Hz, too slow to see a gesture. "
            "Record at 50 Hz or more."
        )
    told = "" if recordings[0].rate_hz is not None or rate_hz is not None else (
        ", as Arduino's tutorial records, since the files do not tell (rate_hz= says otherwise)"
    )  # fmt: skip
    if rates[fast] <= rates[slow] * (1 + SAME_RATE):
        rates, span = [common] * len(rates), f"{common:.4g}"
    else:
        span = f"{rates[slow]:.4g} to {rates[fast]:.4g}"
    if all(round(rate) == RATE_HZ for rate in rates):
        return list(recordings)
    _say(f"recordings at {span} Hz{told} were resampled to {RATE_HZ} Hz.")
    return [
        replace(r, samples=_resampled(r.samples, rate), rate_hz=float(RATE_HZ))
        for r, rate in zip(recordings, rates, strict=True)
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


def _resampled(samples: NDArray[np.float64], rate_hz: float) -> NDArray[np.float64]:
    from scipy.signal import resample_poly

    ratio = Fraction(RATE_HZ / rate_hz).limit_denominator(200)
    return np.asarray(
        resample_poly(samples, ratio.numerator, ratio.denominator, axis=0, padtype="line")
    )


def _say(message: str) -> None:
    warnings.warn(message, DataNote, stacklevel=5)
