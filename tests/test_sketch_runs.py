"""Sketches, run here through a stand-in for the Arduino API, against the notebook's side."""

# ruff: noqa: F401, F811 - fixtures are imported, and then asked for by name

import contextlib
import os
import pty
import subprocess

import numpy as np
import pytest
from sketch_programs import (
    DETECTOR,
    LABELS,
    STRICT,
    Running,
    clips,
    compiled,
    microphone_test,
    model,
    program,
    run_with_sound,
    sketch,
)

from tinyml_course.compiler.reference import reference
from tinyml_course.device import Link, replay
from tinyml_course.errors import DeviceError
from tinyml_course.features.audio import Mfcc
from tinyml_course.simulator.host_sketch import build_sketch
from tinyml_course.sketch import detect

# Replay ------------------------------------------------------------------------------------------


def test_replayed_clips_give_the_bits_of_the_notebook(program, model, compiled):
    samples = clips(12)
    with Running(program) as board:
        features, scores = replay(board, samples, compiled=compiled)
    wanted = Mfcc()(samples)
    assert (features == wanted).all()
    assert (scores == reference(model)(wanted).reshape(12, 12)).all()
    assert len(np.unique(scores.argmax(axis=1))) > 2  # the scores tell something
    assert board.rest == b""


def test_replay_over_a_line_that_fails_gives_the_same_bits(program, model):
    samples = clips(4)
    with Running(program, losses=0.02) as board:
        features, scores = replay(board, samples, timeout_s=0.25)
    wanted = Mfcc()(samples)
    assert (features == wanted).all()
    assert (scores == reference(model)(wanted).reshape(4, 12)).all()


def test_replay_reports_the_sketch_and_the_time_it_took(program):
    with Running(program) as board, Link(board) as link:
        assert (link.info.name, link.info.rate_hz) == ("keywords", 16000)
        assert link.info.feature_shape == (49, 10, 1)
        answer = link.send_clip(clips(1)[0])
        assert answer.features_us > 0


def test_second_conversation_starts_afresh(program):
    samples = clips(5)
    with Running(program) as board:
        link = Link(board)
        link._ask(2, samples[4][:320].tobytes(), 0x82)  # a clip is begun and left
        features, _ = replay(board, samples[3])
    assert (features == Mfcc()(samples[3])).all()


def test_request_out_of_turn_is_refused_in_words(program):
    with Running(program) as board, Link(board) as link:
        link._counter += 5
        with pytest.raises(DeviceError, match="refused: a request is out of turn"):
            link.send_clip(clips(1)[0])


def test_block_of_the_wrong_length_is_refused_in_words(program):
    wrong = "refused: a block of samples has the wrong length"
    with Running(program) as board, Link(board) as link, pytest.raises(DeviceError, match=wrong):
        link._ask(2, b"\0" * 638, 0x82)


@contextlib.contextmanager
def at_a_port(program):
    """Run a sketch at the far end of a pseudo-terminal; give its name, and a way to pull it."""
    far, near = pty.openpty()
    process = subprocess.Popen([program], stdin=far, stdout=far, stderr=subprocess.DEVNULL)
    os.close(far)
    name = os.ttyname(near)

    def pull():
        process.kill()
        process.wait()

    try:
        yield name, pull
    finally:
        pull()
        os.close(near)


def test_replay_through_a_serial_port_gives_the_bits_of_the_notebook(program):
    samples = clips(5)[3:]
    with at_a_port(program) as (name, _):
        features, _ = replay(name, samples)
    assert (features == Mfcc()(samples)).all()


def test_board_that_is_pulled_out_is_told_in_words(program):
    with at_a_port(program) as (name, pull):
        pull()
        with pytest.raises(DeviceError, match=rf"{name} (vanished|cannot be opened|does not)"):
            replay(name, clips(1), timeout_s=0.05)


def test_sound_during_a_replay_is_not_heard(program, tmp_path):
    sound = tmp_path / "sound.raw"
    np.concatenate(clips(8)).tofile(sound)
    with Running(program, "--pdm", sound, "--chunks", 16) as board:
        replay(board, clips(2))
    assert b"lost" not in board.rest


# Listening ---------------------------------------------------------------------------------------


def long_recording():
    """Eight seconds of changing noise: an untrained network takes its colours for words."""
    rng = np.random.default_rng(3)
    pieces = []
    for _ in range(9):
        tone = np.sin(np.arange(14321) * rng.uniform(0.02, 1.2))
        pieces.append(rng.uniform(200, 9000) * tone + rng.normal(0, rng.uniform(20, 4000), 14321))
    return np.concatenate(pieces).clip(-32768, 32767).astype(np.int16)


def expected_lines(samples, model):
    """What the sketch should print for a recording, worked out by the notebook's side."""
    features, hop = Mfcc(), 320
    whole = samples[: len(samples) // hop * hop]
    windows = features.windows(features.coefficients(whole), every=DETECTOR.every_hops)
    scores = reference(model)(windows).reshape(len(windows), len(LABELS))
    found = detect(scores, LABELS, DETECTOR)
    ends_ms = [(50 + one.index * DETECTOR.every_hops) * 20 for one in found]
    lines = zip(found, ends_ms, strict=True)
    return [f"{one.label}\t{one.percent} %\t{ms} ms" for one, ms in lines]


@pytest.mark.parametrize("chunks", ["256", "1,17,320,640,3"])
def test_live_detections_are_those_of_the_notebook(program, model, tmp_path, chunks):
    samples = long_recording()
    wanted = expected_lines(samples, model)
    assert len(wanted) >= 4
    assert len({line.split("\t")[0] for line in wanted}) >= 2
    done = run_with_sound(program, samples, tmp_path, "--chunks", chunks)
    assert done.stdout.splitlines() == wanted
    assert "microphone stopped" not in done.stderr


def test_detection_lights_the_led(program, model, tmp_path):
    done = run_with_sound(program, long_recording(), tmp_path)
    pins = done.stderr.splitlines()
    assert pins[:3] == ["pin 22 HIGH", "pin 23 HIGH", "pin 24 HIGH"]  # dark: active low
    lit = [line for line in pins[3:] if line.endswith("LOW")]
    colours = {"yes": "G", "no": "B", "up": "RG", "down": "RB", "left": "GB", "right": "RGB"}
    colours |= {"on": "G", "off": "B", "stop": "RG", "go": "RB"}
    first = expected_lines(long_recording(), model)[0].split("\t")[0]
    pin = {"R": "pin 22 LOW", "G": "pin 23 LOW", "B": "pin 24 LOW"}
    assert lit[: len(colours[first])] == [pin[part] for part in colours[first]]


def test_overrun_is_told_in_words_and_the_sketch_goes_on(program, model, tmp_path):
    """One interrupt brings more than the ring holds; what comes later is heard from its start."""
    samples = np.concatenate([np.zeros(9000, np.int16), long_recording()])
    done = run_with_sound(program, samples, tmp_path, "--chunks", "9000" + 500 * ",320")
    lost = "Samples were lost: the board is too slow for its settings. Starting afresh."
    assert done.stdout.splitlines() == [lost, *expected_lines(long_recording(), model)]


def test_board_that_is_always_too_slow_keeps_saying_so(program, tmp_path):
    done = run_with_sound(program, long_recording(), tmp_path, "--chunks-per-loop", 40)
    lines = done.stdout.splitlines()
    assert len(lines) > 3
    assert {line[:17] for line in lines} == {"Samples were lost"}


def test_microphone_that_does_not_start_is_told_in_words(program, tmp_path):
    done = run_with_sound(program, np.zeros(0, np.int16), tmp_path, "--no-microphone")
    assert done.stdout.startswith("The microphone did not start.")
    assert done.stderr.splitlines()[-1] == "pin 22 LOW"  # red


# The microphone test -----------------------------------------------------------------------------


@pytest.fixture(scope="session")
def microphone_program(microphone_test, tmp_path_factory):
    return build_sketch(microphone_test, tmp_path_factory.mktemp("host"), STRICT)


def test_microphone_test_shows_the_level(microphone_program, tmp_path):
    samples = np.concatenate([np.zeros(1600), np.full(1600, -3000), np.full(1600, -32768)])
    done = run_with_sound(microphone_program, samples.astype(np.int16), tmp_path)
    lines = [line.split("\t")[:2] for line in done.stdout.splitlines()]
    assert lines == [
        ["peak 0", "................"],
        ["Every sample is zero: the microphone gives no sound."],
        ["peak 3000", "############...."],
        ["peak 32768", "################"],
        ["Too loud: samples are cut off."],
    ]
    assert done.stderr.splitlines()[3:] == ["pin 23 LOW", "pin 22 LOW", "pin 23 HIGH"]


def test_microphone_test_says_when_there_is_none(microphone_program, tmp_path):
    done = run_with_sound(microphone_program, np.zeros(0, np.int16), tmp_path, "--no-microphone")
    assert done.stdout.startswith("The microphone did not start.")
