"""A random forest over simple features of a window, in integers: NumPy here, a graph for C.

The baseline for a sensor's windows: sums, extremes and changes of every axis, and trees that ask
for one of them at a time. It is trained in a second and needs no training loop; a network can learn
what shape a motion has. `c/tinyml_forest.c` computes the same integers. The two err in different
places: `joined` lets both vote.

References
----------
Breiman (2001), "Random Forests", Machine Learning 45; Hansen and Salamon (1990), "Neural Network
Ensembles", section II (why those that err in different places are right together).
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tinyml_course.compiler.graph import (
    Activation,
    Add,
    Graph,
    Op,
    QuantParams,
    Reshape,
    Tensor,
)
from tinyml_course.errors import InputError

KINDS = 9  # features of an axis
QUARTERS = 4
LEAF = 255
VOTES = 255  # of a leaf, for all classes together
MOST_ROWS = 128  # so that no feature leaves int16
_TYPES = {
    "root": np.uint16,
    "threshold": np.int16,
    "other": np.uint16,
    "feature": np.uint8,
    "votes": np.uint8,
}


@dataclass(frozen=True, eq=False)
class Forest:
    """A trained forest; called with windows, it returns their scores.

    Attributes
    ----------
    input_shape : tuple of int
        Shape of one window; rows first, axes last.
    root : ndarray, shape=(trees,), dtype=uint16
        The node each tree begins with.
    threshold : ndarray, shape=(nodes,), dtype=int16
        A feature no greater goes to the next node, a greater one to `other`.
    other : ndarray, shape=(nodes,), dtype=uint16
        Of a leaf the row of its votes.
    feature : ndarray, shape=(nodes,), dtype=uint8
        kind * axes + axis; 255 marks a leaf.
    votes : ndarray, shape=(leaves, classes), dtype=uint8

    Raises
    ------
    InputError
        If the arrays are no forest: a node leads back or out of it.
    """

    input_shape: tuple[int, ...]
    root: NDArray[np.uint16]
    threshold: NDArray[np.int16]
    other: NDArray[np.uint16]
    feature: NDArray[np.uint8]
    votes: NDArray[np.uint8]

    def __post_init__(self) -> None:
        for name, dtype in _TYPES.items():
            if getattr(self, name).dtype != dtype:
                raise InputError(f"a forest's {name} is of type {np.dtype(dtype)}: train it again.")
        at, leaf = np.arange(len(self.feature)), self.feature == LEAF
        last = len(self.feature) - 1
        features = KINDS * self.input_shape[-1]
        sound = (
            len(self.feature) == len(self.threshold) == len(self.other)
            and self.votes.ndim == 2
            and bool((self.root <= last).all())
            and bool((self.other[leaf] < len(self.votes)).all())
            and bool((self.feature[~leaf] < features).all())
            and bool(((self.other > at) & (self.other <= last) & (at < last))[~leaf].all())
        )
        if not sound:
            raise InputError("the arrays of a forest do not belong together: train it again.")

    def to_bytes(self) -> bytes:
        """Return the arrays as an .npz file holds them."""
        file = io.BytesIO()
        np.savez_compressed(file, **{one.name: getattr(self, one.name) for one in fields(self)})
        return file.getvalue()

    @cached_property
    def graph(self) -> Graph:
        """The forest as a network of one operator, which can be compiled as any other."""
        ports = ((self.input_shape, 1.0, 0), ((self.votes.shape[1],), 1 / 256, -128))
        tensors = tuple(
            Tensor(i, f"port {i}", (1, *shape), np.dtype(np.int8), _quant(scale, zero))
            for i, (shape, scale, zero) in enumerate(ports)
        )
        op = RandomForest(0, (0,), (1,), self)
        digest = hashlib.sha256(b"".join(getattr(self, name).tobytes() for name in _TYPES))
        return Graph("forest", tensors, (op,), (0,), (1,), digest.hexdigest())

    def __call__(self, windows: NDArray[np.int8]) -> NDArray[np.int8]:
        """Return scores, int8 (n, classes): a probability p is 256 p - 128.

        Parameters
        ----------
        windows : int8 array, (n, *input_shape)
        """
        values = forest_features(windows)
        rows = np.arange(len(values))
        total = np.zeros((len(values), self.votes.shape[1]), np.int64)
        for root in self.root.tolist():
            at = np.full(len(values), root)
            while (inside := self.feature[at] != LEAF).any():
                value = values[rows, np.where(inside, self.feature[at], 0)]
                step = np.where(value <= self.threshold[at], at + 1, self.other[at])
                at = np.where(inside, step, at)
            total += self.votes[self.other[at]]
        score = total * 256 // (VOTES * len(self.root))
        return np.asarray(np.minimum(score, 255) - 128, dtype=np.int8)


def joined(network: Graph, forest: Forest) -> Graph:
    """Return a graph whose scores are the means of a network's and a forest's for the same window.

    Parameters
    ----------
    network : Graph
        One input, the forest's windows; one output, scores of scale 1/256 and zero point -128.
    forest : Forest

    Raises
    ------
    InputError
        If the two do not take the same windows, or do not know the same number of classes.
    """
    taken, scores = network.tensors[network.inputs[0]], network.tensors[network.outputs[0]]
    if taken.shape[1:] != forest.input_shape or scores.shape != (1, forest.votes.shape[1]):
        raise InputError(
            f"the network takes {taken.shape[1:]} and gives {scores.shape[1:]}, the forest "
            f"{forest.input_shape} and {forest.votes.shape[1:]}: train both on the same recordings."
        )
    first, op = len(network.tensors), 1 + max(op.index for op in network.ops)
    votes, total, mean = range(first, first + 3)
    # The sum is kept in steps of 1/128; the same integers in steps of 1/256 are the mean.
    tensors = tuple(
        Tensor(i, name, scores.shape, scores.dtype, _quant(step, -128))
        for i, name, step in (
            (votes, "votes", 1 / 256),
            (total, "sum", 1 / 128),
            (mean, "mean", 1 / 256),
        )
    )
    ops = (
        RandomForest(op, network.inputs, (votes,), forest),
        Add(op + 1, (scores.index, votes), (total,), Activation.NONE),
        Reshape(op + 2, (total,), (mean,)),
    )
    digest = hashlib.sha256((network.sha256 + forest.graph.sha256).encode()).hexdigest()
    return Graph(
        "joined",
        (*network.tensors, *tensors),
        (*network.ops, *ops),
        network.inputs,
        (mean,),
        digest,
    )


def load_forest(path: Path) -> Forest:
    """Read a forest from an .npz file of its arrays, named as they are.

    Raises
    ------
    InputError
        If the file cannot be read, or an array is missing.
    """
    try:
        with np.load(path) as stored:
            arrays = {field.name: stored[field.name] for field in fields(Forest)}
        arrays["input_shape"] = tuple(arrays["input_shape"].tolist())
        return Forest(**arrays)
    except (OSError, ValueError, TypeError, KeyError, zipfile.BadZipFile, InputError) as error:
        raise InputError(f"{path} holds no forest ({error}). Train it again.") from error


def forest_features(windows: NDArray[np.int8]) -> NDArray[np.int16]:
    """Return the features of windows (n, rows, ..., axes): (n, 9 * axes), kind by kind.

    Raises
    ------
    InputError
        If a window has too many rows for the integers of the C side.
    """
    x = windows.reshape(len(windows), windows.shape[1], -1).astype(np.int32)  # (n, rows, axes)
    rows = x.shape[1]
    if rows > MOST_ROWS or KINDS * x.shape[2] >= LEAF:
        raise InputError(
            f"a forest takes windows of at most {MOST_ROWS} rows and {LEAF // KINDS} axes, got "
            f"{rows} and {x.shape[2]}. Average more samples to a row (hop)."
        )
    kinds = [x.sum(axis=1), x.min(axis=1), x.max(axis=1)]
    kinds += [abs(x).sum(axis=1), abs(np.diff(x, axis=1)).sum(axis=1)]
    quarter = QUARTERS * np.arange(rows) // rows
    kinds += [x[:, quarter == i].sum(axis=1) for i in range(QUARTERS)]
    return np.concatenate(kinds, axis=1).astype(np.int16)


@dataclass(frozen=True)
class RandomForest(Op):
    """Let every tree of a forest vote on a window (1, rows, ..., axes)."""

    kind = "RANDOM_FOREST"
    forest: Forest


def _quant(scale: float, zero_point: int) -> QuantParams:
    return QuantParams(np.array([scale], np.float32), np.array([zero_point], np.int32))
