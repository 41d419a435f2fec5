"""Gradient clipping: a bound on the gradients between `loss.backward()` and `optimizer.step()`."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from minigrad.optim.groups import POSITIVE, within
from minigrad.tensor import Tensor


def clip_grad_norm_(
    parameters: Tensor | Iterable[Tensor],
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = True,
) -> float:
    """If ‖g‖ > max_norm, g ← g · max_norm / ‖g‖, where g is all gradients as one vector: the direction stays.

    As in PyTorch the factor is max_norm / (‖g‖ + 1e-6). Two differences: the norm is returned as a float, and
    a norm that is not finite raises, because 0 · ∞ would turn gradients into NaN without a word.

    Args:
        parameters: Tensors; those without a gradient do not count.
        max_norm: the bound, above 0.
        norm_type: p of the p-norm, above 0; `float("inf")` for the largest entry.
        error_if_nonfinite: raise if the norm is NaN or infinite; otherwise scale all the same.

    Returns:
        The norm before clipping (0.0 without any gradient).

    Raises:
        ValueError: a bound or p that is not above 0.
        RuntimeError: a norm that is not finite.

    Source: Pascanu, Mikolov & Bengio (2013), "On the difficulty of training recurrent neural networks".

    Example:
        >>> import minigrad as mg
        >>> w = mg.Parameter([0.0, 0.0])
        >>> (w * mg.tensor([3.0, 4.0])).sum().backward()
        >>> mg.optim.clip_grad_norm_([w], max_norm=1.0)
        5.0
        >>> w.grad.data.round(4)
        array([0.6, 0.8])
    """
    max_norm = within("clip_grad_norm_", "max_norm", max_norm, POSITIVE)
    p = norm_type if norm_type == math.inf else within("clip_grad_norm_", "norm_type", norm_type, POSITIVE)
    having = _with_gradient(parameters)
    if not having:
        return 0.0
    total = total_norm([t.grad.data for t in having], p)  # type: ignore[union-attr]
    if error_if_nonfinite and not math.isfinite(total):
        finite = [bool(np.all(np.isfinite(t.grad.data))) for t in having]  # type: ignore[union-attr]
        bad = having[finite.index(False)] if False in finite else having[0]
        raise RuntimeError(
            f"The norm of the gradients is {total}: {bad.label} is the first whose gradient is not finite. "
            f"Run the step inside `with mg.detect_anomaly():` to see where it arises, or lower the rate."
        )
    factor = max_norm / (total + 1e-6)
    if not factor >= 1:  # NaN included
        with np.errstate(invalid="ignore"):  # 0 · ∞, if that was asked for
            for t in having:
                _replace(t, np.multiply(t.grad.data, factor))  # type: ignore[union-attr]
    return total


def clip_grad_value_(parameters: Tensor | Iterable[Tensor], clip_value: float) -> None:
    """g ← min(max(g, -clip_value), clip_value), entry by entry: the direction may change. NaN stays NaN.

    Args:
        parameters: Tensors; those without a gradient are skipped.
        clip_value: the bound, above 0.

    Raises:
        ValueError: a bound that is not above 0.

    Example:
        >>> import minigrad as mg
        >>> w = mg.Parameter([0.0, 0.0])
        >>> (w * mg.tensor([3.0, -0.5])).sum().backward()
        >>> mg.optim.clip_grad_value_([w], 1.0)
        >>> w.grad
        tensor([ 1. , -0.5])
    """
    bound = within("clip_grad_value_", "clip_value", clip_value, POSITIVE)
    for t in _with_gradient(parameters):
        _replace(t, np.clip(t.grad.data, -bound, bound))  # type: ignore[union-attr]


def total_norm(arrays: list[Any], p: float) -> float:
    """The p-norm of all entries of all arrays, also where their squares would overflow or underflow.

    Example:
        >>> import numpy as np
        >>> total_norm([np.array([3e200]), np.array([4e200])], 2.0) / 1e200
        5.0
    """
    flat = [np.reshape(a, -1) for a in arrays if a.size]
    if not flat:
        return 0.0
    with np.errstate(all="ignore"):
        total = _norm(flat, p)  # on a GPU the only number that has to come over
        if math.isfinite(total) and total > 1e-15:
            return total
        largest = _norm(flat, math.inf)
        return largest * _norm([a / largest for a in flat], p) if 0 < largest < math.inf else largest


def _norm(flat: list[Any], p: float) -> float:
    return float(np.linalg.norm(np.stack([np.linalg.norm(a, p) for a in flat]).astype(np.float64), p))


def _with_gradient(parameters: Tensor | Iterable[Tensor]) -> list[Tensor]:
    parameters = [parameters] if isinstance(parameters, Tensor) else parameters
    return [t for t in dict.fromkeys(parameters) if t.grad is not None]


def _replace(t: Tensor, gradient: Any) -> None:
    """A new array instead of writing into the old one, which another Tensor's gradient may share."""
    t.grad = Tensor.wrap(gradient)
