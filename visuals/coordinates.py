"""Coordinates of boxes and lines: from Graphviz for small graphs, from layers of our own for large ones.

With this module, one can
- place everything:     coordinates(trace, sizes, spacing) -> ({node: centre and size}, {edge: Bézier points})

Graphviz (in process, through pygraphviz) is asked for coordinates only: boxes of fixed size and no label, in its
`plain` format. It never sees a font, so it writes no warnings and gives the same answer on every machine.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from visuals.across import Across
from visuals.layered import Layers, effort
from visuals.pieces import Box

Point = tuple[float, float]
Station = tuple[float, float, float]  # begin, end, height: where a line runs level
Places = tuple[dict[str, dict[str, float]], dict[str, list[Point]]]
MARGIN = 16.0
FOR_GRAPHVIZ = 150  # nodes and bends; beyond, its work grows faster than the graph
SHORT = 4.0  # a level part of a line that is shorter would not be seen
_INCH = 72.0  # Graphviz measures in inches; one pixel here is one point there


@dataclass(frozen=True)
class Spacing:
    """Where a graph runs to ("LR" or "TB"), and the distances across and along that direction."""

    direction: str
    across: float
    along: float

    @property
    def lane(self) -> int:
        """The coordinate across: 1 for y, 0 for x."""
        return 1 if self.direction == "LR" else 0


def has_graphviz() -> bool:
    """Whether pygraphviz can be imported. It is missing in browsers, for example; layers then do for all graphs."""
    try:
        import pygraphviz  # noqa: F401
    except ImportError:
        return False
    return True


def coordinates(trace: Any, sizes: dict[str, Box], spacing: Spacing) -> Places:
    """A place for every node, and a curve for every edge."""
    edges = [(edge["source"], edge["target"]) for edge in trace.edges]
    if has_graphviz() and len(sizes) <= FOR_GRAPHVIZ and effort(sizes, edges) <= FOR_GRAPHVIZ:
        return by_graphviz(trace, sizes, spacing)
    return by_layers(trace, sizes, spacing)


def leaves_of(trace: Any) -> set[str]:
    """The nodes that join from the side. The way from data to result runs straight."""
    return {node["id"] for node in trace.nodes if node["kind"] == "parameter"}


def by_graphviz(trace: Any, sizes: dict[str, Box], spacing: Spacing) -> Places:
    """Ask Graphviz. Ids of nodes go through as numbers, so they may be anything."""
    import pygraphviz

    number = {name: str(k) for k, name in enumerate(sizes)}
    ends = "tailport=e headport=w" if spacing.direction == "LR" else "tailport=s headport=n"
    source = [
        f"digraph {{ rankdir={spacing.direction} nodesep={spacing.across / _INCH:.3f} "
        f"ranksep={spacing.along / _INCH:.3f}",
        f'node [shape=box fixedsize=true label=""] edge [arrowhead=none {ends}]',
    ]
    for name, box in sizes.items():
        source.append(f"{number[name]} [width={box.w / _INCH:.4f} height={box.h / _INCH:.4f}]")
    light = leaves_of(trace)
    for edge in trace.edges:
        weight = 1 if edge["source"] in light else 8
        source.append(f"{number[edge['source']]} -> {number[edge['target']]} [weight={weight}]")
    plain = pygraphviz.AGraph(string="\n".join([*source, "}"])).draw(format="plain", prog="dot").decode()
    return _read(plain, trace, sizes, spacing)


def _read(plain: str, trace: Any, sizes: dict[str, Box], spacing: Spacing) -> Places:
    """Graphviz's `plain` text as boxes and Bézier control points.

    Parallel edges come in no promised order, so they are told apart by their endpoints and dealt out in turn.
    """
    rows = [line.split() for line in plain.replace("\\\n", "").splitlines()]
    height, names = float(rows[0][3]) * _INCH, list(sizes)

    def at(x: str, y: str) -> Point:  # Graphviz measures upward
        return (round(float(x) * _INCH + MARGIN, 2), round(height - float(y) * _INCH + MARGIN, 2))

    nodes: dict[str, dict[str, float]] = {}
    waiting: dict[tuple[str, str], list[list[Point]]] = defaultdict(list)
    for row in rows:
        if row[0] == "node":
            name, (x, y) = names[int(row[1])], at(row[2], row[3])
            nodes[name] = {"x": x, "y": y, "w": sizes[name].w, "h": sizes[name].h}
        elif row[0] == "edge":
            count = int(row[3])
            points = [at(*row[i : i + 2]) for i in range(4, 4 + 2 * count, 2)]
            waiting[names[int(row[1])], names[int(row[2])]].append(points)
    for paths in waiting.values():
        if len(paths) > 1:
            paths.sort(key=lambda path: sum(point[spacing.lane] for point in path) / len(path))
    curves = {edge["id"]: waiting[edge["source"], edge["target"]].pop(0) for edge in trace.edges}
    return {name: nodes[name] for name in names}, curves


def by_layers(trace: Any, sizes: dict[str, Box], spacing: Spacing) -> Places:
    """Bring the graph into layers, and draw lines as curves between them and straight beside boxes."""
    boxes = list(sizes.values())
    number = {name: k for k, name in enumerate(sizes)}
    links = [(number[edge["source"]], number[edge["target"]]) for edge in trace.edges]
    layers = Layers(len(boxes), links)
    layers.untangle()
    upright = spacing.direction == "LR"
    bends = len(layers.rank) - len(boxes)
    extent = [box.h if upright else box.w for box in boxes] + [0.0] * bends
    depth = [box.w if upright else box.h for box in boxes] + [0.0] * bends
    light = {number[name] for name in leaves_of(trace)}
    across = Across(layers, extent, light, spacing.across)
    across.settle()
    begins, ends, far = [], [], MARGIN
    for row in layers.rows:
        begins.append(far)
        ends.append(far + max([depth[v] for v in row]))
        far = ends[-1] + spacing.along
    at, rank = [round(place, 2) for place in across.at], layers.rank
    middles = [(begin + end) / 2 for begin, end in zip(begins, ends, strict=True)]
    nodes, borders = {}, []
    for k, (name, box) in enumerate(sizes.items()):
        x, y = middles[rank[k]], at[k]
        nodes[name] = {"x": x if upright else y, "y": y if upright else x, "w": box.w, "h": box.h}
        borders.append((x - depth[k] / 2, x + depth[k] / 2))
    levels = {source: _levels(trunk, layers, at) for source, trunk in layers.trunks.items()}
    curves = {}
    for edge, (source, target) in zip(trace.edges, links, strict=True):
        # Beside boxes a line runs level, for they may be wider than the ones at its ends.
        way = [(borders[source][1], ends[rank[source]], at[source])]
        for first, last, height in levels.get(source, ()):
            if first >= rank[target]:
                break
            way.append((begins[first], ends[min(last, rank[target] - 1)], height))
        way.append((begins[rank[target]], borders[target][0], at[target]))
        curve = curve_through(way)
        curves[edge["id"]] = curve if upright else [(y, x) for x, y in curve]
    return nodes, curves


def _levels(trunk: list[int], layers: Layers, at: list[float]) -> list[tuple[int, int, float]]:
    """The level parts of a trunk: (first layer, last layer, height)."""
    found: list[tuple[int, int, float]] = []
    for v in trunk:
        rank, height = layers.rank[v], at[v]
        if found and found[-1][2] == height:
            found[-1] = (found[-1][0], rank, height)
        else:
            found.append((rank, rank, height))
    return found


def curve_through(way: list[Station]) -> list[Point]:
    """A smooth line along a way of level parts (begin, end, height).

    >>> curve_through([(0, 10, 5), (20, 30, 5), (50, 50, 9)])      # the first two are one part
    [(0, 5), (10.0, 5), (20.0, 5), (30, 5), (40.0, 5), (40.0, 9), (50, 9)]
    """
    begin, end, height = way[0]
    points: list[Point] = [(begin, height)]
    for first, last, level in [*way[1:], (way[-1][1], way[-1][1], None)]:
        if level == height:
            end = last
            continue
        if end > begin + SHORT:
            third = (end - begin) / 3
            points += [(begin + third, height), (end - third, height), (end, height)]
        if level is not None:
            middle = (points[-1][0] + first) / 2
            points += [(middle, height), (middle, level), (first, level)]
            begin, end, height = first, last, level
    return points
