"""Reduction rules: what was brought together is handed back to all it came from.

Conventions: `max` and `min` (and `ptp`, `nanmax`, …) share the gradient equally among equal entries; entries left out
by `where=`, and NaN in the nan-functions, have gradient 0; `prod` is differentiated exactly whatever number of entries
is 0; `logsumexp` of nothing but -∞ has gradient 0.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minigrad.record import primitive
from minigrad.rules.cumulative import product_of_others
from minigrad.rules.elementwise import finite
from minigrad.rules.shape import put_back
from minigrad.vjps import defvjp


def axes_of(axis: Any, ndim: int) -> tuple[int, ...]:
    """The reduced axes as non-negative numbers."""
    if axis is None:
        return tuple(range(ndim))
    return tuple(k % ndim for k in (axis if isinstance(axis, (tuple, list)) else (axis,)))


def expanded(g: Any, shape: tuple, axis: Any) -> Any:
    """`g` with the reduced axes of `shape` put back, as size 1, so that it lines up with the argument."""
    axes = axes_of(axis, len(shape))
    return np.reshape(g, tuple(1 if k in axes else n for k, n in enumerate(shape)))


def count(shape: tuple, axis: Any) -> int:
    """How many entries were reduced into one."""
    return math.prod(shape[k] for k in axes_of(axis, len(shape)))


def rows(a: Any, axis: Any) -> Any:
    """`a` with its reduced axes joined into one, which comes last."""
    axes = axes_of(axis, a.ndim)
    a = np.moveaxis(a, axes, range(-len(axes), 0))
    kept = a.shape[: a.ndim - len(axes)]
    return np.reshape(a, (*kept, math.prod(a.shape[len(kept) :])))


def unrows(a: Any, shape: tuple, axis: Any) -> Any:
    """The opposite of `rows`: the axes of `shape` again, each in its place."""
    axes = axes_of(axis, len(shape))
    kept = tuple(n for k, n in enumerate(shape) if k not in axes)
    return np.moveaxis(np.reshape(a, (*kept, *(shape[k] for k in axes))), range(-len(axes), 0), axes)


def given(option: Any) -> bool:
    """Whether the user gave this option."""
    return option is not None and option is not np._NoValue


def numbers(a: Any, where: Any) -> Any:
    """A mask of the entries that the nan-functions look at."""
    return (a == a) * where if given(where) else a == a  # NaN is not equal to itself


def counted(shape: tuple, axis: Any, where: Any, g: Any) -> Any:
    """How many entries were reduced into each one, with `where` left out the others."""
    if not given(where):
        return count(shape, axis)
    return total(np.broadcast_to(where, shape), axis, g)


def total(mask: Any, axis: Any, g: Any) -> Any:
    """How often a mask is true, in the precision of `g`."""
    return np.sum(mask.astype(g.dtype), axis=axes_of(axis, mask.ndim), keepdims=True)


def sum_rule(g: Any, a_shape: tuple, axis: Any, where: Any) -> Any:
    """g, copied to every entry that was summed"""
    if g.ndim:  # one number lines up with everything
        g = expanded(g, a_shape, axis)
    message = np.broadcast_to(g, a_shape)
    return message * where if given(where) else message


def mean_rule(g: Any, a_shape: tuple, axis: Any, where: Any) -> Any:
    """g / n, copied to each of the n entries"""
    if not given(where):
        return sum_rule(g / max(1, count(a_shape, axis)), a_shape, axis, where)
    n = counted(a_shape, axis, where, g)
    # Nothing was counted: there is no entry to send to, and 0 / 0 would only warn.
    return sum_rule(expanded(g, a_shape, axis) / (n + (n == 0)), a_shape, axis, where)


def extreme_rule(g: Any, a: Any, out: Any, axis: Any, where: Any) -> Any:
    """g, to the winner; equal winners share it"""
    winners = a == expanded(out, a.shape, axis)
    winners = winners * where if given(where) else winners
    ties = total(winners, axis, g)
    return expanded(g, a.shape, axis) / (ties + (ties == 0)) * winners  # none wins over a larger `initial`


def ptp_rule(g: Any, a: Any, axis: Any) -> Any:
    """g to the largest, -g to the smallest"""
    high, low = np.max(a, axis=axis), np.min(a, axis=axis)
    return extreme_rule(g, a, high, axis, None) - extreme_rule(g, a, low, axis, None)


def prod_rule(g: Any, a: Any, axis: Any, where: Any, initial: Any) -> Any:
    """g * the product of all other entries"""
    factors = np.where(where, a, 1) if given(where) else a
    others = unrows(product_of_others(rows(factors, axis)), a.shape, axis)
    message = expanded(g, a.shape, axis) * others * (initial if given(initial) else 1)
    return message * where if given(where) else message


def trace_rule(g: Any, a_shape: tuple, offset: int, axis1: int, axis2: int) -> Any:
    """g, copied to every entry of the diagonal"""
    length = np.diagonal(np.broadcast_to(0, a_shape), offset, axis1, axis2).shape[-1]
    copies = np.broadcast_to(np.expand_dims(g, -1), (*g.shape, length))
    return put_back(copies, a_shape, "diagonal", offset, {"axis1": axis1, "axis2": axis2})


@primitive
def logsumexp(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """log Σ eˣ over `axis`, without overflow. Its gradient is softmax(x).

    Example:
        >>> import minigrad as mg
        >>> from minigrad.rules.reduction import logsumexp
        >>> round(logsumexp(mg.tensor([1000.0, 1000.0])).item() - 1000, 6)     # ln 2
        0.693147
    """
    top = finite(np.max(x, axis=axis, keepdims=True))
    total = np.sum(np.exp(x - top), axis=axis, keepdims=True)
    with np.errstate(divide="ignore"):  # log 0 = -inf is the right answer where every x is -inf
        out = np.log(total) + top
    return out if keepdims else np.squeeze(out, axes_of(axis, x.ndim))


# fmt: off
defvjp(np.sum,         sum_rule,     harmless=("keepdims", "initial"))
defvjp(np.mean,        mean_rule,    harmless=("keepdims",))
defvjp(np.prod,        prod_rule,    harmless=("keepdims",))
defvjp(np.ptp,         ptp_rule,     harmless=("keepdims",))
defvjp(np.trace,       trace_rule)
defvjp(logsumexp,      lambda g, x, out, axis:
                           expanded(g, x.shape, axis) * np.exp(x - expanded(finite(out), x.shape, axis)),
       harmless=("keepdims",))
for extreme in (np.max, np.amax, np.min, np.amin, np.nanmax, np.nanmin):
    defvjp(extreme,    extreme_rule, harmless=("keepdims", "initial"))

defvjp(np.nansum,      lambda g, a, axis, where: sum_rule(g, a.shape, axis, numbers(a, where)),
       harmless=("keepdims", "initial"))
defvjp(np.nanmean,     lambda g, a, axis, where: mean_rule(g, a.shape, axis, numbers(a, where)),
       harmless=("keepdims",))
defvjp(np.nanprod,     lambda g, a, axis, where, initial: prod_rule(g, a, axis, numbers(a, where), initial),
       harmless=("keepdims",))
# fmt: on
