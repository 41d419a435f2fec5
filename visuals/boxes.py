"""The box of a node: its size, and where each line of text and each heat map stands in it.

Layout asks for the size, the SVG and the matplotlib pictures for what is inside: they cannot disagree. All
coordinates are pixels from the centre of the box, y downward.

    static data          parameter            function
    ╭────────╮           ┌───────╲            ╭──┬───────╮
    │   x    │           │   w    │           │  │   q   │
    │value −2│           │value 5 │           │+ │value 3│
    │ grad — │           │grad −4 │           │  │grad −4│
    ╰────────╯           └────────┘           ╰──┴───────╯
"""

from __future__ import annotations

from typing import Any, NamedTuple

from visuals import text as words

LINE = 18.0  # from one line of text to the next
PAD = 14.0  # between a text and the side of its box
SIZES = {"mg-name": 15.0, "mg-shape-text": 12.0, "mg-op": 17.0, "mg-detail": 10.0, "mg-value": 13.0}
SIZES |= {"mg-grad": 13.0, "mg-value-range": 11.5, "mg-grad-range": 11.5, "mg-heat-label": 11.5}
BOLD = ("mg-name", "mg-op")
LONGEST = {"mg-name": 150.0, "mg-op": 120.0, "mg-detail": 84.0}  # longer ones end in "…"
_WORD = 13.0  # the size of a function's symbol that is a word
LEDGER_SIZE = 12.5
LEDGER_HEIGHT = 22.0
_MAP = 76.0  # the side that a heat map may reach


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


class Heat(NamedTuple):
    """The place of a heat map: `rows` × `cols` cells, the first at (x, y)."""

    of: str  # "value" or "grad"
    x: float
    y: float
    rows: int
    cols: int
    cell_w: float
    cell_h: float


class Box(NamedTuple):
    """A node's box, `w` × `h` around (0, 0). `cap` is where the part with a function's symbol ends."""

    kind: str
    w: float
    h: float
    cap: float | None
    lines: tuple[Line, ...]
    heats: tuple[Heat, ...]


Seen = dict[str, list[dict[str, Any]]]


def all_boxes(trace: Any, grads: bool = True, stacked: bool = True, run: bool = True) -> dict[str, Box]:
    """The box of every node; `run`: with room for all that the run shows, and not only for what is known now."""
    seen = history(trace) if run else {node["id"]: _known(node) for node in trace.nodes}
    return {node["id"]: box(node, seen[node["id"]], grads, stacked) for node in trace.nodes}


def _known(node: dict[str, Any]) -> Seen:
    return {key: [node[key]] if node.get(key) is not None else [] for key in ("value", "grad")}


def history(trace: Any) -> dict[str, Seen]:
    """All values and gradients that each node shows in the course of the run: its box has room for them."""
    seen = {node["id"]: _known(node) for node in trace.nodes}
    for frame in trace.frames:
        for node_id, change in frame["set"].get("nodes", {}).items():
            for key, summary in change.items():
                if key in ("value", "grad") and summary is not None:
                    seen[node_id][key].append(summary)
    return seen


def fit(css: str, text: str, size: float = 0.0) -> str:
    """`text` as the line of class `css` shows it: clean, and not longer than its box can be."""
    return words.shorten(words.clean(text), LONGEST[css], size or SIZES[css], css in BOLD)


def _width(css: str, text: str, size: float = 0.0) -> float:
    return words.width(text, size or SIZES[css], css in BOLD)


def box(node: dict[str, Any], seen: Seen, grads: bool = True, stacked: bool = True) -> Box:
    """The box of one node, wide enough for all it shows in the run (`seen`, from `history`).

    The two heat maps of an array are `stacked`, or stand side by side. Where a graph runs to the right,
    width is scarce.
    """
    shown = [("value", seen["value"])] + ([("grad", seen["grad"])] if grads else [])
    grid = next((s["thumbnail"] for s in seen["value"] + seen["grad"] if s.get("thumbnail")), None)
    inside = _maps(node, shown, grid, stacked) if grid and grid[0] else _numbers(node, shown)
    body_w, lines, heats, body_h = inside
    cap_w = 0.0
    if node["kind"] == "function":
        sign = node["symbol"] or node["op"]
        sign_size = SIZES["mg-op"] if len(sign) < 5 else _WORD
        symbol, detail = fit("mg-op", sign, sign_size), fit("mg-detail", node["detail"])
        widest = max(_width("mg-op", symbol, sign_size), _width("mg-detail", detail))
        cap_w = max(44.0, widest + 2 * PAD)
    corner = 10.0 if node["kind"] == "parameter" else 0.0  # its folded corner covers no text
    w = max(body_w + 2 * PAD + corner, 84.0) + cap_w
    h = max(body_h + 2 * 9.0, 46.0)
    dx, dy = cap_w / 2 - (4.0 if cap_w else 0.0), -body_h / 2
    placed = [Line(css, x + dx, y + dy, text, anchor, size) for css, x, y, text, anchor, size in lines]
    maps = tuple(m._replace(x=m.x + dx, y=m.y + dy) for m in heats)
    if cap_w:
        x, up = (cap_w - w) / 2 + 2, 6.0 if detail else 0.0
        placed.append(Line("mg-op", x, 0.35 * sign_size - up, symbol, "middle", sign_size))
        if detail:
            placed.append(Line("mg-detail", x, 14.0, detail, "middle", SIZES["mg-detail"]))
    return Box(node["kind"], round(w, 1), round(h, 1), cap_w - w / 2 if cap_w else None, tuple(placed), maps)


def _row(css: str, row: float, text: str, x: float = 0.0, anchor: str = "middle") -> Line:
    """A line of text in row 0, 1, 2 … (its baseline a third of the letters' height below the middle)."""
    size = SIZES[css]
    return Line(css, x, (row + 0.5) * LINE + 0.35 * size, text, anchor, size)


def _numbers(node: dict[str, Any], shown: list) -> tuple[float, list[Line], list[Heat], float]:
    """The inside of a box for one number: name, value, gradient."""
    lines = [_row("mg-name", 0, fit("mg-name", node["name"]))] if node["name"] else []
    wide = _width("mg-name", lines[0].text) if lines else 0.0
    for what, seen in shown:
        css = f"mg-{what}"
        lines.append(_row(css, len(lines), ""))
        wide = max([wide] + [_width(css, words.summary_lines(what, s)[0]) for s in (*seen, None)])
    return wide, lines, [], len(lines) * LINE


def _maps(
    node: dict[str, Any], shown: list, grid: list, stacked: bool
) -> tuple[float, list[Line], list[Heat], float]:
    """The inside of a box for an array: name and shape, then equal heat maps, each with its numbers."""
    rows, cols = len(grid), len(grid[0])
    cell = min(max(min(_MAP / rows, _MAP / cols), 4.75), 18.0)
    cell_h = max(cell, 16.0 / rows)  # a single row stays visible
    map_w, map_h = cols * cell, rows * cell_h
    name, shape = fit("mg-name", node["name"]), words.shape_text(node["shape"])
    name_w, shape_w = _width("mg-name", name), _width("mg-shape-text", shape)
    gap = 8.0 if name else 0.0
    head = name_w + gap + shape_w
    lines = [_row("mg-name", 0, name, -head / 2, "start")] if name else []
    lines.append(_row("mg-shape-text", 0, shape, name_w + gap - head / 2, "start"))
    widths = []
    for what, seen in shown:
        texts = [words.summary_lines(what, s) for s in (*seen, None)]
        captions = [
            max(_width(f"mg-{what}{end}", t[i]) for t in texts) for i, end in ((0, ""), (1, "-range"))
        ]
        widths.append(max(map_w, *captions))
    part_h = LINE + map_h + 2.0 + 1.9 * LINE
    wide = max(widths) if stacked else sum(widths) + 16.0 * (len(widths) - 1)
    heats, x, y = [], -wide / 2, LINE
    for (what, _), w in zip(shown, widths, strict=True):
        middle = 0.0 if stacked else x + w / 2
        heats.append(Heat(what, middle - map_w / 2, y + LINE, rows, cols, cell, cell_h))
        for css, row in ((f"mg-{what}", 0.0), (f"mg-{what}-range", 0.88)):
            lines.append(_row(css, (y + LINE + map_h + 2.0) / LINE + row, "", middle))
        lines.append(_row("mg-heat-label", y / LINE, what, middle))
        x, y = (x, y + part_h + 2.0) if stacked else (x + w + 16.0, y)
    return max(wide, head), lines, heats, y - 2.0 if stacked else LINE + part_h


def ledgers(trace: Any, room: float = 120.0) -> dict[str, str]:
    """For each edge, the text that its message leaves on it; edges without a message are left out."""
    return {f["edge"]: words.ledger(f, room) for f in trace.frames if f["kind"] == "message"}


def ledger_width(text: str) -> float:
    """The width of the small box around a ledger text."""
    return round(max(words.width(text, LEDGER_SIZE) + 14.0, 30.0), 1)
