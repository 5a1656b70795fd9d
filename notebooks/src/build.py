"""Turn the percent scripts of this folder into the notebooks learners open, and run them.

A lesson is edited only here, as `NN_name.py`; `notebooks/NN_name.ipynb` is made from it, with the
outputs it had when it was last run. The same source gives the same cells, ids and metadata, so a
rebuilt lesson differs only where an output did.

    python notebooks/src/build.py                   every lesson
    python notebooks/src/build.py 02_features       one lesson
    python notebooks/src/build.py --check           only say which notebooks are out of step
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import sys
import tempfile
from collections import Counter
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

SOURCES = Path(__file__).resolve().parent
NOTEBOOKS = SOURCES.parent
CHECKOUT = NOTEBOOKS.parent

CELL_TIMEOUT_S = 300
LARGEST_BYTES = 400_000
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
LIVE_WIDGET = "application/vnd.jupyter.widget-view+json"
QUIET = {
    "OMP_NUM_THREADS": "2",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONPATH": str(CHECKOUT),
    "TF_CPP_MIN_LOG_LEVEL": "3",
}


class LessonError(Exception):
    """A lesson that cannot be published as it is; the message says why."""


def names() -> list[str]:
    """List the lessons there are sources for, in the order of the course."""
    return sorted(path.stem for path in SOURCES.glob("[0-9][0-9]_*.py"))


def read_source(name: str) -> NotebookNode:
    """Read a percent script as a notebook without outputs, its ids taken from the cells' text."""
    lesson = jupytext.read(SOURCES / f"{name}.py", fmt="py:percent")
    seen: Counter[str] = Counter()
    for cell in lesson.cells:
        digest = hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()[:8]
        seen[digest] += 1
        cell.id = digest if seen[digest] == 1 else f"{digest}-{seen[digest]}"
    lesson.metadata = nbformat.from_dict(METADATA)
    lesson.nbformat, lesson.nbformat_minor = 4, 5
    return lesson


def run(lesson: NotebookNode) -> NotebookNode:
    """Run every cell in order in a fresh kernel, in an empty folder.

    Raises
    ------
    LessonError
        If a cell fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(
            lesson,
            timeout=CELL_TIMEOUT_S,
            kernel_name="python3",
            record_timing=False,
            resources={"metadata": {"path": folder}},
        )
        try:
            client.execute(env={**os.environ, **QUIET})
        except CellExecutionError as error:
            cell = next(cell for cell in lesson.cells if _failed(cell))
            message = f"this cell fails with {error.ename}: {error.evalue}\n{cell.source}"
            raise LessonError(message) from error
    return lesson


def _failed(cell: NotebookNode) -> bool:
    return any(output.output_type == "error" for output in cell.get("outputs", []))


def tidy(lesson: NotebookNode) -> NotebookNode:
    """Keep of the outputs what a reader without a kernel can use.

    A live widget means nothing without its kernel: its still picture or table stays, and one that has
    none, such as a progress bar, goes.

    Raises
    ------
    LessonError
        If a cell wrote to stderr or shows a path of this machine.
    """
    lesson.metadata = nbformat.from_dict(METADATA)
    for number, cell in enumerate(lesson.cells):
        if cell.cell_type != "code":
            continue
        cell.outputs = [one for one in _merge_streams(cell.outputs) if not _only_alive(one)]
        for output in cell.outputs:
            if output.output_type == "stream" and output.name == "stderr":
                raise LessonError(f"cell {number} wrote to stderr: {output.text[:400]}")
            output.get("data", {}).pop(LIVE_WIDGET, None)
        text = nbformat.writes(nbformat.v4.new_notebook(cells=[cell]))
        for private in (str(CHECKOUT), str(Path.home()), tempfile.gettempdir() + "/"):
            if private in text:
                raise LessonError(f"cell {number} shows {private}, a path of this machine.")
    return lesson


def _only_alive(output: NotebookNode) -> bool:
    """Tell whether an output shows nothing without its kernel: no still version, or an empty one."""
    data = output.get("data", {})
    text = data.get("text/plain", "")
    if LIVE_WIDGET in data:
        return len(data) == 2 and re.fullmatch(r"\w+\(.*\)", text, re.DOTALL) is not None
    return bool(data) and set(data) <= {"text/plain", "text/html"} and not text.strip()


def _merge_streams(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Join what was printed in pieces: how a pipe cuts a text differs from run to run."""
    merged: list[NotebookNode] = []
    for output in outputs:
        last = merged[-1] if merged else None
        if last and output.output_type == last.output_type == "stream" and output.name == last.name:
            last.text += output.text
        else:
            merged.append(output)
    return merged


def build(name: str) -> int:
    """Build one lesson and return the size of its notebook in bytes; a failure changes nothing."""
    lesson = tidy(run(read_source(name)))
    text = nbformat.writes(lesson) + "\n"
    if len(text.encode()) > LARGEST_BYTES:
        raise LessonError(f"the notebook has {len(text):,} bytes; {LARGEST_BYTES:,} are allowed.")
    target = NOTEBOOKS / f"{name}.ipynb"
    draft = target.with_suffix(".draft")
    draft.write_text(text, encoding="utf-8")
    draft.replace(target)
    return len(text.encode())


def out_of_step(name: str) -> str | None:
    """Say how a built notebook differs from its source, or None when it does not."""
    target = NOTEBOOKS / f"{name}.ipynb"
    if not target.exists():
        return "not built yet"
    built, source = nbformat.read(target, as_version=4), read_source(name)
    if len(built.cells) != len(source.cells):
        return f"{len(built.cells)} cells built, {len(source.cells)} in the source"
    for number, (ours, theirs) in enumerate(zip(built.cells, source.cells, strict=True)):
        for part in ("cell_type", "source", "id", "metadata"):
            if ours[part] != theirs[part]:
                return f"cell {number} has another {part} than the source"
        if ours.cell_type == "code" and ours.source.strip() and ours.execution_count is None:
            return f"cell {number} was never run"
    return None


def main(arguments: list[str] | None = None) -> int:
    """Build or check the lessons named on the command line; return the exit code."""
    parser = argparse.ArgumentParser(description="Build the lessons from their percent scripts.")
    parser.add_argument("names", nargs="*", metavar="NN_name", help="default: every lesson")
    parser.add_argument("--check", action="store_true", help="only compare; change nothing")
    options = parser.parse_args(arguments)
    unknown = sorted(set(options.names) - set(names()))
    if unknown:
        parser.error(f"no lesson {', '.join(unknown)}; there are {', '.join(names())}.")
    failures = 0
    for name in options.names or names():
        if options.check:
            problem = out_of_step(name)
            print(f"{name}: {problem or 'in step'}")
        else:
            try:
                print(f"{name}: {build(name):,} bytes", flush=True)
                problem = None
            except LessonError as error:
                problem = str(error)
                print(f"{name}: {problem}", file=sys.stderr)
        failures += problem is not None
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
