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

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from minigrad import gradients
from minigrad.diagnosis import Evidence, diagnose
from minigrad.differences import ATOL, Slopes, as_plain, differences, directional, disagreement
from minigrad.errors import GradientError
from minigrad.tensor import Tensor


@dataclass
class InputReport:
    """What was found for one input: the entry that is furthest off, over all seeds.

    Attributes:
        name: of the input.
        index: where that entry is.
        analytic, numeric: what the backward pass and the finite differences say there.
        wrong, entries: how many derivatives disagree, of how many.
        error: the difference, relative to the largest entry of the gradient.
    """

    name: str
    index: tuple[int, ...] = ()
    analytic: float = math.nan
    numeric: float = math.nan
    wrong: int = 0
    entries: int = 0
    error: float = -1.0

    @property
    def ratio(self) -> float:
        """analytic / numeric; NaN where that says nothing."""
        return self.analytic / self.numeric if self.numeric else math.nan


@dataclass
class CheckReport:
    """What a gradient check compared.

    Attributes:
        label: what was checked.
        seeds: the seeds of the upstream gradients; one of them reproduces a draw.
        inputs: one InputReport per input.
        kinks: how many entries lay on a kink, where any slope between both sides is accepted.
    """

    label: str
    seeds: tuple[int, ...]
    inputs: list[InputReport]
    kinks: int = 0

    @property
    def entries(self) -> int:
        """How many derivatives were compared."""
        return sum(part.entries for part in self.inputs)

    @property
    def worst(self) -> float:
        """The largest error found, relative to the largest entry of its gradient."""
        return max([0.0, *(part.error for part in self.inputs)])

    def add(self, i: int, sent: np.ndarray, slopes: Slopes, wrong: np.ndarray) -> None:
        """Take in the comparison of one input's gradient."""
        part = self.inputs[i]
        part.entries += sent.size
        part.wrong += int(wrong.sum())
        self.kinks += int(slopes.kink.sum())
        if not sent.size or sent.shape != slopes.central.shape:
            return
        scale = np.abs(slopes.central).max() or 1.0
        gap = (
            np.where(slopes.kink & ~wrong, 0, np.nan_to_num(np.abs(sent - slopes.central), nan=np.inf))
            / scale
        )
        at = tuple(int(k) for k in np.unravel_index(int(np.argmax(gap)), gap.shape))
        if gap[at] > part.error:
            part.index, part.error = at, float(gap[at])
            part.analytic, part.numeric = float(sent[at]), float(slopes.central[at])

    def __str__(self) -> str:
        kinks = f", {self.kinks} on a kink" if self.kinks else ""
        return f"{self.label}: {self.entries} derivatives agree, worst error {self.worst:.1e}{kinks}"


def check_vjp(
    forward: Callable,
    backward: Callable,
    inputs: Sequence[Any],
    *,
    seeds: Sequence[int] = (0, 1, 2),
    names: Sequence[str] | None = None,
    label: str = "backward",
    fast: bool = False,
) -> CheckReport:
    """Check that `backward` is the vector-Jacobian product of `forward`.

    Args:
        forward: forward(*arrays) -> array.
        backward: backward(g, *arrays) -> one gradient per input, Jᵢᵀ g; None for an input without one.
        inputs: numbers or arrays; converted to float64.
        seeds: one check with a fresh random upstream gradient per seed.
        names: what to call the inputs in messages.
        label: what to call the function.
        fast: compare along one random direction per input instead of entry by entry; a failure is then
            examined entry by entry.

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
    report = CheckReport(label, tuple(seeds), [InputReport(name) for name in called])
    for seed in seeds:
        rng = np.random.default_rng(seed)
        out = np.asarray(as_plain(forward(*(a.copy() for a in arrays))), dtype=np.float64)
        g = np.asarray(rng.uniform(0.5, 1.5, out.shape) * rng.choice([-1.0, 1.0], out.shape))
        evidence = Evidence(label, called, arrays, g, out, seed, backward)
        evidence.collect()  # raises for state, mutation, a wrong number of gradients
        for i, sent in enumerate(evidence.sent):
            if fast and agrees_along(rng, forward, arrays, i, g, sent, report):
                continue
            slopes = differences(forward, arrays, i, g)
            wrong = np.abs(slopes.central) > ATOL if sent is None else disagreement(sent, slopes)
            report.add(i, np.zeros(0) if sent is None else sent, slopes, wrong)
            if sent is None or sent.shape != arrays[i].shape or wrong.any():
                evidence.numeric = lambda k, g=g: differences(forward, arrays, k, g).central  # type: ignore[misc]
                raise GradientError(*diagnose(evidence, i, slopes, wrong), report)
    return report


def agrees_along(
    rng: np.random.Generator,
    forward: Callable,
    arrays: list,
    i: int,
    g: np.ndarray,
    sent: Any,
    report: CheckReport,
) -> bool:
    """Whether the gradient for input i is right along one random direction: one number instead of many."""
    if sent is None or sent.shape != arrays[i].shape:
        return False
    v = rng.uniform(0.5, 1.5, sent.shape) * rng.choice([-1.0, 1.0], sent.shape) / max(1, sent.size) ** 0.5
    slopes, along = directional(forward, arrays, i, g, v), np.asarray(np.sum(sent * v))
    wrong = disagreement(along, slopes)
    if not wrong:
        report.add(i, along, slopes, wrong)
    return not wrong


def gradcheck(
    fn: Callable,
    inputs: Any,
    *,
    seeds: Sequence[int] = (0, 1, 2),
    names: Sequence[str] | None = None,
    fast: bool = False,
) -> CheckReport:
    """Check the engine's gradient of `fn` against finite differences.

    Args:
        fn: a function of Tensors that returns one Tensor.
        inputs: a Tensor or array, or a sequence of them, real or complex.
        seeds: one check with a fresh random upstream gradient per seed.
        names: what to call the inputs.
        fast: compare along one random direction per input, for large inputs.

    Raises:
        GradientError: a rule is wrong. The message is the diagnosis.

    Example:
        >>> import numpy as np, minigrad as mg
        >>> print(mg.gradcheck(np.tanh, [[0.5, -1.0]], seeds=[0]))
        tanh: 2 derivatives agree, worst error ...
    """
    label = getattr(fn, "__name__", type(fn).__name__)
    fn, values, names = real(fn, inputs, names)

    def forward(*arrays: np.ndarray) -> Any:
        return as_plain(fn(*(Tensor(a) for a in arrays)))

    def backward(g: np.ndarray, *arrays: np.ndarray) -> list:
        tensors = [Tensor(a, requires_grad=True) for a in arrays]
        out = fn(*tensors)
        if not out.requires_grad:  # constant in its inputs
            return [np.zeros(a.shape) for a in arrays]
        found = gradients.grad(out, tensors, Tensor(g), allow_unused=True)
        return [np.zeros(a.shape) if f is None else f.numpy() for a, f in zip(arrays, found, strict=True)]

    return check_vjp(forward, backward, values, seeds=seeds, names=names, label=label, fast=fast)


def real(fn: Callable, inputs: Any, names: Sequence[str] | None) -> tuple[Callable, list, list[str] | None]:
    """The same function in real numbers: a complex input becomes two, a complex result a pair."""
    values = [np.asarray(as_plain(x)) for x in (inputs if isinstance(inputs, (list, tuple)) else [inputs])]
    called = list(names) if names else [f"input {i}" for i in range(len(values))]
    is_complex = [value.dtype.kind == "c" for value in values]
    parts: list = []
    titles: list[str] = []
    for value, title, split in zip(values, called, is_complex, strict=True):
        parts += [value.real, value.imag] if split else [value]
        titles += [f"Re {title}", f"Im {title}"] if split else [title]

    def joined(*tensors: Any) -> Any:
        rest = iter(tensors)
        arguments = [next(rest) + 1j * next(rest) if split else next(rest) for split in is_complex]
        out = fn(*arguments)
        return np.stack([np.real(out), np.imag(out)]) if out.dtype.kind == "c" else out

    return joined, parts, titles


def gradgradcheck(
    fn: Callable,
    inputs: Any,
    *,
    seeds: Sequence[int] = (0, 1, 2),
    names: Sequence[str] | None = None,
    fast: bool = False,
) -> CheckReport:
    """Check the engine's second derivatives of `fn`: the gradient is itself a function, and is checked as one.

    Args, errors: as for `gradcheck`.

    Example:
        >>> import numpy as np, minigrad as mg
        >>> print(mg.gradgradcheck(lambda x: x * x * x, 2.0, seeds=[0]))
        gradient of <lambda>: 2 derivatives agree, worst error ...
    """
    label = getattr(fn, "__name__", type(fn).__name__)
    fn, values, called = real(fn, inputs, names)
    out = fn(*(Tensor(np.array(a, dtype=np.float64)) for a in values))
    upstream = np.random.default_rng(0).uniform(0.5, 1.5, out.shape)

    def gradient(v: Any, *tensors: Any) -> Any:
        wanting = [t if t.requires_grad else Tensor(t.data, requires_grad=True) for t in tensors]
        result = fn(*wanting)
        if not result.requires_grad:
            return np.sum(v) * 0.0
        found = gradients.grad(result, wanting, v, create_graph=True, allow_unused=True)
        parts = [np.reshape(f, -1) for f in found if f is not None]  # type: ignore[call-overload]
        return np.concatenate(parts)

    gradient.__name__ = f"gradient of {label}"
    return gradcheck(
        gradient, [upstream, *values], seeds=seeds, names=["upstream", *(called or [])], fast=fast
    )
