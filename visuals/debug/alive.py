"""Which arrays a graph keeps for its backward pass, from when to when.

With this module, one can
- list them:      saved(Run(loss))
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from minigrad.node import Node, function_name
from minigrad.record import Traced
from minigrad.ruletext import rule_text
from minigrad.senders import ALL
from minigrad.vjps import lookup
from visuals import text as words
from visuals.debug.run import Run


@dataclass(frozen=True)
class Saved:
    """An array that a node keeps for its rules.

    Attributes:
        name: whose value it is.
        node: the id of that node in the trace; "" for a constant.
        shape, bytes: how large it is.
        reasons: which rules will read it: "tanh: g * (1 - out * out)".
        begin, end: the first step at which it is kept, and the last one at which it is still needed.
    """

    name: str
    node: str
    shape: tuple[int, ...]
    bytes: int
    reasons: tuple[str, ...]
    begin: int
    end: int


def saved(run: Run) -> list[Saved]:
    """The arrays that the nodes of a run keep, each once."""
    steps = steps_of(run)
    originals = {run.run.originals[v]: v for v in run.functions}
    leaves = {id(owner(p._data)) for node in originals for p in node.parents if isinstance(p, Traced)}
    found: dict[int, dict[str, Any]] = {}
    for node, twin in originals.items():
        begin, end = steps[twin]
        for position, array in kept(node):
            whole = owner(array)
            if id(whole) in leaves:
                continue
            vertex = twin if position is None else run.sources[twin][position] if position >= 0 else None
            one = found.setdefault(
                id(whole), {"whole": whole, "of": vertex, "begin": begin, "end": end, "reasons": []}
            )
            one["end"] = max(one["end"], end)
            one["reasons"] += readers(run, twin, position)
    return [
        Saved(
            words.clean(run.label(one["of"])) if one["of"] is not None else "constant",
            run.ids.get(one["of"], ""), tuple(one["whole"].shape), int(one["whole"].nbytes),
            tuple(dict.fromkeys(one["reasons"])), one["begin"], one["end"],
        )
        for one in found.values()
    ]  # fmt: skip


def kept(node: Node) -> list[tuple[int | None, Any]]:
    """The arrays that a node keeps: with the position of the argument, None for the result, −1 for an option."""
    waiting: list[tuple[int | None, Any]] = [*enumerate(node.args), *((-1, v) for v in node.kwargs.values())]
    waiting.append((None, node.out))
    found = []
    while waiting:
        position, value = waiting.pop(0)
        if isinstance(value, (tuple, list)):
            waiting += [(position, one) for one in value]
        elif hasattr(value, "nbytes") and hasattr(value, "shape"):
            found.append((position, value))
    return found


def readers(run: Run, twin: Any, position: int | None) -> list[str]:
    """The rules of a node that read an argument, or its result."""
    primitive = lookup(twin.fun)
    name = words.clean(run.name(twin)) or function_name(twin.fun)
    if not hasattr(primitive, "needs"):
        return [f"{name}: backward(…) may read all"]
    found = []
    for i, parent in enumerate(twin.parents):
        rule = primitive.rule(i) if parent is not None and parent.requires_grad else None
        if rule is None:
            continue
        needs = primitive.needs[rule]
        reads = needs.out if position is None else position in needs.positions or ALL in needs.positions
        if reads or position == -1:
            found.append(f"{name}: {words.pretty(rule_text(twin.fun, i))}")
    return found


def owner(array: Any) -> Any:
    """The array whose memory a view shows."""
    while hasattr(getattr(array, "base", None), "nbytes") and hasattr(array.base, "shape"):
        array = array.base
    return array


def steps_of(run: Run) -> dict[Any, tuple[int, int]]:
    """For each call the step at which it ran, and that of the last message that it sends."""
    forward = {run.ids[v]: k for k, v in enumerate(run.sources, 1)}
    edges = {edge["id"]: edge["target"] for edge in run.trace.edges}
    last = {edges[f["edge"]]: k for k, f in enumerate(run.trace.frames, 1) if f["kind"] == "message"}
    return {v: (forward[run.ids[v]], last.get(run.ids[v], len(run.trace.frames))) for v in run.functions}


def gradients(run: Run) -> list[int]:
    """For each step, the bytes of the gradients that are known and still needed; those of leaves stay."""
    end = {run.ids[v]: last for v, (_, last) in steps_of(run).items()}
    vertex = {run.ids[v]: v for v in run.sources}
    alive, found = set(), [0]
    for step, frame in enumerate(run.trace.frames, 1):
        alive |= {i for i, change in frame["set"].get("nodes", {}).items() if "grad" in change}
        alive -= {i for i in alive if end.get(i, step + 1) < step}
        found.append(sum(bytes_of(vertex[i]) for i in alive))
    return found


def bytes_of(vertex: Any) -> int:
    """What a gradient of a vertex takes: it has its shape and dtype."""
    shapes = vertex.shape if isinstance(vertex.shape, list) else [vertex.shape]  # a list: of several results
    return sum(math.prod(shape) for shape in shapes) * int(vertex.dtype.itemsize)
