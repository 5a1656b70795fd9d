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
CLIP_SAMPLES = 150  # of a window of one second, and half as much beside it
WINDOW_S = 1.0
UNITS = "g; degrees/s"
OTHER = "other"
SHORTEST_S = 0.2
LONGEST_GESTURE_S = 3.0  # two clips: what is longer holds more than one
LONGEST_WINDOW_S, STEP_S = 4.0, 0.5
AT_ONCE_S = 6.0  # a recording of up to so much may be one slow gesture
MOVED_G = 0.05
TAILS = 0.05  # of a gesture's changes may come before and after what a window must see
USUAL = 0.75  # of the gestures are no longer than that
SMOOTH, REST = 20, 30  # samples that a change is averaged over, and that a rest takes at least
CALM, LIVELY = 0.1, 0.95  # of the moments of a recording
CALMER, LEVEL = 0.15, 0.25  # of the lively moments' change: rest is below one, motion above another
LEAST_G_S, FEWEST_MOTIONS, LEAST_MOVING = 1.0, 3, 0.2
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


def window_s_for(recordings: Sequence[Motion]) -> float:
    """Return how much of recordings at 100 Hz a model should see at once, in seconds; say so.

    That is a second, unless most recordings hold one motion each that takes longer than a clip.
    """
    lasted = [
        _lasted_s(r.samples)
        for r in recordings
        if len(r.samples) <= AT_ONCE_S * RATE_HZ and r.samples[:, :3].std(axis=0).max() > MOVED_G
    ]
    if 2 * len(lasted) < len(recordings):
        return WINDOW_S
    usual = float(np.quantile(lasted, USUAL))
    if usual <= CLIP_SAMPLES / RATE_HZ:
        return WINDOW_S
    window_s = min(STEP_S * float(np.ceil(usual / STEP_S)), LONGEST_WINDOW_S)
    _say(f"the motion takes {usual:.1f} s: a model will see {window_s:g} s of it at once.")
    return window_s


def cut(recording: Motion, window_s: float = WINDOW_S) -> NDArray[np.float32]:
    """Cut a recording at 100 Hz into clips of a window and a half, (n, 150 a second, axes).

    One of up to two clips holds one gesture: the clip with most motion in it is kept, a shorter one
    is lengthened at both ends by what it begins and ends with. Of a longer one in which motion and
    rest take turns, each motion is a clip; another is cut into clips, one after each window.

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
    length = clip_samples(window_s)
    spare = len(samples) - length
    if spare <= 0:
        ends = ((-spare // 2, -spare - -spare // 2), (0, 0))
        return np.pad(samples, ends, mode="edge")[None]
    if len(samples) > 2 * length:
        middles = find_motions(recording.samples)
        starts = [min(max(middle - length // 2, 0), spare) for middle in middles]
        starts = starts or list(range(0, spare + 1, round(window_s * RATE_HZ)))
    else:
        change = np.abs(np.diff(samples[:, :3], axis=0, prepend=samples[:1, :3])).sum(axis=1)
        total = np.convolve(change, np.ones(length), mode="valid")
        starts = [int(np.argmax(total))]
    return np.stack([samples[start : start + length] for start in starts])


def find_motions(samples: NDArray[np.float64]) -> list[int]:
    """Return the middle of each motion in a long recording, at 100 Hz, if rests part them.

    That is where the change of the acceleration, over a fifth of a second, is a quarter of what it
    is in the liveliest moments or more. Motion without rests, or rest with hardly a motion, has
    none.
    """
    change = np.abs(np.diff(samples[:, :3], axis=0)).sum(axis=1)
    change = np.convolve(change, np.full(SMOOTH, 1 / SMOOTH), mode="same")
    calm, lively = np.quantile(change, (CALM, LIVELY))
    if lively * RATE_HZ < LEAST_G_S or calm > CALMER * lively:
        return []
    moving = np.flatnonzero(change > LEVEL * lively)
    edges = np.flatnonzero(np.diff(moving) > REST)
    firsts = moving[np.r_[0, edges + 1]]
    lasts = moving[np.r_[edges, len(moving) - 1]]
    lasted = lasts - firsts
    good = lasted >= SHORTEST_S * RATE_HZ
    if (
        good.sum() < FEWEST_MOTIONS
        or lasted.max() > LONGEST_WINDOW_S * RATE_HZ
        or lasted[good].sum() < LEAST_MOVING * len(change)
    ):
        return []
    return [int(middle) for middle in ((firsts + lasts) // 2)[good]]


def clip_samples(window_s: float) -> int:
    """Return the samples of a clip for windows of so many seconds."""
    return round(window_s / WINDOW_S * CLIP_SAMPLES)


def _lasted_s(samples: NDArray[np.float64]) -> float:
    """Return how long a recording's motion takes, without the little before and after it."""
    change = (np.diff(samples[:, :3], axis=0) ** 2).sum(axis=1)
    done = np.cumsum(change) / max(float(change.sum()), 1e-12)
    first, last = np.searchsorted(done, (TAILS, 1 - TAILS))
    return float(last - first) / RATE_HZ


def _resampled(samples: NDArray[np.float64], rate_hz: float) -> NDArray[np.float64]:
    from scipy.signal import resample_poly

    ratio = Fraction(RATE_HZ / rate_hz).limit_denominator(200)
    return np.asarray(
        resample_poly(samples, ratio.numerator, ratio.denominator, axis=0, padtype="line")
    )


def _say(message: str) -> None:
    warnings.warn(message, DataNote, stacklevel=5)
