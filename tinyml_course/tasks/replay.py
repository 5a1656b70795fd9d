"""Recordings replayed through a RUN's sketch, and what it makes of them held to the notebook's.

The sketch runs on a board at a serial port, on a simulated board, or, its own code, on this
computer. Features and scores must be the notebook's to the bit.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinyml_course.compiler.codegen import CompiledModel, compile_model
from tinyml_course.compiler.reference import reference
from tinyml_course.datasets.gestures import Event
from tinyml_course.device import replay
from tinyml_course.device.conversation import Stream
from tinyml_course.features.motion import MotionWindow
from tinyml_course.run import Run
from tinyml_course.simulator.host_sketch import HostSketch
from tinyml_course.simulator.report import simulate
from tinyml_course.sketch import write_sketch
from tinyml_course.sketch.detection import Detection, detect, gesture_detector
from tinyml_course.tasks.pictures import picture_sketch
from tinyml_course.tasks.recorded import Recorded, read_recorded
from tinyml_course.tasks.sessions import EARLY_S, LATE_S, moment_s

HOST_BOARD = "nano33ble"  # whose sketch is built for this computer

Answer = tuple[NDArray[np.int8] | None, NDArray[np.int8]]


@dataclass(frozen=True)
class Seen:
    """One thing that the sketch recognized.

    Attributes
    ----------
    recording, label : str
    percent : int
        Its score.
    at_s : float or None
        When, in a session.
    made : str or None
        What was really done, where that is known; "nothing" in a session between gestures.
    """

    recording: str
    label: str
    percent: int
    at_s: float | None = None
    made: str | None = None

    def to_text(self) -> str:
        """Return it as a line for a terminal."""
        when = "" if self.at_s is None else f" {self.at_s:6.2f} s"
        right = "right" if self.made == self.label else f"it was {self.made}"
        known = "" if self.made is None else f" ({right})"
        return f"  {self.recording}{when}: {self.label} {self.percent} %{known}"


@dataclass(frozen=True)
class Missed:
    """A gesture of a session that was made, its middle at `at_s`, and not detected."""

    recording: str
    label: str
    at_s: float


@dataclass(frozen=True)
class ReplayReport:
    """What a sketch made of recordings.

    Attributes
    ----------
    where : str
        What ran it.
    inputs : int
        Clips, pictures or windows it was given.
    same_features : bool or None
        Whether they are the notebook's to the bit; None where the sketch does not tell them.
    same_scores : bool
    seen : tuple of Seen
    missed : tuple of Missed
    """

    where: str
    inputs: int
    same_features: bool | None
    same_scores: bool
    seen: tuple[Seen, ...]
    missed: tuple[Missed, ...]

    @property
    def same(self) -> bool:
        """Whether nothing differs from the notebook's."""
        return self.same_scores and self.same_features is not False

    def to_json(self) -> dict[str, Any]:
        """Return the report as JSON can hold it."""
        return {**asdict(self), "same": self.same}

    def to_text(self) -> str:
        """Return the report as lines for a terminal."""
        words = {True: "equal to the notebook's", False: "DIFFER from the notebook's",
                 None: "not told by it"}  # fmt: skip
        lines = [f"{self.inputs:,} input{'' if self.inputs == 1 else 's'} through {self.where}"]
        lines += [f"features {words[self.same_features]}", f"scores   {words[self.same_scores]}"]
        lines += [one.to_text() for one in self.seen] or ["  nothing was detected"]
        lines += [f"  {one.recording} {one.at_s:6.2f} s: {one.label} missed" for one in self.missed]
        return "\n".join(lines)


def replay_run(
    run: Run,
    files: Sequence[Path] = (),
    *,
    port: str | Stream | None = None,
    board: str | None = None,
) -> ReplayReport:
    """Replay recordings through a RUN's sketch.

    Parameters
    ----------
    run : Run
    files : sequence of Path
        Sounds of a second, pictures, or recordings of motion (one longer than 3 s is a session);
        none takes a few of the shipped set that were not trained on.
    port : str, Stream or None
        The serial port of a board that runs the sketch, or an open line to one.
    board : str or None
        Without a port: a board to simulate; None runs the sketch's own code on this computer.

    Raises
    ------
    InputError
        If a file cannot be used.
    DeviceError
        If the board does not answer, or runs another sketch.
    FitError
        If the program does not fit the simulated board.
    """
    recorded = read_recorded(run, files)
    samples = np.concatenate([one.samples for one in recorded])
    compiled = compile_model(run.graph, name=run.task)
    if port is not None:
        where = f"the board at {port}" if isinstance(port, str) else "the board"
        features, scores = _through(port, run, compiled, samples)
    elif board is not None:
        where, (features, scores) = f"{board}, simulated", _simulated(run, compiled, samples, board)
    else:
        where = "the sketch's own code on this computer"
        features, scores = _on_this_computer(run, compiled, samples)
    wanted = run.features(samples)
    told = None if features is None or features.size == 0 else bool((features == wanted).all())
    right = reference(run.graph)(wanted).reshape(len(samples), -1)
    seen, missed = _all_seen(run, recorded, scores)
    return ReplayReport(
        where, len(samples), told, bool((scores == right).all()), tuple(seen), tuple(missed)
    )


def _through(
    port: str | Stream, run: Run, compiled: CompiledModel, samples: NDArray[Any]
) -> Answer:
    hops = run.features.hops(samples)
    return replay(port, hops.reshape(len(samples), -1).astype(np.int16), compiled=compiled)


def _on_this_computer(run: Run, compiled: CompiledModel, samples: NDArray[Any]) -> Answer:
    with tempfile.TemporaryDirectory(prefix="tinyml-replay-") as place:
        kind = picture_sketch(run, HOST_BOARD)
        folder = Path(place) / run.task
        write_sketch(compiled, run.features, run.labels, HOST_BOARD, folder, kind=kind)
        with HostSketch(folder) as sketch:
            return _through(sketch, run, compiled, samples)


def _simulated(run: Run, compiled: CompiledModel, samples: NDArray[Any], board: str) -> Answer:
    simulation = simulate(compiled, board=board, features=run.features, x=samples)
    simulation.require_fit()
    return None, np.asarray(simulation.outputs, np.int8).reshape(len(samples), -1)


def _all_seen(
    run: Run, recorded: Sequence[Recorded], scores: NDArray[np.int8]
) -> tuple[list[Seen], list[Missed]]:
    """Say what was recognized in each recording, and what of it was missed."""
    seen: list[Seen] = []
    missed: list[Missed] = []
    start = 0
    for one in recorded:
        own = scores[start : start + len(one.samples)]
        start += len(one.samples)
        if one.session:
            found, lost = _in_session(run, one, own)
            seen, missed = seen + found, missed + lost
        else:
            seen += [_at_once(run, one, row) for row in own]
    return seen, missed


def _at_once(run: Run, one: Recorded, scores: NDArray[np.int8]) -> Seen:
    best = int(scores.argmax())
    percent = Detection(0, run.labels[best], int(scores[best])).percent
    made = next((str(label) for label in one.made), None)
    return Seen(one.name, run.labels[best], percent, made=made)


def _in_session(
    run: Run, one: Recorded, scores: NDArray[np.int8]
) -> tuple[list[Seen], list[Missed]]:
    """Detect as the sketch does, and find each detection's gesture; each counts once."""
    assert isinstance(run.features, MotionWindow)
    detector = gesture_detector(run.features)
    events = [e for e in one.made if isinstance(e, Event) and e.label not in detector.background]
    left, seen = list(events), []
    for detection in detect(scores, run.labels, detector):
        at_s = moment_s(detection, run.features, detector)
        event = next((e for e in left if EARLY_S <= at_s - e.middle_s <= LATE_S), None)
        if event is not None:
            left.remove(event)
        made = (event.label if event else "nothing") if events else None
        seen.append(Seen(one.name, detection.label, detection.percent, round(at_s, 2), made))
    return seen, [Missed(one.name, event.label, round(event.middle_s, 2)) for event in left]
