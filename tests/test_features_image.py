"""`ImagePatch`: its numbers, its C equal to the bit, and what it refuses."""

import json

import numpy as np
import pytest
from PIL import Image

from tinyml_course.errors import InputError
from tinyml_course.features.image import STEPS_PER_DEVIATION, ImagePatch
from tinyml_course.features.loading import load_features
from tinyml_course.simulator.emulated import run_features_on_board
from tinyml_course.simulator.host import host_features

SPECS = [
    ImagePatch(),
    ImagePatch(120, 160, size=48),
    ImagePatch(33, 47, crop=29, size=13),
    ImagePatch(192, 192, size=96),
    ImagePatch(512, 512, size=100),
    ImagePatch(31, 31, size=31),
]
IDS = ["usual", "camera", "odd", "halved", "largest", "as it is"]


def pictures(spec, n=12, seed=0):
    """Pictures of noise, of two extremes, of hardly anything and of nothing at all."""
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 256, (n, spec.height, spec.width))
    x[1::4] = rng.choice([0, 255], x[1::4].shape, p=[0.99, 0.01])
    x[2::4] = 200 + (x[2::4] > 250)
    x[3], x[7], x[-1] = 0, 255, rng.integers(0, 256, (1, spec.width))
    return x.astype(np.uint8)


@pytest.mark.parametrize("spec", SPECS, ids=IDS)
def test_c_on_this_computer_gives_the_same_bits(spec):
    x = pictures(spec)
    with host_features(spec) as in_c:
        np.testing.assert_array_equal(in_c(x), spec(x))


def test_c_on_a_board_gives_the_same_bits():
    spec = ImagePatch(33, 47, crop=29, size=13)
    x = pictures(spec, n=8)
    np.testing.assert_array_equal(run_features_on_board(spec, x), spec(x))


@pytest.mark.parametrize("spec", SPECS[1:5], ids=IDS[1:5])
def test_shrinking_is_the_area_average(spec):
    """Against Pillow's box filter over the same square, to within its rounding."""
    x = pictures(spec)[0]
    top, left = spec.corner
    box = (left, top, left + spec.side, top + spec.side)
    wanted = Image.fromarray(x).resize((spec.size, spec.size), Image.Resampling.BOX, box)
    if spec.side % spec.size:  # Pillow's filter counts whole pixels only
        exact = spec.shares / spec.side
        square = x[top : top + spec.side, left : left + spec.side]
        found = exact @ square @ exact.T
    else:
        found = np.asarray(wanted, float)
    assert abs(spec._shrunk(x[None])[0] / 256 - found).max() <= 1.01
    assert (spec.shares.sum(axis=0) == spec.size).all()
    assert (spec.shares.sum(axis=1) == spec.side).all()


def test_light_and_contrast_make_no_difference():
    spec = ImagePatch()
    x = np.random.default_rng(1).integers(40, 90, (4, 64, 64)).astype(np.uint8)
    plain = spec(x).astype(int)
    assert abs(plain.mean()) < 1 and abs(plain.std() - STEPS_PER_DEVIATION) < 1
    np.testing.assert_array_equal(spec(x + np.uint8(77)), plain)
    assert abs(spec(x * np.uint8(2)) - plain).max() <= 1


def test_noise_of_an_empty_picture_is_not_blown_up():
    x = np.full((1, 64, 64), 90, np.uint8)
    x[0, 3, 3] = 91
    found = ImagePatch()(x)
    assert np.count_nonzero(found) == 1 and found.max() <= STEPS_PER_DEVIATION


def test_specification_survives_its_json():
    spec = ImagePatch(120, 160, crop=100, size=48)
    assert load_features(spec.to_json()) == spec
    damaged = json.dumps(json.loads(spec.to_json()) | {"version": 99})
    with pytest.raises(InputError, match="image 99, not image 1"):
        load_features(damaged)


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ({"height": 4}, "height=4; give 8 to 512"),
        ({"width": 600}, "width=600"),
        ({"crop": 65}, "crop=65; give 8 to 64"),
        ({"size": 65}, "size=65; give 8 to 64"),
    ],
)
def test_impossible_sizes_are_refused(sizes, message):
    with pytest.raises(InputError, match=message):
        ImagePatch(**sizes)


@pytest.mark.parametrize("x", [np.zeros((2, 64, 63), np.uint8), np.zeros((2, 64, 64))])
def test_other_pictures_are_refused(x):
    with pytest.raises(InputError, match=r"give uint8 grey values of shape \(n, 64, 64\)"):
        ImagePatch()(x)
