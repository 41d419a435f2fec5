"""What the engine knows of one function: its rules, and how to get for each of them what it names."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np

from minigrad.errors import LeavesGraphError, StaleValueError
from minigrad.node import Node, function_name

Getter = Callable[[Node, Callable | None], Any]
ALL = -1  # among the positions that a rule reads: every one
NO_STEP: tuple[None, list] = (None, [])


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
        self._keep: dict[tuple, tuple[frozenset, bool]] = {}

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
    def needs(self) -> dict[Callable, tuple[list, set[int], bool]]:
        """Per rule: how to get what it asks for, which positions it reads, whether it reads the result."""
        return {rule: self._needs(rule) for rule in {*self.rules, self.each} if rule}

    @cached_property
    def understood(self) -> set[str]:
        """The options that may be given: rules take them into account, or they do no harm."""
        asked = {name for rule in self.needs for name in list(inspect.signature(rule).parameters)[1:]}
        arguments = list(self.parameters)[: max(len(self.rules), 1)]
        return {*self.harmless, *arguments, *(asked & self.positions.keys())}

    def call(self, values: list, kwargs: dict) -> Any:
        return self.fun(values, **kwargs) if self.sequence else self.fun(*values, **kwargs)

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
        if self.each:
            return self.each(g, *[i if get is None else get(node, lift) for get in self.needs[self.each][0]])
        rule, getters = self.steps[i] if i < len(self.steps) else NO_STEP
        if rule is None:
            return None
        return rule(g, *[get(node, lift) for get in getters]) if getters else rule(g)

    @cached_property
    def steps(self) -> list[tuple[Callable | None, list]]:
        """Per argument its rule, and how to get what the rule asks for."""
        return [(rule, self.needs[rule][0] if rule else []) for rule in self.rules]

    def keep(self, wanted: tuple) -> tuple[frozenset, bool]:
        """Which argument positions, and whether the result, the rules of the `wanted` positions ask for."""
        if wanted not in self._keep:
            asked = [self.needs[rule] for i, w in enumerate(wanted) if w and (rule := self.rule(i))]
            positions = frozenset().union(*[a for _, a, _ in asked])
            everything = frozenset(range(len(wanted))) if ALL in positions else positions
            self._keep[wanted] = (everything, any(o for _, _, o in asked))
        return self._keep[wanted]

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

    def _reader(self) -> Callable[[int, str, Any], Getter]:
        """How this function's parameters are found in a node."""
        if self.each:
            return _option  # positions hold the many arguments; everything else is an option
        return _operand if self.elementwise and isinstance(self.fun, np.ufunc) else _argument

    def _needs(self, rule: Callable) -> tuple[list, set[int], bool]:
        """Read the rule's signature once: a getter per name, the positions it reads, whether it reads out."""
        getters: list[Getter | None] = []
        positions: set[int] = set()
        for name in list(inspect.signature(rule).parameters)[1:]:
            if name == "i" and self.each:
                getters.append(None)
            elif name == "out":
                getters.append(_result)
            elif name == "shapes":
                getters.append(_shapes)
            elif name == "args" and self.each:
                getters.append(_arguments)
                positions.add(ALL)
            elif name in self.positions:
                positions.add(self.positions[name])
                getters.append(self._reader()(self.positions[name], name, self.parameters[name]))
            elif name.removesuffix("_shape") in self.positions:
                getters.append(_shape(self.positions[name.removesuffix("_shape")]))
            else:
                raise TypeError(
                    f"The rule for {function_name(self.fun)} asks for {name!r}. It may ask for g, out, "
                    f"{', '.join(self.positions)}, or one of these with _shape behind it."
                )
        return getters, positions, "out" in inspect.signature(rule).parameters


def _result(node: Node, lift: Callable | None) -> Any:
    return node.out if lift is None else lift(node.out, node)


def _arguments(node: Node, lift: Callable | None) -> list:
    return [_argument(k, "", None)(node, lift) for k in range(len(node.args))]


def _shapes(node: Node, lift: Callable | None) -> list[tuple]:
    return [_shape(k)(node, lift) for k in range(len(node.args))]


def _shape(k: int) -> Getter:
    def get(node: Node, lift: Callable | None) -> tuple:
        parent = node.parents[k]
        return np.shape(node.args[k]) if parent is None else parent.shape

    return get


def _operand(k: int, name: str, default: Any) -> Getter:
    """An argument of an elementwise ufunc: always given by position, which saves two questions."""

    def get(node: Node, lift: Callable | None) -> Any:
        parent = node.parents[k]
        if parent is None:
            return node.args[k]
        if parent.changed_at > node.order:
            raise StaleValueError(stale_message(parent, node))
        return node.args[k] if lift is None else lift(node.args[k], parent)

    return get


def _option(k: int, name: str, default: Any) -> Getter:
    return lambda node, lift: node.kwargs.get(name, default)


def _argument(k: int, name: str, default: Any) -> Getter:
    def get(node: Node, lift: Callable | None) -> Any:
        if k >= len(node.args) or name in node.kwargs:
            return node.kwargs.get(name, default)
        parent = node.parents[k]
        if parent is None:
            return node.args[k]
        if parent.changed_at > node.order:
            raise StaleValueError(stale_message(parent, node))
        return node.args[k] if lift is None else lift(node.args[k], parent)

    return get


def stale_message(leaf: Any, node: Node) -> str:
    """The sentence for a leaf that was changed in place between the forward and the backward pass."""
    return (
        f"{leaf.label} was changed in place after {function_name(node.fun)} used it, and the backward pass "
        f"needs the old value. Run the forward pass again first, or write {leaf.name or 'w'}.data = "
        f"{leaf.name or 'w'}.data - … , which makes a new array, where you wrote -= on the old one."
    )


def parameters(fun: Callable) -> dict[str, Any]:
    """Parameter names of a function, with their defaults. Ufuncs have none: call them x, y."""
    if isinstance(fun, np.ufunc):
        return dict.fromkeys("xyz"[: fun.nin])
    named = (p for p in inspect.signature(fun).parameters.values() if p.kind != p.VAR_KEYWORD)
    # NumPy's "no value given" is an object like any other, and true; None is what it means.
    return {p.name: None if p.default is np._NoValue else p.default for p in named}
