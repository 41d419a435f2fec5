"""Where everything stands: boxes, curves, and a free place on every edge for its message."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from visuals import boxes
from visuals.coordinates import MARGIN, Point, Spacing, coordinates
from visuals.fanout import contributions
from visuals.heads import argument, numbered, spread
from visuals.insides import Style
from visuals.labels import middles, place_labels
from visuals.legend import legend, under
from visuals.letters import NORMAL, Letters, letters_of
from visuals.parts import MARKS
from visuals.pieces import Box, Piece
from visuals.rows import in_rows
from visuals.strokes import Flow, flow
from visuals.text import as_trace

if TYPE_CHECKING:
    from visuals.options import Options

_TRIES = (1.0, 1.4, 2.0, 2.8)  # how far apart, until no label covers a box or another label
_SMALL = 80  # edges; in larger graphs the first try counts


@dataclass(frozen=True)
class Layout:
    """A picture's geometry in pixels, y downward; (x, y) is always a centre.

    Attributes:
        nodes: for each node id ``{"x", "y", "w", "h"}``.
        edges: for each edge id ``{"path": "M… C…", "x", "y", "w", "h"}``: the curve, and the place of its
            message; where arguments have an order, ``"arg": {"x", "y", "text"}`` numbers the arrow's head.
        grads: whether the boxes have a line for the gradient.
        boxes: for each node id what is where in its box.
        flow: how strong the line of each edge is; empty where no gradient is known.
        legend: what explains that, under the picture.
        letters: the sizes of all texts.
    """

    width: float
    height: float
    nodes: dict[str, dict[str, float]]
    edges: dict[str, dict[str, Any]]
    direction: str = "LR"
    grads: bool = True
    boxes: dict[str, Box] = field(default_factory=dict, repr=False, compare=False)
    flow: Flow = field(default=Flow({}, 0, 1), repr=False, compare=False)
    legend: tuple[Piece, ...] = field(default=(), repr=False, compare=False)
    letters: Letters = field(default=NORMAL, repr=False, compare=False)

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
    options: Options | None = None,
    *,
    direction: Literal["LR", "TB"] = "LR",
    messages: bool = True,
    grads: bool = True,
    run: bool = True,
) -> Layout:
    """Place the nodes and edges of a trace (or of its dict).

    Args:
        options: how a still picture is to look; then the arguments below do not count.
        direction: "LR" lets the forward pass run from left to right, "TB" from top to bottom.
        messages: leave room on every edge for its ledger; without it the picture is more compact.
        grads: give every box a line for its gradient.
        run: leave room in the boxes for all that the run shows, and not only for what is known now.

    Raises:
        ValueError: the direction is neither "LR" nor "TB", or the trace has no nodes.

    >>> from visuals.layout import layout
    >>> node = {"id": "n0", "kind": "parameter", "name": "x", "op": "", "symbol": "", "detail": "",
    ...         "shape": [], "value": {"shape": [], "text": "3", "scalar": 3.0}, "grad": None}
    >>> layout({"version": 1, "output": "n0", "nodes": [node], "edges": [], "frames": []}).nodes
    {'n0': {'x': 61.45, 'y': 52.0, 'w': 90.9, 'h': 72.0}}
    """
    if direction not in ("LR", "TB"):
        raise ValueError(f'direction is "LR" (left to right) or "TB" (top to bottom), not {direction!r}')
    trace = as_trace(trace)
    if not trace.nodes:
        raise ValueError("There is nothing to draw: this trace has no nodes. Trace a result: mg.trace(loss).")
    letters, strokes, sums = NORMAL, Flow({}, 0, 1), {}
    if options is None:
        style = Style(grads, direction == "LR", still=not run)
    else:
        direction, messages, grads = options.direction, options.messages, options.grads
        letters = letters_of(options.theme)
        style = Style(grads, direction == "LR", options.values, options.heat, letters, still=True)
        if grads:
            strokes, sums = flow(trace), contributions(trace)
    sizes = boxes.all_boxes(trace, style, sums)
    texts = boxes.ledgers(trace) if messages else {}
    widths = {e["id"]: boxes.ledger_width(texts.get(e["id"], ""), letters.ledger) for e in trace.edges}
    labels = {edge: (wide, letters.ledger_height) for edge, wide in widths.items()}
    room = max((w for w, _ in labels.values()), default=0.0) if messages else 0.0
    small = len(trace.edges) <= _SMALL
    for scale in _TRIES:
        spacing = _spacing(direction, room, scale * letters.line / NORMAL.line)
        nodes, curves = coordinates(trace, sizes, spacing)
        curves = spread(trace, curves, nodes, spacing.lane, letters)
        if options is not None and direction == "LR":
            nodes, curves = in_rows(nodes, curves, trace.edges)
        if not messages:
            places = middles(curves)
            break
        places, clashes = place_labels(curves, nodes, labels, fine=small)
        if not clashes or not small:
            break
    place = _assemble(trace, direction, grads, nodes, curves, places, labels, sizes, strokes, letters)
    return place if options is None else _explained(trace, place)


def _spacing(direction: str, room: float, scale: float) -> Spacing:
    """The distances between boxes; `room` is the width of the widest label."""
    if direction == "LR":
        across, along = 24.0, room + (50.0 if room else 62.0)
    else:
        across, along = max(28.0, room * 0.7), 78.0 if room else 50.0
    return Spacing(direction, across * scale, along * (1 + (scale - 1) / 3))


def _assemble(
    trace: Any,
    direction: str,
    grads: bool,
    nodes: dict[str, dict[str, float]],
    curves: dict[str, list[Point]],
    places: dict[str, Point],
    labels: dict[str, tuple[float, float]],
    sizes: dict[str, Box],
    strokes: Flow,
    letters: Letters,
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
    spots = {k: {**n, "x": round(n["x"] - left, 2), "y": round(n["y"] - top, 2)} for k, n in nodes.items()}
    ordered = numbered(trace)
    edges = {}
    for edge in trace.edges:
        name, target = edge["id"], edge["target"]
        curve = [(round(x - left, 2), round(y - top, 2)) for x, y in curves[name]]
        (x, y), (w, h) = places[name], labels[name]
        points = [f"{px:g},{py:g}" for px, py in curve]
        path = f"M{points[0]} C{' '.join(points[1:])}"
        placed = {"path": path, "x": round(x - left, 2), "y": round(y - top, 2), "w": w, "h": h}
        if target in ordered:
            stroke = strokes.strokes.get(name)
            placed["arg"] = argument(curve[-1], spots[target], direction, edge["position"], stroke, letters)
        edges[name] = placed
    width, height = round(right - left, 1), round(bottom - top, 1)
    return Layout(width, height, spots, edges, direction, grads, sizes, strokes, (), letters)


def _explained(trace: Any, place: Layout) -> Layout:
    """The same with a legend under it, if there is anything to explain."""
    marks = {part.get("mark") for part in (*trace.nodes, *trace.edges)} & {*MARKS}
    count = len(place.flow.strokes)
    heats = bool(count or marks) and any(box.heats for box in place.boxes.values())
    groups = legend(place.flow, marks, heats, count < len(trace.edges), place.letters)
    if not groups:
        return place
    pieces, width, height = under(groups, place.width, place.height, MARGIN, place.letters)
    return replace(place, width=width, height=height, legend=tuple(pieces))
