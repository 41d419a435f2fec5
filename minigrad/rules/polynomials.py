"""Rules for polynomials, given by their coefficients, the highest power first."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from minigrad.rules.sampled import floats, placed
from minigrad.vjps import defvjp


def powers(x: Any, n: int, g: Any) -> Any:
    """The n highest-first powers of each x, where `g` lives: the matrix of all polynomials of n coefficients."""
    x = placed(x, g) if isinstance(x, np.generic) else x
    return np.vander(np.reshape(x, -1), n).astype(x.dtype)  # NumPy makes float64 of float32 there


def polyval_x(g: Any, p: Any, x: Any) -> Any:
    """g * p'(x)"""
    n = np.shape(p)[0]
    return g * np.polyval(floats(p)[:-1] * placed(range(n - 1, 0, -1), g), x) if n > 1 else g * 0


def vander_rule(g: Any, x: Any, N: Any, increasing: bool) -> Any:
    """Σ over the columns of g * k xᵏ⁻¹"""
    n = g.shape[1]
    g = np.flip(g, 1) if increasing else g
    if n < 2:
        return np.sum(g, axis=1) * 0
    return np.sum(g[:, :-1] * placed(range(n - 1, 0, -1), g) * np.vander(x, n - 1), axis=1)


def linear(g: Any, fun: Callable, n: int) -> Any:
    """The rule of a linear function of n numbers: g against what it makes of each unit vector."""
    units = np.eye(n)
    return np.stack([np.sum(g * placed(fun(units[k]), g)) for k in range(n)])


def poly_sum(g: Any, shape: tuple) -> Any:
    """The last coefficients of g: polynomials are added from the constant term upwards."""
    return np.reshape(g[g.shape[0] - math.prod(shape) :], shape)


# fmt: off
defvjp(np.polyval,   lambda g, p_shape, x: np.reshape(g, -1) @ powers(x, p_shape[0], g),
                     polyval_x)
defvjp(np.vander,    vander_rule)
defvjp(np.polyadd,   lambda g, a1_shape: poly_sum(g, a1_shape),
                     lambda g, a2_shape: poly_sum(g, a2_shape))
defvjp(np.polysub,   lambda g, a1_shape: poly_sum(g, a1_shape),
                     lambda g, a2_shape: -poly_sum(g, a2_shape))
defvjp(np.polyder,   lambda g, p_shape, m: linear(g, lambda p: np.polyder(p, m), p_shape[0]))
defvjp(np.polyint,   lambda g, p_shape, m: linear(g, lambda p: np.polyint(p, m), p_shape[0]), harmless=("k",))
# fmt: on
