"""Checks of building blocks: anything with forward(inputs) and backward(inputs, output, output_diff).

With this module, public checks and hidden tests can
- compare a forward pass with a reference:    check_forward(gate, np.add, [x, y], "AddGate")
- check a backward pass numerically:          check_backward(gate, np.add, [x, y], "AddGate", seeds=(1, 2))
- compare it with known gradients:            check_gradients(gate, [x, y], z, g, [dx, dy], "what")

The numeric gradient is always that of the reference, so a wrong forward pass cannot hide a wrong backward
pass. All of them raise `CheckFailed` or `GradientError`, with a diagnosis and the evidence.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from exercises.errors import CheckFailed, NotWritten
from exercises.sandbox.wire import is_tensor
from minigrad.check import check_vjp

RTOL = 1e-9  # both sides are float64, and exercises compute short formulas


def check_forward(block: Any, reference: Callable, inputs: Sequence[np.ndarray], name: str) -> None:
    """`block.forward(inputs)` has the shape and the values of `reference(*inputs)`, and changes no input."""
    what = f"{name}.forward"
    given = [_copy(x) for x in inputs]
    got = as_array(block.forward(given), what)
    _unchanged(given, inputs, what)
    _compare(got, np.asarray(reference(*inputs)), what, "value")


def check_backward(
    block: Any,
    reference: Callable,
    inputs: Sequence[np.ndarray],
    name: str,
    names: Sequence[str] = ("x", "y"),
    seeds: Sequence[int] = (0, 1, 2),
) -> None:
    """`block.backward` against the numeric gradients of `reference`, under random upstream gradients."""

    def backward(g: Any, *arrays: Any) -> list[np.ndarray]:
        got = block.backward(list(arrays), np.asarray(reference(*arrays)), g)
        return as_gradients(got, names, f"{name}.backward")

    check_vjp(reference, backward, inputs, seeds=seeds, names=names, label=f"{name}.backward")


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
    got = as_gradients(block.backward([_copy(x) for x in inputs], output, output_diff), names, what)
    for gradient, right, one in zip(got, expected, names, strict=True):
        _compare(gradient, right, what, f"gradient of {one}")
    return got


def as_gradients(value: Any, names: Sequence[str], what: str) -> list[np.ndarray]:
    """The gradients that a backward pass returned, one array per input."""
    if value is None or value is Ellipsis:
        raise NotWritten(what)
    inputs = ", ".join(names)
    if not isinstance(value, (list, tuple)):
        raise CheckFailed(f"{what} returned no list", f"Return one gradient per input ({inputs}) in a list.")
    if len(value) != len(names):
        found = f"{len(value)} gradient{'s' * (len(value) != 1)} for {len(names)} inputs"
        raise CheckFailed(f"{what} returned {found}", f"Return one gradient per input: {inputs}.")
    if all(item is None or item is Ellipsis for item in value):
        raise NotWritten(what)
    return [as_array(item, f"{what}, gradient of {one}") for item, one in zip(value, names, strict=True)]


def as_array(value: Any, what: str) -> np.ndarray:
    """The numbers that a student's function returned: an array, or a number where a 0-d array is meant."""
    if value is None or value is Ellipsis:
        raise NotWritten(what)
    if is_tensor(value):
        raise CheckFailed(
            f"{what}: a Tensor, where an array is needed",
            "All values in a gate are plain arrays: return an array.",
        )
    if isinstance(value, (list, tuple)):
        kind = "tuple" if isinstance(value, tuple) else "list"
        raise CheckFailed(
            f"{what}: a {kind}, where an array is needed", "Return the array itself, without brackets."
        )
    if not isinstance(value, (np.ndarray, np.generic, bool, int, float)):
        raise CheckFailed(f"{what}: no array", "Return a NumPy array (or a number, for one value).")
    array = np.asarray(value)
    if array.dtype.kind not in "biuf":
        raise CheckFailed(f"{what}: no real numbers", f"Its dtype is {array.dtype}.")
    return array.astype(np.float64)


def _copy(array: np.ndarray) -> np.ndarray:
    """A copy with the same memory order, so that order matters where a test wants it to."""
    return np.array(array, order="K", copy=True)


def _unchanged(now: Sequence[np.ndarray], before: Sequence[np.ndarray], what: str) -> None:
    if any(not np.array_equal(a, b) for a, b in zip(now, before, strict=True)):
        raise CheckFailed(f"{what} overwrote its input", "Copy it first, or write z = x + y, not x += y.")


def _compare(got: np.ndarray, right: np.ndarray, what: str, role: str) -> None:
    if got.shape != right.shape:
        raise CheckFailed(
            f"{what}: the {role} has the wrong shape", f"Yours is {got.shape}; it should be {right.shape}."
        )
    error = np.abs(got - right)
    wrong = ~(error <= RTOL * (np.abs(right) + np.max(np.abs(right), initial=0.0)))  # NaN is wrong
    if wrong.any():
        worst = np.unravel_index(np.argmax(np.where(np.isnan(error), np.inf, error)), error.shape)
        place = f" at [{', '.join(map(str, worst))}]" if worst else ""
        evidence = f"Yours{place}: {got[worst]:.6g}; it should be {right[worst]:.6g}"
        raise CheckFailed(f"{what}: wrong {role}", f"{evidence} ({wrong.sum()} of {wrong.size} are wrong).")
