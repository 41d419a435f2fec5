"""Distributions and norms per layer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from visuals.plots import caption, histograms_over_time, norms_by_depth, norms_over_time

RNG = np.random.default_rng(0)


def test_each_column_of_a_histogram_is_the_share_of_values() -> None:
    axes = histograms_over_time({"W": [[0.1, 0.1, 0.9], [0.9, np.nan]]}, bins=2, limits=(0, 1))
    (mesh,) = axes["W"].collections
    np.testing.assert_allclose(mesh.get_array().reshape(2, 2), [[2 / 3, 0], [1 / 3, 1]])
    assert "1 value is NaN or infinite" in caption(axes)
    low, median, high = (line.get_ydata() for line in axes["W"].lines)
    np.testing.assert_allclose(median, [0.1, 0.9])
    assert (low <= median).all()
    assert (median <= high).all()


def test_values_outside_of_the_limits_are_in_the_outermost_bins() -> None:
    axes = histograms_over_time({"W": [[-9.0, 0.4, 9.0, 9.0]]}, bins=2, limits=(0, 1))
    np.testing.assert_allclose(np.ravel(axes["W"].collections[0].get_array()), [0.5, 0.5])


def test_a_step_without_values_is_a_gap() -> None:
    axes = histograms_over_time({"W": [[0.1], []]}, bins=2)
    assert np.ma.getmaskarray(axes["W"].collections[0].get_array()).reshape(2, 2)[:, 1].all()
    assert np.isnan(axes["W"].lines[1].get_ydata()[1])


def test_a_layer_that_never_had_values_is_empty() -> None:
    axes = histograms_over_time({"W": [[0.1]], "frozen": [[]]})
    assert np.ma.getmaskarray(axes["frozen"].collections[0].get_array()).all()
    assert "frozen unknown" in caption(axes)


def test_layers_share_one_axis_of_values() -> None:
    values = {f"{k}": [RNG.normal(0, 10.0**-k, 100)] for k in range(5)}
    axes = histograms_over_time(values, what="activation")
    assert len({ax.get_ylim() for ax in axes.values()}) == 1
    assert [bool(ax.get_xlabel()) for ax in axes.values()] == [False, False, True, True, True]
    assert axes["0"].get_ylabel() == "activation"


def test_all_values_the_same() -> None:
    for value in (0.0, 3.0):
        ax = histograms_over_time({"W": [[value] * 5]})["W"]
        low, high = ax.get_ylim()
        assert low < value < high


@pytest.mark.parametrize(
    ("values", "options", "message"),
    [
        ({}, {}, "values is empty"),
        ({"W": []}, {}, "'W' has no steps"),
        ({"W": [[np.nan]]}, {}, "no finite gradient in any layer"),
        ({"W": [["a"]]}, {}, "W, step 0: real numbers can be drawn"),
        ({"W": [[1.0]]}, {"limits": (1, 0)}, "limits are a smaller and a larger number"),
        (
            {f"{k}": [[1.0]] for k in range(25)},
            {},
            r"25 layers do not fit on one page; choose at most 24: \{name",
        ),
    ],
)
def test_histograms_that_cannot_be_drawn(values: Any, options: dict, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        histograms_over_time(values, **options)


def test_norms_are_given_or_computed() -> None:
    ax = norms_over_time({"W": [[3.0, 4.0], [0.0, 1.0]], "b": [-2.0, 0.5]})
    np.testing.assert_allclose(ax.lines[0].get_ydata(), [5, 1])
    np.testing.assert_allclose(ax.lines[1].get_ydata(), [2, 0.5])
    assert ax.get_yscale() == "log"
    assert ax.get_ylabel() == "gradient norm"


def test_a_norm_of_zero_is_a_gap_that_is_told() -> None:
    ax = norms_over_time({"W": [1.0, 0.0, np.inf], "b": [1.0, np.nan, 2.0]}, what="weight")
    assert "largest W (∞), smallest b (2)" in caption(ax)
    assert "3 norms are 0, NaN or infinite: gaps." in caption(ax)


def test_norms_by_depth_are_those_of_one_step() -> None:
    runs = {"sigmoid": {"W1": [0.01, 5.0], "W2": [1.0, 6.0]}, "ReLU": {"W1": 0.9, "W2": 1.0}}
    ax = norms_by_depth(runs)
    np.testing.assert_allclose(ax.lines[0].get_ydata(), [0.01, 1.0])
    np.testing.assert_allclose(ax.lines[1].get_ydata(), [0.9, 1.0])
    assert [t.get_text() for t in ax.get_xticklabels()] == ["W1", "W2"]
    del runs["ReLU"]
    np.testing.assert_allclose(norms_by_depth(runs, step=-1).lines[0].get_ydata(), [5.0, 6.0])
    with pytest.raises(ValueError, match="'W1' has 2 steps; there is no step 2"):
        norms_by_depth(runs, step=2)


def test_many_layers_are_numbered() -> None:
    ax = norms_by_depth({"deep": {f"W{k}": 2.0**-k for k in range(50)}})
    ax.figure.draw_without_rendering()
    assert {"0", "12"} < {tick.get_text() for tick in ax.get_xticklabels()}


@pytest.mark.parametrize("draw", [norms_over_time, lambda v: norms_by_depth({"a": v})])
def test_norms_that_cannot_be_drawn(draw: Any) -> None:
    with pytest.raises(ValueError, match=r"All gradient norms are 0: .* Was backward\(\) called"):
        draw({"W": [0.0]})
    with pytest.raises(ValueError, match="The gradient norms: all 1 values are NaN"):
        draw({"W": [np.nan]})
    with pytest.raises(ValueError, match="is empty"):
        draw({})
