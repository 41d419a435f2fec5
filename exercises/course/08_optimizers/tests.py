"""Hidden tests of exercise 08. `student` has the submission's names; `rng` is fresh per grading.

`pytest exercises` runs them on the solution, `minigrad grade` on a submission in its own process.
"""

import numpy as np
import pytest

from exercises.checks import optimizers as steps

SANDBOX = {"engine": False}
SHAPES = [(2, 3), (4,), (3, 1, 2), ()]


def states(rng):
    """Weights, a gradient, a direction and a size for each shape; then in Fortran order."""
    for shape in SHAPES:
        w, g, v = (np.asarray(rng.normal(size=shape)) for _ in range(3))
        yield w, g, v, np.asarray(rng.uniform(0.1, 2.0, size=shape))
    w, g, v = (np.asfortranarray(rng.normal(size=(3, 4))) for _ in range(3))
    yield w, g, v, np.asfortranarray(rng.uniform(0.1, 2.0, size=(3, 4)))


@pytest.mark.points(1)
def test_momentum(student, rng):
    """Momentum, one step"""
    for w, g, v, _ in states(rng):
        steps.check_momentum(student.momentum_step, w, g, v, rng.uniform(0.01, 0.2), rng.uniform(0.3, 0.95))


@pytest.mark.points(1)
def test_momentum_run(student, rng):
    """Momentum, several steps in a row"""

    def right(w, g, v, t):
        v = mu * v + lr * g
        return w - v, v

    lr, mu = rng.uniform(0.01, 0.2), rng.uniform(0.3, 0.95)
    w, gradients = rng.normal(size=(2, 3)), rng.normal(size=(5, 2, 3))
    fun = student.momentum_step
    steps.check_run(lambda w, g, v, t: fun(w, g, v, lr, mu), right, w, gradients, "momentum_step", 1)


@pytest.mark.points(2)
def test_adagrad(student, rng):
    """Adagrad, one step"""
    for w, g, _, s in states(rng):
        steps.check_adagrad(student.adagrad_step, w, g, s, rng.uniform(0.01, 0.2), rng.uniform(0.05, 0.3))
    zero = np.zeros(3)
    steps.check_adagrad(student.adagrad_step, zero + 1, zero, zero, 0.1, 1e-8)


@pytest.mark.points(2)
def test_rmsprop(student, rng):
    """RMSProp, one step"""
    for w, g, _, s in states(rng):
        lr, rho, eps = rng.uniform(0.01, 0.2), rng.uniform(0.6, 0.95), rng.uniform(0.05, 0.3)
        steps.check_rmsprop(student.rmsprop_step, w, g, s, lr, rho, eps)
    zero = np.zeros(3)
    steps.check_rmsprop(student.rmsprop_step, zero + 1, zero, zero, 0.1, 0.9, 1e-8)


@pytest.mark.points(2)
def test_adam(student, rng):
    """Adam, one step from any state"""
    for w, g, m, s in states(rng):
        numbers = (
            rng.uniform(0.01, 0.2),
            rng.uniform(0.5, 0.9),
            rng.uniform(0.91, 0.99),
            rng.uniform(0.05, 0.3),
        )
        steps.check_adam(student.adam_step, w, g, m, s, int(rng.integers(2, 9)), numbers)


@pytest.mark.points(2)
def test_adam_run(student, rng):
    """Adam, several steps in a row from the start"""
    lr, b1, b2 = rng.uniform(0.01, 0.2), rng.uniform(0.5, 0.9), rng.uniform(0.91, 0.99)
    w, gradients = rng.normal(size=(2, 3)), rng.normal(size=(5, 2, 3))
    fun = student.adam_step
    steps.check_run(
        lambda w, g, m, s, t: fun(w, g, m, s, t, lr, b1, b2, 1e-8),
        lambda w, g, m, s, t: steps.adam(w, g, m, s, t, lr, b1, b2, 1e-8),
        w,
        gradients,
        "adam_step",
        2,
    )


@pytest.mark.points(1)
def test_published_adam(student, rng):
    """The bug in the printed Adam is found"""
    steps.check_first_wrong_step(student.first_wrong_step, "that is right", rng.uniform(0.01, 0.3))
    steps.check_first_wrong_step(student.first_wrong_step, "as printed", rng.uniform(0.01, 0.3))


@pytest.mark.points(2)
def test_published_adam_and_others(student, rng):
    """Other bugs are found, and a right Adam is called right"""
    for which in rng.permutation(list(steps.OTHERS)):
        steps.check_first_wrong_step(student.first_wrong_step, str(which), rng.uniform(0.01, 0.3), 5)
