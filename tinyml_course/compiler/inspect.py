"""Show what is in a model: its operators, what they cost, and the memory they share.

Three figures for the same activations: the textbook's sum over layers, which counts every number
as one byte and shares nothing; the fullest step, the least a plan without tricks could take; and
the arena the compiled C really has, with scratch, first if each layer runs as a whole, then with
layers that take turns row by row.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from html import escape
from pathlib import Path
from typing import Any

from tinyml_course.compiler import graph as g
from tinyml_course.compiler.codegen import compile_model
from tinyml_course.compiler.graph import Graph, Op
from tinyml_course.compiler.macs import layer_macs
from tinyml_course.compiler.planning.memory import MemoryPlan, best_by_lifetimes
from tinyml_course.compiler.planning.memory_text import plan_text
from tinyml_course.compiler.reading.tflite import read_model

_COLUMNS = ("op", "kind", "output", "MACs", "parameters", "weight bytes", "details")
Shape = tuple[int, ...]


@dataclass(frozen=True)
class Row:
    """One operator.

    Attributes
    ----------
    inputs : tuple of shapes
        Of the activations it reads.
    macs : int
        Multiplications of an input by a weight.
    parameters : int
        Numbers in its constants.
    weight_bytes : int
        What these numbers take in the `.tflite` file.
    details : str
        Window, stride, padding, fused activation: what differs from the plain operator.
    """

    op: int
    kind: str
    inputs: tuple[Shape, ...]
    output: Shape
    macs: int
    parameters: int
    weight_bytes: int
    details: str


@dataclass(frozen=True)
class Inspection:
    """What is in a model; shows itself in a notebook.

    Attributes
    ----------
    textbook_terms : tuple of four int
        Inputs, outputs, weights and biases of all layers, one byte a number.
    best_by_lifetimes_bytes : int
        Activations alive at the fullest step.
    in_place_bytes : int
        The arena if each layer runs as a whole, over its input's bytes where it can; with scratch.
    arena_bytes : int
        All RAM of the compiled model: layers take turns row by row where that saves memory.
    constants_bytes : int
        Flash of the compiled model's weights, biases, multipliers and tables.
    notes : tuple of str
        What the compiler took out of the network, and what that saves.
    """

    name: str
    sha256: str
    rows: tuple[Row, ...]
    textbook_terms: tuple[int, int, int, int]
    best_by_lifetimes_bytes: int
    in_place_bytes: int
    arena_bytes: int
    constants_bytes: int
    plan: MemoryPlan
    notes: tuple[str, ...] = ()

    @property
    def textbook_bytes(self) -> int:
        """The textbook's sum over layers."""
        return sum(self.textbook_terms)

    @property
    def macs(self) -> int:
        """Multiplications of an input by a weight in one inference."""
        return sum(row.macs for row in self.rows)

    @property
    def parameters(self) -> int:
        """Numbers in all constants."""
        return sum(row.parameters for row in self.rows)

    def to_json(self) -> dict[str, Any]:
        """Return everything but the picture as plain lists, dicts and numbers."""
        return {
            "name": self.name,
            "sha256": self.sha256,
            "ops": [asdict(row) for row in self.rows],
            "macs": self.macs,
            "parameters": self.parameters,
            "textbook_bytes": self.textbook_bytes,
            "best_by_lifetimes_bytes": self.best_by_lifetimes_bytes,
            "in_place_bytes": self.in_place_bytes,
            "arena_bytes": self.arena_bytes,
            "constants_bytes": self.constants_bytes,
            "notes": list(self.notes),
            "peak_op": self.plan.peak_op,
            "tensors": [
                {"tensor": index, "offset": offset, "first": life[0], "last": life[1]}
                for index, offset in self.plan.offsets.items()
                for life in [self.plan.lifetimes[index]]
            ],
        }

    def to_text(self) -> str:
        """Return the table of operators, the sums and the memory plan, for a terminal."""
        table = [_COLUMNS, *map(_cells, self.rows)]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        lines = [
            "  ".join(
                cell.rjust(width) if i in (0, 3, 4, 5) else cell.ljust(width)
                for i, (cell, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in table
        ]
        notes = [f"{note}." for note in self.notes]
        sums = [f"{k:<42}{v}" for k, v in self._sums()]
        plan = plan_text(self.plan.bars, len(self.plan.steps))
        lines = [self.name, *lines, "", *sums, *([""] if notes else []), *notes, "", plan]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        head, *body = [_COLUMNS, *map(_cells, self.rows)]
        rows = "".join(f"<tr>{''.join(f'<td>{escape(c)}</td>' for c in row)}</tr>" for row in body)
        sums = "".join(f"<tr><td>{escape(k)}</td><td>{v}</td></tr>" for k, v in self._sums())
        notes = "".join(f"<p>{escape(note)}.</p>" for note in self.notes)
        header = "".join(f"<th>{cell}</th>" for cell in head)
        return (
            f"<table><caption>{escape(self.name)}</caption><tr>{header}</tr>{rows}</table>"
            f"<table>{sums}</table>{notes}{self.plan._repr_html_()}"
        )

    def _chains(self) -> list[str]:
        """Say which layers take turns."""
        turns = self.plan.schedule.turns
        names = {turn.place: self.plan.steps[time] for time, turn in enumerate(turns)}
        chains = self.plan.schedule.chains
        return [f"{names[chain.start]} to {names[chain.stop - 1]}" for chain in chains]

    def _sums(self) -> list[tuple[str, str]]:
        return [
            ("multiplications (MACs)", f"{self.macs:,}"),
            ("parameters", f"{self.parameters:,}"),
            ("textbook sum, one byte a number", f"{self.textbook_bytes:,} bytes"),
            (
                "  inputs + outputs + weights + biases",
                " + ".join(f"{n:,}" for n in self.textbook_terms),
            ),
            ("fullest step by lifetimes", f"{self.best_by_lifetimes_bytes:,} bytes"),
            ("each layer as a whole, in place", f"{self.in_place_bytes:,} bytes"),
            *((f"layers that take turns, {i}", text) for i, text in enumerate(self._chains(), 1)),
            ("arena of the compiled C (RAM)", f"{self.arena_bytes:,} bytes"),
            ("constants of the compiled C (flash)", f"{self.constants_bytes:,} bytes"),
            ("fullest at", self.plan.peak_op),
        ]


def inspect_model(model: Graph | bytes | str | Path, input: str = "whole") -> Inspection:
    """Return what is in a model and what it takes.

    Parameters
    ----------
    model : Graph, bytes, str or Path
    input : {"whole", "rows"}
        How the compiled C, whose arena is shown, is given its input; as in `compile_model`.

    Raises
    ------
    ModelError
        The model cannot be read; UnsupportedModelError where an operator has no kernel.
    InputError
        The network cannot be fed by rows.

    Examples
    --------
    >>> inspection = inspect_model("data/models/keywords/model.tflite")
    >>> inspection.arena_bytes < inspection.best_by_lifetimes_bytes
    True
    """
    graph = model if isinstance(model, Graph) else read_model(model)
    compiled = compile_model(graph, input=input)
    return Inspection(
        name=graph.name,
        sha256=graph.sha256,
        rows=tuple(_row(graph, op) for op in graph.ops),
        textbook_terms=textbook_terms(graph),
        best_by_lifetimes_bytes=best_by_lifetimes(graph),
        in_place_bytes=compile_model(graph, optimize="size").arena_bytes,
        arena_bytes=compiled.arena_bytes,
        constants_bytes=compiled.constants_bytes,
        plan=compiled.plan,
        notes=compiled.notes,
    )


def textbook_terms(graph: Graph) -> tuple[int, int, int, int]:
    """Return inputs, outputs, weights and biases summed over layers, one byte a number.

    Examples
    --------
    16 filters of 3 x 3, unpadded, on an image of 28 x 28: 784 + 10,816 + 144 + 16 = 11,760, where
    a widely read page prints 12,272.
    """
    inputs = outputs = weights = biases = 0
    for op in graph.ops:
        if isinstance(op, g.AliasOp):
            continue
        outputs += sum(tensor.size for tensor in graph.written_by(op))
        for tensor in graph.values_of(op):
            bias = isinstance(op, g.WeightedOp) and tensor.index == op.bias
            inputs += 0 if tensor.is_constant else tensor.size
            weights += tensor.size if tensor.is_constant and not bias else 0
            biases += tensor.size if tensor.is_constant and bias else 0
    return inputs, outputs, weights, biases


def _row(graph: Graph, op: Op) -> Row:
    constants = [tensor for tensor in graph.values_of(op) if tensor.is_constant]
    read = [tensor for tensor in graph.values_of(op) if not tensor.is_constant]
    return Row(
        op=op.index,
        kind=op.kind,
        inputs=tuple(tensor.shape for tensor in read),
        output=graph.tensors[op.output].shape,
        macs=layer_macs(graph, op),
        parameters=sum(tensor.size for tensor in constants),
        weight_bytes=sum(tensor.nbytes for tensor in constants),
        details=_details(graph, op),
    )


def _details(graph: Graph, op: Op) -> str:
    """Say in short what the attributes are, the plain ones left out."""
    parts = []
    if isinstance(op, g.Conv2D | g.DepthwiseConv2D):
        _, rows, columns, _ = graph.tensors[op.weights].shape
        parts.append(f"{rows}x{columns}")
        parts += [f"dilation {op.dilation[0]}x{op.dilation[1]}"] if op.dilation != (1, 1) else []
    if isinstance(op, g.Pool2D):
        parts.append(f"{op.window[0]}x{op.window[1]}")
    if isinstance(op, g.Conv2D | g.DepthwiseConv2D | g.Pool2D):
        parts += [f"stride {op.stride[0]}x{op.stride[1]}"] if op.stride != (1, 1) else []
        parts += [f"padding {','.join(map(str, op.padding))}"] if any(op.padding) else []
    activation = getattr(op, "activation", g.Activation.NONE)
    parts += [activation.name] if activation is not g.Activation.NONE else []
    return " ".join(parts)


def _cells(row: Row) -> tuple[str, ...]:
    output = "x".join(map(str, row.output))
    numbers = (f"{n:,}" for n in (row.macs, row.parameters, row.weight_bytes))
    return (str(row.op), row.kind, output, *numbers, row.details)
