"""Hidden tests of exercise 11. `student` has the submission's names; `rng` and `seeds` are fresh per grading.

`pytest exercises` runs them on the solution, `minigrad grade` on a submission in its own process.
"""

import numpy as np
import pytest

from exercises.checks import higher
from exercises.checks.higher import Formula

SANDBOX = {"forbid": ["minigrad.func.hvp", "minigrad.func.hessian"]}  # these are what is to be written


@pytest.mark.points(3)
def test_twice(student, rng):
    """Twice: the gradient of something computed from a gradient"""
    for n in (3, 4, 7):
        higher.twice_is_right(student, rng.uniform(-1.0, 1.0, size=n))


@pytest.mark.points(2)
def test_derivatives(student, rng):
    """Again and again: derivatives of any order"""
    for text in ("np.sin(x) * np.exp(x)", "np.log(1 + x ** 2)", "x ** 5 - 2 * x ** 3"):
        higher.derivatives_are_right(
            student, Formula(text), float(rng.uniform(0.5, 1.5)), int(rng.integers(2, 5))
        )


@pytest.mark.points(3)
def test_hvp(student, rng):
    """The Hessian times a vector"""
    for f, x in higher.formulas(rng):
        for _ in range(2):
            higher.hvp_is_right(student, f, x, np.asarray(rng.normal(size=x.shape)))


@pytest.mark.points(1)
def test_hvp_large(student, rng):
    """The Hessian times a vector, for many entries"""
    n = 20_000
    x, v = rng.normal(size=(2, n))
    f = Formula("np.sum(np.tanh(x) ** 2) + np.sum(x) ** 2 / 2")
    t = np.tanh(x)
    right = 2 * (1 - t**2) * (1 - 3 * t**2) * v + v.sum()
    higher.product_is_right(student, f, x, v, right)


@pytest.mark.points(3)
def test_penalty_gradient(student, rng):
    """A penalty on the gradient"""
    for f, x in higher.formulas(rng):
        higher.penalty_is_right(student, f, x, float(rng.uniform(0.1, 0.9)))


@pytest.mark.points(2)
def test_sharpest(student, rng):
    """The sharpest direction"""
    for f, x in higher.formulas(rng)[:4]:
        higher.sharpest_is_right(student, f, x, rng.normal(size=x.shape), int(rng.integers(1, 4)))
