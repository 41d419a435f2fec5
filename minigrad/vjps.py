"""The rule book: how a gradient passes back through each function.

With this module, one can
- write a rule:      defvjp(np.multiply, lambda g, y: g * y, lambda g, x: g * x)
- use it:            lookup(np.multiply).vjp(node, 0, g)
- read it:           rule_text(np.multiply, 0) == "g * y"

A rule is a vector-Jacobian product. For z = f(x, …) it takes the upstream gradient g = ∂L/∂z and returns
∂L/∂x = Jᵀ g, without ever building the Jacobian J. There is one rule per argument, written in plain NumPy:
on arrays it computes numbers, on Tensors (under `create_graph=True`) it builds the graph of the gradient.

A rule *names what it needs*, and a node remembers nothing else:
    g          the upstream gradient, always first
    out        the function's result
    x, y, …    an argument, by the function's own parameter name (ufuncs: x for the first, y for the second)
    x_shape    only the shape of that argument; its value may be forgotten
    axis, …    keyword arguments, defaults filled in
    i, shapes  for functions of any number of arguments: the position, and all arguments' shapes
"""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from minigrad.errors import NoRuleError, StaleValueError
from minigrad.node import Node, function_name

Getter = Callable[[Node, Callable | None], Any]
rulebook: dict[Callable, Primitive] = {}


class Primitive:
    """What the engine knows of one function: its rules, and what each of them needs. See `defvjp`."""

    def __init__(
        self,
        fun: Callable,
        rules: tuple,
        each: Callable | None,
        elementwise: bool,
        sequence: bool,
        names: dict[str, Any],
        harmless: tuple[str, ...],
    ):
        self.fun = fun
        self.rules = rules
        self.each = each
        self.elementwise = elementwise
        self.sequence = sequence
        self.parameters = names
        self.positions = {name: k for k, name in enumerate(names)}
        self.understood = {*harmless, *list(names)[: max(len(rules), 1)]}
        self.needs = {rule: self._needs(rule) for rule in {*rules, each} if rule}
        self.builtin = getattr(next(iter(self.needs), None), "__module__", "").startswith("minigrad.")
        self._keep: dict[tuple, tuple[frozenset, bool]] = {}

    def call(self, values: list, kwargs: dict) -> Any:
        return self.fun(values, **kwargs) if self.sequence else self.fun(*values, **kwargs)

    def ignored(self, args: tuple, kwargs: dict) -> str | None:
        """The first option given that no rule takes into account: its derivative would be silently wrong."""
        given = {**dict(zip(self.parameters, args, strict=False)), **kwargs}
        return next(
            (name for name, v in given.items() if name not in self.understood and v is not None), None
        )

    def rule(self, i: int) -> Callable | None:
        return self.each or (self.rules[i] if i < len(self.rules) else None)

    def vjp(self, node: Node, i: int, g: Any, lift: Callable | None = None) -> Any:
        """The message that `node` sends to its argument `i`. `lift` turns saved arrays into Tensors."""
        rule = self.rule(i)
        if rule is None:
            return None
        if self.each:
            return rule(g, *[i if get is None else get(node, lift) for get in self.needs[rule][0]])
        return rule(g, *[get(node, lift) for get in self.needs[rule][0]])

    def keep(self, wanted: tuple) -> tuple[frozenset, bool]:
        """Which argument positions, and whether the result, the rules of the `wanted` positions ask for."""
        if wanted not in self._keep:
            asked = [self.needs[rule] for i, w in enumerate(wanted) if w and (rule := self.rule(i))]
            self._keep[wanted] = (frozenset().union(*[a for _, a, _ in asked]), any(o for _, _, o in asked))
        return self._keep[wanted]

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
            elif name in self.positions:
                self.understood.add(name)
                positions.add(self.positions[name])
                read = _option if self.sequence else _argument
                getters.append(read(self.positions[name], name, self.parameters[name]))
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


def _shapes(node: Node, lift: Callable | None) -> list[tuple]:
    return [_shape(k)(node, lift) for k in range(len(node.args))]


def _shape(k: int) -> Getter:
    def get(node: Node, lift: Callable | None) -> tuple:
        parent = node.parents[k]
        return np.shape(node.args[k]) if parent is None else parent.shape

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


def defvjp(
    fun: Callable,
    *rules: Callable | None,
    each: Callable | None = None,
    elementwise: bool | None = None,
    sequence: bool = False,
    names: dict[str, Any] | None = None,
    harmless: tuple[str, ...] = (),
) -> None:
    """Give `fun` its derivative: one rule per argument, each `rule(g, …what it needs…) -> ∂L/∂argument`.

    Args:
        fun: a NumPy function, or one marked with `mg.primitive`.
        rules: for each argument the vector-Jacobian product, None where there is nothing to differentiate.
        each: one rule for all positions, for functions of any number of arguments.
        elementwise: whether arguments broadcast, so that the engine sums each message back to its
            argument's shape. By default true for NumPy's elementwise ufuncs.
        sequence: `fun` takes its arguments as one list, as `np.stack([a, b])` does.
        names: parameter names and defaults, for functions whose signature Python cannot read.
        harmless: options that may be given although no rule asks for them. Any other is refused.

    Raises:
        TypeError: a rule asks for a name that the function does not have.

    Example:
        >>> import numpy as np, minigrad as mg
        >>> @mg.primitive
        ... def cube(x):
        ...     return x ** 3
        >>> mg.defvjp(cube, lambda g, x: g * 3 * x ** 2)
        >>> x = mg.tensor(2.0, requires_grad=True)
        >>> cube(x).backward()
        >>> x.grad.item()
        12.0
    """
    if elementwise is None:
        elementwise = isinstance(fun, np.ufunc) and fun.signature is None
    rulebook[fun] = Primitive(fun, rules, each, elementwise, sequence, names or parameters(fun), harmless)


def lookup(fun: Callable) -> Any:
    """The Primitive of `fun`. A `Function` written by the user brings its own."""
    found = rulebook.get(fun) or getattr(fun, "primitive", None)
    if found is None:
        raise NoRuleError(no_rule_message(fun))
    return found


def no_rule_message(fun: Callable) -> str:
    """The sentence for a function without a rule: what is near, and the lines that would add one."""
    name = function_name(fun)
    near = difflib.get_close_matches(name, known_names(), n=3, cutoff=0.5)
    try:
        names = list(parameters(fun))
    except (TypeError, ValueError):
        names = ["x"]
    first = names[0] if names else "x"
    return (
        f"minigrad has no derivative rule for {name}"
        + (f" (there is one for {', '.join(near)})" if near else "")
        + f". To add it:\n"
        f"    import minigrad as mg, numpy as np\n"
        f"    mg.defvjp(np.{name},\n"
        f"              lambda g, {first}: …)    # ∂L/∂{first}, from the upstream gradient g\n"
        f"If no gradient should flow through {name}, give it x.detach() instead of x."
    )


def known_names() -> list[str]:
    """The names of all functions that have a rule, sorted."""
    return sorted({function_name(fun) for fun in rulebook})
