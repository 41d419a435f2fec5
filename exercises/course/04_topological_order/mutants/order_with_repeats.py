"""Places a node again for each of its users.

loses: test_topological_order, test_topological_order_large, test_backward_pass, test_backward_pass_middle
says: names that occur twice
"""


def topological_order(graph):
    order, waiting = [], [(name, ()) for name in graph]
    while waiting:
        name, above = waiting.pop()
        if name is None:
            order.append(above)
            continue
        if name in above:
            raise ValueError("cycle")
        if len(above) > 40:
            raise RecursionError("too deep")
        waiting.append((None, name))
        waiting += [(parent, (*above, name)) for parent in graph[name][1:]]
    return order
