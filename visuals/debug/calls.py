"""One function call of a run, to be made again with other numbers in its arguments.

With this module, one can
- make it again:          Call(run, node).forward([0])(array)
- ask its rules:          Call(run, node).backward([0])(g, array)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minigrad.check import numbers
from minigrad.device import to_cpu
from minigrad.messages import unbroadcast
from minigrad.node import Node, function_name
from minigrad.ruletext import rule_text
from minigrad.vjps import lookup, rulebook
from visuals import text as words
from visuals.debug.run import Run


class Call:
    """One function call of a run.

    Attributes:
        wanted: the positions of the arguments that want a gradient.
        values: these arguments in double precision, by position; those that are no real numbers are left out.
        label: what the function is called in a message.
    """

    def __init__(self, run: Run, node: Any) -> None:
        self.run, self.node, self.primitive = run, node, lookup(node.fun)
        called, name = function_name(node.fun), words.clean(run.name(node))
        self.label = f"{called} ({name})" if name else called
        reached = [i for i, p in enumerate(node.parents) if p is not None and p.requires_grad]
        self.wanted = [i for i in reached if not (self.primitive.builtin and self.primitive.rule(i) is None)]
        self.args = [to_cpu(arg) if hasattr(arg, "shape") else arg for arg in node.args]
        self.values = {i: numbers(self.args[i]) for i in self.wanted if self._is_real(i)}

    def _is_real(self, i: int) -> bool:
        return getattr(self.args[i], "dtype", np.dtype(object)).kind == "f"

    def call(self, order: list[int], arrays: tuple) -> tuple[list, Any]:
        """All arguments, with `arrays` in the places of `order`, and the result."""
        args = [self.values.get(i, arg) for i, arg in enumerate(self.args)]
        for i, array in zip(order, arrays, strict=True):
            args[i] = array
        out = lookup(self.node.fun).call(list(args), self.node.kwargs)
        return args, tuple(out) if isinstance(out, (tuple, list)) else out

    def forward(self, order: list[int]) -> Callable:
        """The function of the arguments in `order`; several results are one row of entries."""

        def forward(*arrays: Any) -> Any:
            _, out = self.call(order, arrays)
            return np.concatenate([np.ravel(part) for part in out]) if isinstance(out, tuple) else out

        return forward

    def backward(self, order: list[int]) -> Callable:
        """The rules for the arguments in `order`, as a backward pass that `minigrad.comparison` can check."""

        def backward(g: Any, *arrays: Any) -> list:
            args, out = self.call(order, arrays)
            primitive = lookup(self.node.fun)  # afresh: a Function remembers its last call
            made = Node(self.node.fun, tuple(args), self.node.kwargs, self.node.parents, out, self.node.shape,
                        self.node.dtype)  # fmt: skip
            upstream = self._parts(g, out) if isinstance(out, tuple) else g
            sent = [primitive.vjp(made, i, upstream) for i in order]
            return [self._fitted(one, np.shape(a), g) for one, a in zip(sent, arrays, strict=True)]

        return backward

    def _fitted(self, sent: Any, shape: tuple, g: Any) -> Any:
        """Where arguments broadcast, the engine sums each message back to its argument's shape."""
        if sent is None or not self.primitive.elementwise or np.shape(sent) != np.shape(g):
            return sent
        return unbroadcast(np.asarray(sent), shape) if np.shape(sent) != shape else sent

    @staticmethod
    def _parts(g: np.ndarray, out: tuple) -> tuple:
        ends = np.cumsum([np.size(part) for part in out])[:-1]
        return tuple(np.reshape(p, np.shape(o)) for p, o in zip(np.split(g, ends), out, strict=True))

    def rule(self, i: int) -> str:
        """The text of the rule; for a Function, where it is computed."""
        text = rule_text(self.node.fun, i)
        return text if self.node.fun in rulebook else f"{function_name(self.node.fun)}.{text}"

    def names(self, order: list[int]) -> list[str]:
        """What to call the arguments; one that is there twice with its position."""
        sources = self.run.sources[self.node]
        called = [words.clean(self.run.label(sources[k])) for k in order]
        return [
            f"{name} (argument {k + 1})" if called.count(name) > 1 else name
            for k, name in zip(order, called, strict=True)
        ]
