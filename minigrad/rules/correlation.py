"""The three functions behind every convolution, in any number of dimensions.

    y[n, o, p] = Σ_c Σ_k  x[n, c, stride·p + dilation·k - padding] · weight[o, c, k]

Kernel and signal are both visited in increasing index order (in signal processing: a cross-correlation).

Everything here is one sum of products of three things, T(x, w, y) = Σ y · conv(x, w): a signal, a kernel and
a result. Leaving one of them out gives a function of the other two, and these three functions are each
other's derivatives, so that gradients of any order need nothing more:
    conv(x, w)           what y is multiplied with: the convolution
    conv_signal(y, w)    what x is multiplied with: the transposed convolution
    conv_kernel(x, y)    what w is multiplied with

Source: Dumoulin & Visin, "A guide to convolution arithmetic for deep learning" (2016), for the sizes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from minigrad.device import of
from minigrad.record import primitive
from minigrad.rules.windows import Windows, blank, cropped, padded, slices
from minigrad.vjps import defvjp

# Bytes for the windows of a part of the batch. On a CPU a few MiB stay in its cache, which is faster than all
# at once, and the memory does not grow with the batch. A GPU wants few, large parts.
BUFFER = {"cpu": 2**22, "cuda": 2**28}


def with_batch(x: Any, ndim: int) -> Any:
    """`x` with axes of size 1 in front."""
    return np.reshape(x, (1,) * (ndim - x.ndim) + x.shape)


def parts(n: int, entries: int, x: Any) -> Iterator[slice]:
    """The batch of `n` samples in parts whose windows, of so many entries a sample, fit into BUFFER."""
    step = max(1, BUFFER[of(x)] // max(1, entries * x.dtype.itemsize))
    return (slice(start, min(start + step, n)) for start in range(0, n, step))


def window_columns(x: Any, win: Windows, groups: int) -> Iterator[tuple[slice, Any]]:
    """Part after part of the batch, all windows as the columns of a matrix (groups, C/groups · kernel, windows).

    Copied one position of the kernel at a time, with the samples as the innermost axis: then a row of all
    samples is copied in one run. The same memory serves all parts.
    """
    _, places, kernel, *_ = win
    n, channels, positions = x.shape[0], x.shape[1], math.prod(kernel)
    x, buffer = padded(x, win), None
    for part in parts(n, channels * positions * math.prod(places), x):
        here = np.moveaxis(x[part], 0, -1).copy()
        if buffer is None or buffer.shape[-1] != here.shape[-1]:
            buffer = np.empty((channels, positions, *places, here.shape[-1]), x.dtype, like=x)
        for k, entries in enumerate(slices(win)):
            buffer[:, k] = here[(slice(None), *entries)]
        height = channels // groups * positions
        yield part, np.reshape(buffer, (groups, height, math.prod(places) * here.shape[-1]))


def window_rows(y: Any, groups: int) -> Any:
    """Results (N, D, …) as a matrix (groups, D/groups, windows), the order of `window_columns`."""
    n, channels = y.shape[:2]
    return np.reshape(np.moveaxis(y, 0, -1), (groups, channels // groups, math.prod(y.shape[2:]) * n))


def kernel_matrix(w: Any, groups: int) -> Any:
    """Kernels (D, C/groups, …) as a matrix (groups, D/groups, C/groups · kernel)."""
    return np.reshape(w, (groups, w.shape[0] // groups, math.prod(w.shape[1:])))


@primitive
def conv(x: Any, w: Any, win: Windows, groups: int = 1) -> Any:
    """x ⊛ w: what `conv1d` … `conv3d` compute, without a bias.

    Args:
        x: a signal (N, C, size), (C, size) or (size).
        w: kernels (D, C/groups, kernel), or one kernel (kernel) for a signal without channels.
        win: where the windows lie.
        groups: the channels are cut into so many groups, each with its own kernels.

    Shapes: (N, D, places), (D, places) or (places).
    """
    _, places, kernel, *_ = win
    dims = len(kernel) + 2
    signal, kernels = with_batch(x, dims), with_batch(w, dims)
    n, d = signal.shape[0], kernels.shape[0]
    out = np.empty((n, d, *places), np.result_type(x, w), like=x)
    for part, cols in window_columns(signal, win, groups):
        product = kernel_matrix(kernels, groups) @ cols
        out[part] = np.moveaxis(np.reshape(product, (d, *places, part.stop - part.start)), -1, 0)
    return np.reshape(out, out.shape[dims - x.ndim :])


@primitive
def conv_signal(y: Any, w: Any, win: Windows, groups: int = 1) -> Any:
    """The transpose of `conv` in its signal: each result is spread over its window, times the kernel.

    Shapes: y as `conv` returns it, w as `conv` takes it; the result is a signal as `conv` takes it.
    """
    _, places, kernel, *_ = win
    dims = len(kernel) + 2
    result, kernels = with_batch(y, dims), with_batch(w, dims)
    n, channels, positions = result.shape[0], groups * kernels.shape[1], math.prod(kernel)
    out = blank((n, channels), win, np.result_type(y, w), y)
    across = np.swapaxes(kernel_matrix(kernels, groups), -1, -2)
    for part in parts(n, channels * positions * math.prod(places), out):
        here = np.moveaxis(out[part], 0, -1).copy()
        cols = across @ window_rows(result[part], groups)
        cols = np.reshape(cols, (channels, positions, *places, here.shape[-1]))
        for k, entries in enumerate(slices(win)):
            here[(slice(None), *entries)] += cols[:, k]
        out[part] = np.moveaxis(here, -1, 0)
    out = cropped(out, win)
    return np.reshape(out, out.shape[dims - y.ndim :])


@primitive
def conv_kernel(x: Any, y: Any, win: Windows, groups: int = 1) -> Any:
    """The transpose of `conv` in its kernels: the sum over all windows of signal times result.

    Shapes: x as `conv` takes it, y as `conv` returns it; the result are kernels as `conv` takes them.
    """
    _, _, kernel, *_ = win
    dims = len(kernel) + 2
    signal, result = with_batch(x, dims), with_batch(y, dims)
    shape = (result.shape[1], signal.shape[1] // groups, *kernel)
    total = np.zeros((groups, shape[0] // groups, math.prod(shape[1:])), np.result_type(x, y), like=x)
    for part, cols in window_columns(signal, win, groups):
        total += window_rows(result[part], groups) @ np.swapaxes(cols, -1, -2)
    return np.reshape(total, shape[2:] if x.ndim == len(kernel) else shape)


defvjp(
    conv,
    lambda g, w, win, groups: conv_signal(g, w, win, groups),
    lambda g, x, win, groups: conv_kernel(x, g, win, groups),
)
defvjp(
    conv_signal,
    lambda g, w, win, groups: conv(g, w, win, groups),
    lambda g, y, win, groups: conv_kernel(g, y, win, groups),
)
defvjp(
    conv_kernel,
    lambda g, y, win, groups: conv_signal(y, g, win, groups),
    lambda g, x, win, groups: conv(x, g, win, groups),
)
