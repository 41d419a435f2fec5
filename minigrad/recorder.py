"""Recording a run: keeping what cannot be had later, and nothing more.

With this module, one can
- record:           r = Recorder(loss, None, {})
- run it again:     Replay(r): the same run on vertices of its own, with all values and messages

The recorder looks at a graph from outside: the engine does not know of it, and pays nothing for it. What may
change afterwards is copied: the arrays of leaves and constants, names, and gradients. Everything else follows from
these, and is computed again when somebody wants to see it: a recording costs less than a backward pass.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from math import prod
from typing import Any

import numpy as np

from minigrad.backprop import sweep
from minigrad.errors import StaleValueError
from minigrad.gradients import seed_for, vertex
from minigrad.groups import groups_of
from minigrad.modes import state
from minigrad.node import FORGOTTEN, NO_NOTES, Node, ancestors, function_name
from minigrad.record import Traced
from minigrad.senders import stale_message
from minigrad.vjps import lookup, rulebook

SMALL = 1024  # entries: an array that takes no more room than its summary
UNCHANGING = frozenset({float, int, bool, complex, str, slice, type(None), type(...), np.float64, np.float32})


def copied(value: Any) -> Any:
    """A value that nobody else can write into."""
    if isinstance(value, (list, tuple)):
        parts = [copied(part) for part in value]
        return value._make(parts) if hasattr(value, "_make") else type(value)(parts)
    return value.copy() if hasattr(value, "shape") else value


def entries(value: Any) -> int:
    """How many numbers an argument holds, at most."""
    return sum(map(entries, value)) if isinstance(value, (list, tuple)) else getattr(value, "size", 1)


class Recorder:
    """A snapshot of the graph of one output: later changes of leaves, gradients, names or hooks do not reach it.

    Attributes:
        root: the output's vertex.
        nodes: all nodes, each behind what it uses.
        leaves: each leaf, with whether it wants a gradient.
        copies: by `id`, the copy of every array that the user may still write into.
        primitives: the rules of each function.
        names, grads, groups: what is known of some vertices.
        seed: the upstream gradient of the output; None if nothing wants a gradient.
        began: the upstream gradient of the last backward pass that began at the output.
        at_once: whether the run has to be told now: its arrays are too large to be kept, or code of the user's
            (hooks, nodes and rules of his own) takes part in it, and may say something else the next time.
    """

    def __init__(self, output: Any, gradient: Any, names: Mapping[str, Any]) -> None:
        self.root = vertex(output)
        self.nodes = ancestors(self.root)[::-1]
        self.leaves: dict[Any, bool] = {} if self.nodes else {self.root: output.requires_grad}
        self.copies: dict[int, Any] = {}
        self.wrap = output.wrap
        self.result = copied(output._data)
        self._keep_arrays()
        self.primitives = {fun: lookup(fun) for fun in {node.fun for node in self.nodes}}
        noted = [v for v in (*self.nodes, *self.leaves) if v.notes is not NO_NOTES]
        self.at_once = not (
            self._is_small()
            and all(primitive.builtin for primitive in self.primitives.values())
            and not any(v.notes.hooks for v in noted)
            and not state.anomaly
        )
        self.names = {
            vertex(t): k for k, t in reversed(list(names.items())) if isinstance(t, Traced) and k[:1] != "_"
        }
        self.names |= {v: v.notes.name for v in noted if v.notes.name}
        self.grads = {v: copied(v.notes.grad._data) for v in noted if v.notes.grad is not None}
        self.groups = groups_of([node for node in noted if isinstance(node, Node)], self.nodes)
        self.began = copied(self.root.notes.seed)
        self.seed: Any = None
        if output.requires_grad:
            self.seed = seed_for(output, np.ones_like(output._data) if gradient is None else gradient)

    def _keep_arrays(self) -> None:
        leaves, copies = self.leaves, self.copies
        for node in self.nodes:
            for arg, parent in zip(node.args, node.parents, strict=True):
                if type(parent) is Node:
                    continue
                if parent is not None:
                    if parent.changed_at > node.order:
                        raise StaleValueError(stale_message(parent, node))
                    leaves[parent] = parent.requires_grad
                elif type(arg) in UNCHANGING:
                    continue
                if id(arg) not in copies:
                    copies[id(arg)] = copied(arg)
            if node.kwargs:
                copies |= {id(value): copied(value) for value in node.kwargs.values()}

    def _is_small(self) -> bool:
        shape: Any = ()
        for node in self.nodes:
            if node.shape != shape:  # neighbours often have the same
                shape = node.shape
                for one in shape if isinstance(shape, list) else [shape]:
                    if prod(one) > SMALL:
                        return False
        return all(entries(value) <= SMALL for value in (*self.copies.values(), self.result))

    def kept(self, value: Any) -> Any:
        """An argument as it was when the run was recorded."""
        return self.copies.get(id(value), value)

    @contextlib.contextmanager
    def as_then(self) -> Iterator[None]:
        """Have the rules that held when the run was recorded; and no warnings, for they were given then."""
        now = {fun: rulebook[fun] for fun in self.primitives if fun in rulebook}
        rulebook.update({fun: self.primitives[fun] for fun in now})
        try:
            with np.errstate(all="ignore"):
                yield
        finally:
            rulebook.update(now)


class Constant:
    """An array that stood in the user's expression without being a Tensor; in pictures it is data too."""

    requires_grad = False

    def __init__(self, array: Any) -> None:
        self._data = array


class Replay:
    """A recorded run on vertices of its own, which hold every value.

    Attributes:
        sources: for each vertex, in topological order, the vertex at each argument position; None for numbers and
            options. A vertex is a Constant, a leaf Tensor or a Node.
        values: per vertex its array.
        originals: per vertex the one that it stands for.
        events: (node, position, upstream, message before un-broadcasting, message), as they are sent.
        known: the gradients that existed when the run was recorded: in leaves, where they were retained, and
            all if a backward pass had begun at the output.
    """

    def __init__(self, record: Recorder) -> None:
        self.record = record
        self.sources: dict[Any, list] = {}
        self.values: dict[Any, Any] = {}
        self.originals: dict[Any, Any] = {}
        self._twins: dict[Any, Any] = {}
        for node in record.nodes:
            self._run(node)
        self.root = self._twins[record.root] if record.nodes else self._leaf(record.root, record.result)
        self.events = [] if record.seed is None else self._messages(record.seed)
        self.known = self._known()

    def _run(self, node: Node) -> None:
        """Call the function again, or take the result that was kept."""
        record, values = self.record, self.values
        args, parents, row = [], [], []
        for arg, parent in zip(node.args, node.parents, strict=True):
            if type(parent) is Node:
                twin = source = self._twins[parent]
                arg = values[twin]
            else:
                arg = record.kept(arg)
                twin = source = None if parent is None else self._leaf(parent, arg)
                if twin is None and isinstance(arg, np.ndarray) and arg.ndim and not is_index(node):
                    source = Constant(arg)
                    self.sources[source], values[source] = [], arg
            args.append(arg)
            parents.append(twin)
            row.append(source)
        kwargs = (
            {key: record.kept(value) for key, value in node.kwargs.items()} if node.kwargs else node.kwargs
        )
        if node is record.root:
            out = record.result
        elif record.at_once and node.out is not FORGOTTEN:
            out = node.out
        else:
            out = lookup(node.fun).call(args, kwargs)
        if isinstance(node.shape, list):
            out = tuple(out)
        made = Node(node.fun, tuple(args), kwargs, tuple(parents), out, node.shape, node.dtype)
        self._stands_for(made, node)
        self.sources[made], values[made] = row, out

    def _leaf(self, leaf: Any, value: Any) -> Any:
        """The leaf's twin. It shows the value as it was when it was used, whatever the leaf holds now."""
        twin = self._twins.get(leaf)
        if twin is None:
            twin = self.record.wrap(value)
            twin._requires_grad = self.record.leaves[leaf]
            self._stands_for(twin, leaf)
            self.sources[twin] = []
        self.values[twin] = value
        return twin

    def _stands_for(self, twin: Any, original: Any) -> None:
        self._twins[original], self.originals[twin] = twin, original
        if self.record.at_once:
            twin.notes = original.notes  # hooks, and the user's line for errors

    def _messages(self, seed: Any) -> list[tuple]:
        """What one backward pass sends along every edge."""
        events: list[tuple] = []
        sweep({self.root: seed}, watch=lambda *event: events.append(event))
        return events

    def _known(self) -> dict[Any, Any]:
        record, known = self.record, {}
        if record.began is not None:
            known[self.root] = record.began
            same = np.array_equal(record.began, record.seed)
            for node, _, g, _, _ in self.events if same else self._messages(record.began):
                known.setdefault(node, g)
        return known | {self._twins[v]: g for v, g in record.grads.items()}


def is_index(node: Node) -> bool:
    """Whether the constants of a call are places in an array, and no data."""
    return function_name(node.fun) in ("getitem", "scatter")
