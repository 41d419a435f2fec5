"""Fourier transforms at both orders: odd and even lengths, cropped and padded, along every axis, each normalisation."""

import numpy as np
import pytest

import minigrad as mg
from minigrad.vjps import rulebook
from tests.minigrad.rules.probing import check, complex_of, draw

NORMS = [None, "backward", "ortho", "forward"]
OF_COMPLEX = [np.fft.fft, np.fft.ifft, np.fft.irfft, np.fft.hfft]
OF_REAL = [np.fft.fft, np.fft.ifft, np.fft.rfft, np.fft.irfft, np.fft.hfft, np.fft.ihfft]
N_OF_COMPLEX = [np.fft.fftn, np.fft.ifftn, np.fft.irfftn, np.fft.fft2, np.fft.ifft2, np.fft.irfft2]
N_OF_REAL = [*N_OF_COMPLEX, np.fft.rfftn, np.fft.rfft2]

name = lambda fn: fn.__name__


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("n", [None, 1, 2, 3, 4, 5, 6, 9])
@pytest.mark.parametrize("fn", OF_REAL, ids=name)
def test_one_axis_of_real_numbers(fn, n, norm):
    for length in (4, 5):
        if n is None or norm is None:  # the options do not interact
            check(lambda x: fn(x, n, norm=norm), *draw((length,)))


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("n", [None, 1, 2, 3, 4, 5, 6, 9])
@pytest.mark.parametrize("fn", OF_COMPLEX, ids=name)
def test_one_axis_of_complex_numbers(fn, n, norm):
    for length in (3, 4):
        if n is None or norm is None:
            check(lambda x: fn(complex_of(x), n, norm=norm), *draw((2 * length,)))


@pytest.mark.parametrize("fn", OF_REAL, ids=name)
def test_any_axis(fn):
    for axis in (0, 1, -1, -2):
        check(lambda x, axis=axis: fn(x, axis=axis), *draw((3, 4)))
    check(lambda x: fn(x, 5, 0), *draw((3, 2)))
    check(fn, *draw((0, 3)))
    if fn not in (np.fft.irfft, np.fft.hfft):  # of one number, their default length is 0
        check(fn, *draw((2, 1)))


@pytest.mark.parametrize("options", [
    {}, {"norm": "ortho"}, {"norm": "forward"}, {"axes": (0, 2)}, {"axes": (-1, 0)}, {"axes": (1, 0)},
    {"s": (3, 5), "axes": (0, 1)}, {"s": (2, 2), "axes": (1, 2)}, {"s": (4, 6), "axes": (2, 0), "norm": "ortho"},
], ids=str)  # fmt: skip
@pytest.mark.parametrize("fn", N_OF_REAL, ids=name)
def test_several_axes(fn, options):
    check(lambda x: fn(x, **options), *draw((2, 3, 3)))
    if fn in N_OF_COMPLEX:
        check(lambda x: fn(complex_of(x), **options), *draw((2, 3, 6)), second=False)


@pytest.mark.parametrize("fn", [np.fft.fftn, np.fft.rfftn, np.fft.irfftn, np.fft.ifftn], ids=name)
def test_one_axis_alone_and_a_size_left_as_it_is(fn):
    check(lambda x: fn(x, axes=(0,)), *draw((4, 3)))
    check(fn, *draw((5,)))
    check(lambda x: fn(x, s=(-1, 4), axes=(0, 1)), *draw((3, 3)))


@pytest.mark.parametrize("fn", [np.fft.fftshift, np.fft.ifftshift], ids=name)
def test_shifts(fn):
    for axes in (None, 0, 1, (0, 1), (1,)):
        check(lambda x, axes=axes: fn(x, axes), *draw((4, 3)))
    check(lambda x: fn(np.fft.fft(x)), *draw((5,)))


def test_the_power_spectrum():
    check(lambda x: np.abs(np.fft.rfft(x)) ** 2, *draw((6,)))
    check(lambda x: np.fft.irfft(np.fft.rfft(x) * np.fft.rfft(x[::-1]), 6), *draw((6,)))


def test_there_and_back_is_the_identity():
    x = mg.tensor(draw((5,))[0], requires_grad=True)
    weights = draw((5,), seed=1)[0]
    (np.fft.irfft(np.fft.rfft(x), 5) * weights).sum().backward()
    np.testing.assert_allclose(x.grad, weights, atol=1e-12)


def test_the_gradient_of_a_complex_number_points_uphill():
    """∂L/∂Re + i ∂L/∂Im: for L = |Σ z|², that is 2 Σ z for every entry."""
    z = mg.tensor([1 + 2j, 3 - 1j], requires_grad=True)
    (np.abs(np.fft.fft(z)[0]) ** 2).backward()
    np.testing.assert_allclose(z.grad.numpy(), [8 + 2j, 8 + 2j], atol=1e-12)


def test_every_transform_has_a_rule():
    without = {"fftfreq", "rfftfreq"}  # of no array
    assert {name for name in np.fft.__all__ if getattr(np.fft, name) not in rulebook} == without
