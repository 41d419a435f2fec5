"""The backward view: the computation of the gradients, as a graph of its own that runs from the result back.

With this module, one can
- turn a run around:     backward_graph(trace) -> a Trace whose nodes are messages and gradients
- draw it:               BackwardDrawing(backward_graph(trace), options)

Every message of the backward pass is a call: of the rule that its edge owns, on the gradient that arrived, and on the
forward values that the rule names. Those values are data here, for the backward pass does not change them; they are
what the tape had to remember. Where a value was used several times, its messages are added.

It is the graph of first derivatives. `mg.grad(loss, inputs, create_graph=True)` records the same calls as Tensors, down
to the last multiplication; `draw` shows these, with the forward pass, as any other graph.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import Any

import minigrad as mg
from minigrad.node import function_name
from minigrad.senders import ALL
from minigrad.vjps import rulebook
from visuals import text as words
from visuals.drawing import Drawing
from visuals.layout import Layout, layout
from visuals.options import Options

Node = dict[str, Any]


def backward_graph(trace: mg.Trace) -> mg.Trace:
    """The graph of the messages and gradients of a run.

    Raises:
        ValueError: nothing in the run wants a gradient, so nothing flows back.

    Example:
        >>> x, y, z = (mg.Parameter(v, name=n) for v, n in ((-2.0, "x"), (5.0, "y"), (-4.0, "z")))
        >>> f = (x + y) * z
        >>> run = backward_graph(mg.trace(f, names={"f": f}))
        >>> [(node["name"], node["symbol"], node["value"]["scalar"]) for node in run.nodes if node["kind"] != "data"]
        [('∂f/∂(+)', 'g * y', -4.0), ('∂f/∂z', 'g * x', 3.0), ('∂f/∂x', 'g', -4.0), ('∂f/∂y', 'g', -4.0)]
        >>> [node["name"] for node in run.nodes if node["kind"] == "data"]       # the seed, and what the rules need
        ['∂f/∂f', 'z', '+']
    """
    return _Backward(trace).graph()


class _Backward:
    """Builds the backward graph of one trace."""

    def __init__(self, trace: mg.Trace) -> None:
        self.trace = trace
        self.forward = {node["id"]: node for node in trace.nodes}
        self.links = {edge["id"]: edge for edge in trace.edges}
        self.inputs: dict[str, dict[int, str]] = {name: {} for name in self.forward}
        for edge in trace.edges:
            self.inputs[edge["target"]][edge["position"]] = edge["source"]
        self.messages = [frame for frame in trace.frames if frame["kind"] == "message"]
        self.waiting = Counter(self.links[frame["edge"]]["source"] for frame in self.messages)
        self.primitives = {function_name(fun): primitive for fun, primitive in rulebook.items()}
        self.nodes: dict[str, Node] = {}
        self.edges: list[dict] = []
        self.gradients: dict[str, str] = {}  # per forward node, the node that is its gradient
        self.parts: dict[str, list[str]] = {}  # per forward node, the messages that have arrived

    def graph(self) -> mg.Trace:
        seed = next((frame for frame in self.trace.frames if frame["kind"] == "seed"), None)
        if seed is None:
            raise ValueError(
                "The backward view has nothing to show: nothing in this graph wants a gradient. Make a leaf of it a "
                "parameter, mg.Parameter(2.0), or write mg.tensor(2.0, requires_grad=True)."
            )
        output = self.trace.output
        value = seed["set"]["nodes"][output]["grad"]
        self.gradients[output] = self._add("seed", "data", self._derivative(output), value)
        for frame in self.messages:
            self._message(frame)
        return mg.Trace(list(self.nodes.values()), self.edges, [], list(self.nodes)[-1])

    def _message(self, frame: dict[str, Any]) -> None:
        """One message: a call of the rule that its edge owns."""
        edge = self.links[frame["edge"]]
        sender, receiver = self.forward[edge["target"]], edge["source"]
        alone = self.waiting[receiver] == 1
        sign = sender["symbol"] or sender["op"]
        needed = [self._value(name) for name in self._needed(sender, edge["position"])]
        name = self._add(
            f"m-{edge['id']}",
            "function",
            self._derivative(receiver) if alone else "",
            frame["message"],
            op=f"rule of {sender['op']}",
            symbol=words.clean(frame["rule"]),
            detail=f"{sign} → {self._title(receiver)}",
        )
        for source in (self.gradients[sender["id"]], *needed):
            self._link(source, name)
        if alone:
            self.gradients[receiver] = name
            return
        arrived = self.parts.setdefault(receiver, [])
        arrived.append(name)
        if len(arrived) == self.waiting[receiver]:
            self._total(receiver, frame["after"])

    def _total(self, receiver: str, value: Any) -> None:
        """The sum of all messages to a node that is used several times."""
        total = self._add(
            f"g-{receiver}", "function", self._derivative(receiver), value, op="add", symbol="+",
            detail=f"{len(self.parts[receiver])} messages",
        )  # fmt: skip
        for part in self.parts[receiver]:
            self._link(part, total)
        self.gradients[receiver] = total

    def _needed(self, sender: Node, position: int) -> list[str]:
        """The forward nodes whose values the rule for an argument names."""
        primitive = self.primitives.get(sender["op"])
        rule = None if primitive is None else primitive.rule(position)
        if primitive is None or rule is None:
            return []
        needs, inputs = primitive.needs[rule], self.inputs[sender["id"]]
        places = inputs if ALL in needs.positions else sorted(needs.positions & inputs.keys())
        found = [inputs[place] for place in places] + ([sender["id"]] if needs.out else [])
        return list(dict.fromkeys(found))

    def _value(self, name: str) -> str:
        """The node of a forward value."""
        node = self.forward[name]
        title = node["name"] or node["symbol"] or node["op"]
        return self._add(f"v-{name}", "data", title, node["value"])

    def _derivative(self, name: str) -> str:
        """∂f/∂x"""
        return f"∂{self.forward[self.trace.output]['name'] or 'L'}/∂{self._title(name)}"

    def _title(self, name: str) -> str:
        node = self.forward[name]
        if name == self.trace.output:
            return node["name"] or "L"
        if not node["name"] and node["kind"] == "function":
            return f"({node['symbol'] or node['op']})"
        return node["name"] or node["kind"]

    def _add(
        self, name: str, kind: str, title: str, value: Any, op: str = "", symbol: str = "", detail: str = ""
    ) -> str:
        if name not in self.nodes:
            self.nodes[name] = {
                "id": name, "kind": kind, "name": title, "op": op, "symbol": symbol, "pattern": "", "detail": detail,
                "shape": value["shape"], "dtype": self.forward[self.trace.output]["dtype"], "device": "", "group": "",
                "value": value, "grad": None,
            }  # fmt: skip
        return name

    def _link(self, source: str, target: str) -> None:
        position = sum(edge["target"] == target for edge in self.edges)
        self.edges.append(
            {"id": f"b{len(self.edges)}", "source": source, "target": target, "position": position}
        )


class BackwardDrawing(Drawing):
    """A picture of a backward graph: it runs from right to left, or upward."""

    def __init__(self, trace: mg.Trace, options: Options) -> None:
        super().__init__(trace, options.but(grads=False, messages=False))

    def laid_out(self) -> Layout:
        """Where everything stands: the mirror image of a forward graph."""
        place = layout(self.trace, options=self.options)
        for edge in place.edges.values():
            edge.pop("arg", None)
        return mirrored(place)


def mirrored(place: Layout) -> Layout:
    """The same picture, running the other way. Texts stay as they are.

    Example:
        >>> x = mg.Parameter(1.0, name="x")
        >>> place = layout(mg.trace(x.exp().tanh()))
        >>> order = lambda place: sorted(place.nodes, key=lambda name: place.nodes[name]["x"])
        >>> order(place), order(mirrored(place))
        (['n0', 'n1', 'n2'], ['n2', 'n1', 'n0'])
    """
    side, lane = ("x", 0) if place.direction == "LR" else ("y", 1)
    extent = "w" if lane == 0 else "h"
    ends = [node[side] + sign * node[extent] / 2 for node in place.nodes.values() for sign in (-1, 1)]
    across = min(ends) + max(ends)
    nodes = {name: {**node, side: round(across - node[side], 2)} for name, node in place.nodes.items()}
    edges = {
        name: {**edge, side: round(across - edge[side], 2), "path": _turned(edge["path"], lane, across)}
        for name, edge in place.edges.items()
    }
    return replace(place, nodes=nodes, edges=edges)


def _turned(path: str, lane: int, across: float) -> str:
    """A path "M1,2 C3,4 …" in the mirror."""

    def turned(point: re.Match[str]) -> str:
        place = [float(number) for number in point.groups()]
        place[lane] = round(across - place[lane], 2)
        return f"{place[0]:g},{place[1]:g}"

    return re.sub(r"(-?[\d.]+),(-?[\d.]+)", turned, path)
