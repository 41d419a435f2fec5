"""A node is one function call that happened, kept as plain data.

With this module, one can
- remember a call:      Node(fun, args, kwargs, parents)
- walk back from it:    ancestors(node), newest first

A graph has two kinds of vertices. Nodes are the function calls; they are linked to what they were computed
from by `parents`, one entry per *argument position*, so `x - x` has two edges and keeps them apart. The
ends of the graph are leaf Tensors: data and parameters, which nobody computed.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any


class Forgotten:
    """Stands in a node's `args` for a value that no rule will ask for, so that its memory can be freed."""

    __slots__ = ()  # without attributes it is nothing that the garbage collector has to walk through

    def __repr__(self) -> str:
        return "forgotten"


FORGOTTEN = Forgotten()

# Every node and every in-place change takes the next tick, so comparing two numbers tells which came first.
tick = count(1).__next__


class Changes:
    """When a leaf was last changed in place. A node that is newer need not ask whether its leaves still hold."""

    latest = 0


changes = Changes()


class Notes:
    """What only some nodes and leaves carry, kept apart so that the others stay small and quick to make.

    Attributes:
        name: the user's name for the value, for pictures and messages.
        line: where in the user's program the call happened; for user-written rules, and while looking for anomalies.
        special: whether the backward pass has more to do here than to call the rules: hooks, a gradient to
            retain, several results to collect, a function of the user's.
        retain, grad: where backward passes add up the gradient; in a node only after `retain_grad()`.
        seed: what the last backward pass that began here started from.
        hooks: functions that see, and may replace, the gradient.
        changed_at: when the leaf's array was last written into.
        sums: checksums of the arrays that were used, while looking for anomalies.
        scopes: the module calls that gave this node as their result: (begin, end, name). What was created
            between the two ticks belongs to the module, so no other node has to remember it.
    """

    __slots__ = ("changed_at", "grad", "hooks", "line", "name", "retain", "scopes", "seed", "special", "sums")

    def __init__(self) -> None:
        self.changed_at = 0
        self.name: str | None = None
        self.line: str | None = None
        self.special = False
        self.retain = False
        self.grad: Any = None
        self.seed: Any = None
        self.hooks: dict[int, Callable] = {}
        self.sums: tuple = ()
        self.scopes: tuple[tuple[int, int, str], ...] = ()


NO_NOTES = Notes()


class Vertex:
    """What nodes and leaf Tensors have in common: notes."""

    __slots__ = ()

    notes: Notes  # read only, because those without notes share NO_NOTES

    def noted(self) -> Notes:
        """Notes that may be written on."""
        if self.notes is NO_NOTES:
            self.notes = Notes()  # type: ignore[misc]  # the slot is the subclasses'
        return self.notes

    @property
    def changed_at(self) -> int:
        """When the value was last changed in place: only leaves can be."""
        return self.notes.changed_at

    def changed(self) -> None:
        """Note that the value is being changed in place now."""
        self.noted().changed_at = changes.latest = tick()


class Node(Vertex):
    """One function call: which function, on what, and where each argument came from.

    Attributes:
        fun: the function, e.g. `np.multiply`.
        args: the argument values (raw arrays and constants); `FORGOTTEN` where no rule needs the value.
        kwargs: the keyword arguments.
        parents: per argument the Node that computed it, the leaf Tensor that it is, or None for a constant.
        out: the result, if a rule needs it; else `FORGOTTEN`.
        shape, dtype: of the result. They stay known when the value itself is forgotten. A function with
            several results is one node whose `shape` is a list; `pick` nodes take the results apart.
        order: the creation number. A node is always newer than its parents.
        notes: see `Notes`.
    """

    __slots__ = ("__weakref__", "args", "dtype", "fun", "kwargs", "notes", "order", "out", "parents", "shape")

    requires_grad = _requires_grad = True  # a call is only recorded if a gradient may be asked for

    def __init__(
        self, fun: Callable, args: tuple, kwargs: dict, parents: tuple, out: Any, shape: Any, dtype: Any
    ):
        self.fun = fun
        self.args = args
        self.kwargs = kwargs
        self.parents = parents
        self.out = out
        self.shape = shape
        self.dtype = dtype
        self.order = tick()
        self.notes = NO_NOTES

    @property
    def name(self) -> str | None:
        """The user's name for the result."""
        return self.notes.name

    def __repr__(self) -> str:
        name = f"{self.name} = " if self.name else ""
        return f"<Node {name}{function_name(self.fun)}, shape {self.shape}>"


def function_name(fun: Callable) -> str:
    """The short name of a function or gate: `multiply`, `MultiplyGate`."""
    return getattr(fun, "__name__", None) or type(fun).__name__


def ancestors(*roots: Any) -> list[Node]:
    """All nodes that `roots` were computed from, themselves included, newest first.

    This is a reverse topological order, and no search is needed to find it: a node is created after its
    parents, so sorting by creation number is enough. No recursion: a chain may be a million nodes long.
    """
    seen = {root for root in roots if isinstance(root, Node)}
    stack = list(seen)
    while stack:
        for parent in stack.pop().parents:
            if type(parent) is Node and parent not in seen:
                seen.add(parent)
                stack.append(parent)
    return sorted(seen, key=lambda node: node.order, reverse=True)
