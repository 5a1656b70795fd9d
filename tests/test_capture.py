"""Recording without a board: places of samples, rates, files, names, lines of text, ports."""

import re
from threading import Event

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tinyml_course as tc
from tinyml_course.boards import get_board
from tinyml_course.datasets.recording_files import log_session, motion_bytes, sound_bytes, write_new
from tinyml_course.device.capture import Capture
from tinyml_course.device.conversation import REFUSED
from tinyml_course.device.frames import Decoder, Frame, encode
from tinyml_course.device.layouts import LAYOUTS
from tinyml_course.device.lines import Lines
from tinyml_course.device.port import only_port, open_port, ports_in_words
from tinyml_course.device.report import _curves
from tinyml_course.device.session import Moment, Session
from tinyml_course.device.takes import Piece, Take, Tally
from tinyml_course.device.terminal import level_bar
from tinyml_course.errors import DeviceError, InputError
from tinyml_course.sketch import write_capture
from tinyml_course.sketch.capture import CAPTURES, capture_info, line_speed
from tinyml_course.sketch.capture_info import CaptureInfo

MOTION = capture_info(CAPTURES["motion"], get_board("nano33ble"))

# Places ------------------------------------------------------------------------------------------


@given(
    st.lists(st.tuples(st.integers(1, 9), st.sampled_from(["keep", "lose", "twice"])), max_size=20)
)
def test_every_sample_is_in_a_piece_or_in_a_gap_and_none_in_two(frames):
    tally, at, sent = Tally(10**6), 0, []
    for size, fate in frames:
        values = np.arange(at, at + size)[:, None]
        if fate != "lose":
            sent += range(at, at + size)
            assert tally.add(at, values, 0.0)
        if fate == "twice":
            assert not tally.add(at, values, 0.0)
        at += size
    tally.skip(at - tally.done, "line")
    take = tally.take()
    kept = [int(v) for piece in take.pieces for v in piece.samples[:, 0]]
    assert kept == sent
    assert all(int(piece.samples[0, 0]) == piece.start for piece in take.pieces)
    missing = [i for gap in take.gaps for i in range(gap.start, gap.start + gap.samples)]
    assert sorted(kept + missing) == list(range(at))
    assert take.duplicates == sum(fate == "twice" for _, fate in frames)


def test_rate_is_measured_with_its_error():
    rng, tally = np.random.default_rng(0), Tally(10**6)
    for i in range(100):
        tally.add(10 * i, np.zeros((10, 1)), 0.1 * i / 0.97 + rng.normal(0, 0.003))
    take = tally.take()
    assert abs(take.rate_hz - 97) < 4 * take.rate_error_hz < 0.5
    short = Tally(10)
    short.add(0, np.zeros((10, 1)), 0.0)
    assert short.take().rate_hz is None


@given(st.lists(st.binary(max_size=30), max_size=4), st.integers(0, 40))
def test_frames_behind_a_broken_one_are_found_when_nothing_more_comes(noise, length):
    sent = [Frame(0x84, i, bytes(length)) for i in range(len(noise))]
    head = b"\xa5\xc3\x84\x00\x00\xff\x03"  # of a frame with 1,023 bytes that never come
    stream = b"".join(head + one + encode(frame) for one, frame in zip(noise, sent, strict=True))
    decoder = Decoder()
    found = [*decoder.feed(stream), *decoder.rescan()]
    assert [frame for frame in found if frame in sent] == sent
    assert decoder.missing == 11


# Sessions ----------------------------------------------------------------------------------------


class Source:
    """Gives takes that were made up."""

    def __init__(self, *takes, info=MOTION):
        self.takes, self.info = list(takes), info

    def take(self, samples, watch=None, stop=None):
        take = self.takes.pop(0)
        if take.asked < samples:
            stop.set()
        return take

    def close(self):
        pass


def session(tmp_path, source, **more):
    made = Session("gestures", LAYOUTS["gestures"], source, "wing", tmp_path, "ada", None)
    return made.run(2.0, len(source.takes), 0.0, Event(), **more)


def whole(rate_hz=100.0, error_hz=0.1):
    piece = Piece(0, np.zeros((200, 6), np.int16))
    return Take((piece,), (), 200, rate_hz=rate_hz, rate_error_hz=error_hz)


@pytest.mark.parametrize(("rate_hz", "warned"), [(98.5, False), (97.0, True), (119.0, True)])
def test_rate_that_is_not_the_told_one_is_warned_of(tmp_path, rate_hz, warned):
    report = session(tmp_path, Source(whole(rate_hz), whole(rate_hz)))
    assert [f"they are {rate_hz:g}" in w for w in report.warnings] == [True] * warned
    assert report.to_json()["measured_rate_hz"] == pytest.approx(rate_hz)
    assert f"100 / {rate_hz:g} Hz" in (tmp_path / "README.md").read_text()


def test_rate_that_cannot_be_told_well_enough_is_not_warned_of(tmp_path):
    assert session(tmp_path, Source(whole(95.0, 4.0))).warnings == ()


def test_half_a_gesture_is_not_kept_when_the_session_is_stopped(tmp_path):
    piece = Piece(0, np.zeros((80, 6), np.int16))
    assert session(tmp_path, Source(Take((piece,), (), asked=80))).files == ()
    assert len(session(tmp_path, Source(Take((piece,), (), asked=200))).files) == 1


def test_report_shows_each_recording_and_escapes_names(tmp_path):
    report = session(tmp_path / "a&b", Source(whole(), whole()))
    shown = report._repr_html_()
    assert shown.count("<polyline") == 2 * 3
    assert "a&amp;b" in shown
    assert "a&b" not in shown
    assert 'role="img"' in shown


@pytest.mark.parametrize("rows", [3, 100, 152, 200, 1000])
def test_picture_of_a_straight_line_is_straight(rows):
    (drawn,) = re.findall(r'points="([^"]*)"', _curves(np.linspace(-1, 1, rows)[:, None]))
    x, y = np.array([[float(v) for v in point.split(",")] for point in drawn.split()]).T
    assert (np.diff(x) >= 0).all()
    assert abs(np.corrcoef(x, y)[0, 1]) > 0.9999
    assert (x[0], len(x) >= min(rows, 152)) == (4, True)


def test_picture_passes_over_no_peak():
    values = np.zeros((5000, 1))
    values[[1234, 3456], 0] = 1, -1
    (drawn,) = re.findall(r'points="([^"]*)"', _curves(values))
    heights = [float(point.split(",")[1]) for point in drawn.split()]
    assert (min(heights), max(heights)) == (1.5, 58.5)


def test_refusal_that_was_cut_off_ends_with_a_whole_sentence():
    capture = Capture.__new__(Capture)
    capture._where = "COM3"
    answer = Frame(REFUSED, 0, b"No MPU6050 answers. Is this the bo")
    assert capture._refusal(answer) == "COM3 cannot record: No MPU6050 answers."


# Files -------------------------------------------------------------------------------------------


def test_numbers_go_on_and_nothing_is_overwritten(tmp_path):
    names = [write_new(tmp_path, "ada_nohash_{number}.csv", b"x").name for _ in range(3)]
    assert names == [f"ada_nohash_{i}.csv" for i in range(3)]
    (tmp_path / names[0]).unlink()
    (tmp_path / "bob_nohash_7.csv").write_text("other")
    assert write_new(tmp_path, "ada_nohash_{number}.csv", b"x").name == "ada_nohash_3.csv"
    assert sorted(path.name[0] for path in tmp_path.iterdir()) == ["a", "a", "a", "b"]


def test_name_that_somebody_takes_at_the_last_moment_is_left_to_him(tmp_path, monkeypatch):
    from tinyml_course.datasets import recording_files as files

    link = files._link

    def late(draft, target):
        if target.name.endswith("_0.csv"):
            target.write_text("his")
        link(draft, target)

    monkeypatch.setattr(files, "_link", late)
    assert write_new(tmp_path, "a_{number}.csv", b"x").name == "a_1.csv"
    assert (tmp_path / "a_0.csv").read_text() == "his"


def test_file_system_without_links_works_too(tmp_path, monkeypatch):
    def refuse(*_):
        raise PermissionError("no links")

    monkeypatch.setattr("os.link", refuse)
    names = [write_new(tmp_path, "a_{number}.csv", b"x").name for _ in range(2)]
    assert names == ["a_0.csv", "a_1.csv"]
    assert (tmp_path / "a_1.csv").read_bytes() == b"x"


def test_place_that_cannot_be_written_is_refused(tmp_path):
    (tmp_path / "wing").write_text("a file")
    with pytest.raises(InputError, match="cannot be written to"):
        write_new(tmp_path / "wing", "a_{number}.csv", b"x")


@given(st.lists(st.lists(st.integers(-(2**15), 2**15 - 1), min_size=6, max_size=6), min_size=1))
def test_counts_survive_as_text(rows):
    counts = np.array(rows, np.int16)
    text = motion_bytes(MOTION.in_units(counts), 100.0).decode().splitlines()
    read = np.array([[float(cell) for cell in line.split(",")] for line in text[1:]])
    assert (read[:, 1:] * np.repeat([4096, 16], 3) == counts).all()


@pytest.mark.parametrize("rows", [119, 238, 1190])
def test_rate_and_length_survive_whatever_the_number_of_rows(tmp_path, rows):
    rng = np.random.default_rng(0)
    for label in ("a", "b"):
        for _ in range(2):
            content = motion_bytes(rng.normal(size=(rows, 3)), 100.0)
            write_new(tmp_path / label, "me_nohash_{number}.csv", content)
    data = tc.load_dataset("gestures", path=tmp_path)
    clips = 1 if rows <= 300 else len(range(0, rows - 150 + 1, 100))
    assert len(data) == 4 * clips


def test_sound_is_a_file_the_loader_takes(tmp_path):
    from tinyml_course.datasets.audio import read_samples

    samples = np.array([0, 1, -1, 32767, -32768] * 4000, np.int16)
    path = write_new(tmp_path, "a_{number}.wav", sound_bytes(samples, 16_000))
    np.testing.assert_array_equal(read_samples(path), samples)


def test_datasheet_is_made_once_and_then_extended(tmp_path):
    log_session(tmp_path, "Recordings of gestures", ["today", "wing|x", *"abcdef"])
    sheet = tmp_path / "README.md"
    text = sheet.read_text().replace("(what others may do with it)", "CC0")
    sheet.write_text(f"{text}\nMine, below.\n")
    log_session(tmp_path, "Recordings of gestures", ["later", "ring", *"abcdef"])
    lines = sheet.read_text().splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("| today | wing/x |"))
    assert lines[first + 1].startswith("| later | ring |")
    assert lines[-1] == "Mine, below."
    assert "- **Licence**: CC0" in lines
    assert any(line.startswith("- **Consent**") for line in lines)
    other = tmp_path / "other"
    other.mkdir()
    (other / "README.md").write_text("# Theirs\n")
    log_session(other, "x", ["today", *"abcdefg"])
    assert (other / "README.md").read_text().startswith("# Theirs\n\n## Sessions")


# Lines of text -----------------------------------------------------------------------------------


class Printing:
    """A board that prints a sample every so often, by a clock that each read moves on."""

    def __init__(self, rate_hz=100.0, lines=lambda i: b"%d.5,-1,2e0\r\n" % i, until=10**9):
        self.rate_hz, self.lines, self.until = rate_hz, lines, until
        self.now_s, self.printed = 0.0, 0
        self.waiting = b".25,7\r\n"  # the end of a line

    def clock(self):
        return self.now_s

    def read(self, size):
        self.now_s += 0.003
        while self.printed < min(self.until, self.now_s * self.rate_hz):
            self.waiting += self.lines(self.printed)
            self.printed += 1
        data, self.waiting = self.waiting[:size], self.waiting[size:]
        return data

    def listen(self):
        return Lines(self, "COM3", self.clock)


@pytest.mark.parametrize("rate_hz", [50.0, 62.5, 100.0, 119.0])
def test_rate_and_axes_of_lines_are_found_out(rate_hz):
    info = Printing(rate_hz).listen().info
    assert info.rate_hz == rate_hz
    assert [channel.name for channel in info.channels] == ["aX", "aY", "aZ"]


def test_lines_become_samples_one_after_the_other():
    take = Printing().listen().take(300)
    (piece,) = take.pieces
    assert piece.samples.shape == (300, 3)
    assert (np.diff(piece.samples[:, 0]) == 1).all()
    assert (piece.samples[:, 1:] == [-1, 2]).all()
    assert abs(take.rate_hz - 100) < 0.5


@pytest.mark.parametrize(
    "line", [b"1,2\r\n", b"1,2,3,4\r\n", b"1,x,3\r\n", b"\xff\xfe\r\n", b"nan,1,2\n"]
)
def test_line_that_is_no_sample_is_a_gap_of_one(line):
    board = Printing(lines=lambda i: line if i == 400 else b"%d,0,1\n" % i)
    take = board.listen().take(300)
    assert [gap.samples for gap in take.gaps] == [1]
    assert take.damaged == 1
    kept = np.concatenate([piece.samples[:, 0] for piece in take.pieces])
    assert 400 not in kept
    assert len(take.pieces) == 2


def test_pause_between_lines_is_a_gap_as_long():
    board = Printing()
    lines = board.listen()

    def watch(arrival):
        if arrival.done == 100:
            board.printed += 100  # a second passes in which nothing is printed
            board.now_s += 1.0

    take = lines.take(300, watch)
    (gap,) = take.gaps
    assert abs(gap.samples - 100) <= 2
    assert len(take.pieces[0].samples) == 100


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (lambda i: b"%d,2,3,4\n" % i, r"COM3 sends 4 values a line; gestures need 3"),
        (lambda i: b"hello %d\n" % i, r"COM3 sends no lines of numbers but 'hello \d+'"),
        (lambda i: encode(Frame(0x84, i, b"abc\n")), r"frames of a capture sketch.*Leave --format"),
        (lambda i: b"", r"COM3 is silent: no lines come.*115200 baud"),
        (lambda i: b"%d,2,3\n" % i if i % 20 == 0 else b"", r"sends \d+ lines in 2 s; a gesture"),
    ],
    ids=["four", "text", "frames", "nothing", "slow"],
)
def test_what_are_no_samples_is_told_in_words(lines, said):
    with pytest.raises(DeviceError, match=said):
        Printing(lines=lines).listen()


def test_lines_that_end_keep_what_came():
    board = Printing(until=350)
    take = board.listen().take(300)
    assert "is silent" in str(take.broken)
    assert 100 < len(take.pieces[0].samples) < 200


def test_recorded_lines_are_loaded(tmp_path):
    board = Printing(lines=lambda i: b"%.3f,0.1,1,5,6,70\n" % np.sin(i / 9))
    lines = board.listen()
    for label in ("wing", "ring"):
        made = Session("gestures", LAYOUTS["gestures"], lines, label, tmp_path, "ada", None)
        assert made.run(1.5, 2, 0.0, Event()).lost == 0
    data = tc.load_dataset("gestures", path=tmp_path)
    assert data.x.shape == (4, 150, 6)
    assert abs(data.x[0, :, 0] - np.float32(data.x[0, :, 0])).max() == 0
    assert (data.x[..., 5] == 70).all()


# Boards and ports --------------------------------------------------------------------------------


def test_description_survives_the_line():
    assert CaptureInfo.from_json(MOTION.to_json().encode()) == MOTION


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"{}", "no capture sketch's way"),
        (b"\xff", "no capture sketch's way"),
        (MOTION.to_json().replace('"capture":1', '"capture":9').encode(), "version 9"),
        (b'{"capture":2,"more":1,"channels":[]}', "version 2"),
    ],
)
def test_description_of_something_else_is_refused(text, said):
    with pytest.raises(DeviceError, match=said):
        CaptureInfo.from_json(text)


def test_sound_needs_native_usb_or_a_fast_uart():
    assert line_speed(get_board("nano33ble"), 32_600)[0] == 115_200
    assert line_speed(get_board("uno"), 1_500)[0] == 115_200
    assert line_speed(get_board("uno"), 32_600)[0] == 460_800
    with pytest.raises(InputError, match="UART of at most 921,600 baud; 100,000 bytes"):
        line_speed(get_board("uno"), 100_000)


@pytest.mark.parametrize(
    ("sensor", "board", "said"),
    [
        ("smell", "nano33ble", "no capture sketch for 'smell': choose microphone, motion, camera"),
        ("microphone", "uno", "has no microphone"),
        ("motion", "pico", "has no inertial sensor"),
    ],
)
def test_sketch_for_a_board_without_the_sensor_is_refused(tmp_path, sensor, board, said):
    with pytest.raises(InputError, match=said):
        write_capture(tmp_path, sensor, board)


class UsbPort:
    def __init__(self, device, vid=1):
        self.device, self.vid, self.description = device, vid, f"thing on {device}"


@pytest.mark.parametrize(
    ("there", "found"),
    [
        ([UsbPort("COM3"), UsbPort("COM1", None)], "COM3"),
        ([], r"no board is connected.*This computer has no serial port now"),
        ([UsbPort("COM1", None)], r"no board is connected.*Ports here: COM1 \(thing on COM1\)\."),
        ([UsbPort("COM4"), UsbPort("COM3")], "several boards: COM3, COM4"),
    ],
    ids=["one", "none", "no usb", "two"],
)
def test_only_board_is_found_or_the_ports_are_named(monkeypatch, there, found):
    monkeypatch.setattr("serial.tools.list_ports.comports", lambda: there)
    if re.fullmatch(r"COM\d", found):
        assert only_port() == found
    else:
        with pytest.raises(DeviceError, match=found):
            only_port()


def test_port_that_cannot_be_opened_is_told_with_those_there_are(monkeypatch):
    monkeypatch.setattr("serial.tools.list_ports.comports", lambda: [UsbPort("COM3")])
    with pytest.raises(DeviceError, match=r"Serial Monitor closed.*dialout\? Ports here: COM3"):
        open_port("/dev/no-such-port")
    assert ports_in_words().startswith("Ports here: COM3 (thing on COM3)")


@pytest.mark.parametrize(
    ("samples", "marks"),
    [
        (np.array([[1.0]]), 24),
        (np.array([[0.001], [-(10 ** (-24 / 20))]]), 12),
        (np.zeros((5, 1)), 0),
        (np.tile([0.0, 0.0, 1.0], (5, 1)), 0),
        (np.array([[0.0, 3.0, 4.0, 9, 9, 9]]), 24),
    ],
    ids=["full", "half", "silence", "rest", "4 g"],
)
def test_level_is_a_bar_in_decibels(samples, marks):
    bar = level_bar(Moment("record", 1, 1, 1.0, samples, ""))
    assert (len(bar), bar.count("#")) == (24, marks)


def test_log_goes_on_in_a_readme_that_somebody_else_has_written(tmp_path):
    """Its bytes stay as they are, in whatever encoding; its heading alone makes no table."""
    before = "Größe\n\n## Sessions over the serial line\n\nnone yet".encode("cp1252")
    (tmp_path / "README.md").write_bytes(before)
    log_session(tmp_path, "x", ["today", *"abcdefg"])
    log_session(tmp_path, "x", ["later", *"abcdefg"])
    after = (tmp_path / "README.md").read_bytes()
    assert after.startswith(before)
    assert after.endswith(
        b"| today | a | b | c | d | e | f | g |\n| later | a | b | c | d | e | f | g |\n"
    )
