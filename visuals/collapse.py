"""A smaller graph of the same run: several calls in one box, and what only they use inside it.

With this module, one can
- put calls into boxes:     gather(trace, sections) -> a Trace with a node per section

A section is one call, or a box for calls that follow each other; sections stand in the order of the calls. So a box
never depends on what comes after it, and the picture has no cycles.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import minigrad as mg
from visuals.views.gathered import Gathered, together

LEAVES = 100  # data and parameters; of more, those with the same users share a box
GUESTS = 4  # named data that stand before a box; of more, all are inside
SHARED = 4  # leaves of the same boxes that are worth a box of their own
NAMED = 4  # names that such a box is called by

Node = dict[str, Any]


class Section(NamedTuple):
    """Calls that are one box, or one call without a box (`title` None).

    Attributes:
        calls: their numbers among the calls of the trace.
        title: what the box is called.
        facts: more keys for the box's node, e.g. {"times": 12}.
        opaque: whether data with a name go inside too.
    """

    calls: Sequence[int]
    title: str | None = None
    facts: Mapping[str, Any] = {}
    opaque: bool = False


def gather(trace: mg.Trace, sections: Sequence[Section]) -> mg.Trace:
    """The same graph with one node per section. Parameters that only one box uses are inside it.

    Args:
        sections: they hold each call once, in order.

    Example:
        >>> x, w = mg.tensor(1.0, name="x"), mg.Parameter(2.0, name="w")
        >>> run = mg.trace(((x * w) + 1.0).tanh())
        >>> small = gather(run, [Section([0, 1], "layer"), Section([2])])
        >>> [(node["name"] or node["symbol"], node.get("inside")) for node in small.nodes]
        [('x', None), ('layer', 3), ('tanh', None)]
    """
    calls = [node for node in trace.nodes if node["kind"] == "function"]
    home = {node["id"]: node["id"] for node in trace.nodes}
    boxes: dict[str, Section] = {}
    for section in sections:
        if section.title is not None:
            box = f"box{section.calls[0]}-{section.calls[-1]}"
            boxes[box] = section
            home.update({calls[k]["id"]: box for k in section.calls})
    merged = _leaves(trace, boxes, home)
    held = Counter(home.values())
    for box in [box for box in boxes if held[box] == 1]:  # a module that is one call is that call
        call = calls[boxes.pop(box).calls[0]]["id"]
        home[call] = call
    nodes: dict[str, Node] = {}
    for node in trace.nodes:  # a box stands where its last call stood: behind all that it uses
        name = home[node["id"]]
        if name in boxes:
            if node is calls[boxes[name].calls[-1]]:
                nodes[name] = _box(name, boxes[name], calls, held[name])
        elif name in merged:
            nodes.setdefault(name, _several(name, merged[name]))
        else:
            nodes[name] = node
    bundles = _edges(trace, home)
    names = {name: name for name, at in home.items() if name == at}
    names.update({calls[section.calls[-1]]["id"]: box for box, section in boxes.items()})
    edges = _drawn(bundles, home, nodes)
    return Gathered(
        trace, list(nodes.values()), edges, names, {links[0]["id"]: links for links in bundles.values()}
    )


def _leaves(trace: mg.Trace, boxes: dict[str, Section], home: dict[str, str]) -> dict[str, list[Node]]:
    """Find a home for data and parameters: inside the one box that uses them, or, if they are many, a box of leaves."""
    users: dict[str, set[str]] = defaultdict(set)
    for edge in trace.edges:
        users[edge["source"]].add(home[edge["target"]])
    leaves = [node for node in trace.nodes if node["kind"] != "function"]
    guests: dict[str, list[str]] = defaultdict(list)
    for node in leaves:
        inside = next(iter(users[node["id"]]), "") if len(users[node["id"]]) == 1 else ""
        if inside not in boxes:
            continue
        if node["kind"] == "data" and node["name"] and not boxes[inside].opaque:
            guests[inside].append(node["id"])
        else:
            home[node["id"]] = inside
    for box, names in guests.items():
        if len(names) > GUESTS:
            home.update(dict.fromkeys(names, box))
    alike: dict[tuple, list[Node]] = defaultdict(list)
    for node in leaves:
        if home[node["id"]] == node["id"]:
            alike[node["kind"], *sorted(users[node["id"]])].append(node)
    crowd = sum(map(len, alike.values())) > LEAVES and bool(boxes)
    merged = {
        f"leaves-{group[0]['id']}": group
        for (_, *used), group in alike.items()
        if len(group) >= SHARED and (crowd or (len(used) > 1 and boxes.keys() >= {*used}))
    }
    home.update({node["id"]: name for name, group in merged.items() for node in group})
    return merged


def _edges(trace: mg.Trace, home: dict[str, str]) -> dict[Any, list[dict]]:
    """The edges by what is drawn as one: those from box to box, or between a node and a box; between nodes each."""
    bundles: dict[Any, list[dict]] = defaultdict(list)
    for edge in trace.edges:
        source, target = home[edge["source"]], home[edge["target"]]
        if source != target:
            whole = source == edge["source"] and target == edge["target"]
            bundles[edge["id"] if whole else (source, target)].append(edge)
    return bundles


def _drawn(bundles: dict[Any, list[dict]], home: dict[str, str], nodes: dict[str, Node]) -> list[dict]:
    """One edge for each; into a box they come in any order."""
    edges, arguments = [], Counter[str]()
    for edge, *_ in bundles.values():
        source, target = home[edge["source"]], home[edge["target"]]
        position = edge["position"]
        if "inside" in nodes[target]:
            position = arguments[target]
            arguments[target] += 1
        edges.append({**edge, "source": source, "target": target, "position": position})
    return edges


def _box(name: str, section: Section, calls: list[Node], held: int) -> Node:
    """One node for several calls: how many nodes it holds, and the value of its last call."""
    last = calls[section.calls[-1]]
    inner = [calls[k] for k in section.calls]
    return {
        **{key: value for key, value in last.items() if key != "calls"},
        "id": name,
        "op": f"{section.title}, {len(inner):,} call{'s' * (len(inner) > 1)}",
        "symbol": section.title,
        "pattern": "",
        "detail": _signs(inner),
        "inside": held,
        **section.facts,
    }


def _signs(calls: list[Node]) -> str:
    """Which functions are inside: a few signs, or the most frequent one."""
    signs = list(dict.fromkeys(node["symbol"] or node["op"] for node in calls))
    if len(signs) <= 4:
        return "  ".join(signs)
    return f"{len(calls):,} calls"


def _several(name: str, leaves: list[Node]) -> Node:
    """One node for several leaves that are used alike."""
    names = [node["name"] or node["kind"] for node in leaves]
    title = ", ".join(names) if len(names) <= NAMED else f"{names[0]} and {len(names) - 1} more"
    value, grad = (together([node[key] for node in leaves]) for key in ("value", "grad"))
    shape = value["shape"] if value else []
    return {
        **leaves[0],
        "id": name,
        "name": title,
        "shape": shape,
        "inside": len(leaves),
        "value": value,
        "grad": grad,
    }
