"""What a picture is put together from: lines of text, outlines, heat maps, and boxes of them.

All are plain data, in pixels and with y downward, so that the SVG and the matplotlib pictures draw the same.
"""

from __future__ import annotations

from typing import NamedTuple

from visuals.letters import BOLD


class Line(NamedTuple):
    """One line of text. `css` is its class, `y` its baseline, `x` the middle of it, or its start."""

    css: str
    x: float
    y: float
    text: str
    anchor: str
    size: float

    @property
    def bold(self) -> bool:
        return self.css in BOLD


class Outline(NamedTuple):
    """A path of M, L, C and Z; `part` says how it looks, `width` and `dash` where it differs from its kind."""

    part: str
    d: str
    width: float | None = None
    dash: str = ""


Piece = Line | Outline


class Heat(NamedTuple):
    """The place of a heat map: `rows` × `cols` cells, the first at (x, y). `tint` weakens its colours."""

    of: str  # "value" or "grad"
    x: float
    y: float
    rows: int
    cols: int
    cell_w: float
    cell_h: float
    tint: float = 1.0


class Box(NamedTuple):
    """A node's box, `w` × `h` around (0, 0). `cap` is where the part with a function's symbol ends.

    What lies `behind` it (a stack) and in `front` of it (badges) may reach a few pixels beyond its border.
    """

    kind: str
    w: float
    h: float
    cap: float | None
    lines: tuple[Line, ...]
    heats: tuple[Heat, ...]
    behind: tuple[Piece, ...] = ()
    front: tuple[Piece, ...] = ()


def moved(piece: Piece, x: float, y: float) -> Piece:
    """The same piece elsewhere.

    >>> moved(Outline("mg-bar", "M0,0 L2,0 Z"), 1, 5).d
    'M1,5 L3,5 Z'
    """
    if isinstance(piece, Line):
        return piece._replace(x=piece.x + x, y=piece.y + y)
    points = []
    for point in piece.d.split(" "):
        letter = point[0] if point[0] in "MLC" else ""
        if point == "Z":
            points.append(point)
            continue
        px, _, py = point[len(letter) :].partition(",")
        points.append(f"{letter}{round(float(px) + x, 2):g},{round(float(py) + y, 2):g}")
    return piece._replace(d=" ".join(points))
