"""The inspection sketch, run here with a camera that shows files, against the notebook's side."""

import subprocess

import numpy as np
import pytest
from sketch_programs import STRICT, Running

from tinyml_course.compiler.codegen import compile_model
from tinyml_course.compiler.reference import reference
from tinyml_course.datasets import load_dataset
from tinyml_course.device import Link, replay
from tinyml_course.errors import InputError
from tinyml_course.features.image import ImagePatch
from tinyml_course.lessons import model_dir
from tinyml_course.run import load_run
from tinyml_course.simulator.host_sketch import build_sketch
from tinyml_course.sketch import write_sketch
from tinyml_course.sketch.detection import Detector

RUN = load_run(model_dir("parts"))
ACROSS, DOWN, WARM_UP = 160, 120, 5


@pytest.fixture(scope="module", params=[0.5, 0.95], ids=["even", "wary"])
def threshold(request):
    return request.param


@pytest.fixture(scope="module")
def program(threshold, tmp_path_factory):
    folder = tmp_path_factory.mktemp("sketches") / "parts"
    compiled = compile_model(RUN.tflite, name="parts")
    detector = Detector(threshold=threshold, average=1, rest=0, every_hops=1, background=())
    write_sketch(compiled, RUN.features, RUN.labels, out=folder, detector=detector)
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
    with Running(program) as board:
        features, scores = replay(board, samples)
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


def test_middle_of_each_frame_is_judged_by_the_threshold(program, threshold, pictures, tmp_path):
    frames = np.random.default_rng(0).integers(0, 256, (len(pictures), DOWN, ACROSS))
    top, left = (DOWN - 64) // 2, (ACROSS - 64) // 2
    frames[:, top : top + 64, left : left + 64] = pictures
    good = scores_of(pictures)[:, 0].astype(int) + 128 >= round(256 * threshold)
    done = watch(program, frames, tmp_path)
    found = [line.split("\t")[0] for line in done.stdout.splitlines()]
    assert found[: len(pictures)] == [RUN.labels[0 if one else 1] for one in good]
    assert 0 < good.sum() < len(good)
    assert "pin 23 LOW" in done.stderr and "pin 24 LOW" in done.stderr  # green, blue


def test_missing_camera_is_told_in_words_and_pictures_can_still_be_replayed(program, pictures):
    with Running(program) as board:
        features, _ = replay(board, pictures[:1].reshape(1, -1).astype(np.int16))
    np.testing.assert_array_equal(features, RUN.features(pictures[:1]))
    done = subprocess.run(
        [program], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.startswith("The OV7675 camera does not answer.")
    assert done.stderr.splitlines()[-1] == "pin 22 LOW"  # red


def test_pictures_larger_than_the_camera_are_refused(tmp_path):
    compiled = compile_model(RUN.tflite, name="parts")
    with pytest.raises(InputError, match="larger than the camera's 320 x 240"):
        write_sketch(compiled, ImagePatch(256, 256), RUN.labels, out=tmp_path / "parts")


def test_board_without_an_inspection_sketch_is_refused(tmp_path):
    compiled = compile_model(RUN.tflite, name="parts")
    with pytest.raises(InputError, match="no inspection sketch yet; use nano33ble"):
        write_sketch(compiled, RUN.features, RUN.labels, "uno", tmp_path / "parts")
