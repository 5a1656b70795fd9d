"""Small Keras networks as people write them, and today's TensorFlow to convert them.

Each function takes Keras and an input and returns what the network gives: a tensor or several.
`converted` trains nothing: random weights and a calibration on random inputs are enough to ask
whether the bits are right.
"""

from __future__ import annotations

from typing import Any

import numpy as np

SEED = 7


def mobilenet_v3(keras, x):
    """Hard swish, squeeze and excite, an inverted residual."""
    layers = keras.layers
    x = layers.Activation("hard_swish")(layers.Conv2D(8, 3, strides=2, padding="same")(x))
    y = layers.DepthwiseConv2D(5, padding="same")(x)
    y = layers.Activation("hard_swish")(layers.BatchNormalization()(y))
    gate = layers.GlobalAveragePooling2D(keepdims=True)(y)
    gate = layers.Conv2D(8, 1)(layers.Conv2D(4, 1, activation="relu")(gate))
    y = layers.Multiply()([y, layers.Activation("hard_sigmoid")(gate)])
    x = layers.Add()([x, layers.Conv2D(8, 1)(y)])
    return layers.Dense(4, activation="softmax")(layers.GlobalAveragePooling2D()(x))


def efficientnet(keras, x):
    """Swish, one table, between convolutions; padded by hand before a stride."""
    layers = keras.layers
    x = layers.Activation("swish")(layers.Conv2D(8, 3, padding="same")(x))
    x = layers.ZeroPadding2D(((0, 1), (0, 1)))(x)
    x = layers.Activation("swish")(layers.DepthwiseConv2D(3, strides=2)(x))
    gate = layers.Dense(8, activation="sigmoid")(layers.GlobalAveragePooling2D()(x))
    x = layers.Multiply()([x, layers.Reshape((1, 1, 8))(gate)])
    return layers.Conv2D(4, 1)(x)


def dense_blocks(keras, x):
    """Concatenations of concatenations, and pools of both kinds."""
    layers = keras.layers
    for _ in range(2):
        y = layers.ReLU()(layers.BatchNormalization()(x))
        x = layers.Concatenate()([x, layers.Conv2D(4, 3, padding="same")(y)])
    x = layers.AveragePooling2D(3, 2, padding="same")(x)
    return layers.GlobalMaxPooling2D()(x)


def shuffled(keras, x):
    """Channels split, convolved by groups and shuffled."""
    layers = keras.layers
    x = layers.Conv2D(8, 3, strides=2, padding="same", activation="relu6")(x)
    first, second = keras.ops.split(x, 2, axis=-1)
    x = layers.Concatenate()([first, layers.DepthwiseConv2D(3, padding="same")(second)])
    x = layers.Permute((1, 2, 4, 3))(layers.Reshape((6, 6, 2, 4))(x))
    return layers.Conv2D(4, 1, groups=2)(layers.Reshape((6, 6, 8))(x))


def unet(keras, x):
    """Down, up by both ways, and across."""
    layers = keras.layers
    across = layers.Conv2D(4, 3, padding="same", activation="relu")(x)
    x = layers.Conv2D(4, 3, strides=2, padding="same", activation="relu")(across)
    x = layers.Concatenate()(
        [
            layers.Conv2DTranspose(3, 3, strides=2, padding="same", activation="relu")(x),
            layers.UpSampling2D(interpolation="bilinear")(x),
            across,
        ]
    )
    return layers.Conv2D(1, 1, activation="sigmoid")(layers.Cropping2D(1)(x))


def dilated_in_time(keras, x):
    """Dilated causal convolutions: SPACE_TO_BATCH_ND on sequences."""
    layers = keras.layers
    for dilation in (1, 2, 4):
        y = layers.Conv1D(6, 3, padding="causal", dilation_rate=dilation, activation="relu")(x)
        x = layers.Add()([layers.Conv1D(6, 1)(x), y])
    return layers.Dense(3)(x[:, -1, :])


def gated_in_time(keras, x):
    """WaveNet's tanh times sigmoid."""
    layers = keras.layers
    tanh = layers.Conv1D(6, 2, padding="causal", dilation_rate=2, activation="tanh")(x)
    gate = layers.Conv1D(6, 2, padding="causal", dilation_rate=2, activation="sigmoid")(x)
    return layers.SeparableConv1D(4, 3, padding="same")(layers.Multiply()([tanh, gate]))


def recurrent(keras, x):
    """A GRU and an LSTM, unrolled."""
    layers = keras.layers
    x = layers.GRU(4, unroll=True, return_sequences=True)(x[:, :4])
    return layers.Dense(3, activation="softmax")(layers.LSTM(4, unroll=True)(x))


def normalized(keras, x):
    """Layer normalization leaves a NEG in float32, its groups a SQUARE."""
    layers = keras.layers
    x = layers.LayerNormalization()(layers.Dense(6)(x))
    x = layers.GroupNormalization(2)(x)
    return layers.UnitNormalization()(x)


def attentive(keras, x):
    """Attention in matrices."""
    layers = keras.layers
    query, key, value = (layers.Dense(4)(x) for _ in range(3))
    score = keras.ops.matmul(query, keras.ops.transpose(key, (0, 2, 1)))
    x = keras.ops.matmul(layers.Softmax()(score), value)
    return layers.Dense(3)(layers.GlobalAveragePooling1D()(x))


def dense_in_time(keras, x):
    """A dense layer on sequences: with an open batch, a RESHAPE by REDUCE_PROD of the shape."""
    layers = keras.layers
    return layers.Dense(4)(layers.Dense(8, activation="relu")(x))


def anchors(keras, x):
    """A detector's head: slices, sigmoids, constants and two outputs."""
    layers = keras.layers
    x = layers.LeakyReLU(negative_slope=0.1)(layers.Conv2D(8, 3, strides=2, padding="same")(x))
    x = layers.Reshape((6, 6, 2, 7))(layers.Conv2D(14, 1)(x))
    place = keras.ops.sigmoid(x[..., :4])
    centre, size = place[..., :2] * 2.0 - 0.5, (place[..., 2:] * 2.0) ** 2
    kinds = keras.ops.softmax(x[..., 5:])
    boxes = keras.ops.concatenate([centre, size], axis=-1)
    return keras.ops.reshape(boxes, (-1, 72, 4)), kinds


def chosen(keras, x):
    """Compare, choose, divide: of two tensors."""
    first, second = (keras.layers.Conv2D(4, 3)(x) for _ in range(2))
    both = keras.ops.logical_and(keras.ops.greater(first, 0.0), keras.ops.less(second, 0.5))
    larger = keras.ops.where(both, first, second)
    total = keras.ops.sum(keras.ops.abs(first), axis=-1, keepdims=True) + 1.0
    return larger, first / total, keras.ops.where(keras.ops.equal(first, second), first, larger)


def moved(keras, x):
    """Slices, rolls, flips, tiles of one tensor."""
    ops = keras.ops
    x = keras.layers.Conv2D(4, 3)(x)
    parts = [x[:, ::-1, 1:-1:2], x[:, :, None, 2, :2], ops.roll(x, 1, axis=2)]
    flat = [keras.layers.Flatten()(part) for part in parts]
    padded = ops.pad(x, ((0, 0), (1, 2), (0, 1), (0, 0)), "reflect")
    stacked = ops.stack(ops.unstack(padded, axis=1)[1:4], axis=1)
    return ops.concatenate(flat, axis=-1), ops.max(stacked, axis=2), ops.mean(x, axis=1)


def curves(keras, x):
    """Activations that are curves, most of them of many operators, each behind a layer."""
    layers, ops = keras.layers, keras.ops
    names = ("elu", "softsign", "hard_shrink", "soft_shrink", "hard_sigmoid", "sparse_sigmoid")
    kinds = [layers.Activation(name) for name in (*names, "silu", "relu6", "tanh")]
    kinds += [
        layers.ELU(0.5),
        layers.PReLU(alpha_initializer="ones", shared_axes=[1, 2]),
        layers.ReLU(max_value=2.0, negative_slope=0.2, threshold=0.1),
        *(ops.sin, ops.cos, ops.floor, ops.ceil, ops.round),
        lambda x: 1.0 - ops.square(-x),
    ]
    x = layers.Conv2D(4, 3, strides=2)(x)
    return tuple(kind(layers.Conv2D(2, 1)(x)) for kind in kinds)


def curves_beyond_micro(keras, x):
    """The same of activations that hold an operator which TFLite Micro lacks in int8."""
    layers = keras.layers
    names = ("selu", "celu", "gelu", "mish", "softplus", "sparse_plus", "squareplus", "exponential")
    x = layers.Conv2D(4, 3)(x)
    return tuple(layers.Activation(name)(x) for name in names)


IMAGES = (
    mobilenet_v3,
    efficientnet,
    dense_blocks,
    shuffled,
    unet,
    anchors,
    chosen,
    moved,
    curves,
    curves_beyond_micro,
)
IMAGE, SEQUENCE = (12, 12, 3), (12, 5)
SEQUENCES = (
    dilated_in_time,
    gated_in_time,
    recurrent,
    normalized,
    attentive,
    dense_in_time,
)


def built(network, batch: int | None = 1) -> Any:
    """Return a Keras model with random weights, biases and statistics."""
    import keras

    keras.utils.set_random_seed(SEED)
    shape = SEQUENCE if network in SEQUENCES else IMAGE
    x = keras.Input(shape, batch_size=batch)
    model = keras.Model(x, network(keras, x))
    rng = np.random.default_rng(SEED)
    for weight in model.weights:
        if weight.path.rsplit("/", 1)[-1] in ("bias", "beta", "moving_mean", "alpha"):
            weight.assign(rng.normal(0, 0.2, weight.shape))
    return model


def converted(model: Any, **settings: Any) -> bytes:
    """Return a `.tflite`, int8 throughout unless the converter's `settings` say otherwise."""
    import tensorflow as tf

    def examples():
        rng = np.random.default_rng(SEED)
        shape = (1, *model.inputs[0].shape[1:])
        for _ in range(8):
            yield [rng.normal(size=shape).astype(np.float32)]

    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = examples
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = converter.inference_output_type = tf.int8
    for name, value in settings.items():
        setattr(converter, name, value)
    return bytes(converter.convert())
