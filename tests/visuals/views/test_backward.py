"""The backward view: messages and gradients as a graph."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minigrad as mg
import visuals
from visuals.views.backward import backward_graph, mirrored
from visuals.views.wellformed import check


@pytest.fixture
def loss() -> mg.Tensor:
    """(tanh(u w + b) w − 1)², in which w is used twice."""
    w, b, u = mg.Parameter(0.5, name="w"), mg.Parameter(0.1, name="b"), mg.tensor(2.0, name="u")
    h = np.tanh(w * u + b)
    h.name = "h"
    loss = (h * w - 1.0) ** 2
    loss.name = "loss"
    return loss


def node(run: mg.Trace, name: str) -> dict[str, Any]:
    return next(n for n in run.nodes if n["name"] == name)


def inputs(run: mg.Trace, name: str) -> list[str]:
    names = {n["id"]: n["name"] or n["symbol"] for n in run.nodes}
    return [names[e["source"]] for e in run.edges if e["target"] == node(run, name)["id"]]


def test_each_gradient_is_a_node_with_its_value(loss: mg.Tensor) -> None:
    graph = mg.Graph(loss)
    w, b = graph.inputs["w"], graph.inputs["b"]
    run = backward_graph(mg.trace(loss))
    for name, gradient in zip(("w", "b"), mg.grad(loss, [w, b], create_graph=True), strict=True):
        assert node(run, f"∂loss/∂{name}")["value"]["scalar"] == pytest.approx(gradient.item())


def test_a_message_is_a_call_of_its_rule_on_what_the_rule_names(loss: mg.Tensor) -> None:
    run = backward_graph(mg.trace(loss))
    assert inputs(run, "∂loss/∂h") == ["∂loss/∂(×)", "w"]  # g * y
    assert inputs(run, "∂loss/∂(+)") == ["∂loss/∂h", "h"]  # g * (1 - out * out)
    assert inputs(run, "∂loss/∂b") == ["∂loss/∂(+)"]  # g
    assert node(run, "∂loss/∂h")["symbol"] == "g * y"
    assert node(run, "∂loss/∂h")["op"] == "rule of multiply"
    assert node(run, "h")["kind"] == "data"


def test_messages_to_a_value_that_is_used_twice_are_added(loss: mg.Tensor) -> None:
    run = backward_graph(mg.trace(loss))
    total = node(run, "∂loss/∂w")
    assert (total["symbol"], total["detail"]) == ("+", "2 messages")
    parts = [n["value"]["scalar"] for n in run.nodes if n["name"] == "" and n["kind"] == "function"]
    assert len(parts) == 2
    assert total["value"]["scalar"] == pytest.approx(sum(parts))


def test_values_that_no_rule_names_are_not_there() -> None:
    x, y = mg.Parameter(1.0, name="x"), mg.Parameter(2.0, name="y")
    run = backward_graph(mg.trace(x + y))
    assert [n["name"] for n in run.nodes] == ["∂L/∂L", "∂L/∂x", "∂L/∂y"]


def test_a_trace_from_a_file_is_turned_around_as_well(loss: mg.Tensor) -> None:
    run = mg.trace(loss)
    again = mg.Trace.from_json(run.to_json())
    assert backward_graph(again).nodes == backward_graph(run).nodes


def test_the_backward_graph_is_a_trace_that_can_be_drawn(loss: mg.Tensor) -> None:
    check(backward_graph(mg.trace(loss)))


def test_nothing_flows_back_to_data() -> None:
    with pytest.raises(
        ValueError, match=r"nothing in this graph wants a gradient\. Make a leaf of it a parameter"
    ):
        visuals.draw(mg.tensor(1.0), view="backward")


def test_functions_of_ones_own_have_messages_too() -> None:
    @mg.primitive
    def cube(x: Any) -> Any:
        return x**3

    mg.defvjp(cube, lambda g, x: 3 * g * x * x)
    x = mg.Parameter(2.0, name="x")
    run = backward_graph(mg.trace(cube(x)))
    assert node(run, "∂L/∂x")["value"]["scalar"] == 12
    assert inputs(run, "∂L/∂x") == ["∂L/∂L", "x"]


@pytest.mark.parametrize(("direction", "axis"), [("LR", "x"), ("TB", "y")])
def test_the_picture_runs_back(loss: mg.Tensor, direction: Any, axis: str) -> None:
    drawing = visuals.draw(loss, view="backward", direction=direction)
    places = drawing.layout.nodes
    for edge in drawing.trace.edges:
        assert places[edge["source"]][axis] > places[edge["target"]][axis]
        begin, *_, end = drawing.layout.edges[edge["id"]]["path"].replace("M", "").replace("C", "").split(" ")
        lane = "xy".index(axis)
        assert float(begin.split(",")[lane]) > float(end.split(",")[lane])


def test_the_mirror_image_of_the_mirror_image_is_the_picture(loss: mg.Tensor) -> None:
    place = visuals.draw(loss, names=None).layout
    twice = mirrored(mirrored(place))
    for name, where in place.nodes.items():
        assert twice.nodes[name]["x"] == pytest.approx(where["x"], abs=0.02)
    assert all(0 < where["x"] < place.width for where in mirrored(place).nodes.values())


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from("+*-t"), min_size=1, max_size=12), st.integers(0, 9))
def test_every_leaf_gets_the_gradient_that_backward_gives_it(steps: list[str], seed: int) -> None:
    rng = np.random.default_rng(seed)
    leaves = [mg.Parameter(rng.normal(), name=f"p{k}") for k in range(3)]
    values: list[Any] = list(leaves)
    for step in steps:
        a, b = values[rng.integers(len(values))], values[-1]
        values.append({"+": a + b, "*": a * b, "-": a - b, "t": np.tanh(b)}[step])
    values[-1].backward()
    run = backward_graph(mg.trace(values[-1]))
    found = {n["name"]: n["value"]["scalar"] for n in run.nodes}
    for leaf in leaves:
        if leaf.grad is not None:
            assert found[f"∂L/∂{leaf.name}"] == pytest.approx(leaf.grad.item())
