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

import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from minigrad import device as devices
from minigrad import gradients
from minigrad.backprop import sweep
from minigrad.comparison import CheckReport, compared
from minigrad.differences import Probe, as_plain, same_numbers
from minigrad.errors import GradientError
from minigrad.node import ancestors
from minigrad.tensor import Tensor
from minigrad.vjps import lookup


def check_vjp(
    forward: Callable,
    backward: Callable,
    inputs: Sequence[Any],
    *,
    seeds: Sequence[int] | None = None,
    names: Sequence[str] | None = None,
    label: str = "backward",
    fast: bool = False,
) -> CheckReport:
    """Check that `backward` is the vector-Jacobian product of `forward`.

    Args:
        forward: forward(*arrays) -> array.
        backward: backward(g, *arrays) -> one gradient per input, Jᵢᵀ g; None for an input without one.
        inputs: numbers or arrays; converted to float64.
        seeds: one check with a fresh random upstream gradient per seed; None means three, and one if `fast`.
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
    probe = Probe(forward, [numbers(x) for x in inputs])
    return compared(probe, backward, label=label, names=names, seeds=seeds, fast=fast)


def numbers(x: Any) -> np.ndarray:
    """An input as an array of its own, in double precision."""
    return np.array(as_plain(x), dtype=np.float64, order="C")


def gradcheck(
    fn: Callable,
    inputs: Any,
    *,
    seeds: Sequence[int] | None = None,
    names: Sequence[str] | None = None,
    fast: bool = False,
) -> CheckReport:
    """Check the engine's gradient of `fn` against finite differences.

    Args:
        fn: a function of Tensors that returns one Tensor.
        inputs: a Tensor or array, or a sequence of them, real or complex.
        seeds: one check with a fresh random upstream gradient per seed; None means three, and one if `fast`.
        names: what to call the inputs.
        fast: compare along one random direction per input, for large inputs.

    Raises:
        GradientError: a rule is wrong. The message is the diagnosis. Its `output` is the result of `fn`, with the
            graph in which the wrong rule is: `visuals.first_wrong_edge(error)` shows it there.

    Example:
        >>> import numpy as np, minigrad as mg
        >>> print(mg.gradcheck(np.tanh, [[0.5, -1.0]], seeds=[0]))
        tanh: 2 derivatives agree, worst error ...
    """
    label = getattr(fn, "__name__", type(fn).__name__)
    fn, values, names = real(fn, inputs, names)

    arrays, where = [numbers(value) for value in values], place(inputs)
    tensors = [Tensor(array, requires_grad=True, device=where) for array in arrays]
    out = fn(*tensors)

    def backward(
        g: np.ndarray, *_: np.ndarray
    ) -> list:  # one graph serves all passes: its leaves do not change
        seed = gradients.seed_for(out, devices.transfer(g, where))
        found = sweep({gradients.vertex(out): seed}) if out.requires_grad else {}
        # Where no way leads, the gradient is 0.
        return [devices.to_cpu(found[t]) if t in found else np.zeros(t.shape) for t in tensors]

    ours = all(lookup(node.fun).builtin for node in ancestors(gradients.vertex(out)))
    probe = probe_of(fn, arrays, as_plain(out), where)
    try:
        return compared(probe, backward, label=label, names=names, seeds=seeds, fast=fast, trusted=ours)
    except (GradientError, TypeError, ValueError) as error:  # wrong, or a rule of the user's that fails
        offer_the_picture(error, out, dict(zip(names or (), tensors, strict=False)))
        raise


def offer_the_picture(error: Any, output: Tensor, inputs: dict[str, Tensor]) -> None:
    """Give a failure the graph in which it happened; in a notebook also say how to see it there.

    Args:
        error: the failure; it gets an attribute `output`.
        output: the result whose gradient is wrong.
        inputs: what it was computed from, by name.
    """
    for name, leaf in inputs.items():
        leaf.name = name
    error.output = output
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if shell is not None and output.requires_grad:
        error.add_note("To see which edge is wrong: import visuals; visuals.first_wrong_edge()")


def place(inputs: Any) -> str:
    """Where the inputs are: on a GPU, if one of them is."""
    several = inputs if isinstance(inputs, (list, tuple)) else [inputs]
    return "cuda" if any(devices.of(getattr(x, "_data", x)) == "cuda" for x in several) else "cpu"


def probe_of(fn: Callable, arrays: list[np.ndarray], expected: np.ndarray, where: str) -> Probe:
    """A probe of `fn`, of which finite differences need nothing but numbers.

    It runs on plain arrays if that gives the same numbers, because nothing is as quick as NumPy alone; a function
    that only knows Tensors, or that would write into an array, gets Tensors.
    """
    if where != "cpu":
        return Probe(lambda *given: as_plain(fn(*[Tensor(a, device=where) for a in given])), arrays)
    try:
        probe = Probe(fn, arrays)
        if not probe.copying and same_numbers(probe.middle, expected):
            return probe
    except Exception:
        pass
    return Probe(lambda *given: as_plain(fn(*[Tensor.wrap(a) for a in given])), arrays)


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

    def of_parts(*tensors: Any) -> Any:
        rest = iter(tensors)
        return pair(*[next(rest) + 1j * next(rest) if split else next(rest) for split in is_complex])

    def pair(*tensors: Any) -> Any:
        out = fn(*tensors)
        return np.stack([np.real(out), np.imag(out)]) if out.dtype.kind == "c" else out

    return of_parts if any(is_complex) else pair, parts, titles


def gradgradcheck(
    fn: Callable,
    inputs: Any,
    *,
    seeds: Sequence[int] | None = None,
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
    where = place(inputs)
    out = fn(*(Tensor(np.array(a, dtype=np.float64), device=where) for a in values))
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
    together = [Tensor(x, device=where) for x in (upstream, *values)]
    return gradcheck(gradient, together, seeds=seeds, names=["upstream", *(called or [])], fast=fast)
