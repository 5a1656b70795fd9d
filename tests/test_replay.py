"""Recordings replayed through a RUN's sketch: of all three tasks, held to the notebook's side."""

# ruff: noqa: F401, F811 - fixtures are imported, and then asked for by name

import dataclasses
import json
import re
from importlib import resources

import numpy as np
import pytest
import soundfile
import typer
from PIL import Image
from sketch_programs import STRICT, Running, gestures
from test_cli import tinyml

from tinyml_course.cli import app
from tinyml_course.compiler.reference import reference
from tinyml_course.datasets.gestures import load_sessions
from tinyml_course.errors import DeviceError, InputError
from tinyml_course.lessons import model_dir
from tinyml_course.run import load_run
from tinyml_course.simulator.host_sketch import build_sketch
from tinyml_course.sketch.detection import GESTURE_DETECTOR, detect
from tinyml_course.tasks import replay as replaying
from tinyml_course.tasks.recorded import READERS
from tinyml_course.tasks.replay import replay_run

SESSION = load_sessions("test")[0]
SESSION_S = 20
AXES = "aX,aY,aZ,gX,gY,gZ"


def write_motion(path, seconds):
    """Write the beginning of a session as CSV with times."""
    samples = SESSION.samples[: 100 * seconds]
    rows = [",".join(map(repr, [0.01 * i, *row])) for i, row in enumerate(samples.tolist())]
    path.write_text("\n".join([f"time,{AXES}", *rows]) + "\n")
    return path


@pytest.fixture(scope="module")
def session_file(tmp_path_factory):
    return write_motion(tmp_path_factory.mktemp("motion") / "session.csv", SESSION_S)


@pytest.mark.parametrize("task", ["keywords", "gestures", "parts"])
def test_command_that_a_sketch_tells_of_is_there(task):
    page = (resources.files("tinyml_course.sketch") / "templates" / f"{task}.md.in").read_text()
    ((name, *words),) = (line.split()[1:] for line in page.splitlines() if line[:7] == "tinyml ")
    command = typer.main.get_command(app).commands[name]
    given = command.make_context(name, words).params
    assert (given["port"], str(given["folder"])) == ("PORT", "RUN")
    suffixes, _ = READERS[type(load_run(model_dir(task)).features)]
    assert [file.suffix in suffixes for file in given["files"]] == [True]


@pytest.mark.parametrize("name", ["gestures", "gestures_uno", "parts", "parts_one_class"])
def test_shipped_recordings_give_the_notebooks_bits(name):
    report = replay_run(load_run(model_dir(name)))
    assert report.same_features is True
    assert report.same_scores
    right = [one.label == one.made for one in report.seen]
    assert len(right) >= 3
    assert np.mean(right) > 0.6


def test_session_of_a_file_is_detected_as_the_notebook_does(session_file):
    run = load_run(model_dir("gestures"))
    report = replay_run(run, [session_file])
    windows = run.features.windows(SESSION.samples[: 100 * SESSION_S], GESTURE_DETECTOR.every_hops)
    scores = reference(run.graph)(windows).reshape(len(windows), -1)
    wanted = detect(scores, run.labels, GESTURE_DETECTOR)
    assert report.same
    assert report.inputs == len(windows)
    assert [(one.label, one.percent) for one in report.seen] == [
        (one.label, one.percent) for one in wanted
    ]
    ends = [1 + one.index * GESTURE_DETECTOR.every_hops * 0.02 for one in wanted]
    assert [one.at_s for one in report.seen] == pytest.approx(ends)
    assert len(wanted) >= 3


def test_short_motion_is_one_window(tmp_path):
    report = replay_run(load_run(model_dir("gestures")), [write_motion(tmp_path / "one.csv", 2)])
    assert (report.inputs, report.same, len(report.seen)) == (1, True, 1)


def test_picture_of_any_size_is_replayed(tmp_path):
    grey = np.random.default_rng(0).integers(0, 255, (150, 200), dtype=np.uint8)
    Image.fromarray(grey).save(tmp_path / "part.png")
    report = replay_run(load_run(model_dir("parts")), [tmp_path / "part.png"])
    assert (report.inputs, report.same) == (1, True)
    assert report.seen[0].recording == "part.png"


def test_simulated_board_gives_the_same_scores(tmp_path):
    report = replay_run(
        load_run(model_dir("gestures")), [write_motion(tmp_path / "one.csv", 2)], board="nano33ble"
    )
    assert (report.same_features, report.same_scores) == (None, True)
    assert "nano33ble, simulated" in report.to_text()


def test_board_is_replayed_over_its_line(gestures, tmp_path):
    program = build_sketch(gestures, tmp_path, STRICT)
    with Running(program) as board:
        report = replay_run(
            load_run(model_dir("gestures")), [write_motion(tmp_path / "one.csv", 2)], port=board
        )
    assert report.same_features is True
    assert report.same_scores


def test_board_with_another_model_is_refused(gestures, tmp_path):
    program = build_sketch(gestures, tmp_path, STRICT)
    uno = load_run(model_dir("gestures_uno"))
    with (
        Running(program) as board,
        pytest.raises(DeviceError, match="gestures with another model"),
    ):
        replay_run(uno, [write_motion(tmp_path / "one.csv", 2)], port=board)


def test_differing_scores_are_told(monkeypatch, tmp_path):
    def off(graph):
        return lambda x: reference(graph)(x) + 1

    monkeypatch.setattr(replaying, "reference", off)
    report = replay_run(load_run(model_dir("gestures")), [write_motion(tmp_path / "one.csv", 2)])
    assert not report.same
    assert "scores   DIFFER" in report.to_text()


def test_missed_gesture_of_a_session_is_told():
    run = load_run(model_dir("gestures"))
    deaf = dataclasses.replace(GESTURE_DETECTOR, threshold=1.0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(replaying, "gesture_detector", lambda _: deaf)
        report = replay_run(run)
    made = [e for e in SESSION.events if e.label in run.labels[:3] and e.stop_s < 59]
    assert not report.seen
    assert [(one.label, one.at_s) for one in report.missed] == [
        (e.label, round(e.middle_s, 2)) for e in made
    ]


@pytest.mark.parametrize(
    ("task", "name", "said"),
    [
        ("gestures", "a.wav", r"a\.wav is none: a sketch for gestures is replayed \.csv"),
        ("parts", "a.csv", r"a\.csv is none: a sketch for parts is replayed \.png"),
        ("parts", "gone.png", r"gone\.png is no file"),
        ("keywords", "a.png", r"a\.png is none: a sketch for keywords is replayed \.wav"),
    ],
)
def test_other_files_are_refused(tmp_path, task, name, said):
    if not name.startswith("gone"):
        (tmp_path / name).write_bytes(b"x")
    with pytest.raises(InputError, match=said):
        replay_run(load_run(model_dir(task)), [tmp_path / name])


def test_motion_without_gyroscope_is_refused_by_name(tmp_path):
    rows = "\n".join("0.1,0.2,1.0" for _ in range(119))
    (tmp_path / "a.csv").write_text(f"aX,aY,aZ\n{rows}\n")
    with pytest.raises(InputError, match=r"a\.csv has 3 axes, the sketch takes 6"):
        replay_run(load_run(model_dir("gestures")), [tmp_path / "a.csv"])


def test_run_of_other_classes_asks_for_files():
    run = load_run(model_dir("gestures"))
    other = dataclasses.replace(run, labels=("a", "b", "c", "d", "e"))
    with pytest.raises(InputError, match="Name the files to replay"):
        replay_run(other)


def test_command_replays_a_sound(tinyml, tmp_path):
    sound = np.random.default_rng(0).normal(0, 3000, 16000).astype(np.int16)
    soundfile.write(tmp_path / "clip.wav", sound, 16000)
    status, out, err = tinyml("replay", model_dir("keywords"), tmp_path / "clip.wav", "--json")
    told = json.loads(out)
    assert (status, err) == (0, "")
    assert told["same_features"] is told["same_scores"] is told["same"] is True
    assert re.match(r"\w+", told["seen"][0]["label"])


def test_command_ends_with_1_where_bits_differ(tinyml, monkeypatch, tmp_path):
    monkeypatch.setattr(replaying, "reference", lambda graph: lambda x: reference(graph)(x) + 1)
    status, out, _ = tinyml("replay", model_dir("gestures"), write_motion(tmp_path / "one.csv", 2))
    assert status == 1
    assert "DIFFER" in out
