"""Checks of a training loop, for exercise 12: one step of it, and its minibatches.

With this module, public checks and hidden tests can
- check one step of training:     check_training_step(student, x, y, lr)
- check the minibatches:          check_batches(student.batches, n, size, seed)
- read what a model has learned:  state_of(model)
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

import minigrad as mg
from exercises.answers import as_several, call, compare
from exercises.errors import CheckFailed, NotWritten
from exercises.sandbox.wire import is_tensor

RTOL = 1e-5  # relative to the largest entry: networks may compute in single precision


def softmax_step(state: dict, x: np.ndarray, y: np.ndarray, lr: float) -> tuple[dict, float]:
    """One step of gradient descent of a linear classifier, by hand: its new weights, and the loss before."""
    weight, bias = (np.asarray(state[name], dtype=np.float64) for name in ("layer.weight", "layer.bias"))
    scores = x @ weight + bias
    loss = float(mg.cross_entropy(scores, y))
    gap = (np.asarray(mg.softmax(scores)) - np.eye(scores.shape[1])[y]) / len(x)
    return {"layer.weight": weight - lr * x.T @ gap, "layer.bias": bias - lr * gap.sum(0)}, loss


def check_training_step(student: Any, x: np.ndarray, y: np.ndarray, lr: float) -> None:
    """`training_step(model, optimizer, x, y)`, twice, on the linear classifier that the notebook defines."""
    what, model = "training_step", student.LinearClassifier(3)
    optimizer, before = student.gradient_descent(model, lr), state_of(model)
    after, loss = softmax_step(before, x, y, lr)
    earlier: dict = {}  # how far each parameter has moved in the step before
    for step in ("the first step", "the second step"):
        got = call(student.training_step, [model, optimizer, x, y], what)
        if got is None or got is Ellipsis:
            raise NotWritten(what)
        if not isinstance(got, (float, np.generic, np.ndarray)):
            raise CheckFailed(f"{what}: the loss is no plain number", "Return loss.item(), not the Tensor.")
        state = state_of(model)
        for name, right in after.items():
            moved, again = right - before[name], right + earlier.get(name, 0.0)
            mistakes = [
                (f"{what}: {step} does not move the weights", before[name]),
                (f"{what}: {step} goes uphill", before[name] - moved),
                (f"{what}: the gradients of the step before are still there", again),
                (f"{what}: the loss is a sum over the examples, not a mean", before[name] + len(x) * moved),
            ]
            compare(state[name], right, what, f"{name.removeprefix('layer.')} after {step}", mistakes, RTOL)
        earlier = {name: right - before[name] for name, right in after.items()}
        lower = softmax_step(after, x, y, lr)
        mistakes = [
            (f"{what}: the loss returned is that after the step", lower[1]),
            (f"{what}: the loss returned is a sum over the examples", loss * len(x)),
        ]
        compare(got, loss, what, "loss", mistakes, RTOL)
        before, (after, loss) = after, lower


def plain(value: Any) -> Any:
    """The array of a Tensor, or the value itself."""
    return value.data if is_tensor(value) else value


def state_of(model: Any) -> dict[str, np.ndarray]:
    """The parameters of a model, by name."""
    return {name: np.asarray(plain(value)) for name, value in model.state_dict().items()}


def check_batches(fun: Callable, n: int, size: int, seed: int) -> None:
    """`batches(n, size, seed)`: arrays of indices, each example once, in an order that the seed decides."""
    what, count = "batches", math.ceil(n / size)
    got = call(fun, [n, size, seed], what)
    if got is None or got is Ellipsis:
        raise NotWritten(what)
    if isinstance(got, (list, tuple)) and len(got) != count:
        known = {n // size: "the rest is left out", size: "size is the size of a batch, not their number"}
        said = known.get(len(got), "the wrong number of batches")
        raise CheckFailed(
            f"{what}: {said}", f"Yours are {len(got)}; {n} examples make {count} batches of {size}."
        )
    parts = as_several(got, [f"batch {k}" for k in range(count)], what, "result")
    if any(part.ndim != 1 or part.dtype.kind not in "iu" for part in parts):
        raise CheckFailed(
            f"{what}: a batch is no array of indices", "Each is an array of integers, shape (size,)."
        )
    if any(len(part) != size for part in parts[:-1]):
        raise CheckFailed(f"{what}: batches of other sizes", f"All but the last one have {size} examples.")
    order = np.concatenate(parts)
    times = np.bincount(order, minlength=n) if order.min() >= 0 else np.zeros(0)
    if len(times) != n:
        raise CheckFailed(f"{what}: there are no examples of these numbers", f"They go from 0 to {n - 1}.")
    if (times != 1).any():
        k = int(np.argmax(times != 1))
        raise CheckFailed(f"{what}: not every example once", f"Example {k} comes {times[k]} times.")
    if np.array_equal(order, np.arange(n)):
        raise CheckFailed(f"{what}: the examples are not shuffled", "rng.permutation(n) is a random order.")
    again, other = (np.concatenate([np.asarray(part) for part in fun(n, size, s)]) for s in (seed, seed + 1))
    if not np.array_equal(order, again):
        raise CheckFailed(f"{what}: two calls with the same seed differ", "rng = np.random.default_rng(seed)")
    if np.array_equal(order, other):
        raise CheckFailed(f"{what}: all seeds give the same order", "rng = np.random.default_rng(seed)")
