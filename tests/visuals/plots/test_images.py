"""Kernels, activation maps, dropout masks and augmented images."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import minigrad as mg
from visuals.plots import activation_maps, augmentation_grid, caption, dropout_masks, filter_grid

RNG = np.random.default_rng(0)


def test_kernels_are_shown_on_one_scale_around_zero() -> None:
    weight = RNG.normal(size=(3, 2, 4, 5))
    axes = filter_grid(mg.Parameter(weight))
    assert axes.shape == (3, 2)
    for (d, c), ax in np.ndenumerate(axes):
        np.testing.assert_array_equal(ax.images[0].get_array(), weight[d, c])
        assert ax.images[0].norm.vmax == -ax.images[0].norm.vmin == np.abs(weight).max()
    assert [ax.get_title() for ax in axes[0]] == ["channel 0", "channel 1"]
    assert [ax.get_ylabel() for ax in axes[:, 0]] == ["kernel 0", "kernel 1", "kernel 2"]


def test_kernels_of_one_channel_are_numbered() -> None:
    for weight in (RNG.normal(size=(7, 1, 3, 3)), RNG.normal(size=(7, 3, 3))):
        axes = filter_grid(weight)
        assert [ax.get_title() for ax in axes] == list("0123456")


def test_kernels_of_zeros_have_a_scale() -> None:
    assert filter_grid(np.zeros((1, 2, 2)))[0].images[0].norm.vmax == 1


@pytest.mark.parametrize(
    ("weight", "message"),
    [
        (
            np.ones((3, 3)),
            r"weight should have shape \(out, in, h, w\) or \(out, h, w\); it has shape \(3, 3\)",
        ),
        (np.ones((11, 10, 2, 2)), "110 kernels do not fit on one page; choose at most 100"),
        (np.full((1, 2, 2), np.nan), "The weights: all 4 values are NaN"),
        (np.ones((0, 2, 2)), "weight is empty"),
    ],
)
def test_kernels_that_cannot_be_drawn(weight: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        filter_grid(weight)


def test_activations_are_shown_on_one_scale() -> None:
    maps = RNG.random((4, 3, 5))
    axes = activation_maps(mg.tensor(maps), names=["a", "b", "c", "d"])
    assert [ax.get_title() for ax in axes] == ["a", "b", "c", "d"]
    assert {(ax.images[0].norm.vmin, ax.images[0].norm.vmax) for ax in axes} == {(0, maps.max())}
    assert "the largest is in channel " + "abcd"[int(maps.max((1, 2)).argmax())] in caption(axes)
    signed = activation_maps(maps - 0.5)
    assert signed[0].images[0].norm.vmin == -signed[0].images[0].norm.vmax


def test_an_activation_that_is_not_finite_has_a_cross() -> None:
    maps = np.ones((2, 3, 3))
    maps[1, 0, 2] = np.inf
    axes = activation_maps(maps)
    assert not axes[0].lines
    assert axes[1].lines[0].get_xydata().tolist() == [[2, 0]]
    assert "1 activation is NaN or infinite and left out" in caption(axes)
    with pytest.raises(ValueError, match="There are 2 channels, but 1 names"):
        activation_maps(maps, names=["one"])


def test_masks_are_those_of_the_module_and_its_generator_is_not_used() -> None:
    layer = mg.nn.Dropout(0.3, np.random.default_rng(7)).eval()
    ax = dropout_masks(layer, units=10, passes=5)
    expected = np.array([layer.train()(np.ones(10)) for _ in range(5)])  # the very first ones it draws
    np.testing.assert_array_equal(ax.images[0].get_array(), expected != 0)
    np.testing.assert_array_equal(
        sorted(map(tuple, ax.lines[0].get_xydata()[:, ::-1])), np.argwhere(expected == 0)
    )
    assert ax.get_title().endswith(f"the others times {1 / 0.7:.3g}")


def test_masks_can_be_given() -> None:
    ax = dropout_masks([[0, 2.0], [2.0, 0]])
    assert ax.get_title() == "50 % dropped (×), the others times 2"
    assert caption(dropout_masks(np.zeros((1, 3)))).endswith("3 of 3 are dropped.")


@pytest.mark.parametrize(
    ("masks", "message"),
    [
        (np.ones(3), r"masks should have shape \(passes, units\)"),
        (np.ones((65, 2)), "65 passes over 2 units cannot be told apart; at most 64 can"),
        (mg.nn.ReLU(), "Masks come from a Dropout, not from ReLU"),
        ("abc", "masks: real numbers can be drawn"),
    ],
)
def test_masks_that_cannot_be_drawn(masks: Any, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        dropout_masks(masks)


def test_samples_are_those_of_the_transform() -> None:
    image, shift = RNG.random((6, 5)), mg.data.Shift(1)
    axes = augmentation_grid(image, {"shift": shift, "flip": mg.data.Flip(1.0)}, rng=3, samples=2)
    expected = shift(np.stack([image, image]), np.random.default_rng(3))
    np.testing.assert_array_equal(axes[0, 0].images[0].get_array(), image)
    np.testing.assert_array_equal(axes[0, 2].images[0].get_array(), expected[1])
    np.testing.assert_array_equal(axes[1, 1].images[0].get_array(), image[:, ::-1])
    assert [ax.get_ylabel() for ax in axes[:, 0]] == ["shift", "flip"]
    assert axes[0, 0].get_title() == "image"


def test_colours_are_shown_as_their_mean_and_crops_in_their_own_size() -> None:
    image = RNG.random((3, 6, 6))
    axes = augmentation_grid(image, {"crop": mg.data.Crop(4)}, samples=1)
    np.testing.assert_allclose(axes[0, 0].images[0].get_array(), image.mean(0))
    assert axes[0, 1].images[0].get_array().shape == (4, 4)


@pytest.mark.parametrize(
    ("transforms", "options", "message"),
    [
        ([mg.data.Shift(1)], {}, "transforms is a dictionary"),
        ({"shift": 1}, {}, r"transforms\['shift'\] is a function of \(images, rng\); it was a int: 1"),
        (
            {"first": lambda x, rng: x[:1]},
            {},
            r"'first' was given 6 images, .* and returned shape \(1, 4, 4\)",
        ),
        ({"shift": mg.data.Shift(1)}, {"samples": 0}, "samples=0"),
    ],
)
def test_transforms_that_are_none(transforms: Any, options: dict, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        augmentation_grid(np.ones((4, 4)), transforms, **options)
