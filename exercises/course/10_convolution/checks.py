"""Public checks of exercise 10: what `exercises.check` runs in a student's notebook.

Each is a generator that announces a step with `yield` and then takes it; a step that fails raises. Students
may read this file: it gives away neither the answers nor the numbers of the hidden tests.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from exercises.checks import convolution as conv
from exercises.checks import pooling as pool

X = np.arange(1.0, 10.0).reshape(1, 3, 3)
K = np.array([[[[1.0, 2.0], [0.0, -1.0]]]])
Z_BAR = np.array([[[1.0, 0.0], [0.0, 2.0]]])
PICTURE = np.sin(np.arange(60.0)).reshape(2, 5, 6)
KERNELS = np.cos(np.arange(36.0)).reshape(3, 2, 3, 2)
BLOCKS = np.array([[[1.0, 5.0, 4.0, 4.0], [0.0, 2.0, 8.0, 1.0]]])
TIES = np.array([[[3.0, 3.0, 0.0, 1.0], [3.0, 1.0, 1.0, 0.0]]])
NEGATIVE = -1.0 - np.abs(np.cos(np.arange(84.0)).reshape(2, 6, 7))


def upstream(stride: int, padding: int) -> np.ndarray:
    shape = conv.convolution(PICTURE, KERNELS, stride, padding).shape
    return np.cos(1.0 + np.arange(np.prod(shape))).reshape(shape) + 1.5


def target_conv_forward() -> Any:
    from visuals import plots

    return plots.convolution_movie(X[0], K[0, 0])


def target_conv_backward() -> Any:
    import minigrad as mg
    import visuals
    from minigrad.nn import functional as F

    x, k = (mg.tensor(a, requires_grad=True, name=n) for n, a in (("x", X[None]), ("kernels", K)))
    return visuals.BackpropStepper(F.conv2d(x, k), gradient=Z_BAR[None])


def target_pool_forward() -> Any:
    from visuals import plots

    return plots.pooling_movie(BLOCKS[0], 2)


def check_conv_forward(student: Any) -> Iterator[str]:
    yield "one channel, one kernel, by hand"
    conv.check_convolution(student.Conv2d, X, K, 1, 0)
    yield "two channels, three kernels"
    conv.check_convolution(student.Conv2d, PICTURE, KERNELS, 1, 0)
    yield "a stride of 2"
    conv.check_convolution(student.Conv2d, PICTURE, KERNELS, 2, 0)
    yield "a padding of 1"
    conv.check_convolution(student.Conv2d, PICTURE, KERNELS, 1, 1)


def check_conv_backward(student: Any) -> Iterator[str]:
    yield "one channel, one kernel, by hand"
    conv.check_convolution_backward(student.Conv2d, X, K, Z_BAR, 1, 0)
    for stride, padding in ((1, 0), (2, 0), (1, 1), (2, 2)):
        yield f"two channels, three kernels, stride {stride}, padding {padding}"
        g = upstream(stride, padding)
        conv.check_convolution_backward(student.Conv2d, PICTURE, KERNELS, g, stride, padding)


def check_conv_fast(student: Any) -> Iterator[str]:
    yield "one channel, one kernel, by hand"
    conv.check_fast(student.conv2d_fast, X, K, 1, 0)
    for stride, padding in ((1, 0), (2, 0), (1, 1), (2, 2)):
        yield f"two channels, three kernels, stride {stride}, padding {padding}"
        conv.check_fast(student.conv2d_fast, PICTURE, KERNELS, stride, padding)
    yield "no loop over pixels"
    conv.check_few_lines(student.conv2d_fast, KERNELS)


def check_pool_forward(student: Any) -> Iterator[str]:
    yield "the example: 5 and 8"
    pool.check_pooling(student.MaxPool2d, BLOCKS, 2)
    yield "windows of 2 × 2, with rows that fill no window"
    pool.check_pooling(student.MaxPool2d, PICTURE, 2)
    yield "windows of 3 × 3, all entries negative"
    pool.check_pooling(student.MaxPool2d, NEGATIVE, 3)


def check_pool_backward(student: Any) -> Iterator[str]:
    yield "the example: 1 and 10"
    pool.check_pooling_backward(student.MaxPool2d, BLOCKS, np.array([[[1.0, 10.0]]]), 2)
    yield "windows of 2 × 2, with rows that fill no window"
    g = np.arange(1.0, 13.0).reshape(2, 2, 3) - 6.5
    pool.check_pooling_backward(student.MaxPool2d, PICTURE, g, 2)
    yield "ties"
    pool.check_pooling_backward(student.MaxPool2d, TIES, np.array([[[-2.0, 7.0]]]), 2)
