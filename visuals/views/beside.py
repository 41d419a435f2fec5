"""Two laid-out graphs in one picture, each under its title.

With this module, one can
- put them together:     trace, place = beside(first, second, titles, sentence, options)
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import minigrad as mg
from visuals import text as words
from visuals.layout import Layout, layout
from visuals.options import Options
from visuals.pieces import Line, Outline, Piece, moved

WIDEST = 1700.0  # pixels: two graphs that are wider together stand one above the other
GAP, MARGIN = 48.0, 16.0


def together(first: mg.Trace, second: mg.Trace) -> mg.Trace:
    """Both graphs as one trace: every id has "a-" or "b-" before it.

    Example:
        >>> run = together(mg.trace(mg.Parameter(1.0)), mg.trace(mg.Parameter(2.0)))
        >>> [node["id"] for node in run.nodes], run.output
        (['a-n0', 'b-n0'], 'b-n0')
    """
    parts = [_renamed(trace, before) for trace, before in ((first, "a-"), (second, "b-"))]
    nodes, edges, frames = (parts[0][k] + parts[1][k] for k in range(3))
    return mg.Trace(nodes, edges, frames, f"b-{second.output}")


def _renamed(trace: mg.Trace, before: str) -> tuple[list[dict], list[dict], list[dict]]:
    nodes = [{**node, "id": before + node["id"]} for node in trace.nodes]
    edges = [
        {**edge, **{key: before + edge[key] for key in ("id", "source", "target")}} for edge in trace.edges
    ]
    frames = []
    for frame in trace.frames:
        changes = {
            part: {before + name: c for name, c in found.items()} for part, found in frame["set"].items()
        }
        edge = {"edge": before + frame["edge"]} if "edge" in frame else {}
        frames.append(
            {**frame, "set": changes, "active": [before + name for name in frame["active"]], **edge}
        )
    return nodes, edges, frames


def beside(
    first: mg.Trace, second: mg.Trace, titles: tuple[str, str], sentence: str, options: Options
) -> tuple[mg.Trace, Layout]:
    """Both graphs in one picture: side by side, or one above the other where they are wide.

    Args:
        titles: what stands over each.
        sentence: what stands under both.
    """
    whole = together(first, second)
    place = layout(whole, options=options)
    letters = place.letters
    head = 2.0 * letters.of["mg-name"]
    panels = [layout(trace, options=options) for trace in (first, second)]
    areas = [_area(panel) for panel in panels]
    (wide, high), (_, other_high) = areas
    across = wide + GAP + areas[1][0] <= WIDEST
    corners = [(0.0, head), (wide + GAP, head) if across else (0.0, head + high + GAP + head)]
    nodes: dict[str, Any] = {}
    edges: dict[str, Any] = {}
    pieces: list[Piece] = []
    size = letters.of["mg-name"]
    for before, panel, (x, y), title, area in zip(("a-", "b-"), panels, corners, titles, areas, strict=True):
        shift = x, y - _bounds(panel)[0] + MARGIN
        for name, node in panel.nodes.items():
            nodes[before + name] = {**node, "x": node["x"] + shift[0], "y": node["y"] + shift[1]}
        for name, edge in panel.edges.items():
            edges[before + name] = _shifted(edge, *shift)
        shown = words.shorten(words.clean(title), area[0] - MARGIN, size, bold=True)
        pieces.append(Line("mg-name", x + MARGIN, y - 0.4 * size, shown, "start", size))
    width = wide + GAP + areas[1][0] if across else max(wide, areas[1][0])
    width = max(
        width, 420.0, 2 * MARGIN + max((_right(piece) for piece in place.legend), default=0.0) - MARGIN
    )
    bottom = (head + max(high, other_high)) if across else corners[1][1] + other_high
    for row in wrapped(sentence, width - 2 * MARGIN, letters.of["mg-value"]):
        bottom += 1.5 * letters.of["mg-value"]
        pieces.append(Line("mg-note", MARGIN, bottom, row, "start", letters.of["mg-value"]))
    bottom += MARGIN
    if place.legend:
        tops = [_top(piece) for piece in place.legend]
        down = bottom + letters.small - min(tops)
        pieces += [moved(piece, 0.0, down) for piece in place.legend]
        bottom = max(_top(piece) for piece in pieces) + MARGIN
    width, height = round(width, 1), round(bottom, 1)
    return whole, replace(place, width=width, height=height, nodes=nodes, edges=edges, legend=tuple(pieces))


def _bounds(place: Layout) -> tuple[float, float]:
    """Where the graph begins and ends from top to bottom, without what stands under it."""
    low = [node["y"] - node["h"] / 2 for node in place.nodes.values()]
    high = [node["y"] + node["h"] / 2 for node in place.nodes.values()]
    for edge in place.edges.values():
        ends = [float(y) for y in re.findall(r",(-?[\d.]+)", edge["path"])]
        low.append(min(ends))
        high.append(max(ends))
    return min(low), max(high)


def _area(place: Layout) -> tuple[float, float]:
    """The width and height that a graph takes, with a margin."""
    top, bottom = _bounds(place)
    right = [node["x"] + node["w"] / 2 for node in place.nodes.values()]
    return max(right) + MARGIN, bottom - top + 2 * MARGIN


def _shifted(edge: dict[str, Any], x: float, y: float) -> dict[str, Any]:
    """An edge elsewhere: its curve, its message, and the number at its head."""
    found = {**edge, "x": edge["x"] + x, "y": edge["y"] + y}
    path = moved(Outline("mg-line", edge["path"]), x, y)
    found["path"] = path.d if isinstance(path, Outline) else edge["path"]
    if "arg" in edge:
        found["arg"] = {**edge["arg"], "x": edge["arg"]["x"] + x, "y": edge["arg"]["y"] + y}
    return found


def _top(piece: Piece) -> float:
    return piece.y if isinstance(piece, Line) else float(piece.d[1:].split(" ")[0].split(",")[1])


def _right(piece: Piece) -> float:
    return piece.x + words.width(piece.text, piece.size) if isinstance(piece, Line) else 0.0


def wrapped(text: str, room: float, size: float) -> list[str]:
    """A text in lines that are not wider than `room` pixels.

    >>> wrapped("one two three", 50, 10)
    ['one two', 'three']
    """
    rows = [""]
    for word in words.clean(text).split(" "):
        longer = f"{rows[-1]} {word}".strip()
        if rows[-1] and words.width(longer, size) > room:
            rows.append(words.shorten(word, room, size))
        else:
            rows[-1] = words.shorten(longer, room, size)
    return rows
