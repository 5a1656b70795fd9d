"""The table of boards: traceable, and strict with a table of one's own."""

import dataclasses
import json

import pytest

from tinyml_course.boards import LIMITS, get_board, list_boards, read_boards
from tinyml_course.errors import InputError

GOOD = dataclasses.asdict(get_board("nano33ble")) | {"id": None}


def written(tmp_path, **changes):
    """A board file with one board, changed; a field set to None is left out."""
    table = {k: v for k, v in (GOOD | changes).items() if v is not None and k != "sources"}
    text = {True: "true", False: "false"}
    lines = [
        f"{k} = {text[v] if isinstance(v, bool) else repr(v)}".replace("'", '"')
        for k, v in table.items()
    ]
    path = tmp_path / "mine.toml"
    path.write_text("[mine]\n" + "\n".join(lines), encoding="utf-8")
    return path


def test_nano33ble_is_the_nrf52840_of_its_datasheet():
    board = get_board("nano33ble")
    assert (board.clock_hz, board.ram_bytes) == (64_000_000, 256 * 1024)
    assert board.flash_start + board.flash_bytes == 1024 * 1024
    assert board.flash_limit_bytes == 983_040 - 85_328
    assert board.ram_limit_bytes == 262_144 - 44_552


@pytest.mark.parametrize("board", list_boards(), ids=lambda b: b.id)
def test_every_figure_has_a_source(board):
    figures = {*LIMITS, "fpu", "dsp"}
    assert figures <= board.sources.keys()
    assert all(len(source) > 20 for source in board.sources.values())


def test_rev2_differs_in_name_and_status_only():
    one, two = get_board("nano33ble"), get_board("nano33ble_rev2")
    apart = ("id", "name", "status", "sources")
    same = [f.name for f in dataclasses.fields(one) if f.name not in apart]
    assert all(getattr(one, name) == getattr(two, name) for name in same)
    assert one.name != two.name


@pytest.mark.parametrize("board", list_boards(), ids=lambda b: b.id)
def test_board_goes_through_json(board):
    told = json.loads(json.dumps(board.to_json()))
    assert told["ram_limit_bytes"] == board.ram_limit_bytes
    assert told["sources"]["clock_hz"] == board.sources["clock_hz"]


def test_a_board_is_its_own_board():
    assert get_board(get_board("uno")) is get_board("uno")


@pytest.mark.parametrize(
    ("name", "hint"),
    [("nano33", "did you mean nano33ble"), ("unoo", "did you mean uno"), ("zzz", "choose from")],
)
def test_unknown_board_names_the_nearest(name, hint):
    with pytest.raises(InputError, match=hint):
        get_board(name)


def test_board_file_of_ones_own_is_read(tmp_path):
    board = read_boards(written(tmp_path, ram_bytes=65_536))["mine"]
    assert (board.id, board.ram_bytes) == ("mine", 65_536)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"ram_bytes": -1}, "ram_bytes is -1; it must be from 1 to"),
        ({"clock_hz": 0}, "clock_hz is 0"),
        ({"clock_hz": "fast"}, "clock_hz must be int, got 'fast'"),
        ({"ram_bytes": True}, "ram_bytes must be int, got True"),
        ({"ram_bytes": 1.5}, "ram_bytes must be int, got 1.5"),
        ({"fpu": 1}, "fpu must be bool, got 1"),
        ({"supply_v": 240}, "supply_v is 240"),
        ({"active_ma": None}, "lacks active_ma"),
        ({"colour": "blue"}, "unknown fields: colour"),
        ({"core_ram_bytes": 262_144}, "nothing is left"),
        ({"same_as": "other"}, "the same as other, which is not there"),
    ],
    ids=lambda value: "" if isinstance(value, str) else "-".join(value),
)
def test_absurd_field_is_named(tmp_path, changes, message):
    with pytest.raises(InputError, match=message):
        read_boards(written(tmp_path, **changes))


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"[mine", "not valid TOML"), (b"mine = 3", "is not a table"), (b"\xff", "cannot be read")],
    ids=["syntax", "no table", "bytes"],
)
def test_file_that_is_no_board_file_is_refused(tmp_path, content, message):
    path = tmp_path / "mine.toml"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_boards(path)
    with pytest.raises(InputError, match="cannot be read"):
        read_boards(tmp_path / "missing.toml")
