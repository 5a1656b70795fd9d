"""Time, energy and battery life against sums done by hand."""

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from tinyml_course.boards import get_board
from tinyml_course.errors import InputError
from tinyml_course.simulator.energy import (
    BATTERIES,
    COIN_CELL,
    Battery,
    average_current_ma,
    battery_life_days,
    duty_cycle,
    energy_uj,
    latency_ms,
)

BOARD = replace(get_board("nano33ble"), clock_hz=64_000_000, active_ma=4.0, sleep_ua=2.0)
IDEAL = replace(COIN_CELL, self_discharge_per_year=0.0)


def test_cycles_become_time_and_energy():
    assert latency_ms(6_400_000, BOARD) == pytest.approx(100.0)
    assert energy_uj(6_400_000, BOARD) == pytest.approx(3.3 * 4.0 * 100.0)


def test_average_current_weighs_computing_and_sleeping():
    assert average_current_ma(BOARD, 0) == pytest.approx(0.002)
    assert average_current_ma(BOARD, 1) == pytest.approx(4.0)
    assert average_current_ma(BOARD, 0.1) == pytest.approx(0.4018)  # 0.4 + 0.9 * 0.002


def test_life_without_self_discharge_is_charge_over_current():
    # 225 mAh / 4 mA = 56.25 h; 225 mAh / 0.4018 mA = 559.98 h
    assert battery_life_days(BOARD, 1, IDEAL) == pytest.approx(56.25 / 24)
    assert battery_life_days(BOARD, 0.1, IDEAL) == pytest.approx(559.98 / 24, rel=1e-4)


def test_self_discharge_halves_a_battery_that_loses_half_in_that_time():
    # With half of the charge lost a year, k = ln 2 a year. A load of I = k C empties it after
    # ln(1 + 1) / k = one year, where without loss it would take 1 / ln 2 = 1.44 years.
    year_h = 365.25 * 24
    current_ma = math.log(2) * 100 / year_h
    board = replace(BOARD, sleep_ua=current_ma * 1e3)
    lossy = Battery("leaky", 100, 0.5, 10, "made up for this test")
    assert battery_life_days(board, 0, lossy) == pytest.approx(365.25)
    ideal = replace(lossy, self_discharge_per_year=0.0)
    assert battery_life_days(board, 0, ideal) == pytest.approx(365.25 / math.log(2))


@pytest.mark.parametrize("battery", BATTERIES, ids=lambda battery: battery.name)
def test_more_work_never_lasts_longer(battery):
    lives = [battery_life_days(BOARD, duty, battery) for duty in np.linspace(0, 1, 21)]
    assert all(later < earlier for earlier, later in pairwise(lives))
    assert len(battery.source) > 40


def test_duty_cycle_is_a_share_of_the_period():
    assert duty_cycle(50, 200) == 0.25
    assert duty_cycle(200, 200) == 1.0


@pytest.mark.parametrize(
    ("latency", "period", "message"),
    [
        (201, 200, r"takes 201\.0 ms, longer than the period of 200\.0 ms"),
        (-1, 200, "latency must be 0 or more"),
        (1, 0, "period more than 0"),
        (math.nan, 200, "latency nan ms"),
        (1, math.inf, "period inf ms"),
    ],
)
def test_impossible_times_are_refused(latency, period, message):
    with pytest.raises(InputError, match=message):
        duty_cycle(latency, period)


@pytest.mark.parametrize("duty", [-0.1, 1.1, math.nan])
def test_impossible_duty_cycle_is_refused(duty):
    with pytest.raises(InputError, match="from 0 to 1"):
        battery_life_days(BOARD, duty)


@pytest.mark.parametrize(
    "change",
    [{"capacity_mah": 0}, {"self_discharge_per_year": 1.0}, {"most_ma": math.nan}],
    ids=lambda change: next(iter(change)),
)
def test_absurd_battery_is_refused(change):
    with pytest.raises(InputError, match=f"battery CR2032: {next(iter(change))} is"):
        replace(COIN_CELL, **change)
