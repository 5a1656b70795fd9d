"""The exercises in nbgrader itself: released, handed in and marked as a teacher does it.

The release is made from the solutions; a learner who hands it in unsolved scores nothing, one who
hands in the solution scores everything.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("nbgrader")
ROOT = Path(__file__).resolve().parent.parent
NAMES = sorted(path.stem for path in (ROOT / "notebooks" / "solutions").glob("*.ipynb"))


def nbgrader(course, *command):
    paths = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",  # for alembic
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *command],
        cwd=course, env=os.environ | paths, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_nbgrader_gives_nothing_for_the_release_and_everything_for_the_solution(name, tmp_path):
    from nbgrader.api import Gradebook

    (tmp_path / "nbgrader_config.py").write_text(
        'c = get_config()\nc.CourseDirectory.course_id = "tinyml"\n'
        "c.ExecutePreprocessor.timeout = 300\n"
    )
    solved = ROOT / "notebooks" / "solutions" / f"{name}.ipynb"
    source = tmp_path / "source" / name
    source.mkdir(parents=True)
    shutil.copy(solved, source)
    nbgrader(tmp_path, "generate_assignment", name, "--create")
    released = tmp_path / "release" / name / solved.name
    for learner, notebook in (("unsolved", released), ("solved", solved)):
        folder = tmp_path / "submitted" / learner / name
        folder.mkdir(parents=True)
        shutil.copy(notebook, folder / solved.name)
    nbgrader(tmp_path, "autograde", name, "--create")
    with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}") as book:
        found = {learner: book.find_submission(name, learner) for learner in ("unsolved", "solved")}
        assert found["unsolved"].score == 0
        assert found["solved"].score == found["solved"].max_score > 0
