"""Running a function on Tensors, and remembering the call as a Node.

With this module, one can
- run and remember:     apply(np.multiply, (x, y))
- make a primitive:     @primitive def softplus(x): …
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from minigrad.explain import explain, user_line
from minigrad.modes import blocks, checksum, state
from minigrad.node import FORGOTTEN, Node, Vertex
from minigrad.primitive import Primitive
from minigrad.signatures import signature
from minigrad.vjps import WITHOUT_RULES, defvjp, lookup, rulebook

NOTHING: dict = {}
TENSOR: Any = None  # the class Tensor, which is built on this module, and sets it


class Traced(Vertex):
    """What a Tensor is to the recorder: a value, and the node that computed it (None for a leaf)."""

    __slots__ = ("__weakref__", "_data", "_node", "_requires_grad", "notes")

    _data: Any
    _node: Node | None
    _requires_grad: bool | None

    if TYPE_CHECKING:  # everything else is defined further up, by Tensor

        def __getattr__(self, name: str) -> Any: ...

    @staticmethod
    def wrap(data: Any, node: Node | None = None) -> Any:
        raise TypeError("only Tensors can be recorded")


def apply(fun: Callable, args: tuple, kwargs: dict = NOTHING) -> Any:
    """Run `fun` on the values inside `args`; remember the call if a gradient may be asked for.

    At least one of `args` is a Tensor. A node keeps the leaves' values and what its rules name; every
    other value may be freed as soon as the user lets go of it.
    """
    primitive = rulebook.get(fun) or lookup(fun)
    values: list[Any] = list(args)
    parents: list[Any] = [None] * len(args)
    wanted: list[bool | None] = [False] * len(args)
    for i, arg in enumerate(args):
        if isinstance(arg, Traced):
            values[i] = arg._data
            parents[i] = arg._node or arg
            wanted[i] = arg._requires_grad
    try:
        out = primitive.call(values, kwargs)
    except Exception as error:
        if not primitive.builtin:  # the user's own function: its traceback says more than we could
            raise
        raise explain(error, fun, args, values) from None
    several = isinstance(out, (tuple, list))
    if True not in wanted or (blocks.open and not state.recording):
        return rebuilt(out, [TENSOR.wrap(part) for part in out]) if several else TENSOR.wrap(out)
    if len(args) > len(primitive.rules) > 0:
        primitive.refuse_beyond(args)
    *keep, keep_out = primitive.keep[tuple(wanted)]
    for i, needed in enumerate(keep):
        if not needed and type(parents[i]) is Node:
            values[i] = FORGOTTEN
    if several:
        shape, dtype, whole = [part.shape for part in out], np.result_type(*out), tuple(out)
    else:
        shape, dtype, whole = out.shape, out.dtype, out
    node = Node(fun, tuple(values), kwargs, tuple(parents), whole if keep_out else FORGOTTEN, shape, dtype)
    if not primitive.builtin or (blocks.open and state.anomaly):
        annotate(node)
    if not several:
        return TENSOR.wrap(out, node)
    node.noted().special = True
    return rebuilt(out, [picked(TENSOR, node, k, part) for k, part in enumerate(out)])


def annotate(node: Node) -> None:
    """Remember the user's line; while looking for anomalies also what the arrays hold."""
    notes = node.noted()
    notes.special = True
    notes.line = user_line()
    if state.anomaly:
        notes.sums = tuple(checksum(value) for value in node.args)


def flat(fun: Callable, args: tuple, kwargs: dict = NOTHING) -> Any:
    """Record a call that has no derivative worth having. Only while capturing: elsewhere it would keep graphs alive."""
    if fun not in rulebook:
        WITHOUT_RULES.setdefault(fun, Primitive(fun, (), None, False, False, False, {}, ()))
    return apply(fun, args, kwargs)


def looked_up(fun: Callable) -> Callable:
    """Mark a function that only looks values up (which class, how many): it has no derivative.

    It computes with plain values. While a graph is captured it becomes a node, so that new inputs are looked up anew.

    Example:
        >>> import minigrad as mg
        >>> largest = looked_up(lambda x: x == x.max())
        >>> largest(mg.tensor([1.0, 3.0], requires_grad=True))
        array([False,  True])
    """

    @functools.wraps(fun)
    def dispatch(*args: Any, **kwargs: Any) -> Any:
        if state.capturing and any(isinstance(arg, Traced) and arg._requires_grad for arg in args):
            return flat(dispatch, args, kwargs)
        return fun(*[arg._data if isinstance(arg, Traced) else arg for arg in args], **kwargs)

    dispatch.plain = fun  # type: ignore[attr-defined]
    return dispatch


def pick(results: tuple, k: int) -> Any:
    """One of the results of a function that returns several."""
    return results[k]


def picked(tensor: Any, node: Node, k: int, part: Any) -> Any:
    """The k-th result as a Tensor. One that holds no real or complex numbers carries no gradient."""
    if part.dtype.kind not in "fc":
        return tensor.wrap(part)
    return tensor.wrap(
        part, Node(pick, (FORGOTTEN, k), NOTHING, (node, None), FORGOTTEN, part.shape, part.dtype)
    )


def rebuilt(results: Any, parts: list) -> Any:
    """The same tuple, list or named tuple with other entries."""
    return results._make(parts) if hasattr(results, "_make") else type(results)(parts)


class Parts(dict):
    """The gradients that have reached the results of one call, by position: the upstream gradient of a tuple."""

    def __add__(self, other: Parts) -> Parts:  # type: ignore[override]
        return Parts(
            {k: self[k] + other[k] if k in self and k in other else (self | other)[k] for k in self | other}
        )

    def filled(self, node: Node) -> tuple:
        """One gradient per result; zeros where nothing arrived."""
        some = next(iter(self.values()))
        like = None if isinstance(some, np.generic) else some
        return tuple(
            self[k] if k in self else np.zeros(shape, some.dtype, like=like)
            for k, shape in enumerate(node.shape)
        )


defvjp(pick, lambda g, k: Parts({k: g}))


def primitive(fun: Callable) -> Callable:
    """Make a function of arrays callable on Tensors, as one node of the graph. Give it rules with `defvjp`.

    Args:
        fun: a function of NumPy arrays that returns one array.

    Example:
        >>> import numpy as np, minigrad as mg
        >>> @mg.primitive
        ... def softplus(x):
        ...     return np.log1p(np.exp(x))
        >>> mg.defvjp(softplus, lambda g, x: g / (1 + np.exp(-x)))
        >>> x = mg.tensor(0.0, requires_grad=True)
        >>> softplus(x).backward()
        >>> x.grad.item()
        0.5
    """

    @functools.wraps(fun)
    def dispatch(*args: Any, **kwargs: Any) -> Any:
        for value in kwargs.values():
            if isinstance(value, Traced):
                args, kwargs = by_position(fun, args, kwargs)
                break
        for arg in args:
            if isinstance(arg, Traced):
                return apply(dispatch, args, kwargs)
        return fun(*args, **kwargs)

    dispatch.plain = fun  # type: ignore[attr-defined]  # what to call where there are no Tensors for certain
    return dispatch


def by_position(fun: Callable, args: tuple, kwargs: dict) -> tuple[tuple, dict]:
    """Move Tensors given by keyword to their positions, where the graph keeps its parents."""
    bound = signature(fun).bind(*args, **kwargs)
    bound.apply_defaults()
    last = max(i for i, v in enumerate(bound.arguments.values()) if isinstance(v, Traced))
    names = list(bound.arguments)[: last + 1]
    return tuple(bound.arguments[name] for name in names), {
        name: value for name, value in kwargs.items() if name not in names
    }
