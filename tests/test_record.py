"""Recording over a serial line: the sketches' own code at the far end, faults on the way."""

# ruff: noqa: F811 - fixtures are imported, and then asked for by name

import json
import re
import sys
import warnings
from pathlib import Path
from threading import Event

import numpy as np
import pytest

pytest.importorskip("termios", reason="needs pseudo-terminals")

from capture_boards import Faults, at_port, capture_program  # noqa: F401
from PIL import Image

import tinyml_course as tc
from tinyml_course import cli
from tinyml_course.datasets.audio import read_samples
from tinyml_course.device import capture
from tinyml_course.device.capture import Capture
from tinyml_course.errors import DeviceError, InputError
from tinyml_course.widgets import LiveRecorder
from tinyml_course.widgets.still import script

BOSCH = ("--imu", "bmi270")  # its library gives counts to the bit
SCALE = np.repeat([4096, 16], 3)


@pytest.fixture(scope="module")
def motion(tmp_path_factory):
    """What the sensor gives: counts (time, 6), and their file."""
    counts = np.random.default_rng(5).integers(-9000, 9000, (3000, 6)).astype("<i2")
    counts[:, 2] += 100 * np.arange(3000).astype("<i2") % 7
    file = tmp_path_factory.mktemp("motion") / "motion.raw"
    counts.tofile(file)
    return counts, file


@pytest.fixture
def wing(capture_program, motion, tmp_path):
    """Return a function that records wings over a line with faults."""

    def make(faults=None, options=BOSCH, sketch="capture_motion_rev2", **more):
        program, (_, file) = capture_program(sketch), motion
        given = {"pause_s": 0, "recordings": 2, **more}
        with at_port(program, "--motion", file, *options, faults=faults) as port:
            return tc.record("gestures", port, "wing", tmp_path / "own", **given)

    return make


def values(path):
    """Return the counts (time, 6) that a file holds, and its times."""
    table = np.loadtxt(path, delimiter=",", skiprows=1)
    counts = table[:, 1:] * SCALE
    assert (counts == np.rint(counts)).all()
    return counts.astype(int), table[:, 0]


def place_of(piece, counts):
    """Return where in what the sensor gave a piece is, to the bit."""
    places = np.flatnonzero((counts == piece[0]).all(axis=1))
    found = [p for p in places if (counts[p : p + len(piece)] == piece).all()]
    assert len(found) == 1
    return found[0]


# What is recorded is what the sensor gave ---------------------------------------------------------


def test_recorded_motion_is_loaded_to_the_bit(capture_program, motion, tmp_path):
    counts, file = motion
    with at_port(capture_program("capture_motion_rev2"), "--motion", file, *BOSCH) as port:
        for label in ("wing", "ring"):
            report = tc.record(
                "gestures", port, label, tmp_path, person="ada", seconds=1.5, recordings=2,
                pause_s=0,
            )  # fmt: skip
            assert (len(report.files), report.lost, report.warnings) == (2, 0, ())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        data = tc.load_dataset("gestures", path=tmp_path)
    wanted = (counts[:600].reshape(4, 150, 6) / SCALE).astype(np.float32)
    order = [2, 3, 0, 1]  # ring comes before wing
    np.testing.assert_array_equal(data.x, wanted[order])
    assert data.labels == ("ring", "wing")
    assert set(data.group) == {"ada"}


def test_recorded_sound_is_loaded_to_the_bit(capture_program, tmp_path):
    sound = np.arange(16000 * 12).astype("<i2")
    sound.tofile(tmp_path / "sound.raw")
    options = ("--pdm", tmp_path / "sound.raw", "--wall-clock")
    own = tmp_path / "own"
    with at_port(capture_program("capture_microphone"), *options) as port:
        for label in ("yes", "no"):
            report = tc.record("keywords", port, label, own, seconds=1.0, recordings=2, pause_s=0)
            assert len(report.files) == 2
    data = tc.load_dataset("keywords", path=own)
    assert data.x.shape == (4, 16000)
    for clip in data.x:
        assert (
            np.diff(clip.astype(np.int64)) % 2**16 == 1
        ).all()  # nothing left out, nothing twice
    assert len({int(clip[0]) for clip in data.x}) == 4


def test_sound_that_the_board_loses_is_a_gap_in_its_place(capture_program, tmp_path):
    sound = np.arange(2**19).astype("<i2")
    sound.tofile(tmp_path / "sound.raw")
    chunks = ",".join(["256"] * 80 + ["9000"])  # the last is more than the board's ring holds
    options = ("--pdm", tmp_path / "sound.raw", "--wall-clock", "--chunks", chunks)
    with at_port(capture_program("capture_microphone"), *options) as port:
        report = tc.record(
            "keywords", port, "silence", tmp_path / "own", seconds=5.5, recordings=1, pause_s=0
        )
    (one,) = report.recordings
    assert {gap.by for gap in one.gaps} == {"board"}
    assert len(report.files) >= 2
    pieces = [read_samples(path).astype(np.int64) for path in report.files]
    for piece in pieces:
        assert (np.diff(piece) % 2**16 == 1).all()
    # What comes after a gap is as far on in the sound as the gap says.
    gap = one.gaps[0]
    assert (pieces[1][0] - pieces[0][-1] - 1) % 2**16 == gap.samples % 2**16
    assert len(pieces[0]) == gap.start


def test_board_with_small_frames_tells_who_it_is_in_parts(wing, motion):
    report = wing(None, ("--imu", "mpu6050"), "capture_motion_uno", seconds=1.0)
    registers = motion[0][:200].astype(np.int64)
    scale = np.repeat([32768, 63938], 3)  # of imu.h, Q16, towards zero
    wanted = np.sign(registers) * (abs(registers) * scale // 65536)
    recorded = np.concatenate([values(path)[0] for path in report.files])
    np.testing.assert_array_equal(recorded, wanted)
    assert (report.info.board, report.info.sketch) == ("uno", "capture_motion_uno")


def test_pictures_are_recorded_to_the_bit(capture_program, tmp_path):
    pictures = np.random.default_rng(1).integers(0, 256, (30, 120, 160)).astype(np.uint8)
    pictures.tofile(tmp_path / "pictures.raw")
    program = capture_program("capture_camera")
    with at_port(program, "--pictures", tmp_path / "pictures.raw") as port:
        report = tc.record(
            "parts", port, "ok", tmp_path / "own", person="lot 7", recordings=3, pause_s=0
        )
    assert [path.name for path in report.files] == [f"lot 7__{i}.png" for i in range(3)]
    for path, wanted in zip(report.files, pictures[5:], strict=False):  # after those of warming up
        np.testing.assert_array_equal(np.asarray(Image.open(path)), wanted)
    assert report.to_svg().count("<image") == 3


# What goes wrong on the way -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("faults", "counted"),
    [
        (Faults(double=[3, 9, 10]), {"duplicates": 3}),
        (Faults(before={4: b"hello\r\n\xa5\xc3", 20: bytes(300)}), {"noise_bytes": 309}),
        (Faults(before={7: b"\xa5\xc3\x84\x01\x00\xff\x03"}), {"damaged": 1}),
    ],
    ids=["twice", "noise", "false head"],
)
def test_noise_and_copies_cost_nothing(wing, motion, faults, counted):
    report = wing(faults)
    assert (len(report.files), report.lost) == (2, 0)
    recorded = np.concatenate([values(path)[0] for path in report.files])
    np.testing.assert_array_equal(recorded, motion[0][:400])
    for name, count in counted.items():
        assert sum(getattr(one, name) for one in report.recordings) == count


@pytest.mark.parametrize(
    "faults", [Faults(drop=[3]), Faults(spoil=[3])], ids=["frame lost", "frame damaged"]
)
def test_short_recording_with_a_gap_is_dropped_and_made_again(wing, motion, faults):
    report = wing(faults)
    first = report.recordings[0]
    assert first.files == ()
    assert [(gap.start, gap.samples, gap.by) for gap in first.gaps] == [(15, 5, "line")]
    assert "5 samples lost at 0.15 s by the line (dropped)" in report.to_text()
    assert [place_of(values(path)[0], motion[0]) for path in report.files] == [200, 400]


def test_long_recording_is_split_at_its_gaps_and_keeps_only_useful_pieces(wing, motion):
    report = wing(Faults(drop=[30, 31, 35]), seconds=4, recordings=1)
    (one,) = report.recordings
    assert [(gap.start, gap.samples) for gap in one.gaps] == [(150, 10), (175, 5)]
    places = [(place_of(v, motion[0]), len(v)) for v, _ in map(values, report.files)]
    assert places == [(0, 150), (180, 220)]  # 15 samples between the gaps are no use
    times = values(report.files[1])[1]
    np.testing.assert_allclose(times, np.arange(220) / 100)


def test_lost_end_of_a_take_costs_its_last_samples_or_nothing(wing, motion, monkeypatch):
    monkeypatch.setattr(capture, "QUIET_S", 0.5)
    assert wing(Faults(end=False)).lost == 0
    swallowing = b"\xa5\xc3\x84\x01\x00\xff\x03"  # head of a frame longer than what follows
    assert wing(Faults(before={39: swallowing})).lost == 0
    report = wing(Faults(drop=[39]), recordings=1)
    assert [(gap.start, gap.samples) for gap in report.recordings[0].gaps] == [(195, 5)]


def test_sensor_that_stands_still_leaves_a_gap_to_the_end(wing, motion, monkeypatch, tmp_path):
    monkeypatch.setattr(capture, "QUIET_S", 0.3)
    motion[0][:350].tofile(tmp_path / "short.raw")
    options = ("--motion", tmp_path / "short.raw", *BOSCH)  # where it ends the board's clock stops
    report = wing(None, options, seconds=4, recordings=1)
    (one,) = report.recordings
    ((gap, length),) = [(gap, gap.start + gap.samples) for gap in one.gaps]
    assert abs(gap.start - 350) <= 1
    assert length == 400
    recorded = values(report.files[0])[0]
    np.testing.assert_array_equal(recorded, motion[0][: len(recorded)])
    assert len(recorded) == gap.start


def test_samples_that_a_slow_board_misses_are_told_as_its_own(wing):
    report = wing(None, (*BOSCH, "--loop-ms", 25), recordings=1)
    assert report.files == ()
    assert {gap.by for one in report.recordings for gap in one.gaps} == {"board"}
    assert report.recordings[0].lost > 100
    assert "0 of 1 recordings could be kept" in report.warnings[0]


def test_board_that_is_pulled_out_leaves_what_was_recorded(wing, motion, tmp_path):
    with pytest.raises(DeviceError, match=r"/dev/\S+ vanished: .*Check the cable") as told:
        wing(Faults(cut=60), recordings=3)
    files = sorted((tmp_path / "own" / "wing").iterdir())
    assert [path.name for path in files] == ["me_nohash_0.csv", "me_nohash_1.csv"]
    assert "(2 files), the last as me_nohash_1.csv" in str(told.value)
    recorded = np.concatenate([values(path)[0] for path in files])
    assert 250 <= len(recorded) <= 300  # what was under way when the cable came out is lost
    np.testing.assert_array_equal(recorded, motion[0][: len(recorded)])
    assert "me_nohash_0.csv to me_nohash_1.csv, 2" in (tmp_path / "own" / "README.md").read_text()


def test_board_that_falls_silent_is_told_in_words(wing, monkeypatch):
    monkeypatch.setattr(capture, "QUIET_S", 0.3)
    silent = r"fell silent after 90 of 200 samples\. Press the board's reset button.*is saved in"
    with pytest.raises(DeviceError, match=silent):
        wing(Faults(silent=18), recordings=3)


def test_sensor_that_does_not_answer_is_told_in_the_words_of_the_board(wing):
    missing = r'cannot record: No LSM9DS1, LSM6DSOX or MPU6050 answers\. .* "Sense" in its name\?'
    with pytest.raises(DeviceError, match=missing):
        wing(None, ("--imu", "none"), "capture_motion")


def test_stopped_session_keeps_what_there_is_of_a_long_recording(wing, motion):
    stop, seen = Event(), []

    def watch(moment):
        seen.append(moment)
        if len(seen) == 25:
            stop.set()

    options = (*BOSCH, "--wall-clock")
    report = wing(None, options, seconds=20, recordings=1, watch=watch, stop=stop)
    recorded = [values(path)[0] for path in report.files]
    assert 50 <= sum(map(len, recorded)) < 2000
    for piece in recorded:
        place_of(piece, motion[0])
    assert report.warnings == ()
    assert seen[-1].state == "saved"
    first = seen[0].samples
    np.testing.assert_array_equal(first, motion[0][: len(first)] / SCALE)


# Other boards -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sketch", "said"),
    [
        (
            "capture_microphone",
            r"runs capture_microphone, which sends what its microphone measures; gestures need a "
            r"motion\. Upload arduino/capture_motion\.",
        ),
        (
            "gestures_uno",
            r"runs the sketch gestures_uno, which classifies and does not record\. Upload "
            r"arduino/capture_motion\.",
        ),
        ("microphone_test", r"does not run a capture sketch, or it has stopped; it says: 'The mic"),
    ],
)
def test_other_sketch_is_named_with_the_one_to_upload(
    capture_program, tmp_path, monkeypatch, sketch, said
):
    monkeypatch.setattr("tinyml_course.device.conversation.ATTEMPTS", 1)
    monkeypatch.setattr(capture.Capture.__init__, "__defaults__", DEFAULTS_IN_A_HURRY)
    program = capture_program(sketch)
    with at_port(program, "--no-microphone") as port, pytest.raises(DeviceError, match=said):
        tc.record("gestures", port, "wing", tmp_path)


DEFAULTS_IN_A_HURRY = ("capture_motion", "the board", 0.3, *Capture.__init__.__defaults__[3:])


def printing(tmp_path, code):
    """Return a program that runs Python."""
    program = tmp_path / "prints.py"
    program.write_text(f"#!{sys.executable}\nimport time, sys\n{code}\n")
    program.chmod(0o755)
    return program


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (
            "while True: print('0.10,-9.81,0.33', flush=True); time.sleep(0.01)",
            r"sends lines of numbers \('0\.10,-9\.81,0\.33'\).*--format lines",
        ),
        (
            "time.sleep(60)",
            r"does not answer\. Upload arduino/capture_motion\. Press .*Serial Monitor.*"
            r"(Ports here|no serial port)",
        ),
    ],
    ids=["lines", "silence"],
)
def test_line_without_frames_is_told_with_its_remedy(tmp_path, monkeypatch, code, said):
    monkeypatch.setattr("tinyml_course.device.conversation.ATTEMPTS", 1)
    monkeypatch.setattr(capture.Capture.__init__, "__defaults__", DEFAULTS_IN_A_HURRY)
    with at_port(printing(tmp_path, code)) as port, pytest.raises(DeviceError, match=said):
        tc.record("gestures", port, "wing", tmp_path)


# In a notebook ------------------------------------------------------------------------------------


def test_live_recorder_records_beside_the_notebook(capture_program, motion, tmp_path):
    program = capture_program("capture_motion_rev2")
    with at_port(program, "--motion", motion[1], *BOSCH) as port:
        live = LiveRecorder(
            "gestures", port, "wing", tmp_path, recordings=2, seconds=0.6, pause_s=0
        )
        assert live.describe() == "Ready to record 'wing' for gestures."
        states, shown = [], []
        live.observe(lambda change: states.append(change["new"]), "_state")
        live.observe(lambda change: shown.append(np.frombuffer(change["new"], "<f4")), "_rows")
        live.running = True
        report = live.wait(30)
    assert len(report.files) == 2
    assert not live.running
    assert states == ["record", "saved", "record", "saved", "done"]
    assert live.describe().startswith("2 recordings of 'wing' by me")
    assert live.still()["text/html"].count("<polyline") == 2 * 3
    first = shown[0].reshape(-1, 3)
    np.testing.assert_array_equal(first, motion[0][: len(first), :3] / np.float32(4096))


def test_live_recorder_stops_at_once_and_tells_what_went_wrong(tmp_path):
    live = LiveRecorder("gestures", "/dev/none", "wing", tmp_path)
    live.running = True
    assert live.wait(30) is None
    assert (live._state, live.running) == ("failed", False)
    assert "/dev/none cannot be opened" in live.describe()
    with pytest.raises(InputError, match="cannot name a label"):
        LiveRecorder("gestures", "/dev/none", "a/b", tmp_path)


def test_live_recorder_needs_no_network_and_is_told_to_screen_readers():
    text = script("live_recorder.js")
    assert not re.search(r"\bimport\b[^\n]*from|https?://(?!www\.w3\.org)", text)
    assert "aria-live" in text
    assert text.count("model.on(") == text.count("model.off(")


# The command --------------------------------------------------------------------------------------


@pytest.fixture
def tinyml(capsys):
    def call(*arguments):
        with pytest.raises(SystemExit) as end:
            cli.main([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return end.value.code, printed.out, printed.err

    return call


def test_command_records_and_prints_one_json_object(tinyml, capture_program, motion, tmp_path):
    program = capture_program("capture_motion_rev2")
    with at_port(program, "--motion", motion[1], *BOSCH, faults=Faults(drop=[3])) as port:
        status, out, err = tinyml(
            "record", "gestures", "--port", port, "--label", "wing", "--out", tmp_path / "own",
            "--person", "ada", "--recordings", 2, "--seconds", 1, "--pause", 0, "--json",
        )  # fmt: skip
    told = json.loads(out)
    assert status == 0
    assert [Path(path).name for path in told["files"]] == ["ada_nohash_0.csv", "ada_nohash_1.csv"]
    assert told["lost_samples"] == 5
    assert told["recordings"][0]["gaps"] == [{"start": 15, "samples": 5, "by": "line"}]
    assert "5 samples lost at 0.15 s by the line (dropped)" in re.sub(r"\s+", " ", err)


def test_place_that_cannot_be_written_to_is_told_before_the_take(wing, tmp_path):
    (tmp_path / "own").write_text("a file")
    moments = []
    with pytest.raises(InputError, match="nothing can be written to"):
        wing(watch=moments.append)
    assert moments == []


def test_command_lists_the_ports(tinyml, monkeypatch):
    monkeypatch.setattr("tinyml_course.device.port.list_ports", lambda: [("COM3", "a board")])
    assert json.loads(tinyml("record", "--list", "--json")[1]) == {
        "ports": [{"port": "COM3", "what": "a board"}]
    }
    assert re.match(r"COM3 +a board\n", tinyml("record", "--list")[1])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("gestures",), "say what is recorded"),
        (("gestures", "--label", "a_nohash_b"), "cannot name a label"),
        (("gestures", "--label", "w", "--person", "a/b"), "cannot name a person"),
        (("gestures", "--label", "test"), "'test' cannot name a label"),
        (("gestures", "--label", "w", "--person", "Con"), "'Con' cannot name a person"),
        (("cats", "--label", "w"), "there is no task 'cats'"),
        (("keywords", "--label", "yes", "--seconds", 30), "lasts 1 to 5 s, not 30"),
        (("keywords", "--label", "yes", "--format", "lines"), "too slow for keywords"),
        (("gestures", "--label", "w", "--port", "/dev/none"), "/dev/none cannot be opened"),
    ],
)
def test_command_refuses_in_a_sentence(tinyml, arguments, said):
    status, out, err = tinyml("record", *arguments)
    assert (status, out) == (2, "")
    assert said in err
    assert "Traceback" not in err
