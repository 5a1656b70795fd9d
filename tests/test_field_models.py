"""Networks of public repositories, compiled: their recorded outputs, to the bit.

The models and the outputs TFLite Micro gave for them lie beside the repository.
"""

import csv
from pathlib import Path

import numpy as np
import pytest
from compiled_batches import run_on_board, run_on_host

from tinyml_course.compiler.codegen import compile_model
from tinyml_course.errors import UnsupportedModelError

MODELS = Path(__file__).parents[2] / "shared" / "real" / "models"
FLOAT = {"tensorflow__examples__mnist_lstm__trained_lstm"}
"""Models whose activations are float32; they are refused with the remedy."""

ON_BOARD = (
    "tensorflow__examples__dtln__dtln_noise_suppression",
    "tensorflow__micro__benchmarks__keyword_scrambled_model_data__g_keyword_scrambled_model_data",
    "mit-han-lab__assets__vww",
    "tum-ei-eda__2sort__rnnoise_INT8",
    "tensorflow__examples__hello_world__hello_world",
    "matteocarnelos__models__train__speech_small",
)
"""Those that are emulated here; all of them would take minutes."""

BATCH_BYTES = 1 << 20
"""Models of about so many bytes go into one library."""


def names() -> list[str]:
    if not MODELS.exists():
        return []
    with (MODELS / "index.csv").open(encoding="utf-8") as file:
        return sorted(Path(row["file"]).stem for row in csv.DictReader(file))


def batches(chosen: list[str]) -> list[list[str]]:
    """Cut a list of models into pieces that compile in one go."""
    result: list[list[str]] = [[]]
    taken = 0
    for name in chosen:
        length = (MODELS / f"{name}.tflite").stat().st_size
        if result[-1] and taken + length > BATCH_BYTES:
            result.append([])
            taken = 0
        result[-1].append(name)
        taken += length
    return result


def recorded(name: str) -> tuple[tuple[np.ndarray, ...], list[np.ndarray]]:
    """Return a model's inputs and the outputs TFLite Micro gave for them."""
    with np.load(MODELS / f"{name}.npz") as arrays:
        inputs = tuple(arrays[key] for key in sorted(arrays) if key.startswith("in"))
        return inputs, [arrays[key] for key in sorted(arrays) if key.startswith("out")]


RUNNABLE = [name for name in names() if name not in FLOAT]


def check(chosen: list[str], run, frames: int) -> None:
    """Compile, run the first frames, and compare with the record."""
    models = [compile_model(MODELS / f"{name}.tflite", f"m{i}") for i, name in enumerate(chosen)]
    records = [recorded(name) for name in chosen]
    found = run(models, [tuple(x[:frames] for x in inputs) for inputs, _ in records])
    for name, (_, wanted), outputs in zip(chosen, records, found, strict=True):
        for want, got in zip(wanted, outputs, strict=True):
            expected = want[:frames]
            np.testing.assert_array_equal(got.reshape(expected.shape), expected, name)


@pytest.mark.shared
@pytest.mark.parametrize("chosen", batches(RUNNABLE), ids=lambda chosen: chosen[0])
def test_field_models_equal_their_outputs(chosen):
    check(chosen, run_on_host, 8)


@pytest.mark.shared
@pytest.mark.parametrize("name", [n for n in RUNNABLE if n in ON_BOARD])
def test_field_models_equal_their_outputs_on_a_board(name):
    check([name], run_on_board, 1)


@pytest.mark.shared
@pytest.mark.parametrize("name", sorted(FLOAT))
def test_float_models_are_refused_with_the_remedy(name):
    with pytest.raises(UnsupportedModelError, match=r"float32.*tc\.quantize_int8"):
        compile_model(MODELS / f"{name}.tflite")


@pytest.mark.shared
def test_every_field_model_is_accounted_for():
    assert len(names()) == 121
    assert set(names()) >= FLOAT
