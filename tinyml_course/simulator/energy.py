"""Cycles become time, time on a supply energy, and a duty cycle days on a battery: estimates.

The currents are those of a board's row in `boards.toml`: a processor that computes, and one that
sleeps with its RAM kept. Radio, sensors, regulators and LEDs of the board are not in them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from tinyml_course.boards import Board
from tinyml_course.errors import InputError

DAYS_A_YEAR = 365.25
HOURS_A_DAY = 24


@dataclass(frozen=True)
class Battery:
    """What powers a board.

    Attributes
    ----------
    capacity_mah : float
        Charge of a new one, in mAh.
    self_discharge_per_year : float
        The share of its charge it loses in a year on a shelf, 0 to below 1.
    most_ma : float
        The current it can give for the milliseconds of an inference without collapsing.
    source : str
        The documents these figures are from.
    """

    name: str
    capacity_mah: float
    self_discharge_per_year: float
    most_ma: float
    source: str

    def __post_init__(self) -> None:
        accepted = {
            "capacity_mah": 0 < self.capacity_mah < 1e6,
            "self_discharge_per_year": 0 <= self.self_discharge_per_year < 1,
            "most_ma": 0 < self.most_ma < 1e6,
        }
        for name, is_accepted in accepted.items():
            if not is_accepted:
                raise InputError(f"battery {self.name}: {name} is {getattr(self, name)}.")


COIN_CELL = Battery(
    "CR2032", 225, 0.01, 15,
    "Panasonic CR2032 datasheet: 225 mAh to 2 V, self-discharge 1 % a year; pulses of some 15 mA "
    "are what radio makers allow on one (documents not re-read here)",
)  # fmt: skip
TWO_AA = Battery(
    "two AA", 2_500, 0.03, 1_000,
    "Energizer E91 datasheet: about 2,500 mAh at 25 mA, 80 % left after seven to ten years on a "
    "shelf (document not re-read here)",
)  # fmt: skip
LIPO = Battery(
    "LiPo 500 mAh", 500, 0.3, 500,
    "a cell of 500 mAh by its label, 1 C at most; about 3 % a month lost with its protection "
    "circuit (a rule of thumb, not a datasheet's figure)",
)  # fmt: skip
BATTERIES = (COIN_CELL, TWO_AA, LIPO)


def latency_ms(cycles: int, board: Board) -> float:
    """Return the milliseconds a board's core takes for a number of clock cycles."""
    return cycles / board.clock_hz * 1e3


def energy_uj(cycles: int, board: Board) -> float:
    """Estimate the energy in microjoules a board takes to compute for a number of cycles.

    Supply voltage times the datasheet's current of a computing processor times the time.
    """
    return board.supply_v * board.active_ma * latency_ms(cycles, board)


def duty_cycle(latency_ms: float, period_ms: float) -> float:
    """Return the share of the time a board computes, 0 to 1.

    Parameters
    ----------
    latency_ms : float
        Time of one inference.
    period_ms : float
        Time from the start of one inference to the next.

    Raises
    ------
    InputError
        If an inference takes longer than the period, or a time is no positive number.

    Examples
    --------
    >>> duty_cycle(50, 1000)
    0.05
    """
    if not (0 <= latency_ms < math.inf and 0 < period_ms < math.inf):
        raise InputError(
            f"latency {latency_ms} ms and period {period_ms} ms: the latency must be 0 or more, "
            "the period more than 0."
        )
    if latency_ms > period_ms:
        raise InputError(
            f"an inference takes {latency_ms:,.1f} ms, longer than the period of "
            f"{period_ms:,.1f} ms: the board falls behind. Infer less often, or use a faster board."
        )
    return latency_ms / period_ms


def average_current_ma(board: Board, duty: float) -> float:
    """Return the mean current in mA of a board that computes for a share of the time.

    Raises
    ------
    InputError
        If the duty cycle is not from 0 to 1.
    """
    if not 0 <= duty <= 1:
        raise InputError(f"the duty cycle is {duty}; it must be from 0 to 1.")
    return board.active_ma * duty + board.sleep_ua / 1e3 * (1 - duty)


def battery_life_days(board: Board, duty: float, battery: Battery = COIN_CELL) -> float:
    """Estimate how long a battery runs a board that computes for a share of the time.

    The battery loses the current I, and of its charge Q a share k Q by itself:
    dQ/dt = -I - k Q, so that a charge C lasts ln(1 + k C / I) / k.

    Parameters
    ----------
    duty : float
        Share of the time spent computing, 0 to 1; see `duty_cycle`.

    Returns
    -------
    float
        Days. A battery that cannot give the board's current at all is not told apart here: compare
        `Battery.most_ma` with `Board.active_ma`.

    Raises
    ------
    InputError
        If the duty cycle is not from 0 to 1.
    """
    current_ma = average_current_ma(board, duty)
    lost_per_hour = -math.log1p(-battery.self_discharge_per_year) / (DAYS_A_YEAR * HOURS_A_DAY)
    if lost_per_hour == 0:
        return battery.capacity_mah / current_ma / HOURS_A_DAY
    hours = math.log1p(lost_per_hour * battery.capacity_mah / current_ma) / lost_per_hour
    return hours / HOURS_A_DAY
