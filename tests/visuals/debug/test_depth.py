"""The gradient thermometer: right norms, the right rows, and a word on what they say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minigrad as mg
from visuals import BackpropStepper
from visuals.debug import thermometer
from visuals.debug.depth import MOST, norm


def leaf(value, name):
    return mg.tensor(value, requires_grad=True, name=name)


def network(activation, depth=6, seed=0):
    rng = np.random.default_rng(seed)
    layers = [part for _ in range(depth) for part in (mg.nn.Linear(6, 6, rng=rng), activation())]
    net = mg.nn.Sequential(*layers, mg.nn.Linear(6, 3, rng=rng))
    return net, mg.cross_entropy(net(mg.tensor(rng.normal(size=(4, 6)))), np.array([0, 1, 2, 0]))


def test_layers_have_the_norm_of_all_their_parameters():
    net, loss = network(mg.nn.ReLU, depth=2)
    report = thermometer(loss, names=None)
    assert report.kind == "layer"
    assert [row["label"] for row in report.rows] == [f"Sequential/layers.{k}" for k in (0, 2, 4)]
    loss.backward()
    linear = [layer for layer in net.layers if isinstance(layer, mg.nn.Linear)]
    expected = [np.sqrt(sum(np.sum(p.grad.numpy() ** 2) for p in layer.parameters())) for layer in linear]
    np.testing.assert_allclose([row["norm"] for row in report.rows], expected)


def test_without_modules_the_rows_are_depths_from_the_result():
    x = leaf([3.0, 4.0], "x")
    h = 2.0 * x
    loss = np.sum(h * h)
    report = thermometer(loss)
    assert report.kind == "depth"
    assert [row["label"] for row in report.rows] == [
        "depth 0, loss",
        "depth 1, ×",
        "depth 2, h",
        "depth 3, x",
    ]
    np.testing.assert_allclose([row["norm"] for row in report.rows], [1, np.sqrt(2), 20, 40])


def test_a_leaf_counts_where_nothing_else_is():
    w, h = leaf(0.5, "w"), leaf(1.0, "h0")
    for _ in range(3):
        h = np.tanh(w * h)
    nodes = {i for row in thermometer(h, names=None).rows for i in row["nodes"]}
    names = {node["id"]: node["name"] for node in mg.trace(h).nodes}
    assert "h0" in {names[i] for i in nodes}
    assert "w" in {names[i] for i in nodes}, "both are at the end"
    h0, w0 = leaf([[1.0, 2.0]], "h0"), leaf(np.eye(2), "w0")
    rows = thermometer(np.sum(np.tanh(h0 @ w0) @ leaf(np.eye(2), "w1")), names=None).rows
    assert [row["label"] for row in rows][-3:] == ["depth 2, tanh", "depth 3, @", "depth 4, h0, w0"]


def test_a_deep_graph_has_several_depths_in_a_row():
    x = leaf(0.5, "x")
    for _ in range(100):
        x = np.sin(x)
    rows = thermometer(x, names=None).rows
    assert len(rows) <= MOST
    assert rows[0]["label"] == "depth 0 to 4"
    assert sum(len(row["nodes"]) for row in rows) == 101


@pytest.mark.parametrize(
    ("factor", "says"),
    [(0.05, "the gradient vanishes"), (20.0, "the gradient explodes"), (1.0, "")],
)
def test_the_verdict(factor, says):
    x = leaf(1.0, "x")
    for _ in range(4):
        x = factor * x
    verdict = thermometer(x, names=None).verdict
    assert says in verdict
    assert bool(verdict) == bool(says)
    if says:
        assert "by a factor of 160000" in verdict


def test_layers_are_judged_from_the_last_to_the_first():
    _, loss = network(mg.nn.Sigmoid, depth=9)
    verdict = thermometer(loss, names=None).verdict
    assert verdict.startswith("From Sequential/layers.18 to Sequential/layers.0 it falls by a factor of")


def test_a_dead_end_and_an_overflow_are_named():
    x = leaf([-1.0, -2.0], "x")
    assert "From depth 2" in thermometer(np.sum(mg.relu(x * 3.0)), names=None).verdict
    assert "exactly 0: nothing arrives there" in thermometer(np.sum(mg.relu(x * 3.0)), names=None).verdict
    with np.errstate(all="ignore"):
        loss = np.sum(np.sqrt(leaf([0.0, 1.0], "x") * 2.0))
    assert "not finite any more" in thermometer(loss, names=None).verdict


def test_the_text_has_a_bar_per_row():
    x = leaf(1.0, "x")
    lines = str(thermometer(0.01 * (0.01 * x), names=None)).splitlines()
    assert lines[0] == "Norm of the gradient by depth, on a logarithmic scale:"
    assert [line.count("█") for line in lines[1:4]] == [30, 15, 0]
    assert "vanishes" in lines[4]


def test_a_trace_has_gradients_to_measure_but_no_stepper():
    x = leaf(1.0, "x")
    report = thermometer(mg.trace(np.sin(x)))
    assert [row["norm"] for row in report.rows] == [1.0, pytest.approx(np.cos(1.0))]
    assert report._repr_mimebundle_() is None
    assert thermometer(np.sin(x)).stepper.view == "depth"


def test_what_has_no_gradient_is_refused():
    with pytest.raises(ValueError, match="Nothing in this run wants a gradient"):
        thermometer(mg.trace(mg.tensor(1.0) * 2.0))
    with pytest.raises(TypeError, match="thermometer shows the graph of a Tensor or a Trace"):
        thermometer(3.0)


def test_another_run_stands_beside_it():
    loss, other = network(mg.nn.Sigmoid)[1], network(mg.nn.ReLU)[1]
    found = BackpropStepper(loss, mode="debug", compare=other).findings["depth"]
    np.testing.assert_allclose(found["before"], [row["norm"] for row in thermometer(other, names=None).rows])
    low, high = found["scale"]
    assert low <= np.log10(min(found["before"])) <= np.log10(max(found["before"])) <= high


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=6))
def test_norms_add_up_like_those_of_vectors(values):
    assert norm([{"scalar": v} for v in values]) == pytest.approx(np.linalg.norm(values))
