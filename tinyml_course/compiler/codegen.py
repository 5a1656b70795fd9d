"""A `.tflite` model becomes portable C: constants, a schedule of kernel calls, and a header.

The generator prints data, never loops: every operator is a parameter struct and one call of a
kernel that stands, readable and tested, in `tinyml_course/c`. All memory is one static arena whose
layout is planned here. The same model gives the same bytes, whoever compiles it and when.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path

from tinyml_course.compiler.emitting.emitters import emit_all
from tinyml_course.compiler.emitting.listing import header, source
from tinyml_course.compiler.emitting.listing_states import start_bytes
from tinyml_course.compiler.graph import Graph, Tensor
from tinyml_course.compiler.planning import feeding
from tinyml_course.compiler.planning.chains import choose_chains, plan_steps
from tinyml_course.compiler.planning.memory import MemoryPlan
from tinyml_course.compiler.planning.turns import can_chain, one_by_one
from tinyml_course.compiler.reading.tflite import read_model
from tinyml_course.compiler.simplifying.fold_channels import CHANNEL_MULTIPLE
from tinyml_course.compiler.simplifying.settle_states import settle_states
from tinyml_course.compiler.simplifying.simplify import simplify
from tinyml_course.compiler.steps import Emission, Step
from tinyml_course.compiler.variables import AssignVariable
from tinyml_course.errors import InputError

OPTIMIZATIONS = ("balanced", "speed", "size", "memory")
_SHARED_HEADERS = ("tinyml_kernels.h", "tinyml_arithmetic.h", "tinyml_output_stage.h")
_CHAINING = ("balanced", "memory")
_TURNS = ("tinyml_turns.h", "tinyml_turns.c")
_STATES = ("tinyml_state.h",)
_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


@dataclass(frozen=True, eq=False)
class CompiledModel:
    """A network as C, and what is known of it before it runs.

    Attributes
    ----------
    name : str
        Prefix of its C functions, and name of its files.
    graph : Graph
        The network of the file, or a smaller one that gives the same bits.
    steps : tuple of Step
        What runs, in order, one step an operator; operators with nothing to do have none.
    plan : MemoryPlan
        Where tensors and scratch memory lie in the arena.
    optimize : {"balanced", "speed", "size", "memory"}
    notes : tuple of str
        What was found in the network and taken away, for the learner.
    """

    name: str
    graph: Graph
    steps: tuple[Step, ...]
    plan: MemoryPlan
    optimize: str
    notes: tuple[str, ...] = ()

    @cached_property
    def places(self) -> dict[int, int]:
        """The position of each operator in `Graph.ops`, by its index in the file."""
        return {op.index: place for place, op in enumerate(self.graph.ops)}

    @property
    def fed_image(self) -> Tensor | None:
        """The input that is fed row by row; None where inputs are handed over whole."""
        return feeding.fed_image(self.graph)

    @property
    def runtime(self) -> str:
        """What runs the model in a sketch."""
        return "c"

    @property
    def sha256(self) -> str:
        """Hexadecimal digest of the `.tflite` bytes."""
        return self.graph.sha256

    @property
    def library_note(self) -> str:
        """What a sketch's page says of the libraries the model needs."""
        return " No library is needed."

    @property
    def arena_bytes(self) -> int:
        """All the RAM the model takes: activations, scratch, input and output."""
        return self.plan.arena_bytes

    @property
    def constants_bytes(self) -> int:
        """Flash for weights, biases, multipliers, tables, and what states start with."""
        return sum(step.constants_bytes for step in self.steps) + start_bytes(self.graph)

    @property
    def macs(self) -> int:
        """Multiplications of an input by a weight in one inference."""
        return sum(step.macs for step in self.steps)

    @cached_property
    def header(self) -> str:
        """The C header: functions, sizes, scales."""
        return header(self.name, self.graph, self.steps, self.plan, self.notes)

    @cached_property
    def source(self) -> str:
        """The C source: constants and schedule."""
        return source(self.name, self.graph, self.steps, self.plan)

    @cached_property
    def files(self) -> dict[str, str]:
        """Every file the program needs, by name: the model's own, and the kernels it calls."""
        kernels = {file for step in self.steps for file in (*step.files, *step.headers)}
        kernels |= set(_TURNS if self.plan.schedule.chains else ())
        kernels |= set(_STATES if self.graph.variables else ())
        return {
            f"{self.name}.h": self.header,
            f"{self.name}.c": self.source,
            **{name: _kernel_text(name) for name in sorted({*_SHARED_HEADERS, *kernels})},
        }

    def write(self, folder: str | Path) -> tuple[Path, ...]:
        """Write all `files` into one folder and return their paths.

        Raises
        ------
        InputError
            If the folder cannot be made or written.
        """
        folder = Path(folder).expanduser()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            return tuple(_write_text(folder / name, text) for name, text in self.files.items())
        except OSError as error:
            raise InputError(
                f"{folder} could not be written: {error.strerror or error}. Choose another folder."
            ) from error


def compile_model(
    model: bytes | str | Path | Graph,
    name: str = "model",
    optimize: str = "balanced",
    input: str = "whole",
) -> CompiledModel:
    """Compile a `.tflite` model to C that gives TensorFlow Lite Micro's outputs to the bit.

    Parameters
    ----------
    model : bytes, str, Path or Graph
        A `.tflite` file's bytes or place, or a graph: of `read_model`, or a `Forest`'s.
    name : str
        Prefix of the C functions: `<name>_input()`, `<name>_invoke()`, `<name>_output()`.
    optimize : {"balanced", "speed", "size", "memory"}
        What to favour where two of them conflict; the outputs are the same.
    input : {"whole", "rows"}
        Whether the C takes its input as a whole, or an image row by row as a camera delivers it:
        then only the rows still needed are in memory, each goes to `<name>_row()`, and
        `<name>_feed()` takes it in and computes what it allows (see `feeding`).

    Raises
    ------
    ModelError
        The file is no valid model; UnsupportedModelError where an operator has no kernel.
    InputError
        `name` is no C identifier, `optimize` or `input` none of the above, or the network
        cannot be fed by rows.

    Examples
    --------
    >>> compiled = compile_model("data/models/keywords/model.tflite", name="keywords")
    >>> sorted(compiled.files)[:3]
    ['keywords.c', 'keywords.h', 'tinyml_arithmetic.h']
    """
    if not _IDENTIFIER.fullmatch(str(name)) or name.startswith("tinyml_"):
        raise InputError(
            f"{name!r} cannot prefix C functions; use letters, digits and _, a letter first, "
            "and not the kernels' own prefix tinyml_."
        )
    if optimize not in OPTIMIZATIONS:
        raise InputError(
            f"cannot optimize for {optimize!r}; accepted are {', '.join(OPTIMIZATIONS)}."
        )
    if input not in feeding.INPUTS:
        raise InputError(f"cannot take the input by {input!r}; accepted are whole, rows.")
    simplified = simplify(
        model if isinstance(model, Graph) else read_model(model, name),
        1 if optimize == "size" else CHANNEL_MULTIPLE,
    )
    graph = settle_states(simplified.graph)
    graph = graph if input == "whole" else feeding.fed_by_rows(graph)
    steps, plan = _steps_and_plan(graph, optimize)
    return CompiledModel(name, graph, steps, plan, optimize, simplified.notes)


def _steps_and_plan(graph: Graph, optimize: str) -> tuple[tuple[Step, ...], MemoryPlan]:
    """Choose which operators take turns, and plan the arena for what they become in C."""
    whole = emit_all(graph, Emission(optimize))
    steps, schedule = tuple(whole.values()), one_by_one(graph)
    fed = feeding.fed_image(graph) is not None
    if optimize in _CHAINING or fed:
        by_rows = emit_all(graph, Emission(optimize, whole=False))
        rows = {place: step.rows for place, step in by_rows.items() if step.rows}
        if fed and not can_chain(graph, rows, 1):
            raise feeding.no_chain(graph)
        schedule = choose_chains(graph, whole, by_rows, optimize, fed)
        steps = tuple(
            (by_rows if place in schedule.chained else whole)[place] for place in sorted(whole)
        )
    plan = plan_steps(graph, steps, schedule)
    return tuple(step for step in steps if not _is_done(step, plan)), plan


def _is_done(step: Step, plan: MemoryPlan) -> bool:
    """Whether a step would copy a value to a state in which it has been computed."""
    if not isinstance(step.op, AssignVariable):
        return False
    return plan.offsets.get(step.op.input) == plan.offsets.get(step.op.output)


def _kernel_text(name: str) -> str:
    return files("tinyml_course").joinpath("c", name).read_text(encoding="utf-8")


def _write_text(path: Path, text: str) -> Path:
    """Write a file beside its target and rename it, so that a stop half-way loses nothing."""
    partial = path.with_name(f".{path.name}.partial")
    partial.write_text(text, encoding="utf-8")
    return partial.replace(path)
