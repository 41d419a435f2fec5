"""Receptive fields: gradients and the formula must agree, on any stack of convolutions and pooling."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import minigrad as mg
from visuals.plots import caption, receptive_field, receptive_field_map, stack_field

nn = mg.nn
KINDS = st.sampled_from(["conv", "max", "avg"])
LAYERS = st.lists(
    st.tuples(KINDS, st.integers(1, 3), st.integers(1, 3), st.integers(0, 1), st.integers(1, 2)),
    min_size=1, max_size=3,
)  # fmt: skip


def stack(layers: list, rng: np.random.Generator) -> Any:
    """A network with these (kind, kernel, stride, padding, dilation)."""
    made: list = []
    for kind, kernel, stride, padding, dilation in layers:
        if kind == "conv":
            made += [
                nn.Conv2d(1, 1, kernel, rng, stride=stride, padding=padding, dilation=dilation),
                nn.ReLU(),
            ]
        elif kind == "max":
            made.append(nn.MaxPool2d(kernel, stride, padding, dilation))
        else:
            made.append(nn.AvgPool2d(kernel, stride, padding))
    return nn.Sequential(*made)


def followed(layers: list, place: int, sizes: list[int]) -> set[int]:
    """The pixels along one axis that a place depends on, by following every entry of every window.

    Args:
        sizes: of the input of each layer.
    """
    seen = {place}
    for size, (_, kernel, stride, padding, dilation) in zip(sizes[::-1], layers[::-1], strict=True):
        seen = {p * stride - padding + dilation * k for p in seen for k in range(kernel)} & set(range(size))
    return seen


@settings(max_examples=50, deadline=None)
@given(LAYERS, st.data())
def test_gradients_find_what_the_windows_meet_and_the_formula_its_ends(
    layers: list, data: st.DataObject
) -> None:
    layers = [
        (kind, k, stride, min(padding, k // 2), 1 if kind == "avg" else dilation)
        for kind, k, stride, padding, dilation in layers
    ]
    net, shape = stack(layers, np.random.default_rng(0)), (13, 12)
    try:
        shapes, y = [], mg.tensor(np.zeros((1, 1, *shape)))
        for layer in net:
            if not isinstance(layer, nn.ReLU):
                shapes.append(y.shape[2:])
            y = layer(y)
    except ValueError:  # a window that does not fit any more
        assume(False)
    position = tuple(data.draw(st.integers(0, n - 1)) for n in y.shape[2:])
    seen = [followed(layers, position[axis], [size[axis] for size in shapes]) for axis in (0, 1)]
    assume(all(seen))  # some see nothing but padding
    field = receptive_field(net, (1, *shape), position)
    assert field.box == tuple((min(pixels), max(pixels)) for pixels in seen)
    if all(
        stride <= k and dilation == 1 for _, k, stride, _, dilation in layers
    ):  # no pixels are jumped over
        assert field.box == stack_field(net, position, shape)


def test_the_formula_counts_padding_and_stops_at_the_image_if_told() -> None:
    layers = [{"kernel": 3, "padding": 1}, {"kernel": 3, "padding": 1, "stride": 2}]
    assert stack_field(layers, (0,)) == ((-2, 2),)
    assert stack_field(layers, (0,), (10,)) == ((0, 2),)
    assert stack_field({"kernel": (3, 5)}, (1, 1)) == ((1, 3), (1, 5))


def test_lenet() -> None:
    rng = np.random.default_rng(0)
    lenet = nn.Sequential(
        nn.Conv2d(1, 6, 5, rng),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5, rng),
        nn.ReLU(),
        nn.MaxPool2d(2),
    )
    field = receptive_field(lenet, (1, 28, 28), (-1, 0))
    assert field.box == stack_field(lenet, (3, 0)) == ((12, 27), (0, 15))
    assert field.size == (16, 16)
    assert field.position == (3, 0)


def test_signals_have_fields_too() -> None:
    net = nn.Sequential(nn.Conv1d(2, 3, 3, np.random.default_rng(0), padding="same"), nn.MaxPool1d(2))
    assert receptive_field(net, (2, 10), (2,)).box == stack_field(net, (2,)) == ((3, 6),)


def test_the_network_is_left_as_it_was() -> None:
    rng = np.random.default_rng(0)
    net = nn.Sequential(nn.Conv2d(1, 2, 3, rng), nn.BatchNorm2d(2), nn.Dropout(0.5, rng))
    before, mean = net[0].weight.data, net[1].running_mean.data.copy()
    receptive_field(net, (1, 6, 6), (0, 0))
    assert net[0].weight.data is before
    assert net[0].weight.grad is None
    np.testing.assert_array_equal(net[1].running_mean.data, mean)
    assert all(module.training for module in net.modules())


def test_own_weights_show_what_has_influence() -> None:
    net = nn.Sequential(nn.Conv2d(1, 1, 3, np.random.default_rng(0)))
    net[0].weight.data = np.array([[[[0, 0, 0], [0, 1.0, 2.0], [0, 0, 0]]]])
    field = receptive_field(net, (1, 5, 5), (0, 0), own_weights=True)
    assert field.box == ((1, 1), (1, 2))
    np.testing.assert_allclose(field.influence[1, 1:3], [0.5, 1.0])
    assert receptive_field(net, (1, 5, 5), (0, 0)).box == ((0, 2), (0, 2))
    net[0].weight.data = np.zeros((1, 1, 3, 3))
    nothing = receptive_field(net, (1, 5, 5), (0, 0), own_weights=True)
    assert (nothing.box, nothing.size) == (None, ())


def test_what_a_batchnorm_has_learned_hides_nothing() -> None:
    net = nn.Sequential(
        nn.Conv2d(1, 2, 3, np.random.default_rng(0)), nn.BatchNorm2d(2), nn.ReLU(), nn.MaxPool2d(2)
    )
    net[1].running_mean.data = np.full(2, 1e9)
    assert receptive_field(net, (1, 8, 8), (1, 2)).box == stack_field(net, (1, 2)) == ((2, 5), (4, 7))


def test_large_images_are_looked_at_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    net = nn.Conv2d(1, 1, 3, np.random.default_rng(0))
    whole = receptive_field(net, (1, 6, 6), (1, 2))
    monkeypatch.setattr("visuals.plots.fields.MOST", 100)
    np.testing.assert_allclose(receptive_field(net, (1, 6, 6), (1, 2)).influence, whole.influence)


@pytest.mark.parametrize(
    ("shape", "position", "message"),
    [
        ((5,), (0,), r"input_shape is that of one image, \(C, H, W\), or signal"),
        ((1, 6, 6), (4, 0), r"The output has \(4, 4\) positions; there is none at \(4, 0\)"),
        ((1, 6, 6), (0,), r"there is none at \(0,\)"),
    ],
)
def test_positions_that_are_not_there(shape: tuple, position: tuple, message: str) -> None:
    net = nn.Conv2d(1, 1, 3, np.random.default_rng(0))
    with pytest.raises(ValueError, match=message):
        receptive_field(net, shape, position)


def test_behind_a_flatten_there_are_no_positions() -> None:
    net = nn.Sequential(nn.Conv2d(1, 1, 3, np.random.default_rng(0)), nn.Flatten())
    with pytest.raises(
        ValueError, match=r"without positions in an image\. Give the part .* before its Flatten"
    ):
        receptive_field(net, (1, 6, 6), (0, 0))
    with pytest.raises(
        TypeError, match=r"knows convolutions, pooling .*; not a Flatten.* Use receptive_field"
    ):
        stack_field(net, (0, 0))
    with pytest.raises(ValueError, match="has 2 entries; the kernel moves along 1 axes"):
        stack_field([{"kernel": (3, 3)}], (0,))


def test_the_map_has_both_boxes_and_the_chosen_entry() -> None:
    net = nn.Sequential(nn.Conv2d(1, 2, 3, np.random.default_rng(0)), nn.MaxPool2d(2))
    axes = receptive_field_map(net, np.ones((1, 8, 8)), (1, 2))
    measured, formula = axes["input"].patches
    assert measured.get_bbox().bounds == formula.get_bbox().bounds == (3.5, 1.5, 4, 4)
    assert measured.get_linestyle() != formula.get_linestyle()
    assert axes["output"].patches[0].get_bbox().bounds == (1.5, 0.5, 1, 1)
    assert axes["output"].get_title() == "output, 3 × 3"


def test_the_map_says_when_they_differ_or_the_formula_does_not_know() -> None:
    net = nn.Sequential(nn.Conv2d(1, 1, 3, np.random.default_rng(0)))
    net[0].weight.data = np.array([[[[0, 0, 0], [0, 1.0, 0], [0, 0, 0]]]])
    text = caption(receptive_field_map(net, np.ones((5, 5)), (0, 0), own_weights=True))
    assert text.endswith(
        "rows 1 to 1, columns 1 to 1 of 5 × 5 pixels, 1 × 1. The formula allows rows 0 to 2, columns 0 to 2."
    )
    axes = receptive_field_map(lambda x: x * 2.0, np.ones((5, 5)), (3, 3))
    assert "formula" not in caption(axes)
    assert len(axes["input"].patches) == 1
    net[0].weight.data = np.zeros((1, 1, 3, 3))
    nothing = receptive_field_map(net, np.ones((5, 5)), (0, 0), own_weights=True)
    assert "no pixel has any influence" in caption(nothing)
