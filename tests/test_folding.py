"""What the compiler takes out of networks: the outputs stay the same to the bit."""

import numpy as np
import pytest
from compiled_batches import run_on_board, run_on_host
from model_zoo import small_models
from tflite_models import Micro, Network, random_input

from tinyml_course.compiler.codegen import compile_model
from tinyml_course.compiler.inspect import inspect_model
from tinyml_course.compiler.macs import network_macs
from tinyml_course.compiler.reading.tflite import read_model
from tinyml_course.compiler.reference import reference
from tinyml_course.compiler.simplifying.channel_ranges import channel_ranges
from tinyml_course.compiler.simplifying.fold_channels import fold_channels
from tinyml_course.compiler.simplifying.simplify import simplify
from tinyml_course.errors import UnsupportedModelError

ACTIVATIONS = ("NONE", "RELU", "RELU6", "RELU_N1_TO_1")


def spec(net, op, position):
    return net.tensors[net.ops[op].inputs[position]]


def clear_filters(net, op, filters):
    """Make some filters of a layer all zero."""
    code, weights = net.ops[op].code, spec(net, op, 1)
    if code == net_code("DEPTHWISE_CONV_2D"):
        weights.data[..., filters] = 0
    else:
        weights.data[filters] = 0


def net_code(name):
    import tflite

    return getattr(tflite.BuiltinOperator, name)


def layers(net):
    kinds = {net_code(k) for k in ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED")}
    return [i for i, op in enumerate(net.ops) if op.code in kinds]


def random_network(seed: int) -> tuple[Network, int]:
    """A chain of image layers, some with a shortcut, then a dense end; half its filters empty."""
    net = Network(seed)
    rng = np.random.default_rng(seed)

    def pick(*choices):
        return choices[rng.integers(len(choices))]

    zero_point = pick(-128, -7, 0, 127)
    x = net.input((1, pick(5, 8), pick(6, 7), pick(1, 3, 5)), 0.04, zero_point)
    for _ in range(pick(2, 3, 4)):
        style = {
            "padding": pick("SAME", "VALID"),
            "activation": pick(*ACTIVATIONS),
            "zero_point": pick(-128, -128, 3),
        }
        small = min(net.shape(x)[1:3]) < 3
        kernel = (1, 1) if small else pick((1, 1), (3, 3), (2, 3))
        kind = pick("conv", "conv", "depthwise", "pool", "shortcut", "table", "pad")
        if kind == "conv":
            x = net.conv2d(
                x, pick(3, 8, 12), kernel, pick((1, 1), (2, 2)), bias=pick(0, 1), **style
            )
        elif kind == "depthwise":
            x = net.depthwise(x, pick(1, 1, 2), kernel, per_channel=pick(0, 1), **style)
        elif kind == "pool" and not small:
            x = net.pool(x, pick("AVERAGE", "MAX"), padding=style["padding"])
        elif kind == "shortcut":
            channels = net.shape(x)[3]
            y = net.conv2d(x, channels, (1, 1), activation="RELU", zero_point=-128)
            x = net.binary("ADD", net.conv2d(x, channels, (1, 1)), y, style["activation"])
        elif kind == "table":
            x = net.unary(pick("RELU", "TANH", "RELU6"), x, net.scale(x), zero_point=0)
            net.tensors[x].scale, net.tensors[x].zero_point = np.float32([1 / 128]), np.array([0])
        elif kind == "pad":
            x = net.conv2d(net.pad(x, [(0, 0), (1, 1), (0, 1), (0, 0)]), 4, (3, 3), padding="SAME")
    x = net.mean(x) if pick(0, 1) else net.reshape(x, (1, int(np.prod(net.shape(x)))))
    x = net.dense(net.dense(x, 9, activation="RELU", per_channel=pick(0, 1)), 3)
    for op in layers(net):
        clear_filters(net, op, rng.random(weights_of(net, op)) < pick(0.3, 0.6))
        if rng.random() < 0.4:
            weights = spec(net, op, 1).data
            weights[..., rng.random(weights.shape[-1]) < 0.4] = 0
    return net, x


def weights_of(net, op):
    weights = spec(net, op, 1).data
    return weights.shape[3 if net.ops[op].code == net_code("DEPTHWISE_CONV_2D") else 0]


@pytest.mark.parametrize("multiple", [1, 4])
def test_the_oracle_gives_the_same_on_the_smaller_network(multiple):
    smaller = 0
    for seed in range(120):
        net, y = random_network(seed)
        graph = read_model(net.build(y))
        simplified = simplify(graph, multiple).graph
        inputs = random_input(net, 3)
        np.testing.assert_array_equal(
            reference(simplified)(*inputs), reference(graph)(*inputs), f"seed {seed}"
        )
        smaller += network_macs(simplified) < network_macs(graph)
    assert smaller > 70


def test_tflite_micro_and_the_compiled_c_agree():
    models, batches, expected = [], [], []
    for seed in range(200, 230):
        net, y = random_network(seed)
        model, inputs = net.build(y), random_input(net, 4)
        optimize = ("balanced", "size")[seed % 2]
        models.append(compile_model(model, f"net{seed}", optimize))
        batches.append(inputs)
        expected.append(Micro(model)(*inputs))
    assert sum(bool(model.notes) for model in models) > 20
    for seed, (got, want) in enumerate(zip(run_on_host(models, batches), expected, strict=True)):
        np.testing.assert_array_equal(got, want, f"seed {200 + seed}")


# Channels ---------------------------------------------------------------------------------------


def two_layers(padding="VALID", kernel=(3, 3), bias=5000, **style):
    """Filters 1 and 2 of 4 are empty; their output is a constant, with this bias not zero."""
    net = Network(1)
    x = net.conv2d(net.input((1, 6, 6, 2)), 4, (1, 1), **style)
    clear_filters(net, 0, [1, 2])
    spec(net, 0, 2).data[[1, 2]] = bias
    return net, net.conv2d(x, 3, kernel, padding=padding)


def channels_left(net, y):
    """Return how many of the 4 channels between two layers are left, after a check."""
    graph, note = fold_channels(read_model(net.build(y)), 1)
    inputs = random_input(net, 3)
    np.testing.assert_array_equal(
        reference(graph)(*inputs), reference(read_model(net.build(y)))(*inputs)
    )
    left = graph.tensors[graph.ops[0].output].shape[3]
    assert (note is None) == (left == 4)
    return left


@pytest.mark.parametrize(
    ("padding", "kernel", "bias", "left"),
    [
        ("VALID", (3, 3), 5000, 2),
        ("SAME", (1, 1), 5000, 2),
        ("SAME", (3, 3), 0, 2),
        ("SAME", (3, 3), 5000, 4),
    ],
    ids=["no-padding", "one-tap", "zero-meets-padding", "other-value-meets-padding"],
)
def test_constant_channels_go_unless_they_differ_from_the_padding(padding, kernel, bias, left):
    assert channels_left(*two_layers(padding, kernel, bias)) == left


def test_a_channel_no_filter_reads_goes_with_all_that_only_it_needs():
    net = Network(2)
    x = net.conv2d(net.input((1, 6, 6, 2)), 8, (1, 1))
    x = net.depthwise(x, zero_point=-128, activation="RELU")
    y = net.conv2d(net.pool(x, "MAX"), 5, (1, 1))
    spec(net, 3, 1).data[..., [0, 3, 6]] = 0
    graph, _ = fold_channels(read_model(net.build(y)), 1)
    assert [graph.tensors[op.output].shape[3] for op in graph.ops] == [5, 5, 5, 5]
    rounded, _ = fold_channels(read_model(net.build(y)), 2)
    assert [rounded.tensors[op.output].shape[3] for op in rounded.ops] == [6, 6, 6, 5]


def test_a_filter_that_always_saturates_is_a_constant():
    net, y = two_layers(activation="RELU", zero_point=-128)
    spec(net, 0, 1).data[3] = 1
    spec(net, 0, 2).data[3] = -10_000_000
    graph = read_model(net.build(y))
    ranges = channel_ranges(graph)[graph.ops[0].output]
    assert ranges.constant.tolist() == [False, True, True, True]
    assert ranges.low[3] == -128
    assert channels_left(net, y) == 1


def test_sums_that_may_overflow_are_no_constants():
    net, y = two_layers(activation="RELU", zero_point=-128)
    spec(net, 0, 2).data[3] = -(2**31)
    graph = read_model(net.build(y))
    assert not channel_ranges(graph)[graph.ops[0].output].constant[3]


@pytest.mark.parametrize("layer", ["add", "mean"])
def test_results_that_may_overflow_have_no_bounds(layer):
    """A tiny output scale shifts sums out of their 32 bits: the largest may come out least."""
    net = Network(19)
    x = net.input((1, 4, 4, 1), 0.5, -100)
    if layer == "add":
        y = net.binary("ADD", x, x, scale=1e-9)
    else:
        y = net.mean(x, (1, 2), True, scale=1e-8)
    graph = read_model(net.build(y))
    found = channel_ranges(graph)[y]
    assert (found.low[0], found.high[0]) == (-128, 127)


def test_outputs_and_shared_channels_stay():
    net, y = two_layers()
    inner = net.ops[0].outputs[0]
    graph = read_model(net.build(y, inner))
    assert fold_channels(graph, 1) == (graph, None)


@pytest.mark.parametrize(("bias", "left"), [(0, 2), (5000, 4)], ids=["zero", "other-value"])
def test_a_transposed_convolution_reads_only_what_it_needs(bias, left):
    net = Network(18)
    x = net.conv2d(net.input((1, 4, 4, 2)), 4, (1, 1))
    clear_filters(net, 0, [1, 2])
    spec(net, 0, 2).data[[1, 2]] = bias
    weights = net.constant(net.rng.integers(-127, 128, (5, 3, 3, 4)).astype(np.int8), 0.01)
    shape, y = net.constant(np.int32([1, 8, 8, 5])), net.tensor((1, 8, 8, 5), 0.3)
    net.op("TRANSPOSE_CONV", [shape, weights, x], [y], "TransposeConvOptions",
           Padding=0, StrideH=2, StrideW=2)  # fmt: skip
    z = net.conv2d(y, 3, (1, 1))
    spec(net, 2, 1).data[..., 1] = 0
    graph, _ = fold_channels(read_model(net.build(z)), 1)
    assert [graph.tensors[op.output].shape[3] for op in graph.ops] == [left, 4, 3]
    inputs = random_input(net, 4)
    expected = Micro(net.build(z))(*inputs)[0]
    np.testing.assert_array_equal(reference(graph)(*inputs), expected)


def test_a_layer_without_bias_gets_one():
    net, y = two_layers()
    net.ops[1].inputs.pop()
    assert channels_left(net, y) == 2
    graph, _ = fold_channels(read_model(net.build(y)), 1)
    assert graph.tensors[graph.ops[1].bias].data.any()


def test_a_dense_layer_keeps_scales_of_its_own():
    """One filter alone would be computed as a layer of one scale is, in float32."""
    net = Network(3)
    x = net.dense(net.input((1, 6)), 4, per_channel=True)
    clear_filters(net, 0, [0, 1, 3])
    graph, _ = fold_channels(read_model(net.build(net.dense(x, 2))), 1)
    assert graph.tensors[graph.ops[0].weights].quant.per_channel


def test_ranges_hold_whatever_the_input():
    for seed in range(40):
        net, y = random_network(seed)
        graph = read_model(net.build(y))
        values = reference(graph).tensors(*random_input(net, 6))
        for index, found in channel_ranges(graph).items():
            if index in values and values[index].dtype == np.int8:
                seen = values[index].reshape(-1, found.low.size)
                assert (seen.min(axis=0) >= found.low).all(), (seed, index)
                assert (seen.max(axis=0) <= found.high).all(), (seed, index)


def test_scalars_and_rows_of_another_length_are_no_trouble():
    graph = read_model(small_models()["scalars"])
    x = np.random.default_rng(0).integers(-128, 128, (5, 1, 3, 4, 1)).astype(np.int8)
    for got, want in zip(reference(simplify(graph).graph)(x), reference(graph)(x), strict=True):
        np.testing.assert_array_equal(got, want)


# The learner, and the real thing ----------------------------------------------------------------


def test_notes_stand_in_the_header_and_in_the_inspection():
    net = Network(11)
    x = net.conv2d(net.input((1, 6, 6, 2)), 8, (1, 1))
    clear_filters(net, 0, range(4))
    spec(net, 0, 2).data[:4] = 0
    model = net.build(net.conv2d(x, 3))
    compiled = compile_model(model)
    (note,) = compiled.notes
    assert note.startswith("4 of 11 filters are not needed (4 have only zero weights)")
    text = " ".join(compiled.header.replace("\n * ", " ").split())
    assert f"{note}." in text
    assert inspect_model(model).notes == (note,)
    assert note in inspect_model(model).to_text()


@pytest.mark.shared
def test_half_of_the_visual_wake_words_model_is_not_needed(shared_dir):
    path = shared_dir / "benchmark" / "vww.tflite"
    vectors = np.load(path.with_suffix(".npz"))
    inputs, outputs = vectors["in0"], vectors["out0"]
    smallest = compile_model(path, "vww", "size")
    assert smallest.macs == 3_727_313
    models = [compile_model(path, "vww_fast"), smallest]
    for got in run_on_host(models, [(inputs,)] * 2):
        np.testing.assert_array_equal(got[0], outputs)
    (got,) = run_on_board(models[:1], [(inputs[:1],)])
    np.testing.assert_array_equal(got[0], outputs[:1])


@pytest.mark.parametrize(
    ("channels", "groups", "filters", "options"),
    [
        (6, 2, 4, {"stride": (2, 1)}),
        (4, 4, 8, {"dilation": (2, 1), "per_channel": False}),
        (6, 3, 3, {"padding": "VALID", "bias": False}),
    ],
)
def test_grouped_filters_see_their_channels_as_micros_do(channels, groups, filters, options):
    net = Network(groups)
    x = net.input((1, 7, 6, channels), zero_point=-7)
    y = net.conv2d(x, filters, **options)
    weights = net.tensors[net.ops[0].inputs[1]]
    weights.data = np.ascontiguousarray(weights.data[..., : channels // groups])
    weights.shape = weights.data.shape
    model = net.build(y)
    inputs = random_input(net, 4)
    compiled = compile_model(model)
    expected = Micro(model)(*inputs)[0]
    np.testing.assert_array_equal(run_on_host([compiled], [inputs])[0][0], expected)
    np.testing.assert_array_equal(reference(model)(*inputs), expected)


@pytest.mark.parametrize(("channels", "seen", "filters"), [(6, 3, 5), (1024, 1, 2048)])
def test_groups_that_do_not_fit_or_grow_too_large_are_refused(channels, seen, filters):
    net = Network()
    y = net.conv2d(net.input((1, 2, 2, channels)), filters, (1, 1), padding="VALID")
    weights = net.tensors[net.ops[0].inputs[1]]
    weights.data = np.ascontiguousarray(weights.data[..., :seen])
    weights.shape = weights.data.shape
    with pytest.raises(
        UnsupportedModelError, match=r"groups\. Share out the filters among the groups"
    ):
        read_model(net.build(y))
