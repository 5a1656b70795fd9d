"""What a recording session gave: files, what was lost and where, and a picture of it."""

from __future__ import annotations

import base64
import html
import itertools
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinyml_course.datasets.nouns import counted
from tinyml_course.datasets.recording_files import picture_bytes
from tinyml_course.device.takes import Gap
from tinyml_course.sketch.capture_info import CaptureInfo

MOST_DRAWN = 12
WIDTH, HEIGHT, COLUMNS = 160, 60, 4  # of a recording in the picture
DRAWN_AXES = 3
COLOURS = ("#3f86d4", "#d9730d", "#2a9d6f")


@dataclass(frozen=True, eq=False)
class Recorded:
    """One recording: what became of it.

    Attributes
    ----------
    files : tuple of Path
        None if it was dropped, several if it was split at gaps.
    gaps : tuple of Gap
    rate_hz : float
        At which the gaps are told in seconds; 0 where samples have no time.
    duplicates, damaged, noise_bytes : int
        See `Take`.
    samples : ndarray, shape=(n, values)
        What there is to draw, in units.
    """

    files: tuple[Path, ...]
    gaps: tuple[Gap, ...]
    rate_hz: float
    duplicates: int
    damaged: int
    noise_bytes: int
    samples: NDArray[Any] = field(repr=False)

    @property
    def lost(self) -> int:
        """How many samples are missing."""
        return sum(gap.samples for gap in self.gaps)

    def describe(self) -> str:
        """Say what was lost where, and what was done about it."""
        names = ", ".join(path.name for path in self.files) or "dropped"
        if not self.gaps:
            return names
        told = "; ".join(
            f"{gap.samples:,} samples lost at {_place(gap, self.rate_hz)} by the {gap.by}"
            for gap in self.gaps[:3]
        )
        more = f"; {len(self.gaps) - 3} more gaps" if len(self.gaps) > 3 else ""
        done = f"split: {names}" if self.files else "dropped"
        return f"{told}{more} ({done})"


def _place(gap: Gap, rate_hz: float) -> str:
    return f"{gap.start / rate_hz:.2f} s" if rate_hz else f"row {gap.start}"


@dataclass(frozen=True, eq=False)
class RecordReport:
    """What `record` returns; a notebook shows it as a picture.

    Attributes
    ----------
    task, label, person : str
    folder : Path
        That of all labels: what `load_dataset(task, path=folder)` takes.
    info : CaptureInfo
        The sketch.
    recordings : tuple of Recorded
    rate_hz : float or None
        Measured by this computer's clock.
    warnings : tuple of str
        What to look at before training.
    """

    task: str
    label: str
    person: str
    folder: Path
    info: CaptureInfo
    recordings: tuple[Recorded, ...]
    rate_hz: float | None
    warnings: tuple[str, ...]

    @property
    def files(self) -> tuple[Path, ...]:
        """Every file that was written, in order."""
        return tuple(path for one in self.recordings for path in one.files)

    @property
    def lost(self) -> int:
        """How many samples are missing, in all."""
        return sum(one.lost for one in self.recordings)

    def describe(self) -> str:
        """Say what was recorded, in a sentence."""
        dropped = sum(not one.files for one in self.recordings)
        pictures = self.task == "parts"
        whose = f"of lot {self.person}" if pictures else f"by {self.person}"
        what = "rows" if pictures else "samples"
        return (
            f"{counted(self.task, len(self.files))} of {self.label!r} {whose} in "
            f"{self.folder / self.label}; {what} lost: {self.lost:,}, dropped: {dropped}."
        )

    def to_text(self) -> str:
        """Return the report for a terminal."""
        faulty = (one.describe() for one in self.recordings if one.gaps)
        return "\n".join([self.describe(), *faulty, *(f"warning: {w}" for w in self.warnings)])

    def to_json(self) -> dict[str, Any]:
        """Return the report for another program."""
        return {
            "task": self.task,
            "label": self.label,
            "person": self.person,
            "folder": str(self.folder),
            "board": self.info.board,
            "sketch": self.info.sketch,
            "rate_hz": self.info.rate_hz,
            "measured_rate_hz": self.rate_hz,
            "files": [str(path) for path in self.files],
            "lost_samples": self.lost,
            "recordings": [
                {
                    "files": [path.name for path in one.files],
                    "gaps": [
                        {"start": gap.start, "samples": gap.samples, "by": gap.by}
                        for gap in one.gaps
                    ],
                    "duplicates": one.duplicates,
                    "damaged": one.damaged,
                    "noise_bytes": one.noise_bytes,
                }
                for one in self.recordings
            ],
            "warnings": list(self.warnings),
        }

    def _repr_html_(self) -> str:
        """Show the recordings in small, and what was lost."""
        lines = html.escape(self.to_text()).split("\n")
        said = "".join(f"<p>{line}</p>" for line in lines)
        return f"<div>{self.to_svg()}{said}</div>"

    def to_svg(self) -> str:
        """Draw the recordings side by side, at most a dozen; a dropped one is crossed out."""
        drawn = self.recordings[-MOST_DRAWN:]
        rows = -(-len(drawn) // COLUMNS)
        cells = [
            f'<g transform="translate({WIDTH * (i % COLUMNS)} {(HEIGHT + 18) * (i // COLUMNS)})">'
            f"{self._cell(one)}</g>"
            for i, one in enumerate(drawn)
        ]
        width, height = WIDTH * min(COLUMNS, max(1, len(drawn))), max(1, rows) * (HEIGHT + 18)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
            f'style="max-width:{width}px" aria-label="{html.escape(self.describe())}">'
            f"{''.join(cells)}</svg>"
        )

    def _cell(self, one: Recorded) -> str:
        shape = self._picture(one) if self.info.height > 1 else _curves(one.samples)
        name = one.files[0].name if one.files else "dropped"
        crossed = "" if one.files else (
            f'<path d="M4 4L{WIDTH - 4} {HEIGHT}M{WIDTH - 4} 4L4 {HEIGHT}" stroke="#c0392b" '
            'stroke-width="2"/>'
        )  # fmt: skip
        text = (
            f'<text x="{WIDTH / 2}" y="{HEIGHT + 12}" text-anchor="middle" font-size="9" '
            f'font-family="sans-serif" fill="currentColor">{html.escape(name)}</text>'
        )
        return shape + crossed + text

    def _picture(self, one: Recorded) -> str:
        if len(one.samples) != self.info.height:
            return ""
        content = base64.b64encode(picture_bytes(one.samples.astype(np.uint8))).decode()
        return (
            f'<image x="10" width="{WIDTH - 20}" height="{HEIGHT}" '
            f'href="data:image/png;base64,{content}"/>'
        )


def _curves(samples: NDArray[Any]) -> str:
    """Draw samples over time: the range of each short stretch, so that no peak is passed over."""
    if len(samples) < 2:
        return ""
    drawn = samples[:, :DRAWN_AXES].astype(np.float64)
    most = max(float(np.abs(drawn).max()), 1e-9)
    lines = [
        _curve(values / most, colour) for values, colour in zip(drawn.T, COLOURS, strict=False)
    ]
    return "".join(lines)


def _curve(values: NDArray[np.float64], colour: str) -> str:
    """Draw values from -1 to 1: the least and the most of each stretch, in their order."""
    width = WIDTH - 8
    edges = np.linspace(0, len(values), min(len(values), width) + 1).astype(int)
    chosen = [
        start + at
        for start, stop in itertools.pairwise(edges)
        for part in [values[start:stop]]
        for at in sorted({int(part.argmin()), int(part.argmax())})
    ]
    path = " ".join(
        f"{4 + width * i / len(values):.1f},{HEIGHT / 2 * (1 - 0.95 * values[i]):.1f}"
        for i in chosen
    )
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="0.8"/>'
