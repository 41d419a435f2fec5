"""Hidden tests of exercise 10. `student` has the submission's names; `rng` and `seeds` are fresh per grading.

`pytest exercises` runs them on the solution, `minigrad grade` on a submission in its own process.
"""

import numpy as np
import pytest

from exercises.blocks import check_backward
from exercises.checks import convolution as conv
from exercises.checks import pooling as pool

SANDBOX = {"engine": False}
SETTINGS = [(1, 0), (2, 0), (1, 1), (3, 2)]  # stride, padding


def upstream(rng, shape):
    return rng.uniform(0.5, 1.5, size=shape) * rng.choice([-1.0, 1.0], size=shape)


def pictures(rng):
    """Pictures and kernels with all sizes different, then in Fortran order, then as large as the picture."""
    yield rng.normal(size=(2, 5, 7)), rng.normal(size=(4, 2, 3, 2))
    yield np.asfortranarray(rng.normal(size=(3, 6, 4))), np.asfortranarray(rng.normal(size=(2, 3, 2, 3)))
    yield rng.normal(size=(1, 3, 4)), rng.normal(size=(2, 1, 3, 4))


@pytest.mark.points(2)
def test_conv_forward(student, rng):
    """Convolution, forward"""
    for x, kernels in pictures(rng):
        conv.check_convolution(student.Conv2d, x, kernels, 1, 0)


@pytest.mark.points(1)
def test_conv_forward_stride_padding(student, rng):
    """Convolution, forward, with stride and padding"""
    for x, kernels in pictures(rng):
        for stride, padding in SETTINGS[1:]:
            conv.check_convolution(student.Conv2d, x, kernels, stride, padding)


@pytest.mark.points(3)
def test_conv_backward(student, rng, seeds):
    """Convolution, backward"""
    for x, kernels in pictures(rng):
        g = upstream(rng, conv.convolution(x, kernels, 1, 0).shape)
        conv.check_convolution_backward(student.Conv2d, x, kernels, g, 1, 0)
    x, kernels = rng.normal(size=(2, 4, 3)), rng.normal(size=(3, 2, 2, 3))
    reference = lambda x, k: conv.convolution(x, k, 1, 0)
    check_backward(student.Conv2d(), reference, [x, kernels], "Conv2d", ["x", "kernels"], seeds)


@pytest.mark.points(2)
def test_conv_backward_stride_padding(student, rng, seeds):
    """Convolution, backward, with stride and padding"""
    for x, kernels in pictures(rng):
        for stride, padding in SETTINGS[1:]:
            g = upstream(rng, conv.convolution(x, kernels, stride, padding).shape)
            conv.check_convolution_backward(student.Conv2d, x, kernels, g, stride, padding)
    x, kernels = rng.normal(size=(2, 4, 3)), rng.normal(size=(3, 2, 2, 3))
    reference = lambda x, k: conv.convolution(x, k, 2, 1)
    check_backward(student.Conv2d(2, 1), reference, [x, kernels], "Conv2d", ["x", "kernels"], seeds)


@pytest.mark.points(2)
def test_conv_fast(student, rng):
    """Convolution without loops: the same numbers"""
    for x, kernels in pictures(rng):
        for stride, padding in SETTINGS:
            conv.check_fast(student.conv2d_fast, x, kernels, stride, padding)


@pytest.mark.points(1)
def test_conv_fast_large(student, rng):
    """Convolution without loops: a large picture in time"""
    conv.check_fast(
        student.conv2d_fast, rng.normal(size=(1, 1200, 1200)), rng.normal(size=(3, 1, 3, 2)), 1, 0
    )


def blocks(rng):
    """Pictures for pooling, and the size of its windows: with and without rests, negative, in Fortran order."""
    yield rng.normal(size=(2, 4, 6)), 2
    yield rng.normal(size=(3, 7, 5)) - 5.0, 2
    yield np.asfortranarray(rng.normal(size=(2, 9, 7))), 3
    yield rng.normal(size=(2, 3, 2)), 1


@pytest.mark.points(1)
def test_pool_forward(student, rng):
    """Max pooling, forward"""
    for x, size in blocks(rng):
        pool.check_pooling(student.MaxPool2d, x, size)


@pytest.mark.points(2)
def test_pool_backward(student, rng, seeds):
    """Max pooling, backward where there is one winner"""
    for x, size in blocks(rng):
        g = upstream(rng, pool.pooled(x, size).shape)
        pool.check_pooling_backward(student.MaxPool2d, x, g, size)
        reference = lambda x, size=size: pool.pooled(x, size)
        check_backward(student.MaxPool2d(size), reference, [x], "MaxPool2d", ["x"], seeds)


@pytest.mark.points(1)
def test_pool_backward_ties(student, rng):
    """Max pooling, backward at ties: the first winner gets all"""
    x = rng.integers(0, 3, size=(3, 8, 6)).astype(float)
    pool.check_pooling_backward(student.MaxPool2d, x, upstream(rng, (3, 4, 3)), 2)
    x = np.zeros((2, 7, 6))
    pool.check_pooling_backward(student.MaxPool2d, x, upstream(rng, (2, 2, 2)), 3)
