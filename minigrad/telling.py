"""A recorded run, told: its vertices, its edges, and what happens on them, frame by frame, as plain data.

With this module, one can
- tell a run:       t = Telling(recorder); t.nodes(), t.edges(), t.frames()

A value is summarised once, however often it is spoken of, and its summary is all that a sentence looks at.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from minigrad import sentences
from minigrad.device import of
from minigrad.groups import common_path
from minigrad.messages import broadcast_axes
from minigrad.node import Node, function_name
from minigrad.record import Parts
from minigrad.recorder import Recorder, Replay
from minigrad.ruletext import rule_text
from minigrad.summary import Summary, summarize
from minigrad.symbols import PATTERNS, detail, symbol
from minigrad.vjps import lookup


def shown(x: Any, v: Any = None) -> Any:
    """The gradients or results of several outputs as one row of entries; anything else as it is."""
    if isinstance(x, Parts):
        x = x.filled(v)
    return np.concatenate([np.ravel(part) for part in x]) if isinstance(x, tuple) else x


class Telling:
    """What is said of one recorded run.

    Attributes:
        ids: per vertex its name in the data.
        output: the id of the result.
    """

    def __init__(self, record: Recorder) -> None:
        self.names, self.groups = record.names, record.groups
        with record.as_then():
            self.run = Replay(record)
        self.sources, self.values = self.run.sources, self.run.values
        self.ids = {v: f"n{k}" for k, v in enumerate(self.sources)}
        self.output = self.ids[self.run.root]
        self.links = [
            (v, i, s) for v, row in self.sources.items() for i, s in enumerate(row) if s is not None
        ]
        self.edge_ids = {(v, i): f"e{k}" for k, (v, i, _) in enumerate(self.links)}
        self.uses = Counter(s for _, _, s in self.links if s.requires_grad)
        self._told: dict[int, tuple[Any, Summary]] = {}
        self._signs: dict[Any, str] = {}
        self._rules: dict[tuple, str] = {}
        self._ones: dict[tuple, Any] = {}

    def about(self, x: Any, v: Any = None) -> Summary:
        """The summary of a value. (The value is kept with it: while it lives, no other has its `id`.)"""
        found = self._told.get(id(x))
        if found is None:
            found = self._told[id(x)] = x, summarize(shown(x, v))
        return found[1]

    def name(self, v: Any) -> str:
        """The user's name for a vertex, or nothing."""
        return self.names.get(self.run.originals.get(v), "")

    def sign(self, node: Node) -> str:
        """The sign of a node's function, whatever the node is called."""
        found = self._signs.get(node)
        if found is None:
            found = self._signs[node] = symbol(function_name(node.fun), node.args, node.parents)
        return found

    def label(self, v: Any) -> str:
        """What to call a vertex in a sentence."""
        name = self.name(v)
        if name or not isinstance(v, Node):
            return name or ("a parameter" if v.requires_grad else "data")
        return self.sign(v)

    # The graph ------------------------------------------------------------------------------------------

    def nodes(self) -> list[dict]:
        """One dictionary per vertex, see `Trace`."""
        known, groups = self.run.known, self._groups()
        parameters: dict[Any, list[str]] = {}
        return [self._node(v, known.get(v), groups.get(v, ""), parameters) for v in self.sources]

    def edges(self) -> list[dict]:
        """One dictionary per edge, see `Trace`."""
        ids = self.ids
        return [
            {"id": f"e{k}", "source": ids[s], "target": ids[v], "position": i}
            for k, (v, i, s) in enumerate(self.links)
        ]

    def _node(self, v: Any, grad: Any, group: str, parameters: dict[Any, list[str]]) -> dict:
        value = self.values[v]
        op, sign, constants = "", "", ""
        if isinstance(v, Node):
            op, sign = function_name(v.fun), self.sign(v)
            if v.kwargs or any(
                parent is None for parent in v.parents
            ):  # else there is no constant to speak of
                if v.fun not in parameters:
                    parameters[v.fun] = list(getattr(lookup(v.fun), "parameters", ()))
                constants = detail(op, v.args, v.parents, v.kwargs, parameters[v.fun])
        about = self.about(value)
        return {
            "id": self.ids[v],
            "kind": "function" if op else "parameter" if v.requires_grad else "data",
            "name": self.name(v),
            "op": op,
            "symbol": sign,
            "pattern": PATTERNS.get(op, ""),
            "detail": constants,
            "shape": list(about["shape"]),
            "dtype": str(shown(value).dtype),
            "device": of(value),
            "group": group,
            "value": about,
            "grad": None if grad is None else self.about(grad, v),
        }

    def _groups(self) -> dict[Any, str]:
        """The group of each vertex. A parameter stands where all that use it stand."""
        if not self.groups:
            return {}
        groups = {v: self.groups.get(self.run.originals.get(v), "") for v in self.sources}
        users: dict[Any, list[str]] = {}
        for v, _, source in self.links:
            if not isinstance(source, Node) and source.requires_grad:
                users.setdefault(source, []).append(groups[v])
        return groups | {leaf: common_path(paths) for leaf, paths in users.items()}

    # What happens ---------------------------------------------------------------------------------------

    def frames(self) -> list[dict]:
        """Forward values, the seed, messages and accumulations, in the order in which they happen."""
        with self.run.record.as_then():
            return self._frames()

    def _frames(self) -> list[dict]:
        run = self.run
        frames = [self._forward(v) for v in self.sources]
        seed = run.record.seed
        if seed is None:
            return [*frames, frame("done", [], {}, "Nothing here wants a gradient.")]
        name, root, about = self.name(run.root) or "the result", self.ids[run.root], self.about(seed)
        frames.append(frame("seed", [root], {"nodes": {root: {"grad": about}}}, sentences.seed(name, about)))
        grads: dict[Any, Any] = {}
        for event in run.events:
            frames += self._message(grads, *event)
        leaves = [v for v in self.sources if not isinstance(v, Node) and v in grads]
        told = {self.label(v): self.about(grads[v]) for v in leaves}
        frames.append(frame("done", [self.ids[v] for v in leaves], {}, sentences.done(name, told)))
        return frames

    def _forward(self, v: Any) -> dict:
        row, value = self.sources[v], self.about(self.values[v])
        incoming = [self.edge_ids[v, i] for i, s in enumerate(row) if s is not None]
        if isinstance(v, Node):
            inputs = [(self.label(s), self.about(self.values[s])) for s in row if s is not None]
            sentence = sentences.computed(self.name(v), function_name(v.fun), self.sign(v), inputs, value)
        else:
            sentence = sentences.given(self.label(v), v.requires_grad, value)
        change = {"nodes": {self.ids[v]: {"value": value}}}
        return frame("forward", [self.ids[v], *incoming], change, sentence)

    def _message(self, grads: dict, node: Node, i: int, g: Any, sent: Any, message: Any) -> list[dict]:
        """The message on one edge; and, where the receiver is used several times, its accumulation."""
        source, edge = self.sources[node][i], self.edge_ids[node, i]
        receiver_id = self.ids[source]
        before = grads.get(source)
        after = grads[source] = message if before is None else before + message
        local, rule = self._local(node, i, g, sent), self._rule(node.fun, i)
        upstream, factor = self.about(g, node), None if local is None else self.about(local)
        says, became = self.about(message, source), self.about(after, source)
        was = None if before is None else self.about(before, source)
        whole, fits = np.shape(shown(sent, source)), tuple(says["shape"])
        axes = None if whole == fits else broadcast_axes(whole, fits)
        sender, receiver, shared = self.label(node), self.label(source), self.uses[source] > 1
        changes: dict[str, Any] = {} if shared else {"nodes": {receiver_id: {"grad": became}}}
        changes["edges"] = {edge: {"message": says}}
        told = frame(
            "message",
            [self.ids[node], edge, receiver_id],
            changes,
            sentences.message(sender, receiver, upstream, factor, rule, says, axes),
        )
        told |= {
            "edge": edge,
            "upstream": upstream,
            "rule": rule,
            "local": factor,
            "unbroadcast": None
            if axes is None
            else {"axes": list(axes), "from": list(whole), "to": list(fits)},
            "message": says,
            "before": was,
            "after": became,
        }
        if not shared:
            return [told]
        added = frame(
            "accumulate",
            [receiver_id],
            {"nodes": {receiver_id: {"grad": became}}},
            sentences.accumulated(receiver, was, says, became),
        )
        return [told, added | {"edge": edge, "message": says, "before": was, "after": became}]

    def _rule(self, fun: Any, i: int) -> str:
        found = self._rules.get((fun, i))
        if found is None:
            found = self._rules[fun, i] = rule_text(fun, i)
        return found

    def _local(self, node: Node, i: int, g: Any, sent: Any) -> Any:
        """The local derivative, where it is one number per entry: the rule applied to ones."""
        primitive = lookup(node.fun)
        if not primitive.builtin:  # the user's own backward is called once, by the pass itself
            scalars = np.size(g) == np.size(sent) == 1 and bool(np.all(g != 0))
            return np.asarray(sent / g) if scalars else None
        if isinstance(node.shape, list) or function_name(node.fun) == "pick":
            return None  # several results: the rule needs a gradient for each of them
        if not (primitive.elementwise or np.size(g) == 1):
            return None
        kind = type(g), g.shape, g.dtype
        if kind not in self._ones:
            self._ones[kind] = np.ones_like(g)
        return primitive.vjp(node, i, self._ones[kind])


def frame(kind: str, active: list[str], changes: dict, sentence: str) -> dict:
    """One thing that happens: where, what it sets, and how it is told."""
    return {"kind": kind, "active": active, "set": changes, "sentence": sentence}
