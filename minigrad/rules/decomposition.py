"""Decompositions of matrices: cholesky, qr, eigenvalues and singular values. All work on stacks of matrices.

ᴴ is the conjugate transpose, for real numbers simply the transpose.

- Functions of symmetric matrices (`cholesky`, `eigh`, `eigvalsh`) read one triangle only. Their gradient is that
  of the symmetric matrix: itself symmetric, half of it on either side of the diagonal, as PyTorch and HIPS
  autograd have it. Finite differences of single entries see something else: check f(x + x.T) instead.
- Eigenvectors, singular vectors and the q of a full-rank qr are determined up to a sign (complex: a phase), and
  have a gradient that belongs to the sign NumPy chose. A loss should not depend on it.
- Equal eigenvalues or singular values: the values have a gradient (the one of NumPy's choice of vectors; exact for
  functions that treat equal values equally, such as their sum), the vectors have none: one LinAlgError says so.
- Only the part of `svd(full_matrices=True)` and `qr("complete")` that the matrix determines can be differentiated:
  the additional columns of a rectangular matrix's U, V, Q are an arbitrary choice, and gradients for them refused.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad.operators import plain
from minigrad.rules.matrices import H, absent, conj, diagonal, entries, identity, scaled, triangle
from minigrad.vjps import defvjp


def rounding(values: Any) -> Any:
    """Differences below this are rounding: the largest of the values, times the precision, times n."""
    values = abs(plain(values))
    if not values.shape[-1]:
        return np.zeros_like(values, shape=(*values.shape[:-1], 1))
    eps = float(np.finfo(values.dtype).eps)
    return values.shape[-1] * eps * np.max(values, axis=-1, keepdims=True)


def reciprocal_gaps(values: Any, what: str) -> Any:
    """1 / (wⱼ - wᵢ) for each pair of values, 0 on the diagonal. Refuses equal values."""
    n = values.shape[-1]
    one = identity(n, values)
    gaps = np.expand_dims(values, -2) - np.expand_dims(values, -1)
    if bool(((abs(plain(gaps)) <= np.expand_dims(rounding(values), -1)) & ~one).any()):
        raise np.linalg.LinAlgError(
            f"The gradient needs every {what} to be different from the others, and two of them are equal: their "
            f"vectors may be rotated at will, so that their derivative is not defined. The {what}s alone, and "
            f"functions made of them, have a gradient."
        )
    return ~one / (gaps + one)


def cholesky_rule(g: Any, out: Any, upper: bool) -> Any:
    """sym(L⁻ᴴ Φ(Lᴴ g) L⁻¹), where Φ keeps the lower triangle and half of the diagonal"""
    L, g = (H(out), H(g)) if upper else (out, g)
    n, S = L.shape[-1], H(L) @ g
    phi = (S * triangle(n, 0, L) + S * triangle(n, -1, L)) * 0.5
    message = np.linalg.solve(H(L), H(np.linalg.solve(H(L), H(phi))))
    return (message + H(message)) * 0.5


def qr_rule(g: Any, out: Any, a: Any, mode: str) -> Any:
    """(g_q + q · mirrored upper triangle of (g_r rᴴ - qᴴ g_q)) r⁻ᴴ"""
    m, n = a.shape[-2:]
    if mode == "raw" or (mode == "complete" and m > n):
        raise np.linalg.LinAlgError(
            f"qr(…, mode={mode!r}) of {m} × {n} matrices has no gradient: "
            + (
                "its results are LAPACK's own encoding"
                if mode == "raw"
                else "q has columns that a does not determine"
            )
            + ". Use mode='reduced'."
        )
    if mode == "r":
        (q, r), g_q, g_r = np.linalg.qr(a), None, g
    else:
        (q, r), (g_q, g_r) = out, g
    if m >= n:
        return qr_tall(g_q, g_r, q, r)
    left, behind = r[..., :m], r[..., m:]  # r is wide: its right part is qᴴ times the right part of a
    g_right = q @ g_r[..., m:]
    g_q2 = q @ behind @ H(g_r[..., m:])
    g_left = qr_tall(g_q2 if g_q is None else g_q + g_q2, g_r[..., :m], q, left)
    return np.concatenate([g_left, g_right], axis=-1)


def qr_tall(g_q: Any, g_r: Any, q: Any, r: Any) -> Any:
    """The rule of qr for matrices with at least as many rows as columns."""
    n = r.shape[-1]
    if bool((plain(entries(r)) == 0).any()):
        raise np.linalg.LinAlgError(
            "qr has no gradient where the columns of the matrix are linearly dependent."
        )
    M = g_r @ H(r) if g_q is None else g_r @ H(r) - H(q) @ g_q
    upper = M * ~triangle(n, 0, r)
    message = q @ (upper + H(upper) + diagonal(np.real(entries(M))))
    message = message if g_q is None else g_q + message
    return H(np.linalg.solve(r, H(message)))


def eigh_rule(g: tuple, out: tuple) -> Any:
    """v (diag(g_w) + sym(vᴴ g_v) / (wⱼ - wᵢ)) vᴴ"""
    (g_w, g_v), (w, v) = g, out
    message = scaled(v, g_w) @ H(v)
    if absent(g_v):
        return message
    P = H(v) @ g_v
    return message + v @ ((P - H(P)) * 0.5 * reciprocal_gaps(w, "eigenvalue")) @ H(v)


def eigvalsh_rule(g: Any, a: Any, UPLO: Any) -> Any:
    """v diag(g) vᴴ"""
    _, v = np.linalg.eigh(a, UPLO)
    return scaled(v, g) @ H(v)


def eig_rule(g: tuple, out: tuple) -> Any:
    """v⁻ᴴ (diag(g_w) + (vᴴ g_v - vᴴv Re diag(vᴴ g_v)) / conj(wⱼ - wᵢ)) vᴴ"""
    (g_w, g_v), (w, v) = g, out
    inner = diagonal(g_w)
    if not absent(g_v):  # the second term: each vector keeps its length of 1
        P = H(v) @ g_v
        P = P - scaled(H(v) @ v, np.real(entries(P)))
        inner = inner + P * conj(reciprocal_gaps(w, "eigenvalue"))
    return np.linalg.solve(H(v), inner @ H(v))


def eigvals_rule(g: Any, out: Any, a: Any) -> Any:
    """v⁻ᴴ diag(g) vᴴ"""
    if not a.shape[-1]:
        return a * 0.0
    w, v = np.linalg.eig(a)
    # LAPACK may find the values in another order when it is asked for the vectors too.
    found = np.argmin(np.absolute(np.expand_dims(out, -1) - np.expand_dims(w, -2)), axis=-1)
    same = np.expand_dims(found, -2) == np.expand_dims(np.arange(w.shape[-1], like=plain(w)), -1)
    return np.linalg.solve(H(v), diagonal(np.sum(same * np.expand_dims(g, -2), axis=-1)) @ H(v))


def svd_rule(g: Any, out: Any, a: Any, full_matrices: bool, compute_uv: bool) -> Any:
    """u (diag(g_s) + (K+L)/2 / (sⱼ - sᵢ) + (K-L)/2 / (sᵢ + sⱼ)) vᴴ, for K = uᴴg_u - g_uᴴu, L = vᴴg_v - g_vᴴv"""
    if not compute_uv:
        return singular_values_rule(g, a)
    (g_u, g_s, g_vh), (u, s, vh) = g, out
    k = s.shape[-1]
    if max(u.shape[-1], vh.shape[-2]) > k and not absent(g_u[..., k:], g_vh[..., k:, :]):
        raise np.linalg.LinAlgError(
            "svd of rectangular matrices has no gradient for the additional columns of U and rows of Vh that "
            "full_matrices=True gives: they are an arbitrary choice. Write np.linalg.svd(a, full_matrices=False)."
        )
    u, vh, g_u, g_vh = u[..., :k], vh[..., :k, :], g_u[..., :k], g_vh[..., :k, :]
    message = scaled(u, g_s) @ vh
    if absent(g_u, g_vh):
        return message
    v, g_v = H(vh), H(g_vh)
    K, L = H(u) @ g_u, H(vh @ g_v)
    K, L = K - H(K), H(L) - L
    sums = np.expand_dims(s, -2) + np.expand_dims(s, -1)
    if bool((plain(s) <= rounding(s)).any()):
        raise np.linalg.LinAlgError(
            "svd has no gradient for the singular vectors of singular value 0: they may be rotated at will."
        )
    inner = ((K + L) * reciprocal_gaps(s, "singular value") + (K - L) / sums) * 0.5
    message = message + u @ inner @ vh
    inverse = 1 / s
    if u.shape[-2] > k:
        message = message + scaled(g_u - u @ (H(u) @ g_u), inverse) @ vh
    if v.shape[-2] > k:
        message = message + u @ H(scaled(g_v - v @ (vh @ g_v), inverse))
    return message


def singular_values_rule(g: Any, a: Any) -> Any:
    """u diag(g) vᴴ"""
    u, _, vh = np.linalg.svd(a, full_matrices=False)
    return scaled(u, g) @ vh


# fmt: off
defvjp(np.linalg.cholesky,     cholesky_rule, holomorphic=False)
defvjp(np.linalg.qr,           qr_rule, holomorphic=False)
defvjp(np.linalg.eigh,         eigh_rule, harmless=("UPLO",), holomorphic=False)
defvjp(np.linalg.eigvalsh,     eigvalsh_rule, holomorphic=False)
defvjp(np.linalg.eig,          eig_rule, holomorphic=False)
defvjp(np.linalg.eigvals,      eigvals_rule, holomorphic=False)
defvjp(np.linalg.svd,          svd_rule, harmless=("hermitian",), holomorphic=False)
defvjp(np.linalg.svdvals,      lambda g, x: singular_values_rule(g, x), holomorphic=False)
# fmt: on
