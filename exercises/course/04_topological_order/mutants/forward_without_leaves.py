"""Returns the computed values alone.

loses: test_forward_pass
says: names without a value
"""


def forward_pass(graph, leaves):
    values = dict(leaves)
    for name in topological_order(graph):
        if graph[name]:
            operation, *parents = graph[name]
            values[name] = FORWARD[operation](*[values[parent] for parent in parents])
    return {name: value for name, value in values.items() if name not in leaves}
