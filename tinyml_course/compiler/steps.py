"""What an operator becomes in C: constants, and calls of kernels on the memory it is given."""

from __future__ import annotations

from dataclasses import dataclass

from tinyml_course.compiler.graph import Op


@dataclass(frozen=True)
class Emission:
    """What an emitter is told beside the operator.

    Attributes
    ----------
    optimize : {"balanced", "speed", "size", "memory"}
        What to favour where two of them conflict.
    whole : bool
        Whether the step runs once over the whole image. If not, it runs a few rows at a time, its
        input and output in rings of rows, and its kernel must be able to.
    """

    optimize: str = "balanced"
    whole: bool = True


@dataclass(frozen=True)
class RowAccess:
    """Which rows of its images an operator reads for the rows it computes.

    For row y it reads rows y * stride - pad up to, and without, y * stride - pad + extent; those
    that are not there are padding.

    Attributes
    ----------
    count : int
        Rows of the output; of the input if `accumulates`.
    extent : int
        Rows of each input image below one row.
    accumulates : bool
        Whether a row is a row of input, gathered in scratch memory that lasts from the first row
        to the last; the output is there when all rows are.
    most : int
        Rows it can compute in one call.
    """

    count: int
    extent: int = 1
    stride: int = 1
    pad: int = 0
    accumulates: bool = False
    most: int = 255  # what `tinyml_turn` in C can hold


@dataclass(frozen=True)
class Step:
    """The C of one operator, before the memory plan has given its tensors a place.

    Attributes
    ----------
    op : Op
    calls : tuple of str
        C statements in which `{in0}`, `{in1}`, ..., `{out0}` and `{scratch}` stand for addresses,
        and `{variant}` for the variant's name. In a step that has `rows`, `{in0_rows}` and
        `{out0_rows}` stand for images as `tinyml_rows`, `{first}` for the first row to compute
        and `{count}` for their number.
    constants : tuple of str
        Definitions of the constants the calls name.
    constants_bytes : int
        The flash these constants take, parameter structs left out.
    files : tuple of str
        The kernel files the calls need.
    variant : str
        Definitions the calls need, with `@` for a name of their own; steps that ask for the same
        share one. The model's source includes every header among the files of such a step.
    macs : int
        Multiplications of an input by a weight, padding included.
    scratch_bytes : int
        Memory needed while the step runs.
    scratch_row_bytes : int
        Memory needed besides, for each row computed in one call.
    in_place : tuple of int
        Positions of inputs the output may take the memory of.
    rows : RowAccess or None
        None where the step can only run as a whole.
    headers : tuple of str
        Further kernel files: those the model's source includes, as they declare what is called.
    """

    op: Op
    calls: tuple[str, ...]
    constants: tuple[str, ...] = ()
    constants_bytes: int = 0
    files: tuple[str, ...] = ()
    variant: str = ""
    macs: int = 0
    scratch_bytes: int = 0
    scratch_row_bytes: int = 0
    in_place: tuple[int, ...] = ()
    rows: RowAccess | None = None
    headers: tuple[str, ...] = ()

    def scratch_for(self, rows: int) -> int:
        """Return the scratch bytes of a call that computes so many rows."""
        return self.scratch_bytes + rows * self.scratch_row_bytes

    @property
    def whole_scratch_bytes(self) -> int:
        """Scratch bytes of a call that computes everything."""
        return self.scratch_for(self.rows.count if self.rows else 0)
