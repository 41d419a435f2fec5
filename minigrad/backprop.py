"""Backpropagation: messages travel from a result back to what it was computed from.

With this module, one can
- run one backward pass:       sweep({node: g}) -> {leaf: gradient, …}
- undo broadcasting:           unbroadcast(g, shape)
- add gradients into leaves:   backward(loss)
- get them as values:          grad(loss, [x, w])

The whole algorithm is `sweep`: take the nodes newest first; a node's gradient is then complete, because all
that used it is newer. Each node sends one message per argument; the receiver adds up what arrives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from minigrad.node import Node, ancestors, function_name
from minigrad.record import Traced, enable_grad
from minigrad.vjps import lookup

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
    gradients = dict(seeds)
    for node in nodes:
        g = gradients.get(node)
        if g is None:
            continue
        if not (node.retain or node in kept):
            del gradients[node]  # its messages are sent below; the array is free after that
        primitive = lookup(node.fun)
        for i, parent in enumerate(node.parents):
            if parent is None or not parent.requires_grad or (on_path is not None and parent not in on_path):
                continue
            sent = primitive.vjp(node, i, g, lift)
            if sent is None:
                continue
            message = fitted(sent, node, i, parent, primitive.elementwise)
            if watch:
                watch(node, i, g, sent, message)
            before = gradients.get(parent)
            # a + b, never +=: the message may be the very array that another node holds.
            gradients[parent] = message if before is None else before + message
    return gradients


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
    return np.reshape(np.sum(g, axis=broadcast_axes(g.shape, shape), keepdims=True), shape)


def broadcast_axes(result: tuple, shape: tuple) -> tuple[int, ...]:
    """The axes of `result` along which an argument of `shape` was repeated."""
    lead = len(result) - len(shape)
    return (*range(lead), *(lead + k for k, n in enumerate(shape) if n == 1 and result[lead + k] != 1))


def fitted(message: Any, node: Node, i: int, parent: Any, elementwise: bool) -> Any:
    """The message in its argument's shape and dtype; an error that names the rule if it cannot be."""
    if not hasattr(message, "shape"):
        message = np.asarray(message)
    if message.shape != parent.shape:
        if not elementwise or message.shape != node.shape:
            raise ValueError(
                f"The rule of {function_name(node.fun)} for its argument {i} returned a gradient of shape "
                f"{message.shape}, but the argument has shape {parent.shape}. A gradient has the shape of "
                f"what it is the gradient of."
                + (f" The forward call is at {node.line}." if node.line else "")
                + (" Is a transpose missing?" if message.shape == parent.shape[::-1] else "")
            )
        message = unbroadcast(message, parent.shape)
    return message if message.dtype == parent.dtype else message.astype(parent.dtype)


def seed_for(output: Any, gradient: Any) -> Any:
    """The gradient to start from: all ones for a single number, else what the user gives."""
    if gradient is None:
        if output.size != 1:
            raise RuntimeError(
                f"backward() starts from a single number, but {output.label} has shape {output.shape}. "
                f"Reduce it, {output.name or 'y'}.sum().backward(), or say how much each entry counts, "
                f"{output.name or 'y'}.backward(gradient=v), with v of shape {output.shape}."
            )
        return np.ones_like(output._data)
    value = gradient._data if isinstance(gradient, Traced) else gradient
    value = value if hasattr(value, "shape") else np.asarray(value, like=output._data)
    if value.shape != output.shape:
        raise ValueError(
            f"The gradient given for {output.label} has shape {value.shape}; it must have the shape of the "
            f"tensor itself, {output.shape}."
        )
    return value.astype(output.dtype)  # a copy: what the user keeps is never written to


def vertex(tensor: Any) -> Any:
    """The key of a Tensor in a sweep: its node, or itself for a leaf."""
    return tensor.node or tensor


def needs_graph(tensor: Any, what: str) -> None:
    """Refuse a result from which no gradient can flow."""
    if not tensor.requires_grad:
        raise RuntimeError(
            f"{what}: {tensor.label} was not computed from anything that wants a gradient. Create the inputs "
            f"with requires_grad=True (or as mg.Parameter), and compute outside of no_grad()."
        )


def backward(output: Any, gradient: Any = None, create_graph: bool = False) -> None:
    """Add ∂output/∂leaf to `.grad` of every leaf that wants a gradient. See `Tensor.backward`."""
    needs_graph(output, "backward() has nowhere to go")
    seed = seed_for(output, gradient)
    root = vertex(output)
    if create_graph:
        with enable_grad():
            gradients = sweep({root: output.wrap(seed)}, lift=output.lift)
    else:
        gradients = sweep({root: seed})
    if isinstance(root, Node):
        root.seed = seed
    deposit(gradients, output.wrap)


def deposit(gradients: dict, wrap: Callable) -> None:
    """Add the gradients to what the leaves hold. All or nothing: an error before leaves them untouched."""
    given: set[int] = set()
    for holder, g in gradients.items():
        if isinstance(holder, Node) and not holder.retain:
            continue
        if not isinstance(g, Traced):
            if id(g) in given or getattr(g, "base", None) is not None:
                g = g.copy()  # two leaves must never share one array, nor hold a view of a third
            given.add(id(g))
            g = wrap(g)
        holder.grad = g if holder.grad is None else holder.grad + g


def grad(
    outputs: Any,
    inputs: Any,
    grad_outputs: Any = None,
    create_graph: bool = False,
    allow_unused: bool = False,
) -> tuple:
    """The gradients of `outputs` with respect to `inputs`, without touching any `.grad`.

    For one output: ∂output/∂input. For several: the sum over outputs of (∂output/∂input)ᵀ · grad_output.

    Args:
        outputs: a Tensor, or a sequence of them.
        inputs: a Tensor, or a sequence of them; they may be leaves or computed values.
        grad_outputs: the upstream gradient per output; None means 1, for outputs of one entry.
        create_graph: record the backward pass itself, so that the results can be differentiated again.
        allow_unused: give None for an input that no output depends on, instead of an error.

    Returns:
        A tuple with one Tensor per input, of that input's shape and dtype.

    Raises:
        RuntimeError: an output does not depend on anything that wants a gradient, an output has several
            entries and no grad_output, or an input is unused.

    Example:
        >>> import minigrad as mg
        >>> x = mg.tensor([1.0, 2.0, 2.0], requires_grad=True)
        >>> (g,) = mg.grad(x.norm(), x)
        >>> g
        tensor([0.33333333, 0.66666667, 0.66666667])
    """
    outputs, inputs = as_sequence(outputs), as_sequence(inputs)
    given = [None] * len(outputs) if grad_outputs is None else as_sequence(grad_outputs)
    if len(given) != len(outputs):
        raise ValueError(f"{len(outputs)} outputs need {len(outputs)} grad_outputs, but {len(given)} came.")
    seeds: dict = {}
    for output, gradient in zip(outputs, given, strict=True):
        needs_graph(output, "grad() cannot start")
        lifted = create_graph and isinstance(gradient, Traced)
        seed = gradient if lifted else seed_for(output, gradient)
        seed = output.wrap(seed) if create_graph and not lifted else seed
        key = vertex(output)
        seeds[key] = seeds[key] + seed if key in seeds else seed
    wanted = [vertex(tensor) for tensor in inputs]
    with enable_grad():
        found = sweep(seeds, wanted, outputs[0].lift if create_graph else None)
    for key, tensor in zip(wanted, inputs, strict=True):
        if key not in found and not allow_unused:
            raise RuntimeError(
                f"No output depends on {tensor.label}, so it has no gradient. Was it created with "
                f"requires_grad=True before the forward pass? To get None for it: allow_unused=True."
            )
    wrap = outputs[0].wrap
    return tuple(
        None if key not in found else found[key] if isinstance(found[key], Traced) else wrap(found[key])
        for key in wanted
    )


def as_sequence(tensors: Any) -> Sequence:
    """`tensors` as a list; a single Tensor (or array) becomes a list of one."""
    return list(tensors) if isinstance(tensors, (list, tuple)) else [tensors]
