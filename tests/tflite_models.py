"""Write small `.tflite` models layer by layer, without TensorFlow, and run them in TFLite Micro.

`Network` is for tests of everything that reads models: each method appends one layer with random
weights and returns the index of its output tensor. `Micro` is the judge.

>>> net = Network(seed=0)
>>> x = net.input((1, 8, 8, 3))
>>> x = net.conv2d(x, filters=4, kernel=(3, 3), stride=(2, 2), padding="SAME")
>>> model = net.build(x)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import flatbuffers
import numpy as np
import tflite

ABSENT = -1
_TYPES = {
    np.dtype(np.float32): tflite.TensorType.FLOAT32,
    np.dtype(np.float16): tflite.TensorType.FLOAT16,
    np.dtype(np.int8): tflite.TensorType.INT8,
    np.dtype(np.uint8): tflite.TensorType.UINT8,
    np.dtype(np.int16): tflite.TensorType.INT16,
    np.dtype(np.int32): tflite.TensorType.INT32,
    np.dtype(np.int64): tflite.TensorType.INT64,
    np.dtype(np.bool_): tflite.TensorType.BOOL,
    np.dtype(np.object_): tflite.TensorType.RESOURCE,
}


@dataclass
class TensorSpec:
    """A tensor to write; the fields may be changed before `build`, to spoil a model."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    scale: np.ndarray | None
    zero_point: np.ndarray | None
    axis: int
    data: np.ndarray | None
    is_variable: bool = False


@dataclass
class OpSpec:
    """An operator to write: builtin code, tensors, and its option table by field."""

    code: int
    inputs: list[int]
    outputs: list[int]
    options: str | None
    fields: dict[str, Any]


@dataclass
class Network:
    """A model under construction."""

    seed: int = 0
    tensors: list[TensorSpec] = field(default_factory=list)
    ops: list[OpSpec] = field(default_factory=list)
    inputs: list[int] = field(default_factory=list)
    subgraphs: list[Network] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng(self.seed)

    # Tensors -----------------------------------------------------------------------------------

    def tensor(self, shape, scale=0.05, zero_point=0, *, dtype=np.int8, axis=0, data=None) -> int:
        quantized = scale is not None
        self.tensors.append(
            TensorSpec(
                tuple(int(n) for n in shape),
                np.dtype(dtype),
                np.atleast_1d(np.asarray(scale, np.float32)) if quantized else None,
                np.atleast_1d(np.asarray(zero_point, np.int64)) if quantized else None,
                axis,
                data,
            )
        )
        return len(self.tensors) - 1

    def input(self, shape, scale=0.05, zero_point=0, dtype=np.int8) -> int:
        index = self.tensor(shape, scale, zero_point, dtype=dtype)
        self.inputs.append(index)
        return index

    def constant(self, values, scale=None, zero_point=0, axis=0) -> int:
        values = np.asarray(values)
        return self.tensor(
            values.shape, scale, zero_point, dtype=values.dtype, axis=axis, data=values
        )

    def shape(self, index: int) -> tuple[int, ...]:
        return self.tensors[index].shape

    def scale(self, index: int) -> float:
        scale = self.tensors[index].scale
        return 1.0 if scale is None else float(scale[0])

    def op(self, name: str, inputs, outputs, options=None, **fields) -> int:
        code = getattr(tflite.BuiltinOperator, name)
        self.ops.append(OpSpec(code, list(inputs), list(outputs), options, fields))
        return outputs[0] if outputs else ABSENT

    # Layers ------------------------------------------------------------------------------------

    def _weights(self, shape, filters, axis, per_channel) -> tuple[int, np.ndarray]:
        values = self.rng.integers(-127, 128, shape).astype(np.int8)
        scale = self.rng.uniform(0.001, 0.02, filters if per_channel else 1)
        return self.constant(values, scale, np.zeros(scale.size), axis), np.float32(scale)

    def _accumulated(self, x, taps, scale, *, gain, zero_point, shape) -> int:
        """Return an output tensor whose range suits a sum of `taps` random products."""
        spread = self.scale(x) * float(scale.mean()) * 74 * 74 * np.sqrt(taps)
        return self.tensor(shape, spread / 50 / gain, zero_point)

    def _bias(self, filters, x, scale, taps) -> int:
        limit = int(3000 * np.sqrt(taps)) + 1
        values = self.rng.integers(-limit, limit, filters).astype(np.int32)
        return self.constant(values, np.float32(self.scale(x)) * scale, np.zeros(scale.size))

    def conv2d(
        self,
        x,
        filters=4,
        kernel=(3, 3),
        stride=(1, 1),
        *,
        dilation=(1, 1),
        padding="SAME",
        activation="NONE",
        per_channel=True,
        bias=True,
        zero_point=0,
        gain=1.0,
    ) -> int:
        depth = self.shape(x)[3]
        weights, scale = self._weights((filters, *kernel, depth), filters, 0, per_channel)
        taps = kernel[0] * kernel[1] * depth
        inputs = [x, weights, self._bias(filters, x, scale, taps) if bias else -1]
        shape = self._slid(x, kernel, stride, dilation=dilation, padding=padding, channels=filters)
        y = self._accumulated(x, taps, scale, gain=gain, zero_point=zero_point, shape=shape)
        return self.op(
            "CONV_2D",
            inputs,
            [y],
            "Conv2DOptions",
            Padding=getattr(tflite.Padding, padding),
            StrideH=stride[0],
            StrideW=stride[1],
            DilationHFactor=dilation[0],
            DilationWFactor=dilation[1],
            FusedActivationFunction=getattr(tflite.ActivationFunctionType, activation),
        )

    def depthwise(
        self,
        x,
        multiplier=1,
        kernel=(3, 3),
        stride=(1, 1),
        *,
        dilation=(1, 1),
        padding="SAME",
        activation="NONE",
        per_channel=True,
        bias=True,
        zero_point=0,
        gain=1.0,
    ) -> int:
        filters = self.shape(x)[3] * multiplier
        weights, scale = self._weights((1, *kernel, filters), filters, 3, per_channel)
        taps = kernel[0] * kernel[1]
        inputs = [x, weights] + ([self._bias(filters, x, scale, taps)] if bias else [])
        shape = self._slid(x, kernel, stride, dilation=dilation, padding=padding, channels=filters)
        y = self._accumulated(x, taps, scale, gain=gain, zero_point=zero_point, shape=shape)
        return self.op(
            "DEPTHWISE_CONV_2D",
            inputs,
            [y],
            "DepthwiseConv2DOptions",
            Padding=getattr(tflite.Padding, padding),
            StrideH=stride[0],
            StrideW=stride[1],
            DilationHFactor=dilation[0],
            DilationWFactor=dilation[1],
            DepthMultiplier=multiplier,
            FusedActivationFunction=getattr(tflite.ActivationFunctionType, activation),
        )

    def dense(
        self, x, units=4, *, activation="NONE", per_channel=False, bias=True, zero_point=0, gain=1.0
    ) -> int:
        depth = self.shape(x)[-1]
        weights, scale = self._weights((units, depth), units, 0, per_channel)
        inputs = [x, weights, self._bias(units, x, scale, depth) if bias else -1]
        shape = (int(np.prod(self.shape(x)[:-1])), units)
        y = self._accumulated(x, depth, scale, gain=gain, zero_point=zero_point, shape=shape)
        return self.op(
            "FULLY_CONNECTED",
            inputs,
            [y],
            "FullyConnectedOptions",
            FusedActivationFunction=getattr(tflite.ActivationFunctionType, activation),
        )

    def pool(
        self, x, kind="AVERAGE", window=(2, 2), stride=(2, 2), *, padding="VALID", activation="NONE"
    ) -> int:
        shape = self._slid(
            x, window, stride, dilation=(1, 1), padding=padding, channels=self.shape(x)[3]
        )
        return self.op(
            f"{kind}_POOL_2D",
            [x],
            [self.like(x, shape)],
            "Pool2DOptions",
            Padding=getattr(tflite.Padding, padding),
            StrideH=stride[0],
            StrideW=stride[1],
            FilterHeight=window[0],
            FilterWidth=window[1],
            FusedActivationFunction=getattr(tflite.ActivationFunctionType, activation),
        )

    def mean(self, x, axes=(1, 2), keep_dims=False, scale=None, zero_point=0) -> int:
        kept = enumerate(self.shape(x))
        shape = [1 if i in axes else n for i, n in kept if keep_dims or i not in axes]
        y = self.tensor(shape, self.scale(x) / 2 if scale is None else scale, zero_point)
        axis = self.constant(np.array(axes, np.int32))
        return self.op("MEAN", [x, axis], [y], "ReducerOptions", KeepDims=keep_dims)

    def binary(self, name, x, y, activation="NONE", *, scale=None, zero_point=0) -> int:
        shape = np.broadcast_shapes(self.shape(x), self.shape(y))
        if scale is None:
            scale = self.scale(x) + self.scale(y)
        out = self.tensor(shape, scale, zero_point)
        code = getattr(tflite.ActivationFunctionType, activation)
        options = f"{name.title()}Options"
        return self.op(name, [x, y], [out], options, FusedActivationFunction=code)

    def unary(self, name, x, scale=0.05, zero_point=0, *, dtype=np.int8, options=None, **fields):
        y = self.tensor(self.shape(x), scale, zero_point, dtype=dtype)
        return self.op(name, [x], [y], options, **fields)

    def softmax(self, x, beta=1.0) -> int:
        return self.unary("SOFTMAX", x, 1 / 256, -128, options="SoftmaxOptions", Beta=beta)

    def pad(self, x, amounts) -> int:
        shape = [b + n + a for n, (b, a) in zip(self.shape(x), amounts, strict=True)]
        operand = self.constant(np.array(amounts, np.int32))
        return self.op("PAD", [x, operand], [self.like(x, shape)], "PadOptions")

    def concatenation(self, xs, axis=-1) -> int:
        shape = list(self.shape(xs[0]))
        shape[axis] = sum(self.shape(x)[axis] for x in xs)
        y = self.like(xs[0], shape)
        return self.op("CONCATENATION", xs, [y], "ConcatenationOptions", Axis=axis)

    def reshape(self, x, shape) -> int:
        operand = self.constant(np.array(shape, np.int32))
        return self.op("RESHAPE", [x, operand], [self.like(x, shape)], "ReshapeOptions")

    # Variables ---------------------------------------------------------------------------------

    def variable(self, name="state", container="") -> int:
        """Return the handle of a resource variable: operators that use it name it."""
        handle = self.tensor((), None, dtype=np.object_)
        fields = {"SharedName": name} | ({} if container is None else {"Container": container})
        return self.op("VAR_HANDLE", [], [handle], "VarHandleOptions", **fields)

    def read(self, handle, shape, scale=0.05, zero_point=0, *, dtype=np.int8) -> int:
        y = self.tensor(shape, scale, zero_point, dtype=dtype)
        return self.op("READ_VARIABLE", [handle], [y], "ReadVariableOptions")

    def assign(self, handle, x) -> None:
        self.op("ASSIGN_VARIABLE", [handle, x], [], "AssignVariableOptions")

    def call_once(self, start: Network) -> None:
        """Run another network, which has no inputs and outputs, before the first call."""
        self.subgraphs.append(start)
        fields = {"InitSubgraphIndex": len(self.subgraphs)}
        self.op("CALL_ONCE", [], [], "CallOnceOptions", **fields)
        self.ops.insert(0, self.ops.pop())

    def like(self, x, shape) -> int:
        """Return a new tensor of another shape, quantized like `x`."""
        spec = self.tensors[x]
        return self.tensor(shape, spec.scale, spec.zero_point, dtype=spec.dtype)

    def _slid(self, x, kernel, stride, *, dilation, padding, channels) -> tuple[int, ...]:
        batch, *extent, _ = self.shape(x)
        sizes = []
        for n, k, s, d in zip(extent, kernel, stride, dilation, strict=True):
            taken = 0 if padding == "SAME" else (k - 1) * d
            sizes.append(-(-(n - taken) // s))
        return (batch, *sizes, channels)

    # The file ----------------------------------------------------------------------------------

    def build(self, *outputs: int) -> bytes:
        """Return the `.tflite` bytes of the network with these output tensors."""
        b = flatbuffers.Builder(1 << 16)
        parts = [self, *self.subgraphs]
        buffers = [_buffer(b, None)]
        codes = sorted({op.code for part in parts for op in part.ops})
        subgraphs = [
            _subgraph(b, part, outputs if part is self else (), codes, buffers) for part in parts
        ]
        subgraphs_at = _tables(b, subgraphs)
        codes_at = _tables(b, [_operator_code(b, code) for code in codes])
        buffers_at = _tables(b, buffers)
        tflite.ModelStart(b)
        tflite.ModelAddVersion(b, 3)
        tflite.ModelAddOperatorCodes(b, codes_at)
        tflite.ModelAddSubgraphs(b, subgraphs_at)
        tflite.ModelAddBuffers(b, buffers_at)
        b.Finish(tflite.ModelEnd(b), b"TFL3")
        return bytes(b.Output())


def _subgraph(b, net, outputs, codes, buffers) -> int:
    tensors = []
    for index, spec in enumerate(net.tensors):
        if spec.data is not None:
            buffers.append(_buffer(b, spec.data))
        tensors.append(_tensor(b, spec, f"t{index}", len(buffers) - 1))
    ops = [_operator(b, op, codes.index(op.code)) for op in net.ops]
    tensors_at, ops_at = _tables(b, tensors), _tables(b, ops)
    inputs, outputs_at = _ints(b, net.inputs), _ints(b, outputs)
    tflite.SubGraphStart(b)
    tflite.SubGraphAddTensors(b, tensors_at)
    tflite.SubGraphAddInputs(b, inputs)
    tflite.SubGraphAddOutputs(b, outputs_at)
    tflite.SubGraphAddOperators(b, ops_at)
    return tflite.SubGraphEnd(b)


def _ints(b, values) -> int:
    return b.CreateNumpyVector(np.asarray(values, np.int32))


def _tables(b, offsets) -> int:
    b.StartVector(4, len(offsets), 4)
    for offset in reversed(offsets):
        b.PrependUOffsetTRelative(offset)
    return b.EndVector()


def _buffer(b, data) -> int:
    at = None
    if data is not None:
        # TFLM reads constants in place, so they must be aligned.
        raw = np.frombuffer(np.ascontiguousarray(data).tobytes(), np.uint8)
        b.StartVector(1, raw.size, 16)
        b.head -= raw.size
        b.Bytes[b.head : b.head + raw.size] = raw.tobytes()
        at = b.EndVector()
    tflite.BufferStart(b)
    if at is not None:
        tflite.BufferAddData(b, at)
    return tflite.BufferEnd(b)


def _tensor(b, spec, name, buffer) -> int:
    shape, name_at = _ints(b, spec.shape), b.CreateString(name)
    quant = None
    if spec.scale is not None:
        scale = b.CreateNumpyVector(spec.scale.astype(np.float32))
        zero_point = b.CreateNumpyVector(spec.zero_point.astype(np.int64))
        tflite.QuantizationParametersStart(b)
        tflite.QuantizationParametersAddScale(b, scale)
        tflite.QuantizationParametersAddZeroPoint(b, zero_point)
        tflite.QuantizationParametersAddQuantizedDimension(b, spec.axis)
        quant = tflite.QuantizationParametersEnd(b)
    tflite.TensorStart(b)
    tflite.TensorAddShape(b, shape)
    tflite.TensorAddType(b, _TYPES[spec.dtype])
    tflite.TensorAddBuffer(b, buffer if spec.data is not None else 0)
    tflite.TensorAddName(b, name_at)
    tflite.TensorAddIsVariable(b, spec.is_variable)
    if quant is not None:
        tflite.TensorAddQuantization(b, quant)
    return tflite.TensorEnd(b)


def _operator(b, op, code_index) -> int:
    options = None
    if op.options is not None:
        values = {name: _field(b, value) for name, value in op.fields.items()}
        getattr(tflite, f"{op.options}Start")(b)
        for name, value in values.items():
            getattr(tflite, f"{op.options}Add{name}")(b, value)
        options = getattr(tflite, f"{op.options}End")(b)
    inputs, outputs = _ints(b, op.inputs), _ints(b, op.outputs)
    tflite.OperatorStart(b)
    tflite.OperatorAddOpcodeIndex(b, code_index)
    tflite.OperatorAddInputs(b, inputs)
    tflite.OperatorAddOutputs(b, outputs)
    if options is not None:
        tflite.OperatorAddBuiltinOptionsType(b, getattr(tflite.BuiltinOptions, op.options))
        tflite.OperatorAddBuiltinOptions(b, options)
    return tflite.OperatorEnd(b)


def _field(b, value):
    if isinstance(value, str):
        return b.CreateString(value)
    return _ints(b, value) if isinstance(value, tuple | list) else value


def _operator_code(b, code) -> int:
    tflite.OperatorCodeStart(b)
    tflite.OperatorCodeAddDeprecatedBuiltinCode(b, min(code, 127))
    tflite.OperatorCodeAddVersion(b, 1)
    tflite.OperatorCodeAddBuiltinCode(b, code)
    return tflite.OperatorCodeEnd(b)


class Micro:
    """TFLite Micro's own interpreter on one model: frame by frame, every tensor kept."""

    def __init__(self, model: bytes, outputs: int = 1) -> None:
        from tflite_micro import runtime

        self.outputs = outputs
        self.interpreter = runtime.Interpreter.from_bytes(
            model,
            arena_size=1 << 24,
            intrepreter_config=runtime.InterpreterConfig.kPreserveAllTensors,
        )

    def __call__(self, *inputs: np.ndarray) -> tuple[np.ndarray, ...]:
        """Return the outputs, each (n, *shape), of inputs (n, *shape) run in order."""
        frames = []
        for arrays in zip(*inputs, strict=True):
            for position, array in enumerate(arrays):
                self.interpreter.set_input(np.ascontiguousarray(array), position)
            self.interpreter.invoke()
            frames.append([self.interpreter.get_output(i).copy() for i in range(self.outputs)])
        return tuple(np.stack(output) for output in zip(*frames, strict=True))

    def tensor(self, index: int) -> np.ndarray:
        """Return any tensor as the last frame left it."""
        return self.interpreter.GetTensor(index, 0)["tensor_data"]


def random_input(net: Network, frames: int, seed: int = 1) -> tuple[np.ndarray, ...]:
    """Return one array (frames, *shape) for each input, the first frames at the extremes."""
    rng = np.random.default_rng(seed)
    arrays = []
    for index in net.inputs:
        spec = net.tensors[index]
        if spec.dtype == np.float32:
            values = rng.normal(0, 3, (frames, *spec.shape)).astype(np.float32)
        else:
            limits = np.iinfo(spec.dtype)
            values = rng.integers(limits.min, limits.max + 1, (frames, *spec.shape))
            values[:1] = limits.min
            values[1:2] = limits.max
        arrays.append(values.astype(spec.dtype))
    return tuple(arrays)
