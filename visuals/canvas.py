"""Outlines, heat maps and texts, gathered, then drawn by matplotlib in few large collections."""

from __future__ import annotations

from functools import cache
from typing import Any

from visuals.glyphs import Text, write
from visuals.heat import cells
from visuals.letters import BOLD
from visuals.parts import PARTS
from visuals.pieces import Heat, Line, Piece
from visuals.theme import palette, style

LEVELS = ("lines", "ledgers", "behind", "shapes", "caps", "frames", "above")  # from the back to the front


class Canvas:
    """What is to be drawn in the colours of a theme. Coordinates are the layout's, y downward."""

    def __init__(self, theme: str, shrink: float = 1.0) -> None:
        self.theme, self.colours, self.shrink = theme, palette(theme), shrink
        self.paths: dict[tuple, list[tuple[list, list]]] = {}
        self.tiles: list[tuple] = []  # left, top, width, height, colour
        self.texts: list[Text] = []
        self._blends: dict[tuple[str, float], tuple[float, float, float]] = {}

    def piece(self, level: str, piece: Piece, x: float = 0.0, y: float = 0.0) -> None:
        """A text or an outline, moved by (x, y)."""
        if isinstance(piece, Line):
            self.text(piece.css, piece.x + x, piece.y + y, piece.text, piece.size, piece.anchor)
        else:
            self.path(level, piece.part, piece.d, x, y, piece.width, piece.dash)

    def path(
        self,
        level: str,
        part: str,
        d: str,
        x: float = 0.0,
        y: float = 0.0,
        width: float | None = None,
        dash: str = "",
    ) -> None:
        """An SVG path of M, L, C and Z, moved by (x, y)."""
        codes, points = parsed(d)
        self.paths.setdefault((level, part, width, dash), []).append(
            (codes, [(px + x, py + y) for px, py in points] if x or y else points)
        )

    def text(self, part: str, x: float, y: float, text: str, size: float, anchor: str = "middle") -> None:
        """A line of text; too small a one is left out: nobody could read it, and font engines refuse."""
        if text and size * self.shrink >= 1.0:
            colour = self.colours[PARTS[part]["fill"]]
            self.texts.append(Text(x, y, text, size, part in BOLD, colour, anchor))

    def heat(self, heat: Heat, summary: dict[str, Any] | None, x: float, y: float) -> None:
        """A heat map, moved by (x, y): a tile for every cell that has a colour, and a frame around all."""
        left, top = x + heat.x, y + heat.y
        w, h = heat.cell_w * heat.cols, heat.cell_h * heat.rows
        self.tiles.append((left, top, w, h, self.blend("", 0.0)))
        for k, (css, opacity) in enumerate(cells(heat, summary)):
            if css:
                row, col = divmod(k, heat.cols)
                place = (left + col * heat.cell_w, top + row * heat.cell_h, heat.cell_w, heat.cell_h)
                self.tiles.append((*place, self.blend(css, opacity)))
        right, bottom = left + w, top + h
        frame = f"M{left:.2f},{top:.2f} L{right:.2f},{top:.2f} L{right:.2f},{bottom:.2f} L{left:.2f},{bottom:.2f} Z"
        self.path("frames", "mg-heat-frame", frame)

    def blend(self, css: str, opacity: float) -> tuple[float, float, float]:
        """A cell's colour on the ground of its map."""
        found = self._blends.get((css, opacity))
        if found is None:
            ground, ink = (_rgb(self.colours[n]) for n in ("map", PARTS[css]["fill"] if css else "map"))
            r, g, b = (opacity * top + (1 - opacity) * under for top, under in zip(ink, ground, strict=True))
            found = self._blends[css, opacity] = (r, g, b)
        return found

    def fill(self, axes: Any, text_as_outlines: bool) -> None:
        """Draw it all on matplotlib axes whose units are the pixels of the layout."""
        from matplotlib.collections import PathCollection
        from matplotlib.path import Path

        for (level, part, width, dash), outlines in self.paths.items():
            look = style(part, self.theme)
            wide = float(look.get("stroke-width", 0)) if width is None else width
            fill = "none" if level == "frames" else look.get("fill", "none")
            made = PathCollection(
                [Path(points, codes) for codes, points in outlines],
                facecolors=fill,
                edgecolors=look.get("stroke", "none"),
                linewidths=wide * self.shrink,
                zorder=1 + LEVELS.index(level),
            )
            made.set(joinstyle="round", capstyle="round" if dash.startswith("0") else "butt")
            if dash:
                made.set_linestyle((0, tuple(float(n) / wide for n in dash.split())))
            axes.add_collection(made, autolim=False)
        by_colour: dict[Any, list[Any]] = {}
        for left, top, w, h, colour in self.tiles:
            corners = [(left, top), (left + w, top), (left + w, top + h), (left, top + h), (left, top)]
            by_colour.setdefault(colour, []).extend(corners)
        for k, (colour, points) in enumerate(by_colour.items()):  # the first one is the ground of all maps
            tiles = Path(points, [1, 2, 2, 2, 79] * (len(points) // 5))
            level = LEVELS.index("caps") + (1.3 if k == 0 else 1.6)
            made = PathCollection(
                [tiles], facecolors=[colour], edgecolors="none", antialiased=False, zorder=level
            )
            axes.add_collection(made, autolim=False)
        write(axes, self.texts, self.shrink, text_as_outlines)


@cache
def parsed(d: str) -> tuple[list[int], list[tuple[float, float]]]:
    """An SVG path as matplotlib's codes and points."""
    codes: list[int] = []
    points: list[tuple[float, float]] = []
    kinds, code = {"M": 1, "L": 2, "C": 4}, 1
    for token in d.replace("M", " M ").replace("L", " L ").replace("C", " C ").replace("Z", " Z ").split():
        if token in kinds:
            code = kinds[token]
        elif token == "Z":
            codes.append(79)
            points.append(points[-1])
        else:
            x, _, y = token.partition(",")
            codes.append(code)
            points.append((float(x), float(y)))
    return codes, points


def _rgb(colour: str) -> tuple[float, ...]:
    return tuple(int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5))
