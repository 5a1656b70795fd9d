"""How each task's recordings are made and filed, and what is checked before a board is asked.

The lengths are those that the loaders take for one event, and cut longer ones at.
"""

from __future__ import annotations

from dataclasses import dataclass

from tinyml_course.datasets.recording_files import check_name
from tinyml_course.errors import DeviceError, InputError
from tinyml_course.sketch.capture_info import CaptureInfo

SILENCE = ("silence", "_silence_", "_background_noise_")  # labels whose recordings may be long
SOUND_RATE_HZ = 16_000
LONGEST_S = 600.0


@dataclass(frozen=True)
class Layout:
    """How the recordings of a task are made and filed.

    Attributes
    ----------
    sensor, sketch : str
        What must measure, and the folder of `arduino/` that does.
    seconds : float
        Usual length of a recording; 0 for a picture.
    single_s : float
        A recording up to so long holds one event, which a gap spoils.
    least_s : float
        A piece that is shorter is of no use.
    """

    sensor: str
    sketch: str
    seconds: float
    single_s: float
    least_s: float


LAYOUTS = {
    "keywords": Layout("microphone", "capture_microphone", 1.5, 5.0, 1.0),
    "gestures": Layout("motion", "capture_motion", 2.0, 3.0, 0.5),
    "parts": Layout("camera", "capture_camera", 0.0, 0.0, 0.0),
}
"""By task."""


def layout_of(task: str, label: str, person: str) -> Layout:
    """Return a task's layout; `label` and `person` must be fit for the names of files."""
    if task not in LAYOUTS:
        raise InputError(f"there is no task {task!r}: choose {', '.join(LAYOUTS)}.")
    check_name(label, "label")
    check_name(person, "lot" if task == "parts" else "person")
    return LAYOUTS[task]


def check_wish(task: str, label: str, seconds: float | None, recordings: int, form: str) -> None:
    """Refuse what cannot be recorded, or what no loader would take."""
    layout = LAYOUTS[task]
    if form not in ("frames", "lines"):
        raise InputError(f"there is no format {form!r}: choose frames or lines.")
    if form == "lines" and task != "gestures":
        raise InputError(
            f"lines of text are too slow for {task}: they are for gestures. Use the capture sketch."
        )
    if recordings < 1:
        raise InputError(f"{recordings} recordings are none. Give 1 or more.")
    longest = layout.single_s if task == "keywords" and label not in SILENCE else LONGEST_S
    if seconds is not None and not layout.least_s <= seconds <= longest:
        raise InputError(
            f"a recording of {label!r} lasts {layout.least_s:g} to {longest:g} s, not {seconds:g}."
        )


def check_source(info: CaptureInfo, layout: Layout, task: str, where: str) -> None:
    """Refuse a sketch that measures something else."""
    if info.sensor != layout.sensor:
        raise DeviceError(
            f"{where} runs {info.sketch}, which sends what its {info.sensor} measures; {task} need "
            f"a {layout.sensor}. Upload arduino/{layout.sketch}."
        )
    if layout.sensor == "microphone" and info.rate_hz != SOUND_RATE_HZ:
        raise DeviceError(
            f"{info.sketch} on {where} sends {info.rate_hz:,} samples a second; keywords need "
            f"16,000. Upload arduino/{layout.sketch} as it was written."
        )
