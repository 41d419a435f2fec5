"""In which module call each node was created, from the notes that module calls leave on their results.

With this module, one can
- find the groups:             groups_of(noted, nodes) -> {node: "net/layers.0", …}
- find what they share:        common_path(["net/layers.0", "net/layers.1"]) -> "net"
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import takewhile
from typing import Any


def groups_of(noted: Sequence[Any], nodes: Sequence[Any]) -> dict[Any, str]:
    """The path of module calls around each node that was created in one.

    A call notes `(begin, end, name)` on the node of its result; what was created between these two ticks belongs to
    it. Calls are nested like brackets, so one walk along the time tells which of them are open.

    Args:
        noted: the nodes whose notes may have `scopes`.
        nodes: all nodes, oldest first.

    Example:
        >>> import minigrad as mg
        >>> from minigrad.node import tick
        >>> x = mg.tensor(1.0, requires_grad=True)
        >>> begin = tick(); y = (x * 2.0) * x; y.node.noted().scopes = ((begin, tick(), "layer"),)
        >>> z = y + 1.0
        >>> list(groups_of([y.node], [*reversed(mg.node.ancestors(z.node))]).values())
        ['layer', 'layer']
    """
    calls = sorted({scope for node in noted for scope in node.notes.scopes}, key=lambda c: (c[0], -c[1]))
    found: dict[Any, str] = {}
    open_calls: list[tuple[int, int, str]] = []
    coming = iter(calls)
    following = next(coming, None)
    for node in nodes if calls else ():
        while following is not None and following[0] < node.order:
            open_calls = [call for call in open_calls if call[1] >= following[1]]
            open_calls.append(following)
            following = next(coming, None)
        open_calls = [call for call in open_calls if call[1] >= node.order]
        if open_calls:
            found[node] = "/".join(call[2] for call in open_calls)
    return found


def common_path(paths: Iterable[str]) -> str:
    """The beginning that all paths share, step by step.

    >>> common_path(["net/layers.0", "net/layers.1"])
    'net'
    """
    steps = zip(*(path.split("/") for path in paths), strict=False)
    return "/".join(step[0] for step in takewhile(lambda step: len(set(step)) == 1, steps))
