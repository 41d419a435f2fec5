"""Where lines meet a box: every arrow's head is seen, and numbered where the order of arguments matters."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from visuals.coordinates import Point
from visuals.letters import NORMAL, Letters
from visuals.lines import HEAD, head_size
from visuals.strokes import Stroke

_STEP = 22.0  # between two heads
_COMMUTE = {"add", "multiply", "maximum", "minimum", "equal", "not_equal", "concatenate_all"}


def spread(
    trace: Any,
    curves: dict[str, list[Point]],
    nodes: dict[str, dict[str, float]],
    lane: int,
    letters: Letters = NORMAL,
) -> dict[str, list[Point]]:
    """Spread the heads of edges that meet at one box, so that every arrow is seen."""
    arriving = defaultdict(list)
    for edge in trace.edges:
        arriving[edge["target"]].append(edge["id"])
    for target, edges in arriving.items():
        if len(edges) == 1:
            continue
        edges.sort(key=lambda e: _side(curves[e], lane))
        step = min(
            _STEP * letters.small / NORMAL.small, nodes[target]["h" if lane else "w"] * 0.6 / (len(edges) - 1)
        )
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


def numbered(trace: Any) -> set[str]:
    """The nodes with several arguments whose order matters. What goes into a folded box has no order."""
    uses: dict[str, int] = defaultdict(int)
    for edge in trace.edges:
        uses[edge["target"]] += 1
    ordered = [node for node in trace.nodes if node["op"] not in _COMMUTE and not node.get("inside")]
    return {node["id"] for node in ordered if uses[node["id"]] > 1}


def argument(
    head: Point,
    target: dict[str, float],
    direction: str,
    position: int,
    stroke: Stroke | None = None,
    letters: Letters = NORMAL,
) -> dict[str, Any]:
    """Where "1", "2" … stand: beside the arrow's head, on the outer side of all that meet there.

    A heavier line has a larger head, and keeps its number farther away.
    """
    x, y = head
    more = head_size(stroke.width * letters.thickness) - HEAD if stroke else 0.0
    if direction == "LR":
        below = y > target["y"] + 1
        rise = 14 + letters.small - NORMAL.small + 0.4 * more if below else -6 - 0.4 * more
        return {"x": x - 16 - more, "y": round(y + rise, 2), "text": str(position + 1)}
    right = x > target["x"] + 1
    away = 9 + 0.4 * more + (letters.small - NORMAL.small) / 2
    return {"x": round(x + (away if right else -away), 2), "y": y - 5, "text": str(position + 1)}
