"""A trace as SVG: the one renderer, for still pictures and for the stepper, which then changes the texts.

    svg.mg-graph
      g.mg-edges  >  g.mg-edge[data-id]  >  path.mg-line, text.mg-arg, g.mg-ledger > rect.mg-ledger-box, text
      g.mg-nodes  >  g.mg-node.mg-kind-…[data-id]  >  .mg-shape, text.mg-name, .mg-op, .mg-value, .mg-grad,
                     and for arrays g.mg-heat.mg-heat-value and .mg-heat-grad: a frame, then a cell per entry
                     of the thumbnail, row by row, of class mg-pos, mg-neg or mg-nan and with
                     fill-opacity = |entry| / the largest |entry|; in still pictures a group for each
                     class, which holds all cells that are not 0

A still picture differs: the ledgers that have a text follow all lines, in g.mg-ledgers; an edge's line can be of class
mg-flow-0 … mg-flow-4, the heavier the larger its message, and has a head of its own; a box can have a stack behind it
(mg-behind) and badges, marks, a bar and a table's numbers in front; and g.mg-legend stands under the graph.

Colours stand in the drawing twice: as attributes, for programs that read no style sheet (slides, Inkscape),
and in a style sheet, which follows the reader's theme. Every text goes through `escape`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from visuals import boxes, theme
from visuals import text as words
from visuals.ink import Ink, escape
from visuals.layout import Layout
from visuals.lines import HEAD, line_of
from visuals.patterns import hover, pattern_of

if TYPE_CHECKING:
    from visuals.options import Options


def render(
    trace: Any,
    layout: Layout,
    options: Options | None = None,
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
        options: how a still picture is to look: messages and theme are taken from here.
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
    if options is not None:
        messages, theme = options.messages, options.theme
    trace = words.as_trace(trace)
    drawing = _Drawing(trace, layout, prefix, theme, interactive)
    texts, whole = (boxes.ledgers(trace), boxes.ledgers(trace, room=1e9)) if messages else ({}, {})
    last = final_gradients(trace) if grads == "final" else {}
    told = [(edge, texts.get(edge["id"], ""), whole.get(edge["id"], "")) for edge in trace.edges]
    parts = [drawing.opening(standalone), '<g class="mg-edges">']
    parts += [drawing.edge(*one) for one in told]
    parts.append("</g>")
    if not interactive and texts:  # above all lines: none runs through the numbers of another
        parts += ['<g class="mg-ledgers">', *(drawing.ledger(*one) for one in told if one[1]), "</g>"]
    parts.append('<g class="mg-nodes">')
    for node in trace.nodes:
        grad = gradient(node, last, grads)
        parts.append(drawing.node(node, node["value"] if values else None, grad))
    parts.append("</g>")
    if layout.legend:
        parts.append(f'<g class="mg-legend">{"".join(map(drawing.piece, layout.legend))}</g>')
    return "\n".join([*parts, "</svg>\n"])


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


def line_texts(
    value: dict[str, Any] | None, grad: dict[str, Any] | None, rough: bool = True
) -> dict[str, str]:
    """The lines of a box that change in a run, by their class; a value not known yet leaves them empty."""
    lines = ("", "") if value is None else words.summary_lines("value", value, rough)
    texts = dict(zip(("mg-value", "mg-value-range"), lines, strict=True))
    lines = words.summary_lines("grad", grad, rough)
    return texts | dict(zip(("mg-grad", "mg-grad-range"), lines, strict=True))


class _Drawing(Ink):
    """The parts of one SVG."""

    def __init__(self, trace: Any, layout: Layout, prefix: str, theme_name: str, interactive: bool) -> None:
        super().__init__(theme_name, interactive)
        self.trace, self.layout, self.prefix = trace, layout, escape(prefix)
        self.thickness = theme.thickness(theme_name)

    def opening(self, standalone: bool) -> str:
        w, h = self.layout.width, self.layout.height
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="mg-graph" viewBox="0 0 {w:g} {h:g}" '
            f'role="group" aria-label="{escape(words.graph_label(self.trace))}" '
            f'style="max-width:min(100%,{w:g}px)" font-family="{theme.FONT}">'
        )
        size = round(HEAD * (1 + self.thickness) / 2, 2)
        marker = (
            f'<defs><marker id="{self.prefix}-arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="{size:g}" '
            f'markerHeight="{size:g}" markerUnits="userSpaceOnUse" orient="auto">'
            f'<path {self.look("mg-head")} d="M0,0.8 L10,5 L0,9.2 L2.6,5 Z"/></marker></defs>'
        )
        if not standalone:
            return f"{head}\n{marker}"
        paper = f'<rect {self.look("mg-background")} width="{w:g}" height="{h:g}"/>'
        return f"{head}\n<style>{theme.css(self.theme)}</style>\n{marker}\n{paper}"

    def edge(self, edge: dict[str, Any], ledger: str, whole: str) -> str:
        """The line, the number of the argument at its head; and where it changes the ledger, even if still empty."""
        place = self.layout.edges[edge["id"]]
        arg, order = place.get("arg"), ""
        if arg:
            size = self.layout.letters.small
            order = f'<text {self.look("mg-arg")} font-size="{size:g}" x="{arg["x"]:g}" y="{arg["y"]:g}">'
            order += f"{escape(arg['text'])}</text>"
        return (
            f'<g class="mg-edge" data-id="{escape(edge["id"])}" data-source="{escape(edge["source"])}" '
            f'data-target="{escape(edge["target"])}">{self.line(edge, place, not ledger)}{order}'
            f"{self.ledger(edge, ledger, whole) if self.interactive else ''}</g>"
        )

    def ledger(self, edge: dict[str, Any], text: str, whole: str) -> str:
        """What the message of an edge was made of; in full on hover."""
        place, size = self.layout.edges[edge["id"]], self.layout.letters.ledger
        w = max(place["w"], boxes.ledger_width(text, size)) if text else place["w"]
        full = f"<title>{escape(whole)}</title>" if whole != text else ""
        hidden = "" if text else ' display="none"'
        return (
            f'<g class="mg-ledger" transform="translate({place["x"]:g},{place["y"]:g})"{hidden}>{full}'
            f'<rect {self.look("mg-ledger-box")} x="{-w / 2:g}" y="{-place["h"] / 2:g}" width="{w:g}" '
            f'height="{place["h"]:g}" rx="6"/>'
            f'<text {self.look("mg-ledger-text")} font-size="{size:g}" y="{0.352 * size:.2g}">'
            f"{escape(text)}</text></g>"
        )

    def line(self, edge: dict[str, Any], place: dict[str, Any], sign: bool) -> str:
        """The line of an edge: as usual, with an arrow; or as heavy as its message is large."""
        stroke = self.layout.flow.strokes.get(edge["id"])
        pieces = line_of(edge, place, stroke, self.layout.letters, sign)
        if not pieces:
            return (
                f'<path {self.look("mg-line")} marker-end="url(#{self.prefix}-arrow)" d="{place["path"]}"/>'
            )
        size = f"gradient of magnitude {words.number(stroke.magnitude)}" if stroke else ""
        said = "; ".join(part for part in (edge.get("mark", ""), edge.get("note", ""), size) if part)
        return f"<title>{escape(said)}</title>" + "".join(map(self.piece, pieces))

    def node(self, node: dict[str, Any], value: Any, grad: Any) -> str:
        place, kind, box = self.layout.nodes[node["id"]], node["kind"], self.layout.boxes[node["id"]]
        lines = line_texts(value, grad, not self.interactive)
        role = (
            'role="button" tabindex="-1" data-lm-suppress-shortcuts="true"'
            if self.interactive
            else 'role="img"'
        )
        pattern = "" if self.interactive else pattern_of(node)
        label = words.node_label(node, value, grad) + (f", {pattern}" if pattern else "")
        parts = [
            f'<g class="mg-node mg-kind-{kind}" data-id="{escape(node["id"])}" {role} '
            f'aria-label="{escape(label)}" '
            f'transform="translate({place["x"]:g},{place["y"]:g})">',
            f"<title>{escape(hover(node))}</title>",
            *map(self.piece, box.behind),
            self.shape(box),
        ]
        parts += [self.text(line, line.text or lines.get(line.css, "")) for line in box.lines]
        parts += [self.heat(heat, value if heat.of == "value" else grad) for heat in box.heats]
        return "".join([*parts, *map(self.piece, box.front), "</g>"])
