"""Points in the plane with a class each: what a linear classifier can separate, and what it cannot.

With this module, one can draw
- what a line separates:       blobs
- what needs a hidden layer:   xor, moons, rings
- what needs several:          spirals

Every function takes the number of points, the standard deviation of the noise and a seed (or a generator), and
returns x of shape (n, 2) and integer classes y of shape (n,), in random order, as many of one class as of another.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad.data.sampling import Rng, drawn, even_classes


def blobs(n: int, noise: float = 0.3, rng: Rng = 0, classes: int = 3, dtype: Any = np.float64) -> tuple:
    """Clouds around points on the unit circle: x = (cos 2πk/K, sin 2πk/K) + noise · ε for class k of K.

    Returns:
        x of shape (n, 2) and `dtype`, y of shape (n,) and int64.

    Raises:
        TypeError, ValueError: n below 1, fewer than two classes, negative noise, an rng that is none.

    Example:
        >>> x, y = blobs(300, noise=0.0)
        >>> x.shape, np.bincount(y)
        ((300, 2), array([100, 100, 100]))
    """
    rng = drawn(n, noise, rng)
    y = even_classes(n, classes, rng)
    return placed(circle(y / classes), noise, rng, dtype), y


def xor(n: int, noise: float = 0.1, rng: Rng = 0, dtype: Any = np.float64) -> tuple:
    """The square in four quarters: class 1 where exactly one coordinate is positive.

    x is uniform on [-1, 1]², its class is read off, and then the noise moves it. No line gets more than three
    quarters right (Minsky & Papert 1969). The classes are as even as chance makes them.

    Returns, raises: as `blobs`.

    Example:
        >>> x, y = xor(100, noise=0.0)
        >>> bool(((x[:, 0] > 0) ^ (x[:, 1] > 0) == y).all())
        True
    """
    rng = drawn(n, noise, rng)
    x = rng.uniform(-1, 1, (n, 2))
    y = ((x[:, 0] > 0) ^ (x[:, 1] > 0)).astype(np.int64)
    return placed(x, noise, rng, dtype), y


def moons(n: int, noise: float = 0.1, rng: Rng = 0, dtype: Any = np.float64) -> tuple:
    """Two half circles, each with its end inside the other: (cos t, sin t) and (1 - cos t, ½ - sin t).

    Returns, raises: as `blobs`.

    Example:
        >>> x, y = moons(200, noise=0.0)
        >>> bool(np.allclose(np.hypot(*x[y == 0].T), 1))
        True
    """
    rng = drawn(n, noise, rng)
    y = even_classes(n, 2, rng)
    upper = circle(rng.uniform(0, 0.5, n))
    lower = np.array([1.0, 0.5]) - upper
    return placed(np.where(y[:, None] == 0, upper, lower), noise, rng, dtype), y


def rings(n: int, noise: float = 0.05, rng: Rng = 0, classes: int = 2, dtype: Any = np.float64) -> tuple:
    """Circles around the origin: class k of K has the radius (k + 1) / K.

    Returns, raises: as `blobs`.

    Example:
        >>> x, y = rings(100, noise=0.0)
        >>> bool(np.allclose(np.hypot(*x.T), (y + 1) / 2))
        True
    """
    rng = drawn(n, noise, rng)
    y = even_classes(n, classes, rng)
    radius = (y + 1) / classes
    return placed(radius[:, None] * circle(rng.random(n)), noise, rng, dtype), y


def spirals(
    n: int, noise: float = 0.02, rng: Rng = 0, classes: int = 2, turns: float = 1.5, dtype: Any = np.float64
) -> tuple:
    """Arms that wind around the origin: radius r from 0.1 to 1 at the angle 2π (turns · r + k/K) for class k of K.

    Returns, raises: as `blobs`.

    Source: Lang & Witbrock (1988), "Learning to tell two spirals apart".

    Example:
        >>> x, y = spirals(100, noise=0.0, classes=3)
        >>> x.shape, int(y.max())
        ((100, 2), 2)
    """
    rng = drawn(n, noise, rng)
    y = even_classes(n, classes, rng)
    radius = rng.uniform(0.1, 1, n)
    return placed(radius[:, None] * circle(turns * radius + y / classes), noise, rng, dtype), y


def circle(turn: np.ndarray) -> np.ndarray:
    """The points of the unit circle after so many turns.

    Example:
        >>> circle(np.array([0.0, 0.5])).round()
        array([[ 1.,  0.], [-1.,  0.]])
    """
    angle = 2 * np.pi * turn
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


def placed(x: np.ndarray, noise: float, rng: np.random.Generator, dtype: Any) -> np.ndarray:
    """The points, each moved a little.

    Example:
        >>> placed(np.zeros((1, 2)), 0.0, np.random.default_rng(0), np.float32)
        array([[0., 0.]], dtype=float32)
    """
    return (x + noise * rng.standard_normal(x.shape)).astype(dtype)
