"""The functions of neural networks that NumPy lacks, each with its rule: activations, softmax, embedding, dropout.

Conventions at kinks: relu′(0) = 0; leaky_relu′(0) = negative_slope and elu′(0) = alpha, the slopes from the left.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minigrad.record import looked_up, primitive
from minigrad.rules.shape import scatter
from minigrad.vjps import defvjp


@primitive
def relu(x: Any) -> Any:
    """max(x, 0), elementwise. The derivative at 0 is 0.

    Source: Nair & Hinton, "Rectified linear units improve restricted Boltzmann machines" (2010).

    Example:
        >>> import minigrad as mg
        >>> mg.relu(mg.tensor([-1.0, 2.0]))
        tensor([0., 2.])
    """
    return np.maximum(x, 0)


@primitive
def leaky_relu(x: Any, negative_slope: float = 0.01) -> Any:
    """x where x > 0, else negative_slope · x, elementwise.

    Source: Maas, Hannun & Ng, "Rectifier nonlinearities improve neural network acoustic models" (2013).

    Example:
        >>> import minigrad as mg
        >>> mg.nn.functional.leaky_relu(mg.tensor([-1.0, 2.0]))
        tensor([-0.01,  2.  ])
    """
    return np.maximum(x, 0) + negative_slope * np.minimum(x, 0)


@primitive
def elu(x: Any, alpha: float = 1.0) -> Any:
    """x where x > 0, else alpha · (eˣ - 1), elementwise.

    Source: Clevert, Unterthiner & Hochreiter, "Fast and accurate deep network learning by exponential linear
    units" (2015).

    Example:
        >>> import minigrad as mg
        >>> mg.nn.functional.elu(mg.tensor([-1000.0, 2.0]))
        tensor([-1.,  2.])
    """
    return np.maximum(x, 0) + alpha * np.expm1(np.minimum(x, 0))


@primitive
def sigmoid(x: Any) -> Any:
    """σ(x) = 1 / (1 + e⁻ˣ), elementwise; does not overflow, and is exact where it is tiny. σ' = σ(1 - σ).

    Example:
        >>> import minigrad as mg
        >>> mg.sigmoid(mg.tensor(0.0)).item()
        0.5
    """
    e = np.exp(-np.absolute(x))  # at most 1
    return np.maximum(e, x >= 0) / (1 + e)  # 1 / (1 + e⁻ˣ) on the right, eˣ / (1 + eˣ) on the left


@primitive
def softplus(x: Any) -> Any:
    """log(1 + eˣ), elementwise: a smooth relu. Does not overflow.

    Source: Dugas et al., "Incorporating second-order functional knowledge for better option pricing" (2000).

    Example:
        >>> import minigrad as mg
        >>> mg.nn.functional.softplus(mg.tensor([-1000.0, 0.0, 1000.0]))
        tensor([0.00000000e+00, 6.93147181e-01, 1.00000000e+03])
    """
    return np.logaddexp(x, 0)


@primitive
def silu(x: Any) -> Any:
    """x · σ(x), elementwise; also called swish.

    Source: Elfwing, Uchibe & Doya, "Sigmoid-weighted linear units" (2017).

    Example:
        >>> import minigrad as mg
        >>> mg.nn.functional.silu(mg.tensor([0.0, 1000.0]))
        tensor([   0., 1000.])
    """
    return x * sigmoid(x)


@primitive
def normal_cdf(x: Any) -> Any:
    """Φ(x): the chance that a standard normal number is below x, elementwise, also in the far tail.

    NumPy has no erf. This is ½ erfc(-x/√2), whose integral the trapezoidal rule sums with an error that falls
    like e^{-(π/h)²}: with steps of h = ½, thirteen terms leave only rounding errors.

    Source: Hunter & Regan, "A note on the evaluation of the complementary error function" (1972).

    Example:
        >>> import minigrad as mg
        >>> mg.nn.functional.normal_cdf(mg.tensor([-1.96, 0.0])).numpy().round(4)
        array([0.025, 0.5  ])
    """
    z = np.absolute(x) / math.sqrt(2)
    total = 0 * z
    for k in range(13):
        t = (k + 0.5) / 2
        total = total + math.exp(-t * t) / (z * z + t * t)
    e = np.exp(-4 * math.pi * z) * (
        z < 2 * math.pi
    )  # a pole near the path of integration; further out, nothing
    below = z * np.exp(-z * z) / (2 * math.pi) * total + e / (1 + e)
    return np.absolute((x > 0) - below)  # Φ(x) = 1 - Φ(-x)


def normal_density(x: Any) -> Any:
    """φ(x) = e^{-x²/2} / √(2π)."""
    return np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)


@primitive
def gelu(x: Any, approximate: str = "none") -> Any:
    """x · Φ(x), elementwise, Φ being the normal distribution.

    Args:
        approximate: "tanh" for the formula x/2 · (1 + tanh(√(2/π) · (x + 0.044715 x³))).

    Raises:
        ValueError: another word for `approximate`.

    Source: Hendrycks & Gimpel, "Gaussian error linear units" (2016).

    Example:
        >>> import minigrad as mg
        >>> mg.nn.functional.gelu(mg.tensor([-1.0, 1.0])).numpy().round(4)
        array([-0.1587,  0.8413])
    """
    if approximate == "none":
        return x * normal_cdf(x)
    if approximate == "tanh":
        return 0.5 * x * (1 + np.tanh(gelu_argument(x)))
    raise ValueError(f'gelu knows approximate="none" and "tanh", not {approximate!r}.')


def gelu_argument(x: Any) -> Any:
    """√(2/π) · (x + 0.044715 x³)."""
    return math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x)


def gelu_rule(g: Any, x: Any, approximate: str) -> Any:
    """g * (Φ(x) + x·φ(x))"""
    if approximate == "none":
        return g * (normal_cdf(x) + x * normal_density(x))
    t = np.tanh(gelu_argument(x))
    slope = math.sqrt(2 / math.pi) * (1 + 3 * 0.044715 * x * x)
    return g * (0.5 * (1 + t) + 0.5 * x * (1 - t * t) * slope)


@primitive
def softmax(x: Any, axis: int = -1) -> Any:
    """eˣ / Σ eˣ along `axis`: scores become probabilities. Does not overflow.

    Example:
        >>> import minigrad as mg
        >>> mg.softmax(mg.tensor([0.0, 0.0]))
        tensor([0.5, 0.5])
    """
    e = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


@primitive
def log_softmax(x: Any, axis: int = -1) -> Any:
    """log softmax(x) = x - log Σ eˣ along `axis`, stable where softmax itself is 0.

    Example:
        >>> import minigrad as mg
        >>> mg.log_softmax(mg.tensor([0.0, -1000.0]))
        tensor([    0., -1000.])
    """
    x = x - np.max(x, axis=axis, keepdims=True)
    return x - np.log(np.exp(x).sum(axis=axis, keepdims=True))


def softmax_rule(g: Any, out: Any, axis: Any) -> Any:
    """out * (g - Σ g·out)"""
    return out * (g - (g * out).sum(axis=axis, keepdims=True))


def log_softmax_rule(g: Any, out: Any, axis: Any) -> Any:
    """g - softmax(x) · Σ g"""
    return g - np.exp(out) * g.sum(axis=axis, keepdims=True)


@primitive
def embedding(index: Any, weight: Any) -> Any:
    """The rows weight[index]: a vector for every word. A row that is used twice receives both gradients.

    Args:
        index: integers of any shape (…), from 0 to V - 1.
        weight: the table of vectors, (V, D).

    Shapes: (…, D).

    Raises:
        TypeError: an index that is no integer.
        IndexError: an index outside of the table.

    Source: Bengio et al., "A neural probabilistic language model" (2003).

    Example:
        >>> import numpy as np, minigrad as mg
        >>> table = mg.Parameter(np.eye(3))
        >>> mg.nn.functional.embedding([2, 0, 2], table).sum().backward()
        >>> table.grad[:, 0].numpy()
        array([1., 0., 2.])
    """
    rows = as_index(index, weight)
    if rows.size and not 0 <= int(rows.min()) <= int(rows.max()) < weight.shape[0]:
        raise IndexError(
            f"this table has the rows 0 … {weight.shape[0] - 1}; the index goes from {int(rows.min())} to "
            f"{int(rows.max())}."
        )
    return weight[rows]


def array_of(value: Any) -> Any:
    """The array inside a Tensor; anything else as it is. Works in a printed program too, which knows no Tensors."""
    return getattr(value, "_data", value)


@looked_up
def as_index(index: Any, beside: Any) -> Any:
    """The index as an array of integers, on the device of the array beside it."""
    index = np.asarray(index, like=beside)
    if index.dtype.kind not in "iu" and index.size:
        raise TypeError(
            f"an embedding is looked up with integers, not {index.dtype}; index.astype(int) makes them."
        )
    return index.astype(int)


@primitive
def dropout(x: Any, mask: Any) -> Any:
    """x * mask: the node that `mg.nn.functional.dropout` makes once it has drawn the mask.

    Example:
        >>> import numpy as np, minigrad as mg
        >>> mg.rules.neural.dropout(mg.tensor([1.0, 2.0]), np.array([2.0, 0.0]))
        tensor([2., 0.])
    """
    return x * mask


# fmt: off
defvjp(relu,        lambda g, out: g * (out > 0), elementwise=True)
defvjp(leaky_relu,  lambda g, x, negative_slope: g * (x > 0) + g * negative_slope * (x <= 0), elementwise=True)
defvjp(elu,         lambda g, out, x, alpha: g * ((x > 0) + (out + alpha) * (x <= 0)), elementwise=True)
defvjp(sigmoid,     lambda g, out: g * out * (1 - out), elementwise=True)
defvjp(softplus,    lambda g, x: g * sigmoid(x), elementwise=True)
defvjp(silu,        lambda g, out, x: g * (out + sigmoid(x) * (1 - out)), elementwise=True)
defvjp(normal_cdf,  lambda g, x: g * normal_density(x), elementwise=True)
defvjp(gelu,        gelu_rule, elementwise=True)
defvjp(softmax,     softmax_rule)
defvjp(log_softmax, log_softmax_rule)
defvjp(embedding,   None,
                    lambda g, index, weight_shape: scatter(g, as_index(index, g), weight_shape))
defvjp(dropout,     lambda g, mask: g * mask)
# fmt: on
