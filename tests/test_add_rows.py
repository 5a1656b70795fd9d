"""ADD and tables a few rows at a time, through rings that hold no more than one piece needs."""

from __future__ import annotations

import ctypes
from itertools import pairwise

import numpy as np
import pytest
from compiled_batches import STRICT, merged_files, run_on_host
from tflite_models import Micro, Network, random_input

from tinyml_course.boards import get_board
from tinyml_course.compiler.codegen import compile_model
from tinyml_course.simulator.meter import Meter
from tinyml_course.simulator.program import build_program
from tinyml_course.simulator.toolchain import build_shared_library

# One piece after another goes into the inputs' rings, through the kernel, out of the output's.
RINGS = """
#include <string.h>
#include "tinyml_kernels.h"

enum {{ ROW = {row}, PIECES = {pieces}, INPUTS = {inputs} }};
{constants}
static const unsigned starts[] = {{ {starts} }}, capacity[] = {{ {capacities} }};
static TINYML_ALIGNED int8_t images[3][{size}];
static TINYML_ALIGNED int8_t rings[3][{size}];
void *{name}_image(int which);
void {name}_run(void);

void *{name}_image(int which) {{ return images[which]; }}

void {name}_run(void)
{{
    memset(rings, 0x55, sizeof rings);
    for (unsigned piece = 0; piece < PIECES; piece++) {{
        const unsigned first = starts[piece], count = starts[piece + 1] - first;

        for (unsigned i = 0; i < INPUTS; i++)
            for (unsigned y = first; y < first + count; y++)
                memcpy(rings[i] + y % capacity[i] * ROW, images[i] + y * ROW, ROW);
        {call}
        for (unsigned y = first; y < first + count; y++)
            memcpy(images[2] + y * ROW, rings[2] + y % capacity[2] * ROW, ROW);
    }}
}}
"""


class Case:
    """A one-operator network, split at random, and what TFLite Micro makes of its inputs."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.name = f"case{seed}"
        shape = (1, *(int(n) for n in rng.integers(1, 10, 3)))
        scales, zeros = rng.uniform(0.01, 0.1, 3), rng.integers(-128, 128, 3)
        if seed % 3 == 0:  # one scale for both, and a rectified output
            scales[1], zeros[2] = scales[0], -128
        net = Network()
        x = net.input(shape, float(scales[0]), int(zeros[0]))
        if seed % 4 == 3:
            y = net.unary("TANH", x, 1 / 128, 0)
        else:
            other = net.input(shape, float(scales[1]), int(zeros[1]))
            code = ("NONE", "RELU")[seed % 2]
            scale, zero_point = float(scales[2] * 2), int(zeros[2])
            y = net.binary("ADD", x, other, code, scale=scale, zero_point=zero_point)
        model = net.build(y)
        self.shape, self.inputs = shape, random_input(net, 4, seed)
        self.expected = Micro(model)(*self.inputs)[0]
        self.compiled = compile_model(model, self.name)
        self.files = self._files(rng)

    def _files(self, rng: np.random.Generator) -> dict[str, str]:
        (step,) = self.compiled.steps
        height, row = self.shape[1], self.shape[2] * self.shape[3]
        assert step.rows is not None
        assert step.rows.count == height
        inner = np.flatnonzero(rng.integers(0, 2, height - 1)) + 1
        starts = [0, *map(int, inner), height]
        largest = max(b - a for a, b in pairwise(starts))
        capacities = [int(rng.integers(largest, height + 1)) for _ in range(3)]
        capacities[int(rng.integers(3))] = largest
        ports = [f"in{i}_rows" for i in range(len(self.inputs))] + ["out0_rows"]
        places = [*range(len(self.inputs)), 2]
        rings = {
            port: f"TINYML_ROWS(rings[{i}], capacity[{i}])"
            for port, i in zip(ports, places, strict=True)
        }
        text = RINGS.format(
            row=row,
            size=height * row,
            pieces=len(starts) - 1,
            inputs=len(self.inputs),
            constants="\n".join(step.constants),
            starts=", ".join(map(str, starts)),
            capacities=", ".join(map(str, capacities)),
            name=self.name,
            call=step.calls[0].format(**rings, first="first", count="count"),
        )
        kernels = {k: v for k, v in self.compiled.files.items() if k.startswith("tinyml_")}
        return {f"{self.name}_rings.c": text, **kernels}


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    return [Case(seed) for seed in range(48)]


def _outputs(case: Case, call, write, read) -> np.ndarray:
    images = [call(f"{case.name}_image", which) for which in range(3)]
    outputs = []
    for frame in zip(*case.inputs, strict=True):
        for place, array in zip(images, frame, strict=False):
            write(place, np.ascontiguousarray(array).tobytes())
        call(f"{case.name}_run")
        content = bytes(read(images[2], array.nbytes))
        outputs.append(np.frombuffer(content, np.int8).reshape(case.shape))
    return np.stack(outputs)


def test_rows_through_rings_equal_micro_on_host(cases):
    files = {name: text for case in cases for name, text in case.files.items()}
    library = ctypes.CDLL(str(build_shared_library(files, ("-O2", *STRICT))))

    def call(name: str, *arguments: int) -> int:
        function = library[name]
        function.restype = ctypes.c_void_p
        return function(*arguments)

    for case in cases:
        found = _outputs(case, call, lambda p, c: ctypes.memmove(p, c, len(c)), ctypes.string_at)
        np.testing.assert_array_equal(found, case.expected, case.name)


@pytest.mark.parametrize("optimize", ["-O2", "-Os"])
def test_rows_through_rings_equal_micro_on_board(cases, optimize):
    files = {name: text for case in cases for name, text in case.files.items()}
    keep = [f"{case.name}_{what}" for case in cases for what in ("image", "run")]
    board = get_board("nano33ble")
    machine = Meter(build_program(files, board, keep, "auto", optimize), board).machine
    for case in cases:
        found = _outputs(case, machine.call, machine.write, machine.read)
        np.testing.assert_array_equal(found, case.expected, case.name)


def test_rows_run_whole_equal_micro(cases):
    found = run_on_host([case.compiled for case in cases], [case.inputs for case in cases])
    for case, (output,) in zip(cases, found, strict=True):
        np.testing.assert_array_equal(output, case.expected, case.name)
    assert "tinyml_row_runs.h" in merged_files([cases[0].compiled])


@pytest.mark.parametrize("other", [(1, 1, 1, 3), (4, 5, 3)])
def test_broadcast_addition_has_no_rows(other):
    net = Network()
    y = net.binary("ADD", net.input((1, 4, 5, 3)), net.input(other))
    (step,) = compile_model(net.build(y)).steps
    assert step.rows is None
