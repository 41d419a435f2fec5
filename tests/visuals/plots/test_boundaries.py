"""Decision boundaries: what is asked, what is painted, and that the model is left as it was."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import minigrad as mg
from visuals.plots import boundaries_over_training, boundary_movie, caption, decision_boundary

X = np.array([[-1.0, 0.0], [1.0, 0.5], [2.0, -0.5], [-2.0, 1.0]])
Y = np.array([0, 1, 1, 0])


def net(seed: int = 0, dtype: Any = np.float64) -> Any:
    rng = np.random.default_rng(seed)
    return mg.nn.Sequential(
        mg.nn.Linear(2, 3, rng, dtype=dtype), mg.nn.Dropout(0.9, rng), mg.nn.Linear(3, 2, rng, dtype=dtype)
    )


@pytest.mark.parametrize(
    "model",
    [
        lambda x: x[:, 0],
        lambda x: x[:, :1],
        lambda x: np.stack([-x[:, 0], x[:, 0]], axis=1),
        lambda x: mg.tensor(x, requires_grad=True)[:, 0],
    ],
)
def test_the_plane_is_painted_in_the_classes(model: Any) -> None:
    ax = decision_boundary(model, X, Y, points=11)
    seen = np.asarray(ax.images[0].get_array())
    left, right, bottom, top = ax.images[0].get_extent()
    np.testing.assert_array_equal(seen, np.broadcast_to(np.linspace(left, right, 11) > 0, (11, 11)))
    assert (left, right) == (-2 - 0.48, 2 + 0.48)
    assert bottom < -0.5 < 1 < top
    assert "100 % of the points" in caption(ax)


def test_points_are_marked_by_class() -> None:
    ax = decision_boundary(lambda x: x[:, 0], X, Y, classes=["left", "right"], points=5)
    np.testing.assert_array_equal(ax.lines[1].get_xydata(), X[Y == 1])
    assert len({line.get_marker() for line in ax.lines}) == 2
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["left", "right"]


def test_the_threshold_is_that_of_a_single_score() -> None:
    shares = [
        decision_boundary(lambda x: x[:, 0], X, Y, points=50, threshold=t).images[0].get_array().mean()
        for t in (0, 1)
    ]
    assert shares[1] < shares[0]


def test_a_module_is_asked_in_eval_mode_and_left_in_its_own() -> None:
    model = net(dtype=np.float32)
    model[0].eval()
    first, second = (decision_boundary(model, X, Y, points=9).images[0].get_array() for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert (model.training, model[0].training, model[1].training) == (True, False, True)


@pytest.mark.parametrize(
    ("x", "y", "options", "message"),
    [
        (np.ones((4, 3)), Y, {}, r"two dimensions; x has shape \(4, 3\)\. Choose two"),
        (np.ones((4, 2)) * np.nan, Y, {}, "x holds 8 values that are NaN or infinite"),
        (X, [0.5, 0, 0, 0], {}, "y holds classes, integers from 0 on"),
        (
            X,
            [[0, 1], [1, 0], [0, 1], [1, 1]],
            {},
            r"one class per point, shape \(4,\); it has shape \(4, 2\)",
        ),
        (X, [0, 1], {}, "different lengths: x 4, y 2"),
        (X, [-1, 0, 0, 0], {}, "integers from 0 on; y holds -1"),
        (X, Y, {"classes": ["one"]}, "y holds class 1, but classes names only 1"),
    ],
)
def test_points_that_cannot_be_drawn(x: Any, y: Any, options: dict, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        decision_boundary(lambda x: x[:, 0], x, y, **options)


def test_a_model_of_another_shape_is_refused() -> None:
    with pytest.raises(
        ValueError,
        match=r"points of shape \(25, 2\); its result .* \(25, C\), .* not \(2,\)",
    ):
        decision_boundary(lambda x: x[0], X, Y, points=5)


def test_a_class_that_only_the_model_knows_has_a_colour() -> None:
    ax = decision_boundary(lambda x: np.eye(3)[np.full(len(x), 2)], X, Y, points=5)
    assert ax.images[0].norm.vmax == 2.5


def test_states_are_drawn_and_the_weights_put_back() -> None:
    model, states = net(), [net(seed).state_dict() for seed in range(4)]
    before = model.state_dict()
    axes = boundaries_over_training(model, states, X, Y, points=7, titles=[f"epoch {k}" for k in range(4)])
    for ax, state in zip(axes, states, strict=True):
        other = net()
        other.load_state_dict(state)
        np.testing.assert_array_equal(
            ax.images[0].get_array(), decision_boundary(other, X, Y, points=7).images[0].get_array()
        )
    assert all(np.array_equal(a, model.state_dict()[n]) for n, a in before.items())
    assert axes[3].get_title().startswith("epoch 3: ")
    with pytest.raises(mg.UsageError):
        boundaries_over_training(model, [states[0], {"other": 1.0}], X, Y, points=7)
    assert all(np.array_equal(a, model.state_dict()[n]) for n, a in before.items())


def test_a_movie_has_a_frame_per_state() -> None:
    model, states = net(), [net(seed).state_dict() for seed in range(3)]
    movie = boundary_movie(model, states, X, Y, points=7)
    panels = boundaries_over_training(model, states, X, Y, points=7)
    for k, panel in enumerate(panels):
        ax = movie.draw(k).axes[0]
        np.testing.assert_array_equal(ax.images[0].get_array(), panel.images[0].get_array())
        assert ax.get_title() == panel.get_title()


def test_states_that_cannot_be_drawn() -> None:
    with pytest.raises(ValueError, match=r"There are no states: .* states\.append"):
        boundaries_over_training(net(), [], X, Y)
    with pytest.raises(ValueError, match="There are 1 states, but 2 titles"):
        boundary_movie(net(), [net().state_dict()], X, Y, titles=["a", "b"])
    with pytest.raises(TypeError, match=r"States are loaded into a module of mg\.nn, not into a function"):
        boundaries_over_training(lambda x: x, [{}], X, Y)
