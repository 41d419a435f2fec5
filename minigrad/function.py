"""Function: a node that the user writes, with its forward and its backward pass.

With this module, one can
- write a node:     class Square(Function): forward(self, inputs), backward(self, inputs, output, output_diff)
- use it:           z = Square()(x), in any graph, in the gradient checker, in pictures and in the stepper
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minigrad.node import Node
from minigrad.primitive import Table
from minigrad.record import Traced, apply


class Function:
    """The building block of a network: it computes an output, and one gradient per input.

    A subclass defines
        forward(inputs) -> output                                  from a list of arrays, one array
        backward(inputs, output, output_diff) -> [gradients]       one per input, of that input's shape;
                                                                   None where there is nothing to send
    `output_diff` is ∂L/∂output, from whatever comes after this node; the node multiplies by its own
    derivative: ∂L/∂inputᵢ = Jᵢᵀ · output_diff. It makes no difference between data and parameters. A
    backward pass that is written in NumPy calls can itself be differentiated.

    Raises:
        TypeError: `forward` returns no array, or `backward` not one gradient per input.
        ValueError: a gradient has not the shape of its input.

    Source: "The building blocks of Deep Learning" (deepdish.io, 2015).

    Example:
        >>> import minigrad as mg
        >>> class Multiply(mg.Function):
        ...     def forward(self, inputs):
        ...         x, y = inputs
        ...         return x * y
        ...     def backward(self, inputs, output, output_diff):
        ...         x, y = inputs
        ...         return [output_diff * y, output_diff * x]
        >>> x, y = mg.tensor(3.0, requires_grad=True), mg.tensor(5.0, requires_grad=True)
        >>> Multiply()(x, y).backward()
        >>> x.grad.item(), y.grad.item()
        (5.0, 3.0)
    """

    def forward(self, inputs: list) -> Any:
        raise TypeError(f"{type(self).__name__} has no forward(self, inputs) yet.")

    def backward(self, inputs: list, output: Any, output_diff: Any) -> list:
        raise TypeError(f"{type(self).__name__} has no backward(self, inputs, output, output_diff) yet.")

    def __call__(self, *inputs: Any) -> Any:
        """Run the node. On Tensors it becomes part of their graph; on arrays it just computes."""
        if any(isinstance(value, Traced) for value in inputs):
            return apply(self, tuple(v if isinstance(v, Traced) else np.asarray(v) for v in inputs))  # type: ignore[arg-type]
        return self.primitive.call([np.asarray(value) for value in inputs], {})

    @classmethod
    def apply(cls, *inputs: Any) -> Any:
        """`MyFunction.apply(x)`, as PyTorch writes it, is `MyFunction()(x)`."""
        return cls()(*inputs)

    @property
    def primitive(self) -> FunctionRules:
        """How the engine calls this node."""
        return FunctionRules(self)


class FunctionRules:
    """A Function in the place of a Primitive: same questions, answered by the user's two methods."""

    elementwise = False
    builtin = False
    sequence = False
    rules = ()
    holomorphic = False  # the user's backward pass is taken as it stands

    def __init__(self, function: Function) -> None:
        self.function = function
        self.name = type(function).__name__
        self._sent: tuple[Any, list] | None = None

    def call(self, values: list, kwargs: dict) -> Any:
        out = self.function.forward(values)
        if out is None or isinstance(out, (list, tuple, str)):
            raise TypeError(
                f"{self.name}.forward returned {'nothing' if out is None else type(out).__name__}; it must "
                f"return one array (or number). Is a `return` missing?"
            )
        return out if hasattr(out, "shape") else np.asarray(out)

    @property
    def keep(self) -> Table:
        return Table(
            lambda wanted: (True,) * (len(wanted) + 1)
        )  # backward(inputs, output, …) may look at everything

    def vjp(self, node: Node, i: int, g: Any, lift: Callable | None = None) -> Any:
        """Argument i's share of one call of `backward`; the call is made once for all arguments."""
        if self._sent is None or self._sent[0] is not g:
            self._sent = (g, self._backward(node, g, lift))
        return self._sent[1][i]

    def _backward(self, node: Node, g: Any, lift: Callable | None) -> list:
        inputs = list(node.args)
        out = node.out
        if lift is not None:
            inputs = [v if p is None else lift(v, p) for v, p in zip(inputs, node.parents, strict=True)]
            out = lift(out, node)
        sent = self.function.backward(inputs, out, g)
        if not isinstance(sent, (list, tuple)):
            what = "nothing" if sent is None else f"a {type(sent).__name__}"
            raise TypeError(
                f"{self.name}.backward returned {what}; it must return a list with one gradient per input: "
                f"{len(inputs)} here." + (" Is a `return` missing?" if sent is None else "")
            )
        if len(sent) != len(inputs):
            raise TypeError(
                f"{self.name}.backward returned {len(sent)} gradient{'s' * (len(sent) != 1)} for {len(inputs)} "
                f"inputs; it must return one per input, None where there is nothing to send."
            )
        return list(sent)
