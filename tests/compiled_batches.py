"""Run many compiled models out of one shared library, or one program on an emulated board.

A compiler call costs a second and a small model compiles in no time, so tests of random networks
compile them by the dozen.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence

import numpy as np

from tinyml_course.boards import get_board
from tinyml_course.compiler.codegen import CompiledModel
from tinyml_course.simulator.meter import Meter
from tinyml_course.simulator.program import build_program
from tinyml_course.simulator.sources import port_names, reset_name
from tinyml_course.simulator.toolchain import build_shared_library

STRICT = ("-Wextra", "-Wconversion", "-Werror")
Batches = Sequence[tuple[np.ndarray, ...]]


def merged_files(models: Sequence[CompiledModel]) -> dict[str, str]:
    return {name: text for model in models for name, text in model.files.items()}


def _tensors(model: CompiledModel, indices):
    return [model.graph.tensors[index] for index in indices]


def run_on_host(models: Sequence[CompiledModel], batches: Batches) -> list[list[np.ndarray]]:
    """Return each model's outputs (n, *shape) for its inputs, compiled for this machine."""
    return run_in_library(merged_files(models), models, batches)


def run_in_library(
    sources: dict[str, str],
    models: Sequence[CompiledModel],
    batches: Batches,
    prepare: Callable[[ctypes.CDLL], None] = lambda library: None,
) -> list[list[np.ndarray]]:
    """Return the same from a library of these sources, on which `prepare` is called first."""
    library = ctypes.CDLL(str(build_shared_library(sources, ("-O2", *STRICT))))
    prepare(library)

    def address(name: str) -> int:
        function = library[name]
        function.restype = ctypes.c_void_p
        return function()

    return [
        _run(model, inputs, address, ctypes.memmove, ctypes.string_at, lambda name: library[name]())
        for model, inputs in zip(models, batches, strict=True)
    ]


def run_on_board(
    models: Sequence[CompiledModel], batches: Batches, compiler: str = "auto", optimize: str = "-O2"
) -> list[list[np.ndarray]]:
    """Return the same from an emulated Cortex-M4F."""
    keep: list[str] = []
    for model in models:
        names = port_names(model)
        keep += [names.run, *names.inputs, *names.outputs, *filter(None, [reset_name(model)])]
    board = get_board("nano33ble")
    program = build_program(merged_files(models), board, keep, compiler, optimize)
    meter = Meter(program, board)
    machine = meter.machine

    def write(address: int, content: bytes, _: int) -> None:
        machine.write(address, content)

    return [
        _run(model, inputs, machine.call, write, machine.read, machine.call)
        for model, inputs in zip(models, batches, strict=True)
    ]


def _run(model, inputs, address, *memory_and_call) -> list[np.ndarray]:
    write, read, call = memory_and_call
    names = port_names(model)
    sources = [] if model.fed_image else [address(name) for name in names.inputs]
    targets = [address(name) for name in names.outputs]
    tensors = _tensors(model, model.graph.outputs)
    outputs = [[] for _ in targets]
    if reset := reset_name(model):
        call(reset)
    for arrays in zip(*inputs, strict=True):
        if model.fed_image:
            (image,) = arrays
            finished = []
            for row in image.reshape(model.fed_image.shape[1:]):
                content = np.ascontiguousarray(row).tobytes()
                write(address(names.inputs[0]), content, len(content))
                finished.append(call(names.run))
            assert finished == [0] * (len(finished) - 1) + [1]
        for place, array in zip(sources, () if model.fed_image else arrays, strict=True):
            content = np.ascontiguousarray(array).tobytes()
            write(place, content, len(content))
        if not model.fed_image:
            call(names.run)
        for output, place, tensor in zip(outputs, targets, tensors, strict=True):
            content = bytes(read(place, tensor.nbytes))
            output.append(np.frombuffer(content, tensor.dtype).reshape(tensor.shape))
    return [np.stack(output) for output in outputs]
