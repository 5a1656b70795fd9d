"""Sketches, run here through a stand-in for the Arduino API, against the notebook's side."""

import ctypes
import os
import re
import runpy
import select
import shutil
import subprocess
import sys
from dataclasses import replace as changed
from pathlib import Path

import numpy as np
import pytest
from elftools.elf.elffile import ELFFile
from hypothesis import given, settings
from hypothesis import strategies as st
from tflite_models import Network

from tinyml_course.cache import cache_dir
from tinyml_course.compiler.codegen import compile_model
from tinyml_course.compiler.reference import reference
from tinyml_course.device import Link, replay
from tinyml_course.errors import DeviceError, InputError
from tinyml_course.features.audio import Mfcc
from tinyml_course.simulator.toolchain import build_shared_library
from tinyml_course.sketch import (
    Detection,
    Detector,
    detect,
    smooth,
    write_microphone_test,
    write_sketch,
)
from tinyml_course.sketch.folder import MANIFEST, write_folder

ROOT = Path(__file__).parent.parent
C = ROOT / "tinyml_course" / "c"
HOST = Path(__file__).parent / "arduino_host"
STRICT = ("-Wall", "-Wextra", "-Wconversion", "-Werror")
LABELS = (
    "yes",
    "no",
    "up",
    "down",
    "left",
    "right",
    "on",
    "off",
    "stop",
    "go",
    "silence",
    "unknown",
)
DETECTOR = Detector(threshold=0.6, average=2, rest=4, every_hops=3)

# Detection: NumPy, a plain restatement of the rule, and C ----------------------------------------


class CSettings(ctypes.Structure):
    _fields_ = (
        ("classes", ctypes.c_int),
        ("average", ctypes.c_int),
        ("rest", ctypes.c_int),
        ("threshold", ctypes.c_void_p),
    )


class CDetector(ctypes.Structure):
    _fields_ = (
        ("settings", ctypes.c_void_p),
        ("history", ctypes.c_void_p),
        ("next", ctypes.c_int),
        ("filled", ctypes.c_int),
        ("resting", ctypes.c_int),
    )


class CRing(ctypes.Structure):
    _fields_ = (
        ("samples", ctypes.c_void_p),
        ("capacity", ctypes.c_uint32),
        ("head", ctypes.c_uint32),
        ("tail", ctypes.c_uint32),
        ("lost", ctypes.c_uint32),
    )


@pytest.fixture(scope="session")
def c_parts():
    names = [f"tinyml_{stem}.{kind}" for stem in ("detect", "ring") for kind in "hc"]
    sources = {name: (C / name).read_text() for name in names}
    library = ctypes.CDLL(str(build_shared_library(sources, ("-O2", *STRICT))))
    library.tinyml_detect_mean.restype = ctypes.c_int8
    library.tinyml_ring_take_lost.restype = ctypes.c_uint32
    return library


def detect_in_c(library, scores, labels, detector):
    thresholds = detector.thresholds(labels)
    history = np.full((detector.average, len(labels)), 99, np.int8)
    c_settings = CSettings(len(labels), detector.average, detector.rest, thresholds.ctypes.data)
    state = CDetector()
    library.tinyml_detect_reset(
        ctypes.byref(state), ctypes.byref(c_settings), ctypes.c_void_p(history.ctypes.data)
    )
    found, means = [], []
    for index, row in enumerate(np.ascontiguousarray(scores)):
        word = library.tinyml_detect_push(ctypes.byref(state), ctypes.c_void_p(row.ctypes.data))
        mean = [library.tinyml_detect_mean(ctypes.byref(state), i) for i in range(len(labels))]
        means.append(mean)
        if word >= 0:
            found.append(Detection(index, labels[word], mean[word]))
    return tuple(found), np.array(means, np.int8).reshape(scores.shape)


def detect_plainly(scores, labels, detector):
    found, quiet_until = [], 0
    least = round(detector.threshold * 256) - 128
    for i in range(detector.average - 1, len(scores)):
        window = scores[i - detector.average + 1 : i + 1].astype(int)
        means = [sum(column) // detector.average for column in window.T]
        best = means.index(max(means))
        wanted = labels[best] not in detector.background
        if i >= quiet_until and wanted and means[best] >= min(max(least, -127), 127):
            found.append(Detection(i, labels[best], means[best]))
            quiet_until = i + detector.rest + 1
    return tuple(found)


@st.composite
def streams(draw):
    """Scores whose winner stays for a while, as a spoken word's does."""
    classes = draw(st.integers(2, 5))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    count = draw(st.integers(0, 40))
    scores = rng.integers(-128, 128, (count, classes))
    winner = np.repeat(rng.integers(0, classes, count), rng.integers(1, 6))[:count]
    scores[np.arange(count), winner] += rng.integers(0, 200)
    labels = ("yes", "no", "up", "silence", "unknown")[-classes:]
    detector = Detector(
        threshold=draw(st.floats(0.001, 1.0)),
        average=draw(st.integers(1, 5)),
        rest=draw(st.integers(0, 6)),
    )
    return scores.clip(-128, 127).astype(np.int8), labels, detector


@settings(deadline=None)
@given(streams())
def test_detections_are_the_same_in_numpy_in_c_and_by_the_plain_rule(c_parts, stream):
    found, means = detect_in_c(c_parts, *stream)
    assert detect(*stream) == detect_plainly(*stream) == found
    scores, _, detector = stream
    assert (smooth(scores, detector.average) == means).all()


def test_background_is_never_detected():
    scores = np.full((9, 2), 127, np.int8)
    scores[:, 0] = -128
    assert detect(scores, ("yes", "silence"), Detector(threshold=0.001)) == ()


def test_rest_separates_detections():
    scores = np.full((9, 1), 127, np.int8)
    found = detect(scores, ("yes",), Detector(average=2, rest=3))
    assert [one.index for one in found] == [1, 5]
    assert found[0].percent == 100


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("threshold", 0.0, "a probability"),
        ("threshold", 1.5, "a probability"),
        ("average", 0, "smallest that works is 1"),
        ("rest", -1, "smallest that works is 0"),
        ("every_hops", 0, "smallest that works is 1"),
    ],
)
def test_detector_refuses_what_cannot_work(field, value, message):
    with pytest.raises(InputError, match=message):
        changed(Detector(), **{field: value})


def test_scores_of_other_classes_are_refused():
    with pytest.raises(InputError, match="2 labels need"):
        detect(np.zeros((4, 3), np.int8), ("yes", "no"), Detector())


# The ring ----------------------------------------------------------------------------------------


@settings(deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.lists(st.tuples(st.booleans(), st.integers(0, 12)), max_size=60),
)
def test_ring_keeps_order_and_counts_what_is_lost(c_parts, start, actions):
    memory = np.zeros(8, np.int16)
    ring = CRing(memory.ctypes.data, 8, start, start, 0)  # the counts wrap around at 2**32
    waiting, fresh, lost = [], 0, 0
    for write, count in actions:
        block = np.zeros(max(1, count), np.int16)
        pointer = ctypes.c_void_p(block.ctypes.data)
        if write:
            block[:] = np.arange(fresh, fresh + len(block))
            fresh += count
            c_parts.tinyml_ring_write(ctypes.byref(ring), pointer, count)
            lost += max(0, len(waiting) + count - 8)
            waiting = (waiting + block[:count].tolist())[:8]
        elif c_parts.tinyml_ring_read(ctypes.byref(ring), pointer, count):
            assert block[:count].tolist() == waiting[:count]
            waiting = waiting[count:]
        else:
            assert count > len(waiting)
    assert c_parts.tinyml_ring_take_lost(ctypes.byref(ring)) == lost
    assert c_parts.tinyml_ring_take_lost(ctypes.byref(ring)) == 0
    c_parts.tinyml_ring_clear(ctypes.byref(ring))
    assert not c_parts.tinyml_ring_read(ctypes.byref(ring), ctypes.c_void_p(memory.ctypes.data), 1)


# A sketch as a program ---------------------------------------------------------------------------


def zig(folder, *arguments):
    """Run zig's compiler in a folder."""
    cache = str(cache_dir("zig"))
    done = subprocess.run(
        [sys.executable, "-m", "ziglang", *arguments],
        cwd=folder,
        env={"ZIG_GLOBAL_CACHE_DIR": cache, "ZIG_LOCAL_CACHE_DIR": cache} | os.environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def as_cpp(sketch):
    """Turn a sketch's .ino into C++ as Arduino's builder does: the header, and prototypes."""
    text = (sketch / f"{sketch.name}.ino").read_text()
    functions = re.findall(r"^((?:void|int) \w+\([^)]*\)) \{$", text, flags=re.MULTILINE)
    prototypes = "".join(f"{one};\n" for one in functions)
    assert functions[:2] == ["void setup()", "void loop()"]
    return "#include <Arduino.h>\n" + text.replace("void setup()", f"{prototypes}\nvoid setup()", 1)


CPP = ("-std=gnu++14", "-fno-exceptions", "-fno-rtti", "-fno-threadsafe-statics", "-funsigned-char")


def build_for_host(sketch, folder):
    """Compile a sketch's folder into a program for this computer; Serial is stdin and stdout."""
    (folder / "sketch.cpp").write_text(as_cpp(sketch))
    zig(folder, "cc", "-std=c99", "-O2", *STRICT, "-c", *map(str, sketch.glob("src/*.c")))
    sources = ["sketch.cpp", str(HOST / "host.cpp"), *(p.name for p in folder.glob("*.o"))]
    options = [*CPP, "-O2", "-nostdlib++", *STRICT, f"-I{HOST}", f"-I{sketch}"]
    zig(folder, "c++", *options, *sources, "-o", "program")
    return folder / "program"


@pytest.fixture(scope="session")
def model():
    """A small network of a keyword model's shape; untrained, its scores jump with the sound."""
    net = Network(seed=3)
    x = net.input((1, 49, 10, 1), scale=1.0)
    x = net.conv2d(x, 8, (10, 4), stride=(2, 2), activation="RELU", gain=2, bias=False)
    x = net.reshape(net.pool(x, window=(5, 5), stride=(5, 5)), (1, 40))
    return net.build(net.softmax(net.dense(x, units=12, bias=False), beta=0.05))


@pytest.fixture(scope="session")
def compiled(model):
    return compile_model(model, name="kws")


@pytest.fixture(scope="session")
def sketch(compiled, tmp_path_factory):
    out = tmp_path_factory.mktemp("sketches") / "keywords"
    return write_sketch(compiled, Mfcc(), LABELS, out=out, detector=DETECTOR)


@pytest.fixture(scope="session")
def program(sketch, tmp_path_factory):
    return build_for_host(sketch, tmp_path_factory.mktemp("host"))


class Running:
    """A sketch that runs, as the stream its serial port would be; optionally a line that fails."""

    def __init__(self, program, *options, losses=0.0):
        self.process = subprocess.Popen(
            [program, *map(str, options)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
        )
        self.losses = losses
        self.rng = np.random.default_rng(0)

    def read(self, size):
        ready, _, _ = select.select([self.process.stdout], [], [], 0.05)
        return self.spoil(os.read(self.process.stdout.fileno(), size)) if ready else b""

    def write(self, data):
        return self.process.stdin.write(self.spoil(data))

    def spoil(self, data):
        if not data or self.rng.random() >= self.losses:
            return data
        spoilt = bytearray(data)
        at = int(self.rng.integers(len(data)))
        if self.rng.random() < 0.5:
            del spoilt[at]
        else:
            spoilt[at] ^= 0xFF
        return bytes(spoilt)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.rest = self.process.stdout.read()
        self.process.stdout.close()
        assert self.process.wait(timeout=30) == 0


def run_with_sound(program, samples, folder, *options):
    """Let a sketch hear samples; what it printed, and what its pins did."""
    sound = folder / "sound.raw"
    samples.astype("<i2").tofile(sound)
    return subprocess.run(
        [program, "--pdm", sound, *map(str, options)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )


def clips(count):
    """Noise, tones, silence and full-scale clips."""
    rng = np.random.default_rng(7)
    time = np.arange(16000) / 16000
    some = [np.zeros(16000), np.full(16000, 32767), np.where(time < 0.5, -32768, 32767)]
    while len(some) < count:
        tone = 8000 * np.sin(2 * np.pi * rng.uniform(100, 3500) * time) * (rng.random(16000) < 0.9)
        some.append(tone + rng.normal(0, 10 ** rng.uniform(0, 3.5), 16000))
    return np.array(some).clip(-32768, 32767).astype(np.int16)


def test_replayed_clips_give_the_bits_of_the_notebook(program, model, compiled):
    samples = clips(12)
    with Running(program) as board:
        features, scores = replay(board, samples, compiled=compiled)
    wanted = Mfcc()(samples)
    assert (features == wanted).all()
    assert (scores == reference(model)(wanted).reshape(12, 12)).all()
    assert len(np.unique(scores.argmax(axis=1))) > 2  # the scores tell something
    assert board.rest == b""


def test_replay_over_a_line_that_fails_gives_the_same_bits(program, model):
    samples = clips(4)
    with Running(program, losses=0.02) as board:
        features, scores = replay(board, samples, timeout_s=0.25)
    wanted = Mfcc()(samples)
    assert (features == wanted).all()
    assert (scores == reference(model)(wanted).reshape(4, 12)).all()


def test_replay_reports_the_sketch_and_the_time_it_took(program):
    with Running(program) as board, Link(board) as link:
        assert (link.info.name, link.info.rate_hz) == ("keywords", 16000)
        assert link.info.feature_shape == (49, 10, 1)
        answer = link.send_clip(clips(1)[0])
        assert answer.features_us > 0


def test_second_conversation_starts_afresh(program):
    samples = clips(5)
    with Running(program) as board:
        link = Link(board)
        link._ask(2, samples[4][:320].tobytes(), 0x82)  # a clip is begun and left
        features, _ = replay(board, samples[3])
    assert (features == Mfcc()(samples[3])).all()


def test_request_out_of_turn_is_refused_in_words(program):
    with Running(program) as board, Link(board) as link:
        link._counter += 5
        with pytest.raises(DeviceError, match="refused: a request is out of turn"):
            link.send_clip(clips(1)[0])


def test_block_of_the_wrong_length_is_refused_in_words(program):
    wrong = "refused: a block of samples has the wrong length"
    with Running(program) as board, Link(board) as link, pytest.raises(DeviceError, match=wrong):
        link._ask(2, b"\0" * 638, 0x82)


def test_sound_during_a_replay_is_not_heard(program, tmp_path):
    sound = tmp_path / "sound.raw"
    np.concatenate(clips(8)).tofile(sound)
    with Running(program, "--pdm", sound, "--chunks", 16) as board:
        replay(board, clips(2))
    assert b"lost" not in board.rest


def long_recording():
    """Eight seconds of changing noise: an untrained network takes its colours for words."""
    rng = np.random.default_rng(3)
    pieces = []
    for _ in range(9):
        tone = np.sin(np.arange(14321) * rng.uniform(0.02, 1.2))
        pieces.append(rng.uniform(200, 9000) * tone + rng.normal(0, rng.uniform(20, 4000), 14321))
    return np.concatenate(pieces).clip(-32768, 32767).astype(np.int16)


def expected_lines(samples, model):
    """What the sketch should print for a recording, worked out by the notebook's side."""
    features, hop = Mfcc(), 320
    whole = samples[: len(samples) // hop * hop]
    windows = features.windows(features.coefficients(whole), every=DETECTOR.every_hops)
    scores = reference(model)(windows).reshape(len(windows), len(LABELS))
    found = detect(scores, LABELS, DETECTOR)
    ends_ms = [(50 + one.index * DETECTOR.every_hops) * 20 for one in found]
    lines = zip(found, ends_ms, strict=True)
    return [f"{one.label}\t{one.percent} %\t{ms} ms" for one, ms in lines]


@pytest.mark.parametrize("chunks", ["256", "1,17,320,640,3"])
def test_live_detections_are_those_of_the_notebook(program, model, tmp_path, chunks):
    samples = long_recording()
    wanted = expected_lines(samples, model)
    assert len(wanted) >= 4
    assert len({line.split("\t")[0] for line in wanted}) >= 2
    done = run_with_sound(program, samples, tmp_path, "--chunks", chunks)
    assert done.stdout.splitlines() == wanted
    assert "microphone stopped" not in done.stderr


def test_detection_lights_the_led(program, model, tmp_path):
    done = run_with_sound(program, long_recording(), tmp_path)
    pins = done.stderr.splitlines()
    assert pins[:3] == ["pin 22 HIGH", "pin 23 HIGH", "pin 24 HIGH"]  # dark: active low
    lit = [line for line in pins[3:] if line.endswith("LOW")]
    colours = {"yes": "G", "no": "B", "up": "RG", "down": "RB", "left": "GB", "right": "RGB"}
    colours |= {"on": "G", "off": "B", "stop": "RG", "go": "RB"}
    first = expected_lines(long_recording(), model)[0].split("\t")[0]
    pin = {"R": "pin 22 LOW", "G": "pin 23 LOW", "B": "pin 24 LOW"}
    assert lit[: len(colours[first])] == [pin[part] for part in colours[first]]


def test_overrun_is_told_in_words_and_the_sketch_goes_on(program, model, tmp_path):
    """One interrupt brings more than the ring holds; what comes later is heard from its start."""
    samples = np.concatenate([np.zeros(9000, np.int16), long_recording()])
    done = run_with_sound(program, samples, tmp_path, "--chunks", "9000" + 500 * ",320")
    lost = "Samples were lost: the board is too slow for its settings. Starting afresh."
    assert done.stdout.splitlines() == [lost, *expected_lines(long_recording(), model)]


def test_board_that_is_always_too_slow_keeps_saying_so(program, tmp_path):
    done = run_with_sound(program, long_recording(), tmp_path, "--chunks-per-loop", 40)
    lines = done.stdout.splitlines()
    assert len(lines) > 3
    assert {line[:17] for line in lines} == {"Samples were lost"}


def test_microphone_that_does_not_start_is_told_in_words(program, tmp_path):
    done = run_with_sound(program, np.zeros(0, np.int16), tmp_path, "--no-microphone")
    assert done.stdout.startswith("The microphone did not start.")
    assert done.stderr.splitlines()[-1] == "pin 22 LOW"  # red


# The microphone test -----------------------------------------------------------------------------


@pytest.fixture(scope="session")
def microphone_test(tmp_path_factory):
    return write_microphone_test(tmp_path_factory.mktemp("sketches"), "nano33ble_rev2")


@pytest.fixture(scope="session")
def microphone_program(microphone_test, tmp_path_factory):
    return build_for_host(microphone_test, tmp_path_factory.mktemp("host"))


def test_microphone_test_shows_the_level(microphone_program, tmp_path):
    samples = np.concatenate([np.zeros(1600), np.full(1600, -3000), np.full(1600, -32768)])
    done = run_with_sound(microphone_program, samples.astype(np.int16), tmp_path)
    lines = [line.split("\t")[:2] for line in done.stdout.splitlines()]
    assert lines == [
        ["peak 0", "................"],
        ["Every sample is zero: the microphone gives no sound."],
        ["peak 3000", "############...."],
        ["peak 32768", "################"],
        ["Too loud: samples are cut off."],
    ]
    assert done.stderr.splitlines()[3:] == ["pin 23 LOW", "pin 22 LOW", "pin 23 HIGH"]


def test_microphone_test_says_when_there_is_none(microphone_program, tmp_path):
    done = run_with_sound(microphone_program, np.zeros(0, np.int16), tmp_path, "--no-microphone")
    assert done.stdout.startswith("The microphone did not start.")


# For the board -----------------------------------------------------------------------------------

# What the Arduino core and the compiler's own run-time library provide; no heap, no libm.
PROVIDED = re.compile(
    r"_?Z?(mem(cpy|set|move)|strlen|__aeabi_\w+|__stack_chk_\w+)$"
    r"|pinMode|digitalWrite|millis|micros|delay|SerialPort|Microphone|Serial$|PDM$"
)


def compile_for_board(sketch, folder, c, cpp):
    """Compile every file of a sketch for a Cortex-M4 and return the symbols it asks for."""
    (folder / "sketch.cpp").write_text(as_cpp(sketch))
    c("-std=c99", "-Os", *STRICT, "-c", *map(str, sketch.glob("src/*.c")))
    cpp(*CPP, "-Os", *STRICT, f"-I{HOST}", f"-I{sketch}", "-c", "sketch.cpp", "-o", "sketch.o")
    defined, wanted = set(), set()
    for path in folder.glob("*.o"):
        with path.open("rb") as file:
            for symbol in ELFFile(file).get_section_by_name(".symtab").iter_symbols():
                undefined = symbol["st_shndx"] == "SHN_UNDEF"
                (wanted if undefined else defined).add(symbol.name)
    assert {"_Z5setupv", "_Z4loopv"} <= defined
    return wanted - defined - {""}


@pytest.mark.parametrize("which", ["sketch", "microphone_test"])
@pytest.mark.parametrize("compiler", ["zig", "arm-none-eabi-gcc"])
def test_sketch_compiles_for_the_board_without_heap_or_libm(request, tmp_path, which, compiler):
    def gcc(name, *arguments):
        core = ("-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=softfp", "-mfpu=fpv4-sp-d16")
        command = [name, *core, *arguments]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    def clang(name, *arguments):
        zig(tmp_path, name, "--target=thumb-freestanding-eabi", "-mcpu=cortex_m4", *arguments)

    drivers = {
        "zig": (lambda *a: clang("cc", *a), lambda *a: clang("c++", *a)),
        "arm-none-eabi-gcc": (
            lambda *a: gcc("arm-none-eabi-gcc", *a),
            lambda *a: gcc("arm-none-eabi-g++", *a),
        ),
    }
    if compiler == "arm-none-eabi-gcc" and shutil.which(compiler) is None:
        pytest.skip("arm-none-eabi-gcc is not on the PATH")
    wanted = compile_for_board(request.getfixturevalue(which), tmp_path, *drivers[compiler])
    assert not {name for name in wanted if not PROVIDED.search(name)}


# The folder --------------------------------------------------------------------------------------


def test_sketch_holds_no_number_that_the_notebook_holds(sketch):
    values = re.findall(r"^#define \w+ (\d+)$", (sketch / "keywords_settings.h").read_text(), re.M)
    assert {"16000", "320", "50", "490", "115200"} <= set(values)
    for name in ("keywords.ino", "replay.h", "microphone.h"):
        code = re.sub(r"/\*.*?\*/|//[^\n]*", "", (sketch / name).read_text(), flags=re.DOTALL)
        assert not set(re.findall(r"\b\d+\b", code)) & {v for v in values if int(v) > 8}, name


def test_same_input_gives_the_same_bytes(compiled, sketch, tmp_path):
    again = write_sketch(compiled, Mfcc(), LABELS, out=tmp_path / "keywords", detector=DETECTOR)
    assert contents(again) == contents(sketch)
    texts = "".join(contents(again).values())
    assert str(ROOT) not in texts
    assert str(tmp_path) not in texts


def contents(folder):
    files = (path for path in folder.rglob("*") if path.is_file())
    return {p.relative_to(folder).as_posix(): p.read_text() for p in files}


def test_folder_is_written_again_and_keeps_what_others_put_there(tmp_path):
    folder = tmp_path / "sketch"
    write_folder(folder, {"a.ino": "1", "src/b.c": "2", "old.h": "3"})
    (folder / "build").mkdir()
    (folder / "build" / "a.hex").write_bytes(b"\xff\x00")
    (folder / "src" / "b.c").write_bytes(b"2")
    write_folder(folder, {"a.ino": "10", "src/b.c": "20"})
    assert (folder / "a.ino").read_text() == "10"
    assert (folder / "build" / "a.hex").read_bytes() == b"\xff\x00"
    assert not (folder / "old.h").exists()
    assert [p.name for p in tmp_path.iterdir()] == ["sketch"]
    subprocess.run(["sha256sum", "-c", "--quiet", MANIFEST], cwd=folder, check=True)


def test_changed_file_is_not_overwritten(tmp_path):
    folder = tmp_path / "sketch"
    write_folder(folder, {"a.ino": "1\n", "b.h": "2"})
    (folder / "a.ino").write_bytes(b"1\r\n")  # line ends as git on Windows writes them
    write_folder(folder, {"a.ino": "1\n", "b.h": "2"})
    (folder / "a.ino").write_text("mine")
    with pytest.raises(InputError, match=r"a\.ino was changed since"):
        write_folder(folder, {"a.ino": "2", "b.h": "3"})
    assert contents(folder)["a.ino"] == "mine"
    assert contents(folder)["b.h"] == "2"


def test_file_of_somebody_else_in_the_way_is_not_overwritten(tmp_path):
    folder = tmp_path / "sketch"
    write_folder(folder, {"a.ino": "1"})
    (folder / "new.h").write_text("mine")
    with pytest.raises(InputError, match=r"new\.h was changed"):
        write_folder(folder, {"a.ino": "1", "new.h": "2"})


def test_folder_of_somebody_else_is_refused(tmp_path):
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(InputError, match="was not written by tinyml_course"):
        write_folder(tmp_path, {"a.ino": "1"})
    assert (tmp_path / "thesis.tex").read_text() == "years of work"
    with pytest.raises(InputError, match="is a file"):
        write_folder(tmp_path / "thesis.tex", {"a.ino": "1"})


def test_stop_half_way_leaves_what_was_there(tmp_path, monkeypatch):
    folder = tmp_path / "sketch"
    write_folder(folder, {"a.ino": "1"})
    before = contents(folder)
    rename = Path.rename

    def interrupted(self, target):
        if self.name == "new":
            raise KeyboardInterrupt
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_folder(folder, {"a.ino": "2"})
    assert contents(folder) == before
    assert [p.name for p in tmp_path.iterdir()] == ["sketch"]


def test_full_disk_is_told_in_words(tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(InputError, match="No space left on device"):
        write_folder(tmp_path / "sketch", {"a.ino": "1"})
    assert not list(tmp_path.iterdir())


# What does not fit together ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"board": "uno"}, "Uno R3 has no microphone.*use nano33ble, nano33ble_rev2"),
        ({"board": "nano33"}, "unknown board"),
        ({"runtime": "tflm"}, "no runtime 'tflm' for sketches; use 'c'"),
        ({"labels": LABELS[:11]}, "has 12 outputs, there are 11 labels"),
        ({"labels": (*LABELS[:11], 'a"b')}, "without quotes"),
        ({"labels": (*LABELS[:11], "a*/b")}, "without quotes"),
        ({"labels": (*LABELS[:11], "a\nb")}, "cannot be printed"),
        ({"labels": (*LABELS[:11], "yes")}, "the same label"),
        ({"features": Mfcc(frames=40)}, r"the features are \(40, 10, 1\)"),
        ({"out": "my sketch"}, "cannot name an Arduino sketch"),
        ({"out": "-x"}, "cannot name an Arduino sketch"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_does_not_fit_is_refused_before_anything_is_written(
    compiled, tmp_path, change, message
):
    given_ = {"features": Mfcc(), "labels": LABELS, "board": "nano33ble", "out": "k"} | change
    given_["out"] = tmp_path / given_["out"]
    with pytest.raises(InputError, match=message):
        write_sketch(compiled, **given_)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("scale", "softmax", "message"),
    [(0.5, True, "scale 1 and zero point 0"), (1.0, False, "does not end in a softmax")],
)
def test_model_of_other_numbers_is_refused(tmp_path, scale, softmax, message):
    net = Network(seed=0)
    x = net.mean(net.input((1, 49, 10, 1), scale=scale))
    x = net.dense(x, units=12)
    other = compile_model(net.build(net.softmax(x) if softmax else x), name="other")
    with pytest.raises(InputError, match=message):
        write_sketch(other, Mfcc(), LABELS, out=tmp_path / "k")


# What is committed -------------------------------------------------------------------------------


MAKE = runpy.run_path(str(ROOT / "arduino" / "make_sketches.py"))


@pytest.mark.parametrize("write", ["write_microphone_test", "write_keywords"])
def test_committed_sketch_is_what_the_generator_writes_now(tmp_path, write):
    if write == "write_keywords" and not MAKE["KEYWORDS"][1].is_dir():
        pytest.skip("data/models/keywords has not been trained yet")
    written = MAKE[write](tmp_path)
    assert contents(written) == contents(ROOT / "arduino" / written.name), "run `make sketches`"
