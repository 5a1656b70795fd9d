"""Pick a board and see whether a model fits it: flash, memory, time and energy."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Self

import traitlets as t

from tinyml_course.errors import InputError
from tinyml_course.widgets.still import StillWidget, script

if TYPE_CHECKING:
    from tinyml_course.simulator.report import Simulation


@dataclass(frozen=True)
class Fit:
    """How one model sits on one board; what is not known is None.

    Attributes
    ----------
    name : str
        The board, as its maker writes it.
    core : str
        Processor and clock.
    flash_bytes, flash_limit_bytes, ram_bytes, ram_limit_bytes : int
    latency_ms, energy_uj : float or None
        For one inference.
    reason : str
        Why the model does not fit; empty when it does.
    """

    name: str
    core: str
    flash_bytes: int
    flash_limit_bytes: int
    ram_bytes: int
    ram_limit_bytes: int
    latency_ms: float | None = None
    energy_uj: float | None = None
    reason: str = ""

    @classmethod
    def of(cls, simulation: Simulation) -> Self:
        """Take what a board picker shows from a simulation."""
        board = simulation.board
        return cls(
            name=board.name,
            core=f"{board.chip}, {board.clock_hz / 1e6:.0f} MHz",
            flash_bytes=simulation.flash_bytes,
            flash_limit_bytes=simulation.flash_limit_bytes,
            ram_bytes=simulation.ram_bytes,
            ram_limit_bytes=simulation.ram_limit_bytes,
            latency_ms=simulation.latency_ms,
            energy_uj=simulation.energy_uj,
            reason=simulation.reason,
        )

    @property
    def verdict(self) -> str:
        """One sentence: fits and how fast, or why not."""
        if self.reason:
            return f"does not fit: {self.reason}"
        time = "" if self.latency_ms is None else f", {self.latency_ms:.0f} ms an inference"
        energy = "" if self.energy_uj is None else f", {self.energy_uj:,.0f} µJ"
        return f"fits{time}{energy}"


class BoardPicker(StillWidget):
    """Radio buttons for boards, and what one model takes of the chosen one.

    Parameters
    ----------
    fits : sequence of Fit
        One a board, in the order to show.
    choice : int
        Which one to begin with; later the one the learner has chosen.

    Raises
    ------
    InputError
        If there is no board, or `choice` is none of them.
    """

    _esm = script("board_picker.js")

    choice = t.Int(0).tag(sync=True)
    _fits = t.List().tag(sync=True)

    def __init__(self, fits: Sequence[Fit], choice: int = 0):
        if not fits:
            raise InputError("there is no board to pick from; give one Fit or more.")
        self.fits = tuple(fits)
        super().__init__(
            choice=choice, _fits=[{**asdict(fit), "verdict": fit.verdict} for fit in fits]
        )

    @t.validate("choice")  # type: ignore[untyped-decorator]
    def _check_choice(self, proposal: Any) -> int:
        choice = int(proposal["value"])
        if not 0 <= choice < len(self.fits):
            raise InputError(f"choice is {choice}; there are boards 0 to {len(self.fits) - 1}.")
        return choice

    @property
    def chosen(self) -> Fit:
        """The fit of the chosen board."""
        return self.fits[int(self.choice)]

    def describe(self) -> str:
        """Say of each board what the model takes of it."""
        return "\n".join(
            f"{fit.name}: {fit.verdict} (flash {fit.flash_bytes:,} of {fit.flash_limit_bytes:,}, "
            f"RAM {fit.ram_bytes:,} of {fit.ram_limit_bytes:,} bytes)"
            for fit in self.fits
        )

    def still(self) -> dict[str, Any]:
        """Tabulate all boards."""
        heads = ("board", "core", "flash, bytes", "RAM, bytes", "verdict")
        rows = [
            (
                fit.name,
                fit.core,
                f"{fit.flash_bytes:,} of {fit.flash_limit_bytes:,}",
                f"{fit.ram_bytes:,} of {fit.ram_limit_bytes:,}",
                fit.verdict,
            )
            for fit in self.fits
        ]
        head = "".join(f"<th>{text}</th>" for text in heads)
        body = "".join(
            "<tr>" + "".join(f"<td>{html.escape(text)}</td>" for text in row) + "</tr>"
            for row in rows
        )
        return {"text/html": f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"}
