"""The line of an edge: how heavy it is, where it ends, and the head of its arrow.

With this module, one can
- draw a line with a message or a mark:    line_of(edge, place, stroke, letters) -> outlines, and a sign in the middle
"""

from __future__ import annotations

from typing import Any

from visuals.badges import SIGNS, pill
from visuals.letters import Letters
from visuals.parts import MARKS
from visuals.pieces import Outline, Piece
from visuals.strokes import Stroke

HEAD = 8.0  # how long the head of a usual line is
Point = tuple[float, float]


def line_of(
    edge: dict[str, Any],
    place: dict[str, Any],
    stroke: Stroke | None,
    letters: Letters,
    sign: bool = True,
) -> list[Piece]:
    """The pieces of an edge with a message (`stroke`) or a mark; nothing of one that looks as usual.

    Args:
        place: the edge's place in a layout.
        sign: say in the middle what colour and dash say; not where a ledger stands there.
    """
    mark = edge.get("mark")
    if mark in MARKS:
        part, width, dash, text = f"mg-mark-{mark}", 3.0, MARKS[mark], SIGNS[mark]
    elif stroke is not None:
        part, width, dash, text = stroke.css, stroke.width, stroke.dash, stroke.sign
    else:
        return []
    width = round(width * letters.thickness, 2)
    path, head = with_head(place["path"], head_size(width))
    pieces: list[Piece] = [Outline(part, path, width, dash), Outline(f"{part}-head", head)]
    if text and sign:
        pieces += pill(text, place["x"], place["y"], letters, f"{part}-head")
    return pieces


def head_size(width: float) -> float:
    """How long the head of a line of this width is.

    >>> head_size(1.2), head_size(5.0)
    (8.0, 14.8)
    """
    return HEAD + 2.0 * max(width - 1.6, 0.0)


def with_head(path: str, size: float = HEAD) -> tuple[str, str]:
    """A curve cut short before its arrow's head, so that a heavy line does not show beside the tip; and the head.

    >>> with_head("M0,0 C10,0 20,0 30,0")[0]
    'M0,0 C10,0 14.8,0 24.8,0'
    """
    points = points_of(path)
    (x, y), (bx, by) = points[-1], points[-2]
    ux, uy = direction((bx, by), (x, y))
    back = 0.65 * size
    cut = [*points[:-2], (bx - ux * back, by - uy * back), (x - ux * back, y - uy * back)]
    spelled = [f"{round(px, 2):g},{round(py, 2):g}" for px, py in cut]
    return f"M{spelled[0]} C{' '.join(spelled[1:])}", head_at((x, y), (ux, uy), size)


def points_of(path: str) -> list[Point]:
    """The points of a curve "M… C…"."""
    pairs = (pair.split(",") for pair in path[1:].replace(" C", " ").split())
    return [(float(x), float(y)) for x, y in pairs]


def direction(begin: Point, end: Point) -> Point:
    """From one point to another, with length 1; to the right if they are one."""
    dx, dy = end[0] - begin[0], end[1] - begin[1]
    length = (dx * dx + dy * dy) ** 0.5
    return (dx / length, dy / length) if length else (1.0, 0.0)


def head_at(tip: Point, towards: Point, size: float = HEAD) -> str:
    """The outline of an arrow's head."""
    (x, y), (ux, uy), unit = tip, towards, size / 8.0
    corners = ((-8 * unit, -3.4 * unit), (0.8, 0.0), (-8 * unit, 3.4 * unit), (-6 * unit, 0.0))
    spelled = [f"{round(x + a * ux - b * uy, 2):g},{round(y + a * uy + b * ux, 2):g}" for a, b in corners]
    return f"M{' L'.join(spelled)} Z"
