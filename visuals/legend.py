"""The line under a picture that says what the widths of its edges mean, and the colours of its heat maps."""

from __future__ import annotations

from typing import Any

from visuals import text as words
from visuals.badges import SIGNS, pill, pill_width
from visuals.letters import Letters
from visuals.parts import MARKS
from visuals.pieces import Line, Outline, Piece, moved
from visuals.shapes import rounded
from visuals.strokes import DASHES, DOTS, VANISHED, Flow

_SAMPLE, _GAP, _NEXT = 30.0, 6.0, 18.0
MEANING = {"changed": "differs", "added": "only here", "missing": "only in the other"}


def legend(flow: Flow, marks: set[str], heats: bool, without: bool, letters: Letters) -> list[list[Piece]]:
    """Groups of pieces from (0, 0) to the right, each with its own origin.

    Args:
        marks: those that the picture has.
        heats: whether there are heat maps.
        without: whether there are edges along which no gradient travels.
    """
    row = _Row(letters)
    if flow.strokes:
        row.text("gradient along an edge:")
        step = max(1, (flow.high - flow.low) // 2)
        for power in sorted({*range(flow.low, flow.high, step), flow.high}):
            stroke = flow.at(10.0**power)
            row.line(stroke.css, stroke.width)
            row.text(words.number(10.0**power))
        kinds = {stroke.dash: stroke for stroke in flow.strokes.values() if stroke.dash}
        if DOTS in kinds:
            row.line("mg-flow-0", kinds[DOTS].width, DOTS)
            row.text(
                "0" if all(s.magnitude == 0 for s in flow.strokes.values() if s.dash == DOTS) else _faint()
            )
        if DASHES in kinds:
            row.line("mg-flow-bad", kinds[DASHES].width, DASHES)
            row.text("not finite")
        if without:
            row.line("mg-line", None)
            row.text("not computed")
        row.end()
    if heats:
        row.text("heat map:")
        for part, text in (("mg-neg", f"{words.MINUS}m"), ("mg-heat-frame", "0"), ("mg-pos", "m")):
            row.square(part)
            row.text(text)
        row.text("(m: its largest magnitude)")
        row.end()
    for mark in (mark for mark in MARKS if mark in marks):
        row.badge(SIGNS[mark], f"mg-mark-{mark}-head")
        row.text(MEANING[mark])
        row.end()
    return row.groups


def under(
    groups: list[list[Piece]], width: float, height: float, margin: float, letters: Letters
) -> tuple[list[Piece], float, float]:
    """The groups in as many rows as they need, under a picture; and the picture's new width and height."""
    high = letters.small + 9.0
    width = max([width, *(width_of(group) + 2 * margin for group in groups)])
    x, y, pieces = margin, height + high / 2, list[Piece]()
    for group in groups:
        if x > margin and x + width_of(group) > width - margin:
            x, y = margin, y + high
        pieces += [moved(piece, x, y) for piece in group]
        x += width_of(group) + 28.0
    return pieces, round(width, 1), round(y + high / 2 + margin / 2, 1)


def _faint() -> str:
    return f"less than {words.number(VANISHED)} of the largest"


class _Row:
    """Pieces from left to right; a group of them stays together."""

    def __init__(self, letters: Letters) -> None:
        self.letters, self.x = letters, 0.0
        self.pieces: list[Piece] = []
        self.groups: list[list[Piece]] = []

    def text(self, text: str) -> None:
        size = self.letters.small
        self.pieces.append(Line("mg-legend-text", self.x, 0.36 * size, text, "start", size))
        self.x += words.width(text, size) + _NEXT / 2

    def line(self, part: str, width: float | None, dash: str = "") -> None:
        wide = width if width is None else round(width * self.letters.thickness, 2)
        self.pieces.append(Outline(part, f"M{self.x:g},0 L{self.x + _SAMPLE:g},0", wide, dash))
        self.x += _SAMPLE + _GAP

    def square(self, part: str) -> None:
        side = self.letters.small
        self.pieces.append(moved(Outline(part, rounded(side, side, 0)), self.x + side / 2, 0))
        self.x += side + _GAP

    def badge(self, text: str, part: str) -> None:
        wide = pill_width(text, self.letters)
        self.pieces += pill(text, self.x + wide / 2, 0, self.letters, part)
        self.x += wide + _GAP

    def end(self) -> None:
        self.groups.append(self.pieces)
        self.pieces, self.x = [], 0.0


def width_of(group: list[Piece]) -> float:
    """How wide a group of a legend is: it ends with a text."""
    last: Any = group[-1]
    return last.x + words.width(last.text, last.size)
