"""Leaves out the nodes of a cycle without a word.

loses: test_topological_order_cycle
says: no ValueError was raised
"""


def topological_order(graph):
    missing = {name: len(node[1:]) for name, node in graph.items()}
    users = {name: [] for name in graph}
    for name, node in graph.items():
        for parent in node[1:]:
            users[parent].append(name)
    order = [name for name in graph if not missing[name]]
    for name in order:
        for user in users[name]:
            missing[user] -= 1
            if missing[user] == 0:
                order.append(user)
    return order
