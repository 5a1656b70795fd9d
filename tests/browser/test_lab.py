"""Lessons in a real JupyterLab: the cells run, the widgets answer, nothing is red."""

import io

import lab
import nbformat
import numpy as np
import pytest

pytestmark = pytest.mark.slow


def pixels(png):
    from matplotlib import image

    return image.imread(io.BytesIO(png))


@pytest.fixture
def page():
    with lab.chromium_page() as one:
        yield one


def cell_with(page, words):
    return page.locator(".jp-CodeCell").filter(has_text=words).first


def test_scrubber_follows_the_keyboard_in_the_features_lesson(page, address):
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    lab.open_notebook(page, address, "02_features.ipynb")
    lab.run_all(page, seconds=120)
    assert page.locator(".jp-RenderedText[data-mime-type*='stderr']").count() == 0

    widget = page.locator(".tinyml").first
    widget.scroll_into_view_if_needed()
    slider = widget.get_by_role("slider", name="Frame of the clip")
    said = widget.locator("output")
    before, picture = said.inner_text(), pixels(widget.screenshot())
    assert picture[..., :3].std() > 0.05  # something is drawn

    slider.focus()
    first = int(slider.input_value())
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    frame = int(slider.input_value())
    assert frame == first + 3
    assert said.inner_text().startswith(f"Frame {frame} of 49")
    assert said.inner_text() != before
    assert slider.get_attribute("aria-valuetext").startswith(f"frame {frame},")
    assert np.abs(pixels(widget.screenshot()) - picture).mean() > 0.001

    # The kernel knows where the learner has moved to.
    cell_with(page, "scrubber.describe()").locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    lab.wait_until_idle(page, 30)
    assert f"Frame {frame} of 49" in cell_with(page, "scrubber.describe()").inner_text()
    assert problems == []


def test_saved_lesson_shows_the_still_version_before_it_is_run(page, address):
    lab.open_notebook(page, address, "02_features.ipynb")
    assert page.locator(".tinyml").count() == 0
    picture = cell_with(page, "FrameScrubber(").locator("img")
    picture.scroll_into_view_if_needed()
    assert picture.evaluate("img => img.naturalWidth") > 300


WIDGETS = """
import numpy as np
from tinyml_course.sketch.operating_points import Judged, OperatingPoint
from tinyml_course.boards import get_board
from tinyml_course.simulator.compare import BoardRow
from tinyml_course.widgets import BoardPicker, BoardTable, Fit, ThresholdSlider, WindowSliders
fits = [Fit("Big", "64 MHz", 40_000, 900_000, 9_000, 200_000, 60.0, 600.0),
        Fit("Small", "16 MHz", 40_000, 32_000, 9_000, 2_000, reason="too little flash")]
picker = BoardPicker(fits)
judged = (Judged(3.0, "yes", 0), Judged(9.0, "no", None))
points = [OperatingPoint(0.5 + i / 10, 4, 4 - i, 5 - i, 0.5, judged) for i in range(5)]
slider = ThresholdSlider(points, np.linspace(0, 1, 99), [(2.2, "yes")], step_s=0.16)
table = BoardTable([BoardRow(get_board("nano33ble"), "emulated", True, "", 60.0, 30.0)])
for name in ("uno", "teensy41"):
    table.add(BoardRow(get_board(name), "estimated", None, "not run"))
motion = np.sin(np.arange(600)[:, None] / 30 + np.arange(3))
windows = WindowSliders(motion, 100.0, [(1.0, 1.9, "wing"), (3.0, 4.0, "ring")])
"""


@pytest.fixture(params=["Light", "Dark"])
def widgets_page(request, lessons, settings, address):
    """Show a notebook with the picker and the slider in one theme."""
    texts = (WIDGETS, "picker", "slider", "table", "windows")
    cells = [nbformat.v4.new_code_cell(text) for text in texts]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    nbformat.write(notebook, lessons / "widgets.ipynb")
    lab.set_setting(settings, "themes", {"theme": f"JupyterLab {request.param}"})
    with lab.chromium_page(dark=request.param == "Dark") as page:
        lab.open_notebook(page, address, "widgets.ipynb")
        lab.run_all(page, seconds=60)
        yield page


def test_picker_and_slider_work_by_keyboard_and_read_well(widgets_page):
    page = widgets_page
    is_dark = "() => document.body.dataset.jpThemeLight === 'false'"
    assert page.evaluate(is_dark) == page.evaluate(
        "matchMedia('(prefers-color-scheme: dark)').matches"
    )
    picker, slider = page.locator(".tinyml").nth(0), page.locator(".tinyml").nth(1)
    picker.get_by_role("radio", name="Big").focus()
    page.keyboard.press("ArrowDown")
    assert picker.get_by_role("radio", name="Small").is_checked()
    assert "does not fit: too little flash" in picker.locator("output").inner_text()

    slider.get_by_role("slider", name="Detection threshold").focus()
    page.keyboard.press("End")
    assert slider.locator("output").inner_text().startswith("Threshold 0.90: 0 of 4 keywords")

    windows = page.locator(".tinyml").nth(3)
    windows.get_by_role("slider", name="Length of the window").focus()
    page.keyboard.press("Home")
    words = "A window of 0.3 s every 0.2 s: 5 inferences a second; 0 of 2 gestures"
    assert windows.locator("output").inner_text().startswith(words)
    windows.get_by_role("slider", name="Time from window to window").focus()
    page.keyboard.press("ArrowRight")
    assert "every 0.5 s: 2 inferences" in windows.locator("output").inner_text()
    for widget in (picker, slider, windows):
        assert contrast(page, widget) >= 4.5
        assert pixels(widget.screenshot())[..., :3].std() > 0.02


def test_board_table_is_sorted_and_filtered_by_keyboard(widgets_page):
    page = widgets_page
    table = page.locator(".tinyml").nth(2)
    names = table.locator("tbody th")
    assert table.locator("output").inner_text() == "3 of 3 boards"
    table.get_by_role("button", name="MHz").focus()
    page.keyboard.press("Enter")
    assert names.all_inner_texts()[0] == "Arduino Uno R3"
    page.keyboard.press("Enter")
    assert names.all_inner_texts()[0] == "Teensy 4.1"
    assert table.locator("output").inner_text() == "3 of 3 boards, by MHz, falling"
    table.get_by_role("searchbox", name="Senses").focus()
    page.keyboard.type("microphone")
    assert names.all_inner_texts() == ["Arduino Nano 33 BLE Sense"]
    assert contrast(page, table) >= 4.5


def contrast(page, widget):
    """Return the contrast ratio of a widget's text, as WCAG 2.2 defines it."""
    colours = [
        widget.evaluate("node => getComputedStyle(node).color"),
        page.locator(".jp-Notebook").first.evaluate(
            "node => getComputedStyle(node).backgroundColor"
        ),
    ]
    light = []
    for colour in colours:
        rgb = np.array([float(part) for part in colour[colour.index("(") + 1 : -1].split(",")[:3]])
        rgb = rgb / 255
        linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
        light.append(float(linear @ [0.2126, 0.7152, 0.0722]))
    return (max(light) + 0.05) / (min(light) + 0.05)
