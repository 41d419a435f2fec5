"""Products of two arrays that sum over shared axes: matmul, dot, tensordot, kron, cross, convolve and relatives.

All are linear in each argument, so all rules are one: the gradient of an argument is the product of the upstream
gradient with the *other* argument, summed over the axes that only the other one has. For matrices that is g @ yᵀ
and xᵀ @ g; the rest is bookkeeping of axes.

`vdot`, `vecdot`, `vecmat` and `correlate` conjugate one argument; their rules do so themselves
(`holomorphic=False`), all others are written as if numbers were real.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minigrad.messages import unbroadcast
from minigrad.rules.matrices import T, array, conj
from minigrad.rules.shape import scatter
from minigrad.vjps import defvjp

# matmul, dot and what they are made of ----------------------------------------------------------------------


def matmul_x(g: Any, x_shape: tuple, y: Any) -> Any:
    """g @ yᵀ"""
    y = array(y)
    if len(x_shape) == y.ndim == 2:
        return g @ y.T
    if y.ndim == 1:  # x @ vector: every row of x met the same vector
        return np.expand_dims(g, -1) * y
    if len(x_shape) == 1:  # vector @ y
        return unbroadcast(np.squeeze(y @ np.expand_dims(g, -1), -1), x_shape)
    if y.ndim == 2:  # one matrix for a stack of them: one product of all rows, not one for each
        return np.reshape(rows(g) @ y.T, x_shape)
    return unbroadcast(g @ T(y), x_shape)


def matmul_y(g: Any, x: Any, y_shape: tuple) -> Any:
    """xᵀ @ g"""
    x = array(x)
    if x.ndim == len(y_shape) == 2:
        return x.T @ g
    if x.ndim == 1:  # vector @ y: an outer product
        g = np.expand_dims(g, -2) if len(y_shape) > 1 else g
        return unbroadcast(np.expand_dims(x, -1) * g, y_shape) if len(y_shape) > 1 else x * g
    if len(y_shape) == 1:  # x @ vector
        return unbroadcast(np.squeeze(T(x) @ np.expand_dims(g, -1), -1), y_shape)
    if len(y_shape) == 2:  # the sum over the stack is part of one product
        return rows(x).T @ rows(g)
    return unbroadcast(T(x) @ g, y_shape)


def rows(x: Any) -> Any:
    """All rows of a stack of matrices as one matrix."""
    return np.reshape(x, (math.prod(x.shape[:-1]), x.shape[-1]))


def dot_a(g: Any, a_shape: tuple, b: Any) -> Any:
    """g @ bᵀ"""
    b = array(b)
    if not a_shape or b.ndim == 0:
        return unbroadcast(g * b, a_shape)
    if len(a_shape) <= 2 and b.ndim <= 2:
        return matmul_x(g, a_shape, b)
    free = [k for k in range(b.ndim) if k != summed(b.ndim)]
    return np.tensordot(g, b, (range(len(a_shape) - 1, g.ndim), free))


def dot_b(g: Any, a: Any, b_shape: tuple) -> Any:
    """aᵀ @ g"""
    a = array(a)
    if not b_shape or a.ndim == 0:
        return unbroadcast(g * a, b_shape)
    if a.ndim <= 2 and len(b_shape) <= 2:
        return matmul_y(g, a, b_shape)
    product = np.tensordot(a, g, (range(a.ndim - 1), range(a.ndim - 1)))
    return np.moveaxis(product, 0, summed(len(b_shape)))


def summed(ndim: int) -> int:
    """The axis of its second argument that np.dot sums over: the second to last, or the only one."""
    return max(ndim - 2, 0)


def inner_a(g: Any, a_shape: tuple, b: Any) -> Any:
    """g · b, over the axes that only b has"""
    b = array(b)
    if not a_shape or b.ndim == 0:
        return unbroadcast(g * b, a_shape)
    if b.ndim == 1:
        return np.expand_dims(g, -1) * b
    return np.tensordot(g, b, (range(len(a_shape) - 1, g.ndim), range(b.ndim - 1)))


def inner_b(g: Any, a: Any, b_shape: tuple) -> Any:
    """g · a, over the axes that only a has"""
    a = array(a)
    if not b_shape or a.ndim == 0:
        return unbroadcast(g * a, b_shape)
    if a.ndim == 1:
        return np.expand_dims(g, -1) * a
    return np.tensordot(g, a, (range(a.ndim - 1), range(a.ndim - 1)))


def outer_a(g: Any, a_shape: tuple, b: Any) -> Any:
    """g @ b"""
    return np.reshape(g @ np.ravel(array(b)), a_shape)


def outer_b(g: Any, a: Any, b_shape: tuple) -> Any:
    """a @ g"""
    return np.reshape(np.ravel(array(a)) @ g, b_shape)


def vecdot_x(g: Any, x_shape: tuple, y: Any, axis: int) -> Any:
    """conj(g) * y"""
    return vecdot_back(conj(g), x_shape, array(y), axis)


def vecdot_y(g: Any, x: Any, y_shape: tuple, axis: int) -> Any:
    """g * x"""
    return vecdot_back(g, y_shape, array(x), axis)


def vecdot_back(g: Any, shape: tuple, other: Any, axis: int) -> Any:
    """g times the other vectors; each argument's `axis` counts in that argument alone."""
    other = np.moveaxis(other, axis, -1)
    rest = [n for k, n in enumerate(shape) if k != axis % len(shape)]
    message = unbroadcast(np.expand_dims(g, -1) * other, (*rest, other.shape[-1]))
    return np.moveaxis(message, -1, axis)


def vecmat_x(g: Any, x_shape: tuple, y: Any) -> Any:
    """conj(g @ yᴴ)"""
    return unbroadcast(np.squeeze(array(y) @ np.expand_dims(conj(g), -1), -1), x_shape)


def vecmat_y(g: Any, x: Any, y_shape: tuple) -> Any:
    """x gᵀ"""
    return unbroadcast(np.expand_dims(array(x), -1) * np.expand_dims(g, -2), y_shape)


def matvec_x(g: Any, x_shape: tuple, y: Any) -> Any:
    """g yᵀ"""
    return unbroadcast(np.expand_dims(g, -1) * np.expand_dims(array(y), -2), x_shape)


def matvec_y(g: Any, x: Any, y_shape: tuple) -> Any:
    """xᵀ @ g"""
    return unbroadcast(np.squeeze(T(array(x)) @ np.expand_dims(g, -1), -1), y_shape)


# tensordot, kron, cross -------------------------------------------------------------------------------------


def paired(axes: Any, a_ndim: int, b_ndim: int) -> tuple[list[int], list[int]]:
    """The axes of a and of b that np.tensordot sums over, in pairs, as non-negative numbers."""
    if isinstance(axes, int):
        return list(range(a_ndim - axes, a_ndim)), list(range(axes))
    a_axes, b_axes = ([k] if isinstance(k, int) else k for k in axes)
    return [k % a_ndim for k in a_axes], [k % b_ndim for k in b_axes]


def tensordot_back(
    g: Any, shape: tuple, own: list[int], other: Any, other_axes: list[int], first: bool
) -> Any:
    """g · other over the other's free axes; what remains are this argument's axes, put back in order."""
    free = [k for k in range(len(shape)) if k not in own]
    other_free = [k for k in range(other.ndim) if k not in other_axes]
    theirs = list(range(len(free), g.ndim) if first else range(len(other_free)))
    message = np.tensordot(g, other, (theirs, other_free))
    came = free + [own[other_axes.index(k)] for k in sorted(other_axes)]
    return np.transpose(message, sorted(range(len(came)), key=came.__getitem__))


def tensordot_a(g: Any, a_shape: tuple, b: Any, axes: Any) -> Any:
    """g · b, over the axes that only b has"""
    b = array(b)
    a_axes, b_axes = paired(axes, len(a_shape), b.ndim)
    return tensordot_back(g, a_shape, a_axes, b, b_axes, first=True)


def tensordot_b(g: Any, a: Any, b_shape: tuple, axes: Any) -> Any:
    """g · a, over the axes that only a has"""
    a = array(a)
    a_axes, b_axes = paired(axes, a.ndim, len(b_shape))
    return tensordot_back(g, b_shape, b_axes, a, a_axes, first=False)


def kron_blocks(g: Any, a_shape: tuple, b_shape: tuple) -> tuple[Any, list[int], list[int]]:
    """g with every axis split into (block, place within the block), and both shapes with equally many axes."""
    ndim = max(len(a_shape), len(b_shape))
    a = [1] * (ndim - len(a_shape)) + list(a_shape)
    b = [1] * (ndim - len(b_shape)) + list(b_shape)
    return np.reshape(g, [n for pair in zip(a, b, strict=True) for n in pair]), a, b


def kron_a(g: Any, a_shape: tuple, b: Any) -> Any:
    """Σ g * b, over each block"""
    b = array(b)
    blocks, _, shape = kron_blocks(g, a_shape, b.shape)
    b = np.reshape(b, [n for k in shape for n in (1, k)])
    return np.reshape(np.sum(blocks * b, axis=tuple(range(1, 2 * len(shape), 2))), a_shape)


def kron_b(g: Any, a: Any, b_shape: tuple) -> Any:
    """Σ g * a, over the blocks"""
    a = array(a)
    blocks, shape, _ = kron_blocks(g, a.shape, b_shape)
    a = np.reshape(a, [n for k in shape for n in (k, 1)])
    return np.reshape(np.sum(blocks * a, axis=tuple(range(0, 2 * len(shape), 2))), b_shape)


def cross_a(g: Any, a_shape: tuple, b: Any, axisa: int, axisb: int, axisc: int, axis: Any) -> Any:
    """b × g"""
    axisa, axisb, axisc = (axisa, axisb, axisc) if axis is None else (axis,) * 3
    return cross_back(g, a_shape, axisa, array(b), axisb, axisc, first=True)


def cross_b(g: Any, a: Any, b_shape: tuple, axisa: int, axisb: int, axisc: int, axis: Any) -> Any:
    """g × a"""
    axisa, axisb, axisc = (axisa, axisb, axisc) if axis is None else (axis,) * 3
    return cross_back(g, b_shape, axisb, array(a), axisa, axisc, first=False)


def cross_back(g: Any, shape: tuple, own: int, other: Any, other_axis: int, axisc: int, first: bool) -> Any:
    """The cross product of the other argument and g, on the last axis; vectors of two lie in the plane z = 0."""
    other = np.moveaxis(other, other_axis, -1)
    n, m = shape[own], other.shape[-1]
    plane = n == m == 2  # the result was the z component alone
    g = scatter(g, (..., 2), (*g.shape, 3)) if plane else np.moveaxis(g, axisc, -1)
    if m == 2:
        other = scatter(other, (..., slice(0, 2)), (*other.shape[:-1], 3))
    message = np.cross(other, g) if first else np.cross(g, other)
    rest = [size for k, size in enumerate(shape) if k != own % len(shape)]
    return np.moveaxis(unbroadcast(message[..., :n], (*rest, n)), -1, own)


# convolve and correlate -------------------------------------------------------------------------------------


def full(g: Any, m: int, n: int, mode: Any, late: bool = False) -> Any:
    """The gradient of the full convolution of m and n entries, of which `mode` kept the middle: zeros outside."""
    mode = ("valid", "same", "full")[mode] if isinstance(mode, int) else mode
    middle = (min(m, n) - (0 if late else 1)) // 2
    start = {"valid": min(m, n) - 1, "same": middle, "full": 0}[mode]
    return scatter(g, slice(start, start + g.shape[0]), (m + n - 1,))


def line(x: Any) -> Any:
    """`x` with one axis: a single number counts as a signal of one entry."""
    return np.reshape(array(x), -1)


def convolve_back(g: Any, shape: tuple, other: Any, mode: Any) -> Any:
    """g ∗ other reversed"""
    other = line(other)
    m = shape[0] if shape else 1
    message = np.convolve(full(g, m, other.shape[0], mode), other[::-1], "valid")
    return np.reshape(message, shape)


def correlate_a(g: Any, a_shape: tuple, v: Any, mode: Any) -> Any:
    """g ∗ v"""
    v, (m,) = array(v), a_shape
    return np.convolve(full(g, m, v.shape[0], mode, late=v.shape[0] > m), v, "valid")


def correlate_v(g: Any, a: Any, v_shape: tuple, mode: Any) -> Any:
    """conj(g) ∗ a reversed, reversed"""
    a, (n,) = array(a), v_shape  # with the longer signal second, NumPy rounds the middle the other way
    return np.convolve(full(conj(g), a.shape[0], n, mode, late=n > a.shape[0]), a[::-1], "valid")[::-1]


# The table ----------------------------------------------------------------------------------------------------

A_B: dict[str, Any] = {"a": None, "b": None}
X_Y: dict[str, Any] = {"x": None, "y": None}

# fmt: off
defvjp(np.matmul,           matmul_x, matmul_y)
defvjp(np.linalg.matmul,    matmul_x, matmul_y, names=X_Y)
defvjp(np.dot,              dot_a, dot_b, names=A_B)
defvjp(np.inner,            inner_a, inner_b, names=A_B)
defvjp(np.outer,            outer_a, outer_b)
defvjp(np.linalg.outer,     outer_a, outer_b, names=A_B)
defvjp(np.vdot,             lambda g, a_shape, b: np.reshape(conj(g) * array(b), a_shape),
                            lambda g, a, b_shape: np.reshape(g * array(a), b_shape),
       names=A_B, holomorphic=False)
defvjp(np.tensordot,        tensordot_a, tensordot_b)
defvjp(np.linalg.tensordot, tensordot_a, tensordot_b, names={**A_B, "axes": 2})
defvjp(np.kron,             kron_a, kron_b)
defvjp(np.cross,            cross_a, cross_b)
defvjp(np.linalg.cross,     lambda g, x_shape, y, axis: cross_a(g, x_shape, y, -1, -1, -1, axis),
                            lambda g, x, y_shape, axis: cross_b(g, x, y_shape, -1, -1, -1, axis),
       names={**X_Y, "axis": -1})
defvjp(np.convolve,         lambda g, a_shape, v, mode: convolve_back(g, a_shape, v, mode),
                            lambda g, a, v_shape, mode: convolve_back(g, v_shape, a, mode))
defvjp(np.correlate,        correlate_a, correlate_v, holomorphic=False)
for vecdot in (np.vecdot, np.linalg.vecdot):
    defvjp(vecdot,          vecdot_x, vecdot_y, names={**X_Y, "axis": -1}, holomorphic=False)
if hasattr(np, "matvec"):  # new in NumPy 2.2
    defvjp(np.matvec,       matvec_x, matvec_y)
    defvjp(np.vecmat,       vecmat_x, vecmat_y, holomorphic=False)
# fmt: on
