"""The words of a picture: numbers, names and labels as they are shown, and how wide they will be.

Widths come from a table, never from a font. So the same trace gives the same picture on every machine, and a
text that fits its box here fits it everywhere (the table is that of a wide font).
"""

from __future__ import annotations

import re
import unicodedata
from types import SimpleNamespace
from typing import Any, TypeGuard

from minigrad.summary import size_text as shape_text
from minigrad.symbols import number

NOT_COMPUTED = "—"  # a gradient that was never computed is not 0
MINUS = "\u2212"
ROUNDING = 1e-14  # a mean so much smaller than its entries is what rounding has left of 0
KIND_WORDS = {"data": "static data", "parameter": "parameter", "function": "function"}

# Advance widths in hundredths of the font size, of DejaVu Sans: wider than Helvetica, Arial or Segoe UI.
_WIDTHS = {
    28: "'ijlIJ",
    34: " ,./:;\\|",
    40: "f-()[]t!",
    50: 'r"*_`sz?²·',
    60: "cLFkvxyPTYaoe",
    65: "ESbdghnpqu$0123456789{}K√σ",
    75: "AVBRXZCUHN",
    84: "DG&OQw#+<=>^~M−×÷→∞≈≠",
    100: "%mW@…—",
}


class _Advances(dict[str, float]):
    """The width of each character, in font sizes; of one that is not in the table, an estimate."""

    def __missing__(self, char: str) -> float:
        found = self[char] = _estimate(char)
        return found


_ADVANCE = _Advances({char: width / 100 for width, chars in _WIDTHS.items() for char in chars})
_BOLD = 1.13  # how much wider the bold letters are

# No XML document may contain these; a change of writing direction would reorder the text around the name; and a name
# of characters that nobody sees would be no name.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_UNSEEN = re.compile("[\u00ad\u200b\u2060-\u2064\ufeff\U000e0000-\U000e007f]")
_ACCENT = "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_ACCENTS = re.compile(f"({_ACCENT}{{3}}){_ACCENT}+")  # a tower of them would cover other lines
_UNCLEAN = re.compile(
    "|".join(part.pattern for part in (_UNPRINTABLE, _DIRECTION, _UNSEEN, _ACCENTS))
    + "|[\u200c\u200d]|  |[^\\S ]|^ | $"
)
_NEGATIVE = re.compile(r"(?<![\w.)\]])-(?=[\d.∞]|inf)")


def width(text: str, size: float, bold: bool = False) -> float:
    """The width of `text` in pixels, at a font size in pixels.

    >>> width("grad", 10) < width("gradient", 10) < width("gradient", 10, bold=True)
    True
    """
    return size * sum([_ADVANCE[char] for char in text]) * (_BOLD if bold else 1)


def _estimate(char: str) -> float:
    if unicodedata.combining(char) or unicodedata.category(char) in ("Cf", "Mn"):
        return 0.0
    return 1.3 if unicodedata.east_asian_width(char) in "WF" or ord(char) > 0xFFFF else 0.8


def clean(text: str) -> str:
    """`text` on one line, without what XML forbids, what changes the writing direction, and what cannot be seen."""
    text = str(text)
    if not _UNCLEAN.search(text):
        return text  # nearly always
    text = _UNSEEN.sub("", _DIRECTION.sub("", _UNPRINTABLE.sub("\ufffd", " ".join(text.split()))))
    text = _ACCENTS.sub(r"\1", text)
    return text if width(text, 1.0) else ""


def shorten(text: str, limit: float, size: float, bold: bool = False) -> str:
    """The longest beginning of `text` that fits into `limit` pixels, with "…" where something was left out.

    >>> shorten("loss", 100, 10), shorten("a_very_long_name_indeed", 60, 10)
    ('loss', 'a_very_lo…')
    """
    if width(text, size, bold) <= limit:
        return text
    room = limit - width("…", size, bold)
    used, end = 0.0, 0
    for end, char in enumerate(text):  # noqa: B007
        used += width(char, size, bold)
        if used > room:
            break
    return text[:end] + "…"


def pretty(text: str) -> str:
    """`text` with true minus signs before its numbers.

    >>> pretty("1 * -4 = -4, axis=-1, x-y")
    '1 * −4 = −4, axis=−1, x-y'
    """
    return _NEGATIVE.sub(MINUS, clean(text))


def is_scalar(summary: dict[str, Any] | None) -> TypeGuard[dict[str, Any]]:
    """Whether the summary tells one number (and not an array)."""
    return summary is not None and "scalar" in summary


def summary_lines(label: str, summary: dict[str, Any] | None, rough: bool = False) -> tuple[str, str]:
    """What a node says of its value or its gradient: a line, and for an array the range under it.

    An array's heat map bears the label already, so its line does without. A mean that is nothing but rounding is
    "≈ 0" if the picture may be `rough`.

    >>> summary_lines("grad", None), summary_lines("value", {"scalar": -12.0})
    (('grad —', ''), ('value −12', ''))
    >>> summary_lines("value", {"shape": [2], "mean": 0.5, "min": -1, "max": 2})
    ('mean 0.5', '−1 … 2')
    """
    if summary is None:
        return f"{label} {NOT_COMPUTED}", ""
    if is_scalar(summary):
        return f"{label} {number(summary['scalar'])}", ""
    if summary.get("mean") is None:  # an array without elements
        return f"{label} empty", ""
    extent = f"{number(summary['min'])} … {number(summary['max'])}"
    mean, ends = abs(float(summary["mean"])), (abs(float(summary[end])) for end in ("min", "max"))
    if rough and 0 < mean < ROUNDING * max(ends):
        return "mean ≈ 0", extent
    return f"mean {number(summary['mean'])}", extent


def ledger(frame: dict[str, Any], room: float = 1e9) -> str:
    """What a message frame writes on its edge.

    `upstream × local = message` where there are numbers; else the rule and the shape of the message, with the
    shapes before and after where a sum undid broadcasting. A rule of more than `room` pixels ends in "…".

    >>> one, four = {"shape": [], "scalar": 1.0}, {"shape": [], "scalar": -4.0}
    >>> ledger({"upstream": one, "local": four, "message": four, "rule": "g * y"})
    '1 × −4 = −4'
    """
    upstream, local, message = frame["upstream"], frame.get("local"), frame["message"]
    if is_scalar(upstream) and is_scalar(local) and is_scalar(message):
        return " = ".join(
            [f"{number(upstream['scalar'])} × {number(local['scalar'])}", number(message["scalar"])]
        )
    rule, summed = shorten(pretty(frame["rule"]), room, 12.5), frame.get("unbroadcast")
    if summed:
        return f"{rule} : {shape_text(summed['from'])} → {shape_text(summed['to'])}"
    if is_scalar(message):
        return f"{rule} = {number(message['scalar'])}"
    return f"{rule} : {shape_text(message['shape'])}"


def title(node: dict[str, Any]) -> str:
    """The name by which one speaks of a node: its own, else that of its function.

    >>> title({"name": "q", "op": "add"}), title({"name": "", "op": "add"}), title({"name": "", "op": ""})
    ('q', 'add', 'constant')
    """
    return clean(node["name"]) or clean(node["op"]) or "constant"


def spoken(summary: dict[str, Any] | None, unknown: str = "not computed") -> str:
    """A value or gradient for a screen reader: "-4", "2×3, mean 0.12" or "not computed"."""
    return unknown if summary is None else clean(summary["text"])


def node_label(node: dict[str, Any], value: dict[str, Any] | None, grad: dict[str, Any] | None) -> str:
    """The accessible name of a node: what it is called, what it is, its value and its gradient.

    >>> x = {"name": "x", "kind": "parameter", "op": ""}
    >>> node_label(x, {"text": "-2"}, None)
    'x, parameter: value -2, gradient not computed'
    """
    kind = clean(node["op"]) if node["kind"] == "function" else KIND_WORDS[node["kind"]]
    name = title(node)
    head = name if name == kind else f"{name}, {kind}"
    return f"{head}: value {spoken(value, 'not known yet')}, gradient {spoken(grad)}"


def graph_label(trace: Any) -> str:
    """One line on the whole graph: "Computation graph of f: 5 nodes, 4 edges"."""
    output = next((node for node in trace.nodes if node["id"] == trace.output), None)
    of = f" of {title(output)}" if output else ""
    nodes, edges = len(trace.nodes), len(trace.edges)
    return f"Computation graph{of}: {nodes} node{'s' * (nodes != 1)}, {edges} edge{'s' * (edges != 1)}"


def as_trace(trace: Any) -> Any:
    """A trace, or the plain dict of one, as an object with `.nodes`, `.edges`, `.frames` and `.output`."""
    return SimpleNamespace(**trace) if isinstance(trace, dict) else trace
