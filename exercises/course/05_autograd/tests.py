"""Hidden tests of exercise 05. `student` has the submission's names; `rng` and `seeds` are fresh per grading.

`pytest exercises` runs them on the solution, `minigrad grade` on a submission in its own process.
"""

import numpy as np
import pytest

from exercises.checks import autograd, recurrence

SANDBOX = {"engine": False}  # an autograd of one's own is the task
SHAPES = [(2, 3), (4,), (3, 1, 2), ()]
SHARED = [
    "x * y + x",
    "x - x",
    "x / x + y",
    "(x + y) * (x - y) / y",
    "exp(x) * tanh(y) - log(x * x) / y",
    "(lambda u: u * tanh(u) * u - u)(x * y)",
    "(lambda u, v: (u + v) * (u - v) + u * u)(x * y, tanh(x))",
    "1 / (1 + exp(0 - x * y))",
]


def leaves(rng, shape=()):
    return {name: np.asarray(rng.uniform(0.4, 1.6, size=shape)) for name in "xy"}


@pytest.mark.points(2)
def test_apply(student, rng):
    """Remember: value, function and parents"""
    for shape in SHAPES:
        at = leaves(rng, shape)
        autograd.record_is_right(student, "x - y", at, "subtract", ["x", "y"])
        autograd.record_is_right(student, "y / x", at, "divide", ["y", "x"])
        autograd.record_is_right(student, "x * x", at, "multiply", ["x", "x"])
        autograd.record_is_right(student, "tanh(y)", at, "tanh", ["y"])


@pytest.mark.points(1)
def test_apply_numbers(student, rng):
    """Remember: plain numbers become nodes"""
    at = leaves(rng)
    autograd.record_is_right(student, "3 - x", at, "subtract", ["3", "x"])
    autograd.record_is_right(student, "x + 1.5", at, "add", ["x", "1.5"])
    autograd.record_is_right(student, "1 / y", at, "divide", ["1", "y"])


@pytest.mark.points(2)
def test_vjp(student, rng, seeds):
    """Rules: add, subtract, multiply and divide"""
    for function in ("add", "subtract", "multiply", "divide"):
        for shape in SHAPES:
            inputs = [
                rng.uniform(0.5, 2.0, size=shape) * rng.choice([-1.0, 1.0], size=shape) for _ in range(2)
            ]
            autograd.rule_is_right(student.vjp, function, inputs, seeds)


@pytest.mark.points(2)
def test_vjp_functions(student, rng, seeds):
    """Rules: exp, log and tanh"""
    for function in ("exp", "log", "tanh"):
        for shape in SHAPES:
            autograd.rule_is_right(
                student.vjp, function, [np.asarray(rng.uniform(0.3, 2.0, size=shape))], seeds
            )


@pytest.mark.points(3)
def test_backward(student, rng):
    """Backward: values that are used once, twice, and along ways of different lengths"""
    for expression in SHARED:
        at = {name: float(value) for name, value in leaves(rng).items()}
        autograd.backward_is_right(student, expression, at)
        autograd.backward_is_right(student, expression, at, rng.uniform(-2, -0.5))


@pytest.mark.points(1)
def test_backward_arrays(student, rng):
    """Backward: arrays, none of which is changed"""
    for expression in SHARED:
        for shape in SHAPES[:3]:
            autograd.backward_is_right(student, expression, leaves(rng, shape), rng.normal(size=shape))
    for expression in ("(x + y) + (x - y) + y", "(lambda u: u + u * u)(x + y) + x"):
        autograd.backward_is_right(student, expression, leaves(rng, (2, 3)), rng.normal(size=(2, 3)))


@pytest.mark.points(1)
def test_backward_twice(student, rng):
    """Backward: a second pass adds to the first"""
    at = {name: float(value) for name, value in leaves(rng).items()}
    autograd.two_passes_are_right(student, "x * y", "x + tanh(y)", at)
    autograd.two_passes_are_right(student, SHARED[4], SHARED[4], at)


@pytest.mark.points(1)
def test_backward_large(student, rng):
    """Backward: deep graphs, and graphs with very many ways"""
    autograd.backward_is_right(student, autograd.DEEP.format(1200), {"x": float(rng.uniform(0.01, 0.02))})
    autograd.backward_is_right(student, autograd.LADDER.format(60), {"x": float(rng.uniform(1, 2))})


@pytest.mark.points(2)
def test_recurrent(student, rng):
    """One weight, many uses: value and gradients of a recurrent network"""
    for length in (1, 2, 5, 9):
        w, u, h = rng.uniform(0.3, 0.9, size=3).tolist()
        xs = rng.uniform(-1, 1, size=length).tolist()
        recurrence.value_is_right(student, w, u, xs, h)
        recurrence.gradients_are_right(student, w, u, xs, h)
