"""A widget that also shows itself where nothing moves: on a web page, in print, to a screen reader.

A live widget needs a kernel and a browser. Beside it, every widget of the course sends a still
version, from which a viewer without them takes what it can show: HTML, a PNG, or words.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import numpy as np
from numpy.typing import ArrayLike

from tinyml_course.errors import InputError

FOLDER = Path(__file__).parent


def script(*names: str) -> str:
    """Return a widget's browser side: what it draws with and is moved by, then its own files."""
    files = ("drawing.js", "controls.js", *names)
    return "".join((FOLDER / file).read_text(encoding="utf-8") for file in files)


class StillWidget(anywidget.AnyWidget):  # type: ignore[misc]  # anywidget's base has no types
    """A widget with a still version; subclasses say it in words and, if it helps, draw it."""

    _css = FOLDER / "style.css"

    def describe(self) -> str:
        """Say in words what the widget shows."""
        raise NotImplementedError

    def still(self) -> dict[str, Any]:
        """Return what to show where nothing moves, by MIME type, besides the words."""
        return {}

    def _repr_mimebundle_(self, **_: object) -> tuple[dict[str, Any], dict[str, Any]]:
        live, metadata = super()._repr_mimebundle_()
        words = self.describe()
        bundle = {**live, **self.still(), "text/plain": words}
        if "image/png" in bundle:
            metadata = {**metadata, "image/png": {"alt": words}}
        return bundle, metadata


def float32_bytes(values: ArrayLike, ndim: int, name: str) -> tuple[bytes, tuple[int, ...]]:
    """Pack numbers for the browser, refusing what could not be drawn.

    Returns
    -------
    packed : bytes
        The values as little-endian float32, last axis fastest.
    shape : tuple of int
    """
    array = np.asarray(values, dtype="<f4")
    if array.ndim != ndim or array.size == 0:
        raise InputError(f"{name} has shape {array.shape}; {ndim} axes with values are needed.")
    if not np.isfinite(array).all():
        raise InputError(f"{name} has values that are not finite; there is nothing to draw there.")
    return array.tobytes(), array.shape
