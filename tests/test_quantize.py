"""Quantization keeps the input as it is, leaves no float, and stays near the float model."""

import numpy as np
import pytest

from tinyml_course.backend import load_tensorflow, quiet
from tinyml_course.compiler.reference import reference
from tinyml_course.compression import quantize_int8
from tinyml_course.errors import InputError
from tinyml_course.tasks.keywords import build_ds_cnn

DS_CNN_OPS = ["Conv2D", *["DepthwiseConv2D", "Conv2D"] * 4, "Mean", "FullyConnected", "Softmax"]


@pytest.fixture(scope="module")
def model():
    keras = load_tensorflow().keras
    keras.utils.set_random_seed(0)
    model = build_ds_cnn((49, 10, 1), 12)
    # As a trained model has: batch normalization that is not the identity.
    rng = np.random.default_rng(0)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            gamma, beta, mean, variance = layer.get_weights()
            layer.set_weights(
                [
                    rng.uniform(0.5, 1.5, gamma.shape),
                    rng.normal(0, 0.3, beta.shape),
                    rng.normal(0, 0.1, mean.shape),
                    variance * 0.2,
                ]
            )
    return model


@pytest.fixture(scope="module")
def calibration():
    rng = np.random.default_rng(1)
    return np.clip(rng.normal(0, 20, (60, 49, 10, 1)), -90, 90).astype(np.int8)


@pytest.fixture(scope="module")
def tflite(model, calibration):
    return quantize_int8(model, calibration)


def test_ds_cnn_converts_to_the_ops_of_the_benchmark(tflite):
    graph = reference(tflite).graph
    assert [type(op).__name__ for op in graph.ops] == DS_CNN_OPS
    assert {tensor.dtype for tensor in graph.tensors} <= {np.dtype("int8"), np.dtype("int32")}


@pytest.mark.parametrize(("per_tensor", "scales"), [(False, 12), (True, 1)])
def test_dense_weights_have_a_scale_a_unit_or_one(model, calibration, per_tensor, scales):
    tflite = quantize_int8(model, calibration[:4], per_tensor_dense=per_tensor)
    graph = reference(tflite).graph
    (dense,) = (op for op in graph.ops if op.kind == "FULLY_CONNECTED")
    assert graph.tensors[dense.weights].quant.scale.size == scales
    assert any(
        graph.tensors[op.weights].quant.per_channel for op in graph.ops if op.kind == "CONV_2D"
    )


def test_model_has_about_24_000_parameters(model):
    assert 23_000 < model.count_params() < 25_000


def test_input_is_the_features_as_they_are(tflite):
    graph = reference(tflite).graph
    quant = graph.tensors[graph.inputs[0]].quant
    assert quant.scale.tolist() == [1.0] and quant.zero_point.tolist() == [0]
    assert graph.tensors[graph.inputs[0]].shape == (1, 49, 10, 1)


def test_scores_are_near_the_float_model(model, tflite, calibration):
    wanted = model.predict(calibration.astype(np.float32), verbose=0)
    found = (reference(tflite)(calibration).astype(float) + 128) / 256
    assert np.abs(found - wanted).max() < 0.05
    assert np.corrcoef(found.ravel(), wanted.ravel())[0, 1] > 0.99


def test_same_model_and_calibration_compute_the_same(model, tflite, calibration):
    again = reference(quantize_int8(model, calibration))
    assert (again(calibration) == reference(tflite)(calibration)).all()


def test_converting_prints_nothing(model, calibration, capfd):
    quantize_int8(model, calibration[:5])
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "bad",
    [
        np.zeros((0, 49, 10, 1), np.int8),
        np.zeros((5, 49, 10), np.int8),
        np.zeros((5, 49, 10, 1), np.float32),
    ],
    ids=["none", "shape", "float"],
)
def test_calibration_that_does_not_suit_is_refused(model, bad):
    with pytest.raises(InputError, match=r"int8 of shape \(n, 49, 10, 1\)"):
        quantize_int8(model, bad)


def test_quiet_prints_after_all_when_the_block_fails(capfd):
    import os

    with quiet():
        os.write(2, b"chatter")
    assert capfd.readouterr().err == ""
    with pytest.raises(ValueError, match="broken"), quiet():
        os.write(2, b"the reason")
        raise ValueError("broken")
    assert capfd.readouterr().err == "the reason"
