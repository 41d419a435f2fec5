"""Initial weights: random, so that units differ, and scaled, so that signals neither vanish nor explode."""

from __future__ import annotations

import math

import numpy as np


def xavier_normal(shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Gaussian with σ² = 2 / (n_in + n_out): keeps variances in both directions, for tanh and σ.

    Source: Glorot & Bengio (2010), "Understanding the difficulty of training deep feedforward neural networks".

    Example:
        >>> import numpy as np
        >>> xavier_normal((300, 100), np.random.default_rng(0)).std().round(2)
        np.float64(0.07)
    """
    return rng.normal(0.0, math.sqrt(2 / (shape[0] + shape[1])), shape)


def he_normal(shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Gaussian with σ² = 2 / n_in: twice the variance, because relu lets half of the signal through.

    Source: He et al. (2015), "Delving deep into rectifiers".

    Example:
        >>> import numpy as np
        >>> he_normal((200, 100), np.random.default_rng(0)).std().round(2)
        np.float64(0.1)
    """
    return rng.normal(0.0, math.sqrt(2 / shape[0]), shape)
