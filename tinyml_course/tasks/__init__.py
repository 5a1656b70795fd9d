"""The course's tasks, each in a module of its own, and the way from recordings to a trained RUN."""

from __future__ import annotations

from tinyml_course.errors import InputError
from tinyml_course.tasks.gestures import GESTURES
from tinyml_course.tasks.keywords import KEYWORDS
from tinyml_course.tasks.parts import PARTS
from tinyml_course.tasks.task import Recipe, Task

__all__ = ["TASKS", "Recipe", "Task", "get_task"]

TASKS = {task.name: task for task in (KEYWORDS, GESTURES, PARTS)}


def get_task(name: str) -> Task:
    """Return a task by name.

    Raises
    ------
    InputError
        If there is no such task.
    """
    if name not in TASKS:
        raise InputError(f"there is no task {name!r}: choose {', '.join(TASKS)}.")
    return TASKS[name]
