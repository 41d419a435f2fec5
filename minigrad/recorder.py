"""Recording a run: which vertices, which edges, and what happens on them, frame by frame.

With this module, one can
- record:     r = Recorder(loss, None, {}); r.nodes(), r.edges, r.frames()

The recorder looks at a graph from outside: the engine does not know of it, and pays nothing for it. What the
graph has forgotten is computed again from the leaves, and the messages come from one more backward pass.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np

from minigrad import sentences
from minigrad.backprop import broadcast_axes, sweep
from minigrad.device import of
from minigrad.errors import StaleValueError
from minigrad.gradients import seed_for, vertex
from minigrad.node import FORGOTTEN, Node, ancestors, function_name
from minigrad.primitive import stale_message
from minigrad.record import Parts, Traced
from minigrad.ruletext import rule_text
from minigrad.summary import summarize
from minigrad.symbols import PATTERNS, detail, symbol
from minigrad.vjps import lookup


class Constant:
    """An array that stood in the user's expression without being a Tensor; in pictures it is data too."""

    requires_grad = False
    name = None
    grad = None

    def __init__(self, array: np.ndarray) -> None:
        self._data = array


def shown(x: Any, v: Any = None) -> Any:
    """The gradients or results of several outputs as one row of entries; anything else as it is."""
    if isinstance(x, Parts):
        x = x.filled(v)
    return np.concatenate([np.ravel(part) for part in x]) if isinstance(x, tuple) else x


class Recorder:
    """Everything that a trace of one output holds.

    Attributes:
        vertices: constants, leaf Tensors and Nodes, in topological order.
        sources: per vertex the vertex at each argument position; None for numbers and options.
        values: per vertex its array.
        events: (node, position, upstream, message before un-broadcasting, message), as they were sent.
    """

    def __init__(self, output: Any, gradient: Any, names: Mapping[str, Any]) -> None:
        self.output = output
        self.root = vertex(output)
        self.names = {
            vertex(t): name
            for name, t in reversed(list(names.items()))
            if isinstance(t, Traced) and name[:1] != "_"
        }
        self.sources: dict[Any, list] = {}
        self._collect()
        self.vertices = list(self.sources)
        self.values = self._values()
        self.ids = {v: f"n{k}" for k, v in enumerate(self.vertices)}
        links = [(v, i, s) for v in self.vertices for i, s in enumerate(self.sources[v]) if s is not None]
        self.edge_ids = {(v, i): f"e{k}" for k, (v, i, _) in enumerate(links)}
        self.edges = [
            {"id": f"e{k}", "source": self.ids[s], "target": self.ids[v], "position": i}
            for k, (v, i, s) in enumerate(links)
        ]
        self.uses = Counter(s for _, _, s in links if s.requires_grad)
        self.events: list[tuple] = []
        self.seed: Any = None
        if output.requires_grad:
            ones = np.ones_like(output._data) if gradient is None else gradient
            self.seed = seed_for(output, ones)
            sweep({self.root: self.seed}, watch=lambda *event: self.events.append(event))

    def _collect(self) -> None:
        nodes = list(reversed(ancestors(self.root)))
        for node in nodes:
            sources = [self._source(node, i) for i in range(len(node.args))]
            for source in sources:
                if source is not None:
                    self.sources.setdefault(source, [])
            self.sources[node] = sources
        self.sources.setdefault(self.root, [])

    def _source(self, node: Node, i: int) -> Any:
        """What stands at argument `i`: where it came from, or a constant array that is worth showing."""
        arg, parent = node.args[i], node.parents[i]
        if parent is not None:
            return parent
        is_index = function_name(node.fun) in ("getitem", "scatter")
        return Constant(arg) if isinstance(arg, np.ndarray) and arg.ndim and not is_index else None

    def _values(self) -> dict[Any, Any]:
        values: dict[Any, Any] = {v: v._data for v in self.vertices if not isinstance(v, Node)}
        for node in self.vertices:
            if not isinstance(node, Node):
                continue
            args = []
            for arg, parent in zip(node.args, node.parents, strict=True):
                if parent is not None and parent.changed_at > node.order:
                    raise StaleValueError(stale_message(parent, node))
                if isinstance(parent, Traced):
                    values[parent] = arg  # as it was when it was used, whatever the leaf holds now
                args.append(values[parent] if isinstance(parent, Node) else arg)
            out = self.output._data if node is self.root else node.out
            values[node] = lookup(node.fun).call(args, node.kwargs) if out is FORGOTTEN else out
        return values

    def label(self, v: Any) -> str:
        """What to call a vertex in a sentence."""
        name = v.name or self.names.get(v)
        if name or not isinstance(v, Node):
            return name or ("a parameter" if v.requires_grad else "data")
        return symbol(function_name(v.fun), v.args, v.parents)

    # The graph ------------------------------------------------------------------------------------------

    def nodes(self) -> list[dict]:
        """One dictionary per vertex, see `Trace`."""
        known = self._known_gradients()
        return [self._node(v, known.get(v)) for v in self.vertices]

    def _node(self, v: Any, grad: Any) -> dict:
        op, sign, constants = "", "", ""
        if isinstance(v, Node):
            op = function_name(v.fun)
            names = list(getattr(lookup(v.fun), "parameters", ()))
            sign, constants = symbol(op, v.args, v.parents), detail(op, v.args, v.parents, v.kwargs, names)
        value = shown(self.values[v])
        return {
            "id": self.ids[v],
            "kind": "function" if isinstance(v, Node) else "parameter" if v.requires_grad else "data",
            "name": v.name or self.names.get(v) or "",
            "op": op,
            "symbol": sign,
            "pattern": PATTERNS.get(op, ""),
            "detail": constants,
            "shape": list(value.shape),
            "dtype": str(value.dtype),
            "device": of(value),
            "group": "",
            "value": summarize(value),
            "grad": None if grad is None else summarize(grad),
        }

    def _known_gradients(self) -> dict[Any, Any]:
        """The gradients that exist now: in leaves, where they were retained, and all if backward() began here."""
        known: dict[Any, Any] = {}
        seed = self.root.notes.seed if isinstance(self.root, Node) else None
        if seed is not None:
            known[self.root] = seed
            events = self.events
            if not np.array_equal(seed, self.seed):
                events = []
                sweep({self.root: seed}, watch=lambda *event: events.append(event))
            for node, _, g, _, _ in events:
                known.setdefault(node, shown(g))
        for v in self.vertices:
            kept = v.notes.grad if isinstance(v, Node) else v.grad
            if kept is not None:
                known[v] = kept._data
        return known

    # What happens ---------------------------------------------------------------------------------------

    def frames(self) -> list[dict]:
        """Forward values, the seed, messages and accumulations, in the order in which they happen."""
        frames = [self._forward(v) for v in self.vertices]
        if self.seed is None:
            return [*frames, self._frame("done", [], "Nothing here wants a gradient.")]
        name = self.root.name or self.names.get(self.root) or "the result"
        frames.append(
            self._frame(
                "seed",
                [self.ids[self.root]],
                sentences.seed(name, self.seed),
                nodes={self.root: {"grad": self.seed}},
            )
        )
        grads: dict[Any, Any] = {}
        for event in self.events:
            frames += self._message(grads, *event)
        leaves = [v for v in self.vertices if not isinstance(v, Node) and v in grads]
        told = {self.label(v): grads[v] for v in leaves}
        frames.append(self._frame("done", [self.ids[v] for v in leaves], sentences.done(name, told)))
        return frames

    def _frame(
        self, kind: str, active: list[str], sentence: str, nodes: dict | None = None, **more: Any
    ) -> dict:
        changes = {
            self.ids[v]: {key: summarize(x) for key, x in change.items()}
            for v, change in (nodes or {}).items()
        }
        setting = {"nodes": changes} if changes else {}
        return {"kind": kind, "active": active, "set": setting, "sentence": sentence, **more}

    def _forward(self, v: Any) -> dict:
        incoming = [self.edge_ids[v, i] for i, s in enumerate(self.sources[v]) if s is not None]
        value = shown(self.values[v])
        if isinstance(v, Node):
            inputs = [(self.label(s), shown(self.values[s])) for s in self.sources[v] if s is not None]
            name = v.name or self.names.get(v) or ""
            sentence = sentences.computed(name, function_name(v.fun), self.label_sign(v), inputs, value)
        else:
            sentence = sentences.given(self.label(v), v.requires_grad, value)
        return self._frame("forward", [self.ids[v], *incoming], sentence, nodes={v: {"value": value}})

    def label_sign(self, node: Node) -> str:
        """The sign of a node, whatever its name."""
        return symbol(function_name(node.fun), node.args, node.parents)

    def _message(self, grads: dict, node: Node, i: int, g: Any, sent: Any, message: Any) -> list[dict]:
        """The message on one edge; and, where the receiver is used several times, its accumulation."""
        source, edge = self.sources[node][i], self.edge_ids[node, i]
        before = grads.get(source)
        after = grads[source] = message if before is None else before + message
        g, sent, message, before, after = (shown(x, source) for x in (g, sent, message, before, after))
        local, rule = self._local(node, i, g, sent), rule_text(node.fun, i)
        axes = broadcast_axes(np.shape(sent), message.shape) if np.shape(sent) != message.shape else None
        summary = {"message": summarize(message), "before": None if before is None else summarize(before)}
        summary["after"] = summarize(after)
        sender, receiver = self.label(node), self.label(source)
        shared = self.uses[source] > 1
        frame = self._frame(
            "message",
            [self.ids[node], edge, self.ids[source]],
            sentences.message(sender, receiver, g, local, rule, message, axes),
            nodes=None if shared else {source: {"grad": after}},
            edge=edge,
            upstream=summarize(g),
            rule=rule,
            local=None if local is None else summarize(local),
            unbroadcast=None
            if axes is None
            else {"axes": list(axes), "from": list(np.shape(sent)), "to": list(message.shape)},
            **summary,
        )
        frame["set"]["edges"] = {edge: {"message": summary["message"]}}
        if not shared:
            return [frame]
        sentence = sentences.accumulated(receiver, before, message, after)
        added = self._frame(
            "accumulate", [self.ids[source]], sentence, nodes={source: {"grad": after}}, edge=edge, **summary
        )
        return [frame, added]

    def _local(self, node: Node, i: int, g: Any, sent: Any) -> Any:
        """The local derivative, where it is one number per entry: the rule applied to ones."""
        primitive = lookup(node.fun)
        if not primitive.builtin:  # the user's own backward is called once, by the pass itself
            scalars = np.size(g) == np.size(sent) == 1 and float(g) != 0
            return np.asarray(sent / g) if scalars else None
        if isinstance(node.shape, list) or function_name(node.fun) == "pick":
            return None  # several results: the rule needs a gradient for each of them
        if not (primitive.elementwise or np.size(g) == 1):
            return None
        return np.asarray(primitive.vjp(node, i, np.ones_like(g)))
