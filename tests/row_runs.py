"""Run one operator a few rows at a time, its input and output in rings as small as can be.

The rings, and the scratch memory of kernels that keep nothing in it, hold rubbish before every
call; of the input only the rows that the step says it reads are ever in the ring.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tinyml_course.boards import get_board
from tinyml_course.compiler.codegen import _kernel_text
from tinyml_course.compiler.emitting.emitters import emit
from tinyml_course.compiler.reading.tflite import read_model
from tinyml_course.compiler.steps import Emission, Step
from tinyml_course.simulator.meter import Meter
from tinyml_course.simulator.program import build_program
from tinyml_course.simulator.toolchain import build_shared_library

STRICT = ("-O2", "-Wextra", "-Wconversion", "-Werror")
HEADERS = ("tinyml_kernels.h", "tinyml_arithmetic.h", "tinyml_output_stage.h")
RUBBISH = 0x5A


@dataclass(frozen=True)
class RowRun:
    """An operator's step, and the calls it is to be run by: each so many rows."""

    name: str
    step: Step
    source_shape: tuple[int, ...]
    target_shape: tuple[int, ...]
    counts: tuple[int, ...]

    @property
    def files(self) -> dict[str, str]:
        names = {*HEADERS, *self.step.files, *self.step.headers}
        return {**{name: _kernel_text(name) for name in names}, f"{self.name}.c": self._source()}

    def _reads(self, first: int, count: int) -> tuple[int, int]:
        rows = self.step.rows
        height = self.source_shape[1]
        if rows.accumulates:
            return first, first + count
        top = first * rows.stride - rows.pad
        bottom = top + (count - 1) * rows.stride + rows.extent
        return min(max(top, 0), height), max(min(bottom, height), 0)

    def _source(self) -> str:
        name, step = self.name, self.step
        starts = np.cumsum([0, *self.counts])[:-1].tolist()
        reads = [self._reads(*call) for call in zip(starts, self.counts, strict=True)]
        in_capacity = max([1, *(stop - start for start, stop in reads)])
        out_capacity = max(self.counts)
        in_bytes, out_bytes = (int(np.prod(s[2:])) for s in (self.source_shape, self.target_shape))
        accumulates = step.rows.accumulates
        if accumulates:
            out_capacity, out_bytes = 1, int(np.prod(self.target_shape))
        scratch = max(step.scratch_for(max(self.counts)), 4)
        lines = []
        for (start, stop), first, count in zip(reads, starts, self.counts, strict=True):
            if not accumulates:
                lines.append(f"memset(scratch, {RUBBISH}, (size_t){step.scratch_for(count)});")
            lines.append(f"memset(in_ring, {RUBBISH}, sizeof in_ring);")
            lines += [
                f"memcpy(in_ring + {y % in_capacity * in_bytes}, in + {y * in_bytes}, {in_bytes});"
                for y in range(start, stop)
            ]
            lines += [
                call.format(
                    in0_rows=f"TINYML_ROWS(in_ring, {in_capacity})",
                    out0_rows=f"TINYML_ROWS(out_ring, {out_capacity})",
                    out0="out_ring",
                    first=first,
                    count=count,
                    scratch="scratch",
                    variant="variant",
                )
                for call in step.calls
            ]
            if not accumulates:
                lines += [
                    f"memcpy(out + {y * out_bytes}, out_ring + {y % out_capacity * out_bytes}, "
                    f"{out_bytes});"
                    for y in range(first, first + count)
                ]
        if accumulates:
            lines.append(f"memcpy(out, out_ring, {out_bytes});")
        included = [*(f for f in step.files if f.endswith(".h")), *step.headers]
        headers = "".join(f'#include "{f}"\n' for f in included)
        body = "\n    ".join(lines)
        guard = 16  # rubbish behind the scratch memory that must stay
        return f"""#include "tinyml_kernels.h"
#include <string.h>
{headers}
{"".join(step.constants)}
{step.variant.replace("@", "variant")}
static int8_t in[{in_bytes * self.source_shape[1]}], out[{int(np.prod(self.target_shape))}];
static int8_t in_ring[{in_capacity * in_bytes}], out_ring[{out_capacity * out_bytes}];
static TINYML_ALIGNED int8_t scratch[{scratch + guard}];
int8_t *{name}_in(void);
int8_t *{name}_out(void);
int {name}_run(void);
int8_t *{name}_in(void) {{ return in; }}
int8_t *{name}_out(void) {{ return out; }}
int {name}_run(void)
{{
    int kept = 1;
    memset(scratch, {RUBBISH}, sizeof scratch);
    {body}
    for (unsigned i = {scratch}; i < sizeof scratch; i++)
        kept &= scratch[i] == {RUBBISH};
    return kept;
}}
"""


def row_run(name: str, model: bytes, counts: Sequence[int], optimize: str = "balanced") -> RowRun:
    """Return the only operator of a model as a run by rows."""
    graph = read_model(model, name)
    (op,) = graph.ops
    step = emit(graph, op, Emission(optimize, whole=False))
    assert step.rows is not None
    assert sum(counts) == step.rows.count
    shapes = (graph.tensors[i].shape for i in (op.input, op.output))
    return RowRun(name, step, *shapes, tuple(counts))


def random_counts(rng: np.random.Generator, rows: int) -> list[int]:
    """Return a random split of so many rows into calls."""
    counts = []
    while rows > 0:
        counts.append(int(rng.integers(1, min(rows, 4) + 1)))
        rows -= counts[-1]
    return counts


def _files(runs: Sequence[RowRun]) -> dict[str, str]:
    return {name: text for run in runs for name, text in run.files.items()}


def rows_on_host(runs: Sequence[RowRun], batches) -> list[np.ndarray]:
    """Return each run's outputs (n, *shape) for its inputs (n, *shape) on this machine."""
    library = ctypes.CDLL(str(build_shared_library(_files(runs), STRICT)))

    def call(name: str) -> int:
        function = library[name]
        function.restype = ctypes.c_void_p if not name.endswith("_run") else ctypes.c_int
        return function()

    write = lambda place, data: ctypes.memmove(place, data, len(data))  # noqa: E731
    return [
        _outputs(r, x, call, write, ctypes.string_at) for r, x in zip(runs, batches, strict=True)
    ]


def rows_on_board(runs: Sequence[RowRun], batches, optimize: str = "-O2") -> list[np.ndarray]:
    """Return the same from an emulated Cortex-M4F."""
    keep = [f"{run.name}_{port}" for run in runs for port in ("in", "out", "run")]
    board = get_board("nano33ble")
    program = build_program(_files(runs), board, keep, "auto", optimize)
    machine = Meter(program, board).machine
    return [
        _outputs(r, x, machine.call, machine.write, machine.read)
        for r, x in zip(runs, batches, strict=True)
    ]


def _outputs(run: RowRun, inputs: np.ndarray, call, write, read) -> np.ndarray:
    outputs = []
    for image in inputs:
        write(call(f"{run.name}_in"), np.ascontiguousarray(image).tobytes())
        assert call(f"{run.name}_run") == 1, "scratch overrun"
        data = bytes(read(call(f"{run.name}_out"), int(np.prod(run.target_shape))))
        outputs.append(np.frombuffer(data, np.int8).reshape(run.target_shape))
    return np.stack(outputs)
