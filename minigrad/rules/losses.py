"""Losses that compare numbers with numbers: how far a network's answers are from the right ones.

Each is one node with an honest backward pass: it multiplies by the upstream gradient, so that a loss may also
stand in the middle of a network. `reduction` says what becomes of the single losses: "mean", "sum", or "none".
The mean of nothing is 0.

The target of a loss between numbers has the shape of x (no broadcasting: (N, 1) against (N) would compare
everything with everything), is converted to its dtype, and may itself want a gradient.

Conventions: |x - t| has slope 0 at 0; huber and smooth_l1 are quadratic at their kink, included; the hinge has
slope 0 at the margin; binary_cross_entropy takes log p as at least -100, as PyTorch does, so that p = 0 and
p = 1 cost 100 at most; in kl_div 0 · log 0 = 0, with slope 0.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minigrad.record import primitive
from minigrad.rules.neural import array_of, sigmoid
from minigrad.vjps import defvjp

REDUCTIONS = ("mean", "sum", "none")


def reduced(losses: Any, reduction: str, n: Any = None) -> Any:
    """The single losses as they are, their sum, or their sum divided by n (by default their number)."""
    if reduction not in REDUCTIONS:
        raise ValueError(
            f"reduction={reduction!r} is not known; it is one of {', '.join(map(repr, REDUCTIONS))}."
        )
    if reduction == "none":
        return losses
    total = losses.sum()
    return total / max(1, losses.size if n is None else n) if reduction == "mean" else total


def share(g: Any, reduction: str, x: Any) -> Any:
    """What of the upstream gradient reaches each single loss."""
    return g / max(1, math.prod(x.shape)) if reduction == "mean" else g


def fit(target: Any, x: Any) -> Any:
    """The target in the dtype of x, and where x is; refused if it has another shape."""
    if np.shape(target) != x.shape:
        raise ValueError(
            f"the target has shape {np.shape(target)}, but x has shape {x.shape}. They must be equal: this loss "
            f"compares entry by entry. Reshape one of them, or np.broadcast_to(target, x.shape) if that is meant."
        )
    if not hasattr(target, "_data"):  # no Tensor
        return np.asarray(target, dtype=x.dtype, like=array_of(x))
    return target if target.dtype == x.dtype else target.astype(x.dtype)


# Between numbers ------------------------------------------------------------------------------------------


@primitive
def mse_loss(x: Any, target: Any, reduction: str = "mean") -> Any:
    """(x - target)²: the squared error.

    Args:
        x, target: of the same shape.
        reduction: "mean", "sum", or "none" for one loss per entry.

    Raises:
        ValueError: shapes that differ, or an unknown reduction.

    Example:
        >>> import minigrad as mg
        >>> mg.nn.functional.mse_loss(mg.tensor([1.0, 4.0]), [1.0, 2.0]).item()
        2.0
    """
    d = x - fit(target, x)
    return reduced(d * d, reduction)


@primitive
def l1_loss(x: Any, target: Any, reduction: str = "mean") -> Any:
    """|x - target|: the absolute error. Args, errors: as for `mse_loss`.

    Example:
        >>> import minigrad as mg
        >>> mg.nn.functional.l1_loss(mg.tensor([1.0, 4.0]), [1.0, 2.0]).item()
        1.0
    """
    return reduced(np.absolute(x - fit(target, x)), reduction)


@primitive
def huber_loss(x: Any, target: Any, reduction: str = "mean", delta: float = 1.0) -> Any:
    """d²/2 where |d| ≤ delta, else delta · (|d| - delta/2), with d = x - target: outliers count linearly.

    Args:
        x, target, reduction: as for `mse_loss`.
        delta: where the parabola becomes a line; positive.

    Raises:
        ValueError: shapes that differ, an unknown reduction, or a delta that is not positive.

    Source: Huber, "Robust estimation of a location parameter" (1964).

    Example:
        >>> import minigrad as mg
        >>> mg.nn.functional.huber_loss(mg.tensor([0.5, 3.0]), [0.0, 0.0], reduction="none")
        tensor([0.125, 2.5  ])
    """
    if not delta > 0:
        raise ValueError(
            f"delta={delta} must be positive: it is the error at which the parabola becomes a line."
        )
    d = np.absolute(x - fit(target, x))
    near = np.minimum(d, delta)
    return reduced(near * (d - 0.5 * near), reduction)


@primitive
def smooth_l1_loss(x: Any, target: Any, reduction: str = "mean", beta: float = 1.0) -> Any:
    """d²/(2·beta) where |d| ≤ beta, else |d| - beta/2, with d = x - target: the Huber loss divided by beta.

    Args:
        x, target, reduction: as for `mse_loss`.
        beta: where the parabola becomes a line; 0 makes it |d|.

    Raises:
        ValueError: shapes that differ, an unknown reduction, or a negative beta.

    Source: Girshick, "Fast R-CNN" (2015).

    Example:
        >>> import minigrad as mg
        >>> mg.nn.functional.smooth_l1_loss(mg.tensor([0.5, 3.0]), [0.0, 0.0], reduction="none")
        tensor([0.125, 2.5  ])
    """
    if not beta >= 0:
        raise ValueError(
            f"beta={beta} must not be negative: it is the error at which the parabola becomes a line."
        )
    d = np.absolute(x - fit(target, x))
    near = np.minimum(d, beta)
    return reduced(d - near + 0.5 * near * near / (beta or 1.0), reduction)


def clipped(d: Any, bound: float) -> Any:
    """d / bound, held between -1 and 1; the sign of d if the bound is 0."""
    return np.clip(d / bound, -1.0, 1.0) if bound else np.sign(d)


@primitive
def hinge_loss(x: Any, target: Any, reduction: str = "mean", margin: float = 1.0) -> Any:
    """max(0, margin - target · x): a score should be on the right side of 0, by a margin.

    Args:
        x: scores.
        target: +1 or -1 for each.
        reduction: as for `mse_loss`.
        margin: how far on the right side costs nothing.

    Raises:
        ValueError: shapes that differ, an unknown reduction, or a target that is neither +1 nor -1.

    Source: Cortes & Vapnik, "Support-vector networks" (1995).

    Example:
        >>> import minigrad as mg
        >>> mg.nn.functional.hinge_loss(mg.tensor([2.0, 0.5]), [1, -1], reduction="none")
        tensor([0. , 1.5])
    """
    t = fit(target, x)
    if not np.all(t * t == 1):
        raise ValueError(
            "the target of hinge_loss is +1 or -1 everywhere; for classes 0 and 1 write 2 * target - 1."
        )
    return reduced(np.maximum(margin - t * x, 0), reduction)


# Between chances ------------------------------------------------------------------------------------------


def chances(value: Any, what: str) -> Any:
    """The array `value`, refused if an entry is no probability."""
    if value.size and not (np.min(value) >= 0 and np.max(value) <= 1):
        raise ValueError(
            f"{what} holds probabilities, between 0 and 1; it goes from {float(np.min(value)):.4g} to "
            f"{float(np.max(value)):.4g}."
            + (" For scores (logits) use binary_cross_entropy_with_logits." if what == "x" else "")
        )
    return value


def log_chance(p: Any) -> Any:
    """log p, but at least -100; no warning at 0."""
    smallest = float(np.finfo(p.dtype).smallest_subnormal)
    return np.maximum(np.log(np.maximum(p, smallest)), -100.0)


@primitive
def binary_cross_entropy(x: Any, target: Any, reduction: str = "mean") -> Any:
    """-(t log x + (1 - t) log(1 - x)): the price of having said x where the answer is t. Logs are at least -100.

    Args:
        x: probabilities, e.g. from `sigmoid`. From scores, `binary_cross_entropy_with_logits` is more exact.
        target: probabilities (mostly 0 or 1) of the same shape.
        reduction: as for `mse_loss`.

    Raises:
        ValueError: shapes that differ, an unknown reduction, or a number outside 0 … 1.

    Example:
        >>> import minigrad as mg
        >>> mg.nn.functional.binary_cross_entropy(mg.tensor([0.5, 0.0]), [1, 1], reduction="none").numpy().round(4)
        array([  0.6931, 100.    ])
    """
    x, t = chances(x, "x"), chances(fit(target, x), "the target")
    return reduced(-(t * log_chance(x) + (1 - t) * log_chance(1 - x)), reduction)


@primitive
def binary_cross_entropy_with_logits(x: Any, target: Any, reduction: str = "mean") -> Any:
    """log(1 + eˣ) - t · x: the binary cross-entropy of σ(x), exact for scores of any size.

    Args:
        x: scores (logits).
        target: probabilities (mostly 0 or 1) of the same shape.
        reduction: as for `mse_loss`.

    Raises:
        ValueError: shapes that differ, an unknown reduction, or a target outside 0 … 1.

    Example:
        >>> import minigrad as mg
        >>> x = mg.tensor([1000.0, -1000.0])
        >>> mg.nn.functional.binary_cross_entropy_with_logits(x, [1, 1], reduction="none")
        tensor([   0., 1000.])
    """
    t = chances(fit(target, x), "the target")
    return reduced(np.logaddexp(x, 0) - t * x, reduction)


@primitive
def kl_div(x: Any, target: Any, reduction: str = "mean") -> Any:
    """t · (log t - x), with x the *logarithm* of probabilities: how far the distribution eˣ is from t.

    Args:
        x: logarithms of probabilities, e.g. from `log_softmax`.
        target: probabilities of the same shape.
        reduction: as for `mse_loss`, and "batchmean": the sum divided by the size of the first axis. Only this
            one is the Kullback-Leibler divergence; "mean" also divides by the number of classes.

    Raises:
        ValueError: shapes that differ, an unknown reduction, or a negative target.

    Source: Kullback & Leibler, "On information and sufficiency" (1951).

    Example:
        >>> import numpy as np, minigrad as mg
        >>> mg.nn.functional.kl_div(mg.tensor(np.log([[0.5, 0.5]])), [[1.0, 0.0]], "batchmean").numpy().round(4)
        np.float64(0.6931)
    """
    t = fit(target, x)
    if t.size and np.min(t) < 0:
        raise ValueError(
            f"the target holds probabilities, which are not negative; one of them is {float(np.min(t)):.4g}."
        )
    losses = expected(log_or_zero(t) - x, t)
    if reduction == "batchmean":
        return np.sum(losses) / max(1, x.shape[0])
    return reduced(losses, reduction)


def expected(value: Any, chance: Any) -> Any:
    """chance * value, also where the value is infinite and the chance 0: what cannot happen costs nothing."""
    return np.where(chance, value, 0) * chance


def log_or_zero(t: Any) -> Any:
    """log t, but 0 where t is 0."""
    return np.log(t + (t == 0))


def kl_share(g: Any, reduction: str, x: Any) -> Any:
    """`share`, for kl_div with its own reduction."""
    return g / max(1, x.shape[0]) if reduction == "batchmean" else share(g, reduction, x)


# The rules ------------------------------------------------------------------------------------------------


def huber_x(g: Any, x: Any, target: Any, reduction: str, delta: float) -> Any:
    """g * clip(x - target, -delta, delta)"""
    return share(g, reduction, x) * delta * clipped(x - fit(target, x), delta)


def smooth_l1_x(g: Any, x: Any, target: Any, reduction: str, beta: float) -> Any:
    """g * clip((x - target) / beta, -1, 1)"""
    return share(g, reduction, x) * clipped(x - fit(target, x), beta)


def hinge_x(g: Any, x: Any, target: Any, reduction: str, margin: float) -> Any:
    """-g * target, where the margin is not kept"""
    t = fit(target, x)
    return -share(g, reduction, x) * t * (margin - t * x > 0)


def hinge_target(g: Any, x: Any, target: Any, reduction: str, margin: float) -> Any:
    """-g * x, where the margin is not kept"""
    return -share(g, reduction, x) * x * (margin - fit(target, x) * x > 0)


def bce_x(g: Any, x: Any, target: Any, reduction: str) -> Any:
    """g * (x - target) / (x (1 - x))"""
    return share(g, reduction, x) * (x - fit(target, x)) / np.maximum(x * (1 - x), 1e-12)


def bce_target(g: Any, x: Any, reduction: str) -> Any:
    """g * (log(1 - x) - log(x))"""
    return share(g, reduction, x) * (log_chance(1 - x) - log_chance(x))


def kl_target(g: Any, x: Any, target: Any, reduction: str) -> Any:
    """g * (log(target) + 1 - x)"""
    t = fit(target, x)
    return kl_share(g, reduction, x) * (log_or_zero(t) + (t > 0) - x)


# fmt: off
defvjp(mse_loss,       lambda g, x, target, reduction: share(g, reduction, x) * 2 * (x - fit(target, x)),
                       lambda g, x, target, reduction: share(g, reduction, x) * 2 * (fit(target, x) - x))
defvjp(l1_loss,        lambda g, x, target, reduction: share(g, reduction, x) * np.sign(x - fit(target, x)),
                       lambda g, x, target, reduction: share(g, reduction, x) * np.sign(fit(target, x) - x))
defvjp(huber_loss,     huber_x,
                       lambda g, x, target, reduction, delta: -huber_x(g, x, target, reduction, delta))
defvjp(smooth_l1_loss, smooth_l1_x,
                       lambda g, x, target, reduction, beta: -smooth_l1_x(g, x, target, reduction, beta))
defvjp(hinge_loss,     hinge_x,
                       hinge_target)
defvjp(kl_div,         lambda g, x, target, reduction: -kl_share(g, reduction, x) * fit(target, x),
                       kl_target)
defvjp(binary_cross_entropy,
                       bce_x,
                       bce_target)
defvjp(binary_cross_entropy_with_logits,
                       lambda g, x, target, reduction: share(g, reduction, x) * (sigmoid(x) - fit(target, x)),
                       lambda g, x, reduction: -share(g, reduction, x) * x)
# fmt: on
