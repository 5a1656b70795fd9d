"""A random forest over simple features of a window, in integers: NumPy here, tables for C.

The baseline for a sensor's windows: sums, extremes and changes of every axis, and trees that ask
for one of them at a time. It is trained in a second and needs no training loop; a network can learn
what shape a motion has. `c/tinyml_forest.c` computes the same integers.

References
----------
Breiman (2001), "Random Forests", Machine Learning 45.
"""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import dataclass, fields
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tinyml_course.compiler.graph import Graph, QuantParams, Tensor
from tinyml_course.compiler.printing import wrap
from tinyml_course.errors import InputError

if TYPE_CHECKING:
    from tinyml_course.compiler.codegen import CompiledModel
    from tinyml_course.compiler.steps import Step

KINDS = 9  # features of an axis
QUARTERS = 4
LEAF = 255
VOTES = 255  # of a leaf, for all classes together
MOST_ROWS = 128  # so that no feature leaves int16

_HEADER = """\
/* {name}: a random forest of {trees} trees, by the functions that a compiled network has. */
#ifndef {guard}
#define {guard}

#include <stdint.h>

#ifdef __cplusplus
extern "C" {{
#endif

int8_t *{name}_input(void); /* ({rows}, {axes}), scale 1, zero point 0 */
void {name}_invoke(void);
int8_t *{name}_output(void); /* ({classes}), scale 1/256, zero point -128 */

#ifdef __cplusplus
}}
#endif
#endif
"""
_SOURCE = """\
#include "{name}.h"

#include "tinyml_forest.h"

{tables}
static const tinyml_forest forest = {{{rows}, {axes}, {trees}, {classes}, root, node, votes}};
static int8_t window[{rows} * {axes}];
static int16_t features[TINYML_FOREST_KINDS * {axes}];
static int32_t total[{classes}];
static int8_t scores[{classes}];

int8_t *{name}_input(void)
{{
    return window;
}}

void {name}_invoke(void)
{{
    tinyml_forest_features(&forest, window, features);
    tinyml_forest_scores(&forest, features, total, scores);
}}

int8_t *{name}_output(void)
{{
    return scores;
}}
"""


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
    """

    input_shape: tuple[int, ...]
    root: NDArray[np.uint16]
    threshold: NDArray[np.int16]
    other: NDArray[np.uint16]
    feature: NDArray[np.uint8]
    votes: NDArray[np.uint8]

    def save(self, path: Path) -> None:
        """Write the arrays to an .npz file."""
        np.savez_compressed(path, **{one.name: getattr(self, one.name) for one in fields(self)})

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
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise InputError(f"{path} holds no forest ({error}). Train it again.") from error
    arrays["input_shape"] = tuple(arrays["input_shape"].tolist())
    return Forest(**arrays)


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


@dataclass(frozen=True, eq=False)
class CompiledForest:
    """A forest as C, which a sketch and the host run in place of a compiled network."""

    name: str
    forest: Forest
    optimize: str = "size"
    steps: tuple[Step, ...] = ()
    """None: a forest is no network of operators."""

    @property
    def peak_op(self) -> str:
        """Where most of the RAM is in use."""
        return "the forest"

    @property
    def macs(self) -> int:
        """A forest compares, and multiplies nothing."""
        return 0

    @property
    def runtime(self) -> str:
        """What runs it in a sketch."""
        return "c"

    @property
    def library_note(self) -> str:
        """What the sketch's page says of the libraries it needs: none."""
        return ""

    @cached_property
    def graph(self) -> Graph:
        """What comes in and goes out, as of a network."""
        classes = self.forest.votes.shape[1]
        ports = ((self.forest.input_shape, 1.0, 0), ((classes,), 1 / 256, -128))
        tensors = tuple(
            Tensor(i, f"port {i}", (1, *shape), np.dtype(np.int8), _quant(scale, zero))
            for i, (shape, scale, zero) in enumerate(ports)
        )
        return Graph(self.name, tensors, (), (0,), (1,), self.sha256)

    @cached_property
    def sha256(self) -> str:
        """Hexadecimal digest of the tables."""
        return hashlib.sha256(_tables(self.forest).encode()).hexdigest()

    @property
    def constants_bytes(self) -> int:
        """Flash for the tables: 6 bytes a node, 5 where they are packed."""
        return 2 * len(self.forest.root) + 6 * len(self.forest.feature) + self.forest.votes.size

    @property
    def arena_bytes(self) -> int:
        """RAM for the window, the features and the scores."""
        axes, classes = self.forest.input_shape[-1], self.forest.votes.shape[1]
        window = int(np.prod(self.forest.input_shape))
        return int(window + 2 * KINDS * axes + 5 * classes)

    @cached_property
    def files(self) -> dict[str, str]:
        """The C sources and headers by file name."""
        folder = files("tinyml_course") / "c"
        shared = ("tinyml_forest.h", "tinyml_forest.c")
        sources = {name: (folder / name).read_text(encoding="utf-8") for name in shared}
        values = {
            "name": self.name,
            "guard": f"{self.name.upper()}_H",
            "rows": self.forest.input_shape[0],
            "axes": self.forest.input_shape[-1],
            "trees": len(self.forest.root),
            "classes": self.forest.votes.shape[1],
        }
        sources[f"{self.name}.h"] = _HEADER.format(**values)
        tables = _tables(self.forest)
        sources[f"{self.name}.c"] = _SOURCE.format(**values, tables=tables)
        return sources


Compiled: TypeAlias = "CompiledModel | CompiledForest"
"""What a board's program can be built of."""


def compile_forest(forest: Forest, name: str = "forest") -> CompiledForest:
    """Turn a forest into C.

    Raises
    ------
    InputError
        If `name` cannot begin a C name.
    """
    if not (name.isidentifier() and name.isascii() and name[0].isalpha()):
        raise InputError(
            f"{name!r} cannot begin C names. Use letters, digits and _, a letter first."
        )
    return CompiledForest(name, forest)


def _tables(forest: Forest) -> str:
    nodes = (
        f"{{{t}, {o}, {f}}}"
        for t, o, f in zip(forest.threshold, forest.other, forest.feature, strict=True)
    )
    node = f"static const TINYML_FLASH tinyml_forest_node node[] = {{\n{wrap(nodes)}\n}};\n"
    votes = wrap(map(str, forest.votes.ravel().tolist()))
    votes = f"/* (leaf, class) */\nstatic const TINYML_FLASH uint8_t votes[] = {{\n{votes}\n}};\n"
    roots = wrap(map(str, forest.root.tolist()))
    return f"static const TINYML_FLASH uint16_t root[] = {{\n{roots}\n}};\n{node}{votes}"


def _quant(scale: float, zero_point: int) -> QuantParams:
    return QuantParams(np.array([scale], np.float32), np.array([zero_point], np.int32))
