"""How far a long check has come, as a bar on the terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Advance = Callable[[str, float], None]
"""Called with what is being done, and the share of it that is done, 0 to 1."""


def unwatched(_: str, __: float) -> None:
    """Show nothing."""


@contextmanager
def bar() -> Iterator[Advance]:
    """Show a bar on stderr while the block runs, and nothing of it afterwards."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("  {task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("reading", total=1.0)
        yield lambda what, share: shown.update(task, description=what, completed=share)
