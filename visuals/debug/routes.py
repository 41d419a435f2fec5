"""The ways that lead from a leaf to the result, counted exactly, and listed one after the other.

With this module, one can
- count them:      routes = Routes(Run(loss)); routes.count[leaf], routes.length[leaf]
- list some:       routes.listed(leaf, 10)
- follow one:      routes.contribution(path)

A graph of n nodes may have 2ⁿ paths. Counting them needs one sum per edge, as reverse mode does; listing them does not
end. So they are counted all, and listed a few.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from typing import Any

import numpy as np

from minigrad.messages import Guard, fitted
from minigrad.node import Node
from visuals.debug.run import Run

Edge = tuple[Any, int]  # a function call, and the position of the argument that it sends to
Path = list[Edge]  # from the leaf to the result


class Routes:
    """All ways along which gradients go in a run.

    Attributes:
        users: per vertex the edges along which it receives messages.
        count: per vertex, how many paths lead from it to the result.
        length: per vertex, how many edges these have in all.

    >>> import minigrad as mg, numpy as np
    >>> x = y = mg.tensor(0.5, requires_grad=True, name="x")
    >>> for _ in range(70):
    ...     y = np.sin(y) + np.cos(y)
    >>> routes = Routes(Run(y))
    >>> routes.count[routes.leaf(x)] == 2 ** 70
    True
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self.users: dict[Any, list[Edge]] = defaultdict(list)
        for node, i, *_ in run.events:
            self.users[node.parents[i]].append((node, i))
        self.count: dict[Any, int] = {run.run.root: 1}
        self.length: dict[Any, int] = {run.run.root: 0}
        for vertex in reversed(list(run.sources)):
            users = [node for node, _ in self.users[vertex] if node in self.count]
            if users:
                self.users[vertex].sort(key=lambda edge: (edge[0].order, edge[1]))
                self.count[vertex] = sum(self.count[node] for node in users)
                self.length[vertex] = sum(self.length[node] + self.count[node] for node in users)
        self.leaves = [
            v for v in run.sources if not isinstance(v, Node) and self.users[v] and v in self.count
        ]

    def leaf(self, tensor: Any) -> Any:
        """The vertex of the run that stands for a leaf Tensor; None if no path leads from it."""
        return next((v for v in self.leaves if self.run.run.originals.get(v) is tensor), None)

    def reverse(self, leaf: Any) -> int:
        """How many messages reverse mode needs for this leaf: one per edge that is on a path."""
        seen, waiting = {leaf}, [leaf]
        edges = 0
        while waiting:
            for node, _ in self.users[waiting.pop()]:
                edges += 1
                if node not in seen:
                    seen.add(node)
                    waiting.append(node)
        return edges

    def listed(self, leaf: Any, most: int) -> list[Path]:
        """The first paths from a leaf; each edge is taken in the order in which the calls ran."""
        return list(islice(self._walk(leaf), most))

    def _walk(self, leaf: Any) -> Iterator[Path]:
        path: Path = []
        turns = [iter(self.users[leaf])]
        while turns:
            edge = next(turns[-1], None)
            if edge is None:
                turns.pop()
                path and path.pop()
            elif edge[0] is self.run.run.root:
                yield [*path, edge]
            else:
                path.append(edge)
                turns.append(iter(self.users[edge[0]]))

    # Along one path --------------------------------------------------------------------------------------

    def contribution(self, path: Path) -> Any:
        """What arrives at the leaf along this path alone: the seed, through the rule of each edge."""
        g, guard = self.run.run.record.seed, Guard()
        with self.run.run.record.as_then(), np.errstate(all="ignore"):
            for node, i in reversed(path):
                upstream, senders = guard.prepare(node, g)
                g = fitted(senders[i](node, upstream), node, i, node.parents[i])
        return g

    def factors(self, path: Path) -> list[float] | None:
        """The local derivatives on a path of single numbers, from the result on; None where there are arrays."""
        found, guard = [], Guard()
        with self.run.run.record.as_then(), np.errstate(all="ignore"):
            for node, i in reversed(path):
                if not isinstance(node.shape, tuple) or node.shape != () or node.parents[i].shape != ():
                    return None
                if node.dtype.kind != "f":
                    return None
                one, senders = guard.prepare(node, np.ones((), node.dtype)[()])
                found.append(float(fitted(senders[i](node, one), node, i, node.parents[i])))
        return found
