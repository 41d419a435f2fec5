"""Exercise 10: whether a convolution loops over pixels is counted, not timed."""

import numpy as np
import pytest

from exercises.checks.convolution import check_few_lines, convolution
from exercises.errors import CheckFailed

KERNELS = np.random.default_rng(0).normal(size=(3, 2, 3, 2))


def windows(x, kernels):
    return np.lib.stride_tricks.sliding_window_view(x, kernels.shape[2:], axis=(1, 2))


def by_einsum(x, kernels, stride, padding):
    return np.einsum("cijab,dcab->dij", windows(x, kernels), kernels)


def by_slices(x, kernels, stride, padding):
    height, width = x.shape[1] - kernels.shape[2] + 1, x.shape[2] - kernels.shape[3] + 1
    z = np.zeros((len(kernels), height, width))
    for a in range(kernels.shape[2]):
        for b in range(kernels.shape[3]):
            z += np.tensordot(kernels[:, :, a, b], x[:, a : a + height, b : b + width], axes=1)
    return z


def by_loop(x, kernels, stride, padding):
    view = windows(x, kernels)
    z = np.zeros((len(kernels), *view.shape[1:3]))
    for d, i, j in np.ndindex(z.shape):
        z[d, i, j] = np.sum(view[:, i, j] * kernels[d])
    return z


def by_comprehension(x, kernels, stride, padding):
    view = windows(x, kernels)
    rows, columns = range(view.shape[1]), range(view.shape[2])
    return np.array([[[np.sum(view[:, i, j] * k) for j in columns] for i in rows] for k in kernels])


def by_rows(x, kernels, stride, padding):
    view = windows(x, kernels)
    return np.stack([np.einsum("cjab,dcab->dj", view[:, i], kernels) for i in range(view.shape[1])], axis=1)


def by_apply(x, kernels, stride, padding):
    view = windows(x, kernels).transpose(1, 2, 0, 3, 4).reshape(-1, kernels[0].size)
    z = np.apply_along_axis(lambda row: np.sum(row.reshape(kernels.shape[1:]) * kernels, (1, 2, 3)), 1, view)
    return z.T.reshape(len(kernels), x.shape[1] - kernels.shape[2] + 1, -1)


def by_vectorize(x, kernels, stride, padding):
    view = windows(x, kernels)
    one = np.vectorize(lambda d, i, j: np.sum(view[:, i, j] * kernels[d]))
    return one(*np.indices((len(kernels), *view.shape[1:3])))


ALL = [by_einsum, by_slices, by_loop, by_comprehension, by_rows, by_apply, by_vectorize]


@pytest.mark.parametrize("fun", ALL)
def test_all_of_them_are_right(fun):
    x = np.random.default_rng(1).normal(size=(2, 5, 6))
    assert np.allclose(fun(x, KERNELS, 1, 0), convolution(x, KERNELS, 1, 0))


@pytest.mark.parametrize("fun", ALL[:2])
def test_loops_over_kernels_pass(fun):
    check_few_lines(fun, KERNELS)


@pytest.mark.parametrize("fun", ALL[2:])
def test_loops_over_pixels_are_found(fun):
    with pytest.raises(CheckFailed, match="is there a loop over its pixels"):
        check_few_lines(fun, KERNELS)
