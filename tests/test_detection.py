"""Smoothing and detection in NumPy, in the board's C and by the plain rule; the ring in C."""

import ctypes
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinyml_course.errors import InputError
from tinyml_course.simulator.toolchain import build_shared_library
from tinyml_course.sketch import Detection, Detector, detect, smooth

C = Path(__file__).parent.parent / "tinyml_course" / "c"
STRICT = ("-O2", "-Wextra", "-Wconversion", "-Werror")


class CSettings(ctypes.Structure):
    _fields_ = (
        ("classes", ctypes.c_int),
        ("average", ctypes.c_int),
        ("rest", ctypes.c_int),
        ("threshold", ctypes.c_void_p),
    )


class CDetector(ctypes.Structure):
    _fields_ = (
        ("settings", ctypes.c_void_p),
        ("history", ctypes.c_void_p),
        ("next", ctypes.c_int),
        ("filled", ctypes.c_int),
        ("resting", ctypes.c_int),
    )


class CRing(ctypes.Structure):
    _fields_ = (
        ("samples", ctypes.c_void_p),
        ("capacity", ctypes.c_uint32),
        ("head", ctypes.c_uint32),
        ("tail", ctypes.c_uint32),
        ("lost", ctypes.c_uint32),
    )


@pytest.fixture(scope="session")
def c_parts():
    names = [f"tinyml_{stem}.{kind}" for stem in ("detect", "ring") for kind in "hc"]
    sources = {name: (C / name).read_text() for name in names}
    library = ctypes.CDLL(str(build_shared_library(sources, STRICT)))
    library.tinyml_detect_mean.restype = ctypes.c_int8
    library.tinyml_ring_take_lost.restype = ctypes.c_uint32
    return library


def detect_in_c(library, scores, labels, detector):
    thresholds = detector.thresholds(labels)
    history = np.full((detector.average, len(labels)), 99, np.int8)
    c_settings = CSettings(len(labels), detector.average, detector.rest, thresholds.ctypes.data)
    state = CDetector()
    library.tinyml_detect_reset(
        ctypes.byref(state), ctypes.byref(c_settings), ctypes.c_void_p(history.ctypes.data)
    )
    found, means = [], []
    for index, row in enumerate(np.ascontiguousarray(scores)):
        word = library.tinyml_detect_push(ctypes.byref(state), ctypes.c_void_p(row.ctypes.data))
        mean = [library.tinyml_detect_mean(ctypes.byref(state), i) for i in range(len(labels))]
        means.append(mean)
        if word >= 0:
            found.append(Detection(index, labels[word], mean[word]))
    return tuple(found), np.array(means, np.int8).reshape(scores.shape)


def detect_plainly(scores, labels, detector):
    found, quiet_until = [], 0
    least = round(detector.threshold * 256) - 128
    for i in range(detector.average - 1, len(scores)):
        window = scores[i - detector.average + 1 : i + 1].astype(int)
        means = [sum(column) // detector.average for column in window.T]
        best = means.index(max(means))
        wanted = labels[best] not in detector.background
        if i >= quiet_until and wanted and means[best] >= min(max(least, -127), 127):
            found.append(Detection(i, labels[best], means[best]))
            quiet_until = i + detector.rest + 1
    return tuple(found)


@st.composite
def streams(draw):
    """Scores whose winner stays for a while, as a spoken word's does."""
    classes = draw(st.integers(2, 5))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    count = draw(st.integers(0, 40))
    scores = rng.integers(-128, 128, (count, classes))
    winner = np.repeat(rng.integers(0, classes, count), rng.integers(1, 6))[:count]
    scores[np.arange(count), winner] += rng.integers(0, 200)
    labels = ("yes", "no", "up", "silence", "unknown")[-classes:]
    detector = Detector(
        threshold=draw(st.floats(0.001, 1.0)),
        average=draw(st.integers(1, 5)),
        rest=draw(st.integers(0, 6)),
    )
    return scores.clip(-128, 127).astype(np.int8), labels, detector


@settings(deadline=None)
@given(streams())
def test_detections_are_the_same_in_numpy_in_c_and_by_the_plain_rule(c_parts, stream):
    found, means = detect_in_c(c_parts, *stream)
    assert detect(*stream) == detect_plainly(*stream) == found
    scores, _, detector = stream
    assert (smooth(scores, detector.average) == means).all()


def test_background_is_never_detected():
    scores = np.full((9, 2), 127, np.int8)
    scores[:, 0] = -128
    assert detect(scores, ("yes", "silence"), Detector(threshold=0.001)) == ()


def test_mean_at_the_threshold_is_a_detection(c_parts):
    detector = Detector(threshold=0.75, average=2)
    at, below = np.array([[63], [65]], np.int8), np.array([[63], [64]], np.int8)
    for scores, count in ((at, 1), (below, 0)):
        found = detect(scores, ("yes",), detector)
        assert len(found) == count
        assert found == detect_in_c(c_parts, scores, ("yes",), detector)[0]


def test_rest_separates_detections():
    scores = np.full((9, 1), 127, np.int8)
    found = detect(scores, ("yes",), Detector(average=2, rest=3))
    assert [one.index for one in found] == [1, 5]
    assert found[0].percent == 100


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("threshold", 0.0, "a probability"),
        ("threshold", 1.5, "a probability"),
        ("average", 0, "smallest that works is 1"),
        ("rest", -1, "smallest that works is 0"),
        ("every_hops", 0, "smallest that works is 1"),
    ],
)
def test_detector_refuses_what_cannot_work(field, value, message):
    with pytest.raises(InputError, match=message):
        replace(Detector(), **{field: value})


def test_scores_of_other_classes_are_refused():
    with pytest.raises(InputError, match="2 labels need"):
        detect(np.zeros((4, 3), np.int8), ("yes", "no"), Detector())


# The ring ----------------------------------------------------------------------------------------


@settings(deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.lists(st.tuples(st.booleans(), st.integers(0, 12)), max_size=60),
)
def test_ring_keeps_order_and_counts_what_is_lost(c_parts, start, actions):
    memory = np.zeros(8, np.int16)
    ring = CRing(memory.ctypes.data, 8, start, start, 0)  # the counts wrap around at 2**32
    waiting, fresh, lost = [], 0, 0
    for write, count in actions:
        block = np.zeros(max(1, count), np.int16)
        pointer = ctypes.c_void_p(block.ctypes.data)
        if write:
            block[:] = np.arange(fresh, fresh + len(block))
            fresh += count
            c_parts.tinyml_ring_write(ctypes.byref(ring), pointer, count)
            lost += max(0, len(waiting) + count - 8)
            waiting = (waiting + block[:count].tolist())[:8]
        elif c_parts.tinyml_ring_read(ctypes.byref(ring), pointer, count):
            assert block[:count].tolist() == waiting[:count]
            waiting = waiting[count:]
        else:
            assert count > len(waiting)
    assert c_parts.tinyml_ring_take_lost(ctypes.byref(ring)) == lost
    assert c_parts.tinyml_ring_take_lost(ctypes.byref(ring)) == 0
    c_parts.tinyml_ring_clear(ctypes.byref(ring))
    assert not c_parts.tinyml_ring_read(ctypes.byref(ring), ctypes.c_void_p(memory.ctypes.data), 1)
