"""The two C files of a model as text: the header a sketch includes, and the source."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tinyml_course.compiler.emitting.listing_feeding import (
    FEED,
    feeding_declaration,
    feeding_definition,
)
from tinyml_course.compiler.emitting.listing_states import (
    first_reset,
    reset_declaration,
    reset_definition,
    starts,
)
from tinyml_course.compiler.emitting.printing import array, c_float, c_type, wrap
from tinyml_course.compiler.graph import Graph, Tensor
from tinyml_course.compiler.planning.feeding import RowInput, fed_image
from tinyml_course.compiler.planning.memory import MemoryPlan
from tinyml_course.compiler.planning.turns import Chain, scratch_of
from tinyml_course.compiler.steps import Step

_TURN = {"first": "first", "count": "count"}
GENERATOR = "tinyml_course 0.1.0"
_COMMENT_WIDTH = 97


def header(
    name: str, graph: Graph, steps: Sequence[Step], plan: MemoryPlan, notes: Sequence[str] = ()
) -> str:
    """Return the header: what the model is, its ports, and the functions to run it."""
    guard = f"{name.upper()}_H"
    ports = ports_of(name, graph)
    macros = "\n".join(_port_macros(port, tensor) for port, tensor in ports)
    functions = "\n".join(
        f"{c_type(tensor.dtype)} *{port}(void); /* {_shape(tensor)} */"
        for port, tensor in ports
        if tensor != fed_image(graph)
    )
    run = feeding_declaration(name, graph, functions) or _whole_declaration(name, functions)
    return f"""{_head_comment(name, graph, steps, plan, notes)}
#ifndef {guard}
#define {guard}

#include <stdint.h>

#ifdef __cplusplus
extern "C" {{
#endif

#define {name.upper()}_ARENA_BYTES {plan.arena_bytes}
{macros}

{run}{reset_declaration(name, graph)}
#ifdef __cplusplus
}}
#endif
#endif
"""


def source(name: str, graph: Graph, steps: Sequence[Step], plan: MemoryPlan) -> str:
    """Return the source: constants of each step, the arena, and the schedule of calls."""
    used = sorted({i for step in steps for i in step.op.inputs if _is_operand(graph, step, i)})
    tensors = "\n".join(_constant(graph.tensors[index]) for index in used)
    constants = "\n".join(
        "\n".join(
            (f"/* ---- {step.op}, {_shape(graph.tensors[step.op.output])} */", *step.constants)
        )
        for step in steps
        if step.constants
    )
    ports = "\n\n".join(
        f"{c_type(tensor.dtype)} *{port}(void)\n{{\n"
        f"    return (void *)({_address(graph, plan, tensor.index)});\n}}"
        for port, tensor in ports_of(name, graph)
        if tensor != fed_image(graph)
    )
    variants = _variants(steps)
    writer = _Calls(graph, plan, {step.op.index: step for step in steps}, variants)
    headers = {file for step in steps if step.variant for file in step.files if file[-2:] == ".h"}
    headers |= {header for step in steps for header in step.headers}
    headers |= {"tinyml_turns.h"} if plan.schedule.chains else set()
    headers |= {"tinyml_state.h"} if graph.variables else set()
    includes = "".join(f'#include "{file}"\n' for file in sorted({*headers, "tinyml_kernels.h"}))
    definitions = "\n".join(text.replace("@", name) for text, name in variants.items())
    return f"""/* Constants and schedule of {name}; what it is stands in {name}.h. */
#include "{name}.h"

{includes}
{tensors}{constants}{starts(graph)}
{definitions}
static TINYML_ALIGNED int8_t arena[{name.upper()}_ARENA_BYTES];

{ports}
{writer.chains()}
{reset_definition(name, graph, plan)}{writer.run(name)}"""


def ports_of(name: str, graph: Graph) -> list[tuple[str, Tensor]]:
    """Return the accessor function and the tensor of each input and output."""
    return [
        (f"{name}_{kind}" + (f"_{i}" if i else ""), graph.tensors[index])
        for kind, indices in (("input", graph.inputs), ("output", graph.outputs))
        for i, index in enumerate(indices)
    ]


def _port_macros(port: str, tensor: Tensor) -> str:
    prefix = port.upper()
    lines = [f"#define {prefix}_SIZE {tensor.size}"]
    if tensor.dtype != np.float32 and tensor.quant is not None:
        lines.append(f"#define {prefix}_SCALE {c_float(tensor.scale)}")
        lines.append(f"#define {prefix}_ZERO_POINT ({tensor.zero_point})")
    return "\n".join(lines)


def _whole_declaration(name: str, functions: str) -> str:
    """Return the declarations of what runs a network whose inputs are handed over whole."""
    return f"""\
/* Write the input, call invoke, read the output. They lie in the arena, aligned to their elements,
 * and share its memory: invoke overwrites the input, and the output lasts until the next input is
 * written. There is one instance: invoke must not run twice at a time.
 */
{functions}
void {name}_invoke(void);
"""


def _shape(tensor: Tensor) -> str:
    return f"{tensor.dtype} ({', '.join(map(str, tensor.shape))})"


def _head_comment(
    name: str, graph: Graph, steps: Sequence[Step], plan: MemoryPlan, notes: Sequence[str]
) -> str:
    """Return the comment that says what the model is: a table with one line a step."""
    scratch = _scratch_bytes(graph, steps, plan)
    rows: list[tuple[str, ...]] = [("op", "kind", "output", "MACs", "constants", "scratch")]
    for step in steps:
        shape = "x".join(str(n) for n in graph.tensors[step.op.output].shape)
        numbers = (step.macs, step.constants_bytes, scratch.get(step.op.index, 0))
        number = "" if isinstance(step.op, RowInput) else str(step.op.index)
        rows.append((number, step.op.kind, shape, *(f"{n:,}" for n in numbers)))
    total = [sum(step.macs for step in steps), sum(step.constants_bytes for step in steps)]
    rows.append(("", "all", "", *(f"{n:,}" for n in total), ""))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    table = "\n".join(
        " * "
        + "  ".join(
            cell.ljust(width) if column in (1, 2) else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )
    return f"""/* {name}: made by {GENERATOR} from the .tflite file with sha256
 * {graph.sha256}
 *
{table}
 *
 * Constants and scratch in bytes. All RAM is one arena of {plan.arena_bytes:,} bytes.
{_remarks((*_turns(graph, plan), *notes))} */"""


def _scratch_bytes(graph: Graph, steps: Sequence[Step], plan: MemoryPlan) -> dict[int, int]:
    """Return the most scratch each operator takes in one of its turns, by its index."""
    by_index = {step.op.index: step for step in steps}
    most: dict[int, int] = {}
    for turn in plan.schedule.turns:
        index = graph.ops[turn.place].index
        if step := by_index.get(index):
            most[index] = max(most.get(index, 0), scratch_of(step, turn))
    return most


def _turns(graph: Graph, plan: MemoryPlan) -> list[str]:
    """Say which operators take turns."""
    notes = []
    for chain in plan.schedule.chains:
        first, *others = [graph.ops[place] for place in chain.places]
        fed = isinstance(first, RowInput)
        ops = f"ops {others[0].index if fed else first.index} to {others[-1].index}"
        notes.append(
            f"{'the input and ' if fed else ''}{ops} take turns, a few rows at a time, so that of "
            f"the images {'before and ' if fed else ''}between them only these rows are in memory"
        )
    return notes


def _remarks(notes: Sequence[str]) -> str:
    """Return lines of a comment, one paragraph a note."""
    lines = []
    for note in notes:
        sentence = f"{note[:1].upper()}{note[1:]}."
        lines += ["", *textwrap.wrap(sentence, _COMMENT_WIDTH, break_on_hyphens=False)]
    return "".join(f" * {line}".rstrip() + "\n" for line in lines)


def _is_operand(graph: Graph, step: Step, index: int) -> bool:
    """Whether a step's calls read a constant tensor as it is."""
    if index < 0 or not graph.tensors[index].is_constant:
        return False
    position = step.op.inputs.index(index)
    return any(f"{{in{position}}}" in call for call in step.calls)


def _constant(tensor: Tensor) -> str:
    comment = f"{_shape(tensor)}, constant input"
    return array(f"tensor{tensor.index}", tensor.values, comment, memory="") + "\n"


def _address(graph: Graph, plan: MemoryPlan, index: int) -> str:
    if graph.tensors[index].is_constant:
        return f"tensor{index}"
    return f"arena + {plan.offsets[index]}"


def _variants(steps: Sequence[Step]) -> dict[str, str]:
    """Return a name for each distinct variant, in the order they are first needed."""
    distinct = dict.fromkeys(step.variant for step in steps if step.variant)
    return {text: f"variant{i}" for i, text in enumerate(distinct)}


@dataclass(frozen=True)
class _Calls:
    """The calls of a schedule as C."""

    graph: Graph
    plan: MemoryPlan
    steps: Mapping[int, Step]
    """By the index of their operators; operators that only rename a shape have none."""
    variants: Mapping[str, str]

    def run(self, name: str) -> str:
        """Return the function that runs the network, or those that feed it."""
        ready, image = first_reset(name, self.graph), fed_image(self.graph)
        if image is not None:
            return feeding_definition(name, image, self.plan, ready, self._schedule())
        return f"void {name}_invoke(void)\n{{\n{ready}{self._schedule()}\n}}\n"

    def _schedule(self) -> str:
        """Return a statement for each operator, or chain of them."""
        starts = {chain.start: i for i, chain in enumerate(self.plan.schedule.chains)}
        lines = []
        for place, op in enumerate(self.graph.ops):
            if place in starts:
                i = starts[place]
                turns = f"chain{i}, turns{i}, sizeof turns{i} / sizeof *turns{i}"
                fed = isinstance(op, RowInput)
                lines.append(FEED.format(turns) if fed else f"    tinyml_take_turns({turns});")
            elif place not in self.plan.schedule.chained and op.index in self.steps:
                lines.append(self._call(self.steps[op.index], whole=True))
        return "\n".join(lines)

    def chains(self) -> str:
        """Return a function for each operator that takes turns, and the order of the turns."""
        return "".join(self._chain(i, chain) for i, chain in enumerate(self.plan.schedule.chains))

    def _chain(self, number: int, chain: Chain) -> str:
        ops = [self.graph.ops[place] for place in chain.places]
        called = [op for op in ops if not isinstance(op, RowInput)]
        functions = "\n".join(
            f"static void op{op.index}_rows(unsigned first, unsigned count)\n{{\n"
            f"{self._call(self.steps[op.index], whole=False)}\n}}\n"
            for op in called
        )
        turns = wrap(
            f"{{{turn.place - chain.start}, {turn.count}, {turn.first}}}"
            for turn in self.plan.schedule.turns
            if turn.place in chain.places
        )
        names = wrap(f"op{op.index}_rows" if op in called else "0" for op in ops)
        return (
            f"\n{functions}\n/* Ops {called[0].index} to {called[-1].index} take turns: "
            "{layer, rows, first row}. */\n"
            f"static const tinyml_layer chain{number}[] = {{\n{names}\n}};\n"
            f"static const TINYML_FLASH tinyml_turn turns{number}[] = {{\n{turns}\n}};\n"
        )

    def _call(self, step: Step, whole: bool) -> str:
        """Return a step's calls with every placeholder replaced by an address."""
        operands = [(f"in{i}", index) for i, index in enumerate(step.op.inputs) if index >= 0]
        operands += [(f"out{i}", index) for i, index in enumerate(step.op.outputs)]
        places = {key: _address(self.graph, self.plan, index) for key, index in operands}
        if step.rows:
            places |= {
                f"{key}_rows": f"TINYML_ROWS({places[key]}, {self._capacity(index)})"
                for key, index in operands
                if len(self.graph.tensors[index].shape) == 4
            }
            places |= {"first": "0", "count": str(step.rows.count)} if whole else _TURN
        if step.variant:
            places["variant"] = self.variants[step.variant]
        if step.op.index in self.plan.scratch_offsets:
            places["scratch"] = f"arena + {self.plan.scratch_offsets[step.op.index]}"
        return "\n".join("    " + call.format(**places) for call in step.calls)

    def _capacity(self, index: int) -> int:
        """Return how many rows of an image are in memory."""
        return self.plan.capacities.get(index, self.graph.tensors[index].shape[1])
