"""Class scores, one vector an inference, become single detections: smoothing, threshold, rest.

A keyword network looks at the last second again and again, so one spoken word raises its score in
several inferences and a stray sound raises one for a moment. Averaging the last few scores,
asking for a threshold and resting after a detection turns that stream into one event a word.

All values are the model's own int8 scores and every step is in integers: `c/tinyml_detect.c`, which
runs on the board, gives the same bits.

References
----------
Chen, Parada and Heigold (2014), "Small-footprint keyword spotting using deep neural networks",
ICASSP, section 2.4.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tinyml_course.errors import InputError

SCORE_SCALE = 1 / 256
SCORE_ZERO_POINT = -128
COARSE_ROW_S = 0.03
NEVER = 128
"""A threshold that no int8 mean reaches: the classes that are not to be detected."""


class Paced(Protocol):
    """Features that come row by row."""

    @property
    def hop_s(self) -> float:
        """Seconds from one row to the next."""


@dataclass(frozen=True)
class Detector:
    """How scores become detections; the same numbers go into the notebook and the sketch.

    Attributes
    ----------
    threshold : float
        Smallest mean probability that is a detection, in (0, 1].
    average : int
        Inferences in one mean.
    rest : int
        Inferences after a detection that detect nothing (the refractory time).
    every_hops : int
        Feature hops from one inference to the next, as in `Mfcc.windows`; a hop is 20 ms.
    background : tuple of str
        Labels that may win, but are never reported.
    """

    threshold: float = 0.8
    average: int = 3
    rest: int = 6
    every_hops: int = 8
    background: tuple[str, ...] = ("silence", "unknown")

    def __post_init__(self) -> None:
        """Refuse settings that no stream of scores could be judged by."""
        if not 0 < self.threshold <= 1:
            raise InputError(
                f"Detector threshold is {self.threshold}; it is a probability: give one in (0, 1]."
            )
        for name, least in (("average", 1), ("rest", 0), ("every_hops", 1)):
            if getattr(self, name) < least:
                raise InputError(
                    f"Detector {name} is {getattr(self, name)}; the smallest that works is {least}."
                )

    def thresholds(self, labels: Sequence[str]) -> NDArray[np.int16]:
        """Return the smallest int8 mean that is a detection, for each label; int16 (classes,)."""
        wanted = max(1, round(self.threshold / SCORE_SCALE))
        score = min(wanted + SCORE_ZERO_POINT, NEVER - 1)
        return np.array([NEVER if label in self.background else score for label in labels], "int16")


GESTURE_DETECTOR = Detector(
    threshold=0.7, average=3, rest=10, every_hops=4, background=("idle", "other")
)
"""For gestures, with rows of 20 ms; chosen on the training people's sessions."""


SMALL_GESTURE_DETECTOR = replace(GESTURE_DETECTOR, threshold=0.5, average=6, every_hops=2)
"""For the small network, with rows of 40 ms: as many inferences a second, and more in one mean."""


def gesture_detector(features: Paced) -> Detector:
    """Return the usual detector for gestures, by how long a row of the features lasts."""
    return GESTURE_DETECTOR if features.hop_s < COARSE_ROW_S else SMALL_GESTURE_DETECTOR


@dataclass(frozen=True)
class Detection:
    """One detected word: the inference it was found in, its label and its mean score."""

    index: int
    label: str
    score: int

    @property
    def percent(self) -> int:
        """The mean score as a whole percentage, rounded half up, as the sketch prints it."""
        return ((self.score - SCORE_ZERO_POINT) * 100 + 128) // 256


def smooth(scores: NDArray[np.int8], average: int) -> NDArray[np.int8]:
    """Average each class over its last inferences, rounded down.

    Parameters
    ----------
    scores : ndarray of int8 (n, classes)
    average : int
        Inferences in one mean; the first ones are averaged over those there are.

    Returns
    -------
    ndarray of int8 (n, classes)

    Examples
    --------
    >>> smooth(np.array([[-128], [127], [127]], dtype=np.int8), average=2).ravel().tolist()
    [-128, -1, 127]
    """
    total = np.cumsum(scores.astype(np.int64), axis=0)
    before = np.zeros_like(total)
    before[average:] = total[:-average]
    count = np.minimum(np.arange(1, len(scores) + 1), average)[:, None]
    return np.asarray((total - before) // count, dtype=np.int8)


def detect(
    scores: NDArray[np.int8], labels: Sequence[str], detector: Detector
) -> tuple[Detection, ...]:
    """Find the detections in a stream of scores.

    Parameters
    ----------
    scores : ndarray of int8 (n, classes)
        Softmax scores, scale 1/256 and zero point -128, in the order of time.
    labels : sequence of str, one a class
    detector : Detector

    Returns
    -------
    tuple of Detection
        In the order of time. No inference before the first full mean is one.

    Examples
    --------
    >>> scores = np.array([[-128, 127], [127, -128], [127, -128], [127, -128]], dtype=np.int8)
    >>> detect(scores, ("yes", "silence"), Detector(threshold=0.9, average=2, rest=5))
    (Detection(index=2, label='yes', score=127),)
    """
    if scores.ndim != 2 or scores.shape[1] != len(labels):
        raise InputError(
            f"scores have shape {scores.shape}; {len(labels)} labels need (n, {len(labels)})."
        )
    means = smooth(scores, detector.average)
    best = means.argmax(axis=1)
    top = means[np.arange(len(means)), best]
    loud = np.flatnonzero(top >= detector.thresholds(labels)[best])
    found: list[Detection] = []
    earliest = detector.average - 1
    for index in loud.tolist():
        if index >= earliest:
            found.append(Detection(index, labels[best[index]], int(top[index])))
            earliest = index + detector.rest + 1
    return tuple(found)
