"""The judge of unusual places: what it finds without knowing a defect, in float and in int8 C."""

import numpy as np
import pytest

from tinyml_course.backend import load_tensorflow
from tinyml_course.compiler.codegen import compile_model
from tinyml_course.compiler.reference import reference
from tinyml_course.compression import quantize_int8
from tinyml_course.simulator.host import host_model
from tinyml_course.tasks.good_parts import FALSE_ALARMS, judge_by_good_parts
from tinyml_course.tasks.parts import build_cnn
from tinyml_course.training.evaluation import auroc


def parts(count, seed, *, spot_at=None):
    """Inputs of a part in one pose: a dark square with a rough right half, and noise."""
    rng = np.random.default_rng(seed)
    grey = rng.normal(0, 4, (count, 32, 32))
    grey[:, 8:24, 8:24] -= 30
    grey[:, :, 20:] += rng.normal(0, 12, (count, 32, 12))
    if spot_at is not None:
        row, column = spot_at
        grey[:, row : row + 2, column : column + 2] += 25
    return grey.clip(-128, 127).astype(np.int8)[..., None]


@pytest.fixture(scope="module")
def network():
    """A network that has learned nothing."""
    load_tensorflow().keras.utils.set_random_seed(0)
    return build_cnn((32, 32, 1), 2, widths=(4, 4))


@pytest.fixture(scope="module")
def judge(network):
    return judge_by_good_parts(network, parts(150, 0))


def score(model, inputs):
    return model.predict(inputs.astype(np.float32), verbose=0)[:, 1]


def test_judge_finds_what_an_untrained_network_does_not(judge, network):
    good, bad = parts(60, 1), parts(60, 2, spot_at=(14, 12))
    faulty = np.arange(120) >= 60
    both = np.concatenate([good, bad])
    assert auroc(score(network, both), faulty) < 0.8
    assert auroc(score(judge, both), faulty) > 0.95


def test_same_mark_is_unusual_on_a_smooth_place_only(judge):
    smooth, rough = parts(60, 2, spot_at=(14, 12)), parts(60, 2, spot_at=(14, 28))
    assert score(judge, smooth).mean() > score(judge, rough).mean() + 0.2


def test_as_many_good_parts_are_called_defects_as_was_settled(judge):
    assert (score(judge, parts(150, 0)) >= 0.5).mean() == pytest.approx(FALSE_ALARMS, abs=0.01)
    assert (score(judge, parts(400, 5)) >= 0.5).mean() < 0.1  # of parts never seen


def test_judge_becomes_int8_c_with_the_bits_of_the_notebook(judge):
    calibration = np.concatenate([parts(60, 0), parts(60, 3, spot_at=(14, 12))])
    tflite = quantize_int8(judge, calibration)
    tried = np.concatenate([parts(40, 1), parts(40, 2, spot_at=(14, 12))])
    scores = host_model(compile_model(tflite, name="judge"))(tried).reshape(80, 2)
    np.testing.assert_array_equal(scores, reference(tflite)(tried).reshape(80, 2))
    in_c = (scores[:, 1].astype(float) + 128) / 256
    assert auroc(in_c, np.arange(80) >= 40) > 0.95
    assert abs(in_c - score(judge, tried)).mean() < 0.05
