"""Recordings of motion made into many: other hands, other grips, other haste.

Every version is moved in time, played faster or slower, made stronger or weaker about the force of
gravity it rests in, turned as a sensor held otherwise would be, and given a bias and noise.

References
----------
Um et al. (2017), "Data Augmentation of Wearable Sensor Data for Parkinson's Disease Monitoring
using Convolutional Neural Networks", section 3 (rotation, scaling, jitter, time warping).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Clips = NDArray[np.float32]


@dataclass(frozen=True)
class MotionAugmentation:
    """How far a clip may be taken from its recording.

    Attributes
    ----------
    speed : float
        Standard deviation of the logarithm of the speed; force goes with its square.
    strength : float
        Standard deviation of the logarithm of the motion's strength, at the same speed.
    shift_s : float
        Largest move in time, seconds.
    turn_degrees : float
        Standard deviation of the sensor's turn about each axis.
    acceleration_g, turn_degrees_s : float
        Standard deviation of the sensor's bias, and ten times that of its noise.
    """

    speed: float = 0.1
    strength: float = 0.15
    shift_s: float = 0.2
    turn_degrees: float = 9.0
    acceleration_g: float = 0.02
    turn_degrees_s: float = 2.0

    def __call__(self, clips: Clips, rate_hz: float, rng: np.random.Generator) -> Clips:
        """Make one version of each clip, float32 (n, time, 3 or 6)."""
        n, _, axes = clips.shape
        rate = np.exp(rng.normal(0, self.speed, (n, 1, 1)))
        moved = _resample(clips, rate[:, :, 0], rng.uniform(-1, 1, (n, 1)) * self.shift_s * rate_hz)
        rest = moved.mean(axis=1, keepdims=True)
        rest[..., 3:] = 0
        force = np.exp(rng.normal(0, self.strength, (n, 1, 1)))
        gain = np.concatenate([force * rate**2] * 3 + [force * rate] * (axes - 3), axis=2)
        moved = rest + (moved - rest) * gain
        turned = _turn(moved, rng.normal(0, np.radians(self.turn_degrees), (n, 3)))
        spread = np.array([self.acceleration_g] * 3 + [self.turn_degrees_s] * 3)[:axes]
        bias = rng.normal(0, 1, (n, 1, axes)) * spread
        return np.asarray(turned + bias + rng.normal(0, 0.1, moved.shape) * spread, np.float32)


CAUTIOUS = MotionAugmentation(speed=0.03, strength=0.1, turn_degrees=2.0)
"""For few recordings: of these, what is turned or hurried by more may look like another gesture."""


def _resample(clips: Clips, rate: NDArray[np.float64], shift: NDArray[np.float64]) -> Clips:
    """Play clips (n, t, axes) at speeds (n, 1), moved by samples (n, 1); the ends are held."""
    n, t, _ = clips.shape
    middle = (t - 1) / 2
    place = np.clip(middle + (np.arange(t) - middle) * rate + shift, 0, t - 1)
    low = np.minimum(place.astype(int), t - 2)
    part = (place - low)[..., None]
    rows = np.arange(n)[:, None]
    return np.asarray((1 - part) * clips[rows, low] + part * clips[rows, low + 1])


def _turn(clips: NDArray[np.float64], angles: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn every triple of axes of clips (n, t, axes) by rotation vectors (n, 3), radians."""
    angle = np.maximum(np.linalg.norm(angles, axis=1), 1e-9)[:, None, None]
    x, y, z = (angles / angle[:, 0]).T
    cross = np.zeros((len(angles), 3, 3))
    cross[:, 0, 1], cross[:, 0, 2], cross[:, 1, 2] = -z, y, -x
    cross -= cross.transpose(0, 2, 1)
    matrix = np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * (cross @ cross)  # Rodrigues
    triples = clips.reshape(*clips.shape[:2], -1, 3) @ matrix[:, None]
    return np.asarray(triples.reshape(clips.shape))
