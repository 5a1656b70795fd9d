"""The C of operators that remember, and of QUANTIZE between integers, against TFLite Micro."""

import ctypes
import itertools

import compiled_batches
import numpy as np
import pytest
from compiled_batches import STRICT, run_on_board, run_on_host
from test_reference_stateful import lstm_network, svdf_network
from tflite_models import Micro, Network, random_input

from tinyml_course.boards import get_board
from tinyml_course.compiler.codegen import compile_model
from tinyml_course.compiler.oracle.stateful import _sigmoid, _tanh
from tinyml_course.compiler.planning.verify import verify_plan
from tinyml_course.compiler.reference import reference
from tinyml_course.errors import UnsupportedModelError
from tinyml_course.simulator.emulated import BoardModel, model_program
from tinyml_course.simulator.host import host_model
from tinyml_course.simulator.toolchain import build_shared_library

SVDF_OPTIONS = [
    {"filters": filters, "rank": rank, "memory": memory, "zero_point": zero_point, "state": state}
    for (filters, rank), (memory, zero_point), state in itertools.product(
        [(1, 1), (6, 2), (7, 1), (12, 3)],
        [(1, -128), (2, 0), (3, 127), (4, 3), (9, -5), (10, 8)],
        [np.int8, np.int16],
    )
]
LSTM_OPTIONS = [
    {"units": units, "depth": depth, "steps": steps, "zero_points": zero_points, "cell": cell}
    for (units, depth), (steps, zero_points), cell in itertools.product(
        [(1, 1), (4, 3), (6, 9)],
        [(1, (-128, -128)), (3, (0, 0)), (6, (127, 7))],
        [2.0**-9, 2.0**-12, 2.0**-15, 1.0],
    )
]
UNLIKE_ZERO = [(svdf_network, {}), (lstm_network, {"zero_points": (2, -128)})]
REAL_MODELS = [
    "tensorflow__examples__dtln__dtln_noise_suppression",
    "tensorflow__examples__micro_speech_lstm__micro_speech_lstm",
    "tensorflow__examples__mnist_lstm__trained_lstm_int8",
    "tensorflow__micro__benchmarks__keyword_scrambled_model_data__g_keyword_scrambled_model_data",
]
INTEGERS = [np.int8, np.uint8, np.int16, np.int32]


def compiled(network, options, prefix):
    """Return (models, inputs, TFLM's outputs) of one network for each set of options."""
    models, inputs, expected = [], [], []
    for seed, chosen in enumerate(options):
        net, y = network(**chosen, seed=seed)
        content = net.build(y)
        inputs.append(random_input(net, 6, seed))
        models.append(compile_model(content, f"{prefix}{seed}"))
        expected.append(Micro(content)(*inputs[-1])[0])
    return models, inputs, expected


@pytest.mark.parametrize("run", [run_on_host, run_on_board])
@pytest.mark.parametrize(
    ("network", "options"),
    [(svdf_network, SVDF_OPTIONS), (lstm_network, LSTM_OPTIONS)],
    ids=["svdf", "lstm"],
)
def test_calls_in_a_row_equal_micro(network, options, run):
    models, inputs, expected = compiled(network, options, network.__name__)
    for outputs, wanted, chosen in zip(run(models, inputs), expected, options, strict=True):
        np.testing.assert_array_equal(outputs[0], wanted, err_msg=str(chosen))


def extreme_network(*, seed):
    """Return an SVDF or an LSTM whose scales are far apart, and whose biases reach far."""
    network, positions = ((svdf_network, [4]), (lstm_network, range(1, 9)))[seed % 2]
    net, y = network(seed=seed)
    inputs = net.ops[0].inputs
    for index in (*(inputs[i] for i in positions), *([y] if network is svdf_network else [])):
        net.tensors[index].scale = net.tensors[index].scale * np.float32(
            10.0 ** net.rng.uniform(-4, 2)
        )
    for index in inputs[3:4] if network is svdf_network else inputs[12:16]:
        bias = net.tensors[index]
        bias.data = net.rng.integers(-(2**30), 2**30, bias.shape).astype(np.int32)
        if network is svdf_network:
            bias.scale = net.tensors[inputs[4]].scale * net.tensors[inputs[2]].scale
    return net, y


@pytest.mark.parametrize("run", [run_on_host, run_on_board])
def test_extremes_of_scale_equal_micro(run):
    models, inputs, expected = compiled(extreme_network, [{}] * 24, "extreme")
    for seed, (outputs, wanted) in enumerate(zip(run(models, inputs), expected, strict=True)):
        np.testing.assert_array_equal(outputs[0], wanted, err_msg=str(seed))


@pytest.mark.parametrize("clip", [0.0, 0.02, 0.3])
def test_a_cell_is_clipped_like_micros(clip):
    net, y = lstm_network()
    net.ops[0].fields["CellClip"] = clip
    (x,) = random_input(net, 6)
    with host_model(compile_model(net.build(y))) as run:
        np.testing.assert_array_equal(run(x), Micro(net.build(y))(x)[0])


def test_curves_equal_the_oracle_everywhere():
    probe = """
        #include "lstm.h"
        int32_t probe_sigmoid(int32_t x);
        int32_t probe_tanh(int32_t x, int shift);
        int32_t probe_sigmoid(int32_t x) { return sigmoid(x); }
        int32_t probe_tanh(int32_t x, int shift) { return hyperbolic_tangent(x, shift); }
    """
    net, y = lstm_network()
    files = compile_model(net.build(y)).files
    sources = {name: text for name, text in files.items() if name.endswith(".h")}
    sources |= {"lstm.h": files["tinyml_lstm.c"], "probe.c": probe}
    library = ctypes.CDLL(str(build_shared_library(sources, STRICT)))
    x = np.concatenate([np.arange(-32768, 32768, 7), [32767]])
    sigmoids = [library.probe_sigmoid(int(value)) for value in x]
    np.testing.assert_array_equal(sigmoids, _sigmoid(x))
    for shift in (-20, -3, -1, 0, 1, 3, 12):
        tangents = [library.probe_tanh(int(value), shift) for value in x]
        np.testing.assert_array_equal(tangents, _tanh(x, shift - 12), err_msg=str(shift))


@pytest.mark.parametrize(("network", "options"), UNLIKE_ZERO)
def test_a_state_that_was_never_reset_is_that_of_power_on(network, options, monkeypatch):
    monkeypatch.setattr(compiled_batches, "reset_name", lambda model: None)
    models, inputs, expected = compiled(network, [options], f"fresh_{network.__name__}")
    for run in (run_on_host, run_on_board):
        np.testing.assert_array_equal(run(models, inputs)[0][0], expected[0])
    with pytest.raises(AssertionError):  # the library is loaded still, and remembers
        np.testing.assert_array_equal(run_on_host(models, inputs)[0][0], expected[0])


@pytest.mark.parametrize(("network", "options"), UNLIKE_ZERO)
def test_each_batch_starts_from_the_reset_state(network, options):
    (model,), (inputs,), (expected,) = compiled(network, [options], "batches")
    board = get_board("nano33ble")
    on_board = BoardModel(model, model_program(model, board), board)
    with host_model(model) as on_host:
        for run in (on_host, on_host, on_board, on_board):
            np.testing.assert_array_equal(run(*inputs), expected)


@pytest.mark.parametrize("optimize", ["balanced", "size"])
def test_the_reset_at_power_on_is_no_step(optimize):
    net, y = lstm_network(zero_points=(2, -128), units=64)
    y = net.unary("TANH", net.unary("RELU", y), 1 / 128, 0)
    model = compile_model(net.build(y), "stepped", optimize)
    board = get_board("nano33ble")
    on_board = BoardModel(model, model_program(model, board), board)
    on_board(*random_input(net, 2))
    assert len(on_board.slowest_steps) == len(model.steps) == 2


def test_only_models_that_remember_can_be_reset():
    net, y = lstm_network()
    model = compile_model(net.build(y), "keeper")
    assert "void keeper_reset(void);" in model.header
    assert "12 bytes of the arena stay" in model.header
    verify_plan(model.graph, model.plan)
    assert all(model.plan.lifetimes[i] == (-1, len(model.graph.ops)) for i in model.graph.variables)
    net = Network()
    forgetful = compile_model(net.build(net.unary("RELU", net.input((1, 4)))), "forgetful")
    assert "reset" not in forgetful.header + forgetful.source


def test_only_states_unlike_zero_need_a_flag():
    for network, needed in ((svdf_network, False), (lstm_network, True)):
        net, y = network()
        assert ("is_ready" in compile_model(net.build(y)).source) is needed


def test_weights_without_a_kernel_are_named():
    net, y = svdf_network()
    times = net.tensors[net.ops[0].inputs[2]]
    times.data, times.dtype = times.data.astype(np.int8), np.dtype(np.int8)
    with pytest.raises(UnsupportedModelError, match=r"SVDF.* reads .*int8\), not int16"):
        compile_model(net.build(y))


def integer_network(source, target, seed):
    net = Network(seed)
    limits = {t: np.iinfo(t) for t in (source, target)}
    zero_points = {t: 0 if limits[t].bits == 32 else int(limits[t].min) // 2 + 3 for t in limits}
    x = net.input((1, 7), 0.05, zero_points[source], dtype=source)
    scale = 0.05 * 2.0 ** (limits[source].bits - limits[target].bits) * net.rng.uniform(0.3, 3)
    y = net.tensor((1, 7), scale, zero_points[target], dtype=target)
    net.op("QUANTIZE", [x], [y], "QuantizeOptions")
    return net, y


@pytest.mark.parametrize("run", [run_on_host, run_on_board])
def test_quantize_between_integers_equals_the_oracle(run):
    pairs = [(a, b) for a in INTEGERS for b in INTEGERS if np.dtype(a).itemsize > 1 or a != b]
    networks = [integer_network(*pair, seed) for seed, pair in enumerate(pairs)]
    models = [compile_model(net.build(y), f"q{i}") for i, (net, y) in enumerate(networks)]
    inputs = [random_input(net, 20) for net, _ in networks]
    for outputs, model, arrays, pair in zip(
        run(models, inputs), models, inputs, pairs, strict=True
    ):
        wanted = reference(model.graph)(*arrays)
        np.testing.assert_array_equal(outputs[0], wanted, err_msg=str(pair))


@pytest.mark.parametrize(
    "pair", [(np.int16, np.int8), (np.int16, np.int32), (np.int16, np.int16), (np.int32, np.int8)]
)
def test_quantize_between_integers_equals_micro(pair):
    net, y = integer_network(*pair, 1)
    (x,) = random_input(net, 20)
    with host_model(compile_model(net.build(y))) as run:
        np.testing.assert_array_equal(run(x), Micro(net.build(y))(x)[0])


@pytest.mark.parametrize("run", [run_on_host, run_on_board])
def test_softmax_to_int16_equals_micro(run):
    net = Network()
    x = net.input((3, 5), 0.07, 4)
    y = net.tensor((3, 5), 1 / 65536, -32768, dtype=np.int16)
    net.op("SOFTMAX", [x], [y], "SoftmaxOptions", Beta=1.0)
    inputs = random_input(net, 30)
    model = compile_model(net.build(y), "wide_softmax")
    (outputs,) = run([model], [inputs])
    np.testing.assert_array_equal(outputs[0], Micro(net.build(y))(*inputs)[0])


@pytest.mark.shared
@pytest.mark.parametrize("name", REAL_MODELS, ids=lambda name: name.split("__")[-1])
def test_real_models_equal_their_vectors(name, shared_dir):
    model = compile_model(shared_dir / "models" / f"{name}.tflite", "real")
    vectors = np.load(shared_dir / "models" / f"{name}.npz")
    frames = 2 if model.macs > 2_000_000 else len(vectors["in0"])
    board = get_board("nano33ble")
    on_board = BoardModel(model, model_program(model, board), board)
    np.testing.assert_array_equal(host_model(model)(vectors["in0"]), vectors["out0"])
    np.testing.assert_array_equal(on_board(vectors["in0"][:frames]), vectors["out0"][:frames])
