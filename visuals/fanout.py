"""A node that is used several times adds up what all its uses send back: its gradient, written as that sum.

With this module, one can
- find those nodes:      contributions(trace) -> {node: [message, message, …]}
- write the sum:         sum_text([3.0, -5.0]) -> "= 3 − 5"
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Any

from visuals import text as words
from visuals.strokes import messages

WRITTEN = 4  # terms; a longer sum is counted


def contributions(trace: Any) -> dict[str, list[dict[str, Any]]]:
    """The messages that reached each node that is used several times, in the order in which they came.

    Only where they add up to the gradient that is known: one that was accumulated over several backward passes, or
    changed since, is not told to be a sum that it is not.
    """
    grads = {node["id"]: node["grad"] for node in trace.nodes}
    source = {edge["id"]: edge["source"] for edge in trace.edges}
    arrived: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for edge, message in messages(trace).items():
        arrived[source[edge]].append(message)
    return {
        node: sent for node, sent in arrived.items() if len(sent) > 1 and _adds_up(sent, grads[node] or {})
    }


def _adds_up(sent: list[dict[str, Any]], grad: dict[str, Any]) -> bool:
    """Whether numbers, or the means of arrays, have this sum. (Sum and mean may be exchanged.)"""
    terms = [middle(one) for one in sent]
    total = middle(grad)
    if total is None or any(term is None for term in terms):
        return False
    known = [term for term in terms if term is not None]
    scale = sum(abs(term) for term in known) + _spread(grad)
    return math.isclose(sum(known), total, rel_tol=1e-4, abs_tol=1e-6 * scale + 1e-300)


def middle(summary: dict[str, Any]) -> float | None:
    """The number, or the mean of the array, that a summary tells; None if it is not finite or there is none."""
    found = summary.get("scalar", summary.get("mean"))
    return float(found) if found is not None and math.isfinite(float(found)) else None


def _spread(summary: dict[str, Any]) -> float:
    return max(
        (abs(float(summary[end])) for end in ("min", "max") if summary.get(end) is not None), default=0.0
    )


def count(sent: list[dict[str, Any]]) -> int:
    """How many messages these are: that of an edge between boxes can be the sum of several."""
    return sum(message.get("count", 1) for message in sent)


def sum_text(terms: list[float], messages: int = 0) -> str:
    """A sum as it is written by hand; of many terms only how many `messages` it adds up.

    >>> sum_text([1.0, -5.0]), sum_text([0.5] * 6), sum_text([0.5] * 6, 104)
    ('= 1 − 5', '= sum of 6 messages', '= sum of 104 messages')
    """
    if len(terms) > WRITTEN:
        return f"= sum of {messages or len(terms):,} messages"
    first, *more = terms
    signed = [f"{words.MINUS if term < 0 else '+'} {words.number(abs(term))}" for term in more]
    return " ".join(["=", words.number(first), *signed])
