"""Run a graph in NumPy, equal to TensorFlow Lite Micro to the bit: the oracle for the C code.

Arrays carry one more axis in front than their tensors: the frames, so that thousands of inputs
run through each operator at once. The arithmetic is in `oracle.layers` and
`oracle.pointwise`, the rules for it in `numerics`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tinyml_course.compiler import arithmetic as a
from tinyml_course.compiler import graph as g
from tinyml_course.compiler import stateful as s
from tinyml_course.compiler import variables as v
from tinyml_course.compiler.forest import RandomForest
from tinyml_course.compiler.graph import ABSENT, Graph, Op, Tensor
from tinyml_course.compiler.oracle import layers, pointwise
from tinyml_course.compiler.oracle import moves as moving
from tinyml_course.compiler.oracle import stateful as remembering
from tinyml_course.compiler.oracle.choices import CHOICES
from tinyml_course.compiler.reading.tflite import read_model
from tinyml_course.errors import InputError

Array = NDArray[Any]
Kernel = Callable[..., Array | tuple[Array, ...]]
_CHUNK_ELEMENTS = 1 << 19


def reference(model: Graph | bytes | str | Path) -> Reference:
    """Return a callable that computes what the model computes on a board, in NumPy.

    Parameters
    ----------
    model : Graph, bytes, str or Path
        A graph, or a `.tflite` file's bytes or place.

    Returns
    -------
    Reference
        Takes the inputs (n, *tensor shape) and returns the outputs likewise; a tensor's own batch
        axis of 1 may be left out.

    Raises
    ------
    InputError
        The file is not there.
    ModelError
        The model cannot be read; UnsupportedModelError where an operator is not known.

    Examples
    --------
    >>> oracle = reference("data/models/keywords/model.tflite")
    >>> oracle(np.zeros((2, 49, 10, 1), np.int8)).shape
    (2, 12)
    """
    return Reference(model if isinstance(model, Graph) else read_model(model))


class Reference:
    """A network as a function of arrays.

    Attributes
    ----------
    graph : Graph
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        largest = max(tensor.size for tensor in graph.tensors)
        # Frames that share a state must run one after the other.
        self._chunk = 1 if graph.variables else max(1, _CHUNK_ELEMENTS // largest)

    def __call__(self, *inputs: ArrayLike) -> Any:
        """Return the network's outputs for a batch of inputs.

        A network with a state starts from its reset state, and takes the frames in order.

        Parameters
        ----------
        *inputs : array, one per input of the network, in the tensor's own type
            (n, *shape), or (n, *shape[1:]) without the tensor's batch of 1, or one frame of
            shape[1:].

        Returns
        -------
        ndarray, or a tuple of them for several outputs
            With the same leading axes as the inputs.

        Raises
        ------
        InputError
            An input has the wrong type or shape.
        """
        frames, lead = self._frames(inputs)
        parts = [[values[index] for index in self.graph.outputs] for values in self._parts(frames)]
        outputs = [np.concatenate(part) for part in zip(*parts, strict=True)]
        trimmed = tuple(_restore(output, lead) for output in outputs)
        return trimmed[0] if len(trimmed) == 1 else trimmed

    def tensors(self, *inputs: ArrayLike) -> dict[int, Array]:
        """Return every activation of the network, by tensor index, each (n, *shape)."""
        frames, _ = self._frames(inputs)
        parts = list(self._parts(frames))
        return {index: np.concatenate([part[index] for part in parts]) for index in parts[0]}

    def _frames(self, inputs: tuple[ArrayLike, ...]) -> tuple[list[Array], int]:
        """Give every input its full axes (n, *shape); return them and the axes they lacked."""
        expected = [self.graph.tensors[index] for index in self.graph.inputs]
        if len(inputs) != len(expected):
            raise InputError(f"{self.graph.name} takes {len(expected)} inputs, not {len(inputs)}.")
        arrays = [np.asarray(x) for x in inputs]
        missing = {len(t.shape) + 1 - x.ndim for t, x in zip(expected, arrays, strict=True)}
        lead = missing.pop()
        frames = [_expand(x, t, lead) for t, x in zip(expected, arrays, strict=True)]
        if missing or len({len(x) for x in frames}) > 1:
            raise InputError(f"the inputs of {self.graph.name} differ in their number of frames.")
        return frames, lead

    def _parts(self, frames: list[Array]) -> Iterator[dict[int, Array]]:
        """Run the frames chunk by chunk, from the reset state on; yield every activation."""
        state = {index: _reset(self.graph.tensors[index]) for index in self.graph.variables}
        for chunk in self._chunks(frames):
            values = self._run(chunk, state)
            state = {index: values[index] for index in state}
            yield values

    def _chunks(self, frames: list[Array]) -> list[list[Array]]:
        """Cut the frames into chunks whose activations stay in cache; one even if there are 0."""
        starts = range(0, max(1, len(frames[0])), self._chunk)
        return [[x[start : start + self._chunk] for x in frames] for start in starts]

    def _run(self, frames: list[Array], state: dict[int, Array]) -> dict[int, Array]:
        """Run all operators on one chunk of frames; return every activation and state."""
        values = state | dict(zip(self.graph.inputs, frames, strict=True))
        for op in self.graph.ops:
            states = op.states if isinstance(op, s.StatefulOp) else ()
            read = [index for index in op.inputs[op.values] if index != ABSENT]
            operands = [self._operand(values, index) for index in (*read, *states)]
            result = KERNELS[type(op)](self.graph, op, *operands)
            outputs = result if isinstance(result, tuple) else (result,)
            for index, output in zip((*op.outputs, *states), outputs, strict=True):
                shape = self.graph.tensors[index].shape
                value = output.reshape(-1, *shape)
                if len(value) < len(frames[0]):  # of constants alone: one for all frames
                    value = np.broadcast_to(value, (len(frames[0]), *shape))
                values[index] = value
        return values

    def _operand(self, values: dict[int, Array], index: int) -> Array:
        """Return an activation, or a constant as a single frame."""
        data = self.graph.tensors[index].data
        return values[index] if data is None else data[np.newaxis]


def _reset(tensor: Tensor) -> Array:
    """Return a state before the first call."""
    return s.reset_values(tensor)[np.newaxis]


def _expand(x: Array, tensor: Tensor, missing: int) -> Array:
    """Return `x` as (n, *tensor.shape)."""
    frames = x if missing <= 0 else x[:, np.newaxis] if missing == 1 else x[np.newaxis, np.newaxis]
    if missing not in (0, 1, 2) or frames.shape[1:] != tensor.shape or x.dtype != tensor.dtype:
        shape = ", ".join(map(str, tensor.shape))
        raise InputError(
            f"input {tensor.name!r} is {x.dtype} of shape {x.shape}; "
            f"{tensor.dtype} of shape (n, {shape}) is needed."
        )
    return frames


def _restore(output: Array, missing: int) -> Array:
    """Drop from an output (n, 1, ...) the axes the inputs lacked."""
    if missing and output.ndim > 1 and output.shape[1] == 1:
        output = output[:, 0]
    return output[0] if missing == 2 else output


def _alias(graph: Graph, op: Op, x: Array) -> Array:
    return x


def _vote(graph: Graph, op: RandomForest, x: Array) -> Array:
    return op.forest(x.reshape(-1, *op.forest.input_shape))


KERNELS: dict[type[Op], Kernel] = {
    g.Conv2D: layers.conv_2d,
    g.DepthwiseConv2D: layers.depthwise_conv_2d,
    g.FullyConnected: layers.fully_connected,
    g.AveragePool2D: layers.average_pool_2d,
    g.MaxPool2D: layers.max_pool_2d,
    g.Mean: layers.mean,
    g.Softmax: pointwise.softmax,
    v.ReadVariable: _alias,
    v.ReadInPlace: _alias,
    v.AssignVariable: _alias,
    s.Svdf: remembering.svdf,
    s.Lstm: remembering.lstm,
    a.L2Normalization: pointwise.l2_normalization,
    a.BatchMatmul: pointwise.batch_matmul,
    a.LogSoftmax: pointwise.log_softmax,
    a.Sum: layers.total,
    a.ReduceMax: layers.extreme,
    a.ReduceMin: layers.extreme,
    a.ArgMax: layers.arg_extreme,
    a.ArgMin: layers.arg_extreme,
    a.ResizeBilinear: layers.resize_bilinear,
    a.TransposeConv: layers.transpose_conv,
    **pointwise.ON_SINGLE_VALUES,
    **CHOICES,
    **moving.PLACES,
    g.Reshape: _alias,
    g.Squeeze: _alias,
    g.ExpandDims: _alias,
    RandomForest: _vote,
}
"""What each operator computes: (graph, op, *operands) to its output, or to a tuple of them."""
