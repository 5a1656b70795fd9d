"""Recordings land where the loaders look, whole, never over another; recorders answer in words."""

import re

import numpy as np
import pytest
import soundfile

import tinyml_course as tc
from tinyml_course.datasets.audio import read_clip
from tinyml_course.datasets.motion_csv import read_csv
from tinyml_course.datasets.own_recordings import Datasheet, OwnRecordings
from tinyml_course.errors import InputError
from tinyml_course.widgets import MicrophoneRecorder, MotionRecorder, WebcamRecorder
from tinyml_course.widgets.still import script

FILES = {
    MicrophoneRecorder: ("recorder.js", "microphone_recorder.js"),
    WebcamRecorder: ("recorder.js", "webcam_recorder.js"),
    MotionRecorder: ("recorder.js", "capture_line.js", "motion_recorder.js"),
}
SHEET = Datasheet("ann", "a kitchen", "a laptop", "all agreed", "CC0-1.0")


def tone(hertz, rate, seconds=1.5):
    return np.float32(0.5 * np.sin(2 * np.pi * hertz * np.arange(int(rate * seconds)) / rate))


@pytest.fixture
def sounds(tmp_path):
    return OwnRecordings(tmp_path / "own", "keywords")


@pytest.mark.parametrize("rate", [16_000, 44_100, 48_000, 96_000])
def test_sound_is_kept_as_one_second_at_16_khz(sounds, rate):
    path = sounds.keep_sound("yes", "ann", tone(1000, rate), rate)
    assert path == sounds.root / "yes" / "ann_nohash_0.wav"
    clip = read_clip(path).astype(float)
    spectrum = np.abs(np.fft.rfft(clip * np.hanning(16_000)))
    assert spectrum.argmax() == 1000
    assert spectrum[1100:].max() < spectrum.max() / 1000
    assert np.abs(clip).max() == pytest.approx(16_384, rel=0.02)


def test_what_the_clip_cannot_hold_is_not_folded_into_it(sounds):
    path = sounds.keep_sound("yes", "ann", tone(11_000, 48_000), 48_000)
    assert np.abs(read_clip(path)[1000:-1000]).max() < 300


def test_silence_is_kept_whole(sounds):
    path = sounds.keep_sound("silence", "room", tone(100, 16_000, 3), 16_000)
    data, _ = soundfile.read(path)
    assert len(data) == 48_000


def test_kept_sets_load_with_their_people(tmp_path):
    sounds = OwnRecordings(tmp_path / "keywords", "keywords")
    motions = OwnRecordings(tmp_path / "gestures", "gestures")
    pictures = OwnRecordings(tmp_path / "parts", "parts")
    rng = np.random.default_rng(0)
    for label in ("ok", "bad"):
        for who in ("ann", "bob", "ann"):
            sounds.keep_sound(label, who, tone(500, 16_000), 16_000)
            motions.keep_motion(label, who, np.float32(rng.normal(size=(150, 6))), 100)
            pictures.keep_picture(label, who, rng.integers(0, 255, (64, 64), np.uint8))
    for own in (sounds, motions, pictures):
        own.write_datasheet(SHEET)
        data = tc.load_dataset(own.task, path=own.root)
        assert (len(data), set(data.group)) == (6, {"ann", "bob"}), own.task
        assert [own.count(label) for label in ("ok", "bad", "none")] == [3, 3, 0]


def test_motion_keeps_its_values_and_rate(tmp_path):
    own = OwnRecordings(tmp_path, "gestures")
    samples = np.float32(np.random.default_rng(0).normal(size=(180, 3)))
    (motion,) = read_csv(own.keep_motion("wing", "ann", samples, 104.0))
    assert motion.rate_hz == pytest.approx(104, rel=1e-3)
    assert np.allclose(motion.samples, samples, rtol=1e-4)


def test_nothing_is_overwritten_and_numbers_go_on(sounds):
    taken = sounds.root / "yes" / "ann_nohash_0.wav"
    taken.parent.mkdir(parents=True)
    taken.write_text("older")
    path = sounds.keep_sound("yes", "ann", tone(500, 16_000), 16_000)
    assert path.name == "ann_nohash_1.wav"
    assert taken.read_text() == "older"


def test_failed_write_leaves_no_file(sounds, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fdopen", full)
    with pytest.raises(InputError, match="No space left"):
        sounds.keep_sound("yes", "ann", tone(500, 16_000), 16_000)
    assert list((sounds.root / "yes").iterdir()) == []


@pytest.mark.parametrize(
    "name", ["", "../x", "a/b", ".hidden", "a_nohash_b", "x" * 41, "a__b", "ann."]
)
def test_name_that_would_lead_elsewhere_is_refused(sounds, name):
    with pytest.raises(InputError, match=r"has no name|cannot name a"):
        sounds.keep_sound("yes", name, tone(500, 16_000), 16_000)
    with pytest.raises(InputError, match=r"has no name|cannot name a"):
        sounds.keep_sound(name, "ann", tone(500, 16_000), 16_000)
    assert not sounds.root.exists()


@pytest.mark.parametrize(
    ("samples", "rate", "message"),
    [
        (tone(100, 8000), 8000, "8,000 samples a second; 16,000"),
        (tone(100, 16_000, 0.1), 16_000, "0.10 s of sound"),
        (np.full(16_000, np.nan, np.float32), 16_000, "no recording of a word"),
        (tone(100, 16_000), 0, "0 samples a second"),
    ],
    ids=["slow", "short", "nan", "no rate"],
)
def test_sound_that_is_none_is_refused(sounds, samples, rate, message):
    with pytest.raises(InputError, match=message):
        sounds.keep_sound("yes", "ann", samples, rate)


@pytest.mark.parametrize(
    ("samples", "rate", "message"),
    [
        (np.zeros((150, 4)), 100, "3 or 6 numbers"),
        (np.full((150, 3), np.inf), 100, "3 or 6 numbers"),
        (np.zeros((5, 3)), 100, "no gesture"),
        (np.zeros((150, 3)), 1, "no gesture"),
    ],
    ids=["axes", "infinite", "short", "slow"],
)
def test_motion_that_is_none_is_refused(tmp_path, samples, rate, message):
    with pytest.raises(InputError, match=message):
        OwnRecordings(tmp_path, "gestures").keep_motion("wing", "ann", samples, rate)


def test_datasheet_asks_for_everything_and_leaves_the_rest_of_a_readme(sounds):
    sounds.keep_sound("yes", "ann", tone(500, 16_000), 16_000)
    with pytest.raises(InputError, match="does not say: where, consent"):
        sounds.write_datasheet(Datasheet("ann", "", "a laptop", " ", "CC0"))
    target = sounds.root / "README.md"
    target.write_text("By hand.\n")
    assert sounds.write_datasheet(SHEET) == target
    first = target.read_text()
    assert "- **consent**: all agreed" in first
    assert "| yes | 1 |" in first
    assert first.endswith("\nBy hand.\n")
    sounds.keep_sound("yes", "ann", tone(500, 16_000), 16_000)
    target.write_text("Above.\n" + first)
    sounds.write_datasheet(SHEET)
    again = target.read_text()
    assert again.startswith("Above.\n") and again.endswith("\nBy hand.\n")
    assert again.count("consent") == 1
    assert "| yes | 2 |" in again


def sent(recorder, message, *buffers):
    """Send a message as the browser does; return the answer."""
    answers = []
    recorder.send = answers.append
    recorder._handle_custom_msg({"id": "1", **message}, list(buffers))
    (answer,) = answers
    return answer


def test_microphone_take_becomes_a_file_and_a_count(tmp_path):
    recorder = MicrophoneRecorder(tmp_path / "own", ("yes", "no"), who="ann")
    take = {"kind": "keep", "take": "t", "label": "no", "who": "ann", "rate_hz": 48_000}
    answer = sent(recorder, take, memoryview(tone(500, 48_000).tobytes()))
    assert answer == {"id": "1", "done": True, "words": "Kept as no/ann_nohash_0.wav."}
    assert recorder._counts == recorder.counts == {"yes": 0, "no": 1}
    assert [path.name for path in recorder.kept] == ["ann_nohash_0.wav"]
    again = sent(recorder, take, memoryview(tone(500, 48_000).tobytes()))  # the answer came late
    assert again == answer
    assert recorder.counts == {"yes": 0, "no": 1}


def test_picture_and_motion_takes_become_files(tmp_path):
    pictures = WebcamRecorder(tmp_path / "parts", ("ok", "defect"))
    grey = np.random.default_rng(0).integers(0, 255, (48, 48), np.uint8)
    take = {"kind": "keep", "take": "t", "label": "ok", "who": "lot-1", "side": 48}
    assert sent(pictures, take, grey.tobytes())["words"] == "Kept as ok/lot-1__0.png."
    motions = MotionRecorder(tmp_path / "gestures", ("wing", "ring"))
    take = {"kind": "keep", "take": "t", "label": "wing", "who": "ann", "axes": 3, "rate_hz": 100}
    samples = np.ones((150, 3), "<f4")
    assert sent(motions, take, samples.tobytes())["words"] == "Kept as wing/ann_nohash_0.csv."


@pytest.mark.parametrize(
    ("message", "buffers", "words"),
    [
        (
            {"kind": "keep", "take": "t", "label": "yes", "who": "", "rate_hz": 16_000},
            1,
            "person has no name",
        ),
        ({"kind": "keep", "take": "t", "label": "yes", "who": "ann"}, 1, "half a recording"),
        (
            {"kind": "keep", "take": "t", "label": "yes", "who": "ann", "rate_hz": 16_000},
            0,
            "half a recording",
        ),
        ({"kind": "datasheet", "sheet": {"who": "ann"}}, 0, "does not say: where"),
        ({"kind": "datasheet", "sheet": {"hat": "red"}}, 0, "half a recording"),
    ],
    ids=["nobody", "no rate", "no samples", "datasheet", "odd datasheet"],
)
def test_refused_take_is_answered_in_words(tmp_path, message, buffers, words):
    recorder = MicrophoneRecorder(tmp_path / "own", ("yes", "no"))
    answer = sent(recorder, message, *[tone(500, 16_000).tobytes()] * buffers)
    assert not answer["done"]
    assert words in answer["words"]
    assert recorder.kept == []


@pytest.mark.parametrize("labels", [(), "yes", ("a/b",), ("",)])
def test_recorder_refuses_labels_that_are_no_folders(tmp_path, labels):
    with pytest.raises(InputError, match="label"):
        MicrophoneRecorder(tmp_path, labels)


def test_recorder_refuses_a_file_for_a_folder(tmp_path):
    (tmp_path / "own").write_text("")
    with pytest.raises(InputError, match="is a file"):
        MicrophoneRecorder(tmp_path / "own", ("yes", "no"))


@pytest.mark.parametrize("kind", FILES)
def test_still_version_tells_what_there_is(tmp_path, kind):
    bundle, _ = kind(tmp_path, ("a", "b"))._repr_mimebundle_()
    assert "a 0, b 0 kept so far" in bundle["text/plain"]
    assert bundle["text/html"].startswith("<table>")
    assert str(tmp_path) not in bundle["text/html"] + bundle["text/plain"]


@pytest.mark.parametrize("kind", FILES)
def test_browser_side_is_whole_and_needs_no_network(kind):
    text = script(*FILES[kind])
    assert str(kind._esm) == text
    assert not re.search(r"\bimport\b[^\n]*from|https?://(?!www\.w3\.org|localhost)", text)
    assert text.count("export default") == 1
    assert "aria-live" in text
    assert text.count("model.on(") == text.count("model.off(")
