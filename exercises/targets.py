"""`exercises.target("name")`: what a task is aiming at, as a stepper to play with before writing any code.

The picture is made by the engine's own operations, from `target_<name>` in the exercise's checks.py. While
grading, `exercises` is silent in the worker, so a picture costs nothing there and gives nothing away.
"""

from __future__ import annotations

from typing import Any

from exercises import catalogue
from minigrad.errors import UsageError


def target(name: str, *own: Any) -> Any:
    """The picture of a task's target; as the last line of a notebook cell it shows itself.

    Args:
        name: the task, e.g. "add_gate".
        own: what the student has written, where the picture is to be made of that.

    Returns:
        A stepper or a drawing.

    Raises:
        UsageError: there is no such task, or it has no picture.

    Example:
        >>> import exercises
        >>> stepper = exercises.target("add_gate")
        >>> len(stepper) > 0
        True
    """
    checks = catalogue.find_task(name).check(name).__globals__
    make = checks.get(f"target_{name}")
    if make is None:
        raise UsageError(f"the task {name!r} has no picture of its target")
    return make(*own)
