"""Gestures: the shipped sessions of simulated people, or a folder of your own recordings.

Both become a `Dataset` of clips of 1.5 s at 100 Hz: acceleration in g, rate of turn in degrees/s.
That is a second with what happened and a quarter of a second before and after it, which lets
augmentation move the gesture within the window and lets a longer window be tried. Where the motion
in a folder takes longer, so do the clips: half as much again as the window that a model will see.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tinyml_course.datasets.dataset import Dataset
from tinyml_course.datasets.motion_folder import load_folder
from tinyml_course.datasets.motion_recordings import CLIP_SAMPLES, OTHER, RATE_HZ, UNITS
from tinyml_course.errors import InputError

SHIPPED = Path(__file__).resolve().parents[2] / "data" / "gestures"
LABELS = ("wing", "ring", "slope", "idle", OTHER)
GESTURES = LABELS[:3]
SCALE = np.repeat([1 / 4096, 1 / 16], 3)  # of the shipped integers: g, degrees/s
SPLITS = ("train", "test")
PART_S = 0.3  # a window whose middle lies so far outside a gesture shows only part of it
EVERY_S = 0.6  # from clip to clip of a longer event


@dataclass(frozen=True)
class Event:
    """What somebody did, from when to when in a session."""

    label: str
    start_s: float
    stop_s: float

    @property
    def middle_s(self) -> float:
        """The moment in its middle."""
        return (self.start_s + self.stop_s) / 2


@dataclass(frozen=True, eq=False)
class Session:
    """A continuous recording of one person.

    Attributes
    ----------
    person : str
    split : {"train", "test"}
    samples : ndarray, shape=(time, 6), dtype=float32
        Acceleration x, y, z in g, rate of turn about x, y, z in degrees/s; 100 Hz.
    events : tuple of Event
        In the order of time; between them the hand goes back to where it was.
    """

    person: str
    split: str
    samples: NDArray[np.float32]
    events: tuple[Event, ...]

    @property
    def minutes(self) -> float:
        """Length of the session."""
        return len(self.samples) / RATE_HZ / 60


def load_sessions(split: str | None = None) -> tuple[Session, ...]:
    """Load the shipped sessions, whole: what a board would measure in minutes of use.

    Parameters
    ----------
    split : {"train", "test"} or None
        A part with people of its own; None is everyone.
    """
    root = _shipped_folder()
    with (root / "events.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    sessions = []
    with np.load(root / "sessions.npz") as stored:
        for person in stored.files:
            own = [row for row in rows if row["person"] == person]
            events = tuple(
                Event(row["label"], int(row["start"]) / RATE_HZ, int(row["stop"]) / RATE_HZ)
                for row in own
            )
            samples = (stored[person] * SCALE).astype(np.float32)
            sessions.append(Session(person, own[0]["split"], samples, events))
    return tuple(s for s in sessions if split in (None, s.split))


def load_gestures(
    path: Path | None = None,
    split: str | None = None,
    *,
    labels: Sequence[str] | None = None,
    rate_hz: float | None = None,
    window_s: float | None = None,
) -> Dataset:
    """Load the shipped gestures, or a folder of recordings; see `load_dataset`."""
    if split is not None and split not in SPLITS:
        raise InputError(f'there is no split "{split}": choose {", ".join(SPLITS)} or None.')
    if path is not None:
        folder = Path(path).expanduser()
        return load_folder(folder, split, labels=labels, rate_hz=rate_hz, window_s=window_s)
    found = [
        (clip, label, session.person)
        for session in load_sessions(split)
        for clip, label in _clips(session)
    ]
    return Dataset(
        x=np.stack([clip for clip, _, _ in found]),
        y=np.array([LABELS.index(label) for _, label, _ in found], dtype=np.int64),
        labels=LABELS,
        group=np.array([person for _, _, person in found]),
        rate_hz=float(RATE_HZ),
        units=UNITS,
        source="simulated people, data/gestures/README.md",
        licence="CC-BY-4.0",
    )


def _shipped_folder() -> Path:
    """Find the shipped set: in `TINYML_DATA`, else beside the package in a checkout."""
    named = os.environ.get("TINYML_DATA")
    folder = Path(named).expanduser() / "gestures" if named else SHIPPED
    if not (folder / "events.csv").is_file():
        raise InputError(
            f"the shipped gestures are not in {folder}: the package was installed without the "
            "course's data folder. Set TINYML_DATA to the data folder of a checkout, or give "
            "load_dataset a path."
        )
    return folder


def _clips(session: Session) -> list[tuple[NDArray[np.float32], str]]:
    """Cut a session into labelled clips.

    A gesture gives one clip of its own, and two that show only its beginning or its end: they are
    "other", as a detector that slides along the session must know.
    """
    found = []
    for event in session.events:
        if event.label in GESTURES:
            found.append((event.middle_s, event.label))
            found += [(event.start_s - PART_S, OTHER), (event.stop_s + PART_S, OTHER)]
        else:
            count = max(1, round((event.stop_s - event.start_s) / EVERY_S))
            step = (event.stop_s - event.start_s) / count
            found += [(event.start_s + (i + 0.5) * step, event.label) for i in range(count)]
    clips = []
    for middle_s, label in found:
        start = round(middle_s * RATE_HZ) - CLIP_SAMPLES // 2
        if 0 <= start <= len(session.samples) - CLIP_SAMPLES:
            clips.append((session.samples[start : start + CLIP_SAMPLES], label))
    return clips
