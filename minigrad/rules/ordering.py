"""Rules for sorting, and for what is read off a sorted row: medians and quantiles.

Sorting moves entries, and their gradients move back; which goes where is decided by the values, so it is found anew
in every call. Convention: of equal entries, the one that lies earlier counts as the smaller. Quantiles are
differentiated with respect to the data, not to the level `q`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad.errors import NoRuleError
from minigrad.operators import plain
from minigrad.rules.reduction import axes_of, count, rows, total, unrows
from minigrad.vjps import defvjp


def order(x: Any, axis: int = -1) -> Any:
    """Where the smallest, the second smallest, … entry lies; of equal ones the earlier first, NaN at the end."""
    return np.argsort(x, axis=axis, kind="stable")


def ranks(a: Any, axis: Any) -> Any:
    """How many entries along `axis` come before each one in sorted order: 0 for the smallest."""
    return unrows(order(order(rows(a, axis))), a.shape, axis)


def sorted_rule(g: Any, a: Any, out: Any, axis: Any) -> Any:
    """g, back along the permutation"""
    if axis is None:
        return np.reshape(sorted_rule(g, np.reshape(a, -1), out, 0), a.shape)
    by_rank = np.take_along_axis(g, order(out, axis), axis)
    return np.take_along_axis(by_rank, order(order(a, axis), axis), axis)


def tent(distance: Any, g: Any) -> Any:
    """1 at distance 0, falling to 0 at distance 1: the share of an order statistic in linear interpolation."""
    return np.maximum(0, 1 - np.absolute(distance)).astype(g.dtype)


def quantile_rule(g: Any, a: Any, positions: Any, axis: Any) -> Any:
    """g, to the entries of the ranks that it lies between"""
    axes, rank = axes_of(axis, a.ndim), ranks(a, axis)
    kept = tuple(1 if k in axes else n for k, n in enumerate(a.shape))
    if not isinstance(positions, list):
        return np.reshape(g, kept) * tent(rank - positions, g)
    g = np.reshape(g, (len(positions), *kept))
    return sum((g[j] * tent(rank - p, g) for j, p in enumerate(positions)), np.zeros_like(a))


def levels(q: Any) -> Any:
    """The quantiles asked for: one number, or a list of them."""
    return np.reshape(plain(q), -1).tolist() if np.ndim(q) else q


def place(a: Any, q: Any, axis: Any, method: Any) -> Any:
    """Where between the order statistics 0 … n-1 the quantile lies: the quantile of these very numbers."""
    return np.quantile(np.arange(count(a.shape, axis)), levels(q), method=method).tolist()


def place_of_numbers(a: Any, q: Any, axis: Any, method: str) -> Any:
    """The same where NaN is left out, so that n differs from row to row."""
    if method != "linear":
        raise NoRuleError(f"The derivative of nanquantile is known for method='linear', not {method!r}.")
    last = total(a == a, axis, a) - 1
    return [level * last for level in levels(q)] if np.ndim(q) else levels(q) * last


def nanquantile_rule(g: Any, a: Any, q: Any, axis: Any, method: str) -> Any:
    """g, to the entries of the ranks that it lies between, of those that are numbers"""
    message = quantile_rule(g, np.where(a == a, a, np.inf), place_of_numbers(a, q, axis, method), axis)
    return message * (a == a)


def percent(q: Any) -> Any:
    """The quantile of a percentage."""
    return plain(q) / 100 if np.ndim(q) == 0 else np.divide(plain(q), 100)


# fmt: off
defvjp(np.sort,          sorted_rule, harmless=("kind", "stable"))
defvjp(np.partition,     sorted_rule, harmless=("kth", "kind"),
       names={"a": None, "kth": None, "axis": -1, "kind": None})
defvjp(np.median,        lambda g, a, axis: quantile_rule(g, a, (count(a.shape, axis) - 1) / 2, axis),
       harmless=("keepdims",))
defvjp(np.quantile,      lambda g, a, q, axis, method: quantile_rule(g, a, place(a, q, axis, method), axis),
       harmless=("keepdims",))
defvjp(np.percentile,    lambda g, a, q, axis, method:
                             quantile_rule(g, a, place(a, percent(q), axis, method), axis),
       harmless=("keepdims",))
defvjp(np.nanmedian,     lambda g, a, axis: nanquantile_rule(g, a, 0.5, axis, "linear"), harmless=("keepdims",))
defvjp(np.nanquantile,   lambda g, a, q, axis, method: nanquantile_rule(g, a, q, axis, method), harmless=("keepdims",))
defvjp(np.nanpercentile, lambda g, a, q, axis, method: nanquantile_rule(g, a, percent(q), axis, method),
       harmless=("keepdims",))
# fmt: on
