"""A. A network of neurons on single numbers, as in micrograd: about 1,000 nodes of + - × ** and relu."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from tests.benchmarks.job import Job, Target, Workload

Net = list  # of layers; a layer is a list of neurons; a neuron is (weights, bias)


class Task(NamedTuple):
    """Weights (out, in) and biases (out,) of three layers, and one sample of eight numbers."""

    weights: list[np.ndarray]
    biases: list[np.ndarray]
    x: list[float]
    nodes: int


SIZES = (8, 16, 13, 1)
NODES = sum(m * (2 * n + 1) for n, m in itertools.pairwise(SIZES)) + 2 * 16 * 8 + 2


def task(dtype: str, size: str) -> Task:
    rng = np.random.default_rng(0)
    shapes = list(zip(SIZES[1:], SIZES[:-1], strict=True))
    weights = [rng.normal(0, (2 / n) ** 0.5, (m, n)) for m, n in shapes]
    biases = [rng.normal(0, 0.1, m) for m, _ in shapes]
    return Task(weights, biases, rng.normal(size=SIZES[0]).tolist(), NODES)


def loss(net: Net, x: list, relu: Callable) -> Any:
    """(score - 1)² + 0.01 Σ w² over the first layer: what every peer computes, one number at a time."""
    signals = x
    for layer in net:
        outputs = []
        for weights, bias in layer:
            total = bias
            for w, signal in zip(weights, signals, strict=True):
                total = total + w * signal
            outputs.append(relu(total))
        signals = outputs
    penalty = sum(w**2 for weights, _ in net[0] for w in weights)
    return (signals[0] - 1.0) ** 2 + penalty * 0.01


def reference(task: Task) -> Job:
    """The same with matrices, derived by hand."""

    def step() -> float:
        signals = [np.array(task.x)]
        for w, b in zip(task.weights, task.biases, strict=True):
            signals.append(np.maximum(w @ signals[-1] + b, 0))
        return float((signals[-1][0] - 1) ** 2 + 0.01 * np.sum(task.weights[0] ** 2))

    def answers() -> dict[str, Any]:
        signals, found = [np.array(task.x)], []
        for w, b in zip(task.weights, task.biases, strict=True):
            signals.append(np.maximum(w @ signals[-1] + b, 0))
        g = 2 * (signals[-1] - 1)
        for w, before, after in zip(task.weights[::-1], signals[-2::-1], signals[::-1], strict=False):
            g = g * (after > 0)
            found.append(np.column_stack([np.outer(g, before), g]))
            g = w.T @ g
        found[-1][:, :-1] += 0.02 * task.weights[0]
        return {"gradients": np.concatenate([part.ravel() for part in found[::-1]])}

    return Job(step, answers)


def build(task: Task, scalar: Callable) -> tuple[Net, list]:
    """The network with a scalar of the engine for every weight; and all of them, neuron by neuron."""
    net = [
        [([scalar(w) for w in row], scalar(b)) for row, b in zip(rows.tolist(), bias.tolist(), strict=True)]
        for rows, bias in zip(task.weights, task.biases, strict=True)
    ]
    return net, [w for layer in net for weights, bias in layer for w in (*weights, bias)]


def scalars(net: Net, parameters: list, x: list, nothing: Any = None) -> Job:
    """One step of an engine whose scalars have `.relu()`, `.backward()` and `.grad`."""

    def step() -> Any:
        for p in parameters:
            p.grad = nothing
        out = loss(net, x, lambda v: v.relu())
        out.backward()
        return out.data

    return Job(step, lambda: {"gradients": [float(p.grad) for p in parameters]})


def minigrad(task: Task) -> Job:
    import minigrad as mg

    return scalars(*build(task, lambda v: mg.tensor(v, requires_grad=True)), task.x)


def minigrad_value(task: Task) -> Job:
    from minigrad.scalar import Value

    return scalars(*build(task, Value), task.x)


def micrograd(task: Task) -> Job:
    from micrograd.engine import Value

    return scalars(*build(task, Value), task.x, nothing=0)


def torch(task: Task) -> Job:
    import torch

    make = lambda v: torch.tensor(v, dtype=torch.float64, requires_grad=True)
    return scalars(*build(task, make), task.x)


def autograd(task: Task) -> Job:
    import autograd.numpy as anp
    from autograd import value_and_grad

    return functional(task, value_and_grad(lambda net: loss(net, task.x, lambda v: anp.maximum(v, 0.0))))


def jax_jit(task: Task) -> Job:
    import jax

    return functional(task, jax.jit(jax_loss(task)))


def jax_eager(task: Task) -> Job:
    return functional(task, jax_loss(task))


def jax_loss(task: Task) -> Callable:
    import jax

    return jax.value_and_grad(lambda net: loss(net, task.x, lambda v: jax.numpy.maximum(v, 0.0)))


def functional(task: Task, both: Callable) -> Job:
    """One step of an engine that turns the function of the whole network into its gradient."""
    net, _ = build(task, float)
    latest: Any = None

    def step() -> float:
        nonlocal latest
        value, latest = both(net)
        return float(value)

    def answers() -> dict[str, Any]:
        return {"gradients": [float(g) for layer in latest for ws, b in layer for g in (*ws, b)]}

    return Job(step, answers)


WORKLOAD = Workload(
    letter="A",
    title=f"Neurons on single numbers, as in micrograd: {NODES} nodes, forward and backward",
    short="single numbers",
    task=task,
    reference=reference,
    peers={
        "minigrad": minigrad,
        "minigrad_value": minigrad_value,
        "micrograd": micrograd,
        "torch": torch,
        "autograd": autograd,
        "jax_jit": jax_jit,
        "jax_eager": jax_eager,
    },
    unit="µs a node",
    per_second=1e6 / NODES,
    targets=(
        Target("minigrad", "torch", 0.5),
        Target("minigrad", "micrograd", 1.0),
        Target("minigrad_value", "torch", 0.5),
        Target("minigrad_value", "micrograd", 1.0),
    ),
    note="micrograd computes a - b as a + b × (-1): its own nodes are more.",
)
