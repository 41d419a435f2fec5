"""Spread and weighted means: variance, standard deviation, average, covariance, correlation.

Convention: the standard deviation of equal numbers is 0, and has gradient 0 there, never 0 / 0. NaN, which the
nan-functions skip, and entries left out by `where=` have gradient 0.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad.messages import unbroadcast
from minigrad.rules.reduction import axes_of, counted, expanded, given, mean_rule, numbers
from minigrad.vjps import defvjp


def deviation(a: Any, axis: Any, where: Any, mean: Any) -> Any:
    """a - mean(a), and 0 for entries that are left out."""
    if not given(where):
        return a - (mean if given(mean) else np.mean(a, axis=axis, keepdims=True))
    a = np.where(where, a, 0)
    n = counted(a.shape, axis, where, a)
    mean = mean if given(mean) else np.sum(a, axis=axes_of(axis, a.ndim), keepdims=True) / (n + (n == 0))
    return (a - mean) * where


def var_rule(g: Any, a: Any, axis: Any, ddof: Any, where: Any, mean: Any, correction: Any) -> Any:
    """g * 2 * (a - mean) / (n - ddof)"""
    free = counted(a.shape, axis, where, g) - (correction if given(correction) else ddof)
    return expanded(g, a.shape, axis) * 2 * deviation(a, axis, where, mean) / (free + (free == 0))


def std_rule(g: Any, a: Any, out: Any, axis: Any, ddof: Any, where: Any, mean: Any, correction: Any) -> Any:
    """g * (a - mean) / ((n - ddof) * std)"""
    out = expanded(out, a.shape, axis)
    spread = differ(a, axis, where) * (out != 0)
    half = expanded(g, a.shape, axis) * spread / (2 * (out + (spread == 0)))
    return var_rule(half, a, axis, ddof, where, mean, correction)


def differ(a: Any, axis: Any, where: Any) -> Any:
    """Whether there are different numbers at all: of three times 0.1 the computed deviation is 1e-17, not 0."""
    low, high = (np.where(where, a, end) if given(where) else a for end in (np.inf, -np.inf))
    return np.max(high, axis=axis, keepdims=True) != np.min(low, axis=axis, keepdims=True)


def nanvar_rule(g: Any, a: Any, axis: Any, ddof: Any, where: Any, mean: Any, correction: Any) -> Any:
    """g * 2 * (a - mean) / (n - ddof), of the n that are numbers"""
    return var_rule(g, a, axis, ddof, numbers(a, where), mean, correction)


def nanstd_rule(
    g: Any, a: Any, out: Any, axis: Any, ddof: Any, where: Any, mean: Any, correction: Any
) -> Any:
    """g * (a - mean) / ((n - ddof) * std), of the n that are numbers"""
    return std_rule(g, a, out, axis, ddof, numbers(a, where), mean, correction)


def aligned(w: Any, shape: tuple, axis: Any) -> Any:
    """The weights of an average, lined up with the array: they may be given for the averaged axes alone."""
    if np.shape(w) == shape:
        return w
    axes = axes_of(axis, len(shape))
    w = np.transpose(w, [axes.index(k) for k in sorted(axes)])
    return np.reshape(w, tuple(n if k in axes else 1 for k, n in enumerate(shape)))


def average_a(g: Any, a_shape: tuple, axis: Any, weights: Any) -> Any:
    """g * w / Σ w"""
    if weights is None:
        return mean_rule(g, a_shape, axis, None)
    w = aligned(weights, a_shape, axis)
    total = np.sum(w, axis=axes_of(axis, len(a_shape)), keepdims=True)
    return np.broadcast_to(expanded(g, a_shape, axis) * w / total, a_shape)


def average_weights(g: Any, a: Any, out: Any, axis: Any, weights: Any) -> Any:
    """g * (a - average) / Σ w"""
    w = aligned(weights, a.shape, axis)
    total = np.sum(w, axis=axes_of(axis, a.ndim), keepdims=True)
    message = expanded(g, a.shape, axis) * (a - expanded(out, a.shape, axis)) / total
    if np.shape(weights) == a.shape:
        return message
    axes = axes_of(axis, a.ndim)
    kept = [n for k, n in enumerate(a.shape) if k in axes]
    order = [sorted(axes).index(k) for k in axes]
    return np.transpose(np.reshape(unbroadcast(message, w.shape), kept), order)


def variables(m: Any, y: Any, rowvar: Any) -> Any:
    """The data of cov: one row per variable, one column per observation."""
    sides = [x if rowvar or x.ndim == 1 else np.transpose(x) for x in (m, y) if x is not None]
    return np.concatenate([np.reshape(x, (-1, x.shape[-1])) for x in sides])


def cov_message(g: Any, i: int, m: Any, y: Any, rowvar: Any, factor: Any) -> Any:
    """(g + gᵀ) (x - mean) / (n - ddof), the rows that belong to the i-th argument"""
    x = variables(m, y, rowvar)
    g = np.reshape(g, (x.shape[0], x.shape[0]))
    sent = (g + np.conj(g.T)) @ (x - np.mean(x, axis=1, keepdims=True)) / factor
    first = variables(m, None, rowvar).shape[0]
    sent, like = (sent[:first], m) if i == 0 else (sent[first:], y)
    return np.reshape(sent if rowvar or like.ndim == 1 else np.transpose(sent), like.shape)


def cov_rule(i: int) -> Any:
    """The rule of np.cov for its i-th argument."""

    def rule(g: Any, m: Any, y: Any, rowvar: Any, bias: Any, ddof: Any) -> Any:
        """(g + gᵀ) (x - mean) / (n - ddof)"""
        n = m.shape[-1] if rowvar or m.ndim == 1 else m.shape[0]
        return cov_message(g, i, m, y, rowvar, n - (ddof if ddof is not None else 0 if bias else 1))

    return rule


def corrcoef_rule(i: int) -> Any:
    """The rule of np.corrcoef for its i-th argument."""

    def rule(g: Any, out: Any, x: Any, y: Any, rowvar: Any) -> Any:
        """through r = c / (σ σᵀ): g / (σ σᵀ) for c, and for its diagonal -½ Σ (g + gᵀ) r / σ²"""
        data = variables(x, y, rowvar)
        n = data.shape[1]
        g, r = (np.reshape(a, (data.shape[0], data.shape[0])) for a in (g, out))
        variance = np.var(data, axis=1)
        sigma = np.sqrt(variance)
        diagonal = np.sum((g + g.T) * r, axis=1) / (2 * variance)
        to_cov = g / (np.expand_dims(sigma, 1) * sigma) - np.diag(diagonal)
        return cov_message(to_cov, i, x, y, rowvar, n)

    return rule


# fmt: off
defvjp(np.var,      var_rule,    harmless=("keepdims",), holomorphic=False)
defvjp(np.std,      std_rule,    harmless=("keepdims",), holomorphic=False)
defvjp(np.nanvar,   nanvar_rule, harmless=("keepdims",), holomorphic=False)
defvjp(np.nanstd,   nanstd_rule, harmless=("keepdims",), holomorphic=False)
defvjp(np.average,  average_a,
                    None,
                    average_weights, harmless=("keepdims",))
defvjp(np.cov,      cov_rule(0),
                    cov_rule(1), holomorphic=False)
defvjp(np.corrcoef, corrcoef_rule(0),
                    corrcoef_rule(1), holomorphic=False)
# fmt: on
