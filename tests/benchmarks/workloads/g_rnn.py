"""G. A recurrent network over 100 steps, hidden 128, batch 32, float32: loss and gradients.

h ← tanh(x_t Wx + h Wh + b)      loss = cross-entropy(h_100 Wo + bo, y)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from tests.benchmarks.job import Job, Target, Workload, tuned
from tests.benchmarks.workloads.rnn import hand, hand_out
from tests.benchmarks.workloads.training import Arrays, autograd_cross_entropy, jax_cross_entropy


class Task(NamedTuple):
    """x (steps, batch, inputs), y (batch,), the first state h (batch, hidden), and the weights by name."""

    x: np.ndarray
    y: np.ndarray
    h: np.ndarray
    weights: Arrays


def task(dtype: str, size: str) -> Task:
    steps, batch, inputs, hidden, classes = (4, 3, 2, 5, 3) if size == "small" else (100, 32, 64, 128, 10)
    rng = np.random.default_rng(0)
    weights = {
        "Wx": rng.normal(0, inputs**-0.5, (inputs, hidden)),
        "Wh": rng.normal(0, hidden**-0.5, (hidden, hidden)),
        "b": np.zeros(hidden),
        "Wo": rng.normal(0, hidden**-0.5, (hidden, classes)),
        "bo": np.zeros(classes),
    }
    x = rng.normal(size=(steps, batch, inputs)).astype(dtype)
    h = np.zeros((batch, hidden), dtype)
    return Task(x, rng.integers(0, classes, batch), h, {k: w.astype(dtype) for k, w in weights.items()})


def scores(np: Any, x: Any, h: Any, Wx: Any, Wh: Any, b: Any, Wo: Any, bo: Any) -> Any:
    """What every peer computes, with its own `np`; x is anything that gives one time step after the other."""
    for x_t in x:
        h = np.tanh(x_t @ Wx + h @ Wh + b)
    return h @ Wo + bo


def minigrad(task: Task) -> Job:
    import minigrad as mg

    p = {name: mg.Parameter(w) for name, w in task.weights.items()}
    x, h = [mg.tensor(x_t) for x_t in task.x], mg.tensor(task.h)

    def step() -> float:
        for parameter in p.values():
            parameter.zero_grad()
        loss = mg.cross_entropy(scores(np, x, h, **p), task.y)
        loss.backward()
        return loss.item()

    return Job(step, lambda: {name: parameter.grad for name, parameter in p.items()})


def minigrad_compiled(task: Task) -> Job:
    import minigrad as mg

    def loss(x: Any, h: Any, **p: Any) -> Any:
        return mg.cross_entropy(scores(np, x, h, **p), task.y)

    parameters = {name: mg.Parameter(w) for name, w in task.weights.items()}
    compiled = mg.Graph(loss, x=task.x, h=task.h, **parameters).compile()
    return functional(lambda: compiled(x=task.x, h=task.h, **task.weights))


def torch(task: Task) -> Job:
    import torch

    p = {name: torch.tensor(w, requires_grad=True) for name, w in task.weights.items()}
    x, h, y = torch.from_numpy(task.x), torch.from_numpy(task.h), torch.from_numpy(task.y)

    def step() -> float:
        for parameter in p.values():
            parameter.grad = None
        loss = torch.nn.functional.cross_entropy(scores(torch, x, h, **p), y)
        loss.backward()
        return loss.item()

    return Job(step, lambda: {name: parameter.grad for name, parameter in p.items()})


def autograd(task: Task) -> Job:
    import autograd.numpy as anp
    from autograd import value_and_grad

    both = value_and_grad(lambda p: autograd_cross_entropy(scores(anp, task.x, task.h, **p), task.y))
    return functional(lambda: both(task.weights))


def jax_jit(task: Task) -> Job:
    """With a loop that JAX compiles."""
    import jax
    import jax.numpy as jnp

    def loss(p: Any, x: Any, h: Any, y: Any) -> Any:
        h, _ = jax.lax.scan(lambda h, x_t: (jnp.tanh(x_t @ p["Wx"] + h @ p["Wh"] + p["b"]), None), h, x)
        return jax_cross_entropy(h @ p["Wo"] + p["bo"], y)

    both = jax.jit(jax.value_and_grad(loss))
    p = {name: jnp.array(w) for name, w in task.weights.items()}
    data = jnp.array(task.x), jnp.array(task.h), jnp.array(task.y)
    return functional(lambda: jax.block_until_ready(both(p, *data)))


def functional(both: Callable[[], tuple]) -> Job:
    """Steps of an engine that gives the loss and the gradients by name."""
    latest: Any = None

    def step() -> float:
        nonlocal latest
        value, latest = both()
        return float(value)

    return Job(step, lambda: latest)


WORKLOAD = Workload(
    letter="G",
    title="RNN, 100 steps, hidden 128, batch 32, float32: loss and gradients",
    short="RNN",
    task=task,
    reference=hand,
    peers={
        "hand": hand,
        "hand_out": hand_out,
        "minigrad": minigrad,
        "minigrad_tuned": tuned(minigrad),
        "minigrad_compiled": minigrad_compiled,
        "torch": torch,
        "torch_tuned": tuned(torch),
        "autograd": autograd,
        "jax_jit": jax_jit,
    },
    targets=(Target("minigrad", "torch", 0.8), Target("minigrad_compiled", "hand", 1.0)),
    dtype="float32",
    threads=(1, 2),
    note="`hand_out` also multiplies the inputs of all steps at once, and their gradients, which no eager engine can.",
)
