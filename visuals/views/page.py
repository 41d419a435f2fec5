"""A graph whose folded boxes open, as one HTML file without a script: every state of it is drawn beforehand.

A box is a link to the picture in which it is open. So a click opens it, and so do Tab and Enter; the browser's "back"
closes it; and the address names what is open, for a slide that links there. It works wherever HTML is shown.
"""

from __future__ import annotations

import re
from collections import deque
from typing import TYPE_CHECKING

from visuals import export
from visuals import text as words
from visuals.svg import escape
from visuals.theme import css
from visuals.views.folds import Fold
from visuals.views.modules import MOST, Folding

if TYPE_CHECKING:
    from visuals.drawing import Drawing

ROOM = 500  # nodes in all states of one page; folds that lie deeper stay closed
SMALLEST = 0.5  # of its size: a wider picture is scrolled
STYLE = """
.view { display: none }
.view:target { display: block }
main:not(:has(.view:target)) #folded { display: block }
@supports not selector(:has(*)) { .view { display: block } }
@media print { .view { display: none !important } #folded { display: block !important } }
.scroll { overflow-x: auto; padding-bottom: .5rem }
nav { margin: .5rem 0 1rem }
nav ol { display: flex; flex-wrap: wrap; gap: .3rem .6rem; list-style: none; margin: 0; padding: 0 }
nav li + li::before { content: "\\203a"; margin-right: .6rem }
nav a, .hint a { color: inherit }
.mg-graph a { cursor: pointer }
.mg-graph a:hover .mg-shape { stroke-width: 3 }
.mg-graph a:focus { outline: none }
.mg-graph a:focus-visible .mg-shape { stroke: var(--mg-focus); stroke-width: 4 }
"""
HINT = "A box with a stack behind it holds more. It opens when it is clicked, or with Tab and Enter."
DEEPER = " The innermost ones stay closed, so that this file is not too large."


def folded_page(drawing: Drawing, folding: Folding) -> str:
    """The page of a drawing whose trace `folding` has folded."""
    base = _opened(drawing, folding)
    states, deeper = _states(base, drawing, folding)
    views = [_view(None, drawing, states)]
    views += [_view(fold, state, states) for fold, state in states.items()]
    body = (
        f'<p class="hint" id="hint">{HINT}{DEEPER if deeper else ""}</p>\n'
        + "\n".join(views)
        + "\n"
        + export.details(drawing.trace)
    )
    style = css(drawing.options.theme) + STYLE
    return export.document(words.graph_label(folding.trace), body, drawing.options.theme, style)


def _opened(drawing: Drawing, folding: Folding) -> set[Fold]:
    """The folds that are open in a drawing: all around the boxes that it shows."""
    closed = {node["fold"] for node in drawing.trace.nodes if "fold" in node}
    inside = {inner.id for fold in closed for inner in folding.folds[fold].folds()}
    return {fold for name, fold in folding.folds.items() if name not in inside}


def _states(base: set[Fold], drawing: Drawing, folding: Folding) -> tuple[dict[Fold, Drawing], bool]:
    """For each fold that can be opened, the picture in which it is open; and whether some are left."""
    found: dict[Fold, Drawing] = {}
    waiting = deque(_closed(drawing, folding))
    known, shown = set(waiting), 0
    while waiting and shown < ROOM:
        fold = waiting.popleft()
        trace = folding.showing(base | set(fold.way()))
        if len(trace.nodes) > MOST:
            continue
        shown += len(trace.nodes)
        found[fold] = type(drawing)(trace, drawing.options, folding=folding)
        new = [inner for inner in _closed(found[fold], folding) if inner not in known]
        known.update(new)
        waiting.extend(new)
    return found, len(found) < len(known)


def _closed(drawing: Drawing, folding: Folding) -> list[Fold]:
    return [folding.folds[node["fold"]] for node in drawing.trace.nodes if "fold" in node]


def _view(fold: Fold | None, drawing: Drawing, states: dict[Fold, Drawing]) -> str:
    """One state: where one is, and the picture with a link on each box that opens."""
    name = f"open-{fold.id}" if fold else "folded"
    picture = drawing.rendered(name, standalone=False)
    targets = {other.id: other for other in states}
    for node in drawing.trace.nodes:
        target = targets.get(node.get("fold", ""))
        if target is not None:
            picture = linked(picture, node["id"], f"#open-{target.id}")
    wide = f'<div style="min-width:{drawing.size[0] * SMALLEST:.0f}px">{picture}</div>'
    return (
        f'<section class="view" id="{name}" aria-label="{_heading(fold)}">{_way(fold, states)}'
        f'<div class="scroll">{wide}</div></section>'
    )


def _heading(fold: Fold | None) -> str:
    return f"{escape(fold.title)}, open" if fold else "All folded"


def _way(fold: Fold | None, states: dict[Fold, Drawing]) -> str:
    """Links to what is around an open fold."""
    if fold is None:
        return ""
    steps = ['<li><a href="#folded">all folded</a></li>']
    for other in fold.way():
        if other is fold:
            steps.append(f'<li aria-current="true">{escape(other.title)}</li>')
        elif other in states:
            steps.append(f'<li><a href="#open-{other.id}">{escape(other.title)}</a></li>')
    return f'<nav aria-label="What is open"><ol>{"".join(steps)}</ol></nav>'


def linked(svg: str, node: str, target: str) -> str:
    """The SVG with a link around the group of one node, which is called as the node is.

    >>> linked('<g data-id="a"><g/></g><g data-id="b"></g>', "b", "#x")
    '<g data-id="a"><g/></g><a href="#x" aria-describedby="hint"><g data-id="b"></g></a>'
    """
    begin = re.search(rf'<g [^>]*data-id="{re.escape(escape(node))}"', svg)
    if begin is None:
        return svg
    depth = 0
    for tag in re.finditer(r"<(/?)g\b[^>]*?(/?)>", svg[begin.start() :]):
        depth += 0 if tag[2] else -1 if tag[1] else 1
        if depth == 0:
            break
    end = begin.start() + tag.end()
    link = f'<a href="{escape(target)}" aria-describedby="hint">'
    return f"{svg[: begin.start()]}{link}{svg[begin.start() : end]}</a>{svg[end:]}"
