"""Landscapes of losses: functions of networks, slices, contours, surfaces, and the ways of optimizers."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest

import minigrad as mg
from visuals.plots import (
    caption,
    loss_contour,
    loss_of,
    loss_slice,
    loss_surface,
    optimizer_paths,
    optimizer_race,
    plane,
    race_movie,
    random_direction,
)


def bowl(w: Any) -> Any:
    return w[0] ** 2 + 10 * w[1] ** 2


def test_loss_of_puts_the_parameters_back_even_after_an_error() -> None:
    net = mg.nn.Linear(3, 2, np.random.default_rng(0))
    x, before = np.ones((4, 3)), mg.optim.parameters_to_vector(net.parameters())
    f = loss_of(net.parameters(), lambda: (net(x) ** 2).mean())
    assert f(np.zeros(8)) == 0
    assert f(before) == pytest.approx(float(np.mean((x @ net.weight.data + net.bias.data) ** 2)))
    with pytest.raises(ValueError, match="8 entries"):
        f(np.zeros(3))

    def broken() -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        loss_of(net.parameters(), broken)(np.zeros(8))
    np.testing.assert_array_equal(mg.optim.parameters_to_vector(net.parameters()), before)
    with pytest.raises(ValueError, match="no parameters"):
        loss_of([], lambda: 0.0)


def test_a_random_direction_has_the_length_of_each_neuron_and_kernel() -> None:
    rng = np.random.default_rng(0)
    w, k, b = rng.normal(size=(3, 4)), rng.normal(size=(2, 3, 5, 5)), np.zeros(4)
    d = random_direction([mg.Parameter(a) for a in (w, k, b)], rng)
    dw, dk, db = np.split(d, [12, 162])
    np.testing.assert_allclose(np.linalg.norm(dw.reshape(3, 4), axis=0), np.linalg.norm(w, axis=0))
    np.testing.assert_allclose(
        np.linalg.norm(dk.reshape(2, -1), axis=1), np.linalg.norm(k.reshape(2, -1), axis=1)
    )
    assert not db.any()
    with pytest.raises(ValueError, match="no direction"):
        random_direction([], rng)


def test_a_plane_goes_through_the_origin_along_both_directions() -> None:
    rng = np.random.default_rng(0)
    w, u, v = rng.normal(size=(3, 5))
    f = plane(lambda w: np.sum(w**3), w, u, v)
    assert f((2.0, -1.0)) == pytest.approx(np.sum((w + 2 * u - v) ** 3))
    with pytest.raises(ValueError, match=r"need one shape; they have \(5,\), \(5,\) and \(4,\)"):
        plane(bowl, w, u, v[:4])


def test_paths_are_those_of_the_formula() -> None:
    paths = optimizer_paths(bowl, [1.0, 1.0], {"GD": lambda p: mg.optim.SGD(p, lr=0.01)}, steps=3)
    t = np.arange(4)[:, None]
    np.testing.assert_allclose(paths["GD"], (1 - 0.01 * np.array([2.0, 20.0])) ** t)


def test_an_optimizer_that_leaves_for_infinity_leaves_nan() -> None:
    path = optimizer_paths(lambda w: (w**4).sum(), [10.0], {"GD": lambda p: mg.optim.SGD(p, lr=1e6)}, 30)[
        "GD"
    ]
    assert np.isnan(path[-1]).all()
    text = caption(
        loss_contour(bowl, (-2, 2), (-1, 1), paths={"GD": [[1, 1], [5, 5], [np.nan] * 2]}, points=9)
    )
    assert "GD at 275, then leaves (step 2)" in text


def test_what_is_no_optimizer_is_refused() -> None:
    with pytest.raises(
        TypeError, match=r"optimizers\['GD'\] is a function that makes an optimizer .* it gave"
    ):
        optimizer_paths(bowl, [1.0, 1.0], {"GD": mg.optim.SGD([mg.Parameter(1.0)], lr=0.1)})
    with pytest.raises(ValueError, match="steps=0"):
        optimizer_paths(bowl, [1.0, 1.0], {"GD": lambda p: mg.optim.SGD(p, lr=0.1)}, 0)


def test_a_slice_goes_from_start_to_end() -> None:
    ax = loss_slice(bowl, [2.0, 0.0], mg.tensor([0.0, 1.0]), names=("init", "trained"))
    t, y = ax.lines[0].get_data()
    np.testing.assert_allclose(y, (2 - 2 * t) ** 2 + 10 * t**2)
    assert (t[0], t[-1]) == (-0.25, 1.25)
    assert [line.get_label() for line in ax.lines[1:]] == ["init: 4", "trained: 10"]
    assert "from init to trained" in ax.get_xlabel()


def test_a_slice_along_a_direction_has_gaps_where_the_loss_has_none() -> None:
    ax = loss_slice(lambda w: np.log(w[0]), [1.0], direction=[1.0], span=2.0, points=5)
    y = ax.lines[0].get_ydata()
    assert np.isnan(y[:2]).all()
    np.testing.assert_allclose(y[2:], np.log([1, 2, 3]))
    assert "2 values are NaN or infinite" in caption(ax)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "A line needs an end or a direction"),
        ({"end": [1.0, 1.0], "direction": [1.0, 1.0]}, "A line needs an end or a direction"),
        ({"end": [1.0]}, r"start has shape \(2,\), but end has shape \(1,\)"),
        ({"direction": [1.0]}, r"but direction has shape \(1,\)"),
    ],
)
def test_lines_that_are_none(options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        loss_slice(bowl, [0.0, 0.0], **options)


def test_a_loss_is_one_number() -> None:
    with pytest.raises(TypeError, match=r"A loss is one real number; this one is a ndarray of shape \(2,\)"):
        loss_slice(lambda w: w, np.ones(2), direction=np.ones(2))
    with pytest.raises(ValueError, match="The loss on this grid: all 9 values are NaN"):
        loss_contour(lambda w: np.nan, (-1, 1), (-1, 1), points=3)


def test_contours_cover_the_grid_and_paths_end_in_a_star() -> None:
    ax = loss_contour(
        bowl, (-2, 2), (-1, 1), paths={"GD": [[1.0, 0.5], [0.5, 0.1]]}, points=11, names=("a", "b")
    )
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("a", "b")
    line, dots, star = ax.lines
    assert line.get_label() == "GD"
    assert len(dots.get_xdata()) == 2
    assert (star.get_marker(), star.get_xdata()[0], star.get_ydata()[0]) == ("*", 0.5, 0.1)
    assert "After 1 steps: GD at 0.35." in caption(ax)
    bar = ax.figure.axes[-1]
    assert bar.get_ylabel() == "loss"
    levels = [float(t.get_text().replace("−", "-")) for t in bar.get_yticklabels()]
    assert levels[0] == 0
    assert np.all(np.diff(levels, 2) > 0)  # closer below, where a valley would else be one flat area


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ((1, -1), r"x goes from a smaller to a larger number"),
        ((1, 2, 3), "smaller to a larger"),
        (3, r"\(2,\)"),
    ],
)
def test_limits_in_the_wrong_order(limits: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        loss_contour(bowl, limits, (-1, 1))


def test_paths_of_another_shape_are_refused() -> None:
    with pytest.raises(
        ValueError, match=r"paths\['GD'\] should have shape \(steps, 2\); it has shape \(1, 3\)"
    ):
        loss_contour(bowl, (-1, 1), (-1, 1), paths={"GD": [[1, 2, 3]]})
    with pytest.raises(ValueError, match="paths is empty"):
        optimizer_race(bowl, (-1, 1), (-1, 1), {})


def test_a_surface_has_the_losses_as_heights() -> None:
    ax = loss_surface(bowl, (-2, 2), (-1, 1), paths={"GD": [[1.0, 0.5], [9.0, 9.0]]}, points=9)
    assert ax.get_zlabel() == "loss"
    low, high = ax.get_zlim()
    assert low <= 0.5 < 13 <= high < 30  # what is outside of the grid does not stretch it
    with pytest.raises(TypeError, match="needs axes in space"):
        loss_surface(bowl, (-1, 1), (-1, 1), ax=plt.figure().subplots())
    given = plt.figure().add_subplot(projection="3d")
    assert loss_surface(bowl, (-1, 1), (-1, 1), points=5, ax=given) is given


def test_a_race_has_a_panel_each() -> None:
    paths = {f"rival {k}": [[1.0, 0.5], [0.5 / k, 0.0]] for k in (1, 2, 3, 4)}
    axes = optimizer_race(bowl, (-2, 2), (-1, 1), paths, points=9)
    assert axes.shape == (4,)
    assert axes[1].get_title() == "rival 2: loss 0.0625 after 1 step"
    assert [bool(ax.get_xlabel()) for ax in axes] == [False, False, True, True]
    assert [bool(ax.get_ylabel()) for ax in axes] == [True, False, True, False]
    mine = plt.figure().subplots(1, 4)
    assert list(optimizer_race(bowl, (-2, 2), (-1, 1), paths, points=9, axes=mine)) == list(mine)


def test_a_race_movie_shows_one_step_per_frame() -> None:
    paths = {"a": np.column_stack([np.linspace(1, 0, 7)] * 2), "b": [[1.0, 1.0], [np.nan, np.nan]]}
    movie = race_movie(bowl, (-2, 2), (-1, 1), paths, points=9, every=3)
    assert movie.frames == 3
    place, height = movie.draw(1).axes
    assert place.get_title() == "step 3"
    np.testing.assert_allclose(place.lines[0].get_xdata(), [1, 5 / 6, 4 / 6, 0.5])
    np.testing.assert_allclose(height.lines[0].get_ydata(), 11 * place.lines[0].get_xdata() ** 2)
    assert place.lines[5].get_xdata()[0] == 1.0  # the one that left stays where it was last seen
    assert movie.draw(-1).axes[0].get_title() == "step 6"
