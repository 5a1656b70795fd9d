"""The main job in one go: recordings in, an Arduino sketch out, every step's bits compared.

Train, quantize, compile, compare notebook, host and simulated board to the bit, write the sketch,
and report. Everything is left in one folder: `run/` (the trained model), `c/` (its C),
`sketch_<task>/` (for the Arduino IDE) and `report.json`.
"""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console

from tinyml_course.cache import check_writable, writing
from tinyml_course.compiler.codegen import CompiledModel, compile_model
from tinyml_course.compiler.reference import reference
from tinyml_course.datasets import Dataset, load_dataset
from tinyml_course.datasets.nouns import counted, noun
from tinyml_course.run import Run
from tinyml_course.simulator.host import host_features, host_model
from tinyml_course.simulator.report import Simulation
from tinyml_course.sketch import write_sketch
from tinyml_course.tasks import get_task
from tinyml_course.tasks.board import require_same, run_on_board, spread_over
from tinyml_course.tasks.pipeline import train_task

BOARD_CLIPS = 50  # clips run on the emulated board


def run_demo(task: str, board: str, folder: Path) -> dict[str, Any]:
    """Do the main job and return its report.

    Parameters
    ----------
    task : str
        A name of `tasks.TASKS`.
    board : str
        A board the sketch can be written for.
    folder : Path
        Where everything goes; what an earlier demo left there is replaced.

    Raises
    ------
    TinyMLError
        If an argument is unknown, the model does not fit, or any two places disagree on a bit.
    """
    console = Console(stderr=True, highlight=False)
    chosen = get_task(task)
    target = chosen.find_board(board)
    folder = folder.expanduser()
    check_writable(folder)
    started = time.monotonic()
    with _step(
        console, f"Load {noun(task, 2)}, augment, compute features, train, quantize to int8"
    ):
        trained = train_task(chosen.name)
        trained.save(folder / "run")
    with _step(console, "Compile to C"):
        compiled = compile_model(trained.graph, name=chosen.name)
        compiled.write(folder / "c")
    test = load_dataset(chosen.name, split="test")
    with _step(console, f"Compare notebook and C on this computer, {counted(task, len(test))}"):
        _compare_on_host(trained, compiled, test)
    with _step(console, f"Run {BOARD_CLIPS} of them on the simulated {target.name}"):
        some = spread_over(test, BOARD_CLIPS)
        simulation = run_on_board(trained, compiled, some, target).simulation
        simulation.require_fit()
    with _step(console, "Write the Arduino sketch"):
        sketch = folder / f"sketch_{chosen.name}"
        write_sketch(compiled, trained.features, trained.labels, board=target.id, out=sketch)
    report = {
        "task": chosen.name,
        "metrics": trained.metrics,
        "host_clips": len(test),
        "board_clips": BOARD_CLIPS,
        "simulation": simulation.to_json(),
        "seconds": round(time.monotonic() - started, 1),
    }
    with writing(folder / "report.json") as draft:
        draft.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    _print_report(trained, simulation, report, folder, sketch)
    return report


def _compare_on_host(run: Run, compiled: CompiledModel, test: Dataset) -> None:
    """Compare features and scores of every test recording, NumPy against C."""
    here = "C on this computer"
    features = run.features(test.x)
    require_same("features", here, features, host_features(run.features)(test.x))
    require_same("scores", here, reference(run.graph)(features), host_model(compiled)(features))


@contextmanager
def _step(console: Console, title: str) -> Iterator[None]:
    console.print(f"[bold]{title}[/bold]")
    started = time.monotonic()
    yield
    console.print(f"  done in {time.monotonic() - started:.1f} s", style="dim")


def _print_report(
    run: Run, simulation: Simulation, report: dict[str, Any], folder: Path, sketch: Path
) -> None:
    out = Console(highlight=False, soft_wrap=True)
    out.print()
    out.print(run.summary(), markup=False)
    out.print()
    out.print(simulation.to_text(), markup=False)
    out.print()
    out.print(
        f"Same bits: features and scores of {counted(run.task, report['host_clips'])} in the "
        f"notebook and in C on this computer, of {report['board_clips']} on the simulated board."
    )
    out.print(f"Open {sketch / (sketch.name + '.ino')} in the Arduino IDE.")
    out.print(f"Everything is in {folder}; it took {report['seconds']:.0f} s.")
