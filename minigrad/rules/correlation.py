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
from minigrad.rules.windows import Windows, inside, slices, with_rim
from minigrad.vjps import defvjp

# Bytes of windows that are worked on at once: while they are copied, and while they are added up. On a CPU such a
# block stays in the cache between copy and product (640 KiB was the best of 256 KiB … 4 MiB, up to twice as fast as all
# at once), and the memory does not grow with the batch. A GPU wants few, large blocks.
COPIED = {"cpu": 5 * 2**17, "cuda": 2**28}
ADDED = {"cpu": 2**22, "cuda": 2**28}


def with_batch(x: Any, ndim: int) -> Any:
    """`x` with axes of size 1 in front."""
    return np.reshape(x, (1,) * (ndim - x.ndim) + x.shape)


def samples_last(x: Any) -> Any:
    """(N, C, …) as (C, …, N), without a gap in memory: the order in which all work is done here.

    Then the same entry of all samples is one run, and a row of entries too, so that windows are copied in long runs.
    Results are handed out as views of that order, which the next layer's functions keep: nothing is copied.
    """
    x = np.transpose(x, (*range(1, x.ndim), 0))
    return x if x.flags.c_contiguous else x.copy()


def samples_first(x: Any) -> Any:
    """(C, …, N) as (N, C, …), a view."""
    return np.transpose(x, (x.ndim - 1, *range(x.ndim - 1)))


def parts(n: int, most: int) -> list[slice]:
    """0 … n in equal parts of at most `most`, but at least 1."""
    step = math.ceil(n / math.ceil(n / max(1, most))) if n else 1
    return [slice(k, min(k + step, n)) for k in range(0, n, step)]


def blocks(win: Windows, entries: int, x: Any, room: dict[str, int]) -> list[tuple]:
    """All windows in blocks of at most about `room` bytes, with so many entries a window.

    Each block is an index of arrays (…, *places, N) with the samples last: some rows of windows, at least one. The
    batch is cut only where one row of all samples would be large.
    """
    rows, *others = win[1]
    row = max(1, entries * x.dtype.itemsize * math.prod(others))  # bytes for one sample
    across = (slice(None),) * len(others)
    return [
        (part, *across, samples)
        for samples in parts(x.shape[-1], ADDED[of(x)] // row)
        for part in parts(rows, room[of(x)] // (row * (samples.stop - samples.start)))
    ]


def window_columns(x: Any, win: Windows, groups: int) -> Iterator[tuple[tuple, Any]]:
    """Block after block, the windows as the columns of a matrix (groups, C/groups · kernel, windows).

    Copied one position of the kernel at a time. The same memory serves all blocks of one size.
    """
    x, kernel = with_zeros(samples_last(x), win), math.prod(win[2])
    height, buffer, positions = x.shape[0] // groups * kernel, None, []
    for block in blocks(win, x.shape[0] * kernel, x, COPIED):
        row, *_, samples = block
        size = (row.stop - row.start, *win[1][1:], samples.stop - samples.start)
        if buffer is None or buffer.shape[2:] != size:
            buffer, positions = np.empty((x.shape[0], kernel, *size), x.dtype, like=x), slices(win, size[0])
        here = x[:, win[3][0] * row.start :]
        for k, entries in enumerate(positions):
            buffer[:, k] = here[(slice(None), *entries, samples)]
        yield block, np.reshape(buffer, (groups, height, math.prod(size)))


def with_zeros(x: Any, win: Windows) -> Any:
    """A signal (C, size, N) with its rim of zeros."""
    if not any(map(any, win[-1])):
        return x
    out = np.zeros((x.shape[0], *with_rim(win), x.shape[-1]), x.dtype, like=x)
    out[(slice(None), *inside(win))] = x
    return out


def window_rows(y: Any, block: tuple, groups: int) -> Any:
    """A block of results (D, *places, N) as a matrix (groups, D/groups, windows), in the order of `window_columns`."""
    part = y[(slice(None), *block)]
    return np.reshape(part, (groups, y.shape[0] // groups, math.prod(part.shape[1:])))


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
    dims = len(win[2]) + 2
    signal, kernels = with_batch(x, dims), with_batch(w, dims)
    shape = (kernels.shape[0], *win[1], signal.shape[0])
    out = np.empty(shape, np.result_type(x, w), like=x)
    for block, columns in window_columns(signal, win, groups):
        part = out[(slice(None), *block)]
        part[...] = np.reshape(kernel_matrix(kernels, groups) @ columns, part.shape)
    out = samples_first(out)
    return np.reshape(out, out.shape[dims - x.ndim :])


@primitive
def conv_signal(y: Any, w: Any, win: Windows, groups: int = 1) -> Any:
    """The transpose of `conv` in its signal: each result is spread over its window, times the kernel.

    Shapes: y as `conv` returns it, w as `conv` takes it; the result is a signal as `conv` takes it.
    """
    dims = len(win[2]) + 2
    result, kernels = samples_last(with_batch(y, dims)), with_batch(w, dims)
    channels, kernel, columns = groups * kernels.shape[1], math.prod(win[2]), None
    across = np.swapaxes(kernel_matrix(kernels, groups), -1, -2)
    out = np.zeros((channels, *with_rim(win), result.shape[-1]), np.result_type(y, w), like=y)
    for block in blocks(win, channels * kernel, result, ADDED):
        row, *_, samples = block
        rows, size = window_rows(result, block, groups), result[(0, *block)].shape
        if columns is None or columns.shape[-1] != rows.shape[-1]:
            columns = np.empty((*across.shape[:2], rows.shape[-1]), out.dtype, like=y)
        np.matmul(across, rows, out=columns)
        spread, here = np.reshape(columns, (channels, kernel, *size)), out[:, win[3][0] * row.start :]
        for k, entries in enumerate(slices(win, size[0])):
            here[(slice(None), *entries, samples)] += spread[:, k]
    out = samples_first(out[(slice(None), *inside(win))])
    return np.reshape(out, out.shape[dims - y.ndim :])


@primitive
def conv_kernel(x: Any, y: Any, win: Windows, groups: int = 1) -> Any:
    """The transpose of `conv` in its kernels: the sum over all windows of signal times result.

    Shapes: x as `conv` takes it, y as `conv` returns it; the result are kernels as `conv` takes them.
    """
    dims = len(win[2]) + 2
    signal, result = with_batch(x, dims), samples_last(with_batch(y, dims))
    shape = (result.shape[0], signal.shape[1] // groups, *win[2])
    total = np.zeros((groups, math.prod(shape[1:]), shape[0] // groups), np.result_type(x, y), like=x)
    for block, columns in window_columns(signal, win, groups):
        total += columns @ np.swapaxes(window_rows(result, block, groups), -1, -2)
    return np.reshape(np.swapaxes(total, -1, -2), shape[2:] if x.ndim == len(win[2]) else shape)


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
