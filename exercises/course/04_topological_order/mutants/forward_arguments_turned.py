"""Takes the arguments in the wrong order: y - x.

loses: test_forward_pass
says: wrong value
"""


def forward_pass(graph, leaves):
    values = dict(leaves)
    for name in topological_order(graph):
        if graph[name]:
            operation, *parents = graph[name]
            values[name] = FORWARD[operation](*[values[parent] for parent in reversed(parents)])
    return values
