"""Make data/parts: pictures of machined parts by lot, good ones and faulty ones, and the masks.

    python data/make_parts.py [--out DIR]

Every lot has a seed of its own, so that the same bytes come out again with the Pillow of the lock
file. A sheet holds the pictures of a lot, ten in a row; `index.csv` says what each one is.
"""

import argparse
import csv
import hashlib
from pathlib import Path

import numpy as np
from part_images import DEFECTS, SIDE, draw_lot, render
from PIL import Image

PARTS = Path(__file__).resolve().parent / "parts"
LOTS = 30  # rings and plates in turn
VALIDATION_LOTS = (4, 9, 14, 19, 22, 23)  # three of each; networks and recipes were chosen on them
TEST_LOTS = (24, 25, 26, 27, 28, 29)  # rendered when all that was chosen
PER_LOT, PER_ROW = 100, 10
DEFECTIVE = 40  # of a lot: eight of each kind
SEED = 20_240
COLUMNS = ("lot", "number", "part", "label", "defect", "split")


def make_lot(number: int) -> tuple[np.ndarray, np.ndarray, list[tuple[object, ...]]]:
    """Return the sheet of pictures, the sheet of masks and the rows of the index of one lot."""
    rng = np.random.default_rng([SEED, number])
    lot = draw_lot(("ring", "plate")[number % 2], rng)
    flaws = rng.permutation([*DEFECTS] * (DEFECTIVE // len(DEFECTS)) + [""] * (PER_LOT - DEFECTIVE))
    made = [render(lot, flaw or None, i / PER_LOT, rng) for i, flaw in enumerate(flaws)]
    splits = {**dict.fromkeys(VALIDATION_LOTS, "validation"), **dict.fromkeys(TEST_LOTS, "test")}
    split = splits.get(number, "train")
    rows = [
        (f"lot-{number:02}", i, lot.kind, "defect" if flaw else "ok", flaw, split)
        for i, flaw in enumerate(flaws)
    ]
    return _sheet([p for p, _ in made]), _sheet([m for _, m in made]), rows


def _sheet(tiles: list[np.ndarray]) -> np.ndarray:
    grid = np.stack(tiles).reshape(-1, PER_ROW, SIDE, SIDE)
    return grid.transpose(0, 2, 1, 3).reshape(-1, PER_ROW * SIDE)


def main() -> None:
    """Write sheets, masks, index and checksums."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=PARTS, help="the folder to write")
    parser.add_argument("--lots", type=int, default=LOTS, help="only the first so many")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    index = []
    for number in range(given.lots):
        pictures, masks, rows = make_lot(number)
        Image.fromarray(pictures).save(given.out / f"lot-{number:02}.png", optimize=True)
        Image.fromarray(masks).save(given.out / f"lot-{number:02}-mask.png", optimize=True)
        index += rows
    with (given.out / "index.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([COLUMNS, *index])
    files = sorted([*given.out.glob("*.png"), given.out / "index.csv"])
    sums = [f"{hashlib.sha256(f.read_bytes()).hexdigest()}  {f.name}\n" for f in files]
    (given.out / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")
    print(f"{len(index):,} pictures, {sum(f.stat().st_size for f in files) / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
