"""B. A chain of 1,000 elementwise operations on 4 numbers in float64: 60 % arithmetic, 40 % functions.

What a small operation costs is almost only what the engine costs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from tests.benchmarks.job import Job, Target, Workload


class Task(NamedTuple):
    x: np.ndarray
    w: np.ndarray
    b: np.ndarray
    blocks: int


BLOCKS, OPERATIONS = 100, 10


def task(dtype: str, size: str) -> Task:
    x, w, b = [0.3, -0.5, 0.8, 0.1], [1.1, 0.9, 1.2, 1.0], [0.1, -0.2, 0.05, 0.3]
    return Task(np.array(x), np.array(w), np.array(b), BLOCKS if size != "small" else 3)


def block(np: Any, h: Any, w: Any, b: Any) -> Any:
    """Ten operations with a peer's own `np`; they move h by at most 0.02."""
    u = h * w
    u = u + b
    u = np.tanh(u)
    u = np.exp(u)
    u = u - h
    u = np.sin(u)
    u = u / w
    u = np.cos(u)
    u = u * 0.02
    return h + u


def chain(np: Any, h: Any, w: Any, b: Any, blocks: int) -> Any:
    """What every peer computes."""
    for _ in range(blocks):
        h = block(np, h, w, b)
    return h.sum()


def hand(task: Task) -> Job:
    """Forward and backward written out, each block on a stack of what its backward part needs."""
    x, w, b = task.x, task.w, task.b
    tanh, exp, sin, cos = np.tanh, np.exp, np.sin, np.cos
    one, small = np.ones(4), np.full(4, 0.02)  # an array times an array is twice as fast as times a number
    latest: dict[str, Any] = {}

    def step() -> float:
        h, stack = x, []
        for _ in range(task.blocks):
            t = tanh(h * w + b)
            e = exp(t)
            s = e - h
            q = sin(s) / w
            stack.append((h, t, e, s, q))
            h = h + cos(q) * small
        dh, dw, db = one, np.zeros(4), np.zeros(4)
        for h_in, t, e, s, q in reversed(stack):
            dq = dh * small * sin(q) / w  # minus d_q / w
            dw = dw + dq * q
            ds = dq * cos(s)  # minus d_s
            dh = dh + ds
            du = ds * e * (one - t * t)  # minus d_u
            db = db - du
            dw = dw - du * h_in
            dh = dh - du * w
        latest.update(x=dh, w=dw, b=db)
        return float(np.add.reduce(h))

    return Job(step, lambda: {f"gradient of {name}": g for name, g in latest.items()})


def minigrad(task: Task) -> Job:
    import minigrad as mg

    x, w, b = (mg.tensor(a, requires_grad=True) for a in (task.x, task.w, task.b))

    def step() -> float:
        x.grad = w.grad = b.grad = None
        out = chain(np, x, w, b, task.blocks)
        out.backward()
        return out.item()

    return Job(step, lambda: gradients(x.grad, w.grad, b.grad))


def minigrad_compiled(task: Task) -> Job:
    import minigrad as mg

    x, w, b = (mg.tensor(a, requires_grad=True) for a in (task.x, task.w, task.b))
    graph = mg.Graph(lambda x, w, b: chain(np, x, w, b, task.blocks), x=x, w=w, b=b)
    run = graph.compile()
    latest: dict[str, Any] = {}

    def step() -> float:
        nonlocal latest
        value, latest = run(x=task.x, w=task.w, b=task.b)
        return float(value)

    return Job(step, lambda: gradients(latest["x"], latest["w"], latest["b"]))


def torch(task: Task) -> Job:
    import torch

    x, w, b = (torch.tensor(a, requires_grad=True) for a in (task.x, task.w, task.b))

    def step() -> float:
        x.grad = w.grad = b.grad = None
        out = chain(torch, x, w, b, task.blocks)
        out.backward()
        return out.item()

    return Job(step, lambda: gradients(x.grad, w.grad, b.grad))


def autograd(task: Task) -> Job:
    import autograd.numpy as anp
    from autograd.differential_operators import value_and_grad

    both = value_and_grad(lambda p: chain(anp, *p, task.blocks))
    return functional(both, (task.x, task.w, task.b))


def jax_jit(task: Task) -> Job:
    """With a loop that JAX compiles: unrolled, the compiler takes a minute for 1,000 operations."""
    import jax
    import jax.numpy as jnp

    def chain_scanned(p: Any) -> Any:
        h, w, b = p
        h, _ = jax.lax.scan(lambda h, _: (block(jnp, h, w, b), None), h, length=task.blocks)
        return h.sum()

    return functional(jax.jit(jax.value_and_grad(chain_scanned)), jax_inputs(task))


def jax_eager(task: Task) -> Job:
    import jax

    return functional(jax.value_and_grad(lambda p: chain(jax.numpy, *p, task.blocks)), jax_inputs(task))


def jax_inputs(task: Task) -> tuple:
    """x, w and b as JAX keeps them."""
    import jax

    return tuple(map(jax.numpy.array, (task.x, task.w, task.b)))


def functional(both: Callable, inputs: tuple) -> Job:
    """One step of an engine that turns functions into gradients."""
    latest: Any = None

    def step() -> float:
        nonlocal latest
        value, latest = both(inputs)
        return float(value)

    return Job(step, lambda: gradients(*latest))


def gradients(x: Any, w: Any, b: Any) -> dict[str, Any]:
    """By name."""
    return {"gradient of x": x, "gradient of w": w, "gradient of b": b}


WORKLOAD = Workload(
    letter="B",
    title="Chain of 1,000 elementwise operations on 4 numbers in float64, forward and backward",
    short="1,000 small operations",
    task=task,
    reference=hand,
    peers={
        "hand": hand,
        "minigrad": minigrad,
        "minigrad_compiled": minigrad_compiled,
        "torch": torch,
        "autograd": autograd,
        "jax_jit": jax_jit,
        "jax_eager": jax_eager,
    },
    unit="µs an operation",
    per_second=1e6 / (BLOCKS * OPERATIONS),
    targets=(
        Target("minigrad", "torch", 0.5),
        Target("minigrad", "hand", 2.8),
        Target("minigrad_compiled", "hand", 0.95),
    ),
)
