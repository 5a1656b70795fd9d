"""Compiled models against TFLite Micro: random networks, on this machine and an emulated board."""

import itertools
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from compiled_batches import STRICT, merged_files, run_on_board, run_on_host
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from random_networks import judge, networks
from tflite_models import Micro, Network, random_input

from tinyml_course.compiler.codegen import OPTIMIZATIONS, compile_model
from tinyml_course.compiler.planning.chains import step_needs
from tinyml_course.compiler.planning.verify import verify_plan
from tinyml_course.compiler.reference import reference
from tinyml_course.errors import InputError
from tinyml_course.simulator.host import host_model
from tinyml_course.simulator.toolchain import zig

REFERENCE_MODELS = Path(__file__).parents[2] / "shared" / "real" / "benchmark"


@pytest.mark.parametrize("optimize", [*OPTIMIZATIONS, "balanced", "memory"])  # 2,016 networks
@settings(
    max_examples=14,
    deadline=None,
    phases=[Phase.generate],  # shrinking would compile for minutes; the message names the layers
    suppress_health_check=list(HealthCheck),
)
@given(st.lists(networks(), min_size=24, max_size=24))
def test_random_networks_equal_micro_on_host_and_board(optimize, drawn):
    judges = [judge(net, model) for net, model in drawn]
    models = [
        compile_model(model, f"net{i}", optimize)
        for i, ((_, model), micro) in enumerate(zip(drawn, judges, strict=True))
        if micro
    ]
    batches = [random_input(net, 3) for (net, _), micro in zip(drawn, judges, strict=True) if micro]
    expected = [micro(*inputs) for micro, inputs in zip(filter(None, judges), batches, strict=True)]
    assert len(models) > len(drawn) / 2
    for model in models:
        steps = {model.places[step.op.index]: step for step in model.steps}
        verify_plan(model.graph, model.plan, step_needs(model.graph, steps)[0])
    for run in (run_on_host, run_on_board):
        for model, wanted, found in zip(models, expected, run(models, batches), strict=True):
            ops = ", ".join(str(op) for op in model.graph.ops)
            for want, got in zip(wanted, found, strict=True):
                np.testing.assert_array_equal(got, want, f"{run.__name__}: {ops}")


def a_network(seed=0):
    """Return a small network with a layer of most kinds."""
    net = Network(seed)
    x = net.input((1, 11, 7, 3), 0.05, -5)
    x = net.conv2d(x, 8, stride=(2, 2), activation="RELU", zero_point=-128)
    y = net.depthwise(x, activation="RELU", zero_point=-128)
    y = net.conv2d(y, 8, kernel=(1, 1), activation="RELU", zero_point=-128)
    x = net.binary("ADD", x, y, zero_point=-128)
    x = net.depthwise(x, kernel=(3, 1), stride=(2, 1))
    x = net.pool(x, "MAX", (2, 2), (1, 1))
    x = net.reshape(x, (1, int(np.prod(net.shape(x)))))
    return net, net.build(net.softmax(net.dense(x, 5)))


@pytest.fixture(scope="module")
def network():
    return a_network()


@pytest.mark.parametrize(
    ("compiler", "optimize"),
    [("zig", "-O2")] + [("arm-none-eabi-gcc", f"-O{level}") for level in "s123"],
)
def test_board_equals_micro_with_every_compiler(network, compiler, optimize):
    if compiler != "zig" and shutil.which(compiler) is None:
        pytest.skip(f"{compiler} is not installed")
    net, model = network
    inputs = random_input(net, 4)
    compiled = compile_model(model)
    ((found,),) = run_on_board([compiled], [inputs], compiler, optimize)
    np.testing.assert_array_equal(found, Micro(model)(*inputs)[0])


def test_no_number_becomes_the_least_one_and_infinity_the_limit():
    net = Network()
    model = net.build(net.unary("QUANTIZE", net.input((1, 4), None, dtype=np.float32), 0.1, 3))
    x = np.array([[[np.nan, np.inf, -np.inf, 0.25]]], np.float32)
    for run in (reference(model), host_model(compile_model(model, "net"))):
        np.testing.assert_array_equal(run(x).ravel(), [-128, 127, -128, 6])


def test_float_and_uint8_borders_equal_micro():
    drawn = []
    for dtype, scale, zero_point in [(np.float32, None, 0), (np.uint8, 0.05, 128)]:
        net = Network(3)
        x = net.input((1, 5, 5, 4), scale, zero_point, dtype=dtype)
        x = net.unary("QUANTIZE", x, 0.05, 0)
        x = net.conv2d(x, 3)
        drawn.append((net, net.build(net.unary("DEQUANTIZE", x, None, dtype=np.float32))))
    models = [compile_model(model, f"net{i}") for i, (_, model) in enumerate(drawn)]
    batches = [random_input(net, 6) for net, _ in drawn]
    for run in (run_on_host, run_on_board):
        for (_, model), inputs, found in zip(drawn, batches, run(models, batches), strict=True):
            np.testing.assert_array_equal(found[0], Micro(model)(*inputs)[0])


def test_same_model_gives_same_bytes(network):
    _, model = network
    first, second = (compile_model(model, "net").files for _ in range(2))
    assert first == second
    assert not any(re.search(r"/tmp|20\d\d-\d\d", text) for text in first.values())


def test_files_need_no_library_but_the_compilers_own(network):
    _, model = network
    included = re.findall(r"#include <(.*)>", "\n".join(compile_model(model).files.values()))
    assert set(included) == {"stdint.h"}


def test_header_says_what_the_model_is(network):
    _, model = network
    compiled = compile_model(model, "net")
    header = compiled.header
    assert compiled.sha256 in header
    assert f"#define NET_ARENA_BYTES {compiled.arena_bytes}\n" in header
    assert "#define NET_INPUT_SIZE 231\n" in header
    assert "#define NET_INPUT_ZERO_POINT (-5)\n" in header
    assert "#define NET_OUTPUT_SCALE 0.00390625f\n" in header
    assert "int8_t *net_output(void); /* int8 (1, 5) */" in header
    assert f"{compiled.macs:,}" in header


def test_header_is_valid_cpp(network, tmp_path):
    _, model = network
    compile_model(model, "net").write(tmp_path)
    source = tmp_path / "sketch.cpp"
    source.write_text('#include "net.h"\nint main() { net_invoke(); return net_output()[0]; }\n')
    # Without the C++ library, which zig would build from source first.
    flags = ("-x", "c++", "-nostdinc++", "-Wall", *STRICT, "-c")
    subprocess.run([*zig().command, *flags, "sketch.cpp"], cwd=tmp_path, check=True)


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_sanitizers_are_silent(compiler, tmp_path):
    if shutil.which(compiler) is None:
        pytest.skip(f"{compiler} is not installed")
    drawn = [a_network(seed) for seed in range(3)]
    models = [compile_model(model, f"net{i}") for i, (_, model) in enumerate(drawn)]
    for name, text in merged_files(models).items():
        (tmp_path / name).write_text(text)
    includes = "".join(f'#include "{model.name}.h"\n' for model in models)
    runs = "".join(
        f"    for (int i = 0; i < 231; i++)\n"
        f"        {m.name}_input()[i] = (int8_t)(v == 2 ? 37 * i : 127 * v);\n"
        f"    {m.name}_invoke();\n"
        for m in models
    )
    loop = f"for (int v = -1; v < 3; v++) {{\n{runs}}}"
    main = f"{includes}int main(void)\n{{\n{loop}\nreturn 0;\n}}\n"
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


def test_unknown_optimization_is_named(network):
    with pytest.raises(InputError, match=r"'fast'.*balanced, speed, size, memory"):
        compile_model(network[1], optimize="fast")


@pytest.mark.parametrize("name", ["", "9lives", "a-b", "tinyml_x", "größe"])
def test_name_that_is_no_c_prefix_is_refused(network, name):
    with pytest.raises(InputError, match="cannot prefix C functions"):
        compile_model(network[1], name=name)


def test_each_image_of_a_batch_is_convolved():
    net = Network(0)
    x = net.conv2d(net.input((3, 4, 5, 2)), stride=(2, 1))
    x = net.pool(net.depthwise(x, 2), "MAX", (2, 2), (1, 1))
    model = net.build(net.pool(x, "AVERAGE", (1, 2), (1, 1)))
    inputs = random_input(net, 4)
    for run in (run_on_host, run_on_board):
        ((found,),) = run([compile_model(model)], [inputs])
        np.testing.assert_array_equal(found, Micro(model)(*inputs)[0])


@pytest.mark.parametrize(("width", "wider"), [(3, False), (4, True), (9, True)])
@pytest.mark.parametrize("padding", ["SAME", "VALID"])
def test_rows_of_taps_end_with_zeros_where_they_fit(width, wider, padding):
    net = Network(0)
    x = net.input((1, 6, width, 1), 0.05, -7)
    model = net.build(net.conv2d(x, 6, (3, 3), (1, 2), padding=padding))
    inputs = random_input(net, 4)
    compiled = compile_model(model)
    assert (".kernel_width = 4" in compiled.source) is wider
    for run in (run_on_host, run_on_board):
        ((found,),) = run([compiled], [inputs])
        np.testing.assert_array_equal(found, Micro(model)(*inputs)[0])


@pytest.mark.parametrize("optimize", OPTIMIZATIONS)
def test_every_optimization_gives_the_same_outputs(network, optimize):
    net, model = network
    inputs = random_input(net, 2)
    ((found,),) = run_on_host([compile_model(model, optimize=optimize)], [inputs])
    np.testing.assert_array_equal(found, Micro(model)(*inputs)[0])


@pytest.mark.shared
@pytest.mark.skipif(not REFERENCE_MODELS.exists(), reason="the reference models are not here")
@pytest.mark.parametrize(
    "name", ["kws", "vww", "ic", "ad", "sww", "person_detect", "micro_speech", "hello_world"]
)
def test_reference_model_equals_its_outputs(name):
    compiled = compile_model(REFERENCE_MODELS / f"{name}.tflite", name)
    with np.load(REFERENCE_MODELS / f"{name}.npz") as arrays:
        inputs = tuple(arrays[key] for key in sorted(arrays) if key.startswith("in"))
        outputs = [arrays[key] for key in sorted(arrays) if key.startswith("out")]
    for found, wanted in zip(run_on_host([compiled], [inputs])[0], outputs, strict=True):
        np.testing.assert_array_equal(found.reshape(wanted.shape), wanted)
    few = tuple(array[:1] for array in inputs)
    for found, wanted in zip(run_on_board([compiled], [few])[0], outputs, strict=True):
        np.testing.assert_array_equal(found.reshape(wanted[:1].shape), wanted[:1])


def test_steps_cover_all_that_is_not_an_alias(network):
    compiled = compile_model(network[1])
    planned = [op.index for op in compiled.graph.ops if op.kind != "RESHAPE"]
    assert [step.op.index for step in compiled.steps] == planned
    assert all(a <= b for a, b in itertools.pairwise(planned))
