"""Make data/gestures: gestures drawn in the air, simulated from the hand's motion to the sensor.

    python data/make_gestures.py [--out data/gestures]

Every person has random numbers of their own, so that the same samples come out every time. The
result is `sessions.npz`, one array a person, and `events.csv`, one row for all that was done.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from motions import Floats, Move, Person, arc, draw_person, measure, polyline, stroke, swing
from numpy.typing import NDArray

SEED = 2027
TRAIN_PEOPLE, TEST_PEOPLE = 20, 8
GESTURES = ("wing", "ring", "slope")
EACH = 8  # of every gesture, a session
OTHERS, IDLES = 16, 8  # other motions and rests, a session
PAUSE_S = (0.5, 1.3)
UP, RIGHT, AHEAD = np.array([0, 0, 1.0]), np.array([1.0, 0, 0]), np.array([0, 1.0, 0])


@dataclass(frozen=True)
class Event:
    """What was done, from when to when (in samples)."""

    label: str
    start: int
    stop: int


def draw_gesture(
    label: str, person: Person, start_s: float, rng: np.random.Generator
) -> tuple[list[Move], float]:
    """Return the moves of one gesture as somebody makes it this time, and its duration."""
    size = person.size_m * rng.uniform(0.85, 1.18)
    seconds = rng.uniform(0.85, 1.15) / person.pace
    if label == "ring":
        turn = (-1 if person.clockwise else 1) * rng.uniform(1.9, 2.2) * np.pi
        across, along = (
            person.plane.apply(axis * size / 2 * rng.uniform(0.85, 1.15)) for axis in (RIGHT, UP)
        )
        path = arc(across, along, np.pi / 2 + rng.normal(0, 0.2), turn)
        return [Move(start_s, 0.95 * seconds, path)], 0.95 * seconds
    corners = {
        "wing": [(0, 0), (0.25, -0.9), (0.5, -0.15), (0.75, -0.9), (1.0, 0)],
        "slope": [(0, 0), (-0.35, -1.0), (0.65, -1.0)],
    }[label]
    seconds *= {"wing": 1.0, "slope": 0.75}[label]
    points = [
        person.plane.apply(((x + person.slant * z) * RIGHT + z * UP) * size)
        for x, z in np.array(corners) + rng.normal(0, 0.05, (len(corners), 2))
    ]
    return polyline(points, start_s, seconds, person.roundness), seconds


def draw_other(
    person: Person, start_s: float, rng: np.random.Generator
) -> tuple[list[Move], float]:
    """Return the moves of something else a hand may do, and its duration."""
    kind = rng.choice(["stroke", "shake", "twist", "walk", "wander", "angle", "push", "half ring"])
    reach = rng.uniform(0.12, 0.45)
    if kind == "stroke":
        seconds = rng.uniform(0.3, 0.9)
        return [Move(start_s, seconds, stroke(reach * _direction(rng)))], seconds
    if kind == "shake":
        seconds = rng.uniform(0.6, 1.6)
        axis = rng.uniform(0.01, 0.05) * _direction(rng)
        return [Move(start_s, seconds, swing(axis, rng.uniform(3, 6) * seconds))], seconds
    if kind == "twist":
        seconds = rng.uniform(0.4, 1.2)
        axis = rng.uniform(0.4, 1.6) * _direction(rng)
        there = Move(start_s, seconds / 2, stroke(axis), turns=True)
        return [there, Move(start_s + seconds / 2, seconds / 2, stroke(-axis), turns=True)], seconds
    if kind == "walk":
        seconds = rng.uniform(2.0, 3.5)
        bounce = swing(rng.uniform(0.01, 0.035) * UP, rng.uniform(1.6, 2.2) * seconds)
        sway = swing(rng.uniform(0.02, 0.12) * (AHEAD + 0.3 * RIGHT), seconds)
        return [Move(start_s, seconds, bounce), Move(start_s, seconds, sway)], seconds
    if kind == "half ring":
        seconds = rng.uniform(0.4, 0.8)
        across, along = (reach / 2 * person.plane.apply(axis) for axis in (RIGHT, UP))
        turn = rng.choice([-1, 1]) * rng.uniform(0.6, 1.1) * np.pi
        return [Move(start_s, seconds, arc(across, along, rng.uniform(0, 6.3), turn))], seconds
    if kind == "push":
        seconds = rng.uniform(0.5, 1.0)
        there = reach * (AHEAD + 0.2 * _direction(rng))
        return polyline([0 * there, there, 0 * there], start_s, seconds, 1.3), seconds
    count = 2 if kind == "angle" else int(rng.integers(3, 6))
    seconds = count * rng.uniform(0.25, 0.45)
    points = [np.zeros(3), *(reach * _direction(rng) for _ in range(count))]
    return polyline(points, start_s, seconds, person.roundness), seconds


def make_session(number: int) -> tuple[NDArray[np.int16], list[Event]]:
    """Simulate one person's session: gestures, other motions and rests in random order."""
    rng = np.random.default_rng([SEED, number])
    person = draw_person(rng)
    plan = [*GESTURES * EACH, *["other"] * OTHERS, *["idle"] * IDLES]
    moves: list[Move] = []
    events: list[Event] = []
    now_s = 1.0
    for label in rng.permutation(plan).tolist():
        if label == "idle":
            made, seconds = [], rng.uniform(1.2, 2.5)
        elif label == "other":
            made, seconds = draw_other(person, now_s, rng)
        else:
            made, seconds = draw_gesture(label, person, now_s, rng)
        events.append(Event(label, round(100 * now_s), round(100 * (now_s + seconds))))
        moves += made
        now_s += seconds + rng.uniform(0.1, 0.4)
        moves.append(_way_back(made, now_s, rng))
        now_s += rng.uniform(*PAUSE_S) + (0.5 if made else 0)
    return measure(moves, np.ceil(now_s + 1), person, rng), events


def main() -> None:
    """Make the sessions of all people and write them down."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "gestures")
    folder = parser.parse_args().out
    folder.mkdir(parents=True, exist_ok=True)
    names = [f"person-{number:02d}" for number in range(TRAIN_PEOPLE + TEST_PEOPLE)]
    sessions = dict(zip(names, map(make_session, range(len(names))), strict=True))
    np.savez_compressed(
        folder / "sessions.npz", **{name: samples for name, (samples, _) in sessions.items()}
    )
    with (folder / "events.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("person", "split", "label", "start", "stop"))
        for number, (name, (_, events)) in enumerate(sessions.items()):
            split = "train" if number < TRAIN_PEOPLE else "test"
            table.writerows((name, split, e.label, e.start, e.stop) for e in events)
    made = [folder / name for name in ("events.csv", "sessions.npz")]
    sums = [f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.name}\n" for p in made]
    (folder / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")
    seconds = sum(len(samples) for samples, _ in sessions.values()) / 100
    print(f"{len(names)} people, {seconds / 60:.1f} minutes, "
          f"{sum(p.stat().st_size for p in made):,} bytes")  # fmt: skip


def _direction(rng: np.random.Generator) -> Floats:
    axis = rng.normal(size=3)
    return np.asarray(axis / np.linalg.norm(axis))


def _way_back(made: list[Move], start_s: float, rng: np.random.Generator) -> Move:
    """Return the slow move that takes the hand back to where it was."""
    place = sum((m.path(np.ones(1))[0] for m in made if not m.turns), np.zeros(3))
    return Move(start_s, rng.uniform(0.5, 1.0), stroke(-place))


if __name__ == "__main__":
    main()
