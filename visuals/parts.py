"""What each part of a picture looks like: property -> a colour's name in `visuals.theme`, or a plain value.

The SVG writes them as attributes (for programs that read no style sheet) and as CSS rules (for browsers, which follow
the theme); the matplotlib pictures read them too.
"""

from __future__ import annotations

Look = dict[str, str]

LEVELS = 5  # of gradient magnitude, each with a colour


def _outline(kind: str, width: str) -> Look:
    return {"fill": f"{kind}-fill", "stroke": f"{kind}-line", "stroke-width": width}


_KINDS = {"data": "1.6", "parameter": "2", "function": "1.6"}
MARKS = {"changed": "9 4", "added": "", "missing": "2 4"}  # what compares two graphs, and its dashes

PARTS: dict[str, Look] = {
    "mg-background": {"fill": "paper"},
    "mg-line": {"fill": "none", "stroke": "line", "stroke-width": "1.6"},
    "mg-head": {"fill": "line", "stroke": "none"},
    "mg-arg": {"fill": "muted", "text-anchor": "middle"},
    "mg-ledger-box": {"fill": "message-fill", "stroke": "message-line", "stroke-width": "1"},
    "mg-ledger-text": {"fill": "grad", "text-anchor": "middle"},
    **{f"mg-kind-{kind} .mg-shape": _outline(kind, width) for kind, width in _KINDS.items()},
    **{f"mg-kind-{kind} .mg-behind": _outline(kind, width) for kind, width in _KINDS.items()},
    "mg-cap": {"fill": "cap", "stroke": "none"},
    "mg-name": {"fill": "ink", "font-weight": "bold"},
    "mg-shape-text": {"fill": "muted"},
    "mg-op": {"fill": "ink", "font-weight": "bold"},
    "mg-detail": {"fill": "muted"},
    "mg-value": {"fill": "value"},
    "mg-grad": {"fill": "grad"},
    "mg-value-range": {"fill": "muted"},
    "mg-grad-range": {"fill": "muted"},
    "mg-heat-label": {"fill": "muted"},
    "mg-heat-frame": {"fill": "map", "stroke": "map-line", "stroke-width": "1"},
    "mg-pos": {"fill": "positive"},
    "mg-neg": {"fill": "negative"},
    "mg-nan": {"fill": "not-finite"},
    "mg-cell": {"fill": "ink"},
    "mg-sum": {"fill": "grad"},
    "mg-bar": {"fill": "grad"},
    "mg-badge": {"fill": "ink"},
    "mg-badge-text": {"fill": "paper", "font-weight": "bold"},
    "mg-note": {"fill": "ink"},
    "mg-legend-text": {"fill": "muted"},
    **{f"mg-flow-{k}": {"fill": "none", "stroke": f"flow-{k}"} for k in range(LEVELS)},
    **{f"mg-flow-{k}-head": {"fill": f"flow-{k}", "stroke": "none"} for k in range(LEVELS)},
    "mg-flow-bad": {"fill": "none", "stroke": "not-finite"},
    "mg-flow-bad-head": {"fill": "not-finite", "stroke": "none"},
    **{f"mg-mark-{mark}": {"fill": "none", "stroke": mark, "stroke-width": "3"} for mark in MARKS},
    **{f"mg-mark-{mark}-head": {"fill": mark, "stroke": "none"} for mark in MARKS},
}
