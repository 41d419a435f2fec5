"""Curves to be found again from noisy samples: regression, bias and variance.

Every function returns x and y of shape (n, 1), both of them columns: a prediction of shape (n, 1) minus a y of
shape (n,) would be broadcast to (n, n), and the loss of that is wrong without an error.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from minigrad.data.sampling import Rng, drawn


def curve(
    f: Callable[[np.ndarray], np.ndarray],
    n: int,
    noise: float = 0.1,
    rng: Rng = 0,
    low: float = -1.0,
    high: float = 1.0,
    dtype: Any = np.float64,
) -> tuple:
    """y = f(x) + noise · ε, for x uniform between low and high.

    Args:
        f: the curve, a function of an array.
        n: the number of samples.
        noise: the standard deviation around the curve.
        rng: a seed or a generator.

    Returns:
        x and y, both of shape (n, 1) and `dtype`.

    Raises:
        TypeError, ValueError: n below 1, negative noise, low not below high, an f that changes the shape.

    Example:
        >>> x, y = curve(np.abs, 5, noise=0.0)
        >>> x.shape, bool((y == abs(x)).all())
        ((5, 1), True)
    """
    rng = drawn(n, noise, rng)
    if not low < high:
        raise ValueError(
            f"x lies between low and high, so low must be below high; they are {low} and {high}."
        )
    x = rng.uniform(low, high, (n, 1))
    y = np.asarray(f(x))
    if y.shape != x.shape:
        raise ValueError(f"f must keep the shape of x, {x.shape}; it returned {y.shape}.")
    return x.astype(dtype), (y + noise * rng.standard_normal(x.shape)).astype(dtype)


def sine(n: int, noise: float = 0.3, rng: Rng = 0, periods: float = 1.0, dtype: Any = np.float64) -> tuple:
    """y = sin(2π · periods · x) + noise · ε on [0, 1]: the example on which overfitting is usually shown.

    Returns, raises: as `curve`.

    Source: Bishop (2006), "Pattern Recognition and Machine Learning", section 1.1.

    Example:
        >>> x, y = sine(10, noise=0.0)
        >>> bool(np.allclose(y, np.sin(2 * np.pi * x)))
        True
    """
    return curve(lambda x: np.sin(2 * np.pi * periods * x), n, noise, rng, 0.0, 1.0, dtype)


def polynomial(
    n: int,
    noise: float = 0.1,
    rng: Rng = 0,
    coefficients: Sequence[float] = (0.0, -1.0, 0.0, 2.0),
    dtype: Any = np.float64,
) -> tuple:
    """y = c₀ + c₁ x + c₂ x² + … + noise · ε on [-1, 1]; without coefficients of your own, 2x³ - x.

    Returns, raises: as `curve`; ValueError without any coefficient.

    Example:
        >>> x, y = polynomial(10, noise=0.0, coefficients=(1.0, 2.0))
        >>> bool(np.allclose(y, 1 + 2 * x))
        True
    """
    if len(coefficients) == 0:
        raise ValueError("A polynomial needs at least one coefficient, e.g. (1.0, 2.0) for 1 + 2x.")
    return curve(lambda x: np.polynomial.polynomial.polyval(x, coefficients), n, noise, rng, -1.0, 1.0, dtype)
