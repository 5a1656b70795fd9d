"""What several commands take, and how they print."""

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

out = Console(soft_wrap=True, highlight=False)


class Optimize(StrEnum):
    """What the compiler trades for what."""

    balanced = "balanced"
    speed = "speed"
    size = "size"
    memory = "memory"


class Kind(StrEnum):
    """What learns."""

    network = "network"
    small = "small"
    forest = "forest"
    both = "both"


class Runtime(StrEnum):
    """What runs the model in a sketch."""

    c = "c"
    tflm = "tflm"


class Form(StrEnum):
    """How a board sends what it measures."""

    frames = "frames"
    lines = "lines"


class Camera(StrEnum):
    """Where an inspection sketch has its pictures from."""

    ov7675 = "ov7675"
    esp32 = "esp32"
    stored = "stored"


ModelFile = Annotated[Path, typer.Argument(metavar="MODEL.tflite", help="A quantized model.")]
RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="A folder written by tinyml train.")]
BoardName = Annotated[str, typer.Option("--board", help="A board of `tinyml boards`.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Trade = Annotated[Optimize, typer.Option("--optimize", help="What to favour.")]
ByRows = Annotated[
    bool, typer.Option("--input-rows", help="Feed the input image row by row: less RAM.")
]
DataFolder = Annotated[
    Path | None, typer.Option("--data", help="Your own recordings: DIR/<label>/*.wav, *.csv, *.png")
]


def print_json(value: dict[str, Any]) -> None:
    """Print one object, and nothing else."""
    sys.stdout.write(json.dumps(value, indent=2) + "\n")
