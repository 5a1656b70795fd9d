"""A sketch of a model alone: it checks itself on made-up inputs, then waits for yours.

The outputs that the made-up inputs must give are computed here by the NumPy oracle, so that a board
on a cable says by itself whether it computes the same bits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinyml_course.boards import Board
from tinyml_course.compiler.codegen import CompiledModel
from tinyml_course.compiler.emitting.avr import check_kernels
from tinyml_course.compiler.emitting.listing import ports_of
from tinyml_course.compiler.emitting.printing import c_type
from tinyml_course.compiler.graph import Graph, Tensor
from tinyml_course.compiler.reference import reference
from tinyml_course.errors import InputError
from tinyml_course.sketch.classifier import SketchModel, check_fit
from tinyml_course.sketch.parts import board_values, filled

CASES = 3
_SUM_START, _SUM_FACTOR = 2_166_136_261, 16_777_619
_STATE_FACTOR, _STATE_STEP = 1_664_525, 1_013_904_223
_SEED, _WORD = 2_654_435_769, 0xFFFFFFFF
_HOW = {"c": "compiled to C", "tflm": "with TensorFlow Lite Micro"}
_FILES = {
    "c": "| `src/` | the model as C: its constants, and the kernels that it calls |",
    "tflm": "| `src/` | the model, and the interpreter: operators, arena |",
}


def plain_sketch_files(model: SketchModel, board: Board, name: str) -> dict[str, str]:
    """Return the files of a sketch that checks and runs a model, by path in the folder.

    Raises
    ------
    FitError
        The board has not even the memory for the model.
    InputError
        A kernel of the model was not made for the board, or the model was compiled to be fed by
        rows.
    """
    check_fit(model, board)
    if isinstance(model, CompiledModel):
        if model.fed_image is not None:
            raise InputError(
                f"{model.name} takes its input by rows, which this sketch does not. Compile it "
                "with input='whole'."
            )
        if board.core == "avr":
            check_kernels(model.name, model.steps)
    values = board_values(board, name, rate_hz=1) | _values(model)
    return {
        f"{name}.ino": filled("model.ino", values),
        "check.h": filled("model_check.h", values),
        "README.md": filled("model.md.in", values),
        **{f"src/{path}": text for path, text in model.files.items()},
    }


def _values(model: SketchModel) -> dict[str, object]:
    """Return what the placeholders of the templates stand for."""
    all_ports = ports_of(model.name, model.graph)
    taken, given = all_ports[: len(model.graph.inputs)], all_ports[len(model.graph.inputs) :]
    resets = bool(model.graph.variables) and model.runtime == "c"
    used = f"Serial.print((unsigned long){model.name}_arena_used());"
    arena = ('Serial.print("arena used: ");', used, 'Serial.println(" bytes");')
    return {
        "model": model.name,
        "sha256": model.sha256,
        "guard": re.sub(r"\W", "_", f"{model.name}_CHECK_H").upper(),
        "how": _HOW[model.runtime],
        "library_note": model.library_note,
        "file_rows": _FILES[model.runtime],
        "cases": CASES,
        "sums": ", ".join(f"0x{total:08X}UL" for total in check_sums(model.graph)),
        "setup_lines": _lines(arena if model.runtime == "tflm" else ()),
        "reset_lines": _lines([f"{model.name}_reset();"] if resets else ()),
        "make_lines": _lines(
            (f"makeUp(state, {port}(), {port.upper()}_SIZE);" for port, _ in taken), 4
        ),
        "sum_lines": _lines(
            (f"addToSum(sum, {port}(), {tensor.nbytes});" for port, tensor in given), 4
        ),
        "input_lines": "".join(
            _fill(port, port.removeprefix(f"{model.name}_"), tensor) for port, tensor in taken
        ),
        "output_lines": _lines(f"printValues({port}(), {port.upper()}_SIZE);" for port, _ in given),
        "what_values_are": _meaning([tensor for _, tensor in taken]),
    }


def check_sums(graph: Graph) -> list[int]:
    """Return the checksum of the outputs that each case must give.

    A network with a state computes the cases in order, from its reset state.
    """
    drawn = [made_up_inputs(graph, case) for case in range(CASES)]
    outputs = reference(graph)(*(np.stack(values) for values in zip(*drawn, strict=True)))
    several = outputs if isinstance(outputs, tuple) else (outputs,)
    return [checksum(output[case] for output in several) for case in range(CASES)]


def made_up_inputs(graph: Graph, case: int) -> list[NDArray[Any]]:
    """Return the inputs of a case, as `check.h` makes them up: arrays of the inputs' shapes."""
    state, made = (case + 1) * _SEED & _WORD, []
    for tensor in (graph.tensors[index] for index in graph.inputs):
        values = np.empty(tensor.size, np.int8)
        for i in range(tensor.size):
            state = (state * _STATE_FACTOR + _STATE_STEP) & _WORD
            values[i] = (state >> 24) - (state >> 31 << 8)
        real = tensor.dtype == np.float32
        given = values.astype(np.float32) / np.float32(64) if real else values.astype(tensor.dtype)
        made.append(given.reshape(tensor.shape))
    return made


def checksum(outputs: Iterable[NDArray[Any]]) -> int:
    """Return FNV-1a of 32 bits over the bytes of some arrays (Fowler, Noll and Vo)."""
    total = _SUM_START
    for byte in b"".join(output.tobytes() for output in outputs):
        total = (total ^ byte) * _SUM_FACTOR & _WORD
    return total


def _fill(port: str, variable: str, tensor: Tensor) -> str:
    """Return the lines that give an input the value that stands for 0."""
    zero = f"{port.upper()}_ZERO_POINT" if _has_zero_point(tensor) else "0"
    shape = f"{tensor.dtype} ({', '.join(map(str, tensor.shape))})"
    return _lines(
        (
            f"{c_type(tensor.dtype)} *{variable} = {port}();  // {shape}",
            f"for (size_t i = 0; i < {port.upper()}_SIZE; ++i) {{",
            f"  {variable}[i] = {zero};",
            "}",
        )
    )


def _meaning(taken: Sequence[Tensor]) -> str:
    """Return what a number of the inputs stands for."""
    if not any(map(_has_zero_point, taken)):
        return "They are used as they are."
    return "One stands for\n// _SCALE * (value - _ZERO_POINT), both in the model's header."


def _has_zero_point(tensor: Tensor) -> bool:
    return tensor.dtype != np.float32 and tensor.quant is not None


def _lines(lines: Iterable[str], indent: int = 2) -> str:
    return "".join(f"{' ' * indent}{line}\n" for line in lines)
