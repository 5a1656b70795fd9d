"""Turn percent scripts with solutions into two notebooks each: the teacher's and the learner's.

`exercises/NN_name.py` holds the solved exercise with nbgrader's marks. `solutions/NN_name.ipynb` is
made from all of it; in `exercises/NN_name.ipynb` each solution has become a line to replace, and
the hidden tests are gone. `grade` scores a notebook as nbgrader does: the learner's cells where a
solution is asked for, the teacher's everywhere else.

    python notebooks/src/exercises.py              every exercise
    python notebooks/src/exercises.py --check      only say which notebooks are out of step
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from nbformat import NotebookNode

SOURCES = Path(__file__).resolve().parent / "exercises"
NOTEBOOKS = SOURCES.parents[1]
STUB = "# YOUR CODE HERE\nraise NotImplementedError"
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def names() -> list[str]:
    """List the exercises there are sources for, in the order of the course."""
    return sorted(path.stem for path in SOURCES.glob("[0-9][0-9]_*.py"))


def solution(name: str) -> NotebookNode:
    """Read a source as a notebook without outputs; a cell's id is its grade id or its number."""
    notebook = jupytext.read(SOURCES / f"{name}.py", fmt="py:percent")
    for number, cell in enumerate(notebook.cells):
        cell.id = _mark(cell, "grade_id") or f"cell-{number}"
        if "nbgrader" in cell.metadata:
            cell.metadata["nbgrader"]["cell_type"] = cell.cell_type
    notebook.metadata = nbformat.from_dict(METADATA)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    return notebook


def exercise(name: str) -> NotebookNode:
    """Return the learner's notebook: solutions replaced, hidden tests removed."""
    notebook = solution(name)
    for cell in notebook.cells:
        cell.source = _without(cell.source, "SOLUTION", STUB)
        cell.source = _without(cell.source, "HIDDEN TESTS", "")
    return notebook


def _without(text: str, what: str, instead: str) -> str:
    """Replace what stands between two marks, at the depth of the first."""
    marked = re.compile(
        rf"^([ ]*)### BEGIN {what}\n.*?### END {what}[ ]*\n?", re.DOTALL | re.MULTILINE
    )
    lines = [f"\\g<1>{line}" for line in instead.splitlines()]
    return marked.sub("\n".join(lines), text).rstrip()


def grade(name: str, handed_in: NotebookNode) -> dict[str, int]:
    """Score a notebook: points by the id of each test that passes without an error.

    Cells run one after the other in one namespace; one that fails does not stop the rest.
    """
    own = {_mark(cell, "grade_id"): cell.source for cell in handed_in.cells}
    namespace: dict[str, Any] = {"__name__": "__exercise__"}
    points = {}
    for cell in (cell for cell in solution(name).cells if cell.cell_type == "code"):
        grade_id = _mark(cell, "grade_id")
        source = own.get(grade_id, "") if _mark(cell, "solution") else cell.source
        passed = _runs(source, namespace)
        if _mark(cell, "grade"):
            points[grade_id] = _mark(cell, "points") if passed else 0
    return points


def _runs(source: str, namespace: dict[str, Any]) -> bool:
    try:
        exec(source, namespace)  # a learner's own cell, as a kernel would run it
    except Exception:
        return False
    return True


def _mark(cell: NotebookNode, name: str) -> Any:
    return cell.metadata.get("nbgrader", {}).get(name)


def main(arguments: list[str] | None = None) -> int:
    """Write or compare both notebooks of each exercise; return the exit code."""
    parser = argparse.ArgumentParser(description="Build the exercises from their percent scripts.")
    parser.add_argument("--check", action="store_true", help="only compare; change nothing")
    check = parser.parse_args(arguments).check
    failures = 0
    for name in names():
        for folder, notebook in (("solutions", solution(name)), ("exercises", exercise(name))):
            target = NOTEBOOKS / folder / f"{name}.ipynb"
            text = nbformat.writes(notebook) + "\n"
            if not check:
                target.parent.mkdir(exist_ok=True)
                target.write_text(text, encoding="utf-8")
            in_step = target.exists() and target.read_text(encoding="utf-8") == text
            print(f"{folder}/{name}: {'in step' if in_step else 'out of step'}")
            failures += not in_step
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
