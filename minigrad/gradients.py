"""Gradients as a user asks for them: added into leaves, or as values.

With this module, one can
- add them into leaves:     backward(loss), which is loss.backward()
- get them as values:       grad(loss, [x, w])
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from minigrad.backprop import sweep
from minigrad.hooks import Hook
from minigrad.modes import enable_grad
from minigrad.node import Node
from minigrad.record import Traced


class Backward(Traced):
    """What a Tensor can do with gradients."""

    __slots__ = ()

    def backward(self, gradient: Any = None, create_graph: bool = False) -> None:
        """Send messages back through the graph; add ∂self/∂leaf to `.grad` of every leaf that wants it.

        Args:
            gradient: the upstream gradient, of this tensor's shape. None means 1, for one entry.
            create_graph: record the backward pass itself, so that gradients can be differentiated.

        Raises:
            RuntimeError: several entries and no `gradient`, or nothing to differentiate.
            ValueError: `gradient` has another shape.
            StaleValueError: a needed value was changed in place since.

        Example:
            >>> import minigrad as mg
            >>> x = mg.tensor(3.0, requires_grad=True)
            >>> y = x * x * x
            >>> y.backward(); y.backward()      # gradients accumulate: 27 + 27
            >>> x.grad.item()
            54.0
        """
        backward(self, gradient, create_graph)

    def retain_grad(self) -> None:
        """Ask backward passes to accumulate `.grad` here too, although this tensor was computed."""
        if self._node is not None:
            self._node.noted().retain = self._node.noted().special = True

    def register_hook(self, hook: Callable) -> Hook:
        """Have `hook` see the gradient of this tensor in every backward pass, complete and before it is used.

        Args:
            hook: called with the gradient, a Tensor. What it returns, if anything, takes the gradient's place.

        Returns:
            A handle; `handle.remove()` takes the hook off again.

        Raises:
            RuntimeError: the tensor wants no gradient.
            ValueError: the hook returns a gradient of another shape (during the backward pass).

        Example:
            >>> import minigrad as mg
            >>> x = mg.tensor(3.0, requires_grad=True)
            >>> handle = x.register_hook(lambda g: 10 * g)
            >>> (x * x).backward()
            >>> x.grad.item()
            60.0
        """
        if not self.requires_grad:
            raise RuntimeError(f"{self.label} wants no gradient, so its hook would never be called.")
        notes = vertex(self).noted()
        notes.special = True
        return Hook(notes.hooks, hook, self.wrap)


def seed_for(output: Any, gradient: Any) -> Any:
    """The gradient to start from: all ones for a single number, else what the user gives."""
    if gradient is None:
        if output.size != 1:
            raise RuntimeError(
                f"backward() starts from a single number, but {output.label} has shape {output.shape}. "
                f"Reduce it, {output.name or 'y'}.sum().backward(), or say how much each entry counts, "
                f"{output.name or 'y'}.backward(gradient=v), with v of shape {output.shape}."
            )
        if output.dtype.kind == "c":
            raise RuntimeError(
                f"backward() starts from a real number, but {output.label} is complex. Which real number is "
                f"to grow? Write np.abs({output.name or 'y'}).backward() or {output.name or 'y'}.real.backward()."
            )
        one = output._data
        return one.dtype.type(1) if isinstance(one, np.generic) else np.ones_like(one)
    value = gradient._data if isinstance(gradient, Traced) else gradient
    if not hasattr(value, "shape"):
        array = not isinstance(output._data, np.generic)
        value = np.asarray(value, like=output._data) if array else np.asarray(value)
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
        root.noted().seed = seed
    deposit(gradients, output.wrap)


def owned(g: Any, given: set[int]) -> Any:
    """A gradient that nobody else holds: two leaves must never share one array, nor hold a view of a third."""
    if isinstance(g, Traced):
        return g
    if id(g) in given or getattr(g, "base", None) is not None:
        g = g.copy()
    given.add(id(g))
    return g


def deposit(gradients: dict, wrap: Callable) -> None:
    """Add the gradients to what the leaves hold. All or nothing: an error before leaves them untouched."""
    given: set[int] = set()
    for holder, g in gradients.items():
        if isinstance(holder, Node) and not holder.notes.retain:
            continue
        g = owned(g, given)
        g = g if isinstance(g, Traced) else wrap(g)
        notes = holder.noted()
        notes.grad = g if notes.grad is None else notes.grad + g


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
    wrap, given_arrays = outputs[0].wrap, set[int]()
    results = (owned(found[key], given_arrays) if key in found else None for key in wanted)
    return tuple(g if g is None or isinstance(g, Traced) else wrap(g) for g in results)


def as_sequence(tensors: Any) -> Sequence:
    """`tensors` as a list; a single Tensor (or array) becomes a list of one."""
    return list(tensors) if isinstance(tensors, (list, tuple)) else [tensors]
