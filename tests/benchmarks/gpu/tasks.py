"""What is trained. A task is two batches and the weights to begin with, as NumPy arrays in float32."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from tests.benchmarks.workloads import mlp
from tests.benchmarks.workloads.f_cnn import minigrad_loss as cnn_loss
from tests.benchmarks.workloads.training import Arrays, Batches


class Task(NamedTuple):
    """One row of the table.

    Attributes:
        letter, title: what the row is called.
        batches: two of (x, y), which take turns.
        weights: by name, in the order of the layers.
        loss: loss(x, y, **weights), in minigrad's words.
        work: floating-point operations of a step's matrix products; 0 where there are others than these.
    """

    letter: str
    title: str
    batches: Batches
    weights: Arrays
    loss: Callable[..., Any]
    work: int = 0


def layered(letter: str, title: str, sizes: tuple[int, ...], batch: int, small: bool) -> Task:
    """A network of linear maps with relu between them."""
    if small:
        sizes, batch = (6, 5, 4, 3), 7
    batches, weights = mlp.task(sizes, batch, "float32", "full")
    products = [math.prod(w.shape) for w in weights.values() if w.ndim == 2]
    # Forward, for the weights, and for what comes in; the data themselves want no gradient.
    return Task(letter, title, batches, weights, layers_loss, 2 * batch * (3 * sum(products) - products[0]))


def layers_loss(x: Any, y: Any, **p: Any) -> Any:
    """The loss of a batch."""
    import minigrad as mg

    depth = len(p) // 2
    for k in range(1, depth + 1):
        x = x @ p[f"W{k}"] + p[f"b{k}"]
        x = mg.relu(x) if k < depth else x
    return mg.cross_entropy(x, y)


def images(letter: str, title: str, batch: int, small: bool) -> Task:
    """The convolutional network of F."""
    side = 16 if small else 28
    batch = 3 if small else batch
    rng = np.random.default_rng(0)
    flat = 32 * (((side - 4) // 2 - 4) // 2) ** 2
    shapes = {"K1": (16, 1, 5, 5), "c1": (16,), "K2": (32, 16, 5, 5), "c2": (32,)}
    shapes |= {"W1": (flat, 128), "b1": (128,), "W2": (128, 10), "b2": (10,)}
    weights = {}
    for name, shape in shapes.items():
        fan = math.prod(shape[1:]) if len(shape) == 4 else shape[0]
        weights[name] = rng.normal(0, (2 / fan) ** 0.5 if len(shape) > 1 else 0.1, shape).astype(np.float32)
    xs = rng.normal(size=(2, batch, 1, side, side)).astype(np.float32)
    return Task(letter, title, list(zip(xs, rng.integers(0, 10, (2, batch)), strict=True)), weights, cnn_loss)


TASKS: dict[str, Callable[[bool], Task]] = {
    "D": lambda small: layered("D", "784-256-128-10, batch 128", (784, 256, 128, 10), 128, small),
    "E": lambda small: layered("E", "1024-2048-2048-10, batch 512", (1024, 2048, 2048, 10), 512, small),
    "W": lambda small: layered("W", "4096-4096-4096-4096-10, batch 4096", (4096,) * 4 + (10,), 4096, small),
    "F": lambda small: images("F", "LeNet-like, 28 × 28, batch 64", 64, small),
    "G": lambda small: images("G", "LeNet-like, 28 × 28, batch 1024", 1024, small),
}
