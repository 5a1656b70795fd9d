"""One model on several boards: rows that say what is known, and how it is known."""

from dataclasses import replace
from pathlib import Path

import pytest
from tflite_models import Network

from tinyml_course.boards import get_board
from tinyml_course.compiler.codegen import compile_model
from tinyml_course.errors import InputError
from tinyml_course.run import load_run
from tinyml_course.simulator.compare import _coin_cell, compare_boards, each_board
from tinyml_course.simulator.energy import battery_life_days
from tinyml_course.simulator.report import simulate

NANO = get_board("nano33ble")
MODELS = Path(__file__).parent.parent / "data" / "models"


@pytest.fixture(scope="module")
def tiny():
    net = Network()
    return compile_model(net.build(net.dense(net.input((1, 40)), 8)), "tiny")


def test_rows_come_one_by_one_and_say_what_the_simulator_says(tiny):
    seen = []
    rows = compare_boards(tiny, ["nano33ble", "esp32"], period_ms=500, on_row=seen.append)
    assert seen == rows
    nano, esp = rows
    simulation = simulate(tiny, "nano33ble")
    assert (nano.basis, nano.fits, nano.verdict) == ("emulated", True, "fits")
    assert nano.latency_ms == simulation.latency_ms
    days = battery_life_days(NANO, simulation.latency_ms / 500)
    assert nano.coin_cell_days == pytest.approx(days)
    assert (esp.basis, esp.verdict) == ("estimated", "fits")
    assert esp.latency_ms == simulate(tiny, "esp32").latency_ms


def test_too_small_a_board_says_why_without_a_build(tiny):
    small = replace(NANO, id="small", ram_bytes=44_562, core_ram_bytes=44_552)
    (row,) = compare_boards(tiny, [small])
    assert row.fits is False
    assert row.verdict.startswith("does not fit: tiny needs ")
    assert "small has 44,562" in row.reason


@pytest.mark.parametrize(
    ("change", "period_ms", "note"),
    [
        ({"active_ma": 100.0}, 1000, "draws 100 mA; a CR2032 gives 15"),
        ({"clock_hz": 1000}, 1, "longer than the period of 1.0 ms"),
    ],
    ids=["current", "slow"],
)
def test_no_days_where_a_coin_cell_or_the_clock_does_not_do(tiny, change, period_ms, note):
    (row,) = compare_boards(tiny, [replace(NANO, **change)], period_ms=period_ms)
    assert row.fits
    assert row.coin_cell_days is None
    assert note in row.battery_note


def test_bad_period_or_board_is_refused_before_anything_runs(tiny):
    with pytest.raises(InputError, match="period more than 0"):
        compare_boards(tiny, period_ms=0)
    with pytest.raises(InputError, match="unknown board 'esp99'"):
        compare_boards(tiny, ["nano33ble", "esp99"])


def test_features_run_at_their_own_rate():
    run = load_run(MODELS / "gestures")
    simulation = simulate(compile_model(run.tflite, "gestures"), NANO, run.features)
    for hop_ms, every_ms in ((40.0, 40.0), (None, 2000)):
        days, note = _coin_cell(replace(simulation, hop_ms=hop_ms), 2000)
        duty = simulation.latency_ms / 2000 + simulation.hop_latency_ms / every_ms
        assert days == pytest.approx(battery_life_days(NANO, duty))
        assert not note


def test_features_of_another_model_are_refused(tiny):
    features = load_run(MODELS / "gestures").features
    with pytest.raises(InputError, match=r"tiny takes \(40,\), but its features are of shape \("):
        compare_boards(tiny, [NANO], features=features)


def test_each_board_says_what_is_wrong_at_once_and_runs_one_board_at_a_time(tiny):
    with pytest.raises(InputError, match="unknown board 'esp99'"):
        each_board(tiny, ["nano33ble", "esp99"])
    small = replace(NANO, id="small", ram_bytes=44_562, core_ram_bytes=44_552)
    rows = each_board(tiny, [small, NANO])
    assert next(rows).board is small
    assert [row.board for row in rows] == [NANO]
