"""Hidden tests of exercise 01. `student` has the submission's names; `rng` and `seeds` are fresh per grading.

`pytest exercises` runs them on the solution, `minigrad grade` on a submission in its own process.
"""

import numpy as np
import pytest

from exercises.checks import numerical

SHAPES = [(4,), (2, 3), (), (1,), (3, 1, 2)]


def losses(rng):
    """For each shape a function that bends everywhere, its gradient, and a point."""
    for shape in SHAPES:
        scale = rng.uniform(0.5, 1.5, size=shape)

        def f(w, scale=scale):
            return np.sum(scale * np.exp(w) * np.sin(2 * w)) + np.sum(w) ** 2 / 2

        def gradient(w, scale=scale):
            return scale * np.exp(w) * (np.sin(2 * w) + 2 * np.cos(2 * w)) + np.sum(w)

        yield f, gradient, np.asarray(rng.uniform(-0.5, 0.5, size=shape))


@pytest.mark.points(2)
def test_slope(student, rng):
    """Slope: one forward difference"""
    for f, _, w in losses(rng):
        index = tuple(int(rng.integers(n)) for n in w.shape)
        numerical.slope_is_right(student.slope, f, w, index, 10 ** rng.uniform(-4, -2))


@pytest.mark.points(3)
def test_numerical_gradient(student, rng):
    """Numerical gradient: central differences of arrays of every shape"""
    for f, _, w in losses(rng):
        numerical.gradient_is_right(student.numerical_gradient, f, w, 10 ** rng.uniform(-2, -1))
        numerical.gradient_is_right(student.numerical_gradient, f, w)


@pytest.mark.points(1)
def test_numerical_gradient_integers(student, rng):
    """Numerical gradient: whole numbers"""
    w = rng.integers(-2, 2, size=(2, 3))
    numerical.whole_numbers_are_right(student.numerical_gradient, numerical.wave, w)


@pytest.mark.points(2)
def test_relative_error(student, rng):
    """Relative error: independent of the scale, symmetric, the worst entry counts"""
    for scale in (1e-6, 1.0, 1e4):
        a, n = scale * rng.normal(size=(2, 3, 4))
        numerical.error_is_right(student.relative_error, a, n)
        numerical.error_is_right(student.relative_error, 3 * a, n)
        numerical.error_is_right(student.relative_error, a, 3 * n)
    numerical.error_is_right(student.relative_error, rng.uniform(1, 2, size=5), -rng.uniform(1, 2, size=5))


@pytest.mark.points(1)
def test_relative_error_zeros(student):
    """Relative error: zeros against zeros, and against something"""
    numerical.zero_error_is_right(student.relative_error, (2, 3))
    numerical.error_is_right(student.relative_error, np.zeros(3), np.array([0.0, -2.0, 0.0]))
    numerical.error_is_right(student.relative_error, np.array([0.0, -2.0, 0.0]), np.zeros(3))


@pytest.mark.points(3)
def test_gradient_check(student, rng):
    """Gradient check: right gradients pass, wrong ones do not"""
    for f, gradient, w in losses(rng):
        numerical.verdicts_are_right(student.gradient_check, f, gradient(w), w)


@pytest.mark.points(1)
def test_gradient_check_small(student, rng):
    """Gradient check: tiny gradients, and gradients of another shape"""
    for f, gradient, w in losses(rng):
        numerical.small_verdict_is_right(student.gradient_check, f, gradient(w), w)
    numerical.shape_verdict_is_right(student.gradient_check, rng.normal(size=(2, 3)))
