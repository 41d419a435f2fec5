"""Public checks of exercise 03: what `exercises.check` runs in a student's notebook.

Each is a generator that announces a step with `yield` and then takes it; a step that fails raises. Students
may read this file: it gives away neither the answers nor the numbers of the hidden tests.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from exercises.blocks import check_backward, check_forward, check_gradients
from exercises.checks import building
from exercises.checks.building import INPUTS

X, B, T = np.array([1.0, 2.0]), np.array([0.0, 1.0, 0.0]), np.array([0.0, 5.0])
W = np.array([[1.0, 0.0, -1.0], [2.0, 1.0, 0.0]])
SQUARE = np.array([[0.5, -1.5], [2.0, 1.0]])
MATRIX = np.array([[1.5, -0.4, 2.0], [-0.3, 3.1, -2.2]])


def target_relu() -> Any:
    """relu of a vector with both signs."""
    import minigrad as mg
    import visuals

    x = mg.tensor([-1.0, 2.0], requires_grad=True, name="x")
    z = mg.nn.functional.relu(x)
    z.backward(np.array([5.0, 7.0]))
    return visuals.draw(z, values="full", names={"z": z})  # a stepper would write the rule on the edge


def target_dense() -> Any:
    """The worked example of the task."""
    import minigrad as mg
    import visuals

    x, w, b = (mg.Parameter(a, name=n) for a, n in ((X, "x"), (W, "W"), (B, "b")))
    z = w.T @ x + b
    z.backward(np.array([1.0, 1.0, 2.0]))
    return visuals.draw(z, values="full", names={"z": z})  # a stepper would write the rules on the edges


def target_squared_loss() -> Any:
    """A tenth of the loss of the worked example."""
    import minigrad as mg
    import visuals

    y, t = mg.tensor([1.0, 3.0], requires_grad=True, name="y"), mg.tensor(T, requires_grad=True, name="t")
    return visuals.BackpropStepper(0.1 * (0.5 * np.sum((y - t) ** 2)))


def target_network(dense: Any, relu: Any, loss: Any) -> Any:
    """A network of the student's own blocks."""
    import minigrad as mg
    import visuals

    rng = np.random.default_rng(3)
    shapes = {"W1": (2, 3), "b1": (3,), "W2": (3, 2), "b2": (2,)}
    w1, b1, w2, b2 = (mg.Parameter(np.round(rng.normal(size=s), 1), name=n) for n, s in shapes.items())
    x, t = mg.tensor(X, name="x"), mg.tensor(T, name="t")
    return visuals.BackpropStepper(0.1 * loss()(dense()(relu()(dense()(x, w1, b1)), w2, b2), t))


def check_relu(student: Any) -> Iterator[str]:
    x, g = np.array([-1.0, 2.0]), np.array([5.0, 7.0])
    yield "forward: (-1, 2) becomes (0, 2)"
    check_forward(student.ReLU(), building.relu, [x], "ReLU")
    yield "forward on a matrix"
    check_forward(student.ReLU(), building.relu, [MATRIX], "ReLU")
    yield "backward on a matrix, against measured slopes"
    check_backward(student.ReLU(), building.relu, [MATRIX], "ReLU", ("x",), seeds=(0, 1))
    yield "backward: (5, 7) becomes (0, 7)"
    check_gradients(student.ReLU(), [x], building.relu(x), g, [np.array([0.0, 7.0])], "ReLU.backward", ("x",))
    yield "backward where x is 0"
    zero = np.array([0.0, 3.0])
    check_gradients(student.ReLU(), [zero], zero, g, [np.array([0.0, 7.0])], "ReLU.backward at 0", ("x",))


def check_dense(student: Any) -> Iterator[str]:
    yield "forward: the worked example, z = (5, 3, -1)"
    check_forward(student.Dense(), building.dense, [X, W, B], "Dense")
    yield "backward: the worked example"
    building.dense_is_right(student.Dense(), X, W, B, np.array([1.0, 1.0, 2.0]))
    yield "backward with a square W"
    building.dense_is_right(student.Dense(), X, SQUARE, B[:2], np.array([-1.0, 0.5]))
    yield "backward against measured slopes"
    check_backward(student.Dense(), building.dense, [MATRIX[:, 0], MATRIX, B], "Dense", INPUTS, seeds=(0, 1))


def check_published_bug(student: Any) -> Iterator[str]:
    yield "caught: the published code runs, and is wrong"
    building.catches(student.caught)
    yield "hidden: the published code is right, whatever arrives"
    building.hides(student.hidden)


def check_squared_loss(student: Any) -> Iterator[str]:
    y = np.array([1.0, 3.0])
    yield "forward: 2.5"
    check_forward(student.SquaredLoss(), building.squared_loss, [y, T], "SquaredLoss")
    yield "forward on matrices: still one number"
    check_forward(student.SquaredLoss(), building.squared_loss, [MATRIX, W], "SquaredLoss")
    yield "backward against measured slopes"
    check_backward(
        student.SquaredLoss(), building.squared_loss, [y, T], "SquaredLoss", ("y", "t"), seeds=(0, 1)
    )
    check_backward(
        student.SquaredLoss(), building.squared_loss, [MATRIX, W], "SquaredLoss", ("y", "t"), seeds=(0,)
    )
    yield "backward: 0.1 arrives, (0.1, -0.2) goes to y"
    tenth = [np.array([0.1, -0.2]), np.array([-0.1, 0.2])]
    what = "SquaredLoss.backward"
    check_gradients(student.SquaredLoss(), [y, T], np.array(2.5), np.array(0.1), tenth, what, ("y", "t"))


def check_network(student: Any) -> Iterator[str]:
    yield "forward and backward through all blocks"
    w2 = np.array([[0.5, 1.0], [-1.0, 2.0], [0.3, 0.7]])
    building.network_is_right(student, [X, W, B, w2, np.array([0.1, 0.2]), T], 0.1)
