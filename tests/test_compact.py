"""What is favoured where flash matters most: one kernel for layers with weights, nothing padded."""

import numpy as np
import pytest
from compiled_batches import run_on_board, run_on_host
from tflite_models import Micro, Network, random_input

import tinyml_course as tc
from tinyml_course.compiler.codegen import compile_model
from tinyml_course.simulator.toolchain import arm_gcc


def classifier(channels=5, filters=7):
    """Layers whose inputs and filters are no multiples of anything."""
    net = Network(4)
    x = net.conv2d(net.input((1, 9, 7, channels), 0.05, -3), filters, stride=(2, 1))
    x = net.conv2d(x, 6, kernel=(1, 1))
    return net, net.build(net.dense(net.mean(x), 3))


def test_weights_take_what_they_take_in_the_file():
    compiled = compile_model(classifier()[1], "net", "size")
    first, second, _, dense = compiled.steps
    assert first.constants_bytes == 7 * 45 + 3 + 7 * 9  # some zeros behind, 9 bytes a channel
    assert second.constants_bytes == 6 * 7 + 1 + 6 * 9
    assert dense.calls[0].startswith("tinyml_convolve_compact(")
    assert dense.constants_bytes == 3 * 6 + 2 + 3 * 4 + 5  # one multiplier and shift for all


def test_a_large_dense_layer_and_one_alone_keep_their_own_kernel():
    net = Network(1)
    alone = net.build(net.dense(net.input((1, 64)), 8))
    net = Network(1)
    x = net.conv2d(net.input((1, 8, 8, 2)), 4)
    large = net.build(net.dense(net.reshape(x, (1, 256)), 32))
    for model in (alone, large):
        assert "tinyml_connect" in compile_model(model, "net", "size").steps[-1].calls[0]


@pytest.mark.parametrize("run", [run_on_host, run_on_board])
def test_outputs_equal_micro(run):
    net, model = classifier()
    inputs = random_input(net, 5)
    (wanted,) = Micro(model)(*inputs)
    found = run([compile_model(model, "net", "size")], [inputs])
    np.testing.assert_array_equal(found[0][0], wanted)


def depthwise_layers(*kernels):
    net = Network(2)
    x = net.input((1, 20, 16, 4))
    for kernel in kernels:
        x = net.depthwise(x, kernel=kernel, stride=(2, 1))
    return compile_model(net.build(x), "net", "size").source


def test_what_all_depthwise_layers_have_in_common_is_a_constant_of_their_kernel():
    alike = depthwise_layers(*[(3, 3)] * 4)
    for field in ("kernel_rows = 3", "kernel_columns = 3", "dilation_rows = 1", "multiplier = 1"):
        assert f"known.{field};" in alike
    different = depthwise_layers((3, 3), (3, 3), (5, 5), (3, 3))
    assert "known.multiplier = 1;" in different
    assert "known.kernel_rows" not in different
    assert "known.kernel_rows" not in depthwise_layers(*[(3, 5)] * 4)  # planes lie on their side


@pytest.mark.shared
@pytest.mark.skipif(arm_gcc() is None, reason="the bars are those of arm-none-eabi-gcc")
@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("kws", 36_000),
        ("vww", 48_000),
        ("ic", 90_000),
        ("ad", 275_000),
        ("person_detect", 240_000),
        ("sww", 60_000),
        ("hello_world", 1_500),
    ],
)
def test_models_of_the_field_take_little_flash(name, most, shared_dir):
    path = shared_dir / "benchmark" / f"{name}.tflite"
    arrays = np.load(path.with_suffix(".npz"))
    inputs = [arrays[key][:1] for key in arrays.files if key.startswith("in")]
    report = tc.simulate(compile_model(path, "net", "size"), "nano33ble", x=inputs[0])
    assert report.flash_bytes <= most
    np.testing.assert_array_equal(report.outputs, arrays["out0"][:1])
