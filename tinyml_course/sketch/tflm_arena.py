"""How much arena TFLite Micro needs for a model: measured where it can run, bounded elsewhere.

TFLite Micro runs here in a process of its own: it prints what it took to stderr, and it ends the
process on a model that it cannot run.

`python -m tinyml_course.sketch.tflm_arena < MODEL.tflite` is that process.
"""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.util import find_spec

from tinyml_course.compiler import graph as g
from tinyml_course.compiler.graph import Graph
from tinyml_course.compiler.planning.allocate import align
from tinyml_course.compiler.planning.offline_plan import ALIGNMENT, ONLINE, tensor_offsets
from tinyml_course.errors import InputError

_TOTAL = re.compile(r"Arena allocation total (\d+) bytes")
_TIMEOUT_S = 120
_MARGIN_BYTES = 2048
_PER_TENSOR, _PER_OP, _PER_FILTER = 64, 256, 16
_INT16_BYTES, _INT32_BYTES = 2, 4


def can_measure() -> bool:
    """Tell whether TFLite Micro is installed."""
    return find_spec("tflite_micro") is not None


def measured_bytes(model: bytes) -> int:
    """Return the arena that TFLite Micro takes for a model on this computer.

    Raises
    ------
    InputError
        TFLite Micro cannot run the model.
    """
    command = [sys.executable, "-m", "tinyml_course.sketch.tflm_arena"]
    done = subprocess.run(
        command, input=model, capture_output=True, timeout=_TIMEOUT_S, check=False
    )
    printed = done.stderr.decode("utf-8", "replace")
    found = _TOTAL.search(printed)
    if done.returncode or found is None:
        said = (printed.strip().splitlines() or ["nothing"])[0]
        raise InputError(f"TFLite Micro does not run this model; it says: {said}. Use --runtime c.")
    return int(found.group(1))


def bounded_bytes(graph: Graph) -> int:
    """Return an arena that is large enough for a model that follows our memory plan.

    That is the plan itself, and generous sizes for what TFLite Micro keeps of each tensor,
    operator and filter.
    """
    planned = [
        offset + align(tensor.nbytes, ALIGNMENT)
        for offset, tensor in zip(tensor_offsets(graph), graph.tensors, strict=True)
        if offset != ONLINE
    ]
    states = sum(align(graph.tensors[index].nbytes, ALIGNMENT) for index in graph.variables)
    filters = sum(
        graph.tensors[op.outputs[0]].shape[-1] for op in graph.ops if isinstance(op, g.WeightedOp)
    )
    kept = _PER_TENSOR * len(graph.tensors) + _PER_OP * len(graph.ops) + _PER_FILTER * filters
    return max(planned, default=0) + states + align(kept, ALIGNMENT) + _MARGIN_BYTES


def scratch_bytes(graph: Graph) -> int:
    """Return what the board's optimized kernels may take beside TFLite Micro's own, in bytes.

    CMSIS-NN unfolds the inputs of two output pixels of a convolution to int16 and sums the
    channels of an average pool in int32; the kernels of this computer do neither.
    """
    needed = [0]
    for op in graph.ops:
        if isinstance(op, g.Conv2D | g.DepthwiseConv2D):
            weights = graph.tensors[op.weights]
            per_pixel = weights.size
            if isinstance(op, g.Conv2D):
                per_pixel //= weights.shape[0]
            needed.append(2 * _INT16_BYTES * per_pixel + ALIGNMENT)
        if isinstance(op, g.AveragePool2D):
            channels = graph.tensors[op.output].shape[3]
            needed.append(_INT32_BYTES * channels + ALIGNMENT)
    return align(max(needed), ALIGNMENT)


def _main() -> None:
    from tflite_micro import runtime

    model = sys.stdin.buffer.read()
    # The arena holds the activations, never much more than 1 << 28 for a model that we read.
    for size in (1 << 22, 1 << 26, 1 << 29):
        try:
            runtime.Interpreter.from_bytes(model, arena_size=size).print_allocations()
        except RuntimeError:
            if size == 1 << 29:
                raise
        else:
            return


if __name__ == "__main__":
    _main()
