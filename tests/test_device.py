"""Frames, and the conversation of replay: against the board's C, and against a line that fails."""

import ctypes
import re
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinyml_course.device import find_port, replay
from tinyml_course.device.frames import PAYLOAD_MAX, Decoder, Frame, encode
from tinyml_course.device.link import GOODBYE, HELLO, INFO, REFUSED, RESULT, SAMPLES, TAKEN, Link
from tinyml_course.device.port import USB_BOOT_LOADER, USB_SKETCH, USB_VENDOR, open_port
from tinyml_course.errors import DeviceError, InputError
from tinyml_course.simulator.toolchain import build_shared_library
from tinyml_course.sketch.info import SketchInfo

C = Path(__file__).parent.parent / "tinyml_course" / "c"
STRICT = ("-O2", "-Wextra", "-Wconversion", "-Werror")

frames = st.builds(
    Frame, st.integers(0, 255), st.integers(0, 2**16 - 1), st.binary(max_size=PAYLOAD_MAX)
)
# Noise that is fond of the bytes a frame begins with, and of whole frame heads.
noise = st.lists(
    st.one_of(
        st.binary(max_size=20),
        st.just(b"\xa5"),
        st.just(b"\xa5\xc3"),
        st.binary(min_size=5, max_size=5).map(lambda tail: b"\xa5\xc3" + tail),
        st.just(b"yes\t93 %\r\n"),
    ),
    max_size=6,
).map(b"".join)


# Frames -----------------------------------------------------------------------------------------


class CFrame(ctypes.Structure):
    _fields_ = (
        ("kind", ctypes.c_uint8),
        ("counter", ctypes.c_uint16),
        ("length", ctypes.c_uint16),
        ("payload", ctypes.POINTER(ctypes.c_uint8)),
    )


class CReader(ctypes.Structure):
    _fields_ = (
        ("bytes", ctypes.c_uint8 * (7 + PAYLOAD_MAX + 4)),
        ("size", ctypes.c_size_t),
        ("taken", ctypes.c_size_t),
    )


@pytest.fixture(scope="session")
def c_frame():
    sources = {n: (C / n).read_text() for n in ("tinyml_frame.c", "tinyml_frame.h")}
    library = ctypes.CDLL(str(build_shared_library(sources, STRICT)))
    library.tinyml_crc32.restype = ctypes.c_uint32
    library.tinyml_crc32.argtypes = (ctypes.c_char_p, ctypes.c_size_t)
    library.tinyml_frame_encode.restype = ctypes.c_size_t
    return library


def decode_in_c(library, data):
    reader, frame, found = CReader(), CFrame(), []
    library.tinyml_frame_reset(ctypes.byref(reader))
    for byte in data:
        library.tinyml_frame_push(ctypes.byref(reader), byte)
        while library.tinyml_frame_next(ctypes.byref(reader), ctypes.byref(frame)):
            payload = bytes(frame.payload[: frame.length])
            found.append(Frame(frame.kind, frame.counter, payload))
    return found


def encode_in_c(library, frame):
    payload = (ctypes.c_uint8 * max(1, len(frame.payload))).from_buffer_copy(frame.payload or b"\0")
    raw = CFrame(frame.kind, frame.counter, len(frame.payload), payload)
    out = (ctypes.c_uint8 * (7 + PAYLOAD_MAX + 4))()
    size = library.tinyml_frame_encode(ctypes.byref(raw), out)
    return bytes(out[:size])


@given(frames)
def test_c_writes_the_bytes_that_python_writes(c_frame, frame):
    assert encode_in_c(c_frame, frame) == encode(frame)


@given(st.binary(max_size=200))
def test_c_checksum_is_that_of_zlib(c_frame, data):
    assert c_frame.tinyml_crc32(data, len(data)) == zlib.crc32(data)


@given(st.lists(frames, max_size=4), st.data())
def test_decoder_finds_frames_whatever_the_pieces(sent, data):
    stream = b"".join(map(encode, sent))
    decoder, found = Decoder(), []
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        found += decoder.feed(stream[:size])
        stream = stream[size:]
    assert found == sent
    assert not decoder.skipped
    assert decoder.missing == 11


@settings(deadline=None)
@given(st.lists(st.tuples(noise, frames), max_size=3), st.data())
def test_c_and_python_find_the_same_frames_in_a_damaged_stream(c_frame, parts, data):
    stream = bytearray(b"".join(before + encode(frame) for before, frame in parts))
    for _ in range(data.draw(st.integers(0, 3))):
        if stream:
            at = data.draw(st.integers(0, len(stream) - 1))
            if data.draw(st.booleans()):
                stream[at] ^= data.draw(st.integers(1, 255))
            else:
                del stream[at]
    assert decode_in_c(c_frame, bytes(stream)) == list(Decoder().feed(bytes(stream)))


@settings(deadline=None)
@given(noise, frames, st.data())
def test_frame_after_a_damaged_one_is_found(before, frame, data):
    broken = bytearray(encode(frame))
    broken[data.draw(st.integers(0, len(broken) - 1))] ^= data.draw(st.integers(1, 255))
    # What a damaged length may still wait for is made up by the frames that follow.
    follower = encode(Frame(7, 7, b"\0" * PAYLOAD_MAX))
    found = list(Decoder().feed(before + bytes(broken) + follower + follower))
    assert Frame(7, 7, b"\0" * PAYLOAD_MAX) in found
    assert frame not in found or frame == Frame(7, 7, b"\0" * PAYLOAD_MAX)


def test_decoder_keeps_what_is_no_frame():
    decoder = Decoder()
    found = list(decoder.feed(b"hello\r\n" + encode(Frame(1, 2, b"x")) + b"bye"))
    assert found == [Frame(1, 2, b"x")]
    assert bytes(decoder.skipped) == b"hello\r\nbye"


def test_decoder_counts_damage_and_gives_up():
    broken = bytearray(encode(Frame(1, 2, b"abc")))
    broken[8] ^= 1
    decoder = Decoder()
    assert list(decoder.feed(bytes(broken))) == []
    assert decoder.damaged == 1
    list(decoder.feed(encode(Frame(1, 3))[:9]))
    assert decoder.missing == 2
    decoder.give_up()
    assert list(decoder.feed(encode(Frame(1, 4)))) == [Frame(1, 4)]


def test_too_long_a_payload_is_refused():
    with pytest.raises(DeviceError, match="at most 1024"):
        encode(Frame(1, 0, b"\0" * (PAYLOAD_MAX + 1)))


# The conversation -------------------------------------------------------------------------------

INFO_OF_BOARD = SketchInfo("pretend", 16000, 4, 3, 2, (2, 2, 1), bytes(range(8)))
CLIP = np.arange(12, dtype=np.int16) - 6


class PretendBoard:
    """Answers as `replay.h` does; features are the first 4 samples, scores the last two."""

    def __init__(self, info=INFO_OF_BOARD):
        self.info = info
        self.decoder = Decoder()
        self.outbox = bytearray()
        self.samples = []
        self.carried_out = []
        self.expected = None
        self.reply = b""

    def write(self, data):
        for frame in self.decoder.feed(self.arriving(data)):
            if frame.counter == self.expected or frame.kind == HELLO:
                self.expected = (frame.counter + 1) % 2**16
                self.carried_out.append(frame.kind)
                self.reply = encode(Frame(*self.answer(frame)))
            self.outbox += self.leaving(self.reply)

    def read(self, size):
        data, self.outbox = bytes(self.outbox[:size]), self.outbox[size:]
        return data

    def arriving(self, data):
        return data

    def leaving(self, data):
        return data

    def answer(self, frame):
        if frame.kind == HELLO:
            return INFO, frame.counter, self.info.to_bytes()
        if frame.kind == SAMPLES:
            self.samples += np.frombuffer(frame.payload, "<i2").tolist()
            if len(self.samples) == 12:
                values = np.array(self.samples[:4] + self.samples[-2:], np.int8)
                self.samples = []
                times = np.array([1000, 2000], "<u4").tobytes()
                return RESULT, frame.counter, times + values.tobytes()
        return TAKEN, frame.counter, b""


class FailingLine(PretendBoard):
    """Loses a byte of one message in seven, either way, and writes text in between."""

    def __init__(self, seed):
        super().__init__()
        self.rng = np.random.default_rng(seed)

    def arriving(self, data):
        return self.spoil(data)

    def leaving(self, data):
        return b"yes\t93 %\r\n" + self.spoil(data)

    def spoil(self, data):
        if self.rng.random() > 1 / 7:
            return data
        at = int(self.rng.integers(len(data)))
        return data[:at] + data[at + 1 :]


def test_replay_returns_features_and_scores():
    board = PretendBoard()
    features, scores = replay(board, CLIP)
    assert features.tolist() == CLIP[:4].reshape(1, 2, 2, 1).tolist()
    assert scores.tolist() == [[4, 5]]
    assert features.dtype == scores.dtype == np.int8
    assert board.carried_out == [HELLO, SAMPLES, SAMPLES, SAMPLES, GOODBYE]


def test_replay_of_several_clips_stacks_them():
    features, scores = replay(PretendBoard(), np.stack([CLIP, CLIP + 1]))
    assert features.shape == (2, 2, 2, 1)
    assert scores.tolist() == [[4, 5], [5, 6]]


def test_replay_of_no_clip_is_empty():
    features, scores = replay(PretendBoard(), np.empty((0, 12), np.int16))
    assert features.shape == (0, 2, 2, 1)
    assert scores.shape == (0, 2)


def test_link_reports_the_time_the_board_took():
    with Link(PretendBoard()) as link:
        answer = link.send_clip(CLIP)
    assert (answer.features_us, answer.inference_us) == (1000, 2000)


@pytest.mark.parametrize("seed", range(4))
def test_lost_bytes_are_made_good_and_no_block_counts_twice(seed):
    board = FailingLine(seed)
    features, scores = replay(board, np.stack([CLIP] * 8), timeout_s=0.01)
    assert (scores == [4, 5]).all()
    assert (features.reshape(8, 4) == CLIP[:4]).all()
    assert board.carried_out.count(SAMPLES) == 24


def test_counter_wraps_around():
    with Link(PretendBoard()) as link:
        link._counter = link._stream.expected = 2**16 - 1
        assert link.send_clip(CLIP).scores.tolist() == [4, 5]
        assert link._counter == 2


def test_silent_port_is_told_in_words():
    board = PretendBoard()
    board.leaving = lambda data: b""
    with pytest.raises(DeviceError, match=r"does not answer.*reset button"):
        replay(board, CLIP, timeout_s=0.01)


def test_other_sketch_is_named_by_what_it_says():
    board = PretendBoard()
    board.leaving = lambda data: b"temperature 21.5\r\n"
    with pytest.raises(DeviceError, match=r"does not run one of our sketches.*'temperature 21\.5'"):
        replay(board, CLIP, timeout_s=0.01)


def test_damaged_answers_are_told_as_such():
    board = PretendBoard()
    board.leaving = lambda data: data[:-1] + bytes([data[-1] ^ 1])
    with pytest.raises(DeviceError, match=r"wrong checksum.*cable"):
        replay(board, CLIP, timeout_s=0.01)


def test_port_that_vanishes_is_told_in_words():
    board = PretendBoard()
    replies = iter([board.read])

    def read(size):
        return next(replies, lambda size: (_ for _ in ()).throw(OSError("gone")))(size)

    board.read = read
    with pytest.raises(DeviceError, match="vanished: gone"):
        replay(board, CLIP, timeout_s=0.05)


def test_refusal_passes_on_the_words_of_the_board():
    board = PretendBoard()
    answer = board.answer

    def refuse(frame):
        if frame.kind == SAMPLES:
            return REFUSED, frame.counter, b"a request is out of turn"
        return answer(frame)

    board.answer = refuse
    with pytest.raises(DeviceError, match="refused: a request is out of turn"):
        replay(board, CLIP, timeout_s=0.01)


def test_other_model_is_refused():
    class Compiled:
        name, sha256 = "kws", "ff" * 32

    with pytest.raises(DeviceError, match="pretend with another model than kws"):
        replay(PretendBoard(), CLIP, compiled=Compiled())
    Compiled.sha256 = bytes(range(32)).hex()
    replay(PretendBoard(), CLIP, compiled=Compiled())


def test_other_protocol_is_refused():
    board = PretendBoard()
    board.answer = lambda frame: (INFO, frame.counter, b"\x09" + board.info.to_bytes()[1:])
    with pytest.raises(DeviceError, match="version 9"):
        replay(board, CLIP)


def test_capture_sketch_is_told_from_one_that_classifies():
    board = PretendBoard()
    board.answer = lambda frame: (INFO, frame.counter, b'{"sketch": "capture_motion", ')
    with pytest.raises(DeviceError, match="runs a capture sketch, which records"):
        replay(board, CLIP)


@pytest.mark.parametrize(
    "samples", [CLIP[:11], CLIP.astype(float), np.zeros((2, 13), np.int16)], ids=str
)
def test_wrong_clip_is_refused(samples):
    with pytest.raises(InputError, match=re.escape("int16 of shape (12,) at 16000 Hz")):
        replay(PretendBoard(), samples)


def test_sketch_info_survives_the_line():
    info = SketchInfo("kéywords", 16000, 320, 50, 12, (49, 10, 1), b"12345678")
    assert SketchInfo.from_bytes(info.to_bytes()) == info


# Ports ------------------------------------------------------------------------------------------


class UsbPort:
    def __init__(self, device, pid, vid=USB_VENDOR):
        self.device, self.pid, self.vid = device, pid, vid


@pytest.mark.parametrize(
    ("there", "message"),
    [
        ([], "no Nano 33 BLE is connected"),
        ([UsbPort("COM1", 1, vid=2), UsbPort("COM2", None, vid=None)], "no Nano 33 BLE"),
        ([UsbPort("COM3", USB_BOOT_LOADER)], "boot loader"),
        ([UsbPort("COM3", USB_SKETCH), UsbPort("COM4", USB_SKETCH)], "several boards: COM3, COM4"),
    ],
    ids=["none", "others", "boot-loader", "two"],
)
def test_find_port_says_why_there_is_none(monkeypatch, there, message):
    monkeypatch.setattr("serial.tools.list_ports.comports", lambda: there)
    with pytest.raises(DeviceError, match=message):
        replay(None, CLIP)


def test_find_port_takes_the_only_board(monkeypatch):
    there = [UsbPort("COM1", 1, vid=2), UsbPort("COM3", USB_SKETCH)]
    monkeypatch.setattr("serial.tools.list_ports.comports", lambda: there)
    assert find_port() == "COM3"


def test_port_that_does_not_exist_is_told_in_words():
    with pytest.raises(DeviceError, match="/dev/no-such-port cannot be opened"):
        open_port("/dev/no-such-port")
