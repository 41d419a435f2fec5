"""Hidden tests of exercise 09. `student` has the submission's names; `rng` and `seeds` are fresh per grading.

`pytest exercises` runs them on the solution, `minigrad grade` on a submission in its own process.
"""

from itertools import pairwise

import pytest

from exercises.blocks import check_rule
from exercises.checks import deep

SANDBOX = {"engine": False}
WIDTHS = [(3, 3, 3, 3), (2, 4, 3), (5, 2), (3, 1, 4, 2, 6)]


def networks(rng):
    """Matrices, input and upstream gradient of several deep linear networks."""
    for widths in WIDTHS:
        weights = [rng.normal(size=(m, n)) for n, m in pairwise(widths)]
        sign = rng.choice([-1.0, 1.0], size=widths[-1])
        yield weights, rng.normal(size=widths[0]), rng.uniform(0.5, 1.5, size=widths[-1]) * sign


def arrays(rng):
    """An input without zeros and an upstream gradient, of many entries."""
    sign = rng.choice([-1.0, 1.0], size=(2, 70, 50))
    return rng.uniform(0.5, 1.5, size=(2, 70, 50)) * sign


@pytest.mark.points(1)
def test_activations(student, rng):
    """The deep linear network, forward"""
    for weights, x, _ in networks(rng):
        deep.check_activations(student.activations, weights, x)


@pytest.mark.points(2)
def test_deep_linear(student, rng):
    """Its gradient, by the right formula"""
    for weights, x, g in networks(rng):
        deep.check_deep_linear(student.deep_linear_backward, weights, x, g)


@pytest.mark.points(2)
def test_deep_linear_slopes(student, rng, seeds):
    """Its gradient, against measured slopes"""
    for weights, x, _ in networks(rng):
        names = [f"W{k}" for k in range(1, len(weights) + 1)]

        def forward(*matrices, x=x):
            return deep.product(matrices, x.size) @ x

        def rule(g, *matrices, x=x):
            return student.deep_linear_backward(list(matrices), x, g)

        check_rule(rule, forward, weights, "deep_linear_backward", names, seeds)


@pytest.mark.points(2)
def test_xavier(student, seeds):
    """Xavier: shape, mean, variance"""
    deep.check_weights(student.xavier, "xavier", 250, 400, seeds[0])
    deep.check_weights(student.xavier, "xavier", 500, 150, seeds[1])


@pytest.mark.points(2)
def test_he(student, seeds):
    """He: shape, mean, variance"""
    deep.check_weights(student.he, "he", 250, 400, seeds[0])
    deep.check_weights(student.he, "he", 500, 150, seeds[1])


@pytest.mark.points(2)
def test_dropout_forward(student, rng, seeds):
    """Dropout in training, forward"""
    x, _ = arrays(rng)
    for p, seed in zip((0.25, 0.7), seeds, strict=False):
        deep.check_dropout_forward(student.Dropout, x, p, seed)


@pytest.mark.points(2)
def test_dropout_backward(student, rng, seeds):
    """Dropout in training, backward"""
    x, g = arrays(rng)
    for p, seed in zip((0.25, 0.7), seeds, strict=False):
        deep.check_dropout_backward(student.Dropout, x, g, p, seed)


@pytest.mark.points(1)
def test_dropout_evaluation(student, rng, seeds):
    """Dropout with training switched off"""
    x, g = arrays(rng)
    deep.check_dropout_evaluation(student.Dropout, x, g, 0.3, seeds[0])
