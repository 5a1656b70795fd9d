"""A Keras classifier trained on int8 features, from a seed, with its progress shown.

AdamW with a warm-up and a cosine decay to zero. Small batches: a small network profits from many
steps more than from smooth ones.

References
----------
Loshchilov and Hutter (2019), "Decoupled Weight Decay Regularization"; Loshchilov and Hutter (2017),
"SGDR", section 3 (cosine decay); Park et al. (2019), "SpecAugment", section 2 (time masks).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tinyml_course.backend import load_tensorflow, require_model
from tinyml_course.datasets.dataset import Dataset, require_dataset
from tinyml_course.errors import InputError


def fit(
    model: Any,
    dataset: Dataset,
    *,
    seed: int = 0,
    epochs: int = 6,
    batch: int = 32,
    learning_rate: float = 2e-3,
    weight_decay: float = 4e-3,
    label_smoothing: float = 0.0,
    mixup: float = 0.0,
    noise: Sequence[float] = (),
    time_mask: int = 0,
    progress: bool = True,
) -> Any:
    """Train a classifier.

    Parameters
    ----------
    model : keras.Model
        One input of the features' shape; one softmax output, a score for each label.
    dataset : Dataset
        Features, shape (n, ...), and their classes. The numbers reach the model as they are.
    seed : int
        Orders the samples, and drives dropout and masks. The model's first weights are the
        caller's: `keras.utils.set_random_seed` before building it makes them repeatable too.
    epochs : int
        Passes over the data set.
    batch : int
        Samples a step, even: two halves are computed side by side.
    learning_rate : float
        At its highest, after the warm-up.
    weight_decay : float
        Share of a weight taken off at each step, times the learning rate.
    label_smoothing : float
        Share of the target spread over all classes.
    mixup : float
        The largest share of another sample, and of its class, laid over each; 0 for none.
    noise : sequence of float, one a coefficient (axis 2), or empty for none
        The largest standard deviation of Gaussian noise laid over each sample.
    time_mask : int
        Longest stretch of frames set to zero, twice a sample; 0 for none.
    progress : bool
        Show a bar on stderr.

    Returns
    -------
    keras.Model
        The same model, trained.

    Raises
    ------
    InputError
        If the data set is smaller than a batch, or does not fit the model's input and output; if
        there is no epoch.
    """
    require_model(model)
    require_dataset(dataset)
    _check(model, dataset, epochs, batch)
    load_tensorflow()
    from tinyml_course.training.step import Trainer

    steps = epochs * (len(dataset) // batch)
    trainer = Trainer(
        model,
        dataset,
        steps=steps,
        seed=seed,
        learning_rate=learning_rate,
        weight_decay=weight_decay,
        label_smoothing=label_smoothing,
        mixup=mixup,
        noise=noise,
        time_mask=time_mask,
    )
    rng = np.random.default_rng(seed)
    bar = Progress(
        TextColumn("  training"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("steps, loss {task.fields[loss]:.2f}"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=not progress,
    )
    with bar:
        shown = bar.add_task("", total=steps, loss=float("nan"))
        for _ in range(epochs):
            order = rng.permutation(len(dataset))
            for start in range(0, len(order) - batch + 1, batch):
                loss = trainer.step(order[start : start + batch])
                if start // batch % 50 == 0:
                    bar.update(shown, completed=trainer.done, loss=float(loss))
        bar.update(shown, completed=steps, loss=float(loss), refresh=True)
    return trainer.finish()


def _check(model: Any, dataset: Dataset, epochs: int, batch: int) -> None:
    wanted, found = tuple(model.input_shape[1:]), tuple(dataset.x.shape[1:])
    if wanted != found:
        raise InputError(
            f"the model takes inputs of shape {wanted}, the data set holds {found}: "
            "give the features of the recordings, computed by the front end the model is for."
        )
    if model.output_shape[-1] != len(dataset.labels):
        raise InputError(
            f"the model gives {model.output_shape[-1]} scores for {len(dataset.labels)} labels: "
            "build it with as many classes as the data set has labels."
        )
    if epochs < 1:
        raise InputError(f"epochs={epochs} leaves the model untrained; give at least 1.")
    if batch < 2 or batch % 2 or len(dataset) < batch:
        raise InputError(
            f"a batch of {batch} does not suit {len(dataset)} samples: "
            "it must be even and no larger than the data set."
        )
