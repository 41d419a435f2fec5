"""Where things stand: inside the picture, off each other, and the same every time."""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Callable
from typing import Any

import pytest

from visuals.boxes import ledger_width, ledgers
from visuals.labels import overlap, rect
from visuals.layout import Layout, layout
from visuals.text import as_trace


def boxes_of(place: Layout) -> dict[str, tuple[float, float, float, float]]:
    return {k: rect(n["x"], n["y"], n["w"], n["h"]) for k, n in place.nodes.items()}


def labels_of(place: Layout) -> dict[str, tuple[float, float, float, float]]:
    return {k: rect(e["x"], e["y"], e["w"], e["h"]) for k, e in place.edges.items()}


def curve(place: Layout, edge: str) -> list[tuple[float, float]]:
    numbers = place.edges[edge]["path"].replace("M", "").replace("C", "").split()
    return [(float(x), float(y)) for x, y in (pair.split(",") for pair in numbers)]


@pytest.mark.parametrize("direction", ["LR", "TB"])
def test_boxes_and_labels_do_not_cover_each_other(small: dict[str, Any], direction: Any) -> None:
    place = layout(small, direction=direction)
    rects = [*boxes_of(place).items(), *labels_of(place).items()]
    for (a, first), (b, second) in itertools.combinations(rects, 2):
        assert not overlap(first, second), (a, b)


@pytest.mark.parametrize("direction", ["LR", "TB"])
@pytest.mark.parametrize("messages", [True, False])
def test_everything_lies_inside_the_picture(small: dict[str, Any], direction: Any, messages: bool) -> None:
    place = layout(small, direction=direction, messages=messages)
    rects = [*boxes_of(place).values(), *labels_of(place).values()]
    rects += [(x, y, x, y) for edge in place.edges for x, y in curve(place, edge)]
    for left, top, right, bottom in rects:
        assert 0 <= left <= right <= place.width
        assert 0 <= top <= bottom <= place.height


def test_every_node_and_edge_has_a_place(small: dict[str, Any]) -> None:
    place = layout(small)
    assert list(place.nodes) == [node["id"] for node in small["nodes"]]
    assert list(place.edges) == [edge["id"] for edge in small["edges"]]


def test_labels_have_room_for_their_ledgers(small: dict[str, Any]) -> None:
    place = layout(small)
    for edge, text in ledgers(as_trace(small)).items():
        assert place.edges[edge]["w"] >= ledger_width(text)


@pytest.mark.parametrize(("direction", "axis"), [("LR", "x"), ("TB", "y")])
def test_values_flow_in_the_direction(small: dict[str, Any], direction: Any, axis: str) -> None:
    place = layout(small, direction=direction)
    for edge in small["edges"]:
        assert place.nodes[edge["source"]][axis] < place.nodes[edge["target"]][axis]


@pytest.mark.parametrize("direction", ["LR", "TB"])
def test_arrows_begin_and_end_on_their_boxes(small: dict[str, Any], direction: Any) -> None:
    place, lane = layout(small, direction=direction), 0 if direction == "LR" else 1
    for edge in small["edges"]:
        for point, node, side in ((0, "source", 1), (-1, "target", -1)):
            box = place.nodes[edge[node]]
            border = box["xy"[lane]] + side * box["wh"[lane]] / 2
            assert curve(place, edge["id"])[point][lane] == pytest.approx(border, abs=0.02)


def test_two_uses_of_one_node_are_two_curves(graphs: dict[str, Callable]) -> None:
    place = layout(graphs["square"]())
    first, second = curve(place, "e0"), curve(place, "e1")
    assert first[-1] != second[-1]
    assert (place.edges["e0"]["x"], place.edges["e0"]["y"]) != (
        place.edges["e1"]["x"],
        place.edges["e1"]["y"],
    )
    assert first[-1][1] < second[-1][1]  # the first argument above the second


def test_arguments_are_numbered_where_their_order_matters(graphs: dict[str, Callable]) -> None:
    numbers = {k: e["arg"]["text"] for k, e in layout(graphs["sums"]()).edges.items() if "arg" in e}
    assert numbers == {"e6": "1", "e7": "2"}  # of the subtraction alone


def test_the_same_trace_has_the_same_layout(small: dict[str, Any]) -> None:
    assert layout(small) == layout(json.loads(json.dumps(small)))


def test_a_layout_is_plain_data(small: dict[str, Any]) -> None:
    data = layout(small).to_dict()
    assert json.loads(json.dumps(data)) == data


def test_nothing_is_written_to_the_terminal(small: dict[str, Any], capfd: pytest.CaptureFixture) -> None:
    layout(small)
    assert capfd.readouterr() == ("", "")


def test_a_picture_without_messages_is_more_compact(graphs: dict[str, Callable]) -> None:
    trace = graphs["sums"]()
    assert layout(trace, messages=False).width < layout(trace).width
    assert layout(trace, grads=False).nodes["n0"]["h"] < layout(trace).nodes["n0"]["h"]


def test_a_long_chain(builder: Any) -> None:
    b = builder()
    node = b.node("x", 1.0)
    for _ in range(299):
        node = b.node("", 1.0, None, "exp", "exp", node)
    place = layout(b.trace())
    assert len({n["y"] for n in place.nodes.values()}) == 1
    assert len(place.nodes) == 300


def test_a_box_has_room_for_all_its_values_of_the_run(builder: Any) -> None:
    b = builder()
    b.node("x", 1.0, 2.0)
    before = layout(b.trace()).nodes["n0"]["w"]
    grad = {"nodes": {"n0": {"grad": {"shape": [], "text": "", "scalar": -1.2345e-100}}}}
    b.frames.append({"kind": "accumulate", "edge": "e0", "active": [], "set": grad, "sentence": "."})
    assert layout(b.trace()).nodes["n0"]["w"] > before


def test_an_unknown_direction_is_refused(graphs: dict[str, Callable]) -> None:
    with pytest.raises(ValueError, match=r'direction is "LR" .* or "TB" .*, not \'up\''):
        layout(graphs["gates"](), direction="up")  # type: ignore[arg-type]


def test_without_pygraphviz_our_own_layers_are_used(
    small: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    place = layout(small)
    assert list(place.nodes) == [node["id"] for node in small["nodes"]]
    for edge in small["edges"]:
        assert place.nodes[edge["source"]]["x"] < place.nodes[edge["target"]]["x"]
    for (a, first), (b, second) in itertools.combinations(boxes_of(place).items(), 2):
        assert not overlap(first, second), (a, b)


def test_a_large_graph_is_laid_out_in_our_own_layers(
    builder: Any, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture
) -> None:
    import pygraphviz

    monkeypatch.setattr(pygraphviz, "AGraph", None)  # whoever asks Graphviz now fails
    place = layout(cells(builder(), 300))
    assert place.nodes["n0"]["x"] < place.nodes["n600"]["x"]
    assert capfd.readouterr() == ("", "")


def cells(b: Any, steps: int) -> dict[str, Any]:
    """A recurrent network: one parameter, used at every step."""
    w, h = b.node("w", 0.5), b.node("h", 1.0, kind="data")
    for _ in range(steps):
        h = b.node("", 1.0, None, "tanh", "tanh", b.node("", 1.0, None, "multiply", "×", h, w))
    return b.trace()


def test_a_parameter_that_is_used_often_is_one_straight_line(builder: Any) -> None:
    place = layout(cells(builder(), 100))
    uses = [curve(place, f"e{k}") for k in range(1, 300, 3)]  # of w, by the products
    heights = {round(y, 1) for line in uses[2:] for x, y in line[4:-3]}
    assert len(heights) <= 2  # along the trunk, until it branches off
    assert max(len(line) for line in uses) <= 10
    states = {place.nodes[f"n{k}"]["y"] for k in range(2, 202)}
    assert max(states) - min(states) < 2  # and the way from step to step is straight


def test_the_room_of_a_still_picture_is_that_of_what_it_shows(builder: Any) -> None:
    b = builder()
    b.node("x", 1.0)
    grad = {"nodes": {"n0": {"grad": {"shape": [], "text": "", "scalar": -1.2345e-100}}}}
    b.frames.append({"kind": "accumulate", "edge": "e0", "active": [], "set": grad, "sentence": "."})
    assert layout(b.trace(), run=False).nodes["n0"]["w"] < layout(b.trace()).nodes["n0"]["w"]


def test_edges_that_meet_at_a_box_do_not_cross_there(builder: Any) -> None:
    b = builder()
    leaves = [b.node(f"x{k}", 1.0) for k in range(4)]
    b.node("", 1.0, None, "stack", "stack", *leaves)
    place = layout(b.trace())
    by_height = sorted(range(4), key=lambda k: place.nodes[f"n{k}"]["y"])
    heads = [curve(place, f"e{k}")[-1][1] for k in by_height]
    assert heads == sorted(heads)
    assert len(set(heads)) == 4
