"""What an operator becomes in C: constants, and calls of kernels on the memory it is given."""

from __future__ import annotations

from dataclasses import dataclass

from tinyml_course.compiler.graph import Op


@dataclass(frozen=True)
class Step:
    """The C of one operator, before the memory plan has given its tensors a place.

    Attributes
    ----------
    op : Op
    calls : tuple of str
        C statements in which `{in0}`, `{in1}`, ..., `{out0}` and `{scratch}` stand for addresses,
        and `{variant}` for the variant's name.
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
    in_place : tuple of int
        Positions of inputs the output may take the memory of.
    """

    op: Op
    calls: tuple[str, ...]
    constants: tuple[str, ...] = ()
    constants_bytes: int = 0
    files: tuple[str, ...] = ()
    variant: str = ""
    macs: int = 0
    scratch_bytes: int = 0
    in_place: tuple[int, ...] = ()
