"""The boards a model can be compiled for: `boards.toml` as frozen dataclasses, checked on reading.

Every number of a board names its source; a board of one's own is a table in a file of the same
form, read by `read_boards`.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, field, fields
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from tinyml_course.errors import InputError

CORES = (
    "cortex-m0plus", "cortex-m3", "cortex-m4f", "cortex-m7", "cortex-m33", "rv32imc",
    "avr", "xtensa-lx6", "xtensa-lx7", "xtensa-lx106",
)  # fmt: skip
PRICE_CLASSES = ("under 10", "10 to 30", "30 to 60", "over 60")

# What no microcontroller goes beyond; a figure outside is a slip of the pen.
LIMITS = {
    "clock_hz": (1e3, 2e9),
    "flash_start": (0, 2**32 - 1),
    "flash_bytes": (1, 2**28),
    "ram_start": (0, 2**32 - 1),
    "ram_bytes": (1, 2**26),
    "core_flash_bytes": (0, 2**28),
    "core_ram_bytes": (0, 2**26),
    "stack_limit_bytes": (0, 2**26),
    "supply_v": (0.5, 15.0),
    "active_ma": (0.01, 2000.0),
    "sleep_ua": (0.0, 1e6),
    "flash_wait_states": (0, 500),
    "flash_line_bytes": (1, 256),
    "code_cache_bytes": (0, 2**20),
    "data_cache_bytes": (0, 2**20),
}

# How a field's type is written in Python, and what a TOML file may hold for it.
KINDS: Mapping[str, type | tuple[type, ...]] = {
    "str": str,
    "int": int,
    "float": (int, float),
    "bool": bool,
    "tuple[str, ...]": list,
}


@dataclass(frozen=True)
class Board:
    """A microcontroller board: its memory map, its speed, its currents, and where each is from.

    Attributes
    ----------
    id : str
        What `get_board` and `--board` take.
    core : one of `CORES`
        The processor core; "cortex-m7" and "cortex-m33" are those with a floating point unit.
    flash_start, ram_start : int
        Addresses; of flash, the first one a sketch may take.
    flash_bytes, ram_bytes : int
        What a sketch can take with nothing of the Arduino core in it.
    core_flash_bytes, core_ram_bytes : int
        What the board's own Arduino core takes of each in an empty sketch.
    stack_limit_bytes : int
        The stack the core gives a sketch; 0 where it takes whatever RAM is left.
    supply_v, active_ma, sleep_ua : float
        Supply in volts; current in mA while computing, in microamperes while asleep with RAM kept.
    connectivity, sensors : tuple of str
        How it talks to others; what it senses, with the parts' names.
    price_class : one of `PRICE_CLASSES`
        In US dollars.
    flash_wait_states : int
        Clock cycles an access to flash waits where no cache answers it.
    flash_line_bytes, code_cache_bytes, data_cache_bytes : int
        What flash gives in one access, and the caches before it, as the board's core sets them
        up; one that serves both is named twice. Their source is that of `flash_wait_states`.
    sources : mapping of attribute name to str
        The document each figure is taken from.
    cameras : tuple of str
        Whose driver a sketch has (`sketch.cameras`), the usual one first.
    """

    id: str
    name: str
    chip: str
    core: str
    clock_hz: int
    flash_start: int
    flash_bytes: int
    ram_start: int
    ram_bytes: int
    core_flash_bytes: int
    core_ram_bytes: int
    stack_limit_bytes: int
    fpu: bool
    dsp: bool
    supply_v: float
    active_ma: float
    sleep_ua: float
    connectivity: tuple[str, ...]
    sensors: tuple[str, ...]
    price_class: str
    flash_wait_states: int
    flash_line_bytes: int
    code_cache_bytes: int
    data_cache_bytes: int
    fqbn: str
    arduino_core: str
    status: str
    emulated: bool
    sources: Mapping[str, str] = field(repr=False)
    cameras: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name, (low, high) in LIMITS.items():
            value = getattr(self, name)
            if not low <= value <= high:
                accepted = f"from {low:,.6g} to {high:,.6g}"
                raise InputError(f"board {self.id}: {name} is {value:,}; it must be {accepted}.")
        for name, choices in (("core", CORES), ("price_class", PRICE_CLASSES)):
            if (chosen := getattr(self, name)) not in choices:
                raise InputError(
                    f"board {self.id}: {name} is {chosen!r}; choose from {', '.join(choices)}."
                )
        for memory in ("flash", "ram"):
            total, taken = getattr(self, f"{memory}_bytes"), getattr(self, f"core_{memory}_bytes")
            if taken >= total:
                raise InputError(
                    f"board {self.id}: its core takes {taken:,} of {total:,} bytes of {memory}, "
                    "so that nothing is left. Check both figures."
                )

    def to_json(self) -> dict[str, Any]:
        """Return all fields, and what is left for a program, as JSON can hold them."""
        limits = {name: getattr(self, name) for name in ("flash_limit_bytes", "ram_limit_bytes")}
        return {**asdict(self), **limits}

    @property
    def flash_limit_bytes(self) -> int:
        """Flash left for a program once the board's Arduino core is in."""
        return self.flash_bytes - self.core_flash_bytes

    @property
    def ram_limit_bytes(self) -> int:
        """RAM left for a program once the board's Arduino core is in."""
        return self.ram_bytes - self.core_ram_bytes


def list_boards() -> list[Board]:
    """Return all boards of the course, in the order of the table."""
    return list(_shipped().values())


def get_board(board: str | Board) -> Board:
    """Return the board of an id; a `Board` is returned as it is.

    Raises
    ------
    InputError
        If there is no such board; the message names the nearest ids.

    Examples
    --------
    >>> get_board("nano33ble").ram_bytes
    262144
    """
    if isinstance(board, Board):
        return board
    known = _shipped()
    if board in known:
        return known[board]
    near = difflib.get_close_matches(str(board), known, n=2, cutoff=0.4)
    hint = f"did you mean {' or '.join(near)}?" if near else f"choose from {', '.join(known)}."
    raise InputError(f"unknown board {board!r}; {hint} `tinyml boards` lists them all.")


def read_boards(path: Path) -> dict[str, Board]:
    """Read boards of one's own from a file in the form of `boards.toml`.

    Parameters
    ----------
    path : Path
        A TOML file with one table a board.

    Returns
    -------
    dict of id to Board

    Raises
    ------
    InputError
        If the file cannot be read, or a field is missing, unknown or absurd.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"the board file {path} cannot be read: {error}.") from error
    return _parse(text, str(path))


@lru_cache
def _shipped() -> dict[str, Board]:
    text = files("tinyml_course").joinpath("boards.toml").read_text(encoding="utf-8")
    return _parse(text, "boards.toml")


def _parse(text: str, origin: str) -> dict[str, Board]:
    """Turn the text of a board file into boards."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{origin} is not valid TOML: {error}.") from error
    return {id_: _board(id_, tables, origin) for id_ in tables}


def _board(id_: str, tables: Mapping[str, Any], origin: str) -> Board:
    """Check the names and types of one board's fields; `same_as` takes another's for the rest."""
    own = tables[id_]
    if not isinstance(own, dict):
        raise InputError(f"{origin}: {id_} is not a table; a board starts with [{id_}].")
    base = tables.get(str(own.get("same_as", id_)))
    if not isinstance(base, dict):
        raise InputError(f"{origin}: {id_} is the same as {own['same_as']}, which is not there.")
    sources = [table.get("sources", {}) for table in (base, own)]
    if not all(isinstance(given, dict) for given in sources):
        raise InputError(f"{origin}: board {id_}: sources must be a table, [{id_}.sources].")
    merged = {**base, **own, "sources": sources[0] | sources[1]}
    merged.pop("same_as", None)
    kinds = {f.name: str(f.type) for f in fields(Board) if f.name not in ("id", "sources")}
    optional = {f.name for f in fields(Board) if f.default is not MISSING}
    if missing := sorted(kinds.keys() - merged.keys() - optional):
        raise InputError(f"{origin}: board {id_} lacks {', '.join(missing)}.")
    if unknown := sorted(merged.keys() - kinds.keys() - {"sources"}):
        raise InputError(f"{origin}: board {id_} has unknown fields: {', '.join(unknown)}.")
    for name, kind in kinds.items():
        if name in merged and not _is(merged[name], kind):
            wanted = kind.replace("tuple[str, ...]", "a list of texts")
            raise InputError(
                f"{origin}: board {id_}: {name} must be {wanted}, got {merged[name]!r}."
            )
    lists = {name: tuple(v) for name, v in merged.items() if isinstance(v, list)}
    return Board(id=id_, **merged | lists)


def _is(value: Any, kind: str) -> bool:
    """Tell whether a value from TOML is of a field's kind; a truth value is no number."""
    if not isinstance(value, KINDS[kind]) or isinstance(value, bool) != (kind == "bool"):
        return False
    return not isinstance(value, list) or all(isinstance(item, str) for item in value)
