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
    i, args, shapes   for functions of a sequence: the position, all its values, all their shapes
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minigrad.errors import NoRuleError
from minigrad.node import function_name
from minigrad.primitive import Primitive, parameters

rulebook: dict[Callable, Primitive] = {}
RESPELLED: dict[Callable, Callable] = {}  # functions of nested arguments, in terms of functions with rules
WITHOUT_RULES: dict[Callable, Primitive] = {}  # comparisons and their like, in captured graphs


def defvjp(
    fun: Callable,
    *rules: Callable | None,
    each: Callable | None = None,
    elementwise: bool | None = None,
    sequence: bool = False,
    holomorphic: bool = True,
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
        holomorphic: whether the rule is the ordinary derivative also for complex numbers, so that the engine
            only has to conjugate around it. Not so for abs, real, imag, angle and conjugate.
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
    made = rulebook[fun] = Primitive(fun, rules, each, elementwise, sequence, holomorphic, names, harmless)
    if not made.builtin:
        assert (
            made.needs is not None
        )  # the user's rules are read at once: a wrong one is named where it is written


def lookup(fun: Callable) -> Any:
    """The Primitive of `fun`. A `Function` written by the user brings its own."""
    found = rulebook.get(fun) or getattr(fun, "primitive", None) or WITHOUT_RULES.get(fun)
    if found is None:
        raise NoRuleError(no_rule_message(fun))
    return found


def no_rule_message(fun: Callable) -> str:
    """The sentence for a function without a rule: what is near, and the lines that would add one."""
    import difflib

    from minigrad.definitions import numpy_name

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
        f"    mg.defvjp({numpy_name(fun) or name},\n"
        f"              lambda g, {first}: …)    # ∂L/∂{first}, from the upstream gradient g\n"
        f"If no gradient should flow through {name}, give it x.detach() instead of x."
    )


def known_names() -> list[str]:
    """The names of all functions that have a rule, sorted."""
    return sorted({function_name(fun) for fun in rulebook})
