"""Reduction rules: what was summed up is handed back to every summand.

Conventions: `max` and `min` share the gradient equally among equal entries; ‖x‖ has gradient 0 at 0.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

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


def sum_rule(g: Any, a_shape: tuple, axis: Any) -> Any:
    """g, copied to every entry that was summed"""
    return np.broadcast_to(expanded(g, a_shape, axis), a_shape)


def mean_rule(g: Any, a_shape: tuple, axis: Any) -> Any:
    """g / n, copied to each of the n entries"""
    return sum_rule(g / count(a_shape, axis), a_shape, axis)


def extreme_rule(g: Any, a: Any, out: Any, axis: Any) -> Any:
    """g, to the winner; equal winners share it"""
    winners = a == expanded(out, a.shape, axis)
    ties = expanded(np.sum(winners, axis=axis, dtype=g.dtype), a.shape, axis)
    return expanded(g, a.shape, axis) / ties * winners


def norm_rule(g: Any, x: Any, out: Any, axis: Any) -> Any:
    """g * x / ‖x‖"""
    return expanded(g / (out + (out == 0)), x.shape, axis) * x  # 0 / 1 where the norm is 0, never 0 / 0


# fmt: off
defvjp(np.sum,         sum_rule,     harmless=("keepdims",))
defvjp(np.mean,        mean_rule,    harmless=("keepdims",))
defvjp(np.linalg.norm, norm_rule,    harmless=("keepdims",))
for extreme in (np.max, np.amax, np.min, np.amin):
    defvjp(extreme,    extreme_rule, harmless=("keepdims",))
# fmt: on
