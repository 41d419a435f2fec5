"""A trace that is too large to be drawn, with many calls in one box.

With this module, one can
- make a trace smaller:     collapse(trace, most=1000) -> a Trace with at most so many boxes

The calls of a graph are in the order in which they happened. Boxes take in calls that follow each other: those of one
module call; and where there are no modules, or too many, equal shares of the whole. So a box never depends on what
comes after it, and the picture has no cycles.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import minigrad as mg
from minigrad.groups import common_path

SHARES = 100  # boxes, where modules do not help

Calls = list[dict[str, Any]]


def collapse(trace: mg.Trace, most: int) -> mg.Trace:
    """The same graph with at most `most` boxes, or a few more. It says what the values are, not how they came about.

    Data and parameters that only one box uses are inside it.

    Example:
        >>> import minigrad as mg
        >>> x = mg.Parameter(1.0, name="x")
        >>> y = x
        >>> for _ in range(500):
        ...     y = y + 1.0
        >>> small = collapse(mg.trace(y), most=200)
        >>> len(small.nodes), small.nodes[-1]["symbol"], small.nodes[-1]["detail"]
        (100, '5 calls', 'add')
    """
    calls = [node for node in trace.nodes if node["kind"] == "function"]
    sections = next((found for found in divisions(calls) if len(found) <= most), None)
    if sections is None:
        size = -(-len(calls) // SHARES)
        sections = [calls[k : k + size] for k in range(0, len(calls), size)]
    within = {node["id"]: f"box{k}" for k, section in enumerate(sections) for node in section}
    users: dict[str, set[str]] = {}
    for edge in trace.edges:
        users.setdefault(edge["source"], set()).add(within[edge["target"]])
    for node in trace.nodes:
        inside = users.get(node["id"], set())
        if node["kind"] != "function":
            within[node["id"]] = next(iter(inside)) if len(inside) == 1 else node["id"]
    boxes = {f"box{k}": box_of(f"box{k}", section) for k, section in enumerate(sections)}
    nodes: dict[str, dict[str, Any]] = {}
    for node in trace.nodes:  # a box stands where its last call stood: behind all that it uses
        home = within[node["id"]]
        nodes.pop(home, None)
        nodes[home] = boxes.get(home, node)
    links = dict.fromkeys((within[e["source"]], within[e["target"]]) for e in trace.edges)
    edges: list[dict[str, Any]] = []
    arguments = Counter[str]()
    for source, target in links:
        if source != target:
            edges.append(
                {"id": f"e{len(edges)}", "source": source, "target": target, "position": arguments[target]}
            )
            arguments[target] += 1
    return mg.Trace(list(nodes.values()), edges, [], within[trace.output])


def divisions(calls: Calls) -> Iterator[list[Calls]]:
    """The calls by module call, from the innermost to the outermost."""
    deepest = max([node["group"].count("/") + 1 for node in calls if node["group"]], default=0)
    for depth in range(deepest, 0, -1):
        sections: list[Calls] = []
        before: Any = None
        for node in calls:
            module = node["group"].split("/")[:depth] if node["group"] else None
            if module is None or module != before:
                sections.append([])
            sections[-1].append(node)
            before = module
        yield sections


def box_of(name: str, section: Calls) -> dict[str, Any]:
    """One box for several calls: how many there are, and the value of the last one."""
    last = section[-1]
    if len(section) == 1:
        return {**last, "id": name}
    often, count = Counter(node["op"] for node in section).most_common(1)[0]
    title = f"{len(section):,} calls"
    return {
        **last,
        "id": name,
        "op": title,
        "symbol": common_path([node["group"] for node in section]).rpartition("/")[2] or title,
        "pattern": "",
        "detail": often if count == len(section) else f"mostly {often}",
    }
