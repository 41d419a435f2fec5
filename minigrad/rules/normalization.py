"""Normalization: mean 0 and variance 1, over the entries of a sample (layer) or over the samples (batch).

    x̂ = (x - mean) / σ,   σ = √(variance + eps),   result = x̂ · weight + bias

Mean and variance depend on x too, so that with ĝ = g · weight
    ∂L/∂x = (ĝ - mean(ĝ) - x̂ · mean(ĝ · x̂)) / σ
What reaches x has no part along 1 and along x̂: shifting or stretching x does not change the result. The rule
computes x̂ from x with functions that have rules, so that second derivatives are exact.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad.messages import unbroadcast
from minigrad.record import primitive
from minigrad.vjps import defvjp


def standardized(x: Any, axes: tuple, eps: float) -> tuple[Any, Any]:
    """x̂ and σ over `axes`. The variance divides by n."""
    d = x - np.mean(x, axis=axes, keepdims=True)
    sigma = np.sqrt(np.mean(d * d, axis=axes, keepdims=True) + eps)
    return d / sigma, sigma


def standardized_rule(g: Any, x: Any, axes: tuple, eps: float) -> Any:
    """(g - mean(g) - x̂ · mean(g·x̂)) / σ"""
    hat, sigma = standardized(x, axes, eps)
    along = np.mean(g * hat, axis=axes, keepdims=True)
    return (g - np.mean(g, axis=axes, keepdims=True) - hat * along) / sigma


def affine(hat: Any, weight: Any, bias: Any) -> Any:
    """x̂ · weight + bias, where they are given."""
    hat = hat if weight is None else hat * weight
    return hat if bias is None else hat + bias


# Layer norm -----------------------------------------------------------------------------------------------


@primitive
def layer_norm(x: Any, normalized_shape: Any, weight: Any = None, bias: Any = None, eps: float = 1e-5) -> Any:
    """Each sample with mean 0 and variance 1 over its last axes, then times weight, plus bias.

    Args:
        x: (…, *normalized_shape).
        normalized_shape: the sizes of the last axes, over which is normalized; an int for one axis.
        weight, bias: of shape normalized_shape, or None.
        eps: added to the variance, so that a constant sample gives 0 and not 0/0.

    Raises:
        ValueError: x does not end in normalized_shape, or weight or bias have another shape.

    Source: Ba, Kiros & Hinton, "Layer normalization" (2016).

    Example:
        >>> import minigrad as mg
        >>> mg.nn.functional.layer_norm(mg.tensor([[1.0, 3.0], [5.0, 5.0]]), 2, eps=0.0001).numpy().round(4)
        array([[-1.,  1.],
               [ 0.,  0.]])
    """
    sizes = sizes_of(normalized_shape)
    if not sizes or x.shape[-len(sizes) :] != sizes:
        raise ValueError(
            f"x has shape {x.shape}; its last axes must be normalized_shape={sizes}, at least one."
        )
    for name, value in (("weight", weight), ("bias", bias)):
        if value is not None and np.shape(value) != sizes:
            raise ValueError(f"the {name} has shape {np.shape(value)}; it must be normalized_shape={sizes}.")
    return affine(standardized(x, last(sizes), eps)[0], weight, bias)


def sizes_of(normalized_shape: Any) -> tuple:
    """`normalized_shape` as a tuple."""
    return tuple(normalized_shape) if isinstance(normalized_shape, (tuple, list)) else (normalized_shape,)


def last(sizes: tuple) -> tuple[int, ...]:
    """The last axes, as many as there are sizes."""
    return tuple(range(-len(sizes), 0))


def layer_norm_x(g: Any, x: Any, normalized_shape: Any, weight: Any, eps: float) -> Any:
    """(ĝ - mean(ĝ) - x̂ · mean(ĝ·x̂)) / σ, with ĝ = g · weight"""
    return standardized_rule(affine(g, weight, None), x, last(sizes_of(normalized_shape)), eps)


def layer_norm_weight(g: Any, x: Any, normalized_shape: Any, weight_shape: tuple, eps: float) -> Any:
    """Σ g · x̂"""
    return unbroadcast(g * standardized(x, last(sizes_of(normalized_shape)), eps)[0], weight_shape)


# Batch norm -----------------------------------------------------------------------------------------------


@primitive
def batch_norm(
    x: Any, weight: Any = None, bias: Any = None, mean: Any = None, variance: Any = None, eps: float = 1e-5
) -> Any:
    """Each channel with mean 0 and variance 1, then times weight, plus bias: the node of `functional.batch_norm`.

    Args:
        x: (N, C) or (N, C, …).
        weight, bias: (C), or None.
        mean, variance: (C), constants; None to take those of this batch, and differentiate through them.
        eps: added to the variance.

    Example:
        >>> import minigrad as mg
        >>> mg.rules.normalization.batch_norm(mg.tensor([[1.0, 0.0], [3.0, 0.0]]), eps=0.0001).numpy().round(4)
        array([[-1.,  0.],
               [ 1.,  0.]])
    """
    if mean is None:
        hat = standardized(x, batch_axes(x), eps)[0]
    else:
        hat = (x - channels(mean, x)) / np.sqrt(channels(variance, x) + eps)
    return affine(hat, channels(weight, x), channels(bias, x))


def batch_axes(x: Any) -> tuple[int, ...]:
    """All axes but that of the channels, the second."""
    return (0, *range(2, x.ndim))


def channels(value: Any, x: Any) -> Any:
    """Numbers per channel (C) as (C, 1, …), to line up with x; None stays None."""
    return None if value is None else np.reshape(value, (x.shape[1],) + (1,) * (x.ndim - 2))


def batch_norm_x(g: Any, x: Any, weight: Any, mean: Any, variance: Any, eps: float) -> Any:
    """(ĝ - mean(ĝ) - x̂ · mean(ĝ·x̂)) / σ, with ĝ = g · weight; just ĝ / σ with constant mean and variance"""
    g = affine(g, channels(weight, x), None)
    if mean is None:
        return standardized_rule(g, x, batch_axes(x), eps)
    return g / np.sqrt(channels(variance, x) + eps)


def batch_norm_weight(g: Any, x: Any, mean: Any, variance: Any, eps: float) -> Any:
    """Σ g · x̂"""
    return np.sum(g * batch_norm(x, None, None, mean, variance, eps), axis=batch_axes(x))


# fmt: off
defvjp(layer_norm, layer_norm_x,
                   None,
                   layer_norm_weight,
                   lambda g, bias_shape: unbroadcast(g, bias_shape))
defvjp(batch_norm, batch_norm_x,
                   batch_norm_weight,
                   lambda g: np.sum(g, axis=batch_axes(g)))
# fmt: on
