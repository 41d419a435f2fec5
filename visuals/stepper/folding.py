"""Modules folded into one box, and opened again while stepping: pictures of the same run with fewer boxes.

With this module, one can
- find the modules:      modules(trace) -> [{"id", "title", "members"}, …]
- draw their pictures:   pictures(trace, modules(trace)) -> {"n4 n9": the SVG where both are folded, …}

A folded module stands where its last function stood, under that function's id: its value is the module's result, and
its gradient is the one that arrives at the module. So each state of the run fits every picture, and the step stays.
Edges that leave or enter a module keep their ids; those inside it are not drawn.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from itertools import groupby
from typing import Any

import minigrad as mg
from visuals.layout import layout
from visuals.stepper import recording

MOST = 24  # modules that can be opened one by one
SMALL = 60  # nodes of a graph in which they can be folded one by one, too

Module = dict[str, Any]


def modules(trace: mg.Trace) -> list[Module]:
    """The module calls of a run that hold more than one node: `id` of the result, `title`, and ids of all `members`.

    Calls of one module that follow each other, as those of a recurrent cell, are one; so no box depends on what comes
    after it. Parameters, and data without a name, that only one module uses are inside it.

    >>> import minigrad as mg, numpy as np
    >>> net = mg.nn.Sequential(mg.nn.Linear(2, 3, rng=np.random.default_rng(0)), mg.nn.ReLU())
    >>> modules(mg.trace(net(mg.tensor([[1.0, 2.0]], name="X"))))
    [{'id': 'n4', 'title': 'layers.0', 'members': ['n1', 'n2', 'n3', 'n4']}]
    """
    calls = [node for node in trace.nodes if node["kind"] == "function"]
    inside: dict[str, str] = {}
    paths: dict[str, str] = {}
    for path, group in groupby(calls, key=lambda node: node["group"]):
        section = [node["id"] for node in group]
        if path:
            paths[section[-1]] = path
            inside |= dict.fromkeys(section, section[-1])
    users: dict[str, set[str]] = {}
    for edge in trace.edges:
        users.setdefault(edge["source"], set()).add(inside.get(edge["target"], ""))
    for node in trace.nodes:
        around = users.get(node["id"], set())
        own = node["kind"] == "parameter" or (node["kind"] == "data" and not node["name"])
        if own and len(around) == 1:
            inside[node["id"]] = next(iter(around))
    members: dict[str, list[str]] = {last: [] for last in paths}
    for node in trace.nodes:
        if inside.get(node["id"]):
            members[inside[node["id"]]].append(node["id"])
    several = {i: ids for i, ids in members.items() if len(ids) > 1}
    titles = titled([paths[i] for i in several])
    return [
        {"id": i, "title": title, "members": ids}
        for (i, ids), title in zip(several.items(), titles, strict=True)
    ]


def titled(paths: Sequence[str]) -> list[str]:
    """What to call each module call: the end of its path, as long as needed, and which call of several it is.

    >>> titled(["net/a/layers.0", "net/b/layers.0"]), titled(["tower/layers.0", "tower/layers.0"])
    (['a/layers.0', 'b/layers.0'], ['layers.0, call 1', 'layers.0, call 2'])
    """
    parts = [path.split("/") for path in paths]
    depth = 1
    while len({tuple(part[-depth:]) for part in parts}) < len(set(paths)):
        depth += 1
    calls, often = Counter[str](), Counter(paths)
    titles = []
    for path, part in zip(paths, parts, strict=True):
        calls[path] += 1
        which = f", call {calls[path]}" if often[path] > 1 else ""
        titles.append("/".join(part[-depth:]) + which)
    return titles


def pictures(trace: mg.Trace, found: Sequence[Module]) -> dict[str, str]:
    """The picture of each choice of folded modules, by their ids with a space between them.

    There are those with all modules folded, and with all but one; in a small graph also those with one. Of more than
    24 modules there is only the first.
    """
    ids = [module["id"] for module in found]
    choices = [ids]
    if len(ids) <= MOST:
        choices += [[i for i in ids if i != opened] for opened in ids]
    if len(trace.nodes) <= SMALL:
        choices += [[i] for i in ids]
    return {" ".join(choice): _picture(trace, found, choice) for choice in choices if choice}


def _picture(trace: mg.Trace, found: Sequence[Module], choice: Collection[str]) -> str:
    small = folded(trace, [module for module in found if module["id"] in choice])
    return recording.live_picture(small, layout(small))


def folded(trace: mg.Trace, chosen: Sequence[Module]) -> mg.Trace:
    """The run as one sees it with these modules folded.

    >>> import minigrad as mg, numpy as np
    >>> net = mg.nn.Sequential(mg.nn.Linear(2, 3, rng=np.random.default_rng(0)), mg.nn.ReLU())
    >>> run = mg.trace(net(mg.tensor([[1.0, 2.0]], name="X")))
    >>> small = folded(run, modules(run))
    >>> [(node["id"], node["symbol"], node["detail"]) for node in small.nodes]
    [('n0', '', ''), ('n4', 'layers.0', '4 nodes'), ('n5', 'relu', '')]
    """
    home = {member: module["id"] for module in chosen for member in module["members"]}
    boxes = {module["id"]: module for module in chosen}
    nodes = []
    for node in trace.nodes:
        module = boxes.get(node["id"])
        if module:
            sign = {"symbol": module["title"], "detail": f"{len(module['members'])} nodes", "pattern": ""}
            nodes.append({**node, **sign})
        elif node["id"] not in home:
            nodes.append(node)
    edges = []
    for edge in trace.edges:
        source, target = (home.get(edge[end], edge[end]) for end in ("source", "target"))
        if source != target:
            edges.append({**edge, "source": source, "target": target})
    kept, drawn = {node["id"] for node in nodes}, {edge["id"] for edge in edges}
    frames = [_seen(frame, kept) for frame in trace.frames if frame.get("edge", "") in {"", *drawn}]
    return mg.Trace(nodes, edges, frames, trace.output, trace.version)


def _seen(frame: Mapping[str, Any], kept: Collection[str]) -> dict[str, Any]:
    """A frame without what it says of nodes that are not seen."""
    change = {i: new for i, new in frame["set"].get("nodes", {}).items() if i in kept}
    return {**frame, "set": {**frame["set"], "nodes": change}}
