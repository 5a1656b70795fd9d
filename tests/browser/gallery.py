"""Every widget of the course on one bare page, in JupyterLab's colours; no server, no kernel.

A stand-in for anywidget's model holds a widget's traits as Python would send them.
"""

import base64
import json
import sys
from pathlib import Path

import numpy as np

import tinyml_course as tc
from tinyml_course import widgets
from tinyml_course.boards import list_boards
from tinyml_course.datasets.gestures import load_sessions
from tinyml_course.simulator.compare import BoardRow
from tinyml_course.sketch.operating_points import Judged, OperatingPoint
from tinyml_course.widgets.still import FOLDER

THEMES = Path(sys.prefix) / "share/jupyter/lab/themes/@jupyterlab"
LIGHT, DARK = "light", "dark"

MODEL = """(traits) => {
  const hears = [];
  const unpacked = (value) => value?.bytes === undefined ? value
    : new DataView(Uint8Array.from(atob(value.bytes), (c) => c.charCodeAt(0)).buffer);
  const held = new Map(Object.entries(traits).map(([name, value]) => [name, unpacked(value)]));
  return {
    get: (name) => held.get(name),
    set(name, value) {
      held.set(name, value);
      for (const [event, hear] of [...hears]) if (event === `change:${name}`) hear();
    },
    save_changes() {},
    send() {},
    on(events, hear) { for (const event of events.split(" ")) hears.push([event, hear]); },
    off(events, hear) {
      for (const event of events.split(" ")) {
        hears.splice(hears.findIndex((one) => one[0] === event && one[1] === hear), 1);
      }
    },
  };
}"""

SHOW = f"""async ([source, traits]) => {{
  const url = URL.createObjectURL(new Blob([source], {{ type: "text/javascript" }}));
  const widget = (await import(url)).default;
  window.model = ({MODEL})(traits);
  document.querySelector("main").replaceChildren(document.createElement("div"));
  widget.render({{ model: window.model, el: document.querySelector("main div") }});
}}"""


def board_picker(_):
    """One board the model fits, and one it does not."""
    reason = "needs 40,112 bytes of flash; 32,256 are free. Pick another board."
    return widgets.BoardPicker(
        [
            widgets.Fit(
                "Nano 33 BLE", "nRF52840, 64 MHz", 40_112, 983_040, 9_120, 262_144, 60, 603
            ),
            widgets.Fit("Uno R3", "ATmega328P", 40_112, 32_256, 9_120, 2_048, reason=reason),
        ]
    )


def board_table(_):
    """All boards; what is too small is told in a sentence."""
    why = "needs 9,120 bytes of RAM at op 3 (DepthwiseConv2D, conv2d_1); less is there."
    return widgets.BoardTable(
        BoardRow(board, "emulated", True, "", 60.25, 33.4)
        if board.ram_bytes > 9120
        else BoardRow(board, "estimated", False, why)
        for board in list_boards()
    )


def cost_slider(_):
    """Scores of good and bad parts that overlap."""
    rng = np.random.default_rng(0)
    scores = np.concatenate([rng.normal(0.3, 0.15, 300), rng.normal(0.6, 0.2, 100)])
    return widgets.CostSlider(scores.clip(0, 1), np.arange(400) >= 300, share=0.02, choice=5)


def frame_scrubber(_):
    """A word of the shipped set."""
    words = tc.load_dataset("keywords")
    clip = words.x[np.flatnonzero(words.y == words.labels.index("yes"))[3]]
    return widgets.FrameScrubber(clip, frame=20)


def threshold_slider(_):
    """A detector that finds less, and is wrong less often, as its threshold rises."""
    spoken = [(6.1 * i + 2, ("yes", "no", "stop", "left")[i % 4]) for i in range(19)]
    judged = [Judged(at + 1, word, i if i % 5 else None) for i, (at, word) in enumerate(spoken)]
    points = [
        OperatingPoint(
            0.3 + i / 100, 400, 390 - i * i // 20, (80 - i) ** 2 // 60, 2.0,
            tuple(judged[: 18 - i // 5]),
        )
        for i in range(70)
    ]  # fmt: skip
    seconds = np.arange(740) * 0.16 + 1
    peaks = [np.exp(-((seconds - at - 1) ** 2) / 0.1) for at, _ in spoken]
    return widgets.ThresholdSlider(points, np.max(peaks, axis=0), spoken, step_s=0.16)


def window_sliders(_):
    """Twenty seconds of a session of the shipped gestures."""
    session = load_sessions("test")[1]
    done = [(e.start_s, e.stop_s, e.label) for e in session.events if e.stop_s < 20]
    return widgets.WindowSliders(session.samples[:2000], 100.0, done)


def live_recorder(folder):
    """A session under way, without a board."""
    live = widgets.LiveRecorder("gestures", None, "wing", folder)
    rows = np.sin(np.arange(200)[:, None] / 15 + np.arange(3))
    live._axes, live._full, live._left = 3, 2.0, "3 of 10, 1.2 s left"
    live._rows = rows.astype("<f4").tobytes()
    return live


GALLERY = {
    "BoardPicker": board_picker,
    "BoardTable": board_table,
    "CostSlider": cost_slider,
    "FrameScrubber": frame_scrubber,
    "LiveRecorder": live_recorder,
    "MicrophoneRecorder": lambda at: widgets.MicrophoneRecorder(at, ("yes", "no"), who="ann"),
    "MotionRecorder": lambda at: widgets.MotionRecorder(at, ("wing", "ring"), who="ann"),
    "ThresholdSlider": threshold_slider,
    "WebcamRecorder": lambda at: widgets.WebcamRecorder(at, ("ok", "defect"), who="lot-1"),
    "WindowSliders": window_sliders,
}


def hang(page, widget, theme, address="http://localhost/"):
    """Show one widget alone on a page with a theme of JupyterLab."""
    rules = (THEMES / f"theme-{theme}-extension/index.css").read_text(encoding="utf-8")
    style = (FOLDER / "style.css").read_text(encoding="utf-8")
    body = (
        f"<!doctype html><html lang=en><title>gallery</title><style>{rules}\n{style}\n"
        "body { background: var(--jp-layout-color0); margin: 8px; }</style>"
        f"<body data-jp-theme-light={json.dumps(theme == LIGHT)}><main></main>"
    )
    page.route(address, lambda route: route.fulfill(body=body, content_type="text/html"))
    page.goto(address)
    page.evaluate(SHOW, [str(widget._esm), traits_of(widget)])
    page.wait_for_timeout(700)  # words are settled, pictures drawn
    return page.locator(".tinyml")


def traits_of(widget):
    """Return what Python sends to the browser, bytes in a form JSON can hold."""
    return {
        name: {"bytes": base64.b64encode(value).decode()} if isinstance(value, bytes) else value
        for name, value in widget.get_state().items()
        if not name.startswith(("_esm", "_css", "_model", "_view", "layout", "tabbable", "tooltip"))
    }
