"""Counts an argument that is used twice only once, and waits for ever.

loses: test_topological_order, test_topological_order_large, test_topological_order_cycle, test_forward_pass, test_backward_pass, test_backward_pass_middle
says: names missing
"""


def topological_order(graph):
    missing = {name: len(node[1:]) for name, node in graph.items()}
    order = [name for name in graph if not graph[name]]
    users = {name: [n for n, node in graph.items() if name in node[1:]] for name in graph}
    for name in order:
        for user in users[name]:
            missing[user] -= 1
            if missing[user] == 0:
                order.append(user)
    return order
