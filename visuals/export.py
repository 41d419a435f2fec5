"""A graph in other forms: a page, Graphviz source, JSON, and lines of text."""

from __future__ import annotations

import json
from typing import Any

from visuals import text as words
from visuals.layout import Layout
from visuals.svg import escape, hover
from visuals.theme import DARK, FONT, LIGHT, palette


def outline(trace: Any, grads: bool = True, flat: bool = False) -> str:
    """The graph in words: a line per node with its function, value and gradient; `flat`: all in one line."""
    names = {node["id"]: words.clean(node["name"]) or _unnamed(node) for node in trace.nodes}
    inputs: dict[str, list[str]] = {node["id"]: [] for node in trace.nodes}
    for edge in sorted(trace.edges, key=lambda edge: edge["position"]):
        inputs[edge["target"]].append(names[edge["source"]])
    rows = []
    for node in trace.nodes:
        call = (
            f" = {words.clean(node['op'])}({', '.join(inputs[node['id']])})"
            if node["kind"] == "function"
            else ""
        )
        value, grad = (words.spoken(node[key], words.NOT_COMPUTED) for key in ("value", "grad"))
        row = [names[node["id"]] + call, words.KIND_WORDS[node["kind"]], f"value {value}"]
        rows.append(row + ([f"grad {grad}"] if grads else []))
    head = words.graph_label(trace)
    if flat:
        return f"{head}. " + "; ".join(", ".join(row) for row in rows) + "."
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for name, *facts in rows:
        cells = [fact.ljust(w + 2) for fact, w in zip(facts, widths[1:], strict=True)]
        lines.append("  " + " ".join([name.ljust(widths[0]), *cells]))
    return "\n".join([head, *(line.rstrip() for line in lines)])


def _unnamed(node: dict[str, Any]) -> str:
    """What an outline calls a node without a name: a constant by its value, a function's result by its id."""
    value = node["value"]
    is_constant = node["kind"] == "data" and words.is_scalar(value)
    return words.number(value["scalar"]) if is_constant else node["id"]


def json_text(trace: Any) -> str:
    """The trace itself, to be drawn or stepped elsewhere."""
    return json.dumps(trace.to_dict(), ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def page(trace: Any, svg: str, theme: str = "auto") -> str:
    """A page of its own with the picture, and the same in words."""
    return document(words.graph_label(trace), f"{svg}\n{details(trace)}", theme)


def document(title: str, body: str, theme: str = "auto", style: str = "") -> str:
    """A page that needs nothing from elsewhere: a heading, and `body` under it.

    Args:
        title: text, of anybody's making.
        body: HTML.
        style: more rules for it.
    """
    label, colours = escape(title), palette(theme)
    scheme = {"auto": "light dark", "dark": "dark"}.get(theme, "light")
    dark = f"@media (prefers-color-scheme: dark) {{ body {{ background: {DARK['paper']}; color: {DARK['ink']} }} }}"
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{label}</title>
<style>
:root {{ color-scheme: {scheme} }}
body {{ margin: 2rem auto; max-width: 100rem; padding: 0 1rem; font-family: {FONT};
       background: {colours["paper"]}; color: {colours["ink"]} }}
{dark if theme == "auto" else ""}
svg {{ display: block; margin: auto; width: 100% }}
pre {{ overflow-x: auto }}
{style}
</style>
<main>
<h1>{label}</h1>
{body}
</main>
</html>
"""


def details(trace: Any) -> str:
    """The graph in words, to be opened under a picture."""
    return f"""<details><summary>The graph in words</summary>
<pre>{_lines(trace)}</pre>
</details>"""


def _lines(trace: Any) -> str:
    return "\n".join(escape(line).replace("  ", " ") for line in outline(trace).splitlines())


def dot(trace: Any, layout: Layout) -> str:
    """Graphviz source, for those who want to go on there."""
    import graphviz

    shapes = {"data": "box", "parameter": "note", "function": "ellipse"}
    graph = graphviz.Digraph("computation", graph_attr={"rankdir": layout.direction})
    for node in trace.nodes:
        title = " ".join(part for part in (words.clean(node["name"]), words.clean(node["symbol"])) if part)
        lines = [title] if title else []
        for key in ("value", "grad") if layout.grads else ("value",):
            lines.append(f"{key} {words.spoken(node[key], words.NOT_COMPUTED)}")
        label = "\\n".join(graphviz.escape(line) for line in lines)
        kind, tip = node["kind"], graphviz.escape(hover(node))
        style = "filled,rounded" if kind == "data" else "filled"
        graph.node(
            node["id"],
            label=graphviz.nohtml(label),
            tooltip=tip,
            shape=shapes[kind],
            style=style,
            fillcolor=LIGHT[f"{kind}-fill"],
            color=LIGHT[f"{kind}-line"],
        )
    for edge in trace.edges:
        graph.edge(edge["source"], edge["target"])
    return graph.source
