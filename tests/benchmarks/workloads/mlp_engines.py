"""The classifier of `mlp.py` as the users of each engine write it."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.benchmarks.job import Job
from tests.benchmarks.workloads import training
from tests.benchmarks.workloads.mlp import Task


def shapes(task: Task) -> list[tuple[int, int]]:
    """(in, out) of each layer."""
    return [w.shape for w in task.weights.values() if w.ndim == 2]


def minigrad(task: Task) -> Job:
    import minigrad as mg
    from minigrad import nn

    rng, dtype = np.random.default_rng(0), task.weights["W1"].dtype
    l1, l2, l3 = (nn.Linear(n, m, rng, dtype=dtype) for n, m in shapes(task))
    model = nn.Sequential(l1, nn.ReLU(), l2, nn.ReLU(), l3)
    parameters = dict(zip(task.weights, model.parameters(), strict=True))
    for p, w in zip(parameters.values(), task.weights.values(), strict=True):
        p.data = w.copy()
    return training.with_minigrad(parameters, task.batches, lambda x, y: mg.cross_entropy(model(x), y))


def minigrad_compiled(task: Task) -> Job:
    import minigrad as mg

    def loss(x: Any, y: Any, W1: Any, b1: Any, W2: Any, b2: Any, W3: Any, b3: Any) -> Any:
        h = mg.relu(x @ W1 + b1)
        h = mg.relu(h @ W2 + b2)
        return mg.cross_entropy(h @ W3 + b3, y)

    return training.with_minigrad_compiled(task.weights, task.batches, loss)


def torch(task: Task) -> Job:
    from torch import nn

    l1, l2, l3 = (nn.Linear(n, m) for n, m in shapes(task))
    model = nn.Sequential(l1, nn.ReLU(), l2, nn.ReLU(), l3)
    return training.with_torch(task.weights, task.batches, model)


def scores(xp: Any, x: Any, p: Any) -> Any:
    """In the words of an engine that copies NumPy."""
    h = xp.maximum(x @ p["W1"] + p["b1"], 0.0)
    h = xp.maximum(h @ p["W2"] + p["b2"], 0.0)
    return h @ p["W3"] + p["b3"]


def autograd(task: Task) -> Job:
    return training.with_autograd(task.weights, task.batches, autograd_loss)


def autograd_loss(x: Any, y: Any, p: Any) -> Any:
    """In the words of HIPS autograd."""
    import autograd.numpy as anp

    return training.autograd_cross_entropy(scores(anp, x, p), y)


def jax_loss(x: Any, y: Any, p: Any) -> Any:
    """In the words of JAX."""
    import jax.numpy as jnp

    return training.jax_cross_entropy(scores(jnp, x, p), y)


def jax_jit(task: Task) -> Job:
    import jax

    return training.with_jax(task.weights, task.batches, jax_loss, wrap=jax.jit)


def jax_eager(task: Task) -> Job:
    return training.with_jax(task.weights, task.batches, jax_loss, wrap=lambda function: function)
