"""Which C files and functions make up what is run: the model's, the features' and our own."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from tinyml_course.compiler.codegen import CompiledModel
from tinyml_course.compiler.emitting.printing import c_type
from tinyml_course.errors import wrong_kind


class FeatureSources(Protocol):
    """A feature specification as C: what is called, and with what.

    Its C gives `<c_name>_reset(state)`, `<c_name>_push(state, hop)`, which tells whether a window
    is full, and `<c_name>_read(state, window)`, declared in `<c_name>.h` beside the state's type
    `<c_name>`, `<C_NAME>_HOP` samples a hop and `<C_NAME>_SIZE` int8 values a window.
    """

    @property
    def c_name(self) -> str:
        """Prefix of the C names."""

    @property
    def sample_dtype(self) -> np.dtype[Any]:
        """Type of the samples."""

    @property
    def hop_s(self) -> float:
        """Seconds from one hop to the next."""

    @property
    def input_shape(self) -> tuple[int, ...]:
        """The shape of one window of features."""

    def c_files(self) -> dict[str, str]:
        """Return the C sources and headers by file name."""

    def hops(self, recordings: NDArray[Any]) -> NDArray[Any]:
        """Check recordings and cut them into (n, hops, samples of a hop)."""

    def blank(self) -> NDArray[Any]:
        """Return one recording of zeros, (1, ...), that fills a window."""


def require_compiled(model: object) -> None:
    """Raise `InputError` for what is no compiled model, such as a `.tflite` file or a `Run`."""
    if not hasattr(model, "files"):
        raise wrong_kind(model, "a compiled model", "Give what tc.compile_model returns.")


def require_features(features: object) -> None:
    """Raise `InputError` for what is no feature specification, such as a `Run` or a name."""
    if not hasattr(features, "c_name"):
        raise wrong_kind(features, "a feature specification", "Give tc.Mfcc(), or run.features.")


@dataclass(frozen=True)
class PortNames:
    """The C functions that return the addresses of a model's inputs and outputs, and that run it.

    Where the input is fed by rows, the address is that of the next row, and `run` takes it in.
    """

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    run: str


def port_names(compiled: CompiledModel) -> PortNames:
    """Return the names of a model's functions: `kws_input`, `kws_input_1`, and so on."""

    def names(kind: str, count: int) -> tuple[str, ...]:
        return tuple(f"{compiled.name}_{kind}" + (f"_{i}" if i else "") for i in range(count))

    graph, fed = compiled.graph, compiled.fed_image is not None
    return PortNames(
        names("row", 1) if fed else names("input", len(graph.inputs)),
        names("output", len(graph.outputs)),
        f"{compiled.name}_{'feed' if fed else 'invoke'}",
    )


def reset_name(compiled: CompiledModel) -> str | None:
    """Return the name of the function that resets a model's state; None if it has no state."""
    return f"{compiled.name}_reset" if compiled.graph.variables else None


@dataclass(frozen=True)
class FeatureNames:
    """The C functions of a feature specification."""

    reset: str
    push: str
    read: str

    @classmethod
    def of(cls, features: FeatureSources) -> FeatureNames:
        """Return the names that `features` has in C."""
        return cls(*(f"{features.c_name}_{what}" for what in ("reset", "push", "read")))


def feature_sources(features: FeatureSources, use: str) -> dict[str, str]:
    """Return the C of a feature specification and one of our own files that uses it.

    What that file calls stands in `features_names.h`, printed here: the same file serves every
    specification.
    """
    prefix = features.c_name
    lines = [
        "/* What the features are called in C. */",
        "#include <stdint.h>",
        f'#include "{prefix}.h"',
        f"typedef {prefix} features_type;",
        f"typedef {c_type(features.sample_dtype)} features_sample;",
        f"#define FEATURES_HOP {prefix.upper()}_HOP",
        f"#define FEATURES_SIZE {prefix.upper()}_SIZE",
        *(f"#define features_{what} {prefix}_{what}" for what in ("reset", "push", "read")),
    ]
    header = "\n".join(lines) + "\n"
    return {**features.c_files(), "features_names.h": header, use: own_source(use)}


def own_source(name: str) -> str:
    """Return the text of one of the simulator's own C files or linker scripts."""
    return files(__package__).joinpath("c", name).read_text(encoding="utf-8")
