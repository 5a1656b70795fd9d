"""A trained RUN on a simulated board, as its sketch runs there: recordings in, labels out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tinyml_course.boards import Board
from tinyml_course.compiler.codegen import CompiledModel
from tinyml_course.compiler.reference import reference
from tinyml_course.datasets import Dataset
from tinyml_course.datasets.nouns import counted
from tinyml_course.errors import TinyMLError
from tinyml_course.run import Run
from tinyml_course.simulator.report import Simulation, simulate
from tinyml_course.sketch import waiting_bytes
from tinyml_course.sketch.detection import Detection


@dataclass(frozen=True)
class Heard:
    """What a board made of one recording: its class, the class found, and the int8 score of it."""

    label: str
    found: str
    score: int

    @property
    def percent(self) -> int:
        """The score as a whole percentage."""
        return Detection(0, self.found, self.score).percent


@dataclass(frozen=True)
class BoardRun:
    """A simulation of the whole way from samples to scores, and what was found.

    Attributes
    ----------
    simulation : Simulation
        Flash and RAM with the model, the features, and the samples that wait for them in the
        sketch.
    heard : tuple of Heard
        Empty if the program does not fit.
    task : str
    """

    simulation: Simulation
    heard: tuple[Heard, ...]
    task: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the report as JSON can hold it."""
        return {**self.simulation.to_json(), "recordings": [vars(heard) for heard in self.heard]}

    def to_text(self) -> str:
        """Return the report as lines for a terminal."""
        lines = [self.simulation.to_text()]
        lines += [f"  {one.label}: found {one.found}, {one.percent} %" for one in self.heard]
        if self.heard:
            told = counted(self.task, len(self.heard))
            lines.append(f"Same scores as in the notebook for {told}.")
        return "\n".join(lines)


def run_on_board(
    run: Run, compiled: CompiledModel, recordings: Dataset, board: str | Board
) -> BoardRun:
    """Run recordings through features and model on a board, and hold the scores to the notebook's.

    Parameters
    ----------
    run : Run
    compiled : CompiledModel
        Of the run's model.
    recordings : Dataset
        With labels of its own.
    board : str or Board

    Raises
    ------
    TinyMLError
        If any score differs from the notebook's.
    """
    simulation = simulate(
        compiled,
        board=board,
        features=run.features,
        x=recordings.x,
        waiting_bytes=waiting_bytes(compiled, run.features, run.labels, board),
    )
    if not simulation.fits:
        return BoardRun(simulation, (), run.task)
    scores = np.asarray(simulation.outputs).reshape(len(recordings), len(run.labels))
    require_same(
        "scores", "the simulated board", reference(run.graph)(run.features(recordings.x)), scores
    )
    found = scores.argmax(axis=1)
    heard = tuple(
        Heard(recordings.labels[wanted], run.labels[best], int(row[best]))
        for wanted, best, row in zip(recordings.y, found, scores, strict=True)
    )
    return BoardRun(simulation, heard, run.task)


def spread_over(recordings: Dataset, count: int) -> Dataset:
    """Return so many recordings, spread evenly over the classes of a set."""
    by_class = np.argsort(recordings.y, kind="stable")
    index = np.linspace(0, len(recordings) - 1, min(count, len(recordings))).astype(int)
    return recordings.take(by_class[index])


def require_same(what: str, where: str, wanted: Any, found: Any) -> None:
    """Raise `TinyMLError` unless all values are the same."""
    wanted, found = np.asarray(wanted), np.asarray(found)
    if wanted.size == found.size and (wanted.ravel() == found.ravel()).all():
        return
    raise TinyMLError(
        f"{what} of the notebook and of {where} differ. This is a bug of the course: "
        "please report it with the run/ folder."
    )
