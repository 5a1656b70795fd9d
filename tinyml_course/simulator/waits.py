"""Reads of flash become cycles a core waits: an estimate, by a stated model of the board's caches.

Flash hands over one line of bytes an access, and lets the core wait for it. A cache keeps what was
used: code by lines, the ones run most often first, constants if all that a layer reads fits. What
no cache holds waits each time. Nothing is said of prefetching, of two masters that meet, or of
which line a real cache would give up: caches of a few hundred bytes do better or worse than this.

Each phase of a program is looked at by itself, and starts with cold caches.
"""

from __future__ import annotations

import numpy as np

from tinyml_course.boards import Board
from tinyml_course.simulator.trace import Counts, Reading


def wait_cycles(counts: Counts, reading: Reading, board: Board, code_start: int) -> int:
    """Estimate the cycles a phase of a run waited for flash.

    Parameters
    ----------
    counts : Counts
        How often its instructions ran.
    reading : Reading
        What it read besides.
    board : Board
        Whose `flash_wait_states`, `flash_line_bytes`, `code_cache_bytes` and `data_cache_bytes`
        count.
    code_start : int
        Address of the first instruction.
    """
    if not board.flash_wait_states:
        return 0
    misses = code_misses(counts, board, code_start) + data_misses(reading, board)
    return misses * board.flash_wait_states


def code_misses(counts: Counts, board: Board, code_start: int) -> int:
    """Count the lines of code that flash had to give.

    A line is entered from the one before it, or by a branch. The lines entered most often are
    taken to stay in the cache, as many as it has; they miss once.
    """
    halfwords = np.arange(len(counts.executed))
    line = (code_start + 2 * halfwords) // board.flash_line_bytes
    starts_line = np.diff(line, prepend=-1) > 0
    branched = counts.started - counts.passed[:-1]
    straight = counts.executed - branched
    entries = np.bincount(line - line[0], branched + np.where(starts_line, straight, 0))
    entered = np.sort(entries[entries > 0])[::-1]
    kept = board.code_cache_bytes // board.flash_line_bytes
    return int(len(entered[:kept]) + entered[kept:].sum())


def data_misses(reading: Reading, board: Board) -> int:
    """Count the lines of constants that flash had to give.

    Without a cache each access waits. With one a layer's constants, read from front to back, are
    brought line by line: once if all of them fit, else each time they are gone through.
    """
    if not board.data_cache_bytes:
        return reading.reads
    is_kept = reading.span <= board.data_cache_bytes
    return -(
        -(min(reading.span, reading.bytes) if is_kept else reading.bytes) // board.flash_line_bytes
    )
