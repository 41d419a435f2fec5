"""Activations as layers, to stand in a Sequential. The functions themselves: `minigrad.nn.functional`."""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad.nn.checks import options
from minigrad.nn.module import Module
from minigrad.rules import neural


class ReLU(Module):
    """max(x, 0).

    Example:
        >>> import minigrad as mg
        >>> mg.nn.ReLU()(mg.tensor([-1.0, 2.0]))
        tensor([0., 2.])
    """

    def forward(self, x: Any) -> Any:
        return neural.relu(x)


class LeakyReLU(Module):
    """x where x > 0, else negative_slope · x.

    Example:
        >>> import minigrad as mg
        >>> mg.nn.LeakyReLU(0.1)(mg.tensor([-1.0, 2.0]))
        tensor([-0.1,  2. ])
    """

    def __init__(self, negative_slope: float = 0.01) -> None:
        self.negative_slope = negative_slope

    def forward(self, x: Any) -> Any:
        return neural.leaky_relu(x, self.negative_slope)

    def extra_repr(self) -> str:
        return f"negative_slope={self.negative_slope}"


class ELU(Module):
    """x where x > 0, else alpha · (eˣ - 1).

    Example:
        >>> import minigrad as mg
        >>> mg.nn.ELU()(mg.tensor([-1000.0, 2.0]))
        tensor([-1.,  2.])
    """

    def __init__(self, alpha: float = 1.0) -> None:
        self.alpha = alpha

    def forward(self, x: Any) -> Any:
        return neural.elu(x, self.alpha)

    def extra_repr(self) -> str:
        return f"alpha={self.alpha}"


class GELU(Module):
    """x · Φ(x), Φ being the normal distribution; approximate="tanh" for the formula with tanh.

    Raises:
        ValueError: another word for `approximate`.

    Example:
        >>> import minigrad as mg
        >>> mg.nn.GELU()(mg.tensor([0.0, 1.0])).numpy().round(4)
        array([0.    , 0.8413])
    """

    def __init__(self, approximate: str = "none") -> None:
        if approximate not in ("none", "tanh"):
            raise ValueError(f'gelu knows approximate="none" and "tanh", not {approximate!r}.')
        self.approximate = approximate

    def forward(self, x: Any) -> Any:
        return neural.gelu(x, self.approximate)

    def extra_repr(self) -> str:
        return options(approximate=(self.approximate, "none")).removeprefix(", ")


class SiLU(Module):
    """x · σ(x); also called swish.

    Example:
        >>> import minigrad as mg
        >>> mg.nn.SiLU()(mg.tensor([0.0, 1000.0]))
        tensor([   0., 1000.])
    """

    def forward(self, x: Any) -> Any:
        return neural.silu(x)


class Sigmoid(Module):
    """1 / (1 + e⁻ˣ).

    Example:
        >>> import minigrad as mg
        >>> mg.nn.Sigmoid()(mg.tensor([0.0]))
        tensor([0.5])
    """

    def forward(self, x: Any) -> Any:
        return neural.sigmoid(x)


class Tanh(Module):
    """tanh(x).

    Example:
        >>> import minigrad as mg
        >>> mg.nn.Tanh()(mg.tensor([0.0]))
        tensor([0.])
    """

    def forward(self, x: Any) -> Any:
        return np.tanh(x)


class Softplus(Module):
    """log(1 + eˣ): a smooth relu.

    Example:
        >>> import minigrad as mg
        >>> mg.nn.Softplus()(mg.tensor([0.0])).numpy().round(4)
        array([0.6931])
    """

    def forward(self, x: Any) -> Any:
        return neural.softplus(x)


class _AlongAxis(Module):
    """What normalizes along an axis."""

    def __init__(self, axis: int = -1) -> None:
        self.axis = axis

    def extra_repr(self) -> str:
        return options(axis=(self.axis, -1)).removeprefix(", ")


class Softmax(_AlongAxis):
    """eˣ / Σ eˣ along an axis: scores become probabilities.

    Example:
        >>> import minigrad as mg
        >>> mg.nn.Softmax()(mg.tensor([0.0, 0.0]))
        tensor([0.5, 0.5])
    """

    def forward(self, x: Any) -> Any:
        return neural.softmax(x, self.axis)


class LogSoftmax(_AlongAxis):
    """log softmax(x) along an axis, stable where softmax itself is 0.

    Example:
        >>> import minigrad as mg
        >>> mg.nn.LogSoftmax()(mg.tensor([0.0, -1000.0]))
        tensor([    0., -1000.])
    """

    def forward(self, x: Any) -> Any:
        return neural.log_softmax(x, self.axis)
