"""Thresholds by cost, and heat maps, held against the shipped parts and their masks."""

import numpy as np
import pytest

from tinyml_course.compiler.codegen import compile_model
from tinyml_course.compiler.reference import reference
from tinyml_course.datasets import load_dataset
from tinyml_course.datasets.parts import load_defects
from tinyml_course.errors import InputError
from tinyml_course.lessons import model_dir
from tinyml_course.run import load_run
from tinyml_course.simulator.host import host_model
from tinyml_course.simulator.report import simulate
from tinyml_course.tasks.inspection import choose_threshold, costs, defect_scores, heat_map
from tinyml_course.training.evaluation import auroc

SCORES = np.array([0.1, 0.3, 0.2, 0.4, 0.6, 0.5, 0.9, 0.35])
DEFECT = np.array([0, 0, 0, 0, 0, 1, 1, 1], bool)


@pytest.fixture(scope="module")
def judged():
    """The reference model of each kind, and what it says of the test lots."""
    data = load_dataset("parts", split="test")
    found = {}
    for name in ("parts", "parts_one_class"):
        run = load_run(model_dir(name))
        model = host_model(compile_model(run.tflite, name=name))
        found[name] = (model, run.features(data.x))
    return data, found


def test_reference_models_reach_what_the_lesson_promises(judged):
    data, found = judged
    model, x = found["parts"]
    called = model(x).reshape(len(x), -1).argmax(axis=1)
    shares = [(called[data.y == label] == label).mean() for label in (0, 1)]
    assert np.mean(shares) >= 0.97
    model, x = found["parts_one_class"]
    assert auroc(defect_scores(model(x)), data.y == 1) >= 0.95


def test_picture_on_an_emulated_board_gives_the_bits_of_the_notebook(judged):
    data, _ = judged
    run = load_run(model_dir("parts"))
    x = data.x[::150]
    simulation = simulate(
        compile_model(run.tflite, name="parts"), board="nano33ble", features=run.features, x=x
    )
    wanted = reference(run.tflite)(run.features(x))
    np.testing.assert_array_equal(np.ravel(simulation.outputs), np.ravel(wanted))
    assert "ms a row" in simulation.to_text()  # pictures have no rate to keep up with


def test_auroc_counts_pairs_that_are_in_order():
    pairs = [(d > g) + (d == g) / 2 for d in SCORES[DEFECT] for g in SCORES[~DEFECT]]
    assert auroc(SCORES, DEFECT) == pytest.approx(np.mean(pairs))


@pytest.mark.parametrize(("escape", "scrap"), [(1, 1), (50, 1), (1, 50), (10, 3)])
def test_chosen_threshold_is_the_cheapest_there_is(escape, scrap):
    def cost(threshold):
        called = threshold <= SCORES
        return escape * (~called & DEFECT).sum() / 8 + scrap * (called & ~DEFECT).sum() / 8

    chosen = choose_threshold(SCORES, DEFECT, escape=escape, scrap=scrap)
    assert chosen.cost == pytest.approx(min(cost(t) for t in np.linspace(0, 1.1, 500)))
    assert cost(chosen.threshold) == pytest.approx(chosen.cost)


def test_dear_escapes_lower_the_threshold_and_rare_defects_raise_it():
    prices = {"escape": 20, "scrap": 1}
    wary = choose_threshold(SCORES, DEFECT, **prices)
    thrifty = choose_threshold(SCORES, DEFECT, escape=1, scrap=20)
    rare = choose_threshold(SCORES, DEFECT, **prices, share=0.001)
    assert wary.threshold < thrifty.threshold and wary.threshold < rare.threshold
    assert wary.escapes <= thrifty.escapes and wary.scrap >= thrifty.scrap


def test_sketch_judges_by_the_chosen_threshold():
    steps = np.arange(256)
    scores = np.stack([steps, 255 - steps], axis=1) - 128
    for point in costs(SCORES, DEFECT, escape=1, scrap=1)[1:-1]:
        least = point.detector.thresholds(("ok", "defect"))[0]
        good = defect_scores(scores.astype(np.int8)) < point.threshold
        assert abs((scores[:, 0] >= least).sum() - good.sum()) <= 1


@pytest.mark.parametrize(
    "wrong", [{"escape": -1}, {"scrap": -1}, {"share": 2}, {"defect": DEFECT | True}]
)
def test_impossible_prices_are_refused(wrong):
    given = {"defect": DEFECT, "escape": 1, "scrap": 1} | wrong
    with pytest.raises(InputError):
        choose_threshold(SCORES, given.pop("defect"), **given)


def test_heat_map_is_hot_where_the_defect_is(judged):
    data, found = judged
    model, x = found["parts"]
    defects = load_defects("test")
    some = np.flatnonzero(data.y == 1)[::4]
    maps = heat_map(model, x[some])
    assert maps.shape == (len(some), 64, 64)
    hot = [
        auroc(one.ravel(), mask.ravel()) for one, mask in zip(maps, defects.mask[some], strict=True)
    ]
    assert np.mean(hot) > 0.75 and np.median(hot) > 0.85
