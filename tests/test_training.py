"""Training repeats from its seed, learns, and equals the plain Keras model it was given."""

import numpy as np
import pytest

from tinyml_course.backend import load_tensorflow
from tinyml_course.datasets import Dataset
from tinyml_course.errors import InputError
from tinyml_course.training import evaluate, fit


@pytest.fixture(scope="module")
def keras():
    return load_tensorflow().keras


def blobs(n: int = 512, seed: int = 0) -> Dataset:
    """Three classes of 8 x 4 inputs, told apart by which third of the frames is loud."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 3, n)
    x = rng.normal(0, 12, (n, 9, 4, 1))
    x[np.arange(n)[:, None], 3 * y[:, None] + np.arange(3)] += 60
    return Dataset(
        x=np.clip(np.rint(x), -128, 127).astype(np.int8),
        y=y.astype(np.int64),
        labels=("a", "b", "c"),
        group=np.array(["g"] * n),
        rate_hz=None,
        units="",
        source="",
        licence="",
    )


def small_model(keras, seed: int = 0):
    keras.utils.set_random_seed(seed)
    layers = keras.layers
    inputs = keras.Input((9, 4, 1))
    x = layers.Conv2D(8, 3, padding="same", use_bias=False)(inputs)
    x = layers.ReLU()(layers.BatchNormalization()(x))
    x = layers.DepthwiseConv2D(3, padding="same", use_bias=False)(x)
    x = layers.ReLU()(layers.BatchNormalization()(x))
    x = layers.Dropout(0.1)(layers.Flatten()(x))
    return keras.Model(inputs, layers.Dense(3, activation="softmax")(x))


def scores(model, data: Dataset) -> np.ndarray:
    return np.asarray(model.predict(data.x.astype(np.float32), verbose=0))


def test_fit_learns_and_repeats_to_the_bit(keras):
    train, test = blobs(), blobs(seed=1)
    first, again, other = (
        fit(small_model(keras), train, seed=seed, epochs=4, time_mask=1, progress=False)
        for seed in (3, 3, 4)
    )
    assert evaluate(lambda x: scores(first, test), test)["accuracy"] > 0.95
    for one, two in zip(first.get_weights(), again.get_weights(), strict=True):
        assert (one == two).all()
    assert (scores(first, test) != scores(other, test)).any()


def test_fused_step_follows_the_gradient_of_plain_keras(keras):
    """One step on two equal halves: the ghost batches then have the whole batch's statistics."""
    from tinyml_course.training.step import Trainer

    tf = load_tensorflow()
    model = small_model(keras)
    plain = keras.models.clone_model(model)
    plain.set_weights(model.get_weights())
    for part in (model, plain):
        next(layer for layer in part.layers if isinstance(layer, keras.layers.Dropout)).rate = 0.0
    data = blobs(16)
    double = data.take(np.tile(np.arange(16), 2))
    rates = {"steps": 1, "learning_rate": 1e-2, "weight_decay": 1e-3, "label_smoothing": 0.1}
    plainly = {"mixup": 0.0, "noise": (), "time_mask": 0}
    trainer = Trainer(model, double, seed=0, **rates, **plainly)
    loss = float(trainer.step(np.arange(32)))
    trained = trainer.finish()

    with tf.GradientTape() as tape:
        targets = tf.one_hot(double.y, 3)
        found = plain(double.x.astype(np.float32), training=True)
        wanted = keras.losses.CategoricalCrossentropy(label_smoothing=0.1)(targets, found)
    gradients = tape.gradient(wanted, plain.trainable_variables)
    keras.optimizers.AdamW(1e-2, weight_decay=1e-3).apply(gradients, plain.trainable_variables)
    assert loss == pytest.approx(float(wanted), rel=1e-4)
    for layer, other in zip(trained.trainable_variables, plain.trainable_variables, strict=True):
        # Adam's first step is the sign of the gradient: all but vanishing gradients agree.
        assert np.mean(np.abs(np.asarray(layer) - np.asarray(other)) < 1e-3) > 0.97


def test_trained_model_is_the_plain_one_it_was_given(keras):
    model = small_model(keras)
    kinds = [type(layer) for layer in model.layers]
    assert fit(model, blobs(64), epochs=1, progress=False) is model
    assert [type(layer) for layer in model.layers] == kinds


def test_evaluate_counts_what_was_taken_for_what():
    data = blobs(6)
    data = data.take(np.argsort(data.y, kind="stable"))
    heard = np.roll(data.y, 1)
    found = evaluate(lambda x: np.eye(3)[heard], data)
    confusion = np.zeros((3, 3), int)
    for true, said in zip(data.y, heard, strict=True):
        confusion[true, said] += 1
    assert found["confusion"] == confusion.tolist() and found["n"] == 6
    assert found["accuracy"] == pytest.approx((data.y == heard).mean())


def test_evaluate_says_nothing_of_a_class_without_samples():
    data = blobs(30)
    some = data.take(data.y != 1)
    found = evaluate(lambda x: np.tile([0.0, 0, 1], (len(x), 1)), some, batch=7)
    assert found["per_class"] == {"a": 0.0, "b": None, "c": 1.0}
    assert found["n_per_class"] == {
        label: int((some.y == i).sum()) for i, label in enumerate(some.labels)
    }


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: d.take(slice(0, 8)), "a batch of 32 does not suit 8"),
        (
            lambda d: Dataset(**{**vars(d), "x": d.x[:, :5]}),
            r"takes inputs of shape \(9, 4, 1\), the data set holds \(5, 4, 1\)",
        ),
        (lambda d: Dataset(**{**vars(d), "labels": ("a", "b", "c", "d")}), "3 scores for 4 labels"),
    ],
    ids=["too few", "wrong shape", "wrong classes"],
)
def test_fit_refuses_data_that_does_not_suit_the_model(keras, change, message):
    with pytest.raises(InputError, match=message):
        fit(small_model(keras), change(blobs(64)), progress=False)


def test_evaluate_refuses_scores_of_other_classes():
    with pytest.raises(InputError, match="2 scores, the data set has 3 labels"):
        evaluate(lambda x: np.zeros((len(x), 2)), blobs(8))
    with pytest.raises(InputError, match="nothing to evaluate"):
        evaluate(lambda x: x, blobs(8).take(slice(0, 0)))
