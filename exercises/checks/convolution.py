"""Checks of a convolution, for exercise 10: the references, and the mistakes that people make.

With this module, public checks and hidden tests can
- check a convolution forward:     check_convolution(student.Conv2d, x, kernels, stride, padding)
- and backward:                    check_convolution_backward(student.Conv2d, x, kernels, g, stride, padding)
- check a convolution without loops over pixels:  check_fast(…), check_few_lines(…)

Shapes: x (channels, H, W); kernels (D, channels, h, w). The references are the engine's own functions.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

import minigrad as mg
from exercises.answers import as_several, call, check_value, compare
from exercises.errors import CheckFailed
from minigrad.nn import functional as F

RTOL = 1e-6  # relative to the largest entry; what is wrong here is wrong by far more


def convolution(x: np.ndarray, kernels: np.ndarray, stride: int, padding: int) -> np.ndarray:
    """The activation maps.

    Example:
        >>> convolution(np.arange(1.0, 10.0).reshape(1, 3, 3), np.array([[[[1.0, 2.0], [0.0, -1.0]]]]), 1, 0)
        array([[[0., 2.],
                [6., 8.]]])
    """
    return np.asarray(F.conv2d(x[None], kernels, stride=stride, padding=padding))[0]


def gradients(
    x: np.ndarray, kernels: np.ndarray, g: np.ndarray, stride: int, padding: int
) -> list[np.ndarray]:
    """Those of x and of the kernels, from the engine."""
    leaves = [mg.tensor(x, requires_grad=True), mg.tensor(kernels, requires_grad=True)]
    z = F.conv2d(leaves[0].reshape(1, *x.shape), leaves[1], stride=stride, padding=padding)
    return [part.numpy() for part in mg.grad(z, leaves, g[None])]


def check_convolution(make: Callable, x: np.ndarray, kernels: np.ndarray, stride: int, padding: int) -> None:
    """`Conv2d(stride, padding).forward([x, kernels])`."""
    what = "Conv2d.forward"
    forward = make(stride, padding).forward
    mistakes = _maps(what, x, kernels, stride, padding)
    check_value(
        forward, [[x, kernels]], convolution(x, kernels, stride, padding), what, mistakes=mistakes, rtol=RTOL
    )


def check_fast(fun: Callable, x: np.ndarray, kernels: np.ndarray, stride: int, padding: int) -> None:
    """`conv2d_fast(x, kernels, stride, padding)`."""
    what = "conv2d_fast"
    mistakes = _maps(what, x, kernels, stride, padding)
    right = convolution(x, kernels, stride, padding)
    check_value(fun, [x, kernels, stride, padding], right, what, mistakes=mistakes, rtol=RTOL)


def _maps(what: str, x: np.ndarray, kernels: np.ndarray, stride: int, padding: int) -> list:
    """What goes wrong with activation maps, and what comes of it."""
    padded = np.pad(x, [(0, 0), (padding, padding), (padding, padding)])
    edges = np.pad(x, [(0, 0), (padding, padding), (padding, padding)], mode="edge")
    lazy = convolution(padded, kernels, 1, 0)
    height, width = convolution(x, kernels, stride, padding).shape[1:]
    wrong = [
        ("the kernel is turned round", convolution(x, kernels[:, :, ::-1, ::-1], stride, padding)),
        ("the picture is padded with its edges, not with zeros", convolution(edges, kernels, stride, 0)),
        ("only the first channel is used", convolution(x[:1], kernels[:, :1], stride, padding)),
        (
            "the mean over the channels is taken, not the sum",
            convolution(x, kernels, stride, padding) / len(x),
        ),
        (
            "the maps have the right size, but the windows move by 1, not by the stride",
            lazy[:, :height, :width],
        ),
    ]
    if stride > 1:
        wrong.append(("the stride is ignored", lazy))
    if padding and x.shape[1] >= kernels.shape[2] and x.shape[2] >= kernels.shape[3]:
        wrong.append(("the padding is ignored", convolution(x, kernels, stride, 0)))
    return [(f"{what}: {said}", values) for said, values in wrong]


def check_convolution_backward(
    make: Callable, x: np.ndarray, kernels: np.ndarray, g: np.ndarray, stride: int, padding: int
) -> None:
    """`Conv2d(stride, padding).backward([x, kernels], z, g)`."""
    what = "Conv2d.backward"
    given = [[x, kernels], convolution(x, kernels, stride, padding), g]
    got = as_several(call(make(stride, padding).backward, given, what), ["x", "kernels"], what, "gradient")
    of_x, of_kernels = gradients(x, kernels, g, stride, padding)
    if of_x.shape != of_kernels.shape and [a.shape for a in got] == [of_kernels.shape, of_x.shape]:
        raise CheckFailed(f"{what}: the two gradients are swapped", "That of x comes first.")
    ones = gradients(x, kernels, np.ones_like(g), stride, padding)
    whole, overwritten, last = _gathered(x, kernels, g, stride, padding)
    inner = (slice(None), slice(padding, padding + x.shape[1]), slice(padding, padding + x.shape[2]))
    wrong_x = [
        (f"{what}: windows overlap, so the gradient of x needs +=, not =", overwritten[inner]),
        (
            f"{what}: the kernel is turned round",
            gradients(x, kernels[:, :, ::-1, ::-1], g, stride, padding)[0],
        ),
        (f"{what}: ignores the upstream gradient", ones[0]),
        *([(f"{what}: the padding is still around the gradient of x", whole)] if padding else []),
    ]
    compare(got[0], of_x, what, "gradient of x", wrong_x, RTOL)
    wrong_k = [
        (f"{what}: a kernel is used at every place, so its gradient needs +=, not =", last),
        (f"{what}: the gradient of the kernels is a mean over the places, not a sum", of_kernels / g[0].size),
        (f"{what}: the gradient of the kernels is turned round", of_kernels[:, :, ::-1, ::-1]),
        (f"{what}: ignores the upstream gradient", ones[1]),
    ]
    compare(got[1], of_kernels, what, "gradient of kernels", wrong_k, RTOL)


def _gathered(
    x: np.ndarray, kernels: np.ndarray, g: np.ndarray, stride: int, padding: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The gradient of the padded picture; that if windows overwrite each other, and the kernels' then."""
    padded = np.pad(x, [(0, 0), (padding, padding), (padding, padding)])
    whole, overwritten, last = np.zeros_like(padded), np.zeros_like(padded), np.zeros_like(kernels)
    for d, i, j in np.ndindex(g.shape):
        rows = slice(i * stride, i * stride + kernels.shape[2])
        columns = slice(j * stride, j * stride + kernels.shape[3])
        whole[:, rows, columns] += g[d, i, j] * kernels[d]
        overwritten[:, rows, columns] = g[d, i, j] * kernels[d]
        last[d] = g[d, i, j] * padded[:, rows, columns]
    return whole, overwritten, last


def check_few_lines(fun: Callable, kernels: np.ndarray) -> None:
    """`conv2d_fast` runs no more lines of Python for a large picture than for a small one.

    Lines are counted, not seconds, so the verdict does not depend on the machine.
    """
    counts = []
    for size in (12, 36):
        count = [0]

        def trace(*event: Any, count: list[int] = count) -> Any:
            count[0] += 1
            return trace

        before = sys.gettrace()
        sys.settrace(trace)
        try:
            fun(np.ones((kernels.shape[1], size, size)), kernels, 1, 0)
        finally:
            sys.settrace(before)
        counts.append(count[0])
    if counts[1] > 2 * counts[0]:
        raise CheckFailed(
            "conv2d_fast: a larger picture takes more lines of Python: is there a loop over its pixels?",
            f"About {counts[0]} steps of Python for 12×12 pixels, {counts[1]} for 36×36. A loop over the few\n"
            f"entries of a kernel is fine; the pixels should be NumPy's business.",
        )
