"""Only looks at the neighbour in the order.

loses: test_too_early
says: misses a node
"""


def too_early(graph, order):
    return [name for name, after in zip(order, order[1:]) if name in graph[after][1:]]
