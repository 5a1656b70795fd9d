"""Draw a memory plan: addresses upwards, steps to the right, one bar for each block of bytes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from itertools import groupby

_WIDTH, _HEIGHT, _MARGIN, _LEGEND = 720, 260, 56, 28
# Colours of equal lightness that stand apart for the colour-blind (Okabe and Ito 2008).
_COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00")


Spans = tuple[tuple[int, int], ...]
"""Bytes from each first one up to, and without, the one beside it."""


@dataclass(frozen=True)
class Bar:
    """One block of a plan; steps count from 1, 0 being before the first operator.

    Attributes
    ----------
    used : tuple of Spans, or None
        The bytes in use at each of its steps, from its start; None where all are, all the time.
    """

    label: str
    offset: int
    nbytes: int
    first: int
    last: int
    used: tuple[Spans, ...] | None = None


def picture(bars: tuple[Bar, ...], steps: tuple[str, ...], arena_bytes: int, peak_op: str) -> str:
    """Return a plan as an SVG in HTML, with every figure in its text alternative.

    The text takes the page's own colour, so that it reads on light and dark themes.
    """
    column = (_WIDTH - _MARGIN) / (len(steps) + 2)
    unit = (_HEIGHT - _LEGEND) / max(arena_bytes, 1)
    summary = f"Memory plan: {arena_bytes:,} bytes for {len(steps)} steps, fullest at {peak_op}."
    shapes = [_bar(bar, i, column, unit) for i, bar in enumerate(bars)]
    floor = _HEIGHT - _LEGEND
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" role="img" '
        f'aria-label="{escape(summary)}" style="max-width:100%;color:inherit" '
        'font-family="sans-serif" font-size="11" fill="currentColor">'
        f"<title>{escape(summary)}</title>{''.join(shapes)}"
        f'<line x1="{_MARGIN}" x2="{_WIDTH}" y1="{floor}" y2="{floor}" stroke="currentColor"/>'
        f'<text x="{_MARGIN - 6}" y="10" text-anchor="end">{arena_bytes:,} B</text>'
        f'<text x="{_MARGIN - 6}" y="{floor}" text-anchor="end">0</text>'
        f'<text x="{_MARGIN}" y="{_HEIGHT - 8}">in</text>'
        f'<text x="{_WIDTH}" y="{_HEIGHT - 8}" text-anchor="end">out</text>'
        f'<text x="{(_WIDTH + _MARGIN) / 2}" y="{_HEIGHT - 8}" text-anchor="middle">'
        f"{len(steps)} steps; fullest at {escape(peak_op)}</text></svg>"
    )


def _bar(bar: Bar, number: int, column: float, unit: float) -> str:
    """Return one block, with what it is as a tooltip."""
    text = f"{bar.label}: {bar.nbytes:,} bytes at {bar.offset:,}, steps {bar.first} to {bar.last}"
    style = f'fill="{_COLOURS[number % len(_COLOURS)]}" stroke="currentColor" fill-opacity="0.75"'
    if bar.used is None:
        x, width = _MARGIN + bar.first * column, (bar.last - bar.first + 1) * column
        height = bar.nbytes * unit
        y = _HEIGHT - _LEGEND - bar.offset * unit - height
        shape = f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{max(height, 1):.1f}"'
        return f'{shape} {style} stroke-width="0.5"><title>{escape(text)}</title></rect>'
    path = "".join(_stair(bar, run, column, unit) for run in _runs(bar.used))
    return f'<path d="{path}" {style} stroke-width="0.2"><title>{escape(text)}</title></path>'


def _runs(used: tuple[Spans, ...]) -> Iterator[tuple[int, int, int, int]]:
    """Yield (step, number of steps, low, high) wherever the same bytes are in use for a while."""
    step = 0
    for spans, group in groupby(used):
        count = len(list(group))
        yield from ((step, count, low, high) for low, high in spans)
        step += count


def _stair(bar: Bar, run: tuple[int, int, int, int], column: float, unit: float) -> str:
    """Return one rectangle of a block as part of a path."""
    step, count, low, high = run
    x = _MARGIN + (bar.first + step) * column
    y = _HEIGHT - _LEGEND - (bar.offset + high) * unit
    width, height = count * column, (high - low) * unit
    return f"M{x:.1f} {y:.1f}h{width:.1f}v{height:.1f}h-{width:.1f}z"
