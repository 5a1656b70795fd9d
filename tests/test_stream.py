"""A stream holds its clips where it says, and nothing else is louder than the bed."""

import dataclasses

import numpy as np
import pytest

from tinyml_course.datasets.dataset import Dataset
from tinyml_course.datasets.stream import make_stream
from tinyml_course.errors import InputError

LABELS = ("yes", "no", "silence", "unknown")


def clips():
    """Two clips a class at 1 kHz; a word is a constant of its own, silence a small one."""
    y = np.repeat(np.arange(4), 2)
    levels = np.array([5000, 10000, 3, -5000])[y]
    return Dataset(
        x=np.repeat(levels[:, None], 1000, axis=1).astype(np.int16),
        y=y,
        labels=LABELS,
        group=np.array([str(i) for i in range(8)]),
        rate_hz=1000.0,
        units="1",
        source="made up",
        licence="CC0-1.0",
    )


def test_words_are_where_the_stream_says():
    stream = make_stream(clips(), minutes=4)
    assert len(stream.samples) == 240_000
    assert stream.hours == pytest.approx(4 / 60)
    heard = np.abs(stream.samples.astype(int) - 5000) < 10
    said = np.zeros(len(stream.samples), bool)
    for start, word in stream.spoken:
        level = {"yes": 5000, "no": 10000}[word]
        at = round(start * 1000)
        assert np.all(np.abs(stream.samples[at : at + 1000].astype(int) - level) < 10)
        said[at : at + 1000] |= word == "yes"
    assert np.array_equal(heard, said)


def test_a_stream_mixes_keywords_other_words_and_rest():
    stream = make_stream(clips(), minutes=20)
    slots = 20 * 60 / 4
    other = np.sum(stream.samples < -4000) / 1000
    assert 0.2 * slots < len(stream.spoken) < 0.4 * slots
    assert 0.3 * slots < other < 0.5 * slots
    assert {word for _, word in stream.spoken} == {"yes", "no"}


def test_seed_decides_the_stream():
    one, again, other = (make_stream(clips(), 1, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(one.samples, again.samples)
    assert one.spoken == again.spoken
    assert not np.array_equal(one.samples, other.samples)


def test_loud_sums_are_clipped_not_wrapped():
    loud = dataclasses.replace(clips(), x=np.full((8, 1000), 32767, np.int16))
    assert make_stream(loud, 1).samples.min() >= 0


@pytest.mark.parametrize(
    ("data", "minutes", "message"),
    [
        (clips().take(clips().y != 2), 1, "bed"),
        (clips().take(clips().y > 1), 1, "keyword"),
        (clips(), 0.01, "0.01 minutes"),
        (dataclasses.replace(clips(), rate_hz=200.0), 1, "clip of 1000 samples"),
    ],
    ids=["no silence", "no keyword", "too short", "clips too long"],
)
def test_refuses_what_makes_no_stream(data, minutes, message):
    with pytest.raises(InputError, match=message):
        make_stream(data, minutes)
