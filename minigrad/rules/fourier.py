"""Fourier transforms. All are linear, so the gradient comes back through the adjoint transform.

The adjoint of a discrete Fourier transform is the inverse transform without its 1/n: the same function pair with
the other normalisation, `opposite(norm)`. Padding (n or s larger than the axis) comes back as cropping, and
cropping as zeros. The transforms of real signals keep half of the spectrum, the other half being its conjugate:
`rfft` hands each kept frequency back once where it stood for itself, and `irfft` counts those twice that stood for two.

A gradient with respect to complex numbers is ∂L/∂Re + i ∂L/∂Im.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad.operators import plain
from minigrad.rules.matrices import conj
from minigrad.rules.shape import scatter
from minigrad.vjps import defvjp


def opposite(norm: Any) -> Any:
    """The normalisation under which the inverse transform is the adjoint."""
    return {None: "forward", "backward": "forward", "ortho": "ortho", "forward": "backward"}[norm]


def resized(g: Any, shape: tuple) -> Any:
    """`g` with `shape`: cropped where the transform had padded, padded with zeros where it had cropped."""
    if g.shape == shape:
        return g
    both = tuple(slice(0, min(n, m)) for n, m in zip(g.shape, shape, strict=True))
    g = g[both]
    return g if g.shape == shape else scatter(g, both, shape)


def lengths(shape: tuple, s: Any, axes: Any) -> tuple[list[int], list[int]]:
    """The lengths and the axes of an n-dimensional transform of an array of `shape`, as non-negative numbers."""
    axes = range(len(shape))[len(shape) - len(s) if s else 0 :] if axes is None else axes
    axes = [k % len(shape) for k in axes]
    return [shape[k] if s is None or s[i] == -1 else s[i] for i, k in enumerate(axes)], axes


def half(n: int, factor: float, g: Any, axis: int) -> Any:
    """Weights of the kept half of n frequencies: `factor` for those that stand for two, 1 for the first and, if n is
    even, the last."""
    x = plain(g)
    k = np.arange(n // 2 + 1, like=x)
    alone = (k == 0) | (2 * k == n)
    weights = (alone + factor * ~alone).astype(x.real.dtype)
    return np.reshape(weights, [-1 if i == axis % x.ndim else 1 for i in range(x.ndim)])


# One axis: every rule is the adjoint of the function of its name -------------------------------------------------


def fft_rule(g: Any, a_shape: tuple, axis: int, norm: Any) -> Any:
    """ifft(g) without the 1/n"""
    return resized(np.fft.ifft(g, axis=axis, norm=opposite(norm)), a_shape)


def ifft_rule(g: Any, a_shape: tuple, axis: int, norm: Any) -> Any:
    """fft(g) / n"""
    return resized(np.fft.fft(g, axis=axis, norm=opposite(norm)), a_shape)


def rfft_rule(g: Any, a_shape: tuple, n: Any, axis: int, norm: Any) -> Any:
    """irfft(g, half of each frequency that stands for two) without the 1/n"""
    n = a_shape[axis] if n is None else n
    return resized(np.fft.irfft(g * half(n, 0.5, g, axis), n, axis, opposite(norm)), a_shape)


def irfft_rule(g: Any, a_shape: tuple, axis: int, norm: Any) -> Any:
    """rfft(g) / n, twice each frequency that stands for two"""
    spectrum = np.fft.rfft(g, axis=axis, norm=opposite(norm))
    return resized(spectrum * half(g.shape[axis], 2.0, spectrum, axis), a_shape)


def hfft_rule(g: Any, a_shape: tuple, axis: int, norm: Any) -> Any:
    """conj(rfft(g)), twice each frequency that stands for two"""
    return conj(irfft_rule(g, a_shape, axis, opposite(norm)))


def ihfft_rule(g: Any, a_shape: tuple, n: Any, axis: int, norm: Any) -> Any:
    """irfft(conj(g), half of each frequency that stands for two)"""
    return rfft_rule(conj(g), a_shape, n, axis, opposite(norm))


# Several axes ---------------------------------------------------------------------------------------------------


def fftn_rule(g: Any, a_shape: tuple, axes: Any, s: Any, norm: Any) -> Any:
    """ifftn(g) without the 1/n"""
    _, axes = lengths(a_shape, s, axes)
    return resized(np.fft.ifftn(g, axes=axes, norm=opposite(norm)), a_shape)


def ifftn_rule(g: Any, a_shape: tuple, axes: Any, s: Any, norm: Any) -> Any:
    """fftn(g) / n"""
    _, axes = lengths(a_shape, s, axes)
    return resized(np.fft.fftn(g, axes=axes, norm=opposite(norm)), a_shape)


def rfftn_rule(g: Any, a_shape: tuple, axes: Any, s: Any, norm: Any) -> Any:
    """irfftn(g, half of each frequency that stands for two) without the 1/n"""
    s, axes = lengths(a_shape, s, axes)
    return resized(np.fft.irfftn(g * half(s[-1], 0.5, g, axes[-1]), s, axes, opposite(norm)), a_shape)


def irfftn_rule(g: Any, a_shape: tuple, axes: Any, s: Any, norm: Any) -> Any:
    """rfftn(g) / n, twice each frequency that stands for two"""
    _, axes = lengths(a_shape, s, axes)
    spectrum = np.fft.rfftn(g, axes=axes, norm=opposite(norm))
    return resized(spectrum * half(g.shape[axes[-1]], 2.0, spectrum, axes[-1]), a_shape)


# fmt: off
defvjp(np.fft.fft,       fft_rule,    holomorphic=False, harmless=("n",))
defvjp(np.fft.ifft,      ifft_rule,   holomorphic=False, harmless=("n",))
defvjp(np.fft.rfft,      rfft_rule,   holomorphic=False)
defvjp(np.fft.irfft,     irfft_rule,  holomorphic=False, harmless=("n",))
defvjp(np.fft.hfft,      hfft_rule,   holomorphic=False, harmless=("n",))
defvjp(np.fft.ihfft,     ihfft_rule,  holomorphic=False)

N_DIMENSIONAL: dict[Any, Any] = {
    np.fft.fftn: fftn_rule, np.fft.ifftn: ifftn_rule, np.fft.rfftn: rfftn_rule, np.fft.irfftn: irfftn_rule,
    np.fft.fft2: fftn_rule, np.fft.ifft2: ifftn_rule, np.fft.rfft2: rfftn_rule, np.fft.irfft2: irfftn_rule,
}
for fftn, rule in N_DIMENSIONAL.items():
    defvjp(fftn,         rule,        holomorphic=False)

defvjp(np.fft.fftshift,  lambda g, axes: np.fft.ifftshift(g, axes), holomorphic=False)
defvjp(np.fft.ifftshift, lambda g, axes: np.fft.fftshift(g, axes), holomorphic=False)
# fmt: on
