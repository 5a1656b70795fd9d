"""Cycles become time, and time on a supply becomes energy: estimates from a board's datasheet."""

from __future__ import annotations

from tinyml_course.boards import Board


def latency_ms(cycles: int, board: Board) -> float:
    """Return the milliseconds a board's core takes for a number of clock cycles."""
    return cycles / board.clock_hz * 1e3


def energy_uj(cycles: int, board: Board) -> float:
    """Estimate the energy in microjoules a board takes to compute for a number of cycles.

    Supply voltage times the datasheet's current of a computing processor times the time; radio,
    sensors, regulators and LEDs of the board are not in it.
    """
    return board.supply_v * board.active_ma * latency_ms(cycles, board)
