"""The two C files of a model as text: the header a sketch includes, and the source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from tinyml_course.compiler.graph import Graph, Tensor
from tinyml_course.compiler.listing_states import first_reset, reset_declaration, reset_definition
from tinyml_course.compiler.memory import MemoryPlan
from tinyml_course.compiler.printing import array, c_float, c_type
from tinyml_course.compiler.steps import Step

GENERATOR = "tinyml_course 0.1.0"


def header(name: str, graph: Graph, steps: Sequence[Step], plan: MemoryPlan) -> str:
    """Return the header: what the model is, its ports, and the functions to run it."""
    guard = f"{name.upper()}_H"
    ports = _ports(name, graph)
    macros = "\n".join(_port_macros(port, tensor) for port, tensor in ports)
    functions = "\n".join(
        f"{c_type(tensor.dtype)} *{port}(void); /* {_shape(tensor)} */" for port, tensor in ports
    )
    return f"""{_head_comment(name, graph, steps, plan)}
#ifndef {guard}
#define {guard}

#include <stdint.h>

#ifdef __cplusplus
extern "C" {{
#endif

#define {name.upper()}_ARENA_BYTES {plan.arena_bytes}
{macros}

/* Write the input, call invoke, read the output. They lie in the arena, aligned to their elements,
 * and share its memory: invoke overwrites the input, and the output lasts until the next input is
 * written. There is one instance: invoke must not run twice at a time.
 */
{functions}
void {name}_invoke(void);
{reset_declaration(name, graph)}
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
        for port, tensor in _ports(name, graph)
    )
    variants = _variants(steps)
    calls = "\n".join(_call(graph, plan, step, variants) for step in steps)
    headers = {file for step in steps if step.variant for file in step.files if file[-2:] == ".h"}
    headers |= {header for step in steps for header in step.headers}
    includes = "".join(f'#include "{file}"\n' for file in sorted({*headers, "tinyml_kernels.h"}))
    definitions = "\n".join(text.replace("@", name) for text, name in variants.items())
    return f"""/* Constants and schedule of {name}; what it is stands in {name}.h. */
#include "{name}.h"

{includes}
{tensors}{constants}
{definitions}
static TINYML_ALIGNED int8_t arena[{name.upper()}_ARENA_BYTES];

{ports}

{reset_definition(name, graph, plan)}void {name}_invoke(void)
{{
{first_reset(name, graph)}{calls}
}}
"""


def _ports(name: str, graph: Graph) -> list[tuple[str, Tensor]]:
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


def _shape(tensor: Tensor) -> str:
    return f"{tensor.dtype} ({', '.join(map(str, tensor.shape))})"


def _head_comment(name: str, graph: Graph, steps: Sequence[Step], plan: MemoryPlan) -> str:
    """Return the comment that says what the model is: a table with one line a step."""
    rows: list[tuple[str, ...]] = [("op", "kind", "output", "MACs", "constants", "scratch")]
    for step in steps:
        shape = "x".join(str(n) for n in graph.tensors[step.op.output].shape)
        numbers = (step.macs, step.constants_bytes, step.whole_scratch_bytes)
        rows.append((str(step.op.index), step.op.kind, shape, *(f"{n:,}" for n in numbers)))
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
 */"""


def _is_operand(graph: Graph, step: Step, index: int) -> bool:
    """Whether a step's calls read a constant tensor as it is."""
    if index < 0 or not graph.tensors[index].is_constant:
        return False
    position = step.op.inputs.index(index)
    return any(f"{{in{position}}}" in call for call in step.calls)


def _constant(tensor: Tensor) -> str:
    assert tensor.data is not None
    return array(f"tensor{tensor.index}", tensor.data, f"{_shape(tensor)}, constant input") + "\n"


def _address(graph: Graph, plan: MemoryPlan, index: int) -> str:
    if graph.tensors[index].is_constant:
        return f"tensor{index}"
    return f"arena + {plan.offsets[index]}"


def _variants(steps: Sequence[Step]) -> dict[str, str]:
    """Return a name for each distinct variant, in the order they are first needed."""
    distinct = dict.fromkeys(step.variant for step in steps if step.variant)
    return {text: f"variant{i}" for i, text in enumerate(distinct)}


def _call(graph: Graph, plan: MemoryPlan, step: Step, variants: Mapping[str, str]) -> str:
    """Return a step's calls with every placeholder replaced by an address."""
    places = {
        f"in{i}": _address(graph, plan, index)
        for i, index in enumerate(step.op.inputs)
        if index >= 0
    }
    places |= {f"out{i}": _address(graph, plan, t) for i, t in enumerate(step.op.outputs)}
    if step.rows:
        images = [(f"in{i}", index) for i, index in enumerate(step.op.inputs) if index >= 0]
        images += [(f"out{i}", index) for i, index in enumerate(step.op.outputs)]
        places |= {
            f"{key}_rows": f"TINYML_ROWS({places[key]}, {graph.tensors[index].shape[1]})"
            for key, index in images
            if len(graph.tensors[index].shape) == 4
        }
        places |= {"first": "0", "count": str(step.rows.count)}
    if step.variant:
        places["variant"] = variants[step.variant]
    if step.whole_scratch_bytes:
        places["scratch"] = f"arena + {plan.scratch_offsets[step.op.index]}"
    return "\n".join("    " + call.format(**places) for call in step.calls)
