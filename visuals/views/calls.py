"""Which module call each node belongs to: a module that is called twice is two calls, under one path.

With this module, one can
- write it down:     note_calls(trace, nodes): each function node gets `calls`, the number of each call around it

A trace says under which path a node was computed ("rnn/cell"), not in which of a hundred calls. The marks that
module calls leave on their results do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import minigrad as mg


def note_calls(trace: mg.Trace, nodes: Sequence[Any]) -> None:
    """Give every function node of `trace` the key `calls`: one number per step of its `group`.

    Args:
        trace: a trace that nobody else has yet.
        nodes: the graph's own Nodes that it was recorded from, oldest first.

    Example:
        >>> import numpy as np
        >>> from minigrad.node import ancestors
        >>> cell = mg.nn.RNNCell(1, 1, np.random.default_rng(0))
        >>> h = cell([1.0], cell([1.0], mg.tensor([0.0])))
        >>> run = mg.trace(h)
        >>> note_calls(run, ancestors(h.node)[::-1])
        >>> [node["calls"] for node in run.nodes if node["op"] == "tanh"]
        [[0], [1]]
    """
    found = _open_calls(nodes)
    functions = [node for node in trace.nodes if node["kind"] == "function"]
    for node, numbers in zip(functions, found, strict=True):
        if numbers:
            node["calls"] = numbers


def _open_calls(nodes: Sequence[Any]) -> list[list[int]]:
    """Per node the numbers of the module calls that it was created in, outermost first."""
    scopes = {scope for node in nodes for scope in node.notes.scopes}
    calls = sorted(scopes, key=lambda call: (call[0], -call[1]))
    numbers = {call: k for k, call in enumerate(calls)}
    open_calls: list[tuple[int, int, str]] = []
    found, following = [], 0
    for node in nodes:
        while following < len(calls) and calls[following][0] < node.order:
            call = calls[following]
            open_calls = [other for other in open_calls if other[1] >= call[1]] + [call]
            following += 1
        open_calls = [call for call in open_calls if call[1] >= node.order]
        found.append([numbers[call] for call in open_calls])
    return found
