"""Running sums and products. The k-th result depends on all entries up to the k-th, so its gradient runs backwards.

Convention: products are differentiated exactly whatever number of entries is 0, and NaN, which the nan-functions skip,
has gradient 0.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad.operators import plain
from minigrad.record import primitive
from minigrad.vjps import defvjp


@primitive
def recurrence(b: Any, a: Any) -> Any:
    """yₖ = bₖ + aₖ yₖ₋₁ along the last axis: a running sum in which what was gathered so far is scaled each time."""
    y = b + 0 * a
    for k in range(1, y.shape[-1]):
        y[..., k] = b[..., k] + a[..., k] * y[..., k - 1]
    return y


def reversed_recurrence(g: Any, a: Any) -> Any:
    """sₖ = gₖ + aₖ₊₁ sₖ₊₁: how the gradient of a recurrence runs back."""
    return backwards(recurrence(backwards(g), backwards(shifted(a, -1))))


def backwards(x: Any) -> Any:
    """The last axis from its end to its beginning."""
    return np.flip(x, -1)


def shifted(x: Any, by: int, fill: float = 0) -> Any:
    """The last axis moved on by one (by = 1) or back by one (-1); `fill` in the place that becomes free."""
    free = fill * np.ones_like(plain(x)[..., :1])
    parts = [free, x[..., :-1]] if by == 1 else [x[..., 1:], free]
    return np.concatenate(parts, axis=-1)


def product_of_others(x: Any) -> Any:
    """For each entry, the product of all others along the last axis: all before it, times all behind it."""
    return product_before(x) * backwards(product_before(backwards(x)))


def product_before(x: Any) -> Any:
    """For each entry, the product of those before it along the last axis."""
    return np.cumprod(shifted(x, 1, fill=1), axis=-1)


def cumsum_rule(g: Any, shape: tuple, axis: Any, initial: bool = False) -> Any:
    """Σ of g here and behind"""
    g, k = (np.reshape(g, -1), 0) if axis is None else (g, axis)
    sums = np.flip(np.cumsum(np.flip(results(g, k, initial), k), axis=k), k)
    return np.reshape(sums, shape)


def cumprod_rule(g: Any, x: Any, axis: Any, initial: bool = False) -> Any:
    """Σ over the products that x went into, of g times all other factors"""
    if axis is None:
        return np.reshape(cumprod_rule(np.reshape(g, -1), np.reshape(x, -1), 0, initial), x.shape)
    g, x = np.moveaxis(results(g, axis, initial), axis, -1), np.moveaxis(x, axis, -1)
    return np.moveaxis(product_before(x) * reversed_recurrence(g, x), -1, axis)


def results(g: Any, axis: int, initial: bool) -> Any:
    """`g` without the constant that `include_initial` puts in front."""
    return g[(slice(None),) * (axis % g.ndim) + (slice(1, None),)] if initial else g


def numbers_or(fill: float, a: Any) -> Any:
    """`a` with `fill` in place of NaN."""
    return np.where(a == a, a, fill)


# fmt: off
defvjp(recurrence,         lambda g, a: reversed_recurrence(g, a),
                           lambda g, a, out: reversed_recurrence(g, a) * shifted(out, 1))
defvjp(np.cumsum,          lambda g, a_shape, axis: cumsum_rule(g, a_shape, axis))
defvjp(np.cumprod,         lambda g, a, axis: cumprod_rule(g, a, axis))
defvjp(np.nancumsum,       lambda g, a, axis: cumsum_rule(g, a.shape, axis) * (a == a))
defvjp(np.nancumprod,      lambda g, a, axis: cumprod_rule(g, numbers_or(1, a), axis) * (a == a))
if hasattr(np, "cumulative_sum"):  # NumPy 2.1
    defvjp(np.cumulative_sum,  lambda g, x_shape, axis, include_initial: cumsum_rule(g, x_shape, axis, include_initial))
    defvjp(np.cumulative_prod, lambda g, x, axis, include_initial: cumprod_rule(g, x, axis, include_initial))
# fmt: on
