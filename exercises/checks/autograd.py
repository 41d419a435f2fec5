"""Exercise 05: rules, records and backward passes of the student's own autograd.

With this module, one can
- check what is recorded:    record_is_right(student, "x * y", {"x": 2.0, "y": 3.0}, "multiply", ["x", "y"])
- check a rule:              rule_is_right(student.vjp, "divide", [x, y], seeds)
- check a backward pass:     backward_is_right(student, "x - x", {"x": 3.0}), in arrays: gradient=g
- check several passes:      two_passes_are_right(student, "x * y", "x + y", {…})

The right gradients come from `Tiny`, which can also make the usual mistakes, so that they can be named.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from exercises.answers import as_array, as_several, call, compare
from exercises.blocks import check_rule
from exercises.errors import CheckFailed, NotWritten

FORWARD: dict[str, Callable] = {
    "add": np.add, "subtract": np.subtract, "multiply": np.multiply, "divide": np.divide,
    "exp": np.exp, "log": np.log, "tanh": np.tanh,
}  # fmt: skip
RULES: dict[str, Callable[..., list]] = {
    "add": lambda g, x, y: [g, g],
    "subtract": lambda g, x, y: [g, -g],
    "multiply": lambda g, x, y: [g * y, g * x],
    "divide": lambda g, x, y: [g / y, -g * x / y**2],
    "exp": lambda g, x: [g * np.exp(x)],
    "log": lambda g, x: [g / x],
    "tanh": lambda g, x: [g * (1 - np.tanh(x) ** 2)],
}
CANCELS = 1e-12  # x / x sends two messages of about 1, whose sum is 0 but for rounding
DEEP = "functools.reduce(lambda n, _: tanh(n), range({}), x)"
LADDER = "functools.reduce(lambda n, _: n + n, range({}), x)"


class Tiny:
    """A number that remembers how it was computed."""

    def __init__(self, value: Any, function: str = "", parents: Sequence[Tiny] = ()):
        self.value, self.function, self.parents = value, function, list(parents)

    def __add__(self, other: Any) -> Tiny:
        return made("add", self, other)

    def __radd__(self, other: Any) -> Tiny:
        return made("add", other, self)

    def __sub__(self, other: Any) -> Tiny:
        return made("subtract", self, other)

    def __rsub__(self, other: Any) -> Tiny:
        return made("subtract", other, self)

    def __mul__(self, other: Any) -> Tiny:
        return made("multiply", self, other)

    def __rmul__(self, other: Any) -> Tiny:
        return made("multiply", other, self)

    def __truediv__(self, other: Any) -> Tiny:
        return made("divide", self, other)

    def __rtruediv__(self, other: Any) -> Tiny:
        return made("divide", other, self)


def made(function: str, *arguments: Any) -> Tiny:
    parents = [a if isinstance(a, Tiny) else Tiny(a) for a in arguments]
    return Tiny(FORWARD[function](*(p.value for p in parents)), function, parents)


def evaluated(expression: str, leaves: dict[str, Any]) -> tuple[Tiny, dict[str, Tiny]]:
    """The expression, which is the course's own, in Tiny numbers."""
    nodes = {name: Tiny(value) for name, value in leaves.items()}
    functions = {name: functools.partial(made, name) for name in ("exp", "log", "tanh")}
    return eval(expression, {"functools": functools, **functions, **nodes}), nodes


def order_from(output: Tiny, how: str = "right") -> list[Tiny]:
    """The nodes in an order for the backward pass; `how` "early" is a search breadth first, and too hasty."""
    if how == "early":
        found = [output]
        for node in found:
            found += [p for p in dict.fromkeys(node.parents) if p not in found]
        return found
    users: dict[Tiny, int] = {output: 0}
    waiting = [output]
    while waiting:
        for parent in waiting.pop().parents:
            if parent not in users:
                users[parent] = 0
                waiting.append(parent)
            users[parent] += 1
    order, ready = [], [output]
    while ready:
        order.append(ready.pop())
        for parent in order[-1].parents:
            users[parent] -= 1
            if not users[parent]:
                ready.append(parent)
    return order


def gradients(output: Tiny, leaves: Iterable[Tiny], seed: Any, how: str = "right") -> list[np.ndarray]:
    """The leaves' gradients. `how` plants a mistake: see `MISTAKES`."""
    found: dict[Tiny, Any] = {output: np.ones_like(seed) if how == "seed" else np.array(seed, dtype=float)}
    for node in order_from(output, how):
        if not node.parents:
            continue
        sent = RULES[node.function](found[node], *(p.value for p in node.parents))
        pairs = list(zip(node.parents, sent, strict=True))
        for parent, message in list(dict(pairs).items()) if how == "by name" else pairs:
            if how == "last" or parent not in found:
                found[parent] = message
            elif how == "alias" and isinstance(found[parent], np.ndarray) and found[parent].shape:
                found[parent] += message
            else:
                found[parent] = found[parent] + message
    return [np.asarray(found.get(leaf, 0.0), dtype=float) for leaf in leaves]


MISTAKES = {
    "by name": "backward: a node that uses another one twice sends it only one message",
    "last": "backward: of several messages only the last one counts: are they added up?",
    "early": "backward: a node sends before all of its messages have arrived",
    "alias": "backward: adding to one gradient changes another: `a += b` writes into an array that others hold",
    "seed": "backward: the gradient that it is given is ignored",
}


def leaves_of(student: Any, values: dict[str, Any]) -> dict[str, Any]:
    return {name: student.Node(value) for name, value in values.items()}


def compute(student: Any, expression: str, nodes: dict[str, Any]) -> Any:
    """The student's node for an expression."""
    found = student.evaluate(expression.replace("functools", "__import__('functools')"), **nodes)
    if found is None:
        raise NotWritten("apply")
    if isinstance(found, (int, float, np.ndarray, np.generic, list, tuple, str, dict)):
        raise CheckFailed("apply returned no Node", "It returns Node(value, function, parents).")
    return found


def record_is_right(
    student: Any, expression: str, values: dict[str, Any], function: str, parents: list[str]
) -> None:
    """One application has the value, the function's name and the parents that it should; numbers become nodes."""
    nodes = leaves_of(student, values)
    node = compute(student, expression, nodes)
    right, _ = evaluated(expression, values)
    compare(node.get("value"), right.value, "apply")
    if node.get("function") != function:
        raise CheckFailed(
            "apply does not remember the function", f"{node.get('function')!r}, not {function!r}."
        )
    kept = node.get("parents")
    if not isinstance(kept, (list, tuple)) or len(kept) != len(parents):
        count = len(kept) if isinstance(kept, (list, tuple)) else "no list of"
        said = "apply does not remember one parent per argument"
        raise CheckFailed(said, f"{expression}: {count} parents for {len(parents)} arguments.")
    for have, name in zip(kept, parents, strict=True):
        if name in nodes and have != nodes[name]:
            said = "apply: a parent is not the very node that was given"
            if any(have == other for other in nodes.values()):
                said = "apply: the parents are not in the order of the arguments"
            raise CheckFailed(said, f"{expression}: keep the node itself, no copy and not its value.")
        if name not in nodes and isinstance(have, (int, float, np.ndarray, np.generic)):
            raise CheckFailed("apply: a plain number is no Node", f"{expression}: make it one: Node({name}).")
    for have, leaf in zip(kept, right.parents, strict=True):
        compare(have.get("value"), leaf.value, "apply", "value of a parent")


def rule_is_right(vjp: Callable, function: str, inputs: Sequence[np.ndarray], seeds: Sequence[int]) -> None:
    """The messages of one function, against measured slopes."""
    names = ("x", "y")[: len(inputs)]
    what = f"vjp of {function}"
    values = [np.asarray(x) for x in inputs]
    as_several(vjp(function, np.ones_like(FORWARD[function](*values)), *values), names, what, "gradient")
    check_rule(lambda g, *xs: vjp(function, g, *xs), FORWARD[function], values, what, names, seeds)


def backward_is_right(student: Any, expression: str, values: dict[str, Any], gradient: Any = None) -> None:
    """The gradients that one backward pass leaves in the leaves."""
    nodes = leaves_of(student, values)
    output = compute(student, expression, nodes)
    if gradient is None:
        student.backward(output)
    else:
        call(student.backward, [output, np.array(gradient)], "backward")
    tiny, leaves = evaluated(expression, values)
    seed = np.ones(np.shape(tiny.value)) if gradient is None else gradient
    right = gradients(tiny, leaves.values(), seed)
    known = {said: gradients(tiny, leaves.values(), seed, how) for how, said in MISTAKES.items()}
    _compare_leaves(nodes, right, known, expression)


def two_passes_are_right(student: Any, first: str, second: str, values: dict[str, Any]) -> None:
    """Two outputs of the same leaves, one backward pass each: what they leave behind adds up."""
    backward_is_right(student, first, values)  # else a second pass is not to blame
    nodes = leaves_of(student, values)
    rights = []
    for expression in (first, second):
        tiny, leaves = evaluated(expression, values)
        rights.append(gradients(tiny, leaves.values(), np.ones(np.shape(tiny.value))))
    if first == second:
        same = compute(student, first, nodes)
        outputs = [same, same]
        said = (
            "backward: a second pass through the same graph is wrong: do inner nodes keep what they received?"
        )
    else:
        outputs = [compute(student, expression, nodes) for expression in (first, second)]
        said = "backward: a second pass forgets what the first has left in the leaves: gradients add up"
    for output in outputs:
        student.backward(output)
    both = [a + b for a, b in zip(*rights, strict=True)]
    forgets = "backward: a second pass forgets what the first has left in the leaves: gradients add up"
    _compare_leaves(nodes, both, {forgets: rights[1]}, f"{first}, then {second}", said)


def _compare_leaves(
    nodes: dict[str, Any],
    right: list[np.ndarray],
    known: dict[str, list[np.ndarray]],
    expression: str,
    said: str = "",
) -> None:
    got = [as_array(node.get("grad"), f"backward, gradient of {name}") for name, node in nodes.items()]
    if not any(g.any() or g.shape for g in got) and any(r.any() for r in right):
        raise CheckFailed(
            "backward: nothing has arrived at any leaf", f"{expression}: every leaf's grad is still 0."
        )
    for k, (name, g, r) in enumerate(zip(nodes, got, right, strict=True)):
        if g.size == 1 and r.size == 1:
            g, r = g.reshape(()), r.reshape(())
        mistakes = [(text, np.reshape(wrong[k], np.shape(r))) for text, wrong in known.items()
                    if np.size(wrong[k]) == np.size(r) and not np.allclose(wrong[k], r)]  # fmt: skip
        try:
            compare(g, r, "backward", f"gradient of {name}", mistakes, atol=CANCELS)
        except CheckFailed as failure:
            text = said if said and failure.diagnosis.startswith("backward: wrong") else failure.diagnosis
            raise CheckFailed(text, f"In {expression}: {failure.details}") from None
