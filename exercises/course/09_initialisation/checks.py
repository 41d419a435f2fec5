"""Public checks of exercise 09: what `exercises.check` runs in a student's notebook.

Each is a generator that announces a step with `yield` and then takes it; a step that fails raises. Students
may read this file: it gives away neither the answers nor the numbers of the hidden tests.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from exercises.checks import deep

W1, W2 = np.array([[1.0, 2.0], [0.0, 1.0]]), np.array([[2.0, 0.0], [1.0, 1.0]])
X, G = np.array([1.0, 2.0]), np.array([1.0, -1.0])
SQUARE = [
    np.array([[0.5, -1.0, 2.0], [1.5, 0.3, -0.7], [-0.2, 0.8, 1.1]]),
    np.array([[1.2, 0.4, -0.6], [-0.9, 1.7, 0.1], [0.6, -1.4, 0.2]]),
    np.array([[-0.3, 0.9, 1.6], [0.7, -1.1, 0.8], [1.3, 0.5, -0.4]]),
]
NARROWING = [
    np.arange(-6.0, 6.0).reshape(4, 3) / 4,
    np.arange(8.0).reshape(2, 4) - 3,
    np.array([[2.0, -1.0]]),
]
THREE, G3 = np.array([0.5, -1.0, 2.0]), np.array([0.3, -0.8, 1.7])
INPUT = np.linspace(0.5, 2.0, 2400).reshape(60, 40)
UPSTREAM = np.linspace(-2.0, -0.5, 2400).reshape(60, 40)


def target_deep_linear() -> Any:
    import minigrad as mg
    import visuals

    w1, w2 = (mg.tensor(w, requires_grad=True, name=f"W{k}") for k, w in ((1, W1), (2, W2)))
    return visuals.BackpropStepper(w2 @ (w1 @ mg.tensor(X, name="x")), gradient=G)


def target_dropout() -> Any:
    import minigrad as mg
    import visuals

    x = mg.tensor([1.0, 2.0, 3.0, 4.0], requires_grad=True, name="x")
    return visuals.BackpropStepper(mg.tensor([2.0, 0.0, 0.0, 2.0], name="mask") * x, gradient=np.ones(4))


def check_activations(student: Any) -> Iterator[str]:
    yield "two layers, by hand"
    deep.check_activations(student.activations, [W1, W2], X)
    yield "three layers"
    deep.check_activations(student.activations, SQUARE, THREE)
    yield "layers of different widths"
    deep.check_activations(student.activations, NARROWING, THREE)


def check_deep_linear(student: Any) -> Iterator[str]:
    yield "two layers, by hand"
    deep.check_deep_linear(student.deep_linear_backward, [W1, W2], X, G)
    yield "three layers"
    deep.check_deep_linear(student.deep_linear_backward, SQUARE, THREE, G3)
    yield "layers of different widths"
    deep.check_deep_linear(student.deep_linear_backward, NARROWING, THREE, np.array([1.5]))


def check_xavier(student: Any) -> Iterator[str]:
    yield "variance 0.0016 for 800 inputs and 450 outputs"
    deep.check_weights(student.xavier, "xavier", 800, 450, 1)
    yield "300 inputs and 100 outputs"
    deep.check_weights(student.xavier, "xavier", 300, 100, 2)


def check_he(student: Any) -> Iterator[str]:
    yield "variance 0.0025 for 800 inputs and 450 outputs"
    deep.check_weights(student.he, "he", 800, 450, 1)
    yield "300 inputs and 100 outputs"
    deep.check_weights(student.he, "he", 300, 100, 2)


def check_dropout(student: Any) -> Iterator[str]:
    yield "forward, in training"
    deep.check_dropout_forward(student.Dropout, INPUT, 0.2, 1)
    yield "backward, in training"
    deep.check_dropout_backward(student.Dropout, INPUT, UPSTREAM, 0.2, 2)
    yield "with training switched off"
    deep.check_dropout_evaluation(student.Dropout, INPUT, UPSTREAM, 0.2, 3)
