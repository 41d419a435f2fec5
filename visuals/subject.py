"""What a picture is of: a Tensor's graph, run once, or a Trace that exists already.

- trace_of(loss, …)      the Trace to show; a clear refusal of anything else, and of what no one could read
- variables(frame)       the names that the caller's variables give to Tensors
"""

from __future__ import annotations

from types import FrameType
from typing import Any

import minigrad as mg
from minigrad.node import ancestors
from visuals import text as words

LIMIT = 1000  # nodes: nobody can follow more, step by step


def trace_of(
    obj: Any, names: Any, caller: FrameType, who: str, gradient: Any = None, limit: int = LIMIT
) -> mg.Trace:
    """The run of `obj`, a Tensor or already a Trace; `who` was called with it, by `caller`.

    Raises:
        TypeError: it is neither.
        ValueError: the graph has more than `limit` nodes.
    """
    if not isinstance(obj, (mg.Tensor, mg.Trace)):
        raise TypeError(
            f"{who} shows the graph of a Tensor or a Trace, but got {described(obj)}. Compute with Tensors and pass "
            f'the result: x = mg.tensor(2.0, requires_grad=True, name="x"); {who}(x * x).'
        )
    if isinstance(obj, mg.Tensor):
        check_size(len(ancestors(obj.node)), limit, who)  # before anything is written down
        if isinstance(names, str) and names == "auto":
            names = variables(caller)
        obj = mg.trace(obj, gradient=gradient, names=names or {})
    check_size(len(obj.nodes), limit, who)
    return obj


def check_size(nodes: int, limit: int, who: str) -> None:
    """Refuse a graph that nobody could read."""
    if nodes > limit:
        raise ValueError(
            f"This graph has {nodes} nodes; more than {limit} cannot be read. Show a smaller "
            "part of it: one example instead of a batch, a few time steps instead of a whole sequence, arrays instead "
            f"of loops over their entries, or a Tensor nearer to the inputs, e.g. {who}(hidden)."
        )


def variables(frame: FrameType) -> dict[str, Any]:
    """The variables that hold a Tensor; those with an underscore are a notebook's own."""
    scope = {**frame.f_globals, **frame.f_locals}
    return {name: value for name, value in scope.items() if isinstance(value, mg.Tensor) and name[0] != "_"}


def described(obj: Any) -> str:
    """An object in a sentence: its type, and its shape or the beginning of what it is."""
    module = type(obj).__module__.split(".")[0]
    name = type(obj).__name__ if module in ("builtins", "__main__") else f"{module}.{type(obj).__name__}"
    shape = getattr(obj, "shape", None)
    if isinstance(shape, tuple):
        return f"a {name} of shape {shape}"
    return f"a {name}: {words.shorten(repr(obj), 240, 10)}"
