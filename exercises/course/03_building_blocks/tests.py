"""Hidden tests of exercise 03. `student` has the submission's names; `rng` and `seeds` are fresh per grading.

`pytest exercises` runs them on the solution, `minigrad grade` on a submission in its own process.
"""

import numpy as np
import pytest

from exercises.blocks import check_backward, check_forward, check_gradients
from exercises.checks import building
from exercises.checks.building import INPUTS

SANDBOX = {"engine": False}  # the backward passes are to be written, not asked for
SHAPES = [(5,), (2, 3), (3, 1, 2), (), (1,)]
SIZES = [(2, 3), (4, 2), (1, 3), (3, 1), (3, 3)]


def away_from_zero(rng, shape):
    return np.asarray(rng.uniform(0.2, 2.0, size=shape) * rng.choice([-1.0, 1.0], size=shape))


def layers(rng):
    """x, W and b of each size, then a W in Fortran order."""
    for n, m in SIZES:
        yield [rng.normal(size=n), rng.normal(size=(n, m)), rng.normal(size=m)]
    yield [rng.normal(size=2), np.asfortranarray(rng.normal(size=(2, 4))), rng.normal(size=4)]


def predictions(rng):
    for shape in SHAPES:
        y = np.asarray(rng.normal(size=shape))
        yield [y, y + away_from_zero(rng, shape)]


@pytest.mark.points(1)
def test_relu_forward(student, rng):
    """ReLU, forward"""
    for shape in SHAPES:
        check_forward(student.ReLU(), building.relu, [away_from_zero(rng, shape)], "ReLU")


@pytest.mark.points(1)
def test_relu_backward(student, rng, seeds):
    """ReLU, backward"""
    for shape in SHAPES:
        check_backward(student.ReLU(), building.relu, [away_from_zero(rng, shape)], "ReLU", ("x",), seeds)


@pytest.mark.points(1)
def test_relu_at_zero(student, rng):
    """ReLU, backward where x is 0"""
    x = away_from_zero(rng, (3, 4)) * np.array([0.0, 1.0, 1.0, 0.0])
    g = away_from_zero(rng, (3, 4))
    check_gradients(student.ReLU(), [x], building.relu(x), g, [g * (x > 0)], "ReLU.backward at 0", ("x",))


@pytest.mark.points(1)
def test_dense_forward(student, rng):
    """Dense, forward"""
    for inputs in layers(rng):
        check_forward(student.Dense(), building.dense, inputs, "Dense")


@pytest.mark.points(3)
def test_dense_backward(student, rng, seeds):
    """Dense, backward: three gradients"""
    x, W, b = rng.normal(size=3), rng.normal(size=(3, 3)), rng.normal(size=3)
    building.dense_is_right(student.Dense(), x, W, b, away_from_zero(rng, 3))
    for inputs in layers(rng):
        check_backward(student.Dense(), building.dense, inputs, "Dense", INPUTS, seeds)


@pytest.mark.points(1)
def test_published_bug_caught(student):
    """The published bug: a case that catches it"""
    building.catches(student.caught)


@pytest.mark.points(1)
def test_published_bug_hidden(student):
    """The published bug: a case that hides it"""
    building.hides(student.hidden)


@pytest.mark.points(1)
def test_squared_loss_forward(student, rng):
    """Squared loss, forward"""
    for inputs in predictions(rng):
        check_forward(student.SquaredLoss(), building.squared_loss, inputs, "SquaredLoss")


@pytest.mark.points(2)
def test_squared_loss_backward(student, rng, seeds):
    """Squared loss, backward: also in the middle of a graph"""
    for inputs in predictions(rng):
        check_backward(student.SquaredLoss(), building.squared_loss, inputs, "SquaredLoss", ("y", "t"), seeds)


@pytest.mark.points(1)
def test_network(student, rng):
    """A network of the blocks, with a weighted loss"""
    shapes = [(4,), (4, 3), (3,), (3, 2), (2,), (2,)]
    x, W1, _, W2, b2, t = (rng.normal(size=shape) for shape in shapes)
    a = rng.uniform(0.5, 2.0, size=3) * np.array([1.0, -1.0, 1.0])  # units of both kinds: on and off
    upstream = rng.uniform(0.1, 0.9)
    for g in (upstream, -upstream):
        building.network_is_right(student, [x, W1, a - x @ W1, W2, b2, t], g)
