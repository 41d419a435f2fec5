"""Rules for functions given by samples: differences, integrals, interpolation; and for evenly spaced samples.

Conventions: at a knot `interp` has the slope to its right, beyond the ends the slope 0, where it hands its gradient to
the first or last value.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from minigrad.messages import unbroadcast
from minigrad.operators import plain
from minigrad.rules.elementwise import nonzero
from minigrad.rules.reduction import given
from minigrad.rules.shape import along, scatter
from minigrad.vjps import defvjp


def placed(constant: Any, g: Any) -> Any:
    """Constant numbers as an array where `g` lives, in its precision."""
    return np.asarray(constant, dtype=g.dtype, like=None if isinstance(plain(g), np.generic) else plain(g))


def margin(ndim: int, axis: int, before: int, after: int) -> list[tuple[int, int]]:
    """The pad_width that adds so many zeros before and after one axis."""
    return [(before, after) if k == axis % ndim else (0, 0) for k in range(ndim)]


# Differences and sums ---------------------------------------------------------------------------------------


def undiff(g: Any, n: int, axis: int) -> Any:
    """(-1)ⁿ times the n-th difference of g, with n zeros on either side: the transpose of np.diff"""
    g = np.pad(g, margin(g.ndim, axis, n, n))
    return np.diff(g, n, axis) if n % 2 == 0 else -np.diff(g, n, axis)


def diff_rule(which: int) -> Callable:
    """The rule of np.diff for `a` (1), `prepend` (0) or `append` (2): three parts of one row."""

    def rule(g: Any, a_shape: tuple, n: int, axis: int, prepend: Any, append: Any) -> Any:
        """(-1)ⁿ times the n-th difference of g, with n zeros on either side"""
        axis %= len(a_shape)
        lengths = [edge_length(prepend, axis), a_shape[axis], edge_length(append, axis)]
        start = sum(lengths[:which])
        part = undiff(g, n, axis)[along(axis, start, start + lengths[which])]
        if which == 1:
            return part
        return unbroadcast(part, np.shape(prepend if which == 0 else append))

    return rule


def edge_length(edge: Any, axis: int) -> int:
    """How many entries np.diff's `prepend` or `append` adds; a number counts as one."""
    return 0 if not given(edge) else np.shape(edge)[axis] if np.ndim(edge) else 1


def ediff1d_rule(which: int) -> Callable:
    """The rule of np.ediff1d for `ary` (1), `to_end` (2) or `to_begin` (0)."""

    def rule(g: Any, ary_shape: tuple, to_end: Any, to_begin: Any) -> Any:
        """minus the difference of g, with a zero on either side"""
        begin, end = (np.size(edge) if given(edge) else 0 for edge in (to_begin, to_end))
        if which == 1:
            return np.reshape(undiff(g[begin : g.shape[0] - end], 1, 0), ary_shape)
        part = g[:begin] if which == 0 else g[g.shape[0] - end :]
        return np.reshape(part, np.shape(to_begin if which == 0 else to_end))

    return rule


def stencil(n: int, spacing: Any, edge_order: Any, like: Any) -> tuple[Any, Any]:
    """np.gradient along n points as out[i] = Σₖ c[k, i] · f[first[i] + k], where `like` lives.

    Every one of its formulas looks at three neighbours, so the gradients of three combs, each with a tooth at every
    third point, hold all coefficients.
    """
    points, k = np.arange(n, like=like), np.arange(min(3, n), like=like)[:, None]
    first = np.clip(points - 1, 0, max(n - 3, 0))
    combs = [np.gradient((points % 3 == tooth) * 1.0, spacing, edge_order=edge_order) for tooth in range(3)]
    return first, np.stack(combs)[(first + k) % 3, points]


def gradient_rule(
    g: Any, f_shape: tuple, d0: Any, d1: Any, d2: Any, d3: Any, axis: Any, edge_order: int
) -> Any:
    """g, back through the weights of the differences"""
    parts = g if isinstance(g, tuple) else (g,)
    axes = range(len(f_shape)) if axis is None else axis if isinstance(axis, (tuple, list)) else (axis,)
    spacings = [d for d in (d0, d1, d2, d3) if d is not None]
    if len(spacings) < len(parts):  # none, or one number for all
        spacings = (spacings or [1.0]) * len(parts)
    sent = [
        ungradient(part, f_shape, k % len(f_shape), plain(d), edge_order)
        for part, k, d in zip(parts, axes, spacings, strict=True)
    ]
    return sum(sent[1:], sent[0])


def ungradient(g: Any, shape: tuple, axis: int, spacing: Any, edge_order: int) -> Any:
    """The transpose of np.gradient along one axis."""
    first, weights = stencil(shape[axis], spacing, edge_order, plain(g))
    g = np.moveaxis(g, axis, -1)
    back = sum(
        scatter(g * placed(c, g), (..., first + k), (*shape[:axis], *shape[axis + 1 :], shape[axis]))
        for k, c in enumerate(weights)
    )
    return np.moveaxis(back, -1, axis)


def trapezoid_steps(x: Any, dx: Any, axis: int, ndim: int) -> Any:
    """The widths of the trapezoids, lined up with the heights."""
    if x is None:
        return dx
    if np.ndim(x) == 1:
        return np.reshape(np.diff(x), (-1,) + (1,) * (ndim - 1 - axis))
    return np.diff(x, axis=axis)


def trapezoid_y(g: Any, y_shape: tuple, x: Any, dx: Any, axis: int) -> Any:
    """g * half the width of the trapezoids on both sides"""
    axis %= len(y_shape)
    between = tuple(n - (k == axis) for k, n in enumerate(y_shape))
    half = np.expand_dims(g, axis) * trapezoid_steps(x, dx, axis, len(y_shape)) / 2
    half = np.broadcast_to(half, between)
    return np.pad(half, margin(half.ndim, axis, 0, 1)) + np.pad(half, margin(half.ndim, axis, 1, 0))


def trapezoid_mean(g: Any, y: Any, axis: int) -> Any:
    """g * the mean height of each trapezoid"""
    return np.expand_dims(g, axis) * (y[along(axis, 1)] + y[along(axis, None, -1)]) / 2


def trapezoid_x(g: Any, y: Any, x_shape: tuple, axis: int) -> Any:
    """g * the mean height to its left, minus that to its right"""
    mean = trapezoid_mean(g, y, axis % y.ndim)
    if len(x_shape) == 1:
        mean, axis = unbroadcast(np.moveaxis(mean, axis, -1), (x_shape[0] - 1,)), 0
        return undiff(mean, 1, 0)
    return unbroadcast(undiff(mean, 1, axis), x_shape)


def trapezoid_dx(g: Any, y: Any, dx_shape: tuple, axis: int) -> Any:
    """g * the mean heights"""
    return unbroadcast(trapezoid_mean(g, y, axis % y.ndim), dx_shape)


# Interpolation --------------------------------------------------------------------------------------------------


def floats(x: Any) -> Any:
    """A constant given as a list or a number, as an array."""
    return x if hasattr(x, "shape") else np.asarray(x, dtype=float)


def segment(x: Any, xp: Any) -> tuple[Any, Any]:
    """Which interval of the knots each x lies in, and how far along it: 0 … 1, held at the ends."""
    x, xp = floats(x), floats(xp)
    j = np.clip(np.searchsorted(plain(xp), plain(x), side="right") - 1, 0, max(xp.shape[0] - 2, 0))
    end = np.minimum(j + 1, xp.shape[0] - 1)
    return (j, end), np.clip((x - xp[j]) / nonzero(xp[end] - xp[j]), 0, 1)


def inside(x: Any, xp: Any, left: Any = None, right: Any = None) -> Any:
    """Where x lies between the knots; beyond an end too, unless a constant was given for there."""
    x, xp = floats(x), floats(xp)
    low = True if left is None else x >= xp[0]
    high = True if right is None else x <= xp[-1]
    return low * high if left is not None or right is not None else 1


def slope(x: Any, xp: Any, fp: Any) -> Any:
    """The slope of the interpolating line at each x; 0 beyond the ends."""
    (j, end), _ = segment(x, xp)
    xp, fp = floats(xp), floats(fp)
    return (fp[end] - fp[j]) / nonzero(xp[end] - xp[j]) * inside(x, xp, 0, 0)


def to_knots(g: Any, x: Any, xp: Any, shape: tuple) -> Any:
    """(1 - t) * g to the knot before x, and t * g to the one behind it"""
    (j, end), t = segment(x, xp)
    return scatter(g * (1 - t), j, shape) + scatter(g * t, end, shape)


# Ranges -----------------------------------------------------------------------------------------------------


def fractions(g: Any, num: int, endpoint: bool, axis: int) -> Any:
    """How far along its way a range is at each of its points, lined up with g: 0 at the start, 1 at the end."""
    steps = max(num - 1 if endpoint else num, 1)
    t = [k / steps for k in range(num)]
    return np.reshape(placed(t, g), (-1,) + (1,) * (g.ndim - 1 - axis % g.ndim))


def to_start(g: Any, shape: tuple, num: int, endpoint: bool, axis: int) -> Any:
    """Σ g * (1 - t)"""
    return unbroadcast(np.sum(g * (1 - fractions(g, num, endpoint, axis)), axis=axis), shape)


def to_stop(g: Any, shape: tuple, num: int, endpoint: bool, axis: int) -> Any:
    """Σ g * t"""
    return unbroadcast(np.sum(g * fractions(g, num, endpoint, axis), axis=axis), shape)


# fmt: off
defvjp(np.diff,      diff_rule(1),
                     None,
                     None,
                     diff_rule(0),
                     diff_rule(2))
defvjp(np.ediff1d,   ediff1d_rule(1),
                     ediff1d_rule(2),
                     ediff1d_rule(0))
# np.gradient(f, *spacings): as many positions as an axis could ask for
defvjp(np.gradient,  gradient_rule,
       names={"f": None, "d0": None, "d1": None, "d2": None, "d3": None, "axis": None, "edge_order": 1})
defvjp(np.trapezoid, trapezoid_y,
                     trapezoid_x,
                     trapezoid_dx)

defvjp(np.interp,    lambda g, x, xp, fp: g * slope(x, xp, fp),
                     lambda g, x, xp, fp: -to_knots(g * slope(x, xp, fp), x, xp, np.shape(xp)),
                     lambda g, x, xp, fp_shape, left, right: to_knots(g * inside(x, xp, left, right), x, xp, fp_shape))

defvjp(np.linspace,  lambda g, start_shape, num, endpoint, axis: to_start(g, start_shape, num, endpoint, axis),
                     lambda g, stop_shape, num, endpoint, axis: to_stop(g, stop_shape, num, endpoint, axis))
defvjp(np.logspace,  lambda g, out, start_shape, num, endpoint, base, axis:
                         to_start(g * out * math.log(base), start_shape, num, endpoint, axis),
                     lambda g, out, stop_shape, num, endpoint, base, axis:
                         to_stop(g * out * math.log(base), stop_shape, num, endpoint, axis))
defvjp(np.geomspace, lambda g, out, start, num, endpoint, axis:
                         to_start(g * out, np.shape(start), num, endpoint, axis) / start,
                     lambda g, out, stop, num, endpoint, axis:
                         to_stop(g * out, np.shape(stop), num, endpoint, axis) / stop)
# fmt: on
