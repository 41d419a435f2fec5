"""H. The Hessian of D's loss times a vector, in float64."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from tests.benchmarks.job import Job, Target, Workload
from tests.benchmarks.workloads import mlp
from tests.benchmarks.workloads.mlp import Task
from tests.benchmarks.workloads.mlp_engines import autograd_loss, jax_loss
from tests.benchmarks.workloads.training import Arrays


def direction(task: Task) -> Arrays:
    """The vector, shaped as the weights."""
    rng = np.random.default_rng(1)
    return {name: rng.normal(size=w.shape) for name, w in task.weights.items()}


def hand(task: Task) -> Job:
    """The R-operator: forward and backward once more, each line differentiated along v (Pearlmutter, 1994)."""
    (x, y), p, v = task.batches[0], task.weights, direction(task)
    n = len(x)
    latest: Arrays = {}

    def step() -> None:
        z1 = x @ p["W1"] + p["b1"]
        on1 = z1 > 0
        a1, r1 = z1 * on1, (x @ v["W1"] + v["b1"]) * on1
        z2 = a1 @ p["W2"] + p["b2"]
        on2 = z2 > 0
        a2, r2 = z2 * on2, (r1 @ p["W2"] + a1 @ v["W2"] + v["b2"]) * on2
        z3, r3 = a2 @ p["W3"] + p["b3"], r2 @ p["W3"] + a2 @ v["W3"] + v["b3"]
        e = np.exp(z3 - np.maximum.reduce(z3, 1, keepdims=True))
        chance = e / np.add.reduce(e, 1, keepdims=True)
        moved = chance * r3
        rd3 = (moved - chance * np.add.reduce(moved, 1, keepdims=True)) / n

        d3 = chance
        d3[np.arange(n), y] -= 1
        d3 /= n
        d2, rd2 = (d3 @ p["W3"].T) * on2, (rd3 @ p["W3"].T + d3 @ v["W3"].T) * on2
        rd1 = (rd2 @ p["W2"].T + d2 @ v["W2"].T) * on1
        latest.update(
            W1=x.T @ rd1, b1=np.add.reduce(rd1),
            W2=r1.T @ d2 + a1.T @ rd2, b2=np.add.reduce(rd2),
            W3=r2.T @ d3 + a2.T @ rd3, b3=np.add.reduce(rd3),
        )  # fmt: skip

    return Job(step, lambda: latest)


def products(names: Any, product: Callable[[], Any]) -> Job:
    """Steps of an engine that gives H v, one array per weight."""
    latest: Any = ()

    def step() -> None:
        nonlocal latest
        latest = product()

    return Job(step, lambda: dict(zip(names, latest, strict=True)))


def minigrad(task: Task) -> Job:
    import minigrad as mg

    x, y = task.batches[0]

    def loss(W1: Any, b1: Any, W2: Any, b2: Any, W3: Any, b3: Any) -> Any:
        h = mg.relu(x @ W1 + b1)
        h = mg.relu(h @ W2 + b2)
        return mg.cross_entropy(h @ W3 + b3, y)

    weights, vector = tuple(task.weights.values()), tuple(direction(task).values())
    return products(task.weights, lambda: mg.func.hvp(loss, weights, vector))


def torch(task: Task) -> Job:
    """Reverse over reverse, as minigrad."""
    import torch

    p = [torch.tensor(w, requires_grad=True) for w in task.weights.values()]
    v = [torch.from_numpy(part) for part in direction(task).values()]
    loss = torch_loss(task)

    def product() -> Any:
        first = torch.autograd.grad(loss(*p), p, create_graph=True)
        return torch.autograd.grad(first, p, v)

    return products(task.weights, product)


def torch_func(task: Task) -> Job:
    """Forward over reverse, with torch.func."""
    import torch

    p = tuple(torch.tensor(w) for w in task.weights.values())
    v = tuple(torch.from_numpy(part) for part in direction(task).values())
    gradient = torch.func.grad(torch_loss(task), argnums=tuple(range(len(p))))
    return products(task.weights, lambda: torch.func.jvp(gradient, p, v)[1])


def torch_loss(task: Task) -> Callable:
    """The loss in the words of PyTorch."""
    import torch

    x, y = map(torch.from_numpy, task.batches[0])

    def loss(W1: Any, b1: Any, W2: Any, b2: Any, W3: Any, b3: Any) -> Any:
        h = torch.relu(x @ W1 + b1)
        h = torch.relu(h @ W2 + b2)
        return torch.nn.functional.cross_entropy(h @ W3 + b3, y)

    return loss


def autograd(task: Task) -> Job:
    from autograd import make_hvp

    x, y = task.batches[0]
    hvp = make_hvp(lambda p: autograd_loss(x, y, p))
    vector = direction(task)
    return products(task.weights, lambda: hvp(task.weights)[0](vector).values())


def jax_jit(task: Task) -> Job:
    import jax
    import jax.numpy as jnp

    def hvp(p: Any, v: Any, x: Any, y: Any) -> Any:
        return jax.jvp(jax.grad(lambda p: jax_loss(x, y, p)), (p,), (v,))[1]

    compiled = jax.jit(hvp)
    p, v = ({name: jnp.array(a) for name, a in tree.items()} for tree in (task.weights, direction(task)))
    x, y = map(jnp.array, task.batches[0])

    def product() -> Any:
        found = jax.block_until_ready(compiled(p, v, x, y))
        return [found[name] for name in task.weights]

    return products(task.weights, product)


WORKLOAD = Workload(
    letter="H",
    title="Hessian-vector product of D's network, float64",
    short="Hessian × vector",
    task=functools.partial(mlp.task, (784, 256, 128, 10), 128),
    reference=hand,
    peers={
        "hand": hand,
        "minigrad": minigrad,
        "torch": torch,
        "torch_func": torch_func,
        "autograd": autograd,
        "jax_jit": jax_jit,
    },
    targets=(Target("minigrad", "torch", 1.1),),
    threads=(1, 2),
    note="`hand` is Pearlmutter's R-operator; minigrad, torch and autograd go back twice, jax and `torch_func` forward "
    "through the backward pass.",
)
