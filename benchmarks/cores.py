"""Print what a model takes on every emulated core, and how far the estimates can be off.

Instructions of one inference, all built by zig at -O2. Then the rule for cores that cannot be
emulated (Xtensa takes the Cortex-M3's program), tried on those that can: what it would have said,
in per cent of what they take. Last, our cycles on an M4 with and without the waiting for flash,
beside those that the best closed systems logged on one (MLPerf Tiny): other code than ours, so not
the error of the cycles alone.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tinyml_course.boards import get_board
from tinyml_course.compiler.codegen import compile_model
from tinyml_course.simulator.cores import CORES, ZIG
from tinyml_course.simulator.report import Simulation, simulate

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = (ROOT.parent / "shared" / "real" / "benchmark", ROOT / "data" / "models")
STAND_IN, WITHOUT_DSP = "cortex-m3", ("cortex-m0plus", "rv32imc")
LOGGED = {
    "kws": (5.2, "STM32 X-CUBE-AI 1.2"),
    "vww": (10.7, "STM32 X-CUBE-AI 1.2"),
    "ic": (19.8, "STM32 X-CUBE-AI 1.2"),
    "ad": (0.49, "Plumerai 1.1"),
}
"""Million cycles on a Cortex-M4 at 120 MHz, from the results of MLPerf Tiny v0.7 to v1.1."""
LOGGING_BOARD = replace(
    get_board("nucleo_l476rg"), id="nucleo_l4r5zi", clock_hz=120_000_000, ram_bytes=655_360,
    flash_bytes=2_097_152, flash_wait_states=5,
)  # fmt: skip
"""Theirs, by memory of ST's RM0432: the L476's caches, and 5 wait states at 120 MHz."""


def main() -> None:
    """Print the tables."""
    cores = [core.name for core in CORES.values() if ZIG in core.flags and not core.stands_in_for]
    print(f"{'instructions':20}" + "".join(f"{core:>16}" for core in cores))
    counts, logged = {}, {}
    for path in models():
        name = path.parent.name if path.stem == "model" else path.stem
        compiled = compile_model(path.read_bytes(), name="model", optimize="speed")
        runs = [
            simulate(compiled, replace(get_board("nano33ble"), id=core, core=core), compiler=ZIG)
            for core in cores
        ]
        counts[name] = {core: run.instructions for core, run in zip(cores, runs, strict=True)}
        print(f"{name:20}" + "".join(f"{run.instructions or 0:16,}" for run in runs), flush=True)
        if name in LOGGED:
            logged[name] = simulate(compiled, LOGGING_BOARD)
    print()
    show_logged(logged)
    for core in WITHOUT_DSP:
        off = [100 * (row[STAND_IN] / row[core] - 1) for row in counts.values() if row[core]]
        print(f"{STAND_IN}'s instructions for {core}'s: {min(off):+.0f} to {max(off):+.0f} %")


def show_logged(runs: dict[str, Simulation]) -> None:
    """Print our cycles beside those that were logged, and their ratio."""
    heads = f"{'logged':>8}{'ours':>8}{'no wait':>9}{'ratio':>8}{'no wait':>9}"
    print(f"{'million cycles, M4':20}{heads}")
    for name, run in runs.items():
        cycles, who = LOGGED[name]
        ours, waits = (run.cycles or 0) / 1e6, (run.wait_cycles or 0) / 1e6
        ratios = f"{ours / cycles:8.2f}{(ours - waits) / cycles:9.2f}"
        print(f"{name:20}{cycles:8.2f}{ours:8.2f}{ours - waits:9.2f}{ratios}  {who}")
    print()


def models() -> list[Path]:
    """Return the models that are at hand."""
    return [path for folder in FOLDERS for path in sorted(folder.glob("**/*.tflite"))]


if __name__ == "__main__":
    main()
