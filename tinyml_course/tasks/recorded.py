"""What of a file is replayed through a sketch: a clip, a picture, or the windows of a session.

A sketch that watches motion looks at its last second again and again. A recording of motion longer
than a gesture is therefore replayed as all the windows it would look at, and what it would detect
follows from their scores.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinyml_course.datasets.audio import SUFFIXES as SOUNDS
from tinyml_course.datasets.audio import read_clip
from tinyml_course.datasets.gestures import LABELS, Event, load_sessions
from tinyml_course.datasets.image_files import SUFFIXES as PICTURES
from tinyml_course.datasets.image_files import read_picture
from tinyml_course.datasets.motion_csv import Motion
from tinyml_course.datasets.motion_folder import SUFFIXES as MOTIONS
from tinyml_course.datasets.motion_folder import read_file
from tinyml_course.datasets.motion_recordings import RATE_HZ, at_one_rate, clip_samples, cut
from tinyml_course.datasets.motion_units import in_g
from tinyml_course.errors import InputError
from tinyml_course.features.audio import Mfcc
from tinyml_course.features.image import ImagePatch
from tinyml_course.features.motion import MotionWindow
from tinyml_course.features.specification import Features
from tinyml_course.run import Run
from tinyml_course.sketch.detection import gesture_detector
from tinyml_course.tasks.board import spread_over
from tinyml_course.tasks.pipeline import test_recordings

SHIPPED = 3  # recordings replayed where no file is given
SHIPPED_S = 60  # of a session


@dataclass(frozen=True, eq=False)
class Recorded:
    """What is sent to a sketch of one recording.

    Attributes
    ----------
    name : str
    samples : ndarray, shape=(n, ...)
        What the features take: one clip or picture, or the windows of a session in their order.
    session : bool
        Whether they are windows of a session.
    made : tuple of Event or str
        What is known to be in it: events of a session, or the label of a clip; empty if nothing is.
    """

    name: str
    samples: NDArray[Any]
    session: bool = False
    made: tuple[Event | str, ...] = ()


def read_recorded(run: Run, files: Sequence[Path]) -> list[Recorded]:
    """Read files for a run's sketch; without any, take some of the shipped set's test part.

    Raises
    ------
    InputError
        If a file is not what the run's features take.
    """
    if not files:
        return _shipped(run)
    suffixes, read = READERS[type(run.features)]
    found = []
    for path in (file.expanduser() for file in files):
        if path.suffix.lower() not in suffixes or not path.is_file():
            what = "is no file" if not path.is_file() else "is none"
            raise InputError(
                f"{path} {what}: a sketch for {run.task} is replayed {', '.join(suffixes)} files."
            )
        found += read(path, run.features)
    return found


def _shipped(run: Run) -> list[Recorded]:
    if isinstance(run.features, MotionWindow) and run.labels == LABELS:
        session = load_sessions("test")[0]
        rows = session.samples[: SHIPPED_S * RATE_HZ]
        name = f"{session.person} of the shipped set"
        whole = _windows(name, rows, run.features)
        events = tuple(e for e in session.events if e.stop_s + 1 < len(rows) / RATE_HZ)
        return [replace(whole, made=events)]
    some = spread_over(test_recordings(run), SHIPPED)
    if some.labels != run.labels:
        raise InputError(
            f"this RUN was not trained on the shipped {run.task}. Name the files to replay."
        )
    labels = [some.labels[y] for y in some.y]
    return [
        Recorded(f"recording {i + 1} of the shipped set", x[None], made=(label,))
        for i, (x, label) in enumerate(zip(some.x, labels, strict=True))
    ]


def _sound(path: Path, _: Mfcc) -> list[Recorded]:
    return [Recorded(path.name, read_clip(path)[None])]


def _picture(path: Path, features: ImagePatch) -> list[Recorded]:
    grey = read_picture(path, features.height, features.width).grey
    return [Recorded(path.name, grey[None])]


def _motion(path: Path, features: MotionWindow) -> list[Recorded]:
    motions = read_file(path)
    names = [path.name if len(motions) == 1 else f"{path.name}, recording {i + 1}"
             for i in range(len(motions))]  # fmt: skip
    alike = at_one_rate(in_g(motions))
    return [_moved(name, motion, features) for name, motion in zip(names, alike, strict=True)]


def _moved(name: str, motion: Motion, features: MotionWindow) -> Recorded:
    """Take a gesture's window, or a session's windows."""
    axes = motion.samples.shape[1]
    if axes < features.axes:
        raise InputError(
            f"{name} has {axes} axes, the sketch takes {features.axes}: record the gyroscope too, "
            "or train without it."
        )
    if len(motion.samples) > 2 * clip_samples(features.window_s):
        return _windows(name, motion.samples, features)
    return Recorded(name, features.counts(cut(motion, features.window_s)))


def _windows(name: str, samples: NDArray[Any], features: MotionWindow) -> Recorded:
    """Cut a session into the windows that its sketch looks at, as counts."""
    step = gesture_detector(features).every_hops * features.hop
    counts = features.counts(samples)
    view = np.lib.stride_tricks.sliding_window_view(counts, features.window_samples, axis=0)
    return Recorded(name, np.ascontiguousarray(view[::step].transpose(0, 2, 1)), session=True)


READERS: dict[type[Features], tuple[tuple[str, ...], Callable[[Path, Any], list[Recorded]]]] = {
    Mfcc: (SOUNDS, _sound),
    MotionWindow: (MOTIONS, _motion),
    ImagePatch: (PICTURES, _picture),
}
"""By a run's features: the files their sketch is replayed, and what reads one."""
