"""Which C files and functions make up what is run: the model's, the features' and our own."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from tinyml_course.compiler.codegen import CompiledModel


class FeatureSources(Protocol):
    """A feature specification that can print itself as C, as `Mfcc` can."""

    @property
    def input_shape(self) -> tuple[int, ...]:
        """The shape of one window of features."""

    def c_files(self) -> dict[str, str]:
        """Return the C sources and headers by file name."""


@dataclass(frozen=True)
class PortNames:
    """The C functions that return the addresses of a model's inputs and outputs."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


def port_names(compiled: CompiledModel) -> PortNames:
    """Return the names of a model's port functions: `kws_input`, `kws_input_1`, and so on."""

    def names(kind: str, count: int) -> tuple[str, ...]:
        return tuple(f"{compiled.name}_{kind}" + (f"_{i}" if i else "") for i in range(count))

    graph = compiled.graph
    return PortNames(names("input", len(graph.inputs)), names("output", len(graph.outputs)))


def reset_name(compiled: CompiledModel) -> str | None:
    """Return the name of the function that resets a model's state; None if it has no state."""
    return f"{compiled.name}_reset" if compiled.graph.variables else None


def own_source(name: str) -> str:
    """Return the text of one of the simulator's own C files or linker scripts."""
    return files(__package__).joinpath("c", name).read_text(encoding="utf-8")
