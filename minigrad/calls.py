"""One call of a function that is to be differentiated: fresh inputs, the graph of the result, gradients of it.

With this module, one can
- call:             call = Call(fun, args, kwargs, argnums); call.out
- differentiate:    call.gradients(upstream)
- hand results on:  call.plain(result), as arrays to those who came with arrays
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from minigrad import gradients, tree
from minigrad.modes import enable_grad
from minigrad.node import Node, ancestors
from minigrad.record import Traced, primitive
from minigrad.tensor import Tensor
from minigrad.vjps import defvjp


@primitive
def alias(x: Any) -> Any:
    """The same value under a new name: what the inner of two nested derivatives differentiates by."""
    return x + 0.0


defvjp(alias, lambda g: g)


class Call:
    """One call of a function on fresh Tensors, and what is needed to differentiate it."""

    def __init__(self, fun: Callable, args: tuple, kwargs: dict, argnums: Sequence[int]) -> None:
        for k in argnums:
            if not -len(args) <= k < len(args):
                raise ValueError(
                    f"There is no argument {k} to differentiate by: {name(fun)} got {len(args)}."
                )
        self.fun = fun
        self.args = list(args)
        self.tensors_in = any(isinstance(leaf, Traced) for leaf in tree.leaves(args))
        self.inputs: list[Any] = []
        with enable_grad():
            for k in argnums:
                self.args[k] = tree.mapped(self._fresh, self.args[k])
            self.out = fun(*self.args, **kwargs)

    def _fresh(self, value: Any) -> Any:
        """A Tensor of its own, so that another use of the same value outside does not count."""
        if isinstance(value, Traced) and value.requires_grad:
            fresh = alias(value)
        else:
            data = value._data if isinstance(value, Traced) else value
            kind = np.asarray(data).dtype.kind
            fresh = Tensor(data, requires_grad=True, dtype=float if kind in "iu" else None)
        self.inputs.append(fresh)
        return fresh

    @functools.cached_property
    def create_graph(self) -> bool:
        """Whether somebody outside differentiates this derivative: the result depends on other Tensors too."""
        ours = set(self.inputs)
        outs = [gradients.vertex(t) for t in tree.leaves(self.out) if isinstance(t, Traced)]
        parents = [p for node in ancestors(*outs) for p in node.parents if p is not None]
        return any(p.requires_grad for p in parents if not isinstance(p, Node) and p not in ours)

    def gradients(self, upstream: Any = None, create_graph: bool = False) -> list:
        """Jᵀ upstream, one gradient per input."""
        outs = [t for t in tree.leaves(self.out) if isinstance(t, Traced) and t.requires_grad]
        if not outs:  # constant in its arguments: the derivative is 0
            return [Tensor(np.zeros_like(t._data)) for t in self.inputs]
        given = None
        if upstream is not None:
            pairs = zip(tree.leaves(self.out), tree.leaves(upstream), strict=True)
            given = [u for t, u in pairs if isinstance(t, Traced) and t.requires_grad]
        found = gradients.grad(
            outs, self.inputs, given, create_graph=create_graph or self.create_graph, allow_unused=True
        )
        return [
            Tensor(np.zeros_like(t._data)) if g is None else g
            for t, g in zip(self.inputs, found, strict=True)
        ]

    def plain(self, values: Any) -> Any:
        """Arrays for those who came with arrays, Tensors for the others."""
        if self.tensors_in or self.create_graph:
            return values
        return tree.mapped(lambda t: t._data if isinstance(t, Traced) else t, values)

    def scalar(self) -> None:
        """Refuse a function whose value is no single number."""
        if not isinstance(self.out, Traced) or self.out.size != 1:
            what = (
                f"shape {self.out.shape}" if isinstance(self.out, Traced) else f"a {type(self.out).__name__}"
            )
            raise TypeError(
                f"The gradient is defined for a function with one number as its value; {name(self.fun)} gave "
                f"{what}. Reduce it (np.sum), or use jacobian() or vjp()."
            )


def name(fun: Callable) -> str:
    """What to call a function in a message."""
    return getattr(fun, "__name__", type(fun).__name__)


def as_tensor(value: Any, like: Any) -> Any:
    """`value` as a Tensor of the dtype of `like`, where `like` lives."""
    return value if isinstance(value, Traced) else Tensor(value, dtype=like.dtype, device=like.device)


def same_shapes(primals: Sequence, tangents: Sequence) -> None:
    """Refuse tangents that do not belong to the primals."""
    shapes = [[np.shape(getattr(x, "_data", x)) for x in tree.leaves(list(xs))] for xs in (primals, tangents)]
    if shapes[0] != shapes[1]:
        raise ValueError(
            f"Every primal needs a tangent of its own shape: the primals have shapes {shapes[0]}, the tangents "
            f"{shapes[1]}."
        )
