"""A folder of recordings, one sub-folder a word, read into clips, labels and speakers.

The layout is that of Speech Commands: `DIR/<word>/<speaker>_nohash_<take>.wav`. A name without
`_nohash_` is taken for a speaker of its own. `testing_list.txt` and `validation_list.txt` in `DIR`
decide the split where they are present.

References
----------
Warden (2018), "Speech Commands: A Dataset for Limited-Vocabulary Speech Recognition", sections 5-6.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tinyml_course.datasets import audio
from tinyml_course.datasets.folders import class_folders, deeper, is_clutter, read_list
from tinyml_course.errors import DataNote, InputError

KEYWORDS = ("yes", "no", "up", "down", "left", "right", "on", "off", "stop", "go")
SILENCE, UNKNOWN = "silence", "unknown"
LABELS = (*KEYWORDS, SILENCE, UNKNOWN)
OTHER_WORDS = (
    *("backward", "bed", "bird", "cat", "dog", "eight", "five", "follow", "forward", "four"),
    *("happy", "house", "learn", "marvin", "nine", "one", "seven", "sheila", "six", "three"),
    *("tree", "two", "visual", "wow", "zero"),
)
ALIASES = {"_silence_": SILENCE, "_background_noise_": SILENCE, "_unknown_": UNKNOWN}
SPLIT_LISTS = {"test": "testing_list.txt", "validation": "validation_list.txt"}


@dataclass(frozen=True)
class Recording:
    """One sound file of a folder.

    Attributes
    ----------
    path : Path
    label : str
        The class its clips belong to.
    speaker : str
        The group its clips belong to.
    clips : int
        How many clips of one second it gives.
    split : str or None
        "train", "test" or "validation" where the folder's lists say so.
    """

    path: Path
    label: str
    speaker: str
    clips: int
    split: str | None


def is_split(root: Path) -> bool:
    """Tell whether a folder says which recordings are for testing."""
    return (root / SPLIT_LISTS["test"]).is_file()


def find_recordings(
    root: Path, labels: Sequence[str] | None = None
) -> tuple[list[Recording], tuple[str, ...]]:
    """List a folder's recordings and its classes.

    Parameters
    ----------
    root : Path
        The folder that holds one folder a word.
    labels : sequence of str or None
        The classes wanted, in their order. None takes the twelve classes where all ten keywords
        are there, otherwise every word is a class: in alphabetical order, then silence, unknown.
        Words that are not among them become unknown; silence is left out if it is not.

    Raises
    ------
    InputError
        If the folder is missing, has no word folders, has only one class, or holds a file that is
        no sound.
    """
    if not root.is_dir():
        what = "is a file, not a folder" if root.exists() else "is not there"
        raise InputError(f"{root} {what}. Give the folder that holds one folder of sound a word.")
    folders = class_folders(root)
    if not folders:
        raise InputError(
            f"{root} has no word folders. Sort the recordings into {root}/<word>/<name>.wav."
            + deeper(root, audio.SUFFIXES)
        )
    classes = tuple(labels) if labels else _classes({_word(folder) for folder in folders})
    if labels is None and len(classes) < 2:
        raise InputError(
            f"{root} has one class only ({classes[0]}); a classifier needs two or more. "
            "Add a folder of another word, or of silence." + deeper(root, audio.SUFFIXES)
        )
    folders = [f for f in folders if _word(f) != SILENCE or SILENCE in classes]
    listed = read_lists(root)
    found = [
        Recording(path, label, speaker_of(path), _count_clips(path, label), split_of(path, listed))
        for folder in folders
        for label in [_label(folder, classes)]
        for path in _sound_files(folder)
    ]
    return found, classes


def read_recording(recording: Recording, *, convert: bool = False) -> NDArray[np.int16]:
    """Read the clips of one recording, shape (clips, 16000)."""
    if recording.label == SILENCE:
        return audio.read_seconds(recording.path, convert=convert)
    return audio.read_clip(recording.path, convert=convert)[None]


def _word(folder: Path) -> str:
    return ALIASES.get(folder.name, folder.name)


def _classes(words: set[str]) -> tuple[str, ...]:
    """Choose the classes of a folder from the words it has."""
    if not words.issuperset(KEYWORDS):
        own = sorted(words - {SILENCE, UNKNOWN})
        return (*own, *(label for label in (SILENCE, UNKNOWN) if label in words))
    strangers = sorted(words.difference(LABELS, OTHER_WORDS))
    if strangers:
        warnings.warn(
            f"not among the twelve classes, so taken as unknown: {', '.join(strangers)}. "
            "Name the classes you want in load_dataset(..., labels=...).",
            DataNote,
            stacklevel=6,
        )
    return LABELS


def _label(folder: Path, classes: tuple[str, ...]) -> str:
    word = _word(folder)
    if word in classes:
        return word
    if UNKNOWN in classes:
        return UNKNOWN
    raise InputError(
        f"{folder} is none of the classes {', '.join(classes)}, and there is no class for unknown "
        "words. Move the folder away, or add its name to the labels."
    )


def _sound_files(folder: Path) -> list[Path]:
    """List the recordings of one word; a README and a system's own files are passed over."""
    files = sorted(
        path for path in folder.iterdir() if not is_clutter(path) and path.stem.upper() != "README"
    )
    if not files:
        raise InputError(f"{folder} is empty. Put recordings of the word in it, or remove it.")
    for path in files:
        if path.is_dir():
            raise InputError(
                f"{path} is a folder, where recordings of the word should be. Move it away."
                + deeper(folder.parent, audio.SUFFIXES)
            )
        if not path.exists():
            raise InputError(f"{path} is a link to nowhere. Copy what it meant, or remove it.")
        if path.suffix.lower() not in audio.SUFFIXES:
            raise InputError(
                f"{path} is not a sound file the course reads ({', '.join(audio.SUFFIXES)}). "
                "Convert it to 16-bit WAV at 16,000 Hz, or move it away."
            )
    return files


def speaker_of(path: Path) -> str:
    """Return who speaks: `0c540988` of `0c540988_nohash_1` and of `bird_0c540988_nohash_1`."""
    name, marked, _ = path.stem.partition("_nohash_")
    prefixed = re.fullmatch(r".+_([0-9a-f]{8})", name) if marked else None
    return prefixed[1] if prefixed else name


def _count_clips(path: Path, label: str) -> int:
    return audio.count_seconds(path) if label == SILENCE else 1


def read_lists(root: Path) -> dict[str, str] | None:
    """Return the split of every listed clip, by `word/name` without suffix; None without lists."""
    if not any((root / name).is_file() for name in SPLIT_LISTS.values()):
        return None
    listed = {}
    for split, name in SPLIT_LISTS.items():
        if (root / name).is_file():
            for line in read_list(root / name):
                listed[line.rpartition(".")[0]] = split
    return listed


def split_of(path: Path, listed: dict[str, str] | None) -> str | None:
    """Return the split of a clip by what `read_lists` has read; None without lists."""
    if listed is None:
        return None
    return listed.get(f"{path.parent.name}/{path.stem}", "train")
