"""Texts in matplotlib pictures: as text in a PDF, and as outlines of letters in a PNG, many times faster.

With this module, one can
- write many texts on axes:     write(axes, texts, as_outlines=True)

A matplotlib Text of its own for each would take most of the time that a large picture takes.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from functools import cache
from typing import Any, NamedTuple

import numpy as np

FONT = "DejaVu Sans"  # comes with matplotlib; the width table is this font's
OTHERS = (  # of one colour, with signs that DejaVu Sans does not have
    *("Noto Emoji", "Segoe UI Emoji", "Segoe UI Symbol", "Apple Symbols", "Symbola"),
    *(
        "Noto Sans CJK JP",
        "Noto Sans CJK SC",
        "Yu Gothic",
        "Microsoft YaHei",
        "Hiragino Sans",
        "Arial Unicode MS",
    ),
    *("Noto Sans Devanagari", "Noto Sans Thai", "Nirmala UI", "FreeSans", "Unifont"),
)
_UNIT = 100.0  # outlines are kept at this size


class Text(NamedTuple):
    """A line of text: its baseline begins at (x, y), or has its middle there."""

    x: float
    y: float
    text: str
    size: float
    bold: bool
    colour: str
    anchor: str


def write(axes: Any, texts: list[Text], shrink: float, as_outlines: bool) -> None:
    """Put texts on axes whose units are pixels, y downward; `shrink` is how many points a pixel has."""
    simple = [text for text in texts if as_outlines and is_simple(text.text)]
    rest = sorted((text for text in texts if not (as_outlines and is_simple(text.text))), key=_look)
    by_colour: dict[str, list[Any]] = defaultdict(list)
    for text in simple:
        by_colour[text.colour].append(outline(text))
    for colour, paths in by_colour.items():
        from matplotlib.collections import PathCollection

        made = PathCollection(paths, facecolors=colour, edgecolors="none", zorder=20)
        axes.add_collection(made, autolim=False)
    if rest:
        axes.add_artist(_as_text(axes, rest, shrink))


def _look(text: Text) -> tuple:
    return text.colour, text.size, text.bold


@cache
def is_simple(text: str) -> bool:
    """Whether the letters of a text stand one after the other, from left to right, all in the usual font.

    >>> is_simple("mean −0.5"), is_simple("שלום"), is_simple("日本")
    (True, False, False)
    """
    return all(
        unicodedata.bidirectional(char) not in ("R", "AL", "AN", "NSM") and _glyph(char, False)[1] is not None
        for char in text
    )


@cache
def _font(bold: bool) -> Any:
    from matplotlib.font_manager import FontProperties, findfont, get_font

    found = get_font(findfont(FontProperties(family=FONT, weight="bold" if bold else "normal")))
    found.set_size(_UNIT, 72)
    return found


@cache
def _glyph(char: str, bold: bool) -> tuple[float, Any]:
    """How far a letter reaches, and its outline at the size of 100: points and codes; None if the font has none."""
    from matplotlib.ft2font import LoadFlags

    font = _font(bold)
    font.set_size(_UNIT, 72)
    if not font.get_char_index(ord(char)):
        return 0.0, None
    loaded = font.load_char(ord(char), flags=LoadFlags.NO_HINTING)
    return loaded.linearHoriAdvance / 65536, font.get_path()


@cache
def _outline(text: str, bold: bool) -> tuple[float, Any, Any]:
    """The width of a text at the size of 100, and the points and codes of all its letters; y upward."""
    x, points, codes = 0.0, [np.empty((0, 2))], [np.empty(0, np.uint8)]
    for char in text:
        advance, (vertices, kinds) = _glyph(char, bold)
        points.append(np.add(vertices, [x, 0.0]))
        codes.append(kinds)
        x += advance
    return x, np.concatenate(points), np.concatenate(codes)


def outline(text: Text) -> Any:
    """A text as one matplotlib path."""
    from matplotlib.path import Path

    wide, points, codes = _outline(text.text, text.bold)
    scale = text.size / _UNIT
    left = text.x - (wide * scale / 2 if text.anchor == "middle" else 0.0)
    return Path(np.add(points * (scale, -scale), [left, text.y]), codes)


def _as_text(axes: Any, texts: list[Text], shrink: float) -> Any:
    """An artist that hands all texts to the renderer, with other fonts for signs that the usual one does not have."""
    from matplotlib.artist import Artist
    from matplotlib.font_manager import FontProperties, fontManager

    there = {font.name for font in fontManager.ttflist}
    family = [FONT, *(name for name in OTHERS if name in there)]

    @cache
    def font(size: float, bold: bool) -> FontProperties:
        return FontProperties(family=family, size=size * shrink, weight="bold" if bold else "normal")

    class Texts(Artist):
        def draw(self, renderer: Any) -> None:
            @cache
            def width(text: str, size: float, bold: bool) -> float:
                if is_simple(text):
                    return _outline(text, bold)[0] * size / _UNIT * unit
                return renderer.get_text_width_height_descent(text, font(size, bold), ismath=False)[0]

            gc, unit = renderer.new_gc(), renderer.points_to_pixels(shrink)
            places = axes.transData.transform([(text.x, text.y) for text in texts])
            for text, (x, y) in zip(texts, places, strict=True):
                if text.anchor == "middle":
                    x -= width(text.text, text.size, text.bold) / 2
                if renderer.flipy():
                    y = renderer.height - y
                gc.set_foreground(text.colour)
                renderer.draw_text(gc, x, y, text.text, font(text.size, text.bold), 0.0, ismath=False)
            gc.restore()

    artist = Texts()
    artist.set_zorder(20)
    return artist
