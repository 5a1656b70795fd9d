"""Operators that compare values, and that choose between values by what was compared."""

from __future__ import annotations

from dataclasses import dataclass

from tinyml_course.compiler.graph import BinaryOp, Op


@dataclass(frozen=True)
class Comparison(BinaryOp):
    """Compare two tensors element by element, as real numbers; the result is bool."""


@dataclass(frozen=True)
class Equal(Comparison):
    """Whether they are equal."""

    kind = "EQUAL"


@dataclass(frozen=True)
class NotEqual(Comparison):
    """Whether they differ."""

    kind = "NOT_EQUAL"


@dataclass(frozen=True)
class Greater(Comparison):
    """Whether the first is above the second."""

    kind = "GREATER"


@dataclass(frozen=True)
class GreaterEqual(Comparison):
    """Whether the first is above the second, or equal."""

    kind = "GREATER_EQUAL"


@dataclass(frozen=True)
class Less(Comparison):
    """Whether the first is below the second."""

    kind = "LESS"


@dataclass(frozen=True)
class LessEqual(Comparison):
    """Whether the first is below the second, or equal."""

    kind = "LESS_EQUAL"


@dataclass(frozen=True)
class LogicalAnd(BinaryOp):
    """Whether both are true."""

    kind = "LOGICAL_AND"


@dataclass(frozen=True)
class LogicalOr(BinaryOp):
    """Whether one is true, or both."""

    kind = "LOGICAL_OR"


@dataclass(frozen=True)
class LogicalNot(Op):
    """Whether it is false."""

    kind = "LOGICAL_NOT"


@dataclass(frozen=True)
class SelectV2(Op):
    """Take the second tensor's value where the first, bool, is true, else the third's."""

    kind = "SELECT_V2"
    values = slice(None)


@dataclass(frozen=True)
class Select(SelectV2):
    """Do the same for tensors of one shape."""

    kind = "SELECT"
