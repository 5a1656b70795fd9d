"""The folder a sketch is: what is in it, how it replaces an older one, what is refused."""

# ruff: noqa: F401, F811 - fixtures are imported, and then asked for by name

import re
import runpy
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile
from sketch_programs import (
    DETECTOR,
    LABELS,
    STRICT,
    compiled,
    gestures,
    gestures_rev2,
    microphone_test,
    model,
    sketch,
)
from tflite_models import Network

from tinyml_course.boards import get_board
from tinyml_course.compiler.codegen import compile_model
from tinyml_course.errors import FitError, InputError
from tinyml_course.features.audio import Mfcc
from tinyml_course.simulator.host_sketch import CPP_FLAGS, STAND_IN, as_cpp, zig
from tinyml_course.sketch import write_sketch
from tinyml_course.sketch.folder import MANIFEST, write_folder

ROOT = Path(__file__).parent.parent

# For the board -----------------------------------------------------------------------------------

# What the Arduino core and the compiler's own run-time library provide; no heap, no libm.
PROVIDED = re.compile(
    r"_?Z?(mem(cpy|set|move)|strlen|__aeabi_\w+|__stack_chk_\w+)$"
    r"|pinMode|digitalWrite|millis|micros|delay|SerialPort|Microphone|Serial$|PDM$|OV767X|Camera$|TwoWire|Wire1?$|BoschSensorClass|IMU$"
)


def compile_for_board(sketch, folder, c, cpp):
    """Compile every file of a sketch for a Cortex-M4 and return the symbols it asks for."""
    (folder / "sketch.cpp").write_text(as_cpp(sketch))
    c("-std=c99", "-Os", *STRICT, "-c", *map(str, sketch.glob("src/*.c")))
    options = [*CPP_FLAGS, "-Os", *STRICT, f"-I{STAND_IN}", f"-I{sketch}"]
    cpp(*options, "-c", "sketch.cpp", "-o", "sketch.o")
    defined, wanted = set(), set()
    for path in folder.glob("*.o"):
        with path.open("rb") as file:
            for symbol in ELFFile(file).get_section_by_name(".symtab").iter_symbols():
                undefined = symbol["st_shndx"] == "SHN_UNDEF"
                (wanted if undefined else defined).add(symbol.name)
    assert {"_Z5setupv", "_Z4loopv"} <= defined
    return wanted - defined - {""}


@pytest.mark.parametrize(
    "which",
    ["sketch", "microphone_test", "gestures", "gestures_rev2",
     "capture_microphone", "capture_motion", "capture_motion_rev2", "capture_camera"],
)  # fmt: skip
@pytest.mark.parametrize("compiler", ["zig", "arm-none-eabi-gcc"])
def test_sketch_compiles_for_the_board_without_heap_or_libm(request, tmp_path, which, compiler):
    def gcc(name, *arguments):
        core = ("-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=softfp", "-mfpu=fpv4-sp-d16")
        command = [name, *core, *arguments]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    def clang(name, *arguments):
        zig(
            tmp_path,
            tmp_path,
            name,
            "--target=thumb-freestanding-eabi",
            "-mcpu=cortex_m4",
            *arguments,
        )

    drivers = {
        "zig": (lambda *a: clang("cc", *a), lambda *a: clang("c++", *a)),
        "arm-none-eabi-gcc": (
            lambda *a: gcc("arm-none-eabi-gcc", *a),
            lambda *a: gcc("arm-none-eabi-g++", *a),
        ),
    }
    if compiler == "arm-none-eabi-gcc" and shutil.which(compiler) is None:
        pytest.skip("arm-none-eabi-gcc is not on the PATH")
    committed = which.startswith("capture") and ROOT / "arduino" / which
    sketch = committed or request.getfixturevalue(which)
    wanted = compile_for_board(sketch, tmp_path, *drivers[compiler])
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
        ({"runtime": "rust"}, "no runtime 'rust' for sketches; use 'c' or 'tflm'"),
        ({"runtime": "tflm"}, r"for 'tflm' give what sketch.tflm.tflm_model\(tflite\) returns"),
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
    ("change", "message"),
    [
        ({"ram_bytes": 60_000}, "more than .* bytes of RAM, .* leaves 15,448"),
        ({"flash_bytes": 85_400}, "bytes of flash, .* leaves 72"),
    ],
    ids=["ram", "flash"],
)
def test_model_too_big_for_the_board_is_refused_in_words(compiled, tmp_path, change, message):
    small = replace(get_board("nano33ble"), **change)
    with pytest.raises(FitError, match=message):
        write_sketch(compiled, Mfcc(), LABELS, small, tmp_path / "k")
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


@pytest.mark.parametrize("name", MAKE["CAPTURES"])
def test_committed_capture_sketch_is_what_the_generator_writes_now(tmp_path, name):
    written = MAKE["write_capture"](tmp_path, *MAKE["CAPTURES"][name])
    assert written.name == name
    assert contents(written) == contents(ROOT / "arduino" / name), "run `make sketches`"


@pytest.mark.parametrize("name", ["microphone_test", *MAKE["TRAINED"]])
def test_committed_sketch_is_what_the_generator_writes_now(tmp_path, name):
    trained = name in MAKE["TRAINED"]
    written = (
        MAKE["write_trained"](name, tmp_path)
        if trained
        else MAKE["write_microphone_test"](tmp_path)
    )
    assert contents(written) == contents(ROOT / "arduino" / written.name), "run `make sketches`"
