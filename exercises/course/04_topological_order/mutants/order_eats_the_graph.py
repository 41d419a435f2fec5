"""Crosses arguments out in the caller's graph.

loses: test_topological_order, test_topological_order_large, test_forward_pass, test_backward_pass, test_backward_pass_middle
says: topological_order overwrote its input
"""


def topological_order(graph):
    order, placed = [], set()
    while len(order) < len(graph):
        ready = [name for name in graph if name not in placed and placed.issuperset(graph[name][1:])]
        if not ready:
            raise ValueError("cycle")
        for name in ready:
            graph[name] = []
        order += ready
        placed.update(ready)
    return order
