"""Data sets: the ones that come with the course, or a folder of your own, as one frozen value."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from tinyml_course.datasets.dataset import Dataset
from tinyml_course.datasets.download import download_speech_commands
from tinyml_course.datasets.gestures import load_gestures
from tinyml_course.datasets.keywords import load_keywords
from tinyml_course.datasets.parts import load_parts
from tinyml_course.errors import InputError

__all__ = ["Dataset", "download_speech_commands", "load_dataset"]


def load_dataset(
    name: str,
    path: str | Path | None = None,
    split: Literal["train", "test", "validation"] | None = None,
    *,
    labels: Sequence[str] | None = None,
    convert: bool = False,
    rate_hz: float | None = None,
    window_s: float | None = None,
) -> Dataset:
    """Load a data set by the name of its task.

    Parameters
    ----------
    name : {"keywords", "gestures", "parts"}
        "keywords": clips of one second, int16, shape (n, 16000), 16 kHz.
        "gestures": clips of a second and a half, float32, shape (n, 150, 3 or 6), 100 Hz, in g and
        degrees/s.
        "parts": grey pictures, uint8, shape (n, 64, 64), or (n, 192, 192) from a folder.
    path : str or Path or None
        A folder of your own recordings; None is the set that comes with the course. Keywords:
        `path/<word>/*.wav|flac|ogg|opus`. Gestures: `path/<label>/*.csv` or `path/<label>.csv`
        with columns aX,aY,aZ and perhaps gX,gY,gZ, and what phones, Edge Impulse and public data
        sets write (see `datasets.motion_folder`). Parts:
        `path/<label>/*.png|jpg|bmp` of any size, lots as folders or in the names (see
        `datasets.image_layouts`); a folder of good parts alone gets an empty class "defect".
    split : {"train", "test", "validation"} or None
        A part with speakers of its own; None is everything. A folder with `testing_list.txt` or
        `validation_list.txt` is split as they say, another one by `Dataset.split`.
    labels : sequence of str or None
        The classes wanted from a folder, for example those of a trained model; words that are not
        among them count as "unknown". None is the twelve classes where all ten keywords are
        there, and otherwise the folder's own words.
    convert : bool
        Mix to mono, resample and reduce to 16 bits what is not 16,000 Hz, mono, 16 bit, instead
        of refusing it. Keywords only.
    rate_hz : float or None
        The rate of gestures whose files do not tell it; None is Arduino's tutorial's, 119 Hz.
    window_s : float or None
        How much a model will see of a folder's gestures at once, in seconds; clips are half as long
        again. None is a second, or more where the motion takes longer.

    Raises
    ------
    InputError
        If there is no such data set, the folder is missing or has one class only, or a file is
        empty, truncated, no sound or motion, of a wrong rate, or not in the right form.

    Examples
    --------
    >>> load_dataset("cats")
    Traceback (most recent call last):
    tinyml_course.errors.InputError: there is no data set "cats": choose keywords, gestures, parts.
    """
    folder = None if path is None else Path(path)
    if name == "keywords":
        return load_keywords(folder, split, labels=labels, convert=convert)
    if name == "gestures":
        return load_gestures(folder, split, labels=labels, rate_hz=rate_hz, window_s=window_s)
    if name == "parts":
        return load_parts(folder, split, labels=labels)
    raise InputError(f'there is no data set "{name}": choose keywords, gestures, parts.')
