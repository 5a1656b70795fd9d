"""Networks as people write them, converted by today's TensorFlow: compiled in every mode, equal.

TFLite Micro is the judge. Where it lacks an operator, TensorFlow Lite's reference kernels are; the
layers around it round differently there, in few values and by few steps.
"""

import numpy as np
import pytest
import tflite
from compiled_batches import run_on_host
from converted_networks import IMAGES, SEQUENCES, built, converted
from tflite_models import Micro

from tinyml_course.backend import quiet
from tinyml_course.compiler.codegen import OPTIMIZATIONS, compile_model
from tinyml_course.compiler.reading.tflite import read_model
from tinyml_course.compiler.reference import reference
from tinyml_course.errors import UnsupportedModelError

FRAMES = 4
BEYOND_MICRO = {"anchors", "curves_beyond_micro", "moved", "attentive_open", "dense_in_time_open"}
"""What holds an operator, or axes, that TFLite Micro has no kernel for."""

CASES = {network.__name__: (network, 1) for network in (*IMAGES, *SEQUENCES)}
CASES |= {
    f"{network.__name__}_open": (network, None)
    for network in SEQUENCES
    if network.__name__ not in ("normalized", "recurrent")
}
SETTINGS = {
    "uint8": {"inference_input_type": "uint8", "inference_output_type": "uint8"},
    "float32": {"inference_input_type": "float32", "inference_output_type": "float32"},
    "legacy": {"experimental_new_quantizer": False},
    "dense": {"_experimental_disable_per_channel_quantization_for_dense_layers": True},
    "tensor": {"_experimental_disable_per_channel": True},
}


def convert(network, batch=1, **settings):
    import tensorflow as tf

    types = {"uint8": tf.uint8, "float32": tf.float32}
    settings = {
        name: types.get(value, value) if isinstance(value, str) else value
        for name, value in settings.items()
    }
    with quiet():
        return converted(built(network, batch), **settings)


def some_inputs(graph):
    rng = np.random.default_rng(3)
    arrays = []
    for tensor in (graph.tensors[index] for index in graph.inputs):
        shape = (FRAMES, *tensor.shape)
        if tensor.dtype == np.float32:
            arrays.append(rng.normal(size=shape).astype(np.float32))
        else:
            limits = np.iinfo(tensor.dtype)
            arrays.append(rng.integers(limits.min, limits.max + 1, shape).astype(tensor.dtype))
    return tuple(arrays)


def for_micro(model, graph):
    """Return a file that TFLite Micro reads like ours: SELECT_V2 for SELECT, shapes settled."""
    file, root = bytearray(model), tflite.Model.GetRootAs(model, 0)
    for i in range(root.OperatorCodesLength()):
        table = root.OperatorCodes(i)._tab
        if root.OperatorCodes(i).BuiltinCode() == tflite.BuiltinOperator.SELECT:
            for place in filter(None, (table.Offset(4), table.Offset(10))):
                file[table.Pos + place] = tflite.BuiltinOperator.SELECT_V2
    for i in range(root.Subgraphs(0).TensorsLength()):
        tensor = root.Subgraphs(0).Tensors(i)
        if not tensor.ShapeIsNone() and tensor.ShapeLength() == len(graph.tensors[i].shape):
            start = tensor._tab.Vector(tensor._tab.Offset(4))
            shape = np.array(graph.tensors[i].shape, "<i4").tobytes()
            file[start : start + len(shape)] = shape
    return bytes(file)


def by_tensorflow(model, inputs):
    """Return the outputs of TensorFlow Lite's reference kernels, in the order of the file."""
    import tensorflow as tf

    resolver = tf.lite.experimental.OpResolverType.BUILTIN_REF
    interpreter = tf.lite.Interpreter(model_content=model, experimental_op_resolver_type=resolver)
    interpreter.allocate_tensors()
    given, wanted = interpreter.get_input_details(), interpreter.get_output_details()
    frames = []
    for arrays in zip(*inputs, strict=True):
        for detail, array in zip(given, arrays, strict=True):
            interpreter.set_tensor(detail["index"], array)
        interpreter.invoke()
        frames.append([interpreter.get_tensor(detail["index"]).copy() for detail in wanted])
    return tuple(np.stack(output) for output in zip(*frames, strict=True))


def check(model, close=False):
    """Compile in every mode and compare with the judge: to the bit, or but for few steps."""
    graph = read_model(model)
    inputs = some_inputs(graph)
    if close:
        wanted = by_tensorflow(model, inputs)
    else:
        wanted = Micro(for_micro(model, graph), len(graph.outputs))(*inputs)
    oracle = reference(graph)(*inputs)
    oracle = oracle if isinstance(oracle, tuple) else (oracle,)
    for want, found in zip(wanted, oracle, strict=True):
        off = np.abs(found.astype(np.int32) - want.reshape(found.shape)) if close else 0
        assert np.max(off) <= 4 and np.mean(off) <= 0.5
        if not close:
            np.testing.assert_array_equal(found, want.reshape(found.shape))
    compiled = [compile_model(model, mode, mode) for mode in OPTIMIZATIONS]
    for outputs in run_on_host(compiled, [inputs] * len(compiled)):
        for found, want in zip(outputs, oracle, strict=True):
            np.testing.assert_array_equal(found, want)


@pytest.mark.parametrize("name", CASES)
def test_converted_networks_equal_the_judge_in_every_mode(name):
    network, batch = CASES[name]
    check(convert(network, batch), close=name in BEYOND_MICRO)


@pytest.mark.parametrize("name", SETTINGS)
def test_every_way_to_convert_gives_the_same_bits(name):
    check(convert(CASES["mobilenet_v3"][0], **SETTINGS[name]))


def _top(keras, x):
    return keras.ops.top_k(keras.layers.Conv2D(4, 3)(x), 2)[0]


def _two_sources(keras, x):
    first, second = (keras.layers.Conv2D(4, 3)(x) for _ in range(2))
    return keras.ops.power(keras.ops.abs(first) + 0.1, second)


@pytest.mark.parametrize(
    ("network", "sentence"),
    [
        (_top, r"op \d+ \(TOPK_V2\) has no kernel\. Replace the layer"),
        (_two_sources, r"op \d+ \(POW\) .*Compute it of one int8 tensor and single numbers"),
    ],
    ids=["unknown operator", "curve of two tensors"],
)
def test_what_is_not_supported_is_refused_with_a_remedy(network, sentence):
    model = convert(network)
    with pytest.raises(UnsupportedModelError, match=sentence):
        compile_model(model)
