"""Exercises: the solution scores everything; what is empty or unsolved scores nothing."""

import importlib.util
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parent.parent
spec = importlib.util.spec_from_file_location(
    "exercises", ROOT / "notebooks" / "src" / "exercises.py"
)
exercises = importlib.util.module_from_spec(spec)
spec.loader.exec_module(exercises)

NAMES = exercises.names()


def built(folder, name):
    return nbformat.read(ROOT / "notebooks" / folder / f"{name}.ipynb", as_version=4)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_solution_scores_every_point(name):
    points = exercises.grade(name, built("solutions", name))
    assert points
    full = {
        cell.metadata.nbgrader.grade_id: cell.metadata.nbgrader.points
        for cell in exercises.solution(name).cells
        if cell.metadata.get("nbgrader", {}).get("grade")
    }
    assert points == full
    assert min(full.values()) > 0


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", ["unsolved", "empty", "blank cells"])
def test_nothing_done_scores_zero(name, kind):
    handed_in = built("exercises", name)
    if kind == "empty":
        handed_in = nbformat.v4.new_notebook()
    if kind == "blank cells":
        for cell in handed_in.cells:
            cell.source = ""
    points = exercises.grade(name, handed_in)
    assert points
    assert not any(points.values())


@pytest.mark.parametrize("name", NAMES)
def test_learner_s_notebook_gives_nothing_away(name):
    text = nbformat.writes(built("exercises", name))
    assert "SOLUTION" not in text
    assert "HIDDEN" not in text
    cells = [cell for cell in built("exercises", name).cells if cell.cell_type == "code"]
    asked = [cell for cell in cells if "YOUR CODE HERE" in cell.source]
    assert all(cell.metadata.nbgrader.solution for cell in asked)
    assert asked
    for cell in cells:
        compile(cell.source, name, "exec")


def test_notebooks_are_in_step_with_their_sources(capsys):
    assert exercises.main(["--check"]) == 0, capsys.readouterr().out


def test_changed_source_is_found(tmp_path, monkeypatch, capsys):
    source = tmp_path / "src" / "exercises"
    source.mkdir(parents=True)
    (source / "01_one.py").write_text(
        "# %%\ndef f():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION\n"
    )
    monkeypatch.setattr(exercises, "SOURCES", source)
    monkeypatch.setattr(exercises, "NOTEBOOKS", tmp_path)
    assert exercises.main(["--check"]) == 1
    assert exercises.main([]) == 0
    (cell,) = nbformat.read(tmp_path / "exercises" / "01_one.ipynb", as_version=4).cells
    assert cell.source == "def f():\n    # YOUR CODE HERE\n    raise NotImplementedError"
    (source / "01_one.py").write_text("# %%\n2\n")
    assert exercises.main(["--check"]) == 1
    assert "out of step" in capsys.readouterr().out
