"""The gesture sketch for the Uno R3: its size with the real core, and its bits in simavr.

Needs avr-gcc, avr-libc, simavr and arduino-core-avr (`.ci/extras`); without them it is skipped.
"""

import re
import runpy
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from elftools.elf.elffile import ELFFile

from tinyml_course.compiler.forest import compile_forest, load_forest
from tinyml_course.datasets import load_dataset
from tinyml_course.device import replay
from tinyml_course.errors import InputError
from tinyml_course.features.loading import load_features
from tinyml_course.lessons import model_dir
from tinyml_course.simulator.host_sketch import HostSketch, as_cpp

ROOT = Path(__file__).parent.parent
SKETCH = ROOT / "arduino" / "gestures_uno"
CORE = Path("/usr/share/arduino/hardware/arduino/avr")
RAM_BYTES, FLASH_BYTES = 1638, 24 * 1024  # what the whole sketch may take
FLAGS = ("-mmcu=atmega328p", "-DF_CPU=16000000L", "-Os", "-flto", "-ffunction-sections",
         "-fdata-sections", "-DDECIMAL_DIG=__DECIMAL_DIG__")  # fmt: skip
ARDUINO = ("-DARDUINO=10819", "-DARDUINO_AVR_UNO", "-DARDUINO_ARCH_AVR",
           f"-I{CORE}/cores/arduino", f"-I{CORE}/variants/standard",
           f"-I{CORE}/libraries/Wire/src")  # fmt: skip
CPP = ("-std=gnu++11", "-fno-exceptions", "-fno-threadsafe-statics")
needs_avr = pytest.mark.skipif(
    not (shutil.which("avr-gcc") and shutil.which("simavr") and CORE.is_dir()),
    reason="avr-gcc, simavr or the Arduino AVR core is not installed",
)

FOREST = load_forest(model_dir("gestures_uno") / "forest.npz")
FEATURES = load_features((model_dir("gestures_uno") / "features.json").read_text())


@pytest.fixture(scope="module")
def recordings():
    """Six recordings of people nobody trained on, one a class and one more."""
    test = load_dataset("gestures", split="test")
    return test.x[[*(int(np.flatnonzero(test.y == label)[3]) for label in range(5)), 100]]


def avr(folder, compiler, *arguments):
    done = subprocess.run(
        [compiler, *FLAGS, *map(str, arguments)],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def sizes(program):
    """Flash and static RAM of a program, in bytes."""
    with program.open("rb") as file:
        elf = ELFFile(file)
        text, data, bss = (
            elf.get_section_by_name(name)["sh_size"] for name in (".text", ".data", ".bss")
        )
    return text + data, data + bss


@pytest.fixture(scope="module")
def recorded(recordings, tmp_path_factory):
    """What simavr prints of the program that runs the recordings."""
    folder = tmp_path_factory.mktemp("recorded")
    hops = FEATURES.hops(recordings)
    rows = ",\n".join(
        "{" + ", ".join("{" + ", ".join(map(str, hop)) + "}" for hop in one) + "}"
        for one in hops.tolist()
    )
    (folder / "recordings.h").write_text(
        f"#define RECORDINGS {len(hops)}\n#define CLASSES {FOREST.votes.shape[1]}\n"
        f"static const int16_t recordings[][{hops.shape[1]}][{hops.shape[2]}]"
        f" PROGMEM = {{\n{rows}}};\n"
    )
    for name, text in {**compile_forest(FOREST, "gestures").files, **FEATURES.c_files()}.items():
        (folder / name).write_text(text)
    main = ROOT / "tests" / "avr" / "recorded.c"
    sources = sorted(folder.glob("*.c"))
    warnings = ("-std=gnu99", "-Wall", "-Wextra", "-Wconversion", "-Werror")
    avr(folder, "avr-gcc", *warnings, "-I.", "-c", *sources)
    avr(folder, "avr-gcc", "-std=gnu99", "-Wall", "-Werror", "-I.", "-c", main)
    avr(folder, "avr-gcc", *sorted(folder.glob("*.o")), "-o", "recorded.elf")
    done = subprocess.run(
        ["simavr", "-m", "atmega328p", "-f", "16000000", folder / "recorded.elf"],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    return done.stdout + done.stderr


def stack_of(printed):
    return int(re.search(r"stack (\d+)", printed)[1])


@needs_avr
def test_forest_on_the_uno_gives_the_bits_of_the_notebook(recorded, recordings):
    found = [
        [int(score) for score in line.split()]
        for line in re.findall(r"scores((?: -?\d+)+)", recorded)
    ]
    wanted = FOREST(FEATURES(recordings))
    assert found == wanted.tolist()
    assert len(set(wanted.argmax(axis=1))) >= 4  # the scores tell something


def built_with_core(sketch, folder):
    """Build a sketch with the real core; return its flash and static RAM, in bytes."""
    (folder / "sketch.cpp").write_text(as_cpp(sketch))
    for part in ("cores/arduino", "libraries/Wire/src", "libraries/Wire/src/utility"):
        for path in sorted((CORE / part).glob("*.c")):
            avr(folder, "avr-gcc", *ARDUINO, "-std=gnu11", "-w", "-c", path)
        for path in sorted((CORE / part).glob("*.cpp")):
            avr(folder, "avr-g++", *ARDUINO, *CPP, "-w", "-c", path)
    ours = sorted(sketch.glob("src/*.c"))
    avr(folder, "avr-gcc", *ARDUINO, "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-c", *ours)
    own = ("-Wall", "-Wextra", "-Werror", f"-I{sketch}")
    avr(folder, "avr-g++", *ARDUINO, *CPP, *own, "-c", "sketch.cpp")
    link = ("-fuse-linker-plugin", "-Wl,--gc-sections", *sorted(folder.glob("*.o")), "-lm")
    avr(folder, "avr-gcc", *link, "-o", "sketch.elf")
    return sizes(folder / "sketch.elf")


@needs_avr
def test_whole_sketch_fits_with_the_real_core(recorded, tmp_path):
    flash, static = built_with_core(SKETCH, tmp_path)
    print(
        f"flash {flash:,}, static RAM {static:,}, stack of features and forest {stack_of(recorded)}"
    )
    assert flash <= FLASH_BYTES
    assert static + stack_of(recorded) <= RAM_BYTES


@needs_avr
def test_capture_sketch_leaves_half_of_the_ram_to_the_stack(tmp_path):
    flash, static = built_with_core(ROOT / "arduino" / "capture_motion_uno", tmp_path)
    print(f"flash {flash:,}, static RAM {static:,}")
    assert flash <= FLASH_BYTES
    assert static <= 1024


def test_replay_gives_the_scores_and_no_features_where_ram_is_scarce(recordings):
    with HostSketch(SKETCH) as board:
        features, scores = replay(board, FEATURES.hops(recordings).reshape(len(recordings), -1))
    assert features.shape == (len(recordings), 0)
    np.testing.assert_array_equal(scores, FOREST(FEATURES(recordings)))


def test_sketch_for_the_uno_is_written_from_what_is_committed(tmp_path):
    written = runpy.run_path(str(ROOT / "arduino" / "make_sketches.py"))["write_uno"](tmp_path)
    assert (written / "led.h").read_text() != (
        ROOT / "arduino" / "gestures_nano33ble" / "led.h"
    ).read_text()


def test_file_that_holds_no_forest_is_refused(tmp_path):
    (tmp_path / "forest.npz").write_text("no")
    with pytest.raises(InputError, match="holds no forest"):
        load_forest(tmp_path / "forest.npz")
