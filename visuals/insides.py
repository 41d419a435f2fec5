"""What stands inside a node's box: a name, numbers, heat maps or a table of entries; and how much room it needs.

Coordinates are pixels from the middle of the upper side of the inside, y downward; a box then moves them into place.
"""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import Any, NamedTuple

from visuals import text as words
from visuals.fanout import count, middle, sum_text
from visuals.letters import BOLD, NORMAL, Letters
from visuals.pieces import Heat, Line, Outline, Piece, moved
from visuals.shapes import rounded
from visuals.strokes import magnitude

_MAP = 76.0  # the side that a heat map may reach
_TABLE = (12, 8)  # rows and columns that can still be read as numbers
TINT = 0.4  # how strong a colour may be behind a number
_BAR = 8.0  # how high the bar of contributions is

Seen = dict[str, list[dict[str, Any]]]


class Style(NamedTuple):
    """How boxes are filled: see `visuals.options.Options`.

    Attributes:
        stacked: the two maps of an array stand above each other.
        still: nothing in the picture changes any more.
    """

    grads: bool = True
    stacked: bool = True
    values: str = "auto"
    heat: str = "auto"
    letters: Letters = NORMAL
    still: bool = False

    @property
    def shown(self) -> list[str]:
        return ["value"] * (self.values != "none") + ["grad"] * self.grads


class Inside(NamedTuple):
    """The inside of a box, w × h."""

    w: float
    h: float
    lines: list[Line]
    heats: list[Heat]
    front: list[Piece]


def fit(css: str, text: str, letters: Letters, size: float = 0.0, room: float = 1.0) -> str:
    """`text` as the line of class `css` shows it: clean, and not longer than `room` times the usual."""
    return words.shorten(words.clean(text), room * letters.longest[css], size or letters.of[css], css in BOLD)


def width_in(css: str, text: str, letters: Letters) -> float:
    """How wide a text of this class is."""
    return words.width(text, letters.of[css], css in BOLD)


def inside(node: dict[str, Any], seen: Seen, style: Style, parts: list[dict[str, Any]]) -> Inside:
    """What the box of a node shows of it; `parts` are the messages that were summed into its gradient."""
    grid = next((s["thumbnail"] for s in seen["value"] + seen["grad"] if s.get("thumbnail")), None)
    writer = _Writer(node, seen, style, parts)
    if grid and grid[0]:
        writer.array(grid)
    else:
        writer.number()
    return writer.done()


class _Writer:
    """Fills one inside from the top to the bottom."""

    def __init__(self, node: dict[str, Any], seen: Seen, style: Style, parts: list[dict[str, Any]]) -> None:
        self.node, self.seen, self.style, self.letters, self.parts = node, seen, style, style.letters, parts
        self.w = self.y = 0.0
        self.lines: list[Line] = []
        self.heats: list[Heat] = []
        self.front: list[Piece] = []

    def done(self) -> Inside:
        if self.node.get("note"):
            note = fit("mg-note", self.node["note"], self.letters)
            self.row("mg-note", note)
        return Inside(self.w, self.y, self.lines, self.heats, self.front)

    def row(self, css: str, text: str = "", room: float = 0.0, x: float = 0.0, step: float = 1.0) -> None:
        """A line of text around x; `room` is how wide its text can become in the run."""
        self.lines.append(self.line(css, x, self.y, text))
        self.w = max(self.w, 2 * abs(x) + max(room, width_in(css, text, self.letters)))
        self.y += step * self.letters.line

    def line(self, css: str, x: float, y: float, text: str, anchor: str = "middle") -> Line:
        """A line below y; its baseline is a third of the letters' height below its middle."""
        size = self.letters.of[css]
        return Line(css, x, y + self.letters.line / 2 + 0.35 * size, text, anchor, size)

    def head(self, shape: str) -> None:
        """The name, and beside it the shape."""
        name = fit("mg-name", self.node["name"], self.letters)
        name_w, shape_w = (
            width_in("mg-name", name, self.letters),
            width_in("mg-shape-text", shape, self.letters),
        )
        gap = 8.0 if name else 0.0
        wide = name_w + gap + shape_w
        if name:
            self.lines.append(self.line("mg-name", -wide / 2, 0, name, "start"))
        self.lines.append(self.line("mg-shape-text", name_w + gap - wide / 2, 0, shape, "start"))
        self.w, self.y = wide, self.letters.line

    def number(self) -> None:
        """The inside of a box for one number: name, value, gradient, and the sum that it is."""
        if 0 in self.node["shape"]:
            self.head(words.shape_text(self.node["shape"]))
        elif words.clean(self.node["name"]):
            self.row("mg-name", fit("mg-name", self.node["name"], self.letters))
        for what in self.style.shown:
            self.row(f"mg-{what}", room=self.widest(what, 0))
            terms = [middle(part) for part in self.parts]
            if what == "grad" and terms and None not in terms:
                self.y -= 0.1 * self.letters.line
                known = [float(term) for term in terms if term is not None]
                self.row("mg-sum", sum_text(known, count(self.parts)))
        if not self.lines:  # a function that shows nothing but its symbol
            self.y = self.letters.line

    def widest(self, what: str, part: int) -> float:
        """The room for a value's line (part 0) or its range (1), whatever the run brings."""
        css = f"mg-{what}" + ("-range" if part else "")
        texts = [
            words.summary_lines(what, summary, self.style.still)[part] for summary in (*self.seen[what], None)
        ]
        return max(width_in(css, text, self.letters) for text in texts)

    def array(self, grid: list) -> None:
        """The inside of a box for an array: name and shape; then value and gradient, each with its own scale."""
        self.head(words.shape_text(self.node["shape"]))
        columns = []
        for what in self.style.shown:
            other = _Writer(self.node | {"note": ""}, self.seen, self.style, self.parts)
            other.part(what, grid)
            columns.append(other)
        if self.style.stacked:
            for other in columns:
                self.take(other, 0.0, self.y)
                self.w, self.y = max(self.w, other.w), self.y + other.y + 2.0
            self.y -= 2.0 * bool(columns)
            return
        wide = sum(other.w for other in columns) + 16.0 * (len(columns) - 1)
        starts = accumulate([other.w + 16.0 for other in columns], initial=-wide / 2)
        for other, start in zip(columns, starts, strict=False):
            self.take(other, start + other.w / 2, self.y)
        self.w = max(self.w, wide)
        self.y += max((other.y for other in columns), default=0.0)

    def take(self, other: _Writer, x: float, y: float) -> None:
        """Put what another one has written at (x, y)."""
        self.lines += [line._replace(x=line.x + x, y=line.y + y) for line in other.lines]
        self.heats += [heat._replace(x=heat.x + x, y=heat.y + y) for heat in other.heats]
        self.front += [moved(piece, x, y) for piece in other.front]

    def part(self, what: str, grid: list) -> None:
        """The value or the gradient of an array: its label, its map or table, and its numbers."""
        known = self.seen[what][-1] if self.seen[what] else None
        if self.style.still and known is None:
            self.row(f"mg-{what}", room=self.widest(what, 0))
            return
        self.row("mg-heat-label", what)
        table = self.style.values == "full" and _readable(known)
        if table and known is not None:
            self.table(what, known)
        elif self.style.heat in ("auto", what):
            rows, cols = len(grid), len(grid[0])
            cell = min(max(min(_MAP / rows, _MAP / cols), 4.75), 18.0)
            cell_h = max(cell, 16.0 / rows)  # a single row stays visible
            self.map(what, rows, cols, cell, cell_h)
        if not table:
            for end, step in ((0, 0.88), (1, 1.02)):
                self.row(f"mg-{what}" + ("-range" if end else ""), room=self.widest(what, end), step=step)
        if what == "grad" and len(self.parts) > 1:
            self.bar()

    def map(self, what: str, rows: int, cols: int, cell_w: float, cell_h: float, tint: float = 1.0) -> None:
        self.heats.append(Heat(what, -cols * cell_w / 2, self.y, rows, cols, cell_w, cell_h, tint))
        self.w = max(self.w, cols * cell_w)
        self.y += rows * cell_h + 2.0

    def table(self, what: str, summary: dict[str, Any]) -> None:
        """Every entry as a number, on a pale heat map."""
        grid, size, top = summary["thumbnail"], self.letters.of["mg-cell"], self.y
        texts = [[words.number(entry) for entry in row] for row in grid]
        cell_w = max(words.width(text, size) for row in texts for text in row) + 8.0
        cell_h = size + 6.0
        self.map(what, len(grid), len(grid[0]), cell_w, cell_h, TINT)
        for i, row in enumerate(texts):
            for j, text in enumerate(row):
                x, y = (j + 0.5 - len(row) / 2) * cell_w, top + (i + 0.5) * cell_h + 0.36 * size
                self.front.append(Line("mg-cell", x, y, text, "middle", size))

    def bar(self) -> None:
        """The messages that were summed, as a bar whose pieces are as long as their magnitudes compare."""
        sizes = [magnitude(part) or 0.0 for part in self.parts]
        self.y += 2.0
        if sum(sizes) > 0 and sum(sizes) < float("inf"):
            ends = [_MAP * end / sum(sizes) for end in accumulate(sizes, initial=0.0)]
            for begin, end in pairwise(ends):
                if end - begin > 0.5:
                    wide = max(end - begin - 1.5, 0.5)
                    piece = Outline("mg-bar", rounded(wide, _BAR, 0))
                    self.front.append(moved(piece, begin + wide / 2 - _MAP / 2, self.y + _BAR / 2))
            self.y += _BAR
            self.w = max(self.w, _MAP)
        self.row("mg-sum", f"sum of {count(self.parts):,} messages")


def _readable(summary: dict[str, Any] | None) -> bool:
    """Whether all entries of an array are known, and few enough to be read."""
    grid = (summary or {}).get("thumbnail")
    if not grid or "values" not in (summary or {}):
        return False
    return len(grid) <= _TABLE[0] and len(grid[0]) <= _TABLE[1]
