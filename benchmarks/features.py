"""Print what the MFCC front end costs and how close it stays to librosa's floats.

Speed: NumPy and librosa take turns on the same clips in one process on one thread, librosa both
with its mel filters made beforehand and in single precision, and as its documentation calls it.
Instructions: the C side on an emulated Nano 33 BLE Sense.
"""

import os

os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")

import time
from collections.abc import Callable

import librosa
import numpy as np
from numpy.typing import NDArray

from tinyml_course import Mfcc, get_board, load_dataset
from tinyml_course.errors import ToolchainError
from tinyml_course.features.mfcc_tables import GAINS
from tinyml_course.simulator.emulated import feature_keep
from tinyml_course.simulator.host import host_features
from tinyml_course.simulator.meter import Meter
from tinyml_course.simulator.program import build_program
from tinyml_course.simulator.sources import feature_sources

CLIPS = 64
ROUNDS = 15
MFCC = Mfcc()


def librosa_mfcc(precision: type, filters: NDArray) -> Callable[[NDArray], NDArray]:
    """Return librosa's version, (..., 16000) samples to (..., 49, 10), in int8 steps."""

    def compute(clips: NDArray) -> NDArray:
        padded = np.pad(clips.astype(filters.dtype), [(0, 0)] * (clips.ndim - 1) + [(16, 16)])
        spectrum = librosa.stft(
            padded, n_fft=512, hop_length=320, win_length=480, center=False, dtype=precision
        )
        log_mel = np.log2(filters @ np.abs(spectrum[..., :49]) + MFCC.floor)
        mfcc = librosa.feature.mfcc(S=log_mel, n_mfcc=10, norm="ortho")
        steps = np.moveaxis(mfcc, -1, -2) * np.array(GAINS, filters.dtype)
        return np.clip(steps - steps.mean(axis=-2, keepdims=True), -128, 127)

    return compute


def mel_filters(dtype: type) -> NDArray:
    """Return librosa's filters of this front end."""
    return librosa.filters.mel(
        sr=16_000, n_fft=512, n_mels=40, fmin=20, fmax=4000, htk=True, norm=None, dtype=dtype
    )


def librosa_as_documented(clip: NDArray[np.int16]) -> NDArray:
    """Return librosa's MFCC of a clip by its one call, which makes the filters each time."""
    return librosa.feature.mfcc(
        y=clip.astype(np.float32), sr=16_000, n_mfcc=10, n_fft=512, hop_length=320, win_length=480,
        center=False, power=1, n_mels=40, fmin=20, fmax=4000, htk=True, norm="ortho",
    )  # fmt: skip


def milliseconds(ways: dict[str, Callable[[], object]], per: int) -> dict[str, float]:
    """Return the median time of each way per clip; in every round each has its turn."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS + 1):
        for name, run in ways.items():
            start = time.perf_counter()
            run()
            taken[name].append((time.perf_counter() - start) * 1e3 / per)
    return {name: float(np.median(times[1:])) for name, times in taken.items()}


def print_speed(clips: NDArray[np.int16]) -> None:
    """Print milliseconds a clip, one at a time and in a batch, and their ratios to NumPy's."""
    theirs = librosa_mfcc(np.complex64, mel_filters(np.float32))
    alone = {
        "NumPy": lambda: [MFCC(clip) for clip in clips],
        "librosa, filters ready": lambda: [theirs(clip) for clip in clips],
        "librosa.feature.mfcc": lambda: [librosa_as_documented(clip) for clip in clips],
    }
    with host_features(MFCC) as in_c:
        batch = {
            "NumPy": lambda: MFCC(clips),
            "librosa, filters ready": lambda: theirs(clips),
            "C on this machine": lambda: in_c(clips),
        }
        for title, ways in {"one clip at a time": alone, "in a batch": batch}.items():
            taken = milliseconds(ways, len(clips))
            parts = [
                f"{name} {ms:.3f} ms ({ms / taken['NumPy']:.1f})" for name, ms in taken.items()
            ]
            print(f"{title}, per clip: {', '.join(parts)}")


def print_error(clips: NDArray[np.int16]) -> None:
    """Print how far the int8 features are from librosa's, in double precision."""
    error = MFCC(clips)[..., 0] - librosa_mfcc(np.complex128, mel_filters(np.float64))(clips)
    print(
        f"int8 steps from librosa's floats: at most {abs(error).max():.2f}, "
        f"rms {np.sqrt(np.mean(error**2)):.3f} (rounding alone: 0.289)"
    )


def print_board_cost(clips: NDArray[np.int16]) -> None:
    """Print what a 20 ms hop takes of the board, for each compiler that is there."""
    board = get_board("nano33ble")
    keep = [*feature_keep(MFCC), "features_window"]
    for compiler in ("zig", "arm-none-eabi-gcc"):
        try:
            program = build_program(feature_sources(MFCC, "features.c"), board, keep, compiler)
        except ToolchainError as error:
            print(f"{compiler}: {error}")
            continue
        meter = Meter(program, board)
        state, hop = program.address("features_state"), program.address("features_hop")
        meter.call("tinyml_mfcc_reset", state)
        frames = []
        for samples in clips[:4].reshape(-1, 320):
            meter.machine.write(hop, samples.tobytes())
            frames.append(meter.call("tinyml_mfcc_push", state, hop).cost)
        instructions = [cost.instructions for cost in frames[1:]]  # the first hop makes no frame
        window = program.address("features_window")
        reading = meter.call("tinyml_mfcc_read", state, window).cost
        busy = np.mean([cost.cycles for cost in frames[1:]]) / (0.020 * board.clock_hz)
        print(
            f"{compiler}: {np.mean(instructions):,.0f} instructions a frame (at most "
            f"{max(instructions):,}), {busy:.1%} of the board's time; {reading.instructions:,} "
            f"to read a window; flash {program.flash_bytes:,} bytes with start-up, "
            f"stack {meter.machine.stack_bytes:,}"
        )


def main() -> None:
    """Print every figure of the features."""
    everything = load_dataset("keywords").x
    clips = everything[:: len(everything) // CLIPS][:CLIPS]
    print_speed(clips)
    print_error(clips)
    print_board_cost(clips)


if __name__ == "__main__":
    main()
