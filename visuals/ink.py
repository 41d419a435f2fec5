"""SVG elements: texts, outlines, boxes and heat maps in the colours of a theme.

With this module, one can
- write one down:      Ink("light").piece(Line("mg-note", 0, 0, "a < b", "middle", 12))
- make text harmless:  escape("<b>")
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any
from xml.sax.saxutils import escape as _escape

from visuals import text as words
from visuals.heat import OPACITY, cells, grid_of_cells
from visuals.pieces import Box, Heat, Line, Piece
from visuals.shapes import cap, folded, pill_radius
from visuals.theme import attributes, style

_SPECIAL = re.compile("[<>&\"']")


def escape(text: str) -> str:
    """`text` as it may stand in an element or in a quoted attribute.

    >>> escape("<b> & 'c' \\x00")
    '&lt;b&gt; &amp; &#39;c&#39; \ufffd'
    """
    text = words.clean(text)
    return _escape(text, {'"': "&quot;", "'": "&#39;"}) if _SPECIAL.search(text) else text


@cache
def look(part: str, css: str, theme_name: str) -> str:
    """The class and the plain attributes of a part of a picture."""
    return f'class="{css or part.split(".")[-1]}"{attributes(part, theme_name)}'


class Ink:
    """Writes elements; in an `interactive` picture every cell of a heat map is there, also where it is 0."""

    def __init__(self, theme_name: str, interactive: bool = False) -> None:
        self.theme, self.interactive = theme_name, interactive

    def look(self, part: str, css: str = "") -> str:
        """The class and the plain attributes of a part."""
        return look(part, css, self.theme)

    def piece(self, piece: Piece) -> str:
        """A text or an outline; a line with a width of its own, or with dashes."""
        if isinstance(piece, Line):
            return self.text(piece, piece.text)
        own = "" if piece.width is None else f' stroke-width="{piece.width:g}"'
        if piece.dash:
            round_ends = ' stroke-linecap="round"' if piece.dash.startswith("0") else ""
            own += f' stroke-dasharray="{piece.dash}"{round_ends}'
        css = piece.part.split(".")[-1]
        look = "".join(
            f' {name}="{value}"'
            for name, value in style(piece.part, self.theme).items()
            if piece.width is None or name != "stroke-width"
        )
        return f'<path class="{css}"{look}{own} d="{piece.d}"/>'

    def text(self, line: Line, content: str) -> str:
        return (
            f'<text {self.look(line.css)} font-size="{line.size:g}" text-anchor="{line.anchor}" '
            f'x="{line.x:.4g}" y="{line.y:.4g}">{escape(content)}</text>'
        )

    def shape(self, box: Box) -> str:
        """Static data: a rounded rectangle; a parameter: a sheet with a folded corner; a function: a pill."""
        w, h = box.w, box.h
        look = self.look(f"mg-kind-{box.kind} .mg-shape", "mg-shape")
        if box.kind == "parameter":
            return f'<path {look} stroke-linejoin="round" d="{folded(w, h)}"/>'
        radius = 8.0 if box.kind == "data" else pill_radius(h)
        round_box = (
            f'<rect {look} x="{-w / 2:g}" y="{-h / 2:g}" width="{w:g}" height="{h:g}" rx="{radius:g}"/>'
        )
        return (
            round_box
            if box.cap is None
            else f'{round_box}<path {self.look("mg-cap")} d="{cap(w, h, radius, box.cap)}"/>'
        )

    def heat(self, heat: Heat, summary: dict[str, Any] | None) -> str:
        w, h = heat.cell_w * heat.cols, heat.cell_h * heat.rows
        parts = [
            f'<g class="mg-heat mg-heat-{heat.of}" shape-rendering="crispEdges" '
            f'transform="translate({heat.x:.5g},{heat.y:.5g})">'
            f'<rect {self.look("mg-heat-frame")} width="{w:.4g}" height="{h:.4g}"/>'
        ]
        squares = grid_of_cells(heat.rows, heat.cols, heat.cell_w, heat.cell_h)
        shades = zip(cells(heat, summary), squares, strict=True)
        if self.interactive:
            looks = {css: self.look(css) if css else 'class=""' for css in ("", "mg-pos", "mg-neg", "mg-nan")}
            parts += [
                f"<rect {looks[css]} {OPACITY[opacity]} {square}/>" for (css, opacity), square in shades
            ]
            return "".join([*parts, "</g>"])
        groups: dict[str, list[str]] = {}
        for (css, opacity), square in shades:
            if css:
                groups.setdefault(css, []).append(f"<rect {OPACITY[opacity]} {square}/>")
        parts += [f"<g {self.look(css)}>{''.join(rects)}</g>" for css, rects in groups.items()]
        return "".join([*parts, "</g>"])
