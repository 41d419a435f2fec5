"""What the engine knows of one function: its rules, and how to get for each of them what it names."""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np

from minigrad.errors import LeavesGraphError
from minigrad.node import Node, changes, function_name
from minigrad.senders import ALL, Needs, refuse_stale, sender
from minigrad.signatures import signature

# The same numbers by a shorter way. On NumPy's scalars Python's operators are many times faster than ufuncs, and
# methods spare NumPy's wrappers of them.
SHORTER: dict[Callable, Callable] = {
    np.add: operator.add, np.subtract: operator.sub, np.multiply: operator.mul, np.divide: operator.truediv,
    np.power: operator.pow, np.matmul: operator.matmul, np.remainder: operator.mod,
    np.sum: lambda a, *args, **options: a.sum(*args, **options),
    np.mean: lambda a, *args, **options: a.mean(*args, **options),
    np.max: lambda a, *args, **options: a.max(*args, **options),
    np.min: lambda a, *args, **options: a.min(*args, **options),
}  # fmt: skip


class Table(dict):
    """A dictionary that computes what is asked of it for the first time."""

    def __init__(self, compute: Callable) -> None:
        self.compute = compute

    def __missing__(self, key: Any) -> Any:
        value = self[key] = self.compute(key)
        return value


class Primitive:
    """What the engine knows of one function: its rules, and what each of them needs. See `defvjp`."""

    def __init__(
        self,
        fun: Callable,
        rules: tuple,
        each: Callable | None,
        elementwise: bool,
        sequence: bool,
        holomorphic: bool,
        names: dict[str, Any] | None,
        harmless: tuple[str, ...],
    ):
        self.fun = fun
        self.rules = rules
        self.each = each
        self.elementwise = elementwise
        self.sequence = sequence
        self.holomorphic = holomorphic
        self.names = names
        self.harmless = harmless
        written = next((rule for rule in (*rules, each) if rule), None)
        self.builtin = (getattr(written, "__module__", "") or "").startswith("minigrad.")
        self.run: Callable = SHORTER.get(fun) or getattr(fun, "plain", None) or fun
        self.keep = Table(self._keep)
        self.lifted = Table(lambda i: sender(self, i, lift=True))

    # Signatures are read when a function is first used: reading all of them would double the time of an import.

    @cached_property
    def parameters(self) -> dict[str, Any]:
        """The names of the function's parameters, with their defaults."""
        return parameters(self.fun) if self.names is None else self.names

    @cached_property
    def positions(self) -> dict[str, int]:
        """Where each parameter stands."""
        return {name: k for k, name in enumerate(self.parameters)}

    @cached_property
    def needs(self) -> dict[Callable, Needs]:
        """Per rule what it asks for."""
        return {rule: Needs(self, rule) for rule in {*self.rules, self.each} if rule}

    @cached_property
    def understood(self) -> set[str]:
        """The options that may be given: rules take them into account, or they do no harm."""
        asked = {name for rule in self.needs for name in list(signature(rule).parameters)[1:]}
        arguments = list(self.parameters)[: max(len(self.rules), 1)]
        return {*self.harmless, *arguments, *(asked & self.positions.keys())}

    def call(self, values: list, kwargs: dict) -> Any:
        return self.fun(values, **kwargs) if self.sequence else self.run(*values, **kwargs)

    @cached_property
    def certain(self) -> int:
        """How many arguments may be given by position without a further look."""
        return next(
            (k for k, name in enumerate(self.parameters) if name not in self.understood), len(self.parameters)
        )

    def simple(self, args: tuple, kwargs: dict) -> bool:
        """Whether a call needs no further look: its first argument wants a gradient, its options are known."""
        if self.sequence or not args or getattr(args[0], "_requires_grad", None) is not True:
            return False
        for name, value in kwargs.items():
            if name not in self.understood or hasattr(value, "_requires_grad"):
                return False
        return len(args) <= self.certain

    def ignored(self, args: tuple, kwargs: dict) -> str | None:
        """The first option given that no rule takes into account: its derivative would be silently wrong."""
        given = {**dict(zip(self.parameters, args, strict=False)), **kwargs}
        unknown = (name for name in given if name not in self.understood)
        return next((name for name in unknown if not self._usual(name, given[name])), None)

    def _usual(self, name: str, value: Any) -> bool:
        """Whether an option has the value that it has when it is not given."""
        plain = isinstance(value, (bool, int, float, str))
        return value is None or value is np._NoValue or (plain and value == self.parameters.get(name))

    def rule(self, i: int) -> Callable | None:
        return self.each or (self.rules[i] if i < len(self.rules) else None)

    def vjp(self, node: Node, i: int, g: Any, lift: Callable | None = None) -> Any:
        """The message that `node` sends to its argument `i`. `lift` turns saved arrays into Tensors."""
        if changes.latest > node.order:
            refuse_stale(self, node, i)
        return self.senders[i](node, g) if lift is None else self.lifted[i](node, g, lift)

    @cached_property
    def senders(self) -> dict[int, Callable]:
        """Per argument a function (node, g) -> message. A plain dictionary where it can be: it is looked into often."""
        if self.each or not self.rules:
            return Table(lambda i: sender(self, i))
        return {i: sender(self, i) for i in range(max(len(self.rules), len(self.parameters)))}

    # What is kept when all arguments want a gradient, of one and of two.
    one = cached_property(lambda self: self.keep[True,])
    both = cached_property(lambda self: self.keep[True, True])

    def _keep(self, wanted: tuple) -> tuple:
        """What the rules of the `wanted` positions read: yes or no for each position, and at the end for the result."""
        asked = [self.needs[rule] for i, w in enumerate(wanted) if w and (rule := self.rule(i))]
        read = set().union(*[needs.positions for needs in asked])
        return (*(i in read or ALL in read for i in range(len(wanted))), any(needs.out for needs in asked))

    def refuse_beyond(self, args: tuple) -> None:
        """A Tensor where no rule is: its gradient would be lost silently. Masks and indices have none to lose."""
        names = list(self.parameters)
        for i, arg in enumerate(args[len(self.rules) :], len(self.rules)):
            name = names[i] if i < len(names) else f"argument {i}"
            if getattr(arg, "requires_grad", False) and arg.dtype.kind in "fc":
                raise LeavesGraphError(
                    f"{function_name(self.fun)} has no derivative rule for its argument {name}, and what is given "
                    f"there wants a gradient. Write {name}.detach() if none should flow through it."
                )


def parameters(fun: Callable) -> dict[str, Any]:
    """Parameter names of a function, with their defaults. Ufuncs have none: call them x, y."""
    if isinstance(fun, np.ufunc):
        return dict.fromkeys("xyz"[: fun.nin])
    named = (p for p in signature(fun).parameters.values() if p.kind != p.VAR_KEYWORD)
    # NumPy's "no value given" is an object like any other, and true; None is what it means.
    return {p.name: None if p.default is np._NoValue else p.default for p in named}
