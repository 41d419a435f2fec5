"""Exercise 04: graphs that are plain dicts, and what can be computed on them, rightly and wrongly.

With this module, one can
- make a graph:           random_graph(rng, 12), chain(1200), ladder(40), LOGARITHM
- run it:                 values_of(graph, leaves), gradients(graph, values, "out", order)
- go through it:          sorted_names(graph), nearest_first(graph, "out"), depth_first(graph, "out")

A graph is a dict: a name -> [operation, name, name …], or [] for a leaf.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

import numpy as np

Graph = dict[str, list[str]]

FORWARD: dict[str, Callable[..., float]] = {
    "add": lambda x, y: x + y,
    "subtract": lambda x, y: x - y,
    "multiply": lambda x, y: x * y,
    "sin": math.sin,
    "log": math.log,
    "exp": math.exp,
}
SLOPES: dict[str, Callable[..., list[float]]] = {
    "add": lambda x, y: [1.0, 1.0],
    "subtract": lambda x, y: [1.0, -1.0],
    "multiply": lambda x, y: [y, x],
    "sin": lambda x: [math.cos(x)],
    "log": lambda x: [1.0 / x],
    "exp": lambda x: [math.exp(x)],
}
PRODUCT: Graph = {"f": ["multiply", "q", "z"], "q": ["add", "x", "y"], "x": [], "y": [], "z": []}
PRODUCT_AT = {"x": -2.0, "y": 5.0, "z": -4.0}
LOGARITHM: Graph = {  # f = ln x1 + x1 x2 - sin x2
    "f": ["subtract", "d", "c"], "d": ["add", "a", "b"], "c": ["sin", "x2"], "b": ["multiply", "x1", "x2"],
    "a": ["log", "x1"], "x1": [], "x2": [],
}  # fmt: skip
LOGARITHM_AT = {"x1": 2.0, "x2": 5.0}
EARLY: Graph = {  # u is used by v and by f: f = (u v) u with v = sin u, u = x y
    "x": [], "y": [], "u": ["multiply", "x", "y"], "v": ["sin", "u"], "w": ["multiply", "u", "v"],
    "f": ["multiply", "w", "u"],
}  # fmt: skip
EARLY_AT = {"x": 0.8, "y": 1.5}


def random_graph(rng: np.random.Generator, n: int) -> tuple[Graph, dict[str, float]]:
    """A graph of `n` nodes in an order that says nothing, with values of its leaves; the last one is called "out"."""
    names = [f"{letter}{k}" for k, letter in enumerate(rng.choice(list("abcdeghkmpqrstuvwxyz"), size=n - 1))]
    names.append("out")
    leaves = {name: float(rng.uniform(0.5, 1.5)) for name in names[:3]}
    graph: Graph = {name: [] for name in leaves}
    values = dict(leaves)
    for k in range(3, n):
        near = names[max(0, k - 4) : k]  # near ones, so that ways of different lengths meet
        op, parents = (
            str(rng.choice(["add", "subtract", "multiply"])),
            [str(p) for p in rng.choice(near, size=2)],
        )
        if k == n - 1:
            op, parents = "multiply", [names[k - 1], names[k - 2]]
        value = FORWARD[op](*(values[parent] for parent in parents))
        if k < n - 1 and (
            abs(value) > 3 or rng.random() < 0.2
        ):  # numbers stay of a size that can be compared
            op, parents = "sin", parents[:1]
            value = FORWARD[op](values[parents[0]])
        graph[names[k]], values[names[k]] = [op, *parents], value
    return {names[i]: graph[names[i]] for i in rng.permutation(n)}, leaves


def chain(n: int) -> Graph:
    """n nodes in a row, the last one first."""
    links: Graph = {f"n{k}": ["sin", f"n{k - 1}"] for k in range(n - 1, 0, -1)}
    return {**links, "n0": []}


def ladder(n: int) -> Graph:
    """n nodes, each the sum of the one before and itself again: 2ⁿ ways lead through it."""
    steps: Graph = {f"n{k}": ["add", f"n{k - 1}", f"n{k - 1}"] for k in range(n - 1, 0, -1)}
    return {**steps, "n0": []}


def sorted_names(graph: Graph) -> list[str]:
    """One order in which every name comes after those that it needs."""
    open_ends = {name: len(node[1:]) for name, node in graph.items()}
    users: dict[str, list[str]] = {name: [] for name in graph}
    for name, node in graph.items():
        for parent in node[1:]:
            users[parent].append(name)
    ready, order = [name for name, count in open_ends.items() if not count], []
    while ready:
        order.append(ready.pop())
        for user in users[order[-1]]:
            open_ends[user] -= 1
            if not open_ends[user]:
                ready.append(user)
    return order


def values_of(graph: Graph, leaves: dict[str, float]) -> dict[str, float]:
    values = dict(leaves)
    for name in sorted_names(graph):
        if graph[name]:
            op, *parents = graph[name]
            values[name] = FORWARD[op](*(values[parent] for parent in parents))
    return values


def needed(graph: Graph, output: str) -> set[str]:
    """The names from which a way leads to the output."""
    found, waiting = set(), [output]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += graph[name][1:]
    return found


def gradients(
    graph: Graph, values: dict[str, float], output: str, order: Iterable[str], how: str = "right"
) -> dict[str, float]:
    """The gradients if the nodes send in the given order. `how` plants a mistake: "last" message only, "once" per
    consumer although it uses the value twice, "local" slopes without what arrives."""
    grads = {output: 1.0}
    for name in order:
        if name not in grads or not graph[name]:
            continue
        op, *parents = graph[name]
        slopes = SLOPES[op](*(values[parent] for parent in parents))
        for k, (parent, slope) in enumerate(zip(parents, slopes, strict=True)):
            if (how == "once" and parent in parents[:k]) or (
                how == "once, the last" and parent in parents[k + 1 :]
            ):
                continue
            message = slope if how == "local" else grads[name] * slope
            grads[parent] = message if how == "last" else grads.get(parent, 0.0) + message
    return grads


def nearest_first(graph: Graph, output: str) -> list[str]:
    """The names in order of their distance from the output: what a search breadth first gives."""
    order, k = [output], 0
    while k < len(order):
        order += [p for p in dict.fromkeys(graph[order[k]][1:]) if p not in order]
        k += 1
    return order


def depth_first(graph: Graph, output: str) -> list[str]:
    """The names in the order in which a search depth first meets them."""
    order: list[str] = []
    waiting = [output]
    while waiting:
        name = waiting.pop()
        if name not in order:
            order.append(name)
            waiting += reversed(graph[name][1:])
    return order
