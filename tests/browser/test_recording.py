"""The recorders in a real JupyterLab, with devices that Chromium plays from files.

A learner records two words, trains on them, and has one classified; takes pictures; records a
gesture from a board that answers in the page; and is told what to do when a device is refused.
"""

import csv
import json

import lab
import nbformat
import numpy as np
import pytest
import soundfile

import tinyml_course as tc
from tinyml_course.datasets.keywords import SHIPPED
from tinyml_course.device.frames import Frame, encode
from tinyml_course.widgets.still import FOLDER

pytestmark = pytest.mark.slow

FAKE = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
WORDS = ("stop", "yes")
TAKES = 5
EVERY = 25_600  # samples from word to word in the microphone's file: 1.6 s
TRAINING = """
import numpy as np, tinyml_course as tc
from tinyml_course.backend import load_tensorflow
keras = load_tensorflow().keras
keras.utils.set_random_seed(0)
data = tc.load_dataset("keywords", path={folder!r})
last = np.array([np.flatnonzero(data.y == label)[-1] for label in (0, 1)])
rest = np.setdiff1d(np.arange(len(data)), last)
features = tc.Mfcc()
layers = keras.layers
model = keras.Sequential([
    keras.Input(features.input_shape), layers.Conv2D(16, (10, 4), strides=2, activation="relu"),
    layers.GlobalAveragePooling2D(), layers.Dense(2, activation="softmax")])
tc.fit(model, features(data.take(rest)), epochs=60, batch=2, progress=False)
scores = model.predict(features(data.take(last)).x.astype("float32"), verbose=0)
print(*data.labels, "heard as", *(data.labels[i] for i in scores.argmax(axis=1)))
"""
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
    heard, rate = soundfile.read(folder / "yes" / "ann_nohash_0.wav", dtype="int16")
    assert (rate, len(heard)) == (16_000, 16_000)
    assert tc.check_data(folder, task="keywords").errors == ()
    with lab.chromium_page() as page:
        file = notebook(lessons, "train", TRAINING.format(folder=str(folder)))
        lab.open_notebook(page, address, file)
        lab.run_all(page, seconds=180)
        output = page.locator(".jp-OutputArea-output").last.inner_text()
    assert output.split() == ["stop", "yes", "heard", "as", "stop", "yes"]


def test_faulty_take_and_failing_disk_lose_nothing(tmp_path, lessons, address):
    loud = np.clip(np.random.default_rng(0).normal(size=(2, 16_000)) * 60_000, -32768, 32767)
    sound = microphone_file(tmp_path / "loud.wav", loud.astype(np.int16))
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "yes").write_text("in the way")
    with lab.chromium_page(flags=[*FAKE, sound]) as page:
        code = f"widgets.MicrophoneRecorder({str(folder)!r}, ('yes', 'no'), seconds=1)"
        widget = run_recorder(page, address, lessons, "record_loud", code)
        widget.get_by_role("button", name="Turn on the microphone").click()
        wait_for_words(widget, "Ready.")
        widget.get_by_role("button", name="Record").click()
        wait_for_words(widget, "It is clipped: go further away")
        keep = widget.get_by_role("button", name="Keep")
        keep.click()
        wait_for_words(widget, "the person has no name. Write one")
        widget.get_by_role("textbox", name="Person").fill("ann")
        keep.click()
        wait_for_words(widget, "cannot be written to (File exists)")
        (folder / "yes").unlink()
        keep.click()
        wait_for_words(widget, "Kept as yes/ann_nohash_0.wav.")
        assert [path.name for path in (folder / "yes").iterdir()] == ["ann_nohash_0.wav"]
        widget.get_by_text("Datasheet: what nobody").click()
        for name in ("Who recorded", "Where", "With what", "What did the people"):
            widget.get_by_role("textbox", name=name).fill(f"{name}: told")
        widget.get_by_role("button", name="Save datasheet").click()
        widget.get_by_text("the datasheet does not say: licence").wait_for()
        widget.get_by_role("textbox", name="What may others").fill("CC0")
        widget.get_by_role("button", name="Save datasheet").click()
        widget.get_by_text("Saved as README.md").wait_for()
    assert "- **licence**: CC0" in (folder / "README.md").read_text()


def test_take_outlives_a_busy_kernel_and_is_kept_once(tmp_path, lessons, address):
    sound = microphone_file(tmp_path / "hum.wav", HUM)
    with lab.chromium_page(flags=[*FAKE, sound]) as page:
        code = f"widgets.MicrophoneRecorder({str(tmp_path / 'own')!r}, ('yes', 'no'), who='ann')"
        file = notebook(
            lessons,
            "busy",
            f"from tinyml_course import widgets\n{code}",
            "import time; time.sleep(20)",
        )
        lab.open_notebook(page, address, file)
        page.locator(".jp-CodeCell").first.locator(".cm-content").click()
        page.keyboard.press("Control+Enter")
        widget = page.locator(".tinyml.recorder")
        widget.get_by_role("button", name="Turn on the microphone").click()
        wait_for_words(widget, "Ready.")
        widget.get_by_role("button", name="Record").click()
        widget.get_by_role("button", name="Keep").wait_for()
        page.locator(".jp-CodeCell").nth(1).locator(".cm-content").click()
        page.keyboard.press("Control+Enter")
        widget.get_by_role("button", name="Keep").click()
        wait_for_words(widget, "The notebook's kernel does not answer")
        widget.get_by_role("button", name="Keep").click()
        wait_for_words(widget, "Kept as yes/ann_nohash_0.wav.")
    assert [path.name for path in tmp_path.rglob("ann*")] == ["ann_nohash_0.wav"]


HUM = np.tile(np.int16([3000] * 20 + [-3000] * 20), 400)[None]
GONE = "Object.defineProperty(navigator, {!r}, {{ value: undefined, configurable: true }});"


@pytest.mark.parametrize(
    ("flags", "script", "words"),
    [
        (
            [FAKE[0], "--deny-permission-prompts"],
            "",
            "may not use the microphone. Click the symbol",
        ),
        (["--use-fake-ui-for-media-stream"], "", "There is no microphone, or none was chosen"),
        ([], GONE.format("mediaDevices"), "only to pages of this computer or with https"),
    ],
    ids=["denied", "no device", "insecure"],
)
def test_refused_microphone_is_explained(tmp_path, lessons, address, flags, script, words):
    with lab.chromium_page(flags=flags) as page:
        page.add_init_script(script)
        code = f"widgets.MicrophoneRecorder({str(tmp_path / 'own')!r}, ('yes', 'no'))"
        widget = run_recorder(page, address, lessons, "refused", code)
        widget.get_by_role("button", name="Turn on the microphone").click()
        wait_for_words(widget, words)
        assert widget.get_by_role("button", name="Turn on the microphone").is_enabled()


def camera_file(path):
    """Write a bright disc on dark, moved left of the middle, for the fake camera."""
    y, x = np.mgrid[:480, :640]
    luma = np.where((x - 240) ** 2 + (y - 240) ** 2 < 100**2, 200, 60).astype(np.uint8)
    frame = b"FRAME\n" + luma.tobytes() + bytes([128]) * (640 * 480 // 2)
    path.write_bytes(b"YUV4MPEG2 W640 H480 F10:1 Ip A1:1 C420\n" + frame * 5)
    return f"--use-file-for-fake-video-capture={path}"


def test_pictures_are_square_and_grey(tmp_path, lessons, address):
    from PIL import Image

    folder = tmp_path / "own"
    with lab.chromium_page(flags=[*FAKE, camera_file(tmp_path / "disc.y4m")]) as page:
        code = f"widgets.WebcamRecorder({str(folder)!r}, ('ok', 'defect'), who='lot-1')"
        widget = run_recorder(page, address, lessons, "pictures", code)
        widget.get_by_role("button", name="Turn on the camera").click()
        wait_for_words(widget, "Ready.")
        page.wait_for_timeout(500)
        for number in range(2):
            page.keyboard.press("Enter")
            wait_for_words(widget, "Taken. Keep it")
            page.keyboard.press("Enter")
            wait_for_words(widget, f"Kept as ok/lot-1__{number}.png.")
    with Image.open(folder / "ok" / "lot-1__0.png") as picture:
        assert (picture.mode, picture.size) == ("L", (480, 480))
        grey = np.asarray(picture).astype(int)
    assert grey[240, 160] - grey[240, 400] > 120  # the square begins at column 80 of the view
    assert tc.check_data(folder, task="parts").classes[0].recordings == 2


BOARD = """
navigator.serial.requestPort = async () => ({
  open: async () => {},
  close: async () => {},
  readable: new ReadableStream({ start(stream) { window.board = stream; } }),
  writable: new WritableStream({ write() {
    const answer = window.answers.shift() ?? [];
    window.board.enqueue(Uint8Array.from(answer));
  } }),
});
"""


def answers(samples, lose):
    """Return what a capture sketch answers, request by request, as numbers of bytes."""
    info = {
        "capture": 1, "sketch": "capture_motion", "board": "nano33ble", "sensor": "motion",
        "rate_hz": 100.0, "dtype": "int16",
        "channels": [["aX", "g", 4096], ["aY", "g", 4096], ["aZ", "g", 4096]],
    }  # fmt: skip

    def take(counter, lost):
        frames = [Frame(0x82, counter)]
        for number in range(0, len(samples), 10):
            if number != lost:
                part = samples[number : number + 10].astype("<i2").tobytes()
                start = number.to_bytes(4, "little")
                frames.append(Frame(0x84, number // 10, start + part))
        frames.append(Frame(0x85, 0, len(samples).to_bytes(4, "little") + bytes(4)))
        return b"noise" + b"".join(map(encode, frames))

    told = [
        encode(Frame(0x81, 1, json.dumps(info).encode())),
        encode(Frame(0x81, 2)),
        take(3, None),
        take(4, lose),
    ]
    return json.dumps([list(answer) for answer in told])


def test_gesture_comes_from_a_board_without_a_gap(tmp_path, lessons, address):
    time = np.arange(150)[:, None] / 100
    g = np.sin(2 * np.pi * time * [1, 2, 3]) * 0.5 + [0, 0, 1]
    samples = np.rint(g * 4096)
    folder = tmp_path / "own"
    with lab.chromium_page() as page:
        page.add_init_script(f"{BOARD} window.answers = {answers(samples, lose=70)};")
        code = f"widgets.MotionRecorder({str(folder)!r}, ('wing', 'ring'), who='ann')"
        widget = run_recorder(page, address, lessons, "motion", code)
        widget.get_by_role("button", name="Connect a board").click()
        wait_for_words(widget, "Ready.")
        page.keyboard.press("Enter")
        wait_for_words(widget, "Taken, the acceleration changed by")
        page.keyboard.press("Enter")
        wait_for_words(widget, "Kept as wing/ann_nohash_0.csv.")
        page.keyboard.press("Enter")
        wait_for_words(widget, "10 samples were lost on the way")
    (path,) = folder.rglob("*.csv")
    rows = np.loadtxt(path, delimiter=",", skiprows=1)
    assert np.allclose(rows[:, 1:], samples / 4096, atol=1e-3)
    assert np.allclose(np.diff(rows[:, 0]), 0.01)


def test_lines_of_numbers_are_recorded_with_their_measured_rate(tmp_path, lessons, address):
    folder = tmp_path / "own"
    lines = """setInterval(() => { window.time = (window.time ?? 0) + 1;
      const line = `0.1,${Math.sin(window.time / 9).toFixed(3)},1.0,1,2,3\r\n`;
      window.board?.enqueue(new TextEncoder().encode(line)); }, 20);"""
    with lab.chromium_page() as page:
        page.add_init_script(f"{BOARD} window.answers = []; {lines}")
        code = f"widgets.MotionRecorder({str(folder)!r}, ('wing', 'ring'), who='ann')"
        widget = run_recorder(page, address, lessons, "lines", code)
        widget.get_by_role("button", name="Connect a board").click()
        wait_for_words(widget, "Ready.")
        page.keyboard.press("Enter")
        wait_for_words(widget, "Taken, the acceleration changed by")
        page.keyboard.press("Enter")
        wait_for_words(widget, "Kept as wing/ann_nohash_0.csv.")
    rows = np.loadtxt(folder / "wing" / "ann_nohash_0.csv", delimiter=",", skiprows=1)
    assert rows.shape[1] == 7
    assert 30 < 1 / np.diff(rows[:, 0]).mean() < 55


def test_browser_without_web_serial_says_what_else_there_is(tmp_path, lessons, address):
    with lab.chromium_page() as page:
        page.add_init_script("delete Navigator.prototype.serial;")
        code = f"widgets.MotionRecorder({str(tmp_path)!r}, ('wing', 'ring'))"
        widget = run_recorder(page, address, lessons, "no_serial", code)
        widget.get_by_role("button", name="Connect a board").click()
        wait_for_words(widget, "no Web Serial; Chrome, Edge and Opera")


READ = """([source, line, payload]) => {
  const [LineReader, encodeFrame] = new Function(`${source}; return [LineReader, encodeFrame];`)();
  const found = [];
  const reader = new LineReader((f) => found.push([f.kind, f.counter, f.payload.length]),
    (values) => found.push(values));
  for (const byte of line) reader.feed([byte]);
  return [found, Array.from(encodeFrame(0x84, 65535, Uint8Array.from(payload)))];
}"""


def test_browser_reads_and_writes_frames_as_python_does():
    frames = [Frame(0x81, 1, b"hello"), Frame(0x84, 65_535, bytes(range(256)) * 3), Frame(0x85, 0)]
    damaged = bytearray(encode(Frame(0x84, 7, b"damaged")))
    damaged[9] ^= 1
    line = b"\xa5no\xa5\xc3\xff" + encode(frames[0]) + b"\n1.5,-2,3e-1\r\n" + encode(frames[1])
    line += damaged + b"\n0.1,nothing\n" + encode(frames[2])
    source = (FOLDER / "capture_line.js").read_text()
    with lab.chromium_page() as page:
        found, frame = page.evaluate(READ, [source, list(line), list(frames[1].payload)])
    assert found == [[0x81, 1, 5], [1.5, -2, 0.3], [0x84, 65_535, 768], [0x85, 0, 0]]
    assert bytes(frame) == encode(frames[1])
