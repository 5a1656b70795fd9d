"""The `tinyml` command: thin, over the public names of the package.

Results go to stdout, progress and messages to stderr. Bad input ends in one or two lines on stderr
and exit status 2, Ctrl-C in 130; `--json` prints one JSON object and nothing else.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tinyml_course.cli import data as data_commands
from tinyml_course.cli.notes import notes_in_words
from tinyml_course.cli.options import (
    AsJson,
    BoardName,
    ByRows,
    Camera,
    DataFolder,
    Kind,
    ModelFile,
    Optimize,
    RunFolder,
    Runtime,
    Trade,
    out,
    print_json,
)
from tinyml_course.errors import InputError, TinyMLError

if TYPE_CHECKING:
    from tinyml_course.compiler.graph import Graph
    from tinyml_course.simulator.report import Simulation
    from tinyml_course.tasks.board import BoardRun

app = typer.Typer(
    help="Train, compile and simulate machine learning for microcontrollers. "
    "`tinyml demo` shows the whole way.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
STOPPED = 130  # the exit status of a process that Ctrl-C ended


@app.command()
def demo(
    task: Annotated[str, typer.Argument(help="keywords, gestures, parts")] = "keywords",
    board: BoardName = "nano33ble",
    folder: Annotated[Path, typer.Option("--out", help="Where the results go.")] = Path(
        "build/demo"
    ),
) -> None:
    """Do the main job: train, quantize, compile, check to the bit, simulate, write a sketch."""
    from tinyml_course.demo import run_demo

    run_demo(task, board, folder)


@app.command()
def boards(as_json: AsJson = False) -> None:
    """List the boards the simulator knows."""
    from rich.table import Column, Table

    from tinyml_course.boards import list_boards

    rows = list_boards()
    if as_json:
        print_json({"boards": [board.to_json() for board in rows]})
        return
    numbers = (Column(name, justify="right") for name in ("MHz", "flash KB", "RAM KB"))
    wide = out.width >= 110
    about = ("talks by", "senses", "USD", "note") if wide else ("USD", "note")
    table = Table(Column("board", no_wrap=True), "core", *numbers, *about, box=None)
    for board in rows:
        told = {
            "talks by": ", ".join(board.connectivity),
            "senses": ", ".join(board.sensors),
            "USD": board.price_class,
            "note": board.status,
        }
        table.add_row(
            board.id,
            board.core,
            f"{board.clock_hz / 1e6:g}",
            f"{board.flash_bytes // 1024}",
            f"{board.ram_bytes / 1024:g}",
            *(told[name] for name in about),
        )
    out.print(table)


app.command("check")(data_commands.check)


@app.command()
def train(
    task: Annotated[str, typer.Argument(help="keywords, gestures, parts")],
    data: DataFolder = None,
    *,
    folder: Annotated[Path | None, typer.Option("--out", help="The RUN folder to write.")] = None,
    epochs: Annotated[int | None, typer.Option(help="Passes over the training set.", min=1)] = None,
    seed: Annotated[int, typer.Option(help="Seed of everything random.", min=0)] = 0,
    model: Annotated[
        Kind | None, typer.Option(help="Gestures: small (Uno), forest, both (if few, the default).")
    ] = None,
) -> None:
    """Train a task's model and quantize it: RUN holds model, features, labels and metrics.

    Of parts, a folder of good ones alone will do too: what is not like them is a defect.
    Of gestures, a new wearer puts five recordings or more of each, LABEL/NAME_nohash_0.csv and so
    on, into the folder with the others' and trains again.
    """
    from tinyml_course.cache import check_writable
    from tinyml_course.tasks import get_task
    from tinyml_course.tasks.pipeline import train_task

    target = (folder or Path("runs") / task).expanduser()
    get_task(task)
    check_writable(target)
    run = train_task(task, data, epochs=epochs, seed=seed, model=model and model.value)
    run.save(target)
    out.print(run.summary())
    out.print(f"written to {target}")


@app.command()
def evaluate(folder: RunFolder, data: DataFolder = None, as_json: AsJson = False) -> None:
    """Measure a RUN's accuracy with the compiled int8 C, run on this computer.

    Without --data on the shipped set's test people or lots; with it on everything in the folder (on
    its testing_list.txt where there is one).
    """
    from tinyml_course.datasets.nouns import counted
    from tinyml_course.run import load_run
    from tinyml_course.tasks.pipeline import evaluate_run

    loaded = load_run(folder)
    metrics = evaluate_run(loaded, data)
    if as_json:
        print_json(metrics)
        return
    out.print(f"accuracy {metrics['accuracy']:.3f} over {counted(loaded.task, metrics['n'])}")
    out.print(f"balanced {metrics['balanced_accuracy']:.3f}")
    if "auroc" in metrics:
        out.print(f"AUROC    {metrics['auroc']:.3f}")
    for label, share in metrics["per_class"].items():
        said = f"{share:.3f} of {metrics['n_per_class'][label]:,}" if share is not None else "none"
        out.print(f"  {label:<10} {said}")


@app.command()
def inspect(model: ModelFile, input_rows: ByRows = False, as_json: AsJson = False) -> None:
    """Show a model's operators, shapes, MACs, weights and memory plan."""
    from tinyml_course.compiler.inspect import inspect_model

    inspection = inspect_model(model, "rows" if input_rows else "whole")
    if as_json:
        print_json(inspection.to_json())
    else:
        out.print(inspection.to_text(), markup=False)


@app.command("compile")
def compile_command(
    model: ModelFile,
    folder: Annotated[Path, typer.Option("-o", "--out", help="The folder for the C files.")],
    name: Annotated[str | None, typer.Option(help="Prefix of every C name.")] = None,
    board: Annotated[str | None, typer.Option(help="Refuse a model too big for it.")] = None,
    *,
    optimize: Trade = Optimize.balanced,
    input_rows: ByRows = False,
) -> None:
    """Compile an int8 model to plain C."""
    compiled = _compile(model, optimize, name, input_rows)
    if board is not None:
        from tinyml_course.simulator.report import simulate

        simulate(compiled, board=board).require_fit()
    compiled.write(folder)
    out.print(
        f"{compiled.name}: {compiled.constants_bytes:,} bytes of constants, "
        f"{compiled.arena_bytes:,} bytes of arena, in {folder}"
    )


@app.command()
def run(
    model: ModelFile,
    inputs: Annotated[Path, typer.Option("--input", help="in0.. of shape (n, *tensor shape)")],
    outputs: Annotated[Path, typer.Option("--output", help="out0.. are written here.")],
    board: Annotated[str | None, typer.Option(help="Run on this emulated board.")] = None,
    *,
    optimize: Trade = Optimize.balanced,
    input_rows: ByRows = False,
) -> None:
    """Run the compiled C on arrays: on this computer, or on an emulated board."""
    from tinyml_course.simulator.arrays import read_inputs, write_outputs
    from tinyml_course.simulator.emulated import board_model
    from tinyml_course.simulator.host import host_model

    compiled = _compile(model, optimize, input_rows=input_rows)
    arrays = read_inputs(inputs, compiled.graph)
    runner = host_model(compiled) if board is None else board_model(compiled, board)
    write_outputs(outputs, runner(*arrays))


@app.command()
def simulate(
    source: Annotated[Path, typer.Argument(metavar="RUN|MODEL.tflite")],
    board: BoardName = "nano33ble",
    *,
    data: DataFolder = None,
    recordings: Annotated[int, typer.Option(min=1, help="How many of them to run.")] = 3,
    optimize: Trade = Optimize.balanced,
    input_rows: ByRows = False,
    as_json: AsJson = False,
) -> None:
    """Build the program for a board and run it in the emulator with the board's own limits.

    Of a RUN: features and model, on recordings that were not trained on; samples in, labels out.
    """
    from tinyml_course.simulator.report import simulate as simulate_on

    report: Simulation | BoardRun
    if source.is_dir():
        if input_rows:
            raise InputError(
                f"{source} is a RUN folder, whose features leave a whole window. --input-rows "
                "takes a .tflite file."
            )
        from tinyml_course.run import load_run
        from tinyml_course.tasks.board import run_on_board, spread_over
        from tinyml_course.tasks.pipeline import test_recordings

        loaded = load_run(source)
        chosen = spread_over(test_recordings(loaded, data), recordings)
        report = run_on_board(loaded, _compile(loaded.graph, optimize, loaded.task), chosen, board)
    elif data is not None:
        raise InputError(f"{source} is no RUN folder: --data needs one, for its features.")
    else:
        report = simulate_on(_compile(source, optimize, input_rows=input_rows), board=board)
    if as_json:
        print_json(report.to_json())
    else:
        out.print(report.to_text(), markup=False)


@app.command()
def sketch(
    source: Annotated[Path, typer.Argument(metavar="RUN|MODEL.tflite")],
    folder: Annotated[Path, typer.Option("-o", "--out", help="The sketch folder to write.")],
    board: BoardName = "nano33ble",
    *,
    runtime: Annotated[Runtime, typer.Option(help="What runs the model.")] = Runtime.c,
    optimize: Trade = Optimize.balanced,
    camera: Annotated[
        Camera | None, typer.Option(help="Of parts: the board's own, or pictures in the sketch.")
    ] = None,
    data: DataFolder = None,
) -> None:
    """Write an Arduino sketch: of a RUN, for the board's own sensor; of a model, for your input.

    A sketch of a model first checks that the board computes this computer's outputs to the bit.
    Parts are inspected with the board's camera; where it has none, a few pictures that were not
    trained on are stored in the sketch (of the shipped set, or of --data).
    """
    from tinyml_course.run import load_run
    from tinyml_course.sketch import write_plain_sketch, write_sketch
    from tinyml_course.tasks.pictures import picture_sketch

    if not source.is_dir():
        interpreted = runtime is Runtime.tflm
        model = _interpreted(source) if interpreted else _compile(source, optimize)
        written = write_plain_sketch(model, board=board, out=folder)
        out.print(f"sketch written to {written}: open {written / (written.name + '.ino')}")
        return
    loaded = load_run(source)
    model = (
        _interpreted(loaded.tflite, loaded.task)
        if runtime is Runtime.tflm
        else _compile(loaded.graph, optimize, loaded.task)
    )
    written = write_sketch(
        model,
        loaded.features,
        loaded.labels,
        board=board,
        out=folder,
        runtime=runtime.value,
        kind=picture_sketch(loaded, board, camera and camera.value, data),
    )
    out.print(f"sketch written to {written}: open {written / (written.name + '.ino')}")


@app.command()
def replay(
    folder: RunFolder,
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILE]...", help="Sounds (1 s), motion, or pictures."),
    ] = None,
    *,
    port: Annotated[str | None, typer.Option(help="Of a board that runs the sketch.")] = None,
    board: Annotated[str | None, typer.Option("--board", help="A board to simulate.")] = None,
    as_json: AsJson = False,
) -> None:
    """Replay recordings through a RUN's sketch; hold what it finds to the notebook's, bit by bit.

    On a board at --port, on a simulated --board, or, with neither, the sketch's own code on this
    computer. Motion longer than 3 s is a session: its gestures are detected as the sketch does it.
    Without files, some of the shipped set that were not trained on, beside what they are.
    """
    from tinyml_course.run import load_run
    from tinyml_course.tasks.replay import replay_run

    report = replay_run(load_run(folder), files or (), port=port, board=board)
    if as_json:
        print_json(report.to_json())
    else:
        out.print(report.to_text(), markup=False)
    if not report.same:
        raise typer.Exit(1)


app.command("record")(data_commands.record)
app.command("download")(data_commands.download)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and end the process with its exit status."""
    with notes_in_words():
        sys.exit(_status(lambda: app(arguments, standalone_mode=False)))


def _status(command: Callable[[], Any]) -> int:
    """Run a command; print what a user can mend in words; return the exit status."""
    try:
        result = command()
    except (TinyMLError, typer.TyperException) as error:
        text = error.format_message() if isinstance(error, typer.TyperException) else str(error)
        print(f"tinyml: {text}", file=sys.stderr)
        return 2
    except (KeyboardInterrupt, typer.Abort):
        result = STOPPED
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        print(f"tinyml: {error.strerror or error}{where}.", file=sys.stderr)
        return 2
    if result == STOPPED:  # typer turns Ctrl-C into this result
        print("tinyml: stopped; what was there before is unchanged.", file=sys.stderr)
    return result if isinstance(result, int) else 0


def _compile(
    model: "Path | Graph", optimize: Optimize, name: str | None = None, input_rows: bool = False
) -> Any:
    """Compile a model under a name that C accepts (by default its file's)."""
    from tinyml_course.compiler.codegen import compile_model

    return compile_model(
        model,
        name=name or _c_name(model if isinstance(model, Path) else Path(model.name)),
        optimize=optimize.value,
        input="rows" if input_rows else "whole",
    )


def _interpreted(model: Path | bytes, name: str | None = None) -> Any:
    """Prepare a model for TFLite Micro under a name that C accepts (by default its file's)."""
    from tinyml_course.sketch.tflm import tflm_model

    data = model.read_bytes() if isinstance(model, Path) else model
    return tflm_model(data, name or _c_name(model if isinstance(model, Path) else Path("model")))


def _c_name(model: Path) -> str:
    name = "".join(c if c.isascii() and c.isalnum() else "_" for c in model.stem.lower())
    return name if name[:1].isalpha() else f"model_{name}"
