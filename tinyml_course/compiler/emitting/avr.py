"""Which kernels run on an AVR: constants in a flash of its own addresses, an int of 16 bits."""

from __future__ import annotations

from collections.abc import Iterable

from tinyml_course.compiler.steps import Step
from tinyml_course.errors import InputError

KERNELS = frozenset(
    (
        *("tinyml_arithmetic.h", "tinyml_avr.h", "tinyml_kernels.h", "tinyml_output_stage.h"),
        *("tinyml_dense.c", "tinyml_dense_wide.c"),
        *("tinyml_dense_block.h", "tinyml_dense_sums.h"),
        *("tinyml_convolution.c", "tinyml_tile.h"),
        *("tinyml_matrix.h", "tinyml_matrix_plain.c"),
        *("tinyml_matrix_dsp.h", "tinyml_matrix_few.h", "tinyml_matrix_four.h"),
        *("tinyml_compact.c", "tinyml_compact.h"),
        *("tinyml_depthwise.h", "tinyml_depthwise_dsp.h"),
        *("tinyml_depthwise_pairs.h", "tinyml_depthwise_whole.h"),
        *("tinyml_enlarge.c", "tinyml_enlarge.h", "tinyml_product.c", "tinyml_product.h"),
        *("tinyml_pool.c", "tinyml_reduce.c", "tinyml_reduce.h"),
        *("tinyml_softmax.c", "tinyml_log_softmax.c", "tinyml_log_softmax.h"),
        *("tinyml_unit.c", "tinyml_unit.h", "tinyml_fixed_point.h"),
        *("tinyml_elementwise.c", "tinyml_combine.c", "tinyml_combine.h", "tinyml_row_runs.h"),
        *("tinyml_cast.c", "tinyml_cast.h", "tinyml_requantize.c", "tinyml_requantize.h"),
        *("tinyml_layout.c", "tinyml_move.c", "tinyml_move.h"),
        *("tinyml_svdf.c", "tinyml_lstm.c", "tinyml_dot.h", "tinyml_stateful.h"),
        *("tinyml_choose.c", "tinyml_choose.h", "tinyml_divide.c"),
        *("tinyml_forest.c", "tinyml_forest.h"),
    )
)
"""The files; all are held against the oracle in tests/test_simavr.py. Winograd's is not among them:
what it keeps of an image is more than such a board has."""


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
