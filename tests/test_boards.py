"""The table of boards: traceable, and strict with a table of one's own."""

import dataclasses
import json

import pytest

from tinyml_course.boards import LIMITS, get_board, list_boards, read_boards
from tinyml_course.errors import InputError
from tinyml_course.sketch.cameras import CAMERAS

GOOD = dataclasses.asdict(get_board("nano33ble")) | {"id": None}


def written(tmp_path, **changes):
    """A board file with one board, changed; a field set to None is left out."""
    table = {k: v for k, v in (GOOD | changes).items() if v is not None and k != "sources"}
    text = {True: "true", False: "false"}
    lines = [
        f"{k} = {text[v] if isinstance(v, bool) else list(v) if isinstance(v, tuple) else repr(v)}"
        for k, v in table.items()
    ]
    lines = [line.replace("'", '"') for line in lines]
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
    of_flash = {"flash_line_bytes", "code_cache_bytes", "data_cache_bytes"}  # see its wait states
    figures = {*LIMITS, "fpu", "dsp", "connectivity", "sensors"} - of_flash
    assert figures <= board.sources.keys()
    assert board.sources.keys() <= {f.name for f in dataclasses.fields(board)}
    assert all(len(source) > 20 for source in board.sources.values())


def test_rev2_differs_in_name_sensors_and_status_only():
    one, two = get_board("nano33ble"), get_board("nano33ble_rev2")
    apart = ("id", "name", "sensors", "status", "sources")
    same = [f.name for f in dataclasses.fields(one) if f.name not in apart]
    assert all(getattr(one, name) == getattr(two, name) for name in same)
    assert one.name != two.name


def test_every_board_of_the_course_is_there():
    assert {board.id for board in list_boards()} == {
        "nano33ble", "nano33ble_rev2", "nano_rp2040", "uno", "uno_r4", "portenta_h7",
        "nicla_vision", "nicla_sense", "giga_r1", "pico", "pico2", "esp32", "esp32s3", "esp32c3",
        "esp32cam", "esp32s3_eye", "esp8266",
        "sparkfun_edge", "microbit_v2", "xiao_ble_sense", "nucleo_l476rg",
        "disco_f746ng", "teensy41", "edgebadge",
    }  # fmt: skip


@pytest.mark.parametrize("board", list_boards(), ids=lambda b: b.id)
def test_emulated_cores_are_those_with_an_emulator(board):
    emulated = board.core.startswith(("cortex-m", "rv32", "avr"))
    assert board.emulated == emulated
    has_dsp = board.core in ("cortex-m4f", "cortex-m7", "cortex-m33")
    assert board.dsp == has_dsp
    assert board.fpu == (has_dsp or board.core in ("xtensa-lx6", "xtensa-lx7"))


@pytest.mark.parametrize(
    ("id_", "flash_end", "ram_end"),
    [
        ("nano_rp2040", 0x10000000 + 16 * 2**20, 0x20000000 + 264 * 1024),
        ("uno_r4", 256 * 1024, 0x20000000 + 32 * 1024),
        ("portenta_h7", 0x08100000, 0x24080000),
        ("nicla_vision", 0x08200000, 0x24080000),
        ("giga_r1", 0x08200000, 0x24080000),
        ("nicla_sense", 512 * 1024, 0x20010000),
        ("xiao_ble_sense", 0x000ED000, 0x20040000),
        ("nucleo_l476rg", 0x08100000, 0x20018000),
        ("disco_f746ng", 0x08100000, 0x20050000),
        ("edgebadge", 512 * 1024, 0x20030000),
        ("sparkfun_edge", 2**20, 0x10060000),
        ("microbit_v2", 512 * 1024, 0x20020000),
    ],
)
def test_memory_ends_where_the_chip_s_does(id_, flash_end, ram_end):
    board = get_board(id_)
    assert board.flash_start + board.flash_bytes == flash_end
    assert board.ram_start + board.ram_bytes == ram_end


@pytest.mark.parametrize("board", list_boards(), ids=lambda b: b.id)
def test_board_goes_through_json(board):
    told = json.loads(json.dumps(board.to_json()))
    assert told["ram_limit_bytes"] == board.ram_limit_bytes
    assert told["sources"]["clock_hz"] == board.sources["clock_hz"]


def test_cameras_are_those_with_a_driver():
    able = {board.id: board.cameras for board in list_boards() if board.cameras}
    assert able == {
        "nano33ble": ("ov7675",),
        "nano33ble_rev2": ("ov7675",),
        "esp32cam": ("esp32",),
        "esp32s3_eye": ("esp32",),
    }
    assert {name for names in able.values() for name in names} == CAMERAS.keys()
    assert all(get_board(board).sources["cameras"] for board in able)


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
        ({"flash_start": False}, "flash_start must be int, got False"),
        ({"active_ma": float("nan")}, "active_ma is nan"),
        ({"sleep_ua": float("inf")}, "sleep_ua is inf"),
        ({"flash_wait_states": 999}, "flash_wait_states is 999"),
        ({"flash_line_bytes": 0}, "flash_line_bytes is 0"),
        ({"core": "z80"}, "core is 'z80'; choose from cortex-m0plus, cortex-m3"),
        ({"price_class": "cheap"}, "price_class is 'cheap'; choose from under 10"),
        ({"sensors": "microphone"}, "sensors must be a list of texts, got 'microphone'"),
        ({"connectivity": (1,)}, "connectivity must be a list of texts"),
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
