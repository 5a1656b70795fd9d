"""Models and features on the emulated board: equal to the host, and refused in words if too big."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest
from small_programs import COMPILERS, NANO
from tflite_models import Network

from tinyml_course.compiler.codegen import compile_model
from tinyml_course.compiler.reference import reference
from tinyml_course.errors import FitError, InputError
from tinyml_course.features.audio import Mfcc
from tinyml_course.simulator.arrays import read_inputs, write_outputs
from tinyml_course.simulator.emulated import board_model, run_features_on_board
from tinyml_course.simulator.host import host_features, host_model
from tinyml_course.simulator.report import simulate

KEYS = [
    *("board", "compiler", "fits", "reason", "flash_bytes", "flash_limit_bytes"),
    *("constants_bytes", "code_bytes", "arena_bytes", "static_ram_bytes", "stack_bytes"),
    *("ram_bytes", "ram_limit_bytes", "macs", "instructions", "cycles", "latency_ms", "energy_uj"),
    *("cycles_source", "estimated"),
]


def small_network(shape=(1, 49, 10, 1), filters=4):
    """A keyword network in small: it takes the features' window."""
    net = Network(seed=1)
    x = net.input(shape, scale=1.0)
    x = net.conv2d(x, filters=filters, kernel=(10, 4), stride=(2, 2), activation="RELU")
    x = net.depthwise(x, kernel=(3, 3), activation="RELU")
    x = net.conv2d(x, filters=8, kernel=(1, 1))
    return net.build(net.mean(x))


@pytest.fixture(scope="module")
def model():
    return small_network()


@pytest.fixture(scope="module")
def compiled(model):
    return compile_model(model, "small")


@pytest.fixture(scope="module")
def x():
    return np.random.default_rng(0).integers(-128, 128, (3, 49, 10, 1)).astype(np.int8)


@pytest.fixture(scope="module")
def clips():
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 4000, (3, 16000))
    noise[1] = 32767
    return noise.astype(np.int16)


@pytest.mark.parametrize("compiler", COMPILERS)
def test_board_gives_the_hosts_bits_and_the_oracles(model, compiled, x, compiler):
    simulation = simulate(compiled, x=x, compiler=compiler)
    with host_model(compiled) as run:
        np.testing.assert_array_equal(simulation.outputs, run(x))
    np.testing.assert_array_equal(simulation.outputs.ravel(), reference(model)(x).ravel())
    assert simulation.fits
    assert simulation.compiler.startswith(compiler)


@pytest.mark.parametrize("compiler", COMPILERS)
def test_features_and_model_on_the_board_give_the_hosts_bits(compiled, clips, compiler):
    mfcc = Mfcc()
    board = board_model(compiled, NANO, mfcc, compiler)
    features, outputs = board.run_clips(clips)
    np.testing.assert_array_equal(features, host_features(mfcc)(clips))
    np.testing.assert_array_equal(outputs, host_model(compiled)(features))
    assert 0 < board.slowest_hop.instructions < 1_000_000


def test_features_alone_on_the_board_give_numpys_bits(clips):
    np.testing.assert_array_equal(run_features_on_board(Mfcc(), clips[:2]), Mfcc()(clips[:2]))


def test_report_keeps_the_contract(compiled):
    report = json.loads(json.dumps(simulate(compiled).to_json()))
    assert list(report) == KEYS
    assert report["ram_bytes"] == report["static_ram_bytes"] + report["stack_bytes"]
    assert report["flash_bytes"] == report["code_bytes"] + report["constants_bytes"]
    assert report["arena_bytes"] == compiled.arena_bytes <= report["static_ram_bytes"]
    assert report["constants_bytes"] >= compiled.constants_bytes
    assert report["instructions"] < report["cycles"]
    assert report["latency_ms"] == pytest.approx(report["cycles"] / 64_000)
    assert report["energy_uj"] == pytest.approx(3.3 * 3.3 * report["latency_ms"])


def test_report_with_features_tells_of_a_hop_and_is_larger(compiled, clips):
    alone, whole = simulate(compiled), simulate(compiled, features=Mfcc(), x=clips[:1])
    assert whole.static_ram_bytes > alone.static_ram_bytes + 640
    assert whole.to_json()["hop_latency_ms"] < 20
    assert whole.outputs.shape == (1, 8)


def test_report_shows_itself(compiled):
    simulation = simulate(compiled)
    picture, text = simulation._repr_html_(), simulation.to_text()
    for words in ("flash", "RAM", "time", "energy", "fits", simulation.compiler):
        assert words in picture
        assert words in text
    assert picture.count('role="img"') == 4


def test_same_input_gives_the_same_report(compiled, x):
    assert simulate(compiled, x=x).to_json() == simulate(compiled, x=x).to_json()


def test_assert_equals_passes_and_names_the_first_difference(model, compiled, x):
    simulation = simulate(compiled)
    simulation.assert_equals(reference(model), x)

    def wrong(inputs):
        outputs = reference(model)(inputs).copy()
        outputs[1] += 1
        return outputs

    with pytest.raises(AssertionError, match=r"differs for 1 of 3 inputs. Input 1: \["):
        simulation.assert_equals(wrong, x)
    with pytest.raises(AssertionError, match="float32"):
        simulation.assert_equals(lambda inputs: reference(model)(inputs).astype(np.float32), x)


def narrowed(simulation, *, ram=None, flash=None, stack=0):
    """The Nano with exactly so much of its memory left for a program."""
    board = replace(NANO, id="narrow", stack_limit_bytes=stack)
    if ram is not None:
        board = replace(board, core_ram_bytes=board.ram_bytes - ram)
    if flash is not None:
        board = replace(board, core_flash_bytes=board.flash_bytes - flash)
    return simulate(simulation.compiled, board)


@pytest.mark.parametrize(
    ("memory", "part", "message"),
    [
        (
            "ram",
            "ram_bytes",
            "bytes of RAM for variables and [0-9]+ for its stack",
        ),
        ("ram", "static_ram_bytes", r"small needs [\d,]+ bytes of RAM.* at op \d+ \([A-Z0-9_]+\)"),
        ("flash", "flash_bytes", r"bytes of flash \([\d,]+ of constants, [\d,]+ of code\)"),
        ("stack", "stack_bytes", "bytes of stack; the Arduino core of narrow gives a sketch"),
    ],
    ids=lambda value: value if " " not in value else "",
)
def test_exact_fit_is_a_fit_and_one_byte_less_is_not(compiled, memory, part, message):
    needed = simulate(compiled)
    amount = getattr(needed, part)
    if part != "static_ram_bytes":
        assert narrowed(needed, **{memory: amount}).fits
    refused = narrowed(needed, **{memory: amount - 1})
    assert not refused.fits
    assert re.search(message, refused.reason)
    with pytest.raises(FitError, match="narrow"):
        refused.require_fit()


def test_stack_that_runs_into_the_arena_names_the_op(compiled):
    needed = simulate(compiled)
    refused = narrowed(needed, ram=needed.static_ram_bytes + 64)
    assert re.match(r"small stopped( at op \d+ \([A-Z0-9_]+\))?: the stack grew", refused.reason)


@pytest.mark.parametrize("compiler", COMPILERS)
def test_layers_add_up_to_the_inference(compiler):
    net = Network(seed=2)
    x = net.conv2d(net.input((1, 12, 12, 3)), filters=8)
    x = net.conv2d(x, filters=8, kernel=(1, 1))
    layered = compile_model(net.build(net.dense(net.reshape(x, (1, 1152)), 5)), "layered")
    simulation = simulate(layered, compiler=compiler)
    layers = simulation.layers
    assert [layer.op for layer in layers] == [str(step.op) for step in layered.steps]
    assert sum(layer.cycles for layer in layers) == simulation.cycles
    assert sum(layer.instructions for layer in layers) == simulation.instructions
    assert all(layer.macs / 2 < layer.instructions < 12 * layer.macs for layer in layers)
    assert "layer by layer" in simulation._repr_html_()


def test_model_too_big_is_refused_with_the_peak_op_and_a_remedy():
    large = compile_model(small_network((1, 900, 700, 1), filters=16), "large")
    simulation = simulate(large)
    assert not simulation.fits
    assert simulation.reason.startswith(f"large needs {simulation.static_ram_bytes:,} bytes of RAM")
    assert "nano33ble has 262,144, of which its Arduino core takes 44,552" in simulation.reason
    assert "Use a smaller model" in simulation.reason
    assert simulation.to_json()["instructions"] is None
    assert "does not fit" in simulation.to_text()
    with pytest.raises(FitError, match="bytes of RAM"):
        board_model(large)


def test_uno_is_refused_before_anything_is_built():
    large = compile_model(small_network((1, 60, 60, 1)), "big")
    simulation = simulate(large, "uno")
    assert simulation.compiler == "none"
    assert "uno has 2,048, of which its Arduino core takes 9" in simulation.reason
    assert simulation.reason.endswith("or pick uno_r4.")
    with pytest.raises(FitError, match="uno has 2,048"):
        board_model(large, "uno")


@pytest.mark.parametrize("compiler", COMPILERS)
def test_size_is_favoured_where_the_model_asks_for_it(model, compiled, x, compiler):
    small = simulate(compile_model(model, "small", optimize="size"), x=x, compiler=compiler)
    usual = simulate(compiled, x=x, compiler=compiler)
    assert small.flash_bytes < usual.flash_bytes
    np.testing.assert_array_equal(small.outputs, usual.outputs)


def test_arrays_go_through_files(tmp_path, compiled, x):
    path = tmp_path / "in.npz"
    np.savez(path, in0=x[:, None])
    arrays = read_inputs(path, compiled.graph)
    assert arrays[0].shape == (3, 1, 49, 10, 1)
    write_outputs(tmp_path / "out.npz", board_model(compiled)(*arrays))
    stored = np.load(tmp_path / "out.npz")
    assert stored["out0"].shape == (3, 1, 8)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read"),
        (b"", "cannot be read"),
        (b"PK\x03\x04 torn", "cannot be read"),
        ({"x": np.zeros(3)}, "must hold in0 for small; it has x"),
        ({"in0": np.zeros((1, 3), np.int8)}, "has shape"),
        ({"in0": np.array([None])}, "cannot be read"),
    ],
    ids=["missing", "empty", "torn", "other name", "other shape", "objects"],
)
def test_bad_file_of_inputs_is_refused(tmp_path, compiled, content, message):
    path = tmp_path / "in.npz"
    if isinstance(content, dict):
        np.savez(path, **content)
    elif content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_inputs(path, compiled.graph)


@pytest.mark.shared
@pytest.mark.parametrize("compiler", COMPILERS)
def test_reference_keyword_model_gives_tflms_outputs(shared_dir, compiler):
    stored = np.load(shared_dir / "benchmark" / "kws.npz")
    kws = compile_model(shared_dir / "benchmark" / "kws.tflite", "kws")
    simulation = simulate(kws, x=stored["in0"], compiler=compiler)
    np.testing.assert_array_equal(simulation.outputs, stored["out0"])
    assert simulation.macs == 2_656_768
    assert simulation.static_ram_bytes < 23_392  # TFLM with CMSIS-NN
    assert simulation.flash_bytes < 110_000
