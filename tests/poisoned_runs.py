"""Run compiled models on this machine while every byte that should be free is spoilt.

Before the first turn of a schedule and after each turn, all bytes of the arena in which the memory
plan says that nothing lives are overwritten. Whoever still reads one of them shows it in the
outputs. The C that is shipped knows nothing of this: calls are put between its own here, and
`tinyml_take_turns` is replaced by a loop that makes them too.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from importlib.resources import files

import numpy as np
from compiled_batches import Batches, merged_files, run_in_library

from tinyml_course.compiler.codegen import CompiledModel
from tinyml_course.compiler.planning.memory import MemoryPlan
from tinyml_course.compiler.planning.memory_picture import Bar

PATTERNS = (0x55, 0xAA)

_TURNS = """\
#include "tinyml_turns.h"

void (*between_turns)(void);

void tinyml_take_turns(const tinyml_layer *layers, const tinyml_turn *turns, unsigned count)
{
    for (; count > 0; count--, turns++) {
        layers[turns->layer](turns->first, turns->count);
        between_turns();
    }
}
"""
_SPOIL = """\
extern void (*between_turns)(void);
static const uint32_t free_bytes[][2] = {{{spans}}};
static const uint32_t starts[] = {{{starts}}};
static unsigned turns_taken;
static uint8_t pattern;

static void spoil(void)
{{
    for (uint32_t i = starts[turns_taken]; i < starts[turns_taken + 1]; i++)
        for (uint32_t place = free_bytes[i][0]; place < free_bytes[i][1]; place++)
            arena[place] = (int8_t)pattern;
    turns_taken++;
}}

void {name}_spoil_with(uint8_t value);
void {name}_spoil_with(uint8_t value)
{{
    pattern = value;
}}

"""


def run_spoilt(
    models: Sequence[CompiledModel], batches: Batches, pattern: int
) -> list[list[np.ndarray]]:
    """Return each model's outputs (n, *shape) with `pattern` in every free byte of its arena."""
    header = files("tinyml_course").joinpath("c", "tinyml_turns.h").read_text(encoding="utf-8")
    sources = merged_files(models) | {"tinyml_turns.c": _TURNS, "tinyml_turns.h": header}
    sources |= {f"{model.name}.c": spoiling(model) for model in models}

    def ready(library: ctypes.CDLL) -> None:
        for model in models:
            library[f"{model.name}_spoil_with"](pattern)

    return run_in_library(sources, models, batches, ready)


def spoiling(model: CompiledModel) -> str:
    """Return the C source of a model with calls that spoil free bytes."""
    head, body = model.source.split(f"void {model.name}_invoke(void)\n{{\n")
    lines = iter(filter(None, body.splitlines()))
    steps = {step.op.index: step for step in model.steps}
    plan = model.plan
    chained = {chain.start: chain for chain in plan.schedule.chains}
    told = ["    turns_taken = 0;", "    between_turns = spoil;"]
    if "is_ready" in head:
        told += [next(lines), next(lines)]
    told.append("    spoil();")
    for place, op in enumerate(model.graph.ops):
        if place in chained:
            told.append(next(lines))
        elif place not in plan.schedule.chained:
            calls = steps[op.index].calls if op.index in steps else ()
            told += [next(lines) for _ in calls]
            told.append("    spoil();")
    assert list(lines) == ["}"], "the calls are not those of the schedule"
    free = free_spans(plan)
    spans = ", ".join(f"{{{start}, {stop}}}" for spans in free for start, stop in spans)
    starts = ", ".join(map(str, np.cumsum([0, *map(len, free)])))
    spoil = _SPOIL.format(name=model.name, spans=spans or "{0, 0}", starts=starts)
    return "\n".join([f"{head}{spoil}void {model.name}_invoke(void)\n{{", *told, "}", ""])


def free_spans(plan: MemoryPlan) -> list[list[tuple[int, int]]]:
    """Return the (start, stop) of the bytes in which nothing lives, before each turn and after.

    A block lives from one turn to the next as far as it is in use in both.
    """
    result = []
    for time in range(len(plan.schedule.turns) + 1):
        busy = np.zeros(plan.arena_bytes, np.bool_)
        for bar in plan.bars:
            if bar.first <= time < bar.last:
                before, after = (_in_use(bar, step) for step in (time, time + 1))
                busy[bar.offset : bar.offset + bar.nbytes] |= before & after
        result.append(_runs(~busy))
    return result


def _in_use(bar: Bar, step: int) -> np.ndarray:
    """Return which bytes of a block are in use at a step, bool (nbytes,)."""
    used = np.full(bar.nbytes, bar.used is None)
    for low, high in bar.used[step - bar.first] if bar.used is not None else ():
        used[low:high] = True
    return used


def _runs(free: np.ndarray) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(free.astype(np.int8), prepend=0, append=0))
    return [(int(start), int(stop)) for start, stop in edges.reshape(-1, 2)]
