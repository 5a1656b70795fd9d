"""A `.tflite` model becomes portable C: constants, a schedule of kernel calls, and a header.

The generator prints data, never loops: every operator is a parameter struct and one call of a
kernel that stands, readable and tested, in `tinyml_course/c`. All memory is one static arena whose
layout is planned here. The same model gives the same bytes, whoever compiles it and when.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

from tinyml_course.compiler import emit_layers, emit_pointwise, emit_stateful
from tinyml_course.compiler import graph as g
from tinyml_course.compiler.graph import Graph, Op
from tinyml_course.compiler.listing import header, source
from tinyml_course.compiler.memory import MemoryPlan, plan_memory
from tinyml_course.compiler.steps import Emission, Step
from tinyml_course.compiler.tflite import read_model
from tinyml_course.errors import InputError, UnsupportedModelError

OPTIMIZATIONS = ("balanced", "speed", "size", "memory")
_SHARED_HEADERS = ("tinyml_kernels.h", "tinyml_arithmetic.h", "tinyml_output_stage.h")
_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]*")

_EMITTERS: dict[type[Op], Callable[[Graph, Any, Emission], Step]] = {
    g.Conv2D: emit_layers.conv_2d,
    g.DepthwiseConv2D: emit_layers.depthwise_conv_2d,
    g.FullyConnected: emit_layers.fully_connected,
    g.AveragePool2D: emit_layers.average_pool_2d,
    g.MaxPool2D: emit_layers.max_pool_2d,
    g.Mean: emit_layers.mean,
    g.Add: emit_pointwise.add,
    g.Relu: emit_pointwise.look_up,
    g.Relu6: emit_pointwise.look_up,
    g.Logistic: emit_pointwise.look_up,
    g.Tanh: emit_pointwise.look_up,
    g.Quantize: emit_pointwise.quantize,
    g.Dequantize: emit_pointwise.dequantize,
    g.Softmax: emit_pointwise.softmax,
    g.Pad: emit_pointwise.pad,
    g.Concatenation: emit_pointwise.concatenation,
    g.Reshape: emit_pointwise.copy_constant,
    g.Squeeze: emit_pointwise.copy_constant,
    g.ExpandDims: emit_pointwise.copy_constant,
    **emit_stateful.EMITTERS,
}


@dataclass(frozen=True, eq=False)
class CompiledModel:
    """A network as C, and what is known of it before it runs.

    Attributes
    ----------
    name : str
        Prefix of its C functions, and name of its files.
    graph : Graph
    steps : tuple of Step
        What runs, in order, one step an operator; operators that only rename a shape have none.
    plan : MemoryPlan
        Where tensors and scratch memory lie in the arena.
    optimize : {"balanced", "speed", "size", "memory"}
    """

    name: str
    graph: Graph
    steps: tuple[Step, ...]
    plan: MemoryPlan
    optimize: str

    @property
    def sha256(self) -> str:
        """Hexadecimal digest of the `.tflite` bytes."""
        return self.graph.sha256

    @property
    def arena_bytes(self) -> int:
        """All the RAM the model takes: activations, scratch, input and output."""
        return self.plan.arena_bytes

    @property
    def constants_bytes(self) -> int:
        """Flash for weights, biases, multipliers and tables."""
        return sum(step.constants_bytes for step in self.steps)

    @property
    def macs(self) -> int:
        """Multiplications of an input by a weight in one inference."""
        return sum(step.macs for step in self.steps)

    @cached_property
    def header(self) -> str:
        """The C header: functions, sizes, scales."""
        return header(self.name, self.graph, self.steps, self.plan)

    @cached_property
    def source(self) -> str:
        """The C source: constants and schedule."""
        return source(self.name, self.graph, self.steps, self.plan)

    @cached_property
    def files(self) -> dict[str, str]:
        """Every file the program needs, by name: the model's own, and the kernels it calls."""
        kernels = {file for step in self.steps for file in (*step.files, *step.headers)}
        return {
            f"{self.name}.h": self.header,
            f"{self.name}.c": self.source,
            **{name: _kernel_text(name) for name in sorted({*_SHARED_HEADERS, *kernels})},
        }

    def write(self, folder: str | Path) -> tuple[Path, ...]:
        """Write all `files` into one folder and return their paths."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        return tuple(_write_text(folder / name, text) for name, text in self.files.items())


def compile_model(
    model: bytes | str | Path | Graph, name: str = "model", optimize: str = "balanced"
) -> CompiledModel:
    """Compile a `.tflite` model to C that gives TensorFlow Lite Micro's outputs to the bit.

    Parameters
    ----------
    model : bytes, str, Path or Graph
        A `.tflite` file's bytes or place, or a graph that was read from one.
    name : str
        Prefix of the C functions: `<name>_input()`, `<name>_invoke()`, `<name>_output()`.
    optimize : {"balanced", "speed", "size", "memory"}
        What to favour where two of them conflict; the outputs are the same.

    Raises
    ------
    ModelError
        The file is no valid model; UnsupportedModelError where an operator has no kernel.
    InputError
        `name` is no C identifier, or `optimize` none of the above.
    """
    if not _IDENTIFIER.fullmatch(name) or name.startswith("tinyml_"):
        raise InputError(
            f"{name!r} cannot prefix C functions; use letters, digits and _, a letter first, "
            "and not the kernels' own prefix tinyml_."
        )
    if optimize not in OPTIMIZATIONS:
        raise InputError(
            f"cannot optimize for {optimize!r}; accepted are {', '.join(OPTIMIZATIONS)}."
        )
    graph = model if isinstance(model, Graph) else read_model(model, name)
    emission = Emission(optimize)
    steps = tuple(_emit(graph, op, emission) for op in graph.ops if not _is_alias(graph, op))
    return CompiledModel(name, graph, steps, _plan(graph, steps), optimize)


def _plan(graph: Graph, steps: Sequence[Step]) -> MemoryPlan:
    """Plan the arena with what the kernels need and where they can run in place."""
    in_place = {step.op.index: step.in_place for step in steps}
    scratch = {step.op.index: step.whole_scratch_bytes for step in steps}
    return plan_memory(graph, scratch, lambda _, op: in_place[op.index])


def _is_alias(graph: Graph, op: Op) -> bool:
    """Whether `op` gives an activation another shape: nothing to do but in the plan."""
    return isinstance(op, g.AliasOp) and not graph.tensors[op.input].is_constant


def _emit(graph: Graph, op: Op, emission: Emission) -> Step:
    if type(op) not in _EMITTERS:
        raise UnsupportedModelError(f"{op} has no C kernel. Replace the layer it comes from.")
    return _EMITTERS[type(op)](graph, op, emission)


def _kernel_text(name: str) -> str:
    return files("tinyml_course").joinpath("c", name).read_text(encoding="utf-8")


def _write_text(path: Path, text: str) -> Path:
    """Write a file beside its target and rename it, so that a stop half-way loses nothing."""
    partial = path.with_name(f".{path.name}.partial")
    partial.write_text(text, encoding="utf-8")
    return partial.replace(path)
