"""What differs between two graphs, on their nodes: the keys `mark` and `note`, also on boxes that hold such nodes.

With this module, one can
- mark two traces:      marked(first, second, pairs, differences)
- fold a marked one:    folded(trace): a large graph, whose boxes say how many nodes in them differ
"""

from __future__ import annotations

from collections import Counter, defaultdict

import minigrad as mg
from visuals.collapse import Section, gather
from visuals.views.matching import Difference, Pairs
from visuals.views.modules import VISIBLE, Folding


def marked(
    first: mg.Trace, second: mg.Trace, pairs: Pairs, found: list[Difference]
) -> tuple[mg.Trace, mg.Trace]:
    """Both traces with the keys that show what differs: `mark` and `note`."""
    notes: list[dict[str, list[str]]] = [{}, {}]
    for difference in found:
        for k, there in ((0, difference.second), (1, difference.first)):
            name = difference.at[k]
            if name is not None:
                key = {"gradient": "grad ", "value": "value "}.get(difference.kind, "")
                notes[k].setdefault(name, []).append(f"{key}{there}")
    back = {other: one for one, other in pairs.items()}
    return (
        _with_marks(first, notes[0], _edges(second), pairs),
        _with_marks(second, notes[1], _edges(first), back),
    )


def _edges(trace: mg.Trace) -> set[tuple[str, str, int]]:
    return {(edge["source"], edge["target"], edge["position"]) for edge in trace.edges}


def _with_marks(
    trace: mg.Trace, notes: dict[str, list[str]], there: set[tuple[str, str, int]], pairs: Pairs
) -> mg.Trace:
    nodes = []
    for node in trace.nodes:
        about = notes.get(node["id"])
        if about is None:
            nodes.append(node)
        elif node["id"] not in pairs:
            nodes.append({**node, "mark": "added", "note": "only here"})
        else:
            nodes.append({**node, "mark": "changed", "note": f"other: {', '.join(about)}"})
    edges = []
    for edge in trace.edges:
        twin = pairs.get(edge["source"], ""), pairs.get(edge["target"], ""), edge["position"]
        edges.append(edge if twin in there else {**edge, "mark": "added"})
    return mg.Trace(nodes, edges, trace.frames, trace.output)


def folded(trace: mg.Trace) -> mg.Trace:
    """A marked trace with at most about 150 nodes; a box in which something is marked is marked too.

    Example:
        >>> x = mg.Parameter(0.5, name="x")
        >>> y = x
        >>> for _ in range(200):
        ...     y = y.tanh()
        >>> run = mg.trace(y)
        >>> run.nodes[50].update(mark="changed", note="other: value 3")
        >>> [(node["symbol"], node["note"]) for node in folded(run).nodes if "mark" in node]
        [('… 196 more tanh', '1 node differs inside')]
    """
    if len(trace.nodes) <= VISIBLE:
        return trace
    folding = Folding(trace)
    sections = folding.sections(folding.automatic())
    differing = _differing(folding.trace, sections)
    for k, count in differing.items():
        if sections[k].title is not None:
            note = f"{count} node{'s differ' if count > 1 else ' differs'} inside"
            facts = {**sections[k].facts, "mark": "changed", "note": note}
            sections[k] = sections[k]._replace(facts=facts)
    return gather(folding.trace, sections)


def _differing(trace: mg.Trace, sections: list[Section]) -> Counter[int]:
    """How many marked nodes each section holds: its calls, and the leaves that it alone uses."""
    calls = [node for node in trace.nodes if node["kind"] == "function"]
    home = {calls[call]["id"]: k for k, section in enumerate(sections) for call in section.calls}
    users: dict[str, set[int]] = defaultdict(set)
    for edge in trace.edges:
        users[edge["source"]].add(home[edge["target"]])
    found = Counter[int]()
    for node in trace.nodes:
        if "mark" in node:
            places = {home[node["id"]]} if node["id"] in home else users[node["id"]]
            found.update(places if len(places) == 1 else ())
    return found
