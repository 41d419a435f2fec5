"""How a rule gets what it names: one line of Python per rule, written from the rule's signature.

With this module, one can
- see what a rule asks for:     Needs(primitive, rule).positions
- have it called:               sender(primitive, 1)(node, g)
- read the line that does it:   call_text(primitive, 1)

For `lambda g, out, y: -g * out / y` the line is

    lambda node, g: rule(g, node.out, node.args[1])

It is written once, when the rule is first used. A backward pass of small arrays consists of little else than these
calls; getting each name by a call of its own would make that pass a quarter slower.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from minigrad.errors import StaleValueError
from minigrad.node import Node, function_name
from minigrad.signatures import signature

if TYPE_CHECKING:
    from minigrad.primitive import Primitive

ALL = -1  # among the positions that a rule reads: every one


class Needs:
    """What one rule asks for, from the names of its parameters.

    Attributes:
        plain, lifted: an expression per name; lifted ones give Tensors, for a backward pass that is itself recorded.
        positions: the arguments whose values are read; `ALL` stands for every one.
        out: whether the result is read.
        defaults: the values of options that a call may leave out, by the name they have in the expressions.
    """

    def __init__(self, primitive: Primitive, rule: Callable) -> None:
        self.plain: list[str] = ["g"]
        self.lifted: list[str] = ["g"]
        self.positions: set[int] = set()
        self.out = False
        self.defaults: dict[str, Any] = {}
        for name in list(signature(rule).parameters)[1:]:
            self._read(primitive, name)

    def _read(self, primitive: Primitive, name: str) -> None:
        positions, several = primitive.positions, bool(primitive.each)
        if several and name in ("i", "args"):
            self.positions |= {ALL} if name == "args" else set()
            self._add(*(("i", "i") if name == "i" else ("[*node.args]", "lifted_all(node, lift)")))
        elif name == "out":
            self.out = True
            self._add("node.out", "lift(node.out, node)")
        elif name == "shapes":
            self._add("shapes(node)", "shapes(node)")
        elif name in positions:
            k = positions[name]
            self.positions.add(k)
            default = self.defaults[f"default{k}"] = primitive.parameters[name]
            if several:  # positions hold the many arguments; everything else is an option
                option = f"node.kwargs.get({name!r}, default{k})"
                self._add(option, option)
            elif isinstance(primitive.fun, np.ufunc) and k < primitive.fun.nin:  # always given by position
                self._add(f"node.args[{k}]", f"lifted(node, {k}, lift)")
            else:
                given = f"node, {k}, {name!r}, {'None' if default is None else f'default{k}'}"
                self._add(f"argument({given})", f"argument({given}, lift)")
        elif name.removesuffix("_shape") in positions:
            of = f"shape(node, {positions[name.removesuffix('_shape')]})"
            self._add(of, of)
        else:
            raise TypeError(
                f"The rule for {function_name(primitive.fun)} asks for {name!r}. It may ask for g, out, "
                f"{', '.join(positions)}, or one of these with _shape behind it."
            )

    def _add(self, plain: str, lifted: str) -> None:
        self.plain.append(plain)
        self.lifted.append(lifted)


def call_text(primitive: Primitive, i: int, lift: bool = False) -> str:
    """The line that calls the rule for argument `i`.

    Example:
        >>> import numpy as np
        >>> from minigrad.vjps import lookup
        >>> call_text(lookup(np.divide), 1)
        'lambda node, g: rule(g, node.out, node.args[1])'
    """
    rule = primitive.rule(i)
    if rule is None:
        return "lambda node, g, lift=None: None"
    needs = primitive.needs[rule]
    if lift:
        return f"lambda node, g, lift: rule({', '.join(needs.lifted)})"
    return f"lambda node, g: rule({', '.join(needs.plain)})"


def sender(primitive: Primitive, i: int, lift: bool = False) -> Callable:
    """That line as a function: (node, g) -> message, or (node, g, lift) -> message as a Tensor."""
    rule = primitive.rule(i)
    names = {} if rule is None else {"rule": rule, "i": i, **primitive.needs[rule].defaults}
    text = compile(call_text(primitive, i, lift), f"<the rule of {function_name(primitive.fun)}>", "eval")
    return eval(text, {**HELPERS, **names})


def argument(node: Node, k: int, name: str, default: Any, lift: Callable | None = None) -> Any:
    """An argument that may have been given by position, by name, or not at all."""
    if k >= len(node.args) or name in node.kwargs:
        return node.kwargs.get(name, default)
    return node.args[k] if lift is None else lifted(node, k, lift)


def lifted(node: Node, k: int, lift: Callable) -> Any:
    """Argument k as the Tensor that it was; constants stay what they are."""
    parent = node.parents[k]
    return node.args[k] if parent is None else lift(node.args[k], parent)


def lifted_all(node: Node, lift: Callable) -> list:
    """All arguments as Tensors."""
    return [lifted(node, k, lift) for k in range(len(node.args))]


def shape(node: Node, k: int) -> tuple:
    """The shape of argument k, also where its value was forgotten."""
    parent = node.parents[k]
    return np.shape(node.args[k]) if parent is None else parent.shape


def shapes(node: Node) -> list[tuple]:
    """The shapes of all arguments."""
    return [shape(node, k) for k in range(len(node.args))]


HELPERS = {"argument": argument, "lifted": lifted, "lifted_all": lifted_all, "shape": shape, "shapes": shapes}


def refuse_stale(primitive: Primitive, node: Node, i: int) -> None:
    """Raise if a leaf whose value the rule for argument `i` reads was changed in place since the call."""
    rule = primitive.rule(i)
    if rule is None:
        return
    positions = primitive.needs[rule].positions
    for k, parent in enumerate(node.parents):
        if (k in positions or ALL in positions) and parent is not None and parent.changed_at > node.order:
            raise StaleValueError(stale_message(parent, node))


def stale_message(leaf: Any, node: Node) -> str:
    """The sentence for a leaf that was changed in place between the forward and the backward pass."""
    return (
        f"{leaf.label} was changed in place after {function_name(node.fun)} used it, and the backward pass "
        f"needs the old value. Run the forward pass again first, or write {leaf.name or 'w'}.data = "
        f"{leaf.name or 'w'}.data - … , which makes a new array, where you wrote -= on the old one."
    )
