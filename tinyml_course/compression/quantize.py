"""A Keras model turned into a full-integer `.tflite`: int8 weights, activations, input and output.

Post-training quantization: the converter folds batch normalization into the weights, runs the
calibration inputs through the network to see each tensor's range, and gives every tensor a scale
and a zero point. What comes out has no float in it.

References
----------
Jacob et al. (2018), "Quantization and Training of Neural Networks for Efficient
Integer-Arithmetic-Only Inference", section 3; TensorFlow Lite's 8-bit quantization specification.
"""

import warnings
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinyml_course.backend import load_tensorflow, quiet, require_model
from tinyml_course.errors import InputError


def quantize_int8(
    model: Any,
    calibration: NDArray[np.int8],
    *,
    samples: int = 500,
    per_tensor_dense: bool = False,
) -> bytes:
    """Convert a trained Keras model to int8.

    Parameters
    ----------
    model : keras.Model
        One input of shape (None, ...), one output.
    calibration : ndarray, shape=(n, ...), dtype=int8
        Inputs such as the model will meet. The int8 numbers are the model's own input: scale 1
        and zero point 0.
    samples : int
        How many of them to use, evenly spaced.
    per_tensor_dense : bool
        Give the weights of a dense layer one scale, not one a unit: less exact, but what
        TFLite Micro for Arduino (early 2023) can run.

    Returns
    -------
    tflite : bytes
        A model with a batch of 1. The same model and calibration give the same arithmetic; the
        order of tensors in the file may differ.

    Raises
    ------
    InputError
        If there is no calibration input, or it is not int8 of the model's input shape.
    """
    require_model(model)
    calibration = np.asarray(calibration)
    shape = tuple(model.input_shape[1:])
    if calibration.dtype != np.int8 or calibration.shape[1:] != shape or len(calibration) == 0:
        raise InputError(
            f"calibration is {calibration.dtype} of shape {calibration.shape}; the model needs "
            f"int8 of shape (n, {', '.join(map(str, shape))}), n at least 1: pass features(train).x"
        )
    tf = load_tensorflow()
    step = max(1, len(calibration) // samples)
    chosen = _with_full_range(calibration[::step][:samples])

    def examples() -> Iterator[list[NDArray[np.float32]]]:
        for example in chosen:
            yield [example[None].astype(np.float32)]

    with quiet(), redirect_stdout(StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the converter asks for what calibration gives it
        fixed = tf.keras.Input(batch_shape=(1, *shape), name="input")
        whole = tf.keras.Model(fixed, model(fixed))
        converter = tf.lite.TFLiteConverter.from_keras_model(whole)
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = examples
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter._experimental_disable_per_channel_quantization_for_dense_layers = per_tensor_dense
        converter.inference_input_type = converter.inference_output_type = tf.int8
        return bytes(converter.convert())


def _with_full_range(examples: NDArray[np.int8]) -> NDArray[np.int8]:
    """Add two inputs that hold -128 and 127 once each, so that the input's range is int8's.

    They are otherwise like the first example: the ranges inside the network hardly move.
    """
    lowest, highest = examples[0].copy(), examples[0].copy()
    lowest.flat[0], highest.flat[0] = -128, 127
    return np.concatenate([examples, lowest[None], highest[None]])
