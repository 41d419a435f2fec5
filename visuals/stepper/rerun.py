"""A graph run again with other values in its leaves: what lets a reader of the stepper change an input.

With this module, one can
- hold a graph:     live = Rerun(loss, trace)
- change a leaf:    live.run({"n0": 3.0}) -> the Trace of the same graph at these values
- wiggle one:       live.wiggle({}, "n0", [], 0.1) -> predicted and true change of the result

Ids are those of the nodes of the first trace; the new trace has the same, so its frames fit the same picture.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

import minigrad as mg
from minigrad.graph import rerun
from minigrad.node import ancestors

KEPT = 100_000  # entries of a leaf that is copied


class Rerun:
    """The graph of `output`, whose run is `trace`, to be run with other values in its leaves.

    Attributes:
        leaves: the Tensors of floating-point numbers at the beginning of the graph, by the id of their node.
        functions: the nodes of the graph, by id, in the order in which they ran.
        edges: those of the trace.
        frozen: why the graph cannot follow a change of its leaves; "" if it can.
        gradient: the upstream gradient of the output; None means ones.

    Raises:
        UsageError: nothing was computed.

    >>> import minigrad as mg
    >>> x = mg.tensor(3.0, requires_grad=True, name="x")
    >>> y = x * x
    >>> y.name = "y"
    >>> live = Rerun(y, mg.trace(y))
    >>> live.run({"n0": 5.0}).frames[-1]["sentence"]
    'Done: ∂y/∂x = 10.'
    """

    def __init__(self, output: mg.Tensor, trace: mg.Trace, gradient: Any = None) -> None:
        if not any(node["kind"] == "function" for node in trace.nodes):
            raise mg.UsageError("Nothing in this run was computed, so nothing would follow a change.")
        nodes = ancestors(output.node)[
            ::-1
        ]  # also where two leaves have one name, as the weights of two layers
        self._first, self.gradient = trace, gradient
        functions = [node["id"] for node in trace.nodes if node["kind"] == "function"]
        self.functions = dict(zip(functions, nodes, strict=True))
        found: dict[str, mg.Tensor] = {}
        for edge in trace.edges:
            leaf = self.functions[edge["target"]].parents[edge["position"]]
            if isinstance(leaf, mg.Tensor):
                found[edge["source"]] = leaf
        self.edges = trace.edges
        self.frozen = ""
        self._others = [leaf for leaf in found.values() if leaf.dtype.kind != "f"]  # labels and indices stay
        unrecorded = [leaf for leaf in found.values() if leaf._requires_grad is None]
        if unrecorded:
            self.frozen = (
                f"This graph holds {len(unrecorded)} value(s) that were computed from data without being recorded, "
                f"such as a mask or a detached result (the first has shape {unrecorded[0].shape}). They would not "
                f"follow a change of the inputs."
            )
        self.leaves = {i: leaf for i, leaf in found.items() if leaf.dtype.kind == "f"}
        # As they were in this run, whatever an optimizer does to them later. (Large ones nobody changes by hand.)
        self._values = {
            i: np.array(x.numpy()) if x.size <= KEPT else x.numpy() for i, x in self.leaves.items()
        }
        self._named = {node["id"]: node["name"] or None for node in trace.nodes}

    def run(self, values: Mapping[str, Any]) -> mg.Trace:
        """The run of the same graph with other values in some leaves; the others keep theirs.

        Raises:
            UsageError: no such leaf, a value of another shape or kind, or a run that took another way.
        """
        again = mg.trace(self._output(self.forward(values)), self.gradient).to_dict()
        first = self._first
        for new, old in zip(again["nodes"], first.nodes, strict=True):
            new["group"] = old["group"]  # the notes of the modules' calls are not repeated
        shape = [[(node["id"], node["op"]) for node in nodes] for nodes in (again["nodes"], first.nodes)]
        if shape[0] != shape[1] or again["edges"] != first.edges or len(again["frames"]) != len(first.frames):
            raise mg.UsageError("With these values the graph takes another way than the one in the picture.")
        return mg.Trace.from_dict(again)

    def wiggle(self, values: Mapping[str, Any], leaf: str, at: Sequence[int], h: float) -> dict[str, float]:
        """What the gradient predicts for a small change of one entry, and what really happens.

        Args:
            values: other values of leaves, as for `run`.
            leaf, at, h: the entry `at` of this leaf grows by `h`.

        Returns:
            before, after: the result (of several entries, weighted with the seed and added up); predicted: grad·h;
            true: after − before.

        Source: the definition of the derivative; f(x + h) = f(x) + f′(x) h + o(h).

        >>> import minigrad as mg
        >>> x = mg.tensor(3.0, requires_grad=True, name="x")
        >>> y = x * x
        >>> found = Rerun(y, mg.trace(y)).wiggle({}, "n0", [], 0.1)
        >>> round(found["predicted"], 6), round(found["true"], 6)
        (0.6, 0.61)
        """
        made = self.forward(values)
        output, start = self._output(made), made[self.leaves[leaf]]
        if not start.requires_grad:
            raise mg.UsageError(
                "This is static data: no gradient is wanted for it, so none predicts a change."
            )
        ones = self.gradient is None
        seed = np.ones(output.shape) if ones else np.asarray(mg.tensor(self.gradient).numpy())
        found = mg.grad(output, [start], seed, allow_unused=True)[0]
        slope = 0.0 if found is None else float(found.numpy()[tuple(at)])
        array = np.array(start.numpy())
        array[tuple(at)] += h
        moved = self._output(self.forward({**values, leaf: array}))
        before, after = (float(np.sum(seed * y.numpy())) for y in (output, moved))
        return {"before": before, "after": after, "predicted": slope * h, "true": after - before}

    def forward(self, values: Mapping[str, Any]) -> dict[Any, Any]:
        """Call all functions again. Returns the new Tensor for each leaf and each node of the graph.

        Raises:
            UsageError: the graph cannot follow a change; no such leaf; or a value of another shape or kind.
        """
        if values and self.frozen:
            raise mg.UsageError(self.frozen)
        for unknown in set(values) - set(self.leaves):
            raise mg.UsageError(
                f"There is no leaf {unknown!r}; those of this graph are {', '.join(self.leaves)}."
            )
        made: dict[Any, Any] = {leaf: leaf for leaf in self._others}
        made |= {leaf: self._leaf(i, values.get(i, self._values[i])) for i, leaf in self.leaves.items()}
        with mg.enable_grad(), np.errstate(all="ignore"):
            for node_id, node in self.functions.items():
                made[node] = result = rerun(node, self.arguments(node, made))
                if self._named[node_id] and isinstance(result, mg.Tensor):
                    result.name = self._named[node_id]
        return made

    def arguments(self, node: Any, made: Mapping[Any, Any]) -> list[Any]:
        """What a node is called with in the run that `forward` returned."""
        return [a if p is None else made[p] for a, p in zip(node.args, node.parents, strict=True)]

    def _output(self, made: Mapping[Any, Any]) -> mg.Tensor:
        output: mg.Tensor = made[self.functions[self._first.output]]
        return output

    def _leaf(self, node_id: str, value: Any) -> mg.Tensor:
        """A new leaf of the same kind."""
        old = self.leaves[node_id]
        try:
            array = np.array(value, dtype=old.dtype)
        except (TypeError, ValueError):
            raise mg.UsageError(f"{value!r} is no number; write it like -0.5 or 2e-3.") from None
        if array.shape != old.shape:
            raise mg.UsageError(f"This leaf has shape {old.shape}; the new value has shape {array.shape}.")
        return mg.tensor(array, requires_grad=old.requires_grad, name=self._named[node_id], device=old.device)
