"""A long picture in several rows, one below the other, as a text has lines: so a deep network fits on a slide.

With this module, one can
- break a picture:     in_rows(nodes, curves, edges) -> the same boxes and curves, elsewhere

A row ends where no box stands and few lines pass. Those lines go on: beside the row, back below it, and into the next.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

Point = tuple[float, float]
Curve = list[Point]

WIDE = 2300.0  # pixels: on a screen, a wider picture becomes too small to be read
SLIM = 2.6  # and so many times wider than high
SLIDE = 1.7  # width by height that is wanted
ROWS = 6  # what would need more is no slide: it is looked at piece by piece
MOST = 8  # lines from one row to the next that can still be followed
SHORT = 140.0  # a part of a line that is shorter goes straight
_GAP, _LANE, _ROUND = 26.0, 13.0, 11.0


def in_rows(
    nodes: dict[str, dict[str, float]], curves: dict[str, Curve], edges: list[dict[str, Any]]
) -> tuple[dict[str, dict[str, float]], dict[str, Curve]]:
    """The places of boxes and curves, in as many rows as a slide wants; where one or not even six do, as they are.

    Args:
        nodes: for each box its centre and size; the graph runs to the right.
        curves: for each edge its Bézier points.
        edges: with ids and sources; lines that leave one box at one height stay one line.
    """
    left, top, right, bottom = _extent(nodes, curves)
    wide, high = right - left, bottom - top
    if wide < WIDE or wide < SLIM * high:
        return nodes, curves
    count = max(2, round((wide / (SLIDE * (high + 3 * _GAP))) ** 0.5))
    if count > ROWS:
        return nodes, curves
    sources = {edge["id"]: edge["source"] for edge in edges}
    wanted = [left + wide * k / count for k in range(1, count)]
    cuts = _cuts(nodes, curves, sources, wanted, 0.3 * wide / count)
    if not cuts:
        return nodes, curves
    return _Rows(nodes, curves, sources, cuts).placed()


def _extent(nodes: dict[str, Any], curves: dict[str, Curve]) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of everything."""
    xs = [n["x"] + side * n["w"] / 2 for n in nodes.values() for side in (-1, 1)]
    ys = [n["y"] + side * n["h"] / 2 for n in nodes.values() for side in (-1, 1)]
    xs += [x for curve in curves.values() for x, _ in curve]
    ys += [y for curve in curves.values() for _, y in curve]
    return min(xs), min(ys), max(xs), max(ys)


def _cuts(
    nodes: dict[str, Any],
    curves: dict[str, Curve],
    sources: dict[str, str],
    wanted: list[float],
    room: float,
) -> list[float]:
    """Where rows end, near the wanted places: between boxes, where lines from the fewest boxes pass."""
    spans = sorted((n["x"] - n["w"] / 2, n["x"] + n["w"] / 2) for n in nodes.values())
    free, end = [], spans[0][1]
    for begin, finish in spans[1:]:
        if begin > end + 4:
            free.append((begin + end) / 2)
        end = max(end, finish)
    cuts: list[float] = []
    for place in wanted:
        near = [c for c in free if abs(c - place) <= room and c not in cuts]
        if not near:
            continue
        passing = {
            c: len({sources[edge] for edge, curve in curves.items() if curve[0][0] < c < curve[-1][0]})
            for c in near
        }
        best = min(near, key=lambda c: 2 * passing[c] + abs(c - place) / room)
        if passing[best] <= MOST:
            cuts.append(best)
    return sorted(cuts)


class _Rows:
    """The parts of a picture between cuts, one below the other."""

    def __init__(
        self, nodes: dict[str, Any], curves: dict[str, Curve], sources: dict[str, str], cuts: list[float]
    ) -> None:
        self.nodes, self.sources, self.cuts = nodes, sources, cuts
        self.parts = {edge: divided(curve, cuts) for edge, curve in curves.items()}
        self.lanes = [self._lanes(k) for k in range(len(cuts))]

    def row(self, x: float) -> int:
        """In which row a place is."""
        return sum(x > cut for cut in self.cuts)

    def _lanes(self, k: int) -> dict[str, int]:
        """The lines that pass a cut, from the top; those of one box at one height share a lane."""
        passing = sorted(
            (parts[k][-1][1], edge) for edge, parts in self.parts.items() if {k, k + 1} <= {*parts}
        )
        lanes: dict[str, int] = {}
        known: dict[tuple[str, float], int] = {}
        for y, edge in passing:
            lanes[edge] = known.setdefault((self.sources[edge], round(y)), len(known))
        return lanes

    def placed(self) -> tuple[dict[str, dict[str, float]], dict[str, Curve]]:
        """Boxes and curves where they stand in their rows."""
        boxes: list[dict[str, Any]] = [{} for _ in range(len(self.cuts) + 1)]
        for name, n in self.nodes.items():
            boxes[self.row(n["x"])][name] = n
        shifts: list[Point] = []
        inner = _GAP + _LANE * max((len({*lanes.values()}) for lanes in self.lanes), default=0)
        y, widest, bottoms = 0.0, 0.0, []
        for k, members in enumerate(boxes):
            parts = {edge: parts[k] for edge, parts in self.parts.items() if k in parts}
            left, top, right, bottom = _extent(members, parts)
            shifts.append((inner - left, y - top))
            widest, y = max(widest, inner + right - left), y + bottom - top
            bottoms.append(y)
            y += _GAP + (_GAP + _LANE * len({*self.lanes[k].values()}) if k < len(self.cuts) else 0)
        nodes: dict[str, dict[str, float]] = {}
        for k, members in enumerate(boxes):
            dx, dy = shifts[k]
            nodes |= {
                name: {**n, "x": round(n["x"] + dx, 2), "y": round(n["y"] + dy, 2)}
                for name, n in members.items()
            }
        curves = {edge: self._joined(edge, shifts, bottoms, widest, inner) for edge in self.parts}
        return {name: nodes[name] for name in self.nodes}, curves

    def _joined(
        self, edge: str, shifts: list[Point], bottoms: list[float], right: float, inner: float
    ) -> Curve:
        """The parts of one line in their rows, and the ways between them."""
        curve: Curve = []
        parts = sorted(self.parts[edge].items())
        for number, (k, part) in enumerate(parts):
            dx, dy = shifts[k]
            here = [(round(x + dx, 2), round(y + dy, 2)) for x, y in part]
            if len(parts) > 1 and here[-1][0] - here[0][0] < SHORT:  # from a box at the end of its row
                here = here[:1] if number == 0 else here[-1:] if number == len(parts) - 1 else here
            if curve:
                lane, last = self.lanes[k - 1][edge], max(self.lanes[k - 1].values())
                # The uppermost line turns outermost on the right, and innermost on the left: so none cross.
                far, near = right + _GAP / 2 + _LANE * (last - lane), inner - _GAP - _LANE * lane
                low = bottoms[k - 1] + _GAP + _LANE * (last - lane)
                (x0, y0), (x1, y1) = curve[-1], here[0]
                curve += way([(x0, y0), (far, y0), (far, low), (near, low), (near, y1), (x1, y1)])[1:]
            curve += here[1:] if curve else here
        return curve


def divided(curve: Curve, cuts: list[float]) -> dict[int, Curve]:
    """The parts of a curve between cuts, by row. A curve runs to the right.

    >>> divided([(0, 0), (1, 0), (2, 0), (3, 0)], [1.5])
    {0: [(0, 0), (0.5, 0.0), (1.0, 0.0), (1.5, 0.0)], 1: [(1.5, 0.0), (2.0, 0.0), (2.5, 0.0), (3, 0)]}
    """
    parts: dict[int, Curve] = {}
    rest, begin = curve, sum(curve[0][0] > cut for cut in cuts)
    for k in range(begin, len(cuts)):
        if rest[-1][0] <= cuts[k]:
            break
        piece = next(i for i in range(0, len(rest) - 1, 3) if rest[i + 3][0] > cuts[k])
        low, high = 0.0, 1.0
        for _ in range(30):
            middle = (low + high) / 2
            low, high = (
                (middle, high)
                if split(rest[piece : piece + 4], middle)[0][-1][0] < cuts[k]
                else (low, middle)
            )
        first, second = split(rest[piece : piece + 4], high)
        parts[k] = [*rest[:piece], *first]
        rest = [*second, *rest[piece + 4 :]]
    parts[begin + len(parts)] = rest
    return parts


def split(piece: Curve, t: float) -> tuple[Curve, Curve]:
    """A cubic Bézier piece as two, by de Casteljau's construction."""
    levels = [piece]
    while len(levels[-1]) > 1:
        levels.append(
            [(ax + (bx - ax) * t, ay + (by - ay) * t) for (ax, ay), (bx, by) in pairwise(levels[-1])]
        )
    return [level[0] for level in levels], [level[-1] for level in reversed(levels)]


def way(stations: list[Point]) -> Curve:
    """A line from station to station, straight, with round corners."""
    found, last = [stations[0]], stations[0]
    for before, corner, after in zip(stations, stations[1:], stations[2:], strict=False):
        radius = min(_ROUND, _distance(before, corner) / 2, _distance(corner, after) / 2)
        begin, end = _towards(corner, before, radius), _towards(corner, after, radius)
        found += [*_thirds(last, begin), begin, _towards(corner, before, 0.45 * radius)]
        found += [_towards(corner, after, 0.45 * radius), end]
        last = end
    return [(round(x, 2), round(y, 2)) for x, y in (*found, *_thirds(last, stations[-1]), stations[-1])]


def _thirds(a: Point, b: Point) -> Curve:
    return [(a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t) for t in (1 / 3, 2 / 3)]


def _distance(a: Point, b: Point) -> float:
    return float(((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) ** 0.5)


def _towards(a: Point, b: Point, far: float) -> Point:
    length = _distance(a, b) or 1.0
    return a[0] + (b[0] - a[0]) * far / length, a[1] + (b[1] - a[1]) * far / length
