"""The gesture sketch, run here with each sensor it knows, against the notebook's side."""

# ruff: noqa: F401, F811 - fixtures are imported, and then asked for by name

import subprocess

import numpy as np
import pytest
from sketch_programs import STRICT, Running, gestures, gestures_rev2

from tinyml_course.compiler.reference import reference
from tinyml_course.datasets import load_dataset
from tinyml_course.datasets.gestures import load_sessions
from tinyml_course.device import Link, replay
from tinyml_course.lessons import model_dir
from tinyml_course.run import load_run
from tinyml_course.simulator.host_sketch import build_sketch
from tinyml_course.sketch.detection import GESTURE_DETECTOR, detect

# What a register step is worth, by the sensors' datasheets: g, degrees/s.
STEPS = {
    "lsm9ds1": (0.122e-3, 0.07),
    "lsm6dsox": (0.122e-3, 0.07),
    "mpu6050": (1 / 8192, 1 / 16.4),
}
RUN = load_run(model_dir("gestures"))


@pytest.fixture(scope="session")
def program(gestures, tmp_path_factory):
    return build_sketch(gestures, tmp_path_factory.mktemp("host"), STRICT)


@pytest.fixture(scope="session")
def program_rev2(gestures_rev2, tmp_path_factory):
    return build_sketch(gestures_rev2, tmp_path_factory.mktemp("host"), STRICT)


def watch(program, samples, folder, *options):
    """Let a sketch see int16 samples (time, 6)."""
    motion = folder / "motion.raw"
    samples.astype("<i2").tofile(motion)
    return subprocess.run(
        [program, "--motion", motion, *map(str, options)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )


def expected_lines(counts):
    """What the sketch should print for a session, worked out by the notebook's side."""
    windows = RUN.features.windows(counts, GESTURE_DETECTOR.every_hops)
    scores = reference(RUN.tflite)(windows).reshape(len(windows), -1)
    rows = RUN.features.rows
    return [
        f"{d.label}\t{d.percent} %\t{(rows + d.index * GESTURE_DETECTOR.every_hops) * 20} ms"
        for d in detect(scores, RUN.labels, GESTURE_DETECTOR)
    ]


@pytest.fixture(scope="module")
def session():
    """Half a minute of a person nobody trained on, as counts."""
    counts = RUN.features.counts(load_sessions("test")[0].samples[:3000])
    assert len(expected_lines(counts)) >= 5
    return counts


def test_replayed_recordings_give_the_bits_of_the_notebook(program):
    recordings = load_dataset("gestures", split="test").x[::40]
    hops = RUN.features.hops(recordings).reshape(len(recordings), -1)
    with Running(program) as board:
        features, scores = replay(board, hops)
    wanted = RUN.features(recordings)
    np.testing.assert_array_equal(features, wanted)
    np.testing.assert_array_equal(scores, reference(RUN.tflite)(wanted).reshape(scores.shape))
    assert len(set(scores.argmax(axis=1))) >= 4  # the scores tell something


def test_replay_reports_what_the_sketch_takes(program):
    with Running(program) as board, Link(board) as link:
        assert (link.info.name, link.info.rate_hz) == ("gestures", 100)
        assert (link.info.hop_samples, link.info.clip_hops) == (12, 50)
        assert link.info.feature_shape == RUN.features.input_shape


@pytest.mark.parametrize("chip", STEPS)
def test_every_sensor_is_found_and_its_steps_become_counts(program, session, tmp_path, chip):
    force, turn = STEPS[chip]
    steps = np.repeat([1 / 4096 / force, 1 / 16 / turn], 3)
    registers = np.clip(np.rint(session * steps), -(2**15), 2**15 - 1)
    counts = registers * np.repeat([force * 4096, turn * 16], 3)
    assert abs(counts - session).max() <= 2
    done = watch(program, registers, tmp_path, "--imu", chip)
    lines, wanted = done.stdout.splitlines(), expected_lines(session)
    assert [line.split("\t")[0] for line in lines] == [line.split("\t")[0] for line in wanted]
    times = [[int(line.split("\t")[2].split()[0]) for line in some] for some in (lines, wanted)]
    assert abs(np.subtract(*times)).max() <= 80  # a count more or less moves no detection further
    assert "register" in done.stderr  # it was set up


def test_detections_are_those_of_the_notebook_to_the_bit(program_rev2, session, tmp_path):
    done = watch(program_rev2, session, tmp_path, "--imu", "bmi270")
    assert done.stdout.splitlines() == expected_lines(session)


def test_detection_lights_the_led(program_rev2, session, tmp_path):
    pins = watch(program_rev2, session, tmp_path, "--imu", "bmi270").stderr.splitlines()
    assert pins[:3] == ["pin 22 HIGH", "pin 23 HIGH", "pin 24 HIGH"]  # dark: active low
    assert any(line.endswith("LOW") for line in pins[3:])


@pytest.mark.parametrize(
    ("chip", "said"),
    [
        ("none", "No LSM9DS1, LSM6DSOX or MPU6050 answers."),
        ("bmi270", "The sensor is a BMI270: write the sketch again for the board nano33ble_rev2."),
    ],
)
def test_sensor_that_is_not_known_is_told_in_words(program, tmp_path, chip, said):
    done = watch(program, np.zeros((0, 6)), tmp_path, "--imu", chip)
    assert done.stdout.startswith(said)
    assert done.stderr.splitlines()[-1] == "pin 22 LOW"  # red


def test_rev2_without_its_sensor_tells_in_words(program_rev2, tmp_path):
    done = watch(program_rev2, np.zeros((0, 6)), tmp_path, "--imu", "lsm9ds1")
    assert done.stdout.startswith("The BMI270 does not answer.")


def test_board_that_is_too_slow_says_so(program, session, tmp_path):
    done = watch(program, session[:300], tmp_path, "--loop-ms", 60)
    assert {line[:17] for line in done.stdout.splitlines()} == {"Samples were lost"}
