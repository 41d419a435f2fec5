"""A trace as SVG: the one renderer, for still pictures and for the stepper, which then changes the texts.

    svg.mg-graph
      g.mg-edges  >  g.mg-edge[data-id]  >  path.mg-line, text.mg-arg, g.mg-ledger > rect.mg-ledger-box, text
      g.mg-nodes  >  g.mg-node.mg-kind-…[data-id]  >  .mg-shape, text.mg-name, .mg-op, .mg-value, .mg-grad,
                     and for arrays g.mg-heat.mg-heat-value and .mg-heat-grad: a frame, then a cell per entry
                     of the thumbnail, row by row, of class mg-pos, mg-neg or mg-nan and with
                     fill-opacity = |entry| / the largest |entry|; in still pictures a group for each
                     class, which holds all cells that are not 0

Colours stand in the drawing twice: as attributes, for programs that read no style sheet (slides, Inkscape),
and in a style sheet, which follows the reader's theme. Every text goes through `escape`.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any
from xml.sax.saxutils import escape as _escape

from visuals import boxes, theme
from visuals import text as words
from visuals.heat import OPACITY, cells, grid_of_cells
from visuals.layout import Layout
from visuals.shapes import cap, folded, pill_radius
from visuals.theme import attributes

_SPECIAL = re.compile("[<>&\"']")


def escape(text: str) -> str:
    """`text` as it may stand in an element or in a quoted attribute.

    >>> escape("<b> & 'c' \\x00")
    '&lt;b&gt; &amp; &#39;c&#39; \ufffd'
    """
    text = words.clean(text)
    return _escape(text, {'"': "&quot;", "'": "&#39;"}) if _SPECIAL.search(text) else text


def render(
    trace: Any,
    layout: Layout,
    *,
    values: bool = True,
    grads: str = "known",
    messages: bool = False,
    prefix: str = "mg",
    theme: str = "auto",
    standalone: bool = True,
    interactive: bool = True,
) -> str:
    """The SVG of a trace (or of its dict), laid out by `visuals.layout.layout`.

    Args:
        values: show the forward values; else their lines stay empty.
        grads: "known" shows what the nodes know now, "final" what the last frame knows, "none" nothing.
            A gradient that is not known is "—".
        messages: write each edge's ledger, `upstream × local = message`; else the ledgers are there, empty.
        prefix: begins every id, so that two pictures on one page do not clash.
        standalone: carry a background and the style sheet; else the page has `visuals.theme.css()`.
        interactive: nodes are buttons that can take the focus; else they are images.
    """
    if grads not in ("known", "final", "none"):
        raise ValueError(f'grads is "known", "final" or "none", not {grads!r}')
    trace = words.as_trace(trace)
    drawing = _Drawing(trace, layout, prefix, theme, interactive)
    texts, whole = (boxes.ledgers(trace), boxes.ledgers(trace, room=1e9)) if messages else ({}, {})
    last = final_gradients(trace) if grads == "final" else {}
    parts = [drawing.opening(standalone), '<g class="mg-edges">']
    parts += [
        drawing.edge(edge, texts.get(edge["id"], ""), whole.get(edge["id"], "")) for edge in trace.edges
    ]
    parts.append('</g>\n<g class="mg-nodes">')
    for node in trace.nodes:
        grad = gradient(node, last, grads)
        parts.append(drawing.node(node, node["value"] if values else None, grad))
    return "\n".join([*parts, "</g>\n</svg>\n"])


def final_gradients(trace: Any) -> dict[str, dict[str, Any]]:
    """The gradient of each node when the run has ended."""
    found = {node["id"]: node["grad"] for node in trace.nodes}
    for frame in trace.frames:
        for node_id, change in frame["set"].get("nodes", {}).items():
            found[node_id] = change.get("grad") or found[node_id]
    return found


def gradient(node: dict[str, Any], last: dict[str, dict[str, Any]], which: str) -> dict[str, Any] | None:
    """The gradient of a node that is shown: the one "known" now, the "final" one of the run, or "none"."""
    return {"known": node["grad"], "final": last.get(node["id"]), "none": None}[which]


def line_texts(value: dict[str, Any] | None, grad: dict[str, Any] | None) -> dict[str, str]:
    """The lines of a box that change in a run, by their class; a value not known yet leaves them empty."""
    lines = ("", "") if value is None else words.summary_lines("value", value)
    texts = dict(zip(("mg-value", "mg-value-range"), lines, strict=True))
    return texts | dict(zip(("mg-grad", "mg-grad-range"), words.summary_lines("grad", grad), strict=True))


@cache
def look(part: str, css: str, theme_name: str) -> str:
    """The class and the plain attributes of a part of a picture."""
    return f'class="{css or part.split(".")[-1]}"{attributes(part, theme_name)}'


class _Drawing:
    """The parts of one SVG."""

    def __init__(self, trace: Any, layout: Layout, prefix: str, theme_name: str, interactive: bool) -> None:
        self.trace, self.layout, self.theme = trace, layout, theme_name
        self.prefix, self.interactive = escape(prefix), interactive

    def look(self, part: str, css: str = "") -> str:
        """The class and the plain attributes of a part."""
        return look(part, css, self.theme)

    def opening(self, standalone: bool) -> str:
        w, h = self.layout.width, self.layout.height
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="mg-graph" viewBox="0 0 {w:g} {h:g}" '
            f'role="group" aria-label="{escape(words.graph_label(self.trace))}" '
            f'style="max-width:min(100%,{w:g}px)" font-family="{theme.FONT}">'
        )
        marker = (
            f'<defs><marker id="{self.prefix}-arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" '
            f'markerHeight="8" markerUnits="userSpaceOnUse" orient="auto">'
            f'<path {self.look("mg-head")} d="M0,0.8 L10,5 L0,9.2 L2.6,5 Z"/></marker></defs>'
        )
        if not standalone:
            return f"{head}\n{marker}"
        paper = f'<rect {self.look("mg-background")} width="{w:g}" height="{h:g}"/>'
        return f"{head}\n<style>{theme.css(self.theme)}</style>\n{marker}\n{paper}"

    def edge(self, edge: dict[str, Any], ledger: str, whole: str) -> str:
        place = self.layout.edges[edge["id"]]
        w = max(place["w"], boxes.ledger_width(ledger)) if ledger else place["w"]
        arg = place.get("arg")
        order = (
            f'<text {self.look("mg-arg")} x="{arg["x"]:g}" y="{arg["y"]:g}">{arg["text"]}</text>'
            if arg
            else ""
        )
        full = f"<title>{escape(whole)}</title>" if whole != ledger else ""
        hidden = "" if ledger else ' display="none"'
        return (
            f'<g class="mg-edge" data-id="{escape(edge["id"])}" data-source="{escape(edge["source"])}" '
            f'data-target="{escape(edge["target"])}">'
            f'<path {self.look("mg-line")} marker-end="url(#{self.prefix}-arrow)" d="{place["path"]}"/>'
            f"{order}"
            f'<g class="mg-ledger" transform="translate({place["x"]:g},{place["y"]:g})"{hidden}>{full}'
            f'<rect {self.look("mg-ledger-box")} x="{-w / 2:g}" y="{-place["h"] / 2:g}" width="{w:g}" '
            f'height="{place["h"]:g}" rx="6"/>'
            f'<text {self.look("mg-ledger-text")} y="4.4">{escape(ledger)}</text></g></g>'
        )

    def node(self, node: dict[str, Any], value: Any, grad: Any) -> str:
        place, kind, box = self.layout.nodes[node["id"]], node["kind"], self.layout.boxes[node["id"]]
        lines = line_texts(value, grad)
        role = (
            'role="button" tabindex="-1" data-lm-suppress-shortcuts="true"'
            if self.interactive
            else 'role="img"'
        )
        parts = [
            f'<g class="mg-node mg-kind-{kind}" data-id="{escape(node["id"])}" {role} '
            f'aria-label="{escape(words.node_label(node, value, grad))}" '
            f'transform="translate({place["x"]:g},{place["y"]:g})">',
            f"<title>{escape(hover(node))}</title>",
            self.shape(box),
        ]
        for line in box.lines:
            content = escape(line.text or lines.get(line.css, ""))
            parts.append(
                f'<text {self.look(line.css)} font-size="{line.size:g}" text-anchor="{line.anchor}" '
                f'x="{line.x:.4g}" y="{line.y:.4g}">{content}</text>'
            )
        for heat in box.heats:
            parts.append(self.heat(heat, value if heat.of == "value" else grad))
        return "".join([*parts, "</g>"])

    def shape(self, box: boxes.Box) -> str:
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

    def heat(self, heat: boxes.Heat, summary: dict[str, Any] | None) -> str:
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


def hover(node: dict[str, Any]) -> str:
    """What a node says under the mouse: its full name, its function and pattern, shape and type."""
    head = [words.title(node)]
    if node["kind"] == "function":
        head = [part for part in (words.clean(node["name"]), words.clean(node["op"])) if part]
        head += [words.clean(node["detail"])] if node["detail"] else []
    else:
        head.append(words.KIND_WORDS[node["kind"]])
    pattern = PATTERNS.get(node["pattern"], node["pattern"])
    facts = [" ".join([", ".join(head)]), f"{node['symbol'] or node['op']} {pattern}" if pattern else ""]
    facts += [f"{words.shape_text(node['shape'])}, {node['dtype']}"]
    return "; ".join(fact for fact in facts if fact)


PATTERNS = {
    "distributor": "hands its gradient on unchanged: a distributor",
    "switcher": "multiplies its gradient by the other input: a switcher",
    "router": "sends its gradient to the input that won: a router",
    "copy": "is a copy: the gradients of all its copies are added",
    "sum": "adds up: its gradient goes to every element alike",
}
