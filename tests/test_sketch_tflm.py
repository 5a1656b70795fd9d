"""The sketch for TFLite Micro: its model, its arena, its operators, and what it refuses."""

# ruff: noqa: F401, F811 - fixtures are imported, and then asked for by name

import re
from pathlib import Path

import numpy as np
import pytest
import tflite
from sketch_programs import LABELS, STRICT, model
from stream_networks import buffer, ring, with_start
from tflite_models import Network, random_input

from tinyml_course.cli import main
from tinyml_course.compiler.planning.allocate import align
from tinyml_course.compiler.planning.offline_plan import (
    METADATA,
    ONLINE,
    tensor_offsets,
    with_offline_plan,
)
from tinyml_course.compiler.reading.tflite import read_model
from tinyml_course.errors import FitError, InputError, UnsupportedModelError
from tinyml_course.features.audio import Mfcc
from tinyml_course.simulator.host_sketch import CPP_FLAGS, STAND_IN, as_cpp, zig
from tinyml_course.sketch import tflm, tflm_arena, write_plain_sketch, write_sketch
from tinyml_course.sketch.tflm import tflm_model
from tinyml_course.sketch.tflm_arena import bounded_bytes, measured_bytes, scratch_bytes

TFLM_STAND_IN = Path(__file__).parent / "tflm_stand_in"
BENCHMARK = Path(__file__).parents[2] / "shared" / "real" / "benchmark"


def ladder(seed):
    """Return a random network with skips and changes of shape, and its inputs."""
    rng = np.random.default_rng(seed)
    net = Network(seed=seed)
    x = net.input((1, 12, 10, int(rng.integers(1, 5))))
    kept = x = net.conv2d(x, int(rng.integers(2, 12)))
    for _ in range(int(rng.integers(1, 4))):
        x = net.depthwise(x, activation="RELU")
        y = net.conv2d(x, net.shape(kept)[3], (1, 1))
        x = kept = net.binary("ADD", y, kept)
        x = net.depthwise(x, multiplier=int(rng.integers(1, 4)))
    x = net.reshape(x, (1, int(np.prod(net.shape(x)))))
    return net, net.build(net.dense(x, 7, gain=0.5))


def run_in_tflm(data, frames):
    """Return the outputs of frames, with activations that share the arena as they do on a board."""
    runtime = pytest.importorskip("tflite_micro").runtime
    interpreter = runtime.Interpreter.from_bytes(data, arena_size=1 << 22)
    outputs = []
    for frame in frames:
        interpreter.set_input(frame, 0)
        interpreter.invoke()
        outputs.append(interpreter.get_output(0).copy())
    return np.stack(outputs)


# The plan in the metadata ------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(12))
def test_a_model_with_our_plan_gives_tflite_micro_the_same_bits(seed):
    net, data = ladder(seed)
    planned = with_offline_plan(data, read_model(data))
    (frames,) = random_input(net, 6)
    np.testing.assert_array_equal(run_in_tflm(planned, frames), run_in_tflm(data, frames))


@pytest.mark.parametrize("name", ["kws", "vww"])
def test_a_benchmark_model_with_our_plan_gives_the_same_bits(name):
    path = BENCHMARK / f"{name}.tflite"
    if not path.exists():
        pytest.skip("the benchmark models are not here")
    data = path.read_bytes()
    graph = read_model(data)
    shape = graph.tensors[graph.inputs[0]].shape
    frames = np.random.default_rng(0).integers(-128, 128, (3, *shape)).astype(np.int8)
    planned = with_offline_plan(data, graph)
    np.testing.assert_array_equal(run_in_tflm(planned, frames), run_in_tflm(data, frames))
    assert measured_bytes(planned) <= measured_bytes(data)


def test_a_wrong_plan_gives_wrong_bits(monkeypatch):
    """TFLite Micro follows the plan: with every tensor at 0, layers overwrite what they read."""
    net, data = ladder(0)
    graph = read_model(data)
    flat = [min(offset, 0) for offset in tensor_offsets(graph)]
    place = "tinyml_course.compiler.planning.offline_plan.tensor_offsets"
    monkeypatch.setattr(place, lambda _: flat)
    (frames,) = random_input(net, 6)
    assert (run_in_tflm(with_offline_plan(data, graph), frames) != run_in_tflm(data, frames)).any()


def test_the_plan_is_read_back_as_it_was_written_and_the_network_is_unchanged():
    _, data = ladder(1)
    graph = read_model(data)
    planned = with_offline_plan(data, graph)
    root = tflite.Model.GetRootAs(planned, 0)
    entry = root.Metadata(root.MetadataLength() - 1)
    assert entry.Name() == METADATA
    values = root.Buffers(entry.Buffer()).DataAsNumpy().view("<i4")
    assert values.tolist() == [1, 0, len(graph.tensors), *tensor_offsets(graph)]
    padded = data + bytes(-len(data) % 16)
    assert planned.endswith(padded) and (len(planned) - len(padded)) % 16 == 0
    again = read_model(planned)
    assert again.ops == graph.ops
    for one, other in zip(again.tensors, graph.tensors, strict=True):
        assert one.name == other.name and np.array_equal(one.data, other.data)
    assert with_offline_plan(planned, again) == planned


def test_tensors_that_live_together_lie_apart():
    for seed in range(8):
        _, data = ladder(seed)
        graph = read_model(data)
        offsets = tensor_offsets(graph)
        for op in graph.ops:
            if op.kind == "RESHAPE":
                assert offsets[op.outputs[0]] == offsets[op.inputs[0]]
                continue
            taken = [i for i in (*op.inputs, *op.outputs) if offsets[i] != ONLINE]
            for i in set(taken):
                for j in set(taken) - {i}:
                    (start, end), (other, _) = (
                        (offsets[k], offsets[k] + graph.tensors[k].nbytes)
                        for k in sorted((i, j), key=lambda k: offsets[k])
                    )
                    assert end <= other and start % 16 == 0


# The arena ---------------------------------------------------------------------------------------


def test_the_arena_is_what_tflite_micro_reports_and_never_larger_than_before():
    _, data = ladder(2)
    made = tflm_model(data, "net")
    assert made.interpreter_bytes == measured_bytes(made.data) <= measured_bytes(data)
    assert f"arenaBytes = {made.interpreter_bytes};" in made.files["net.cpp"]
    assert "Measured with TFLite Micro on a 64-bit computer" in made.files["net.cpp"]
    assert (made.data == data) == (not made.planned)


@pytest.mark.parametrize("seed", range(4))
def test_the_bound_holds_where_tflite_micro_cannot_be_asked(monkeypatch, seed):
    _, data = ladder(seed)
    monkeypatch.setattr(tflm, "can_measure", lambda: False)
    made = tflm_model(data, "net")
    assert made.planned and "A bound, not a measurement" in made.files["net.cpp"]
    assert made.interpreter_bytes == bounded_bytes(made.graph) >= measured_bytes(made.data)


def test_scratch_is_two_unfolded_pixels_of_the_largest_convolution():
    net = Network()
    x = net.conv2d(net.input((1, 8, 8, 5)), 4, (3, 2))
    graph = read_model(net.build(net.conv2d(x, 2, (1, 1))))
    assert scratch_bytes(graph) == align(2 * 2 * 3 * 2 * 5 + 16, 16)


def test_scratch_of_an_average_pool_is_an_int32_sum_a_channel():
    net = Network()
    graph = read_model(net.build(net.pool(net.input((1, 4, 4, 40)))))
    assert scratch_bytes(graph) == 4 * 40 + 16


# The sketch --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def keyword_model(model):
    return tflm_model(model, "kws")


def type_check(folder, tmp_path):
    """Compile every C++ file of a sketch against declarations of Arduino's and TFLM's API."""
    (tmp_path / "sketch.cpp").write_text(as_cpp(folder))
    options = [*CPP_FLAGS, *STRICT, "-nostdlib++", "-c", f"-I{STAND_IN}", f"-I{TFLM_STAND_IN}"]
    for source in (tmp_path / "sketch.cpp", *folder.glob("src/*.cpp")):
        zig(folder, tmp_path, "c++", *options, f"-I{folder}", str(source), "-o", "checked.o")


def test_the_keyword_sketch_runs_tflite_micro_behind_the_same_functions(keyword_model, tmp_path):
    folder = write_sketch(keyword_model, Mfcc(), LABELS, out=tmp_path / "keywords", runtime="tflm")
    program = (folder / "src" / "kws.cpp").read_text()
    assert "MicroMutableOpResolver<5> resolver;" in program
    assert re.findall(r"resolver\.Add(\w+)\(\)", program) == [
        "AveragePool2D",
        "Conv2D",
        "FullyConnected",
        "Reshape",
        "Softmax",
    ]
    assert not list(folder.glob("src/tinyml_kernels*"))
    page = (folder / "README.md").read_text()
    assert "Chirale_TensorFLowLite" in page and "No library is needed" not in page
    type_check(folder, tmp_path)


def test_the_array_is_the_model_aligned(keyword_model):
    text = keyword_model.files["kws_data.cpp"]
    assert "alignas(16) const unsigned char kws_data[KWS_DATA_SIZE] = {" in text
    body = text.split("= {")[1].split("}")[0]
    assert bytes(int(number) for number in re.findall(r"\d+", body)) == keyword_model.data


def test_the_plain_sketch_is_the_same_each_time_and_compiles(tmp_path):
    data = small_model()
    texts = []
    for name in ("a", "b"):
        folder = write_plain_sketch(tflm_model(data, "net"), out=tmp_path / name / "net")
        texts.append({p.name: p.read_bytes() for p in folder.rglob("*") if p.is_file()})
    assert texts[0] == texts[1]
    type_check(folder, tmp_path)


def small_model():
    net = Network()
    return net.build(net.softmax(net.dense(net.input((1, 8)), 4)))


def test_the_command_writes_a_sketch_of_a_model(tmp_path, capsys):
    (tmp_path / "tiny.tflite").write_bytes(small_model())
    arguments = ["sketch", str(tmp_path / "tiny.tflite"), "-o", str(tmp_path / "out")]
    with pytest.raises(SystemExit) as status:
        main([*arguments, "--runtime", "tflm"])
    assert status.value.code == 0
    assert (tmp_path / "out" / "src" / "tiny_data.cpp").is_file()
    assert "sketch written to" in capsys.readouterr().out


def test_a_model_with_variables_gets_room_for_them(tmp_path):
    net, (y,) = with_start()
    joined = ring(net, net.reshape(y, (1, 2, 1, 3)), 2, "ring")
    made = tflm_model(net.build(joined), "net")
    assert made.data == net.build(joined) and not made.planned
    program = made.files["net.cpp"]
    assert "MicroResourceVariables::Create(allocator, 3)" in program
    for name in ("AssignVariable", "CallOnce", "ReadVariable", "VarHandle"):
        assert f"  resolver.Add{name}();" in program
    assert "MicroResourceVariables" not in tflm_model(small_model(), "net").files["net.cpp"]
    plain, outputs = buffer()
    type_check(write_plain_sketch(tflm_model(plain.build(*outputs)), out=tmp_path / "n"), tmp_path)


# What is refused ---------------------------------------------------------------------------------


def test_dense_weights_with_a_scale_a_unit_are_refused_with_the_remedy():
    net = Network()
    data = net.build(net.dense(net.input((1, 8)), 4, per_channel=True))
    with pytest.raises(UnsupportedModelError, match=r"per_tensor_dense=True.*--runtime c"):
        tflm_model(data)


def test_mean_is_refused_with_the_remedy():
    net = Network()
    data = net.build(net.mean(net.input((1, 4, 4, 3))))
    with pytest.raises(UnsupportedModelError, match=r"AveragePooling2D.*--runtime c"):
        tflm_model(data)


def test_two_inputs_are_refused():
    net = Network()
    data = net.build(net.binary("ADD", net.input((1, 4)), net.input((1, 4))))
    with pytest.raises(InputError, match="2 inputs and 1 outputs"):
        tflm_model(data)


def test_a_board_too_small_is_refused(tmp_path):
    net = Network()
    data = net.build(net.conv2d(net.input((1, 64, 64, 4)), 4))
    with pytest.raises(FitError, match="bytes of RAM"):
        write_plain_sketch(tflm_model(data), "uno", tmp_path / "net")


def test_a_model_that_tflite_micro_cannot_run_says_so():
    with pytest.raises(InputError, match=r"does not run this model.*--runtime c"):
        tflm_arena.measured_bytes(b"nonsense" * 40)
