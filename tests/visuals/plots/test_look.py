"""Names, captions, axes and numbers: what all plots share."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_rgb

import minigrad as mg
from visuals import plots
from visuals.plots.captions import safe
from visuals.plots.cells import contrast
from visuals.plots.inputs import columns, extent, lost, numbers, same_length
from visuals.plots.lines import draw_line, logarithmic
from visuals.plots.look import MARKERS, ORDER, canvas, looking, panels, rows_of
from visuals.theme import palette


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_lines_differ_without_their_colours_and_stand_out(theme: str) -> None:
    look = looking(theme)
    styles = [look.series(k) for k in range(30)]
    assert len({(str(s["linestyle"]), s["marker"]) for s in styles}) == 30
    for name in ORDER:
        assert contrast(to_rgb(look[name]), to_rgb(palette(theme)["paper"])) >= 3


def test_diverging_colours_meet_at_zero() -> None:
    for theme in ("light", "dark"):
        look = looking(theme)
        low, middle, high = (look.diverging(v)[:3] for v in (0.0, 0.5, 1.0))
        assert contrast(low, to_rgb(look["paper"])) > 3 < contrast(high, to_rgb(look["paper"]))
        assert contrast(middle, to_rgb(look["paper"])) < 1.2
        assert low[2] > low[0]  # blue below 0,
        assert high[0] > high[2]  # orange above: a pair that all colour visions tell apart


def test_auto_is_the_background_that_is_drawn_on() -> None:
    dark, light = plt.figure(facecolor="#222222").subplots(), plt.figure(facecolor="white").subplots()
    clear = plt.figure(facecolor="none").subplots()
    assert looking("auto", dark).colours == palette("dark")
    assert looking("auto", light).colours == looking("auto", clear).colours == palette("light")
    part = plt.figure(facecolor="black").subfigures(1, 2)[0].subplots()
    assert looking("auto", part).colours == palette("dark")


def test_a_theme_that_is_given_paints_the_figure() -> None:
    ax = plt.figure(facecolor="white").subplots()
    assert canvas(ax, "dark")[0] is ax
    assert to_rgb(ax.figure.get_facecolor()) == to_rgb(palette("dark")["paper"])


def test_panels_stand_in_rows_of_three_at_most() -> None:
    assert [rows_of(n, False) for n in (1, 2, 3, 4, 5, 7)] == [(1, 1), (1, 2), (1, 3), (2, 2), (2, 3), (3, 3)]
    assert rows_of(7, True) == (1, 7)


def test_what_are_no_axes_is_refused() -> None:
    with pytest.raises(
        TypeError, match=r"ax is one matplotlib Axes to draw on, not a ndarray: figure, ax = plt"
    ):
        plots.training_curves({"loss": [1.0]}, ax=plt.figure().subplots(1, 2))
    with pytest.raises(ValueError, match=r"has 1 × 3 panels; axes holds 2 entries. .* plt\.subplots\(1, 3\)"):
        panels(plt.figure().subplots(1, 2), "auto", 1, 3, (1, 1))


def test_captions() -> None:
    axes = plt.figure().subplots(1, 2)
    plots.training_curves({"loss": [1.0, 0.5]}, ax=axes[0])
    assert plots.caption(axes[0]) == plots.caption(axes) == plots.caption({"a": axes[0]})
    with pytest.raises(ValueError, match=r"This Axes has no caption: it was not drawn by visuals\.plots"):
        plots.caption(axes[1])


@given(st.text(max_size=300))
def test_every_name_can_be_drawn(name: str) -> None:
    figure = plt.figure()
    figure.text(0, 0, safe(name))
    figure.draw_without_rendering()  # a missing letter would be an error here
    plt.close(figure)


@pytest.mark.parametrize(
    ("name", "drawn"),
    [
        ("layers.0", "layers.0"),
        ("$\\eta=0.1$", "$\\eta=0.1$"),
        ("$\\nonsense{$", "\\$\\nonsense{\\$"),
        ("costs $5", "costs \\$5"),
        ("two\nlines", "two lines"),
        ("a 漢", "a □"),
    ],
)
def test_names(name: str, drawn: str) -> None:
    assert safe(name) == drawn
    assert len(safe("x" * 200)) < 40


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([], r"loss is empty, of shape \(0,\): there is nothing to draw"),
        ([[1.0]], r"loss should have shape \(epochs,\); it has shape \(1, 1\)"),
        (["a"], r"loss: real numbers can be drawn, not a list: \['a'\]"),
        ([1j], "loss: real numbers can be drawn"),
        ([[1.0], [1.0, 2.0]], "loss: real numbers can be drawn"),
        (None, r"loss should have shape \(epochs,\); it has shape \(\)"),
    ],
)
def test_what_cannot_be_drawn_is_refused(values: Any, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        numbers(values, "loss", "(epochs,)")


def test_numbers_come_in_many_forms() -> None:
    mixed = [1, None, np.float32(2), mg.tensor(3.0), mg.Parameter(4.0)]
    np.testing.assert_array_equal(numbers(mixed, "x", "(n,)"), [1, np.nan, 2, 3, 4])
    np.testing.assert_array_equal(numbers(mg.tensor([[True], [False]]), "x", "(n, 1)"), [[1], [0]])


def test_sentences() -> None:
    assert lost(np.array([1.0])) == ""
    assert lost(np.array([np.nan, 1.0])) == " 1 value is NaN or infinite and left out."
    with pytest.raises(ValueError, match="x: all 2 values are NaN or infinite"):
        extent(np.array([np.nan, np.inf]), "x")
    with pytest.raises(ValueError, match=r"different lengths: a 2, b 3"):
        same_length(a=np.ones(2), b=np.ones(3))
    with pytest.raises(TypeError, match=r"runs is a dictionary, \{…\}; it was a list: \[1\]"):
        columns([1], "runs", "{…}")
    with pytest.raises(ValueError, match=r"runs is empty: .* look like \{…\}"):
        columns({}, "runs", "{…}")


def test_a_gap_has_a_cross_and_a_lonely_value_a_marker() -> None:
    ax, look = canvas(None, "light")
    logarithmic(ax, "y")
    y = np.ones(100)
    y[[3, 5, 50]] = 0, np.nan, np.inf
    line = draw_line(ax, np.arange(100), y, look, 1, "loss", log=True)
    crosses = ax.lines[1]
    assert list(crosses.get_xdata()) == [3, 5, 50]
    assert crosses.get_label() == "loss: 0 or not finite"
    assert np.isnan(line.get_ydata()[[3, 5, 50]]).all()
    assert 4 in line.get_markevery()
    assert line.get_marker() == MARKERS[1]


def test_numbers_on_a_logarithmic_axis_are_written_out() -> None:
    ax, _ = canvas(None, "light")
    ax.plot([1, 2], [0.2, 0.9])
    logarithmic(ax, "y")
    ax.figure.draw_without_rendering()
    texts = {tick.get_text() for tick in ax.get_yticklabels(minor=True) + ax.get_yticklabels()}
    assert {"0.2", "0.6"} <= texts
