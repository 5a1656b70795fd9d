"""The lessons keep to the house style, and the notebooks are what their sources make of them."""

import importlib.util
import re
import statistics
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parent.parent
spec = importlib.util.spec_from_file_location("build", ROOT / "notebooks" / "src" / "build.py")
build = importlib.util.module_from_spec(spec)
spec.loader.exec_module(build)

LESSONS = build.names()
NUMBER = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?")


def code_cells(lesson):
    return [cell for cell in lesson.cells if cell.cell_type == "code"]


def prose(lesson):
    return [cell.source for cell in lesson.cells if cell.cell_type == "markdown"]


def lines_of(cell):
    return [line for line in cell.source.splitlines() if line.strip()]


def built(name):
    return nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)


def printed(lesson):
    """Return all text the cells of a built lesson show."""
    shown = []
    for output in (one for cell in code_cells(lesson) for one in cell.outputs):
        shown += [output.get("text", ""), *map(str, output.get("data", {}).values())]
    return "\n".join(text for text in shown if len(text) < 20_000)


@pytest.mark.parametrize("name", LESSONS)
def test_notebook_is_in_step_with_its_source(name):
    assert build.out_of_step(name) is None


@pytest.mark.parametrize("name", LESSONS)
def test_cells_are_short(name):
    lesson = build.read_source(name)
    lengths = [len(lines_of(cell)) for cell in code_cells(lesson)]
    assert statistics.median(lengths) <= 5, lengths
    assert max(lengths) <= 15, lengths
    words = [len(text.split()) for text in prose(lesson)]
    assert max(words) <= 120, words


@pytest.mark.parametrize("name", LESSONS)
def test_sections_say_why_in_few_words(name):
    sections = [text for text in prose(build.read_source(name)) if re.match(r"## \d\. ", text)]
    assert 3 <= len(sections) <= 6
    for text in sections:
        assert "**Why.**" in text, text.splitlines()[0]
        why = text.split("**Why.**")[1].split("**Predict first.**")[0]
        assert len(why.split()) <= 80, text.splitlines()[0]


@pytest.mark.parametrize("name", LESSONS)
def test_skeleton_is_complete(name):
    lesson = build.read_source(name)
    texts = prose(lesson)
    for part in ("**Question.**", "**At the end you will have**", "**Time:**", "**Hardware:**"):
        assert part in texts[0], part
    assert texts[0].startswith(f"# {name[:2]} · ")
    assert "import" in code_cells(lesson)[0].source and "seed" in code_cells(lesson)[0].source
    everything = "\n".join(texts)
    for part in (
        "**Predict first.**",
        "## The artefact: ",
        "## In this lesson we have",
        "## Sources",
        "**Next:**",
    ):
        assert part in everything, part


@pytest.mark.parametrize("name", LESSONS)
def test_every_number_in_the_prose_is_printed_by_a_cell(name):
    lesson = built(name)
    shown = printed(lesson)
    for text in prose(lesson)[1:]:
        body = text.split("## Sources")[0]
        body = re.sub(r"(?m)^#+ .*$|^\s*\d+\. |\[[^]]*\]\([^)]*\)|`[^`]*`", "", body)
        body = re.sub(r"\blessons? \d\d\b", "", body)
        for number in (found.rstrip(",") for found in NUMBER.findall(body)):
            assert re.search(rf"(?<![\d.]){re.escape(number)}(?!\d)", shown), (number, body)


@pytest.mark.parametrize("name", LESSONS)
def test_outputs_are_small_and_clean(name):
    text = (ROOT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8")
    assert len(text) <= build.LARGEST_BYTES
    assert build.LIVE_WIDGET not in text
    for cell in code_cells(built(name)):
        for output in cell.outputs:
            assert output.output_type != "error"
            assert output.get("name") != "stderr"


@pytest.mark.parametrize("name", LESSONS)
def test_links_lead_somewhere(name):
    text = "\n".join(prose(build.read_source(name)))
    for target in re.findall(r"\]\(([^)#]+)", text):
        if not target.startswith("http"):
            assert (ROOT / "notebooks" / target).exists(), target


@pytest.fixture
def small_course(tmp_path, monkeypatch):
    """Return a course of one tiny lesson, apart from the real one."""
    sources = tmp_path / "notebooks" / "src"
    sources.mkdir(parents=True)
    (sources / "00_tiny.py").write_text("# %% [markdown]\n# Hello\n\n# %%\nprint(6 * 7)\n")
    monkeypatch.setattr(build, "SOURCES", sources)
    monkeypatch.setattr(build, "NOTEBOOKS", sources.parent)
    return sources


def test_building_twice_gives_the_same_bytes(small_course):
    notebook = small_course.parent / "00_tiny.ipynb"
    assert build.main([]) == 0
    first = notebook.read_bytes()
    assert build.main(["00_tiny"]) == 0
    assert notebook.read_bytes() == first
    assert built_output(notebook) == "42\n"


def built_output(notebook):
    return code_cells(nbformat.read(notebook, as_version=4))[0].outputs[0].text


def test_check_finds_missing_changed_and_unrun_notebooks(small_course, capsys):
    assert build.main(["--check"]) == 1
    assert "not built yet" in capsys.readouterr().out
    nbformat.write(build.read_source("00_tiny"), small_course.parent / "00_tiny.ipynb")
    assert build.main(["--check"]) == 1
    assert "never run" in capsys.readouterr().out
    with (small_course / "00_tiny.py").open("a") as source:
        source.write("\n# %%\nprint(1)\n")
    assert build.main(["--check"]) == 1
    assert "2 cells built, 3 in the source" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("import sys; print('careful', file=sys.stderr)", "stderr"),
        ("import pathlib; print(pathlib.Path.home() / 'x')", "path of this machine"),
        ("import os; print('x' * 500_000)", "bytes"),
        ("print(1 / 0)", "ZeroDivisionError: division by zero\nprint(1 / 0)"),
    ],
    ids=["stderr", "private path", "too large", "failing"],
)
def test_unpublishable_lesson_leaves_the_old_notebook(small_course, capsys, code, message):
    notebook = small_course.parent / "00_tiny.ipynb"
    notebook.write_text("as it was")
    (small_course / "00_tiny.py").write_text(f"# %%\n{code}\n")
    assert build.main([]) == 1
    assert message in capsys.readouterr().err
    assert notebook.read_text() == "as it was"


def test_unknown_lesson_is_named(capsys):
    with pytest.raises(SystemExit) as stopped:
        build.main(["99_nothing"])
    assert stopped.value.code == 2
    assert "99_nothing" in capsys.readouterr().err
