"""What the C files of a model say of an input that is fed row by row."""

from __future__ import annotations

import math

from tinyml_course.compiler.emitting.printing import c_type
from tinyml_course.compiler.graph import Graph, Tensor
from tinyml_course.compiler.planning.feeding import fed_image
from tinyml_course.compiler.planning.memory import MemoryPlan

FEED = "    if (!tinyml_feed({}, &feeding))\n        return 0;"
"""The statement that takes a row in and runs the turns it allows."""


def feeding_declaration(name: str, graph: Graph, functions: str) -> str:
    """Return the declarations of what feeds the input, if it is fed by rows."""
    image = fed_image(graph)
    if image is None:
        return ""
    _, height, width, channels = image.shape
    return f"""\
#define {name.upper()}_INPUT_ROWS {height}
#define {name.upper()}_ROW_SIZE {width * channels}

/* For each row of the input, from top to bottom: write it to row(), then call feed(). With the last
 * one feed returns 1, before that 0; now read the output. rewind drops an image that is not
 * complete. All lie in one arena and share its memory: row() is another place after each feed, and
 * the output lasts until the next row is written. There is one instance of them.
 */
{c_type(image.dtype)} *{name}_row(void); /* {image.dtype} ({width}, {channels}) */
int {name}_feed(void);
void {name}_rewind(void);
{functions}
"""


def feeding_definition(
    name: str, image: Tensor, plan: MemoryPlan, ready: str, schedule: str
) -> str:
    """Return the functions that feed the input and run the network on it."""
    row_bytes = math.prod(image.shape[2:]) * image.dtype.itemsize
    capacity = plan.capacities.get(image.index, image.shape[1])
    return f"""static tinyml_feeding feeding;

{c_type(image.dtype)} *{name}_row(void)
{{
    return (void *)(arena + {plan.offsets[image.index]} + feeding.row % {capacity} * {row_bytes});
}}

void {name}_rewind(void)
{{
    feeding.row = feeding.turn = 0;
}}

int {name}_feed(void)
{{
{ready}{schedule}
    return 1;
}}
"""
