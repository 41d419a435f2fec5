"""Long pictures in rows: everything is still there, nothing covers anything, and lines arrive where they belong."""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visuals import rows
from visuals.coordinates import Spacing, by_layers
from visuals.heads import spread
from visuals.labels import _point, overlap, rect
from visuals.layout import layout
from visuals.options import Options
from visuals.pieces import Box
from visuals.rows import SLIM, WIDE, divided, in_rows, split, way
from visuals.text import as_trace


def deep(seed: int, count: int) -> tuple[Any, dict[str, Box]]:
    """A deep network: a chain, some parameters beside it, some connections that skip a few calls."""
    chance = random.Random(seed)
    nodes, edges, sizes = [], [], {}

    def edge(source: str, target: str) -> None:
        edges.append({"id": f"e{len(edges)}", "source": source, "target": target, "position": 0})

    for k in range(count):
        joined = k and chance.random() < 0.4
        if joined:
            nodes.append({"id": f"p{k}", "kind": "parameter", "op": ""})
            sizes[f"p{k}"] = Box("parameter", 110.0, chance.choice([90.0, 150.0]), None, (), ())
        nodes.append({"id": f"n{k}", "kind": "function", "op": "add"})
        sizes[f"n{k}"] = Box(
            "function", chance.choice([120.0, 180.0]), chance.choice([60.0, 140.0]), None, (), ()
        )
        if k:
            edge(f"n{k - 1}", f"n{k}")
        if joined:
            edge(f"p{k}", f"n{k}")
        if k > 4 and chance.random() < 0.2:
            edge(f"n{k - chance.randint(2, 4)}", f"n{k}")
    return as_trace({"nodes": nodes, "edges": edges, "frames": [], "output": f"n{count - 1}"}), sizes


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(12, 60))
def test_rows_keep_every_box_and_every_line(seed: int, count: int) -> None:
    trace, sizes = deep(seed, count)
    before, lines = by_layers(trace, sizes, Spacing("LR", 24.0, 62.0))
    lines = spread(trace, lines, before, 1)
    nodes, curves = in_rows(before, lines, trace.edges)
    assert list(nodes) == list(before)
    assert {k: (n["w"], n["h"]) for k, n in nodes.items()} == {k: (n["w"], n["h"]) for k, n in before.items()}
    for first, second in itertools.combinations(nodes.values(), 2):
        assert not overlap(*(rect(n["x"], n["y"], n["w"], n["h"], -0.01) for n in (first, second)))
    for edge in trace.edges:
        curve, (source, target) = curves[edge["id"]], (nodes[edge[end]] for end in ("source", "target"))
        assert curve[0][0] == pytest.approx(source["x"] + source["w"] / 2, abs=0.03)
        assert curve[-1][0] == pytest.approx(target["x"] - target["w"] / 2, abs=0.03)
        assert abs(curve[0][1] - source["y"]) < source["h"] / 2
        assert abs(curve[-1][1] - target["y"]) < target["h"] / 2
        assert len(curve) % 3 == 1


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6))
def test_no_line_runs_over_a_box(seed: int) -> None:
    trace, sizes = deep(seed, 40)
    before, lines = by_layers(trace, sizes, Spacing("LR", 24.0, 62.0))
    nodes, curves = in_rows(before, lines, trace.edges)
    for edge in trace.edges:
        curve = curves[edge["id"]]
        points = [_point(curve[i : i + 4], t / 12) for i in range(0, len(curve) - 1, 3) for t in range(13)]
        for name, n in nodes.items():
            if name not in (edge["source"], edge["target"]):
                left, top, right, bottom = rect(n["x"], n["y"], n["w"], n["h"], -1.0)
                assert not any(left < x < right and top < y < bottom for x, y in points), (edge, name)


def chain(builder: Any, count: int) -> dict[str, Any]:
    b = builder()
    node = b.node("x", 1.0, 1.0)
    for _ in range(count):
        node = b.node("", 1.0, 1.0, "exp", "exp", node)
    return b.trace()


def test_a_long_chain_is_broken_and_a_short_one_is_not(builder: Any) -> None:
    short, long = (layout(chain(builder, count), Options()) for count in (8, 40))
    assert len({n["y"] for n in short.nodes.values()}) == 1
    assert len({n["y"] for n in long.nodes.values()}) > 2
    assert long.width < SLIM * long.height
    assert long.width < WIDE


def test_what_no_slide_could_hold_is_left_in_one_row(builder: Any) -> None:
    assert len({n["y"] for n in layout(chain(builder, 120), Options()).nodes.values()}) == 1


def test_what_runs_down_or_belongs_to_the_stepper_is_not_broken(builder: Any) -> None:
    trace = chain(builder, 40)
    assert len({n["y"] for n in layout(trace).nodes.values()}) == 1
    assert len({n["x"] for n in layout(trace, Options(direction="TB")).nodes.values()}) == 1


def test_values_still_flow_from_row_to_row(builder: Any) -> None:
    place = layout(chain(builder, 40), Options())
    order = [(n["y"], n["x"]) for n in place.nodes.values()]
    assert order == sorted(order)


def test_where_many_lines_pass_everywhere_nothing_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "MOST", 4)
    nodes, edges, sizes = [], [], {}
    for k in range(30):
        nodes.append({"id": f"n{k}", "kind": "function", "op": "add"})
        sizes[f"n{k}"] = Box("function", 160.0, 60.0, None, (), ())
        for source in range(max(0, k - 14), k):
            edges.append({"id": f"e{len(edges)}", "source": f"n{source}", "target": f"n{k}", "position": 0})
    trace = as_trace({"nodes": nodes, "edges": edges, "frames": [], "output": "n29"})
    before, lines = by_layers(trace, sizes, Spacing("LR", 24.0, 62.0))
    assert in_rows(before, lines, edges) == (before, lines)


@given(st.lists(st.floats(0, 100), min_size=4, max_size=4), st.floats(0.05, 0.95))
def test_both_halves_of_a_curve_are_that_curve(heights: list[float], t: float) -> None:
    piece = list(zip((0.0, 1.0, 2.0, 3.0), heights, strict=True))
    first, second = split(piece, t)
    assert first[0] == piece[0]
    assert second[-1] == piece[-1]
    assert first[-1] == second[0] == pytest.approx(_point(piece, t))
    assert _point(first, 0.5) == pytest.approx(_point(piece, t / 2))


def test_a_curve_may_pass_several_cuts() -> None:
    parts = divided([(0.0, 0.0), (4.0, 0.0), (8.0, 0.0), (12.0, 0.0)], [3.0, 6.0])
    assert [(part[0][0], part[-1][0]) for _, part in sorted(parts.items())] == [
        pytest.approx(ends) for ends in ((0, 3), (3, 6), (6, 12))
    ]
    assert list(divided([(7.0, 0.0), (8.0, 0.0), (9.0, 0.0), (10.0, 0.0)], [3.0, 6.0])) == [2]


def test_corners_are_round_and_ways_end_where_they_should() -> None:
    curve = way([(0, 0), (50, 0), (50, 80), (90, 80)])
    assert (curve[0], curve[-1]) == ((0, 0), (90, 80))
    assert len(curve) == 1 + 3 * 5
    assert (50, 0) not in curve
