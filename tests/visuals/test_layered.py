"""Our own layout: layers behind each other, few crossings, and no line over a box."""

from __future__ import annotations

import random
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visuals.across import Across
from visuals.coordinates import Spacing, by_layers, curve_through
from visuals.labels import _point, overlap, rect
from visuals.layered import Layers, effort, ranks
from visuals.pieces import Box


def graph(seed: int, count: int) -> tuple[Any, dict[str, Box]]:
    """A random graph of boxes of all sizes, as a trace has it."""
    chance = random.Random(seed)
    nodes, edges, sizes = [], [], {}
    for k in range(count):
        arguments = 0 if k == 0 or chance.random() < 0.35 else chance.choice([1, 2, 2, 3])
        near = chance.choice([2, 5, 30, 200])
        for position in range(arguments):
            source = f"n{chance.randrange(max(0, k - near), k)}"
            edges.append({"id": f"e{len(edges)}", "source": source, "target": f"n{k}", "position": position})
        nodes.append(
            {"id": f"n{k}", "kind": "function" if arguments else chance.choice(["parameter", "data"])}
        )
        w, h = chance.choice([84.0, 90.0, 200.0]), chance.choice([46.0, 72.0, 200.0])
        sizes[f"n{k}"] = Box("function", w, h, None, (), ())
    return SimpleNamespace(nodes=nodes, edges=edges), sizes


def numbered(trace: Any) -> list[tuple[int, int]]:
    return [(int(edge["source"][1:]), int(edge["target"][1:])) for edge in trace.edges]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([1, 3, 10, 40]), st.sampled_from(["LR", "TB"]))
def test_boxes_do_not_overlap_and_lines_pass_between_them(seed: int, count: int, direction: str) -> None:
    trace, sizes = graph(seed, count)
    nodes, curves = by_layers(trace, sizes, Spacing(direction, 24.0, 62.0))
    rects = {name: rect(n["x"], n["y"], n["w"], n["h"], -0.01) for name, n in nodes.items()}
    boxes = list(rects.items())
    for k, (_, first) in enumerate(boxes):
        assert not any(overlap(first, second) for _, second in boxes[k + 1 :])
    along = "x" if direction == "LR" else "y"
    for edge in trace.edges:
        assert nodes[edge["source"]][along] < nodes[edge["target"]][along]
        curve = curves[edge["id"]]
        points = [_point(curve[i : i + 4], t / 16) for i in range(0, len(curve) - 1, 3) for t in range(17)]
        for name, (left, top, right, bottom) in boxes:
            if name not in (edge["source"], edge["target"]):
                assert not any(left < x < right and top < y < bottom for x, y in points), (edge, name)


@given(st.integers(0, 10**6), st.integers(1, 60))
def test_everything_stands_behind_what_it_uses(seed: int, count: int) -> None:
    trace, _ = graph(seed, count)
    rank, depth = ranks(count, numbered(trace))
    assert min(rank) == 0
    for source, target in numbered(trace):
        assert rank[source] < rank[target]
        assert depth[source] < depth[target]


@given(st.integers(0, 10**6), st.integers(1, 60))
def test_untangling_never_makes_more_crossings(seed: int, count: int) -> None:
    trace, _ = graph(seed, count)
    layers = Layers(count, numbered(trace))
    before, members = layers.crossings(), [sorted(row) for row in layers.rows]
    layers.untangle()
    assert layers.crossings() <= before
    assert [sorted(row) for row in layers.rows] == members


def test_crossings_are_counted() -> None:
    layers = Layers(4, [(0, 2), (1, 3)])
    layers.rows = [[0, 1], [2, 3]]
    assert layers.crossings() == 0
    layers.rows = [[0, 1], [3, 2]]
    assert layers.crossings() == 1
    layers.untangle()
    assert layers.crossings() == 0


def test_all_lines_of_a_box_share_one_trunk() -> None:
    chain = [(k, k + 1) for k in range(1, 100)]
    layers = Layers(101, [*chain, *((0, k) for k in range(2, 100))])
    assert list(layers.trunks) == [0]
    assert len(layers.trunks[0]) == layers.rank[99] - layers.rank[0] - 1
    assert layers.way(0, 50) == [0, *layers.trunks[0][: layers.rank[50] - layers.rank[0] - 1]]


def test_where_every_box_uses_all_earlier_ones_the_work_stays_within_bounds() -> None:
    """Trunks are cut off when there are many more bends than boxes; the lines are drawn all the same."""
    count = 150
    edges = [(a, b) for b in range(count) for a in range(b)]
    layers = Layers(count, edges)
    assert len(layers.rank) <= 5 * count + 1000
    assert len(layers.trunks) < count - 2
    assert all(layers.way(a, b)[0] == a for a, b in edges)


def test_an_edge_that_leads_back_does_no_harm() -> None:
    assert ranks(3, [(0, 1), (1, 2), (2, 0)])[0] == [0, 1, 2]
    layers = Layers(3, [(0, 1), (1, 2), (2, 0)])
    layers.untangle()
    assert layers.rows == [[0], [1], [2]]


def test_the_work_for_graphviz_counts_every_layer_that_a_line_passes() -> None:
    assert effort("abcd", [("a", "b"), ("b", "c"), ("c", "d"), ("a", "d")]) == 4 + 2


def test_a_chain_is_straight_whatever_joins_it_from_the_side() -> None:
    """x0 - f1 - f2 …, and each f has a parameter of its own."""
    edges, light, last = [], set(), 0
    for k in range(1, 60, 2):
        edges += [(last, k + 1), (k, k + 1)]
        light.add(k)
        last = k + 1
    layers = Layers(last + 1, edges)
    layers.untangle()
    across = Across(layers, [50.0] * (last + 1), light, 24.0)
    across.settle()
    way = [across.at[0], *(across.at[k] for k in range(2, last + 1, 2))]
    assert max(way) - min(way) < 1.0
    assert all(abs(across.at[k] - across.at[k + 1]) >= 24 for k in light if k > 1)


def test_two_equal_inputs_stand_on_both_sides_of_what_uses_them() -> None:
    layers = Layers(3, [(0, 2), (1, 2)])
    across = Across(layers, [50.0] * 3, set(), 24.0)
    across.settle()
    assert sorted(round(place - across.at[2], 6) for place in across.at[:2]) == [-37, 37]


@pytest.mark.parametrize(
    ("way", "points"),
    [
        ([(0, 10, 5), (40, 40, 5)], [(0, 5), (40 / 3, 5), (80 / 3, 5), (40, 5)]),
        ([(0, 2, 5), (40, 41, 9)], [(0, 5), (20, 5), (20, 9), (40, 9)]),
    ],
)
def test_a_line_is_level_beside_boxes_and_bends_between_them(way: list, points: list) -> None:
    assert curve_through(way) == [pytest.approx(point) for point in points]
