"""What came over the line in one go, and what did not: samples in their places, gaps between them.

Samples are numbered from the start of the take. Those that follow one another without a gap are a
`Piece`; nothing here ever closes a gap.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinyml_course.errors import DeviceError

LEAST_FRAMES, LEAST_S = 5, 0.5  # from which a rate is measured


@dataclass(frozen=True, eq=False)
class Piece:
    """Samples without a gap.

    Attributes
    ----------
    start : int
        Number of the first, since the start of the take.
    samples : ndarray, shape=(n, values)
        As the sketch sent them.
    """

    start: int
    samples: NDArray[Any]


@dataclass(frozen=True)
class Gap:
    """Samples that are missing.

    Attributes
    ----------
    start, samples : int
        Number of the first, and how many.
    by : {"line", "board"}
        Where they were lost.
    """

    start: int
    samples: int
    by: str


@dataclass(frozen=True, eq=False)
class Take:
    """What a sensor sent from a start to an end.

    Attributes
    ----------
    pieces : tuple of Piece
    gaps : tuple of Gap
    asked : int
        Samples there should be.
    duplicates, damaged : int
        Frames that came twice; frames (or lines) with a wrong checksum.
    noise_bytes : int
        Bytes that belonged to no whole frame.
    rate_hz, rate_error_hz : float or None
        Samples a second by this computer's clock, and the standard error of that; None where the
        take is too short to tell.
    broken : DeviceError or None
        Why the take ended early, if it did.
    """

    pieces: tuple[Piece, ...]
    gaps: tuple[Gap, ...]
    asked: int
    duplicates: int = 0
    damaged: int = 0
    noise_bytes: int = 0
    rate_hz: float | None = None
    rate_error_hz: float | None = None
    broken: DeviceError | None = None

    @property
    def lost(self) -> int:
        """How many samples are missing."""
        return sum(gap.samples for gap in self.gaps)

    @property
    def whole(self) -> bool:
        """Whether every sample that was asked for is there."""
        return not self.gaps and self.broken is None


@dataclass(frozen=True, eq=False)
class Arrival:
    """Samples that have just come.

    Attributes
    ----------
    done, asked : int
        Samples of the take so far, and in all.
    samples : ndarray, shape=(n, values)
        The newest.
    """

    done: int
    asked: int
    samples: NDArray[Any]


Watch = Callable[[Arrival], None]


@dataclass
class Tally:
    """Puts samples in their places while they come.

    Parameters
    ----------
    asked : int
        Samples there should be.
    """

    asked: int
    duplicates: int = 0
    _next: int = 0  # number of the sample that is due
    _starts: list[int] = field(default_factory=list)
    _chunks: list[list[NDArray[Any]]] = field(default_factory=list)
    _gaps: list[Gap] = field(default_factory=list)
    _clock: list[tuple[float, int]] = field(default_factory=list)

    @property
    def done(self) -> int:
        """Number of the sample that is due."""
        return self._next

    def add(self, start: int, samples: NDArray[Any], at_s: float, by: str = "line") -> bool:
        """Take samples (n, values) that begin with number `start` and came at a time.

        A gap before them was lost `by` whom. Returns whether they are new.
        """
        if start < self._next:
            self.duplicates += 1
            return False
        self.skip(start - self._next, by)
        if not self._chunks:
            self._starts.append(start)
            self._chunks.append([])
        self._chunks[-1].append(samples)
        self._next = start + len(samples)
        self._clock.append((at_s, self._next))
        return True

    def skip(self, samples: int, by: str) -> None:
        """Count samples that are missing; what comes after them is a new piece."""
        if samples <= 0:
            return
        self._gaps.append(Gap(self._next, samples, by))
        self._next += samples
        self._starts.append(self._next)
        self._chunks.append([])

    def take(
        self,
        *,
        damaged: int = 0,
        noise_bytes: int = 0,
        broken: DeviceError | None = None,
    ) -> Take:
        """Return what has come."""
        pieces = tuple(
            Piece(start, np.concatenate(chunks))
            for start, chunks in zip(self._starts, self._chunks, strict=True)
            if chunks
        )
        rate_hz, error_hz = self._rate()
        return Take(
            pieces, tuple(self._gaps), self.asked, self.duplicates, damaged, noise_bytes,
            rate_hz, error_hz, broken,
        )  # fmt: skip

    def _rate(self) -> tuple[float, float] | tuple[None, None]:
        """Fit a line through (seconds, samples); its slope is the rate."""
        times, counts = np.array(self._clock or [(0.0, 0)], float).T
        if len(times) < LEAST_FRAMES or np.ptp(times) < LEAST_S:
            return None, None
        times, counts = times - times.mean(), counts - counts.mean()
        square = float(times @ times)
        slope = float(times @ counts) / square
        rest = counts - slope * times
        return slope, float(np.sqrt(rest @ rest / (len(times) - 2) / square))
