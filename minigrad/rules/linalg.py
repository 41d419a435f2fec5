"""Linear algebra: inverses, determinants, powers, and solutions of equations. All but `lstsq` work on stacks.

ᴴ is the conjugate transpose, for real numbers simply the transpose.

- Singular matrices: `det` has its gradient (the cofactors); `inv`, `solve`, `slogdet` and `cond` have none, and
  raise a LinAlgError. `pinv` and `lstsq` are differentiated at constant rank.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad.messages import unbroadcast
from minigrad.operators import plain
from minigrad.rules.decomposition import singular_values_rule
from minigrad.rules.matrices import H, T, absent, array, conj
from minigrad.rules.shape import scatter
from minigrad.vjps import defvjp

# Inverse and determinant --------------------------------------------------------------------------------------


def inv_rule(g: Any, out: Any) -> Any:
    """-outᵀ @ g @ outᵀ"""
    return -T(out) @ g @ T(out)


def tensorinv_rule(g: Any, out: Any, a_shape: tuple) -> Any:
    """-outᵀ g outᵀ, as a matrix"""
    n = round(out.size**0.5)
    return np.reshape(inv_rule(np.reshape(g, (n, n)), np.reshape(out, (n, n))), a_shape)


def pinv_rule(g: Any, out: Any, a: Any) -> Any:
    """-Pᴴ g Pᴴ + (I - aP) gᴴ P Pᴴ + PᴴP gᴴ (I - Pa), for P = pinv(a)"""
    P, Ph, gh = out, H(out), H(g)
    return -Ph @ g @ Ph + (gh - a @ (P @ gh)) @ P @ Ph + Ph @ P @ (gh - (gh @ P) @ a)


def det_rule(g: Any, out: Any, a: Any) -> Any:
    """g * the cofactors of a: det(a) · a⁻ᵀ"""
    n = a.shape[-1]
    g = np.expand_dims(g, (-2, -1))
    if 0 < n <= 16 and a.size and bool((np.linalg.cond(plain(a)) > 1e8).any()):  # no use for a⁻¹
        return g * minors(a, n)
    return g * np.expand_dims(out, (-2, -1)) * T(np.linalg.inv(a))


def minors(a: Any, n: int) -> Any:
    """The cofactors: the determinants of what is left without row i and column j, with the signs of a chessboard."""
    i, k = np.arange(n, like=plain(a)), np.arange(n - 1, like=plain(a))
    others = k + (k >= i[:, None])  # row i: all numbers but i
    parts = a[..., others[:, None, :, None], others[None, :, None, :]]
    sign = 1 - 2 * ((i[:, None] + i) % 2)
    return np.linalg.det(parts) * sign.astype(np.int8)


def slogdet_rule(g: tuple, out: tuple, a: Any) -> Any:
    """g * a⁻ᴴ"""
    (g_sign, g_log), (sign, _) = g, out
    if bool((plain(sign) == 0).any()):
        raise np.linalg.LinAlgError(
            "slogdet has no gradient at a singular matrix: its logarithm is -inf there. np.linalg.det has one."
        )
    if sign.dtype.kind == "c":  # the sign is a phase, and turns
        g_log = g_log + 1j * np.imag(conj(sign) * g_sign)
    return np.expand_dims(g_log, (-2, -1)) * H(np.linalg.inv(a))


def matrix_power_rule(g: Any, a: Any, n: int) -> Any:
    """Σ (aᵀ)ᵏ g (aᵀ)ⁿ⁻¹⁻ᵏ"""
    if n == 0:
        return g * 0.0
    b = np.linalg.inv(a) if n < 0 else a
    total, power = g, T(b)  # the sum for exponent 1, and bᵀ to that power
    for bit in bin(abs(n))[3:]:  # exponent doubled, and one more for each binary 1
        total, power = total @ power + power @ total, power @ power
        if bit == "1":
            total, power = total @ T(b) + power @ g, power @ T(b)
    return inv_rule(total, b) if n < 0 else total


# Equations ----------------------------------------------------------------------------------------------------


def solve_b(g: Any, a: Any, b_shape: tuple) -> Any:
    """solve(aᵀ, g)"""
    if len(b_shape) == 1:
        return unbroadcast(np.linalg.solve(T(array(a)), np.expand_dims(g, -1)), (*b_shape, 1))[..., 0]
    return unbroadcast(np.linalg.solve(T(array(a)), g), b_shape)


def solve_a(g: Any, out: Any, a: Any, b_shape: tuple) -> Any:
    """-solve(aᵀ, g) @ outᵀ"""
    if len(b_shape) == 1:
        g, out = np.expand_dims(g, -1), np.expand_dims(out, -1)
    return unbroadcast(-np.linalg.solve(T(a), g) @ T(out), a.shape)


def moved(a_ndim: int, axes: Any) -> list[int]:
    """The order into which np.tensorsolve brings the axes of a: `axes` go to the end."""
    axes = [k % a_ndim for k in axes or ()]
    return [k for k in range(a_ndim) if k not in axes] + axes


def tensorsolve_matrix(a: Any, axes: Any) -> Any:
    """`a` as the square matrix of the linear equations."""
    n = round(a.size**0.5)
    return np.reshape(np.transpose(a, moved(a.ndim, axes)), (n, n))


def tensorsolve_b(g: Any, a: Any, b_shape: tuple, axes: Any) -> Any:
    """solve(aᵀ, g)"""
    return np.reshape(np.linalg.solve(tensorsolve_matrix(array(a), axes).T, np.ravel(g)), b_shape)


def tensorsolve_a(g: Any, out: Any, a: Any, axes: Any) -> Any:
    """-solve(aᵀ, g) outᵀ"""
    order = moved(a.ndim, axes)
    message = -np.outer(np.linalg.solve(tensorsolve_matrix(a, axes).T, np.ravel(g)), np.ravel(out))
    return np.transpose(
        np.reshape(message, [a.shape[k] for k in order]), sorted(range(a.ndim), key=order.__getitem__)
    )


def as_columns(x: Any) -> Any:
    """A vector as a matrix of one column."""
    return np.expand_dims(x, -1) if x.ndim == 1 else x


def lstsq_parts(g: tuple, out: tuple, a: Any, b: Any) -> tuple:
    """What both rules of lstsq need: P = pinv(a), x, what is left of b, and the gradients for x and for that."""
    P, x = np.linalg.pinv(a), as_columns(out[0])
    left = as_columns(b) - a @ x
    g_left = 2 * left * g[1] if g[1].shape[0] else left * 0.0  # the second result is |left|², per column
    return P, x, left, as_columns(g[0]), g_left


def lstsq_b(g: tuple, out: tuple, a: Any, b: Any) -> Any:
    """pinv(a)ᴴ @ g"""
    a, b = array(a), array(b)
    P, _, _, g_x, g_left = lstsq_parts(g, out, a, b)
    return np.reshape(H(P) @ g_x + g_left, b.shape)


def lstsq_a(g: tuple, out: tuple, a: Any, b: Any) -> Any:
    """-y xᴴ + left (P y)ᴴ + Pᴴx (g - P a g)ᴴ, for P = pinv(a), y = Pᴴ g, left = b - a x"""
    P, x, left, g_x, g_left = lstsq_parts(g, out, a, array(b))
    y = H(P) @ g_x
    message = -y @ H(x) + left @ H(P @ y) + H(P) @ x @ H(g_x - P @ (a @ g_x)) - g_left @ H(x)
    return message if absent(g[3]) else message + singular_values_rule(g[3], a)


# Entries ------------------------------------------------------------------------------------------------------


def trace_rule(g: Any, x_shape: tuple, offset: int) -> Any:
    """g, copied to every entry of the diagonal"""
    *batch, m, n = x_shape
    length = max(0, min(m + min(offset, 0), n - max(offset, 0)))
    return diagonal_rule(np.broadcast_to(np.expand_dims(g, -1), (*batch, length)), x_shape, offset)


def diagonal_rule(g: Any, x_shape: tuple, offset: int) -> Any:
    """g, on the diagonal"""
    k = np.arange(g.shape[-1], like=plain(g))
    return scatter(g, (..., k + max(-offset, 0), k + max(offset, 0)), x_shape)


# The table ----------------------------------------------------------------------------------------------------

# fmt: off
defvjp(np.linalg.inv,          inv_rule)
defvjp(np.linalg.tensorinv,    tensorinv_rule, harmless=("ind",))
defvjp(np.linalg.pinv,         pinv_rule, harmless=("rcond", "rtol", "hermitian"), holomorphic=False)
defvjp(np.linalg.det,          det_rule)
defvjp(np.linalg.slogdet,      slogdet_rule, holomorphic=False)
defvjp(np.linalg.matrix_power, matrix_power_rule)

defvjp(np.linalg.solve,        solve_a, solve_b)
defvjp(np.linalg.tensorsolve,  tensorsolve_a, tensorsolve_b)
defvjp(np.linalg.lstsq,        lstsq_a, lstsq_b, harmless=("rcond",), holomorphic=False)

defvjp(np.linalg.trace,        trace_rule)
defvjp(np.linalg.diagonal,     diagonal_rule)
defvjp(np.linalg.matrix_transpose, lambda g: T(g))
# fmt: on
