"""Which kernels run on an AVR: constants in a flash of its own addresses, an int of 16 bits."""

from __future__ import annotations

from collections.abc import Iterable

from tinyml_course.compiler.steps import Step
from tinyml_course.errors import InputError

KERNELS = frozenset(
    (
        *("tinyml_dense.c", "tinyml_dense_wide.c", "tinyml_dense_block.h"),
        *("tinyml_convolution.c", "tinyml_matrix.c", "tinyml_matrix.h"),
        *("tinyml_compact.c", "tinyml_compact.h"),
        *("tinyml_depthwise.h", "tinyml_depthwise_dsp.h", "tinyml_depthwise_pairs.h"),
        *("tinyml_arithmetic.h", "tinyml_kernels.h", "tinyml_output_stage.h"),
        *("tinyml_pool.c", "tinyml_softmax.c", "tinyml_fixed_point.h"),
        *("tinyml_elementwise.c", "tinyml_row_runs.h", "tinyml_layout.c"),
        *("tinyml_forest.c", "tinyml_forest.h"),
    )
)
"""The files; all are held against the oracle in tests/test_simavr.py."""


def check_kernels(name: str, steps: Iterable[Step]) -> None:
    """Check that every kernel of a model was made for an AVR too.

    Raises
    ------
    InputError
        One was not; the message names it.
    """
    for step in steps:
        if foreign := sorted({*step.files, *step.headers} - KERNELS):
            raise InputError(
                f"{name}: {step.op} runs in {foreign[0]}, which was not made for an AVR "
                "with its constants in flash and its int of 16 bits. Pick another board."
            )
