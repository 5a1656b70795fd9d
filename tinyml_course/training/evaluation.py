"""How often a classifier is right: overall, by class, and what it takes for what."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinyml_course.datasets.dataset import Dataset, require_dataset
from tinyml_course.errors import InputError, wrong_kind


def evaluate(
    predict: Callable[[NDArray[Any]], Any], dataset: Dataset, *, batch: int = 1024
) -> dict[str, Any]:
    """Measure a classifier on labelled inputs.

    Parameters
    ----------
    predict : callable
        Takes inputs (n, ...) and returns scores (n, ..., classes): a Keras model's `predict`, the
        NumPy oracle, a compiled model on this computer or on a simulated board.
    dataset : Dataset
        Inputs as `predict` takes them: features, not recordings.
    batch : int
        Inputs given to `predict` at a time.

    Returns
    -------
    dict
        `accuracy`, the share that is right; `balanced_accuracy`, the mean of the classes' shares;
        `auroc`, of two classes that both have samples, how often one of the second has the higher
        second score than one of the first; `per_class`, that share by label, None where a class
        has no samples; `n_per_class`, how many samples that share is of; `confusion`, counts as a
        list of rows, one a true class, one column a class that was heard; `n`, the number of
        samples. JSON can hold it.

    Raises
    ------
    InputError
        If `predict` is no function, there are no samples, or the scores are not one a class.

    Examples
    --------
    >>> import tinyml_course as tc
    >>> run = tc.load_run("data/models/gestures")
    >>> test = run.features(tc.load_dataset("gestures", split="test"))
    >>> sorted(evaluate(tc.reference(run.graph), test))
    ['accuracy', 'balanced_accuracy', 'confusion', 'n', 'n_per_class', 'per_class']
    """
    if not callable(predict):
        raise wrong_kind(
            predict, "a function of inputs", "Give tc.reference(tflite), or model.predict."
        )
    require_dataset(dataset)
    if len(dataset) == 0:
        raise InputError("there is nothing to evaluate: the data set is empty.")
    classes = len(dataset.labels)
    found, last = [], []
    for start in range(0, len(dataset), batch):
        part = dataset.x[start : start + batch]
        scores = np.asarray(predict(part)).reshape(len(part), -1)
        if scores.shape[1] != classes:
            raise InputError(
                f"predict gives {scores.shape[1]} scores, the data set has {classes} labels: "
                "evaluate a model on the classes it was trained for."
            )
        found.append(scores.argmax(axis=1))
        last.append(scores[:, -1])
    confusion = np.zeros((classes, classes), np.int64)
    np.add.at(confusion, (dataset.y, np.concatenate(found)), 1)
    right, said = confusion.diagonal(), confusion.sum(axis=1)
    heard = said > 0
    measures = {
        "accuracy": float(right.sum() / len(dataset)),
        "balanced_accuracy": float(np.mean(right[heard] / said[heard])),
    }
    if classes == 2 and heard.all():
        measures["auroc"] = auroc(np.concatenate(last), dataset.y == 1)
    return measures | {
        "per_class": {
            label: float(right[i] / said[i]) if said[i] else None
            for i, label in enumerate(dataset.labels)
        },
        "n_per_class": dict(zip(dataset.labels, said.tolist(), strict=True)),
        "confusion": confusion.tolist(),
        "n": len(dataset),
    }


def auroc(scores: NDArray[Any], wanted: NDArray[np.bool_]) -> float:
    """Return the area under the receiver operating characteristic.

    That is how often a wanted sample has the higher score than another one; a tie counts half.

    Parameters
    ----------
    scores : ndarray, shape=(n,)
    wanted : ndarray, shape=(n,), dtype=bool
        Some are True and some are not.

    References
    ----------
    Hanley and McNeil (1982), "The Meaning and Use of the Area under a ROC Curve", section III.
    """
    others = np.sort(scores[~wanted])
    below = np.searchsorted(others, scores[wanted], side="left")
    not_above = np.searchsorted(others, scores[wanted], side="right")
    return float((below + not_above).mean() / 2 / len(others))
