"""Layers: a linear map, activations, and a sequence of layers."""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad.init import he_normal
from minigrad.nn.module import Module
from minigrad.rules.neural import relu, sigmoid
from minigrad.tensor import Parameter


class Linear(Module):
    """x @ W + b.

    Args:
        n_in, n_out: sizes of the last axis before and after.
        rng: draws the weights (He); the bias starts at 0.
        dtype: of the parameters.
        name: a prefix for the parameters' names in pictures.

    Shapes: x (…, n_in), W (n_in, n_out), b (n_out,), result (…, n_out).

    Example:
        >>> import numpy as np, minigrad as mg
        >>> layer = mg.nn.Linear(3, 2, np.random.default_rng(0))
        >>> layer(mg.tensor(np.ones((5, 3)))).shape
        (5, 2)
    """

    def __init__(
        self, n_in: int, n_out: int, rng: np.random.Generator, dtype: Any = np.float64, name: str = ""
    ) -> None:
        self.weight = Parameter(he_normal((n_in, n_out), rng), name=f"W{name}", dtype=dtype)
        self.bias = Parameter(np.zeros(n_out), name=f"b{name}", dtype=dtype)

    def forward(self, x: Any) -> Any:
        return x @ self.weight + self.bias


class ReLU(Module):
    """max(x, 0)."""

    def forward(self, x: Any) -> Any:
        return relu(x)


class Tanh(Module):
    """tanh(x)."""

    def forward(self, x: Any) -> Any:
        return np.tanh(x)


class Sigmoid(Module):
    """1 / (1 + e⁻ˣ)."""

    def forward(self, x: Any) -> Any:
        return sigmoid(x)


class Sequential(Module):
    """One layer after the other.

    Example:
        >>> import numpy as np, minigrad as mg
        >>> rng = np.random.default_rng(0)
        >>> net = mg.nn.Sequential(mg.nn.Linear(4, 8, rng), mg.nn.ReLU(), mg.nn.Linear(8, 2, rng))
        >>> sum(p.size for p in net.parameters())
        58
    """

    def __init__(self, *layers: Module) -> None:
        self.layers = list(layers)

    def forward(self, x: Any) -> Any:
        for layer in self.layers:
            x = layer(x)
        return x
