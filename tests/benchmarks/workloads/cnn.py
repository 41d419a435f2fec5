"""The network of F by hand, in PyTorch's layout (N, C, H, W): windows copied, matrix products, pooling by slices.

Each result asks `new` for its array by name: fresh ones each time are `hand`; the same ones each time, `hand_out`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from tests.benchmarks.job import Job
from tests.benchmarks.workloads.training import Arrays, Batches, by_hand

K = 5  # entries along a side of a kernel
New = Callable[..., np.ndarray]  # new(name, shape, dtype)


class Task(NamedTuple):
    """Two batches of x (batch, 1, 28, 28), y (batch,); kernels K1, K2, matrices W1, W2, biases c1, c2, b1, b2."""

    batches: Batches
    weights: Arrays


def task(dtype: str, size: str) -> Task:
    batch, side = (3, 16) if size == "small" else (64, 28)
    flat = 32 * (((side - 4) // 2 - 4) // 2) ** 2
    rng = np.random.default_rng(0)
    shapes = {"K1": (16, 1, K, K), "c1": 16, "K2": (32, 16, K, K), "c2": 32}
    shapes |= {"W1": (flat, 128), "b1": 128, "W2": (128, 10), "b2": 10}
    fans = {"K1": K * K, "K2": 16 * K * K, "W1": flat, "W2": 128}
    weights = {
        name: rng.normal(0, (2 / fans[name]) ** 0.5 if name in fans else 0.1, shape).astype(dtype)
        for name, shape in shapes.items()
    }
    xs = rng.normal(size=(2, batch, 1, side, side)).astype(dtype)
    return Task(list(zip(xs, rng.integers(0, 10, (2, batch)), strict=True)), weights)


def columns(x: np.ndarray, new: New, name: str) -> np.ndarray:
    """All windows of x (N, C, H, W) as columns: (N, C·K·K, places)."""
    n, c, h, w = x.shape
    places = h - K + 1, w - K + 1
    out = new(name, (n, c, K, K, *places), x.dtype)
    for i in range(K):
        for j in range(K):
            out[:, :, i, j] = x[:, :, i : i + places[0], j : j + places[1]]
    return out.reshape(n, c * K * K, -1)


def conv(x: np.ndarray, kernels: np.ndarray, bias: np.ndarray, new: New, name: str) -> tuple:
    """The convolution (N, D, places), and the columns that its backward pass needs."""
    cols = columns(x, new, f"columns of {name}")
    d = len(kernels)
    y = np.matmul(kernels.reshape(d, -1), cols, out=new(name, (len(x), d, cols.shape[2]), x.dtype))
    y += bias[:, None]
    side = x.shape[2] - K + 1
    return y.reshape(len(x), d, side, side), cols


def conv_signal(g: np.ndarray, kernels: np.ndarray, side: int, new: New) -> np.ndarray:
    """The message to the signal. Windows with channels last: one addition covers 5 · C numbers in a row."""
    (n, d, p, _), c = g.shape, kernels.shape[1]
    rows = g.reshape(n, d, p * p).transpose(0, 2, 1)
    spread = new("windows of the message", (n, p * p, K * K * c), g.dtype)
    spread = np.matmul(rows, kernels.transpose(0, 2, 3, 1).reshape(d, -1), out=spread)
    spread = spread.reshape(n, p, p, K, K * c)
    out = new("message to the signal", (n, side, side * c), g.dtype)
    out[...] = 0
    for j in range(p):
        for i in range(K):
            out[:, i : i + p, j * c : (j + K) * c] += spread[:, :, j, i]
    return out.reshape(n, side, side, c).transpose(0, 3, 1, 2)


def conv_kernels(g: np.ndarray, cols: np.ndarray, shape: tuple, new: New, name: str) -> np.ndarray:
    """The message to the kernels: windows times g, summed over the samples."""
    n, d = g.shape[:2]
    each = new(f"{name} of each sample", (n, d, cols.shape[1]), g.dtype)
    np.matmul(g.reshape(n, d, -1), cols.transpose(0, 2, 1), out=each)
    return np.add.reduce(each).reshape(shape)


def relu(z: np.ndarray, new: New, name: str) -> np.ndarray:
    """max(z, 0), in place; which entries were above 0 is returned."""
    above = np.greater(z, 0, out=new(f"{name} above 0", z.shape, bool))
    z *= above
    return above


QUARTERS = tuple((..., slice(i, None, 2), slice(j, None, 2)) for i in (0, 1) for j in (0, 1))


def pool(z: np.ndarray, new: New, name: str) -> np.ndarray:
    """The largest of each 2 × 2."""
    n, c, h, w = z.shape
    rows = np.maximum(z[:, :, ::2], z[:, :, 1::2], out=new(f"rows of {name}", (n, c, h // 2, w), z.dtype))
    return np.maximum(rows[..., ::2], rows[..., 1::2], out=new(name, (n, c, h // 2, w // 2), z.dtype))


def unpool(g: np.ndarray, z: np.ndarray, largest: np.ndarray, new: New, name: str) -> np.ndarray:
    """g at the first entry of each 2 × 2 that equals its largest."""
    out = new(f"message to {name}", z.shape, z.dtype)
    free = np.ones(largest.shape, bool)
    for quarter in QUARTERS:
        hit = z[quarter] == largest
        hit &= free
        free ^= hit
        np.multiply(g, hit, out=out[quarter])
    return out


def forward_backward(x: np.ndarray, y: np.ndarray, p: Arrays, new: New) -> tuple[Any, Arrays]:
    """The loss and all gradients."""
    n, rows = len(x), np.arange(len(x))
    z1, cols1 = conv(x, p["K1"], p["c1"], new, "z1")
    above1 = relu(z1, new, "z1")
    h1 = pool(z1, new, "h1")
    z2, cols2 = conv(h1, p["K2"], p["c2"], new, "z2")
    above2 = relu(z2, new, "z2")
    h2 = pool(z2, new, "h2")
    flat = h2.reshape(n, -1)
    z3 = flat @ p["W1"]
    z3 += p["b1"]
    above3 = relu(z3, new, "z3")
    z4 = z3 @ p["W2"] + p["b2"]
    z4 -= np.maximum.reduce(z4, 1, keepdims=True)
    e = np.exp(z4)
    total = np.add.reduce(e, 1, keepdims=True)
    loss = (np.log(total[:, 0]) - z4[rows, y]).mean()

    g4 = e / total
    g4[rows, y] -= 1
    g4 /= n
    g3 = (g4 @ p["W2"].T) * above3
    g2 = unpool((g3 @ p["W1"].T).reshape(h2.shape), z2, h2, new, "z2")
    g2 *= above2
    g1 = unpool(conv_signal(g2, p["K2"], h1.shape[2], new), z1, h1, new, "z1")
    g1 *= above1
    return loss, {
        "K1": conv_kernels(g1, cols1, p["K1"].shape, new, "K1"), "c1": over_places(g1),
        "K2": conv_kernels(g2, cols2, p["K2"].shape, new, "K2"), "c2": over_places(g2),
        "W1": flat.T @ g3, "b1": np.add.reduce(g3),
        "W2": z3.T @ g4, "b2": np.add.reduce(g4),
    }  # fmt: skip


def over_places(g: np.ndarray) -> np.ndarray:
    """The sum over samples and places, samples first: that one runs along the memory."""
    return np.add.reduce(np.add.reduce(g).reshape(g.shape[1], -1), 1)


def hand(task: Task) -> Job:
    """Each result is a new array."""
    new = lambda name, shape, dtype: np.empty(shape, dtype)
    return by_hand(task.weights, task.batches, lambda x, y, p: forward_backward(x, y, p, new))


def hand_out(task: Task) -> Job:
    """The large arrays are made once."""
    kept: dict[str, np.ndarray] = {}

    def new(name: str, shape: tuple, dtype: Any) -> np.ndarray:
        if name not in kept:
            kept[name] = np.empty(shape, dtype)
        return kept[name]

    return by_hand(task.weights, task.batches, lambda x, y, p: forward_backward(x, y, p, new))
