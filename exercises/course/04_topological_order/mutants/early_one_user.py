"""Content when one of the users has sent.

loses: test_too_early
says: misses a node
"""


def too_early(graph, order):
    place = {name: k for k, name in enumerate(order)}
    early = []
    for name in order:
        users = [user for user, node in graph.items() if name in node[1:]]
        if users and all(place[user] > place[name] for user in users):
            early.append(name)
    return early
