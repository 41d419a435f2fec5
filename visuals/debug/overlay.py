"""Two runs in one picture: the graph of one, and what only the other had as ghosts beside it.

With this module, one can
- lay one over the other:      both = Overlay(after, before); both.trace, both.ghosts, both.only

The ids of `after` stay; ghosts get new ones. Frames are those of `after`: a ghost never computes anything.
"""

from __future__ import annotations

from typing import Any

import minigrad as mg
from visuals.debug.matching import matched


class Overlay:
    """The graph of `after`, with the nodes and edges that only `before` has.

    Attributes:
        pairs: the partner in `before` of each node in `after` that has one.
        ghosts: the nodes that only `before` has: their id here, and there.
        ghost_edges: the edges that only `before` has: their id here, and there.
        only: the nodes and edges that only `after` has.
        edge_pairs: the partner in `before` of each edge in `after` that has one.
        nodes, edges: of both.
    """

    def __init__(self, after: mg.Trace, before: mg.Trace) -> None:
        self.after, self.before = after, before
        self.pairs = matched(after, before)
        here = {there: i for i, there in self.pairs.items()}
        self.ghosts: dict[str, str] = {}
        self.nodes = [dict(node) for node in after.nodes]
        for node in before.nodes:
            if node["id"] not in here:
                ghost = here[node["id"]] = f"n{len(self.nodes)}"
                self.ghosts[ghost] = node["id"]
                self.nodes.append({**node, "id": ghost})
        self.edges = [dict(edge) for edge in after.edges]
        self._sources: dict[str, list[str]] = {node["id"]: [] for node in self.nodes}
        for edge in self.edges:
            self._sources[edge["target"]].append(edge["source"])
        places = {(e["source"], e["target"], e["position"]): e["id"] for e in after.edges}
        self.edge_pairs: dict[str, str] = {}
        self.ghost_edges: dict[str, str] = {}
        for edge in before.edges:
            ends = here[edge["source"]], here[edge["target"]]
            same = places.get((*ends, edge["position"]))
            if same:
                self.edge_pairs[same] = edge["id"]
            elif not self._leads_to(
                *ends
            ):  # two graphs that were matched crosswise; a picture has no circles
                ghost = f"e{len(self.edges)}"
                self.ghost_edges[ghost] = edge["id"]
                self.edges.append({**edge, "id": ghost, "source": ends[0], "target": ends[1]})
                self._sources[ends[1]].append(ends[0])
        self.only = [n["id"] for n in after.nodes if n["id"] not in self.pairs]
        self.only += [e["id"] for e in after.edges if e["id"] not in self.edge_pairs]
        self.nodes = self._in_order()

    def _leads_to(self, source: str, target: str) -> bool:
        """Whether `source` is already computed from `target`."""
        seen, waiting = set(), [source]
        while waiting:
            now = waiting.pop()
            if now == target:
                return True
            if now not in seen:
                seen.add(now)
                waiting += self._sources[now]
        return False

    def _in_order(self) -> list[dict[str, Any]]:
        """All nodes, each behind what it is computed from; otherwise as they were."""
        missing = {node["id"]: 0 for node in self.nodes}
        users: dict[str, list[str]] = {i: [] for i in missing}
        for edge in self.edges:
            missing[edge["target"]] += 1
            users[edge["source"]].append(edge["target"])
        left, ordered = list(self.nodes), []
        while left:
            k = next(k for k, node in enumerate(left) if not missing[node["id"]])
            node = left.pop(k)
            ordered.append(node)
            for user in users[node["id"]]:
                missing[user] -= 1
        return ordered
