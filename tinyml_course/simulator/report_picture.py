"""A report as lines of text, and as bars that read well on light and dark."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import NamedTuple

_STYLE = (
    "display:grid;grid-template-columns:5em minmax(8em,22em) max-content;"
    "gap:.3em .9em;align-items:center;margin:.4em 0 .2em"
)


class Gauge(NamedTuple):
    """One line of the report: what, how much in words, and its share of what there is."""

    label: str
    words: str
    share: float


class Share(NamedTuple):
    """A row of the table of parts: its cells, and its share of the whole time."""

    cells: tuple[str | int, ...]
    share: float


@dataclass(frozen=True)
class Page:
    """What a report shows.

    Attributes
    ----------
    trouble : str
        Why the program does not fit; empty if it does.
    columns : tuple of str
        What the cells of `shares` are.
    shares : tuple of Share
        The parts of the program; empty where they are not known.
    """

    title: str
    trouble: str
    gauges: tuple[Gauge, ...]
    note: str
    columns: tuple[str, ...]
    shares: tuple[Share, ...]


def write(page: Page) -> str:
    """Return the report as lines for a terminal."""
    lines = [f"{page.title}: {'does not fit' if page.trouble else 'fits'}"]
    lines += [f"  {page.trouble}"] if page.trouble else []
    lines += [f"  {gauge.label:9}{gauge.words}" for gauge in page.gauges]
    return "\n".join([*lines, page.note])


def draw(page: Page) -> str:
    """Return the report as HTML; colours with enough contrast on light and on dark."""
    colour = "#d9534f" if page.trouble else "#2e8b57"
    rows = "".join(
        f"<span>{gauge.label}</span>{_bar(gauge.share)}<span>{escape(gauge.words)}</span>"
        for gauge in page.gauges
    )
    return (
        f'<div style="margin-bottom:1em"><strong>{escape(page.title)}</strong> '
        f'<span style="color:{colour};font-weight:bold">{escape(page.trouble or "fits")}</span>'
        f'<div style="{_STYLE}">{rows}</div>'
        f'<div style="opacity:.75;font-size:.9em">{escape(page.note)}</div>'
        f"{_table(page)}</div>"
    )


def _table(page: Page) -> str:
    """Draw the parts as a table that opens with a click."""
    if not page.shares:
        return ""
    head = "".join(f"<th>{name}</th>" for name in (*page.columns, "time"))
    rows = "".join(
        f"<tr>{''.join(map(_cell, part.cells))}<td>{part.share:.1%}</td></tr>"
        for part in page.shares
    )
    return (
        f"<details><summary>layer by layer</summary><table><tr>{head}</tr>{rows}</table></details>"
    )


def _cell(value: str | int) -> str:
    return f"<td>{escape(value) if isinstance(value, str) else f'{value:,}'}</td>"


def _bar(share: float) -> str:
    """Draw one bar with the limit as its right edge; more than the limit is red."""
    colour = "#4a90d9" if share <= 1 else "#d9534f"
    width = 100 * min(share, 1.0)
    return (
        f'<span role="img" aria-label="{share:.0%} of the limit" style="display:block;height:.9em;'
        'border:1px solid currentColor;border-radius:3px;overflow:hidden">'
        f'<span style="display:block;height:100%;width:{width:.1f}%;background:{colour}">'
        "</span></span>"
    )
