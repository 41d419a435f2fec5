"""What a picture is of: a Tensor's graph, run once, or a Trace that exists already.

- trace_of(loss, …)      the Trace to show; a clear refusal of anything else, and of what no one could read
- tensor_of(obj)         the Tensor behind it, if there is one
- variables(frame)       the names that the caller's variables give to Tensors
"""

from __future__ import annotations

from types import FrameType
from typing import Any

import minigrad as mg
from minigrad.node import ancestors
from visuals import text as words
from visuals.views.wellformed import check

LIMIT = 1000  # nodes: nobody can follow more, step by step


def trace_of(
    obj: Any, names: Any, caller: FrameType | None, who: str, gradient: Any = None, limit: int = LIMIT
) -> mg.Trace:
    """The run of `obj`, a Tensor, a Graph, or already a Trace; `who` was called with it.

    With names="auto", the variables of `caller` give their names.

    Raises:
        TypeError: it is none of these.
        ValueError: the graph has more than `limit` nodes; or the trace cannot be shown.
    """
    tensor = tensor_of(obj)
    if tensor is not None:
        check_size(len(ancestors(tensor.node)), limit, who)  # before anything is written down
        if isinstance(names, str) and names == "auto" and caller is not None:
            names = variables(caller)
        obj = mg.trace(tensor, gradient=gradient, names=names or {})
    elif isinstance(obj, mg.Trace):
        check(obj, who)
    else:
        raise TypeError(refusal(obj, who))
    check_size(len(obj.nodes), limit, who)
    return obj


def tensor_of(obj: Any) -> mg.Tensor | None:
    """The result whose graph is meant: a Tensor itself, or the output of a Graph."""
    return obj.output if isinstance(obj, mg.Graph) else obj if isinstance(obj, mg.Tensor) else None


def refusal(obj: Any, who: str) -> str:
    """Why there is nothing to see, and what to write instead."""
    if isinstance(obj, mg.nn.Module) or (isinstance(obj, type) and issubclass(obj, mg.nn.Module)):
        name = obj.__name__ if isinstance(obj, type) else type(obj).__name__
        return (
            f"{who}({name}) has nothing to show: a module has no graph before it computes something. Write "
            f"{who}(net(x)), with the input x; or {who}(loss), with the loss of net(x)."
        )
    if isinstance(obj, (list, tuple)) and obj and all(isinstance(part, mg.Tensor) for part in obj):
        return (
            f"{who} shows the graph of one Tensor, but got {len(obj)} of them. Show one, {who}(results[0]), or what "
            f"they have in common: {who}(sum(r.sum() for r in results))."
        )
    return (
        f"{who} shows the graph of a Tensor or a Trace, but got {described(obj)}. Compute with Tensors and pass "
        f'the result: x = mg.tensor(2.0, requires_grad=True, name="x"); {who}(x * x).'
    )


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
