"""A RUN folder comes back as it was saved, and says which of its files is wrong."""

import json
from dataclasses import replace

import numpy as np
import pytest
from tflite_models import Network

from tinyml_course.errors import InputError, ModelError
from tinyml_course.features.audio import Mfcc
from tinyml_course.run import Run, load_run

LABELS = ("yes", "no", "unknown")
SCORES = {"accuracy": 0.5, "per_class": {"yes": 1.0, "no": 0.0, "unknown": None}, "n": 2}


@pytest.fixture(scope="module")
def run():
    net = Network(seed=1)
    x = net.mean(net.conv2d(net.input((1, 49, 10, 1), 1.0, 0), filters=3, kernel=(10, 4)))
    tflite = net.build(net.softmax(x))
    return Run("keywords", tflite, Mfcc(), LABELS, {"float": SCORES, "int8": SCORES, "seed": 1})


def test_run_comes_back_as_it_was_saved(run, tmp_path):
    again = load_run(run.save(tmp_path / "run"))
    assert (again.task, again.tflite, again.features) == (run.task, run.tflite, run.features)
    assert (again.labels, again.metrics) == (run.labels, run.metrics)
    assert {path.name for path in (tmp_path / "run").iterdir()} == {
        "model.tflite", "features.json", "labels.txt", "metrics.json",
    }  # fmt: skip


def test_summary_tells_float_beside_int8_and_leaves_absent_classes_open(run):
    lines = run.summary().splitlines()
    assert lines[1].split() == ["accuracy", "50.0%", "50.0%"]
    assert lines[-2].split() == ["unknown", "-", "-"]


@pytest.mark.parametrize(
    ("counts", "last"),
    [
        ((1, 3, 0), "over 4 held-out recordings of keywords, 1 of yes: each of those is 100% of"),
        ((12, 10, 0), "over 22 held-out recordings of keywords"),
    ],
    ids=["few", "enough"],
)
def test_summary_says_on_how_few_it_was_measured(run, counts, last):
    scores = {**SCORES, "n": sum(counts), "n_per_class": dict(zip(LABELS, counts, strict=True))}
    lines = replace(run, metrics={"int8": scores}).summary().splitlines()
    assert lines[-1].startswith(last) and (len(lines[-1]) > len(last)) == (counts[0] == 1)
    assert lines[-4].split() == ["yes", "100.0%", "of", str(counts[0])]


def test_other_files_of_the_folder_stay(run, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    run.save(tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_stop_half_way_leaves_the_old_run_whole(run, tmp_path, monkeypatch):
    run.save(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    stopping = Run("keywords", run.tflite, run.features, ("a", "b", "c"), run.metrics)
    written, write = [], type(tmp_path).write_bytes

    def stop_at_the_third(path, content):
        written.append(path)
        if len(written) == 3:
            raise KeyboardInterrupt
        return write(path, content)

    monkeypatch.setattr("pathlib.Path.write_bytes", stop_at_the_third)
    with pytest.raises(KeyboardInterrupt):
        stopping.save(tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize(
    ("name", "content", "error", "message"),
    [
        pytest.param("metrics.json", b"{", InputError, "metrics.json is not JSON", id="json"),
        pytest.param("metrics.json", b"[]", InputError, "no JSON object", id="json-list"),
        pytest.param("labels.txt", b"yes\nno\n", InputError, "labels.txt names", id="labels"),
        pytest.param("labels.txt", b"\xff\xfe\x00", InputError, "not a text file", id="binary"),
        pytest.param("model.tflite", b"", ModelError, "not a TensorFlow Lite model", id="model"),
        pytest.param("features.json", b"{}", InputError, "features.json: ", id="features"),
    ],
)
def test_damaged_file_is_named(run, tmp_path, name, content, error, message):
    run.save(tmp_path)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(error, match=message):
        load_run(tmp_path)


@pytest.mark.parametrize("name", ["model.tflite", "features.json", "labels.txt", "metrics.json"])
def test_missing_file_is_named(run, tmp_path, name):
    run.save(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(InputError, match=f"{name} cannot be read"):
        load_run(tmp_path)


def test_missing_folder_says_how_to_make_one(tmp_path):
    with pytest.raises(InputError, match="tinyml train"):
        load_run(tmp_path / "none")


def test_metrics_are_plain_json(run, tmp_path):
    run.save(tmp_path)
    stored = json.loads((tmp_path / "metrics.json").read_text())
    assert stored["task"] == "keywords"
    assert np.isclose(stored["int8"]["accuracy"], 0.5)
