"""I. Checking the gradient of a small network with 1,000 parameters against finite differences.

f(W1, b1, W2) = Σ (tanh(x W1 + b1) W2)²
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from tests.benchmarks.job import Job, Target, Workload

H = 1e-6


class Task(NamedTuple):
    """x (inputs,), and the parameters W1 (inputs, hidden), b1 (hidden,), W2 (hidden, outputs)."""

    x: np.ndarray
    parameters: dict[str, np.ndarray]


def task(dtype: str, size: str) -> Task:
    n, m, k = (3, 2, 2) if size == "small" else (24, 25, 15)
    rng = np.random.default_rng(0)
    shapes = {"W1": (n, m), "b1": (m,), "W2": (m, k)}
    return Task(rng.normal(size=n), {name: rng.normal(0, 0.3, s) for name, s in shapes.items()})


def function(np: Any, x: Any) -> Callable:
    """f in the words of `np`."""

    def f(W1: Any, b1: Any, W2: Any) -> Any:
        y = np.tanh(x @ W1 + b1) @ W2
        return (y * y).sum()

    return f


def derived(task: Task) -> dict[str, np.ndarray]:
    """The gradient, derived by hand."""
    x, (w1, b1, w2) = task.x, task.parameters.values()
    h = np.tanh(x @ w1 + b1)
    g = 2 * (h @ w2)
    d = (w2 @ g) * (1 - h * h)
    return {"W1": np.outer(x, d), "b1": d, "W2": np.outer(h, g)}


def passed(check: Callable[[], Any], gradients: Callable[[], dict]) -> Job:
    """A check that raises, or returns False, when something is wrong."""

    def step() -> float:
        result = check()
        return 0.0 if result is False else 1.0

    return Job(step, gradients)


def hand(task: Task) -> Job:
    """Central differences of every parameter."""
    f, parameters = function(np, task.x), [w.copy() for w in task.parameters.values()]

    def check() -> bool:
        right = True
        for w, g in zip(parameters, derived(task).values(), strict=True):
            flat, found = w.reshape(-1), np.empty(w.size)
            for k in range(w.size):
                value = flat[k]
                flat[k] = value + H
                above = f(*parameters)
                flat[k] = value - H
                below = f(*parameters)
                flat[k] = value
                found[k] = (above - below) / (2 * H)
            right &= np.allclose(found, g.reshape(-1), rtol=1e-3, atol=1e-5)
        return right

    return passed(check, lambda: derived(task))


def minigrad(task: Task) -> Job:
    return minigrad_check(task)


def minigrad_fast(task: Task) -> Job:
    return minigrad_check(task, fast=True)


def minigrad_check(task: Task, **options: Any) -> Job:
    """What `mg.gradcheck` does by itself: three upstream gradients, central differences."""
    import minigrad as mg

    f, inputs = function(np, task.x), list(task.parameters.values())

    def gradients() -> dict:
        parameters = [mg.Parameter(w) for w in inputs]
        return dict(zip(task.parameters, mg.grad(f(*parameters), parameters), strict=True))

    return passed(lambda: mg.gradcheck(f, inputs, **options), gradients)


def minigrad_one(task: Task) -> Job:
    return minigrad_check(task, seeds=[0])


def torch(task: Task) -> Job:
    return torch_check(task, fast_mode=False)


def torch_fast(task: Task) -> Job:
    return torch_check(task, fast_mode=True)


def torch_check(task: Task, *, fast_mode: bool) -> Job:
    import torch

    inputs = [torch.tensor(w, requires_grad=True) for w in task.parameters.values()]
    f = function(torch, torch.from_numpy(task.x))
    return passed(
        lambda: torch.autograd.gradcheck(f, inputs, fast_mode=fast_mode),
        lambda: dict(zip(task.parameters, torch.autograd.grad(f(*inputs), inputs), strict=True)),
    )


def autograd_fast(task: Task) -> Job:
    import autograd.numpy as anp
    from autograd import grad
    from autograd.test_util import check_vjp

    f, inputs = function(anp, task.x), tuple(task.parameters.values())
    packed = lambda p: f(*p)
    return passed(
        lambda: check_vjp(packed, inputs),
        lambda: dict(zip(task.parameters, grad(packed)(inputs), strict=True)),
    )


def jax_fast(task: Task) -> Job:
    import jax
    from jax.test_util import check_grads

    inputs = tuple(jax.numpy.array(w) for w in task.parameters.values())
    f = jax.jit(function(jax.numpy, jax.numpy.array(task.x)))
    return passed(
        lambda: check_grads(f, inputs, order=1, modes=["rev"]),
        lambda: dict(zip(task.parameters, jax.grad(f, (0, 1, 2))(*inputs), strict=True)),
    )


WORKLOAD = Workload(
    letter="I",
    title="Gradient check of 1,000 parameters, float64",
    short="gradient check",
    task=task,
    reference=lambda task: Job(lambda: 1.0, lambda: derived(task)),
    peers={
        "hand": hand,
        "minigrad": minigrad,
        "minigrad_one": minigrad_one,
        "minigrad_fast": minigrad_fast,
        "torch": torch,
        "torch_fast": torch_fast,
        "autograd_fast": autograd_fast,
        "jax_fast": jax_fast,
    },
    targets=(Target("minigrad", "torch", 0.3), Target("minigrad_fast", "torch_fast", 0.15)),
    note="`hand`, `minigrad`, `torch` change every parameter; `fast` is one random direction. `minigrad_one`: "
    "seeds=[0] instead of three upstream gradients.",
)
