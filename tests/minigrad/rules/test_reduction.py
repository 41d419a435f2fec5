"""Reductions and running sums at orders 1 and 2 against finite differences, over axes, keepdims, where and initial."""

import numpy as np
import pytest

import minigrad as mg
from minigrad.rules.cumulative import recurrence
from minigrad.rules.reduction import logsumexp
from tests.minigrad.rules.probing import check, complex_of, draw
from tests.minigrad.rules.samples import apart, check_double, gradient

AXES = [None, 0, 1, -1, (0, 1), (0, -1)]
REDUCTIONS = [np.sum, np.mean, np.prod, np.max, np.min, np.amax, np.amin, np.ptp, np.var, np.std, np.nansum, np.nanmean,
              np.nanprod, np.nanmax, np.nanmin, np.nanvar, np.nanstd, np.average, logsumexp]  # fmt: skip
MASKED = [np.sum, np.mean, np.prod, np.var, np.std, np.nansum, np.nanmean, np.nanprod, np.nanvar, np.nanstd]
WHERE = np.array([[True, False, True], [False, True, True]])
NANS = np.array([[0.3, np.nan, -1.2], [np.nan, 1.7, 0.9]], np.float32)
ZEROS = [[2.0, 3.0, 0.5], [2.0, 0.0, 0.5], [0.0, 3.0, 0.0], [0.0, 0.0, 0.0]]  # none, one, two, all
SQUARE, CUBE = apart((3, 3)), apart((2, 3, 2))

CALLS = {  # name -> (function, input)
    "sum, where along an axis": (lambda x: np.sum(x, axis=0, where=WHERE, initial=2.0), apart((2, 3))),
    "sum, where broadcast": (lambda x: np.sum(x, axis=1, where=np.array([True, False, True])), apart((2, 3))),
    "sum of three axes": (lambda x: np.sum(x, axis=(0, 2), keepdims=True), CUBE),
    "max, initial below": (lambda x: np.max(x, axis=0, initial=-5.0), apart((2, 3))),
    "max, initial above": (lambda x: np.max(x, axis=0, initial=5.0), apart((2, 3))),
    "max, where": (lambda x: np.max(x, axis=1, where=WHERE, initial=-5.0), apart((2, 3))),
    "min, where": (lambda x: np.min(x, axis=1, where=WHERE, initial=5.0), apart((2, 3))),
    "nanmax": (lambda x: np.nanmax(x + NANS, axis=1), apart((2, 3))),
    "nanmin": (lambda x: np.nanmin(x + NANS, axis=0), apart((2, 3))),
    "nanmax, where": (lambda x: np.nanmax(x + NANS, axis=0, where=WHERE, initial=-5.0), apart((2, 3))),
    "nansum": (lambda x: np.nansum(x + NANS, axis=1), apart((2, 3))),
    "nanmean": (lambda x: np.nanmean(x * x + NANS, axis=1), apart((2, 3))),
    "nanprod": (lambda x: np.nanprod(x + NANS, axis=1), apart((2, 3))),
    "nanvar": (lambda x: np.nanvar(x + NANS, axis=1), apart((2, 3))),
    "nanvar, ddof": (lambda x: np.nanvar(x + NANS, ddof=1), apart((2, 3))),
    "nanstd": (lambda x: np.nanstd(x + NANS, axis=1, keepdims=True), apart((2, 3))),
    "prod, initial": (lambda x: np.prod(x, axis=0, initial=3.0), apart((2, 3))),
    "prod of three axes": (lambda x: np.prod(x, axis=(0, -1)), CUBE),
    "var, ddof": (lambda x: np.var(x, axis=0, ddof=1), apart((3, 2))),
    "std, ddof": (lambda x: np.std(x, axis=(0, 1), ddof=2, keepdims=True), apart((3, 2))),
    "var, ddof and where": (lambda x: np.var(x, ddof=1, where=WHERE), apart((2, 3))),
    "average, weights": (lambda x: np.average(x, axis=1, weights=np.array([1, 2, 3], np.float32)), apart((2, 3))),
    "average, keepdims": (lambda x: np.average(x, axis=0, keepdims=True), apart((2, 3))),
    "trace": (np.trace, SQUARE),
    "trace, offset": (lambda x: np.trace(x, offset=1), SQUARE),
    "trace, negative offset": (lambda x: np.trace(x, -1), apart((3, 2))),
    "trace of a stack": (lambda x: np.trace(x, axis1=-1, axis2=0), apart((2, 3, 2))),
    "cumsum": (np.cumsum, apart((2, 3))),
    "cumsum of an axis": (lambda x: np.cumsum(x, axis=0), apart((2, 3))),
    "cumsum of the last axis": (lambda x: np.cumsum(x, axis=-1), apart((2, 3))),
    "cumprod": (np.cumprod, apart((2, 3))),
    "cumprod of an axis": (lambda x: np.cumprod(x, axis=0), apart((2, 3))),
    "cumprod of the last axis": (lambda x: np.cumprod(x, axis=-1), apart((2, 3))),
    "nancumsum": (lambda x: np.nancumsum(x + NANS, axis=1), apart((2, 3))),
    "nancumsum of all": (lambda x: np.nancumsum(x + NANS), apart((2, 3))),
    "nancumprod": (lambda x: np.nancumprod(x + NANS, axis=1), apart((2, 3))),
    "logsumexp of large numbers": (lambda x: logsumexp(1000 + x, axis=0), apart((2, 3))),
}  # fmt: skip


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("axis", AXES, ids=str)
@pytest.mark.parametrize("fn", REDUCTIONS, ids=lambda f: f.__name__)
def test_reductions(fn, axis, keepdims):
    for shape in [(2, 3), (1, 3), (3, 1)]:
        if fn in (np.std, np.nanstd) and (1 in shape and axis not in (None, (0, 1), (0, -1))):
            continue  # one number has no spread: a kink, tested below
        check(lambda x: fn(x, axis=axis, keepdims=keepdims), apart(shape))
    if isinstance(axis, int) or axis is None:
        check(lambda x: fn(x[..., 0], axis=None if axis is None else 0, keepdims=keepdims), apart((3, 2)))


@pytest.mark.parametrize("fn", MASKED, ids=lambda f: f.__name__)
def test_reductions_where(fn):
    check(lambda x: fn(x, axis=1, where=WHERE, keepdims=True), apart((2, 3)))
    check(lambda x: fn(x, where=WHERE[:, :1] | True), apart((2, 3)))


@pytest.mark.parametrize(("call", "x"), CALLS.values(), ids=CALLS)
def test_calls_with_options(call, x):
    check(call, x)


@pytest.mark.parametrize("fn", [np.sum, np.mean, np.prod, np.cumsum, np.cumprod, np.trace, np.nansum, np.nanmean],
                         ids=lambda f: f.__name__)  # fmt: skip
def test_complex(fn):
    check(lambda x: fn(complex_of(x)), *draw((2, 4)))


@pytest.mark.parametrize("fn", [np.var, np.std], ids=lambda f: f.__name__)
def test_spread_of_complex_numbers_is_real(fn):
    check(lambda x: fn(complex_of(x), axis=0), *draw((3, 4)))


@pytest.mark.parametrize("fn", [np.sum, np.prod, np.cumsum, np.cumprod], ids=lambda f: f.__name__)
@pytest.mark.parametrize("shape", [(0,), (2, 0)], ids=str)
def test_nothing_to_reduce(fn, shape):
    check(fn, np.zeros(shape))
    check(lambda x: fn(x, axis=0), np.zeros(shape))


@pytest.mark.parametrize("row", ZEROS, ids=str)
@pytest.mark.parametrize("fn", [np.prod, np.cumprod, np.nanprod, np.nancumprod], ids=lambda f: f.__name__)
def test_products_are_exact_whatever_is_zero(fn, row):
    check(fn, row)
    check(lambda x: fn(x, axis=0), np.array([row, [1.0, 0.0, 2.0]]).T)


def test_recurrence():
    """yₖ = bₖ + aₖ yₖ₋₁"""
    b, a = draw((2, 4), (2, 4))
    check(recurrence, b, a)
    y = recurrence(b, a)
    np.testing.assert_allclose(y[:, 2], b[:, 2] + a[:, 2] * (b[:, 1] + a[:, 1] * b[:, 0]))


def test_the_third_derivative_of_a_product_with_three_zeros():
    x = mg.tensor([0.0, 0.0, 0.0, 5.0], requires_grad=True)
    y = np.prod(x)
    for k in range(3):
        y = mg.grad(y, x, create_graph=True)[0][k]
    assert y.item() == 5


@pytest.mark.skipif(not hasattr(np, "cumulative_sum"), reason="NumPy 2.0 has no cumulative_sum")
@pytest.mark.parametrize("options", [{}, {"axis": 0}, {"axis": -1, "include_initial": True},
                                     {"include_initial": True}], ids=str)  # fmt: skip
@pytest.mark.parametrize("name", ["cumulative_sum", "cumulative_prod"])
def test_cumulative(name, options):
    check(lambda x: getattr(np, name)(x, **options), apart((2, 3) if "axis" in options else (4,)))


def test_weights_of_an_average():
    a, w = apart((2, 3)), draw((3,), (2,), (2, 3), low=0.5)
    check(lambda a, w: np.average(a, axis=1, weights=w), a, w[0])
    check(lambda a, w: np.average(a, axis=0, weights=w, keepdims=True), a, w[1])
    check(lambda a, w: np.average(a, weights=w), a, w[2])
    check(lambda a, w: np.average(a, axis=(0, 1), weights=w), a, w[2])
    check(lambda a, w: np.average(a, axis=-1, weights=w), a, w[2])


def test_var_with_a_mean_that_is_known_already():
    x = apart((2, 3))
    check(lambda t: np.var(t, axis=1, mean=np.full((2, 1), 0.25, np.float32)), x)
    check(lambda t: np.std(t, axis=1, mean=np.full((2, 1), 0.25, np.float32), keepdims=True), x)
    check(lambda t: np.var(t, axis=1, correction=1), x)
    check(lambda t: np.std(t, axis=0, correction=1), x)


@pytest.mark.parametrize("fn", [np.std, np.nanstd], ids=lambda f: f.__name__)
def test_the_spread_of_equal_numbers_has_gradient_zero(fn):
    """Never NaN, also not in the second derivative."""
    x = mg.tensor(np.full((2, 3), 0.1), requires_grad=True)
    (g,) = mg.grad(fn(x, axis=1), x, np.ones(2), create_graph=True)
    (h,) = mg.grad(g.sum(), x, allow_unused=True)
    np.testing.assert_array_equal(g.numpy(), np.zeros((2, 3)))
    assert np.isfinite(h.numpy()).all()


@pytest.mark.parametrize(
    "fn", [np.max, np.min, np.amax, np.amin, np.nanmax, np.nanmin], ids=lambda f: f.__name__
)
def test_equal_winners_share(fn):
    np.testing.assert_allclose(gradient(fn, [[3.0, 3.0, 3.0]]), np.full((1, 3), 1 / 3))


def test_the_spread_between_equal_numbers():
    np.testing.assert_allclose(gradient(np.ptp, [3.0, 3.0, 3.0]), [0, 0, 0])


def test_nan_is_skipped_and_gets_no_gradient():
    for fn in (np.nansum, np.nanmean, np.nanprod, np.nanmax, np.nanmin, np.nanvar, np.nanstd):
        g = gradient(fn, [1.0, np.nan, 3.0])
        assert np.isfinite(g).all(), fn
        assert g[1] == 0, fn


def test_logsumexp_of_nothing_at_all():
    """log Σ e⁻∞ = -∞ has gradient 0, not NaN."""
    x = mg.tensor([[-np.inf, -np.inf], [0.0, -np.inf]], requires_grad=True)
    out = logsumexp(x, axis=1)
    np.testing.assert_array_equal(out.numpy(), [-np.inf, 0])
    (g,) = mg.grad(out, x, np.ones(2))
    np.testing.assert_array_equal(g, [[0, 0], [1, 0]])


TWO_BY_FIVE = apart((2, 5))


@pytest.mark.parametrize("options", [{}, {"bias": True}, {"ddof": 2}, {"rowvar": False}], ids=str)
def test_cov(options):
    check_double(lambda m: np.cov(m, **options), TWO_BY_FIVE)
    check_double(lambda m, y: np.cov(m, y, **options), TWO_BY_FIVE, apart((2, 5), seed=1))


@pytest.mark.parametrize("rowvar", [True, False])
def test_corrcoef(rowvar):
    data = apart((3, 4))
    check_double(lambda x: np.corrcoef(x, rowvar=rowvar), data)
    check_double(lambda x, y: np.corrcoef(x, y, rowvar=rowvar), data, apart((3, 4), seed=1))


def test_cov_of_single_variables_and_of_complex_numbers():
    check_double(np.cov, apart((4,)))
    check_double(lambda m, y: np.cov(m, y), apart((4,)), apart((4,), seed=1))
    check_double(np.corrcoef, *[apart((4,), seed=k) for k in range(2)])
    check_double(lambda x: np.cov(complex_of(x)), apart((2, 6)))
