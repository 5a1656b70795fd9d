"""Operators on resource variables: what a streaming model keeps from one call to the next.

In a `.tflite` file VAR_HANDLE names a variable, READ_VARIABLE and ASSIGN_VARIABLE copy from and to
it in the order of the file, and CALL_ONCE runs a network of its own that gives variables their
first values. In a `Graph` a variable is a state, a tensor with `is_variable`: handles and CALL_ONCE
are gone (`reading.variables`), and reading seldom takes a copy (`settle_states`).
"""

from __future__ import annotations

from dataclasses import dataclass

from tinyml_course.compiler.graph import AliasOp, Op


@dataclass(frozen=True)
class VarHandle(Op):
    """Name a variable: its output stands for the variable in other operators.

    Attributes
    ----------
    container : str or None
        Part of the name; None goes with any.
    """

    kind = "VAR_HANDLE"
    container: str | None
    name: str


@dataclass(frozen=True)
class ReadVariable(Op):
    """Copy what a variable holds."""

    kind = "READ_VARIABLE"


@dataclass(frozen=True)
class ReadInPlace(AliasOp):
    """Read a variable that nothing assigns to while the values are needed: no copy."""

    kind = "READ_VARIABLE"


@dataclass(frozen=True)
class AssignVariable(Op):
    """Copy a value to a variable, which is the output."""

    kind = "ASSIGN_VARIABLE"


@dataclass(frozen=True)
class CallOnce(Op):
    """Run another network of the file before the first call.

    Attributes
    ----------
    network : int
        Its place in the file's list of subgraphs.
    """

    kind = "CALL_ONCE"
    network: int
