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

from typing import Any

from visuals import text as words
from visuals.badges import badges, stack
from visuals.insides import Seen, Style, fit, inside, width_in
from visuals.letters import NORMAL
from visuals.pieces import Box, Line, moved

PAD = 14.0  # between a text and the side of its box
FOLDED = 1.6  # how much more room a folded box has for saying what is in it


def all_boxes(
    trace: Any, style: Style, sums: dict[str, list[dict[str, Any]]] | None = None
) -> dict[str, Box]:
    """The box of every node: with room for all that the run shows; in a still picture for what is known now.

    Args:
        sums: the messages that were summed into a node's gradient, from `visuals.fanout.contributions`.
    """
    seen = {node["id"]: _known(node) for node in trace.nodes} if style.still else history(trace)
    parts = sums or {}
    return {node["id"]: box(node, seen[node["id"]], style, parts.get(node["id"], [])) for node in trace.nodes}


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


def box(node: dict[str, Any], seen: Seen, style: Style, parts: list[dict[str, Any]] | None = None) -> Box:
    """The box of one node, wide enough for all it shows in the run (`seen`, from `history`).

    The two heat maps of an array are stacked, or stand side by side. Where a graph runs to the right,
    width is scarce.
    """
    letters, content = style.letters, inside(node, seen, style, parts or [])
    cap_w = 0.0
    if node["kind"] == "function":
        sign = node["symbol"] or node["op"]
        sign_size = letters.of["mg-op"] if len(sign) < 5 else letters.word
        room = FOLDED if node.get("inside") else 1.0
        symbol = fit("mg-op", sign, letters, sign_size, room)
        detail = fit("mg-detail", node["detail"], letters, room=room)
        widest = max(words.width(symbol, sign_size, True), width_in("mg-detail", detail, letters))
        cap_w = max(44.0, widest + 2 * PAD)
    corner = 10.0 if node["kind"] == "parameter" else 0.0  # its folded corner covers no text
    bare = not content.lines  # nothing but the symbol
    w = cap_w if bare and cap_w else max(content.w + 2 * PAD + corner, 84.0) + cap_w
    h = max(content.h + 2 * 9.0, 46.0)
    dx, dy = cap_w / 2 - (4.0 if cap_w else 0.0), -content.h / 2
    placed = [line._replace(x=line.x + dx, y=line.y + dy) for line in content.lines]
    maps = tuple(heat._replace(x=heat.x + dx, y=heat.y + dy) for heat in content.heats)
    if cap_w:
        x, up = (cap_w - w) / 2 + (0 if bare else 2), 0.35 * letters.of["mg-op"] if detail else 0.0
        placed.append(Line("mg-op", x, 0.35 * sign_size - up, symbol, "middle", sign_size))
        if detail:
            size = letters.of["mg-detail"]
            placed.append(Line("mg-detail", x, 1.4 * size, detail, "middle", size))
    shown = [summary for what in style.shown for summary in seen[what][-1:]] if style.still else []
    front = [moved(piece, dx, dy) for piece in content.front]
    w, h = round(w, 1), round(h, 1)
    cap = cap_w - w / 2 if cap_w and not bare else None
    behind = stack(node, w, h, style.stacked)
    return Box(
        node["kind"], w, h, cap, tuple(placed), maps, behind, (*front, *badges(node, shown, w, h, letters))
    )


def ledgers(trace: Any, room: float = 120.0) -> dict[str, str]:
    """For each edge, the text that its message leaves on it; edges without a message are left out."""
    return {f["edge"]: words.ledger(f, room) for f in trace.frames if f["kind"] == "message"}


def ledger_width(text: str, size: float = NORMAL.ledger) -> float:
    """The width of the small box around a ledger text."""
    return round(max(words.width(text, size) + 14.0, 30.0), 1)
