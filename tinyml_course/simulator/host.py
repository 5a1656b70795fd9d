"""A compiled model and the feature extractor, run on this machine by the very C a board gets.

Whole batches cross into C at once: thousands of inputs a second for a keyword model.
"""

from __future__ import annotations

import ctypes
import shutil
import sys
import tempfile
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from tinyml_course.compiler.codegen import CompiledModel
from tinyml_course.errors import InputError, ToolchainError
from tinyml_course.simulator.arrays import (
    Array,
    Outputs,
    model_inputs,
    model_outputs,
    single,
)
from tinyml_course.simulator.sources import (
    FeatureSources,
    feature_sources,
    own_source,
    port_names,
    require_compiled,
    require_features,
    reset_name,
)
from tinyml_course.simulator.toolchain import build_shared_library


class _Port(ctypes.Structure):
    """The C side's `struct port`: where a tensor is, where its batch, the bytes of one item."""

    _fields_ = (("tensor", ctypes.c_void_p), ("batch", ctypes.c_void_p), ("bytes", ctypes.c_size_t))


class HostModel:
    """A compiled model on this machine: called with a batch, it returns the outputs.

    Each instance has an arena and a state of its own, as each board has; `close`, or leaving the
    `with` block, frees them early.

    Parameters
    ----------
    compiled : CompiledModel

    Raises
    ------
    ToolchainError
        If no C compiler is found, or it rejects the model's C.
    """

    def __init__(self, compiled: CompiledModel) -> None:
        require_compiled(compiled)
        sources = {**compiled.files, "host_model.c": own_source("host_model.c")}
        self._graph = compiled.graph
        self._functions, self.close = _load(self, build_shared_library(sources))
        self._reset = reset_name(compiled)
        names = port_names(compiled)
        self._run = self._functions[names.run]
        self._fed = compiled.fed_image
        self._row = self._functions[names.inputs[0]]
        self._inputs = [] if self._fed else [self._address(name) for name in names.inputs]
        self._outputs = [self._address(name) for name in names.outputs]

    def __call__(self, *inputs: Array) -> Outputs:
        """Run a batch through the model, item after item; one with a state starts from reset.

        Parameters
        ----------
        *inputs : ndarray, (n, *tensor shape)
            One for each input of the model; the tensor's own batch axis of 1 may be left out.

        Returns
        -------
        ndarray, (n, *tensor shape), or a tuple of them
            One for each output of the model, shaped in the manner of the inputs.

        Raises
        ------
        InputError
            If a dtype or a shape does not match, or the model was closed.
        """
        if not self.close.alive:
            raise InputError(f"{self._graph.name} was closed: make a new host_model of it.")
        batch = model_inputs(self._graph, inputs)
        outputs = model_outputs(self._graph, batch)
        if self._reset:
            self._functions[self._reset]()
        count, results = ctypes.c_size_t(len(batch[0])), _ports(self._outputs, outputs)
        if self._fed:
            row_bytes = ctypes.c_size_t(self._fed.nbytes // self._fed.shape[1])
            rows = (_pointer(batch[0]), row_bytes)
            self._functions.host_model_feed(self._row, self._run, count, *rows, *results)
        else:
            ports = _ports(self._inputs, batch)
            self._functions.host_model_run(self._run, count, *ports, *results)
        return single(outputs)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _address(self, function: str) -> int:
        """Ask the model where one of its tensors is."""
        port = self._functions[function]
        port.restype = ctypes.c_void_p
        return int(port())


class HostFeatures:
    """The C feature extractor on this machine: called with recordings, it returns features.

    Parameters
    ----------
    features : Mfcc or another feature specification

    Raises
    ------
    ToolchainError
        If no C compiler is found, or it rejects the C.
    """

    def __init__(self, features: FeatureSources) -> None:
        require_features(features)
        sources = feature_sources(features, "host_features.c")
        self._features = features
        self._functions, self.close = _load(self, build_shared_library(sources))

    def __call__(self, recordings: Array) -> NDArray[np.int8]:
        """Compute the features of a batch of recordings, each from a fresh state.

        Parameters
        ----------
        recordings : ndarray, (n, ...)
            As the specification takes them; int16 clips (n, samples) for `Mfcc`.

        Returns
        -------
        int8 array, (n, *input_shape)
            The features as they stand once the last hop of each recording is in.

        Raises
        ------
        InputError
            If the recordings are not of that form, or too short to fill one window.
        """
        hops = self._features.hops(recordings)
        result = np.empty((len(hops), *self._features.input_shape), np.int8)
        run = self._functions.host_features_run
        run.restype = ctypes.c_size_t
        sizes = (ctypes.c_size_t(n) for n in (*hops.shape, result[0:1].size))
        unfilled = run(*sizes, _pointer(hops), _pointer(result))
        if unfilled:
            raise InputError(f"recordings of {hops.shape[1]} hops are too short for one window.")
        return result

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def host_model(compiled: CompiledModel) -> HostModel:
    """Return a fresh instance of a compiled model that runs on this machine.

    Raises
    ------
    InputError
        If the model is not compiled.
    ToolchainError
        If no C compiler is found, or it rejects the model's C.

    Examples
    --------
    >>> import tinyml_course as tc
    >>> tflite = tc.load_run("data/models/keywords").tflite
    >>> x = np.zeros((2, 49, 10, 1), np.int8)
    >>> with tc.host_model(tc.compile_model(tflite)) as model:
    ...     bool((model(x) == tc.reference(tflite)(x)).all())
    True
    """
    return HostModel(compiled)


def host_features(features: FeatureSources) -> HostFeatures:
    """Return the C side of a feature specification, running on this machine.

    Raises
    ------
    InputError
        If `features` is no feature specification.
    ToolchainError
        If no C compiler is found.

    Examples
    --------
    >>> import tinyml_course as tc
    >>> recordings = tc.Mfcc().blank()
    >>> with tc.host_features(tc.Mfcc()) as features:
    ...     bool((features(recordings) == tc.Mfcc()(recordings)).all())
    True
    """
    return HostFeatures(features)


def _pointer(array: Array) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)


def _ports(addresses: Sequence[int], batch: Sequence[Array]) -> tuple[Any, ctypes.c_size_t]:
    """Lay out the C side's table of ports, and its length."""
    rows = [
        _Port(address, array.ctypes.data, array.nbytes // max(len(array), 1))
        for address, array in zip(addresses, batch, strict=True)
    ]
    return (_Port * len(rows))(*rows), ctypes.c_size_t(len(rows))


def _load(owner: object, library: Path) -> tuple[ctypes.CDLL, weakref.finalize[..., object]]:
    """Load a library with static variables of its own; return it and what unloads it.

    The system loads a file only once, so that all who use it share its variables: each instance
    is therefore loaded from a copy, which is gone when `owner` is.
    """
    folder = tempfile.mkdtemp(prefix="tinyml-")
    try:
        functions = ctypes.CDLL(str(shutil.copy(library, folder)))
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        message = f"{library} cannot be loaded: {error}. Delete it and try again."
        raise ToolchainError(message) from error
    return functions, weakref.finalize(owner, _unload, functions._handle, folder)


def _unload(handle: int, folder: str) -> None:
    if sys.platform == "win32":
        ctypes.windll.kernel32.FreeLibrary(ctypes.c_void_p(handle))
    else:
        import _ctypes

        _ctypes.dlclose(handle)
    shutil.rmtree(folder, ignore_errors=True)
