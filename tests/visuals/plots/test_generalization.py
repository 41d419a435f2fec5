"""Fits, bias and variance, double descent."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import minigrad as mg
from visuals.plots import bias_variance, caption, double_descent, polynomial_fits

X, Y = mg.data.sine(12, noise=0.2, rng=1)


def legend_of(ax: Any) -> list[str]:
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_fits_are_least_squares() -> None:
    axes = polynomial_fits(X, Y, (0, 2), test=(X, Y + 1), truth=np.sin)
    truth, _, fit = axes[1].lines
    at = fit.get_xdata()
    np.testing.assert_allclose(fit.get_ydata(), np.polyval(np.polyfit(X[:, 0], Y[:, 0], 2), at))
    np.testing.assert_allclose(truth.get_ydata(), np.sin(at))
    error = float(np.var(Y))
    assert axes[0].get_title() == f"degree 0: error {error:.3g}, unseen {1 + error:.3g}"
    assert legend_of(axes[0]) == ["truth", "data", "fit"]


def test_a_polynomial_through_every_point() -> None:
    axes = polynomial_fits(X, Y, (11,))
    assert float(axes[0].get_title().split()[-1].replace("−", "-")) < 1e-15
    low, high = axes[0].get_ylim()
    assert high - low < 3 * np.ptp(Y)  # however far the fit goes


@pytest.mark.parametrize(
    ("x", "degrees", "message"),
    [
        (X, (12,), "degree 12 cannot be fitted to 12 points: degrees go from 0 to 11"),
        (X, (-1,), "degree -1 cannot be fitted"),
        (X, (), "degrees is empty"),
        (X[:3], (1,), "different lengths: x 3, y 12"),
        (np.column_stack([X, X]), (1,), r"x should have shape \(n,\) or \(n, 1\); it has shape \(12, 2\)"),
        (X * np.nan, (1,), "x holds 12 values that are NaN"),
    ],
)
def test_fits_that_cannot_be_made(x: Any, degrees: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        polynomial_fits(x, Y, degrees)


def test_the_sum_has_a_marked_minimum() -> None:
    ax = bias_variance([1, 2, 3, 4], [8, 3, 2, 1], [0, 1, 3, 9], noise=0.5, error=[9, 5, 6, 11], x="degree")
    total = ax.lines[2]
    np.testing.assert_allclose(total.get_ydata(), [8.5, 4.5, 5.5, 10.5])
    assert legend_of(ax) == [
        "bias²", "variance", "bias² + variance + noise", "noise σ² = 0.5", "test error, measured",
        "lowest: 4.5 at 2",
    ]  # fmt: skip
    assert ax.get_xlabel() == "degree"
    assert "rises from 0 to 9" in caption(ax)


def test_a_gap_in_bias_and_variance() -> None:
    ax = bias_variance([1, 2, 3], [3, np.nan, 1], [0, 1, 1])
    assert "lowest at model complexity 3, with 2. 1 value is NaN" in caption(ax)
    with pytest.raises(ValueError, match="The sum of squared bias and variance: all 1 values"):
        bias_variance([1], [np.nan], [1])
    with pytest.raises(ValueError, match="noise is a variance, from 0 on; it was -1"):
        bias_variance([1], [1], [1], noise=-1)
    with pytest.raises(ValueError, match="different lengths: complexity 2, bias2 1, variance 1"):
        bias_variance([1, 2], [1], [1])


def test_double_descent_is_sorted_and_marked() -> None:
    ax = double_descent([80, 5, 20], [0, 1, 0.01], [2, 1.5, 30], threshold=20)
    np.testing.assert_array_equal(ax.lines[0].get_xdata(), [5, 20, 80])
    np.testing.assert_array_equal(ax.lines[2].get_ydata(), [1.5, 30, 2])
    assert legend_of(ax) == [
        "training error", "training error: 0", "test error", "interpolation threshold: 20"
    ]  # fmt: skip
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    assert "lowest at 5 with 1.5; largest at 20 with 30" in caption(ax)


def test_double_descents_that_cannot_be_drawn() -> None:
    with pytest.raises(ValueError, match="sizes of models are above 0"):
        double_descent([0, 1], [1, 1], [1, 1])
    with pytest.raises(ValueError, match="No test error is above 0"):
        double_descent([1, 2], [1, 1], [0, 0])
    assert caption(double_descent([1, 2], [1, 1], [2, 1])) == (
        "Test error of 2 models: largest at 1 with 2; at the largest model, 2, it is 1."
    )
