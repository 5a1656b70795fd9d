"""Pictures made into many, and good parts made into bad ones.

`vary` gives each picture another pose and another light. `paste_defects` gives a good part a
defect that no part has: a piece of a picture, a bite out of an edge, a line, or a spot. A network
that learns to tell these from good parts has to learn what a good part looks like, and then finds
real defects it has never seen.

References
----------
Li et al. (2021), "CutPaste: Self-Supervised Learning for Anomaly Detection and Localization",
section 2 (pieces and scars); Zavrtanik, Kristan and Skočaj (2021), "DRAEM", section 3.3 (spots).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Pictures = NDArray[np.uint8]
Values = NDArray[np.float64]

SHIFT = 0.06  # largest, of a picture's side
LIGHT = 0.25  # largest difference of light across a picture, of its grey values' spread
CONTRAST = 0.2
NOISE = 0.08  # largest, of the spread
STRONGEST = 5.0  # defect pasted in, of the spread: a blot on a smooth surface


def vary(pictures: Pictures, rng: np.random.Generator) -> Pictures:
    """Mirror and move pictures, change their light and contrast, add noise.

    Parameters
    ----------
    pictures : ndarray, shape=(n, height, width), dtype=uint8

    Returns
    -------
    ndarray, shape=(n, height, width), dtype=uint8
    """
    made = np.empty_like(pictures)
    height, width = pictures.shape[1:]
    margin = max(1, round(SHIFT * min(height, width)))
    down = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    across = np.linspace(-1, 1, width, dtype=np.float32)
    for i, picture in enumerate(pictures):
        mirrored = picture[:: rng.choice((-1, 1)), :: rng.choice((-1, 1))]
        top, left = rng.integers(0, 2 * margin + 1, 2)
        padded = np.pad(mirrored, margin, mode="edge")
        seen = padded[top : top + height, left : left + width].astype(np.float32)
        spread = seen.std() + 1
        seen *= 1 + rng.uniform(-CONTRAST, CONTRAST)
        slope = rng.uniform(-LIGHT, LIGHT, 2).astype(np.float32) * spread
        seen += slope[0] * down + slope[1] * across
        noise = rng.standard_normal((height, width), dtype=np.float32)
        noise *= rng.uniform(0, NOISE) * spread
        made[i] = _grey(seen + noise)
    return made


def paste_defects(pictures: Pictures, rng: np.random.Generator) -> Pictures:
    """Give each picture one defect of a drawn kind, size, place and strength.

    Parameters
    ----------
    pictures : ndarray, shape=(n, height, width), dtype=uint8

    Returns
    -------
    ndarray, shape=(n, height, width), dtype=uint8
    """
    made = np.empty_like(pictures)
    for i, picture in enumerate(pictures.astype(np.float64)):
        kind: Callable[..., None] = (_piece, _bite, _line, _spot)[rng.integers(4)]
        kind(picture, pictures, rng)
        made[i] = _grey(picture)
    return made


def _piece(picture: Values, others: Pictures, rng: np.random.Generator) -> None:
    """Lay a rectangle of any picture over another place, a little brighter or darker."""
    height, width = picture.shape
    rows, columns = (max(2, round(s * rng.uniform(0.04, 0.18))) for s in (height, width))
    other = others[rng.integers(len(others))]
    top, from_top = rng.integers(0, height - rows + 1, 2)
    left, from_left = rng.integers(0, width - columns + 1, 2)
    piece = other[from_top : from_top + rows, from_left : from_left + columns]
    light = rng.uniform(-0.4, 0.4) * picture.std()
    picture[top : top + rows, left : left + columns] = piece + light


def _bite(picture: Values, _: Pictures, rng: np.random.Generator) -> None:
    """Lay a roundish piece from close by over a place with an edge: something broken off or on."""
    height, width = picture.shape
    size = min(height, width) * rng.uniform(0.03, 0.09)
    steep = np.hypot(*np.gradient(picture)) + 0.1
    top, left = divmod(int(np.searchsorted(np.cumsum(steep), rng.random() * steep.sum())), width)
    turn, far = rng.uniform(0, 2 * np.pi), rng.uniform(1, 2.5) * size
    down, across = round(far * np.sin(turn)), round(far * np.cos(turn))
    y, x = np.arange(height)[:, None], np.arange(width)
    angle = np.arctan2(y - top, x - left)
    lobes = 1 + rng.uniform(0, 0.3) * np.sin(rng.integers(2, 6) * angle + rng.uniform(0, 6.3))
    share = np.clip(size * lobes - np.hypot(y - top, x - left) + 0.5, 0, 1)
    nearby = picture[np.clip(y + down, 0, height - 1), np.clip(x + across, 0, width - 1)]
    picture += share * (nearby - picture)


def _line(picture: Values, _: Pictures, rng: np.random.Generator) -> None:
    """Draw a thin line that wavers, bright or dark."""
    side = min(picture.shape)
    length, width = side * rng.uniform(0.06, 0.25), max(0.5, side * rng.uniform(0.006, 0.02))
    along, aside = _around_a_place(picture, rng)
    knots = np.linspace(-length, length, 7)
    bend = np.interp(along, knots, np.cumsum(rng.normal(0, rng.uniform(0, 0.015) * side, 7)))
    line = np.exp(-np.square((aside - bend) / width)) * (np.abs(along) < length)
    picture += line * _strength(picture, rng, 0.5, STRONGEST)


def _spot(picture: Values, _: Pictures, rng: np.random.Generator) -> None:
    """Draw a spot with a soft edge and lobes, bright or dark; the larger, the weaker it may be."""
    size = min(picture.shape) * np.exp(rng.uniform(np.log(0.02), np.log(0.14)))
    along, aside = _around_a_place(picture, rng)
    angle = np.arctan2(aside, along)
    lobes = 1 + rng.uniform(0, 0.35) * np.sin(rng.integers(2, 6) * angle + rng.uniform(0, 6.3))
    distance = np.hypot(along, aside * rng.uniform(1, 2)) / (size * lobes)
    spot = 1 / (1 + np.exp(np.clip(rng.uniform(4, 10) * (distance - 1), -30, 30)))
    picture += spot * _strength(picture, rng, 0.4, STRONGEST)


def _around_a_place(picture: Values, rng: np.random.Generator) -> tuple[Values, Values]:
    """Return turned coordinates, in pixels, around a drawn place."""
    height, width = picture.shape
    turn = rng.uniform(0, 2 * np.pi)
    dy = np.arange(height)[:, None] - rng.uniform(0.05, 0.95) * height
    dx = np.arange(width) - rng.uniform(0.05, 0.95) * width
    return dx * np.cos(turn) + dy * np.sin(turn), dy * np.cos(turn) - dx * np.sin(turn)


def _strength(picture: Values, rng: np.random.Generator, least: float, most: float) -> float:
    spread = np.exp(rng.uniform(np.log(least), np.log(most)))
    return float(rng.choice((-1, 1)) * spread * (picture.std() + 1))


def _grey(values: NDArray[Any]) -> Pictures:
    return np.asarray(np.clip(np.rint(values), 0, 255), dtype=np.uint8)
