"""Draw a memory plan in characters: a line for each block of bytes, a column for each step."""

from __future__ import annotations

from collections.abc import Sequence

from tinyml_course.compiler.planning.memory_picture import Bar

MAX_COLUMNS = 60
LABEL_LENGTH = 40
_ALIVE, _DEAD = "#", "."


def plan_text(bars: Sequence[Bar], step_count: int) -> str:
    """Return a plan as text, in the order in which its blocks come to life.

    Parameters
    ----------
    bars : sequence of Bar
        Their steps count from 1; 0 is before the first operator, `step_count` + 1 after the last.
    step_count : int
        Operators. Where there are more steps than fit in a line, one column stands for several.

    Examples
    --------
    >>> print(plan_text([Bar("in", 0, 784, 0, 1), Bar("out", 784, 10816, 1, 2)], step_count=1))
    offset   bytes  alive  block
         0     784  ##.    in
       784  10,816  .##    out
    """
    steps = step_count + 2
    per_column = -(-steps // MAX_COLUMNS)
    ordered = sorted(bars, key=lambda bar: (bar.first, bar.offset, bar.last))
    rows = [
        ("offset", "bytes", "alive", "block"),
        *(
            (f"{bar.offset:,}", f"{bar.nbytes:,}", _life(bar, steps, per_column), _short(bar.label))
            for bar in ordered
        ),
    ]
    offset, size, life, _ = (max(map(len, column)) for column in zip(*rows, strict=True))
    lines = [f"{a:>{offset}}  {b:>{size}}  {c:<{life}}  {d}".rstrip() for a, b, c, d in rows]
    if per_column > 1:
        lines.append(f"one column is {per_column} steps")
    return "\n".join(lines)


def _life(bar: Bar, steps: int, per_column: int) -> str:
    """Return a mark for each column, alive in one of its steps or not."""
    first, last = bar.first // per_column, bar.last // per_column
    columns = -(-steps // per_column)
    return "".join(_ALIVE if first <= i <= last else _DEAD for i in range(columns))


def _short(label: str) -> str:
    """Keep the end of a long name: that is where names of tensors differ."""
    return label if len(label) <= LABEL_LENGTH else f"...{label[3 - LABEL_LENGTH :]}"
