"""The main job from recordings to a sketch, with a network and a training set cut short."""

import json
from dataclasses import replace
from functools import partial

import pytest

from tinyml_course import demo
from tinyml_course.errors import InputError, TinyMLError
from tinyml_course.run import load_run
from tinyml_course.tasks import TASKS, Recipe, keywords
from tinyml_course.tasks.board import require_same


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """Let the keyword task train on 800 versions, one pass, a small network."""
    with pytest.MonkeyPatch.context() as patch:
        task = replace(
            keywords.KEYWORDS,
            build_model=partial(keywords.build_ds_cnn, width=8, blocks=1),
            recipe=Recipe(epochs=1, versions=800, passes=1),
        )
        patch.setitem(TASKS, "keywords", task)
        folder = tmp_path_factory.mktemp("demo")
        yield folder, demo.run_demo("keywords", "nano33ble", folder)


def test_demo_leaves_run_c_sketch_and_report(small):
    folder, report = small
    assert load_run(folder / "run").labels[0] == "yes"
    assert {path.name for path in (folder / "c").iterdir()} >= {"keywords.c", "keywords.h"}
    assert (folder / "sketch_keywords" / "sketch_keywords.ino").is_file()
    assert json.loads((folder / "report.json").read_text()) == report


def test_demo_compares_the_whole_test_set_on_host_and_fifty_clips_on_the_board(small):
    _, report = small
    assert report["host_clips"] == report["metrics"]["int8"]["n"] > 300
    assert report["board_clips"] == 50
    assert report["simulation"]["fits"] is True
    assert report["simulation"]["hop_instructions"] > 0


def test_demo_again_replaces_what_it_left(small):
    folder, report = small
    (folder / "notes.txt").write_text("mine")
    again = demo.run_demo("keywords", "nano33ble_rev2", folder)
    assert again["simulation"]["board"] == "nano33ble_rev2"
    assert again["metrics"] == report["metrics"]  # the same seed, the same model
    assert (folder / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize(
    ("task", "board"), [("gesture", "nano33ble"), ("keywords", "nano34"), ("keywords", "uno")]
)
def test_demo_refuses_what_it_does_not_know_before_it_trains(tmp_path, task, board):
    with pytest.raises(InputError, match=r"gesture|nano34|Uno"):
        demo.run_demo(task, board, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_differing_bit_ends_the_demo():
    with pytest.raises(TinyMLError, match="scores of the notebook and of the board differ"):
        require_same("scores", "the board", [1, 2, 3], [1, 2, 4])
