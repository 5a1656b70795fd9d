"""The gesture task: what it chooses for a set of recordings, how it learns, how use is counted."""

from dataclasses import replace

import numpy as np
import pytest

from tinyml_course.datasets.gestures import Event, Session
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


@pytest.mark.filterwarnings("ignore:recordings at 119 Hz")
def test_own_recordings_are_learned_and_evaluated_in_c(folder, tmp_path, monkeypatch):
    small = Recipe(epochs=6, versions=800, passes=6)
    monkeypatch.setitem(TASKS, "gestures", replace(gestures.GESTURES, recipe=small))
    run = pipeline.train_task("gestures", folder, progress=False)
    assert run.labels == ("knock", "wave") and run.features.axes == 3
    assert run.features.acceleration_g == 4 and "in_use" not in run.metrics
    assert run.metrics["int8"]["accuracy"] == 1.0
    found = pipeline.evaluate_run(load_run(run.save(tmp_path / "run")), folder)
    assert found["n"] == 24 and found["accuracy"] > 0.95


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
