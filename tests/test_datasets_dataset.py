"""Dataset: what it refuses, and splits that never put one speaker on both sides."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinyml_course.datasets import Dataset
from tinyml_course.errors import InputError


def made_of(y, group, classes=3):
    y = np.asarray(y, dtype=np.int64)
    return Dataset(
        x=np.arange(len(y) * 4, dtype=np.int16).reshape(len(y), 4),
        y=y,
        labels=tuple("abcdefgh"[:classes]),
        group=np.asarray(group, dtype=str),
        rate_hz=16_000.0,
        units="count",
        source="a <b>test</b>",
        licence="CC0-1.0",
    )


@st.composite
def datasets(draw):
    n = draw(st.integers(2, 60))
    y = draw(st.lists(st.integers(0, 2), min_size=n, max_size=n))
    group = draw(st.lists(st.sampled_from("abcdefghij"), min_size=n, max_size=n))
    group[0], group[1] = "a", "b"  # at least two
    return made_of(y, group)


@given(datasets(), st.floats(0.05, 0.95), st.integers(0, 5))
def test_split_keeps_every_group_on_one_side_and_every_sample_once(data, test, seed):
    train, held_out = data.split(test=test, seed=seed)
    assert len(train) > 0 and len(held_out) > 0
    assert not set(train.group) & set(held_out.group)
    rows = np.concatenate([train.x, held_out.x])
    assert np.array_equal(np.sort(rows[:, 0]), data.x[:, 0])


@given(datasets(), st.integers(0, 5))
def test_split_is_the_same_for_the_same_seed(data, seed):
    one, other = data.split(seed=seed)[1], data.split(seed=seed)[1]
    assert np.array_equal(one.x, other.x)


@given(st.integers(0, 50), st.sampled_from([0.1, 0.2, 0.5]))
def test_split_gives_every_class_about_its_share(seed, test):
    rng = np.random.default_rng(seed)
    group = rng.integers(0, 100, 2_000)
    data = made_of(rng.choice(3, 2_000, p=[0.6, 0.3, 0.1]), group.astype(str))
    held_out = data.split(test=test, seed=seed)[1]
    share = np.bincount(held_out.y, minlength=3) / np.bincount(data.y, minlength=3)
    assert np.abs(share - test).max() < 0.1


def test_split_by_sample_leaks_groups():
    data = made_of([0, 1] * 50, ["ann", "bob"] * 50)
    train, held_out = data.split(by="sample")
    assert set(train.group) & set(held_out.group) == {"ann", "bob"}


def test_another_seed_draws_another_split():
    data = made_of([0, 1] * 50, np.arange(100))
    assert set(data.split(seed=0)[1].group) != set(data.split(seed=1)[1].group)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"test": 0.0}, "between 0 and 1"),
        ({"test": 1.5}, "between 0 and 1"),
        ({"by": "moon"}, 'choose "group" or "sample"'),
    ],
)
def test_split_refuses_values_it_does_not_know(arguments, words):
    with pytest.raises(InputError, match=words):
        made_of([0, 1], ["ann", "bob"]).split(**arguments)


def test_split_of_one_speaker_says_to_record_somebody_else():
    with pytest.raises(InputError, match="there are 1: record somebody else"):
        made_of([0, 1], ["ann", "ann"]).split()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"y": np.array([0, 1, 1])}, "x has 2 samples, y 3 and group 2"),
        ({"group": np.array(["ann"])}, "group 1"),
        ({"y": np.array([0, 3])}, "run from 0 to 3, but there are 3 labels"),
        ({"y": np.array([-1, 0])}, "run from -1"),
    ],
)
def test_dataset_refuses_arrays_that_do_not_fit(change, words):
    with pytest.raises(InputError, match=words):
        replace(made_of([0, 1], ["ann", "bob"]), **change)


@pytest.mark.parametrize("index", [[2, 0], slice(1, 3), np.array([True, False, True])])
def test_take_selects_rows_of_everything(index):
    data = made_of([0, 1, 2], ["ann", "bob", "eve"])
    taken = data.take(index)
    assert np.array_equal(taken.x, data.x[index])
    assert np.array_equal(taken.y, data.y[index])
    assert np.array_equal(taken.group, data.group[index])
    assert taken.labels == data.labels


def test_picture_counts_classes_and_escapes_text():
    page = made_of([0, 0, 2], ["ann", "bob", "eve"])._repr_html_()
    assert "3 samples" in page and "3 groups" in page and "16,000 Hz" in page
    assert "a &lt;b&gt;test&lt;/b&gt;" in page and "<b>test" not in page
