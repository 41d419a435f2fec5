"""Public checks of exercise 01: what `exercises.check` runs in a student's notebook.

Each is a generator that announces a step with `yield` and then takes it; a step that fails raises. Students
may read this file: it gives away neither the answers nor the numbers of the hidden tests.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from exercises.checks import numerical
from exercises.checks.numerical import wave, wave_gradient

WEIGHTS = np.array([0.34, -1.11, 0.78, 0.12, 0.55, 2.81, -3.1, -1.5, 0.33])
LOSSES = {0: 1.25322, 1: 1.25353, 2: 1.25347}  # after adding 0.0001 to that weight; 1.25347 before
MATRIX = np.array([[0.5, -1.0, 0.7], [0.1, 0.3, -0.7]])


def lecture_loss(w: np.ndarray) -> float:
    """The losses of the lecture, one for each weight that has grown."""
    changed = np.flatnonzero(w > WEIGHTS + 1e-6)
    return 1.25347 + sum(LOSSES.get(int(i), 1.25347) - 1.25347 for i in changed)


def target_slope() -> Any:
    """A loss of two weights: change one in the picture, and see how far the loss moves."""
    import minigrad as mg
    import visuals

    w0 = mg.tensor(0.34, requires_grad=True, name="w0")
    w1 = mg.tensor(-1.11, requires_grad=True, name="w1")
    return visuals.BackpropStepper(np.exp(w0 * w1))


def target_numerical_gradient() -> Any:
    """The exact gradient of w³ at 2, which the differences approach."""
    import minigrad as mg
    import visuals

    return visuals.BackpropStepper(mg.tensor(2.0, requires_grad=True, name="w") ** 3)


def target_gradient_check() -> Any:
    """The error of both quotients against the step, for e^w at 1."""
    import matplotlib.pyplot as plt

    from visuals import plots

    figure = plots.step_size_curve(np.exp, 1.0, name="e^w").figure
    plt.close(figure)  # it is the cell's value, and would otherwise be shown a second time
    return figure


def check_slope(student: Any) -> Iterator[str]:
    yield "the lecture's loss, first weight: -2.5"
    numerical.slope_is_right(student.slope, lecture_loss, WEIGHTS, 0, 1e-4)
    yield "second and third weight: 0.6 and 0"
    numerical.slope_is_right(student.slope, lecture_loss, WEIGHTS, 1, 1e-4)
    numerical.slope_is_right(student.slope, lecture_loss, WEIGHTS, 2, 1e-4)
    yield "an entry of a matrix"
    numerical.slope_is_right(student.slope, wave, MATRIX, (1, 2), 0.01)


def check_numerical_gradient(student: Any) -> Iterator[str]:
    gradient = student.numerical_gradient
    yield "w³ at 2 with h = 0.1: 12.01"
    numerical.gradient_is_right(gradient, lambda w: float(w**3), np.array(2.0), 0.1)
    yield "a vector, with a long step"
    numerical.gradient_is_right(gradient, wave, MATRIX[0], 0.05)
    yield "a matrix, with the usual step"
    numerical.gradient_is_right(gradient, wave, MATRIX)
    yield "whole numbers"
    numerical.whole_numbers_are_right(gradient, wave, np.array([0, 1, -1]))


def check_relative_error(student: Any) -> Iterator[str]:
    error = student.relative_error
    yield "(3, -4) against (3, -5): 0.2"
    numerical.error_is_right(error, np.array([3.0, -4.0]), np.array([3.0, -5.0]))
    yield "the other way round, and for matrices"
    numerical.error_is_right(error, np.array([3.0, -5.0]), np.array([3.0, -4.0]))
    numerical.error_is_right(error, MATRIX, MATRIX[::-1])
    numerical.error_is_right(error, np.array([1.0, 1e-9, -2.0]), np.array([1.001, 2e-9, -2.5]))
    yield "thousand times larger, the same error"
    numerical.error_is_right(error, 1000 * MATRIX, 1000 * MATRIX[::-1])
    yield "two gradients of zeros agree"
    numerical.zero_error_is_right(error, (3,))


def check_gradient_check(student: Any) -> Iterator[str]:
    check = student.gradient_check
    yield "right and wrong gradients of a vector"
    numerical.verdicts_are_right(check, wave, wave_gradient(MATRIX[0]), MATRIX[0])
    yield "right and wrong gradients of a matrix"
    numerical.verdicts_are_right(check, wave, wave_gradient(MATRIX), MATRIX)
    yield "a function with tiny values"
    numerical.small_verdict_is_right(check, wave, wave_gradient(MATRIX), MATRIX)
    yield "a gradient of another shape"
    numerical.shape_verdict_is_right(check, MATRIX)
