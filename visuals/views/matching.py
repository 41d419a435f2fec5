"""Which node of one graph is which of another, and what differs between them.

With this module, one can
- match two traces:     pairs = matched(first, second) -> {id in the first: id in the second}
- see differences:      differences(first, second) -> [Difference("gradient", "w", "2", "4"), …]

Matching begins at the two results and goes back argument by argument, as long as the functions are equal; then names
find each other, and what is left is matched in the order of the program.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict, deque
from difflib import SequenceMatcher
from typing import Any, NamedTuple

import minigrad as mg
from visuals import text as words

KINDS = {"data": "static data", "parameter": "a parameter", "function": "computed"}
CLOSE = 1e-9  # relative: beyond it, numbers differ

Node = dict[str, Any]
Pairs = dict[str, str]


class Difference(NamedTuple):
    """One thing that is not the same.

    Attributes:
        kind: "value", "gradient", "kind", "only in the first" or "only in the second".
        name: what it is about.
        first, second: what is there and there; empty where there is nothing.
        at: the ids of the nodes, as far as there are any.
    """

    kind: str
    name: str
    first: str
    second: str
    at: tuple[str | None, str | None]


def matched(first: mg.Trace, second: mg.Trace) -> Pairs:
    """The nodes of the first trace that are also in the second.

    Example:
        >>> x, y = mg.Parameter(1.0, name="x"), mg.Parameter(2.0, name="x")
        >>> matched(mg.trace(x.exp()), mg.trace(y.exp() * 3.0))
        {'n0': 'n0', 'n1': 'n1'}
    """
    return _Matching(first, second).pairs


class _Matching:
    """Finds pairs of nodes."""

    def __init__(self, first: mg.Trace, second: mg.Trace) -> None:
        self.graphs = first, second
        self.nodes = [{node["id"]: node for node in graph.nodes} for graph in self.graphs]
        self.inputs: list[dict[str, dict[int, str]]] = []
        for graph in self.graphs:
            inputs: dict[str, dict[int, str]] = defaultdict(dict)
            for edge in graph.edges:
                inputs[edge["target"]][edge["position"]] = edge["source"]
            self.inputs.append(inputs)
        self.pairs: Pairs = {}
        self.taken: set[str] = set()
        self._from(first.output, second.output)
        self._by_name()
        self._in_order()

    def _from(self, one: str, other: str) -> None:
        """Match two nodes, and go on with their arguments."""
        waiting = deque([(one, other)])
        while waiting:
            one, other = waiting.popleft()
            if one in self.pairs or other in self.taken or not self._alike(one, other):
                continue
            self.pairs[one] = other
            self.taken.add(other)
            inputs = self.inputs[1].get(other, {})
            for position, source in self.inputs[0].get(one, {}).items():
                if position in inputs:
                    waiting.append((source, inputs[position]))

    def _alike(self, one: str, other: str) -> bool:
        """Whether two nodes can be the same: by name, by function, or as leaves that are not called differently."""
        a, b = self.nodes[0][one], self.nodes[1][other]
        if a["name"] and a["name"] == b["name"]:
            return a["op"] == b["op"] or not (
                a["op"] and b["op"]
            )  # a result may be detached, and then is data
        if "function" in (a["kind"], b["kind"]):
            return a["kind"] == b["kind"] and a["op"] == b["op"]
        return a["name"] == b["name"] or not (a["name"] and b["name"])

    def _left(self) -> tuple[list[Node], list[Node]]:
        """The nodes of both that have no partner yet."""
        first = [node for node in self.graphs[0].nodes if node["id"] not in self.pairs]
        return first, [node for node in self.graphs[1].nodes if node["id"] not in self.taken]

    def _by_name(self) -> None:
        first, second = self._left()
        often = [Counter(node["name"] for node in graph.nodes) for graph in self.graphs]
        there = {node["name"]: node["id"] for node in second}
        for node in first:
            name = node["name"]
            if name and name in there and often[0][name] == often[1][name] == 1:
                self._from(node["id"], there[name])

    def _in_order(self) -> None:
        first, second = (
            [node for node in part if node["kind"] == "function" or not node["name"]] for part in self._left()
        )
        keys = [
            [(n["kind"] == "function", n["op"], str(n["shape"])) for n in part] for part in (first, second)
        ]
        for i, j, count in SequenceMatcher(None, keys[0], keys[1], autojunk=False).get_matching_blocks():
            for k in range(count):
                self._from(first[i + k]["id"], second[j + k]["id"])


def differences(first: mg.Trace, second: mg.Trace, pairs: Pairs | None = None) -> list[Difference]:
    """What is not the same in two graphs: nodes that only one has, values, gradients, and kinds of leaves.

    Example:
        >>> x = mg.Parameter(3.0, name="x")
        >>> y = x * x
        >>> before = mg.trace(y); y.backward(); after = mg.trace(y)
        >>> [(d.kind, d.name, d.first, d.second) for d in differences(before, after)]
        [('gradient', 'x', '—', '6'), ('gradient', '×', '—', '1')]
    """
    pairs = matched(first, second) if pairs is None else pairs
    there = {node["id"]: node for node in second.nodes}
    found = []
    for node in first.nodes:
        if node["id"] not in pairs:
            found.append(
                Difference("only in the first", title(node), spoken(node["value"]), "", (node["id"], None))
            )
            continue
        other = there[pairs[node["id"]]]
        at = node["id"], other["id"]
        name = node["name"] or other["name"] or title(node)
        if node["kind"] != other["kind"]:
            kinds = KINDS[node["kind"]], KINDS[other["kind"]]
            found.append(Difference("kind", name, *kinds, at))
        for key, kind in (("value", "value"), ("grad", "gradient")):
            if not equal(node[key], other[key]):
                found.append(Difference(kind, name, *told(node[key], other[key]), at))
    others = [node for node in second.nodes if node["id"] not in set(pairs.values())]
    found += [
        Difference("only in the second", title(node), "", spoken(node["value"]), (None, node["id"]))
        for node in others
    ]
    return found


def title(node: Node) -> str:
    """What a node is called in a sentence."""
    return words.clean(node["name"] or node["symbol"] or node["op"]) or "a constant"


def spoken(summary: dict[str, Any] | None) -> str:
    """A value in few words."""
    return words.spoken(summary, words.NOT_COMPUTED)


def told(one: dict[str, Any] | None, other: dict[str, Any] | None) -> tuple[str, str]:
    """Two values that differ, in words that differ too: if their means agree, their norms."""
    texts = spoken(one), spoken(other)
    if texts[0] == texts[1] and one and other and "norm" in one and "norm" in other:
        return tuple(f"{spoken(s)}, norm {words.number(s['norm'])}" for s in (one, other))  # type: ignore[return-value]
    return texts


def equal(one: dict[str, Any] | None, other: dict[str, Any] | None) -> bool:
    """Whether two summaries are of the same value, as far as they tell."""
    if one is None or other is None:
        return one is other
    if one["shape"] != other["shape"]:
        return False
    keys = ("scalar", "values", "min", "mean", "max", "norm", "thumbnail")
    scale = max(
        (abs(float(s[key])) for s in (one, other) for key in ("scalar", "norm") if key in s), default=0.0
    )
    slack = CLOSE * scale if math.isfinite(scale) else 0.0
    return all(_close(one.get(key), other.get(key), slack) for key in keys)


def _close(one: Any, other: Any, slack: float) -> bool:
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(_close(a, b, slack) for a, b in zip(one, other, strict=True))
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return abs(one - other) <= slack
    return bool(one == other)
