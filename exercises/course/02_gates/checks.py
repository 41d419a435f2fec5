"""Public checks of exercise 02: what `exercises.check` runs in a student's notebook.

Each is a generator that announces a step with `yield` and then takes it; a step that fails raises. Students
may read this file: it gives away neither the answers nor the numbers of the hidden tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from exercises.blocks import check_backward, check_forward, check_gradients

NUMBERS = [np.array(-2.0), np.array(5.0)]
ARRAYS = [np.array([[1.5, -0.4, 2.0], [0.3, 3.1, -2.2]]), np.array([[0.6, 1.9, -1.2], [2.5, 0.7, -3.4]])]


def _target(gate: Callable, x: float, y: float) -> Any:
    """A stepper of one gate on two numbers."""
    import minigrad as mg
    import visuals

    inputs = [mg.tensor(v, requires_grad=True, name=n) for n, v in (("x", x), ("y", y))]
    return visuals.BackpropStepper(gate(*inputs), gradient=np.array(3.0))


def target_add_gate() -> Any:
    return _target(np.add, -2.0, 5.0)


def target_multiply_gate() -> Any:
    return _target(np.multiply, -2.0, 5.0)


def target_max_gate() -> Any:
    return _target(np.maximum, -2.0, 5.0)


def target_circuit(add: Any, multiply: Any) -> Any:
    """The worked example, made of the student's own gates."""
    import minigrad as mg
    import visuals

    x, y, z = (mg.tensor(v, requires_grad=True, name=n) for n, v in (("x", -2.0), ("y", 5.0), ("z", -4.0)))
    f = multiply()(add()(x, y), z)
    f.name = "f"
    return visuals.BackpropStepper(f)


def _gate(student: Any, name: str, reference: Callable) -> Iterator[str]:
    gate = getattr(student, name)()
    yield "forward on numbers"
    check_forward(gate, reference, NUMBERS, name)
    yield "forward on arrays"
    check_forward(gate, reference, ARRAYS, name)
    yield "backward on numbers, against measured slopes"
    gate = getattr(student, name)()  # a gate that has not run forward: all that it needs is in its arguments
    check_backward(gate, reference, NUMBERS, name, seeds=(0, 1))
    yield "backward on arrays, against measured slopes"
    check_backward(gate, reference, ARRAYS, name, seeds=(0, 1))


def check_add_gate(student: Any) -> Iterator[str]:
    yield from _gate(student, "AddGate", np.add)


def check_multiply_gate(student: Any) -> Iterator[str]:
    yield from _gate(student, "MultiplyGate", np.multiply)


def check_max_gate(student: Any) -> Iterator[str]:
    yield from _gate(student, "MaxGate", np.maximum)
    yield "backward at a tie"
    both, g = np.array([1.0, 7.0]), np.array([3.0, -1.0])
    half = [0.5 * g, 0.5 * g]
    check_gradients(student.MaxGate(), [both, both.copy()], both.copy(), g, half, "MaxGate.backward at a tie")


def check_circuit(student: Any) -> Iterator[str]:
    add, multiply = student.AddGate(), student.MultiplyGate()
    x, y, z = np.array(-2.0), np.array(5.0), np.array(-4.0)
    q, f, one = np.array(3.0), np.array(-12.0), np.array(1.0)
    yield "forward: q = x + y = 3, f = q · z = -12"
    check_forward(add, np.add, [x, y], "AddGate")
    check_forward(multiply, np.multiply, [q, z], "MultiplyGate")
    yield "backward: f sends -4 to q and 3 to z"
    to_q, _ = check_gradients(multiply, [q, z], f, one, [z, q], "MultiplyGate.backward", names=("q", "z"))
    yield "backward: q sends -4 to x and -4 to y"
    check_gradients(add, [x, y], q, to_q, [to_q, to_q], "AddGate.backward")
