"""Public checks of exercise 11: what `exercises.check` runs in a student's notebook.

Each is a generator that announces a step with `yield` and then takes it; a step that fails raises. Students
may read this file: it gives away neither the answers nor the numbers of the hidden tests.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from exercises.checks import higher
from exercises.checks.higher import BOWL, CUBES, SADDLE, Formula

POINT, ALONG = np.array([0.4, -0.7, 1.1]), np.array([1.0, 0.5, -2.0])
ROWS, ROWS_ALONG = (
    np.array([[0.4, -0.7, 1.1], [0.2, 0.9, -0.3]]),
    np.array([[1.0, 0.5, -2.0], [0.3, -1.0, 0.7]]),
)
MIXED = Formula("np.sum(np.exp(x) * np.sum(x)) / 4")


def target_twice() -> Any:
    """The graph of s: a gradient is among its nodes."""
    import minigrad as mg
    import visuals

    x = mg.tensor([1.0, 2.0, 3.0], requires_grad=True, name="x")
    (g,) = mg.grad(np.sum(x**2), x, create_graph=True)
    g.name = "g"
    return visuals.BackpropStepper(np.exp(g[0]) - np.exp(g[2]))


def target_hvp() -> Any:
    """The graph of gradient · v for a sum of cubes."""
    import minigrad as mg
    import visuals

    x = mg.tensor([1.0, 2.0], requires_grad=True, name="x")
    (g,) = mg.grad(np.sum(x**3), x, create_graph=True)
    g.name = "g"
    return visuals.BackpropStepper(np.sum(g * mg.tensor([1.0, -1.0], name="v")))


def check_twice(student: Any) -> Iterator[str]:
    yield "at (1, 2, 3): (14.7781, 0, -806.8576)"
    higher.twice_is_right(student, np.array([1.0, 2.0, 3.0]))
    yield "at other points, with more entries"
    higher.twice_is_right(student, np.array([0.3, -0.2, -0.5, 0.8, 0.1]))


def check_derivatives(student: Any) -> Iterator[str]:
    yield "x⁴ at 2: 16, 32, 48, 48, 24"
    higher.derivatives_are_right(student, Formula("x ** 4"), 2.0, 4)
    yield "1/x at 1, tanh at 0.5"
    higher.derivatives_are_right(student, Formula("1 / x"), 1.0, 5)
    higher.derivatives_are_right(student, Formula("np.tanh(x)"), 0.5, 4)
    yield "no derivative at all: [f(x)]"
    higher.derivatives_are_right(student, Formula("np.exp(x)"), 0.5, 0)


def check_hvp(student: Any) -> Iterator[str]:
    yield "a sum of cubes at (1, 2), v = (1, -1): (6, -12)"
    higher.hvp_is_right(student, CUBES, np.array([1.0, 2.0]), np.array([1.0, -1.0]))
    yield "Hessians that are no diagonals"
    higher.hvp_is_right(student, BOWL, POINT, ALONG)
    higher.hvp_is_right(student, SADDLE, POINT, ALONG)
    yield "x with two axes"
    higher.hvp_is_right(student, MIXED, ROWS, ROWS_ALONG)


def check_penalty_gradient(student: Any) -> Iterator[str]:
    yield "x² at 3 with weight 0.25: 9"
    higher.penalty_is_right(student, Formula("x ** 2"), np.array(3.0), 0.25)
    yield "Hessians that are no diagonals"
    higher.penalty_is_right(student, BOWL, POINT, 0.1)
    higher.penalty_is_right(student, MIXED, ROWS, 0.3)


def check_sharpest(student: Any) -> Iterator[str]:
    plain = Formula("x[0] ** 2 + 0.5 * x[1] ** 2")
    yield "the worked example: 1.8, then 33/17"
    higher.sharpest_is_right(student, plain, np.zeros(2), np.ones(2), 1)
    higher.sharpest_is_right(student, plain, np.zeros(2), np.ones(2), 2)
    yield "a function that bends down"
    higher.sharpest_is_right(student, SADDLE, POINT, ALONG, 4)
    yield "x with two axes"
    higher.sharpest_is_right(student, MIXED, ROWS, ROWS_ALONG, 3)
