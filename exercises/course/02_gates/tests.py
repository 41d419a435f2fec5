"""Hidden tests of exercise 02. `student` has the submission's names; `rng` and `seeds` are fresh per grading.

`pytest exercises` runs them on the solution, `minigrad grade` on a submission in its own process.
"""

import numpy as np
import pytest

from exercises.blocks import check_backward, check_forward, check_gradients

SANDBOX = {"engine": False}  # the backward passes are to be written, not asked for
SHAPES = [(2, 3), (4,), (3, 1, 2), (1,), ()]


def pairs(rng):
    """Two arrays for each shape, at least 0.5 apart everywhere, then a pair in Fortran order."""
    for shape in SHAPES:
        x = np.asarray(rng.normal(size=shape))
        away = rng.uniform(0.5, 2.0, size=shape) * rng.choice([-1.0, 1.0], size=shape)
        yield [x, x + away]
    yield [np.asfortranarray(rng.normal(size=(3, 4))), np.asfortranarray(rng.normal(size=(3, 4)) + 9.0)]


def forward(gate, reference, name, rng):
    for inputs in pairs(rng):
        check_forward(gate, reference, inputs, name)


def backward(gate, reference, name, rng, seeds):
    for inputs in pairs(rng):
        check_backward(gate, reference, inputs, name, seeds=seeds)


@pytest.mark.points(1)
def test_add_forward(student, rng):
    """Add, forward"""
    forward(student.AddGate(), np.add, "AddGate", rng)


@pytest.mark.points(2)
def test_add_backward(student, rng, seeds):
    """Add, backward"""
    backward(student.AddGate(), np.add, "AddGate", rng, seeds)


@pytest.mark.points(1)
def test_multiply_forward(student, rng):
    """Multiply, forward"""
    forward(student.MultiplyGate(), np.multiply, "MultiplyGate", rng)


@pytest.mark.points(3)
def test_multiply_backward(student, rng, seeds):
    """Multiply, backward"""
    backward(student.MultiplyGate(), np.multiply, "MultiplyGate", rng, seeds)


@pytest.mark.points(1)
def test_max_forward(student, rng):
    """Max, forward"""
    forward(student.MaxGate(), np.maximum, "MaxGate", rng)


@pytest.mark.points(2)
def test_max_backward(student, rng, seeds):
    """Max, backward where there is a winner"""
    backward(student.MaxGate(), np.maximum, "MaxGate", rng, seeds)


@pytest.mark.points(1)
def test_max_tie(student, rng):
    """Max, backward at ties: half each"""
    x = rng.normal(size=(2, 3))
    y = x + np.array([[0.0, 1.0, -1.0], [0.0, 0.0, 2.0]])
    share = np.array([[0.5, 0.0, 1.0], [0.5, 0.5, 0.0]])
    g = rng.uniform(0.5, 1.5, size=(2, 3)) * rng.choice([-1.0, 1.0], size=(2, 3))
    right = [g * share, g * (1 - share)]
    check_gradients(student.MaxGate(), [x, y], np.maximum(x, y), g, right, "MaxGate.backward at a tie")


@pytest.mark.points(1)
def test_circuit(student, rng):
    """A graph of the gates: (x + y) z, with one add gate used twice"""
    add, multiply = student.AddGate(), student.MultiplyGate()
    x, y, z, g = rng.uniform(1.0, 2.0, size=(4, 2, 3))
    check_forward(add, np.add, [x, y], "AddGate")
    check_forward(add, np.add, [y, z], "AddGate")
    check_forward(multiply, np.multiply, [x + y, z], "MultiplyGate")
    q, f, to_q, to_z = x + y, (x + y) * z, g * z, g * (x + y)
    to_q, to_z = check_gradients(multiply, [q, z], f, g, [to_q, to_z], "MultiplyGate.backward")
    check_gradients(add, [x, y], q, to_q, [to_q, to_q], "AddGate.backward")
    check_gradients(add, [y, z], y + z, to_z, [to_z, to_z], "AddGate.backward")
