"""A layout of our own for large graphs, in time that grows with their size: layers, their order, and places.

With this module, one can
- bring a graph into layers:  layers = Layers(count, edges); layers.untangle()
- estimate Graphviz's work:   effort(ids, edges)

Graphviz gives the finer pictures of small graphs, but its work grows faster than the graph: an unrolled RNN of 100
steps, 505 nodes, takes it 90 seconds. Here all lines that leave a box share one trunk, from which they branch off where
they are used: a parameter that is used a hundred times is one long line, and not a hundred.

Source: Sugiyama, Tagawa & Toda, "Methods for Visual Understanding of Hierarchical System Structures" (1981).
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence
from itertools import pairwise

Edge = tuple[str, str]
ROUNDS = 4  # of ordering; more rarely helps


class Layers:
    """A graph in layers. Vertices are numbers: first the boxes, then the bends of long lines.

    Attributes:
        rank: per vertex its layer.
        depth: per vertex how many calls came before, at least; a bend counts as its source.
        rows: per layer its vertices, in order.
        before, after: per vertex its neighbours in the layers on both sides.
        trunks: per source the bends of its trunk, one per layer.
    """

    def __init__(self, count: int, edges: Sequence[tuple[int, int]]) -> None:
        self.count = count
        self.edges = edges
        self.rank, self.depth = ranks(count, edges)
        self.trunks = self._trunks()
        total = len(self.rank)
        self.before: list[list[int]] = [[] for _ in range(total)]
        self.after: list[list[int]] = [[] for _ in range(total)]
        for source, bends in self.trunks.items():
            for a, b in pairwise([source, *bends]):
                self._link(a, b)
        for source, target in edges:
            last = self.way(source, target)[-1]
            if self.rank[last] + 1 == self.rank[target]:
                self._link(last, target)
        self.rows = self._first_order()

    def _link(self, a: int, b: int) -> None:
        self.after[a].append(b)
        self.before[b].append(a)

    def _trunks(self) -> dict[int, list[int]]:
        """The shortest trunks first, until there are many more bends than boxes; other long lines go straight."""
        rank, longest = self.rank, dict[int, int]()
        for source, target in self.edges:
            length = rank[target] - rank[source] - 1
            if length > longest.get(source, 0):
                longest[source] = length
        room, trunks = 4 * self.count + 1000, {}
        for source, length in sorted(longest.items(), key=lambda item: item[1]):
            if length > room:
                break
            room -= length
            first = len(rank)
            trunks[source] = list(range(first, first + length))
            rank.extend(range(rank[source] + 1, rank[source] + 1 + length))
            self.depth.extend([self.depth[source]] * length)
        return trunks

    def way(self, source: int, target: int) -> list[int]:
        """The vertices through which a line goes, without its end."""
        length = max(self.rank[target] - self.rank[source] - 1, 0)
        return [source, *self.trunks.get(source, ())[:length]]

    def _first_order(self) -> list[list[int]]:
        """From the results back, first arguments first: so they stand above the second ones."""
        rows: list[list[int]] = [[] for _ in range(max(self.rank, default=-1) + 1)]
        seen = [False] * len(self.rank)
        for root in reversed(range(self.count)):
            stack = [] if seen[root] else [root]
            while stack:
                v = stack.pop()
                if not seen[v]:
                    seen[v] = True
                    rows[self.rank[v]].append(v)
                    stack.extend(reversed(self.before[v]))
        return rows

    def untangle(self) -> None:
        """Order each layer by where its neighbours stand, from both sides in turn, while lines cross less."""
        best, fewest = [row[:] for row in self.rows], self.crossings()
        forth, back = range(1, len(self.rows)), range(len(self.rows) - 2, -1, -1)
        for _ in range(ROUNDS if fewest else 0):
            for order, near, step in ((forth, self.before, -1), (back, self.after, 1)):
                for k in order:
                    at = {v: place for place, v in enumerate(self.rows[k + step])}
                    self.rows[k].sort(key=self._wanted(self.rows[k], near, at).__getitem__)
            crossing = self.crossings()
            if crossing >= fewest:
                break
            best, fewest = [row[:] for row in self.rows], crossing
        self.rows = best

    def _wanted(self, row: list[int], near: list[list[int]], at: dict[int, int]) -> dict[int, float]:
        """The mean place of each vertex's neighbours; those without any keep their own."""
        stretch = len(at) / len(row)
        return {
            v: sum([at[u] for u in near[v]]) / len(near[v]) if near[v] else k * stretch
            for k, v in enumerate(row)
        }

    def crossings(self) -> int:
        """How many pairs of lines between neighbouring layers cross."""
        total = 0
        for row, following in pairwise(self.rows):
            if len(row) > 1 and len(following) > 1:
                at = {v: k for k, v in enumerate(following)}
                ends: list[int] = []
                for v in row:
                    arriving = sorted([at[u] for u in self.after[v]])
                    total += sum([len(ends) - bisect_left(ends, k + 1) for k in arriving])
                    for k in arriving:
                        insort(ends, k)
        return total


def ranks(count: int, edges: Sequence[tuple[int, int]]) -> tuple[list[int], list[int]]:
    """A layer for each vertex, behind all that it uses; and close to what uses it, unless that makes lines longer.

    Vertices are numbered in topological order. An edge that leads back is ignored. The second list is the depth of
    each vertex: the earliest layer that it could have.

    >>> ranks(4, [(0, 2), (1, 3), (2, 3)])       # 1 is only needed by 3
    ([0, 1, 1, 2], [0, 0, 1, 2])
    """
    sources: list[list[int]] = [[] for _ in range(count)]
    targets: list[list[int]] = [[] for _ in range(count)]
    for source, target in edges:
        if source < target:
            sources[target].append(source)
            targets[source].append(target)
    depth = [0] * count
    for v in range(count):
        if sources[v]:
            depth[v] = 1 + max([depth[u] for u in sources[v]])
    rank = depth[:]
    for v in reversed(range(count)):
        held = sum([bool(sources[u]) for u in sources[v]])  # a leaf comes along
        if len(targets[v]) >= max(held, 1):
            rank[v] = min([rank[u] for u in targets[v]]) - 1
    lowest = min(rank, default=0)
    return [r - lowest for r in rank], depth


def effort(ids: Iterable[str], edges: Iterable[Edge]) -> int:
    """What Graphviz has to place: all nodes, and a bend wherever a line passes a layer."""
    number = {name: k for k, name in enumerate(ids)}
    links = [(number[a], number[b]) for a, b in edges]
    rank, _ = ranks(len(number), links)
    return len(rank) + sum([max(rank[b] - rank[a] - 1, 0) for a, b in links])
