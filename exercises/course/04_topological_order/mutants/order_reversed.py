"""From the output to the leaves.

loses: test_topological_order, test_topological_order_large, test_forward_pass, test_backward_pass, test_backward_pass_middle
says: is the wrong way round
"""


def topological_order(graph):
    missing = {name: len(node[1:]) for name, node in graph.items()}
    users = {name: [n for n, node in graph.items() for p in node[1:] if p == name] for name in graph}
    ready = [name for name in graph if not missing[name]]
    order = []
    while ready:
        order.append(ready.pop())
        for user in users[order[-1]]:
            missing[user] -= 1
            if not missing[user]:
                ready.append(user)
    if len(order) < len(graph):
        raise ValueError("cycle")
    return order[::-1]
