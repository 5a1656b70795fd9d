"""A `.tflite` model becomes C++ for TFLite Micro: its bytes, the operators it needs, its arena.

The interpreter stands behind the functions that compiled C has (`<name>_input`, `_invoke`,
`_output`), so the same sketches run either.

The libraries it is written for are Chirale_TensorFLowLite, from Library Manager, and
Arduino_TensorFlowLite 2.4.0-ALPHA. Their kernels are those of early 2023; what these compute
wrongly is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version

import tflite

from tinyml_course.compiler import graph as g
from tinyml_course.compiler.emitting.printing import c_type, wrap
from tinyml_course.compiler.graph import Graph, Tensor
from tinyml_course.compiler.planning.offline_plan import with_offline_plan
from tinyml_course.compiler.reading.tflite import read_model
from tinyml_course.errors import InputError, UnsupportedModelError
from tinyml_course.sketch.parts import filled
from tinyml_course.sketch.tflm_arena import (
    bounded_bytes,
    can_measure,
    measured_bytes,
    scratch_bytes,
)

_SPELLINGS = {
    "PADV2": "PadV2",
    "UNIDIRECTIONAL_SEQUENCE_LSTM": "UnidirectionalSequenceLSTM",
}
"""Operators whose name in the resolver is not their schema name in camel case."""
_MEASURED = (
    "Measured with TFLite Micro on a 64-bit computer, where its own structures are larger than\n"
    " * on the board."
)
_BOUNDED = (
    "A bound, not a measurement: where this was written tflite-micro is not installed. Setup\n"
    " * prints what is used; take that, rounded up."
)
_PLANNED = (
    "The model carries a plan of the arena (OfflineMemoryAllocation) that TFLite Micro follows."
)
_ALLOCATOR = (
    "  static tflite::MicroAllocator *const allocator =\n"
    "      tflite::MicroAllocator::Create(arena, sizeof(arena));"
)
_UNPLANNED = "TFLite Micro plans the arena itself: here no plan is smaller."


@dataclass(frozen=True)
class InterpretedModel:
    """A model as TFLite Micro runs it; `tflm_model` makes one.

    Attributes
    ----------
    name : str
        Prefix of its C functions, and name of its files.
    graph : Graph
    data : bytes
        The `.tflite` file, with a memory plan where that saves arena.
    planned : bool
        Whether `data` carries our plan.
    measured : bool
        Whether `interpreter_bytes` was measured; else it is a bound.
    interpreter_bytes, scratch_bytes : int
        The arena, and what the board's kernels may take beside it.
    """

    name: str
    graph: Graph
    data: bytes
    planned: bool
    measured: bool
    interpreter_bytes: int
    scratch_bytes: int

    @property
    def runtime(self) -> str:
        """What runs the model in a sketch."""
        return "tflm"

    @property
    def sha256(self) -> str:
        """Hexadecimal digest of the `.tflite` bytes before a plan was added."""
        return self.graph.sha256

    @property
    def arena_bytes(self) -> int:
        """All the RAM the model takes."""
        return self.interpreter_bytes + self.scratch_bytes

    @property
    def constants_bytes(self) -> int:
        """Flash for the model's file."""
        return len(self.data)

    @cached_property
    def library_note(self) -> str:
        """What the sketch's page says of the library it needs."""
        return "\n" + filled("tflm_library.md.in", {"model": self.name}).rstrip()

    @cached_property
    def files(self) -> dict[str, str]:
        """The C++ sources and headers by file name."""
        values = self.values()
        return {
            f"{self.name}.h": filled("tflm_model.h", values),
            f"{self.name}.cpp": filled("tflm_model.cpp", values),
            f"{self.name}_data.h": filled("tflm_data.h", values),
            f"{self.name}_data.cpp": filled("tflm_data.cpp", values),
        }

    def values(self) -> dict[str, object]:
        """Return what the placeholders of the templates stand for."""
        taken = self.graph.tensors[self.graph.inputs[0]]
        given = self.graph.tensors[self.graph.outputs[0]]
        macro = self.name.upper()
        names = resolver_names(self.data)
        return {
            "model": self.name,
            "macro": macro,
            "version": version("tinyml-course"),
            "sha256": self.sha256,
            "guard_model": f"{macro}_H",
            "guard_data": f"{macro}_DATA_H",
            "input_shape": f"{taken.dtype} {taken.shape}",
            "input_type": c_type(taken.dtype),
            "input_size": taken.size,
            "input_zero_point": f"({_zero_point(taken)})",
            "output_shape": f"{given.dtype} {given.shape}",
            "output_type": c_type(given.dtype),
            "output_size": given.size,
            "arena_origin": _MEASURED if self.measured else _BOUNDED,
            "arena_plan": _PLANNED if self.planned else _UNPLANNED,
            "arena_bytes": self.interpreter_bytes,
            "scratch_bytes": self.scratch_bytes,
            "op_count": len(names),
            "interpreter": self._interpreter(),
            "op_lines": "\n".join(f"  resolver.Add{name}();" for name in names),
            "data_size": len(self.data),
            "data": wrap((str(byte) for byte in self.data), "  "),
        }

    def _interpreter(self) -> str:
        """Return the lines that make the interpreter, with room for variables if there are any."""
        taken = "model, resolver, arena, sizeof(arena)"
        lines = []
        if count := variable_count(self.data):
            lines.append(_ALLOCATOR)
            variables = f"tflite::MicroResourceVariables::Create(allocator, {count})"
            taken = f"model, resolver, allocator,\n      {variables}"
        return "\n".join([*lines, f"  static tflite::MicroInterpreter interpreter({taken});"])


def tflm_model(model: bytes, name: str = "model") -> InterpretedModel:
    """Prepare a model for TFLite Micro: check it, plan its arena, find out the arena's size.

    Raises
    ------
    UnsupportedModelError
        TFLite Micro as the Arduino libraries have it would compute the model wrongly.
    InputError
        TFLite Micro cannot run it, or its arena can be found out only by measuring.
    """
    graph = read_model(model, name)
    _check(graph)
    scratch = scratch_bytes(graph)
    planned = with_offline_plan(model, graph)
    if not can_measure():
        if planned == model:
            raise InputError(
                f"{name} brings its own memory plan, so its arena can only be measured: install "
                "tflite-micro (on Linux), or use --runtime c."
            )
        return InterpretedModel(name, graph, planned, True, False, bounded_bytes(graph), scratch)
    before = measured_bytes(model)
    after = measured_bytes(planned) if planned != model else before
    if after < before:
        return InterpretedModel(name, graph, planned, True, True, after, scratch)
    return InterpretedModel(name, graph, model, False, True, before, scratch)


def resolver_names(model: bytes) -> list[str]:
    """Return TFLite Micro's names of the operators a file uses, each once, in order."""
    names = {code: name for name, code in vars(tflite.BuiltinOperator).items() if name.isupper()}
    root = tflite.Model.GetRootAs(model, 0)
    used = set()
    for subgraph in (root.Subgraphs(i) for i in range(root.SubgraphsLength())):
        for i in range(subgraph.OperatorsLength()):
            entry = root.OperatorCodes(subgraph.Operators(i).OpcodeIndex())
            used.add(names[max(entry.BuiltinCode(), entry.DeprecatedBuiltinCode())])
    return sorted(_SPELLINGS.get(name) or _camel_case(name) for name in used)


def variable_count(model: bytes) -> int:
    """Return how many handles of resource variables a file has: as many variables, at most."""
    root = tflite.Model.GetRootAs(model, 0)
    kinds = [
        max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
        for code in (root.OperatorCodes(i) for i in range(root.OperatorCodesLength()))
    ]
    return sum(
        kinds[subgraph.Operators(i).OpcodeIndex()] == tflite.BuiltinOperator.VAR_HANDLE
        for subgraph in (root.Subgraphs(i) for i in range(root.SubgraphsLength()))
        for i in range(subgraph.OperatorsLength())
    )


def _camel_case(name: str) -> str:
    """Turn a schema name into the resolver's: CONV_2D into Conv2D."""
    return "".join(w if w[0].isdigit() else w.capitalize() for w in name.split("_"))


def _zero_point(tensor: Tensor) -> int:
    return 0 if tensor.quant is None else tensor.zero_point


def _check(graph: Graph) -> None:
    """Refuse what the Arduino libraries compute wrongly, and what the sketch has no place for."""
    if len(graph.inputs) != 1 or len(graph.outputs) != 1:
        raise InputError(
            f"{graph.name} has {len(graph.inputs)} inputs and {len(graph.outputs)} outputs; a "
            "TFLite Micro sketch runs a model with one of each. Use --runtime c."
        )
    for op in graph.ops:
        if isinstance(op, g.FullyConnected):
            quant = graph.tensors[op.weights].quant
            if quant is not None and quant.per_channel:
                raise UnsupportedModelError(
                    f"{op} has a scale for each unit, which the TFLite Micro library for Arduino "
                    "(early 2023) ignores: its results would be wrong. Convert with "
                    "tc.quantize_int8(..., per_tensor_dense=True), or use --runtime c."
                )
        if isinstance(op, g.Mean):
            raise UnsupportedModelError(
                f"{op} is computed by another rule in the TFLite Micro library for Arduino "
                "(early 2023): its results would differ. Use AveragePooling2D over the whole "
                "image in place of GlobalAveragePooling2D, or use --runtime c."
            )
