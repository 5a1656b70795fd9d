"""A hand's motion, and what an inertial sensor held in it would measure.

A movement is a path that is run through with the speed of a minimum-jerk stroke; strokes overlap,
which rounds corners as people do. The hand's place turns the wrist with it. The sensor measures
the acceleration it is held against (gravity included) and its own rate of turn, each with a bias,
a scale error and noise.

References
----------
Flash and Hogan (1985), "The Coordination of Arm Movements: An Experimentally Confirmed
Mathematical Model", for the minimum-jerk profile; Flash and Henis (1991), "Arm Trajectory
Modifications During Reaching Towards Visual Targets", for strokes that are added where they
overlap; Elble and Koller (1990), "Tremor", for physiological tremor at 8 to 12 Hz.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

RATE_HZ = 100
FINE = 4  # simulated steps a sample
G = 9.80665  # m/s^2
COUNTS_PER_G = 4096
COUNTS_PER_DEGREE_S = 16
RANGE_G, RANGE_DEGREES_S = 4.0, 2000.0  # of the LSM9DS1 as its Arduino library sets it

Floats = NDArray[np.float64]
Path = Callable[[Floats], Floats]  # (n,) of 0..1 to (n, 3), zero at 0


@dataclass(frozen=True)
class Move:
    """A path run through from `start_s` on in `duration_s`; it stays where it ends.

    `turns` tells whether the path is one of the hand's place (metres) or of its own turn (radians).
    """

    start_s: float
    duration_s: float
    path: Path
    turns: bool = False


@dataclass(frozen=True)
class Person:
    """How somebody moves, and how the sensor sits in the hand.

    Attributes
    ----------
    size_m, pace : float
        Height of a figure drawn in the air; speed, 1 the usual.
    roundness : float
        How much longer than their share of the time strokes take, so that they overlap.
    slant : float
        Shear of what is drawn.
    plane : Rotation
        From the upright plane in front of one to that drawn in.
    clockwise : bool
        Which way a ring is drawn.
    wrist : ndarray, (3, 3)
        Turn of the hand, in radians, for each metre of its place.
    tremor_m : float
    mounting : Rotation
        Of the sensor in the hand.
    bias, gain : ndarray, (6,)
        Of the sensor: g and degrees/s; 1 for an exact scale.
    """

    size_m: float
    pace: float
    roundness: float
    slant: float
    plane: Rotation
    clockwise: bool
    wrist: Floats
    tremor_m: float
    mounting: Rotation
    bias: Floats
    gain: Floats


def draw_person(rng: np.random.Generator) -> Person:
    """Draw somebody's style, grip and sensor."""
    arm_m = rng.uniform(0.35, 0.7)
    follow = rng.uniform(0.2, 1.0, 3)  # how much the wrist keeps in line with the arm
    wrist = np.zeros((3, 3))
    wrist[0, 2], wrist[2, 0] = follow[0] / arm_m, -follow[1] / arm_m
    wrist[1, 0] = rng.normal(0, 0.5) * follow[2] / arm_m
    return Person(
        size_m=rng.uniform(0.18, 0.42),
        pace=rng.uniform(0.8, 1.25),
        roundness=rng.uniform(1.15, 1.6),
        slant=rng.normal(0, 0.15),
        plane=Rotation.from_euler("zx", rng.normal(0, [14, 10]), degrees=True),
        clockwise=bool(rng.random() < 0.3),
        wrist=wrist,
        tremor_m=rng.uniform(2e-5, 1e-4),
        mounting=Rotation.from_euler("zyx", rng.normal(0, [12, 12, 14]), degrees=True),
        bias=np.concatenate([rng.normal(0, 0.02, 3), rng.normal(0, 1.5, 3)]),
        gain=1 + rng.normal(0, 0.01, 6),
    )


def stroke(delta: Sequence[float] | Floats) -> Path:
    """Return the straight path to `delta`, (3,)."""
    end = np.asarray(delta, dtype=float)
    return lambda u: u[:, None] * end


def arc(across: Floats, along: Floats, start: float, turn: float) -> Path:
    """Return part of an ellipse with half axes `across`, `along` (3,): angles in radians."""

    def path(u: Floats) -> Floats:
        angle = start + turn * u
        cosine, sine = np.cos(angle) - np.cos(start), np.sin(angle) - np.sin(start)
        return cosine[:, None] * across + sine[:, None] * along

    return path


def swing(axis: Floats, cycles: float) -> Path:
    """Return a to and fro along `axis` (3,), swelling and dying away."""
    return lambda u: (np.sin(np.pi * u) * np.sin(2 * np.pi * cycles * u))[:, None] * axis


def polyline(
    points: Sequence[Floats], start_s: float, duration_s: float, roundness: float
) -> list[Move]:
    """Return overlapping strokes from point to point, each with time by its length."""
    deltas = [b - a for a, b in pairwise(points)]
    share = np.sqrt([np.linalg.norm(delta) for delta in deltas])
    share = share / share.sum() * duration_s
    begins = start_s + np.cumsum(share) - share
    longer = (roundness - 1) / 2
    return [
        Move(begin - longer * part, roundness * part, stroke(delta))
        for begin, part, delta in zip(begins, share, deltas, strict=True)
    ]


def measure(
    moves: Sequence[Move], seconds: float, person: Person, rng: np.random.Generator
) -> NDArray[np.int16]:
    """Return what the sensor measures while somebody makes `moves`.

    Returns
    -------
    int16 array, (100 * seconds, 6)
        Acceleration x, y, z in 1/4096 g; rate of turn about x, y, z in 1/16 degree/s.
    """
    step_s = 1 / (RATE_HZ * FINE)
    time_s = np.arange(round(seconds * RATE_HZ) * FINE) * step_s
    place, turn = np.zeros((2, len(time_s), 3))
    for move in moves:
        _add(turn if move.turns else place, move, time_s)
    place += _wander(len(time_s), 8, 12, person.tremor_m, rng)
    turn += place @ person.wrist.T + _wander(len(time_s), 0.05, 0.5, 0.03, rng)
    held = Rotation.from_rotvec(turn) * person.mounting
    force = np.gradient(np.gradient(place, step_s, axis=0), step_s, axis=0)
    force[:, 2] += G
    acceleration = held.inv().apply(force) / G
    rate = (held[:-1].inv() * held[1:]).as_rotvec() / step_s
    rate = np.degrees(np.concatenate([rate, rate[-1:]]))
    exact = np.hstack([acceleration, rate]).reshape(-1, FINE, 6).mean(axis=1)
    noise = rng.normal(0, [0.004] * 3 + [0.15] * 3, exact.shape)
    limit = np.array([RANGE_G] * 3 + [RANGE_DEGREES_S] * 3)
    measured = np.clip(exact * person.gain + person.bias + noise, -limit, limit)
    counts = measured * ([COUNTS_PER_G] * 3 + [COUNTS_PER_DEGREE_S] * 3)
    return np.asarray(np.clip(np.rint(counts), -(2**15), 2**15 - 1), dtype=np.int16)


def _add(track: Floats, move: Move, time_s: Floats) -> None:
    """Add a move to the track of all, (time, 3)."""
    begin, end = np.searchsorted(time_s, [move.start_s, move.start_s + move.duration_s])
    u = (time_s[begin:end] - move.start_s) / move.duration_s
    track[begin:end] += move.path(u**3 * (10 - 15 * u + 6 * u**2))
    track[end:] += move.path(np.ones(1))


def _wander(
    n: int, low_hz: float, high_hz: float, spread: float, rng: np.random.Generator
) -> Floats:
    """Return band-limited noise, (n, 3), of a standard deviation."""
    frequency = np.fft.rfftfreq(n, 1 / (RATE_HZ * FINE))
    inside = (frequency >= low_hz) & (frequency <= high_hz)
    phase = rng.uniform(0, 2 * np.pi, (3, len(frequency)))
    noise = np.fft.irfft(inside * np.exp(1j * phase), n, axis=1).T
    return np.asarray(noise * spread / max(float(noise.std()), 1e-12))
