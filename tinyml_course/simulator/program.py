"""Sources become a program for a board: linked into its memory map, and read back from the ELF.

The program is whole: vector table, start-up code that copies `.data` and clears `.bss`, the stack
at the top of RAM. It begins where the share of the board's own Arduino core ends.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template

from tinyml_course.boards import Board
from tinyml_course.simulator.cores import Core, core_of, mapped
from tinyml_course.simulator.sources import own_source
from tinyml_course.simulator.toolchain import Compiler, build, cross_compiler

SHARED_FLAGS = (
    "-fomit-frame-pointer",  # zig would keep r7 for it, and spill in inner loops
    "-ffunction-sections",
    "-fdata-sections",
    "-fno-asynchronous-unwind-tables",
    "-Wl,--gc-sections",
    "-Wl,-e,Reset_Handler",
    "-Wl,-T,program.ld",
)
SECTIONS = (".vectors", ".text", ".rodata", ".data", ".bss")
UNCOUNTED = ".start"  # an AVR's vectors and start-up code: of its core's share
# The zig package has the compiler's own headers only; the functions themselves it does have.
FREESTANDING_HEADERS = {
    "string.h": """
#pragma once
#include <stddef.h>
void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int value, size_t size);
int memcmp(const void *a, const void *b, size_t size);
"""
}


@dataclass(frozen=True)
class Symbol:
    """A function or variable of a program: its first address and its bytes."""

    name: str
    address: int
    size: int


@dataclass(frozen=True)
class Program:
    """A linked program, ready to be put on a board.

    Attributes
    ----------
    core : Core
        What it runs on.
    compiler : Compiler
        Who made it.
    path : Path
        The ELF file, in the cache.
    segments : tuple of (address, bytes)
        What is written to flash.
    code : tuple of int
        First address of the machine code, and the first one behind it.
    instructions : tuple of (start, end)
        The parts of the machine code that are instructions, not constants among them.
    symbols : mapping of name to Symbol
    code_bytes, constants_bytes : int
        Flash taken by the vector table and machine code; by constants and initial values.
    static_ram_bytes : int
        RAM taken by variables.
    """

    core: Core
    compiler: Compiler
    path: Path
    segments: tuple[tuple[int, bytes], ...]
    code: tuple[int, int]
    instructions: tuple[tuple[int, int], ...]
    symbols: Mapping[str, Symbol]
    code_bytes: int
    constants_bytes: int
    static_ram_bytes: int

    @property
    def flash_bytes(self) -> int:
        """Flash the program takes."""
        return self.code_bytes + self.constants_bytes

    def address(self, name: str) -> int:
        """Return the address of a function or variable."""
        return self.symbols[name].address

    def name_at(self, address: int) -> str | None:
        """Return the name of the function or variable an address lies in."""
        for symbol in self.symbols.values():
            if symbol.address <= address < symbol.address + symbol.size:
                return symbol.name
        return None


def build_program(
    sources: Mapping[str, str],
    board: Board,
    keep: Sequence[str],
    compiler: str = "auto",
    optimize: str = "-O2",
) -> Program:
    """Compile and link a program for a board.

    Parameters
    ----------
    sources : mapping of file name to text
        C files and headers.
    board : Board
        Sets the processor core and the memory map.
    keep : sequence of str
        Functions and variables that are used from outside; what none of them needs is dropped.
    compiler : {"auto", "zig", "arm-none-eabi-gcc", "avr-gcc"}
    optimize : {"-O2", "-Os", "-O3"}

    Returns
    -------
    Program
        Linked even if it is too big for the board: its sizes are true, whatever the limits.

    Raises
    ------
    ToolchainError
        If the compiler is missing or rejects the sources.
    InputError
        If there is no compiler for the board's core.
    """
    core, board = core_of(board), mapped(board)
    chosen = cross_compiler(compiler, core.flags)
    ram_origin = hex(_rounded(board.ram_start + board.core_ram_bytes, core))
    script = Template(own_source(core.script)).substitute(
        flash_origin=hex(_rounded(board.flash_start + board.core_flash_bytes, core)),
        ram_origin=ram_origin,
        stack_top=hex(stack_top(board)),
    )
    files = {**sources, core.start: own_source(core.start), "program.ld": script}
    if chosen.name == "zig":
        files |= FREESTANDING_HEADERS
    kept = [f"-Wl,-u,{name}" for name in keep]
    places = [core.data_flag.format(ram_origin)] if core.data_flag else []
    flags = (*core.flags[chosen.name], optimize, *SHARED_FLAGS, *places, *kept)
    return read_program(build(files, chosen, flags, "program.elf"), chosen, core)


def stack_top(board: Board) -> int:
    """Return the address the stack starts below."""
    return _rounded(board.ram_start + board.ram_bytes, core_of(board))


def _rounded(address: int, core: Core) -> int:
    return address // core.alignment * core.alignment


def read_program(path: Path, compiler: Compiler, core: Core) -> Program:
    """Read sizes, symbols and contents of a linked program from its ELF file."""
    from elftools.elf.elffile import ELFFile

    with path.open("rb") as stream:
        elf = ELFFile(stream)
        table = [
            (symbol.name, symbol["st_value"] & ~core.architecture.code_bit, symbol["st_size"])
            for symbol in elf.get_section_by_name(".symtab").iter_symbols()
        ]
        symbols = {name: Symbol(name, value, size) for name, value, size in table}
        sections = {name: elf.get_section_by_name(name) for name in (*SECTIONS, UNCOUNTED)}
        present = {name: section for name, section in sections.items() if section}
        sizes = {name: section["sh_size"] for name, section in present.items()}
        flash = {name: section for name, section in present.items() if name != ".bss"}
        start = {name: section["sh_addr"] for name, section in flash.items()}
        start[".data"] = symbols["start_data_from"].address
        segments = tuple((start[name], section.data()) for name, section in flash.items())
    sizes = dict.fromkeys(SECTIONS, 0) | sizes
    return Program(
        core=core,
        compiler=compiler,
        path=path,
        segments=segments,
        code=(start[".text"], start[".text"] + sizes[".text"]),
        instructions=_instruction_ranges(
            table, core.architecture.instruction_mark, start[".text"] + sizes[".text"]
        ),
        symbols=symbols,
        code_bytes=sizes[".vectors"] + sizes[".text"],
        constants_bytes=sizes[".rodata"] + sizes[".data"],
        static_ram_bytes=symbols["start_bss_end"].address - symbols["start_data"].address,
    )


def _instruction_ranges(
    table: Sequence[tuple[str, int, int]], instruction_mark: str, end: int
) -> tuple[tuple[int, int], ...]:
    """Find where instructions are, by the linker's marks; `$d` is for data among them."""
    if not instruction_mark:
        return ((0, end),)  # constants are no part of an AVR's code
    kinds = (instruction_mark, "$d")
    marks = sorted({(value, name[:2]) for name, value, _ in table if name[:2] in kinds})
    code = [mark for mark in marks if mark[0] < end]
    ends = [address for address, _ in code[1:]] + [end]
    return tuple(
        (start, stop) for (start, kind), stop in zip(code, ends, strict=True) if kind != "$d"
    )
