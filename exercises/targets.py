"""`exercises.target("name")`: what a task is aiming at, as a stepper to play with before writing any code.

The picture is made by the engine's own operations, from `target_<name>` in the exercise's checks.py. While
grading, `exercises` is silent in the worker, so a picture costs nothing there and gives nothing away.
"""

from __future__ import annotations

import io
from typing import Any

from exercises import catalogue
from minigrad.errors import UsageError


def target(name: str, *own: Any) -> Any:
    """The picture of a task's target; as the last line of a notebook cell it shows itself.

    Args:
        name: the task, e.g. "add_gate".
        own: what the student has written, where the picture is to be made of that.

    Returns:
        A stepper, a drawing, or a figure.

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
    made = make(*own)
    return Shown(made) if type(made).__module__ == "matplotlib.figure" else made


class Shown:
    """A figure that shows itself, also in a notebook that has not imported matplotlib.

    Args:
        figure: a matplotlib Figure.
    """

    def __init__(self, figure: Any) -> None:
        self.figure = figure

    def _repr_png_(self) -> bytes:
        out = io.BytesIO()
        self.figure.savefig(out, format="png", dpi=100, facecolor="white")
        return out.getvalue()

    def __repr__(self) -> str:
        titles = [ax.get_title() or ax.get_ylabel() for ax in self.figure.axes]
        return f"A figure: {', '.join(filter(None, titles)) or 'see the picture'}"
