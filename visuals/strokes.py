"""How strong a line is: its width, colour and dash tell the magnitude of the gradient that travels along it.

With this module, one can
- measure what edges carry:    flow(trace).strokes["e3"].width

Widths and colours follow the logarithm of the root mean square of a message, so that gradients that vanish or explode
from layer to layer are seen at once. A message of 0, or of less than 10⁻⁸ of the largest one, is a dotted line; one
that is not finite is dashed and says so. Nothing rests on colour alone.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import Any, NamedTuple

from visuals.parts import LEVELS

THIN, THICK = 1.2, 5.0
VANISHED = 1e-8  # of the largest message
DOTS, DASHES = "0.1 5", "9 4"
DECADES = 2  # the scale has at least so many: equal messages do not look different


class Stroke(NamedTuple):
    """How one edge is drawn, and the root mean square of its message."""

    css: str
    width: float
    dash: str
    magnitude: float

    @property
    def sign(self) -> str:
        """What is written on a line that carries no finite number."""
        return "" if math.isfinite(self.magnitude) else "nan" if math.isnan(self.magnitude) else "∞"


class Flow(NamedTuple):
    """The strokes of a picture by edge, and the powers of ten between which its scale runs."""

    strokes: dict[str, Stroke]
    low: int
    high: int

    def at(self, magnitude: float) -> Stroke:
        """The stroke of a magnitude on this scale."""
        place = (math.log10(magnitude) - self.low) / (self.high - self.low)
        place = min(max(place, 0.0), 1.0)
        level = min(int(place * LEVELS), LEVELS - 1)
        return Stroke(f"mg-flow-{level}", round(THIN + (THICK - THIN) * place, 2), "", magnitude)


def flow(trace: Any) -> Flow:
    """The stroke of every edge whose message is known; none at all before the backward pass of its output.

    >>> one = {"shape": [], "scalar": 1.0, "text": "1"}
    >>> from types import SimpleNamespace as Trace
    >>> small, large = ({"kind": "message", "edge": e, "message": {"scalar": m}} for e, m in (("a", 1e-4), ("b", 1)))
    >>> found = flow(Trace(nodes=[{"id": "f", "grad": one}], edges=[], frames=[small, large], output="f"))
    >>> found.strokes["a"].width, found.strokes["b"].width, found.low, found.high
    (1.2, 5.0, -4, 0)
    """
    sizes = {edge: magnitude(message) for edge, message in messages(trace).items()}
    finite = [m for m in sizes.values() if m is not None and math.isfinite(m) and m > 0]
    top = max(finite, default=1.0)
    seen = [m for m in finite if m >= VANISHED * top]
    logs = [math.log10(m) for m in seen] or [0.0]
    low, high = math.floor(min(logs)), math.ceil(max(logs))
    while high - low < DECADES:
        low, high = (low, high + 1) if sum(logs) / len(logs) >= (low + high) / 2 else (low - 1, high)
    scale, strokes = Flow({}, low, high), {}
    for edge, size in sizes.items():
        if size is None:
            continue
        if not math.isfinite(size):
            strokes[edge] = Stroke("mg-flow-bad", 3.0, DASHES, size)
        elif size < VANISHED * top or size == 0:
            strokes[edge] = Stroke("mg-flow-0", 2.2, DOTS, size)
        else:
            strokes[edge] = scale.at(size)
    return scale._replace(strokes=strokes)


def messages(trace: Any) -> dict[str, dict[str, Any]]:
    """The message of each edge; where the run was not kept, the gradient of a source that is used once."""
    grads = {node["id"]: node["grad"] for node in trace.nodes}
    if grads.get(trace.output) is None:
        return {}
    sent = {frame["edge"]: frame["message"] for frame in trace.frames if frame["kind"] == "message"}
    if sent:
        return sent
    uses = Counter(edge["source"] for edge in trace.edges)
    known = {edge["id"]: grads[edge["source"]] for edge in trace.edges if uses[edge["source"]] == 1}
    return {edge: grad for edge, grad in known.items() if grad is not None}


def magnitude(summary: dict[str, Any]) -> float | None:
    """The root mean square of what a summary tells; None of an array without entries.

    >>> magnitude({"scalar": -4.0}), magnitude({"shape": [2, 2], "norm": 6.0, "min": -3, "max": 3})
    (4.0, 3.0)
    """
    if "scalar" in summary:
        return abs(float(summary["scalar"]))
    if summary.get("norm") is None:
        return None
    norm = float(summary["norm"])
    extent = max(abs(float(summary["min"])), abs(float(summary["max"])))
    if math.isinf(norm) and math.isfinite(extent):
        return extent  # only the squares were too large
    return norm / math.sqrt(math.prod(summary["shape"]))
