"""Weights without a view to their layer: constants, and numbers drawn from a fixed range."""

from __future__ import annotations

import numpy as np

from minigrad.init.fans import Shape, generator, sizes_of


def constant(shape: Shape, value: float) -> np.ndarray:
    """All entries alike: fine for biases, fatal for weights.

    Units of a layer that start alike get alike gradients, and stay alike for ever: the layer is as good as
    one unit. Gradient descent cannot leave this saddle, because the symmetry holds all along its way.

    Raises:
        ValueError: no shape.

    Example:
        >>> constant((2, 2), 0.5)
        array([[0.5, 0.5],
               [0.5, 0.5]])
    """
    return np.full(sizes_of(shape), value, dtype=np.float64)


def zeros(shape: Shape) -> np.ndarray:
    """The usual start of biases.

    Raises:
        ValueError: no shape.

    Example:
        >>> zeros(3)
        array([0., 0., 0.])
    """
    return np.zeros(sizes_of(shape))


def uniform(shape: Shape, rng: np.random.Generator, low: float = 0.0, high: float = 1.0) -> np.ndarray:
    """Uniform in [low, high).

    Raises:
        ValueError: no shape, or low above high.
        TypeError: `rng` is no Generator.

    Example:
        >>> import numpy as np
        >>> w = uniform((100, 100), np.random.default_rng(0), -0.1, 0.1)
        >>> bool((abs(w) <= 0.1).all())
        True
    """
    if not low <= high:
        raise ValueError(f"low must not be above high; they are {low} and {high}.")
    return generator(rng).uniform(low, high, sizes_of(shape))


def normal(shape: Shape, rng: np.random.Generator, mean: float = 0.0, std: float = 1.0) -> np.ndarray:
    """Gaussian with the given mean and standard deviation.

    Raises:
        ValueError: no shape, or a negative standard deviation.
        TypeError: `rng` is no Generator.

    Example:
        >>> import numpy as np
        >>> normal((100, 100), np.random.default_rng(0), std=0.02).std().round(3)
        np.float64(0.02)
    """
    if not std >= 0:
        raise ValueError(f"std must be 0 or more; it is {std}.")
    return generator(rng).normal(mean, std, sizes_of(shape))
