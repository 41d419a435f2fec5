"""Exercise 04: is an order, a forward pass, a backward pass right? And if not, what was probably done?

With this module, one can
- judge an order:         order_is_right(student.topological_order, graph), cycle_is_refused(…)
- judge a pass:           forward_is_right(student.forward_pass, graph, leaves), backward_is_right(…)
- judge an answer:        early_is_right(student.too_early, graph, order)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from exercises.answers import as_array, check_error, compare
from exercises.checks.graphs import (
    PRODUCT,
    Graph,
    depth_first,
    gradients,
    nearest_first,
    needed,
    sorted_names,
    values_of,
)
from exercises.errors import CheckFailed, NotWritten


def order_is_right(sort: Callable, graph: Graph, name: str = "topological_order") -> None:
    """Every name once, and after all that it needs. Any such order is right."""
    order = _call(sort, [graph], name)
    if order is None:
        raise NotWritten(name)
    if not isinstance(order, (list, tuple)) or not all(isinstance(entry, str) for entry in order):
        raise CheckFailed(f"{name} returned no list of names", f"A list such as {sorted_names(PRODUCT)}.")
    shown = _some(order)
    if strangers := [entry for entry in order if entry not in graph]:
        raise CheckFailed(f"{name}: there are names that are not in the graph", f"{_some(strangers)}.")
    if missing := [entry for entry in graph if entry not in set(order)]:
        raise CheckFailed(f"{name}: there are names missing", f"{_some(missing)}. Yours: {shown}.")
    if len(order) > len(graph):
        twice = [entry for entry in graph if order.count(entry) > 1]
        raise CheckFailed(f"{name}: there are names that occur twice", f"{_some(twice)}. Yours: {shown}.")
    place = {entry: k for k, entry in enumerate(order)}
    wrong = [(entry, p) for entry, node in graph.items() for p in node[1:] if place[p] > place[entry]]
    if wrong:
        entry, parent = wrong[0]
        if all(place[p] > place[e] for e, node in graph.items() for p in node[1:]):
            raise CheckFailed(
                f"{name} is the wrong way round", f"{parent} must come before {entry}. Yours: {shown}."
            )
        raise CheckFailed(f"{name}: a name comes before one that it needs",
                          f"{entry} is computed from {parent}, which comes later. Yours: {shown}.")  # fmt: skip


def cycle_is_refused(sort: Callable, graph: Graph) -> None:
    """A graph in which something is computed from itself has no order."""
    order_is_right(sort, {"x": []})  # else nothing is written yet
    check_error(lambda: sort(graph), ValueError, "topological_order of a graph with a cycle")


def forward_is_right(run: Callable, graph: Graph, leaves: dict[str, float]) -> None:
    """`forward_pass(graph, leaves)` is a dict with the value of every name."""
    _same_numbers(
        _call(run, [graph, leaves], "forward_pass"), values_of(graph, leaves), "forward_pass", "value"
    )


def backward_is_right(run: Callable, graph: Graph, leaves: dict[str, float], output: str) -> None:
    """`backward_pass(graph, values, output)` is a dict with the gradient of every name that the output needs."""
    values, name = values_of(graph, leaves), "backward_pass"
    back = [entry for entry in reversed(sorted_names(graph)) if entry in needed(graph, output)]
    right = gradients(graph, values, output, back)
    wrong = {
        f"{name}: of several messages only the last one counts: are they added up?": (back, "last"),
        f"{name}: a node sends before all of its messages have arrived": (nearest_first(graph, output), "right"),
        f"{name}: a node sends before all of its messages have arrived, depth first": (
            depth_first(graph, output), "right"),
        f"{name}: a node that uses a value twice sends it only one message": (back, "once"),
        f"{name}: a node that uses a value twice sends it only one message, the last": (back, "once, the last"),
        f"{name}: what has arrived at a node is not multiplied in": (back, "local"),
        f"{name}: of several messages only the last one counts, and the order is wrong": (
            nearest_first(graph, output), "last"),
    }  # fmt: skip
    mistakes = [(said, gradients(graph, values, output, *how)) for said, how in wrong.items()]
    _same_numbers(_call(run, [graph, values, output], name), right, name, "gradient", mistakes)


def early_is_right(answer: Callable, graph: Graph, order: list[str]) -> None:
    """`too_early(graph, order)` names the nodes that send before one of their users has sent."""
    name = "too_early"
    place = {entry: k for k, entry in enumerate(order)}
    right = {p for entry, node in graph.items() for p in node[1:] if place[entry] > place[p]}
    got = _call(answer, [graph, list(order)], name)
    if got is None:
        raise NotWritten(name)
    if not isinstance(got, (list, tuple)) or not all(isinstance(entry, str) for entry in got):
        raise CheckFailed(f"{name} returned no list of names", "A list of names; [] if all wait long enough.")
    if set(got) == right and len(got) == len(right):
        return
    compared = f"Yours: {sorted(got)}; it should be {sorted(right)}."
    details = f"Graph: {_described(graph)}\nOrder: {', '.join(order)}\n{compared}"
    turned = {p for entry, node in graph.items() for p in node[1:] if place[entry] < place[p]}
    receivers = {entry for entry, node in graph.items() for p in node[1:] if place[entry] > place[p]}
    if set(got) == right:
        raise CheckFailed(f"{name}: there are names that occur twice", details)
    if set(got) == receivers:
        raise CheckFailed(
            f"{name} names those who send too late, not those who cannot wait for them", details
        )
    if set(got) == turned:
        raise CheckFailed(
            f"{name} reads the order the wrong way round: its first name is the first to send", details
        )
    if set(got) < right:
        raise CheckFailed(f"{name} misses a node: every one of its users must have sent before", details)
    raise CheckFailed(f"{name} names a node that has waited long enough", details)


def _call(fun: Any, args: list[Any], name: str) -> Any:
    """The result of a student's function that must leave the dicts it is given as they are."""
    result, after = fun.in_place(*args)
    if list(after) != args:
        raise CheckFailed(f"{name} overwrote its input", "Make a dict of your own: values = dict(leaves).")
    return result


def _same_numbers(
    got: Any, right: dict[str, float], name: str, role: str, mistakes: Iterable[tuple[str, dict]] = ()
) -> None:
    if got is None:
        raise NotWritten(name)
    if not isinstance(got, dict):
        raise CheckFailed(f"{name} returned no dict", f"A dict with a {role} for each name.")
    if missing := [entry for entry in right if entry not in got]:
        raise CheckFailed(f"{name}: there are names without a {role}", f"{_some(missing)}.")
    if more := [entry for entry in got if entry not in right]:
        said = f"{name}: there are names with a {role} from which no way leads to the output"
        raise CheckFailed(
            said if role == "gradient" else f"{name}: there are unknown names", f"{_some(more)}."
        )
    for entry in right:
        if as_array(got[entry], f"{name}, {role} of one name").shape:
            raise CheckFailed(f"{name}: a {role} is no single number", f"{entry}: {got[entry]}.")
    names = list(right)
    vector = np.array([float(got[entry]) for entry in names])
    known = [
        (said, np.array([wrong[entry] for entry in names]))
        for said, wrong in mistakes
        if set(wrong) == set(names)
    ]
    try:
        compare(vector, np.array(list(right.values())), name, role, known)
    except CheckFailed as failure:
        off = [
            e
            for e, v in zip(names, vector, strict=True)
            if not abs(v - right[e]) <= 1e-9 * (1 + abs(right[e]))
        ]
        table = ", ".join(f"{e}: yours {got[e]:.6g}, right {right[e]:.6g}" for e in off[:6])
        raise CheckFailed(failure.diagnosis, f"{table}{' …' if len(off) > 6 else ''}") from None


def _some(names: Iterable[str]) -> str:
    names = list(names)
    return ", ".join(names[:12]) + (f" … ({len(names)} names)" if len(names) > 12 else "")


def _described(graph: Graph) -> str:
    return "; ".join(f"{n} = {node[0]}({', '.join(node[1:])})" for n, node in graph.items() if node)
