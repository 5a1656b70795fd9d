"""`MotionWindow`: its numbers, its C equal to the bit, and what it refuses."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinyml_course.datasets import Dataset
from tinyml_course.errors import InputError
from tinyml_course.features.audio import Mfcc
from tinyml_course.features.loading import load_features
from tinyml_course.features.motion import MotionWindow
from tinyml_course.simulator.emulated import run_features_on_board
from tinyml_course.simulator.host import host_features

SPECS = [
    MotionWindow(),
    MotionWindow(axes=3, hop=1, window_s=0.3, acceleration_g=0.25),
    MotionWindow(rate_hz=50, hop=5, window_s=2.0, turn_degrees_s=2000),
    MotionWindow(hop=32, window_s=0.64, acceleration_g=16, turn_degrees_s=62.5),
]
IDS = ["usual", "three axes", "slow", "longest hop"]


def counts(spec, n=20, seed=0):
    """Recordings that reach every int16, the ends more often than chance would have it."""
    rng = np.random.default_rng(seed)
    x = rng.integers(-(2**15), 2**15, (n, spec.window_samples, spec.axes))
    small = rng.integers(-300, 300, x.shape)
    x = np.where(rng.random((n, 1, 1)) < 0.5, x, small)
    return np.where(
        rng.random((n, 1, 1)) < 0.2, rng.choice([-(2**15), 2**15 - 1], x.shape), x
    ).astype(np.int16)


@pytest.mark.parametrize("spec", SPECS, ids=IDS)
def test_c_on_this_computer_gives_the_same_bits(spec):
    x = counts(spec)
    with host_features(spec) as in_c:
        np.testing.assert_array_equal(in_c(x), spec(x))


def test_c_on_a_board_gives_the_same_bits():
    spec = MotionWindow(window_s=0.2)
    x = counts(spec, n=6)
    np.testing.assert_array_equal(run_features_on_board(spec, x), spec(x))


@pytest.mark.parametrize("spec", SPECS, ids=IDS)
def test_rows_are_rounded_means_over_the_full_scale(spec):
    """Against float arithmetic: at most half an int8 step, and the multiplier's own rounding."""
    x = np.random.default_rng(1).normal(0, 0.1, (5, spec.window_samples, spec.axes))
    x[..., 3:] *= 100
    full = np.repeat([spec.acceleration_g, spec.turn_degrees_s], 3)[: spec.axes]
    mean = x.reshape(5, spec.rows, spec.hop, spec.axes).mean(axis=2)
    exact = np.clip(128 * mean / full, -128, 127)
    assert abs(spec(x)[:, :, 0] - exact).max() < 0.55 + 0.003 * abs(exact).max()


def test_full_scale_is_the_end_of_int8():
    spec = MotionWindow(acceleration_g=2, turn_degrees_s=250)
    x = np.zeros((3, 100, 6))
    x[0], x[1, :, :3], x[1, :, 3:], x[2] = 1000, -2, -250, 0
    found = spec(x)[:, 0, 0]
    assert (found[0] == 127).all() and (found[1] <= -127).all() and (found[2] == 0).all()


def test_window_is_the_middle_of_a_longer_recording():
    spec = MotionWindow(window_s=1.0)
    x = counts(spec)
    padded = np.concatenate([x[:, :25] * 0 + 99, x, x[:, :25] * 0 + 77], axis=1)
    np.testing.assert_array_equal(spec(padded), spec(x))


@settings(max_examples=25, deadline=None)
@given(extra=st.integers(0, 60), every=st.integers(1, 7))
def test_windows_of_a_recording_are_those_of_its_parts(extra, every):
    spec = MotionWindow(window_s=0.3)
    x = np.random.default_rng(extra).integers(-9000, 9000, (30 + extra, 6)).astype(np.int16)
    found = spec.windows(x, every)
    starts = range(0, extra - extra % 2 + 1, 2 * every)
    wanted = np.concatenate([spec(x[start : start + 30]) for start in starts])
    np.testing.assert_array_equal(found, wanted)


def test_windows_of_a_recording_too_short_are_none():
    assert MotionWindow().windows(np.zeros((99, 6))).shape == (0, 50, 1, 6)


def test_json_brings_the_specification_back():
    for spec in SPECS:
        assert load_features(spec.to_json()) == spec
    with pytest.raises(InputError, match="not"):
        MotionWindow.from_json(json.dumps({**json.loads(MotionWindow().to_json()), "version": 9}))
    with pytest.raises(InputError, match="kind 'smell'; this course has mfcc, motion"):
        load_features('{"kind": "smell"}')
    with pytest.raises(InputError, match="damaged"):
        load_features("[1]")
    assert load_features(Mfcc(frames=30).to_json()) == Mfcc(frames=30)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"axes": 4}, "axes=4; give 3"),
        ({"hop": 0}, "hop=0; give 1 to 32"),
        ({"rate_hz": 0}, "rate_hz=0"),
        ({"window_s": 0.001}, "0 rows"),
        ({"acceleration_g": 0.1}, "acceleration_g=0.1; give 0.25 to 16"),
        ({"turn_degrees_s": 9999}, "turn_degrees_s=9999"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_impossible_specifications_are_refused(given, message):
    with pytest.raises(InputError, match=message):
        MotionWindow(**given)


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.zeros((2, 99, 6)), "99 samples is shorter than the window of 100"),
        (np.zeros((2, 100, 3)), r"shape \(2, 100, 3\)"),
        (np.zeros(100), r"shape \(100,\)"),
        (np.full((1, 100, 6), np.nan), "not finite"),
    ],
    ids=["short", "axes", "flat", "nan"],
)
def test_recordings_that_do_not_fit_are_refused(x, message):
    with pytest.raises(InputError, match=message):
        MotionWindow()(x)


def test_dataset_of_another_rate_is_refused():
    data = Dataset(
        x=np.zeros((1, 200, 6), np.float32), y=np.zeros(1, np.int64), labels=("a",),
        group=np.array(["p"]), rate_hz=50.0, units="g", source="", licence="",
    )  # fmt: skip
    with pytest.raises(InputError, match=r"for 100 Hz, the dataset has 50\.0"):
        MotionWindow()(data)
    found = MotionWindow(rate_hz=50)(data)
    assert found.x.shape == (1, 25, 1, 6) and found.rate_hz is None
