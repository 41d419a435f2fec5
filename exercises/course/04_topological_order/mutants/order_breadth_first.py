"""Leaves first, then whoever is reached from them, without waiting for the other arguments.

loses: test_topological_order, test_topological_order_cycle, test_forward_pass, test_backward_pass, test_backward_pass_middle
says: a name comes before one that it needs
"""


def topological_order(graph):
    users = {name: [n for n, node in graph.items() if name in node[1:]] for name in graph}
    order = [name for name in graph if not graph[name]]
    for name in order:
        order += [user for user in users[name] if user not in order]
    if len(order) < len(graph):
        raise ValueError("cycle")
    return order
