"""A detector from good parts alone: what a network thinks, and what is unusual at each place.

A network that has learned to tell good parts from made-up defects knows those it was shown; another
kind may escape it. So a second judge is put beside it, which knows no defect at all. It filters the
picture for edges and spots at four sizes, keeps the strongest response in each cell of a grid, and
knows how strong that is at this place on good parts, give or take. The most unusual place counts.

Both scores are brought to mean 0 and deviation 1 on good parts and added; so many good parts are
called defects as `FALSE_ALARMS` says. All of it is one network of layers that int8 C can run.

References
----------
Defard et al. (2021), "PaDiM: a Patch Distribution Modeling Framework for Anomaly Detection and
Localization", section 3 (a distribution a place); Li et al. (2021), "CutPaste", section 2.3
(density on features learnt from pasted defects).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinyml_course.backend import load_tensorflow

SIZES = 4  # of edges and spots, each twice the one before
CELL = 1 << (SIZES - 1)  # pixels a side
OWN_SHARE = 0.75  # of a place's own variance; the rest is that of all places, for the few samples
MOST_UNUSUAL = 24.0  # deviations; beyond it makes no difference
FALSE_ALARMS = 0.01  # share of the good parts it was made from that are called defects
STEEPNESS = 0.5  # of the final probability: a deviation's worth of log odds

SPOT = np.array([[1, 2, 1], [2, -12, 2], [1, 2, 1]]) / 12
DOWN = np.array([[-1, -2, -1], [0, 0, 0], [1, 2, 1]]) / 4
SLANT = np.array([[-2, -1, 0], [-1, 0, 1], [0, 1, 2]]) / 4
FILTERS = np.stack([sign * f for f in (SPOT, DOWN, DOWN.T, SLANT) for sign in (1, -1)], axis=-1)
"""Shape (row, column, filter): bright and dark spots, and edges in both senses."""


def judge_by_good_parts(model: Any, good: NDArray[np.int8]) -> Any:
    """Put the judge of unusual places beside a trained network.

    Parameters
    ----------
    model : keras.Model
        Ends in a dense softmax over (good, defect). Its input's sides are multiples of 8.
    good : ndarray, shape=(n, rows, columns, 1), dtype=int8
        Inputs of good parts as they were taken, not varied: a place is known by its pose.

    Returns
    -------
    keras.Model
        Same input, same two scores.
    """
    keras = load_tensorflow().keras
    layers = keras.layers
    parts = good.astype(np.float32)
    inputs = keras.Input(model.input_shape[1:])
    places = keras.Model(inputs, _responses(inputs))
    unusual = _most_unusual(places, parts)
    trunk = keras.Model(model.inputs, model.layers[-1].input)
    weights = model.layers[-1].get_weights()[0]
    learnt = layers.Dense(2, use_bias=False, name="learnt")
    strange = layers.Dense(2, name="strange")
    scores = layers.Softmax()(layers.Add()([learnt(trunk(inputs)), strange(unusual(inputs))]))

    against_good = np.stack([np.zeros(len(weights)), weights[:, 1] - weights[:, 0]], axis=1)
    own = trunk.predict(parts, verbose=0) @ against_good[:, 1]
    far = unusual.predict(parts, verbose=0)[:, 0]
    summed = (own - own.mean()) / own.std() + (far - far.mean()) / far.std()
    least = np.quantile(summed, 1 - FALSE_ALARMS)
    learnt.set_weights([STEEPNESS * against_good / own.std()])
    shift = own.mean() / own.std() + far.mean() / far.std() + least
    strange.set_weights([np.array([[0, STEEPNESS / far.std()]]), np.array([0, -STEEPNESS * shift])])
    return keras.Model(inputs, scores)


def _responses(inputs: Any) -> Any:
    """Filter at every size and keep each cell's strongest: (row, column, size and filter)."""
    layers = load_tensorflow().keras.layers
    level, found = inputs, []
    for size in range(SIZES):
        filtered = layers.Conv2D(
            FILTERS.shape[-1], 3, padding="same", use_bias=False, activation="relu",
            name=f"filters_{size}",
        )(level)  # fmt: skip
        cell = CELL >> size
        found.append(layers.MaxPooling2D(cell)(filtered) if cell > 1 else filtered)
        level = layers.AveragePooling2D(2)(level)
    return layers.Concatenate()(found)


def _most_unusual(places: Any, parts: NDArray[np.float32]) -> Any:
    """Return the model of how far the most unusual response is from good parts', (n, 1).

    Filters are scaled so that their responses vary by 1 over all places: then one int8 scale
    serves them all.
    """
    keras = load_tensorflow().keras
    bank = [places.get_layer(f"filters_{size}") for size in range(SIZES)]
    for layer in bank:
        layer.set_weights([FILTERS[:, :, None, :]])
    count = FILTERS.shape[-1]
    spread = places.predict(parts, verbose=0).std(axis=(0, 1, 2)) + 1e-3  # (size and filter,)
    for layer, part in zip(bank, spread.reshape(SIZES, count), strict=True):
        layer.set_weights([FILTERS[:, :, None, :] / part])
    found = places.predict(parts, verbose=0)
    variance = found.var(axis=0)  # (row, column, size and filter)
    pooled = variance.mean(axis=(0, 1))
    deviation = np.sqrt(OWN_SHARE * variance + (1 - OWN_SHARE) * pooled + 1e-3)
    unit = (1 / deviation).astype(np.float32)[None]
    offset = (-found.mean(axis=0) / deviation).astype(np.float32)[None]
    unusual = keras.ops.add(keras.ops.multiply(places.output, unit), offset)
    strongest = keras.ops.max(keras.layers.Flatten()(unusual), axis=1, keepdims=True)
    capped = keras.ops.minimum(strongest, np.float32(MOST_UNUSUAL))
    return keras.Model(places.inputs, capped)
