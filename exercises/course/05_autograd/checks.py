"""Public checks of exercise 05: what `exercises.check` runs in a student's notebook.

Each is a generator that announces a step with `yield` and then takes it; a step that fails raises. Students
may read this file: it gives away neither the answers nor the numbers of the hidden tests.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from exercises.checks import autograd, recurrence

X, Y = np.array([[1.5, -0.4, 2.0], [0.3, 3.1, -2.2]]), np.array([[0.6, 1.9, -1.2], [2.5, 0.7, -3.4]])


def _leaf(value: float, name: str) -> Any:
    import minigrad as mg

    return mg.tensor(value, requires_grad=True, name=name)


def target_apply() -> Any:
    """2 x + x y, which is recorded while it is computed."""
    import visuals

    x, y = _leaf(3.0, "x"), _leaf(4.0, "y")
    return visuals.draw(2 * x + x * y)


def target_backward() -> Any:
    """x - x, and a value that is used three times."""
    import visuals

    x, y = _leaf(3.0, "x"), _leaf(2.0, "y")
    u = x * y
    return visuals.BackpropStepper((u - u) + u / x)


def target_recurrent() -> Any:
    """Two steps of the network."""
    import visuals

    w, u = _leaf(0.5, "w"), _leaf(1.0, "u")
    h: Any = 0.1
    for x in (1.0, -0.5):
        h = np.tanh(w * h + u * x)
    return visuals.BackpropStepper(h)


def check_apply(student: Any) -> Iterator[str]:
    at = {"x": 3.0, "y": 4.0}
    yield "x · y at (3, 4)"
    autograd.record_is_right(student, "x * y", at, "multiply", ["x", "y"])
    yield "x - y: the order of the parents"
    autograd.record_is_right(student, "x - y", at, "subtract", ["x", "y"])
    yield "2 · x and x / 2: plain numbers"
    autograd.record_is_right(student, "2 * x", at, "multiply", ["2", "x"])
    autograd.record_is_right(student, "x / 2", at, "divide", ["x", "2"])
    yield "x · x and exp(x)"
    autograd.record_is_right(student, "x * x", at, "multiply", ["x", "x"])
    autograd.record_is_right(student, "exp(x)", at, "exp", ["x"])
    yield "arrays"
    autograd.record_is_right(student, "x + y", {"x": X, "y": Y}, "add", ["x", "y"])


def check_vjp(student: Any) -> Iterator[str]:
    for function in ("add", "subtract", "multiply", "divide"):
        yield f"{function}, against measured slopes"
        autograd.rule_is_right(student.vjp, function, [X, Y], seeds=(0, 1))
    for function in ("exp", "log", "tanh"):
        yield f"{function}, against measured slopes"
        autograd.rule_is_right(student.vjp, function, [np.abs(X)], seeds=(0, 1))


def check_backward(student: Any) -> Iterator[str]:
    yield "x · y at (3, 4): the gradients are 4 and 3"
    autograd.backward_is_right(student, "x * y", {"x": 3.0, "y": 4.0})
    yield "another gradient than 1 arrives"
    autograd.backward_is_right(student, "x * y", {"x": 3.0, "y": 4.0}, 0.5)
    yield "x · y + x: two messages go to x"
    autograd.backward_is_right(student, "x * y + x", {"x": 3.0, "y": 4.0})
    yield "x - x, x / x and x · x"
    for expression in ("x - x", "x / x", "x * x"):
        autograd.backward_is_right(student, expression, {"x": 3.0})
    yield "ways of different lengths"
    autograd.backward_is_right(student, "(x * y) * tanh(tanh(x * y) + x)", {"x": 0.5, "y": 0.8})
    autograd.backward_is_right(student, "(lambda u: u * tanh(u) * u)(x * y)", {"x": 0.5, "y": 0.8})
    yield "arrays"
    autograd.backward_is_right(student, "(x + y) * x - x / y", {"x": X, "y": Y}, np.cos(X))
    autograd.backward_is_right(student, "(x + y) + (x - y) + y", {"x": X, "y": Y}, np.cos(X))
    yield "a second pass adds to the first"
    autograd.two_passes_are_right(student, "x * y", "x + y + 1", {"x": 3.0, "y": 4.0})
    autograd.two_passes_are_right(student, "tanh(x * y) * x", "tanh(x * y) * x", {"x": 0.3, "y": 0.4})
    yield "3,100 nodes deep, and a ladder with very many ways"
    autograd.backward_is_right(student, autograd.DEEP.format(3100), {"x": 0.01})
    autograd.backward_is_right(student, autograd.LADDER.format(18), {"x": 1.0})


def check_recurrent(student: Any) -> Iterator[str]:
    yield "one step: 0.7616"
    recurrence.value_is_right(student, 0.5, 1.0, [1.0], 0.0)
    yield "five steps: value and gradients"
    recurrence.value_is_right(student, 0.5, 1.0, [1.0, -0.5, 0.25, 0.8, -0.3], 0.1)
    recurrence.gradients_are_right(student, 0.5, 1.0, [1.0, -0.5, 0.25, 0.8, -0.3], 0.1)
