"""Backpropagation: messages travel from a result back to what it was computed from.

With this module, one can
- run one backward pass:       sweep({node: g}) -> {leaf: gradient, …}
- undo broadcasting:           unbroadcast(g, shape)

The whole algorithm is `sweep`: take the nodes newest first; a node's gradient is then complete, because all
that used it is newer. Each node sends one message per argument; the receiver adds up what arrives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from minigrad.errors import AnomalyError, StaleValueError
from minigrad.hooks import hooked
from minigrad.modes import checksum, state
from minigrad.node import Node, ancestors, function_name
from minigrad.record import Parts, Traced
from minigrad.vjps import lookup, rulebook

Watch = Callable[[Node, int, Any, Any, Any], None]


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
    nodes = ancestors(*seeds)
    on_path = None if wanted is None else leading_to(set(wanted), nodes)
    kept = set(wanted or ())
    gradients, anomaly = dict(seeds), state.anomaly
    for node in nodes:
        g = gradients.pop(node, None)
        if g is None:
            continue
        if node.notes.hooks:
            g = hooked(g, node.notes.hooks)
        if node.notes.retain or node in kept:
            gradients[node] = g
        primitive = rulebook.get(node.fun) or lookup(node.fun)
        if isinstance(g, Parts):
            g = g.filled(node)
        send = conjugated if node.dtype.kind == "c" and primitive.holomorphic else primitive.vjp
        i = -1
        for parent in node.parents:
            i += 1
            if parent is None or not parent._requires_grad or (on_path is not None and parent not in on_path):
                continue
            sent = message = send(node, i, g, lift)
            if sent is None:
                continue
            target = parent if type(parent) is Node else parent._data
            # Most messages fit as they are; a look at both properties saves a call for each of them.
            if getattr(sent, "shape", None) != target.shape or sent.dtype is not target.dtype:
                message = fitted(sent, node, i, parent, primitive.elementwise)
            if anomaly:
                inspect(node, i, g, message, parent)
            if watch:
                watch(node, i, g, sent, message)
            before = gradients.get(parent)
            # a + b, never +=: the message may be the very array that another node holds.
            gradients[parent] = message if before is None else before + message
    for leaf, g in gradients.items():
        if leaf.notes.hooks and isinstance(leaf, Traced):
            gradients[leaf] = hooked(g, leaf.notes.hooks)
    return gradients


def inspect(node: Node, i: int, g: Any, message: Any, parent: Any) -> None:
    """What `detect_anomaly` looks at: arrays that changed since the forward pass, messages that are not finite."""
    op, where = (
        function_name(node.fun),
        f" The forward call is at {node.notes.line}." if node.notes.line else "",
    )
    for k, before in enumerate(node.notes.sums):
        if checksum(node.args[k]) != before:
            raise StaleValueError(
                f"Argument {k} of {op} was changed in place after the forward pass used it.{where}"
            )
    values = message._data if isinstance(message, Traced) else message
    if isinstance(message, Parts) or np.all(np.isfinite(values)):
        return
    at = [int(k) for k in np.argwhere(~np.isfinite(values))[0]]
    upstream = "" if np.shape(g) != np.shape(values) else f": upstream {g[tuple(at)]}"
    raise AnomalyError(
        f"The message from {op} to {getattr(parent, 'label', None) or repr(parent)} is {values[tuple(at)]} at {at}"
        f"{upstream}.{where} A division by zero, a logarithm or root of 0, or an overflow?"
    )


def conjugated(node: Node, i: int, g: Any, lift: Callable | None) -> Any:
    """The message through a complex function: conj(rule(conj g)), so that rules are written as if all were real.

    The gradient of a real L with respect to a complex z is ∂L/∂Re z + i ∂L/∂Im z, the direction of steepest
    ascent, as in PyTorch. For a holomorphic f this is g · conj(f′): Jᵀ becomes the conjugate transpose.
    """
    upstream = tuple(map(np.conj, g)) if isinstance(g, tuple) else np.conj(g)
    sent = lookup(node.fun).vjp(node, i, upstream, lift)
    if isinstance(sent, Parts):
        return Parts({k: np.conj(s) for k, s in sent.items()})
    return None if sent is None else np.conj(sent)


def leading_to(wanted: set, nodes: list[Node]) -> set:
    """The vertices among `wanted`, and the nodes computed from one of them."""
    found = set(wanted)
    for node in reversed(nodes):
        if any(parent in found for parent in node.parents if parent is not None):
            found.add(node)
    return found


def unbroadcast(g: Any, shape: tuple) -> Any:
    """Sum `g` over the axes along which an argument of `shape` was broadcast.

    A value that was copied to many places receives the sum of what comes back from all of them.

    Args:
        g: a gradient of the broadcast result's shape.
        shape: the argument's own shape.

    Example:
        >>> import numpy as np
        >>> unbroadcast(np.ones((2, 3)), (3,))
        array([2., 2., 2.])
    """
    if g.shape == shape:
        return g
    return np.reshape(np.sum(g, axis=broadcast_axes(g.shape, shape), keepdims=True), shape)


def broadcast_axes(result: tuple, shape: tuple) -> tuple[int, ...]:
    """The axes of `result` along which an argument of `shape` was repeated."""
    lead = len(result) - len(shape)
    return (*range(lead), *(lead + k for k, n in enumerate(shape) if n == 1 and result[lead + k] != 1))


def fitted(message: Any, node: Node, i: int, parent: Any, elementwise: bool) -> Any:
    """The message in its argument's shape and dtype; an error that names the rule if it cannot be."""
    if isinstance(message, Parts):
        return message
    if not hasattr(message, "shape"):
        message = np.asarray(message)
    if message.dtype.kind not in "biufc":
        raise TypeError(
            f"The rule of {function_name(node.fun)} for its argument {i} returned {message.dtype} instead of numbers."
            + (f" The forward call is at {node.notes.line}." if node.notes.line else "")
        )
    if message.shape != parent.shape:
        if not elementwise or message.shape != node.shape:
            raise ValueError(
                f"The rule of {function_name(node.fun)} for its argument {i} returned a gradient of shape "
                f"{message.shape}, but the argument has shape {parent.shape}. A gradient has the shape of "
                f"what it is the gradient of."
                + (f" The forward call is at {node.notes.line}." if node.notes.line else "")
                + (" Is a transpose missing?" if message.shape == parent.shape[::-1] else "")
            )
        message = unbroadcast(message, parent.shape)
    if message.dtype == parent.dtype:
        return message
    if message.dtype.kind == "c" and parent.dtype.kind != "c":
        message = np.real(message)  # a real argument cannot move into the imaginary direction
    return message.astype(parent.dtype)
