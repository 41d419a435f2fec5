"""The same picture through matplotlib, for PNG and PDF: same layout, same boxes, same colours as the SVG.

The figure is made without pyplot, so a notebook's own figures and settings stay as they are.
"""

from __future__ import annotations

import io
import warnings
from typing import Any

from visuals import boxes, shapes, svg
from visuals import text as words
from visuals.heat import cells
from visuals.layout import Layout
from visuals.theme import PARTS, palette

LARGEST = 14_400  # points or pixels on one side: PDF readers and image viewers open no more
_FONT = "DejaVu Sans"  # comes with matplotlib; the width table is this font's


def picture(
    trace: Any,
    layout: Layout,
    *,
    form: str = "png",
    grads: str = "known",
    messages: bool = False,
    theme: str = "light",
    largest: float = LARGEST,
) -> bytes:
    """The trace as the bytes of a PNG or a PDF file.

    A PNG has two pixels per pixel of the layout, but at most `largest` on a side.
    """
    import matplotlib
    from matplotlib.figure import Figure

    w, h = layout.width, layout.height
    shrink = min(1.0, LARGEST / max(w, h))
    scale = min(2.0, largest / max(w, h) / shrink)
    # at 72 dpi, a point is a pixel of the layout
    figure = Figure(figsize=(w * shrink / 72, h * shrink / 72), dpi=72, layout="none")  # type: ignore[arg-type]
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, w), ylim=(h, 0))
    axes.axis("off")
    painter = _Painter(axes, palette(theme), shrink)
    figure.set_facecolor(painter.colours["paper"])
    _paint(painter, words.as_trace(trace), layout, grads, messages)
    out = io.BytesIO()
    # no creation date: the same picture is the same file
    metadata = {"CreationDate": None} if form == "pdf" else {"Software": None}
    with warnings.catch_warnings(), matplotlib.rc_context({"pdf.fonttype": 42}):
        warnings.filterwarnings("ignore", message="Glyph .* missing from")  # an emoji becomes an empty box
        figure.savefig(out, format=form, dpi=72 * scale, facecolor=figure.get_facecolor(), metadata=metadata)
    return out.getvalue()


def _paint(painter: _Painter, trace: Any, layout: Layout, grads: str, messages: bool) -> None:
    """Everything, from the back to the front."""
    ledgers = boxes.ledgers(trace) if messages else {}
    last = svg.final_gradients(trace) if grads == "final" else {}
    for edge in trace.edges:
        painter.edge(layout.edges[edge["id"]])
    for edge_id, text in ledgers.items():
        painter.ledger(layout.edges[edge_id], text)
    for node in trace.nodes:
        place, grad = layout.nodes[node["id"]], svg.gradient(node, last, grads)
        box = layout.boxes[node["id"]]
        painter.node(box, place["x"], place["y"], svg.line_texts(node["value"], grad))
        for heat in box.heats:
            painter.heat(heat, node["value"] if heat.of == "value" else grad, place["x"], place["y"])


class _Painter:
    """Draws parts on matplotlib axes whose units are the pixels of the layout."""

    def __init__(self, axes: Any, colours: dict[str, str], shrink: float) -> None:
        self.axes, self.colours, self.shrink = axes, colours, shrink

    def look(self, part: str) -> dict[str, Any]:
        """A part's colours and line width as matplotlib spells them."""
        style = PARTS[part]
        colour = {k: self.colours.get(style.get(k, "none"), "none") for k in ("fill", "stroke")}
        return {
            "facecolor": colour["fill"],
            "edgecolor": colour["stroke"],
            "linewidth": float(style.get("stroke-width", 0)) * self.shrink,
        }

    def path(self, part: str, d: str, x: float = 0.0, y: float = 0.0) -> None:
        """An SVG path of M, L, C and Z."""
        from matplotlib.patches import PathPatch
        from matplotlib.path import Path

        codes: list[Any] = []
        points: list[tuple[float, float]] = []
        kinds = {"M": (Path.MOVETO, 1), "L": (Path.LINETO, 1), "C": (Path.CURVE4, 3)}
        code = Path.MOVETO
        for token in (
            d.replace("M", " M ").replace("L", " L ").replace("C", " C ").replace("Z", " Z ").split()
        ):
            if token in kinds:
                code = kinds[token][0]
            elif token == "Z":
                codes.append(Path.CLOSEPOLY)
                points.append(points[-1])
            else:
                px, py = map(float, token.split(","))
                codes.append(code)
                points.append((px + x, py + y))
        self.axes.add_patch(
            PathPatch(Path(points, codes), joinstyle="round", capstyle="butt", **self.look(part))
        )

    def rect(self, part: str, x: float, y: float, w: float, h: float, radius: float = 0.0) -> None:
        """A rectangle with its upper left corner at (x, y)."""
        self.path(part, shapes.rounded(w, h, radius), x + w / 2, y + h / 2)

    def text(self, part: str, x: float, y: float, text: str, size: float, anchor: str = "middle") -> None:
        style = PARTS[part]
        if size * self.shrink < 1.0:  # nobody could read it, and font engines refuse
            return
        self.axes.text(
            x, y, text, size=size * self.shrink, family=_FONT, weight=style.get("font-weight", "normal"),
            color=self.colours[style["fill"]], ha="left" if anchor == "start" else "center",
            va="baseline", parse_math=False,
        )  # fmt: skip

    def edge(self, place: dict[str, Any]) -> None:
        self.path("mg-line", place["path"])
        curve = [tuple(map(float, p.split(","))) for p in place["path"][1:].replace(" C", " ").split()]
        (x, y), (bx, by) = curve[-1], curve[-2]
        length = ((x - bx) ** 2 + (y - by) ** 2) ** 0.5 or 1.0
        ux, uy = (x - bx) / length, (y - by) / length
        corners = ((-8, -3.4), (0.8, 0), (-8, 3.4), (-6, 0))  # the SVG's arrow marker
        tip = " L".join(f"{x + a * ux - b * uy:.2f},{y + a * uy + b * ux:.2f}" for a, b in corners)
        self.path("mg-head", f"M{tip} Z")
        if "arg" in place:
            self.text("mg-arg", place["arg"]["x"], place["arg"]["y"], place["arg"]["text"], 11)

    def ledger(self, place: dict[str, Any], text: str) -> None:
        w, h = max(place["w"], boxes.ledger_width(text)), place["h"]
        self.rect("mg-ledger-box", place["x"] - w / 2, place["y"] - h / 2, w, h, 6)
        self.text("mg-ledger-text", place["x"], place["y"] + 4.4, text, boxes.LEDGER_SIZE)

    def node(self, box: boxes.Box, x: float, y: float, texts: dict[str, str]) -> None:
        part, w, h = f"mg-kind-{box.kind} .mg-shape", box.w, box.h
        if box.kind == "parameter":
            self.path(part, shapes.folded(w, h), x, y)
        else:
            radius = 8.0 if box.kind == "data" else shapes.pill_radius(h)
            self.rect(part, x - w / 2, y - h / 2, w, h, radius)
        if box.cap is not None:
            self.path("mg-cap", shapes.cap(w, h, shapes.pill_radius(h), box.cap), x, y)
        for line in box.lines:
            content = line.text or texts.get(line.css, "")
            self.text(line.css, x + line.x, y + line.y, content, line.size, line.anchor)

    def heat(self, heat: boxes.Heat, summary: dict[str, Any] | None, x: float, y: float) -> None:
        import numpy as np
        from matplotlib.colors import to_rgb

        left, top = x + heat.x, y + heat.y
        right, bottom = left + heat.cols * heat.cell_w, top + heat.rows * heat.cell_h
        ground = np.array(to_rgb(self.colours["map"]))
        shades = []
        for css, opacity in cells(heat, summary):
            colour = np.array(to_rgb(self.colours[PARTS[css]["fill"]])) if css else ground
            shades.append(opacity * colour + (1 - opacity) * ground)
        image = np.array(shades).reshape(heat.rows, heat.cols, 3)
        across, down = np.linspace(left, right, heat.cols + 1), np.linspace(top, bottom, heat.rows + 1)
        self.axes.pcolormesh(across, down, image, edgecolors="none", zorder=2, antialiased=False)
        self.rect("mg-heat-frame", left, top, right - left, bottom - top)
        self.axes.patches[-1].set(facecolor="none", zorder=2.5)
