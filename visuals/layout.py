"""Where everything stands: boxes, curves, and a free place on every edge for its message."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Literal

from visuals import boxes
from visuals.coordinates import MARGIN, Point, Spacing, coordinates
from visuals.labels import middles, place_labels
from visuals.text import as_trace

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
        boxes: for each node id what is where in its box.
    """

    width: float
    height: float
    nodes: dict[str, dict[str, float]]
    edges: dict[str, dict[str, Any]]
    direction: str = "LR"
    grads: bool = True
    boxes: dict[str, boxes.Box] = field(default_factory=dict, repr=False, compare=False)

    def to_dict(self) -> dict[str, Any]:
        """The geometry as plain data, ready for JSON."""
        return {
            "width": self.width,
            "height": self.height,
            "nodes": {name: dict(place) for name, place in self.nodes.items()},
            "edges": {name: dict(place) for name, place in self.edges.items()},
            "direction": self.direction,
            "grads": self.grads,
        }


def layout(
    trace: Any,
    *,
    direction: Literal["LR", "TB"] = "LR",
    messages: bool = True,
    grads: bool = True,
    run: bool = True,
) -> Layout:
    """Place the nodes and edges of a trace (or of its dict).

    Args:
        direction: "LR" lets the forward pass run from left to right, "TB" from top to bottom.
        messages: leave room on every edge for its ledger; without it the picture is more compact.
        grads: give every box a line for its gradient.
        run: leave room in the boxes for all that the run shows, and not only for what is known now.

    Raises:
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
    sizes = boxes.all_boxes(trace, grads, direction == "LR", run)
    texts = boxes.ledgers(trace) if messages else {}
    labels = {e["id"]: (boxes.ledger_width(texts.get(e["id"], "")), boxes.LEDGER_HEIGHT) for e in trace.edges}
    room = max((w for w, _ in labels.values()), default=0.0) if messages else 0.0
    small = len(trace.edges) <= _SMALL
    for scale in _TRIES:
        spacing = _spacing(direction, room, scale)
        nodes, curves = coordinates(trace, sizes, spacing)
        curves = _fan_out(trace, curves, nodes, spacing.lane)
        if not messages:
            places = middles(curves)
            break
        places, clashes = place_labels(curves, nodes, labels, fine=small)
        if not clashes or not small:
            break
    return _assemble(trace, direction, grads, nodes, curves, places, labels, sizes)


def _spacing(direction: str, room: float, scale: float) -> Spacing:
    """The distances between boxes; `room` is the width of the widest label."""
    if direction == "LR":
        across, along = 24.0, room + (50.0 if room else 62.0)
    else:
        across, along = max(28.0, room * 0.7), 78.0 if room else 50.0
    return Spacing(direction, across * scale, along * (1 + (scale - 1) / 3))


def _fan_out(
    trace: Any, curves: dict[str, list[Point]], nodes: dict[str, dict[str, float]], lane: int
) -> dict[str, list[Point]]:
    """Spread the heads of edges that meet at one box, so that every arrow is seen."""
    arriving = defaultdict(list)
    for edge in trace.edges:
        arriving[edge["target"]].append(edge["id"])
    for target, edges in arriving.items():
        if len(edges) == 1:
            continue
        edges.sort(key=lambda e: _side(curves[e], lane))
        step = min(22.0, nodes[target]["h" if lane else "w"] * 0.6 / (len(edges) - 1))
        for place, edge in enumerate(edges):
            shift = (place - (len(edges) - 1) / 2) * step
            move = (0.0, shift) if lane else (shift, 0.0)
            curve = curves[edge]
            level = len(curve) - 2
            while level > 2 and curve[level - 1][lane] == curve[-1][lane]:
                level -= 1  # the level end of a line moves as a whole
            curve[level:] = [(round(x + move[0], 2), round(y + move[1], 2)) for x, y in curve[level:]]
    along, side = (0, "w") if lane else (1, "h")
    for edge in trace.edges:  # Graphviz rounds: let every curve begin and end exactly on its box
        curve, begin, end = curves[edge["id"]], nodes[edge["source"]], nodes[edge["target"]]
        first = round(begin["xy"[along]] + begin[side] / 2, 2)
        last = round(end["xy"[along]] - end[side] / 2, 2)
        curve[0] = (first, curve[0][1]) if lane else (curve[0][0], first)
        curve[-1] = (last, curve[-1][1]) if lane else (curve[-1][0], last)
    return curves


def _side(curve: list[Point], lane: int) -> float:
    """From which side a line comes to its head: how far away it was when it was last not level with it."""
    head = curve[-1][lane]
    return next((point[lane] - head for point in reversed(curve) if abs(point[lane] - head) > 1.0), 0.0)


def _assemble(
    trace: Any,
    direction: str,
    grads: bool,
    nodes: dict[str, dict[str, float]],
    curves: dict[str, list[Point]],
    places: dict[str, Point],
    labels: dict[str, tuple[float, float]],
    sizes: dict[str, boxes.Box],
) -> Layout:
    """Collect the parts, shifted so that nothing lies outside the picture."""
    spans = []
    for axis, side, of_label in (("x", "w", 0), ("y", "h", 1)):
        low = [n[axis] - n[side] / 2 for n in nodes.values()]
        high = [n[axis] + n[side] / 2 for n in nodes.values()]
        for edge, curve in curves.items():
            values = [point[of_label] for point in curve]
            middle, half = places[edge][of_label], labels[edge][of_label] / 2
            low += [min(values), middle - half]
            high += [max(values), middle + half]
        spans.append((min(low) - MARGIN, max(high) + MARGIN))
    (left, right), (top, bottom) = spans
    moved = {k: {**n, "x": round(n["x"] - left, 2), "y": round(n["y"] - top, 2)} for k, n in nodes.items()}
    ordered = _numbered(trace)
    edges = {}
    for edge in trace.edges:
        name, target = edge["id"], edge["target"]
        curve = [(round(x - left, 2), round(y - top, 2)) for x, y in curves[name]]
        (x, y), (w, h) = places[name], labels[name]
        points = [f"{px:g},{py:g}" for px, py in curve]
        path = f"M{points[0]} C{' '.join(points[1:])}"
        placed = {"path": path, "x": round(x - left, 2), "y": round(y - top, 2), "w": w, "h": h}
        if target in ordered:
            placed["arg"] = _argument(curve[-1], moved[target], direction, edge["position"])
        edges[name] = placed
    return Layout(round(right - left, 1), round(bottom - top, 1), moved, edges, direction, grads, sizes)


def _numbered(trace: Any) -> set[str]:
    """The nodes with several arguments whose order matters."""
    uses: dict[str, int] = defaultdict(int)
    for edge in trace.edges:
        uses[edge["target"]] += 1
    return {node["id"] for node in trace.nodes if uses[node["id"]] > 1 and node["op"] not in _COMMUTE}


def _argument(head: Point, target: dict[str, float], direction: str, position: int) -> dict[str, Any]:
    """Where "1", "2" … stand: beside the arrow's head, on the outer side of all that meet there."""
    x, y = head
    if direction == "LR":
        below = y > target["y"] + 1
        return {"x": x - 16, "y": y + (14 if below else -6), "text": str(position + 1)}
    right = x > target["x"] + 1
    return {"x": x + (9 if right else -9), "y": y - 12, "text": str(position + 1)}
