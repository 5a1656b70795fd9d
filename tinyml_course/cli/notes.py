"""Warnings as a user of the command should see them: a line each, and only those about the data."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tinyml_course.errors import DataNote


@contextmanager
def notes_in_words() -> Iterator[None]:
    """Print each `DataNote` once, as a line on stderr, and no other warning."""
    told: set[str] = set()

    def show(message: Warning | str, category: type[Warning], *_: Any, **__: Any) -> None:
        text = str(message)
        if issubclass(category, DataNote) and text not in told:
            told.add(text)
            print(f"note: {text}", file=sys.stderr)

    with warnings.catch_warnings():
        warnings.simplefilter("always", DataNote)
        warnings.showwarning = show
        yield
