"""One long recording made of many clips: words at known times over a bed of background sound.

A clip holds one word and nothing else. A microphone hears hours in which nearly nothing is a
keyword, and that is where a detector earns or loses trust: its false accepts can only be counted
on a stream.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tinyml_course.datasets.dataset import Dataset
from tinyml_course.errors import InputError

SLOT_S = 4.0  # one clip, at most, in every stretch of this length
SHARE_OF_WORDS = {"keyword": 0.3, "other": 0.4}  # the rest of the slots stay without speech


@dataclass(frozen=True, eq=False)
class Stream:
    """A long recording and what was said in it.

    Attributes
    ----------
    samples : ndarray of int16 (time,)
    rate_hz : float
    spoken : tuple of (float, str)
        Each keyword: the second its clip begins, rising, and the word.
    """

    samples: NDArray[np.int16]
    rate_hz: float
    spoken: tuple[tuple[float, str], ...]

    @property
    def hours(self) -> float:
        """Length of the recording."""
        return len(self.samples) / self.rate_hz / 3600


def make_stream(
    clips: Dataset,
    minutes: float,
    *,
    background: Sequence[str] = ("silence", "unknown"),
    seed: int = 0,
) -> Stream:
    """Lay clips at random over a bed of background sound.

    Every 4 s bring a keyword (3 slots in 10), another word (4 in 10) or no speech.

    Parameters
    ----------
    clips : Dataset
        Clips of at most 3 s; of a test set, or the count of false accepts flatters.
    minutes : float
        Length of the stream.
    background : (str, str)
        The class the bed is made of, and the class of words that are no keywords.
    seed : int

    Returns
    -------
    Stream

    Raises
    ------
    InputError
        If a background class has no clips, there is no keyword, or the time is too short for one.
    """
    kinds = np.array([_kind(label, background) for label in clips.labels])[clips.y]
    absent = [kind for kind in ("bed", "other", "keyword") if kind not in kinds]
    if absent:
        raise InputError(
            f"the clips hold nothing to serve as {' or '.join(absent)}; a stream needs clips of "
            f"the classes {' and '.join(background)}, and of a keyword."
        )
    rate = float(clips.rate_hz or 0)
    slot, length = round(SLOT_S * rate), clips.x.shape[1]
    slots = int(minutes * 60 / SLOT_S)
    if slots < 1 or length > slot * 3 // 4:
        raise InputError(
            f"{minutes} minutes in slots of {SLOT_S:g} s hold no clip of {length} samples; "
            "give more minutes or shorter clips."
        )
    rng = np.random.default_rng(seed)
    mixed = _bed(clips.x[kinds == "bed"], slots * slot, rng)
    said = rng.choice(["keyword", "other", ""], slots, p=[*SHARE_OF_WORDS.values(), 0.3])
    starts = np.arange(slots) * slot + rng.integers(0, slot - length, slots)
    spoken: list[tuple[float, str]] = []
    for start, kind in zip(starts.tolist(), said.tolist(), strict=True):
        if kind:
            chosen = rng.choice(np.flatnonzero(kinds == kind))
            mixed[start : start + length] += clips.x[chosen]
            if kind == "keyword":
                spoken.append((start / rate, clips.labels[clips.y[chosen]]))
    samples = np.clip(np.rint(mixed), -(2**15), 2**15 - 1).astype(np.int16)
    return Stream(samples, rate, tuple(spoken))


def _kind(label: str, background: Sequence[str]) -> str:
    return dict(zip(background, ("bed", "other"), strict=True)).get(label, "keyword")


def _bed(noises: NDArray[np.int16], length: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Join randomly chosen noises with soft overlaps, each at a level of its own."""
    size = noises.shape[1]
    fade = size // 8
    ramp = np.ones(size, np.float32)
    ramp[:fade] = np.sin(np.linspace(0, np.pi / 2, fade)) ** 2
    ramp[-fade:] = ramp[:fade][::-1]
    bed = np.zeros(length + size, np.float32)
    for start in range(0, length, size - fade):
        level = rng.uniform(0.1, 0.6)
        bed[start : start + size] += level * ramp * noises[rng.integers(len(noises))]
    return bed[:length]
