"""A classifier of three linear maps with relu between them, by hand: what D and E train.

loss = cross-entropy(relu(relu(x W1 + b1) W2 + b2) W3 + b3, y)
"""

from __future__ import annotations

import itertools
from typing import Any, NamedTuple

import numpy as np

from tests.benchmarks.job import Job
from tests.benchmarks.workloads.training import MOMENTUM, RATE, Arrays, Batches, by_hand, copies


class Task(NamedTuple):
    """Two batches of x (batch, inputs) and y (batch,) classes, and the weights W1, b1, W2, b2, W3, b3."""

    batches: Batches
    weights: Arrays


def task(sizes: tuple[int, ...], batch: int, dtype: str, size: str) -> Task:
    if size == "small":
        sizes, batch = (6, 5, 4, 3), 7
    rng = np.random.default_rng(0)
    weights = {}
    for k, (n, m) in enumerate(itertools.pairwise(sizes), start=1):
        weights[f"W{k}"] = rng.normal(0, (2 / n) ** 0.5, (n, m)).astype(dtype)
        weights[f"b{k}"] = np.zeros(m, dtype)
    xs = rng.normal(size=(2, batch, sizes[0])).astype(dtype)
    ys = rng.integers(0, sizes[-1], (2, batch))
    return Task(list(zip(xs, ys, strict=True)), weights)


def hand(task: Task) -> Job:
    """Forward and backward written in NumPy, each result a new array."""
    n = len(task.batches[0][1])
    rows = np.arange(n)

    def run(x: np.ndarray, y: np.ndarray, p: Arrays) -> tuple[Any, Arrays]:
        z1 = x @ p["W1"] + p["b1"]
        a1 = z1 * (z1 > 0)
        z2 = a1 @ p["W2"] + p["b2"]
        a2 = z2 * (z2 > 0)
        z3 = a2 @ p["W3"] + p["b3"]
        z3 = z3 - np.maximum.reduce(z3, 1, keepdims=True)
        e = np.exp(z3)
        total = np.add.reduce(e, 1, keepdims=True)
        loss = (np.log(total[:, 0]) - z3[rows, y]).mean()

        d3 = e / total
        d3[rows, y] -= 1
        d3 /= n
        d2 = (d3 @ p["W3"].T) * (z2 > 0)
        d1 = (d2 @ p["W2"].T) * (z1 > 0)
        return loss, {
            "W1": x.T @ d1, "b1": np.add.reduce(d1),
            "W2": a1.T @ d2, "b2": np.add.reduce(d2),
            "W3": a2.T @ d3, "b3": np.add.reduce(d3),
        }  # fmt: skip

    return by_hand(task.weights, task.batches, run)


def hand_out(task: Task) -> Job:
    """The same calls, writing into arrays made once."""
    (x, _), turns = task.batches[0], itertools.cycle(task.batches)
    n, rows = len(x), np.arange(len(x))
    p, grads = copies(task.weights), copies(task.weights)
    velocities = {name: np.zeros_like(w) for name, w in p.items()}
    a1, a2, a3 = (np.empty((n, p[f"b{k}"].size), x.dtype) for k in (1, 2, 3))
    m1, m2 = np.empty(a1.shape, bool), np.empty(a2.shape, bool)
    d1, d2 = np.empty_like(a1), np.empty_like(a2)
    column = np.empty((n, 1), x.dtype)

    def layer(a: Any, k: int, out: Any, mask: Any = None) -> None:
        np.matmul(a, p[f"W{k}"], out)
        np.add(out, p[f"b{k}"], out)
        if mask is not None:
            np.greater(out, 0, mask)
            np.multiply(out, mask, out)

    def step() -> float:
        x, y = next(turns)
        layer(x, 1, a1, m1)
        layer(a1, 2, a2, m2)
        layer(a2, 3, a3)
        np.maximum.reduce(a3, 1, out=column, keepdims=True)
        np.subtract(a3, column, a3)
        right = a3[rows, y]
        np.exp(a3, a3)
        np.add.reduce(a3, 1, out=column, keepdims=True)
        loss = (np.log(column[:, 0]) - right).mean()

        np.divide(a3, column, a3)
        a3[rows, y] -= 1
        np.divide(a3, n, a3)
        np.matmul(a3, p["W3"].T, d2)
        np.multiply(d2, m2, d2)
        np.matmul(d2, p["W2"].T, d1)
        np.multiply(d1, m1, d1)
        for k, a, d in ((1, x, d1), (2, a1, d2), (3, a2, a3)):
            np.matmul(a.T, d, grads[f"W{k}"])
            np.add.reduce(d, 0, out=grads[f"b{k}"])
        for name, g in grads.items():
            v = velocities[name]
            np.multiply(v, MOMENTUM, v)
            np.multiply(g, RATE, g)
            np.add(v, g, v)
            np.subtract(p[name], v, p[name])
        return float(loss)

    return Job(step, lambda: {name: g / RATE for name, g in grads.items()})
