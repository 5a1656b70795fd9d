"""The gesture sketch for the Uno R3: its size with the real core, and its bits in simavr.

Needs avr-gcc, avr-libc, simavr and arduino-core-avr (`.ci/extras`); without them it is skipped.
"""

import subprocess
from pathlib import Path

import numpy as np
import pytest
from avr_there import needs_avr
from elftools.elf.elffile import ELFFile

from tinyml_course.compiler.codegen import compile_model
from tinyml_course.compiler.reference import reference
from tinyml_course.datasets import load_dataset
from tinyml_course.device import replay
from tinyml_course.lessons import model_dir
from tinyml_course.run import load_run
from tinyml_course.simulator.host_sketch import HostSketch, as_cpp
from tinyml_course.simulator.report import simulate

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
SIGNS = ("-Wno-sign-compare", "-Werror")  # what is 16 bits wide and unsigned stays so here
needs_core = pytest.mark.skipif(
    not CORE.is_dir(), reason="arduino-core-avr is not installed (.ci/extras)"
)

RUN = load_run(model_dir("gestures_uno"))


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
def simulated(recordings):
    """Features and model on the recordings, in simavr."""
    return simulate(compile_model(RUN.graph, "gestures"), "uno", RUN.features, recordings)


@needs_avr
def test_model_on_the_uno_gives_the_bits_of_the_notebook(simulated, recordings):
    wanted = reference(RUN.graph)(RUN.features(recordings))
    np.testing.assert_array_equal(simulated.outputs, wanted)
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
    avr(folder, "avr-gcc", *ARDUINO, "-std=gnu11", "-Wall", "-Wextra", *SIGNS, "-c", *ours)
    own = ("-Wall", "-Wextra", "-Werror", f"-I{sketch}")
    avr(folder, "avr-g++", *ARDUINO, *CPP, *own, "-c", "sketch.cpp")
    link = ("-fuse-linker-plugin", "-Wl,--gc-sections", *sorted(folder.glob("*.o")), "-lm")
    avr(folder, "avr-gcc", *link, "-o", "sketch.elf")
    return sizes(folder / "sketch.elf")


@needs_avr
@needs_core
def test_whole_sketch_fits_with_the_real_core(simulated, tmp_path):
    flash, static = built_with_core(SKETCH, tmp_path)
    print(
        f"flash {flash:,}, static RAM {static:,}, stack of features and model "
        f"{simulated.stack_bytes}"
    )
    assert flash <= FLASH_BYTES
    assert static + simulated.stack_bytes <= RAM_BYTES


@needs_avr
@needs_core
def test_capture_sketch_leaves_half_of_the_ram_to_the_stack(tmp_path):
    flash, static = built_with_core(ROOT / "arduino" / "capture_motion_uno", tmp_path)
    print(f"flash {flash:,}, static RAM {static:,}")
    assert flash <= FLASH_BYTES
    assert static <= 1024


def test_replay_gives_the_scores_and_no_features_where_ram_is_scarce(recordings):
    with HostSketch(SKETCH) as board:
        features, scores = replay(board, RUN.features.hops(recordings).reshape(len(recordings), -1))
    assert features.shape == (len(recordings), 0)
    np.testing.assert_array_equal(scores, reference(RUN.graph)(RUN.features(recordings)))
