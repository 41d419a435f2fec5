"""The same picture through matplotlib, for PNG and PDF: same layout, same boxes, same colours as the SVG.

The figure is made without pyplot, so a notebook's own figures and settings stay as they are. All shapes of one look are
one collection, and texts go straight to the renderer: a graph of 1,000 nodes takes a second or two, and not ten.
"""

from __future__ import annotations

import io
import warnings
import zlib
from typing import TYPE_CHECKING, Any

from visuals import boxes, svg
from visuals import text as words
from visuals.canvas import Canvas
from visuals.layout import Layout
from visuals.lines import direction, head_at, line_of, points_of
from visuals.pieces import Box
from visuals.shapes import cap, folded, pill_radius, rounded
from visuals.theme import palette, thickness

if TYPE_CHECKING:
    from visuals.options import Options

LARGEST = 14_400  # points or pixels on one side: PDF readers and image viewers open no more
PIXELS = 30e6  # of a PNG; where it would have more, it has fewer for each pixel of the layout
FEWEST = 0.8  # for each pixel of the layout, along a side: letters can still be read


def picture(
    trace: Any,
    layout: Layout,
    options: Options | None = None,
    *,
    form: str = "png",
    grads: str = "known",
    messages: bool = False,
    theme: str = "light",
    largest: float = LARGEST,
) -> bytes:
    """The trace as the bytes of a PNG or a PDF file.

    A PNG has two pixels per pixel of the layout, fewer if it is very large, and at most `largest` on a side.
    Signs that DejaVu Sans does not have, emoji and Chinese among them, are taken from another font of this computer
    that has them in one colour; where there is none they become an empty box. An SVG shows them all.

    Args:
        options: how the picture is to look: messages and theme are taken from here.
    """
    import matplotlib
    from matplotlib.figure import Figure

    if options is not None:
        messages, theme = options.messages, options.theme
    w, h = layout.width, layout.height
    shrink = min(1.0, LARGEST / max(w, h))
    sharp = max(FEWEST, (PIXELS / (w * h)) ** 0.5 / shrink)
    scale = min(2.0, sharp, largest / max(w, h) / shrink)
    # at 72 dpi, a point is a pixel of the layout
    figure = Figure(figsize=(w * shrink / 72, h * shrink / 72), dpi=72, layout="none")  # type: ignore[arg-type]
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, w), ylim=(h, 0))
    axes.axis("off")
    figure.set_facecolor(palette(theme)["paper"])
    painter = _Painter(words.as_trace(trace), layout, Canvas(theme, shrink))
    painter.paint(grads, messages)
    painter.canvas.fill(axes, text_as_outlines=form == "png")
    out = io.BytesIO()
    metadata = {"CreationDate": None} if form == "pdf" else {"Software": None}  # same picture, same file
    with matplotlib.rc_context({"pdf.fonttype": 42}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from")
        # pictures of few colours become as small that way, in half the time
        quick: dict[str, Any] = {"pil_kwargs": {"compress_type": zlib.Z_RLE}} if form == "png" else {}
        paper = figure.get_facecolor()
        figure.savefig(out, format=form, dpi=72 * scale, facecolor=paper, metadata=metadata, **quick)
    return out.getvalue()


class _Painter:
    """Puts the parts of one picture on a canvas, from the back to the front."""

    def __init__(self, trace: Any, layout: Layout, canvas: Canvas) -> None:
        self.trace, self.layout, self.canvas = trace, layout, canvas

    def paint(self, grads: str, messages: bool) -> None:
        """Everything: edges, ledgers, boxes and the legend."""
        ledgers = boxes.ledgers(self.trace) if messages else {}
        last = svg.final_gradients(self.trace) if grads == "final" else {}
        for edge in self.trace.edges:
            self.edge(edge, ledgers.get(edge["id"], ""))
        for node in self.trace.nodes:
            self.node(node, svg.gradient(node, last, grads))
        for piece in self.layout.legend:
            self.canvas.piece("above", piece)

    def edge(self, edge: dict[str, Any], ledger: str) -> None:
        place, letters = self.layout.edges[edge["id"]], self.layout.letters
        stroke, thick = self.layout.flow.strokes.get(edge["id"]), thickness(self.canvas.theme)
        pieces = line_of(edge, place, stroke, letters, not ledger)
        for piece in pieces:
            self.canvas.piece("lines", piece)
        if not pieces:
            self.canvas.path("lines", "mg-line", place["path"])
            *_, before, tip = points_of(place["path"])
            self.canvas.path("lines", "mg-head", head_at(tip, direction(before, tip), 4.0 * (1 + thick)))
        if "arg" in place:
            self.canvas.text(
                "mg-arg", place["arg"]["x"], place["arg"]["y"], place["arg"]["text"], letters.small
            )
        if ledger:
            x, y, w = place["x"], place["y"], max(place["w"], boxes.ledger_width(ledger, letters.ledger))
            self.canvas.path("ledgers", "mg-ledger-box", rounded(w, place["h"], 6), x, y)
            size = letters.ledger
            self.canvas.text("mg-ledger-text", x, y + 0.352 * size, ledger, size)

    def node(self, node: dict[str, Any], grad: Any) -> None:
        place, box, value = self.layout.nodes[node["id"]], self.layout.boxes[node["id"]], node["value"]
        x, y, texts = place["x"], place["y"], svg.line_texts(value, grad)
        for piece in box.behind:
            self.canvas.piece("behind", piece, x, y)
        self.canvas.path("shapes", f"mg-kind-{box.kind} .mg-shape", outline(box), x, y)
        if box.cap is not None:
            self.canvas.path("caps", "mg-cap", cap(box.w, box.h, pill_radius(box.h), box.cap), x, y)
        for line in box.lines:
            content = line.text or texts.get(line.css, "")
            self.canvas.text(line.css, x + line.x, y + line.y, content, line.size, line.anchor)
        for heat in box.heats:
            self.canvas.heat(heat, value if heat.of == "value" else grad, x, y)
        for piece in box.front:
            self.canvas.piece("above", piece, x, y)


def outline(box: Box) -> str:
    """Static data: a rounded rectangle; a parameter: a sheet with a folded corner; a function: a pill."""
    if box.kind == "parameter":
        return folded(box.w, box.h)
    return rounded(box.w, box.h, 8.0 if box.kind == "data" else pill_radius(box.h))
