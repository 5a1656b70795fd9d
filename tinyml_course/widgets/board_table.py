"""A table of boards that fills while a model is tried on each: sort it, filter it, stop it."""

from __future__ import annotations

import html
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import traitlets as t

from tinyml_course.widgets.still import StillWidget, script

if TYPE_CHECKING:
    from tinyml_course.simulator.compare import BoardRow

HEADS = (
    "board", "the model", "ms", "days on a coin cell", "how we know",
    "core", "MHz", "flash KB", "RAM KB", "talks by", "senses", "USD",
)  # fmt: skip


class BoardTable(StillWidget):
    """Boards with what one model takes of each; `fill` shows them as they become known.

    Parameters
    ----------
    rows : iterable of BoardRow
        Those to begin with; more can be added while the table is shown.
    """

    _esm = script("board_table.js")

    _heads = t.List(list(HEADS)).tag(sync=True)
    _rows = t.List().tag(sync=True)

    def __init__(self, rows: Iterable[BoardRow] = ()):
        self.rows = tuple(rows)
        super().__init__(_rows=[_cells(row) for row in self.rows])

    def add(self, row: BoardRow) -> None:
        """Append one board; a table that is shown shows it at once."""
        self.rows = (*self.rows, row)
        self._rows = [*self._rows, _cells(row)]

    def fill(self, rows: Iterable[BoardRow]) -> tuple[BoardRow, ...]:
        """Show the table at once, and each row as soon as it is known.

        Whoever has seen enough interrupts the cell (the square in the toolbar): rows that are
        there stay, and are returned.

        Parameters
        ----------
        rows : iterable of BoardRow
            Such as `each_board(...)`, which builds and runs a program for each.

        Returns
        -------
        tuple of BoardRow
            All rows of the table.
        """
        from IPython.display import display

        shown = display(self, display_id=True)
        try:
            for row in rows:
                self.add(row)
        except KeyboardInterrupt:
            print(f"Stopped after {len(self.rows)} boards.")
        if shown is not None:
            shown.update(self)  # so that the still version has all rows, too
        return self.rows

    def describe(self) -> str:
        """Say of each board what the model takes of it."""
        return "\n".join(f"{row.board.name}: {_told(row)} ({row.basis})." for row in self.rows)

    def still(self) -> dict[str, Any]:
        """Tabulate all boards, as the live table begins."""
        head = "".join(f"<th>{text}</th>" for text in HEADS)
        body = "".join(
            "<tr>"
            + "".join(f"<td>{html.escape(_shown(cell))}</td>" for cell in _cells(row))
            + "</tr>"
            for row in self.rows
        )
        return {"text/html": f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"}


def _cells(row: BoardRow) -> list[str | float | None]:
    """Return a row's cells: numbers to sort by where there are any, None where nothing is known."""
    board = row.board
    return [
        board.name,
        row.verdict,
        None if row.latency_ms is None else round(row.latency_ms, 2),
        row.battery_note or (None if row.coin_cell_days is None else round(row.coin_cell_days)),
        row.basis,
        board.core,
        board.clock_hz / 1e6,
        board.flash_bytes // 1024,
        board.ram_bytes / 1024,
        ", ".join(board.connectivity),
        ", ".join(board.sensors),
        board.price_class,
    ]


def _shown(cell: str | float | None) -> str:
    if cell is None:
        return "not known"
    return cell if isinstance(cell, str) else f"{cell:,g}"


def _told(row: BoardRow) -> str:
    time = "" if row.latency_ms is None else f", {row.latency_ms:.2f} ms an inference"
    days = "" if row.coin_cell_days is None else f", {row.coin_cell_days:,.0f} days on a coin cell"
    return (
        f"{row.verdict.rstrip('.')}{time}{days or (row.battery_note and f', {row.battery_note}')}"
    )
