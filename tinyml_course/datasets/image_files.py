"""One picture file as grey values of a wanted size, or a sentence on why not.

Colour becomes grey by the weights of ITU-R BT.601, as Pillow has them; sixteen bits become eight by
stretching the range that the picture uses; what is seen through lies on black.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tinyml_course.errors import InputError

if TYPE_CHECKING:
    from PIL import Image

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp", ".gif", ".pgm", ".ppm")
FORMATS = ("PNG", "JPEG", "BMP", "TIFF", "WEBP", "GIF", "PPM")  # and no EPS, which runs Ghostscript
MOST_PIXELS = 40_000_000  # of one picture: more than any industrial camera gives
LEAST_SIDE = 8
DEEP_NOTE = "of 16 bits or more, brought to 8 by stretching its range of grey values"
DEEP = ("I;16", "I;16B", "I;16L", "I;16N", "I", "F")


@dataclass(frozen=True, eq=False)
class Picture:
    """Grey values, shape=(height, width), and what was done to them that may surprise."""

    grey: NDArray[np.uint8]
    note: str = ""


def read_picture(path: Path, height: int, width: int) -> Picture:
    """Read a picture and average it by area to a size; a smaller one is interpolated.

    Raises
    ------
    InputError
        If the file is no picture, damaged, too large, too small, animated, or in CMYK.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path, formats=FORMATS) as picture:
            _check(path, picture)
            grey = _grey(picture)
            note = DEEP_NOTE if picture.mode in DEEP else ""
    except UnidentifiedImageError as error:
        raise InputError(
            f"{path} is no picture, or its head is damaged. Move it away, or save it again as PNG."
        ) from error
    except Image.DecompressionBombError as error:
        raise InputError(_too_large(path, "far too many")) from error
    except (OSError, SyntaxError, ValueError) as error:
        raise InputError(
            f"{path} is damaged or cut off ({error}). Copy it again, or move it away."
        ) from error
    return Picture(_sized(grey, height, width), note)


def resized(pictures: NDArray[np.uint8], height: int, width: int) -> NDArray[np.uint8]:
    """Bring pictures (n, height, width) to another size, as `read_picture` would have."""
    from PIL import Image

    made = [_sized(Image.fromarray(one), height, width) for one in pictures]
    return np.stack(made) if made else np.empty((0, height, width), np.uint8)


def _sized(grey: Image.Image, height: int, width: int) -> NDArray[np.uint8]:
    from PIL import Image

    shrinks = grey.width >= width and grey.height >= height
    how = Image.Resampling.BOX if shrinks else Image.Resampling.BILINEAR
    return np.asarray(grey.resize((width, height), how), np.uint8)


def _check(path: Path, picture: Image.Image) -> None:
    """Refuse, before a pixel is decoded, what cannot be used."""
    if picture.width * picture.height > MOST_PIXELS:
        raise InputError(_too_large(path, f"{picture.width:,} x {picture.height:,}"))
    if min(picture.size) < LEAST_SIDE:
        raise InputError(
            f"{path} has {picture.width} x {picture.height} pixels; a picture needs {LEAST_SIDE} "
            "each way. Take it again, nearer."
        )
    if getattr(picture, "n_frames", 1) > 1 and picture.format != "MPO":  # a telephone's JPEG
        raise InputError(
            f"{path} is animated ({getattr(picture, 'n_frames', 0)} pictures in one). Save the one "
            "that is meant as a PNG of its own."
        )
    if picture.mode in ("CMYK", "LAB"):
        raise InputError(
            f"{path} is in {picture.mode}, made for printing, and its grey values are no "
            "measurement. Save it as RGB or grey."
        )


def _grey(picture: Image.Image) -> Image.Image:
    """Decode a picture and return it as grey values of eight bits."""
    from PIL import Image, ImageOps

    upright = ImageOps.exif_transpose(picture)
    if upright.mode in DEEP:
        values = np.asarray(upright).astype(np.float64)
        low, high = values.min(), values.max()
        if not np.isfinite(high - low):
            raise ValueError("a grey value is not finite")
        return Image.fromarray(np.uint8(np.rint((values - low) * (255 / max(high - low, 1)))))
    if upright.mode in ("P", "PA", "LA", "RGBA", "La", "RGBa"):
        upright = upright.convert("RGBA")
        upright = Image.alpha_composite(Image.new("RGBA", upright.size, (0, 0, 0, 255)), upright)
    return upright.convert("L")


def _too_large(path: Path, pixels: str) -> str:
    return (
        f"{path} has {pixels} pixels; at most {MOST_PIXELS:,} are read. Cut out the part, or "
        "shrink the picture."
    )
