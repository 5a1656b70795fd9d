"""Data sets: the ones that come with the course, or a folder of your own, as one frozen value."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from tinyml_course.datasets.dataset import Dataset
from tinyml_course.datasets.download import download_speech_commands
from tinyml_course.datasets.keywords import load_keywords
from tinyml_course.errors import InputError

__all__ = ["Dataset", "download_speech_commands", "load_dataset"]


def load_dataset(
    name: str,
    path: str | Path | None = None,
    split: Literal["train", "test", "validation"] | None = None,
    *,
    labels: Sequence[str] | None = None,
    convert: bool = False,
) -> Dataset:
    """Load a data set by the name of its task.

    Parameters
    ----------
    name : {"keywords"}
        "keywords": clips of one second, int16, shape (n, 16000), 16 kHz.
    path : str or Path or None
        A folder of your own recordings, `path/<word>/*.wav|flac|ogg|opus`; None is the set that
        comes with the course.
    split : {"train", "test", "validation"} or None
        A part with speakers of its own; None is everything. A folder with `testing_list.txt` or
        `validation_list.txt` is split as they say, another one by `Dataset.split`.
    labels : sequence of str or None
        The classes wanted from a folder, for example those of a trained model; words that are not
        among them count as "unknown". None is the twelve classes where all ten keywords are
        there, and otherwise the folder's own words.
    convert : bool
        Mix to mono, resample and reduce to 16 bits what is not 16,000 Hz, mono, 16 bit, instead
        of refusing it.

    Raises
    ------
    InputError
        If there is no such data set, the folder is missing or has one class only, or a file is
        empty, truncated, no sound, below 16 kHz, or not in the right form.

    Examples
    --------
    >>> load_dataset("whales")
    Traceback (most recent call last):
    tinyml_course.errors.InputError: there is no data set "whales": choose "keywords".
    """
    if name != "keywords":
        raise InputError(f'there is no data set "{name}": choose "keywords".')
    folder = None if path is None else Path(path)
    return load_keywords(folder, split, labels=labels, convert=convert)
