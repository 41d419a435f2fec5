"""Layer by layer, with sets, tuples and NumPy numbers."""

import numpy as np


def topological_order(graph):
    placed, order, rest = set(), [], dict(graph)
    while rest:
        layer = [name for name, node in rest.items() if placed.issuperset(node[1:])]
        if not layer:
            raise ValueError("cycle")
        for name in layer:
            del rest[name]
        placed.update(layer)
        order.extend(sorted(layer))
    return tuple(order)


def forward_pass(graph, leaves):
    values = {}
    for name in topological_order(graph):
        op, *parents = graph[name] or [None]
        values[name] = np.float64(FORWARD[op](*(values[p] for p in parents)) if op else leaves[name])
    return values


def too_early(graph, order):
    seen, early = set(order), set()
    for name in order:
        seen.discard(name)
        if any(name in graph[later][1:] for later in seen):
            early.add(name)
    return sorted(early)
