"""Checks of building blocks: anything with forward(inputs) and backward(inputs, output, output_diff).

With this module, public checks and hidden tests can
- compare a forward pass with a reference:    check_forward(gate, np.add, [x, y], "AddGate")
- check a backward pass numerically:          check_backward(gate, np.add, [x, y], "AddGate", seeds=(1, 2))
- compare it with known gradients:            check_gradients(gate, [x, y], z, g, [dx, dy], "what")
- check a plain function g, x, y -> [gx, gy]:  check_rule(student.f, np.add, [x, y], "f", names=("x", "y"))

The numeric gradient is always that of the reference, so a wrong forward pass cannot hide a wrong backward
pass. All of them raise `CheckFailed` or `GradientError`, with a diagnosis and the evidence.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from exercises.answers import as_several, call, check_value, compare
from exercises.pictures import notice, watched
from minigrad.check import check_vjp
from minigrad.differences import Probe, disagreement
from minigrad.errors import GradientError


def check_forward(block: Any, reference: Callable, inputs: Sequence[np.ndarray], name: str) -> None:
    """`block.forward(inputs)` has the shape and the values of `reference(*inputs)`, and changes no input."""
    check_value(block.forward, [list(inputs)], reference(*inputs), f"{name}.forward")


def check_backward(
    block: Any,
    reference: Callable,
    inputs: Sequence[np.ndarray],
    name: str,
    names: Sequence[str] = ("x", "y"),
    seeds: Sequence[int] = (0, 1, 2),
) -> None:
    """`block.backward` against the numeric gradients of `reference`, under random upstream gradients."""

    def rule(g: Any, *arrays: Any) -> Any:
        return block.backward(list(arrays), np.asarray(reference(*arrays)), g)

    check_rule(rule, reference, inputs, f"{name}.backward", names, seeds)


def check_rule(
    rule: Callable,
    reference: Callable,
    inputs: Sequence[np.ndarray],
    what: str,
    names: Sequence[str] = ("x", "y"),
    seeds: Sequence[int] = (0, 1, 2),
) -> None:
    """`rule(g, *inputs)`, one gradient per input, against the numeric gradients of `reference`.

    Raises:
        GradientError: a gradient is wrong; the diagnosis names the likely cause.
        CheckFailed: what came back is not one gradient per input.

    Example:
        >>> check_rule(lambda g, x, y: [g * y, g * x], np.multiply, [np.array(3.0), np.array(5.0)], "multiply")
    """
    seen: list[tuple[np.ndarray, list[np.ndarray]]] = []

    def backward(g: Any, *arrays: Any) -> list[np.ndarray]:
        given = g.copy()  # before the student can overwrite it
        seen.append((given, as_several(rule(g, *arrays), names, what, "gradient")))
        return seen[-1][1]

    try:
        check_vjp(reference, backward, inputs, seeds=seeds, names=names, label=what)
    except GradientError as error:
        if error.report is not None:
            _notice_gradient(reference, inputs, seen, names, what)
        raise
    _notice_gradient(reference, inputs, seen, names, what)


def _notice_gradient(
    reference: Callable, inputs: Sequence[np.ndarray], seen: list, names: Sequence[str], what: str
) -> None:
    """The first wrong gradient under the last upstream gradient that was used (or the last right one)."""
    if not watched():
        return
    k = next(k for k in reversed(range(len(seen) - 1)) if np.array_equal(seen[k][0], seen[k + 1][0]))
    g, gradients = seen[k]
    arrays = [np.array(x, dtype=np.float64) for x in inputs]
    probe = Probe(reference, arrays)
    for i, (gradient, name) in enumerate(zip(gradients, names, strict=True)):
        [slopes] = probe.slopes(i, g.reshape(1, -1))
        wrong = disagreement(gradient, slopes)
        notice(f"{what}: the gradient of {name}", slopes.central, gradient, wrong)
        if gradient.shape != slopes.central.shape or wrong.any():
            return


def check_gradients(
    block: Any,
    inputs: Sequence[np.ndarray],
    output: np.ndarray,
    output_diff: np.ndarray,
    expected: Sequence[np.ndarray],
    what: str,
    names: Sequence[str] = ("x", "y"),
) -> list[np.ndarray]:
    """`block.backward` against known gradients, where measuring cannot decide (ties, worked examples)."""
    got = as_several(call(block.backward, [list(inputs), output, output_diff], what), names, what, "gradient")
    for gradient, right, one in zip(got, expected, names, strict=True):
        compare(gradient, right, what, f"gradient of {one}")
    return got
