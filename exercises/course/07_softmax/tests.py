"""Hidden tests of exercise 07. `student` has the submission's names; `rng` and `seeds` are fresh per grading.

`pytest exercises` runs them on the solution, `minigrad grade` on a submission in its own process.
"""

import numpy as np
import pytest

from exercises.checks.softmax import (
    check_huge_gradient,
    check_loss,
    check_loss_backward,
    check_one_hot,
    check_rows,
)

SANDBOX = {"engine": False}
SHAPES = [(1, 3), (3, 5), (5, 3), (6, 2), (4, 4)]


def batches(rng):
    """Scores and classes for each shape, then scores in Fortran order."""
    for n, k in SHAPES:
        yield rng.normal(size=(n, k)) * 2, rng.integers(k, size=n)
    yield np.asfortranarray(rng.normal(size=(4, 6))), rng.integers(5, size=4)  # the last class does not occur


def huge(rng):
    """Scores and classes far beyond what exp can bear, some rows high, some low."""
    rows = np.array([[1000.0], [-1000.0], [0.0], [700.0]])
    scores = rows + rng.normal(size=(4, 5)) * np.array([[1.0], [1.0], [500.0], [300.0]])
    return scores, rng.integers(4, size=4)  # of five classes, the last does not occur


def hot(target, k):
    return np.eye(k)[target]


@pytest.mark.points(1)
@pytest.mark.task("log_sum_exp")
def test_log_sum_exp(student, rng):
    """Log-sum-exp of ordinary rows"""
    for scores, _ in batches(rng):
        check_rows(student.log_sum_exp, "log_sum_exp", scores)


@pytest.mark.points(1)
@pytest.mark.task("log_sum_exp")
def test_log_sum_exp_huge(student, rng):
    """Log-sum-exp of huge scores"""
    check_rows(student.log_sum_exp, "log_sum_exp", huge(rng)[0])


@pytest.mark.points(1)
@pytest.mark.task("softmax")
def test_softmax(student, rng):
    """Softmax of ordinary rows"""
    for scores, _ in batches(rng):
        check_rows(student.softmax, "softmax", scores)


@pytest.mark.points(1)
@pytest.mark.task("softmax")
def test_softmax_huge(student, rng):
    """Softmax of huge scores"""
    check_rows(student.softmax, "softmax", huge(rng)[0])


@pytest.mark.points(1)
@pytest.mark.task("one_hot")
def test_one_hot(student, rng):
    """One-hot, from class numbers and from one-hot"""
    for scores, target in batches(rng):
        check_one_hot(student.one_hot, target, scores.shape[1])
        check_one_hot(student.one_hot, hot(target, scores.shape[1]), scores.shape[1])


@pytest.mark.points(1)
@pytest.mark.task("cross_entropy")
def test_loss_of_classes(student, rng):
    """The loss, for class numbers"""
    for scores, target in batches(rng):
        check_loss(student.CrossEntropy, scores, target)


@pytest.mark.points(1)
@pytest.mark.task("cross_entropy")
def test_loss_of_one_hot(student, rng):
    """The loss, for one-hot targets"""
    for scores, target in batches(rng):
        check_loss(student.CrossEntropy, scores, hot(target, scores.shape[1]))


@pytest.mark.points(1)
@pytest.mark.task("cross_entropy")
def test_loss_huge(student, rng):
    """The loss of huge scores"""
    scores, target = huge(rng)
    check_loss(student.CrossEntropy, scores, target)
    check_loss(student.CrossEntropy, np.abs(scores) * hot(scores.argmin(1), 5) * -1, scores.argmin(1))


@pytest.mark.points(3)
@pytest.mark.task("cross_entropy_backward")
def test_backward(student, rng, seeds):
    """The gradient, against measured slopes"""
    for scores, target in batches(rng):
        check_loss_backward(student.CrossEntropy, scores, target, seeds)
        check_loss_backward(student.CrossEntropy, scores, hot(target, scores.shape[1]), seeds)


@pytest.mark.points(1)
@pytest.mark.task("cross_entropy_backward")
def test_backward_huge(student, rng):
    """The gradient for huge scores"""
    scores, target = huge(rng)
    check_huge_gradient(student.CrossEntropy, scores, target, rng.uniform(0.5, 1.5))
