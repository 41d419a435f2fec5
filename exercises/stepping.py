"""Step through a graph of a student's own nodes, where a grading process has better things to do.

With this module, one can
- see it in the notebook:    stepping.through(graph), where graph() makes the graph and returns its output
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import visuals


def through(graph: Callable[[], Any]) -> Any:
    """The stepper of the graph that `graph()` makes.

    It is handed over as a function, because in a grading process, which has neither pictures nor (in many
    exercises) an engine, nobody calls it.

    Args:
        graph: makes a graph and returns its output, a Tensor.

    Example:
        >>> import minigrad as mg
        >>> len(through(lambda: mg.tensor(2.0, requires_grad=True) * 3.0)) > 0
        True
    """
    return visuals.BackpropStepper(graph())
