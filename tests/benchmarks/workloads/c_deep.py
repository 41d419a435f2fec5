"""C. A chain of 1,000,000 additions: no engine may recurse, and a node must be small."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from tests.benchmarks.job import Job, Skipped, Target, Workload
from tests.benchmarks.memory import peak_bytes, reset_peak


class Task(NamedTuple):
    nodes: int


def task(dtype: str, size: str) -> Task:
    return Task({"full": 1_000_000, "quick": 100_000, "check": 10_000, "small": 1_000}[size])


def chain(x: Any, n: int) -> Any:
    """What every peer computes: x + x + x + …, that is (n + 1) x."""
    y = x
    for _ in range(n):
        y = y + x
    return y


def reference(task: Task) -> Job:
    return Job(lambda: 0.5 * (task.nodes + 1), lambda: {"gradient of x": task.nodes + 1})


def in_parts(n: int, forward: Callable, backward: Callable) -> Callable:
    """Times the forward pass, the backward pass, and letting go of the graph, which only `held` holds."""

    def parts() -> dict[str, float]:
        start, begun = reset_peak(), time.process_time()
        held = forward()
        there = time.process_time()
        backward(held)
        back, peak = time.process_time(), peak_bytes()
        del held
        free = time.process_time()
        times = {"forward": there - begun, "backward": back - there, "free": free - back}
        return {"time": sum(times.values()), **times, "bytes a node": (peak - start) / n}

    return parts


def graph(n: int, x: Any, nothing: Any = None) -> Job:
    """An engine whose results have `.backward()`."""

    def forward() -> Any:
        x.grad = nothing
        return chain(x, n)

    def step() -> float:
        y = forward()
        y.backward()
        return float(y.data)

    return Job(step, lambda: {"gradient of x": float(x.grad)}, in_parts(n, forward, lambda y: y.backward()))


def minigrad(task: Task) -> Job:
    import minigrad as mg

    return graph(task.nodes, mg.tensor(0.5, requires_grad=True))


def minigrad_gc(task: Task) -> Job:
    import minigrad as mg

    mg.tune_gc()
    return minigrad(task)


def torch(task: Task) -> Job:
    import torch

    return graph(task.nodes, torch.tensor(0.5, dtype=torch.float64, requires_grad=True))


def torch_gc(task: Task) -> Job:
    import minigrad as mg

    mg.tune_gc()
    return torch(task)


def micrograd(task: Task) -> Job:
    from micrograd.engine import Value

    return graph(task.nodes, Value(0.5), nothing=0)


def micrograd_limit(task: Task) -> Job:
    sys.setrecursionlimit(10 * task.nodes + 1000)
    return micrograd(task)


def transformed(task: Task, make_vjp: Callable) -> Job:
    """An engine that gives, of a function, the value and the way back."""
    latest: Any = None

    def forward() -> Any:
        return make_vjp(lambda x: chain(x, task.nodes), 0.5)

    def step() -> float:
        nonlocal latest
        value, backward = forward()
        latest = backward(1.0)
        return float(value)

    def answers() -> dict[str, float]:
        return {"gradient of x": float(latest[0] if isinstance(latest, tuple) else latest)}

    return Job(step, answers, in_parts(task.nodes, forward, lambda pair: pair[1](1.0)))


def autograd(task: Task) -> Job:
    from autograd.core import make_vjp

    return transformed(task, lambda f, x: make_vjp(f, x)[::-1])


def jax_eager(task: Task) -> Job:
    import jax

    if task.nodes > 100_000:
        raise Skipped("tracing 1,000,000 additions takes minutes")
    return transformed(task, jax.vjp)


WORKLOAD = Workload(
    letter="C",
    title="Chain of 1,000,000 additions: forward, backward, and freeing the graph",
    short="1,000,000 additions",
    task=task,
    reference=reference,
    peers={
        "minigrad": minigrad,
        "minigrad_gc": minigrad_gc,
        "torch": torch,
        "torch_gc": torch_gc,
        "micrograd": micrograd,
        "micrograd_limit": micrograd_limit,
        "autograd": autograd,
        "jax_eager": jax_eager,
    },
    unit="s",
    per_second=1.0,
    targets=(Target("minigrad", "torch", 0.6), Target("minigrad", None, 360, "bytes a node")),
    rounds=3,
    units={"bytes a node": "bytes a node"},
    note="`_gc`: after mg.tune_gc(), which lets Python look for cyclic garbage less often. `micrograd_limit` is "
    "micrograd after sys.setrecursionlimit.",
)
