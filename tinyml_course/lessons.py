"""What every lesson needs beside its subject: a place for what it makes, a look at the machine."""

from __future__ import annotations

import importlib.metadata
import json
import platform
import shutil
from pathlib import Path

from tinyml_course.cache import writing

CHECKOUT = Path(__file__).resolve().parents[1]
PACKAGES = ("tensorflow-cpu", "tensorflow", "keras", "numpy", "librosa", "ziglang", "unicorn")


def artefact_dir(lesson: str) -> Path:
    """Return the folder a lesson writes to, made if need be: `build/<lesson>` of the checkout.

    Where the package was installed without a checkout, `build` is made in the current folder.
    """
    root = CHECKOUT if (CHECKOUT / "notebooks").is_dir() else Path.cwd()
    folder = root / "build" / lesson
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def model_dir(task: str) -> Path:
    """Return the shipped reference model of a task, a RUN folder, for lessons that do not train."""
    return CHECKOUT / "data" / "models" / task


def environment_report() -> dict[str, str]:
    """List what the lessons run on: Python, the machine, packages and C compilers."""
    report = {"python": platform.python_version(), "machine": platform.machine()}
    for name in PACKAGES:
        try:
            report[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    for compiler in ("arm-none-eabi-gcc", "arduino-cli"):
        report[compiler] = "found" if shutil.which(compiler) else "not found, and not needed"
    return report


def save_report(report: dict[str, str], target: Path) -> Path:
    """Write a report as JSON and return where it is."""
    with writing(target) as draft:
        draft.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    return target
