"""Reads the order as that of a forward pass.

loses: test_too_early
says: the wrong way round
"""


def too_early(graph, order):
    place = {name: k for k, name in enumerate(order)}
    early = []
    for name in order:
        users = [user for user, node in graph.items() if name in node[1:]]
        if any(place[user] < place[name] for user in users):
            early.append(name)
    return early
