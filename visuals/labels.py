"""A free place on every edge for its message: near the middle of the curve, off boxes and other labels."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

Point = tuple[float, float]
Rect = tuple[float, float, float, float]  # left, top, right, bottom
_STOPS = (0.5, 0.43, 0.57, 0.36, 0.64, 0.29, 0.71, 0.22, 0.78, 0.15, 0.85)  # along the curve, best first
_GAP = 3.0  # the least distance to anything else
_CELL = 128.0
_FINE, _COARSE = (32, 8.0), (8, 24.0)  # points per piece of a curve, and how far apart samples are


def rect(x: float, y: float, w: float, h: float, gap: float = 0.0) -> Rect:
    """The rectangle with centre (x, y), grown by `gap` on every side."""
    return (x - w / 2 - gap, y - h / 2 - gap, x + w / 2 + gap, y + h / 2 + gap)


def overlap(a: Rect, b: Rect) -> bool:
    """Whether two rectangles share more than a border.

    >>> overlap((0, 0, 2, 2), (1, 1, 3, 3)), overlap((0, 0, 2, 2), (2, 0, 3, 3))
    (True, False)
    """
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


class _Grid:
    """Rectangles by the squares they touch, so that looking for neighbours does not look at everything."""

    def __init__(self) -> None:
        self.cells: dict[tuple[int, int], list[tuple[Rect, str]]] = defaultdict(list)

    def _keys(self, r: Rect) -> Iterator[tuple[int, int]]:
        down = range(int(r[1] // _CELL), int(r[3] // _CELL) + 1)
        for i in range(int(r[0] // _CELL), int(r[2] // _CELL) + 1):
            for j in down:
                yield i, j

    def add(self, r: Rect, owner: str) -> None:
        for key in self._keys(r):
            self.cells[key].append((r, owner))

    def hits(self, r: Rect) -> set[str]:
        """The owners of all rectangles that overlap `r`."""
        left, top, right, bottom = r
        return {
            owner
            for key in self._keys(r)
            if key in self.cells
            for (a, b, c, d), owner in self.cells[key]
            if left < c and a < right and top < d and b < bottom
        }


def middles(curves: dict[str, list[Point]]) -> dict[str, Point]:
    """The middle of each curve, where its label stands if none is shown."""
    places = {}
    for edge, curve in curves.items():
        k = 3 * ((len(curve) - 1) // 6)
        x, y = _point(curve[k : k + 4], 0.5)
        places[edge] = (round(x, 2), round(y, 2))
    return places


def place_labels(
    curves: dict[str, list[Point]],
    nodes: dict[str, dict[str, float]],
    sizes: dict[str, tuple[float, float]],
    fine: bool = True,
) -> tuple[dict[str, Point], int]:
    """Choose a centre for every label, and count the labels that still cover something.

    Each label tries stops along its own curve and takes the one that covers least: a box or another label
    weighs most, then another edge's line, then the distance from the middle. If not `fine`, lines do not count.
    """
    solid, lines = _Grid(), _Grid()
    for node_id, n in nodes.items():
        solid.add(rect(n["x"], n["y"], n["w"], n["h"], _GAP), node_id)
    points = {edge: _sample(curve, *(_FINE if fine else _COARSE)) for edge, curve in curves.items()}
    for edge, samples in points.items() if fine else ():
        for x, y in samples:
            lines.add(rect(x, y, 2, 2), edge)
    places, clashes = {}, 0
    # first the edges with the least choice: short ones
    for edge in sorted(curves, key=lambda e: (len(points[e]), e)):
        (w, h), best_cost = sizes[edge], float("inf")
        for (x, y), away in _stops(curves[edge], points[edge], fine):
            if best_cost <= away:
                break  # farther on it cannot get better
            around = rect(x, y, w, h, _GAP)
            cost = 1000 * len(solid.hits(around)) + away
            if fine and cost < best_cost:
                cost += 4 * len(lines.hits(around) - {edge})
            if cost < best_cost:
                best, best_cost = (x, y), cost
        clashes += best_cost >= 1000
        places[edge] = (round(best[0], 2), round(best[1], 2))
        solid.add(rect(*best, w, h), f"label of {edge}")
    return places, clashes


def _stops(curve: list[Point], samples: list[Point], fine: bool) -> Iterator[tuple[Point, float]]:
    """Where a label may stand, and how far that is from the best place: the middle of the curve.

    In a large graph, a long line has most of its way in common with others; its end is its own.
    """
    if not fine and len(curve) > 4:
        yield _point(curve[-4:], 0.5), -1.0
    for stop in _STOPS:
        yield samples[round(stop * (len(samples) - 1))], abs(stop - 0.5)


def _point(piece: list[Point], t: float) -> Point:
    """The point of a cubic Bézier curve at t, from 0 to 1."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = piece
    u = 1 - t
    a, b, c, d = u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t
    return a * ax + b * bx + c * cx + d * dx, a * ay + b * by + c * cy + d * dy


def _sample(curve: list[Point], steps: int, every: float) -> list[Point]:
    """Points along a curve of cubic Bézier pieces, about `every` pixels apart."""
    fine = [curve[0]]
    for i in range(0, len(curve) - 1, 3):
        piece = curve[i : i + 4]
        fine += [_point(piece, k / steps) for k in range(1, steps + 1)]
    points, since = [fine[0]], 0.0
    for (x0, y0), (x1, y1) in pairwise(fine):
        since += ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
        if since >= every:
            points.append((x1, y1))
            since = 0.0
    return points if len(points) > 2 else fine
