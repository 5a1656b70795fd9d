"""The widgets hold what they show, refuse what they can't, and have a still version."""

import re

import numpy as np
import pytest

from tinyml_course.boards import get_board
from tinyml_course.errors import InputError
from tinyml_course.features.audio import Mfcc
from tinyml_course.simulator.compare import BoardRow
from tinyml_course.sketch.operating_points import Judged, OperatingPoint
from tinyml_course.widgets import (
    BoardPicker,
    BoardTable,
    CostSlider,
    FrameScrubber,
    ThresholdSlider,
    WindowSliders,
)
from tinyml_course.widgets.board_picker import Fit
from tinyml_course.widgets.still import FOLDER, float32_bytes, script

WIDGETS = (
    "board_picker.js",
    "board_table.js",
    "cost_slider.js",
    "frame_scrubber.js",
    "threshold_slider.js",
    "window_sliders.js",
)


@pytest.fixture(scope="module")
def clip():
    time = np.arange(16000) / 16000
    return np.rint(8000 * np.sin(2 * np.pi * 1000 * time)).astype(np.int16)


def points(count=5):
    one = (Judged(3.0, "yes", 0), Judged(9.0, "no", None))
    return [OperatingPoint(0.5 + 0.1 * i, 4, 4 - i, 5 - i, 0.5, one) for i in range(count)]


def slider(**changes):
    given = {
        "points": points(),
        "confidence": np.linspace(0, 1, 100),
        "spoken": [(2.2, "yes")],
        "step_s": 0.16,
    }
    return ThresholdSlider(**{**given, **changes})


def sliders(**changes):
    motion = np.sin(np.arange(600)[:, None] / 30 + np.arange(6))
    given = {"events": [(1.0, 1.9, "wing"), (3.0, 4.0, "ring")], "windows_s": (0.5, 1.0, 2.0)}
    return WindowSliders(
        motion,
        100.0,
        **{**given, "strides_s": (0.1, 0.5, 1.0), "window": 1, "stride": 0, **changes},
    )


def cost_slider(**changes):
    given = {"share": 0.5, "prices": (1.0, 100.0), **changes}
    scores, defect = np.array([0.1, 0.4, 0.6, 0.7, 0.3, 0.9]), np.array([0, 0, 0, 0, 1, 1], bool)
    return CostSlider(scores, defect, **given)


FITS = [
    Fit("Big <board>", "64 MHz", 40_000, 1_000_000, 20_000, 250_000, 60.4, 600.0),
    Fit("Tiny", "16 MHz", 40_000, 32_000, 20_000, 2_000, reason="40,000 bytes of flash are needed"),
]


ROWS = [
    BoardRow(get_board("nano33ble"), "emulated", True, "", 60.25, 33.4),
    BoardRow(get_board("uno"), "estimated", False, "<it> needs more RAM."),
    BoardRow(get_board("esp32"), "estimated", None, "not run."),
]


@pytest.fixture(
    params=[
        lambda clip: FrameScrubber(clip, frame=7),
        lambda _: BoardPicker(FITS),
        lambda _: slider(),
        lambda _: BoardTable(ROWS),
        lambda _: sliders(),
        lambda _: cost_slider(),
    ],
    ids=["scrubber", "picker", "slider", "table", "sliders", "costs"],
)
def widget(request, clip):
    return request.param(clip)


def test_still_version_stands_beside_the_live_one(widget):
    bundle, metadata = widget._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert bundle["text/plain"] == widget.describe()
    if "image/png" in bundle:
        assert bundle["image/png"].startswith(b"\x89PNG")
        assert len(bundle["image/png"]) < 80_000
        assert metadata["image/png"]["alt"] == widget.describe()
    else:
        assert bundle["text/html"].startswith("<table>")


def test_frame_scrubber_sends_what_the_front_end_computes(clip):
    scrubber = FrameScrubber(clip, frame=7)
    sent = np.frombuffer(scrubber._mfcc, "<f4").reshape(49, 10)
    assert np.array_equal(sent, Mfcc()(clip)[0, :, :, 0])
    assert scrubber._layout_of["shapes"]["_mel"] == [49, 40]
    spectrum = np.frombuffer(scrubber._spectrum, "<f4").reshape(49, 128)
    assert (spectrum.argmax(axis=1) == 1000 // 31.25).all()  # where the tone is


def test_frame_scrubber_describes_the_frame_it_stands_at(clip):
    scrubber = FrameScrubber(clip)
    scrubber.frame = 10
    assert scrubber.describe().startswith("Frame 10 of 49: 0.200 s to 0.230 s.")


@pytest.mark.parametrize("frame", [-1, 49, 1000])
def test_frame_scrubber_refuses_a_frame_that_is_not_there(clip, frame):
    with pytest.raises(InputError, match="frames 0 to 48"):
        FrameScrubber(clip, frame=frame)


@pytest.mark.parametrize(
    ("samples", "message"),
    [
        (np.zeros(8000, np.int16), "8000 samples"),
        (np.zeros(16000), "int16"),
        (np.zeros((2, 16000), np.int16), "shape"),
    ],
    ids=["short", "float", "stereo"],
)
def test_frame_scrubber_refuses_what_is_no_clip(samples, message):
    with pytest.raises(InputError, match=message):
        FrameScrubber(samples)


def test_board_picker_tells_why_a_board_does_not_fit():
    picker = BoardPicker(FITS, choice=1)
    assert picker.chosen is FITS[1]
    assert "Tiny: does not fit: 40,000 bytes" in picker.describe()
    assert "fits, 60 ms an inference, 600 µJ" in picker.describe()
    assert "Big &lt;board&gt;" in picker.still()["text/html"]


@pytest.mark.parametrize(
    "make", [lambda: BoardPicker([]), lambda: BoardPicker(FITS, 2)], ids=["none", "other"]
)
def test_board_picker_refuses_what_it_cannot_show(make):
    with pytest.raises(InputError, match=r"board"):
        make()


def test_board_table_sends_numbers_to_sort_by_and_says_what_is_not_known():
    table = BoardTable(ROWS)
    nano, uno, _ = table._rows
    assert nano[6:9] == [64, 960, 256]
    assert nano[1:5] == ["fits", 60.25, 33, "emulated"]
    assert uno[1:5] == ["does not fit: <it> needs more RAM.", None, None, "estimated"]
    assert all(len(row) == len(table._heads) for row in table._rows)
    assert "fits, 60.25 ms an inference, 33 days on a coin cell (emulated)." in table.describe()
    assert "might fit: not run (estimated)." in table.describe()
    assert "&lt;it&gt;" in table.still()["text/html"]


def test_board_table_fills_row_by_row():
    table = BoardTable()
    heard = []
    table.observe(lambda change: heard.append(len(change["new"])), "_rows")
    for row in ROWS:
        table.add(row)
    assert heard == [1, 2, 3]
    assert table._rows == BoardTable(ROWS)._rows


def test_threshold_slider_sends_each_point_and_the_excerpt():
    shown = slider(choice=1)
    assert shown.chosen.found == 3
    assert shown._points[1]["share"] == 0.75
    assert shown._points[1]["falsePerHour"] == 8
    assert shown._points[1]["events"] == [[3.0, "yes", True], [9.0, "no", False]]
    assert shown.describe().splitlines()[0] == (
        "Threshold 0.60: 3 of 4 keywords found (75%), 8.0 false accepts per hour."
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"points": []}, "thresholds rise"),
        ({"points": points()[::-1]}, "thresholds rise"),
        ({"choice": 5}, "points 0 to 4"),
        ({"confidence": [0.5, np.nan]}, "not finite"),
    ],
    ids=["none", "falling", "choice", "nan"],
)
def test_threshold_slider_refuses_what_it_cannot_show(changes, message):
    with pytest.raises(InputError, match=message):
        slider(**changes)


def test_window_sliders_count_gestures_that_are_whole_in_a_window():
    shown = sliders(stride=1)
    assert shown.describe() == (
        "A window of 1 s every 0.5 s: 2 inferences a second; 2 of 2 gestures are whole in a window."
    )
    shown.window, shown.stride = 0, 0
    assert (shown.window_s, shown.stride_s) == (0.5, 0.1)
    assert "10 inferences a second; 0 of 2" in shown.describe()
    sent = np.frombuffer(shown._samples, "<f4").reshape(-1, 3)
    assert sent.shape == (600, 3)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"windows_s": ()}, "windows to choose from"),
        ({"strides_s": (1.0, 0.5)}, "strides to choose from"),
        ({"window": 3}, "window is 3; there are 0 to 2"),
        ({"samples": np.zeros((5, 2))}, r"shape \(5, 2\)"),
    ],
    ids=["none", "falling", "choice", "axes"],
)
def test_window_sliders_refuse_what_they_cannot_show(changes, message):
    motion = changes.pop("samples", None)
    with pytest.raises(InputError, match=message):
        sliders(**changes) if motion is None else WindowSliders(motion, 100.0, [])


def test_cost_slider_takes_more_scrap_when_escapes_are_dear():
    shown = cost_slider()
    assert (shown.chosen.escapes, shown.chosen.scrap) == (0.5, 0.0)
    shown.choice = 1
    assert (shown.chosen.escapes, shown.chosen.scrap) == (0.0, 0.75)
    assert [point["scrap"] for point in shown._points] == [0.0, 0.75]
    assert shown.describe() == (
        "An escape costs 100 good parts: threshold 0.30, 0.0% of defects escape, "
        "75.0% of good parts are scrapped, cost 0.375 a part."
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"prices": ()}, "prices that rise"),
        ({"prices": (2.0, 1.0)}, "prices that rise"),
        ({"choice": 2}, "prices 0 to 1"),
        ({"share": 2.0}, "a share from 0 to 1"),
    ],
    ids=["none", "falling", "choice", "share"],
)
def test_cost_slider_refuses_what_it_cannot_show(changes, message):
    with pytest.raises(InputError, match=message):
        cost_slider(**changes)


def test_float32_bytes_refuses_another_number_of_axes():
    with pytest.raises(InputError, match="2 axes"):
        float32_bytes(np.zeros(3), 2, "mel")


@pytest.mark.parametrize("name", WIDGETS)
def test_browser_side_needs_no_network_and_keeps_its_promises(name):
    text = script(name)
    assert not re.search(r"\bimport\b[^\n]*from|https?://(?!www\.w3\.org)", text)
    assert text.count("export default") == 1
    assert "aria-live" in text  # what changes is told to screen readers
    assert text.count("model.on(") == text.count("model.off(")
    own = (FOLDER / name).read_text()
    assert re.search(r"= (slider|radios)\(|\bslider\(model", own)  # native: the keyboard works


def test_style_has_no_colour_only_one_theme_can_show():
    rules = (FOLDER / "style.css").read_text()
    assert "var(--jp-ui-font-color1" in rules
    assert not re.search(r"(?<!-)color:\s*(black|white|#000|#fff)", rules)


def test_board_table_fills_as_rows_come_and_keeps_them_when_it_is_stopped(monkeypatch, capsys):
    import IPython.display

    shown = []

    class Handle:
        def update(self, table):
            shown.append(len(table.rows))

    def display(table, display_id):
        shown.append(len(table.rows))
        return Handle()

    def rows():
        yield ROWS[0]
        assert len(table._rows) == 1  # the browser has it before the next one is asked for
        yield ROWS[1]
        raise KeyboardInterrupt

    monkeypatch.setattr(IPython.display, "display", display)
    table = BoardTable()
    assert table.fill(rows()) == tuple(ROWS[:2])
    assert shown == [0, 2]
    assert "Stopped after 2 boards." in capsys.readouterr().out
    assert table.still()["text/html"].count("<tr>") == 3
