"""Found words and false accepts at each threshold, on streams small enough to count by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinyml_course.errors import InputError
from tinyml_course.sketch.detection import Detector
from tinyml_course.sketch.operating_points import operating_points

LABELS = ("yes", "no", "silence", "unknown")
ONE_BY_ONE = Detector(average=1, rest=0, every_hops=10)  # five inferences a second


def stream(peaks, seconds=20):
    """Scores that are sure of silence, but for peaks {inference: (class, score)}."""
    scores = np.full((5 * seconds, 4), -128, np.int8)
    scores[:, 2] = 127
    for index, (label, score) in peaks.items():
        scores[index] = -128
        scores[index, label] = score
    return scores


def counts(peaks, spoken, thresholds=(0.5,), detector=ONE_BY_ONE):
    found = operating_points(stream(peaks), LABELS, spoken, detector, thresholds)
    return [(point.found, point.false_accepts) for point in found]


@pytest.mark.parametrize(
    ("peaks", "spoken", "expected"),
    [
        ({10: (0, 127)}, [(2.0, "yes")], (1, 0)),  # heard until 3.0 s, the end of the clip
        ({14: (0, 127)}, [(2.1, "yes")], (1, 0)),  # 0.7 s later: still in time
        ({15: (0, 127)}, [(2.1, "yes")], (0, 1)),  # 0.9 s later: too late
        ({4: (0, 127)}, [(2.0, "yes")], (0, 1)),  # before the word began
        ({10: (1, 127)}, [(2.0, "yes")], (0, 1)),  # another word
        ({10: (3, 127)}, [(2.0, "yes")], (0, 0)),  # unknown is never reported
        ({10: (0, 127), 11: (0, 127)}, [(2.0, "yes")], (1, 1)),  # found twice: once too often
        ({10: (0, 127), 13: (0, 127)}, [(2.0, "yes"), (2.5, "yes")], (2, 0)),
        ({}, [(2.0, "yes")], (0, 0)),
        ({10: (0, 127)}, [], (0, 1)),
    ],
)
def test_judges_detections_by_time_and_word(peaks, spoken, expected):
    assert counts(peaks, spoken) == [expected]


def test_higher_threshold_drops_the_unsure_detection():
    peaks = {10: (0, 100), 50: (1, 20)}
    assert counts(peaks, [(2.0, "yes")], (0.5, 0.6, 0.9)) == [(1, 1), (1, 0), (0, 0)]


def test_rates_are_shares_and_counts_an_hour():
    (point,) = operating_points(
        stream({10: (0, 127), 50: (1, 127)}, seconds=36), LABELS, [(2.0, "yes")], ONE_BY_ONE, [0.5]
    )
    assert point.hours == pytest.approx(37 / 3600)  # 36 s of steps, and the first window's second
    assert point.false_per_hour == pytest.approx(3600 / 37)
    assert point.found_share == 1


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_no_detection_is_lost_or_counted_twice(seed):
    rng = np.random.default_rng(seed)
    scores = rng.integers(-128, 128, (300, 4), dtype=np.int8)
    spoken = sorted((float(at), LABELS[rng.integers(2)]) for at in rng.uniform(0, 60, 10))
    for point in operating_points(scores, LABELS, spoken, Detector(average=2), (0.3, 0.6, 0.8)):
        words = [one.word for one in point.judged if one.word is not None]
        assert len(words) == len(set(words)) == point.found
        assert point.found + point.false_accepts == len(point.judged)
        assert all(spoken[one.word][1] == one.label for one in point.judged if one.word is not None)


@pytest.mark.parametrize(
    ("scores", "spoken", "message"),
    [
        (stream({}), [(1.0, "maybe")], '"maybe"'),
        (np.empty((0, 4), np.int8), [], "no scores"),
    ],
    ids=["word", "empty"],
)
def test_refuses_a_stream_that_cannot_be_judged(scores, spoken, message):
    with pytest.raises(InputError, match=message):
        operating_points(scores, LABELS, spoken, ONE_BY_ONE, [0.5])
