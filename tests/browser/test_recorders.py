"""The recorders in a real JupyterLab, with devices that Chromium plays from files.

A learner records two words, trains on them, and has one classified; takes pictures; records a
gesture from a board that answers in the page; and is told what to do when a device is refused.
"""

import csv
import json
import struct
import zlib

import lab
import nbformat
import numpy as np
import pytest
import soundfile

import tinyml_course as tc
from tinyml_course.datasets.keywords import SHIPPED

pytestmark = pytest.mark.slow

FAKE = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
WORDS = ("stop", "yes")
TAKES = 5
EVERY = 25_600  # samples from word to word in the microphone's file: 1.6 s
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


def notebook(folder, name, *cells):
    made = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(text) for text in cells], metadata={"kernelspec": KERNEL}
    )
    nbformat.write(made, folder / f"{name}.ipynb")
    return f"{name}.ipynb"


def run_recorder(page, address, lessons, name, code):
    """Show a notebook with one recorder, run it, return the recorder."""
    file = notebook(lessons, name, f"from tinyml_course import widgets\nr = {code}\nr")
    lab.open_notebook(page, address, file)
    lab.run_all(page, seconds=90)
    widget = page.locator(".tinyml.recorder").first
    widget.wait_for()
    return widget


def say(widget):
    return widget.locator("output").first


def wait_for_words(widget, words):
    say(widget).get_by_text(words).wait_for(timeout=20_000)


@pytest.fixture(scope="module")
def spoken():
    """Return the shipped takes of one voice by word."""
    with (SHIPPED / "index.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    data = tc.load_dataset("keywords")
    chosen = np.array([row["file"] == "flite-slt.opus" for row in rows])
    return {
        word: data.x[chosen & (data.y == data.labels.index(word))][: 2 * TAKES] for word in WORDS
    }


def microphone_file(path, clips):
    """Write a minute of words, one every 1.6 s, for the fake microphone."""
    apart = np.zeros((len(clips), EVERY), np.int16)
    apart[:, : clips.shape[1]] = clips
    soundfile.write(path, np.tile(apart.ravel(), 4), 16_000, subtype="PCM_16")
    return f"--use-file-for-fake-audio-capture={path}%noloop"


def test_two_words_are_recorded_trained_on_and_told_apart(
    tmp_path_factory, lessons, address, spoken
):
    folder = tmp_path_factory.mktemp("own")
    for word in WORDS:
        sound = microphone_file(folder.parent / f"{word}.wav", spoken[word])
        with lab.chromium_page(flags=[*FAKE, sound]) as page:
            code = f"widgets.MicrophoneRecorder({str(folder)!r}, {WORDS}, who='ann', seconds=3)"
            widget = run_recorder(page, address, lessons, f"record_{word}", code)
            widget.get_by_role("radio", name=word).check()
            widget.get_by_role("button", name="Turn on the microphone").click()
            wait_for_words(widget, "Ready.")
            for take in range(TAKES):
                page.keyboard.press("Enter")  # the focus is on "Record"
                wait_for_words(widget, "Taken, peak")
                assert widget.locator(".review polyline").count() == 1
                page.keyboard.press("Enter")  # the focus is on "Keep"
                wait_for_words(widget, f"Kept as {word}/ann_nohash_{take}.wav.")
            assert widget.get_by_role("radio", name=word).locator("..").inner_text().endswith("5")
            page.screenshot(path=f"/tmp/exp/mic_{word}.png")
    heard, rate = soundfile.read(folder / "yes" / "ann_nohash_0.wav", dtype="int16")
    assert (rate, len(heard)) == (16_000, 16_000)
    assert tc.check_data(folder, task="keywords").errors == ()
