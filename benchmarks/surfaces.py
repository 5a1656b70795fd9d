"""Surfaces like those that people inspect, rendered: what `parts.py` trains on.

None of it is shipped or taught with: it stands in for pictures that do not come with the course,
of other sizes, surfaces and faults than those of `data/parts`. Grey values run from 0 to 255.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import gaussian_filter

Grey = NDArray[np.float64]
Rng = np.random.Generator


@dataclass(frozen=True)
class Surface:
    """A kind of pictures, and how many are made.

    Attributes
    ----------
    draw : callable
        Takes the class, the lot's generator and the picture's; returns grey values.
    train, test : mapping of class to number of pictures a lot
    train_lots, test_lots : int
    """

    draw: Callable[[str, Rng, Rng], Grey]
    train: dict[str, int]
    test: dict[str, int]
    train_lots: int = 1
    test_lots: int = 1

    def write(self, root: Path, seed: int = 0) -> tuple[Path, Path]:
        """Write pictures to learn from and pictures of other lots; return both folders."""
        folders = root / "train", root / "test"
        parts = zip(
            folders, (self.train, self.test), (self.train_lots, self.test_lots), strict=True
        )
        for number, (folder, counts, lots) in enumerate(parts):
            for lot in range(lots):
                for label, count in counts.items():
                    for i in range(count):
                        of_lot = np.random.default_rng([seed, number, lot])
                        own = np.random.default_rng([seed, number, lot, len(label), i])
                        grey = np.clip(np.rint(self.draw(label, of_lot, own)), 0, 255)
                        path = folder / label / f"{_name(lot, lots, i)}.png"
                        path.parent.mkdir(parents=True, exist_ok=True)
                        Image.fromarray(grey.astype(np.uint8)).save(path)
        return folders


def _name(lot: int, lots: int, i: int) -> str:
    return f"lot{lot:02}__{i:03}" if lots > 1 else f"{i:03}"


def steel(label: str, _: Rng, rng: Rng) -> Grey:
    """Draw hot-rolled strip of 200 x 200 pixels with one of six faults, faint ones among them."""
    shape = (200, 200)
    grain = gaussian_filter(rng.normal(0, 1, shape), (rng.uniform(0.6, 2.5), rng.uniform(0.6, 1)))
    cloud = gaussian_filter(rng.normal(0, 1, shape), rng.uniform(10, 25))
    rough = rng.uniform(5, 12) * grain / grain.std() + rng.uniform(0, 10) * cloud / cloud.std()
    return _lit(_STEEL[label](shape, rng) * rng.uniform(0.5, 1.2) + rough, rng)


def _crazing(shape: tuple[int, int], rng: Rng) -> Grey:
    noise = gaussian_filter(rng.normal(0, 1, shape), rng.uniform(3, 5))
    return -35 * np.exp(-np.square(noise / noise.std() / 0.12))


def _inclusion(shape: tuple[int, int], rng: Rng) -> Grey:
    streaks = (_line(shape, rng, (15, 50), (1.5, 4)) for _ in range(rng.integers(1, 4)))
    spots = (_spot(shape, rng, (2, 5), (2, 6)) for _ in range(rng.integers(1, 5)))
    return (sum(streaks) + sum(spots)) * -50.0


def _patches(shape: tuple[int, int], rng: Rng) -> Grey:
    noise = gaussian_filter(rng.normal(0, 1, shape), rng.uniform(7, 13))
    return -45 / (1 + np.exp(-8 * (noise / noise.std() - rng.uniform(0.4, 1.2))))


def _pitted(shape: tuple[int, int], rng: Rng) -> Grey:
    pits = np.zeros(shape)
    count = rng.integers(40, 160)
    pits[rng.integers(0, shape[0], count), rng.integers(0, shape[1], count)] = 1
    return -60 * np.minimum(1, 12 * gaussian_filter(pits, rng.uniform(0.9, 1.5)))


def _scale(shape: tuple[int, int], rng: Rng) -> Grey:
    noise = gaussian_filter(rng.normal(0, 1, shape), (rng.uniform(1.5, 3), rng.uniform(4, 8)))
    return 18 * noise / noise.std()


def _scratches(shape: tuple[int, int], rng: Rng) -> Grey:
    sign = rng.choice((-1, 1), p=(0.3, 0.7))
    lines = (_line(shape, rng, (30, 160), (0.8, 2.5)) for _ in range(rng.integers(1, 5)))
    return sign * 55.0 * sum(lines)


_STEEL = {
    "crazing": _crazing, "inclusion": _inclusion, "patches": _patches,
    "pitted": _pitted, "rolled-in scale": _scale, "scratches": _scratches,
}  # fmt: skip


def board(label: str, lot: Rng, rng: Rng) -> Grey:
    """Photograph 480 x 480 pixels of a circuit board; a bad one has two to nine small faults."""
    copper, holes, pads = _traces(480, lot)
    if label != "ok":
        for _ in range(rng.integers(2, 10)):
            _spoil(copper, holes, pads, rng)
    colour = lot.uniform(40, 90) + lot.uniform(60, 110) * copper * (1 - holes) - 40 * holes
    moved = np.roll(colour, tuple(rng.integers(-3, 4, 2)), (0, 1))
    return _lit(gaussian_filter(moved, 0.8) - 120 + rng.normal(0, 4, moved.shape), rng)


def bare_board(label: str, lot: Rng, rng: Rng) -> Grey:
    """Scan 640 x 640 pixels of a bare circuit board; a bad one has three to twelve faults.

    Black and white, the size, and the number of faults are as in DeepPCB (Tang et al. 2019,
    "Online PCB Defect Detector On A New PCB Defect Dataset", section 3).
    """
    copper, holes, pads = _traces(640, lot)
    if label != "ok":
        for _ in range(rng.integers(3, 13)):
            _spoil(copper, holes, pads, rng)
    seen = gaussian_filter(copper * (1 - holes) + rng.normal(0, 0.1, copper.shape), 1.2)
    return 255.0 * (np.roll(seen, tuple(rng.integers(-3, 4, 2)), (0, 1)) > 0.5)


def _traces(side: int, lot: Rng) -> tuple[Grey, Grey, list[tuple[int, int]]]:
    """Lay traces that end in pads with holes; return copper, holes, and the pads' places."""
    copper, holes = np.zeros((2, side, side))
    pads = []
    size = side / 480
    pitch = int(size * lot.integers(20, 33))
    for _ in range(int(lot.integers(25, 60))):
        row, column = pitch * lot.integers(1, side // pitch, 2)
        width = lot.integers(pitch // 3, pitch // 2 + 1)
        for _ in range(lot.integers(1, 4)):
            length = pitch * int(lot.integers(2, 9))
            if lot.random() < 0.5:
                copper[row : row + width, column : column + length] = 1
                column = min(column + length, side - 20)
            else:
                copper[row : row + length, column : column + width] = 1
                row = min(row + length, side - 20)
        pads.append((row, column))
    for row, column in pads:
        radius = size * lot.uniform(10, 15)
        _fill_disc(copper, row, column, radius)
        _fill_disc(holes, row, column, radius / 2.3)
    return copper, holes, pads


def _spoil(copper: Grey, holes: Grey, pads: list[tuple[int, int]], rng: Rng) -> None:
    """Open or join traces, bite into one, leave copper on one or by itself, prick or fill one."""
    side = len(copper)
    size = side / 480
    kind = rng.integers(5)
    if kind == 4:
        row, column = pads[rng.integers(len(pads))]
        _fill_disc(holes, row, column, 10 * size, 0)
        return
    inner = slice(16, -16)
    edge = np.hypot(*np.gradient(copper[inner, inner])) > 0
    where = (edge, edge, copper[inner, inner] > 0, copper[inner, inner] == 0)[kind]
    places = np.argwhere(where & (holes[inner, inner] == 0)) + 16
    row, column = places[rng.integers(len(places))]
    turn, oval = rng.uniform(0, np.pi), rng.uniform(1, 2)
    down, across = np.mgrid[:side, :side].astype(np.float64) - np.array([[[row]], [[column]]])
    along = across * np.cos(turn) + down * np.sin(turn)
    aside = down * np.cos(turn) - across * np.sin(turn)
    copper[np.hypot(along / oval, aside) < size * rng.uniform(5, 11)] = (0, 1, 0, 1)[kind]


def _fill_disc(grey: Grey, row: int, column: int, radius: float, value: float = 1) -> None:
    """Set the pixels nearer to one than a radius."""
    down, across = np.arange(grey.shape[0]), np.arange(grey.shape[1])
    rows, columns = np.abs(down - row) < radius, np.abs(across - column) < radius
    far = np.hypot(down[rows, None] - row, across[columns] - column)
    part = grey[np.ix_(rows, columns)]
    part[far < radius] = value
    grey[np.ix_(rows, columns)] = part


def tile(label: str, lot: Rng, rng: Rng) -> Grey:
    """Draw a smooth tile of 96 to 400 pixels a side; a bad one has one faint fault."""
    shape = (int(lot.integers(96, 401)), int(lot.integers(96, 401)))
    grain = gaussian_filter(rng.normal(0, 1, shape), (0.7, lot.uniform(0.7, 6)))
    cloud = gaussian_filter(rng.normal(0, 1, shape), min(shape) / rng.uniform(4, 8))
    surface = lot.uniform(3, 8) * grain / grain.std() + rng.uniform(3, 9) * cloud / cloud.std()
    bend = lot.uniform(10, 40) * np.square(np.linspace(-1, 1, shape[1]))
    for _ in range(rng.integers(0, 3)):  # marks that any tile may bear
        surface += rng.uniform(-12, 8) * _spot(shape, rng, (1, 3), (1, 2))
        surface += rng.uniform(-8, 8) * _line(shape, rng, (10, 60), (0.6, 1.2))
    flaw = _TILE[rng.integers(4)](shape, rng) if label != "free" else 0.0
    return _lit(surface - bend + flaw, rng)


def _blowhole(shape: tuple[int, int], rng: Rng) -> Grey:
    return -rng.uniform(25, 60) * _spot(shape, rng, (2.5, 6), (1, 1.6))


def _crack(shape: tuple[int, int], rng: Rng) -> Grey:
    return -rng.uniform(18, 45) * _line(shape, rng, (20, 80), (0.8, 1.8))


def _fray(shape: tuple[int, int], rng: Rng) -> Grey:
    rough = gaussian_filter(rng.normal(0, 1, shape), 2)
    return _spot(shape, rng, (10, 25), (1, 2)) * (15 * rough / rough.std() - 12)


def _uneven(shape: tuple[int, int], rng: Rng) -> Grey:
    return rng.choice((-1, 1)) * rng.uniform(15, 32) * _spot(shape, rng, (15, 40), (1, 3))


_TILE = (_blowhole, _crack, _fray, _uneven)


def casting(label: str, _: Rng, rng: Rng) -> Grey:
    """Draw a casting of 150 x 150 pixels, always in the same pose but for a pixel or two."""
    down, across = np.mgrid[:150, :150] - 74.5 + rng.normal(0, 1, (2, 1, 1))
    far, angle = np.hypot(down, across), np.arctan2(down, across)
    grey = np.where(far < 66, 150.0, 40.0) + 25 * np.cos(far / 7) * (far < 66)
    grey[(far > 22) & (far < 46) & (np.cos(6 * angle) > 0.55)] = 70
    grey[far < 10] = 30
    grey = gaussian_filter(grey, 1.0) + 4 * gaussian_filter(rng.normal(0, 2, far.shape), 0.8)
    if label != "ok":
        grey += _TILE[rng.integers(3)](grey.shape, rng) * 1.5
    return _lit(grey - 120, rng)


def _spot(
    shape: tuple[int, int], rng: Rng, size: tuple[float, float], oval: tuple[float, float]
) -> Grey:
    along, aside = _around(shape, rng)
    far = np.hypot(along / rng.uniform(*oval), aside) / rng.uniform(*size)
    return 1 / (1 + np.exp(np.clip(6 * (far - 1), -40, 40)))


def _line(
    shape: tuple[int, int], rng: Rng, length: tuple[float, float], width: tuple[float, float]
) -> Grey:
    along, aside = _around(shape, rng)
    bent = aside - rng.normal(0, 0.002) * np.square(along)
    return np.exp(-np.square(bent / rng.uniform(*width))) * (
        np.abs(along) < rng.uniform(*length) / 2
    )


def _around(shape: tuple[int, int], rng: Rng) -> tuple[Grey, Grey]:
    """Return turned coordinates around a drawn place."""
    turn = rng.uniform(0, np.pi)
    down, across = np.mgrid[: shape[0], : shape[1]].astype(np.float64)
    down -= rng.uniform(0.12, 0.88) * shape[0]
    across -= rng.uniform(0.12, 0.88) * shape[1]
    return across * np.cos(turn) + down * np.sin(turn), down * np.cos(turn) - across * np.sin(turn)


def _lit(grey: Grey, rng: Rng) -> Grey:
    """Light a surface: its mean, its contrast, and a slope across it."""
    down, across = np.linspace(-1, 1, grey.shape[0])[:, None], np.linspace(-1, 1, grey.shape[1])
    slope = rng.normal(0, 8) * down + rng.normal(0, 8) * across
    return rng.uniform(95, 165) + rng.uniform(0.75, 1.25) * grey + slope


SURFACES = {
    "steel": Surface(steel, dict.fromkeys(_STEEL, 50), dict.fromkeys(_STEEL, 30)),
    "boards": Surface(board, {"ok": 2, "defect": 2}, {"ok": 2, "defect": 2}, 120, 60),
    "bare boards": Surface(bare_board, {"ok": 2, "defect": 2}, {"ok": 2, "defect": 2}, 120, 60),
    "tiles": Surface(tile, {"free": 8, "defect": 2}, {"free": 5, "defect": 5}, 60, 30),
    "castings, good ones alone": Surface(casting, {"ok": 120}, {"ok": 60, "defect": 60}),
    "tiles, good ones alone": Surface(tile, {"free": 6}, {"free": 5, "defect": 5}, 60, 30),
}
