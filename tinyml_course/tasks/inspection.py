"""What a score means on a line: where to draw the threshold, and where on the part the defect is.

A defect that gets through (an escape) costs, and a good part that is thrown away (scrap) costs.
The threshold follows from both prices, not from the accuracy.

References
----------
Elkan (2001), "The Foundations of Cost-Sensitive Learning", section 1 (the price of each error);
Zeiler and Fergus (2014), "Visualizing and Understanding Convolutional Networks", section 4.2
(what happens to the score where a part of the picture is covered).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinyml_course.errors import InputError
from tinyml_course.sketch.detection import SCORE_SCALE, SCORE_ZERO_POINT, Detector
from tinyml_course.sketch.inspection import INSPECTION

SQUARES = 16  # steps along a side; what is covered is two steps wide


@dataclass(frozen=True)
class OperatingPoint:
    """A threshold and what it leads to.

    Attributes
    ----------
    threshold : float
        A part is a defect when its score as one is this or more, 0 to 1; above 1 nothing is.
    escapes, scrap : float
        Share of the defects that get through, share of the good parts that are thrown away.
    cost : float
        A part, on the line the prices were given for.
    """

    threshold: float
    escapes: float
    scrap: float
    cost: float

    @property
    def detector(self) -> Detector:
        """The settings with which a sketch judges by this threshold."""
        least_good = min(1.0, max(SCORE_SCALE, 1 - self.threshold + SCORE_SCALE))
        return Detector(
            threshold=least_good,
            average=INSPECTION.average,
            rest=INSPECTION.rest,
            every_hops=INSPECTION.every_hops,
            background=(),
        )


def defect_scores(scores: NDArray[np.int8]) -> NDArray[np.float64]:
    """Return how much each part is a defect, 0 to 1: what its good score leaves.

    Parameters
    ----------
    scores : ndarray, shape=(n, ..., classes), dtype=int8
        A softmax's, good parts first.
    """
    good = np.asarray(scores).reshape(len(scores), -1)[:, 0].astype(np.float64)
    return 1 - (good - SCORE_ZERO_POINT) * SCORE_SCALE


def costs(
    scores: NDArray[np.float64],
    defect: NDArray[np.bool_],
    *,
    escape: float,
    scrap: float,
    share: float | None = None,
) -> list[OperatingPoint]:
    """Work out every threshold that makes a difference, in rising order.

    Parameters
    ----------
    scores : ndarray, shape=(n,)
        See `defect_scores`.
    defect : ndarray, shape=(n,), dtype=bool
        What the parts are.
    escape, scrap : float
        The price of a defect that gets through, and of a good part thrown away.
    share : float or None
        Share of defects on the line; None takes that of the parts given, which seldom is the same.

    Raises
    ------
    InputError
        If there are no defects or no good parts, a price is negative, or the share is none.
    """
    if not defect.any() or defect.all():
        raise InputError("a threshold needs both good parts and defects to be tried on; add some.")
    share = float(defect.mean()) if share is None else share
    if escape < 0 or scrap < 0 or not 0 <= share <= 1:
        raise InputError(
            f"escape={escape}, scrap={scrap} and share={share} are no prices and no share: give "
            "prices of 0 or more, and a share from 0 to 1."
        )
    points = []
    for threshold in [*np.unique(scores).tolist(), 1 + SCORE_SCALE]:
        called = scores >= threshold
        escapes, scrapped = float(1 - called[defect].mean()), float(called[~defect].mean())
        cost = share * escapes * escape + (1 - share) * scrapped * scrap
        points.append(OperatingPoint(threshold, escapes, scrapped, cost))
    return points


def choose_threshold(
    scores: NDArray[np.float64],
    defect: NDArray[np.bool_],
    *,
    escape: float,
    scrap: float,
    share: float | None = None,
) -> OperatingPoint:
    """Return the cheapest threshold; of equally cheap ones that in the middle.

    See `costs`.

    Examples
    --------
    >>> scores, defect = np.array([0.1, 0.2, 0.6, 0.9]), np.array([False, False, True, True])
    >>> choose_threshold(scores, defect, escape=100, scrap=1).cost
    0.0
    """
    points = costs(scores, defect, escape=escape, scrap=scrap, share=share)
    least = min(point.cost for point in points)
    cheapest = [point for point in points if point.cost <= least + 1e-12]
    return cheapest[len(cheapest) // 2]


def heat_map(
    predict: Callable[[NDArray[np.int8]], Any], inputs: NDArray[np.int8]
) -> NDArray[np.float64]:
    """Return how much less of a defect each picture is when a place of it is covered.

    Parameters
    ----------
    predict : callable
        Takes inputs (n, rows, columns, 1) and returns int8 scores: the compiled model.
    inputs : ndarray, shape=(n, rows, columns, 1), dtype=int8

    Returns
    -------
    ndarray, shape=(n, rows, columns)
        The fall of the odds' logarithm, averaged over the squares that cover a pixel; high where
        the defect is. A logarithm, since a clear defect's score hardly falls from 1.
    """
    size = inputs.shape[1]
    step = max(1, size // SQUARES)
    starts = np.arange(0, size - 2 * step + 1, step)
    corners = [(top, left) for top in starts for left in starts]
    maps = np.zeros(inputs.shape[:3])
    count = np.zeros(inputs.shape[1:3])
    before = _log_odds(predict(inputs))
    for top, left in corners:
        square = (slice(top, top + 2 * step), slice(left, left + 2 * step))
        covered = inputs.copy()
        around = inputs[
            :, max(0, top - step) : top + 3 * step, max(0, left - step) : left + 3 * step
        ]
        covered[:, *square] = np.median(around, axis=(1, 2), keepdims=True)
        maps[:, *square] += (before - _log_odds(predict(covered)))[:, None, None]
        count[square] += 1
    return np.asarray(maps / np.maximum(count, 1))


def _log_odds(scores: Any) -> NDArray[np.float64]:
    defect = np.clip(defect_scores(scores), SCORE_SCALE / 2, 1 - SCORE_SCALE / 2)
    return np.asarray(np.log(defect / (1 - defect)))
