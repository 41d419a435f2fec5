"""A message on its way from a node to one of its arguments: sent, inspected, and made to fit its receiver.

With this module, one can
- undo broadcasting:                   unbroadcast(g, shape)
- make a message fit:                  fitted(message, node, i, parent)
- prepare what is out of the ordinary: Guard(lift=…).prepare(node, g)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minigrad.errors import AnomalyError, StaleValueError
from minigrad.hooks import hooked
from minigrad.modes import checksum, state
from minigrad.node import Node, changes, function_name
from minigrad.record import Parts, Traced
from minigrad.vjps import lookup

Watch = Callable[[Node, int, Any, Any, Any], None]


class Guard:
    """Prepares the nodes for which calling the rule is not all there is to do.

    These are all nodes while the backward pass is recorded, watched or searched for anomalies. Otherwise those with
    hooks or several results, Functions of the user's, complex numbers, and nodes that are older than the last change
    of a leaf in place: what they kept may no longer hold.

    Args:
        lift: wraps saved arrays as Tensors, so that the backward pass itself is recorded.
        watch: called with (node, position, upstream, message before un-broadcasting, message).

    Attributes:
        safe: nodes whose negative order is below this are newer than every change in place.
    """

    def __init__(self, lift: Callable | None = None, watch: Watch | None = None) -> None:
        self.lift, self.watch = lift, watch
        self.anomaly = state.anomaly
        self.always = bool(lift or watch or self.anomaly)
        self.look()

    def look(self) -> None:
        """Find out when a leaf was last changed."""
        self.safe = float("-inf") if self.always else -changes.latest

    def prepare(self, node: Node, g: Any) -> tuple[Any, Any]:
        """The gradient of `node` after its hooks; and per argument a function (node, g) -> message."""
        if isinstance(g, Parts):
            g = g.filled(node)
        if node.notes.hooks:
            g = hooked(g, node.notes.hooks)
            self.look()
        primitive = lookup(node.fun)
        twisted = node.dtype.kind == "c" and primitive.holomorphic
        if primitive.builtin and not twisted and -node.order < self.safe:
            return g, primitive.senders
        send = conjugated if twisted else primitive.vjp
        return g, [lambda node, g, i=i: self._message(send, node, i, g) for i in range(len(node.parents))]

    def _message(self, send: Callable, node: Node, i: int, g: Any) -> Any:
        sent = send(node, i, g, self.lift)
        if sent is None:
            return None
        parent = node.parents[i]
        message = fitted(sent, node, i, parent)
        if self.anomaly:
            inspect(node, i, g, message, parent)
        if self.watch:
            self.watch(node, i, g, sent, message)
        return message


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
    lead = len(g.shape) - len(shape)
    if lead:
        g = g.sum(axis=0 if lead == 1 else tuple(range(lead)))
    axes = broadcast_axes(g.shape, shape)
    return g.sum(axis=axes, keepdims=True) if axes else g


def broadcast_axes(result: tuple, shape: tuple) -> tuple[int, ...]:
    """The axes of `result` along which an argument of `shape` was repeated."""
    lead = len(result) - len(shape)
    return (*range(lead), *(lead + k for k, n in enumerate(shape) if n == 1 and result[lead + k] != 1))


def fitted(message: Any, node: Node, i: int, parent: Any) -> Any:
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
        if not lookup(node.fun).elementwise or message.shape != node.shape:
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
