"""Products of matrices. The gradient of x @ y is g @ yᵀ for x and xᵀ @ g for y; the rest is bookkeeping."""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad.backprop import unbroadcast
from minigrad.vjps import defvjp


def matmul_x(g: Any, x_shape: tuple, y: Any) -> Any:
    """g @ yᵀ"""
    if y.ndim == 1:  # x @ vector: every row of x met the same vector
        return np.expand_dims(g, -1) * y
    if len(x_shape) == 1:  # vector @ y
        return unbroadcast(np.squeeze(y @ np.expand_dims(g, -1), -1), x_shape)
    return unbroadcast(g @ np.swapaxes(y, -1, -2), x_shape)


def matmul_y(g: Any, x: Any, y_shape: tuple) -> Any:
    """xᵀ @ g"""
    if x.ndim == 1:  # vector @ y: an outer product
        g = np.expand_dims(g, -2) if len(y_shape) > 1 else g
        return unbroadcast(np.expand_dims(x, -1) * g, y_shape) if len(y_shape) > 1 else x * g
    if len(y_shape) == 1:  # x @ vector
        return unbroadcast(np.squeeze(np.swapaxes(x, -1, -2) @ np.expand_dims(g, -1), -1), y_shape)
    return unbroadcast(np.swapaxes(x, -1, -2) @ g, y_shape)


def columns(b: Any) -> Any:
    """`b` as a matrix whose rows are the axis that np.dot sums over: the second to last, or the only one."""
    return np.reshape(b, (-1, 1)) if b.ndim == 1 else np.reshape(np.moveaxis(b, -2, 0), (b.shape[-2], -1))


def dot_a(g: Any, a_shape: tuple, b: Any) -> Any:
    """g @ bᵀ"""
    if not a_shape or np.ndim(b) == 0:
        return unbroadcast(g * b, a_shape)
    rhs = columns(b)
    return np.reshape(np.reshape(g, (-1, rhs.shape[1])) @ rhs.T, a_shape)


def dot_b(g: Any, a: Any, b_shape: tuple) -> Any:
    """aᵀ @ g"""
    if not b_shape or np.ndim(a) == 0:
        return unbroadcast(g * a, b_shape)
    lhs = np.reshape(a, (-1, a.shape[-1]))
    product = lhs.T @ np.reshape(g, (lhs.shape[0], -1))
    if len(b_shape) == 1:
        return np.reshape(product, b_shape)
    return np.moveaxis(np.reshape(product, (b_shape[-2], *b_shape[:-2], b_shape[-1])), 0, -2)


defvjp(np.matmul, matmul_x, matmul_y)
defvjp(np.dot, dot_a, dot_b, names={"a": None, "b": None})
