"""The live recorder in a real JupyterLab: its button, its picture, the files it leaves."""

# ruff: noqa: F811 - fixtures are imported, and then asked for by name

import io
import sys
from pathlib import Path

import lab
import nbformat
import numpy as np
import pytest

pytest.importorskip("termios", reason="needs pseudo-terminals")
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from capture_boards import at_port, capture_program  # noqa: F401

pytestmark = pytest.mark.slow

CELL = """
from tinyml_course.widgets import LiveRecorder
live = LiveRecorder("gestures", {port!r}, "wing", {out!r}, recordings=1, seconds=50, pause_s=0.2)
live
"""

MOVING = """() => {
  const line = document.querySelector(".tinyml polyline");
  return line !== null && line.getAttribute("points").split(" ").length > 120;
}"""


@pytest.fixture
def board(capture_program, tmp_path):
    """A board whose sensor is moved in circles, one turn a second."""
    time_s = np.arange(6000)[:, None] / 100
    phase = np.array([0, 2, 4, 1, 3, 5])
    counts = np.rint(4096 * np.sin(2 * np.pi * time_s + phase)).astype("<i2")
    counts.tofile(tmp_path / "motion.raw")
    program = capture_program("capture_motion_rev2")
    options = ("--motion", tmp_path / "motion.raw", "--imu", "bmi270", "--wall-clock")
    with at_port(program, *options) as port:
        yield port


def test_button_records_while_the_picture_moves(board, lessons, address, tmp_path):
    own = tmp_path / "own"
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(CELL.format(port=board, out=str(own)))],
        metadata={"kernelspec": {"name": "python3", "display_name": "", "language": "python"}},
    )
    nbformat.write(notebook, lessons / "live.ipynb")
    problems = []
    with lab.chromium_page() as page:
        page.on("pageerror", lambda error: problems.append(str(error)))
        lab.open_notebook(page, address, "live.ipynb")
        lab.run_all(page, seconds=60)
        widget = page.locator(".tinyml").first
        assert "Ready to record 'wing'" in widget.locator("output").inner_text()
        empty = widget.screenshot()

        widget.get_by_role("button", name="Record").focus()
        page.keyboard.press("Enter")
        widget.get_by_text("wing 1: now").wait_for(timeout=20_000)
        page.wait_for_function(MOVING, timeout=20_000)
        recording = widget.screenshot(path=tmp_path / "live.png")
        assert np.abs(pixels(recording) - pixels(empty)).mean() > 0.002
        assert widget.locator("polyline").count() == 3

        widget.get_by_role("button", name="Stop").focus()
        page.keyboard.press("Enter")
        widget.get_by_text("of 'wing' by me").wait_for(timeout=20_000)
        assert widget.get_by_role("button", name="Record").is_visible()
    assert problems == []
    assert list((own / "wing").glob("*.csv"))


def pixels(png):
    from matplotlib import image

    shown = image.imread(io.BytesIO(png))
    return shown[:200, :600, :3]
