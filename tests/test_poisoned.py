"""No model reads a byte of its arena that its memory plan calls free."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from compiled_batches import run_on_host
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from model_zoo import small_models
from poisoned_runs import PATTERNS, free_spans, run_spoilt
from random_networks import networks
from stream_networks import STREAMS, streams
from tflite_models import Network, random_input

from tinyml_course.compiler.codegen import OPTIMIZATIONS, CompiledModel, compile_model

SHIPPED = sorted((Path(__file__).parents[1] / "data" / "models").glob("*/model.tflite"))
BENCHMARK = Path(__file__).parents[2] / "shared" / "real" / "benchmark"
BENCHMARKS = ["kws", "vww", "ic", "ad", "sww", "person_detect", "micro_speech", "hello_world"]
FRAMES = 3


def random_frames(model: CompiledModel, frames: int = FRAMES) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(0)
    tensors = [model.graph.tensors[index] for index in model.graph.inputs]
    return tuple(
        rng.normal(0, 2, (frames, *tensor.shape)).astype(np.float32)
        if tensor.dtype == np.float32
        else rng.integers(-128, 128, (frames, *tensor.shape)).astype(tensor.dtype)
        for tensor in tensors
    )


def check(models: list[CompiledModel], batches=None) -> None:
    """Run models with both patterns in their free bytes: the outputs must be the true ones."""
    batches = batches or [random_frames(model) for model in models]
    expected = run_on_host(models, batches)
    for pattern in PATTERNS:
        spoilt = run_spoilt(models, batches, pattern)
        for model, wanted, found in zip(models, expected, spoilt, strict=True):
            for want, got in zip(wanted, found, strict=True):
                np.testing.assert_array_equal(got, want, f"{model.name} with {pattern:#x}")


@pytest.mark.parametrize("optimize", OPTIMIZATIONS)
def test_small_models_and_streams(optimize):
    contents = small_models() | {
        f"stream_{stream.__name__}": net.build(*outputs)
        for stream in STREAMS
        for net, outputs in [stream()]
    }
    check([compile_model(content, name, optimize) for name, content in contents.items()])


@pytest.mark.parametrize("optimize", OPTIMIZATIONS)
@settings(
    max_examples=3,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(drawn=st.lists(st.one_of(networks(), streams()), min_size=24, max_size=24))
def test_random_networks(optimize, drawn):
    models = [compile_model(d[-1], f"net{i}", optimize) for i, d in enumerate(drawn)]
    check(models, [random_input(net, FRAMES) for net, *_ in drawn])


@pytest.mark.parametrize("optimize", OPTIMIZATIONS)
def test_shipped_models(optimize):
    check([compile_model(path, path.parent.name, optimize) for path in SHIPPED])


@pytest.mark.shared
@pytest.mark.parametrize("optimize", OPTIMIZATIONS)
@pytest.mark.parametrize("name", BENCHMARKS)
def test_benchmark_models(name, optimize):
    check([compile_model(BENCHMARK / f"{name}.tflite", name, optimize)])


def chained_model(name: str = "chained") -> CompiledModel:
    """Return a model some of whose layers take turns."""
    net = Network(2)
    x = net.conv2d(net.input((1, 16, 16, 3)), 8)
    x = net.conv2d(net.depthwise(x), 8, (1, 1))
    x = net.depthwise(x, stride=(2, 2))
    model = compile_model(net.build(net.dense(net.mean(x), 4)), name, "memory")
    assert model.plan.schedule.chains and model.plan.capacities
    return model


def test_free_bytes_are_spoilt_between_the_turns_of_a_chain():
    model = chained_model()
    free = free_spans(model.plan)
    assert len(free) == len(model.plan.schedule.turns) + 1 > 2 * len(model.graph.ops)
    assert sum(map(bool, free)) > len(free) / 2
    check([model])


def given_up_early(model: CompiledModel, number: int) -> CompiledModel:
    """Let one block of a plan end a turn too early."""
    bars = [*model.plan.bars]
    bar = bars[number]
    bars[number] = dataclasses.replace(bar, last=bar.last - 1, used=bar.used and bar.used[:-1])
    return dataclasses.replace(model, plan=dataclasses.replace(model.plan, bars=tuple(bars)))


def test_a_block_that_is_given_up_too_early_is_found():
    right = free_spans(chained_model().plan)
    numbers = range(len(chained_model().plan.bars))
    wrong = [given_up_early(chained_model(f"early{i}"), i) for i in numbers]
    wrong = [model for model in wrong if free_spans(model.plan) != right]
    batches = [random_frames(model) for model in wrong]
    runs = (run_spoilt(wrong, batches, pattern) for pattern in PATTERNS)
    for model, (first,), (second,) in zip(wrong, *runs, strict=True):
        assert (first != second).any(), model.name
    assert len(wrong) > len(numbers) / 2
