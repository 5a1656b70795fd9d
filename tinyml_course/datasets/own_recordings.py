"""Recordings made in a browser, kept as files of `recording_files`, and a datasheet beside them.

References
----------
Gebru et al. (2021), "Datasheets for Datasets": who made a set, where, with what, for whom.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tinyml_course.cache import writing
from tinyml_course.datasets import audio
from tinyml_course.datasets.motion_recordings import LONGEST_GESTURE_S, SHORTEST_S
from tinyml_course.datasets.recording_files import (
    PATTERNS,
    check_name,
    motion_bytes,
    picture_bytes,
    sound_bytes,
    write_new,
)
from tinyml_course.datasets.recordings import ALIASES, SILENCE
from tinyml_course.errors import InputError

BEGIN, END = "<!-- datasheet -->", "<!-- end of the datasheet -->"
SHORTEST_SOUND_S, LONGEST_SOUND_S = 0.3, 60.0


@dataclass(frozen=True)
class Datasheet:
    """What nobody can read from the recordings later.

    Attributes
    ----------
    who, where, device : str
        Who recorded whom, in which place, with what.
    consent : str
        What the people recorded have agreed to.
    licence : str
        What others may do with it.
    """

    who: str = ""
    where: str = ""
    device: str = ""
    consent: str = ""
    licence: str = ""

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of the questions without an answer."""
        return tuple(one.name for one in fields(self) if not getattr(self, one.name).strip())


@dataclass(frozen=True)
class OwnRecordings:
    """A folder that recordings go to.

    Attributes
    ----------
    root : Path
        Made when the first recording is kept.
    task : {"keywords", "gestures", "parts"}
    """

    root: Path
    task: str

    def __post_init__(self) -> None:
        if self.task not in PATTERNS:
            raise InputError(f'there is no task "{self.task}": choose {", ".join(PATTERNS)}.')
        if self.root.exists() and not self.root.is_dir():
            raise InputError(f"{self.root} is a file. Give a folder for the recordings.")

    def count(self, label: str) -> int:
        """Return how many recordings of a label there are."""
        suffix = Path(PATTERNS[self.task]).suffix
        return sum(1 for path in (self.root / label).glob(f"*{suffix}") if path.stat().st_size)

    def keep_sound(
        self, label: str, who: str, samples: NDArray[np.float32], rate_hz: float
    ) -> Path:
        """Keep a recording of sound as 16 kHz, mono, 16 bit: its loudest second, or all silence.

        Parameters
        ----------
        label, who : str
        samples : ndarray, shape=(time,)
            1 is full scale.
        rate_hz : float

        Raises
        ------
        InputError
            If a name cannot be a file's, or the sound is none, or the disk refuses it.
        """
        clip = resampled(samples, rate_hz)
        if ALIASES.get(label, label) != SILENCE:
            clip = audio.fit_to_one_second(clip)
        return self._keep(label, who, sound_bytes(clip, audio.RATE_HZ))

    def keep_motion(
        self, label: str, who: str, samples: NDArray[np.float32], rate_hz: float
    ) -> Path:
        """Keep a recording of motion as comma-separated values.

        Parameters
        ----------
        label, who : str
        samples : ndarray, shape=(time, 3 or 6)
            Acceleration, and the rate of turn in degrees/s if there are six.
        rate_hz : float
        """
        if samples.ndim != 2 or samples.shape[1] not in (3, 6) or not np.isfinite(samples).all():
            raise InputError(
                f"a recording of motion has 3 or 6 numbers a sample, not {samples.shape[1:]}. "
                "Let the board send aX,aY,aZ or aX,aY,aZ,gX,gY,gZ."
            )
        if not 10 <= rate_hz <= 10_000 or len(samples) < SHORTEST_S * rate_hz:
            raise InputError(
                f"{len(samples)} samples at {rate_hz:.4g} Hz are no gesture: it lasts "
                f"{SHORTEST_S} to {LONGEST_GESTURE_S:g} s, at 50 Hz or more. Record it again."
            )
        return self._keep(label, who, motion_bytes(samples.astype(np.float64), rate_hz))

    def keep_picture(self, label: str, who: str, grey: NDArray[np.uint8]) -> Path:
        """Keep a picture, (height, width) grey values, as PNG."""
        if grey.ndim != 2 or min(grey.shape) < 32:
            raise InputError(f"a picture of {grey.shape} pixels is too small. Take it again.")
        return self._keep(label, who, picture_bytes(grey))

    def write_datasheet(self, sheet: Datasheet) -> Path:
        """Write a datasheet with the counts of today into README.md; what else is in it stays.

        Raises
        ------
        InputError
            If a question is not answered, or the disk refuses it.
        """
        if sheet.missing:
            raise InputError(f"the datasheet does not say: {', '.join(sheet.missing)}. Fill it in.")
        target = self.root / "README.md"
        text = target.read_text(encoding="utf-8") if target.exists() else ""
        before, begun, rest = text.partition(BEGIN)
        after = rest.partition(END)[2] if begun else text
        parts = (before.strip() if begun else "", self._told(sheet), after.strip())
        with writing(target) as draft:
            draft.write_text("\n\n".join(filter(None, parts)) + "\n", encoding="utf-8")
        return target

    def _told(self, sheet: Datasheet) -> str:
        """Return a datasheet as Markdown between its marks."""
        labels = sorted(path.name for path in self.root.glob("*") if path.is_dir())
        rows = [f"| {label} | {self.count(label)} |" for label in labels]
        told = [f"- **{one.name}**: {getattr(sheet, one.name).strip()}" for one in fields(sheet)]
        table = ["| label | recordings |", "|---|---|", *rows]
        return "\n".join([BEGIN, f"# Recordings of {self.task}", "", *told, "", *table, END])

    def _keep(self, label: str, who: str, content: bytes) -> Path:
        """Write a file under the next free number."""
        check_name(label, "label")
        check_name(who, "lot" if self.task == "parts" else "person")
        return write_new(self.root / label, PATTERNS[self.task].format(who=who), content)


def resampled(samples: NDArray[np.float32], rate_hz: float) -> NDArray[np.int16]:
    """Bring sound to 16 kHz and 16 bits.

    Raises
    ------
    InputError
        If it is too slow, too short, too long, or not all numbers.
    """
    from scipy.signal import resample_poly

    seconds = len(samples) / rate_hz if rate_hz > 0 else 0.0
    if rate_hz < audio.RATE_HZ:
        raise InputError(
            f"the microphone gives {rate_hz:,.0f} samples a second; 16,000 are needed. "
            "Choose another one: a headset's may be meant for telephoning."
        )
    if not SHORTEST_SOUND_S <= seconds <= LONGEST_SOUND_S or not np.isfinite(samples).all():
        raise InputError(f"{seconds:.2f} s of sound are no recording of a word. Record it again.")
    ratio = Fraction(audio.RATE_HZ / rate_hz).limit_denominator(1000)
    sound = resample_poly(samples.astype(np.float64), ratio.numerator, ratio.denominator)
    return np.asarray(np.clip(np.rint(32_768 * sound), -32_768, 32_767), np.int16)
