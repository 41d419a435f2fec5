"""Computes in the order of the dict.

loses: test_forward_pass
says: KeyError
"""


def forward_pass(graph, leaves):
    values = dict(leaves)
    for name in graph:
        if graph[name]:
            operation, *parents = graph[name]
            values[name] = FORWARD[operation](*[values[parent] for parent in parents])
    return values
