"""One optimizer step on two cores, as fast as Keras's own layers allow.

A network of 24,000 parameters is too small for TensorFlow to share one operation between cores: on
two cores that gains a tenth. So a batch is cut in two, and the halves go through the same weights
side by side, each with its own batch statistics ("ghost" batch normalization); the gradients are
averaged. Batch normalization runs as TensorFlow's one fused operation instead of Keras's dozen.

This module imports TensorFlow; it is imported by `training.fit` alone, when that runs.

References
----------
Hoffer, Hubara and Soudry (2017), "Train longer, generalize better", section 4 (ghost batch
normalization); Park et al. (2019), "SpecAugment", section 2 (masks); Zhang et al. (2018), "mixup:
Beyond Empirical Risk Minimization", section 2; Loshchilov and Hutter (2019), "Decoupled Weight
Decay Regularization" (AdamW).
"""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from tinyml_course.datasets.dataset import Dataset

HALVES = 2
WARM_UP = 200  # steps until the learning rate is at its highest
MASKS = 2  # stretches of frames masked in a sample


class FusedBatchNormalization(keras.layers.BatchNormalization):  # type: ignore[misc]
    """Keras's layer, its training branch computed by one fused operation."""

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Normalize (n, h, w, c) by the batch's own statistics and keep their moving averages."""
        if not training:
            return super().call(inputs, training=training, mask=mask)
        outputs, mean, variance = tf.compat.v1.nn.fused_batch_norm(
            inputs, self.gamma, self.beta, epsilon=self.epsilon, is_training=True
        )
        for average, value in ((self.moving_mean, mean), (self.moving_variance, variance)):
            average.assign(average * self.momentum + value * (1 - self.momentum))
        return outputs


def fast_copy(model: Any) -> Any:
    """Return a model of the same weights, in the same order, with fused batch normalization."""

    def copy_layer(layer: Any) -> Any:
        fused = type(layer) is keras.layers.BatchNormalization and layer.center and layer.scale
        kind = FusedBatchNormalization if fused and layer.input.ndim == 4 else type(layer)
        return kind.from_config(layer.get_config())

    copy = keras.models.clone_model(model, clone_function=copy_layer)
    copy.set_weights(model.get_weights())
    return copy


class Trainer:
    """A model, its optimizer and its data, advanced a step at a time."""

    def __init__(
        self,
        model: Any,
        dataset: Dataset,
        *,
        steps: int,
        seed: int,
        learning_rate: float,
        weight_decay: float,
        label_smoothing: float,
        mixup: float,
        noise: Sequence[float],
        time_mask: int,
    ) -> None:
        keras.utils.set_random_seed(seed)
        self.done = 0
        self._model, self._copy = model, fast_copy(model)
        self._inputs = tf.constant(dataset.x)
        self._targets = tf.one_hot(dataset.y, len(dataset.labels))
        warm_up = min(WARM_UP, steps // 10)
        schedule = keras.optimizers.schedules.CosineDecay(
            0.0, max(1, steps - warm_up), warmup_target=learning_rate, warmup_steps=warm_up
        )
        self._optimizer = keras.optimizers.AdamW(schedule, weight_decay=weight_decay)
        self._optimizer.build(self._copy.trainable_variables)
        self._loss = keras.losses.CategoricalCrossentropy(label_smoothing=label_smoothing)
        self._random = tf.random.Generator.from_seed(seed)
        self._mixup, self._time_mask = mixup, time_mask
        self._noise = tf.constant(noise, tf.float32)
        self._step = tf.function(self._halves)

    def step(self, samples: NDArray[np.int64]) -> Any:
        """Train on the samples at these positions and return their mean loss."""
        self.done += 1
        return self._step(tf.constant(samples))

    def finish(self) -> Any:
        """Return the model with what was learnt."""
        self._model.set_weights(self._copy.get_weights())
        return self._model

    def _halves(self, samples: Any) -> Any:
        """Compute the gradients of both halves side by side, and apply their mean."""
        variables = self._copy.trainable_variables
        losses, gradients = [], []
        for half in tf.split(samples, HALVES):
            inputs = self._noisy(tf.cast(tf.gather(self._inputs, half), tf.float32))
            inputs = self._masked(inputs)
            inputs, targets = self._mixed(inputs, tf.gather(self._targets, half))
            with tf.GradientTape() as tape:
                loss = self._loss(targets, self._copy(inputs, training=True))
            losses.append(loss)
            gradients.append(tape.gradient(loss, variables))
        mean = [tf.add_n(list(several)) / HALVES for several in zip(*gradients, strict=True)]
        self._optimizer.apply(mean, variables)
        return tf.add_n(losses) / HALVES

    def _noisy(self, inputs: Any) -> Any:
        """Roughen each sample by noise of a strength of its own."""
        if not len(self._noise):
            return inputs
        strength = self._random.uniform((tf.shape(inputs)[0], *[1] * (len(inputs.shape) - 1)))
        spread = tf.reshape(self._noise, (1, 1, -1, *[1] * (len(inputs.shape) - 3)))
        return inputs + strength * spread * self._random.normal(tf.shape(inputs))

    def _mixed(self, inputs: Any, targets: Any) -> tuple[Any, Any]:
        """Lay a share of its neighbour over each sample, and the same share of its class."""
        if not self._mixup:
            return inputs, targets
        share = self._mixup * self._random.uniform((tf.shape(inputs)[0], 1))
        over = tf.reshape(share, (-1, *[1] * (len(inputs.shape) - 1)))
        inputs = (1 - over) * inputs + over * tf.roll(inputs, 1, axis=0)
        return inputs, (1 - share) * targets + share * tf.roll(targets, 1, axis=0)

    def _masked(self, inputs: Any) -> Any:
        """Set stretches of frames (axis 1) to zero."""
        if not self._time_mask:
            return inputs
        n, frames = tf.shape(inputs)[0], inputs.shape[1]
        place = tf.range(frames)[None]
        for _ in range(MASKS):
            width = self._random.uniform((n, 1), 0, self._time_mask + 1, tf.int32)
            start = self._random.uniform((n, 1), 0, frames, tf.int32)
            kept = tf.cast((place < start) | (place >= start + width), tf.float32)
            inputs *= tf.reshape(kept, (n, frames, *[1] * (len(inputs.shape) - 2)))
        return inputs
