"""Gradient checks: is a backward pass the derivative of its forward pass?

With this module, one can
- check the engine on a function:       gradcheck(fn, inputs)
- check its second derivatives:         gradgradcheck(fn, inputs)
- check a hand-written backward pass:   check_vjp(forward, backward, inputs)

A check compares the whole gradient, in float64, with central differences, from a *random* upstream gradient:
an upstream of ones would never notice that it was forgotten. Where the function has a kink (relu at 0), every
value between the slopes on its two sides is right. A failure names its likely cause.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from minigrad import backprop
from minigrad.diagnosis import Evidence, diagnose
from minigrad.errors import GradientError
from minigrad.record import Traced
from minigrad.tensor import Tensor

RTOL = 1e-5  # relative to the entry
ATOL = 1e-7  # relative to the largest entry of the gradient
STEP = 6e-6  # ≈ cube root of float64's precision: rounding and truncation errors balance


@dataclass
class CheckReport:
    """What a successful check compared.

    Attributes:
        label: what was checked.
        seeds: the seeds of the upstream gradients; one of them reproduces a draw.
        entries: how many derivatives were compared.
        worst: the largest error found, relative to the largest entry of its gradient.
        kinks: how many entries lay on a kink, where any slope between both sides is accepted.
    """

    label: str
    seeds: tuple[int, ...]
    entries: int = 0
    worst: float = 0.0
    kinks: int = 0
    inputs: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        kinks = f", {self.kinks} on a kink" if self.kinks else ""
        return f"{self.label}: {self.entries} derivatives agree, worst error {self.worst:.1e}{kinks}"


@dataclass
class Slopes:
    """The derivative of g·forward with respect to one input, seen from both sides."""

    central: np.ndarray
    left: np.ndarray
    right: np.ndarray
    kink: np.ndarray
    noise: float  # what rounding alone may change


def check_vjp(
    forward: Callable,
    backward: Callable,
    inputs: Sequence[Any],
    *,
    seeds: Sequence[int] = (0, 1, 2),
    names: Sequence[str] | None = None,
    label: str = "backward",
) -> CheckReport:
    """Check that `backward` is the vector-Jacobian product of `forward`.

    Args:
        forward: forward(*arrays) -> array.
        backward: backward(g, *arrays) -> one gradient per input, Jᵢᵀ g; None for an input without one.
        inputs: numbers or arrays; converted to float64.
        seeds: one check with a fresh random upstream gradient per seed.
        names: what to call the inputs in messages.
        label: what to call the function.

    Raises:
        GradientError: they disagree. The message is the diagnosis.

    Source: Griewank & Walther, "Evaluating Derivatives" (2008), ch. 3; CS 231n notes on gradient checks.

    Example:
        >>> import numpy as np
        >>> try:
        ...     check_vjp(np.multiply, lambda g, x, y: [g * x, g * y], [[1.0, 2.0], [3.0, 5.0]], names=["x", "y"])
        ... except AssertionError as error:
        ...     print(error.diagnosis)
        backward: the gradient for x equals the one for y: are the two swapped?
    """
    arrays = [np.array(as_plain(x), dtype=np.float64) for x in inputs]
    called = list(names) if names else [f"input {i}" for i in range(len(arrays))]
    report = CheckReport(label, tuple(seeds), inputs=called)
    for seed in seeds:
        rng = np.random.default_rng(seed)
        out = np.asarray(as_plain(forward(*(a.copy() for a in arrays))), dtype=np.float64)
        g = np.asarray(rng.uniform(0.5, 1.5, out.shape) * rng.choice([-1.0, 1.0], out.shape))
        evidence = Evidence(label, called, arrays, g, out, seed, backward)
        evidence.collect()  # raises for state, mutation, a wrong number of gradients
        for i, sent in enumerate(evidence.sent):
            slopes = differences(forward, arrays, i, g)
            wrong = np.abs(slopes.central) > ATOL if sent is None else disagreement(sent, slopes)
            if sent is None or sent.shape != arrays[i].shape or wrong.any():
                evidence.numeric = lambda k, g=g: differences(forward, arrays, k, g).central  # type: ignore[misc]
                raise GradientError(*diagnose(evidence, i, slopes, wrong))
            scale = np.abs(slopes.central).max(initial=0) or 1.0
            errors = np.where(slopes.kink, 0, np.abs(sent - slopes.central)) / scale
            report.worst = max(report.worst, float(errors.max(initial=0)))
            report.entries += sent.size
            report.kinks += int(slopes.kink.sum())
    return report


def differences(forward: Callable, arrays: list[np.ndarray], i: int, g: np.ndarray) -> Slopes:
    """∂(g·forward)/∂(input i), every entry, by finite differences from both sides."""

    def value(x: np.ndarray) -> np.ndarray:
        out = forward(*(x if k == i else a.copy() for k, a in enumerate(arrays)))
        return np.asarray(as_plain(out), dtype=np.float64)

    x = arrays[i]
    left, right, central = np.zeros(x.shape), np.zeros(x.shape), np.zeros(x.shape)
    kink = np.zeros(x.shape, dtype=bool)
    middle = value(x.copy())
    for index in np.ndindex(x.shape):
        h = STEP * max(1.0, abs(float(x[index])))
        ends = []
        for step in (-2 * h, -h, h, 2 * h):
            moved = x.copy()
            moved[index] += step
            ends.append(float(np.sum(g * (value(moved) - middle))))
        left[index], right[index] = -ends[1] / h, ends[2] / h
        central[index] = (8 * (ends[2] - ends[1]) - (ends[3] - ends[0])) / (12 * h)  # error ~ h⁴
        # Doubling the step doubles the gap between both slopes of a smooth function, and leaves that of a kink.
        gap, wide = right[index] - left[index], (ends[3] + ends[0]) / (2 * h)
        size = max(abs(left[index]), abs(right[index]))
        kink[index] = abs(gap) > 1e-2 * size and abs(wide) < 1.5 * abs(gap)
    noise = 64 * np.finfo(np.float64).eps * np.abs(g * middle).max(initial=0) / STEP
    return Slopes(central, left, right, kink, float(noise))


def disagreement(sent: np.ndarray, slopes: Slopes) -> np.ndarray:
    """Where a gradient is wrong: outside what lies between the slopes from both sides, and the tolerance.

    On a smooth function the slopes from both sides differ by about the step; only at a kink by more.
    """
    if sent.shape != slopes.central.shape:
        return np.ones(sent.shape, dtype=bool)
    c, scale = slopes.central, np.abs(slopes.central).max(initial=0)
    tolerance = RTOL * np.abs(c) + ATOL * scale + 1e-9 + slopes.noise
    low = np.minimum(np.minimum(slopes.left, slopes.right), c) - tolerance
    high = np.maximum(np.maximum(slopes.left, slopes.right), c) + tolerance
    return ~((sent >= low) & (sent <= high))  # written so that NaN is wrong


def as_plain(value: Any) -> Any:
    """The numbers of a Tensor, or the value itself."""
    return value.numpy() if isinstance(value, Traced) else value


def gradcheck(
    fn: Callable, inputs: Any, *, seeds: Sequence[int] = (0, 1, 2), names: Sequence[str] | None = None
) -> CheckReport:
    """Check the engine's gradient of `fn` against finite differences.

    Args:
        fn: a function of Tensors that returns one Tensor.
        inputs: a Tensor or array, or a sequence of them; those that are floating-point are checked.
        seeds: one check with a fresh random upstream gradient per seed.
        names: what to call the inputs.

    Raises:
        GradientError: a rule is wrong. The message is the diagnosis.

    Example:
        >>> import numpy as np, minigrad as mg
        >>> print(mg.gradcheck(np.tanh, [[0.5, -1.0]], seeds=[0]))
        tanh: 2 derivatives agree, worst error ...
    """
    values = [as_plain(x) for x in (inputs if isinstance(inputs, (list, tuple)) else [inputs])]

    def forward(*arrays: np.ndarray) -> Any:
        return as_plain(fn(*(Tensor(a) for a in arrays)))

    def backward(g: np.ndarray, *arrays: np.ndarray) -> list:
        tensors = [Tensor(a, requires_grad=True) for a in arrays]
        out = fn(*tensors)
        found = backprop.grad(out, tensors, Tensor(g), allow_unused=True)
        return [np.zeros(a.shape) if f is None else f.numpy() for a, f in zip(arrays, found, strict=True)]

    return check_vjp(
        forward, backward, values, seeds=seeds, names=names, label=getattr(fn, "__name__", type(fn).__name__)
    )


def gradgradcheck(
    fn: Callable, inputs: Any, *, seeds: Sequence[int] = (0, 1, 2), names: Sequence[str] | None = None
) -> CheckReport:
    """Check the engine's second derivatives of `fn`: the gradient is itself a function, and is checked as one.

    Args, errors: as for `gradcheck`.

    Example:
        >>> import numpy as np, minigrad as mg
        >>> print(mg.gradgradcheck(lambda x: x * x * x, 2.0, seeds=[0]))
        gradient of <lambda>: 2 derivatives agree, worst error ...
    """
    values = [as_plain(x) for x in (inputs if isinstance(inputs, (list, tuple)) else [inputs])]
    out = fn(*(Tensor(np.array(a, dtype=np.float64)) for a in values))
    upstream = np.random.default_rng(0).uniform(0.5, 1.5, out.shape)

    def gradient(v: Any, *tensors: Any) -> Any:
        wanting = [t if t.requires_grad else Tensor(t.data, requires_grad=True) for t in tensors]
        found = backprop.grad(fn(*wanting), wanting, v, create_graph=True, allow_unused=True)
        parts = [np.reshape(f, -1) for f in found if f is not None]  # type: ignore[call-overload]
        return np.concatenate(parts)

    gradient.__name__ = f"gradient of {getattr(fn, '__name__', type(fn).__name__)}"
    called = ["upstream", *(names or [f"input {i}" for i in range(len(values))])]
    return gradcheck(gradient, [upstream, *values], seeds=seeds, names=called)
