"""Read a `.tflite` file: untrusted bytes in, a checked `Graph` out, or one `ModelError`.

A `.tflite` file is a FlatBuffer: tables that point at each other by offsets. In a damaged file an
offset may point anywhere, and a short file may claim long vectors, so every table is read under
`_reading`, which names the place in the error, and every vector is paid for out of a budget
proportional to the file, which bounds time and memory.

References
----------
TensorFlow Lite schema, version 3 (`tensorflow/compiler/mlir/lite/schema/schema.fbs`).
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import tflite
from numpy.typing import NDArray

from tinyml_course.compiler.graph import ABSENT, Graph, Op, QuantParams, Tensor
from tinyml_course.compiler.reading.constants import fold
from tinyml_course.compiler.reading.curves import fold_islands
from tinyml_course.compiler.reading.dynamic_shapes import settled_shapes
from tinyml_course.compiler.reading.groups import without_groups
from tinyml_course.compiler.reading.operators import parse
from tinyml_course.compiler.reading.quantize_early import quantize_early
from tinyml_course.compiler.reading.raw_op import RawOp
from tinyml_course.compiler.reading.rules import check_op
from tinyml_course.compiler.reading.variables import with_states
from tinyml_course.compiler.variables import AssignVariable, CallOnce
from tinyml_course.errors import InputError, ModelError, UnsupportedModelError, wrong_kind

IDENTIFIER = b"TFL3"
MAX_RANK = 6
MAX_TENSOR_BYTES = 1 << 28
MIN_SCALE, MAX_SCALE = 1e-30, 1e30
_BUDGET_PER_BYTE = 64
_DAMAGE = (
    struct.error,
    IndexError,
    TypeError,
    ValueError,
    OverflowError,
    ZeroDivisionError,
    AttributeError,
)
_DTYPES: dict[int, np.dtype[Any]] = {
    tflite.TensorType.FLOAT32: np.dtype(np.float32),
    tflite.TensorType.FLOAT16: np.dtype(np.float16),  # of constants only
    tflite.TensorType.INT32: np.dtype(np.int32),
    tflite.TensorType.UINT8: np.dtype(np.uint8),
    tflite.TensorType.INT64: np.dtype(np.int64),
    tflite.TensorType.BOOL: np.dtype(np.bool_),
    tflite.TensorType.INT16: np.dtype(np.int16),
    tflite.TensorType.INT8: np.dtype(np.int8),
    tflite.TensorType.RESOURCE: np.dtype(np.int32),  # the handle of a variable
}
_TYPE_NAMES = {code: name for name, code in vars(tflite.TensorType).items() if name.isupper()}
_KINDS = {code: name for name, code in vars(tflite.BuiltinOperator).items() if name.isupper()}


def read_model(source: bytes | str | Path, name: str | None = None) -> Graph:
    """Read a `.tflite` model into a graph whose every operator the compiler understands.

    Parameters
    ----------
    source : bytes, str or Path
        The file's bytes, or where to find them.
    name : str, optional
        What to call the graph; the file's stem by default, `model` for bytes.

    Raises
    ------
    InputError
        The file is not there.
    ModelError
        The bytes are not a model, or one that contradicts itself.
    UnsupportedModelError
        A sound model uses something outside the page of supported operators.
    """
    if isinstance(source, str | Path):
        path = Path(source)
        try:
            data = path.read_bytes()
        except OSError as error:
            raise InputError(f"cannot read model {path}: {error.strerror or error}") from None
        return read_model(data, path.stem if name is None else name)
    if not isinstance(source, bytes | bytearray | memoryview):
        raise wrong_kind(
            source,
            "a .tflite model's bytes or path",
            "Give what tc.quantize_int8 returns, or run.tflite.",
        )
    name = "model" if name is None else name
    if len(source) < 8 or source[4:8] != IDENTIFIER:
        raise ModelError(
            f"{name} is not a TensorFlow Lite model: bytes 4 to 7 are {bytes(source[4:8])!r}, "
            f"not {IDENTIFIER!r}. Write one with TFLiteConverter or tc.quantize_int8."
        )
    return _Reader(bytes(source), name).graph()


@contextmanager
def _reading(what: str) -> Iterator[None]:
    """Name `what` in the error when the bytes inside make no sense."""
    try:
        yield
    except _DAMAGE as error:
        raise ModelError(
            f"{what} cannot be read ({error or type(error).__name__}): the file is damaged or "
            "cut short. Convert or download the model again."
        ) from None


class _Reader:
    """One pass over the bytes of a model."""

    def __init__(self, data: bytes, name: str) -> None:
        self.data = data
        self.name = name
        self.budget = _BUDGET_PER_BYTE * len(data)

    def graph(self) -> Graph:
        """Read the whole model."""
        with _reading(f"the header of {self.name}"):
            model = tflite.Model.GetRootAs(self.data, 0)
            if model.Version() != 3:
                raise ModelError(
                    f"{self.name} has schema version {model.Version()}; version 3 is read. "
                    "Convert the model again."
                )
            if not self.pay(model.SubgraphsLength(), 4):
                raise ModelError(f"{self.name} holds no network: its list of subgraphs is empty.")
            kinds = self.kinds(model)
        raw = self.network(model, 0, kinds)
        calls = [op for op in raw.ops if isinstance(op, CallOnce)]
        starts = [self.network(model, self.start(model, op), kinds) for op in calls]
        graph = without_groups(with_states(raw, starts))
        _check_flow(graph)
        graph = fold_islands(quantize_early(graph))
        for op in graph.ops:
            check_op(graph, op)
        return graph

    def start(self, model: Any, op: CallOnce) -> int:
        """Return the subgraph that runs before the first call."""
        if not 0 < op.network < model.SubgraphsLength():
            raise ModelError(
                f"{op} runs network {op.network}, but {self.name} holds "
                f"{model.SubgraphsLength()}, the first of which it is in. Convert it again."
            )
        return op.network

    def network(self, model: Any, number: int, kinds: list[tuple[int, str]]) -> Graph:
        """Read a subgraph, and fold away what does not depend on its inputs."""
        with _reading(f"network {number} of {self.name}"):
            subgraph = model.Subgraphs(number)
            buffers = self.pay(model.BuffersLength(), 4)
            tensor_count = self.pay(subgraph.TensorsLength(), 4)
            op_count = self.pay(subgraph.OperatorsLength(), 4)
        tensors = [self.tensor(model, subgraph, i, buffers) for i in range(tensor_count)]
        with _reading(f"the inputs and outputs of {self.name}"):
            inputs = self.indices(subgraph.InputsAsNumpy(), tensors, self.name)
            outputs = self.indices(subgraph.OutputsAsNumpy(), tensors, self.name)
        digest = hashlib.sha256(self.data).hexdigest()
        # The list of tensors fills with constants while operators fold away.
        growing = Graph(self.name, tensors, (), inputs, outputs, digest)
        ops = tuple(op for i in range(op_count) for op in self.kept(subgraph, i, kinds, growing))
        return replace(growing, tensors=tuple(tensors), ops=ops)

    def kept(
        self, subgraph: Any, index: int, kinds: list[tuple[int, str]], graph: Graph
    ) -> tuple[Op, ...]:
        """Read operator `index`; if it folds away, leave its values in the list of tensors."""
        op = self.op(subgraph, index, kinds, graph.tensors)
        fixed = {*graph.inputs, *graph.outputs}
        if fixed & {*op.outputs} or any(t.is_constant for t in graph.written_by(op)):
            return (op,)
        with _reading(str(op)):
            values = fold(graph, op)
        assert isinstance(graph.tensors, list)
        if values is None:
            self.settle(subgraph, op, graph)
            return (op,)
        for output, data in zip(op.outputs, values, strict=True):
            graph.tensors[output] = replace(graph.tensors[output], data=data)
        return ()

    def settle(self, subgraph: Any, op: Op, graph: Graph) -> None:
        """Give the outputs of an operator their shapes for a batch of 1, if the batch was open."""
        with _reading(str(op)):
            tables = [subgraph.Tensors(index) for index in op.outputs]
            signatures = tuple(
                tuple(int(n) for n in self.vector(table.ShapeSignatureAsNumpy()))
                for table in tables
            )
            shapes = settled_shapes(graph, op, signatures)
        assert isinstance(graph.tensors, list)
        for index, shape in zip(op.outputs, shapes or (), strict=False):
            if shape:
                graph.tensors[index] = _possible(replace(graph.tensors[index], shape=shape))

    def pay(self, count: int, nbytes: int = 1) -> int:
        """Take a vector out of the budget; return its length."""
        self.budget -= count * nbytes
        if self.budget < 0:
            raise ModelError(
                f"{self.name} claims more content than its {len(self.data):,} bytes can hold: "
                "the file is damaged. Convert or download the model again."
            )
        return count

    def vector(self, array: Any) -> NDArray[Any]:
        """Return a FlatBuffer vector as an array; the schema package gives 0 for none."""
        if isinstance(array, int):
            return np.empty(0, np.int32)
        self.pay(array.size, array.itemsize)
        return np.asarray(array)

    def indices(
        self, array: Any, tensors: Sequence[Tensor], what: str, optional: bool = False
    ) -> tuple[int, ...]:
        """Return a vector of tensor indices, each within the list of tensors."""
        indices = tuple(int(index) for index in self.vector(array))
        lowest = ABSENT if optional else 0
        for index in indices:
            if not lowest <= index < len(tensors):
                raise ModelError(
                    f"{what} refers to tensor {index}, but there are {len(tensors)}. "
                    "Convert or download the model again."
                )
        return indices

    def kinds(self, model: Any) -> list[tuple[int, str]]:
        """Return code and name of each kind of operator the model declares."""
        kinds = []
        for i in range(self.pay(model.OperatorCodesLength(), 4)):
            entry = model.OperatorCodes(i)
            # Codes above 126 came with a wider field; older files leave that one at 0.
            code = max(entry.BuiltinCode(), entry.DeprecatedBuiltinCode())
            name = _KINDS.get(code, f"operator code {code}")
            if code == tflite.BuiltinOperator.CUSTOM:
                name = f"custom {self.text(entry.CustomCode())[:40]!r}"
            kinds.append((code, name))
        return kinds

    def text(self, raw: bytes | None) -> str:
        """Decode a name, which may be anything in a damaged file."""
        name = raw or b""
        self.pay(len(name))
        return name.decode("utf-8", "backslashreplace")

    def tensor(self, model: Any, subgraph: Any, index: int, buffers: int) -> Tensor:
        """Read tensor `index`: its outline, its quantization, its values if they are constant."""
        with _reading(f"tensor {index} of {self.name}"):
            table = subgraph.Tensors(index)
            outline = self.outline(table, index)
            quant = self.quant(table, outline)
            values = self.values(model, table, outline, buffers)
            if values is None and outline.dtype == np.float16:
                raise UnsupportedModelError(
                    f"{outline} of {self.name} is an activation; float16 has no kernel. "
                    "Quantize the float model to full integers: tc.quantize_int8."
                )
            return replace(outline, quant=quant, data=values)

    def outline(self, table: Any, index: int) -> Tensor:
        """Read name, shape and type."""
        code = table.Type()
        if code not in _DTYPES or table.Sparsity() is not None:
            found = "sparse" if code in _DTYPES else _TYPE_NAMES.get(code, f"type {code}")
            raise UnsupportedModelError(
                f"tensor {index} of {self.name} is {found.lower()}; tensors must be dense int8. "
                "Quantize the float model to full integers: tc.quantize_int8."
            )
        shape = tuple(int(n) for n in self.vector(table.ShapeAsNumpy()))
        tensor = Tensor(
            index,
            self.text(table.Name()),
            shape,
            _DTYPES[code],
            None,
            is_variable=table.IsVariable(),
        )
        return _possible(tensor)

    def quant(self, table: Any, tensor: Tensor) -> QuantParams | None:
        """Read and check a tensor's quantization."""
        entry = table.Quantization()
        scale = self.vector(entry.ScaleAsNumpy() if entry is not None else 0)
        if scale.size == 0:
            return None
        scale = scale.astype(np.float32)
        zero_point = self.vector(entry.ZeroPointAsNumpy())
        zero_point = zero_point if zero_point.size else np.zeros(scale.size, np.int64)
        if not ((scale >= MIN_SCALE) & (scale <= MAX_SCALE)).all():
            raise ModelError(
                f"{tensor} has scale {scale.min():g}; scales are finite and above 0, from "
                f"{MIN_SCALE:g} to {MAX_SCALE:g}. Convert the model again."
            )
        if zero_point.size != scale.size or (np.abs(zero_point) > 1 << 15).any():
            raise ModelError(
                f"{tensor} has {scale.size} scales with {zero_point.size} zero points, the "
                f"largest {zero_point.max()}; one of at most 16 bits a scale is needed. "
                "Convert the model again."
            )
        axis = int(entry.QuantizedDimension()) if scale.size > 1 else 0
        return QuantParams(scale, zero_point.astype(np.int32), axis)

    def values(self, model: Any, table: Any, tensor: Tensor, buffers: int) -> NDArray[Any] | None:
        """Return the values of a constant, or None where the buffer is empty: an activation."""
        index = table.Buffer()
        if index >= buffers:
            raise ModelError(
                f"{tensor} refers to buffer {index}, but there are {buffers}. "
                "Convert or download the model again."
            )
        buffer = model.Buffers(index)
        values = self.vector(buffer.DataAsNumpy())
        if values.size == 0:
            if buffer.Offset() > 1:
                raise UnsupportedModelError(
                    f"{tensor} keeps its values behind the FlatBuffer, as only models above 2 GB "
                    "need to. Convert the model again."
                )
            return None
        if values.nbytes != tensor.nbytes:
            raise ModelError(
                f"{tensor} has shape {tensor.shape}, which takes {tensor.nbytes:,} bytes, but "
                f"its buffer holds {values.nbytes:,}. Convert or download the model again."
            )
        return values.view(tensor.dtype.newbyteorder("<")).reshape(tensor.shape)

    def op(
        self,
        subgraph: Any,
        index: int,
        kinds: list[tuple[int, str]],
        tensors: Sequence[Tensor],
    ) -> Op:
        """Read operator `index` with its attributes."""
        with _reading(f"op {index} of {self.name}"):
            table = subgraph.Operators(index)
            code, kind = kinds[table.OpcodeIndex()]
            what = f"op {index} ({kind})"
            inputs = self.indices(table.InputsAsNumpy(), tensors, what, optional=True)
            outputs = self.indices(table.OutputsAsNumpy(), tensors, what)
        with _reading(what):
            return parse(code, RawOp(index, kind, inputs, outputs, tensors, table))


def _possible(tensor: Tensor) -> Tensor:
    """Return a tensor whose shape is one that can be."""
    shape = tensor.shape
    if len(shape) > MAX_RANK or any(n < 0 for n in shape):
        raise ModelError(
            f"{tensor} has shape {shape[: MAX_RANK + 1]}; at most {MAX_RANK} axes, none of "
            "them negative, are possible. Fix the input shape and convert again."
        )
    if tensor.nbytes > MAX_TENSOR_BYTES:
        raise ModelError(
            f"{tensor} takes {tensor.nbytes:,} bytes; the limit is {MAX_TENSOR_BYTES:,}. "
            "Shrink the network's input."
        )
    return tensor


def _check_flow(graph: Graph) -> None:
    """Check that every tensor is written once and before it is read."""
    ready = {t.index for t in graph.tensors if t.is_constant or t.is_variable}
    if not graph.inputs or not graph.outputs:
        raise ModelError(f"{graph.name} has no inputs or no outputs. Convert it again.")
    for index in graph.inputs:
        if index in ready:
            raise ModelError(f"input tensor {index} of {graph.name} is a constant or named twice.")
        ready.add(index)
    for op in graph.ops:
        for index in op.inputs:
            if index not in ready and index != ABSENT:
                raise ModelError(
                    f"{op} reads tensor {index} before anything writes it: a cycle, or "
                    "operators out of order. Convert the model again."
                )
        for index in op.outputs:
            assigns = isinstance(op, AssignVariable) and graph.tensors[index].is_variable
            if index in ready and not assigns:
                raise ModelError(f"{op} writes tensor {index}, which already has its values.")
            ready.add(index)
    for index in graph.outputs:
        if index not in ready or graph.tensors[index].is_constant:
            raise ModelError(
                f"nothing writes output tensor {index} of {graph.name}. Convert the model again."
            )
