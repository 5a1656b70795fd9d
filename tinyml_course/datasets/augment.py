"""Clips made into many: each a new voice in a new room, turned into the model's input at once.

A few thousand studio clips become a training set that people's voices fall into. Every version of
a clip is drawn from its own random numbers, so that the result depends on the seed and not on how
many cores there are; it is kept in the cache, by a digest of everything it was made from.
"""

import hashlib
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from tinyml_course.cache import cache_dir, writing
from tinyml_course.datasets import acoustics
from tinyml_course.datasets.dataset import Dataset, require_dataset
from tinyml_course.errors import InputError

BLOCK = 64  # clips made together from one stream of random numbers
TALKERS = 4  # clips that make up babble
SILENCE = "silence"  # the class that is noise alone
FULL_SCALE = 32_768


class Features(Protocol):
    """A front end as `augment_dataset` needs it: clips in, model inputs out."""

    def __call__(self, clips: Any, /) -> Any:
        """Turn int16 clips (n, t) into int8 inputs (n, ...)."""

    def to_json(self) -> str:
        """Write the specification down; equal text means equal inputs."""


@dataclass(frozen=True)
class Augmentation:
    """How far a clip may be taken from its recording.

    Attributes
    ----------
    speed : float
        Largest relative change of the speaking rate.
    shift_s : float
        Standard deviation of the word's place in the clip, in seconds.
    tract : float
        Largest relative change of the vocal tract's length.
    swell_db : float
        Standard deviation of the slow change of loudness.
    room : float
        Share of clips with reverberation.
    colour_db : float
        Standard deviation of the microphone's frequency response.
    noise_db : tuple of float
        Least and largest ratio of the word to the noise.
    babble : float
        Share of clips whose noise is other clips of the set, talking at once.
    peak_db : tuple of float
        Range of the loudest sample, in decibels below full scale.
    silence : float
        Share of the "silence" class that is pure synthetic noise, no recording in it.
    """

    speed: float = 0.25
    shift_s: float = 0.12
    tract: float = 0.15
    swell_db: float = 3.0
    room: float = 0.35
    colour_db: float = 5.0
    noise_db: tuple[float, float] = (15.0, 75.0)
    babble: float = 0.05
    peak_db: tuple[float, float] = (-34.0, 0.0)
    silence: float = 0.7

    def __call__(
        self, clips: NDArray[np.int16], others: NDArray[np.int16], rng: np.random.Generator
    ) -> NDArray[np.int16]:
        """Make one version of each clip.

        Parameters
        ----------
        clips : ndarray, shape=(n, t), dtype=int16
        others : ndarray, shape=(n, talkers, t), dtype=int16
            Clips that talk in the background where babble is drawn.
        rng : Generator

        Returns
        -------
        versions : ndarray, shape=(n, t), dtype=int16
        """
        n, t = clips.shape
        voice = clips.astype(np.float32) / np.float32(FULL_SCALE)
        voice, rate = acoustics.warp_time(voice, rng, speed=self.speed, shift_s=self.shift_s)
        voice = acoustics.change_voice(voice, rate, rng, tract=self.tract, swell_db=self.swell_db)
        voice = acoustics.place_in_room(voice, rng, share=self.room, colour_db=self.colour_db)
        noise = acoustics.make_noise(rng, n, t)
        babbling = np.flatnonzero(rng.random(n) < self.babble)
        noise[babbling] += 2 * acoustics.babble(others[babbling].astype(np.float32), rng)
        ratio_db = rng.uniform(self.noise_db[0], self.noise_db[1], size=(n,))
        return self._recorded(acoustics.add_noise(voice, acoustics.normalize(noise), ratio_db), rng)

    def make_silence(self, n: int, t: int, rng: np.random.Generator) -> NDArray[np.int16]:
        """Make clips of noise alone, from nearly digital silence to loud, shape (n, t)."""
        return self._recorded(acoustics.make_noise(rng, n, t), rng, quietest_db=-80.0)

    def _recorded(
        self, clips: acoustics.Clips, rng: np.random.Generator, quietest_db: float | None = None
    ) -> NDArray[np.int16]:
        """Set each clip's peak, round, and clip what is too loud."""
        low, high = self.peak_db
        peak_db = rng.uniform(low if quietest_db is None else quietest_db, high, (len(clips), 1))
        peak = np.maximum(np.abs(clips).max(axis=1, keepdims=True), 1e-9)
        scaled = clips * (FULL_SCALE * 10 ** (peak_db / 20) / peak)
        bounded = np.clip(np.rint(scaled), -FULL_SCALE, FULL_SCALE - 1)
        return np.asarray(bounded, dtype=np.int16)


def augment_dataset(
    data: Dataset,
    features: Features,
    *,
    copies: int = 4,
    rows: NDArray[np.int64] | None = None,
    seed: int = 0,
    augmentation: Augmentation | None = None,
    progress: Callable[[float], None] | None = None,
) -> Dataset:
    """Make versions of every clip and turn them into model inputs.

    What an earlier call made from the same clips in the same way is read from the cache.

    Parameters
    ----------
    data : Dataset
        Clips, int16, shape (n, t).
    features : Mfcc or another front end
        Applied to every version: only the inputs are kept, 65 times smaller than the sound.
    copies : int
        Versions of each clip.
    rows : ndarray, shape=(m,), dtype=int64, or None
        Instead of `copies`: the clips to make a version of, some perhaps more often than others.
    seed : int
        Another seed makes other versions.
    augmentation : Augmentation or None
        None is `Augmentation()`.
    progress : callable or None
        Called with the share done, 0 to 1.

    Returns
    -------
    augmented : Dataset
        In the order of `rows`, or all clips once, twice, ... `copies` times.

    Raises
    ------
    InputError
        If `data` is not int16 clips, there is nothing to make, or the cache cannot be written.
    """
    require_dataset(data)
    if data.x.ndim != 2 or data.x.dtype != np.int16:
        raise InputError(
            f"augmentation works on sound, int16 of shape (n, t); this data set has {data.x.dtype} "
            f"of shape {data.x.shape}. Augment before the features, not after them."
        )
    rows = np.tile(np.arange(len(data)), copies) if rows is None else np.asarray(rows)
    if len(rows) == 0:
        raise InputError("there is nothing to augment: give clips, and copies of at least 1.")
    augmentation = augmentation or Augmentation()
    chosen = replace(data, x=np.empty(len(data)), rate_hz=None, units="int8 features").take(rows)
    target = cache_dir("augmented") / f"{_digest(data, features, rows, seed, augmentation)}.npy"
    if not target.is_file():
        with writing(target) as draft:
            make = partial(_make_block, data, features, augmentation, seed)
            _write_blocks(draft, make, np.split(rows, range(BLOCK, len(rows), BLOCK)), progress)
    return replace(chosen, x=np.load(target))


def _make_block(
    data: Dataset,
    features: Features,
    augmentation: Augmentation,
    seed: int,
    block: tuple[int, NDArray[np.int64]],
) -> NDArray[np.int8]:
    """Make one version of some clips, as inputs, from random numbers of this block's own."""
    number, rows = block
    rng = np.random.default_rng([seed, number])
    talkers = rng.integers(0, len(data), (len(rows), TALKERS))
    versions = augmentation(data.x[rows], data.x[talkers], rng)
    if SILENCE in data.labels:
        silent = data.y[rows] == data.labels.index(SILENCE)
        pure = silent & (rng.random(len(rows)) < augmentation.silence)
        versions[pure] = augmentation.make_silence(int(pure.sum()), data.x.shape[1], rng)
    return np.asarray(features(versions))


def _write_blocks(
    draft: Path,
    make: Callable[[tuple[int, NDArray[np.int64]]], NDArray[np.int8]],
    blocks: list[NDArray[np.int64]],
    progress: Callable[[float], None] | None,
) -> None:
    """Make all blocks and write them to a .npy file.

    They are made in threads: NumPy and SciPy let go of the interpreter while they compute.
    """
    done = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        try:
            for made in pool.map(make, enumerate(blocks)):
                done.append(made)
                if progress is not None:
                    progress(len(done) / len(blocks))
        except BaseException:  # Ctrl-C too: what is not begun is dropped
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    with draft.open("wb") as file:
        np.save(file, np.concatenate(done))


def _digest(
    data: Dataset,
    features: Features,
    rows: NDArray[np.int64],
    seed: int,
    augmentation: Augmentation,
) -> str:
    """Return a digest of everything the versions are made from, this code included."""
    digest = hashlib.sha256(f"{augmentation} {seed} {data.labels} {features.to_json()}".encode())
    for module in (__file__, acoustics.__file__):
        digest.update(Path(module).read_bytes())
    for array in (data.x, data.y, rows):
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()[:24]
