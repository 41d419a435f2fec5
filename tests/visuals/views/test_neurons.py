"""The neuron view: layers found in a graph, and drawn as columns."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minigrad as mg
import visuals
from minigrad import nn
from tests.visuals.views.builders import recurrent, siamese
from visuals.options import Options
from visuals.views.circles import THICKEST, disc, line, ring
from visuals.views.columns import WHOLE, arranged
from visuals.views.mlp import layers_of

NS = "{http://www.w3.org/2000/svg}"


def perceptron(*sizes: int, batch: int = 2, backward: bool = True) -> tuple[nn.Sequential, mg.Tensor]:
    """A network with tanh between its layers, and the loss of a batch."""
    rng = np.random.default_rng(0)
    parts: list[Any] = []
    for k in range(len(sizes) - 1):
        parts += [nn.Linear(sizes[k], sizes[k + 1], rng, np.float64, f"{k}"), nn.Tanh()]
    net = nn.Sequential(*parts[:-1])
    x = mg.tensor(rng.normal(size=(batch, sizes[0])), name="x")
    loss = (net(x) ** 2).sum()
    if backward:
        loss.backward()
    return net, loss


def test_layers_have_the_numbers_of_the_network() -> None:
    net, loss = perceptron(3, 4, 2)
    x, hidden, out = layers_of(loss)
    first, second = net.layers[0], net.layers[2]
    assert (x.name, x.examples, x.weights) == ("x", 2, None)
    np.testing.assert_allclose(hidden.values, np.tanh(x.values @ first.weight.numpy() + first.bias.numpy()))
    np.testing.assert_allclose(out.values, hidden.values @ second.weight.numpy() + second.bias.numpy())
    np.testing.assert_array_equal(hidden.weights, first.weight.numpy())
    np.testing.assert_array_equal(out.weight_grads, second.weight.grad.numpy())
    np.testing.assert_allclose(out.grads, 2 * out.values)  # of Σ y²
    assert (hidden.functions, out.functions) == (["tanh"], [])
    assert hidden.weight_label(2, 1) == "W0[2, 1]"


def test_a_matrix_on_the_left_is_a_layer_too() -> None:
    w, x = mg.Parameter([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], name="W"), mg.tensor([1.0, -1.0], name="x")
    inputs, layer = layers_of(mg.relu(w @ x))
    assert inputs.values.tolist() == [1, -1]
    assert layer.values.tolist() == [0, 0, 0]
    assert layer.weights is not None
    assert layer.weights.shape == (2, 3)
    assert layer.weight_label(1, 2) == "W[2, 1]"


def test_what_comes_after_the_last_layer_is_no_part_of_it() -> None:
    w = mg.Parameter(np.eye(2), name="W")
    y = mg.sigmoid(mg.tensor([1.0, 2.0]) @ w)
    layer = layers_of(((y - 1.0) ** 2).sum())[-1]
    assert layer.functions == ["σ"]
    np.testing.assert_allclose(layer.values, 1 / (1 + np.exp([-1.0, -2.0])))


def test_norms_dropout_and_softmax_belong_to_their_layer() -> None:
    rng = np.random.default_rng(0)
    parts = [nn.Linear(4, 5, rng), nn.BatchNorm1d(5), nn.LeakyReLU(), nn.Dropout(0.2, rng=rng)]
    net = nn.Sequential(*parts, nn.Linear(5, 3, rng), nn.Softmax())
    _, hidden, out = layers_of(net(mg.tensor(rng.normal(size=(6, 4)))))
    assert (hidden.functions, out.functions) == (["batch norm", "leaky_relu"], ["softmax"])
    assert out.values.sum() == pytest.approx(1)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: (mg.Parameter([1.0, 2.0]) * 2.0).sum(), "has no product with a matrix of weights"),
        (siamese, "layers of which each takes the result of the one before; here W is multiplied"),
        (recurrent, "here U is multiplied with something else"),
        (lambda: perceptron(*[2] * 31)[1], "This network has 30 layers; the neuron view shows up to 29"),
    ],
)
def test_what_is_no_perceptron_is_refused(make: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        visuals.draw(make(), view="neurons")


def test_gradients_have_to_be_there_to_be_shown() -> None:
    with pytest.raises(ValueError, match=r'heat="grad" colours the lines .* call loss\.backward\(\) first'):
        visuals.draw(perceptron(2, 2, backward=False)[1], view="neurons", heat="grad")
    with pytest.raises(TypeError, match=r'view="neurons" computes the graph anew'):
        visuals.draw(mg.trace(perceptron(2, 2)[1]), view="neurons")


def test_large_layers_are_folded() -> None:
    _, loss = perceptron(64, 3)
    drawing = visuals.draw(loss, view="neurons")
    assert "… 56 more" in drawing.svg
    assert "x: 56 more" in repr(drawing)
    assert drawing.svg.count('class="mg-weight"') == 8 * 3
    assert visuals.draw(perceptron(WHOLE, 3)[1], view="neurons").svg.count('class="mg-weight"') == WHOLE * 3


def test_every_neuron_and_weight_says_what_it_is() -> None:
    _, loss = perceptron(2, 2)
    root = ET.fromstring(visuals.draw(loss, view="neurons").svg)
    labels = [g.get("aria-label", "") for g in root.iter(f"{NS}g") if g.get("role") == "img"]
    assert re.match(r"x\[0\]: value \S+, gradient not computed$", labels[0])
    assert re.match(r"layer 1\[0\]: value \S+, bias 0, gradient \S+$", labels[2])
    titles = [title.text or "" for title in root.iter(f"{NS}title")]
    weights = [title for title in titles if title.startswith("W0[")]
    assert len(weights) == 4
    assert all(re.match(r"W0\[\d, \d\]: value \S+, gradient \S+$", weight) for weight in weights)
    assert "Neurons: x (2), layer 1 (2)" in (root.get("aria-label") or "")


def test_a_thicker_line_is_a_larger_weight() -> None:
    def thickness(weight: float) -> float:
        points = [
            tuple(map(float, p.split(",")))
            for p in re.findall(r"[-\d.]+,[-\d.]+", line(0, 0, 9, 0, weight, 2).d)
        ]
        return abs(points[0][1] - points[3][1])

    assert thickness(2.0) == pytest.approx(THICKEST)
    assert thickness(0.5) < thickness(-1.0) < thickness(2.0)
    parts = [line(0, 0, 9, 0, weight, 2).part for weight in (1.0, -1.0, float("nan"), 0.0)]
    assert parts == ["mg-pos", "mg-neg", "mg-nan", "mg-heat-frame"]


def test_discs_and_rings_are_closed_curves() -> None:
    for d in (disc(5, 5, 3), ring(5, 5, 3, 4)):
        assert d.startswith("M5.00,")
        assert d.endswith("Z")
    assert ring(5, 5, 3, 4).count("M") == 2


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 0.0])
def test_numbers_that_are_not_finite_are_drawn(value: float) -> None:
    w = mg.Parameter([[value, 1.0], [1.0, value]], name="W")
    with np.errstate(all="ignore"):
        drawing = visuals.draw(mg.tensor([1.0, value], name="x") @ w, view="neurons")
    assert ET.fromstring(drawing.svg) is not None
    assert "nan" not in "".join(re.findall(r' (?:d|x|y)="([^"]*)"', drawing.svg))


@pytest.mark.parametrize("theme", ["light", "dark", "high-contrast", "auto"])
def test_it_can_be_saved(tmp_path: Path, theme: Any) -> None:
    drawing = visuals.draw(perceptron(2, 3, 1)[1], view="neurons", theme=theme)
    begins = {"svg": b"<svg", "png": b"\x89PNG", "pdf": b"%PDF", "html": b"<!doctype html>"}
    for ending, begin in begins.items():
        assert drawing.save(tmp_path / f"net.{ending}").read_bytes().startswith(begin)
    with pytest.raises(ValueError, match=r"must end in one of \.svg, \.png, \.pdf, \.html"):
        drawing.save(tmp_path / "net.dot")
    assert set(drawing._repr_mimebundle_()) == {"text/html", "text/plain", "image/png"}


def test_names_are_text() -> None:
    evil = "</text><script>alert(1)</script>"
    w = mg.Parameter(np.eye(2), name=evil)
    drawing = visuals.draw(mg.tensor([1.0, 2.0], name=evil) @ w, view="neurons")
    for text in (drawing.svg, drawing.page()):
        assert "<script" not in text


def test_options_leave_things_out() -> None:
    _, loss = perceptron(2, 2)
    assert 'class="mg-value"' not in visuals.draw(loss, view="neurons", values="none").svg
    without = visuals.draw(loss, view="neurons", grads=False)
    assert "gradient" not in without.svg
    assert "weight gradient" in visuals.draw(loss, view="neurons", heat="grad").svg


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(1, 40), min_size=2, max_size=5))
def test_nothing_lies_outside_and_no_neurons_overlap(sizes: list[int]) -> None:
    columns, marks, (width, height) = arranged(layers_of(perceptron(*sizes)[1]), Options())
    for column in columns:
        assert all(0 < y < height for y in column.y)
        assert 0 < column.x < width
        assert all(b - a >= 50 for a, b in zip(column.y, column.y[1:], strict=False))
        assert len(column.shown) + column.hidden == sizes[column.index]
    labels = [mark.label for mark in marks if mark.css == "mg-neuron" and mark.label]
    assert len(labels) == sum(len(column.shown) for column in columns)
