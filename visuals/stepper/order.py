"""Which node may send its messages next: the reason why reverse mode visits nodes in topological order.

A node may send once its own gradient is complete: once every node that uses it has sent. There is often more than one
such node, and any of them will do; the engine's choice is one of several right ones.
"""

from __future__ import annotations

from collections.abc import Iterator

import minigrad as mg


def turns(trace: mg.Trace) -> Iterator[tuple[int, list[str], dict[str, str]]]:
    """Before each node's first message: (frame index, the nodes that may send, those that may not yet).

    Nodes that may not yet come with the first node for whose message they wait.

    Source: Kahn, "Topological sorting of large networks" (1962), on the reversed graph.

    >>> import minigrad as mg, numpy as np
    >>> x = mg.tensor(2.0, requires_grad=True, name="x")
    >>> run = mg.trace(np.sin(x) * np.cos(x))
    >>> [(len(ready), len(waiting)) for _, ready, waiting in turns(run)]
    [(1, 2), (2, 0), (1, 0)]
    """
    edges = {edge["id"]: edge for edge in trace.edges}
    messages = [
        (k, edges[frame["edge"]]) for k, frame in enumerate(trace.frames) if frame["kind"] == "message"
    ]
    users: dict[str, list[str]] = {}  # per node, who sends it a message
    for _, edge in messages:
        users.setdefault(edge["source"], []).append(edge["target"])
    senders = list(dict.fromkeys(edge["target"] for _, edge in messages))
    first = {node: next(k for k, edge in messages if edge["target"] == node) for node in senders}
    for n, now in enumerate(senders):
        left = senders[n:]
        missing = {node: [user for user in users.get(node, []) if user in left] for node in left}
        yield first[now], [i for i in left if not missing[i]], {i: missing[i][0] for i in left if missing[i]}
