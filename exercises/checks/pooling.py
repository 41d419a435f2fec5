"""Checks of max pooling, for exercise 10: the references, and the mistakes that people make.

With this module, public checks and hidden tests can
- check it forward:      check_pooling(student.MaxPool2d, x, size)
- and backward:          check_pooling_backward(student.MaxPool2d, x, g, size)

Shapes: x (channels, H, W). Windows do not overlap, and rows and columns that fill no window are left out. The
references are the engine's own functions.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

import minigrad as mg
from exercises.answers import as_several, call, check_value, compare
from minigrad.nn import functional as F

RTOL = 1e-6  # relative to the largest entry; what is wrong here is wrong by far more


def pooled(x: np.ndarray, size: int) -> np.ndarray:
    """The largest entry of each window.

    Example:
        >>> pooled(np.array([[[1.0, 5.0, 4.0, 4.0], [0.0, 2.0, 8.0, 1.0]]]), 2)
        array([[[5., 8.]]])
    """
    return np.asarray(F.max_pool2d(x[None], size))[0]


def gradient(x: np.ndarray, g: np.ndarray, size: int) -> np.ndarray:
    """Upstream to the first winner of each window, in reading order.

    Example:
        >>> gradient(np.array([[[4.0, 4.0], [1.0, 4.0]]]), np.array([[[3.0]]]), 2)
        array([[[3., 0.],
                [0., 0.]]])
    """
    leaf = mg.tensor(x, requires_grad=True)
    (found,) = mg.grad(F.max_pool2d(leaf.reshape(1, *x.shape), size), [leaf], g[None])
    return found.numpy()


def check_pooling(make: Callable, x: np.ndarray, size: int) -> None:
    """`MaxPool2d(size).forward([x])`."""
    what, right = "MaxPool2d.forward", pooled(x, size)
    channels, height, width = right.shape
    blocks = x[:, : height * size, : width * size].reshape(channels, height, size, width, size)
    every = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(1, 2)).max((3, 4))
    mistakes = [
        (f"{what}: the mean of each window, not its maximum", blocks.mean((2, 4))),
        (f"{what}: the first entry of each window, not its maximum", blocks[:, :, 0, :, 0]),
        (f"{what}: the maximum over all channels", np.broadcast_to(right.max(0), right.shape)),
        (f"{what}: the windows move by 1, not by their size", every),
        (f"{what}: the windows move by 1, not by their size", every[:, :height, :width]),
        (f"{what}: 0 takes part in the maximum", np.maximum(right, 0.0)),
    ]
    check_value(make(size).forward, [[x]], right, what, mistakes=mistakes, rtol=RTOL)


def check_pooling_backward(make: Callable, x: np.ndarray, g: np.ndarray, size: int) -> None:
    """`MaxPool2d(size).backward([x], z, g)`; at a tie, the first entry in reading order gets all."""
    what, z, right = "MaxPool2d.backward", pooled(x, size), gradient(x, g, size)
    [got] = as_several(call(make(size).backward, [[x], z, g], what), ["x"], what, "gradient")

    def spread(values: np.ndarray) -> np.ndarray:
        """The same number all over each window; 0 where there is none."""
        result = np.zeros_like(x)
        result[:, : z.shape[1] * size, : z.shape[2] * size] = values.repeat(size, 1).repeat(size, 2)
        return result

    winners = (x == spread(z)) * (spread(np.ones_like(z)) > 0)
    area = (slice(None), slice(z.shape[1] * size), slice(z.shape[2] * size))
    counts = winners[area].reshape(len(x), z.shape[1], size, z.shape[2], size).sum((2, 4))
    turned = np.zeros_like(x)
    turned[area] = gradient(x[area][:, ::-1, ::-1].copy(), g[:, ::-1, ::-1], size)[:, ::-1, ::-1]
    mistakes = [
        (f"{what}: every entry of a window gets the gradient, not the largest alone", spread(g)),
        (f"{what}: the gradient is shared out equally, as for a mean", spread(g) / size**2),
        (f"{what}: at a tie every winner gets the whole gradient", winners * spread(g)),
        (f"{what}: at a tie the winners share, where the first gets all", winners * spread(g / counts)),
        (f"{what}: at a tie the last winner gets the gradient, not the first", turned),
        (f"{what}: ignores the upstream gradient", (right != 0) * 1.0),
        (
            f"{what}: the gradient goes to the first entry of each window, not to its maximum",
            first_entry(g, x, size),
        ),
    ]
    compare(got, right, what, "gradient of x", mistakes, RTOL)


def first_entry(g: np.ndarray, x: np.ndarray, size: int) -> np.ndarray:
    """Upstream to the upper left corner of each window."""
    result = np.zeros_like(x)
    result[:, : g.shape[1] * size : size, : g.shape[2] * size : size] = g
    return result
