"""One model on every board: whether it fits, how long it takes, how long a coin cell lasts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from tinyml_course.boards import Board, get_board, list_boards
from tinyml_course.compiler.codegen import CompiledModel
from tinyml_course.errors import InputError, ToolchainError
from tinyml_course.simulator.cores import ATMEGA328P, core_of
from tinyml_course.simulator.energy import COIN_CELL, battery_life_days, duty_cycle
from tinyml_course.simulator.fit import why_model_cannot_fit
from tinyml_course.simulator.report import Simulation, simulate
from tinyml_course.simulator.simavr import require_run
from tinyml_course.simulator.sources import FeatureSources, require_compiled


@dataclass(frozen=True)
class BoardRow:
    """What one model takes of one board; what nobody can say without a run is None.

    Attributes
    ----------
    basis : {"emulated", "estimated"}
        "emulated": its program was built and run, and timed by a published table; "estimated": a
        rule took the place of the table or of the core, or nothing was run at all.
    fits : bool or None
        None where arena and constants would fit, but the program could not be run.
    reason : str
        Why it does not fit, or why that is not known; empty if it fits.
    latency_ms : float or None
        Of one inference, the features of its last hop not included.
    coin_cell_days : float or None
        At one inference a period; None also where `battery_note` says why.
    battery_note : str
    """

    board: Board
    basis: str
    fits: bool | None
    reason: str = ""
    latency_ms: float | None = None
    coin_cell_days: float | None = None
    battery_note: str = ""

    @property
    def verdict(self) -> str:
        """One sentence: fits, or why not, or why that is not known."""
        if self.fits:
            return "fits"
        return f"{'might fit' if self.fits is None else 'does not fit'}: {self.reason}"


def compare_boards(
    compiled: CompiledModel,
    boards: Iterable[str | Board] | None = None,
    features: FeatureSources | None = None,
    period_ms: float = 1000.0,
    on_row: Callable[[BoardRow], None] | None = None,
) -> list[BoardRow]:
    """Hold a model against boards; each that is emulated builds and runs the real program.

    Parameters
    ----------
    compiled : CompiledModel
    boards : ids or boards, optional
        All of `list_boards` by default.
    features : Features, optional
        Put the feature extractor into the program; it then runs at every hop of samples.
    period_ms : float
        From one inference to the next, for the battery.
    on_row : callable, optional
        Told each row as soon as it is known, for a table that fills while simulations run.

    Returns
    -------
    list of BoardRow, in the order of `boards`

    Raises
    ------
    InputError
        If the model is not compiled, a board is unknown, or the period not more than 0.
    ToolchainError
        If there is no compiler.
    """
    rows = []
    for row in each_board(compiled, boards, features, period_ms):
        rows.append(row)
        if on_row is not None:
            on_row(row)
    return rows


def each_board(
    compiled: CompiledModel,
    boards: Iterable[str | Board] | None = None,
    features: FeatureSources | None = None,
    period_ms: float = 1000.0,
) -> Iterator[BoardRow]:
    """Hold a model against boards as `compare_boards` does, one row after the other.

    What is wrong with the arguments is said at once, before the first row is asked for; a board's
    program is built and run only when its row is.

    Parameters
    ----------
    compiled, boards, features, period_ms
        As of `compare_boards`.

    Yields
    ------
    BoardRow
        One a board, in the order of `boards`.

    Raises
    ------
    InputError
        If the model is not compiled, a board is unknown, or the period not more than 0.
    """
    require_compiled(compiled)
    duty_cycle(0, period_ms)
    chosen = list_boards() if boards is None else [get_board(board) for board in boards]
    return (_row(compiled, board, features, period_ms) for board in chosen)


def _row(
    compiled: CompiledModel, board: Board, features: FeatureSources | None, period_ms: float
) -> BoardRow:
    if reason := why_model_cannot_fit(compiled, board):
        return BoardRow(board, "estimated", False, reason)
    if core_of(board) is ATMEGA328P:
        try:
            require_run(compiled)
        except (InputError, ToolchainError) as unknown:
            return BoardRow(board, "estimated", None, f"arena and constants do. {unknown}")
    simulation = simulate(compiled, board, features)
    basis = "estimated" if simulation.estimated else "emulated"
    if not simulation.fits:
        return BoardRow(board, basis, False, simulation.reason)
    days, note = _coin_cell(simulation, period_ms)
    return BoardRow(board, basis, True, "", simulation.latency_ms, days, note)


def _coin_cell(simulation: Simulation, period_ms: float) -> tuple[float | None, str]:
    """Return days on a coin cell, or None and why there is no such number."""
    board = simulation.board
    if board.active_ma > COIN_CELL.most_ma:
        return None, f"draws {board.active_ma:g} mA; a {COIN_CELL.name} gives {COIN_CELL.most_ma}"
    try:
        duty = duty_cycle(simulation.latency_ms or 0.0, period_ms)
        # Pictures have no rate of their own: their features come once an inference.
        duty += duty_cycle(simulation.hop_latency_ms or 0.0, simulation.hop_ms or period_ms)
        return battery_life_days(board, duty), ""
    except InputError as error:
        return None, str(error)
