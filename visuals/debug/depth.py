"""The gradient thermometer: how large the gradient still is, layer by layer or the deeper it has come.

With this module, one can
- read it:      thermometer(loss)       a bar of log₁₀ of the norm per layer; in a notebook, in the stepper

Source: Glorot & Bengio, "Understanding the difficulty of training deep feedforward neural networks" (2010), for
looking at gradients layer by layer.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import minigrad as mg
from visuals import text as words
from visuals.debug.finder import final_of_run
from visuals.debug.report import Report
from visuals.subject import trace_of, variables

MOST = 24  # rows; a deeper graph has several depths in one
WIDE = 30  # characters of the longest bar
FAR = 1e3  # a factor that is worth a word
Row = dict[str, Any]


def thermometer(
    output: Any, *, names: Literal["auto"] | dict[str, Any] | None = "auto", gradient: Any = None
) -> Thermometer:
    """The norm of the gradient in each part of a graph, on a logarithmic scale.

    Where modules have parameters, a row is one module, and its norm √Σ(∂L/∂w)² is that of all its parameters
    together. Elsewhere a row is a depth, the number of calls between a value and the result, and its norm is that of
    the gradients of all values there.

    Args:
        output: a Tensor, usually the loss, or a Trace.
        names, gradient: as for `visuals.BackpropStepper`.

    Returns:
        A report with `rows` (label, nodes, norm) and a `verdict` on whether the gradient vanishes or explodes.
        `print` it; that of a Tensor is shown in a notebook as the stepper, where bars grow as the gradients arrive.

    Raises:
        TypeError: `output` is neither a Tensor nor a Trace.
        ValueError: nothing in it wants a gradient; or the graph has more than 1000 nodes.

    >>> import minigrad as mg, numpy as np
    >>> x = mg.tensor(0.01, requires_grad=True, name="x")
    >>> print(thermometer(1e-3 * (1e-3 * (1e-3 * x))))
    Norm of the gradient by depth, on a logarithmic scale:
      depth 0, 0.001 ×   1        ██████████████████████████████
      depth 1, 0.001 ×   0.001    ████████████████████
      depth 2, 0.001 ×   1e−06    ██████████
      depth 3, x         1e−09    ▏
    From depth 0 to depth 3 it falls by a factor of 1e9: the gradient vanishes on its way.
    """
    caller = sys._getframe(1)
    known = variables(caller) if isinstance(names, str) and names == "auto" else names or {}
    return Thermometer(output, trace_of(output, known, caller, "thermometer", gradient), known, gradient)


class Thermometer(Report):
    """What `thermometer` found.

    Attributes:
        kind: "layer" or "depth".
        rows: for each a `label`, the ids of its `nodes`, and its `norm`: None where nothing arrived.
    """

    view = "depth"

    def __init__(self, output: Any, trace: mg.Trace, names: Mapping[str, Any], gradient: Any) -> None:
        super().__init__(output, names, gradient)
        self._of_trace = isinstance(output, mg.Trace)
        self.kind, rows = rows_of(trace)
        if not rows:
            raise ValueError("Nothing in this run wants a gradient: mg.tensor(…, requires_grad=True).")
        norms = norms_of(trace, rows)
        self.rows = [{**row, "norm": norms[row["label"]]} for row in rows]

    @property
    def verdict(self) -> str:
        """Whether the gradient vanishes, explodes or is nowhere to be seen; "" if it does neither."""
        return judged(self.kind, self.rows)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        return (
            None if self._of_trace else super()._repr_mimebundle_(**kwargs)
        )  # a Trace has no rules to look into

    def __str__(self) -> str:
        scale = scale_of([row["norm"] for row in self.rows])
        wide = max(len(row["label"]) for row in self.rows) + 2
        bars = ["█" * round(WIDE * part(row["norm"], scale)) or "▏" for row in self.rows]
        lines = [
            f"  {row['label']:{wide}} {told(row['norm']):8} {bar}"
            for row, bar in zip(self.rows, bars, strict=True)
        ]
        head = f"Norm of the gradient by {self.kind}, on a logarithmic scale:"
        return "\n".join([head, *lines, *filter(None, [self.verdict])])


def rows_of(trace: mg.Trace) -> tuple[str, list[Row]]:
    """The rows: the modules that have parameters, in the order of the forward pass; or the depths, from the result."""
    grads = final_of_run(trace)
    layers: dict[str, list[str]] = {}
    for node in trace.nodes:
        if node["kind"] == "parameter" and node["group"] and node["id"] in grads:
            layers.setdefault(words.clean(node["group"]), []).append(node["id"])
    if len(layers) > 1:
        return "layer", [{"label": label, "nodes": ids} for label, ids in layers.items()]
    return "depth", by_depth(trace, grads)


def by_depth(trace: mg.Trace, grads: Mapping[str, Any]) -> list[Row]:
    """The nodes with a gradient, by their longest way to the result.

    A leaf counts where nothing else is. Otherwise the weights of a layer would hide what flows through it.
    """
    edges = {edge["id"]: edge for edge in trace.edges}
    sent = [edges[frame["edge"]] for frame in trace.frames if frame["kind"] == "message"]
    depth = {trace.output: 0} if trace.output in grads else {}
    for edge in sent:  # newest first: the sender's own depth is known
        depth[edge["source"]] = max(depth.get(edge["source"], 0), depth[edge["target"]] + 1)
    nodes = {node["id"]: node for node in trace.nodes}
    levels: dict[int, list[str]] = {}
    for i, level in depth.items():
        levels.setdefault(level, []).append(i)
    levels = {k: [i for i in ids if nodes[i]["kind"] == "function"] or ids for k, ids in levels.items()}
    step = math.ceil((max(levels, default=0) + 1) / MOST)
    rows = []
    for first in range(0, max(levels, default=-1) + 1, step):
        ids = [i for level in range(first, first + step) for i in levels.get(level, [])]
        if ids:
            rows.append({"label": depth_label(first, step, [nodes[i] for i in ids]), "nodes": ids})
    return rows


def depth_label(first: int, step: int, nodes: Sequence[Mapping[str, Any]]) -> str:
    """A depth, or several, and what stands there."""
    called = list(dict.fromkeys(words.clean(n["name"] or n["symbol"] or n["op"]) or "data" for n in nodes))
    there = ", ".join(called[:2]) + (", …" if len(called) > 2 else "")
    return f"depth {first}, {there}" if step == 1 else f"depth {first} to {first + step - 1}"


def norms_of(trace: mg.Trace, rows: Sequence[Row]) -> dict[str, float | None]:
    """The norm of each row when the run has ended."""
    grads = final_of_run(trace)
    return {row["label"]: norm([grads.get(i) for i in row["nodes"]]) for row in rows}


def norm(summaries: Sequence[Mapping[str, Any] | None]) -> float | None:
    """√Σ g², over all entries of several gradients; None if there is none.

    >>> norm([{"scalar": -3.0}, {"norm": 4.0}, None]), norm([None])
    (5.0, None)
    """
    sizes = [abs(float(s["scalar"] if "scalar" in s else s.get("norm") or 0.0)) for s in summaries if s]
    return math.hypot(*sizes) if sizes else None


def scale_of(norms: Sequence[float | None]) -> tuple[float, float]:
    """The smallest and the largest power of ten, of the norms that have one."""
    powers = [math.log10(x) for x in norms if x is not None and 0 < x < math.inf]
    return (min(powers), max(powers)) if powers else (0.0, 0.0)


def part(x: float | None, scale: tuple[float, float]) -> float:
    """How long a bar is, from 0 to 1."""
    if x is None or math.isnan(x) or x <= 0:
        return 0.0
    low, high = scale
    return 1.0 if high - low < 1e-12 or math.isinf(x) else (math.log10(x) - low) / (high - low)


def told(x: float | None) -> str:
    """A norm in few characters."""
    if x is None:
        return words.NOT_COMPUTED
    return f"{x:.0e}".replace("-", words.MINUS) if 0 < abs(x) < 1e-4 else words.number(x)


def judged(kind: str, rows: Sequence[Row]) -> str:
    """What the norms say of the gradient's way."""
    way = [row for row in (rows if kind == "depth" else list(reversed(rows))) if row["norm"] is not None]
    broken = next((row for row in way if not math.isfinite(row["norm"])), None)
    if broken:
        return f"At {broken['label']} it is not finite any more: an overflow, a division by 0 or a logarithm of it?"
    dead = next((row for row in way if row["norm"] == 0), None)
    if dead:
        return f"From {dead['label']} on it is exactly 0: nothing arrives there. A dead unit, or saturation?"
    if len(way) < 2:
        return ""
    first, last = way[0], way[-1]
    ends = f"From {first['label'].partition(',')[0]} to {last['label'].partition(',')[0]} it"
    ratio = last["norm"] / first["norm"]
    if ratio < 1 / FAR:
        return f"{ends} falls by a factor of {factor(1 / ratio)}: the gradient vanishes on its way."
    if ratio > FAR:
        return f"{ends} grows by a factor of {factor(ratio)}: the gradient explodes on its way."
    return ""


def factor(x: float) -> str:
    """A factor, roughly: "6100", "1e9"."""
    return words.number(float(f"{x:.2g}"))


def view(trace: mg.Trace) -> dict[str, Any]:
    """What the stepper shows, as plain data: the rows; norms are computed there from what has arrived."""
    kind, rows = rows_of(trace)
    if not rows:
        return {}
    norms = norms_of(trace, rows)
    return {
        "kind": kind,
        "rows": rows,
        "scale": scale_of(list(norms.values())),
        "verdict": judged(kind, [{**row, "norm": norms[row["label"]]} for row in rows]),
    }


def beside(found: dict[str, Any], other: mg.Trace) -> dict[str, Any]:
    """The same with the norms of another run, where it has such a row."""
    kind, rows = rows_of(other)
    if not found or kind != found["kind"]:
        return found
    norms = norms_of(other, rows)
    if kind == "depth":  # what stands at a depth may be called otherwise there
        by = {row["label"].partition(",")[0]: norms[row["label"]] for row in rows}
        before = [by.get(row["label"].partition(",")[0]) for row in found["rows"]]
    else:
        before = [norms.get(row["label"]) for row in found["rows"]]
    low, high = scale_of([*before, *(10.0**x for x in found["scale"])])
    return {
        **found,
        "before": [None if x is None or not math.isfinite(x) else x for x in before],
        "scale": (low, high),
    }
