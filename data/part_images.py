"""Pictures of machined parts, rendered: a ring or a plate, its texture, light, pose and flaws.

Everything is drawn at twice the size and averaged, so that edges and fine scratches are as soft as
a camera's. Lengths are in pixels of the finished picture, coordinates have their origin in its
middle, grey values run from 0 to 255.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

SIDE = 64
FINE = 2  # drawn pixels a finished one, each way
LEVELS = 64  # grey levels kept: less noise to store, more than a fault needs
DEFECTS = ("scratch", "pit", "crack", "chip", "stain")

Image = NDArray[np.float64]


@dataclass(frozen=True)
class Lot:
    """What all parts of one lot share: material, tool, camera and light.

    Attributes
    ----------
    kind : {"ring", "plate"}
    metal, background : float
        Grey values.
    period, marks : float
        Distance of the tool's marks in pixels, and their contrast in grey values.
    grain : float
        Roughness of the surface, grey values.
    outer, inner : float
        Half the size of the part, and the radius of its holes.
    light_angle, light : float
        Where the light comes from, and the difference of grey from one side to the other.
    drift : float
        How much brighter the last picture of the lot is than the first.
    blur, noise : float
        Of the lens in pixels, of the sensor in grey values.
    """

    kind: str
    metal: float
    background: float
    period: float
    marks: float
    grain: float
    outer: float
    inner: float
    light_angle: float
    light: float
    drift: float
    blur: float
    noise: float


def draw_lot(kind: str, rng: np.random.Generator) -> Lot:
    """Draw a lot's own properties."""
    return Lot(
        kind=kind,
        metal=rng.uniform(120, 175),
        background=rng.uniform(20, 70),
        period=rng.uniform(2.5, 5.0),
        marks=rng.uniform(3, 9),
        grain=rng.uniform(2, 5),
        outer=rng.uniform(23, 26),
        inner=rng.uniform(8, 11) if kind == "ring" else rng.uniform(3, 4.5),
        light_angle=rng.uniform(0, 2 * np.pi),
        light=rng.uniform(5, 35),
        drift=rng.uniform(-20, 20),
        blur=rng.uniform(0.4, 0.9),
        noise=rng.uniform(1.0, 2.5),
    )


def render(
    lot: Lot, defect: str | None, age: float, rng: np.random.Generator
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Render one part.

    Parameters
    ----------
    lot : Lot
    defect : {"scratch", "pit", "crack", "chip", "stain"} or None
    age : float
        Place in the lot, 0 to 1.
    rng : numpy.random.Generator

    Returns
    -------
    picture : ndarray, shape=(64, 64), dtype=uint8
    mask : ndarray, shape=(64, 64), dtype=bool
        Where the defect is; all False without one.
    """
    x, y = _pose(lot, rng)
    metal, edge = _shape(lot, x, y)  # share of metal; distance inwards from the nearest edge
    light = lot.light * (x * np.cos(lot.light_angle) + y * np.sin(lot.light_angle)) / SIDE
    surface = lot.metal + lot.drift * (age - 0.5) + rng.normal(0, 4) + light
    surface = surface + _texture(lot, x, y, rng) - 30 * np.exp(-np.square(edge / 1.2))  # chamfer
    table = lot.background + 0.3 * light + gaussian_filter(rng.normal(0, 8, x.shape), 3)
    flaw = np.zeros_like(x)
    if defect == "chip":
        flaw = _chip(lot, x, y, edge, rng) * metal
        metal = metal * (1 - flaw)
    elif defect is not None:
        flaw, depth = _FLAWS[defect](*_place(metal, edge, x, y, rng), rng)
        flaw = flaw * metal
        surface = surface + depth * flaw
    picture = gaussian_filter(table * (1 - metal) + surface * metal, lot.blur * FINE)
    picture = _shrunk(picture) + rng.normal(0, lot.noise, (SIDE, SIDE))
    step = 256 // LEVELS
    grey = np.clip(np.floor(picture / step) * step + step // 2, 0, 255).astype(np.uint8)
    return grey, _shrunk(flaw) > 0.25


def _pose(lot: Lot, rng: np.random.Generator) -> tuple[Image, Image]:
    """Return the part's own coordinates of each drawn pixel: turned, moved and scaled."""
    axis = (np.arange(SIDE * FINE) + 0.5) / FINE - SIDE / 2
    across, down = np.meshgrid(axis, axis)
    turn = rng.uniform(0, 2 * np.pi) if lot.kind == "ring" else rng.normal(0, 0.06)
    across, down = across - rng.normal(0, 1.2), down - rng.normal(0, 1.2)
    scale = rng.normal(1, 0.02)
    x = (across * np.cos(turn) + down * np.sin(turn)) / scale
    y = (down * np.cos(turn) - across * np.sin(turn)) / scale
    return x, y


def _shape(lot: Lot, x: Image, y: Image) -> tuple[Image, Image]:
    """Return the share of metal, 0 to 1, and how far inside the nearest edge each pixel is."""
    if lot.kind == "ring":
        radius = np.hypot(x, y)
        edge = np.minimum(lot.outer - radius, radius - lot.inner)
    else:
        corner = 4.0
        dx, dy = (np.maximum(np.abs(a) - lot.outer + corner, 0) for a in (x, y * 1.25))
        edge = corner - np.hypot(dx, dy)
        edge = np.where(
            edge < corner, edge, np.minimum(lot.outer - np.abs(x), lot.outer - np.abs(y * 1.25))
        )
        for hole_x in (-0.55, 0.55):
            edge = np.minimum(edge, np.hypot(x - hole_x * lot.outer, y) - lot.inner)
    return np.clip(edge * FINE + 0.5, 0, 1), edge


def _texture(lot: Lot, x: Image, y: Image, rng: np.random.Generator) -> Image:
    """Return the marks of the tool (turned or milled), wavering, and the grain along them."""
    along = np.hypot(x, y) if lot.kind == "ring" else y
    waver = gaussian_filter(rng.normal(0, 1, x.shape), 6) * 12
    marks = np.sin(2 * np.pi * along / lot.period + waver + rng.uniform(0, 2 * np.pi))
    grain = gaussian_filter(rng.normal(0, 1, x.shape), (0.7, 0.7 if lot.kind == "ring" else 3))
    return lot.marks * marks + lot.grain * grain / grain.std()


def _place(
    metal: Image, edge: Image, x: Image, y: Image, rng: np.random.Generator
) -> tuple[Image, Image]:
    """Return turned coordinates around a place on the metal, away from its edges."""
    inside = np.flatnonzero((metal > 0.99) & (edge > 3))
    centre = rng.choice(inside)
    turn = rng.uniform(0, 2 * np.pi)
    dx, dy = x - x.flat[centre], y - y.flat[centre]
    return dx * np.cos(turn) + dy * np.sin(turn), dy * np.cos(turn) - dx * np.sin(turn)


def _scratch(along: Image, aside: Image, rng: np.random.Generator) -> tuple[Image, float]:
    """Draw a thin, slightly bent, bright line."""
    length, width = rng.uniform(6, 14), rng.uniform(0.45, 0.8)
    bent = aside - rng.normal(0, 0.01) * np.square(along)
    line = np.exp(-np.square(bent / width)) * (np.abs(along) < length)
    return line, rng.uniform(45, 80)


def _pit(along: Image, aside: Image, rng: np.random.Generator) -> tuple[Image, float]:
    """Draw a small, dark, roundish hole."""
    size = rng.uniform(1.3, 2.8)
    distance = np.hypot(along, aside * rng.uniform(1, 1.4)) / size
    return 1 / (1 + np.exp(8 * (distance - 1))), -rng.uniform(50, 90)


def _crack(along: Image, aside: Image, rng: np.random.Generator) -> tuple[Image, float]:
    """Draw a thin, dark, jagged line."""
    length = rng.uniform(6, 12)
    knots = np.linspace(-length, length, 8)
    walk = np.cumsum(rng.normal(0, 1.1, 8))
    jag = np.interp(along, knots, walk - walk[4])
    line = np.exp(-np.square((aside - jag) / rng.uniform(0.5, 0.8))) * (np.abs(along) < length)
    return line, -rng.uniform(60, 95)


def _stain(along: Image, aside: Image, rng: np.random.Generator) -> tuple[Image, float]:
    """Draw a wide, soft, irregular patch, a little darker."""
    size = rng.uniform(4, 7)
    angle = np.arctan2(aside, along)
    lobes = 1 + 0.25 * np.sin(3 * angle + rng.uniform(0, 6)) + 0.15 * np.sin(5 * angle)
    distance = np.hypot(along, aside * rng.uniform(1, 1.5)) / (size * lobes)
    return 1 / (1 + np.exp(6 * (distance - 1))), -rng.uniform(25, 50)


def _chip(lot: Lot, x: Image, y: Image, edge: Image, rng: np.random.Generator) -> Image:
    """Return the share of metal that is broken away at the outer edge."""
    rim = np.flatnonzero((np.abs(edge) < 0.4) & (np.hypot(x, y) > 0.7 * lot.outer))
    centre = rng.choice(rim)
    dx, dy = x - x.flat[centre], y - y.flat[centre]
    angle = np.arctan2(dy, dx)
    size = rng.uniform(3.0, 5.5) * (1 + 0.2 * np.sin(4 * angle + rng.uniform(0, 6)))
    return np.clip((size - np.hypot(dx, dy)) * FINE + 0.5, 0, 1)


def _shrunk(fine: Image) -> Image:
    return fine.reshape(SIDE, FINE, SIDE, FINE).mean(axis=(1, 3))


_FLAWS = {"scratch": _scratch, "pit": _pit, "crack": _crack, "stain": _stain}
