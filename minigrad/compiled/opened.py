"""What a function of ours does inside, as recorded calls of its own.

With this module, one can
- open a call:     opened(sigmoid, (x,), {}) -> Body of five calls

`sigmoid(x)` is one node of a graph and one line of a printed program. A compiled program is faster when it sees
the five NumPy calls that are its body: each can write into memory that is there already, and what the rule of the
backward pass computes once more (the softmax of a cross-entropy) turns out to be known.

The body is recorded on blank arrays: random numbers of the right shape and dtype. That is only right for a body
that never looks at its numbers, so it is recorded twice, on different numbers; where the recordings differ, or a
body ends in an error, the function stays closed.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from minigrad.compiled.constants import content
from minigrad.device import transfer
from minigrad.graph import twin
from minigrad.modes import capturing, enable_grad
from minigrad.node import Node, ancestors
from minigrad.record import Traced
from minigrad.rules import classification, losses, neural, normalization

# Functions that are NumPy calls and nothing else: no loop that fills an array, no error that depends on numbers.
OPENED: set[Callable] = {
    neural.relu, neural.leaky_relu, neural.elu, neural.sigmoid, neural.softplus, neural.silu, neural.gelu,
    neural.normal_cdf, neural.softmax, neural.log_softmax, neural.dropout,
    normalization.layer_norm, normalization.batch_norm,
    losses.mse_loss, losses.l1_loss, losses.huber_loss, losses.smooth_l1_loss,
    classification.cross_entropy, classification.nll_loss,
}  # fmt: skip


class Blank:
    """Stands for an argument that is known by its shape and dtype alone."""

    __slots__ = ("device", "dtype", "shape")

    def __init__(self, shape: tuple, dtype: Any, device: str = "cpu") -> None:
        self.shape = shape
        self.dtype = dtype
        self.device = device

    def filled(self, rng: np.random.Generator) -> Any:
        """A Tensor of random numbers, recorded like an input of a captured function."""
        real = self.dtype.kind in "fc"
        numbers = rng.uniform(0.25, 0.75, self.shape) if real else rng.integers(0, 2, self.shape)
        return twin(transfer(numbers.astype(self.dtype), self.device), None)


class Body:
    """The calls that a function made.

    Attributes:
        nodes: in the order of the calls; the last one computes the result.
        position: of each blank leaf, which argument it stands for.
    """

    def __init__(self, fun: Callable, args: tuple, kwargs: dict, seed: int) -> None:
        rng = np.random.default_rng(seed)
        filled = [a.filled(rng) if isinstance(a, Blank) else a for a in args]
        with enable_grad(), capturing(), np.errstate(all="ignore"):
            out = inspect.unwrap(fun)(*filled, **kwargs)
        self.nodes: list[Node] = ancestors(out.node)[::-1]  # out.node is the last
        self.position = {value: i for i, value in enumerate(filled) if isinstance(value, Traced)}

    def lines(self) -> list[tuple]:
        """Per call its function and what it was called on, in a form that two recordings have in common."""
        place: dict[Any, tuple] = {leaf: ("argument", i) for leaf, i in self.position.items()}
        place |= {node: ("result of call", k) for k, node in enumerate(self.nodes)}

        def operand(a: Any, parent: Any) -> Any:
            if parent is None:
                return content(a)
            return place[parent] if parent in place else content(parent._data)

        return [
            (node.fun, content(node.kwargs), *map(operand, node.args, node.parents)) for node in self.nodes
        ]


def opened(fun: Callable, args: tuple, kwargs: dict) -> Body | None:
    """The calls in the body of `fun`, or None if it is not to be opened.

    Args:
        fun: a function of ours.
        args: its arguments; `Blank` for those that differ from run to run.
        kwargs: its options.
    """
    if fun not in OPENED:
        return None
    try:
        body, again = Body(fun, args, kwargs, 0), Body(fun, args, kwargs, 1)
    except Exception:  # whatever a function raises on numbers that it was not made for
        return None
    return body if body.nodes and body.lines() == again.lines() else None
