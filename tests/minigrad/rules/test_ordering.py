"""Sorting, medians and quantiles at orders 1 and 2: one line per function and option."""

import numpy as np
import pytest

import minigrad as mg
from tests.minigrad.rules.probing import check
from tests.minigrad.rules.samples import apart, check_double, gradient

AXES = [None, 0, 1, -1, (0, 1), (0, -1), (1, 0)]
NANS = np.array([[0.0, np.nan, 0.0, 0.0], [np.nan, 0.0, np.nan, 0.0], [0.0, 0.0, 0.0, 0.0]], np.float32)
CALLS = {
    "sort": np.sort,
    "sort columns": lambda x: np.sort(x, axis=0),
    "sort all": lambda x: np.sort(x, axis=None),
    "sort, kind": lambda x: np.sort(x, kind="stable"),
    "sort and square": lambda x: np.sort(x) * x,
    "partition": lambda x: np.partition(x, 1),
    "partition columns": lambda x: np.partition(x, (0, 2), axis=0),
    "partition all": lambda x: np.partition(x, 5, axis=None),
    "median of three axes": lambda x: np.median(np.reshape(x, (3, 2, 2)), axis=(0, 2)),
    "median of one": lambda x: np.median(x[:1], axis=0),
    "nanmedian": lambda x: np.nanmedian(x + NANS, axis=1),
    "nanmedian, keepdims": lambda x: np.nanmedian(x + NANS, axis=0, keepdims=True),
    "nanmedian of all": lambda x: np.nanmedian(x + NANS),
    "nanquantile": lambda x: np.nanquantile(x + NANS, 0.3, axis=1),
    "nanquantile, several": lambda x: np.nanquantile(x + NANS, [0.0, 0.35, 1.0], axis=0),
    "nanpercentile": lambda x: np.nanpercentile(x + NANS, [20, 70], axis=1, keepdims=True),
    "percentile": lambda x: np.percentile(x, 30),
    "percentile, several": lambda x: np.percentile(x, [30, 60], axis=0),
    "quantile, grid of levels": lambda x: np.quantile(x, [[0.1, 0.2], [0.5, 1.0]], axis=1, keepdims=True),
}  # fmt: skip
METHODS = ["linear", "lower", "higher", "nearest", "midpoint", "hazen", "weibull", "median_unbiased", "normal_unbiased",
           "interpolated_inverted_cdf", "inverted_cdf", "averaged_inverted_cdf", "closest_observation"]  # fmt: skip


SINGLE = [
    "sort",
    "sort columns",
    "sort all",
    "sort, kind",
    "sort and square",
    "partition",
    "partition columns",
    "partition all",
    "median of three axes",
    "median of one",
]  # the others NumPy computes in double precision


@pytest.mark.parametrize("name", CALLS)
def test_order_statistics(name):
    (check if name in SINGLE else check_double)(CALLS[name], apart((3, 4)))


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("axis", AXES, ids=str)
@pytest.mark.parametrize("fn", [np.median, np.nanmedian], ids=lambda f: f.__name__)
def test_medians(fn, axis, keepdims):
    check(lambda x: fn(x, axis=axis, keepdims=keepdims), apart((3, 4)))
    check(lambda x: fn(x, axis=axis, keepdims=keepdims), apart((1, 3)))


@pytest.mark.parametrize("axis", AXES, ids=str)
@pytest.mark.parametrize("fn", [np.quantile, np.nanquantile], ids=lambda f: f.__name__)
def test_quantiles(fn, axis):
    check_double(lambda x: fn(x, 0.37, axis=axis), apart((3, 4)))
    check_double(lambda x: fn(x, [0.0, 0.62, 1.0], axis=axis), apart((3, 4)))


@pytest.mark.parametrize("method", METHODS)
def test_every_method_of_interpolation(method):
    for n in (5, 6):
        check_double(lambda x: np.quantile(x, [0.0, 0.23, 0.5, 0.81, 1.0], method=method), apart((n,)))


def test_nanquantile_refuses_methods_without_a_rule():
    x = mg.tensor([1.0, 2.0, np.nan], requires_grad=True)
    with pytest.raises(mg.NoRuleError, match="method='linear', not 'hazen'"):
        np.nanquantile(x, 0.5, method="hazen").backward()


def test_equal_entries_are_kept_in_their_order():
    """The earlier of two equal entries is the smaller; each result sends its gradient to one entry."""
    np.testing.assert_array_equal(
        gradient(np.sort, [2.0, 1.0, 2.0], np.array([10.0, 20.0, 30.0])), [20, 10, 30]
    )
    np.testing.assert_array_equal(gradient(np.median, [1.0, 1.0, 1.0]), [0, 1, 0])
    np.testing.assert_array_equal(gradient(np.median, [1.0, 1.0]), [0.5, 0.5])


def test_nan_gets_no_gradient():
    np.testing.assert_array_equal(gradient(np.nanmedian, [1.0, np.nan, 3.0, np.nan, 2.0]), [0, 0, 0, 0, 1])


def test_sorting_nothing_and_complex_numbers():
    check(np.sort, np.zeros((2, 0)))
    check(lambda x: np.sort(x * (1 + 2j)), apart((2, 3)))
