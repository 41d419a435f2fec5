"""Weights scaled to their layer, so that signals (and gradients) keep their size from layer to layer.

If n_in inputs of variance 1 are summed with independent weights of variance σ², the sum has variance n_in σ²;
on the way back, n_out takes the place of n_in. Xavier balances both; LeCun and He look forward only, and He
allows for relu.

Each function returns a new float64 array. A uniform draw from [-a, a] has variance a² / 3, hence the √3.
"""

from __future__ import annotations

import math

import numpy as np

from minigrad.init.fans import Shape, fans, generator, sizes_of

RELU = math.sqrt(2)


def xavier_normal(shape: Shape, rng: np.random.Generator, gain: float = 1.0) -> np.ndarray:
    """Gaussian with σ² = gain² · 2 / (n_in + n_out): keeps variances in both directions, for tanh and σ.

    Args:
        shape: (n_in, n_out), or (out, in, k, …); see `fans`.
        rng: draws the numbers.
        gain: see `calculate_gain`.

    Raises:
        ValueError: a shape without inputs and outputs, or a gain that is not above 0.
        TypeError: `rng` is no Generator.

    Source: Glorot & Bengio (2010), "Understanding the difficulty of training deep feedforward neural
    networks".

    Example:
        >>> import numpy as np
        >>> xavier_normal((300, 100), np.random.default_rng(0)).std().round(2)
        np.float64(0.07)
    """
    return _normal(shape, rng, gain, sum(fans(shape)) / 2)


def xavier_uniform(shape: Shape, rng: np.random.Generator, gain: float = 1.0) -> np.ndarray:
    """Uniform in [-a, a] with a = gain · √(6 / (n_in + n_out)): the variance of `xavier_normal`.

    Arguments, errors and source: see `xavier_normal`.

    Example:
        >>> import numpy as np
        >>> abs(xavier_uniform((300, 300), np.random.default_rng(0))).max().round(3)
        np.float64(0.1)
    """
    return _uniform(shape, rng, gain, sum(fans(shape)) / 2)


def he_normal(shape: Shape, rng: np.random.Generator, gain: float = RELU, mode: str = "fan_in") -> np.ndarray:
    """Gaussian with σ² = gain² / n_in, for relu 2 / n_in: twice the variance, because relu lets half through.

    Args:
        shape: (n_in, n_out), or (out, in, k, …); see `fans`.
        rng: draws the numbers.
        gain: √2 for relu; see `calculate_gain` for others.
        mode: "fan_in" keeps the size of signals on the way forward, "fan_out" (n_out instead of n_in) that of
            gradients on the way back.

    Raises:
        ValueError: a shape without inputs and outputs, a gain that is not above 0, or another mode.
        TypeError: `rng` is no Generator.

    Source: He et al. (2015), "Delving deep into rectifiers".

    Example:
        >>> import numpy as np
        >>> he_normal((200, 100), np.random.default_rng(0)).std().round(2)
        np.float64(0.1)
    """
    return _normal(shape, rng, gain, _fan(shape, mode))


def he_uniform(
    shape: Shape, rng: np.random.Generator, gain: float = RELU, mode: str = "fan_in"
) -> np.ndarray:
    """Uniform in [-a, a] with a = gain · √(3 / n_in): the variance of `he_normal`.

    Arguments, errors and source: see `he_normal`.

    Example:
        >>> import numpy as np
        >>> abs(he_uniform((600, 100), np.random.default_rng(0))).max().round(3)
        np.float64(0.1)
    """
    return _uniform(shape, rng, gain, _fan(shape, mode))


def lecun_normal(shape: Shape, rng: np.random.Generator, gain: float = 1.0) -> np.ndarray:
    """Gaussian with σ² = gain² / n_in: keeps the variance on the way forward, for linear units (and selu).

    Arguments and errors: see `xavier_normal`.

    Source: LeCun, Bottou, Orr & Müller (1998), "Efficient BackProp".

    Example:
        >>> import numpy as np
        >>> lecun_normal((100, 200), np.random.default_rng(0)).std().round(2)
        np.float64(0.1)
    """
    return _normal(shape, rng, gain, fans(shape)[0])


def lecun_uniform(shape: Shape, rng: np.random.Generator, gain: float = 1.0) -> np.ndarray:
    """Uniform in [-a, a] with a = gain · √(3 / n_in): the variance of `lecun_normal`.

    Arguments, errors and source: see `lecun_normal`.

    Example:
        >>> import numpy as np
        >>> abs(lecun_uniform((300, 200), np.random.default_rng(0))).max().round(3)
        np.float64(0.1)
    """
    return _uniform(shape, rng, gain, fans(shape)[0])


def orthogonal(shape: Shape, rng: np.random.Generator, gain: float = 1.0) -> np.ndarray:
    """A random (semi-)orthogonal matrix times gain: it keeps the length of every vector, not only on average.

    Of (n_in, n_out), the shorter side consists of orthonormal vectors: W Wᵀ = gain² 1 if n_in ≤ n_out, else
    Wᵀ W = gain² 1. Kernels (out, in, k, …) are seen as matrices (out, in · k · …).

    Args:
        shape: at least two axes.
        rng: draws the numbers.
        gain: the length of the orthogonal vectors.

    Raises:
        ValueError: fewer than two axes, or a gain that is not above 0.
        TypeError: `rng` is no Generator.

    Source: Saxe, McClelland & Ganguli (2014), "Exact solutions to the nonlinear dynamics of learning in deep
    linear neural networks"; the signs, which make all rotations equally likely, after Mezzadri (2007).

    Example:
        >>> import numpy as np
        >>> w = orthogonal((2, 3), np.random.default_rng(0))
        >>> np.round(w @ w.T, 12) + 0.0
        array([[1., 0.],
               [0., 1.]])
    """
    fans(shape)
    sizes = sizes_of(shape)
    rows, columns = sizes[0], math.prod(sizes[1:])
    draw = generator(rng).normal(size=(max(rows, columns), min(rows, columns)))
    q, r = np.linalg.qr(draw)
    q *= np.where(np.diagonal(r) < 0, -1.0, 1.0)
    return _positive(gain) * (q if rows >= columns else q.T).reshape(sizes)


def _fan(shape: Shape, mode: str) -> int:
    if mode not in ("fan_in", "fan_out"):
        raise ValueError(f"mode must be 'fan_in' or 'fan_out'; it is {mode!r}.")
    return fans(shape)[mode == "fan_out"]


def _positive(gain: float) -> float:
    if not gain > 0:
        raise ValueError(f"gain must be above 0, or all weights are 0 and stay so; it is {gain}.")
    return gain


def _normal(shape: Shape, rng: np.random.Generator, gain: float, fan: float) -> np.ndarray:
    return generator(rng).normal(0.0, _positive(gain) / math.sqrt(fan), shape)


def _uniform(shape: Shape, rng: np.random.Generator, gain: float, fan: float) -> np.ndarray:
    bound = _positive(gain) * math.sqrt(3 / fan)
    return generator(rng).uniform(-bound, bound, shape)
