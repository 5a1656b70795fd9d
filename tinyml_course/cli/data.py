"""The commands about data: record it, check it, fetch it."""

from pathlib import Path
from typing import Annotated

import typer

from tinyml_course.cli.options import AsJson, DataFolder, Form, out, print_json
from tinyml_course.errors import InputError


def check(
    task: Annotated[str, typer.Argument(help="keywords, gestures, parts")],
    data: DataFolder = None,
    as_json: AsJson = False,
) -> None:
    """Look for faults in recordings before training: copies, clipping, leaks, who gives away what.

    Ends with status 1 if there is a fault that makes a result wrong.
    """
    from tinyml_course.datasets.quality import check_data

    report = check_data(data, task=task, progress=True)
    if as_json:
        print_json(report.to_json())
    else:
        out.print(report.to_text(), markup=False)
    if report.errors:
        raise typer.Exit(1)


def record(
    task: Annotated[str, typer.Argument(help="keywords, gestures, parts")] = "",
    *,
    port: Annotated[str | None, typer.Option(help="Serial port; the only board's if none.")] = None,
    label: Annotated[str, typer.Option(help="What is being recorded.")] = "",
    folder: Annotated[Path | None, typer.Option("--out", help="The folder of all labels.")] = None,
    person: Annotated[str, typer.Option(help="Who it is; for parts, the lot.")] = "me",
    seconds: Annotated[float | None, typer.Option(help="Length of a recording.")] = None,
    recordings: Annotated[int, typer.Option(min=1, help="How many.")] = 10,
    form: Annotated[Form, typer.Option("--format", help="What the board sends.")] = Form.frames,
    baud: Annotated[int, typer.Option(help="For a board behind a UART.")] = 115_200,
    pause: Annotated[float, typer.Option(help="Seconds between recordings.", min=0)] = 1.0,
    ports: Annotated[bool, typer.Option("--list", help="List the serial ports and end.")] = False,
    as_json: AsJson = False,
) -> None:
    """Record your own data from a board that runs a capture sketch of arduino/.

    Lost samples are counted, and no recording is joined over a gap. Ctrl-C ends the session.
    """
    from tinyml_course.device import record as record_takes
    from tinyml_course.device.port import list_ports
    from tinyml_course.device.terminal import Terminal

    if ports:
        found = [{"port": name, "what": what} for name, what in list_ports()]
        if as_json:
            print_json({"ports": found})
        else:
            rows = [f"{one['port']:<16} {one['what']}" for one in found]
            out.print("\n".join(rows) or "no serial port", markup=False)
        return
    if not (task and label):
        raise InputError(
            "say what is recorded: tinyml record gestures --label wing --port PORT. "
            "tinyml record --list names the ports."
        )
    with Terminal() as watch:
        report = record_takes(
            task, port, label, folder or Path(f"my_{task}"), person=person, seconds=seconds,
            recordings=recordings, format=form.value, baud=baud, pause_s=pause, watch=watch,
        )  # fmt: skip
    if as_json:
        print_json(report.to_json())
    else:
        out.print(report.to_text(), markup=False)


def download(
    name: Annotated[str, typer.Argument(help="speech_commands")],
    folder: Annotated[Path, typer.Option("--to", help="The folder to unpack into.")],
) -> None:
    """Fetch a public data set, with its checksum (speech_commands: 2.4 GB)."""
    from tinyml_course.datasets import download_speech_commands

    if name != "speech_commands":
        raise InputError(f"no data set {name!r} to download. There is speech_commands.")
    out.print(f"unpacked into {download_speech_commands(folder)}")
