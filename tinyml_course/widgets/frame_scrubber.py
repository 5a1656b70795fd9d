"""Slide over a clip and see each stage between a frame's samples and the model's input."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets as t
from numpy.typing import NDArray

from tinyml_course.errors import InputError
from tinyml_course.features.audio import Mfcc
from tinyml_course.features.mfcc_tables import HOP, RATE_HZ, WINDOW
from tinyml_course.plots import BLUE, ORANGE, new_figure, png
from tinyml_course.widgets.still import StillWidget, float32_bytes, script

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class FrameScrubber(StillWidget):
    """A clip with a slider over its frames.

    Parameters
    ----------
    samples : ndarray of int16 (16000,)
        One clip for `spec`, 16 kHz mono.
    spec : Mfcc
        The front end to look into.
    frame : int
        Where to begin; later the frame the learner has moved to.

    Raises
    ------
    InputError
        If the samples are no clip of `spec`, or `frame` is not one of its frames.
    """

    _esm = script("frame_scrubber.js")

    frame = t.Int(0).tag(sync=True)
    _layout_of = t.Dict().tag(sync=True)
    _samples = t.Bytes().tag(sync=True)
    _spectrum = t.Bytes().tag(sync=True)
    _mel = t.Bytes().tag(sync=True)
    _mfcc = t.Bytes().tag(sync=True)

    def __init__(self, samples: NDArray[np.int16], spec: Mfcc | None = None, frame: int = 0):
        spec = spec or Mfcc()
        stages = spec.stages(samples)
        if len(samples) != spec.clip_samples:
            raise InputError(
                f"the clip has {len(samples)} samples; this front end looks at {spec.clip_samples}."
            )
        self._spectrum_db = 20 * np.log10(np.maximum(stages.magnitude / 8, 1))  # (frames, bins)
        self._mel_db = stages.log_mel_db  # (frames, bands)
        self._features = stages.features[0, :, :, 0]  # (frames, coefficients)
        self._clip = samples
        self._frames = spec.frames
        packed = {
            "_samples": float32_bytes(samples, 1, "samples"),
            "_spectrum": float32_bytes(self._spectrum_db, 2, "spectrum"),
            "_mel": float32_bytes(self._mel_db, 2, "mel"),
            "_mfcc": float32_bytes(self._features, 2, "mfcc"),
        }
        super().__init__(
            frame=frame,
            _layout_of={
                "rate": RATE_HZ,
                "window": WINDOW,
                "hop": HOP,
                "shapes": {name: list(shape) for name, (_, shape) in packed.items()},
            },
            **{name: values for name, (values, _) in packed.items()},
        )

    @t.validate("frame")  # type: ignore[untyped-decorator]
    def _check_frame(self, proposal: Any) -> int:
        frame = int(proposal["value"])
        if not 0 <= frame < self._frames:
            raise InputError(f"frame is {frame}; this clip has frames 0 to {self._frames - 1}.")
        return frame

    def describe(self) -> str:
        """Say where the frame lies and what its loudest band and its features are."""
        start = self.frame * HOP / RATE_HZ
        loudest = int(self._mel_db[self.frame].argmax())
        return (
            f"Frame {self.frame} of {self._frames}: {start:.3f} s to "
            f"{start + WINDOW / RATE_HZ:.3f} s. Loudest mel band: {loudest} "
            f"({self._mel_db[self.frame, loudest]:.0f} dB). "
            f"Features: {', '.join(map(str, self._features[self.frame]))}."
        )

    def still(self) -> dict[str, Any]:
        """Draw the chosen frame."""
        return {"image/png": png(self.figure())}

    def figure(self) -> Figure:
        """Draw what the widget shows at its frame."""
        start = self.frame * HOP
        windowed = self._clip[start : start + WINDOW] * np.hanning(WINDOW + 1)[:-1]
        figure, axes = new_figure(3, 2, width=8.5, height=5.8)
        whole, samples, spectrum, bands, column, all_frames = axes.flat
        whole.plot(np.arange(len(self._clip)) / RATE_HZ, self._clip, linewidth=0.6, color=BLUE)
        whole.axvspan(start / RATE_HZ, (start + WINDOW) / RATE_HZ, color=ORANGE, alpha=0.5)
        whole.set(title=f"Clip, frame {self.frame} marked", xlabel="seconds", ylabel="sample")
        samples.plot(1000 * np.arange(WINDOW) / RATE_HZ, windowed, linewidth=0.8, color=BLUE)
        samples.set(title="1. Its samples, windowed", xlabel="ms", ylabel="sample")
        hz = np.arange(self._spectrum_db.shape[1]) * RATE_HZ / 512
        spectrum.plot(hz, self._spectrum_db[self.frame], color=BLUE)
        spectrum.set(title="2. Its spectrum", xlabel="Hz", ylabel="dB")
        bands.bar(np.arange(self._mel_db.shape[1]), self._mel_db[self.frame], color=BLUE)
        bands.set(title="3. Its mel bands", xlabel="band", ylabel="dB")
        column.bar(np.arange(self._features.shape[1]), self._features[self.frame], color=BLUE)
        column.axhline(0, color="0.5", linewidth=0.8)
        column.set(title="4. Its features, int8", xlabel="coefficient", ylim=(-128, 127))
        all_frames.imshow(
            -self._features.T, cmap="RdBu", vmin=-64, vmax=64, aspect="auto", interpolation="none"
        )
        all_frames.axvspan(self.frame - 0.5, self.frame + 0.5, fill=False, color="black")
        all_frames.set(title="5. All frames: the input", xlabel="frame", ylabel="coefficient")
        return figure
