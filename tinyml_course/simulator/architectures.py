"""Instruction sets: their registers, how code is decoded, what an instruction does to the stack.

The emulator, the decoder and the trace ask here for everything that differs between Arm's Thumb,
RISC-V and AVR; nothing else in the simulator knows the name of a register.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from capstone import (
    CS_ARCH_ARM,
    CS_ARCH_RISCV,
    CS_MODE_MCLASS,
    CS_MODE_RISCV32,
    CS_MODE_RISCVC,
    CS_MODE_THUMB,
)
from unicorn import UC_ARCH_ARM, UC_ARCH_RISCV, UC_MODE_RISCV32, UC_MODE_THUMB, arm_const
from unicorn import riscv_const as riscv

_ARM_CALL = re.compile(r"bl? #(0x\w+)")
_ARM_PUSHES = re.compile(r"v?push|stm\w* sp!")
_ARM_SUBTRACTS = re.compile(r"sub\S* sp, (?:sp, )?#(\w+)$|str\S* .*\[sp, #-(\w+)\]!")
_ARM_MOVES = re.compile(r"(?:sub|add|mov)\S* sp,(?!.*#)")
_RISCV_CALL = re.compile(r"j(?:al)?(?: ra,| zero,)? (-?\w+)$")
_RISCV_SUBTRACTS = re.compile(r"addi(?:16sp)? sp, (?:sp, )?-(\w+)$")
_ARM_SEVERAL = re.compile(r"v?(ldm|stm)\w* (\w+)!?, \{")
_ARM_ONE = re.compile(
    r"v?(?P<kind>ldr|str)(?P<size>sb|sh|b|h|d)?t?(?:eq|ne|[a-z]{2})?(?:\.\w+)? [^\[]*"
    r"\[(?P<base>\w+)(?:, (?P<index>r\d+|sb|sl|fp|ip|lr)\])?"
)
_AVR_CALL = re.compile(r"call (0x\w+)")
_RISCV_LOAD = re.compile(r"l([bhw])u? \w+, -?\w*\((\w+)\)")
_RISCV_MOVES = re.compile(r"(?:sub|add|mv) sp,")


@dataclass(frozen=True)
class Access:
    """How one instruction gets at memory other than the stack.

    Attributes
    ----------
    base : int
        The register that holds the address or its start; `IN_CODE` for a constant near the code.
    index : int
        A register that is added to it, or 0.
    alignment : int
        What the address must be a multiple of, lest the core trap; 0 if anything will do.
    reads : int
        Bytes that are read; 0 for a store.
    """

    base: int
    index: int
    alignment: int
    reads: int


IN_CODE = 0xFFFF


@dataclass(frozen=True)
class Architecture:
    """An instruction set, as the emulator and the decoder know it.

    Attributes
    ----------
    emulator, decoder : tuple of (architecture, mode)
        In the numbers of unicorn and capstone; None for the AVR, which neither knows.
    arguments : tuple of int
        Unicorn's registers for the words given to a function; the first returns its value. Of the
        AVR, the lower register of each pair.
    link, stack, counter : int
        Unicorn's registers: return address, stack pointer, program counter.
    code_bit : int
        Set in an address to run code there.
    instruction_mark : str
        How linkers mark, in the symbol table, where instructions begin.
    called : callable
        Takes an instruction's address and text, returns the address it calls; None for others.
    bytes_lowered : callable
        Takes an instruction's text, returns the bytes it lowers the stack by; 1 where a register
        holds the amount.
    access : callable
        Takes an instruction's text, returns how it gets at memory; None if it does not.
    lost : tuple of int
        Exceptions that mean a jump to where there is no code.
    unaligned : tuple of int
        Exceptions that mean an address not a multiple of what is accessed.
    """

    arguments: tuple[int, ...]
    instruction_mark: str
    called: Callable[[int, str], int | None]
    emulator: tuple[int, int] | None = None
    decoder: tuple[int, int] | None = None
    link: int = 0
    stack: int = 0
    counter: int = 0
    code_bit: int = 0
    bytes_lowered: Callable[[str], int] = len
    access: Callable[[str], Access | None] = lambda text: None
    lost: tuple[int, ...] = ()
    unaligned: tuple[int, ...] = ()


def register_words(text: str) -> int:
    """Count the words in a register list such as "{r4, r5, lr}" or "{d8, d9}"."""
    names = text[text.index("{") + 1 : text.index("}")].split(", ")
    return sum(2 if name.startswith("d") else 1 for name in names)


def _arm_called(_: int, text: str) -> int | None:
    found = _ARM_CALL.match(text)
    return int(found[1], 16) if found else None


def _arm_bytes_lowered(text: str) -> int:
    if _ARM_PUSHES.match(text):
        return 4 * register_words(text)
    if subtracts := _ARM_SUBTRACTS.match(text):
        return int(subtracts[1] or subtracts[2], 0)
    return 1 if _ARM_MOVES.match(text) else 0


def _arm_access(text: str) -> Access | None:
    """Find base, index and size; several words, or two, have to lie at a multiple of 4."""
    if several := _ARM_SEVERAL.match(text):
        words = 4 * register_words(text)
        return Access(_arm_register(several[2]), 0, 4, words if several[1] == "ldm" else 0)
    if not (one := _ARM_ONE.match(text)):
        return None
    is_double = one["size"] == "d" or re.match(r"v\w+ d", text) is not None
    size = 8 if is_double else {"b": 1, "h": 2}.get((one["size"] or "")[-1:], 4)
    reads = size if one["kind"] == "ldr" else 0
    if one["base"] == "pc":
        return Access(IN_CODE, 0, 0, reads)
    alignment = 4 if one["size"] == "d" or text.startswith("v") else 0
    index = _arm_register(one["index"]) if one["index"] else 0
    return Access(_arm_register(one["base"]), index, alignment, reads)


def _arm_register(name: str) -> int:
    return int(getattr(arm_const, f"UC_ARM_REG_{name.upper()}"))


def _riscv_access(text: str) -> Access | None:
    found = _RISCV_LOAD.match(text)
    if not found:
        return None
    register = int(getattr(riscv, f"UC_RISCV_REG_{found[2].upper()}"))
    return Access(register, 0, 0, {"b": 1, "h": 2, "w": 4}[found[1]])


def _avr_called(_: int, text: str) -> int | None:
    found = _AVR_CALL.match(text)
    return int(found[1], 16) if found else None


def _riscv_called(address: int, text: str) -> int | None:
    found = _RISCV_CALL.match(text)
    return address + int(found[1], 0) if found else None


def _riscv_bytes_lowered(text: str) -> int:
    if subtracts := _RISCV_SUBTRACTS.match(text):
        return int(subtracts[1], 0)
    return 1 if _RISCV_MOVES.match(text) else 0


THUMB = Architecture(
    # Never UC_MODE_MCLASS: it silently makes every core a Cortex-M33.
    emulator=(UC_ARCH_ARM, UC_MODE_THUMB),
    decoder=(CS_ARCH_ARM, CS_MODE_THUMB | CS_MODE_MCLASS),
    arguments=tuple(arm_const.UC_ARM_REG_R0 + number for number in range(4)),
    link=arm_const.UC_ARM_REG_LR,
    stack=arm_const.UC_ARM_REG_SP,
    counter=arm_const.UC_ARM_REG_PC,
    code_bit=1,
    instruction_mark="$t",
    called=_arm_called,
    bytes_lowered=_arm_bytes_lowered,
    access=_arm_access,
    lost=(3,),  # the emulator's number for a prefetch abort
    unaligned=(4,),  # and for a data abort
)
RISCV = Architecture(
    emulator=(UC_ARCH_RISCV, UC_MODE_RISCV32),
    decoder=(CS_ARCH_RISCV, CS_MODE_RISCV32 | CS_MODE_RISCVC),
    arguments=tuple(riscv.UC_RISCV_REG_A0 + number for number in range(4)),
    link=riscv.UC_RISCV_REG_RA,
    stack=riscv.UC_RISCV_REG_SP,
    counter=riscv.UC_RISCV_REG_PC,
    code_bit=0,
    instruction_mark="$x",
    called=_riscv_called,
    bytes_lowered=_riscv_bytes_lowered,
    access=_riscv_access,
    lost=(1, 2),  # instruction access fault, illegal instruction
    unaligned=(4, 6),  # load and store address misaligned
)
AVR = Architecture(arguments=(24, 22, 20, 18), instruction_mark="", called=_avr_called)
