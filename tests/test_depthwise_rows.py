"""DEPTHWISE_CONV_2D by rows equals the whole layer equals TensorFlow Lite Micro."""

import numpy as np
import pytest
from compiled_batches import run_on_board, run_on_host
from row_runs import random_counts, row_run, rows_on_board, rows_on_host
from tflite_models import Micro, Network, random_input

from tinyml_course.compiler.codegen import compile_model
from tinyml_course.compiler.emitting import depthwise as emit_depthwise

CASES = 28
MIXED = ("TINYML_ALL_SHIFT", "TINYML_SOME_LESS", "TINYML_SOME_LEFT")
SLIDES = [
    ((3, 3), (1, 1), (1, 1)),
    ((3, 3), (1, 1), (1, 1)),
    ((3, 3), (2, 2), (1, 1)),
    ((3, 3), (1, 1), (2, 2)),
    ((5, 5), (1, 1), (1, 1)),
    ((5, 1), (1, 1), (1, 1)),
    ((1, 4), (1, 2), (1, 1)),
    ((2, 2), (3, 1), (1, 1)),
    ((4, 2), (1, 1), (2, 1)),
]


def draw(case: int):
    """Return a model of one layer and a split of its rows."""
    rng = np.random.default_rng(case)
    kernel, stride, dilation = SLIDES[case % len(SLIDES)]
    reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True)]
    height, width = (int(rng.integers(r, r + 9)) for r in reach)
    net = Network(seed=case)
    x = net.input((1, height, width, int(rng.integers(2, 10))), 0.05, int(rng.integers(-128, 128)))
    y = net.depthwise(
        x,
        int(rng.choice([1, 1, 1, 2])),
        kernel,
        stride,
        dilation=dilation,
        padding=str(rng.choice(["SAME", "VALID"])),
        activation=str(rng.choice(["NONE", "RELU", "RELU6"])),
        zero_point=int(rng.choice([-128, 3])),
    )
    return net, net.build(y), random_counts(rng, net.shape(y)[1])


@pytest.fixture(autouse=True)
def _sharing(monkeypatch):
    """Let a layer that is alone take the shared kernel when optimized for size."""
    monkeypatch.setitem(emit_depthwise._FEW_KERNELS, "size", 0)


@pytest.fixture(scope="module")
def cases():
    return [draw(case) for case in range(CASES)]


@pytest.fixture(scope="module")
def inputs(cases):
    return [random_input(net, 4) for net, _, _ in cases]


@pytest.fixture(scope="module")
def expected(cases, inputs):
    return [Micro(model)(*x)[0] for (_, model, _), x in zip(cases, inputs, strict=True)]


@pytest.mark.parametrize("run", [rows_on_host, rows_on_board])
def test_depthwise_rows_equal_micro(run, cases, inputs, expected):
    runs = [
        row_run(f"net{i}", model, counts, ("balanced", "size")[i % 4 // 3])
        for i, (_, model, counts) in enumerate(cases)
    ]
    found = run(runs, [x for (x,) in inputs])
    for one, y, want in zip(runs, found, expected, strict=True):
        np.testing.assert_array_equal(y, want, err_msg=f"{one.name} in calls of {one.counts}")


@pytest.mark.parametrize("run", [run_on_host, run_on_board])
def test_whole_depthwise_equals_micro(run, cases, inputs, expected):
    models = [
        compile_model(model, f"net{i}", ("balanced", "size")[i % 4 // 3])
        for i, (_, model, _) in enumerate(cases)
    ]
    for i, ((y,), want) in enumerate(zip(run(models, inputs), expected, strict=True)):
        np.testing.assert_array_equal(y, want, err_msg=f"net{i}")


@pytest.mark.parametrize("zero_point", [-128, 3])
@pytest.mark.parametrize("run", [run_on_host, run_on_board])
def test_channels_of_small_shifts_equal_micro(run, zero_point):
    models, inputs, wanted = [], [], []
    for case, gain in enumerate(1.6 ** np.arange(24) * 4):
        net = Network(seed=case)
        x = net.input((1, 6, 7 + case % 2, 4), 0.05, -7)
        y = net.depthwise(x, 1, (3, 3), (1 + case % 3 // 2,) * 2, zero_point=zero_point, gain=gain)
        model, values = net.build(y), random_input(net, 3)
        models.append(compile_model(model, f"net{case}"))
        inputs.append(values)
        wanted.append(Micro(model)(*values)[0])
    kinds = {kind for kind in MIXED if any(kind in model.source for model in models)}
    assert kinds == set(MIXED)
    for i, ((y,), want) in enumerate(zip(run(models, inputs), wanted, strict=True)):
        np.testing.assert_array_equal(y, want, err_msg=f"net{i}")


def draw_narrow(case: int):
    """Return a model of one layer of a few columns and a split of its rows, most of it in twos."""
    net = Network(seed=case)
    x = net.input((1, 13 + case % 3, 3 + case % 6, 2 + case % 5), 0.05, -7)
    padding, activation = ("SAME", "VALID")[case % 2], ("RELU", "NONE")[case // 2 % 2]
    y = net.depthwise(
        x, padding=padding, activation=activation, zero_point=(-128, 3)[case // 4 % 2]
    )
    height = net.shape(y)[1]
    counts = [*([1] * (case % 3)), *([2] * 3), 3, 1, *([2] * height)] if case % 4 else [2] * height
    stops = np.minimum(np.cumsum(counts), height)
    counts = tuple(int(count) for count in np.diff(stops, prepend=0) if count)
    return net, net.build(y), counts, random_input(net, 4)


@pytest.mark.parametrize("run", [rows_on_host, rows_on_board])
def test_two_narrow_rows_at_a_time_equal_micro(run):
    drawn = [draw_narrow(case) for case in range(24)]
    runs = [row_run(f"net{i}", model, counts) for i, (_, model, counts, _) in enumerate(drawn)]
    assert sum("_by_two(" in one.step.variant for one in runs) > len(runs) / 2
    found = run(runs, [x for *_, (x,) in drawn])
    for one, y, (_, model, _, x) in zip(runs, found, drawn, strict=True):
        want = Micro(model)(*x)[0]
        np.testing.assert_array_equal(y, want, err_msg=f"{one.name} in calls of {one.counts}")


def draw_whole(case: int):
    """Return a model of one layer whose rows are one span of outputs, or several."""
    net = Network(seed=case)
    outputs, stride = (4, 6, 8, 12, 20)[case % 5], 1 + case // 5 % 2
    padding, channels = ("SAME", "VALID")[case // 2 % 2], (4, 5, 1)[case % 3]
    width = outputs * stride + (3 - stride) * (padding == "VALID")
    # Of a stride of 2 the last row and column of the image may be of no use.
    x = net.input((1, width - case % 3, width, channels), 0.05, -7)
    y = net.depthwise(
        x,
        3 if channels == 1 else 1,
        stride=(stride, stride),
        padding=padding,
        activation=("RELU", "NONE")[case // 3 % 2],
        zero_point=(-128, 3)[case // 4 % 2],
        gain=1.6 ** (case % 24) * 4 if case % 4 == 0 else 1.0,
    )
    return net, net.build(y)


@pytest.mark.parametrize("run", [run_on_host, run_on_board])
def test_whole_images_in_spans_equal_micro(run):
    drawn = [draw_whole(case) for case in range(40)]
    models = [compile_model(model, f"net{i}", "speed") for i, (_, model) in enumerate(drawn)]
    in_spans = [model for model in models if "_depthwise_whole(" in model.source]
    assert len(in_spans) > len(models) / 2
    assert sum("TINYML_SOME_LESS" in model.source for model in in_spans) > 1
    inputs = [random_input(net, 3) for net, _ in drawn]
    for i, ((y,), x) in enumerate(zip(run(models, inputs), inputs, strict=True)):
        np.testing.assert_array_equal(y, Micro(drawn[i][1])(*x)[0], err_msg=f"net{i}")


@pytest.fixture(scope="module")
def many_shapes():
    """Seven small depthwise layers, each of another shape, behind much bigger convolutions."""
    net = Network(3)
    x = net.conv2d(net.input((1, 24, 24, 8), 0.05, -3), 8)
    x = net.conv2d(x, 8, stride=(4, 4))
    for channels in range(4, 11):
        x = net.depthwise(net.conv2d(x, channels, kernel=(1, 1)), activation="RELU")
    return net, net.build(x)


@pytest.mark.parametrize("run", [run_on_host, run_on_board])
def test_many_small_layers_share_a_kernel_in_balance(run, many_shapes):
    net, model = many_shapes
    compiled = [compile_model(model, f"net_{mode}", mode) for mode in ("balanced", "speed")]
    assert ["known = *shape" in one.source for one in compiled] == [True, False]
    inputs = random_input(net, 4)
    want = Micro(model)(*inputs)[0]
    for (y,) in run(compiled, [inputs] * 2):
        np.testing.assert_array_equal(y, want)


def test_a_few_small_layers_keep_their_own_kernels_in_balance(many_shapes, monkeypatch):
    monkeypatch.setitem(emit_depthwise._FEW_KERNELS, "balanced", 7)
    assert "known = *shape" not in compile_model(many_shapes[1]).source
