"""Which node of one run is which node of another: by name, by place in the graph, and at last by a guess.

With this module, one can
- match two runs:      pairs = matched(after, before), {id in `after`: id in `before`}

The two graphs need not be equal: a `detach`, a forgotten activation or another loss leave nodes without a partner.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import minigrad as mg


class Side:
    """One of the two graphs: its nodes, what they are computed from, and what is computed from them."""

    def __init__(self, trace: mg.Trace) -> None:
        self.output = trace.output
        self.nodes = {node["id"]: node for node in trace.nodes}
        self.inputs: dict[str, dict[int, str]] = defaultdict(dict)
        self.users: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for edge in trace.edges:
            self.inputs[edge["target"]][edge["position"]] = edge["source"]
            self.users[edge["source"]].append((edge["target"], edge["position"]))


def matched(after: mg.Trace, before: mg.Trace) -> dict[str, str]:
    """The partner in `before` of each node in `after` that has one.

    >>> import minigrad as mg, numpy as np
    >>> x = mg.tensor(2.0, requires_grad=True, name="x")
    >>> matched(mg.trace(np.sin(x) * 3.0), mg.trace(np.cos(np.sin(x)) * 3.0))
    {'n0': 'n0', 'n2': 'n3', 'n1': 'n1'}
    """
    match = Matching(Side(after), Side(before))
    match.by_name()
    match.pair(after.output, before.output)
    while match.spread() or match.guess():
        pass
    return match.pairs


class Matching:
    """Pairs of nodes, growing."""

    def __init__(self, a: Side, b: Side) -> None:
        self.a, self.b = a, b
        self.pairs: dict[str, str] = {}
        self.taken: set[str] = set()

    def pair(self, x: str, y: str) -> bool:
        """Match two nodes, if both are free."""
        if x in self.pairs or y in self.taken:
            return False
        self.pairs[x] = y
        self.taken.add(y)
        return True

    def by_name(self) -> None:
        """A name that each of both graphs has once."""
        names = [unique_names(side) for side in (self.a, self.b)]
        for name, x in names[0].items():
            if name in names[1]:
                self.pair(x, names[1][name])

    def spread(self) -> bool:
        """From pairs to their neighbours, as far as the same functions meet. Whether there is a new pair."""
        size = len(self.pairs)
        for x, y in list(self.pairs.items()):
            self._down(x, y)
        for x, node in self.a.nodes.items():
            if x not in self.pairs and node["op"]:
                self._up(x)
        return len(self.pairs) > size

    def _down(self, x: str, y: str) -> None:
        """The arguments of two calls of the same function."""
        if self.a.nodes[x]["op"] != self.b.nodes[y]["op"]:
            return
        for position, source in self.a.inputs[x].items():
            other = self.b.inputs[y].get(position)
            if other is not None and self._alike(source, other):
                self.pair(source, other)

    def _up(self, x: str) -> None:
        """A call whose arguments are all known: the same call in the other graph."""
        places = self.a.inputs[x]
        if not places or any(source not in self.pairs for source in places.values()):
            return
        position, source = next(iter(places.items()))
        for user, at in self.b.users[self.pairs[source]]:
            there = {p: self.pairs[s] for p, s in places.items()}
            if (
                at == position
                and self.b.inputs[user] == there
                and self._alike(x, user)
                and self.pair(x, user)
            ):
                return

    def _alike(self, x: str, y: str) -> bool:
        one, other = self.a.nodes[x], self.b.nodes[y]
        named_apart = one["name"] and other["name"] and one["name"] != other["name"]
        return not named_apart and one["op"] == other["op"]

    def guess(self) -> bool:
        """One pair that stands in the same place, whatever it is: a leaf where a call was, a mean where a sum was."""
        for x, y in list(self.pairs.items()):
            for position, source in self.a.inputs[x].items():
                other = self.b.inputs[y].get(position)
                if other is None or source in self.pairs or other in self.taken:
                    continue
                if self.a.nodes[source]["shape"] == self.b.nodes[other]["shape"]:
                    return self.pair(source, other)
        return False


def unique_names(side: Side) -> dict[str, str]:
    """The nodes whose name no other node has."""
    found: dict[str, list[Any]] = defaultdict(list)
    for node in side.nodes.values():
        if node["name"]:
            found[node["name"]].append(node["id"])
    return {name: ids[0] for name, ids in found.items() if len(ids) == 1}
