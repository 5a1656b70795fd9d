"""What a layer with weights does with its sums, as C: `tinyml_output_stage` and its arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from tinyml_course.compiler.emitting.printing import Fields, array
from tinyml_course.compiler.emitting.weights import Filters


@dataclass(frozen=True)
class OutputStage:
    """The constants that make a layer's outputs of its sums.

    Attributes
    ----------
    constants : tuple of str
        Definitions of the arrays.
    fields : Fields
        The struct that points at them.
    constants_bytes : int
        The flash the arrays take.
    """

    constants: tuple[str, ...]
    fields: Fields
    constants_bytes: int


def output_stage(name: str, filters: Filters) -> OutputStage:
    """Return the output stage of a layer whose arrays begin with `name`."""
    per_channel = filters.multiplier.size > 1
    channels = "C_OUT" if per_channel else "one for all channels"
    arrays: dict[str, tuple[NDArray[Any], str]] = {
        "bias": (filters.bias, "(C_OUT), int32 on the scale of the sums"),
        "multiplier": (filters.multiplier, f"({channels}), Q0.31"),
        "shift": (filters.shift, f"({channels}), bits to the right"),
    }
    return OutputStage(
        tuple(array(f"{name}_{key}", values, note) for key, (values, note) in arrays.items()),
        {
            **{key: f"{name}_{key}" for key in arrays},
            "per_channel": int(per_channel),
            **stage_limits(filters),
        },
        sum(values.nbytes for values, _ in arrays.values()),
    )


def stage_limits(filters: Filters) -> Fields:
    """Return the fields of an output stage that are no arrays."""
    return {
        "rounding": filters.rounding,
        "zero_point": filters.zero_point,
        "minimum": filters.minimum,
        "maximum": filters.maximum,
    }
