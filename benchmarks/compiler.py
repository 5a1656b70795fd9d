"""Print what compiled models take of a Nano 33 BLE Sense, beside TensorFlow Lite Micro.

`python benchmarks/compiler.py [--optimize MODE] [--input-rows] [MODEL ...]`: the MLPerf Tiny
reference models and others where they are at hand (`../shared/real/benchmark`), and the project's
own in `data/models`.

Instructions are counted, cycles estimated, on an emulated Cortex-M4F; RAM is static (arena and
variables), flash is code and constants. The rows of TFLite Micro were measured with CMSIS-NN,
arm-none-eabi-gcc 12.2 at -O2, only the operators needed registered, one inference after start-up;
its cycles are estimated by the same kind of table. Neither counts the waiting for flash.
"""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

from tinyml_course.compiler.codegen import OPTIMIZATIONS, compile_model
from tinyml_course.compiler.macs import network_macs
from tinyml_course.compiler.reading.tflite import read_model
from tinyml_course.errors import TinyMLError
from tinyml_course.simulator.report import simulate

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = (ROOT.parent / "shared" / "real" / "benchmark", ROOT / "data" / "models")
BOARD = "nano33ble"


@dataclass(frozen=True)
class Row:
    """What one program takes."""

    instructions: int
    cycles: int
    ram_bytes: int
    flash_bytes: int


TFLITE_MICRO = {
    "kws": Row(7_697_000, 9_300_000, 23_392, 110_000),
    "vww": Row(24_100_000, 29_500_000, 101_280, 389_352),
    "ic": Row(29_860_000, 36_800_000, 55_568, 152_300),
    "ad": Row(582_885, 727_000, 3_288, 307_224),
    "person_detect": Row(22_930_000, 27_800_000, 82_832, 346_536),
    "sww": Row(2_227_000, 2_720_000, 17_120, 127_984),
    "micro_speech": Row(1_495_000, 2_050_000, 7_328, 65_508),
    "hello_world": Row(3_494, 5_100, 1_432, 32_952),
}


def _name(path: Path) -> str:
    """Name a model by its file, or by its folder where the file is only `model.tflite`."""
    return path.parent.name if path.stem == "model" else path.stem


def main(arguments: list[str]) -> None:
    """Measure the models named, or all that are found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--optimize", choices=OPTIMIZATIONS, default="balanced")
    parser.add_argument("--input-rows", action="store_true", help="feed the input row by row")
    parser.add_argument("names", nargs="*", metavar="MODEL")
    options = parser.parse_args(arguments)
    names = options.names
    found = {_name(path): path for folder in FOLDERS for path in sorted(folder.glob("**/*.tflite"))}
    print(
        f"{'model':20} {'instructions':>13} {'per MAC':>8} {'cycles':>12} {'RAM':>9} {'flash':>9}"
    )
    for name in names or found:
        if name not in found:
            sys.exit(f"no model {name!r}; there are {', '.join(found) or 'none'}.")
        report(name, found[name], options.optimize, "rows" if options.input_rows else "whole")


def report(name: str, path: Path, optimize: str, given: str = "whole") -> None:
    """Print the row of one model, and below it that of TFLite Micro and their ratio."""
    try:
        graph = read_model(path)
        run = simulate(compile_model(graph, "model", optimize, given), BOARD)
    except TinyMLError as error:
        print(f"{name:20} {error}")
        return
    if run.instructions is None or run.cycles is None or run.wait_cycles is None:
        print(f"{name:20} {run.reason}")
        return
    cycles = run.cycles - run.wait_cycles
    ours = Row(run.instructions, cycles, run.static_ram_bytes, run.flash_bytes)
    macs = network_macs(graph)  # of the file: those folded away count as saved
    show(name, ours, macs)
    if name in TFLITE_MICRO:
        theirs = TFLITE_MICRO[name]
        show("  TFLite Micro", theirs, macs)
        ratios = (
            theirs.instructions / ours.instructions,
            theirs.cycles / ours.cycles,
            theirs.ram_bytes / ours.ram_bytes,
            theirs.flash_bytes / ours.flash_bytes,
        )
        texts = [f"{ratio:.2f}x" for ratio in ratios]
        print(f"{'  ratio':20} {texts[0]:>13} {'':8} {texts[1]:>12} {texts[2]:>9} {texts[3]:>9}")


def show(name: str, row: Row, macs: int) -> None:
    """Print one row."""
    per_mac = f"{row.instructions / macs:.2f}" if macs else ""
    print(
        f"{name:20} {row.instructions:13,} {per_mac:>8} {row.cycles:12,} "
        f"{row.ram_bytes:9,} {row.flash_bytes:9,}",
        flush=True,
    )


if __name__ == "__main__":
    main(sys.argv[1:])
