"""Backpropagation: messages travel from a result back to what it was computed from.

With this module, one can
- run one backward pass:       sweep({node: g}) -> {leaf: gradient, …}

The whole algorithm is `sweep`: take the nodes newest first; a node's gradient is then complete, because all
that used it is newer. Each node sends one message per argument; the receiver adds up what arrives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from heapq import heapify, heappop, heappush

import numpy as np

from minigrad.hooks import hooked
from minigrad.messages import Guard, Watch, fitted
from minigrad.node import Node, ancestors
from minigrad.record import Traced
from minigrad.vjps import rulebook

FLOAT64 = np.dtype(float)  # asking first whether it is this one spares most nodes a longer look


def sweep(
    seeds: dict,
    wanted: Iterable | None = None,
    lift: Callable | None = None,
    watch: Watch | None = None,
) -> dict:
    """One backward pass from `seeds` (node -> gradient) to everything they were computed from.

    Args:
        seeds: the gradients to start from, keyed by Node (or by leaf Tensor).
        wanted: the vertices whose gradients are asked for; None means all leaves. Rules that lead to none
            of them are not evaluated.
        lift: wraps saved arrays as Tensors, so that the backward pass itself is recorded.
        watch: called with (node, position, upstream, message before un-broadcasting, message).

    Returns:
        The gradients of all leaves that were reached, of `wanted`, and of nodes that asked to retain theirs.
    """
    gradients = dict(seeds)
    asked = set(wanted or ())
    on_path = None if wanted is None else leading_to(asked, ancestors(*seeds))
    guard = Guard(lift, watch)
    # A node waits here from its first message on. The newest is next: whatever else sends to it was even newer.
    waiting = [(-vertex.order, vertex) for vertex in seeds if type(vertex) is Node]
    heapify(waiting)
    while waiting:
        behind, node = heappop(waiting)
        g = gradients.pop(node)
        real = node.dtype is FLOAT64 or node.dtype.kind != "c"
        if real and behind < guard.safe and not node.notes.special:  # nearly always
            senders = rulebook[node.fun].senders
        else:
            g, senders = guard.prepare(node, g)
            if node.notes.retain:
                gradients[node] = g
        if asked and node in asked:
            gradients[node] = g
        i = -1
        for parent in node.parents:
            i += 1
            if type(parent) is Node:
                target = parent
            elif parent is None or not parent._requires_grad:
                continue
            else:
                target = parent._data
            if on_path is not None and parent not in on_path:
                continue
            message = senders[i](node, g)
            if message is None:
                continue
            try:
                fits = message.dtype is target.dtype and message.shape == target.shape
            except AttributeError:
                fits = False
            if not fits:
                message = fitted(message, node, i, parent)
            before = gradients.get(parent)
            if before is not None:  # a + b, never +=: it may be the very array that another node holds
                message = before + message
            elif target is parent:
                heappush(waiting, (-parent.order, parent))
            gradients[parent] = message
    for leaf, g in gradients.items():
        if leaf.notes.hooks and isinstance(leaf, Traced):
            gradients[leaf] = hooked(g, leaf.notes.hooks)
    return gradients


def leading_to(wanted: set, nodes: list[Node]) -> set:
    """The vertices among `wanted`, and the nodes computed from one of them."""
    found = set(wanted)
    for node in reversed(nodes):
        if any(parent in found for parent in node.parents if parent is not None):
            found.add(node)
    return found
