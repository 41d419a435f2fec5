"""Exercise 01: differences, relative errors and verdicts, on functions that count their calls.

With this module, one can
- check a slope, a gradient:        slope_is_right(student.slope, f, w, index, h), gradient_is_right(…)
- check a relative error:           error_is_right(student.relative_error, a, n)
- check a gradient check:           verdicts_are_right(student.gradient_check, f, gradient, w)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from exercises.answers import as_array, call, check_value
from exercises.errors import CheckFailed

EXACT = 1e-6  # of differences with the same step: only rounding, divided by the step, is left


class Counted:
    """A function of one array that remembers how often it was called, and refuses other shapes than `shape`."""

    def __init__(self, fun: Callable[[np.ndarray], Any], shape: tuple[int, ...], name: str):
        self.fun = fun
        self.shape = shape
        self.name = name
        self.calls = 0

    def __call__(self, w: Any) -> float:
        self.calls += 1
        if np.shape(w) != self.shape:
            said = f"{self.name} calls f with an array of another shape"
            raise CheckFailed(said, f"w has shape {self.shape}; f got {np.shape(w)}.")
        return float(self.fun(np.asarray(w, dtype=float)))


def wave(w: np.ndarray) -> float:
    """Σ exp(w) sin(2w) + (Σw)²/2: bends everywhere, differently in each entry, and every entry matters to all."""
    return float(np.sum(np.exp(w) * np.sin(2 * w)) + np.sum(w) ** 2 / 2)


def wave_gradient(w: np.ndarray) -> np.ndarray:
    return np.exp(w) * (np.sin(2 * w) + 2 * np.cos(2 * w)) + np.sum(w)


def moved(w: np.ndarray, index: Any, by: float) -> np.ndarray:
    out = np.array(w, dtype=float)
    out[index] += by
    return out


def slope_is_right(slope: Callable, f: Callable, w: np.ndarray, index: Any, h: float) -> None:
    """`slope(f, w, index, h)` is the forward difference."""
    here, right, left = f(w), f(moved(w, index, h)), f(moved(w, index, -h))
    mistakes = [
        ("slope is not divided by h", right - here),
        ("slope has the wrong sign: the value after the step comes first", (here - right) / h),
        (
            "slope is a central difference: only one step, to the right, is asked for",
            (right - left) / (2 * h),
        ),
        ("slope changes every entry of w, not only w[index]", (f(w + h) - here) / h),
        ("slope steps to the left: w[index] - h instead of w[index] + h", (here - left) / h),
    ]
    mistakes = [(said, wrong) for said, wrong in mistakes if wrong != (right - here) / h]
    args = [Counted(f, w.shape, "slope"), w, index, h]
    check_value(slope, args, (right - here) / h, "slope", mistakes=mistakes, rtol=EXACT)


def gradient_is_right(gradient: Callable, f: Callable, w: np.ndarray, h: float | None = None) -> None:
    """`numerical_gradient(f, w, h)` is the central difference of every entry, from two calls for each."""
    name, step = "numerical_gradient", 1e-5 if h is None else h
    counted = Counted(f, w.shape, name)
    args: list[Any] = [counted, w] if h is None else [counted, w, h]
    quotient = {which: _differences(f, w, step, which) for which in ("central", "forward", "backward")}
    mistakes = [
        (f"{name} is only a forward difference", quotient["forward"]),
        (f"{name} is only a backward difference", quotient["backward"]),
        (f"{name} is half as large: is a forward difference divided by 2h?", quotient["forward"] / 2),
        (f"{name} is twice as large: the two points are 2h apart", 2 * quotient["central"]),
        (f"{name} has the wrong sign", -quotient["central"]),
        (f"{name} is not divided by the step", 2 * step * quotient["central"]),
        *[
            (f"{name}: changes of earlier entries were not undone", _not_undone(f, w, step, left))
            for left in (-step, step, -2 * step)
            if w.size > 1
        ],
    ]
    rtol = EXACT if h is None else 1e-8
    check_value(gradient, args, quotient["central"], name, "gradient", mistakes, rtol)
    if counted.calls > 2 * max(1, w.size):
        raise CheckFailed(
            f"{name} calls f more than twice per entry",
            f"{counted.calls} calls for {w.size} entries. f(w) itself need not be known.",
        )


def whole_numbers_are_right(gradient: Callable, f: Callable, w: np.ndarray) -> None:
    """Also an array of integers has a gradient."""
    gradient_is_right(gradient, f, w.astype(float))  # else integers are not to blame
    name = "numerical_gradient"
    try:
        right = _differences(f, w, 1e-5, "central")
        check_value(gradient, [Counted(f, w.shape, name), w], right, name, "gradient", (), EXACT)
    except CheckFailed as failure:
        said = f"{name} is not right for whole numbers"
        raise CheckFailed(said, f"w is {w!r}. {failure.diagnosis}. {failure.details}") from None


def error_is_right(error: Callable, a: np.ndarray, n: np.ndarray) -> None:
    """`relative_error(a, n)` for two gradients."""
    name = "relative_error"
    gap, of_a, of_n = np.abs(a - n), np.abs(a), np.abs(n)
    with np.errstate(all="ignore"):
        scale = max(of_a.max(), of_n.max())
        right = gap.max() / scale if scale else 0.0
        mistakes = [
            (f"{name} depends on the scale: is the division missing?", gap.max()),
            (f"{name} is to be taken with the largest entry of both, not of the first alone", gap.max() / of_a.max()),
            (f"{name} is to be taken with the largest entry of both, not of the second alone", gap.max() / of_n.max()),
            (f"{name} is to be taken with the largest entry of both, not with their sum",
             gap.max() / (of_a.max() + of_n.max())),
            (f"{name} compares entry by entry: then one tiny entry decides", np.nanmax(gap / np.maximum(of_a, of_n))),
            (f"{name} averages: the largest difference is asked for", gap.mean() / scale),
            (f"{name} lets differences of opposite sign cancel: is an abs missing?", (a - n).max() / scale),
            (f"{name} uses lengths of vectors, not their largest entries",
             np.linalg.norm(gap) / max(np.linalg.norm(a), np.linalg.norm(n))),
        ]  # fmt: skip
    mistakes = [(said, wrong) for said, wrong in mistakes if np.isfinite(wrong) and abs(wrong - right) > 1e-4]
    check_value(error, [a, n], right, name, mistakes=mistakes)


def zero_error_is_right(error: Callable, shape: tuple[int, ...]) -> None:
    """Two gradients that are 0 agree."""
    name, zero = "relative_error", np.zeros(shape)
    got = as_array(call(error, [zero, zero.copy()], name), name)
    if got.shape or not got == 0:
        raise CheckFailed(f"{name} of two zero gradients is not 0", f"Yours: {got}. They agree perfectly.")


def wrong_gradients(right: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """(what a check does that accepts it, a gradient that is not the right one)."""
    right = np.array(right)
    yield "accepts a gradient with the wrong sign", -right
    yield "accepts a gradient that is twice too large", 2 * right
    yield "accepts a gradient of zeros", np.zeros_like(right)
    smallest = int(np.argmin(np.abs(right)))
    for place in {0, right.size - 1, smallest}:
        off = right.copy()
        off.flat[place] += 1e-3 * np.abs(right).max()
        yield "accepts a gradient that is wrong in one entry", off
    bad = right.copy()
    bad.flat[smallest] = np.nan
    yield "accepts a gradient with nan", bad
    yield "accepts a gradient that is off by 1 in 10,000", right * 1.0001


def verdicts_are_right(check: Callable, f: Callable, right: np.ndarray, w: np.ndarray) -> None:
    """`gradient_check` says True to the right gradient and False to all wrong ones."""
    if not _verdict(check, f, right, w):
        raise CheckFailed(
            "gradient_check rejects a right gradient", f"At w = {np.array2string(w, precision=4)}."
        )
    for said, wrong in wrong_gradients(right):
        if _verdict(check, f, wrong, w):
            gradients = f"Right: {np.array2string(right, precision=6)}\nAccepted: {np.array2string(wrong, precision=6)}"
            raise CheckFailed(f"gradient_check {said}", gradients)


def small_verdict_is_right(check: Callable, f: Callable, right: np.ndarray, w: np.ndarray) -> None:
    """The scale of a function does not matter."""
    if not _verdict(check, lambda v: 1e-9 * f(v), 1e-9 * right, w):
        raise CheckFailed("gradient_check rejects a right gradient", "It is small: of the size 1e-9.")
    if _verdict(check, lambda v: 1e-9 * f(v), 2e-9 * right, w):
        raise CheckFailed(
            "gradient_check accepts a wrong gradient because it is small",
            "It is 1e-9 in size, and twice too large.",
        )


def shape_verdict_is_right(check: Callable, w: np.ndarray) -> None:
    """A gradient of another shape is wrong, even where broadcasting would hide it."""
    if _verdict(check, lambda v: 3.0 * np.sum(v), np.array(3.0), w):
        raise CheckFailed(
            "gradient_check accepts a gradient of another shape", f"w has shape {w.shape}, the gradient ()."
        )


def _verdict(check: Callable, f: Callable, analytic: np.ndarray, w: np.ndarray) -> bool:
    name = "gradient_check"
    said = as_array(call(check, [Counted(f, w.shape, name), analytic, w], name), name)
    if said.dtype.kind != "b" or said.shape:
        raise CheckFailed(f"{name} answers neither True nor False", f"It returned {said!r}.")
    return bool(said)


def _differences(f: Callable, w: np.ndarray, h: float, which: str) -> np.ndarray:
    out = np.empty(w.shape)
    for index in np.ndindex(w.shape):
        here, right, left = f(np.array(w, dtype=float)), f(moved(w, index, h)), f(moved(w, index, -h))
        by = {"central": (right - left) / 2, "forward": right - here, "backward": here - left}
        out[index] = by[which] / h
    return out


def _not_undone(f: Callable, w: np.ndarray, h: float, left_at: float) -> np.ndarray:
    """The central differences of someone who leaves each entry at a distance from where it was."""
    out, now = np.empty(w.shape), np.array(w, dtype=float)
    for index in np.ndindex(w.shape):
        out[index] = (f(moved(now, index, h)) - f(moved(now, index, -h))) / (2 * h)
        now[index] += left_at
    return out
