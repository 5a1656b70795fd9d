"""A random forest trained by scikit-learn on simple features, as the tables that a board reads."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinyml_course.compiler.forest import LEAF, VOTES, Forest, forest_features
from tinyml_course.datasets.dataset import Dataset, require_dataset
from tinyml_course.errors import InputError

MOST_NODES = 2**16


def fit_forest(
    dataset: Dataset,
    *,
    trees: int = 60,
    depth: int = 10,
    leaf_samples: int = 1,
    chance: bool = False,
    seed: int = 0,
) -> Forest:
    """Train a random forest.

    Parameters
    ----------
    dataset : Dataset
        Features of a front end, int8 (n, rows, ..., axes), and their classes.
    trees : int
    depth : int
        Questions from root to leaf, at most.
    leaf_samples : int
        Fewest samples a leaf stands for; more make smaller trees.
    chance : bool
        Draw the thresholds at random, and keep the best of the draws, on all samples: with few
        samples the best threshold itself says more about them than about the classes.
    seed : int

    Returns
    -------
    Forest
        Takes windows, gives int8 scores.

    Raises
    ------
    InputError
        If the data set is empty, a number is below 1, or the forest becomes too large for 16-bit
        indices.

    References
    ----------
    Geurts, Ernst and Wehenkel (2006), "Extremely randomized trees", section 2 (`chance`).
    """
    from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier

    require_dataset(dataset)
    for name, value in (("trees", trees), ("depth", depth), ("leaf_samples", leaf_samples)):
        if value < 1:
            raise InputError(f"a forest cannot have {name}={value}; give at least 1.")
    if len(dataset) == 0:
        raise InputError("there is nothing to train a forest on: the data set is empty.")
    kind = ExtraTreesClassifier if chance else RandomForestClassifier
    model = kind(trees, max_depth=depth, min_samples_leaf=leaf_samples, random_state=seed)
    model.fit(forest_features(dataset.x), dataset.y)
    classes = np.asarray(model.classes_, dtype=np.int64)
    nodes: list[tuple[int, int, int]] = []
    votes: list[NDArray[np.uint8]] = []
    roots = []
    for tree in model.estimators_:
        roots.append(len(nodes))
        _lay_out(tree.tree_, nodes, votes, classes, len(dataset.labels))
    if len(nodes) >= MOST_NODES:
        raise InputError(
            f"the forest has {len(nodes):,} nodes, more than {MOST_NODES:,}: take fewer trees, "
            "less depth or larger leaves."
        )
    threshold, other, feature = np.array(nodes).T
    return Forest(
        input_shape=tuple(dataset.x.shape[1:]),
        root=np.array(roots, np.uint16),
        threshold=threshold.astype(np.int16),
        other=other.astype(np.uint16),
        feature=feature.astype(np.uint8),
        votes=np.array(votes, np.uint8),
    )


def _lay_out(
    tree: Any,
    nodes: list[tuple[int, int, int]],
    votes: list[NDArray[np.uint8]],
    classes: NDArray[np.int64],
    count: int,
) -> None:
    """Append a tree's nodes, each before its left child, and its leaves' votes."""
    waiting = [(0, -1)]  # a node of scikit-learn's, and of ours the one it is the right child of
    while waiting:
        at, parent = waiting.pop()
        if parent >= 0:
            threshold, _, feature = nodes[parent]
            nodes[parent] = (threshold, len(nodes), feature)
        if tree.children_left[at] < 0:
            share = np.zeros(count)
            share[classes] = tree.value[at][0] / tree.value[at][0].sum()
            nodes.append((0, len(votes), LEAF))
            votes.append(np.floor(share * VOTES).astype(np.uint8))
            continue
        waiting.append((int(tree.children_right[at]), len(nodes)))
        waiting.append((int(tree.children_left[at]), -1))
        nodes.append((int(np.floor(tree.threshold[at])), 0, int(tree.feature[at])))
