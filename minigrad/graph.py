"""Graph: captured calls, to be run again on other inputs, printed as a program, or compiled.

With this module, one can
- capture a result:         graph = Graph(loss)
- capture a function:       graph = Graph(fn, x=…, w=…)
- run it again:             graph.forward(x=…); graph.backward() -> {"w": …}
- read it, and run faster:  print(graph.source()); step = graph.compile()

This is the lecture's static graph: built once, fed many times. It holds the operations that *ran*. Where the
user's Python code branched on data it holds one branch; where a mask was computed from data before the graph
was captured, new inputs are refused, because the old mask would be used with them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from minigrad.errors import UsageError
from minigrad.gradients import grad, needs_graph, vertex
from minigrad.modes import capturing, enable_grad, state
from minigrad.node import Node, ancestors, tick
from minigrad.program import Program, no_such_input
from minigrad.record import Traced, apply, pick
from minigrad.tensor import Tensor

if TYPE_CHECKING:
    from minigrad.compiled import Compiled


class Graph:
    """The operations that computed `output`, in topological order.

    Args:
        output: a Tensor that was computed from something that wants a gradient; or a function of Tensors, then
            `inputs` are its arguments. A function is captured completely, masks and comparisons too.

    Attributes:
        nodes: the Nodes, inputs first; every node stands behind all that it uses.
        inputs: the named leaves, by name: data and parameters.
        output: the result of the latest `forward`.
        branches: the lines where the user's code branched on data (`if x > 0:`) while the graph was built: the
            graph holds one branch of each.

    Raises:
        TypeError: `output` is neither a Tensor nor a function.
        RuntimeError: `output` has no graph.
        UsageError: two leaves have the same name.

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

    def __init__(self, output: Any, **inputs: Any) -> None:
        begun, captured = tick(), not isinstance(output, Traced)
        self._data: set[str] = set()  # inputs of a captured function that are data
        if captured:
            if not callable(output):
                raise TypeError(
                    f"Graph() needs a Tensor, the result of a computation, or a function; it got a "
                    f"{type(output).__name__}."
                )
            output = self._captured(output, inputs)
        needs_graph(output, "Graph() has nothing to capture")
        self.output: Any = output
        self.nodes: list[Node] = ancestors(vertex(output))[::-1]
        first = begun if captured else min((node.order for node in self.nodes), default=begun)
        last = tick() if captured else max((node.order for node in self.nodes), default=begun)
        self.branches = [line for when, line in state.branched if first < when < last]
        leaves = dict.fromkeys(p for node in self.nodes for p in node.parents if isinstance(p, Traced))
        self._root = vertex(output)
        # A leaf that is itself computed, but not recorded: a mask, a detached value, data that were reshaped.
        self._frozen = [leaf for leaf in leaves if leaf._requires_grad is None]
        self._leaves = [leaf for leaf in leaves if leaf._requires_grad is not None] or [output]
        self._fed: dict[Any, Any] = {}
        self._unrecorded = set(inputs) - {leaf.name for leaf in self._leaves}
        self.inputs: dict[str, Any] = {}
        for leaf in self._leaves:
            if leaf.name and self.inputs.setdefault(leaf.name, leaf) is not leaf:
                raise UsageError(
                    f"Two inputs of this graph are called {leaf.name!r}; give each its own name."
                )

    def _captured(self, fun: Callable, inputs: dict[str, Any]) -> Any:
        """Call `fun` on Tensors made of `inputs`, recording everything."""
        self._data = {name for name, value in inputs.items() if not getattr(value, "requires_grad", False)}
        with enable_grad(), capturing():
            return fun(**{name: twin(value, name) for name, value in inputs.items()})

    def forward(self, /, **inputs: Any) -> Any:
        """Run all operations again, with new values for the leaves named; the others keep theirs.

        Args:
            inputs: numbers or arrays, of the shapes that the leaves had.

        Returns:
            The new output Tensor. The leaves that were captured are not changed.

        Raises:
            UsageError: a name that no leaf has; or new inputs for a graph that holds values computed outside.
            ValueError: a value of another shape.
        """
        for name, value in inputs.items():
            self._check(name, value)
        if inputs and self._frozen:
            raise UsageError(
                f"This graph holds {len(self._frozen)} value(s) that were computed from data but not recorded, such "
                f"as a mask or a detached result (the first has shape {self._frozen[0].shape}). They would not "
                f"follow new inputs. Capture the function instead: mg.Graph(fn, {next(iter(inputs))}=…)."
            )
        for leaf in self._leaves:
            if leaf.name in inputs:
                self._fed[leaf] = twin(inputs[leaf.name], leaf.name, leaf)
            else:
                self._fed[leaf] = twin(self._fed.get(leaf, leaf), leaf.name, leaf)
        computed: dict[Any, Any] = {**{leaf: leaf for leaf in self._frozen}, **self._fed}
        with enable_grad(), capturing():
            for node in self.nodes:
                args = [a if p is None else computed[p] for a, p in zip(node.args, node.parents, strict=True)]
                computed[node] = rerun(node, args)
                if node.name and not isinstance(computed[node], tuple):
                    computed[node].name = node.name
        self.output = computed[self._root]
        return self.output

    def _check(self, name: str, value: Any) -> None:
        if name not in self.inputs:
            raise UsageError(no_such_input(name, self.inputs, self._unrecorded))
        old = self.inputs[name]
        if np.shape(value) != old.shape:
            raise ValueError(
                f"The input {name!r} has shape {old.shape}; the value given has shape {np.shape(value)}."
            )

    def backward(self, gradient: Any = None) -> dict[str, Any]:
        """The gradients of the latest output with respect to the named leaves that want one, by name.

        Args:
            gradient: the upstream gradient; None means 1, for an output of one entry.
        """
        if not self._fed:
            self.forward()
        wanted = self._wanted()
        found = grad(
            self.output, [self._fed[self.inputs[name]] for name in wanted], [gradient], allow_unused=True
        )
        return dict(zip(wanted, found, strict=True))

    def source(self) -> str:
        """The forward and the backward pass as one Python program in NumPy.

        Every line is one call; variables have the user's names; a comment says which node it is, or which
        message it computes. Executing the text gives the same numbers.

        Example:
            >>> import minigrad as mg
            >>> x = mg.tensor(3.0, requires_grad=True, name="x")
            >>> y = x * x
            >>> y.name = "y"
            >>> print(mg.Graph(y).source())
            import numpy as np
            <BLANKLINE>
            <BLANKLINE>
            def forward_backward(x):
                y = x * x                  # ×
            <BLANKLINE>
                d_y = 1.0                  # the backward pass starts here
                d_x = d_y * x              # × sends x: g * y
                d_x_2 = d_y * x            # × sends x: g * x
                d_x_sum = d_x + d_x_2      # the messages add up
                return y, {"x": d_x_sum}
            <BLANKLINE>
        """
        return self._program().text()

    def compile(self) -> Compiled:
        """The program of `source()` as a function of arrays: compiled(x=…, w=…) -> (output, {"w": gradient}).

        It runs without Tensors, makes equal calls once, and writes into memory that it has laid out in its first run
        and keeps: about as much as a forward and a backward pass hold at once. `compiled.source` shows where each
        value lies. All named inputs are given at each call. The results are the caller's own: no later call changes
        them, and memory is used again only when nothing refers to it any more. Several threads may call it.

        Raises:
            UsageError: the graph holds values that would not follow new inputs, or inputs without names; or the
                program fails a comparison with the graph on other inputs.

        Example:
            >>> import minigrad as mg
            >>> x = mg.tensor([3.0, 4.0], requires_grad=True, name="x")
            >>> run = mg.Graph((x * x).sum()).compile()
            >>> value, gradients = run(x=[1.0, 2.0])
            >>> float(value), gradients["x"]
            (5.0, array([2., 4.]))
        """
        if self._frozen:
            raise UsageError(
                "This graph holds values that were computed from data but not recorded, such as a mask; a compiled "
                "program would use them for all inputs. Capture the function instead: mg.Graph(fn, x=…)."
            )
        from minigrad.compiled import Compiled, prove  # here, because most programs never compile

        run = Compiled(self._program(), self._unrecorded)
        prove(run, self._program_at, {name: self._fed[leaf]._data for name, leaf in self.inputs.items()})
        return run

    def _program_at(self, inputs: Mapping[str, Any]) -> Program:
        """The program that these inputs give; the graph goes on as it was."""
        before = dict(self._fed), self.output
        try:
            return self._program(**inputs)
        finally:
            self._fed, self.output = before

    def _program(self, /, **inputs: Any) -> Program:
        nameless = [leaf for leaf in self._leaves if not leaf.name and leaf.requires_grad]
        if nameless:
            raise UsageError(
                f"{len(nameless)} input(s) that want a gradient have no name, and a program needs one for each: "
                f'write x.name = "x" before the graph is built, or mg.tensor(…, name="x").'
            )
        self.forward(**inputs)
        fed = {name: self._fed[leaf] for name, leaf in self.inputs.items()}
        return Program(self.output, fed, self._wanted())

    def _wanted(self) -> list[str]:
        """The names of the inputs for which a gradient is wanted."""
        return [name for name, leaf in self.inputs.items() if leaf.requires_grad and name not in self._data]

    def __len__(self) -> int:
        return len(self.nodes)

    def __repr__(self) -> str:
        branches = (
            f", one branch of each of {len(self.branches)} that depend on data" if self.branches else ""
        )
        inputs = ", ".join(self.inputs) or "(unnamed)"
        return f"<Graph of {len(self.nodes)} operations, inputs {inputs}{branches}>"


def twin(value: Any, name: str | None, like: Any = None) -> Any:
    """A Tensor of the same values that belongs to the graph alone. Data, whole numbers too, count as if they wanted
    a gradient, so that what is computed from them is recorded and follows new inputs."""
    kind = (None, None) if like is None else (like.dtype, like.device)
    fresh = Tensor(value, False, name, *kind)
    fresh._requires_grad = True
    return fresh


def rerun(node: Node, args: list) -> Any:
    """The node's call on other arguments; a tuple of Tensors for a function with several results."""
    if node.fun is pick:
        return args[0][args[1]]
    return apply(node.fun, tuple(args), node.kwargs)
