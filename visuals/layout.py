"""Where everything stands: boxes, curves, and a free place on every edge for its message.

Graphviz (in process, through pygraphviz) is asked for coordinates only: boxes of fixed size and no label, in
its `plain` format. It never sees a font, so it writes no warnings and gives the same answer on every machine.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass
from typing import Any, Literal

from visuals import boxes
from visuals.labels import place_labels
from visuals.text import as_trace

Point = tuple[float, float]
MARGIN = 16.0
_INCH = 72.0  # Graphviz measures in inches; one pixel here is one point there
_TRIES = (1.0, 1.4, 2.0, 2.8)  # how far apart, until no label covers a box or another label
_SMALL = 80  # edges; in larger graphs the first try counts
_COMMUTE = {"add", "multiply", "maximum", "minimum", "equal", "not_equal", "concatenate_all"}


@dataclass(frozen=True)
class Layout:
    """A picture's geometry in pixels, y downward; (x, y) is always a centre.

    Attributes:
        nodes: for each node id ``{"x", "y", "w", "h"}``.
        edges: for each edge id ``{"path": "M… C…", "x", "y", "w", "h"}``: the curve, and the place of its
            message; where arguments have an order, ``"arg": {"x", "y", "text"}`` numbers the arrow's head.
        grads: whether the boxes have a line for the gradient.
    """

    width: float
    height: float
    nodes: dict[str, dict[str, float]]
    edges: dict[str, dict[str, Any]]
    direction: str = "LR"
    grads: bool = True

    def to_dict(self) -> dict[str, Any]:
        """Plain data, ready for JSON."""
        return asdict(self)


def layout(
    trace: Any, *, direction: Literal["LR", "TB"] = "LR", messages: bool = True, grads: bool = True
) -> Layout:
    """Place the nodes and edges of a trace (or of its dict).

    Args:
        direction: "LR" lets the forward pass run from left to right, "TB" from top to bottom.
        messages: leave room on every edge for its ledger; without it the picture is more compact.
        grads: give every box a line for its gradient.

    Raises:
        ImportError: pygraphviz is not installed.
        ValueError: the direction is neither "LR" nor "TB".

    >>> from visuals.layout import layout
    >>> node = {"id": "n0", "kind": "parameter", "name": "x", "op": "", "symbol": "", "detail": "",
    ...         "shape": [], "value": {"shape": [], "text": "3", "scalar": 3.0}, "grad": None}
    >>> layout({"version": 1, "output": "n0", "nodes": [node], "edges": [], "frames": []}).nodes
    {'n0': {'x': 61.45, 'y': 52.0, 'w': 90.9, 'h': 72.0}}
    """
    if direction not in ("LR", "TB"):
        raise ValueError(f'direction is "LR" (left to right) or "TB" (top to bottom), not {direction!r}')
    trace = as_trace(trace)
    seen = boxes.history(trace)
    sizes = {node["id"]: boxes.box(node, seen[node["id"]], grads, direction == "LR") for node in trace.nodes}
    texts = boxes.ledgers(trace) if messages else {}
    labels = {e["id"]: (boxes.ledger_width(texts.get(e["id"], "")), boxes.LEDGER_HEIGHT) for e in trace.edges}
    for scale in _TRIES:
        room = max((w for w, _ in labels.values()), default=0.0) if messages else 0.0
        nodes, curves = _coordinates(trace, sizes, direction, room, scale)
        places, clashes = place_labels(curves, nodes, labels)
        if not clashes or not messages or len(trace.edges) > _SMALL:
            break
    return _assemble(trace, direction, grads, nodes, curves, places, labels)


def _coordinates(
    trace: Any, sizes: dict[str, boxes.Box], direction: str, room: float, scale: float
) -> tuple[dict[str, dict[str, float]], dict[str, list[Point]]]:
    """Ask Graphviz; `room` is the width of the widest label."""
    try:
        import pygraphviz
    except ImportError as error:
        raise ImportError(
            "Drawing a graph needs pygraphviz, which places its boxes. Install it with "
            "`pip install pygraphviz` (its wheel contains Graphviz: no system package is needed)."
        ) from error
    if direction == "LR":
        between, along = 24.0, room + (50.0 if room else 62.0)
    else:
        between, along = max(28.0, room * 0.7), 78.0 if room else 50.0
    nodesep, ranksep = between * scale, along * (1 + (scale - 1) / 3)
    graph = pygraphviz.AGraph(
        directed=True,
        strict=False,
        rankdir=direction,
        nodesep=f"{nodesep / _INCH:.3f}",
        ranksep=f"{ranksep / _INCH:.3f}",
    )
    graph.node_attr.update(shape="box", fixedsize="true", label="")
    ports = {"tailport": "e", "headport": "w"} if direction == "LR" else {"tailport": "s", "headport": "n"}
    graph.edge_attr.update(arrowhead="none", **ports)
    for node_id, box in sizes.items():
        graph.add_node(node_id, width=f"{box.w / _INCH:.4f}", height=f"{box.h / _INCH:.4f}")
    leaves = {node["id"] for node in trace.nodes if node["kind"] == "parameter"}
    for edge in trace.edges:  # the way from data to result runs straight, parameters join from the side
        weight = "1" if edge["source"] in leaves else "8"
        graph.add_edge(edge["source"], edge["target"], key=edge["id"], weight=weight)
    return _read_plain(graph.draw(format="plain", prog="dot").decode(), trace, sizes, direction)


def _read_plain(
    plain: str, trace: Any, sizes: dict[str, boxes.Box], direction: str
) -> tuple[dict[str, dict[str, float]], dict[str, list[Point]]]:
    """Graphviz's `plain` text as boxes and Bézier control points.

    Parallel edges come in no promised order, so they are told apart by their endpoints and dealt out in turn.
    """
    rows = [line.split() for line in plain.replace("\\\n", "").splitlines()]
    height = float(rows[0][3]) * _INCH

    def at(x: str, y: str) -> Point:  # Graphviz measures upward
        return (round(float(x) * _INCH + MARGIN, 2), round(height - float(y) * _INCH + MARGIN, 2))

    nodes = {}
    waiting: dict[tuple[str, str], list[list[Point]]] = defaultdict(list)
    for row in rows:
        if row[0] == "node":
            x, y = at(row[2], row[3])
            nodes[row[1]] = {"x": x, "y": y, "w": sizes[row[1]].w, "h": sizes[row[1]].h}
        elif row[0] == "edge":
            count = int(row[3])
            waiting[row[1], row[2]].append([at(*row[i : i + 2]) for i in range(4, 4 + 2 * count, 2)])
    lane = 1 if direction == "LR" else 0
    for paths in waiting.values():
        paths.sort(key=lambda path: sum(point[lane] for point in path) / len(path))
    curves = {edge["id"]: waiting[edge["source"], edge["target"]].pop(0) for edge in trace.edges}
    return {node["id"]: nodes[node["id"]] for node in trace.nodes}, _fan_out(trace, curves, nodes, direction)


def _fan_out(
    trace: Any, curves: dict[str, list[Point]], nodes: dict[str, dict[str, float]], direction: str
) -> dict[str, list[Point]]:
    """Spread the heads of edges that meet at one box, so that every arrow is seen."""
    lane = 1 if direction == "LR" else 0
    arriving = defaultdict(list)
    for edge in trace.edges:
        arriving[edge["target"]].append(edge["id"])
    for target, edges in arriving.items():
        edges.sort(key=lambda e: (curves[e][-3][lane] - curves[e][-1][lane], curves[e][-4][lane]))
        step = min(22.0, nodes[target]["h" if lane else "w"] * 0.6 / max(len(edges) - 1, 1))
        for place, edge in enumerate(edges):
            shift = (place - (len(edges) - 1) / 2) * step
            move = (0.0, shift) if lane else (shift, 0.0)
            *begin, c, d = curves[edge]
            curves[edge] = [*begin, *((round(x + move[0], 2), round(y + move[1], 2)) for x, y in (c, d))]
    for edge in trace.edges:  # Graphviz rounds: let every curve begin and end exactly on its box
        ends = ((0, nodes[edge["source"]], 0.5), (-1, nodes[edge["target"]], -0.5))
        for end, box, side in ends:
            x, y = curves[edge["id"]][end]
            on = round(box["x"] + side * box["w"], 2), round(box["y"] + side * box["h"], 2)
            curves[edge["id"]][end] = (on[0], y) if lane else (x, on[1])
    return curves


def _assemble(
    trace: Any, direction: str, grads: bool, nodes: dict, curves: dict, places: dict, labels: dict
) -> Layout:
    """Collect the parts, shifted so that nothing lies outside the picture."""
    found = [(n["x"] + s * n["w"] / 2, n["y"] + s * n["h"] / 2) for n in nodes.values() for s in (-1, 1)]
    found += [point for curve in curves.values() for point in curve]
    found += [
        (x + s * labels[e][0] / 2, y + s * labels[e][1] / 2) for e, (x, y) in places.items() for s in (-1, 1)
    ]
    left, top = (min(point[i] for point in found) - MARGIN for i in (0, 1))
    width, height = (max(point[i] for point in found) + MARGIN - (left, top)[i] for i in (0, 1))
    moved = {k: {**n, "x": round(n["x"] - left, 2), "y": round(n["y"] - top, 2)} for k, n in nodes.items()}
    by_id = {node["id"]: node for node in trace.nodes}
    uses: dict[str, int] = defaultdict(int)
    for edge in trace.edges:
        uses[edge["target"]] += 1
    edges = {}
    for edge in trace.edges:
        curve = [(round(x - left, 2), round(y - top, 2)) for x, y in curves[edge["id"]]]
        (x, y), (w, h) = places[edge["id"]], labels[edge["id"]]
        path = "M{:g},{:g} C".format(*curve[0]) + " ".join("{:g},{:g}".format(*p) for p in curve[1:])
        placed = {"path": path, "x": round(x - left, 2), "y": round(y - top, 2), "w": w, "h": h}
        if uses[edge["target"]] > 1 and by_id[edge["target"]]["op"] not in _COMMUTE:
            placed["arg"] = _argument(
                curve[-1], nodes[edge["target"]], (left, top), direction, edge["position"]
            )
        edges[edge["id"]] = placed
    return Layout(round(width, 1), round(height, 1), moved, edges, direction, grads)


def _argument(head: Point, target: dict, origin: Point, direction: str, position: int) -> dict[str, Any]:
    """Where "1", "2" … stand: beside the arrow's head, on the outer side of all that meet there."""
    x, y = head
    if direction == "LR":
        below = y > target["y"] - origin[1] + 1
        return {"x": x - 16, "y": y + (14 if below else -6), "text": str(position + 1)}
    right = x > target["x"] - origin[0] + 1
    return {"x": x + (9 if right else -9), "y": y - 12, "text": str(position + 1)}
