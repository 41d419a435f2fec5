"""Graph: the captured calls of one result, to be run again on other inputs.

With this module, one can
- capture:        graph = Graph(loss)
- run again:      graph.forward(x=…, w=…)
- go back:        graph.backward() -> {"x": …, "w": …}

This is the lecture's static graph: built once, fed many times. It holds the operations that *ran*: where the
user's Python code branched on data, it holds the one branch that was taken.
"""

from __future__ import annotations

import difflib
from typing import Any

import numpy as np

from minigrad.backprop import needs_graph, vertex
from minigrad.errors import UsageError
from minigrad.node import Node, ancestors
from minigrad.record import Traced, apply


class Graph:
    """The operations that computed `output`, in topological order.

    Args:
        output: a Tensor computed from something that wants a gradient.

    Attributes:
        nodes: the Nodes, inputs first; every node stands behind all that it uses.
        inputs: the named leaves, by name: data and parameters.
        output: the result of the latest `forward`.

    Raises:
        TypeError: `output` is no Tensor.
        RuntimeError: `output` has no graph.

    Source: `ComputationalGraph` of the CS 231n lectures; static graphs in EE-559, lecture 4a.

    Example:
        >>> import minigrad as mg
        >>> x = mg.tensor(-2.0, requires_grad=True, name="x")
        >>> y = mg.tensor(5.0, requires_grad=True, name="y")
        >>> graph = mg.Graph((x + y) * x)
        >>> graph.forward(x=1.0).item()
        6.0
        >>> {name: g.item() for name, g in graph.backward().items()}
        {'x': 7.0, 'y': 1.0}
    """

    def __init__(self, output: Any) -> None:
        if not isinstance(output, Traced):
            raise TypeError(
                f"Graph() needs a Tensor, the result of a computation; it got a {type(output).__name__}."
            )
        needs_graph(output, "Graph() has nothing to capture")
        self.output: Any = output
        self.nodes: list[Node] = ancestors(vertex(output))[::-1]
        leaves = dict.fromkeys(p for node in self.nodes for p in node.parents if isinstance(p, Traced))
        self._leaves = list(leaves) or [output]
        self._root = vertex(output)
        self._fed: dict[Any, Any] = {leaf: leaf for leaf in self._leaves}
        self.inputs: dict[str, Any] = {}
        for leaf in self._leaves:
            name = getattr(leaf, "name", None)
            if name and self.inputs.setdefault(name, leaf) is not leaf:
                raise UsageError(f"Two inputs of this graph are called {name!r}; give each its own name.")

    def forward(self, **inputs: Any) -> Any:
        """Run all operations again, with new values for the leaves named; the others keep theirs.

        Args:
            inputs: numbers or arrays, of the shapes that the leaves had.

        Returns:
            The new output Tensor. The leaves that were captured are not changed.

        Raises:
            UsageError: a name that no leaf has.
            ValueError: a value of another shape.
        """
        for name, value in inputs.items():
            if name not in self.inputs:
                near = difflib.get_close_matches(name, self.inputs, n=1)
                raise UsageError(
                    f"This graph has no input called {name!r}; it has {', '.join(self.inputs) or 'no named ones'}."
                    + (f" Did you mean {near[0]!r}?" if near else "")
                )
            old = self.inputs[name]
            if np.shape(value) != old.shape:
                raise ValueError(
                    f"The input {name!r} has shape {old.shape}; the value given has shape {np.shape(value)}."
                )
            self._fed[old] = type(old)(value, name=name, dtype=old.dtype)
            self._fed[old].requires_grad = old.requires_grad
        for leaf in self._leaves:
            if self._fed[leaf] is not leaf:
                self._fed[leaf].grad = None
            elif leaf.requires_grad:  # a twin, so that backward() leaves the user's own .grad alone
                self._fed[leaf] = type(leaf)(leaf.data, name=leaf.name)
                self._fed[leaf].requires_grad = True
        computed: dict[Any, Any] = dict(self._fed)
        for node in self.nodes:
            args = tuple(
                a if p is None else computed[p] for a, p in zip(node.args, node.parents, strict=True)
            )  # fmt: skip
            computed[node] = apply(node.fun, args, node.kwargs)
            computed[node].name = node.name
        self.output = computed[self._root]
        return self.output

    def backward(self, gradient: Any = None) -> dict[str, Any]:
        """The gradients of the latest output with respect to the named leaves that want one, by name.

        Args:
            gradient: the upstream gradient; None means 1, for an output of one entry.
        """
        if all(fed is leaf for leaf, fed in self._fed.items()):
            self.forward()
        for fed in self._fed.values():
            fed.grad = None
        self.output.backward(gradient)
        return {name: self._fed[leaf].grad for name, leaf in self.inputs.items() if leaf.requires_grad}

    def __len__(self) -> int:
        return len(self.nodes)

    def __repr__(self) -> str:
        return f"<Graph of {len(self.nodes)} operations, inputs {', '.join(self.inputs) or '(unnamed)'}>"
