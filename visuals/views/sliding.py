"""Convolution and pooling, window by window, as sums, products and maxima of single numbers."""

from __future__ import annotations

import functools
import itertools
import operator
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

Entries = np.ndarray  # of dtype object


def convolution(axes: int) -> Callable:
    """The formula of a convolution along the last `axes` axes: each result is Σ window · kernel, plus the bias."""

    def formula(x: Entries, weight: Entries, bias: Any = None, stride: Any = 1, padding: Any = 0) -> Any:
        if not (isinstance(stride, int) and isinstance(padding, int)):
            return None
        size = x.shape[x.ndim - axes :]
        signals = x.reshape(-1, 1, *size) if x.ndim == axes else x.reshape(-1, *x.shape[-axes - 1 :])
        kernels = weight.reshape(1, 1, *weight.shape) if weight.ndim == axes else weight
        if signals.shape[1] != kernels.shape[1]:
            return None
        around = [(0, 0), (0, 0), *[(padding, padding)] * axes]
        views = windows(np.pad(signals, around, constant_values=0.0), kernels.shape[2:], stride)
        places = views.shape[2 : 2 + axes]
        found = np.empty((len(views), len(kernels), *places), object)
        for n, d, place in itertools.product(range(len(views)), range(len(kernels)), np.ndindex(places)):
            window = views[(n, slice(None), *place)]
            pairs = zip(window.flat, kernels[d].flat, strict=True)
            products = [a * b for a, b in pairs if not isinstance(a, float)]  # what was padded adds nothing
            total = functools.reduce(operator.add, products) if products else 0.0
            found[(n, d, *place)] = total if bias is None else total + np.ravel(bias)[d]
        return found.reshape(*x.shape[: max(x.ndim - axes - 1, 0)], *found.shape[1 if x.ndim > axes else 2 :])

    return formula


def pooling(axes: int, two: Callable, divide: bool) -> Callable:
    """The formula of a pooling: each window becomes its maximum, or its mean."""

    def formula(x: Entries, kernel_size: Any, stride: Any = None) -> Any:
        sizes = (kernel_size,) * axes if isinstance(kernel_size, int) else tuple(kernel_size)
        if not isinstance(stride, int) and stride is not None and tuple(stride) != sizes:
            return None
        step = sizes if not isinstance(stride, int) else (stride,) * axes
        views = sliding_window_view(x, sizes, tuple(range(x.ndim - axes, x.ndim)))
        places: tuple[Any, ...] = (..., *[slice(None, None, s) for s in step], *[slice(None)] * axes)
        views = views[places]
        found = np.empty(views.shape[: x.ndim], object)
        for place in np.ndindex(found.shape):
            whole = functools.reduce(two, views[place].flat)
            found[place] = whole / views[place].size if divide else whole
        return found

    return formula


def windows(x: Entries, size: tuple, stride: int) -> Entries:
    """The windows of signals (N, C, …): (N, C, places, size)."""
    axes = len(size)
    views = sliding_window_view(x, size, tuple(range(2, 2 + axes)))
    return views[(slice(None), slice(None), *[slice(None, None, stride)] * axes)]


SLIDING: dict[str, Callable] = {
    **{f"conv{n}d": convolution(n) for n in (1, 2)},
    **{f"max_pool{n}d": pooling(n, np.maximum, False) for n in (1, 2)},
    **{f"avg_pool{n}d": pooling(n, operator.add, True) for n in (1, 2)},
}
