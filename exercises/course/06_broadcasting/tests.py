"""Hidden tests of exercise 06. `student` has the submission's names; `rng` and `seeds` are fresh per grading.

`pytest exercises` runs them on the solution, `minigrad grade` on a submission in its own process.
"""

import numpy as np
import pytest

from exercises.blocks import check_rule
from exercises.checks import broadcasting

SANDBOX = {"engine": False}  # the rules are to be written, not asked for
SIZES = [(2, 3, 4), (4, 2, 3), (1, 3, 2), (3, 1, 2), (2, 3, 1)]


@pytest.mark.points(3)
def test_unbroadcast(student, rng):
    """Undo a broadcast"""
    for one, other in broadcasting.PAIRS:
        g = rng.normal(size=np.broadcast_shapes(one, other))
        broadcasting.unbroadcast_is_right(student.unbroadcast, g, one)
        broadcasting.unbroadcast_is_right(student.unbroadcast, g, other)


@pytest.mark.points(1)
def test_unbroadcast_many_axes(student, rng):
    """Undo a broadcast of several axes at once"""
    g = rng.normal(size=(2, 3, 4, 5))
    for shape in ((5,), (4, 1), (3, 1, 5), (2, 1, 4, 1), (1, 1, 1, 1), (1,), ()):
        broadcasting.unbroadcast_is_right(student.unbroadcast, g, shape)
    broadcasting.unbroadcast_is_right(student.unbroadcast, np.asfortranarray(g[0, 0]), (1, 5))


@pytest.mark.points(2)
def test_multiply(student, rng, seeds):
    """Multiply, with broadcasting"""
    for one, other in broadcasting.PAIRS:
        inputs = [np.asarray(rng.normal(size=shape)) for shape in (one, other)]
        g = rng.normal(size=np.broadcast_shapes(one, other))
        broadcasting.multiply_is_right(student.multiply_backward, *inputs, np.asarray(g))
        check_rule(student.multiply_backward, np.multiply, inputs, "multiply_backward", seeds=seeds)


@pytest.mark.points(3)
def test_matmul(student, rng, seeds):
    """A matrix product"""
    broadcasting.matmul_is_right(student.matmul_backward, *rng.normal(size=(3, 3, 3)))
    broadcasting.matmul_is_right(
        student.matmul_backward, *(rng.normal(size=s) for s in ((2, 3), (3, 4), (2, 4)))
    )
    for n, m, p in SIZES:
        inputs = [rng.normal(size=(n, m)), np.asfortranarray(rng.normal(size=(m, p)))]
        check_rule(student.matmul_backward, np.matmul, inputs, "matmul_backward", ("a", "b"), seeds)


@pytest.mark.points(3)
def test_layer(student, rng, seeds):
    """A layer and its batch"""
    for batch, n, m in SIZES:
        x, W, b = rng.normal(size=(batch, n)), rng.normal(size=(n, m)), rng.normal(size=m)
        broadcasting.layer_is_right(student.layer_backward, x, W, b, rng.normal(size=(batch, m)))
        check_rule(
            student.layer_backward, broadcasting.layer, [x, W, b], "layer_backward", ("x", "W", "b"), seeds
        )


@pytest.mark.points(2)
def test_stack(student, rng, seeds):
    """Stacks of matrices"""
    for one, other in broadcasting.STACKS:
        inputs = [rng.normal(size=one), rng.normal(size=other)]
        broadcasting.stack_is_right(student.stack_backward, *inputs, seeds)
