"""Backgrounds for the class "silence": places, each with its noise, hum, beat and knocks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 16_000
TIME_S = np.arange(RATE_HZ) / RATE_HZ
BINS_HZ = np.fft.rfftfreq(RATE_HZ, 1 / RATE_HZ)


@dataclass(frozen=True)
class Place:
    """What a place sounds like.

    Attributes
    ----------
    tilt : float
        Power of the frequency that the noise's amplitude spectrum follows: 0 white, -1 brown.
    hum_hz, hum_level : float
        Fundamental of a machine's hum or an animal's call, and its level beside the noise.
    beat_hz, beat_depth : float
        How often everything swells, and how much of it: 0 is steady.
    knocks : float
        Knocks and rattles a second, on average.
    ring_hz : float
        Around what frequency they ring.
    """

    tilt: float
    hum_hz: float
    hum_level: float
    beat_hz: float
    beat_depth: float
    knocks: float
    ring_hz: float


def draw_place(rng: np.random.Generator) -> Place:
    """Draw a place."""
    return Place(
        tilt=rng.uniform(-1.2, 0.2),
        hum_hz=rng.uniform(50, 400),
        hum_level=rng.choice([0.0, 0.2, 1.0]),
        beat_hz=rng.uniform(0.5, 8),
        beat_depth=rng.choice([0.0, 0.5, 0.95]),
        knocks=rng.choice([0, 0, 2, 8]),
        ring_hz=rng.uniform(200, 5_000),
    )


def record(place: Place, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return a second of a place, shape (16000,), at a level between -52 and -10 dB."""
    colour = np.maximum(BINS_HZ, 40) ** place.tilt * rng.lognormal(0, 0.3, len(BINS_HZ))
    sound = np.fft.irfft(colour * np.exp(2j * np.pi * rng.random(len(BINS_HZ))), RATE_HZ)
    sound /= np.sqrt(np.mean(sound**2))
    sound += place.hum_level * _hum(place.hum_hz, rng)
    beat = 0.5 + 0.5 * np.sin(2 * np.pi * (place.beat_hz * TIME_S + rng.random()))
    sound *= 1 - place.beat_depth * beat
    for start_s in rng.random(rng.poisson(place.knocks)):
        after_s = np.maximum(TIME_S - start_s, 0)
        ring_hz = place.ring_hz * rng.uniform(0.5, 1.5)
        sound += rng.uniform(1, 6) * np.exp(-40 * after_s) * np.sin(2 * np.pi * ring_hz * after_s)
    return sound / np.abs(sound).max() * 10 ** rng.uniform(-2.6, -0.5)


def _hum(hum_hz: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return five harmonics of a slowly gliding tone."""
    glide_s = TIME_S + 0.1 * rng.normal() * TIME_S**2
    angle = 2 * np.pi * hum_hz * rng.uniform(0.8, 1.25) * glide_s
    return sum(np.sin(k * angle + rng.uniform(0, 6)) / k for k in range(1, 6))
