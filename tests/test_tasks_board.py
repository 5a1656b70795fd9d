"""A RUN on a simulated board: recordings in, labels out, and what the whole way takes."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tinyml_course.boards import get_board
from tinyml_course.cli import main
from tinyml_course.compiler.codegen import compile_model
from tinyml_course.compiler.reference import reference
from tinyml_course.datasets import load_dataset
from tinyml_course.datasets.nouns import counted
from tinyml_course.errors import TinyMLError
from tinyml_course.run import load_run
from tinyml_course.simulator.report import simulate
from tinyml_course.sketch import waiting_bytes
from tinyml_course.tasks.board import run_on_board, spread_over

MODELS = Path(__file__).parent.parent / "data" / "models"


@pytest.fixture(scope="module", params=["keywords", "gestures", "parts"])
def task(request):
    """A shipped RUN, its C, and a few recordings of each class in turn."""
    run = load_run(MODELS / request.param)
    recordings = spread_over(load_dataset(request.param, split="test"), 4)
    return run, compile_model(run.tflite, name=request.param), recordings


def test_recordings_become_the_notebooks_labels(task):
    run, compiled, recordings = task
    found = run_on_board(run, compiled, recordings, "nano33ble")
    scores = reference(run.tflite)(run.features(recordings.x)).reshape(len(recordings), -1)
    assert [one.found for one in found.heard] == [run.labels[i] for i in scores.argmax(axis=1)]
    assert [one.label for one in found.heard] == [recordings.labels[i] for i in recordings.y]
    assert [one.score for one in found.heard] == scores.max(axis=1).tolist()
    assert f"Same scores as in the notebook for {counted(run.task, 4)}." in found.to_text()
    json.dumps(found.to_json())


def test_samples_that_wait_in_the_sketch_take_ram(task):
    run, compiled, recordings = task
    waiting = waiting_bytes(compiled, run.features, run.labels, "nano33ble")
    alone = simulate(compiled, features=run.features, x=recordings.x[:1])
    whole = run_on_board(run, compiled, recordings.take([0]), "nano33ble").simulation
    assert whole.static_ram_bytes - alone.static_ram_bytes == pytest.approx(waiting, abs=8)
    full = replace(get_board("nano33ble"), ram_bytes=44_552 + whole.static_ram_bytes // 16 * 16)
    assert not run_on_board(run, compiled, recordings, full).heard


def test_recordings_are_spread_over_the_classes():
    data = load_dataset("parts", split="test")
    some = spread_over(data, 6)
    assert np.bincount(some.y).tolist() == [3, 3] or len(set(some.y)) == len(data.labels)
    assert len(spread_over(data, 10**6)) == len(data)


def test_scores_that_differ_are_reported_as_a_bug(task, monkeypatch):
    run, compiled, recordings = task
    wrong = lambda _: lambda x: np.zeros((len(x), len(run.labels)), np.int8)  # noqa: E731
    monkeypatch.setattr("tinyml_course.tasks.board.reference", wrong)
    with pytest.raises(TinyMLError, match="scores of the notebook and of the simulated board"):
        run_on_board(run, compiled, recordings, "nano33ble")


def test_command_simulates_a_run(capsys):
    arguments = ["simulate", str(MODELS / "gestures"), "--board", "pico", "--recordings", "2"]
    with pytest.raises(SystemExit) as stopped:
        main([*arguments, "--json"])
    assert stopped.value.code in (0, None)
    report = json.loads(capsys.readouterr().out)
    assert report["board"] == "pico"
    assert [set(one) for one in report["recordings"]] == [{"label", "found", "score"}] * 2


def test_data_without_a_run_is_refused(capsys, tmp_path):
    model = str(MODELS / "gestures" / "model.tflite")
    with pytest.raises(SystemExit) as stopped:
        main(["simulate", model, "--data", str(tmp_path)])
    assert stopped.value.code == 2
    assert "--data needs one, for its features" in capsys.readouterr().err
