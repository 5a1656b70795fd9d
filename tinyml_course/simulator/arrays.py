"""Arrays on their way to a compiled model and back: from a file, checked, laid out for C, saved.

In files the arrays are named in0, in1, ... and out0, out1, ..., each (n, *tensor shape).
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinyml_course.cache import writing
from tinyml_course.compiler.graph import Graph, Tensor
from tinyml_course.errors import InputError

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


def read_inputs(path: Path, graph: Graph) -> list[Array]:
    """Read a batch of inputs from an .npz file with in0, in1, ..., and check it.

    Raises
    ------
    InputError
        If the file cannot be read, an array is missing, or does not match the graph.
    """
    wanted = [f"in{number}" for number in range(len(graph.inputs))]
    try:
        with np.load(path, allow_pickle=False) as stored:
            names = sorted(stored.files) if hasattr(stored, "files") else []
            arrays = [stored[name] for name in wanted if name in names]
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, AttributeError, TypeError) as error:
        raise InputError(f"{path} cannot be read as an .npz file of arrays: {error}.") from error
    if len(arrays) < len(wanted):
        found = ", ".join(names) or "nothing"
        raise InputError(f"{path} must hold {', '.join(wanted)} for {graph.name}; it has {found}.")
    return model_inputs(graph, arrays)


def write_outputs(path: Path, outputs: Outputs) -> None:
    """Write the outputs of a model to an .npz file as out0, out1, ...

    Raises
    ------
    InputError
        If the file cannot be written; what was there before stays.
    """
    several = outputs if isinstance(outputs, tuple) else (outputs,)
    with writing(Path(path)) as draft, draft.open("wb") as stream:
        named: dict[str, Any] = {f"out{number}": array for number, array in enumerate(several)}
        np.savez(stream, **named)


def single(outputs: Sequence[Array]) -> Outputs:
    """Return the only output as an array, several as a tuple."""
    return outputs[0] if len(outputs) == 1 else tuple(outputs)


def _check(array: Array, tensor: Tensor, what: str) -> None:
    """Refuse an array that is not a batch of `tensor`."""
    if array.dtype != tensor.dtype:
        raise InputError(f"{what} takes {tensor.dtype}, got {array.dtype}. Quantize it first.")
    shapes = [tensor.shape] + [tensor.shape[1:]] * (tensor.shape[:1] == (1,))
    if array.shape[1:] not in shapes or array.ndim == 0:
        accepted = " or ".join(f"(n, {', '.join(map(str, shape))})" for shape in shapes)
        raise InputError(f"{what} has shape {accepted}, got {array.shape}.")


def assert_same_outputs(found: Outputs, wanted: Outputs, name: str) -> None:
    """Compare the outputs a board computed for model `name` with a reference's, to the bit.

    Raises
    ------
    AssertionError
        If any differs in shape, dtype or value; the message names the first one.
    """
    pairs = zip(_several(found), _several(wanted), strict=True)
    for number, (ours, theirs) in enumerate(pairs):
        _assert_same_bits(ours, np.asarray(theirs), f"output {number} of {name}")


def _several(outputs: Outputs) -> tuple[Array, ...]:
    return outputs if isinstance(outputs, tuple) else (outputs,)


def _assert_same_bits(found: Array, wanted: Array, what: str) -> None:
    """Compare bytes, and name the first item that differs."""
    if found.size != wanted.size or found.dtype != wanted.dtype:
        raise AssertionError(
            f"{what} is {found.dtype} {found.shape} on the board, "
            f"{wanted.dtype} {wanted.shape} in the reference."
        )
    count = len(found)
    ours = np.ascontiguousarray(found).view(np.uint8).reshape(count, -1)
    theirs = np.ascontiguousarray(wanted).view(np.uint8).reshape(count, -1)
    different = np.flatnonzero((ours != theirs).any(axis=1))
    if len(different):
        first = int(different[0])
        raise AssertionError(
            f"{what} differs for {len(different):,} of {count:,} inputs. Input {first}: "
            f"{found[first].ravel().tolist()} on the board, "
            f"{wanted.reshape(found.shape)[first].ravel().tolist()} in the reference."
        )
