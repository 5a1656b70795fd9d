"""Batches of inputs are checked against a graph and laid out for C; bytes become outputs again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tinyml_course.errors import InputError

if TYPE_CHECKING:
    from tinyml_course.compiler.graph import Graph, Tensor

Array = NDArray[Any]
Outputs = Array | tuple[Array, ...]


def model_inputs(graph: Graph, arrays: Sequence[Array]) -> list[Array]:
    """Check a batch and return it as contiguous arrays.

    Parameters
    ----------
    graph : Graph
        The network the batch is for.
    arrays : sequence of ndarray
        One for each input of the graph, of its dtype and shape (n, *tensor shape); the tensor's
        own batch axis of 1 may be left out.

    Returns
    -------
    list of ndarray
        One an input, C-contiguous, all of the same length n.

    Raises
    ------
    InputError
        If the number of arrays, a dtype, a shape or a length does not match.
    """
    tensors = [graph.tensors[index] for index in graph.inputs]
    if len(arrays) != len(tensors):
        raise InputError(f"{graph.name} has {len(tensors)} inputs, got {len(arrays)} arrays.")
    batch = [np.asarray(array) for array in arrays]
    for number, (array, tensor) in enumerate(zip(batch, tensors, strict=True)):
        _check(array, tensor, f"input {number} of {graph.name}")
    lengths = {len(array) for array in batch}
    if len(lengths) > 1:
        raise InputError(f"the inputs of {graph.name} differ in length: {sorted(lengths)}.")
    return [np.ascontiguousarray(array) for array in batch]


def model_outputs(graph: Graph, batch: Sequence[Array]) -> list[Array]:
    """Make empty arrays for the outputs of a batch, shaped in the manner of its inputs.

    Returns
    -------
    list of ndarray
        One an output, (n, *tensor shape); without the tensor's own batch axis of 1 if the inputs
        came without it.
    """
    bare = batch[0].ndim == len(graph.tensors[graph.inputs[0]].shape)
    outputs = []
    for index in graph.outputs:
        tensor = graph.tensors[index]
        shape = tensor.shape[1:] if bare and tensor.shape[:1] == (1,) else tensor.shape
        outputs.append(np.empty((len(batch[0]), *shape), tensor.dtype))
    return outputs


def single(outputs: Sequence[Array]) -> Outputs:
    """Return the only output as an array, several as a tuple."""
    return outputs[0] if len(outputs) == 1 else tuple(outputs)


def clip_hops(clips: Array, hop: int = 320) -> NDArray[np.int16]:
    """Check audio clips and cut them into hops.

    Parameters
    ----------
    clips : int16 array, (n, samples)
    hop : int
        Samples in a hop; what is left over at the end of a clip is dropped.

    Returns
    -------
    int16 array, (n, hops, hop), C-contiguous

    Raises
    ------
    InputError
        If the clips are not a two-dimensional int16 array, or shorter than one hop.
    """
    clips = np.asarray(clips)
    if clips.dtype != np.int16 or clips.ndim != 2:
        raise InputError(
            f"clips must be int16 of shape (n, samples), got {clips.dtype} of {clips.shape}."
        )
    hops = clips.shape[1] // hop
    if hops == 0:
        raise InputError(f"a clip of {clips.shape[1]} samples is shorter than one hop of {hop}.")
    return np.ascontiguousarray(clips[:, : hops * hop]).reshape(len(clips), hops, hop)


def _check(array: Array, tensor: Tensor, what: str) -> None:
    """Refuse an array that is not a batch of `tensor`."""
    if array.dtype != tensor.dtype:
        raise InputError(f"{what} takes {tensor.dtype}, got {array.dtype}. Quantize it first.")
    shapes = [tensor.shape] + [tensor.shape[1:]] * (tensor.shape[:1] == (1,))
    if array.shape[1:] not in shapes or array.ndim == 0:
        accepted = " or ".join(f"(n, {', '.join(map(str, shape))})" for shape in shapes)
        raise InputError(f"{what} has shape {accepted}, got {array.shape}.")
