"""Losses that compare scores with classes: cross-entropy, and what is left of it after log-softmax.

The axis of the classes is the second one, or the only one. As all losses these are honest nodes: they multiply
by the upstream gradient. The target is data; no gradient flows to it.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minigrad.record import looked_up, primitive
from minigrad.rules.losses import expected, reduced
from minigrad.rules.neural import log_softmax, softmax
from minigrad.vjps import defvjp


@primitive
def cross_entropy(
    x: Any,
    target: Any,
    reduction: str = "mean",
    ignore_index: int | None = None,
    label_smoothing: float = 0.0,
) -> Any:
    """-log softmax(x)[target]: the loss of a classifier.

    Args:
        x: scores (logits) of shape (N, C), or (C) for one sample, or (N, C, …) with one per position.
        target: the right classes, integers of the shape of x without the axis C.
        reduction: as for `mse_loss`; the mean is over the samples that are not ignored.
        ignore_index: samples of this "class" cost nothing.
        label_smoothing: ε: the right answer becomes (1 - ε) · one-hot + ε / C.

    Raises:
        ValueError: shapes that do not belong together, a class outside 0 … C-1, a smoothing outside 0 … 1, or
            an unknown reduction.
        TypeError: classes that are no integers.

    Source: Bridle, "Probabilistic interpretation of feedforward classification network outputs" (1990);
        Szegedy et al., "Rethinking the Inception architecture" (2016), for the smoothing.

    Example:
        >>> import minigrad as mg
        >>> round(mg.cross_entropy(mg.tensor([[0.0, 0.0]]), [1]).item(), 4)    # ln 2
        0.6931
    """
    answer = right_answer(target, x, ignore_index, label_smoothing)
    axis = class_axis(x)
    losses = -expected(log_softmax(x, axis), answer).sum(axis=axis)
    return reduced(losses, reduction, sample_count(target, x, ignore_index))


@primitive
def nll_loss(x: Any, target: Any, reduction: str = "mean", ignore_index: int | None = None) -> Any:
    """-x[target], with x the logarithm of probabilities: `cross_entropy` after `log_softmax`.

    Args, errors: as for `cross_entropy`.

    Example:
        >>> import numpy as np, minigrad as mg
        >>> mg.nn.functional.nll_loss(mg.tensor([[-0.5, -1.0]]), [1]).item()
        1.0
    """
    losses = -expected(x, right_answer(target, x, ignore_index)).sum(axis=class_axis(x))
    return reduced(losses, reduction, sample_count(target, x, ignore_index))


def class_axis(x: Any) -> int:
    """The axis of the classes: the second one, or the only one."""
    return min(1, len(x.shape) - 1)


@looked_up
def right_answer(target: Any, x: Any, ignore_index: int | None = None, smoothing: float = 0.0) -> Any:
    """What the probabilities should be: 1 at each sample's class and 0 elsewhere; 0 for samples that are ignored.

    Truth values, unless the answer is smoothed.
    """
    target = np.asarray(target, like=x)
    if x.ndim == 0:
        raise ValueError("the scores have shape (); they need an axis with one score per class.")
    axis, shape = class_axis(x), x.shape
    n, samples = shape[axis], shape[:axis] + shape[axis + 1 :]
    if target.dtype.kind not in "iu" and target.size:
        raise TypeError(f"The target holds classes as integers, not {target.dtype}.")
    if target.shape != samples:
        raise ValueError(
            f"It has scores of shape {shape}, so the target needs shape {samples}: one class per sample. This one "
            f"has shape {target.shape}."
        )
    if not 0 <= smoothing <= 1:
        raise ValueError(f"label_smoothing={smoothing} is a share, between 0 and 1.")
    target = target.reshape(*shape[:axis], 1, *shape[axis + 1 :])
    hit = target == np.arange(n, like=x).reshape(n, *(1,) * (x.ndim - 1 - axis))
    counts = None if ignore_index is None else target != ignore_index
    if counts is not None:
        hit = hit & counts
    if np.count_nonzero(hit) != (target.size if counts is None else np.count_nonzero(counts)):
        raise ValueError(
            f"With {n} scores a class is 0 … {n - 1}; the target goes from {int(np.min(target))} to "
            f"{int(np.max(target))}."
        )
    if smoothing == 0:
        return hit
    smooth = hit.astype(x.dtype) * (1 - smoothing) + smoothing / n
    return smooth if counts is None else smooth * counts


@looked_up
def counted(target: Any, x: Any, ignore_index: int | None) -> Any:
    """1 for each sample that counts and 0 for one that is ignored, with an axis of size 1 for the classes."""
    target = np.asarray(target, like=x)
    return np.expand_dims(target != ignore_index, class_axis(x)).astype(x.dtype)


def sample_count(target: Any, x: Any, ignore_index: int | None) -> Any:
    """How many samples are not ignored; at least 1, to divide by."""
    return max(1, math.prod(np.shape(target))) if ignore_index is None else count_of(target, x, ignore_index)


@looked_up
def count_of(target: Any, x: Any, ignore_index: int) -> Any:
    """How many samples are of another class than the one that is ignored; at least 1."""
    return np.maximum(1, np.sum(np.asarray(target, like=x) != ignore_index)).astype(x.dtype)


def per_sample(g: Any, x: Any, target: Any, reduction: str, ignore_index: int | None) -> Any:
    """The upstream gradient of each sample's loss, with an axis of size 1 for the classes."""
    if reduction == "none":
        return np.expand_dims(g, class_axis(x))
    return g / sample_count(target, x, ignore_index) if reduction == "mean" else g


def cross_entropy_rule(
    g: Any, x: Any, target: Any, reduction: str, ignore_index: int | None, label_smoothing: float
) -> Any:
    """g * (softmax(x) - one_hot(target)) / N"""
    axis = class_axis(x)
    answer = right_answer(target, x, ignore_index, label_smoothing)
    chances = softmax(x, axis)
    if ignore_index is not None:
        chances = chances * counted(target, x, ignore_index)
    return per_sample(g, x, target, reduction, ignore_index) * (chances - answer)


def nll_rule(g: Any, x: Any, target: Any, reduction: str, ignore_index: int | None) -> Any:
    """-g * one_hot(target) / N"""
    return -per_sample(g, x, target, reduction, ignore_index) * right_answer(target, x, ignore_index)


defvjp(cross_entropy, cross_entropy_rule)
defvjp(nll_loss, nll_rule)
