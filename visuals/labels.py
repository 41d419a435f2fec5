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
        for i in range(int(r[0] // _CELL), int(r[2] // _CELL) + 1):
            for j in range(int(r[1] // _CELL), int(r[3] // _CELL) + 1):
                yield i, j

    def add(self, r: Rect, owner: str) -> None:
        for key in self._keys(r):
            self.cells[key].append((r, owner))

    def hits(self, r: Rect) -> set[str]:
        """The owners of all rectangles that overlap `r`."""
        return {owner for key in self._keys(r) for other, owner in self.cells[key] if overlap(r, other)}


def place_labels(
    curves: dict[str, list[Point]],
    nodes: dict[str, dict[str, float]],
    sizes: dict[str, tuple[float, float]],
) -> tuple[dict[str, Point], int]:
    """Choose a centre for every label, and count the labels that still cover something.

    Each label tries stops along its own curve and takes the one that covers least: a box or another label
    weighs most, then another edge's line, then the distance from the middle.
    """
    solid, lines = _Grid(), _Grid()
    for node_id, n in nodes.items():
        solid.add(rect(n["x"], n["y"], n["w"], n["h"], _GAP), node_id)
    points = {edge: _sample(curve) for edge, curve in curves.items()}
    for edge, samples in points.items():
        for x, y in samples:
            lines.add(rect(x, y, 2, 2), edge)
    places, clashes = {}, 0
    # first the edges with the least choice: short ones
    for edge in sorted(curves, key=lambda e: (len(points[e]), e)):
        best, best_cost = points[edge][len(points[edge]) // 2], float("inf")
        for stop in _STOPS:
            x, y = points[edge][round(stop * (len(points[edge]) - 1))]
            around = rect(x, y, *sizes[edge], _GAP)
            covered = len(solid.hits(around))
            cost = 1000 * covered + 4 * len(lines.hits(around) - {edge}) + abs(stop - 0.5)
            if cost < best_cost:
                best, best_cost = (x, y), cost
        clashes += best_cost >= 1000
        places[edge] = (round(best[0], 2), round(best[1], 2))
        solid.add(rect(*best, *sizes[edge]), f"label of {edge}")
    return places, clashes


def _sample(curve: list[Point], every: float = 8.0) -> list[Point]:
    """Points along a curve of cubic Bézier pieces, about `every` pixels apart."""
    fine = [curve[0]]
    for i in range(0, len(curve) - 1, 3):
        a, b, c, d = curve[i : i + 4]
        for k in range(1, 33):
            t = k / 32
            u = 1 - t
            fine.append(
                tuple(u**3 * a[j] + 3 * u * u * t * b[j] + 3 * u * t * t * c[j] + t**3 * d[j] for j in (0, 1))  # type: ignore[arg-type]
            )
    points, since = [fine[0]], 0.0
    for (x0, y0), (x1, y1) in pairwise(fine):
        since += ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
        if since >= every:
            points.append((x1, y1))
            since = 0.0
    return points if len(points) > 2 else fine
