"""The functions of neural networks that NumPy lacks, each with its rule."""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad.record import primitive
from minigrad.vjps import defvjp


@primitive
def relu(x: Any) -> Any:
    """max(x, 0), elementwise. The derivative at 0 is 0.

    Example:
        >>> import minigrad as mg
        >>> mg.relu(mg.tensor([-1.0, 2.0]))
        tensor([0., 2.])
    """
    return np.maximum(x, 0)


@primitive
def sigmoid(x: Any) -> Any:
    """σ(x) = 1 / (1 + e⁻ˣ), elementwise; does not overflow. σ' = σ(1 - σ).

    Example:
        >>> import minigrad as mg
        >>> mg.sigmoid(mg.tensor(0.0)).item()
        0.5
    """
    return 0.5 * (1 + np.tanh(0.5 * x))  # the same function, and no exponential that could overflow


@primitive
def softmax(x: Any, axis: int = -1) -> Any:
    """eˣ / Σ eˣ along `axis`: scores become probabilities. Does not overflow.

    Example:
        >>> import minigrad as mg
        >>> mg.softmax(mg.tensor([0.0, 0.0]))
        tensor([0.5, 0.5])
    """
    e = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return e / np.sum(e, axis=axis, keepdims=True)


@primitive
def log_softmax(x: Any, axis: int = -1) -> Any:
    """log softmax(x) = x - log Σ eˣ along `axis`, stable where softmax itself is 0.

    Example:
        >>> import minigrad as mg
        >>> mg.log_softmax(mg.tensor([0.0, -1000.0]))
        tensor([    0., -1000.])
    """
    x = x - np.max(x, axis=axis, keepdims=True)
    return x - np.log(np.sum(np.exp(x), axis=axis, keepdims=True))


@primitive
def cross_entropy(x: Any, target: Any) -> Any:
    """-log softmax(x)[target], averaged over the batch: the loss of a classifier.

    Args:
        x: scores (logits) of shape (N, C), or (C,) for one sample.
        target: the right classes, integers of shape (N,) or a single one.

    Raises:
        ValueError: shapes that do not belong together, or a class outside 0 … C-1.
        TypeError: classes that are no integers.

    Example:
        >>> import minigrad as mg
        >>> round(mg.cross_entropy(mg.tensor([[0.0, 0.0]]), [1]).item(), 4)    # ln 2
        0.6931
    """
    return -np.sum(log_softmax(x) * one_hot(target, x)) / max(1, np.size(target))


def one_hot(target: Any, scores: Any) -> Any:
    """1 at each row's class, 0 elsewhere; where the scores are (CPU or GPU)."""
    target = np.asarray(target, like=scores)
    if target.dtype.kind not in "iu":
        raise TypeError(f"The target of cross_entropy holds classes as integers, not {target.dtype}.")
    n, shape = scores.shape[-1], scores.shape
    if target.shape != shape[:-1]:
        raise ValueError(
            f"cross_entropy has scores of shape {shape}, so the target needs shape {shape[:-1]}: one class "
            f"per row. It has shape {target.shape}."
        )
    if target.size and not 0 <= int(np.min(target)) <= int(np.max(target)) < n:
        raise ValueError(
            f"With {n} scores a class is 0 … {n - 1}; the target goes from {int(np.min(target))} to "
            f"{int(np.max(target))}."
        )
    return np.expand_dims(target, -1) == np.arange(n, like=scores)


def softmax_rule(g: Any, out: Any, axis: Any) -> Any:
    """out * (g - Σ g·out)"""
    return out * (g - np.sum(g * out, axis=axis, keepdims=True))


def log_softmax_rule(g: Any, out: Any, axis: Any) -> Any:
    """g - softmax(x) · Σ g"""
    return g - np.exp(out) * np.sum(g, axis=axis, keepdims=True)


def cross_entropy_rule(g: Any, x: Any, target: Any) -> Any:
    """g * (softmax(x) - one_hot(target)) / N"""
    return (g / max(1, np.size(target))) * (softmax(x) - one_hot(target, x))


# fmt: off
defvjp(relu,          lambda g, out: g * (out > 0), elementwise=True)
defvjp(sigmoid,       lambda g, out: g * out * (1 - out), elementwise=True)
defvjp(softmax,       softmax_rule)
defvjp(log_softmax,   log_softmax_rule)
defvjp(cross_entropy, cross_entropy_rule, harmless=("target",))
# fmt: on
