"""Public checks of exercise 07: what `exercises.check` runs in a student's notebook.

Each is a generator that announces a step with `yield` and then takes it; a step that fails raises. Students
may read this file: it gives away neither the answers nor the numbers of the hidden tests.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from exercises.checks import softmax
from exercises.checks.softmax import check_huge_gradient, check_loss, check_loss_backward, check_rows

EXAMPLE = np.array([[2.0, 1.0, 0.0]])
ROWS = np.array([[0.3, -1.2, 2.0, 0.7], [1.5, 0.1, -0.4, -2.5], [0.0, 0.2, 3.0, 1.1]])
HUGE = np.array([[1000.0, 999.0, 998.0], [-1000.0, -1001.0, -999.0], [5.0, -2000.0, 0.0]])
CLASSES = np.array([2, 0, 1])
ONE_HOT = np.array([[0.0, 0.0, 1.0, 0.0], [1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0]])


def _exponentials() -> tuple[Any, Any]:
    """The example's exponentials as single nodes, and their sum."""
    import minigrad as mg

    scores = [mg.tensor(s, requires_grad=True, name=f"s{j}") for j, s in enumerate(EXAMPLE[0])]
    e0, e1, e2 = map(np.exp, scores)
    return e1, e0 + e1 + e2


def target_log_sum_exp() -> Any:
    import visuals

    return visuals.BackpropStepper(np.log(_exponentials()[1]))


def target_softmax() -> Any:
    import visuals

    e1, total = _exponentials()
    return visuals.BackpropStepper(e1 / total)


def target_cross_entropy_backward() -> Any:
    import visuals

    e1, total = _exponentials()
    return visuals.BackpropStepper(-np.log(e1 / total))


def check_log_sum_exp(student: Any) -> Iterator[str]:
    yield "the example (2, 1, 0): 2.4076"
    check_rows(student.log_sum_exp, "log_sum_exp", EXAMPLE)
    yield "several rows"
    check_rows(student.log_sum_exp, "log_sum_exp", ROWS)
    yield "rows with scores of 1000 and −1000"
    check_rows(student.log_sum_exp, "log_sum_exp", HUGE)


def check_softmax(student: Any) -> Iterator[str]:
    yield "the example (2, 1, 0): 0.6652, 0.2447, 0.0900"
    check_rows(student.softmax, "softmax", EXAMPLE)
    yield "several rows"
    check_rows(student.softmax, "softmax", ROWS)
    yield "rows with scores of 1000 and −1000"
    check_rows(student.softmax, "softmax", HUGE)


def check_one_hot(student: Any) -> Iterator[str]:
    yield "of class numbers"
    softmax.check_one_hot(student.one_hot, CLASSES, 4)
    yield "of what is one-hot already"
    softmax.check_one_hot(student.one_hot, ONE_HOT, 4)


def check_cross_entropy(student: Any) -> Iterator[str]:
    yield "the example (2, 1, 0), class 1: 1.4076"
    check_loss(student.CrossEntropy, EXAMPLE, np.array([1]))
    yield "three examples, with class numbers"
    check_loss(student.CrossEntropy, ROWS, CLASSES)
    yield "three examples, one-hot"
    check_loss(student.CrossEntropy, ROWS, ONE_HOT)
    yield "scores of 1000 and −1000, and the wrong class"
    check_loss(student.CrossEntropy, HUGE, CLASSES)


def check_cross_entropy_backward(student: Any) -> Iterator[str]:
    yield "the example (2, 1, 0), class 1, against measured slopes"
    check_loss_backward(student.CrossEntropy, EXAMPLE, np.array([1]), seeds=(0, 1))
    yield "three examples, with class numbers"
    check_loss_backward(student.CrossEntropy, ROWS, CLASSES, seeds=(0, 1))
    yield "three examples, one-hot"
    check_loss_backward(student.CrossEntropy, ROWS, ONE_HOT, seeds=(0, 1))
    yield "scores of 1000 and −1000"
    check_huge_gradient(student.CrossEntropy, HUGE, CLASSES, -2.0)
