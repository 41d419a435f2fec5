"""Public checks of exercise 06: what `exercises.check` runs in a student's notebook.

Each is a generator that announces a step with `yield` and then takes it; a step that fails raises. Students
may read this file: it gives away neither the answers nor the numbers of the hidden tests.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from exercises.blocks import check_rule
from exercises.checks import broadcasting

G = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
A, B = np.array([[1.0, -2.0], [0.5, 3.0]]), np.array([[2.0, 1.0], [-1.0, 0.3]])
LONG = np.array([[1.5, -0.4, 2.0], [-0.3, 3.1, -2.2]])
TALL = np.array([[0.6, 1.9, -1.2, 0.4], [2.5, 0.7, -3.4, 1.1], [-0.8, 0.2, 0.9, -1.6]])


def _numbers(*shape: int) -> np.ndarray:
    """Numbers of both signs, without a pattern."""
    n = int(np.prod(shape))
    return np.cos(1.0 + 1.7 * np.arange(n) ** 1.3).reshape(shape)


def target_unbroadcast() -> Any:
    """A row and a column that are repeated, and what comes back to them."""
    import minigrad as mg
    import visuals

    row = mg.tensor([1.0, 2.0, 3.0], requires_grad=True, name="row")
    column = mg.tensor([[10.0], [20.0]], requires_grad=True, name="column")
    return visuals.BackpropStepper(row + column, gradient=G)


def target_matmul() -> Any:
    """A product of two matrices of different sizes, and its gradients when ones arrive."""
    import minigrad as mg
    import visuals

    a, b = mg.tensor(G, requires_grad=True, name="A"), mg.tensor(TALL, requires_grad=True, name="B")
    c = a @ b
    c.backward(np.ones((2, 4)))
    return visuals.draw(c, values="full", names={"C": c})  # a stepper would write the rules on the edges


def check_unbroadcast(student: Any) -> Iterator[str]:
    undo = student.unbroadcast
    for shape in ((3,), (2, 1), (), (2, 3), (1, 3)):
        yield f"the worked example, shape {shape}"
        broadcasting.unbroadcast_is_right(undo, G, shape)
    yield "three axes"
    for small in ((3, 4), (2, 1, 4), (1, 3, 1), (4,), (3, 1)):
        broadcasting.unbroadcast_is_right(undo, _numbers(2, 3, 4), small)
    yield "square matrices"
    broadcasting.unbroadcast_is_right(undo, A, (2,))
    broadcasting.unbroadcast_is_right(undo, A, (2, 1))


def check_multiply(student: Any) -> Iterator[str]:
    yield "(1, 2) times 10: gradients (10, 10) and 3"
    broadcasting.multiply_is_right(
        student.multiply_backward, np.array([1.0, 2.0]), np.array(10.0), np.ones(2)
    )
    yield "a row, a column, and another upstream gradient"
    for shape in ((3,), (2, 1)):
        broadcasting.multiply_is_right(student.multiply_backward, LONG, _numbers(*shape), _numbers(2, 3))
    yield "many pairs of shapes, against measured slopes"
    for one, other in broadcasting.PAIRS[:6]:
        inputs = [_numbers(*one), 2 + _numbers(*other)]
        check_rule(student.multiply_backward, np.multiply, inputs, "multiply_backward", seeds=(0, 1))


def check_matmul(student: Any) -> Iterator[str]:
    yield "the worked example"
    one, two = np.array([[1.0, 2.0]]), np.array([[3.0], [4.0]])
    broadcasting.matmul_is_right(student.matmul_backward, one, two, np.array([[1.0]]))
    yield "square matrices, where every order runs"
    broadcasting.matmul_is_right(student.matmul_backward, A, B, np.array([[0.5, -1.0], [2.0, 1.5]]))
    yield "three different sizes, against measured slopes"
    check_rule(student.matmul_backward, np.matmul, [LONG, TALL], "matmul_backward", ("a", "b"), seeds=(0, 1))


def check_layer(student: Any) -> Iterator[str]:
    x, W, b = _numbers(4, 2), LONG, np.array([0.5, -1.0, 2.0])
    yield "four examples, two inputs, three outputs"
    broadcasting.layer_is_right(student.layer_backward, x, W, b, _numbers(4, 3))
    yield "as many examples as outputs"
    broadcasting.layer_is_right(student.layer_backward, x[:3], W, b, _numbers(3, 3))
    yield "against measured slopes"
    check_rule(
        student.layer_backward, broadcasting.layer, [x, W, b], "layer_backward", ("x", "W", "b"), seeds=(0, 1)
    )


def check_stack(student: Any) -> Iterator[str]:
    yield "plain matrices"
    broadcasting.stack_is_right(student.stack_backward, LONG, TALL, (0, 1))
    for one, other in broadcasting.STACKS[1:5]:
        yield f"{one} times {other}"
        broadcasting.stack_is_right(student.stack_backward, _numbers(*one), _numbers(*other), (0, 1))
