"""The inspection sketch, run here with a camera that shows files, against the notebook's side."""

import subprocess

import numpy as np
import pytest
from sketch_programs import STRICT, Running

from tinyml_course.boards import get_board
from tinyml_course.compiler.codegen import compile_model
from tinyml_course.compiler.reference import reference
from tinyml_course.datasets import load_dataset
from tinyml_course.device import Link, replay
from tinyml_course.errors import FitError, InputError
from tinyml_course.features.image import ImagePatch
from tinyml_course.lessons import model_dir
from tinyml_course.run import load_run
from tinyml_course.simulator.host_sketch import build_sketch
from tinyml_course.sketch import inspection_sketch, write_sketch
from tinyml_course.sketch.cameras import ESP32_PINS, OV7675, stored
from tinyml_course.sketch.detection import Detector

RUN = load_run(model_dir("parts"))
ACROSS, DOWN, WARM_UP = 160, 120, 5
FRAMES_A_PICTURE = {"nano33ble": 1, "esp32cam": 2}  # the driver's own frame is out of date
LED = {"nano33ble": ("23 LOW", "24 LOW"), "esp32cam": ("33 HIGH", "33 LOW")}  # green, blue
TROUBLE = {"nano33ble": "pin 22 LOW", "esp32cam": "pin 33 LOW"}


@pytest.fixture(scope="module", params=[0.5, 0.95], ids=["even", "wary"])
def threshold(request):
    return request.param


def written(folder, board, *, threshold=0.5, kind=None, features=RUN.features):
    """Write the sketch of the reference model for a board."""
    compiled = compile_model(RUN.tflite, name="parts")
    detector = Detector(threshold=threshold, average=1, rest=0, every_hops=1, background=())
    return write_sketch(
        compiled, features, RUN.labels, board, folder / "parts", detector=detector, kind=kind
    )


@pytest.fixture(scope="module", params=["nano33ble", "esp32cam"])
def board(request):
    return request.param


@pytest.fixture(scope="module")
def program(board, threshold, tmp_path_factory):
    """The sketch for a board with a camera, built for this computer."""
    folder = written(tmp_path_factory.mktemp("sketches"), board, threshold=threshold)
    return build_sketch(folder, tmp_path_factory.mktemp("host"), STRICT)


@pytest.fixture(scope="module")
def pictures():
    return load_dataset("parts", split="test").x[::30]


def scores_of(pictures):
    return reference(RUN.tflite)(RUN.features(pictures)).reshape(len(pictures), -1)


def watch(program, frames, folder):
    """Let a sketch see frames of grey values, after those it warms up with."""
    file = folder / "frames.raw"
    np.concatenate([np.zeros((WARM_UP, DOWN, ACROSS)), frames]).astype(np.uint8).tofile(file)
    return subprocess.run(
        [program, "--pictures", file],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )


def test_replayed_pictures_give_the_bits_of_the_notebook(program, pictures):
    samples = pictures.reshape(len(pictures), -1).astype(np.int16)
    with Running(program) as running:
        features, scores = replay(running, samples)
    np.testing.assert_array_equal(features, RUN.features(pictures))
    np.testing.assert_array_equal(scores, scores_of(pictures))
    assert len(set(scores.argmax(axis=1))) == 2  # the scores tell something


def test_result_in_several_frames_survives_a_bad_line(program, pictures):
    samples = pictures[:2].reshape(2, -1).astype(np.int16)
    with Running(program, losses=0.01) as board:
        features, _ = replay(board, samples, timeout_s=0.3)
    np.testing.assert_array_equal(features, RUN.features(pictures[:2]))


def test_sketch_says_what_it_takes(program):
    with Running(program) as board, Link(board) as link:
        assert (link.info.hop_samples, link.info.clip_hops) == (64, 64)
        assert link.info.feature_shape == RUN.features.input_shape


def test_middle_of_each_frame_is_judged_by_the_threshold(
    program, board, threshold, pictures, tmp_path
):
    frames = np.random.default_rng(0).integers(0, 256, (len(pictures), DOWN, ACROSS))
    top, left = (DOWN - 64) // 2, (ACROSS - 64) // 2
    frames[:, top : top + 64, left : left + 64] = pictures
    good = scores_of(pictures)[:, 0].astype(int) + 128 >= round(256 * threshold)
    done = watch(program, np.repeat(frames, FRAMES_A_PICTURE[board], axis=0), tmp_path)
    found = [line.split("\t")[0] for line in done.stdout.splitlines()]
    assert found[: len(pictures)] == [RUN.labels[0 if one else 1] for one in good]
    assert 0 < good.sum() < len(good)
    assert all(f"pin {change}" in done.stderr for change in LED[board])


def test_missing_camera_is_told_in_words_and_pictures_can_still_be_replayed(
    program, board, pictures
):
    with Running(program) as running:
        features, _ = replay(running, pictures[:1].reshape(1, -1).astype(np.int16))
    np.testing.assert_array_equal(features, RUN.features(pictures[:1]))
    done = subprocess.run(
        [program], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=True
    )
    title = {"nano33ble": "OV7675 camera", "esp32cam": "camera"}[board]
    assert done.stdout.startswith(f"The {title} does not answer.")
    assert done.stderr.splitlines()[-1] == TROUBLE[board]


def test_lines_of_an_esp32_s_camera_are_no_pin_twice():
    for board, pins in ESP32_PINS.items():
        wired = [gpio for gpio in pins.values() if gpio >= 0]
        assert len(set(wired)) == len(wired) and max(wired) < 49
        assert "esp32" in get_board(board).cameras
        assert pins.keys() == ESP32_PINS["esp32cam"].keys()


def test_sketch_names_the_pins_of_its_board(tmp_path):
    for board, pins in ESP32_PINS.items():
        header = (written(tmp_path / board, board) / "camera.h").read_text()
        for line, gpio in pins.items():
            field = line.replace("sio", "sccb_sd").replace("sdd", "sda").replace("sdc", "scl")
            assert f"pin_{field} = {gpio};" in header


@pytest.fixture(scope="module")
def stored_program(pictures, tmp_path_factory):
    """The sketch for a board without a camera, with pictures in it."""
    classes = load_dataset("parts", split="test").y[::30]
    folder = tmp_path_factory.mktemp("sketches")
    kind = inspection_sketch(stored(pictures, 1 - classes))  # the opposite of what is right
    written(folder, "pico", kind=kind)
    return build_sketch(folder / "parts", tmp_path_factory.mktemp("host"), STRICT)


def test_stored_pictures_are_judged_one_after_the_other(stored_program, pictures):
    done = subprocess.run(
        [stored_program],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    good = scores_of(pictures)[:, 0].astype(int) + 128 >= 128
    classes = load_dataset("parts", split="test").y[::30]
    wanted = []
    for is_good, real in zip(good, classes, strict=True):
        found, told = (0 if is_good else 1), 1 - real
        same = "as expected: " if found == told else "NOT as expected: "
        wanted.append((RUN.labels[found], same + RUN.labels[told]))
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    said = [(line[0], line[3]) for line in lines]
    assert said[: len(wanted)] == wanted and said[len(wanted)] == wanted[0]
    assert sum("NOT" in text for _, text in wanted) > len(wanted) / 2
    assert {"pin 13 HIGH", "pin 13 LOW"} == set(done.stderr.splitlines())  # lit for a fault


def test_replay_goes_on_beside_stored_pictures(stored_program, pictures):
    with Running(stored_program) as running:
        features, scores = replay(running, pictures[:3].reshape(3, -1).astype(np.int16))
    np.testing.assert_array_equal(features, RUN.features(pictures[:3]))
    np.testing.assert_array_equal(scores, scores_of(pictures[:3]))


def test_stored_pictures_need_a_class_each(pictures):
    with pytest.raises(InputError, match="cannot be stored"):
        stored(pictures, [0])


def test_pictures_larger_than_the_camera_are_refused(tmp_path):
    compiled = compile_model(RUN.tflite, name="parts")
    with pytest.raises(InputError, match="larger than the camera's 320 x 240"):
        write_sketch(compiled, ImagePatch(256, 256), RUN.labels, out=tmp_path / "parts")


def test_board_without_a_camera_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"has no camera .* use nano33ble.*camera stored"):
        written(tmp_path, "pico")
    with pytest.raises(InputError, match=r"has no OV7675 camera .* use nano33ble"):
        written(tmp_path, "esp32cam", kind=inspection_sketch(OV7675))


def test_stored_pictures_do_not_make_a_large_model_fit(pictures, tmp_path):
    with pytest.raises(FitError, match="bytes of RAM"):
        written(tmp_path, "uno", kind=inspection_sketch(stored(pictures[:1], [0])))
