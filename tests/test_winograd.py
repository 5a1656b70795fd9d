"""Winograd's convolutions against TFLite Micro: whole, by rows through rings, at the extremes."""

import copy
import itertools
import shutil
import subprocess

import numpy as np
import pytest
from compiled_batches import STRICT, merged_files, run_on_board, run_on_host
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from tflite_models import Micro, Network, random_input

from tinyml_course.compiler.codegen import compile_model
from tinyml_course.compiler.emitting import winograd as emit_winograd
from tinyml_course.simulator.report import simulate

BY_ROWS_HEADER = """
#include "tinyml_kernels.h"

void by_rows(const tinyml_winograd *, tinyml_rows, tinyml_rows, unsigned, unsigned, unsigned);
"""
BY_ROWS = """
#include "by_rows.h"

enum { GUARD = 64, MOST_ROWS = 5, MOST_BYTES = 8 << 10 };

static TINYML_ALIGNED int8_t taken[MOST_BYTES + GUARD];
static TINYML_ALIGNED int8_t in_ring[MOST_BYTES], out_ring[MOST_BYTES];
static unsigned state = 1;

static unsigned drawn(unsigned end)
{
    state = (state * 1103515245u + 12345u) & 0x7fffffffu;
    return state / 65536u % end;
}

static void copy(int8_t *to, const int8_t *from, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        to[i] = from[i];
}

/* Compute some rows at a time, in rings as small as may be; rows not needed are spoilt. */
void by_rows(const tinyml_winograd *layer, tinyml_rows input, tinyml_rows output, unsigned first,
             unsigned count, unsigned scratch_bytes)
{
    const unsigned in_row = layer->in_width * layer->in_channels;
    const unsigned out_row = layer->out_width * layer->out_channels;
    int intact = scratch_bytes <= MOST_BYTES;

    for (const unsigned end = first + count; first < end; first += count) {
        count = 1u + drawn(end - first < MOST_ROWS ? end - first : MOST_ROWS);
        const tinyml_rows in = TINYML_ROWS(in_ring, (uint16_t)(count + 2u + drawn(2)));
        const tinyml_rows out = TINYML_ROWS(out_ring, (uint16_t)(count + drawn(2)));

        intact &= in.capacity * in_row <= MOST_BYTES && out.capacity * out_row <= MOST_BYTES;
        if (!intact)
            break;
        for (unsigned i = 0; i < MOST_BYTES; i++)
            in_ring[i] = (int8_t)drawn(256);
        for (unsigned i = 0; i < count + 2u; i++) {
            const unsigned y = first + i - layer->pad_top; /* beyond the end where below 0 */

            if (y < layer->in_height)
                copy(in.data + y % in.capacity * in_row, input.data + y * in_row, in_row);
        }
        for (unsigned i = 0; i < GUARD; i++)
            taken[scratch_bytes + i] = 77;
        tinyml_convolve_winograd(layer, in, out, first, count, taken);
        for (unsigned i = 0; i < GUARD; i++)
            intact &= taken[scratch_bytes + i] == 77;
        for (unsigned y = first; y < first + count; y++)
            copy(output.data + y * out_row, out.data + y % out.capacity * out_row, out_row);
    }
    for (unsigned i = 0; !intact && i < layer->out_height * out_row; i++)
        output.data[i] ^= 1;
}
"""
SIZES = [(1, 1), (2, 2), (3, 5), (4, 4), (5, 8), (6, 3), (7, 7), (9, 2), (10, 6)]
CHANNELS = [(16, 16), (4, 1), (8, 3), (20, 5), (32, 6), (12, 17), (36, 2), (48, 4), (16, 9)]
ZERO_POINTS = [(-128, -128), (127, 0), (0, -128), (-3, 127), (-128, 5)]
WEIGHTS = [None, None, -128, 127, None, "signs"]


def winograd_always(monkeypatch):
    monkeypatch.setattr(emit_winograd, "_DIRECT", 1e9)


def convolution(number, **options):
    """Return a network of one convolution, all kinds of them as `number` goes up."""
    (height, width), (inputs, channels) = (
        SIZES[number % 9],
        CHANNELS[(2 * number + number // 9) % 9],
    )
    source, target = ZERO_POINTS[number % 5]
    net = Network(number)
    x = net.input((1, height, width, inputs), 0.05, source)
    options.setdefault("padding", "VALID" if number % 2 and min(height, width) > 2 else "SAME")
    options.setdefault("activation", ["RELU", "NONE", "RELU6", "RELU"][number // 2 % 4])
    gain = [1.0, 1.0, 30.0, 0.1, 1e4][number // 3 % 5]
    y = net.conv2d(
        x, channels, per_channel=bool(number % 3), zero_point=target, gain=gain, **options
    )
    extreme = WEIGHTS[number % 6]
    weights = net.tensors[net.ops[-1].inputs[1]]
    if extreme is not None:
        signs = np.where(net.rng.random(weights.shape) < 0.5, -128, 127)
        weights.data = np.broadcast_to(extreme if extreme != "signs" else signs, weights.shape)
        weights.data = weights.data.astype(np.int8)
    return net, net.build(y)


def split_by_rows(model):
    """Return a compiled model whose convolution runs some rows at a time."""
    (step,) = model.steps
    head, call = model.source.split("tinyml_convolve_winograd(")
    arguments, tail = call.split(");", 1)
    arguments = f"{arguments.rpartition(',')[0]}, {step.scratch_bytes}u"
    head = head.replace('#include "tinyml_kernels.h"', '#include "by_rows.h"')
    split = copy.copy(model)
    split.__dict__["files"] = {
        **model.files,
        f"{model.name}.c": f"{head}by_rows({arguments});{tail}",
        "by_rows.c": BY_ROWS,
        "by_rows.h": BY_ROWS_HEADER,
    }
    return split


@pytest.fixture(scope="module")
def judged():
    """Compiled convolutions, inputs for each, and what TFLite Micro makes of them."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        winograd_always(monkeypatch)
        drawn = [convolution(number) for number in range(45)]
        models = [compile_model(model, f"net{i}", "speed") for i, (_, model) in enumerate(drawn)]
    assert all("tinyml_convolve_winograd" in model.source for model in models)
    batches = [random_input(net, 4, seed) for seed, (net, _) in enumerate(drawn)]
    wanted = [Micro(model)(*inputs)[0] for (_, model), inputs in zip(drawn, batches, strict=True)]
    return models, batches, wanted


def assert_equal(models, found, wanted):
    for model, (got,), want in zip(models, found, wanted, strict=True):
        np.testing.assert_array_equal(got, want, f"{model.name}: {model.graph.ops[0]}")


@pytest.mark.parametrize("run", [run_on_host, run_on_board])
def test_whole_images_equal_micro(judged, run):
    models, batches, wanted = judged
    assert_equal(models, run(models, batches), wanted)


@pytest.mark.parametrize(("run", "every"), [(run_on_host, 1), (run_on_board, 2)])
def test_rows_through_rings_equal_micro(judged, run, every):
    models, batches, wanted = (part[::every] for part in judged)  # a board's memory ends
    split = [split_by_rows(model) for model in models]
    assert_equal(models, run(split, batches), wanted)


@pytest.mark.parametrize(
    ("compiler", "optimize"), [("zig", "-O2"), *(("arm-none-eabi-gcc", f"-O{o}") for o in "0s13")]
)
def test_every_compiler_equals_micro(judged, compiler, optimize):
    if compiler != "zig" and shutil.which(compiler) is None:
        pytest.skip(f"{compiler} is not installed")
    models, batches, wanted = (part[:9] for part in judged)
    assert_equal(models, run_on_board(models, batches, compiler, optimize), wanted)


def test_scratch_is_what_the_kernel_says(judged):
    for model in judged[0]:
        (step,) = model.steps
        inputs = model.graph.tensors[step.op.input].shape[3]
        rounded = -(-inputs // 16) * 16
        assert step.scratch_bytes == 128 * rounded + max(512, 16 * inputs)


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_sanitizers_are_silent(judged, compiler, tmp_path):
    if shutil.which(compiler) is None:
        pytest.skip(f"{compiler} is not installed")
    models = [split_by_rows(model) for model in judged[0][:12]] + judged[0][12:18]
    for name, text in merged_files(models).items():
        (tmp_path / name).write_text(text)
    includes = "".join(f'#include "{model.name}.h"\n' for model in models)
    runs = "".join(
        f"for (int i = 0; i < {model.name.upper()}_INPUT_SIZE; i++)\n"
        f"{model.name}_input()[i] = (int8_t)(v == 2 ? 37 * i : 127 * v);\n{model.name}_invoke();\n"
        for model in models
    )
    main = f"{includes}int main(void)\n{{\nfor (int v = -1; v < 3; v++) {{\n{runs}}}\nreturn 0;\n}}"
    (tmp_path / "main.c").write_text(main)
    sources = sorted(path.name for path in tmp_path.glob("*.c"))
    flags = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-std=c99", "-Wall")
    built = subprocess.run([compiler, *flags, *STRICT, "-O1", *sources, "-o", "run"], cwd=tmp_path,
                           capture_output=True, text=True, check=False)  # fmt: skip
    if "cannot find" in built.stderr:
        pytest.skip(f"{compiler} has no sanitizer libraries")
    assert built.returncode == 0, built.stderr
    ran = subprocess.run(["./run"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


INPUT = np.array([[1, 0, -1, 0], [0, 1, 1, 0], [0, -1, 1, 0], [0, 1, 0, -1]])
GATHER = np.array([[1, 1, 1, 0], [0, 1, -1, -1]])


@settings(max_examples=50)
@given(st.data())
def test_four_times_the_sums_come_out(data):
    shape = st.integers(1, 3), st.integers(1, 5)
    channels, inputs = (data.draw(n) for n in shape)
    weights = data.draw(arrays(np.int8, (channels, 3, 3, inputs)))
    x = data.draw(arrays(np.int8, (4, 4, inputs))).astype(np.int64)
    points = np.einsum("iy,jx,yxc->ijc", INPUT, INPUT, x)
    sums = np.einsum("oijc,ijc->oij", emit_winograd.transform(weights), points)
    found = np.einsum("pi,qj,oij->opq", GATHER, GATHER, sums)
    for p, q in itertools.product(range(2), range(2)):
        direct = np.einsum("oyxc,yxc->o", weights.astype(np.int64), x[p : p + 3, q : q + 3])
        np.testing.assert_array_equal(found[:, p, q], 4 * direct)


@given(arrays(np.int8, st.tuples(st.integers(1, 5), st.just(3), st.just(3), st.integers(1, 19))))
def test_packed_filters_read_back(weights):
    transformed = emit_winograd.transform(weights)
    words = emit_winograd.pack(transformed)
    pairs = words.astype("<u4").reshape(-1, 16, words.shape[2], 2, 2)[..., None].view(np.int16)
    assert pairs.shape[2] % 4 == 0
    # (C_OUT / 2, 16, C_IN / 4, 2 of +1, 2 channels, 2 of +2)
    flat = pairs.transpose(0, 4, 1, 2, 5, 3).reshape(-1, 4, 4, 4 * words.shape[2])
    channels, inputs = len(weights), weights.shape[3]
    np.testing.assert_array_equal(flat[:channels, ..., :inputs], transformed)
    assert not flat[channels:].any()
    assert not flat[..., inputs:].any()


def test_layers_whose_sums_could_overflow_are_refused(monkeypatch):
    winograd_always(monkeypatch)
    # Filters of 127 are 36 * 127 at the points of one output; inputs there, up to 512.
    most = (1 << 31) // (36 * 127 * 512)
    for inputs, fit in [(most, True), (most + 1, False)]:
        weights = np.full((1, 3, 3, inputs), 127, np.int8)
        assert emit_winograd.sums_fit(emit_winograd.transform(weights)) == fit
    for inputs, used in [(912, True), (920, False)]:
        net = Network(0)
        x = net.input((1, 3, 3, inputs), 0.05, 127)
        y = net.conv2d(x, 1, gain=10.0)
        weights = net.tensors[net.ops[-1].inputs[1]]
        weights.data = np.full(weights.shape, 127, np.int8)
        model = net.build(y)
        compiled = compile_model(model, optimize="speed")
        assert ("tinyml_convolve_winograd" in compiled.source) == used
        batch = random_input(net, 3)
        ((found,),) = run_on_host([compiled], [batch])
        np.testing.assert_array_equal(found, Micro(model)(*batch)[0])


@pytest.mark.parametrize(
    ("shape", "channels", "options", "used"),
    [
        ((8, 8, 16), 16, {}, True),
        ((8, 8, 8), 8, {}, False),  # rounded up to 16 channels
        ((1, 8, 16), 16, {}, False),  # half of each tile is waste
        ((8, 8, 18), 16, {}, False),  # words of four
        ((8, 8, 16), 16, {"stride": (2, 1)}, False),
        ((8, 8, 16), 16, {"dilation": (2, 2)}, False),
        ((8, 8, 16), 16, {"kernel": (1, 3)}, False),
    ],
)
def test_layers_it_pays_for_are_chosen(shape, channels, options, used):
    net = Network(0)
    model = net.build(net.conv2d(net.input((1, *shape)), channels, **options))
    for optimize in ("speed", "balanced"):
        source = compile_model(model, optimize=optimize).source
        assert ("tinyml_convolve_winograd" in source) == (used and optimize == "speed")


@pytest.mark.parametrize(
    ("side", "channels", "most"), [(32, 16, 0.62), (16, 32, 0.48), (8, 64, 0.41)]
)
def test_instructions_for_each_product(side, channels, most):
    if shutil.which("arm-none-eabi-gcc") is None:
        pytest.skip("arm-none-eabi-gcc is not installed")
    net = Network(0)
    x = net.input((1, side, side, channels))
    model = net.build(net.conv2d(x, channels, activation="RELU", zero_point=-128))
    compiled = compile_model(model, optimize="speed")
    run = simulate(compiled, "nano33ble")
    assert run.instructions <= most * compiled.macs
