"""The gesture task: what it chooses for a set of recordings, how it learns, how use is counted."""

from dataclasses import replace

import numpy as np
import pytest

from tinyml_course.compiler.reading.tflite import read_model
from tinyml_course.compiler.reference import reference
from tinyml_course.datasets.gestures import Event, Session
from tinyml_course.errors import InputError
from tinyml_course.features.motion import MotionWindow
from tinyml_course.run import load_run
from tinyml_course.sketch.detection import Detector
from tinyml_course.tasks import TASKS, Recipe, gestures, pipeline
from tinyml_course.tasks.sessions import measure_sessions


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two gestures, quick to and fro along x or along z, a dozen recordings each, no gyroscope."""
    root = tmp_path_factory.mktemp("gestures")
    rng = np.random.default_rng(0)
    t = np.arange(119)[:, None] / 119
    for name, axis in (("knock", 2), ("wave", 0)):
        lines = ["aX,aY,aZ"]
        for _ in range(12):
            samples = rng.normal(0, 0.05, (119, 3)) + np.array([0, 0, 1])
            swing = np.exp(-(((t - rng.uniform(0.4, 0.6)) / 0.15) ** 2)) * np.sin(30 * t)
            samples[:, axis] += 1.5 * swing[:, 0]
            lines += [",".join(f"{value:.3f}" for value in row) for row in samples]
        (root / f"{name}.csv").write_text("\n".join(lines))
    return root


@pytest.fixture(scope="module")
def run(folder):
    """What is learned from the folder by a short recipe."""
    with pytest.MonkeyPatch.context() as patch, pytest.warns(UserWarning, match="at 119 Hz"):
        small = Recipe(epochs=6, versions=800, passes=6)
        patch.setitem(TASKS, "gestures", replace(gestures.GESTURES, recipe=small))
        return pipeline.train_task("gestures", folder, progress=False)


@pytest.mark.filterwarnings("ignore:recordings at 119 Hz")
def test_own_recordings_are_learned_and_evaluated_in_c(folder, run, tmp_path):
    assert run.labels == ("knock", "wave") and run.features.axes == 3
    assert run.features.acceleration_g == 4 and "in_use" not in run.metrics
    assert run.metrics["int8"]["accuracy"] == 1.0
    found = pipeline.evaluate_run(load_run(run.save(tmp_path / "run")), folder)
    assert found["n"] == 24 and found["accuracy"] > 0.95


def test_few_recordings_are_learned_by_network_and_forest_together(folder, run, tmp_path):
    saved = run.save(tmp_path / "run")
    assert {"model.tflite", "forest.npz"} <= {path.name for path in saved.iterdir()}
    again = load_run(saved)
    x = np.random.default_rng(2).integers(-128, 128, (50, *run.features.input_shape), np.int8)
    alone = [reference(read_model((saved / "model.tflite").read_bytes()))(x), again.model.forest(x)]
    mean = sum(np.asarray(scores, int).reshape(50, 2) for scores in alone) / 2
    together = np.asarray(reference(again.graph)(x), int).reshape(50, 2)
    assert abs(together - mean).max() <= 0.5
    assert {"network", "forest", "int8"} <= set(run.metrics) and "float" not in run.metrics
    assert "the mean of a network (" in run.summary()
    with pytest.raises(InputError, match="cannot hold a random forest"):
        _ = again.tflite


@pytest.mark.filterwarnings("ignore:recordings at 119 Hz")
def test_model_kept_has_learned_from_what_was_held_out_to_measure_it(folder, monkeypatch):
    seen = []

    def remember(windows, examples, seed):
        seen.append(len(windows))
        return gestures.fit_baseline(windows, examples, seed)

    task = replace(gestures.GESTURES, fit_forest=remember)
    monkeypatch.setitem(TASKS, "gestures", replace(task, recipe=Recipe(1, 100, 1)))
    run = pipeline.train_task("gestures", folder, model="forest", progress=False)
    assert seen[1] == 24 and seen[0] + run.metrics["int8"]["n"] == 24
    monkeypatch.setitem(TASKS, "gestures", replace(TASKS["gestures"], is_split=lambda root: True))
    pipeline.train_task("gestures", folder, model="forest", progress=False)
    assert len(seen) == 3  # what a folder says is for testing is never learned from


@pytest.mark.parametrize(("recordings", "model"), [(29, "both"), (30, "network")])
def test_few_recordings_want_both_and_many_the_network(recordings, model):
    data = gestures.Dataset(
        x=np.zeros((2 * recordings, 150, 3)), y=np.repeat([0, 1], recordings), labels=("a", "b"),
        group=np.arange(2 * recordings).astype(str), rate_hz=100.0, units="", source="", licence="",
    )  # fmt: skip
    assert gestures.choose_model(data) == model


def test_augmentation_gives_each_class_its_share_and_other_more():
    n = 300
    data = gestures.Dataset(
        x=np.random.default_rng(0).normal(0, 1, (n, 150, 6)).astype(np.float32),
        y=np.repeat([0, 1, 2], [200, 60, 40]).astype(np.int64),
        labels=("ring", "wing", "other"),
        group=np.arange(n).astype(str), rate_hz=100.0, units="", source="", licence="",
    )  # fmt: skip
    made = gestures.augment(data, MotionWindow(), 2000, 1, lambda share: None)
    assert made.x.shape[1:] == (50, 1, 6) and made.x.dtype == np.int8
    share = np.bincount(made.y) / len(made)
    assert share == pytest.approx([0.2, 0.2, 0.6], abs=0.03)
    again = gestures.augment(data, MotionWindow(), 2000, 1, lambda share: None)
    np.testing.assert_array_equal(made.x, again.x)


def scripted(labels, at):
    """A model that is certain of a label in the windows of these numbers, and two before them."""

    def predict(windows):
        scores = np.full((len(windows), len(labels)), -128, np.int8)
        scores[:, labels.index("other")] = 127
        for number, label in at.items():
            scores[number - 2 : number + 1] = -128
            scores[number - 2 : number + 1, labels.index(label)] = 127
        return scores

    return predict


@pytest.mark.parametrize(
    ("at", "found", "false"),
    [
        ({60: "ring"}, 0.5, 0),  # ends at 3.4 s: in time for the first
        ({60: "ring", 185: "wing"}, 1.0, 0),
        ({60: "wing", 185: "wing"}, 0.5, 1),  # a wrong name is a false event
        ({10: "ring", 60: "ring"}, 0.5, 1),  # before it began
        ({60: "ring", 80: "ring"}, 0.5, 1),  # the same gesture twice
        ({}, 0.0, 0),
    ],
    ids=["one", "both", "wrong name", "early", "twice", "none"],
)
def test_every_gesture_counts_once_and_all_else_is_false(at, found, false):
    labels = ("ring", "wing", "other")
    events = (Event("ring", 2.5, 3.5), Event("other", 5.0, 6.0), Event("wing", 7.5, 8.5))
    session = Session("p", "test", np.zeros((1200, 6), np.float32), events)
    detector = Detector(0.9, average=3, rest=5, every_hops=2, background=("other",))
    measured = measure_sessions(scripted(labels, at), MotionWindow(), labels, [session], detector)
    assert measured["events"] == 2 and measured["found"] == found
    assert measured["minutes"] == pytest.approx(10 / 60, abs=0.01)
    assert round(measured["false_per_minute"] * 10 / 60) == false
