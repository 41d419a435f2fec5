"""Norms of vectors and matrices, in every order that NumPy has, and the condition number.

Conventions: the gradient of a norm is 0 where the norm is 0, and 0 for an entry that is 0 (never NaN: |x|' = 0 at
0). Entries, rows, columns or singular values that are equally large share the gradient of a maximum equally. The
order 0 counts entries: its gradient is 0. A singular value of 0 receives no gradient. Second derivatives of orders
2, -2 and "nuc" of a matrix go through its singular vectors, and need its singular values to be different.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad.operators import plain
from minigrad.rules.elementwise import direction, nonzero
from minigrad.rules.linalg import inv_rule
from minigrad.rules.matrices import conj, scaled
from minigrad.rules.reduction import axes_of, expanded
from minigrad.vjps import defvjp


def shared(x: Any, best: Any, axis: Any) -> Any:
    """1 for the entry of x that is the `best` along `axis`; equal shares of 1 where several are."""
    winners = (x == best) * np.ones_like(plain(x))
    return winners / np.sum(winners, axis=axis, keepdims=True)


def norm_rule(g: Any, x: Any, out: Any, ord: Any, axis: Any) -> Any:
    """g * x / ‖x‖, or as the order demands"""
    axes = axes_of(axis, x.ndim)
    g, out = expanded(g, x.shape, axes), expanded(out, x.shape, axes)
    if ord in (None, "fro", "f"):
        return euclidean(g, x, out)
    return vector(g, x, out, ord, axes) if len(axes) == 1 else matrix(g, x, out, ord, axes)


def vector_norm_rule(g: Any, x: Any, out: Any, ord: Any, axis: Any) -> Any:
    """g * x / ‖x‖, or as the order demands"""
    axes = axes_of(axis, x.ndim)
    return vector(expanded(g, x.shape, axes), x, expanded(out, x.shape, axes), ord, axes)


def euclidean(g: Any, x: Any, out: Any) -> Any:
    """g * x / ‖x‖"""
    return g * (out != 0) / nonzero(out) * x


def vector(g: Any, x: Any, out: Any, ord: Any, axes: tuple) -> Any:
    """g * sign(x) * (|x| / ‖x‖)ᵖ⁻¹ for order p; for ±inf, g goes to the entry that was largest (smallest)."""
    if ord is None or ord == 2:
        return euclidean(g, x, out)
    if ord == 0:  # how many entries are not 0
        return g * 0.0 * x
    size = np.absolute(x)
    if abs(ord) == np.inf:
        return g * shared(size, out, axes) * direction(x)
    if ord == 1:
        return g * direction(x)
    # Where x is 0 its direction is 0, and so is the product: the power is only kept from being 0 to the -1.
    return g * (out != 0) * direction(x) * nonzero(size / nonzero(out)) ** (ord - 1)


def matrix(g: Any, x: Any, out: Any, ord: Any, axes: tuple) -> Any:
    """Orders ±1, ±inf: the column (row) with the largest sum of |x|. Orders ±2 and "nuc": singular values."""
    if ord in ("nuc", 2, -2):
        return np.moveaxis(
            spectral(np.moveaxis(g, axes, (-2, -1)), np.moveaxis(x, axes, (-2, -1)), ord), (-2, -1), axes
        )
    along, across = axes if abs(ord) == 1 else axes[::-1]
    sums = np.sum(np.absolute(x), axis=along, keepdims=True)
    return g * shared(sums, out, across) * direction(x)


def spectral(g: Any, x: Any, ord: Any) -> Any:
    """u diag(g * those singular values that count) vᴴ"""
    u, s, vh = np.linalg.svd(x, full_matrices=False)
    rounding = s[..., :1] * (s.shape[-1] * float(np.finfo(s.dtype).eps))
    counts = (s > rounding) * np.ones_like(plain(s))
    if ord == "nuc":
        return scaled(u, g[..., 0] * counts) @ vh
    counts = counts * (s >= s[..., :1] - rounding if ord == 2 else s <= s[..., -1:] + rounding)
    return scaled(u, g[..., 0] * counts / nonzero(np.sum(counts, axis=-1, keepdims=True))) @ vh


def cond_rule(g: Any, x: Any, out: Any, p: Any) -> Any:
    """g * ‖x⁻¹‖ for ‖x‖, and g * ‖x‖ for ‖x⁻¹‖; by singular values, the same for the largest and the smallest"""
    if bool(np.isinf(plain(out)).any()):
        raise np.linalg.LinAlgError("cond has no gradient at a singular matrix: it is infinite there.")
    g = (
        np.real(g) if g.dtype.kind == "c" else g
    )  # NumPy 2.1 has complex condition numbers, with imaginary part 0
    if p is None or p in (2, -2):
        return singular_cond(g, x, p)
    inverse, axes = np.linalg.inv(x), (x.ndim - 2, x.ndim - 1)
    one, other = (np.linalg.norm(y, p, axes, keepdims=True) for y in (x, inverse))
    g = np.expand_dims(g, (-2, -1))
    back = conj(inv_rule(conj(norm_in(g * one, inverse, other, p, axes)), inverse))
    return norm_in(g * other, x, one, p, axes) + back


def norm_in(g: Any, x: Any, out: Any, p: Any, axes: tuple) -> Any:
    """The rule of a matrix norm whose result has kept its axes."""
    return euclidean(g, x, out) if p == "fro" else matrix(g, x, out, p, axes)


def singular_cond(g: Any, x: Any, p: Any) -> Any:
    """u diag(g / s_last, 0, …, -g s_first / s_last²) vᴴ; for p = -2 first and last change places"""
    u, s, vh = np.linalg.svd(x, full_matrices=False)
    g, last = np.expand_dims(g, -1), s.shape[-1] - 1
    up, down = (0, last) if p != -2 else (last, 0)
    large, small = s[..., up : up + 1], s[..., down : down + 1]
    k = np.arange(last + 1, like=plain(s))
    return scaled(u, g / small * (k == up) - g * large / (small * small) * (k == down)) @ vh


# fmt: off
defvjp(np.linalg.norm,        norm_rule,        harmless=("keepdims",), holomorphic=False)
defvjp(np.linalg.vector_norm, vector_norm_rule, harmless=("keepdims",), holomorphic=False)
defvjp(np.linalg.matrix_norm, lambda g, x, out, ord: norm_rule(g, x, out, ord, (-2, -1)),
       harmless=("keepdims",), holomorphic=False)
defvjp(np.linalg.cond,        cond_rule, holomorphic=False)
# fmt: on
