"""Whether a model fits a board, and if not, why, in words: never a linker's message."""

from __future__ import annotations

from tinyml_course.boards import Board, list_boards
from tinyml_course.compiler.codegen import CompiledModel
from tinyml_course.simulator.program import Program


def why_model_cannot_fit(compiled: CompiledModel, board: Board) -> str:
    """Hold what is known before any code is built, arena and constants, against a board.

    Returns
    -------
    str
        The reason the model cannot fit; empty if it might.
    """
    return _too_much_ram(compiled, compiled.arena_bytes, board) or _too_much_flash(
        compiled, compiled.constants_bytes, 0, board
    )


def why_program_does_not_fit(
    compiled: CompiledModel, program: Program, board: Board, stack_bytes: int = 0
) -> str:
    """Hold the sizes of a linked program against a board.

    Parameters
    ----------
    stack_bytes : int
        The most stack the program took; 0 if it has not run.

    Returns
    -------
    str
        The reason the program does not fit; empty if it does.
    """
    reason = _too_much_flash(compiled, program.constants_bytes, program.code_bytes, board)
    reason = reason or _too_much_ram(compiled, program.static_ram_bytes, board)
    if reason or not stack_bytes:
        return reason
    if program.static_ram_bytes + stack_bytes > board.ram_limit_bytes:
        return (
            f"{compiled.name} needs {program.static_ram_bytes:,} bytes of RAM for variables and "
            f"{stack_bytes:,} for its stack; {_has(board, 'ram')}. {_remedy(compiled, board)}"
        )
    if board.stack_limit_bytes and stack_bytes > board.stack_limit_bytes:
        return (
            f"{compiled.name} needs {stack_bytes:,} bytes of stack; the Arduino core of {board.id} "
            f"gives a sketch {board.stack_limit_bytes:,}. Make its local arrays smaller."
        )
    return ""


def _too_much_ram(compiled: CompiledModel, needed: int, board: Board) -> str:
    if needed <= board.ram_limit_bytes:
        return ""
    arena = f", {compiled.arena_bytes:,} of them" if needed != compiled.arena_bytes else ""
    return (
        f"{compiled.name} needs {needed:,} bytes of RAM{arena} at {compiled.plan.peak_op}; "
        f"{_has(board, 'ram')}. {_remedy(compiled, board)}"
    )


def _too_much_flash(compiled: CompiledModel, constants: int, code: int, board: Board) -> str:
    if constants + code <= board.flash_limit_bytes:
        return ""
    parts = f"{constants:,} of constants, {code:,} of code" if code else "for constants alone"
    return (
        f"{compiled.name} needs {constants + code:,} bytes of flash ({parts}); "
        f"{_has(board, 'flash')}. {_remedy(compiled, board)}"
    )


def _has(board: Board, memory: str) -> str:
    """Say how much a board has of one memory, and what its core takes of it."""
    total, core = getattr(board, f"{memory}_bytes"), getattr(board, f"core_{memory}_bytes")
    share = f", of which its Arduino core takes {core:,}" if core else ""
    return f"{board.id} has {total:,}{share}"


def _remedy(compiled: CompiledModel, board: Board) -> str:
    """Name the smallest board that has more of both memories and room for the model, if any."""
    larger = [
        other
        for other in list_boards()
        if other.emulated
        and other.status == "current"
        and other.ram_limit_bytes > max(board.ram_limit_bytes, compiled.arena_bytes)
        and other.flash_limit_bytes > max(board.flash_limit_bytes, compiled.constants_bytes)
    ]
    smallest = min(larger, key=lambda other: other.ram_limit_bytes, default=None)
    pick = f", or pick {smallest.id}" if smallest else ""
    return f"Use a smaller model or a shorter window{pick}."
