"""The outlines of boxes, as SVG paths around (0, 0): a sheet with a folded corner, a pill and its cap."""

from __future__ import annotations


def pill_radius(h: float) -> float:
    """The corners of a function's box: a pill, as long as it is not high."""
    return min(h / 2, 27.0)


def folded(w: float, h: float, fold: float = 13.0) -> str:
    """A sheet of paper, w × h around the origin, its upper right corner folded."""
    x, y = w / 2, h / 2
    return (
        f"M{-x:g},{-y:g} L{x - fold:g},{-y:g} L{x:g},{fold - y:g} L{x:g},{y:g} L{-x:g},{y:g} Z "
        f"M{x - fold:g},{-y:g} L{x - fold:g},{fold - y:g} L{x:g},{fold - y:g}"
    )


def rounded(w: float, h: float, r: float) -> str:
    """A rectangle, w × h around the origin, with corners of radius r."""
    x, y, k = w / 2, h / 2, 0.4477 * r
    points = [
        *((r - x, -y), (x - r, -y), (x - k, -y), (x, k - y), (x, r - y)),
        *((x, y - r), (x, y - k), (x - k, y), (x - r, y)),
        *((r - x, y), (k - x, y), (-x, y - k), (-x, y - r)),
        *((-x, r - y), (-x, k - y), (k - x, -y)),
    ]
    corners = [f"{px:g},{py:g}" for px, py in points]
    sides = [f"L{corners[i]} C{' '.join(corners[i + 1 : i + 4])}" for i in (1, 5, 9)]
    return f"M{corners[0]} {' '.join(sides)} L{corners[13]} C{corners[14]} {corners[15]} {corners[0]} Z"


def cap(w: float, h: float, r: float, end: float) -> str:
    """The left part of a pill with corners of radius r, up to x = `end`, just inside its border."""
    x, y, k = w / 2 - 0.8, h / 2 - 0.8, 0.4477 * (r - 0.8)
    r -= 0.8
    return (
        f"M{end:g},{-y:g} L{r - x:g},{-y:g} C{k - x:g},{-y:g} {-x:g},{k - y:g} {-x:g},{r - y:g} "
        f"L{-x:g},{y - r:g} C{-x:g},{y - k:g} {k - x:g},{y:g} {r - x:g},{y:g} L{end:g},{y:g} Z"
    )
